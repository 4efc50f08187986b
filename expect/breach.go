package expect

import (
	"math"
	"strconv"
	"time"

	"headroom/sim"
)

// A Breach is a run of consecutive minutes that miss an expectation. Minutes that do not count do not end it.
type Breach struct {
	From, To time.Duration // since clock.start: begin of its first missed minute, end of its last
	Ask      Ask
	Minutes  int // missed ones
	// Worst is the measure of its worst minute in seconds, shares or a number; NaN if it has none (nothing was served).
	Worst float64
	Cause Cause
}

// Breaches are the breaches of all expectations but those of money, in the order of the expectations and then of time. Of
// two expectations that differ in their share of minutes alone the first one has them.
func Breaches(asks []Ask, r *sim.Result) []Breach {
	var all []Breach
	var f *facts
	seen := map[string]bool{}
	for _, a := range asks {
		if key := a.Measure.Name + " " + string(a.Op) + " " + a.limitText(); a.Measure.Money() || seen[key] {
			continue
		} else {
			seen[key] = true
		}
		breaches, minutes := episodes(a, r)
		if len(breaches) > 0 && f == nil {
			f = gather(r)
		}
		for i := range breaches {
			breaches[i].Cause = f.cause(a, breaches[i], minutes[i])
		}
		all = append(all, breaches...)
	}
	return all
}

// limitText tells bounds apart.
func (a Ask) limitText() string {
	if a.Measure.Time() {
		return a.limit.String()
	}
	return strconv.FormatFloat(a.Bound, 'g', -1, 64)
}

// episodes are the breaches of one expectation, without their causes, and the positions of their missed minutes.
func episodes(a Ask, r *sim.Result) (breaches []Breach, minutes [][]int) {
	open := false
	for i := range r.Minutes {
		m := &r.Minutes[i]
		switch a.minute(r, m) {
		case kept:
			open = false
		case missed:
			if !open {
				breaches = append(breaches, Breach{From: m.At, Ask: a, Worst: math.NaN()})
				minutes = append(minutes, nil)
				open = true
			}
			last := len(breaches) - 1
			b := &breaches[last]
			b.To = m.At + time.Minute
			b.Minutes++
			b.Worst = a.worse(b.Worst, InMinute(a.Measure, r, m))
			minutes[last] = append(minutes[last], i)
		}
	}
	return breaches, minutes
}

// worse is the worse of two measures, the second in nanoseconds if it is a duration; NaN counts as none.
func (a Ask) worse(old, x float64) float64 {
	if a.Measure.Time() {
		x /= float64(time.Second)
	}
	switch {
	case math.IsNaN(x):
		return old
	case math.IsNaN(old), (x > old) == (a.Op == Less || a.Op == AtMost):
		return x
	}
	return old
}
