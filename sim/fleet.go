package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"headroom/chance"
	"headroom/policy"
)

// state is where an instance is in its life.
type state uint8

const (
	starting state = iota // launched, not yet in service
	serving
	draining  // takes no new attempts
	gone      // drained, cancelled or lost
	preparing // for the warm pool: it runs
	pooled    // ready in the warm pool
)

// instance is one machine, from its launch on.
type instance struct {
	number  int // launch number, from 0
	state   state
	zone    int
	paid    clock // since when it is charged without a break; never: it is not
	starts  int   // from the warm pool
	empty   clock // since when every look found it empty (use.go); never if the last one did not
	change  int   // the change that launched or removes it, −1 if none waits for it
	warmUp  int64 // how long it warms up once it is in service
	extra   bool  // launched to replace one in a fuller zone
	hooked  bool  // serves nobody any more: its termination hook runs
	returns bool  // goes to the warm pool when it is drained
	loading bool  // in service, and its model still loads

	on       *host     // where it stands, if it is a copy
	replaces *instance // the copy that it is to replace

	hold // what the engine knows of it
}

// A fleet is the instances and all that happens to them by themselves: they start, fail, are lost and launched anew.
// It counts by state, knows when a change of capacity is complete, and bills each instance at its end.
type fleet struct {
	cfg     *Fleet
	src     chance.Source
	service service
	bill    *bill
	reach   *Reach
	hosts   *hosts // nil: each instance is a machine itself

	desired   int
	onlyEmpty bool        // of those in service
	starting  []*instance // by launch number
	serving   []*instance // by launch number
	draining  []*instance // by the time they were removed
	retry     []*relaunch // lost or refused ones that wait for their new launch, by the time they were ordered
	launches  int         // launch numbers given

	provision, load chance.Law
	due             []happening // a heap by (at, class, seq)
	seq             int
	open            int // changes under way
	changes         []change
	completed       func(t clock, change int)
	note            func(Happening)
	zoneClosed      []clock // per zone: launches are refused before this instant
	zoneSize        []int   // per zone: instances starting, in service and draining, and in the warm pool

	inStarting, inService, inDraining area
	warmUp                            int64 // of what is launched now
	inWarming                         area  // of those in service, those that warm up
	warms                             bool  // some have
	extremes                          extremes
	early                             early

	pool     *warmPool // nil: none
	removing bool      // a removal is under way: the pool is filled after it, when all that come back are known
	hooks    policy.Hooks
	removal  string // policy.Platform.Removal
	drawn    int    // ties of removals that chance has decided
	moves    bool   // policy.Platform.Rebalance
	extras   int    // instances that start only to replace others
	keep     *policy.Maintenance
	old      []*instance // in service for longer than lifetime, in this order
	lifetime int64       // most in service, 0: for ever
	tending  bool
	vacated  int // zone of the instance that is being replaced, −1: none
	max      int // policy.Decision.Max

	addresses Addresses // that were lacking
}

// relaunch is a lost or refused instance that waits for its new launch.
type relaunch struct{ cancelled bool }

// change is a change of desired capacity under way.
type change struct{ left int }

func newFleet(cfg *Config) *fleet {
	f := &fleet{cfg: &cfg.Fleet, src: cfg.Source, onlyEmpty: cfg.Platform.OnlyEmpty, reach: &cfg.Reach, provision: cfg.Fleet.StartUp.Provision.Law(), load: cfg.Fleet.StartUp.Load.Law()}
	f.bill, f.pool = newBill(&cfg.Fleet), newWarmPool(cfg.Platform.Pool)
	f.early.loaded = map[*instance]clock{}
	f.hooks, f.removal, f.moves = cfg.Platform.Hooks, cfg.Platform.Removal, cfg.Platform.Rebalance && cfg.Fleet.Zones > 1
	f.vacated = -1
	f.keep, f.lifetime = cfg.Platform.Maintenance, int64(cfg.Platform.MaxLifetime)
	f.zoneClosed, f.zoneSize = make([]clock, max(1, f.cfg.Zones)), make([]int, max(1, f.cfg.Zones))
	for i := range f.zoneClosed {
		f.zoneClosed[i] = -never
	}
	f.hosts = newHosts(f, cfg.Platform.Hosts, -clock(cfg.Settle))
	f.plan(-clock(cfg.Settle))
	return f
}

// stand puts n instances in service at the begin; they are charged from there.
func (f *fleet) stand(t clock, n int) {
	f.desired = n
	for range n {
		i := f.born(t, f.launches, max(0, f.emptiest(t)), -1)
		f.launches++
		f.hosts.hold(t, f.hosts.place(t, true), i)
		f.enter(t, i)
	}
	f.standPool(t)
}

// born is an instance that is launched.
func (f *fleet) born(t clock, number, zone, change int) *instance {
	i := &instance{number: number, zone: zone, paid: f.bill.begin(t), empty: never, change: change, warmUp: f.warmUp}
	f.inStarting.add(t, 1)
	f.starting = append(f.starting, i)
	f.zoneSize[zone]++
	return i
}

// resize makes desired capacity want, launching or removing at once: the fleet's next change, numbered from 0.
func (f *fleet) resize(t clock, want int) {
	id := len(f.changes)
	f.changes = append(f.changes, change{})
	f.changes[id].left = 1 // holds the change open until all is ordered
	f.open++
	more := want - f.desired
	f.desired, f.tending = want, true // what is ordered comes first
	if more > 0 && f.keep != nil {
		if _, most := f.keep.Bounds(want); want+f.extras > most {
			f.cancelExtras(t)
		}
	}
	for range more {
		f.changes[id].left++
		f.launch(t, id)
	}
	if more < 0 {
		f.removing = true
		f.remove(t, -more, id)
		f.removing = false
	}
	f.tending = false
	f.done(t, id)
	f.tend(t)
}

// done is one part of a change that is complete.
func (f *fleet) done(t clock, id int) {
	if id < 0 {
		return
	}
	f.changes[id].left--
	if f.changes[id].left == 0 {
		f.open--
		f.completed(t, id)
		f.tend(t)
	}
}

// launch orders one instance; false if it is refused, or comes to nothing. change −1 is a replacement.
func (f *fleet) launch(t clock, change int) bool {
	if f.takeWarm(t, change) {
		return true
	}
	number := f.launches
	f.launches++
	zone, why := f.refused(t, number)
	if why != "" {
		f.refuse(t, why)
		f.again(t, max(int64(f.cfg.ReplaceAfter), shortest))
		f.done(t, change)
		return false
	}
	on, ok := f.ground(t)
	if !ok {
		f.refuse(t, "no room for another copy on the instances")
		f.again(t, max(int64(f.cfg.ReplaceAfter), shortest))
		f.done(t, change)
		return false
	}
	i := f.born(t, number, zone, change)
	f.hosts.hold(t, on, i)
	f.start(t, i)
	return f.reach.Broken == ""
}

// start lets a launched instance start, with its launch hook.
func (f *fleet) start(t clock, i *instance) {
	ready, class := f.ends(f.prepared(t, i), i.number)
	if ready <= t && class == enters {
		f.enter(t, i)
		return
	}
	f.schedule(happening{at: ready, class: class, instance: i})
}

// prepared is when an instance that is launched at t has been through the stages that it waits for: a copy's machine has been provisioned for
// itself.
func (f *fleet) prepared(t clock, i *instance) clock {
	var ready clock
	if i.on != nil {
		ready = max(t, i.on.ready)
	} else {
		ready = later(t, int64(f.provision.Draw(f.stream("start-up", "provision", i.number))))
	}
	return f.loads(ready, i)
}

// shortest is the least time after which a refused launch is tried again: with none it would be refused for ever at one instant.
const shortest = int64(time.Second)

// again orders a new launch after a while.
func (f *fleet) again(t clock, after int64) {
	r := &relaunch{}
	f.retry = append(f.retry, r)
	f.schedule(happening{at: later(t, after), class: relaunches, relaunch: r})
}

// enter brings a starting instance into service.
func (f *fleet) enter(t clock, i *instance) {
	f.starting = without(f.starting, i)
	at, _ := slices.BinarySearchFunc(f.serving, i.number, byNumber)
	f.serving = slices.Insert(f.serving, at, i)
	f.inStarting.add(t, -1)
	f.serve(t, 1)
	if i.state = serving; i.paid == never {
		i.paid = t
	}
	f.warm(t, i)
	f.stillLoads(t, i)
	f.service.add(t, i)
	f.done(t, i.change)
	i.change = -1
	f.mortal(t, i)
	f.age(t, i)
	f.replaced(t, i)
}

// without takes an instance out of a list by launch number.
func without(list []*instance, i *instance) []*instance {
	at, _ := slices.BinarySearchFunc(list, i.number, byNumber)
	return slices.Delete(list, at, at+1)
}

func byNumber(i *instance, number int) int { return i.number - number }

// serve changes the number in service.
func (f *fleet) serve(t clock, d int64) {
	f.extremes.change(t, f.inService.n)
	f.inService.add(t, d)
}

// remove takes n instances away: those that wait for a new launch first, then starting ones, then those in service, the
// newest first. By launch order, never by the time a start would end: that would look into the future.
func (f *fleet) remove(t clock, n, id int) {
	f.cancelExtras(t)
	for ; n > 0 && len(f.retry) > 0; n-- {
		last := len(f.retry) - 1
		f.retry[last].cancelled = true
		f.retry = f.retry[:last]
	}
	for ; n > 0 && len(f.starting) > 0; n-- {
		i := f.starting[len(f.starting)-1]
		f.starting = f.starting[:len(f.starting)-1]
		f.inStarting.add(t, -1)
		f.end(t, i)
		f.done(t, i.change)
	}
	for i := f.removable(t); n > 0 && i != nil; n, i = n-1, f.removable(t) {
		f.retire(t, i, id)
	}
}

// retire takes an instance out of service, as part of a change or (−1) of none.
func (f *fleet) retire(t clock, i *instance, id int) {
	f.serving = without(f.serving, i)
	f.warmed(t, i)
	f.unload(t, i)
	f.serve(t, -1)
	f.inDraining.add(t, 1)
	f.draining = append(f.draining, i)
	if i.state, i.change = draining, id; id >= 0 {
		f.changes[id].left++
	}
	i.returns = f.returning(id)
	f.service.drain(t, i)
	if i.state == draining && !f.cfg.Drain.Finish {
		f.schedule(happening{at: later(t, int64(f.cfg.Drain.Limit)), class: cutOff, instance: i})
	}
}

// drained is called by the engine when a draining instance holds nothing any more.
func (f *fleet) drained(t clock, i *instance) {
	if f.hookRuns(t, i) {
		return
	}
	f.draining = slices.DeleteFunc(f.draining, func(o *instance) bool { return o == i })
	f.inDraining.add(t, -1)
	change := i.change
	if i.returns {
		f.giveBack(t, i)
	} else {
		f.end(t, i)
	}
	f.done(t, change)
	f.tend(t)
}

// lose is the sudden end of an instance in any state; what it held fails.
func (f *fleet) lose(t clock, i *instance) {
	was := i.state
	switch was {
	case starting:
		f.starting = without(f.starting, i)
		f.inStarting.add(t, -1)
	case serving:
		f.serving = without(f.serving, i)
		f.warmed(t, i)
		f.unload(t, i)
		f.serve(t, -1)
	case draining:
		f.draining = slices.DeleteFunc(f.draining, func(o *instance) bool { return o == i })
		f.inDraining.add(t, -1)
	}
	f.end(t, i)
	if was != starting && !i.hooked {
		f.service.lose(t, i)
	}
	if i.returns {
		f.pool.coming--
		f.fillPool(t)
	}
	switch {
	case i.extra:
		f.extras--
		f.tendAgain(t)
	case was != draining:
		f.again(t, int64(f.cfg.ReplaceAfter))
	}
	f.done(t, i.change)
}

// end bills an instance; a copy leaves its machine.
func (f *fleet) end(t clock, i *instance) {
	i.state = gone
	f.zoneSize[i.zone]--
	if f.hosts != nil {
		f.hosts.drop(t, i)
		return
	}
	f.bill.charge(i, t)
}

// emptiest is the open zone with the fewest instances, draining ones included but not those of a warm pool, the lowest first; for one that
// is replaced its own zone, if that is open. −1 if none is open or has an address.
func (f *fleet) emptiest(t clock) int {
	return f.zoneWith(t, func(z int) int {
		if z == f.vacated {
			return -1
		}
		return f.zoneSize[z] - f.pool.in(z)
	})
}

// zoneWith is the open zone with an address and the least of something, the lowest first; −1 if there is none.
func (f *fleet) zoneWith(t clock, least func(zone int) int) int {
	best := -1
	for z, n := range f.zoneSize {
		if t >= f.zoneClosed[z] && !f.reach.full(z, n) && (best < 0 || least(z) < least(best)) {
			best = z
		}
	}
	return best
}

// alive is how many instances exist.
func (f *fleet) alive() int { return len(f.starting) + len(f.serving) + len(f.draining) }

// stream is the chance of one launch.
func (f *fleet) stream(purpose, name string, number int) *rand.Rand {
	return f.src.Stream(purpose, name, uint64(number))
}

// report forgets what was counted before clock.start: an instance alive now is billed as launched now.
func (f *fleet) report() {
	f.bill.reset()
	f.addresses = Addresses{}
	f.hosts.report()
	f.early.minute(0, new(Minute))
	for _, i := range slices.Concat(f.starting, f.serving, f.draining) {
		if i.paid != never {
			i.paid = 0
		}
	}
	f.reportPool()
}

// closeBooks bills all that is alive at the end.
func (f *fleet) closeBooks(end clock) {
	for _, i := range slices.Concat(f.starting, f.serving, f.draining) {
		if f.hosts == nil {
			f.bill.charge(i, end)
		}
	}
	f.closePool(end)
	f.hosts.finish(end)
	f.extremes.change(end, f.inService.n)
}

// extremes are the least and the most in service over time, of the minute and of the run; what lasts no time does not count,
// nor what was before clock.start.
type extremes struct {
	since       clock
	minute, run extent
}

// extent is the least and the most of something; known is false as long as there is nothing.
type extent struct {
	least, most int64
	known       bool
}

func (s *extent) add(n int64) {
	if !s.known {
		s.least, s.most, s.known = n, n, true
	}
	s.least, s.most = min(s.least, n), max(s.most, n)
}

// change tells that n held until t.
func (e *extremes) change(t clock, n int64) {
	if t <= e.since {
		return
	}
	e.since = t
	e.minute.add(n)
	e.run.add(n)
}

// close is the least and the most of the minute that ends at t.
func (e *extremes) close(t clock, n int64) (least, most int) {
	e.change(t, n)
	m := e.minute
	e.minute = extent{}
	return int(m.least), int(m.most)
}

func (i *instance) String() string { return fmt.Sprintf("instance %d", i.number) }
