package sim

import (
	"math"

	"headroom/chance"
)

// noise is what chance adds to the queue at one mean load. It is worked out anew when the load or the capacity changes.
type noise struct {
	load        float64 // attempts a second; −1: not worked out
	rho         float64 // load ÷ capacity
	v           float64 // variance: (c_a² + c_s²) ÷ 2, corrected; 0: nothing varies
	refusal     float64 // share of arrivals that find a bounded queue full, or too long to wait out, by chance alone
	refusedLate bool    // they leave by their timeout
	room, crowd float64 // how many can wait then, and how many do on average when so many are refused
	usual       float64 // the stationary number waiting below saturation; above it, what chance adds at most
	ceiling     float64 // at most so many wait on average: the bound, less what chance leaves free of it in overload
	patience    float64 // seconds: the same of the timeout
}

// vary works out the noise at a load.
func (e *fluid) vary(load float64) {
	z := &e.noise
	*z = noise{load: load, rho: math.Inf(1), ceiling: e.bound, patience: e.timeout}
	variance := (e.varied + e.law.varied) / 2
	if e.capacity <= 0 || load/e.capacity <= 0 || variance <= 0 || e.servers < 1 || e.sheltered() { // the ratio of a load may be 0 where the load is not quite
		return
	}
	z.rho = load / e.capacity
	z.v = variance
	if e.varied < 1 { // Kraemer and Langenbach-Belz: regular arrivals wait less
		rho, d := lesser(z.rho, 1), 1-e.varied
		z.v *= chance.Exp(-2 * (1 - rho) * d * d / (3 * rho * (e.varied + e.law.varied)))
	}
	if z.v < 1e-6*variance {
		z.v = 0
		return
	}
	room := lesser(e.bound, e.timeout*e.capacity)
	if room*math.Abs(1-z.rho) < 40*z.v {
		e.confine(room)
	}
	if z.rho < 1 {
		u := z.rho * (1 - z.refusal)
		c, _ := e.erlang.wait(1 - u)
		z.usual = z.v * c * u / (1 - u)
		return
	}
	z.usual = variance / max(z.rho-1, 1e-12)
	// What chance leaves free below a bound lasts usual ÷ (λ − m) seconds; where that is long, the counts of single seconds
	// show their part of it themselves.
	last := z.usual / max(load-e.capacity, 1e-12)
	free := z.usual * (1 - e.varied/(e.varied+e.law.varied)*last/(1+last))
	if !math.IsInf(e.bound, 1) {
		z.ceiling -= min(free, e.bound/2)
	}
	if !math.IsInf(e.timeout, 1) {
		z.patience -= min(free/e.capacity, e.timeout/2)
	}
}

// confine works out what a queue of bounded room does by chance: whom it refuses, and how much shorter it is. With r the ratio of
// neighbouring probabilities above all slots busy (ρ for M/M/c) and y the idle ratio, P(full) = r^room ÷ (y + Σ r^j), the M/M/c/K
// formula, here also for room that is no whole number; with no room it is Erlang's loss formula, for any service law.
func (e *fluid) confine(room float64) {
	z := &e.noise
	full, waiting := e.confined(min(z.rho, 1), room, z.v)
	z.refusal, z.room, z.crowd = full, room, waiting
	if u := min(z.rho, 1) * (1 - full); u < 1 {
		c, _ := e.erlang.wait(1 - u)
		if free := z.v * c * u / (1 - u); free > waiting {
			z.v *= waiting / free
		}
	}
	if z.rho > 1 { // beyond what cannot be served anyway
		full, z.crowd = e.confined(z.rho, room, (e.varied+e.law.varied)/2)
		z.refusal = max(0, full-(1-1/z.rho))
	}
	z.refusedLate = e.timeout*e.capacity < e.bound
}

// refuses is the share that finds the room full now: that of the stationary queue, once so many wait. A queue that still grows is
// far from its bound: with an exponential law of the number waiting it is reached by e^(−room ÷ waiting).
func (e *fluid) refuses() float64 {
	const grown = 0.8 // of the stationary number is as good as all of it
	most := grown * e.crowd
	if e.refusal <= 0 || e.x >= most {
		return e.refusal
	}
	return e.refusal * chance.Exp(e.room/most-e.room/greater(e.x, 1e-3*most))
}

// confined is the probability that the room is full, and the mean number waiting in it.
func (e *fluid) confined(rho, room, v float64) (full, waiting float64) {
	step := math.Log(rho) / v
	r := math.Exp(step)
	last := math.Exp(step * room) // r^room
	sum, moment, ratio := room+1, room*(room+1)/2, v
	if math.Abs(step)*(room+1) > 1e-4 {
		sum = (1 - last*r) / (1 - r)
		moment = r * (1 - (room+1)*last + room*last*r) / ((1 - r) * (1 - r))
		ratio = (1 - rho) / (1 - r)
	}
	y := e.erlang.idle(rho) * (1 + (ratio-1)*room/(room+v))
	return last / (y + sum), moment / (y + sum)
}

// advance moves the queue on by dt seconds in which drive attempts come: it returns how many wait then and on average.
func (e *fluid) advance(dt, drive float64) (x, mean float64) {
	if e.v == 0 || e.capacity <= 0 {
		return e.exactly(dt, drive)
	}
	if in := (steadiness{dt, drive, e.x, e.w}); in == e.steady {
		return e.x, e.x // as in the last piece, which changed nothing
	}
	total := greater(0, e.x+e.w+drive)
	most := e.content + e.capacity*dt
	if x = total - most; e.rho > 1 && x >= e.usual { // far from empty: nothing is idle
		e.idle, e.w = 0, e.content
		return x, (e.x + x) / 2
	}
	idle := e.relax(total, most)
	e.trend, e.idle = idle-e.idle, idle
	was := e.w
	e.w = e.content * (1 - e.idle)
	x = greater(0, total-most*(1-e.idle))
	if about(x, e.x, 1e-9, 1e-12) && about(e.w, was, 1e-9, 0) {
		x, e.w = e.x, was
		e.steady = steadiness{dt, drive, x, e.w}
	}
	return x, (e.x + x) / 2
}

// steadiness is a piece in which the queue stands where it stood: while it repeats there is nothing to solve.
type steadiness struct{ dt, drive, x, w float64 }

// relax is one implicit Euler step of the queue's equation: it finds the idle share s for which what is waiting,
// v·C(s)·(1 − s) ÷ s, and what was served add up to the total. Newton's method between bounds, from where it was last.
func (e *fluid) relax(total, most float64) float64 {
	if total <= 0 {
		return 1
	}
	low, high, s := 0.0, 1.0, e.idle
	if free := 1 - total/most; free > 0 {
		if c, _ := e.erlang.wait(free); c < 1e-12 {
			return free
		}
		s = greater(s+e.trend, free/2)
	}
	if s <= 0 || s >= 1 {
		s = 0.5
	}
	for range 60 {
		c, slope := e.erlang.wait(s)
		g := e.v*c*(1-s) + s*(most*(1-s)-total)
		if g > 0 {
			low = s
		} else {
			high = s
		}
		next := s - g/(e.v*(slope*(1-s)-c)+most*(1-2*s)-total)
		if !(next > low && next < high) {
			next = (low + high) / 2
		}
		if d := next - s; d < 1e-9*s && d > -1e-9*s {
			return next
		}
		s = next
	}
	return s
}

// exactly moves a queue on in which nothing varies: below full content it fills as fast as attempts come and services end,
// from there on backlog grows or shrinks by rate − capacity; the instants between are found exactly.
func (e *fluid) exactly(dt, drive float64) (x, mean float64) {
	rate, total, full := drive/dt, e.x+e.w, e.content
	left, area := dt, 0.0
	for range 4 {
		if left <= 0 {
			break
		}
		if total < full || total == full && rate < e.capacity { // slots are free
			ends := 0.0 // of the content, in a second
			if full > 0 {
				ends = e.capacity / full
			}
			if ends == 0 {
				need := (full - total) / rate
				if need >= left || rate == 0 {
					total += rate * left
					left = 0
					break
				}
				total, left = full, left-need
				continue
			}
			goal := rate / ends
			decay := math.Exp(-ends * left)
			if after := goal + (total-goal)*decay; after <= full {
				total, left = after, 0
				break
			}
			left -= math.Log((goal-total)/(goal-full)) / ends
			total = full
			continue
		}
		speed := rate - e.capacity
		if x := total - full; speed < 0 && x+speed*left < 0 { // it empties
			need := -x / speed
			area += x * need / 2
			total, left = full, left-need
			if full == 0 {
				break
			}
			continue
		}
		area += (total - full + speed*left/2) * left
		total += speed * left
		left = 0
	}
	e.idle = 1
	x = max(0, total-full)
	e.w = total - x
	if x > 0 {
		e.idle = 0
	}
	return x, area / dt
}

// queue lets begun attempts go to their slots: those of a backlog first, oldest first, then those that just came.
func (e *fluid) queue(from, to clock, dt, begun float64) {
	back := e.backlogOf()
	if e.line.total <= 0 && back <= 0 {
		e.begin(begun, 0)
		return
	}
	t, before := float64(from)*1e-9, e.line.total
	in := max(0, back-before+begun) // what joins the line
	out := before + in - back       // what leaves it; more than begun where waiting is put down to chance from now on
	old, part := min(out, before), 0.0
	if out > 0 {
		part = begun / out
	}
	for left := old; left > 0; {
		a, b, taken := e.line.take(left)
		if taken <= 0 {
			break
		}
		start := t + dt*(old-left)/out
		e.spread(taken*part, start-a, start+dt*taken/out-b, dt)
		left -= taken
	}
	if through := out - old; through > 0 { // came and began within the piece
		e.spread(through*part, dt*old/out, dt-dt*through/in, dt)
		e.line.push(t+dt*through/in, float64(to)*1e-9, in-through)
		return
	}
	if back <= 0 {
		e.line.clear()
		return
	}
	e.line.push(t, float64(to)*1e-9, in)
}

// spread lets an amount begin whose waits go evenly from one to another, in parts of half a percent. While clients give up the
// oldest wait is their patience: it moves by less than a piece.
func (e *fluid) spread(amount, from, to, dt float64) {
	if from, to = max(0, from), max(0, to); e.impatient {
		if from > e.patience-dt {
			from = e.patience
		}
		if to > e.patience-dt {
			to = e.patience
		}
	}
	wide := math.Abs(to - from)
	parts := 1 + int(min(7, wide/(0.005*(from+to)+0.005*e.law.mean)))
	for i := range parts {
		e.begin(amount/float64(parts), from+(to-from)*(float64(i)+0.5)/float64(parts))
	}
}

// backlogOf is how many of those waiting do so because of a backlog, not by chance. In overload all do, once they are more than
// chance can add.
func (e *fluid) backlogOf() float64 {
	switch {
	case e.v == 0:
		return e.x
	case e.x <= 1.05*e.usual+0.01:
		return 0
	case e.rho >= 1:
		return e.x
	}
	return e.x - e.usual
}

// begin lets an amount of attempts begin service that have waited for a backlog, each try for itself.
func (e *fluid) begin(amount, wait float64) {
	if amount <= 0 {
		return
	}
	p := portion{mass: amount, wait: wait, factor: e.factor, cut: math.Inf(1)}
	p.chance, p.more = e.chanceWait(&p)
	if e.tries == nil || !e.tries.mixed {
		e.admit(p, 0)
		return
	}
	e.tries.share(amount, func(mass, earlier float64) {
		q := p
		q.mass = mass
		e.admit(q, earlier)
	})
}

// chanceWait is the further wait that chance adds: its probability and its mean if there is one. In overload against a bound the
// backlog is shorter than the bound by chance: the wait is the longest one, less an exponential.
func (e *fluid) chanceWait(p *portion) (chance, more float64) {
	switch {
	case e.v == 0 || e.capacity <= 0:
		return 0, 0
	case e.line.total <= 0 && p.wait == 0:
		if e.idle <= 0 || e.x <= 0 {
			return 0, 0
		}
		c, _ := e.erlang.wait(e.idle)
		if c < 1e-6 {
			return 0, 0
		}
		return e.staying(c, e.x/((1-e.idle)*e.capacity*c), e.timeout)
	case e.rho < 1:
		u := e.rho * (1 - e.refusal)
		c, _ := e.erlang.wait(1 - u)
		return e.staying(c, e.v/((1-u)*e.capacity), e.timeout-p.wait)
	case e.full:
		longest := min(p.wait+min(e.usual/e.capacity, p.wait), max(e.timeout, p.wait))
		less := longest - p.wait
		p.wait = longest
		return 1, -less
	}
	return 0, 0
}

// staying is a further wait of those who do not leave before they have waited for at most left: an exponential law cut off
// there.
func (e *fluid) staying(chance, more, left float64) (float64, float64) {
	if left > 12*more {
		return chance, more
	}
	if left <= 0 {
		return 0, 0
	}
	tail := math.Exp(-left / more)
	return chance * (1 - tail) / (1 - chance*tail), more - left*tail/(1-tail)
}

// admit puts a portion into slots. Those whose timeout comes before the end of their service are never served: they fail as
// their slots are worked off.
func (e *fluid) admit(p portion, earlier float64) {
	if e.share > 0 && p.factor == e.factor {
		e.admit(e.tardy(&p), earlier)
	}
	e.begun += p.mass
	if e.inService && p.wait+20*max(p.more, 0) > e.safe {
		good, within := e.inTime(&p)
		bad := p.mass * (1 - good)
		e.begunBad += bad
		e.heldBegun += p.mass * within * p.factor / e.factor
		if e.drop {
			e.dropping = true
		} else {
			dead := p.mass * max(0, e.law.mean-within) * p.factor
			e.wasted += dead
			e.deadStays += dead
			e.badStays += bad * max(0, e.timeout-p.meanWait())
		}
		if p.mass *= good; good < 1-1e-4 {
			p.cut = max(0, e.timeout-p.meanWait()) / p.factor
		}
	} else {
		e.heldBegun += p.mass * e.law.mean * p.factor / e.factor
	}
	if e.watched && p.mass > 0 {
		q := p
		if !e.own {
			q.wait, q.chance, q.more = 0, 0, 0
		}
		e.model.add(q)
	}
	p.wait += earlier
	e.record(p)
}

// record remembers a portion that will be served.
func (e *fluid) record(p portion) {
	if p.mass > 0 && p.atOnce() {
		e.run.put(&p)
	}
	e.recent.add(p)
}

// inTime is the share of a portion that is served before its timeout, and how much of a slot's undisturbed time its clients
// wait for on average.
func (e *fluid) inTime(p *portion) (good, within float64) {
	of := func(wait float64) (float64, float64) {
		left := max(0, e.timeout-wait) / p.factor
		return e.law.cdf(left), e.law.within(left)
	}
	good, within = of(p.wait)
	if p.chance <= 0 {
		return good, within
	}
	g, t, mass := 0.0, 0.0, 0.0
	for i, x := range grades {
		wait := max(0, p.wait+x*p.more)
		if wait >= e.timeout && p.more > 0 {
			break // they left the queue
		}
		a, b := of(wait)
		g += gradeMasses[i] * a
		t += gradeMasses[i] * b
		mass += gradeMasses[i]
	}
	if mass <= 0 {
		return good, within
	}
	return good*(1-p.chance) + p.chance*g/mass, within*(1-p.chance) + p.chance*t/mass
}
