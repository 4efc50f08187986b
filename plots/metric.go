package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"headroom/sim"
)

// metricChart draws each metric that a policy looks at, twice: when it was so, and when the policy saw it.
func metricChart() Chart {
	return Chart{
		Name: "metric",
		Doc:  "a page for each metric that a policy looks at: its value when it was so against when the policy saw it, with the alarms' thresholds",
		pages: func(in []Input) []page {
			var out []page
			for _, name := range metricNames(in) {
				out = append(out, metricPage(in, name))
			}
			if len(out) == 0 {
				p := newPage(in, "metric", "No policy looks at a metric here, so nothing was published")
				p.panels = []panel{{title: "Published metrics", weight: 1, empty: "The fleet is fixed or follows schedules alone.",
					scale: func(h float64) scale { return scale{hi: 1} }}}
				out = append(out, p)
			}
			return out
		},
	}
}

// metricNames are the metrics of all runs, in the order of their first appearance.
func metricNames(in []Input) []string {
	var out []string
	seen := map[string]bool{}
	for _, i := range in {
		for _, s := range i.Series {
			if !seen[s.Metric] {
				seen[s.Metric] = true
				out = append(out, s.Metric)
			}
		}
	}
	return out
}

func (in Input) series(metric string) (sim.Series, bool) {
	for _, s := range in.Series {
		if s.Metric == metric {
			return s, true
		}
	}
	return sim.Series{}, false
}

func metricPage(in []Input, metric string) page {
	file := "metric-" + fileName(metric)
	p := newPage(in, file, metricTitle(in, metric))
	b := panel{weight: 1, title: metric}
	var lines []line
	highest, unit := 0.0, ""
	for n, i := range in {
		s, ok := i.series(metric)
		if !ok {
			continue
		}
		if s.Unit != "" && len(lines) == 0 {
			unit = s.Unit
			if b.title = metric; !durations[unit] {
				b.title += ", " + unit
			}
		}
		if len(in) > 1 {
			l := line{pen: runPen(n), peaks: true, data: atSight(s, i.Length)}
			lines = append(lines, l)
			b.key(lineKey(i.Name, l.pen))
		} else {
			truth, sight := pen{color: rgb(0xa9b3bd), width: 3}, pen{color: blue, width: 1.3}
			if now, late := atTruth(s, i.Length), atSight(s, i.Length); late != nil {
				if timed(s) {
					lines = append(lines, line{pen: truth, data: now})
					b.key(lineKey("as it was", truth))
				}
				lines = append(lines, line{pen: sight, data: late})
				b.key(lineKey("as the policy saw it", sight))
			}
		}
		if len(lines) > 0 && b.refs == nil {
			b.refs, highest = thresholds(s)
		}
	}
	if len(in) > 1 {
		b.title += ", as the policy saw it"
		b.refs = ofFirst(in, metric, b.refs)
	}
	for _, l := range lines {
		highest = math.Max(highest, top(l.data))
	}
	if highest == 0 && len(lines) > 0 && top(lines[0].data) == 0 && noValue(lines) {
		b.empty = "Not one point was published."
	}
	b.lines = lines
	b.scale = func(h float64) scale {
		s := linear(highest, h, false)
		if durations[unit] {
			u := timeUnit(s.hi/1e6*0.1, s.hi/1e6)
			for i, t := range s.ticks[1:] {
				s.ticks[i+1].label = u.label(t.at / 1e6)
			}
		}
		return s
	}
	p.panels = []panel{b}
	if len(in) == 1 {
		if n, any := decisionsLane(in[0]); any {
			p.panels[0].lanes = append(p.panels[0].lanes, n)
		}
		s, _ := in[0].series(metric)
		zoomed(&p, s)
	}
	p.breachKey(in, 0)
	return p
}

func noValue(lines []line) bool {
	for _, l := range lines {
		for _, s := range l.data {
			if !math.IsNaN(s.v) {
				return false
			}
		}
	}
	return true
}

// timed says whether it is known when the points were so, not only when they were seen.
func timed(s sim.Series) bool {
	for _, p := range s.Points {
		if p.Seen != p.End || p.Missing {
			return true
		}
	}
	return false
}

// durations are the units that read better as 500 ms than as a large number.
var durations = map[string]bool{"µs": true, "us": true, "microseconds": true}

// inUnit writes a value of a metric.
func inUnit(v float64, unit string) string {
	switch {
	case durations[unit] && v > 0:
		return latencyWords(v / 1e6)
	case unit == "%":
		return figure(v) + "\u00a0%"
	}
	return figure(v)
}

// thresholds are the alarms' lines, and the highest of them.
func thresholds(s sim.Series) (refs []ref, highest float64) {
	add := func(v float64, name string, dash ...float64) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		refs = append(refs, ref{v, name + " " + inUnit(v, s.Unit), pen{color: policyRed, width: 1.3, dash: dash}})
		highest = math.Max(highest, v)
	}
	at := map[bool]string{true: "at or "}
	add(s.High, "alarm "+at[s.HighAt]+"above", 6, 3)
	if s.Low != s.High {
		add(s.Low, "low alarm "+at[s.LowAt]+"below", 2, 2.5)
	}
	if len(refs) == 2 && s.Low > 0.6*s.High { // the lines are close: one label for both
		refs[0].label += ", " + refs[1].label
		refs[1].label = ""
	}
	return refs, highest
}

// ofFirst makes the thresholds of overlaid runs grey, as colours are runs there, and says whose they are if they differ.
func ofFirst(in []Input, metric string, refs []ref) []ref {
	same, name := true, ""
	for _, i := range in {
		s, ok := i.series(metric)
		if !ok {
			continue
		}
		if name == "" {
			name = i.Name
		}
		own, _ := thresholds(s)
		same = same && slices.EqualFunc(own, refs, func(a, b ref) bool { return a.at == b.at })
	}
	out := slices.Clone(refs)
	for k := range out {
		out[k].pen.color = ink2
		if !same && out[k].label != "" {
			out[k].label += " in " + name
		}
	}
	return out
}

// atTruth puts every value into the period that it is the value of.
func atTruth(s sim.Series, length time.Duration) []sample {
	var out []sample
	period := periodOf(s)
	for _, p := range s.Points {
		from, to := max(p.End-period, 0), min(p.End, length)
		if n := len(out); n > 0 {
			from = max(from, out[n-1].to)
		}
		if to <= from {
			continue
		}
		out = append(out, sample{from, to, valueOf(p)})
	}
	return out
}

// atSight puts every value where it was the last one that a policy could see.
func atSight(s sim.Series, length time.Duration) []sample {
	var out []sample
	for i, p := range s.Points {
		to := length
		if i+1 < len(s.Points) {
			to = min(length, s.Points[i+1].Seen)
		}
		if from := max(p.Seen, 0); to > from {
			out = append(out, sample{from, to, valueOf(p)})
		}
	}
	return out
}

func valueOf(p sim.Published) float64 {
	if p.Missing {
		return nan
	}
	return p.Value
}

// periodOf is the distance of the first points.
func periodOf(s sim.Series) time.Duration {
	if len(s.Points) > 1 {
		return s.Points[1].End - s.Points[0].End
	}
	return time.Minute
}

func metricTitle(in []Input, metric string) string {
	if len(in) > 1 {
		unit := ""
		return compared(in, metric+" rises to", "", func(i Input) float64 {
			s, ok := i.series(metric)
			if !ok {
				return nan
			}
			unit = s.Unit
			return top(atSight(s, i.Length))
		}, func(v float64) string { return inUnit(v, unit) })
	}
	s, _ := in[0].series(metric)
	points, over, highest, when, late := 0, 0, math.Inf(-1), time.Duration(0), time.Duration(0)
	for _, p := range s.Points {
		if p.Missing || p.Seen >= in[0].Length {
			continue // never seen, and not in a stored timeline
		}
		points++
		if p.Value > highest {
			highest, when = p.Value, p.End
		}
		if p.Value > s.High || s.HighAt && p.Value == s.High {
			over++
		}
		late = max(late, p.Seen-p.End)
	}
	if points == 0 {
		return "No point of " + metric + " was published"
	}
	title := fmt.Sprintf("%s reaches %s", metric, inUnit(highest, s.Unit))
	switch {
	case math.IsNaN(s.High):
		title += " at its highest (" + axisTime(in[0].Start, in[0].Length, when) + ")"
	case over == 0 && highest == s.High:
		title = fmt.Sprintf("%s reaches %s, its threshold, and never gets over it", metric, inUnit(highest, s.Unit))
	case over == 0 && s.HighAt:
		title = fmt.Sprintf("%s never gets to %s: %s at most", metric, inUnit(s.High, s.Unit), inUnit(highest, s.Unit))
	case over == 0:
		title = fmt.Sprintf("%s never gets over %s: %s at most", metric, inUnit(s.High, s.Unit), inUnit(highest, s.Unit))
	case s.HighAt:
		title += fmt.Sprintf(", at or over %s in %s of %s", inUnit(s.High, s.Unit), grouped(float64(over), 0), plural(points, "point"))
	default:
		title += fmt.Sprintf(", over %s in %s of %s", inUnit(s.High, s.Unit), grouped(float64(over), 0), plural(points, "point"))
	}
	if late > 0 {
		title += fmt.Sprintf("; seen %s late", lateness(late, periodOf(s)))
	}
	return title
}

// lateness of what a policy sees: from the end of the period at best, from its begin at worst.
func lateness(delay, period time.Duration) string {
	if delay%time.Minute == 0 && period%time.Minute == 0 {
		return fmt.Sprintf("%d to %d min", delay/time.Minute, (delay+period)/time.Minute)
	}
	return fmt.Sprintf("%s to %s", durationWords(delay), durationWords(delay+period))
}

// zoomed adds a second panel with the hour around the highest point, where one sees how late the policy sees it.
func zoomed(p *page, s sim.Series) {
	const before, after = 20 * time.Minute, 40 * time.Minute
	if p.length < 4*time.Hour || !timed(s) {
		return
	}
	highest, at := math.Inf(-1), time.Duration(0)
	for _, q := range s.Points {
		if !q.Missing && q.Value > highest {
			highest, at = q.Value, q.End
		}
	}
	if math.IsInf(highest, -1) {
		return
	}
	z := p.panels[0]
	z.title = "The hour around the highest point (shaded above)"
	z.from = max(0, min(at-before, p.length-before-after)).Truncate(5 * time.Minute)
	z.to = z.from + before + after
	z.keys, z.refs = nil, append([]ref(nil), z.refs...)
	p.panels[0].marked = []Span{{From: z.from, To: z.to}}
	p.panels[0].lanes = nil
	p.panels = append(p.panels, z)
}

// fileName keeps what is safe in a file's name.
func fileName(metric string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, metric)
}
