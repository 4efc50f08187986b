package expect

import (
	"fmt"

	"headroom/sim"
)

// onDemandPhase is the one cause of a minute on a platform that makes environments on demand.
func onDemandPhase(m *sim.Minute) Code {
	switch {
	case m.Throttled > 0:
		return Throttle
	case m.Cold > 0:
		return ColdStart
	}
	return Noise
}

// onDemand counts what the minutes of a cause had of it.
func (f *facts) onDemand(c Code, i int, minutes []int) string {
	var of, all int64
	for _, k := range minutes {
		if m := &f.r.Minutes[k]; f.phases[k] == c {
			all += m.Invoked + m.Throttled
			if c == Throttle {
				of += m.Throttled
			} else {
				of += m.Cold
			}
		}
	}
	d := f.r.Config.Platform.OnDemand
	at := f.clock(f.r.Minutes[i].At)
	if c == Throttle {
		return fmt.Sprintf("from %s on %d of %d attempts found all %d environments taken (max-concurrency)", at, of, all, d.MaxConcurrency)
	}
	return fmt.Sprintf("from %s on %d of %d attempts waited for a new environment, %s on average", at, of, all, Short(d.ColdStart.Law().Mean()))
}
