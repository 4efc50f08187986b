package sim

import (
	"math/big"
	"slices"
	"time"

	"headroom/chance"
	"headroom/policy"
)

// A warmPool is a group's warm pool. Its instances are launched like any other and go through all stages of a start; then they are
// ready, stopped or running, until a launch takes one. Its size follows the group's desired capacity and max; where it must
// shrink, the newest go, those that are not ready first.
type warmPool struct {
	cfg              *policy.Pool
	start            chance.Law
	preparing, ready []*instance // by launch number
	zones            map[int]int // of both, per zone
	coming           int         // draining instances that will come back to it
	waiting          bool        // a refused launch is to be tried again

	inPreparing, inReady area
	stored               total // time of stopped instances
}

func newWarmPool(cfg *policy.Pool) *warmPool {
	if cfg == nil {
		return nil
	}
	return &warmPool{cfg: cfg, start: cfg.StartUp.Law(), zones: map[int]int{}}
}

// in is how many of a zone are in the pool.
func (p *warmPool) in(zone int) int {
	if p == nil {
		return 0
	}
	return p.zones[zone]
}

// everyone is how many instances there are in a zone, with those of the pool: what a pool spreads by.
func (f *fleet) everyone(zone int) int { return f.zoneSize[zone] }

// standPool fills the pool at the begin: all in it are ready.
func (f *fleet) standPool(t clock) {
	if f.pool == nil {
		return
	}
	for range f.pool.cfg.Size(f.desired, f.max) {
		zone := f.zoneWith(t, f.everyone)
		if zone < 0 {
			break
		}
		i := f.fresh(t, f.launches, zone)
		f.launches++
		i.paid = never // it was made ready before
		f.ready(t, i)
	}
}

// fresh is an instance that is launched for the pool.
func (f *fleet) fresh(t clock, number, zone int) *instance {
	i := &instance{number: number, zone: zone, paid: f.bill.begin(t), empty: never, change: -1, state: preparing}
	f.pool.preparing = append(f.pool.preparing, i)
	f.pool.inPreparing.add(t, 1)
	f.pool.zones[zone]++
	f.zoneSize[zone]++
	return i
}

// fillPool launches what the pool lacks, and ends what it has too many.
func (f *fleet) fillPool(t clock) {
	p := f.pool
	if p == nil || f.removing {
		return
	}
	size := p.cfg.Size(f.desired, f.max)
	for len(p.preparing)+len(p.ready)+p.coming < size && !p.waiting {
		number := f.launches
		f.launches++
		if _, why := f.refused(t, number); why != "" {
			f.refuse(t, why)
			f.refill(t)
			return
		}
		i := f.fresh(t, number, f.zoneWith(t, f.everyone))
		at, class := f.ends(f.prepared(t, i), number)
		if class == enters {
			class = prepares
		}
		if at <= t && class == prepares {
			f.ready(t, i)
			continue
		}
		f.schedule(happening{at: at, class: class, instance: i})
	}
	for len(p.preparing)+len(p.ready)+p.coming > size {
		switch n, k := len(p.preparing), len(p.ready); {
		case n > 0:
			f.dismiss(t, p.preparing[n-1])
		case k > 0:
			f.dismiss(t, p.ready[k-1])
		default:
			f.stay()
		}
	}
}

// refill has the pool filled again after a while.
func (f *fleet) refill(t clock) {
	if !f.pool.waiting {
		f.pool.waiting = true
		f.schedule(happening{at: later(t, max(int64(f.cfg.ReplaceAfter), shortest)), class: refills})
	}
}

// stay ends the way back of the instance that was removed last: it will be terminated.
func (f *fleet) stay() {
	for k := len(f.draining) - 1; k >= 0; k-- {
		if i := f.draining[k]; i.returns {
			i.returns = false
			break
		}
	}
	f.pool.coming--
}

// ready makes an instance of the pool ready to be taken: stopped, or running on.
func (f *fleet) ready(t clock, i *instance) {
	p := f.pool
	p.preparing = without(p.preparing, i)
	p.inPreparing.add(t, -1)
	f.putReady(t, i)
}

// putReady puts an instance among the ready ones. A stopped one is charged for its time until now, and from now on for storage.
func (f *fleet) putReady(t clock, i *instance) {
	p := f.pool
	at, _ := slices.BinarySearchFunc(p.ready, i.number, byNumber)
	p.ready = slices.Insert(p.ready, at, i)
	p.inReady.add(t, 1)
	i.state = pooled
	switch {
	case !p.cfg.Running:
		f.bill.charge(i, t)
		i.paid = t
	case i.paid == never:
		i.paid = t
	}
}

// leaves takes an instance out of the ready ones; what it is owed for being stopped is added up.
func (f *fleet) leaves(t clock, i *instance) {
	p := f.pool
	p.ready = without(p.ready, i)
	p.inReady.add(t, -1)
	if !p.cfg.Running {
		p.stored.add(t - i.paid)
	}
}

// dismiss ends an instance of the pool.
func (f *fleet) dismiss(t clock, i *instance) {
	p := f.pool
	if i.state == pooled {
		f.leaves(t, i)
		if !p.cfg.Running {
			i.paid = never
		}
	} else {
		p.preparing = without(p.preparing, i)
		p.inPreparing.add(t, -1)
	}
	p.zones[i.zone]--
	f.end(t, i)
}

// takeWarm launches an instance from the pool, if one is ready: one of the zone with the fewest instances in the group, the lowest
// launch number first. change −1 is a replacement.
func (f *fleet) takeWarm(t clock, change int) bool {
	if f.pool == nil || len(f.pool.ready) == 0 {
		return false
	}
	size := make([]int, len(f.zoneSize))
	for _, i := range slices.Concat(f.starting, f.serving) {
		size[i.zone]++
	}
	i := slices.MinFunc(f.pool.ready, func(a, b *instance) int {
		if d := size[a.zone] - size[b.zone]; d != 0 {
			return d
		}
		return a.number - b.number
	})
	f.leaves(t, i)
	f.pool.zones[i.zone]--
	if !f.pool.cfg.Running {
		i.paid = f.bill.begin(t)
	}
	i.state, i.change, i.warmUp, i.empty = starting, change, f.warmUp, never
	at, _ := slices.BinarySearchFunc(f.starting, i.number, byNumber)
	f.starting = slices.Insert(f.starting, at, i)
	f.inStarting.add(t, 1)
	ready := later(t, int64(f.pool.start.Draw(f.stream("start-up", "pool", i.number+i.starts<<40))))
	if ready <= t {
		f.enter(t, i)
	} else {
		f.schedule(happening{at: ready, class: enters, instance: i})
	}
	return true
}

// returning tells whether the next removed instance goes back to the pool: there is room, and it is not one of a pair that is moved
// to another zone.
func (f *fleet) returning(change int) bool {
	p := f.pool
	if p == nil || !p.cfg.Reuse || change < 0 || len(p.preparing)+len(p.ready)+p.coming >= p.cfg.Size(f.desired, f.max) {
		return false
	}
	p.coming++
	return true
}

// giveBack puts a drained instance into the pool.
func (f *fleet) giveBack(t clock, i *instance) {
	f.pool.coming--
	f.pool.zones[i.zone]++
	i.starts++ // what was to happen to it in service is void
	i.returns, i.hooked, i.change = false, false, -1
	f.putReady(t, i)
	f.fillPool(t)
}

// losePool ends the pool's instances in a zone that is lost.
func (f *fleet) losePool(t clock, zone int) {
	if f.pool == nil {
		return
	}
	for _, i := range slices.Concat(f.pool.preparing, f.pool.ready) {
		if i.zone == zone {
			f.dismiss(t, i)
		}
	}
	f.fillPool(t)
}

// reportPool forgets what was paid before clock.start.
func (f *fleet) reportPool() {
	if f.pool == nil {
		return
	}
	f.pool.stored = total{}
	for _, i := range slices.Concat(f.pool.preparing, f.pool.ready) {
		if i.paid != never {
			i.paid = 0
		}
	}
}

// closePool bills what is in the pool at the end.
func (f *fleet) closePool(end clock) {
	if f.pool == nil {
		return
	}
	for _, i := range slices.Concat(f.pool.preparing, f.pool.ready) {
		if i.state == pooled && !f.pool.cfg.Running {
			f.pool.stored.add(end - i.paid)
		} else {
			f.bill.charge(i, end)
		}
	}
}

// rate is what the pool's instances cost in a minute, before granularity and minimum.
func (p *warmPool) rate(d areas, perHour float64, startingFree bool) float64 {
	paid, stored := d.preparing, d.ready
	if startingFree {
		paid = 0
	}
	if p.cfg.Running {
		paid, stored = paid+d.ready, 0
	}
	cost := perHour * float64(paid) / float64(time.Hour)
	if p.cfg.Storage != nil {
		price, _ := p.cfg.Storage.Hourly().Float64()
		cost += price * float64(stored) / float64(time.Hour)
	}
	return cost
}

// storage is what stopped instances cost, exactly; nil without a pool.
func (p *warmPool) storage() *big.Rat {
	switch {
	case p == nil:
		return nil
	case p.cfg.Storage == nil:
		return new(big.Rat)
	}
	return new(big.Rat).Mul(p.cfg.Storage.Hourly(), new(big.Rat).SetFrac(p.stored.exact(), big.NewInt(int64(time.Hour))))
}
