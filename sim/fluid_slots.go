package sim

import "math"

// slotted is what slots hold: attempts in service, as a fraction. They end at the mean rate of their services, never faster than
// the slots can: what the counts of a second bring beyond that is worked off in the next.
type slotted struct {
	held float64 // in slots of instances in service
	bad  float64 // of these: their timeout will come first
	dead float64 // of these: it has come, the slot serves nobody

	// What began in this piece.
	begun, begunBad, begunDead float64
	heldBegun                  float64 // seconds of undisturbed slot time that it takes
	dropping                   bool    // timeouts free slots early
	decay                      decay
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
		ended = min(max(0, after-goal-(before-goal)*d), e.capacity*dt, after)
		e.working = min(ended*length, e.servers*dt)
	}
	s.held, s.bad, s.dead = after-ended, s.bad+s.begunBad, s.dead+s.begunDead
	if after > 0 && s.bad+s.dead > 0 {
		share := ended / after
		if failed := s.bad * share; failed > 0 {
			e.fail(from, to, failed, servingKind, e.timeout, timedOut)
			s.bad -= failed
		}
		s.dead -= s.dead * share
	}
	if e.tries != nil && after > 0 {
		e.tries.ended(ended / after)
	}
	if e.dropping {
		e.shorten()
	}
	s.begun, s.begunBad, s.begunDead, s.heldBegun = 0, 0, 0, 0
}

// expire fails all that is in service in an outage as long as the timeout; the slots go on for nobody, or are free.
func (e *fluid) expire(from, to clock) {
	s := &e.slotted
	alive := s.held - s.dead
	e.fail(from, to, alive, servingKind, e.timeout, timedOut)
	s.bad = 0
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
			e.hold, e.dropping, e.stale = e.law.mean, false, true
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
	busy := int64(e.working*1e9 + 0.5)
	e.busyArea += busy
	e.queuedArea += int64((waiting+e.drainQueue)*ns + 0.5)
	alive := waiting + e.drainQueue + e.drainBusy + e.inSlots()
	if e.tries != nil {
		alive += e.tries.pending
	}
	e.aliveArea += int64(alive*ns + 0.5)
	e.drainArea += int64(e.drainWork*1e9 + 0.5)
	if e.measureAny && e.n > 0 {
		e.activeArea += int64(e.active()*ns + 0.5)
	}
	e.working, e.drainWork = 0, 0
}

// inSlots is how many live attempts are in slots of instances in service.
func (e *fluid) inSlots() float64 { return max(0, min(e.held, e.servers)-e.dead) }

// active is how many instances in service have a busy slot, on average: with busy slots Poisson about their mean, and a
// balancer that looks for free instances or one that does not.
func (e *fluid) active() float64 {
	busy, n := min(e.held, e.servers), float64(e.n)
	switch {
	case e.slots == 1 || busy >= e.servers:
		return busy / e.slots
	case busy <= 0:
		return 0
	case e.cfg.Balancer != "least-outstanding":
		return n * (1 - math.Pow(1-busy/e.servers, e.slots))
	}
	sd := math.Sqrt(busy)
	z := (n - busy) / sd
	short := (n-busy)*(1+math.Erf(z/math.Sqrt2))/2 + sd*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) // E[(n − N)+]
	return max(0, min(n-short, busy))
}
