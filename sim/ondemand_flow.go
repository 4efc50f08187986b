package sim

import (
	"math"
	"time"
)

// take counts what environments took in [from, to), records how long it waits, and books it.
func (e *onDemandFluid) take(from, to clock, in, cold float64, h hunted) {
	warmed := in * h.warm
	e.use.invoked += in
	e.use.cold += cold
	e.use.warmed += warmed
	if e.warm > 0 {
		e.use.spilled += in - warmed
	}
	charged := e.charged()
	e.use.warmSeconds += warmed * charged
	e.use.seconds += (in - warmed) * charged
	if e.plan.Fees.ColdStart {
		e.use.seconds += cold * e.coldMean
	}
	e.setupMass += cold
	if in <= 0 {
		return
	}
	e.begin(in-cold, 0, in)
	for i, wait := range e.colds.points {
		e.begin(cold*e.colds.masses[i], wait, in)
	}
}

// charged is what one service is charged for, seconds: each is rounded up by itself.
func (e *onDemandFluid) charged() float64 {
	g := e.plan.Fees.Granularity.Seconds()
	if e.law.constant {
		return math.Ceil(e.hold()/g-1e-9) * g
	}
	return e.hold() + g/2
}

// begin records attempts of a mass that begin service after a wait, first tries and later ones apart; in is how many there are in all.
func (e *onDemandFluid) begin(mass, wait, in float64) {
	mass *= 1 - e.failing(wait)
	if mass <= 0 {
		return
	}
	p := portion{factor: e.factor, cut: math.Inf(1)}
	if e.inService && !math.IsInf(e.timeout, 1) {
		p.cut = max(0, (e.timeout-wait)/e.factor)
	}
	first := mass
	if t := e.tries; t != nil && t.mixed && t.in > 0 {
		for k := 1; k < t.attempts; k++ {
			if c := t.came[k]; c.amount > 0 {
				p.mass, p.wait = min(first, mass*c.amount/t.in), wait+c.earlier/c.amount
				first -= p.mass
				e.record(p)
			}
		}
	}
	p.mass, p.wait = first, wait
	e.record(p)
}

func (e *onDemandFluid) record(p portion) {
	e.recent.add(p)
	if p.atOnce() {
		e.run.put(&p)
	}
	if e.watched {
		p.wait = 0 // ModelLatency knows no cold start
		e.model.add(p)
	}
}

// failing is the share of attempts whose clients give up: those that wait for too long, and those whose service then takes too long.
func (e *onDemandFluid) failing(wait float64) float64 {
	switch {
	case math.IsInf(e.timeout, 1):
		return 0
	case wait > e.timeout:
		return 1
	case !e.inService:
		return 0
	}
	return 1 - e.law.cdf((e.timeout-wait)/e.factor)
}

// flow lets what came take environments and leave them.
func (e *onDemandFluid) flow(from, to clock, in, cold, blocked float64) {
	dt := float64(to-from) * 1e-9
	hold := e.held()
	begin, end := float64(from)*1e-9, float64(to)*1e-9
	begun, badBegun := e.begins.begun(end), e.badBegins.begun(end)
	bad, badCold := (in-cold)*e.failing(0), 0.0
	for i, wait := range e.colds.points {
		amount := cold * e.colds.masses[i]
		begun += e.begins.put(i, begin, end, wait, amount)
		amount *= e.failing(wait)
		badCold += amount
		badBegun += e.badBegins.put(i, begin, end, wait, amount)
	}
	before := e.taken
	e.taken.flow(dt, in, cold, begun, hold)
	lost := e.bad.flow(dt, bad+badCold, badCold, badBegun, hold)
	e.fail(from, to, lost, e.timeout, timedOut)
	e.fail(from, to, blocked, 0, rejected)
	e.use.throttled += blocked
	if !e.drop && lost > 0 && e.inService {
		e.wasted += lost * max(0, e.law.mean-e.law.within(e.timeout/e.factor)) / max(1e-9, 1-e.law.cdf(e.timeout/e.factor)) * e.factor
	}
	e.served = (before.serving + e.taken.serving) / 2
	nanos := dt * 1e9 / 2
	e.queuedArea += int64((before.starting + e.taken.starting) * nanos)
	e.busyArea += int64((before.serving + e.taken.serving) * nanos)
	e.runningArea += int64((before.sum() + e.taken.sum()) * nanos)
	e.aliveArea += int64((before.sum() + e.taken.sum()) * nanos)
	if e.tries != nil {
		e.aliveArea += int64(e.tries.pending * dt * 1e9)
	}
	e.mostTaken = max(e.mostTaken, min(float64(e.plan.MaxConcurrency), e.taken.sum()+2*math.Sqrt(e.taken.sum())))
}

// fail counts attempts that failed: those that have a try left come back. They are a mix of tries as in those that came.
func (e *onDemandFluid) fail(from, to clock, amount, delay float64, why cause) {
	if amount <= 0 {
		return
	}
	e.failedTries += amount
	e.failedBy[why] += amount
	t := e.tries
	if t == nil {
		e.lost[why] += amount
		return
	}
	first := amount
	if t.mixed && t.in > 0 {
		for k := t.attempts - 1; k >= 1; k-- {
			part := t.came[k]
			part.scale(amount / t.in)
			part.amount = min(part.amount, first)
			if part.amount > 0 {
				first -= part.amount
				e.lost[why] += t.again(k, from, to, part, delay)
			}
		}
	}
	e.lost[why] += t.again(0, from, to, tried{amount: max(0, first)}, delay)
}

// show tells the fleet how many environments made on demand there are, as whole numbers that are right on average.
func (e *onDemandFluid) show(from clock, dt float64, h hunted) {
	starting := e.taken.starting
	e.fleet.inStarting.add(from, e.waking.to(starting, dt))
	there := min(max(e.alive-starting, e.served-h.busy, 0), float64(e.plan.MaxConcurrency-e.warm))
	if d := e.shown.to(there, dt); d != 0 {
		e.fleet.serve(from, d)
	}
	e.warmBusyArea += int64(min(h.busy, float64(e.warm)) * dt * 1e9)
	e.warmAllArea += int64(float64(e.warm) * dt * 1e9)
}

// add brings a provisioned environment into service, drain takes one out; what it serves goes on elsewhere.
func (e *onDemandFluid) add(t clock, _ *instance) {
	e.live(t)
	e.warm++
}

func (e *onDemandFluid) drain(t clock, i *instance) {
	e.live(t)
	e.warm--
	e.fleet.drained(t, i)
}

func (e *onDemandFluid) lose(t clock, _ *instance) {
	e.live(t)
	e.warm--
}

func (e *onDemandFluid) warmed(clock, *instance) {}
func (e *onDemandFluid) loaded(clock, *instance) {}

func (e *onDemandFluid) holds(*instance) int {
	if e.taken.sum() >= 0.5 {
		return 1
	}
	return 0
}

func (e *onDemandFluid) oldest(clock) int64 { return 0 }

func (e *onDemandFluid) perInstance() float64 { return 0 }

// whole rounds every count; served takes what is left.
func (e *onDemandFluid) whole() *wholes {
	w := &e.rounded
	w.offered, w.retries = max(w.offered, round(e.fresh)), max(w.retries, round(e.retried))
	w.failedTries = max(w.failedTries, round(e.failedTries))
	exact := [8]float64{e.lost[0], e.lost[1], e.lost[2], e.lost[3], e.lost[4], e.taken.starting, 0, e.taken.serving}
	if e.tries != nil {
		exact[6] = e.tries.pending
	}
	w.divide(e.fresh, &exact)
	return w
}

func (e *onDemandFluid) tally(t clock) tally {
	e.live(t)
	w, u := e.whole(), &e.use
	y := tally{
		offered: w.offered, attempts: w.offered + w.retries, retries: w.retries, served: w.served, failed: w.failed(),
		failedAttempts: w.failedTries, timedOut: round(e.failedBy[timedOut]), waiting: w.waiting, backoff: w.backoff,
		busy: e.busyArea, active: e.busyArea, queued: e.queuedArea, alive: e.aliveArea, slots: w.inService,
	}
	y.cold, y.warmed, y.spilled, y.throttled = begun(u.cold), round(u.warmed), round(u.spilled), round(u.throttled)
	y.invoked = max(0, y.attempts-y.throttled)
	y.cold = min(y.cold, y.invoked)
	y.running, y.warmBusy, y.warmAll = e.runningArea, e.warmBusyArea, e.warmAllArea
	y.spent = e.bill().spent(y.invoked)
	return y
}

// begun is how many cold starts have begun, at least in part: of none less is an environment seen.
func begun(cold float64) int64 { return int64(math.Ceil(cold - 1e-6)) }

// bill is what has been used since clock.start.
func (e *onDemandFluid) bill() *usage {
	b := &usage{fees: &e.plan.Fees, before: round(e.beforeUse.invoked)}
	b.cold, b.warm = seconds(e.use.seconds-e.beforeUse.seconds), seconds(e.use.warmSeconds-e.beforeUse.warmSeconds)
	return b
}

func seconds(x float64) total {
	whole := math.Floor(x)
	return total{int64(whole), int64((x - whole) * 1e9)}
}

func (e *onDemandFluid) most() int64 {
	n := round(e.mostTaken)
	e.mostTaken = 0
	return n
}

func (e *onDemandFluid) setupTimes() *samples {
	n := round(e.setupMass)
	if n == 0 {
		return nil
	}
	e.setupMass -= float64(n)
	e.setups.reset()
	mean := time.Duration(e.coldMean * 1e9)
	e.setups.count, e.setups.sum, e.setups.min, e.setups.max = n, n*int64(mean), mean, mean
	return &e.setups
}

func (e *onDemandFluid) watchLatency(percentiles bool) {
	e.watched = true
	e.samples.keep = e.samples.keep || percentiles
}

func (e *onDemandFluid) modelLatency() *samples { return e.model.sampled(&e.samples) }

func (e *onDemandFluid) report() {
	e.live(0)
	e.before = *e.whole()
	e.wastedBefore, e.beforeUse = e.wasted, e.use
	e.keep()
	e.recent.reset()
	e.run = chronicle{law: e.law}
}

// keep remembers the portions of this minute, for minutes in which services end but none begins.
func (e *onDemandFluid) keep() {
	if e.recent.mass > 0 {
		e.last.list = append(e.last.list[:0], e.recent.list...)
		e.last.mass, e.last.wait, e.last.serv = e.recent.mass, e.recent.wait, e.recent.serv
	}
}

func (e *onDemandFluid) minute(m *Minute) {
	e.run.add(&e.recent)
	e.keep()
	m.Max, m.WaitMax = -1, -1
	if w := &e.last; m.Served > 0 && w.mass > 0 {
		m.WaitMean = w.wait / w.mass * 1e9
		m.Mean = (w.wait + w.serv) / w.mass * 1e9
		w.quantiles(m.Wait, m.Latency, e.quantiles)
	}
	e.recent.reset()
}

func (e *onDemandFluid) err() error { return e.stopped }

func (e *onDemandFluid) finish(end clock, r *Result) {
	e.live(end)
	e.run.add(&e.recent)
	w, b, q := e.whole(), &e.before, &r.Requests
	q.Offered, q.CarriedIn = w.offered-b.offered, b.waiting+b.backoff+b.inService
	q.Served, q.Failed = w.served-b.served, w.failed()-b.failed()
	q.FailedBy = FailedBy{Throttled: w.lost[rejected] - b.lost[rejected], Timeout: w.lost[timedOut] - b.lost[timedOut]}
	q.Retries = w.retries - b.retries
	q.WaitingAtEnd, q.InServiceAtEnd = w.waiting+w.backoff, w.inService
	q.Wasted = nanosOf(e.wasted - e.wastedBefore)
	u, v := &e.use, &e.beforeUse
	q.Throttled = round(u.throttled) - round(v.throttled)
	q.Invoked = max(0, q.Offered+q.Retries-q.Throttled)
	q.Cold = min(begun(u.cold)-begun(v.cold), q.Invoked)
	e.bill().finish(r)
	r.Wait, r.Latency = e.run.summaries(q.Served)
	r.Approximations = e.approximations()
}

// approximations says in words what this engine only approximates of the scenario.
func (e *onDemandFluid) approximations() []string {
	out := []string{
		"fluid: rates instead of requests; counts are rounded to whole requests, and the greatest latency is not known",
		"fluid: latency and wait count in the minute in which the request comes, not in that in which its service ends",
		"fluid: how many environments there are and how many starts are cold follows an ordered hunt with Erlang's loss formula for Poisson arrivals, and clumps of overflow that come at random; whole numbers of environments are right on average, not each second",
		"fluid: every minute has its expected part of cold starts: minutes that miss an ask because of a single one are not seen",
		"fluid: requests leave their environments at exponential times, whatever the law of service; in a sudden rise or fall that is not theirs",
	}
	if e.offered.Dispersion() != 1 {
		out = append(out, "fluid: arrivals count as Poisson where environments are made: smooth ones need fewer, bursty ones more")
	}
	if e.plan.Idle.Seconds() < 20*(e.law.mean+e.coldMean) {
		out = append(out, "fluid: environments are reclaimed within some services' time: do not believe the share of cold starts")
	}
	if !math.IsInf(e.timeout, 1) {
		out = append(out, "fluid: a client that gives up counts when its environment is done")
	}
	return out
}
