package traffic

import (
	"slices"
	"strings"
	"time"

	"headroom/chance"
)

// A demand is settings, resolved for a calendar and a simulated time. It is not changed by a run.
type demand struct {
	curves     []shape
	plans      []plan
	dispersion float64 // of counts; 0 smooth, 1 poisson
	from, to   time.Duration
}

func (d *demand) Profile(src chance.Source) Profile {
	p := &profile{curves: d.curves}
	for i := range d.plans {
		if list := d.plans[i].occurrences(src, d.to); len(list) > 0 {
			p.events = append(p.events, newSchedule(list))
		}
	}
	return p
}

func (d *demand) Arrivals(src chance.Source, from, to time.Duration) Arrivals {
	flow := NewFlow(d.Profile(src), from, to)
	draw := src.Stream("arrivals", "", 0)
	switch {
	case d.dispersion == 0:
		return &smoothArrivals{flow: flow}
	case d.dispersion == 1:
		return &poissonArrivals{renewal{flow, draw.ExpFloat64()}, draw}
	}
	gap := newHyperexponential(d.dispersion)
	return &burstyArrivals{renewal{flow, gap.draw(draw)}, draw, gap}
}

func (d *demand) Volume(src chance.Source, from, to time.Duration) Volume {
	p := d.Profile(src)
	if d.dispersion == 0 {
		return NewFlow(p, from, to)
	}
	return newCounted(p, src.Key("volume", ""), d.dispersion, from, to)
}

func (d *demand) Marks(src chance.Source) []Mark {
	var marks []Mark
	for i := range d.plans {
		for _, o := range d.plans[i].occurrences(src, d.to) {
			if o.begin < d.to && o.end > d.from {
				marks = append(marks, Mark{From: o.begin, To: o.end, Text: o.text(d.plans[i].title)})
			}
		}
	}
	slices.SortStableFunc(marks, func(a, b Mark) int {
		if a.From != b.From {
			return int(max(-1, min(1, a.From-b.From)))
		}
		return strings.Compare(a.Text, b.Text)
	})
	return marks
}
