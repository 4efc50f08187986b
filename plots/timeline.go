package plots

import "time"

// timelineHeight is that of a page of three panels: a sheet of 4 : 3.
const timelineHeight = 720

// worstHeight is added where the worst hour is drawn larger.
const worstHeight = 160

// timelineChart is the page to look at first: traffic, instances and latency over one clock.
func timelineChart() Chart {
	return Chart{
		Name: "timeline",
		Doc:  "traffic against capacity, instances with the decisions, and latency with the SLO, one above the other on one clock; of days, the worst hour as well",
		pages: func(in []Input) []page {
			p := newPage(in, "timeline", answerTitle(in))
			p.height = timelineHeight
			p.panels = []panel{trafficPanel(in), instancesPanel(in), latencyPanel(in)}
			for i := range p.panels {
				p.panels[i].weight = 1
			}
			p.countMisses(in)
			p.worstHour(in)
			p.breachKey(in, 2)
			return []page{p}
		},
	}
}

// worstHour adds, to a run of days, traffic and capacity around the slowest minute of a breach: there one sees what a week's
// width hides: how far capacity came behind.
func (p *page) worstHour(in []Input) {
	const before, after = 20 * time.Minute, 40 * time.Minute
	l, ok := in[0].asked()
	if len(in) > 1 || !ok || p.length < 2*day || len(in[0].Breaches) == 0 {
		return
	}
	seconds, at := in[0].slowest(l.Quantile)
	if seconds < l.Limit.Seconds() {
		return
	}
	z := trafficPanel(in)
	z.title, z.weight = "Requests per second, the hour around the worst minute", 1
	z.from = max(0, min(at.At-before, p.length-before-after)).Truncate(5 * time.Minute)
	z.to = z.from + before + after
	z.lanes = nil
	p.panels = append(p.panels, z)
	p.height += worstHeight
}
