package sim

import "math"

// A sideline is what slow instances hold that get their share of attempts whatever they hold: a first-come queue and slots of their
// own. Nobody waits in it by chance alone.
type sideline struct {
	waiting     float64
	line        backlog // when those who wait came
	slots, dead float64 // in slots; those of clients who have given up

	work, queued float64 // of this piece: seconds of slot time, waiting on average
}

// live lives a piece in which so many attempts come.
func (s *sideline) live(e *fluid, from, to clock, dt, in float64) {
	room := float64(e.lagging) * e.slots
	length := e.law.mean * e.factor * e.ready.Slow
	held, there := s.slots+s.dead, s.waiting+in
	begun, ended := 0.0, 0.0
	if e.still {
		begun = min(there, max(0, room-held))
		s.work = (held + begun) * dt
	} else {
		stay := math.Exp(-dt / length)
		left := length * (1 - stay) / dt // of what begins evenly in the piece, at its end
		begun = min(there, max(0, (room-held*stay)/left))
		ended = held*(1-stay) + begun*(1-left)
		s.work = min(ended*length, room*dt)
	}
	waiting := there - begun
	s.queued = (s.waiting + waiting) / 2
	wait := s.wait(from, to, in, begun)
	s.waiting = s.leave(e, from, to, waiting, room/length)
	good := s.begin(e, from, to, portion{mass: begun, wait: wait, factor: e.factor * e.ready.Slow, cut: math.Inf(1)}, in)
	s.slots += good
	if !e.drop {
		s.dead += begun - good
	}
	if all := s.slots + s.dead; all > 0 {
		rest := max(0, 1-ended/all)
		s.slots, s.dead = s.slots*rest, s.dead*rest
	}
}

// wait is how long those who begin in a piece have waited on average, first come first.
func (s *sideline) wait(from, to clock, in, begun float64) float64 {
	begin, end := float64(from)*1e-9, float64(to)*1e-9
	s.line.push(begin, end, in)
	sum, left := 0.0, begun
	for left > 0 {
		a, b, taken := s.line.take(left)
		if taken <= 0 {
			break
		}
		sum += taken * max(0, (begin+end-a-b)/2)
		left -= taken
	}
	if begun <= 0 {
		return 0
	}
	return sum / begun
}

// leave lets those go who find no room in the queue, or have waited for the timeout where so many are served in a second.
func (s *sideline) leave(e *fluid, from, to clock, waiting, rate float64) float64 {
	if over := waiting - e.limit*float64(e.lagging); over > 0 {
		e.fail(from, to, over, arrived, 0, rejected)
		waiting -= over
	}
	if late := waiting - e.timeout*rate; late > 0 {
		e.fail(from, to, late, arrived, e.timeout, timedOut)
		waiting -= late
	}
	if s.line.total > 0 {
		s.line.scale(waiting / s.line.total)
	}
	return waiting
}

// begin lets a portion begin service and returns how many of it are served; in is how many came in the piece.
func (s *sideline) begin(e *fluid, from, to clock, p portion, in float64) float64 {
	if p.mass <= 0 {
		return 0
	}
	if e.inService {
		good, within := e.inTime(&p)
		bad := p.mass * (1 - good)
		e.fail(from, to, bad, arrived, e.timeout, timedOut)
		if !e.drop {
			e.wasted += p.mass * max(0, e.law.mean-within) * p.factor
		}
		if p.mass -= bad; good < 1-1e-4 {
			p.cut = max(0, e.timeout-p.wait) / p.factor
		}
	}
	if e.watched {
		e.model.add(p)
	}
	if e.tries != nil && in > 0 {
		p.wait += e.tries.earlier()
	}
	e.record(p)
	return p.mass
}

// earlier is how long ago, on average, those who come in this piece first came.
func (t *comebacks) earlier() float64 {
	sum := 0.0
	for k := 1; k < t.attempts; k++ {
		sum += t.came[k].earlier
	}
	if t.in <= 0 {
		return 0
	}
	return sum / t.in
}

// part moves a share of it to what all instances hold.
func (s *sideline) part(e *fluid, t clock, share float64) {
	now := float64(t) * 1e-9
	if s.waiting > 0 {
		e.x += s.waiting * share
		e.line.push(now-2*s.line.age(now), now, s.waiting*share)
	}
	s.line.scale(1 - share)
	e.held += (s.slots + s.dead) * share
	e.dead += s.dead * share
	rest := max(0, 1-share)
	s.waiting, s.slots, s.dead = s.waiting*rest, s.slots*rest, s.dead*rest
}

// holds is how many attempts one of them holds.
func (s *sideline) holds(e *fluid) int {
	if e.lagging == 0 {
		return 0
	}
	return int(math.Ceil((s.waiting+s.slots+s.dead)/float64(e.lagging) - 1e-9))
}

// areas adds up what held over a piece.
func (s *sideline) areas(e *fluid, ns float64) {
	e.busyArea += int64(s.work*1e9 + 0.5)
	e.queuedArea += int64(s.queued*ns + 0.5)
	e.aliveArea += int64((s.queued+s.slots)*ns + 0.5)
	if e.measureAny {
		n := float64(e.lagging)
		e.activeArea += int64(n*(1-math.Pow(max(0, 1-(s.slots+s.dead)/(n*e.slots)), e.slots))*ns + 0.5)
	}
}
