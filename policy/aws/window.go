package aws

import (
	"math"
	"time"

	"headroom/histogram"
	"headroom/policy"
)

// A slot is one period of an alarm: the points of its metric in it, made one.
type slot struct {
	end     time.Duration
	real    bool // there is a point in it
	value   float64
	load    float64 // what target tracking divides by its target
	samples float64 // how many samples the value is of
}

// A window is what alarms see of one metric by one statistic: periods that lie back to back, the newest of them the last whose
// point is due. A period longer than the metric's pools its points; from a minute up it slides by whole minutes.
type window struct {
	metric        string
	statistic     Statistic
	period, grain time.Duration // of a slot; by which the window slides
	delay         time.Duration // until a metric's point is due
	ring          []slot        // the slots computed so far, each at its end ÷ grain
	scratch       histogram.Histogram

	points []policy.Point // visible now
	newest time.Duration  // end of the newest slot
	seen   bool           // there has been a point
	last   time.Duration  // end of the last point seen
}

// newWindow is a window of length slots of a period, over a metric published each every.
func newWindow(metric string, s Statistic, period, every, delay time.Duration, length int) *window {
	w := &window{metric: metric, statistic: s, period: period, delay: delay, grain: every}
	if period >= time.Minute && time.Minute%every == 0 {
		w.grain = time.Minute
	}
	w.ring = make([]slot, length*int(max(1, period/w.grain))+1)
	for i := range w.ring {
		w.ring[i].end = math.MinInt64
	}
	return w
}

// look takes the points that are visible now.
func (w *window) look(points []policy.Point, now time.Duration) {
	w.points = points
	w.newest = floor(now-w.delay, w.grain) * w.grain
	if n := len(points); n > 0 {
		w.seen, w.last = true, points[n-1].End
	}
}

// slot is the i-th period of the window, 0 the newest.
func (w *window) slot(i int) *slot {
	end := w.newest - time.Duration(i)*w.period
	n := time.Duration(len(w.ring))
	at := end / w.grain % n
	if at < 0 {
		at += n
	}
	s := &w.ring[at]
	if s.end != end {
		w.fill(s, end)
	}
	return s
}

// fill makes the points in (end − period, end] one slot.
func (w *window) fill(s *slot, end time.Duration) {
	*s = slot{end: end}
	to := len(w.points)
	for to > 0 && w.points[to-1].End > end {
		to--
	}
	from := to
	for from > 0 && w.points[from-1].End > end-w.period {
		from--
	}
	in := w.points[from:to]
	if len(in) == 0 {
		return
	}
	s.real = true
	s.value = w.statistic.Of(in, &w.scratch)
	s.samples = total(in, func(p *policy.Point) float64 { return p.Count })
	s.load = in[0].Load
	if len(in) > 1 {
		time := total(in, func(p *policy.Point) float64 { return float64(p.Period) })
		s.load = total(in, func(p *policy.Point) float64 { return p.Load * float64(p.Period) }) / time
	}
}

// measure is the value and the load that a policy calculates with: of the last n real slots among the newest length ones, the
// last, the average or the largest. There is at least one real slot where an alarm is in ALARM on real points; ok is false where
// there is none.
func (w *window) measure(how string, n, length int) (value, load float64, ok bool) {
	count := 0
	for i := 0; i < length && count < n; i++ {
		s := w.slot(i)
		switch {
		case !s.real:
			continue
		case count == 0:
			value, load = s.value, s.load
		case how == "average":
			value, load = value+s.value, load+s.load
		case how == "max":
			value, load = max(value, s.value), max(load, s.load)
		}
		if count++; how == "last" {
			break
		}
	}
	if how == "average" && count > 0 {
		value, load = value/float64(count), load/float64(count)
	}
	return value, load, count > 0
}

// floor is a ÷ b rounded down, for times before the start too.
func floor(a, b time.Duration) time.Duration {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
