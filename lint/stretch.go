package lint

import "time"

// A stretch is a run of bins.
type stretch struct{ from, to int }

func (s *scene) length(t stretch) time.Duration {
	return min(s.when(t.to), s.Clock.Length) - s.when(t.from)
}

// stretches are the runs of bins in which something holds, at least so long.
func (s *scene) stretches(least time.Duration, holds func(i int) bool) (out []stretch) {
	for i := 0; i < len(s.base); i++ {
		if !holds(i) {
			continue
		}
		t := stretch{i, i}
		for t.to < len(s.base) && holds(t.to) {
			t.to++
		}
		if s.length(t) >= least {
			out = append(out, t)
		}
		i = t.to
	}
	return out
}

// longest of some stretches.
func (s *scene) longest(all []stretch) (best stretch) {
	for _, t := range all {
		if s.length(t) > s.length(best) {
			best = t
		}
	}
	return best
}
