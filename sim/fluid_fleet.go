package sim

import "math"

// A drainer is an instance that serves out its slots and its share of the queue: first the queue, with all slots, then until the
// expected longest of the residual services. It completes evenly until then.
type drainer struct {
	instance     *instance // nil: gone already
	queue, busy  float64   // requests of its queue and in its slots when it began to drain
	begin, turn  clock     // from turn on its queue is empty
	end          clock
	left         float64 // share of both that is not served yet
	slots, after float64 // busy slots on average until turn, and after it
	later        []tried // what of it are later tries, by k − 1
}

// add brings an instance into service.
func (e *fluid) add(t clock, i *instance) {
	e.live(t)
	if i.loading && e.young.add(e, t) {
		return
	}
	e.join(i)
}

// join lets an instance serve.
func (e *fluid) join(i *instance) {
	e.n++
	if i.warming {
		e.warming++
	}
	e.stale = true
}

// holds is what an instance would hold if all were packed: the oldest are full, the newest empty.
func (e *fluid) holds(i *instance) int {
	if e.isOutside(i) {
		return e.side.holds(e)
	}
	k := 0
	for _, o := range e.fleet.serving {
		if o == i {
			break
		}
		if !e.isOutside(o) {
			k++
		}
	}
	return int(math.Ceil(max(0, min(e.slots, e.held+e.x-float64(k)*e.slots)) - 1e-9))
}

// drain takes an instance out of service with its share of what is in service and, of own queues, of what waits.
func (e *fluid) drain(t clock, i *instance) {
	e.live(t)
	if i.loading && e.young.leave(e, t, i) {
		e.fleet.drained(t, i)
		return
	}
	share := 1 / float64(e.n)
	if e.packed { // only empty ones go
		share = 0
	}
	d := &drainer{instance: i, begin: t, left: 1}
	if e.bad > 0 { // those whose timeout comes first
		e.fail(t, t+1, e.bad*share, servingKind, e.timeout, timedOut)
	}
	live := max(0, e.held-e.dead-e.bad) * share
	d.busy = min(live, e.slots)
	if e.tries != nil {
		d.later = e.tries.leave(share, e.own)
	}
	if e.own {
		d.queue = e.x * share
		age := e.line.age(float64(t) * 1e-9)
		p := portion{mass: d.queue, wait: age, factor: e.factor, cut: math.Inf(1)}
		p.wait += d.queue * e.law.mean * e.factor / e.slots / 2
		if d.queue > 0 {
			e.record(p)
		}
	}
	e.part(share)
	if d.queue+d.busy < 1e-9 {
		e.fleet.drained(t, i)
		return
	}
	work := int64(d.queue * e.law.mean * e.factor / e.slots * 1e9)
	d.turn = e.slow.completion(t, work)
	d.end = e.slow.completion(d.turn, int64(e.law.longest(d.busy)*e.factor*1e9))
	if d.end <= t { // most often idle: it is gone now, and what little it held completes
		d.end, d.instance = t+1, nil
		e.fleet.drained(t, i)
	}
	d.slots = min(e.slots, d.busy+d.queue)
	if rest := float64(d.end-d.turn) * 1e-9; rest > 0 {
		d.after = min(e.slots, d.busy*e.law.residual()*e.factor/rest)
	}
	e.gone = append(e.gone, d)
	e.drainSums()
}

// lose fails all that an instance holds.
func (e *fluid) lose(t clock, i *instance) {
	e.live(t)
	for k, d := range e.gone {
		if d.instance == i {
			e.gone = append(e.gone[:k], e.gone[k+1:]...)
			e.failOf(t, t+1, (d.queue+d.busy)*d.left, d.queue+d.busy, d.later, e.law.mean/2, lostInstance)
			e.drainSums()
			return
		}
	}
	if i.loading && e.young.leave(e, t, i) {
		return
	}
	share := 1 / float64(e.n)
	live, beyond := e.inSlots()
	e.fail(t, t+1, (live+beyond)*share, servingKind, e.law.mean/2, lostInstance)
	if e.own && e.x > 0 {
		e.fail(t, t+1, e.x*share, waitingKind, e.line.age(float64(t)*1e-9), lostInstance)
	}
	if e.tries != nil {
		e.tries.leave(share, e.own)
	}
	e.part(share)
}

// part takes the share of one instance out of what is in service and, of own queues, of what waits.
func (e *fluid) part(share float64) {
	rest := 1 - share
	if e.n == 1 {
		rest = 0
	}
	e.held *= rest
	e.bad *= rest
	e.dead *= rest
	e.w *= rest
	e.owed *= rest
	if e.own {
		e.x *= rest
		e.line.scale(rest)
	}
	e.n--
	e.stale = true
}

// serveOut lets draining instances serve until t.
func (e *fluid) serveOut(t clock) {
	if len(e.gone) == 0 {
		return
	}
	for _, d := range e.gone {
		from := max(e.now, d.begin)
		early, late := float64(max(0, min(t, d.turn)-from))*1e-9, float64(max(0, t-max(from, d.turn)))*1e-9
		e.drainWork += early*d.slots + late*d.after
		d.left = float64(max(0, d.end-t)) / float64(d.end-d.begin)
	}
	e.drainSums()
}

// drainSums counts what draining instances still hold.
func (e *fluid) drainSums() {
	e.drainQueue, e.drainBusy = 0, 0
	for _, d := range e.gone {
		e.drainQueue += d.queue * d.left
		e.drainBusy += d.busy * d.left
	}
}

// leave lets those that are done go.
func (e *fluid) leave(t clock) {
	for k := 0; k < len(e.gone); {
		d := e.gone[k]
		if d.end > t {
			k++
			continue
		}
		e.gone = append(e.gone[:k], e.gone[k+1:]...)
		e.drainSums()
		if d.instance != nil {
			e.fleet.drained(t, d.instance)
		}
	}
}
