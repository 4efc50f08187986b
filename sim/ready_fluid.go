package sim

import (
	"fmt"
	"math"
)

// young are the instances in service whose models still load. Those that fail hold nothing and are not among the fluid's n; nor are slow
// ones that get their share whatever they hold. Other slow ones are.
type young struct {
	ready   *Ready
	apart   bool // none is among the fluid's n
	failing int
	lagging int
	share   float64 // of services that begin on slow ones among n
	side    sideline

	known, asked division
}

func newYoung(c *Config) young {
	y := young{ready: c.Fleet.StartUp.Ready}
	y.apart = y.ready.fails() || blind(&c.Service)
	return y
}

// blind says whether the balancer does not look at what instances hold, nor whether they have a free slot.
func blind(s *Service) bool {
	return s.Queue.Shared == nil && (s.Balancer == "random" || s.Balancer == "round-robin")
}

// division is what the share of attempts that reach loaded instances was worked out of.
type division struct {
	load, length float64
	n, failing   int

	reach, busy float64 // that share where all has come to rest, and the slots busy then
}

// any says whether there are some.
func (y *young) any() bool { return y.failing+y.lagging > 0 || y.share > 0 }

// outside is how many instances in service are not among n, beyond whether one is.
func (y *young) outside() int {
	if y.apart {
		return y.failing + y.lagging
	}
	return 0
}
func (y *young) isOutside(i *instance) bool { return i.loading && y.apart }

// slowest is by how much a service on one of them is longer.
func (y *young) slowest() float64 {
	if y.lagging > 0 {
		return y.ready.Slow
	}
	return 1
}

// add counts an instance that comes into service; true if it serves nobody: then it has failed all that waited for the whole fleet.
func (y *young) add(e *fluid, t clock) bool {
	if !y.ready.fails() {
		y.lagging++
		return y.apart
	}
	y.failing++
	if !e.own && e.x > 0 {
		e.fail(t, t+1, e.x, waitingKind, e.line.age(float64(t)*1e-9), erred)
		if e.tries != nil {
			e.tries.abandon(1)
		}
		e.x = 0
		e.line.clear()
	}
	e.stale = true
	return true
}

// leave makes an instance that is loaded, or leaves service, one of n with what it holds; true if it cannot, for it served nobody.
func (y *young) leave(e *fluid, t clock, i *instance) bool {
	e.stale = true
	if y.ready.fails() {
		y.failing--
		return true
	}
	if y.apart {
		y.side.part(e, t, 1/float64(y.lagging))
		e.join(i)
	}
	y.lagging--
	return false
}

// loaded makes an instance one like all others.
func (e *fluid) loaded(t clock, i *instance) {
	e.live(t)
	if e.young.leave(e, t, i) {
		e.join(i)
	}
}

// divide lets attempts go where the balancer sends them: some fail on instances that still load, or go to slow ones apart, and what is
// left is for the others.
func (e *fluid) divide(from, to clock, dt, in, mean float64) (left, leftMean float64) {
	if e.failing > 0 {
		reach := e.reaching(mean/dt, dt)
		e.fail(from, to, in*(1-reach), arrived, 0, erred)
		in, mean = in*reach, mean*reach
		if e.tries != nil {
			e.tries.pass(reach)
		}
	}
	if e.apart && e.lagging > 0 {
		share := float64(e.lagging) / float64(e.n+e.lagging)
		e.side.live(e, from, to, dt, in*share)
		in, mean = in*(1-share), mean*(1-share)
		if e.tries != nil {
			e.tries.pass(1 - share)
		}
		return in, mean
	}
	if share := e.slowShare(mean / dt); math.Abs(share-e.share) > 1e-3 || share == 0 && e.share > 0 {
		e.share, e.stale = share, true
		if !e.dropping {
			e.hold = e.usualHold()
		}
	}
	if e.stale {
		e.settle()
	}
	return in, mean
}

// pass lets a share of what has come go on.
func (t *comebacks) pass(share float64) {
	t.in *= share
	for k := 1; k < t.attempts; k++ {
		t.came[k].scale(share)
	}
}

// reaching is the share of attempts that reach loaded instances within a piece. A balancer that looks for few attempts sends them
// there only where one is as empty as those that fail: what they hold is a birth and death process with the rate of attempts × that
// chance. On the way to its rest the chance grows with the room that is left.
func (e *fluid) reaching(load, dt float64) float64 {
	switch {
	case e.n == 0:
		return 0
	case blind(e.cfg):
		return float64(e.n) / float64(e.n+e.failing)
	}
	length := e.hold * e.factor
	if q := (division{load: load, length: length, n: e.n, failing: e.failing}); q != e.asked {
		e.asked, e.known = q, q
		e.known.rest(e.cfg.Balancer, int(e.slots), !e.own)
	}
	d, room, held := &e.known, float64(e.n), e.held
	if e.cfg.Balancer != "least-outstanding" {
		room *= e.slots
	}
	left := dt
	if e.x > 0 { // all have a queue
		left -= e.x * length / e.servers
	}
	if held > room { // none is empty
		left -= length * math.Log(held/room)
		held = room
	}
	if e.still || left <= 0 {
		return 0
	}
	speed := d.reach / max(room-d.busy, 1e-9) // by which the chance grows with room
	rate := load*speed + 1/length
	open := (room-d.busy)*left + (d.busy-held)*(1-math.Exp(-rate*left))/rate
	return min(1, speed*open/dt)
}

// sheltered says whether nobody waits by chance, because another instance takes and fails whoever finds no room.
func (e *fluid) sheltered() bool {
	return e.failing > 0 && (!e.own || e.cfg.Balancer == "least-outstanding" || e.cfg.Balancer == "fullest")
}

// rest works out where the process comes to rest.
func (d *division) rest(balancer string, slots int, shared bool) {
	sum, weight, reach, busy := 0.0, 1.0, 0.0, 0.0
	for b := 0; b <= d.n*slots; b++ {
		p := d.chance(balancer, b, slots, shared)
		sum += weight
		reach += weight * p
		busy += weight * float64(b)
		next := weight * d.load * d.length * p / float64(b+1)
		if next < weight && next < 1e-12*sum {
			break
		}
		if weight = next; weight > 1e100 {
			sum, weight, reach, busy = sum*1e-100, weight*1e-100, reach*1e-100, busy*1e-100
		}
	}
	d.reach, d.busy = reach/sum, busy/sum
}

// chance is that of an attempt to reach a loaded instance while b of their slots are busy.
func (d *division) chance(balancer string, b, slots int, shared bool) float64 {
	n, l, held := float64(d.n), float64(d.failing), float64(b)
	free, even := n, max(0, n-held) // instances that may be asked, empty ones if all is spread evenly
	if shared && balancer == "random" {
		full := 1.0 // the chance that all slots of one are busy
		for k := range slots {
			full *= max(0, held-float64(k)) / (n*float64(slots) - float64(k))
		}
		free *= 1 - full
	} else if shared {
		free *= min(1, float64(slots)-held/n)
	}
	switch balancer {
	case "least-outstanding":
		return even / (even + l)
	case "fullest": // the loaded ones are older: the others are asked when none of them has a free slot
		if b == d.n*slots {
			return 0
		}
		return 1
	case "two-choices":
		all := free + l
		if all < 2 {
			return free / all
		}
		empty := (even + n*math.Pow(1-1/n, held)) / 2
		return min(1, (free*(free-1)+min(empty, free)*l)/(all*(all-1)))
	}
	return free / (free + l)
}

// slowShare is the share of services that begin on slow instances among n: where a balancer minds from what number on an instance holds
// more than others, as a mean of such numbers, from the least on that is enough for the load.
func (e *fluid) slowShare(load float64) float64 {
	if e.lagging == 0 || e.apart {
		return 0
	}
	slots := int(e.slots)
	if e.cfg.Balancer == "fullest" {
		return e.slowOverflow(load)
	}
	least, most := slots, slots
	enough := 1 + int(load*e.law.mean*e.factor/(float64(e.n-e.lagging)+float64(e.lagging)/e.ready.Slow))
	switch e.cfg.Balancer {
	case "least-outstanding":
		least, most = min(enough, slots), min(enough+1, slots)
	case "two-choices":
		least, most = min(enough, slots), min(enough+3, slots)
	}
	sum := 0.0
	for width := least; width <= most; width++ {
		sum += e.slowWithin(width, load)
	}
	return sum / float64(most-least+1)
}

// slowOverflow is that share where the loaded ones, which are older, are filled first: what finds all their slots busy (Erlang's loss
// formula), as far as the slow ones can serve it.
func (e *fluid) slowOverflow(load float64) float64 {
	if load <= 0 {
		return 0
	}
	length := e.law.mean * e.factor
	room := float64(e.lagging) * e.slots / (length * e.ready.Slow)
	return min(loss((e.n-e.lagging)*int(e.slots), load*length), room/load)
}

// slowWithin is that share where an instance gets its even share while it holds less than width, so that it refuses as Erlang's loss
// system; the slow ones more often. Where all hold as much it is as fast as they serve.
func (e *fluid) slowWithin(width int, load float64) float64 {
	slow, fast := float64(e.lagging), float64(e.n-e.lagging)
	length := e.law.mean * e.factor
	longer := length * e.ready.Slow
	if load >= 0.999*float64(width)*(fast/length+slow/longer) {
		return slow / (fast*e.ready.Slow + slow)
	}
	flow := func(rate float64) (fastFlow, slowFlow float64) {
		return fast * rate * (1 - loss(width, rate*length)), slow * rate * (1 - loss(width, rate*longer))
	}
	low, high := 0.0, 1/length // of the rate at which one is chosen
	for a, b := flow(high); a+b < load; a, b = flow(high) {
		low, high = high, 2*high
	}
	for range 50 {
		mid := (low + high) / 2
		if a, b := flow(mid); a+b < load {
			low = mid
		} else {
			high = mid
		}
	}
	a, b := flow(high)
	return b / (a + b)
}

// loss is Erlang's probability that all of some slots are busy, at a load.
func loss(slots int, load float64) float64 {
	b := 1.0
	for k := 1; k <= slots; k++ {
		b = load * b / (float64(k) + load*b)
	}
	return b
}

// tardy takes what begins on slow instances out of a portion.
func (e *fluid) tardy(p *portion) portion {
	q := *p
	q.mass *= e.share
	q.factor *= e.ready.Slow
	p.mass -= q.mass
	return q
}

// usualHold is how long an attempt takes a slot on average, undisturbed.
func (e *fluid) usualHold() float64 {
	if e.share == 0 {
		return e.law.mean
	}
	return e.law.mean * (1 + e.share*(e.ready.Slow-1))
}

// approximations says how instances that still load are approximated.
func (y *young) approximations(e *fluid) []string {
	switch {
	case y.ready == nil:
		return nil
	case y.ready.fails() && y.apart && blind(e.cfg):
		return []string{"fluid: instances that still load get their share of attempts by their number, and fail it"}
	case y.ready.fails():
		return []string{fmt.Sprintf("fluid: how many attempts %s sends to instances that still load is the chance that it prefers no loaded one, as if attempts came at random", e.cfg.Balancer)}
	case y.apart:
		return []string{"fluid: instances that are slow while they load have one queue of their own, where nobody waits by chance alone; what it holds joins that of all when they are loaded"}
	}
	return []string{fmt.Sprintf("fluid: how many attempts %s sends to instances that are slow while they load is a chance that each is taken for less busy; they share the one queue of all", e.cfg.Balancer)}
}
