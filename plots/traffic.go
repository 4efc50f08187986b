package plots

import (
	"fmt"

	"headroom/sim"
)

// trafficChart draws what was asked of the fleet against what it could serve.
func trafficChart() Chart {
	return Chart{
		Name: "traffic",
		Doc:  "requests offered per second against the capacity of the instances in service; below, requests waiting and failed",
		pages: func(in []Input) []page {
			p := newPage(in, "traffic", trafficTitle(in))
			p.panels = []panel{trafficPanel(in)}
			if b, any := troublePanel(in); any {
				p.panels = append(p.panels, b)
			}
			p.breachKey(in, 0)
			return []page{p}
		},
	}
}

// offered and capacity of a minute in requests per second.
func offered(m sim.Minute) float64 { return float64(m.Offered) / 60 }
func (in Input) capacity(m sim.Minute) float64 {
	if in.PerInstance <= 0 {
		return nan
	}
	return in.PerInstance*(m.ServingMean-m.LoadingMean) + in.PerLoading*m.LoadingMean
}

func trafficPanel(in []Input) panel {
	p := panel{title: "Requests per second", weight: 2, empty: noMinutes(in)}
	if len(in) == 1 {
		singleTraffic(&p, in[0])
	} else {
		overlaidTraffic(&p, in)
	}
	p.scale = upTo(false, p.lines...)
	return p
}

func singleTraffic(p *panel, in Input) {
	p.areas = append(p.areas, area{color: blueFill, data: in.slabs(func(m sim.Minute) (float64, float64) { return 0, offered(m) })})
	traffic := pen{color: blue, width: 1.3}
	p.key(lineKey("offered", traffic))
	if in.PerInstance > 0 {
		over := in.slabs(func(m sim.Minute) (float64, float64) { return in.capacity(m), offered(m) })
		for _, s := range over {
			if s.some() {
				p.areas = append(p.areas, area{color: overload, data: over})
				break
			}
		}
	}
	if in.PerInstance > 0 {
		capacity := pen{color: ready, width: 2}
		p.add(line{pen: capacity, data: in.samples(in.capacity)})
		p.key(lineKey("capacity in service", capacity))
		if len(p.areas) > 1 {
			p.key(fillKey("more than capacity", overload))
		}
	} else {
		served := pen{color: ready, width: 1.3, dash: []float64{4, 2}}
		p.add(line{pen: served, data: in.samples(func(m sim.Minute) float64 { return float64(m.Served) / 60 })})
		p.key(lineKey("served", served))
	}
	p.add(line{pen: traffic, data: in.samples(offered)})
}

func overlaidTraffic(p *panel, in []Input) {
	same := true
	for _, i := range in {
		same = same && sameTraffic(i, in[0])
	}
	if same {
		p.areas = append(p.areas, area{color: blueFill, data: in[0].slabs(func(m sim.Minute) (float64, float64) { return 0, offered(m) })})
		p.key(fillKey("offered, the same in all", blueFill))
	}
	known := true
	for _, i := range in {
		known = known && i.PerInstance > 0
	}
	for n, i := range in {
		value, what := i.capacity, "capacity of "
		switch {
		case !same:
			value, what = offered, "offered to "
		case !known:
			value, what = func(m sim.Minute) float64 { return float64(m.Served) / 60 }, "served by "
		}
		if n > 0 {
			what = ""
		}
		p.add(line{pen: runPen(n), data: i.samples(value)})
		p.key(lineKey(what+i.Name, runPen(n)))
	}
	if same { // the scale must hold the fill, too
		p.lines = append(p.lines, line{pen: pen{color: rgb(0x8fc1e3), width: 0.8}, data: in[0].samples(offered)})
	}
}

func sameTraffic(a, b Input) bool {
	if len(a.Minutes) != len(b.Minutes) {
		return false
	}
	for i := range a.Minutes {
		if a.Minutes[i].Offered != b.Minutes[i].Offered {
			return false
		}
	}
	return true
}

// troublePanel shows requests that wait at the end of a minute and that failed in it, if there are any.
func troublePanel(in []Input) (panel, bool) {
	waiting := func(m sim.Minute) float64 { return float64(m.Waiting) }
	failed := func(m sim.Minute) float64 { return float64(m.Failed) }
	any := 0.0
	for _, i := range in {
		any += top(i.samples(waiting)) + top(i.samples(failed))
	}
	p := panel{title: "Requests waiting at a minute's end, failed in a minute", weight: 0.9}
	if len(in) == 1 {
		w := pen{color: violet, width: 1.9}
		p.areas = append(p.areas, area{color: failedFill, data: in[0].slabs(func(m sim.Minute) (float64, float64) { return 0, failed(m) })})
		p.add(line{pen: pen{color: missed, width: 1.2}, peaks: true, data: in[0].samples(func(m sim.Minute) float64 { return positive(failed(m)) })})
		p.add(line{pen: w, data: in[0].samples(func(m sim.Minute) float64 { return positive(waiting(m)) })})
		p.key(lineKey("waiting", w), fillKey("failed", failedFill))
		highest := max(topOf(in, waiting), topOf(in, failed))
		p.scale = func(h float64) scale { return linear(highest, h, true) }
		return p, any > 0
	}
	p.title = "Requests failed so far"
	for n, i := range in {
		sum := 0.0
		value := func(m sim.Minute) float64 { sum += failed(m); return sum }
		if topOf(in, failed) == 0 {
			p.title, value = "Requests waiting at the end of a minute", waiting
		}
		p.add(line{pen: runPen(n), data: i.samples(value)})
	}
	p.scale = upTo(true, p.lines...)
	return p, any > 0
}

// positive leaves a gap where there is nothing to show.
func positive(v float64) float64 {
	if v <= 0 {
		return nan
	}
	return v
}

func topOf(in []Input, value func(sim.Minute) float64) float64 {
	t := 0.0
	for _, i := range in {
		t = max(t, top(i.samples(value)))
	}
	return t
}

// overCapacity counts minutes in which more was offered than the instances in service could serve.
func (in Input) overCapacity() (minutes int, worst sim.Minute) {
	load := -1.0
	for _, m := range in.Minutes {
		c := in.capacity(m)
		if offered(m) > c {
			minutes++
		}
		if l := offered(m) / c; c > 0 && l > load || c == 0 && m.Offered > 0 && load < 1e9 {
			load, worst = l, m
		}
	}
	return minutes, worst
}

func trafficTitle(in []Input) string {
	if len(in) > 1 {
		return compared(in, "Traffic is over capacity", "Traffic is never over capacity", func(i Input) float64 {
			if i.PerInstance <= 0 {
				return nan
			}
			n, _ := i.overCapacity()
			return -float64(n) // the worst first
		}, forMinutes)
	}
	i := in[0]
	peak, at := 0.0, sim.Minute{}
	for _, m := range i.Minutes {
		if offered(m) > peak {
			peak, at = offered(m), m
		}
	}
	when := axisTime(i.Start, i.Length, at.At)
	if peak == 0 {
		return "No request came in " + durationWords(i.Length)
	}
	if i.PerInstance <= 0 {
		return fmt.Sprintf("Traffic peaks at %s rps at %s", figure(peak), when)
	}
	minutes, worst := i.overCapacity()
	if minutes > 0 {
		return fmt.Sprintf("Traffic is over capacity for %s; at worst %s rps for a fleet that serves %s (%s)", plural(minutes, "minute"),
			figure(offered(worst)), figure(i.capacity(worst)), axisTime(i.Start, i.Length, worst.At))
	}
	return fmt.Sprintf("Capacity stays above traffic: the tightest minute, %s, is %s full", axisTime(i.Start, i.Length, worst.At),
		percent(offered(worst)/i.capacity(worst)))
}
