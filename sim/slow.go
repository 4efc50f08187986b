package sim

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// slow is what the service's own events do to services: a slowdown multiplies the time of those that start in it, in an outage
// all of them stand still. Both are pure functions of time; overlapping slowdowns multiply, overlapping outages are one.
type slow struct {
	downs       []slowdown
	first, last clock // no slowdown lies outside [first, last)
	outages     []span
	edges       []clock // every instant at which something begins, bends or ends, ascending
}

// slowdown rises linearly from 1 to multiply in [begin, full), holds it in [full, fall) and is back at 1 at end.
type slowdown struct {
	begin, full, fall, end clock
	multiply               float64
}

// span is the half-open time [from, to).
type span struct{ from, to clock }

func newSlow(events []ServiceEvent) *slow {
	s := &slow{first: never, last: -never}
	for _, e := range events {
		if d := e.Slowdown; d != nil {
			fall := d.Rise
			if d.Fall != nil {
				fall = *d.Fall
			}
			full := int64(d.Begin + d.Rise)
			n := slowdown{int64(d.Begin), full, full + int64(d.Hold), full + int64(d.Hold+fall), d.Multiply}
			if n.begin == n.end {
				continue
			}
			s.downs = append(s.downs, n)
			s.edges = append(s.edges, n.begin, n.full, n.fall, n.end)
			s.first, s.last = min(s.first, n.begin), max(s.last, n.end)
		}
		if o := e.Outage; o != nil && o.Length > 0 {
			s.outages = append(s.outages, span{int64(o.Begin), int64(o.Begin + o.Length)})
		}
	}
	s.outages = merged(s.outages)
	for _, o := range s.outages {
		s.edges = append(s.edges, o.from, o.to)
	}
	slices.Sort(s.edges)
	s.edges = slices.Compact(s.edges)
	return s
}

// merged are the same times as disjoint spans that do not touch, ascending.
func merged(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	for _, o := range spans {
		if n := len(out); n > 0 && o.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, o.to)
			continue
		}
		out = append(out, o)
	}
	return out
}

// factor multiplies the time of a service that starts at t; 1 is no slowdown.
func (s *slow) factor(t clock) float64 {
	f := 1.0
	if t < s.first || t >= s.last {
		return f
	}
	for i := range s.downs {
		f *= s.downs[i].at(t)
	}
	return f
}

func (d *slowdown) at(t clock) float64 {
	switch {
	case t < d.begin || t >= d.end:
		return 1
	case t < d.full:
		return 1 + (d.multiply-1)*float64(t-d.begin)/float64(d.full-d.begin)
	case t < d.fall:
		return d.multiply
	}
	return 1 + (d.multiply-1)*float64(d.end-t)/float64(d.end-d.fall)
}

// lengthened is work × factor, to the nanosecond; never if it is beyond all time.
func lengthened(work int64, factor float64) int64 {
	if x := float64(work) * factor; x < float64(never) {
		return int64(math.Round(x))
	}
	return never
}

// standing says whether services stand still at t.
func (s *slow) standing(t clock) bool {
	i := s.outageAfter(t)
	return i < len(s.outages) && s.outages[i].from <= t
}

// outageAfter is the position of the first outage that ends after t.
func (s *slow) outageAfter(t clock) int {
	if len(s.outages) == 0 {
		return 0
	}
	return sort.Search(len(s.outages), func(i int) bool { return s.outages[i].to > t })
}

// end is when a service ends that begins at start and would take work nanoseconds if nothing disturbed it.
func (s *slow) end(start clock, work int64) clock {
	return s.completion(start, lengthened(work, s.factor(start)))
}

// completion is when a service ends that begins at start and takes work nanoseconds of undisturbed time. What is done just as
// an outage begins is done; never if the sum is beyond all time.
func (s *slow) completion(start clock, work int64) clock {
	for i := s.outageAfter(start); i < len(s.outages); i++ {
		o := s.outages[i]
		ahead := max(0, o.from-start) // undisturbed time until it begins
		if work <= ahead {
			break
		}
		work -= ahead
		start = o.to
	}
	if end := start + work; end >= start {
		return end
	}
	return never
}

// touches says whether a slowdown or an outage lies in part within [from, to).
func (s *slow) touches(from, to clock) bool {
	if from < s.last && to > s.first {
		for _, d := range s.downs {
			if from < d.end && to > d.begin {
				return true
			}
		}
	}
	i := s.outageAfter(from)
	return i < len(s.outages) && s.outages[i].from < to
}

// next is the first instant after t at which something begins, bends or ends; never if nothing does.
func (s *slow) next(t clock) clock {
	if n := len(s.edges); n == 0 || t >= s.edges[n-1] {
		return never
	}
	return s.edges[sort.Search(len(s.edges), func(i int) bool { return s.edges[i] > t })]
}
