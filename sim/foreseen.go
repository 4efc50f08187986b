package sim

import "slices"

// Where the balancer does not look at instances and each has its own queue, nothing but the attempts that came to an instance before
// decides what becomes of the next one: first-come service is known at arrival from the instants at which its slots will be free
// (Kiefer, Wolfowitz 1955), and so are a full queue and a client that will give up. Such attempts are foreseen, without events. What
// ends before anybody can look is counted at once; the rest is a stay on its instance, counted when somebody looks. When an instance
// leaves service its stays become what they are in the general engine, and go on there.

// foreseen says whether attempts of a run are. An instance that loads while it serves is left to the general engine.
func foreseen(c *Config) bool {
	s := &c.Service
	return c.Fleet.StartUp.Ready == nil && s.Queue.Shared == nil && (s.Balancer == "random" || s.Balancer == "round-robin")
}

// foresight is what is known ahead of an instance in service.
type foresight struct {
	free  frees
	last  clock  // when all slots will be free
	stays []stay // by arrival, and so by begin
	first int    // stays before it are over and counted
	begun int    // stays before it no longer wait, and are counted as busy
}

// stay is an attempt on an instance: waiting until begin, then in a slot until end. One whose client gives up waiting has no slot:
// begin and end are then.
type stay struct {
	begin, end clock
	req        uint32
}

// foresee is an attempt that comes to an instance.
func (e *requests) foresee(t clock, r uint32, i *instance) {
	q := &e.pool.all[r]
	begin, patience := max(t, i.free[0]), never
	if begin > t && e.limit != anyone && e.waiting(t, i) >= e.limit {
		e.fail(t, r, rejected)
		return
	}
	if e.timeout > 0 {
		patience = t + e.timeout
	}
	q.instance, q.since, q.state = i, begin, inService
	end, givesUp := patience, true
	if begin > patience {
		begin, q.state = patience, waiting
	} else {
		done := e.completion(begin, q.work, i)
		if givesUp = done > patience && !e.onlyWaiting; !givesUp || e.cfg.Abandoned != "drop" {
			end = done
		}
		i.free.replace(end)
		e.activate(max(begin, i.last), max(end, i.last), i)
		i.last = max(i.last, end)
	}
	switch {
	case givesUp:
		e.expire(t, r)
	case end < e.unseen && (e.limit == anyone || begin == t): // where a queue is bounded, those that wait are counted
		e.queued.stay(t, begin)
		e.occupy(begin, 1, i)
		e.occupy(end, -1, i)
		e.complete(q, end)
		e.pool.give(r)
		return
	}
	e.queued.add(t, 1)
	if len(i.stays) == cap(i.stays) {
		e.meet(t+1, i)
		i.makeRoom()
	}
	i.stays = append(i.stays, stay{begin, end, r})
}

// makeRoom forgets the stays that are over, or makes room for twice as many where they are few.
func (f *foresight) makeRoom() {
	if n := len(f.stays); f.first <= n/4 {
		f.stays = slices.Grow(f.stays, max(16, n))
	} else {
		f.stays = slices.Delete(f.stays, 0, f.first)
		f.begun, f.first = f.begun-f.first, 0
	}
}

// waiting is how many attempts wait on an instance at t.
func (e *requests) waiting(t clock, i *instance) int {
	e.advance(t+1, i)
	return len(i.stays) - i.begun
}

// advance lets those begin that do so before until.
func (e *requests) advance(until clock, i *instance) {
	for ; i.begun < len(i.stays) && i.stays[i.begun].begin < until; i.begun++ {
		t := i.stays[i.begun].begin
		e.queued.add(t, -1)
		e.occupy(t, 1, i)
	}
}

// meet counts what happens on an instance before until.
func (e *requests) meet(until clock, i *instance) {
	e.advance(until, i)
	n := i.begun
	for k := n - 1; k >= i.first; k-- {
		s := i.stays[k]
		if s.end >= until {
			n--
			i.stays[n] = s
			continue
		}
		e.occupy(s.end, -1, i)
		e.complete(&e.pool.all[s.req], s.end)
		e.pool.give(s.req)
	}
	i.first = n
}

// seen holds that nobody looks while it is said that nobody does: what ended since then is counted already.
func (e *requests) seen() {
	if e.lived < e.unseen {
		panic("sim: looked at the service while all was quiet")
	}
}

// meetAll counts what happens on all instances before the instant that the world has come to, and says how much of their active
// time, which is counted when it is foreseen, comes after it, and how much of that is of instances that warm up.
func (e *requests) meetAll() (ahead, warming int64) {
	if !e.foreseen {
		return 0, 0
	}
	e.seen()
	for _, i := range e.crowd.order {
		e.meet(e.lived, i)
		more := max(0, i.last-e.lived)
		if ahead += more; i.warming {
			warming += more
		}
	}
	return ahead, warming
}

// occupy counts d slots more as busy from t on.
func (e *requests) occupy(t clock, d int64, i *instance) {
	if e.busy.add(t, d); i.warming {
		e.warming.busy.add(t, d)
	}
}

// activate counts an instance as one with a busy slot from an instant to another.
func (e *requests) activate(from, to clock, i *instance) {
	if e.active.stay(from, to); i.warming {
		e.warming.active.stay(from, to)
	}
}

// part is the end of foresight: what an instance holds goes on in the general engine.
func (e *requests) part(i *instance) {
	e.seen()
	e.meet(e.lived, i)
	for k := i.first; k < len(i.stays); k++ {
		s := i.stays[k]
		q := &e.pool.all[s.req]
		if i.held++; k < i.begun {
			i.busy++
			e.departures.push(newEvent(e.completion(s.begin, q.work, i), q.ticket, s.req)) // unless its client gives up before
		} else {
			q.state = waiting
			i.queue.push(&e.pool, s.req)
		}
	}
	if i.busy > 0 {
		e.active.add(i.last, 1) // it was counted to be active until then
	}
	i.foresight = foresight{}
}

// frees are the instants at which slots are free: a heap with two children a node, sorted as long as it is short.
type frees []clock

// replace takes the first out and puts t in, which is no less.
func (f frees) replace(t clock) {
	if len(f) <= 16 { // without a branch
		for k := range len(f) - 1 {
			next := f[k+1]
			f[k], t = min(next, t), max(next, t)
		}
		f[len(f)-1] = t
		return
	}
	k := 0
	for c := 1; c < len(f); c = 2*k + 1 {
		if c+1 < len(f) && f[c+1] < f[c] {
			c++
		}
		if t <= f[c] {
			break
		}
		f[k] = f[c]
		k = c
	}
	f[k] = t
}
