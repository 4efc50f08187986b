package sim

import "math"

// whose composition by try a flow of failures has.
type kindOf uint8

const (
	arrived     kindOf = iota // what arrives in this piece
	waitingKind               // what waits
	servingKind               // what is in service
)

// comebacks keep apart the second and later tries of requests: how many of those that arrive, wait and are in service are which try,
// how much earlier their requests first came, and the flows of failed ones that come back after their backoff. First tries are
// what is left. Everything of one try mixes evenly.
type comebacks struct {
	attempts  int
	pause     []float64 // seconds before try k, by k − 1
	spread    bool      // full jitter: the pause is uniform up to that
	budget    float64   // retries that a first attempt pays for; < 0: no bound
	tokens    float64
	came      []tried // by k − 1; [0] is not used
	queue     []tried
	pool      []tried
	starts    []tried
	pulses    [][]pulse // by k − 1, in the order in which they come back
	pending   float64   // requests between two tries
	mixed     bool      // there are other tries than first ones
	in, begun float64   // what comes and what begins service in this piece, first tries included
}

// tried is an amount of one try, and Σ amount × seconds since the requests first came.
type tried struct{ amount, earlier float64 }

func (t *tried) scale(by float64) { t.amount *= by; t.earlier *= by }

// pulse is a flow that comes back evenly over [from, to).
type pulse struct {
	from, to, born clock
	tried
}

// longestPause is as long as a pause can be: 100 days.
const longestPause = 100 * 24 * 3600.0

func newComebacks(r *Retries) *comebacks {
	n := r.Attempts
	t := &comebacks{attempts: n, spread: r.Jitter == "full", budget: -1, pause: make([]float64, n), came: make([]tried, n), queue: make([]tried, n),
		pool: make([]tried, n), starts: make([]tried, n), pulses: make([][]pulse, n)}
	for k := 1; k < n; k++ {
		t.pause[k] = min(r.Backoff.Seconds()*math.Exp2(float64(k-1)), longestPause)
	}
	if r.Budget != nil {
		t.budget = float64(*r.Budget)
	}
	return t
}

// back is how many come back in [from, to); fresh is the number of first attempts then.
func (t *comebacks) back(from, to clock, fresh float64) float64 {
	if t.budget >= 0 {
		t.tokens = min(t.tokens+t.budget*fresh, max(1, budgetDepth*t.budget))
	}
	t.in = fresh
	if !t.mixed {
		return 0
	}
	if t.pending == 0 && t.quiet() {
		t.mixed = false
		return 0
	}
	again := 0.0
	for k := 1; k < t.attempts; k++ {
		t.came[k] = t.due(k, from, to)
		again += t.came[k].amount
	}
	t.pending = max(0, t.pending-again)
	t.in += again
	return again
}

// quiet says whether there are no later tries anywhere.
func (t *comebacks) quiet() bool {
	for k := 1; k < t.attempts; k++ {
		if len(t.pulses[k]) > 0 || t.queue[k].amount > 0 || t.pool[k].amount > 1e-9 {
			return false
		}
	}
	clear(t.pool)
	clear(t.came)
	clear(t.starts)
	return true
}

// due takes what comes back in [from, to) out of the pulses of a try.
func (t *comebacks) due(k int, from, to clock) (sum tried) {
	list, done := t.pulses[k], 0
	for i := range list {
		p := &list[i]
		if p.from >= to {
			break
		}
		part := p.tried
		if p.to > to {
			begin := max(from, p.from)
			part.scale(float64(to-begin) / float64(p.to-begin))
		} else if done == i {
			done++
		}
		p.amount -= part.amount
		p.earlier -= part.earlier
		sum.amount += part.amount
		sum.earlier += part.earlier
	}
	if done > 0 {
		t.pulses[k] = list[:copy(list, list[done:])]
	}
	return sum
}

// stand lets those that came stand in the queue, without those that were refused, and a mix of all begin service.
func (t *comebacks) stand(before, in, refused, begun float64) {
	t.begun = begun
	if !t.mixed {
		return
	}
	stays := 1.0
	if in > 0 {
		stays = 1 - refused/in
	}
	total := before + in - refused
	goes := 0.0
	if total > 0 {
		goes = min(1, begun/total)
	}
	for k := 1; k < t.attempts; k++ {
		q := &t.queue[k]
		q.amount += t.came[k].amount * stays
		q.earlier += t.came[k].earlier * stays
		t.starts[k] = *q
		t.starts[k].scale(goes)
		q.scale(1 - goes)
		if q.amount < 1e-12 {
			*q = tried{}
		}
	}
}

// share splits what begins service by try.
func (t *comebacks) share(amount float64, begin func(mass, earlier float64)) {
	later, all := 0.0, 0.0
	for k := 1; k < t.attempts; k++ {
		all += t.starts[k].amount
	}
	scale := 0.0
	if t.begun > 0 {
		scale = amount / t.begun
	}
	for k := 1; k < t.attempts; k++ {
		if s := t.starts[k]; s.amount > 0 {
			mass := min(s.amount*scale, amount-later)
			begin(mass, s.earlier/s.amount)
			later += mass
		}
	}
	begin(amount-later, 0)
}

// ended takes the share of services that ended out of the pool, with those that began.
func (t *comebacks) ended(share float64) {
	if !t.mixed {
		return
	}
	for k := 1; k < t.attempts; k++ {
		t.pool[k].amount += t.starts[k].amount
		t.pool[k].earlier += t.starts[k].earlier
		t.pool[k].scale(max(0, 1-share))
		t.starts[k] = tried{}
	}
}

// abandon takes a share out of the queue.
func (t *comebacks) abandon(share float64) {
	for k := 1; k < t.attempts; k++ {
		t.queue[k].scale(max(0, 1-share))
	}
}

// leave takes the share of one instance out of what is in service and, of own queues, of what waits, and returns it.
func (t *comebacks) leave(share float64, own bool) (later []tried) {
	if !t.mixed {
		return nil
	}
	later = make([]tried, t.attempts)
	take := func(list []tried) {
		for k := 1; k < t.attempts; k++ {
			part := list[k]
			part.scale(share)
			later[k].amount += part.amount
			later[k].earlier += part.earlier
			list[k].scale(1 - share)
		}
	}
	take(t.pool)
	if own {
		take(t.queue)
	}
	return later
}

// fail counts attempts that failed: those that have a try left come back, the others have failed for good. They are a mix of
// tries as in kind, and each spent delay seconds in this try.
func (e *fluid) fail(from, to clock, amount float64, kind kindOf, delay float64, why cause) {
	if amount <= 0 {
		return
	}
	if e.tries == nil {
		e.failedTries += amount
		e.lost[why] += amount
		e.failedBy[why] += amount
		return
	}
	list, total := e.tries.came, e.tries.in
	switch kind {
	case waitingKind:
		list, total = e.tries.queue, e.x
	case servingKind:
		list, total = e.tries.pool, e.held
	}
	e.failOf(from, to, amount, total, list, delay, why)
}

// failOf is the same with a mix given as the amounts of later tries within a total.
func (e *fluid) failOf(from, to clock, amount, total float64, later []tried, delay float64, why cause) {
	e.failedTries += amount
	e.failedBy[why] += amount
	if e.tries == nil {
		e.lost[why] += amount
		return
	}
	t, first := e.tries, amount
	if t.mixed && total > 0 && later != nil {
		for k := t.attempts - 1; k >= 1; k-- {
			part := later[k]
			part.scale(amount / total)
			part.amount = min(part.amount, first)
			if part.amount <= 0 {
				continue
			}
			first -= part.amount
			e.lost[why] += t.again(k, from, to, part, delay)
		}
	}
	e.lost[why] += t.again(0, from, to, tried{amount: max(0, first)}, delay)
}

// again lets what failed in try k + 1 come back, and returns what does not.
func (t *comebacks) again(k int, from, to clock, part tried, delay float64) (final float64) {
	if k+1 >= t.attempts || part.amount <= 0 {
		return part.amount
	}
	if t.budget >= 0 {
		paid := min(part.amount, t.tokens)
		t.tokens -= paid
		final = part.amount - paid
		if paid <= 0 {
			return final
		}
		part.scale(paid / part.amount)
	}
	t.mixed = true
	t.pending += part.amount
	pause := clock(t.pause[k+1] * 1e9)
	p := pulse{from: from + pause, to: to + pause, born: to, tried: part}
	p.earlier += part.amount * (delay + t.pause[k+1])
	if t.spread {
		middle := from + (to-from)/2
		p.from, p.to = middle, max(middle+pause, to+1)
		p.earlier -= part.amount * t.pause[k+1] / 2
	}
	list := t.pulses[k+1]
	if n := len(list); n > 0 && to-list[n-1].born < max(second, pause/64) {
		q := &list[n-1]
		q.to = max(q.to, p.to)
		q.amount += p.amount
		q.earlier += p.earlier
		return final
	}
	t.pulses[k+1] = append(list, p)
	return final
}
