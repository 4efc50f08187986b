package plots

// timelineHeight is that of a page of three panels: a sheet of 4 : 3.
const timelineHeight = 720

// timelineChart is the page to look at first: traffic, instances and latency over one clock.
func timelineChart() Chart {
	return Chart{
		Name: "timeline",
		Doc:  "traffic against capacity, instances with the decisions, and latency with the SLO, one above the other on one clock",
		pages: func(in []Input) []page {
			p := newPage(in, "timeline", latencyTitle(in))
			p.height = timelineHeight
			p.panels = []panel{trafficPanel(in), instancesPanel(in), latencyPanel(in)}
			for i := range p.panels {
				p.panels[i].weight = 1
			}
			p.countMisses(in)
			p.breachKey(in, 2)
			return []page{p}
		},
	}
}
