package sim

import (
	"fmt"
	"slices"
	"time"

	"headroom/policy"
)

// chosen is the instance that a group removes next: of the zones with the most in service, by the group's order, ties by chance;
// nil if there is none.
func (f *fleet) chosen(t clock, among []*instance) *instance {
	size := make([]int, len(f.zoneSize))
	most := 0
	for _, i := range among {
		size[i.zone]++
		most = max(most, size[i.zone])
	}
	var best []*instance
	for _, i := range among {
		if size[i.zone] < most {
			continue
		}
		switch d := f.sooner(t, i, best); {
		case d < 0:
			best = append(best[:0], i)
		case d == 0:
			best = append(best, i)
		}
	}
	switch len(best) {
	case 0:
		return nil
	case 1:
		return best[0]
	}
	f.drawn++
	return best[f.stream("removal", "", f.drawn).IntN(len(best))]
}

// sooner is below 0 if an instance goes before the best ones so far, 0 if it is as good as they are.
func (f *fleet) sooner(t clock, i *instance, best []*instance) int {
	if len(best) == 0 {
		return -1
	}
	o := best[0]
	switch f.removal {
	case policy.Oldest:
		return i.number - o.number
	case policy.Newest:
		return o.number - i.number
	}
	const hour = int64(time.Hour)
	return int((t-o.paid)%hour - (t-i.paid)%hour)
}

// balance moves instances to zones that have too few: as many are launched there as the group may have above its max (a tenth of it,
// one at least; with a maintenance policy as that says), and once they are ready as many go elsewhere. Where a maintenance policy wants
// it, instances go first. Nothing is moved while anything else is under way.
func (f *fleet) balance(t clock) {
	if !f.moves || f.extras > 0 || len(f.starting)+len(f.draining)+len(f.retry) > 0 || f.open > 0 {
		return
	}
	n, first := f.displaced(t), 0
	switch {
	case f.keep != nil && f.inWarming.n > 0:
		return
	case f.keep != nil:
		least, most := f.keep.Bounds(f.desired)
		all := n
		n = min(n, most-f.size())
		first = min(all-n, max(0, len(f.serving)-least))
	case f.max > 0:
		n = min(n, max(1, f.max/10)+max(0, f.max-f.desired))
	}
	var launched []*instance
	for range n {
		i := f.extra(t)
		if i == nil {
			break
		}
		launched = append(launched, i)
	}
	if f.extras > 0 {
		text := fmt.Sprintf("zones are out of balance: %d launched where there are fewest, as many go elsewhere", f.extras)
		f.note(Happening{At: nanos(t), What: "rebalanced", Count: f.extras, Text: text})
	}
	for _, i := range launched {
		f.start(t, i)
	}
	f.swap(t, first)
}

// swap moves instances between zones by removing each before another one is launched.
func (f *fleet) swap(t clock, n int) {
	if n <= 0 {
		return
	}
	text := fmt.Sprintf("zones are out of balance: %d removed where there are most, as many launched elsewhere", n)
	f.note(Happening{At: nanos(t), What: "rebalanced", Count: n, Text: text})
	for range n {
		if o := f.chosen(t, f.serving); o != nil {
			f.retire(t, o, -1)
			f.launch(t, -1)
		}
	}
}

// displaced is how many instances in service would be in another zone if all open zones had the same, to within one.
func (f *fleet) displaced(t clock) (n int) {
	size, open := make([]int, len(f.zoneSize)), 0
	for _, i := range f.serving {
		size[i.zone]++
	}
	for z := range size {
		if t >= f.zoneClosed[z] {
			open++
		}
	}
	if open == 0 {
		return 0
	}
	least := len(f.serving) / open
	most := (len(f.serving) + open - 1) / open
	tooMany, tooFew := 0, 0
	for z, k := range size {
		if tooMany += max(0, k-most); t >= f.zoneClosed[z] {
			tooFew += max(0, least-k)
		}
	}
	return max(tooMany, tooFew)
}

// cancelExtras ends the starts that were for replacement alone, and lets those in service that are not yet ready take their places: the
// group's size changes.
func (f *fleet) cancelExtras(t clock) {
	for k := len(f.starting) - 1; k >= 0 && f.extras > 0; k-- {
		if i := f.starting[k]; i.extra {
			f.starting = without(f.starting, i)
			f.inStarting.add(t, -1)
			f.extras--
			f.end(t, i)
		}
	}
	for f.extras > 0 {
		k := slices.IndexFunc(f.serving, func(i *instance) bool { return i.extra })
		if k < 0 {
			return
		}
		f.succeed(t, f.serving[k])
	}
}
