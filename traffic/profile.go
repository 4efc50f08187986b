package traffic

import (
	"sort"
	"time"
)

// A profile is the traffic of one run: the sum of the curves, times the events that multiply, plus those that add.
type profile struct {
	curves []shape
	events []schedule
}

// An occurrence is one event that happens in a run.
type occurrence struct {
	trapezoid
	multiply float64 // 1: leaves the rate as it is
	add      float64 // requests per second at its height
}

// A schedule is what becomes of one event of the settings in a run: occurrences by begin.
type schedule struct {
	list    []occurrence
	longest time.Duration // no occurrence lasts longer
}

// newSchedule puts occurrences in order.
func newSchedule(list []occurrence) schedule {
	sort.SliceStable(list, func(i, j int) bool { return list[i].begin < list[j].begin })
	s := schedule{list: list}
	for _, o := range list {
		s.longest = max(s.longest, o.end-o.begin)
	}
	return s
}

// around gives the occurrences that may be under way at t, and the begin of the next one.
func (s schedule) around(t time.Duration) (list []occurrence, next time.Duration) {
	first := sort.Search(len(s.list), func(i int) bool { return s.list[i].begin > t-s.longest })
	last := first
	for last < len(s.list) && s.list[last].begin <= t {
		last++
	}
	if last < len(s.list) {
		return s.list[first:last], s.list[last].begin
	}
	return s.list[first:last], Forever
}

// piece is the rate from t on.
func (p *profile) piece(t time.Duration) polynomial {
	sum := polynomial{end: Forever}
	for _, c := range p.curves {
		sum.add(c.at(t))
	}
	for _, e := range p.events {
		list, next := e.around(t)
		sum.end = min(sum.end, next)
		for _, o := range list {
			if l := o.at(t); o.multiply != 1 && t < o.end {
				sum.multiply(l.between(1, o.multiply))
			}
		}
	}
	for _, e := range p.events {
		list, _ := e.around(t)
		for _, o := range list {
			if l := o.at(t); o.add != 0 && t < o.end {
				sum.add(l.between(0, o.add))
			}
		}
	}
	return sum
}

func (p *profile) Rate(t time.Duration) float64 {
	sum := p.piece(t)
	return max(0, sum.c[0])
}

func (p *profile) Next(t time.Duration) time.Duration {
	sum := p.piece(t)
	return sum.end
}
