package sim

import "math"

// slotted is what slots hold: attempts in service, as a fraction. They end at the mean rate of their services, never faster than
// the slots can: what the counts of a second bring beyond that is worked off in the next.
type slotted struct {
	held float64 // in slots of instances in service
	bad  float64 // of these: their timeout will come first
	dead float64 // of these: it has come, the slot serves nobody
	stay float64 // seconds from the begin of service to the timeout, of those lately bad
	rest float64 // seconds that their slots go on then

	// What began in this piece.
	begun, begunBad float64
	badStays        float64 // Σ of their seconds until the timeout
	deadStays       float64 // and after it
	heldBegun       float64 // seconds of undisturbed slot time that it takes
	dropping        bool    // timeouts free slots early
	decay           decay
}

// decay keeps the last exponential: pieces are alike.
type decay struct{ dt, length, value float64 }

func (d *decay) of(dt, length float64) float64 {
	if dt != d.dt || length != d.length {
		*d = decay{dt, length, math.Exp(-dt / length)}
	}
	return d.value
}

// work lets services go on for dt seconds, with those that began in it.
func (e *fluid) work(from, to clock, dt float64) {
	s := &e.slotted
	before, after := s.held, s.held+s.begun
	length, ended := e.hold*e.factor, 0.0
	if e.still {
		e.working = min(before, e.servers) * dt
		if e.inService && float64(from-e.since)*1e-9 >= e.timeout && s.held > s.dead+1e-12 {
			e.expire(from, to) // nobody stays longer than that in a slot that stands still
		}
	} else {
		d := s.decay.of(dt, length)
		goal := s.begun / dt * length
		ended = lesser(greater(0, after-goal-(before-goal)*d), after)
		if e.stray == 0 && e.owed == 0 {
			ended = lesser(ended, e.capacity*dt)
			e.working = lesser(ended*length, e.servers*dt)
		} else {
			ended = e.toil(ended, after, length, dt)
		}
	}
	s.held = after - ended
	if s.bad+s.dead+s.begunBad > 0 {
		e.timeOut(from, to, dt, after, ended)
	}
	if e.tries != nil && after > 0 {
		e.tries.ended(ended / after)
	}
	if e.dropping {
		e.shorten()
	}
	s.begun, s.begunBad, s.badStays, s.deadStays, s.heldBegun = 0, 0, 0, 0, 0
}

// timeOut lets attempts in service fail whose timeout comes: the slot is dead until it is worked off, among those that ended of
// all those after the begin of the piece. Where a timeout frees the slot both are one.
func (e *fluid) timeOut(from, to clock, dt, after, ended float64) {
	s := &e.slotted
	if s.begunBad > 0 {
		s.stay, s.rest = s.badStays/s.begunBad, s.deadStays/s.begunBad
	}
	all := s.bad + s.begunBad
	if e.drop {
		s.bad = all * max(0, 1-ended/after)
		e.fail(from, to, all-s.bad, servingKind, e.timeout, timedOut)
		return
	}
	dead, left := s.dead, all
	if !e.still {
		left = last(s.bad, s.begunBad, dt, s.stay)
	}
	if served := max(0, after-all-dead); ended > served+dead { // nothing else is left that could have ended
		left = min(left, max(0, all-(ended-served-dead)))
	}
	died := all - left
	e.fail(from, to, died, servingKind, e.timeout, timedOut)
	s.bad = left
	s.dead = dead + died
	if !e.still {
		s.dead = max(s.dead-ended, last(dead, died, dt, s.rest))
	}
	s.dead = min(s.dead, max(0, s.held-s.bad))
}

// last is what is left after dt of an amount and of what came evenly meanwhile, when each stays an exponential time.
func last(amount, came, dt, stay float64) float64 {
	if stay <= 0 {
		return 0
	}
	left := math.Exp(-dt / stay)
	return amount*left + came/dt*stay*(1-left)
}

// expire fails all that is in service in an outage as long as the timeout; the slots go on for nobody, or are free.
func (e *fluid) expire(from, to clock) {
	s := &e.slotted
	alive := s.held - s.dead
	e.fail(from, to, alive, servingKind, e.timeout, timedOut)
	s.bad, e.owed = 0, 0
	if e.drop {
		s.held, s.dead = s.held-alive, 0
		return
	}
	s.dead = s.held
	e.wasted += alive * e.law.residual() * e.factor
}

// shorten follows how long slots are held where a timeout frees them: half of the way in a piece, so that it settles.
func (e *fluid) shorten() {
	if e.begunBad <= 0 {
		if e.begun > 0 {
			e.hold, e.dropping, e.stale = e.usualHold(), false, true
		}
		return
	}
	hold := max(e.heldBegun/e.begun, e.law.mean*1e-3)
	if next := (e.hold + hold) / 2; !about(next, e.hold, 1e-6, 0) {
		e.hold, e.stale = next, true
	}
}

// areas adds up what held over a piece of dt nanoseconds: waiting is its mean number waiting.
func (e *fluid) areas(dt clock, waiting float64) {
	ns := float64(dt)
	if e.lagging > 0 && e.apart {
		e.side.areas(e, ns)
	}
	busy := int64(e.working*1e9 + 0.5)
	e.busyArea += busy
	if e.warming > 0 {
		e.warmArea += int64(float64(busy) * float64(e.warming) / float64(e.n))
	}
	e.queuedArea += int64((e.swaying(waiting, ns*1e-9)+e.drainQueue)*ns + 0.5)
	live, beyond := e.inSlots()
	alive := waiting + e.drainQueue + e.drainBusy + live + beyond
	if e.tries != nil {
		alive += e.tries.pending
	}
	e.aliveArea += int64(greater(0, alive*ns+e.paid*1e9) + 0.5)
	e.drainArea += int64(e.drainWork*1e9 + 0.5)
	if e.measureAny && e.n > 0 {
		active := int64(e.active(e.working*1e9/ns)*ns + 0.5)
		e.activeArea += active
		e.warmActiveArea += int64(float64(active) * float64(e.warming) / float64(e.n))
	}
	e.working, e.drainWork, e.paid = 0, 0, 0
}

// inSlots is how many live attempts are in slots of instances in service, and how many of those held beyond the slots (what the
// counts of a second bring too many) will not be served: these count as waiting, the others as served.
func (e *fluid) inSlots() (live, beyond float64) {
	live = greater(0, e.held-e.dead)
	if out := lesser(live, e.held-float64(e.n)*e.slots); out > 0 {
		return live - out, out * min(1, e.bad/live)
	}
	return live, 0
}
