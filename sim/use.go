package sim

import (
	"time"

	"headroom/policy"
)

// use is what instances hold at now, for scalers that place work themselves. Whoever asks also looks at who is empty: an instance
// counts as empty since the first of the looks that all found it so.
func (f *fleet) use(now clock) policy.Use {
	y := f.service.tally(now)
	for _, i := range f.serving {
		switch empty := f.service.holds(i) == 0; {
		case !empty:
			i.empty = never
		case i.empty == never:
			i.empty = now
		}
	}
	return policy.Use{Busy: int(y.slots), Waiting: int(y.waiting), Empty: func(d time.Duration) (n int) {
		for _, i := range f.serving {
			if i.emptyFor(now, d) {
				n++
			}
		}
		return n
	}}
}

// emptyFor tells whether all looks of the last d found an instance empty.
func (i *instance) emptyFor(now clock, d time.Duration) bool {
	return i.empty != never && now-i.empty >= int64(d)
}

// removable is the instance in service that goes next: the newest; where only empty ones may go, the newest that holds nothing.
// nil if none may.
func (f *fleet) removable(t clock) *instance {
	if f.removal != "" {
		return f.chosen(t, f.serving)
	}
	for k := len(f.serving) - 1; k >= 0; k-- {
		if i := f.serving[k]; !f.onlyEmpty || f.service.holds(i) == 0 {
			return i
		}
	}
	return nil
}
