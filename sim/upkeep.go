package sim

import (
	"fmt"
	"slices"

	"headroom/unit"
)

// A group replaces instances that still run: those that have been in service for its maximum lifetime, and those that stand in a zone
// with too many. What it keeps meanwhile is policy.Maintenance.

// tend replaces what is too old and then evens out the zones. It ends where nothing more may be done now.
func (f *fleet) tend(t clock) {
	if f.tending {
		return // what is done below calls it again
	}
	f.tending = true
	for f.takeOver(t)+f.renew(t) > 0 {
	}
	f.balance(t)
	f.tending = false
}

// age has an instance that has come into service replaced when it has been there for its maximum lifetime.
func (f *fleet) age(t clock, i *instance) {
	if f.lifetime > 0 {
		f.schedule(happening{at: later(t, f.lifetime), class: expires, instance: i})
	}
}

// expire puts an instance among those that are to be replaced, unless it has left.
func (f *fleet) expire(t clock, i *instance) {
	if i.state == serving {
		f.old = append(f.old, i)
		f.tend(t)
	}
}

// renew replaces instances that are too old, in the order in which they became so, as far as the bounds allow it: first by launching
// before removing, then by removing and launching at once. It tells how many.
func (f *fleet) renew(t clock) (n int) {
	f.old = slices.DeleteFunc(f.old, func(o *instance) bool { return o.state != serving })
	var launched, removed int
	refused := false
	for _, o := range slices.Clone(f.old) {
		if refused || o.state != serving || o.extra || f.succeeded(o) {
			continue
		}
		least, most := f.keep.Bounds(f.desired)
		f.vacated = o.zone
		switch {
		case f.size() < most:
			i := f.extra(t)
			if refused = i == nil; refused {
				break
			}
			i.replaces = o
			launched++
			f.start(t, i)
		case f.spare(least):
			f.forget(o)
			f.retire(t, o, -1)
			f.launch(t, -1)
			removed++
		}
		f.vacated = -1
	}
	f.tellRenewed(t, launched, removed)
	return launched + removed
}

// size is how many instances there are or will be, replacements included.
func (f *fleet) size() int { return len(f.starting) + len(f.serving) + len(f.retry) }

// spare tells whether one of the instances that are warmed up may go.
func (f *fleet) spare(least int) bool { return len(f.serving)-int(f.inWarming.n) > least }

// forget takes an instance off those that are to be replaced.
func (f *fleet) forget(o *instance) {
	f.old = slices.DeleteFunc(f.old, func(i *instance) bool { return i == o })
}

// succeeded tells whether another instance is on its way to replace one.
func (f *fleet) succeeded(o *instance) bool {
	follows := func(i *instance) bool { return i.extra && i.replaces == o }
	return f.extras > 0 && (slices.ContainsFunc(f.starting, follows) || slices.ContainsFunc(f.serving, follows))
}

// extra is one more instance, launched to replace one that still runs; nil if the launch is refused, which is tried again.
func (f *fleet) extra(t clock) *instance {
	number := f.launches
	f.launches++
	zone, why := f.refused(t, number)
	if why != "" {
		f.tendAgain(t)
		return nil
	}
	i := f.born(t, number, zone, -1)
	i.extra = true
	f.extras++
	return i
}

// tellRenewed notes replacements by age.
func (f *fleet) tellRenewed(t clock, launched, removed int) {
	if launched+removed == 0 {
		return
	}
	text := "in service for " + unit.FormatDuration(nanos(f.lifetime)) + ", max-lifetime: "
	switch {
	case removed == 0:
		text += fmt.Sprintf("%d launched, as many go once they are ready", launched)
	case launched == 0:
		text += fmt.Sprintf("%d removed and as many launched", removed)
	default:
		text += fmt.Sprintf("%d launched to replace as many, %d removed and launched anew", launched, removed)
	}
	f.note(Happening{At: nanos(t), What: "renewed", Count: launched + removed, Text: text})
}

// tendAgain looks again after a while.
func (f *fleet) tendAgain(t clock) {
	if f.moves || f.lifetime > 0 {
		f.schedule(happening{at: later(t, max(int64(f.cfg.ReplaceAfter), shortest)), class: reopens})
	}
}

// replaced removes an instance for one that was launched in its stead, or for balance between zones, when that is in service; with a
// maintenance policy when it is ready.
func (f *fleet) replaced(t clock, i *instance) {
	if i.extra && f.keep == nil {
		f.succeed(t, i)
		return
	}
	f.tend(t)
}

// takeOver lets extra instances that are warmed up take the places of others, as long as enough of them remain. It tells how many.
func (f *fleet) takeOver(t clock) (n int) {
	if f.keep == nil || f.extras == 0 {
		return 0
	}
	for _, i := range slices.Clone(f.serving) {
		if least, _ := f.keep.Bounds(f.desired); i.extra && !i.warming && f.spare(least) {
			f.succeed(t, i)
			n++
		}
	}
	return n
}

// ripe is called when an instance is warmed up: what waited for that goes on.
func (f *fleet) ripe(t clock, i *instance) {
	if i.state == serving && (f.keep != nil || f.lifetime > 0) {
		f.tend(t)
	}
}

// succeed lets an extra instance take the place of another one.
func (f *fleet) succeed(t clock, i *instance) {
	i.extra = false
	f.extras--
	o := i.replaces
	switch i.replaces = nil; {
	case o == nil:
		o = f.chosen(t, slices.DeleteFunc(slices.Clone(f.serving), func(o *instance) bool { return o.extra }))
	case o.state != serving: // it is gone already, and the new one is not needed
		o = i
	}
	if o != nil {
		f.retire(t, o, -1)
	}
	f.tend(t)
}
