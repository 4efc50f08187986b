package plots

import (
	"fmt"
	"math"
	"time"

	"headroom/policy"
	"headroom/sim"
)

// instancesChart draws how many instances were wanted and how many served.
func instancesChart() Chart {
	return Chart{
		Name: "instances",
		Doc:  "instances desired, starting, in service and draining, with the decisions; below, how busy the slots were",
		pages: func(in []Input) []page {
			p := newPage(in, "instances", instancesTitle(in))
			p.panels = []panel{instancesPanel(in)}
			if u, any := utilizationPanel(in); any {
				p.panels = append(p.panels, u)
			}
			p.breachKey(in, 0)
			return []page{p}
		},
	}
}

func serving(m sim.Minute) float64 { return float64(m.Serving) }
func desired(m sim.Minute) float64 { return float64(m.Desired) }

// machines under copies of a model.
func machines(m sim.Minute) float64 { return m.Hosts }

func instancesPanel(in []Input) panel {
	p := panel{title: capital(several(commonNoun(in))), weight: 2, empty: noMinutes(in)}
	if len(in) > 1 {
		p.title += " in service"
		for n, i := range in {
			p.add(line{pen: runPen(n), data: i.samples(serving)})
			p.key(lineKey(i.Name, runPen(n)))
		}
		p.scale = upTo(true, p.lines...)
		return p
	}
	i := in[0]
	starting := i.slabs(func(m sim.Minute) (float64, float64) { return serving(m), serving(m) + float64(m.Starting) })
	draining := i.slabs(func(m sim.Minute) (float64, float64) {
		above := serving(m) + float64(m.Starting)
		return above, above + float64(m.Draining)
	})
	pooled := i.slabs(func(m sim.Minute) (float64, float64) {
		above := serving(m) + float64(m.Starting+m.Draining)
		return above, above + m.Pool
	})
	loading := i.slabs(func(m sim.Minute) (float64, float64) { return serving(m) - float64(m.Loading), serving(m) })
	want, got := pen{color: policyRed, width: 1.7, dash: []float64{4, 2.5}}, pen{color: ready, width: 2.2}
	if i.OnDemand { // what is desired is kept provisioned: the least that there may be, and no wish
		p.key(lineKey("in service", got))
	} else if p.add(line{pen: want, data: i.samples(desired)}); i.asDesired() { // seen where it differs
		p.key(lineKey("in service, as desired", got))
	} else {
		p.key(lineKey("desired", want), lineKey("in service", got))
	}
	p.add(line{pen: got, data: i.samples(serving)})
	if i.Copies && topOf(in, machines) > 0 {
		under := pen{color: blue, width: 1.6, dash: []float64{1.5, 2}}
		p.add(line{pen: under, data: i.samples(machines)})
		p.key(lineKey("machines, paid for", under))
	}
	for _, a := range []struct {
		name string
		area area
	}{{"in service, its model loads", area{color: loadFill, data: loading}}, {"starting", area{color: amber, data: starting}}, {"draining", area{color: drainFill, data: draining}}, {"warm pool", area{color: poolFill, data: pooled}}} {
		for _, s := range a.area.data {
			if s.some() {
				p.areas = append(p.areas, a.area)
				p.key(fillKey(a.name, a.area.color))
				break
			}
		}
	}
	highest := 0.0
	for _, m := range i.Minutes {
		highest = math.Max(highest, math.Max(machines(m), float64(m.Serving+m.Starting+m.Draining)+m.Pool))
		if !i.OnDemand {
			highest = math.Max(highest, desired(m))
		}
	}
	p.scale = func(h float64) scale { return linear(highest, h, true) }
	if n, any := decisionsLane(i); any {
		p.lanes = append(p.lanes, n)
	}
	return p
}

// asDesired says whether at the end of every minute as many served as were desired.
func (in Input) asDesired() bool {
	for _, m := range in.Minutes {
		if m.Serving != m.Desired {
			return false
		}
	}
	return true
}

// decisionsLane has a triangle for each change of desired capacity and a bar while a wish was held back.
func decisionsLane(in Input) (lane, bool) {
	n := lane{label: "decisions"}
	for _, d := range in.Decisions {
		if d.HeldBy != "" && d.HeldBy != policy.HeldByNoData {
			n.bars = append(n.bars, bar{from: d.At, to: max(d.Until, d.At+time.Minute), color: heldBack, low: true})
		}
		switch {
		case d.To > d.From:
			n.glyphs = append(n.glyphs, glyph{at: d.At, color: policyRed})
		case d.To < d.From:
			n.glyphs = append(n.glyphs, glyph{at: d.At, down: true, color: ink2})
		}
	}
	return n, len(n.bars)+len(n.glyphs) > 0
}

func utilizationPanel(in []Input) (panel, bool) {
	p := panel{title: "Slots busy, % of those in service", weight: 0.9}
	any := false
	for n, i := range in {
		q := runPen(n)
		if len(in) == 1 {
			q = pen{color: blue, width: 1.4}
		}
		data := i.samples(func(m sim.Minute) float64 { return m.Utilization * 100 })
		for _, s := range data {
			any = any || !math.IsNaN(s.v)
		}
		p.add(line{pen: q, peaks: len(in) > 1, data: data})
	}
	p.scale = func(h float64) scale {
		s := scale{hi: 100}
		for _, v := range []float64{0, 50, 100} {
			s.ticks = append(s.ticks, mark{v, grouped(v, 0) + "\u00a0%"})
		}
		return s
	}
	return p, any
}

func instancesTitle(in []Input) string {
	if len(in) > 1 {
		return compared(in, "On average the fleet has", "", func(i Input) float64 {
			total := 0.0
			for _, m := range i.Minutes {
				total += m.ServingMean
			}
			return total / math.Max(1, float64(len(i.Minutes)))
		}, func(v float64) string { return figure(v) + " " + several(commonNoun(in)) + " in service" })
	}
	i := in[0]
	if len(i.Minutes) == 0 {
		return "No whole minute was simulated"
	}
	least, most, short := i.Minutes[0].Serving, i.Minutes[0].Serving, 0
	for _, m := range i.Minutes {
		least, most = min(least, m.Serving), max(most, m.Serving)
		if m.Serving < m.Desired && !i.OnDemand {
			short++
		}
	}
	title := fmt.Sprintf("The fleet moves between %d and %s", least, plural(most, i.noun()))
	if least == most {
		title = fmt.Sprintf("The fleet stays at %s", plural(most, i.noun()))
	}
	if short > 0 {
		return title + fmt.Sprintf("; for %s fewer serve than are desired", plural(short, "minute"))
	}
	changes := 0
	for _, d := range i.Decisions {
		if d.From != d.To {
			changes++
		}
	}
	if changes > 0 {
		return title + " in " + plural(changes, "change")
	}
	return title + " in service"
}
