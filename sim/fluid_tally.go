package sim

import (
	"fmt"
	"math"
	"time"
)

// counts are running totals since the begin of the run, as fractions; whole makes numbers of them.
type counts struct {
	fresh, retried float64 // first attempts, retries
	failedTries    float64
	failedBy       [5]float64 // failed attempts, by cause
	lost           [5]float64 // failed for good, by cause
	wasted         float64    // seconds of slot time
	shares         float64    // Σ 1 ÷ instances in service, of attempts since it was asked for

	working, drainWork                                     float64 // seconds of slot time in this piece
	drainQueue, drainBusy                                  float64
	busyArea, drainArea, activeArea, queuedArea, aliveArea int64
	warming                                                int // of those in service
	warmArea, warmActiveArea                               int64
	rounded                                                wholes
	before                                                 wholes // at clock.start
	wastedBefore                                           float64
}

// wholes are the counts as whole requests. Offered = served + failed + those alive, always.
type wholes struct {
	offered, retries, failedTries, served int64
	lost                                  [5]int64
	waiting, backoff, inService           int64
}

func (w *wholes) failed() int64 { return w.lost[0] + w.lost[1] + w.lost[2] + w.lost[3] + w.lost[4] }

// whole rounds every count; served takes what is left, to within one of what was served. No count that only grows ever descends:
// where rounding would make it, another count is rounded the other way.
func (e *fluid) whole() *wholes {
	w := &e.rounded
	w.offered = max(w.offered, round(e.fresh))
	w.retries = max(w.retries, round(e.retried))
	w.failedTries = max(w.failedTries, round(e.failedTries))
	live, beyond := e.inSlots()
	exact := [8]float64{e.lost[0], e.lost[1], e.lost[2], e.lost[3], e.lost[4], e.x + e.drainQueue + beyond + e.side.waiting, 0, live + e.drainBusy + e.side.slots}
	if e.tries != nil {
		exact[6] = e.tries.pending
	}
	w.divide(e.fresh, &exact)
	return w
}

// divide makes whole numbers of those lost by cause, waiting, in backoff and in service; served is what they leave of the first
// attempts.
func (w *wholes) divide(fresh float64, exact *[8]float64) {
	var n, least [8]int64
	copy(least[:], w.lost[:])
	served, left := fresh, w.offered
	for i, x := range exact {
		served -= x
		n[i] = max(round(x), least[i])
		left -= n[i]
	}
	low := max(w.served, int64(math.Floor(served+1e-6)))
	for ; left < low && lower(&n, &least, exact); left++ {
	}
	for high := max(low, int64(math.Ceil(served-1e-6))); left > high; left-- {
		raise(&n, exact)
	}
	copy(w.lost[:], n[:5])
	w.waiting, w.backoff, w.inService, w.served = n[5], n[6], n[7], left
}

// lower takes one from the count that lies highest above its exact value and can still be lowered.
func lower(n, least *[8]int64, exact *[8]float64) bool {
	best := -1
	for i := range n {
		if n[i] > least[i] && (best < 0 || float64(n[i])-exact[i] > float64(n[best])-exact[best]) {
			best = i
		}
	}
	if best >= 0 {
		n[best]--
	}
	return best >= 0
}

// raise adds one to the count that lies lowest below its exact value.
func raise(n *[8]int64, exact *[8]float64) {
	best := 0
	for i := range n {
		if float64(n[i])-exact[i] < float64(n[best])-exact[best] {
			best = i
		}
	}
	n[best]++
}

func round(x float64) int64 { return int64(math.Floor(x + 0.5)) }

func (e *fluid) tally(t clock) tally {
	e.live(t)
	w := e.whole()
	return tally{
		offered: w.offered, attempts: w.offered + w.retries, retries: w.retries, served: w.served, failed: w.failed(),
		failedAttempts: w.failedTries, timedOut: round(e.failedBy[timedOut]), noCapacity: round(e.failedBy[noCapacity]), erred: round(e.failedBy[erred]), waiting: w.waiting, backoff: w.backoff,
		busy: e.busyArea, busyDraining: e.drainArea, active: e.activeArea, queued: e.queuedArea, alive: e.aliveArea,
		slots:    round(min(e.held, float64(e.n)*e.slots) + e.side.slots + e.side.dead),
		warmBusy: e.warmArea, warmActive: e.warmActiveArea,
	}
}

func (e *fluid) perInstance() float64 {
	s := e.shares
	e.shares = 0
	return s
}

func (e *fluid) watchLatency(percentiles bool) {
	e.watched = true
	e.samples.keep = e.samples.keep || percentiles
}

// modelLatency makes samples of the portions since the last call: a whole number of them, with the right mean, and the least and
// the greatest as far from the ends as that many would be.
func (e *fluid) modelLatency() *samples { return e.model.sampled(&e.samples) }

// sampled makes samples of portions and forgets these; nil if they are less than one.
func (m *waits) sampled(s *samples) *samples {
	n := round(m.mass)
	if n == 0 {
		return nil
	}
	s.reset()
	s.count = n
	s.sum = round(m.mean() * float64(n) * 1e9)
	ends := []float64{0.5 / float64(n), 1 - 0.5/float64(n)}
	var wait, latency [2]time.Duration
	m.quantiles(wait[:], latency[:], ends)
	mean := nanosOf(m.mean())
	s.min, s.max = min(latency[0], mean), max(latency[1], mean)
	if s.keep {
		m.deposit(&s.hist)
	}
	m.reset()
	return s
}

// report begins reporting: what has been counted so far is before the start, and waits are forgotten.
func (e *fluid) report() {
	e.live(0)
	e.before = *e.whole()
	e.wastedBefore = e.wasted
	e.keep()
	e.recent.reset()
	e.run = chronicle{law: e.law}
}

// keep remembers the portions of this minute, for minutes in which services end but none begins.
func (e *fluid) keep() {
	if e.recent.mass <= 0 {
		return
	}
	e.last.list = append(e.last.list[:0], e.recent.list...)
	e.last.mass, e.last.wait, e.last.serv, e.last.stray = e.recent.mass, e.recent.wait, e.recent.serv, e.recent.stray
}

func (e *fluid) minute(m *Minute) {
	e.run.add(&e.recent)
	e.keep()
	m.Max, m.WaitMax = -1, -1
	if w := &e.last; m.Served > 0 && w.mass > 0 {
		m.WaitMean = w.wait / w.mass * 1e9
		m.Mean = w.mean() * 1e9
		w.quantiles(m.Wait, m.Latency, e.quantiles)
	}
	e.recent.reset()
}

func (e *fluid) err() error { return e.stopped }

func (e *fluid) finish(end clock, r *Result) {
	e.live(end)
	e.run.add(&e.recent)
	w, b := e.whole(), &e.before
	q := &r.Requests
	q.Offered, q.CarriedIn = w.offered-b.offered, b.waiting+b.backoff+b.inService
	q.Served, q.Failed = w.served-b.served, w.failed()-b.failed()
	q.FailedBy = FailedBy{
		Rejected: w.lost[rejected] - b.lost[rejected], Timeout: w.lost[timedOut] - b.lost[timedOut],
		NoCapacity: w.lost[noCapacity] - b.lost[noCapacity], InstanceLost: w.lost[lostInstance] - b.lost[lostInstance],
		Error: w.lost[erred] - b.lost[erred],
	}
	q.Retries = w.retries - b.retries
	q.WaitingAtEnd, q.InServiceAtEnd = w.waiting+w.backoff, w.inService
	q.Wasted = nanosOf(e.wasted - e.wastedBefore)
	if e.run.mass <= 0 && q.Served > 0 {
		e.run.add(&e.last)
		for i := range e.last.list {
			if p := &e.last.list[i]; p.atOnce() {
				e.run.put(p)
			}
		}
	}
	r.Wait, r.Latency = e.run.summaries(q.Served)
	r.Approximations = e.approximations()
}

// approximations says in words what this engine only approximates of the scenario.
func (e *fluid) approximations() []string {
	s := e.cfg
	out := []string{
		"fluid: rates instead of requests; counts are rounded to whole requests, and the greatest latency is not known",
		"fluid: latency and wait count in the minute in which the service begins, not in that in which it ends",
	}
	if e.varied+e.law.varied > 0 {
		out = append(out, "fluid: waiting by chance below saturation follows the stationary queue of its load (Erlang C, Allen–Cunneen) with an exponential tail")
	}
	if e.varied > 1 {
		out = append(out, "fluid: bursts within a second are not seen and longer ones meet a stationary queue: do not believe minutes that miss an ask by little, they can be twice as many")
	}
	if e.law.mean >= 5 {
		long := time.Duration(e.law.mean * 1e9).Round(time.Second)
		out = append(out, fmt.Sprintf("fluid: services take %v on average: do not believe what happens while the load changes within %v, tens of services", long, 20*long))
	}
	if e.own {
		out = append(out, "fluid: the instances' own queues are one first-come queue whose bound is the sum of theirs; the balancer "+s.Balancer+" is not modelled")
	}
	if !math.IsInf(e.timeout, 1) {
		if s.Abandoned == "drop" {
			out = append(out, "fluid: timeouts act on flows: those in service are counted when their slots are worked off; the tail of waits by chance is not cut at them")
		} else {
			out = append(out, "fluid: timeouts act on flows: each is a share of those who came at one time; the tail of waits by chance is not cut at them")
		}
	}
	if s.Retries.Attempts > 1 {
		out = append(out, "fluid: retries come back as flows within a second of their time, and the time spent in earlier tries counts by its mean")
	}
	if e.packed {
		out = append(out, "fluid: which instances are empty is worked out as if all requests were packed on the oldest: they are empty sooner")
	}
	if e.fleet.warms {
		out = append(out, "fluid: instances that warm up are as busy as the others, so that leaving them out hardly moves the group's metrics")
	}
	if len(e.slow.outages) > 0 {
		out = append(out, "fluid: an outage of the service lengthens waits, but not the latency of the few requests that are in slots when it begins")
	}
	if !e.fleet.cfg.Drain.Finish || len(e.fleet.cfg.Failures) > 0 || e.fleet.launches > int(e.fleet.inService.n) {
		out = append(out, "fluid: an instance holds an even share of what is in service and, of own queues, of what waits; a draining one lasts as long as the expected longest of its services")
	}
	return append(out, e.young.approximations(e)...)
}
