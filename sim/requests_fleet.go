package sim

import (
	"cmp"
	"slices"
	"time"
)

// add brings an instance into service: it takes what waits in a shared queue at once.
func (e *requests) add(t clock, i *instance) {
	e.share()
	e.crowd.join(i)
	if e.foreseen {
		i.free, i.last = slices.Repeat(frees{t}, e.cfg.Concurrency), t
	}
	for e.shared != nil && e.shared.size > 0 && i.busy < e.cfg.Concurrency {
		r := e.shared.pop(&e.pool)
		e.queued.add(t, -1)
		if e.erring && i.loading {
			e.fail(t, r, erred)
			continue
		}
		e.crowd.moved(i, 1)
		e.start(t, r, i)
	}
}

// drain takes an instance out of those that get attempts; it serves out what it holds.
func (e *requests) drain(t clock, i *instance) {
	e.leave(t, i)
	e.draining.add(t, int64(i.busy))
	if i.busy == 0 {
		e.fleet.drained(t, i)
	}
}

// leave takes an instance out of service, with all that its slots count for.
func (e *requests) leave(t clock, i *instance) {
	e.share()
	if e.foreseen {
		e.part(i)
	}
	e.busy.add(t, -int64(i.busy))
	if i.busy > 0 {
		e.active.add(t, -1)
	}
	e.crowd.leave(i)
}

// lose fails all that an instance holds.
func (e *requests) lose(t clock, i *instance) {
	if i.place >= 0 {
		e.leave(t, i)
	} else {
		e.draining.add(t, -int64(i.busy))
	}
	for _, r := range e.heldBy(i) {
		if q := &e.pool.all[r]; q.state == abandoned {
			e.wasted.add(t - q.since)
			e.pool.give(r)
		} else {
			e.fail(t, r, lostInstance)
		}
	}
	i.busy, i.held = 0, 0
	for i.queue.size > 0 {
		r := i.queue.pop(&e.pool)
		e.queued.add(t, -1)
		e.fail(t, r, lostInstance)
	}
}

// heldBy is the attempts in the slots of an instance, by the order in which they came.
func (e *requests) heldBy(i *instance) (all []uint32) {
	for r := range e.pool.all {
		if q := &e.pool.all[r]; q.instance == i && (q.state == inService || q.state == abandoned) {
			all = append(all, uint32(r))
		}
	}
	slices.SortFunc(all, func(a, b uint32) int {
		return cmp.Compare(int32(e.pool.all[a].ticket-e.pool.all[b].ticket), 0)
	})
	return all
}

// share divides the attempts since the last change among the instances that were in service then.
func (e *requests) share() {
	if e.crowd.size > 0 {
		e.shares += float64(e.count.attempts-e.sharedOut) / float64(e.crowd.size)
	}
	e.sharedOut = e.count.attempts
}

func (e *requests) holds(i *instance) int {
	if !e.foreseen {
		return i.held
	}
	e.seen()
	e.meet(e.lived, i)
	return len(i.stays) - i.first
}

func (e *requests) perInstance() float64 {
	e.share()
	s := e.shares
	e.shares = 0
	return s
}

func (e *requests) tally(t clock) tally {
	active, warmActive := e.meetAll()
	y := e.count
	y.waiting, y.slots = e.queued.n, e.busy.n
	y.busy, y.busyDraining, y.active = e.busy.until(t), e.draining.until(t), e.active.until(t)-active
	y.warmBusy, y.warmActive = e.warming.busy.until(t), e.warming.active.until(t)-warmActive
	y.queued, y.alive = e.queued.until(t), e.alive.until(t)
	return y
}

func (e *requests) watchLatency(percentiles bool) {
	e.recorder.watched = true
	e.recorder.model.keep = e.recorder.model.keep || percentiles
}

func (e *requests) modelLatency() *samples { return e.recorder.modelLatency() }

func (e *requests) report() {
	e.meetAll()
	e.before = e.count
	e.carriedIn = e.alive.n
	e.failedBy, e.wasted = FailedBy{}, total{}
	for r := range e.pool.all { // time wasted before is not reported
		if q := &e.pool.all[r]; q.state == abandoned {
			q.since = 0
		}
	}
	e.recorder.reset()
}

func (e *requests) minute(m *Minute) { e.recorder.minute(m) }

func (e *requests) err() error { return e.stopped }

func (e *requests) finish(end clock, r *Result) {
	e.meetAll()
	e.recorder.finish(r)
	q := &r.Requests
	q.count(&e.count, &e.before, e.queued.n, e.alive.n)
	q.CarriedIn, q.FailedBy = e.carriedIn, e.failedBy
	wasted := e.wasted
	for r := range e.pool.all { // those still at it
		if q := &e.pool.all[r]; q.state == abandoned {
			wasted.add(end - q.since)
		}
	}
	q.Wasted = time.Duration(wasted.value() * 1e9)
}
