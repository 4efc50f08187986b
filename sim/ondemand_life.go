package sim

import "time"

// wake makes an environment for an attempt, which waits until it is ready.
func (e *onDemand) wake(t clock, r uint32) {
	q := &e.calls[r]
	setup := int64(e.cold.Draw(e.src.Stream("start-up", "cold", uint64(e.made))))
	e.made++
	n := e.room()
	e.envs[n] = environment{call: r, ticket: e.ticket(), place: e.idle.add(n), owed: t, setup: setup, state: waking}
	q.env, q.state = n, waiting
	e.count.cold++
	e.queued.add(t, 1)
	e.fleet.inStarting.add(t, 1)
	if setup == 0 {
		e.ready(t, n)
		return
	}
	e.turns.push(newEvent(later(t, setup), e.envs[n].ticket, n))
}

// room is the number of an environment that is not used.
func (e *onDemand) room() uint32 {
	if n := len(e.freeEnvs); n > 0 {
		at := e.freeEnvs[n-1]
		e.freeEnvs = e.freeEnvs[:n-1]
		return at
	}
	e.envs = append(e.envs, environment{})
	return uint32(len(e.envs) - 1)
}

// end is the end of an environment that holds nobody.
func (e *onDemand) end(n uint32) {
	e.envs[n].state = ended
	e.freeEnvs = append(e.freeEnvs, n)
}

// turn is an environment that is ready, or done with its request.
func (e *onDemand) turn(v event) {
	n := &e.envs[v.req()]
	switch {
	case n.ticket != v.ticket():
	case n.state == waking:
		e.ready(v.at, v.req())
	case n.state == working:
		e.depart(v.at, v.req())
	}
}

// ready is an environment made on demand that comes into service.
func (e *onDemand) ready(t clock, at uint32) {
	n := &e.envs[at]
	e.fleet.inStarting.add(t, -1)
	e.fleet.serve(t, 1)
	e.setups.add(time.Duration(n.setup))
	if !e.bill.fees.ColdStart {
		n.owed = t
	}
	if n.call == 0 { // its client has gone
		e.charge(t, n)
		e.rest(t, at)
		return
	}
	if e.calls[n.call].state == waiting {
		e.queued.add(t, -1)
	}
	e.work(t, at)
}

// begin gives an attempt an idle environment.
func (e *onDemand) begin(t clock, r, at uint32) {
	n := &e.envs[at]
	n.call, n.owed = r, t
	e.calls[r].env = at
	if n.warm != nil {
		e.warm.take(n.place)
	} else {
		e.idle.take(n.place)
	}
	e.work(t, at)
}

// work begins the service of the request of an environment.
func (e *onDemand) work(t clock, at uint32) {
	n := &e.envs[at]
	q := &e.calls[n.call]
	if q.state != abandoned {
		q.state, q.since = inService, t
	}
	n.state, n.ticket = working, e.ticket()
	e.busy.add(t, 1)
	if n.warm != nil {
		e.warmBusy.add(t, 1)
	}
	if end := e.slow.completion(t, lengthened(q.work, e.slow.factor(t))); end != never {
		e.turns.push(newEvent(end, n.ticket, at))
	}
}

// depart is an environment that has done its work.
func (e *onDemand) depart(t clock, at uint32) {
	r := e.envs[at].call
	if q := &e.calls[r]; q.state == inService {
		e.count.served++
		e.alive.add(t, -1)
		e.recorder.served(t-q.born, q.since-q.born)
		if e.recorder.watched {
			e.recorder.model.add(time.Duration(t - q.since))
		}
	} else {
		e.wasted.add(t - q.since)
	}
	e.give(r)
	e.envs[at].call = 0
	e.release(t, at)
}

// release lets a working environment rest; a draining one is gone.
func (e *onDemand) release(t clock, at uint32) {
	n := &e.envs[at]
	e.charge(t, n)
	if n.warm != nil && n.place < 0 {
		e.draining.add(t, -1)
		e.left(t)
		i := n.warm
		delete(e.of, i)
		e.end(at)
		e.fleet.drained(t, i)
		return
	}
	e.busy.add(t, -1)
	if n.warm != nil {
		e.warmBusy.add(t, -1)
	}
	e.rest(t, at)
}

// left is one environment fewer with a request.
func (e *onDemand) left(t clock) {
	e.taken--
	e.running.add(t, -1)
}

// rest makes an environment that had a request idle.
func (e *onDemand) rest(t clock, at uint32) {
	n := &e.envs[at]
	e.left(t)
	n.state, n.since = resting, t
	if n.warm != nil {
		e.warm.put(n.place)
		return
	}
	e.idle.put(n.place)
	if !n.timed {
		n.timed = true
		e.reclaims.push(newEvent(later(t, int64(e.plan.Idle)), 0, at))
	}
}

// reclaim looks at an environment that may have been idle for long enough; if it was used since, it is looked at again.
func (e *onDemand) reclaim(v event) {
	n := &e.envs[v.req()]
	n.timed = false
	if n.state != resting {
		return // looked at again when it rests
	}
	if due := later(n.since, int64(e.plan.Idle)); due > v.at {
		n.timed = true
		e.reclaims.push(newEvent(due, 0, v.req()))
		return
	}
	e.idle.drop(n.place)
	e.idle.settle(func(place int32, at uint32) { e.envs[at].place = place })
	e.fleet.serve(v.at, -1)
	e.end(v.req())
}

// add brings a provisioned environment into service.
func (e *onDemand) add(t clock, i *instance) {
	at := e.room()
	e.of[i] = at
	e.envs[at] = environment{warm: i, place: e.warm.add(at), state: resting, since: t}
	e.warm.put(e.envs[at].place)
	e.warmAll.add(t, 1)
}

// drain lets a provisioned environment serve out.
func (e *onDemand) drain(t clock, i *instance) {
	at := e.of[i]
	n := &e.envs[at]
	e.leave(t, n)
	if n.state == working {
		e.draining.add(t, 1)
		return
	}
	delete(e.of, i)
	e.end(at)
	e.fleet.drained(t, i)
}

// leave takes a provisioned environment out of service.
func (e *onDemand) leave(t clock, n *environment) {
	e.warm.drop(n.place)
	n.place = -1
	e.warm.settle(func(place int32, at uint32) { e.envs[at].place = place })
	e.warmAll.add(t, -1)
	if n.state == working {
		e.busy.add(t, -1)
		e.warmBusy.add(t, -1)
	}
}

// lose is the sudden end of a provisioned environment.
func (e *onDemand) lose(t clock, i *instance) {
	at := e.of[i]
	n := &e.envs[at]
	if n.place >= 0 {
		e.leave(t, n)
	} else {
		e.draining.add(t, -1)
	}
	r, served := n.call, n.state == working
	if served {
		e.charge(t, n)
		e.left(t)
	}
	delete(e.of, i)
	e.end(at)
	switch {
	case !served:
	case e.calls[r].state == abandoned:
		e.wasted.add(t - e.calls[r].since)
		e.give(r)
	default:
		e.fail(t, r, lostInstance)
	}
}

// charge books what an environment has done since it was last charged.
func (e *onDemand) charge(t clock, n *environment) {
	if n.state != working && (n.state != waking || !e.bill.fees.ColdStart) {
		return
	}
	e.bill.add(n.warm != nil, t-n.owed)
	n.owed = t
}

// perInstance, tally and the rest are what the world reads.
func (e *onDemand) perInstance() float64 { return 0 }

func (e *onDemand) tally(t clock) tally {
	y := e.count
	y.waiting, y.slots = e.queued.n, e.busy.n
	y.busy, y.busyDraining, y.active = e.busy.until(t), e.draining.until(t), e.busy.until(t)
	y.queued, y.alive = e.queued.until(t), e.alive.until(t)
	y.running, y.warmBusy, y.warmAll = e.running.until(t), e.warmBusy.until(t), e.warmAll.until(t)
	y.spent = e.bill.spent(y.invoked)
	return y
}

// warmed: nothing warms up.
func (e *onDemand) warmed(clock, *instance) {}

// loaded: nor is anything ready before it is loaded.
func (e *onDemand) loaded(clock, *instance) {}

// holds is whether a provisioned environment has a request.
func (e *onDemand) holds(i *instance) int {
	if e.envs[e.of[i]].state == working {
		return 1
	}
	return 0
}

// oldest: nothing waits in a queue.
func (e *onDemand) oldest(clock) int64 { return 0 }

func (e *onDemand) most() int64 { return e.peak.reset(e.running.n) }

func (e *onDemand) watchLatency(percentiles bool) {
	e.recorder.watched = true
	e.recorder.model.keep = e.recorder.model.keep || percentiles
}

func (e *onDemand) modelLatency() *samples { return e.recorder.modelLatency() }

// setupTimes are the cold starts that ended since the last call.
func (e *onDemand) setupTimes() *samples {
	if e.setups.count == 0 {
		return nil
	}
	e.setups, e.setupsOut = e.setupsOut, e.setups
	e.setups.reset()
	e.setups.keep = e.setupsOut.keep
	return &e.setupsOut
}

func (e *onDemand) report() {
	e.before, e.carriedIn = e.count, e.alive.n
	e.failedBy, e.wasted = FailedBy{}, total{}
	for k := range e.envs { // what began before is charged from here on, and wasted from here on
		n := &e.envs[k]
		n.owed = max(n.owed, 0)
		if q := &e.calls[n.call]; n.call != 0 && q.state == abandoned {
			q.since = max(q.since, 0)
		}
	}
	e.bill.report(e.count.invoked)
	e.recorder.reset()
}

func (e *onDemand) minute(m *Minute) { e.recorder.minute(m) }

func (e *onDemand) err() error { return e.stopped }
