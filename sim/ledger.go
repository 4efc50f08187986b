package sim

import (
	"math"
	"math/big"
	"time"
)

// A bill adds up charged instance time: each instance by itself, from its launch (or from service, where starting is free)
// until its end, rounded up to the granularity and raised to the minimum.
type bill struct {
	granularity, minimum int64
	startingFree         bool
	whole                total // charged time after the rules
	audit                func(i *instance, from, to clock)
}

func newBill(cfg *Fleet) *bill {
	return &bill{granularity: int64(cfg.Billing.Granularity), minimum: int64(cfg.Billing.Minimum), startingFree: cfg.Billing.Starting == "free"}
}

// charge adds the life of an instance that ended at t, or the unbroken part of it.
func (b *bill) charge(i *instance, t clock) {
	if i.paid == never {
		return // where starting is free: it never came into service
	}
	b.whole.add(b.billed(t - i.paid))
	if b.audit != nil {
		b.audit(i, i.paid, t)
	}
}

// begin is since when an instance that starts at t is charged.
func (b *bill) begin(t clock) clock {
	if b.startingFree {
		return never
	}
	return t
}

// billed is what a life of d nanoseconds is charged as.
func (b *bill) billed(d int64) int64 {
	if r := d % b.granularity; r > 0 {
		d += b.granularity - r
	}
	return max(d, b.minimum)
}

func (b *bill) reset() { b.whole = total{} }

// hours is the charged time, exactly.
func (b *bill) hours() (billed *big.Int, hours *big.Rat) {
	billed = b.whole.exact()
	return billed, new(big.Rat).SetFrac(billed, big.NewInt(int64(time.Hour)))
}

// A ledger writes the minute rows and adds up states over time. It charges the interval just lived.
type ledger struct {
	cfg     *Config
	fleet   *fleet
	service service
	minutes []Minute
	// what the counts and areas stood at when the minute began
	tally tally
	areas areas

	sumStarting, sumServing, sumDraining, sumBusy, sumAlive, sumPool, sumHosts total

	lost, refused int
	slow          *slow
	mean          float64 // of the service law, nanoseconds
	quantiles     []time.Duration
	reporting     bool
	perHour       float64
	perRequest    float64 // served
	perBusy       float64 // second of a busy slot
	startingFree  bool
	slots         float64
}

// areas are ∫ dt of instances by state, of busy slots and of requests alive, in nanoseconds × count.
type areas struct{ starting, serving, draining, busy, alive, preparing, ready, hosts int64 }

// areasUntil are those since the begin of the run; only their differences mean something.
func (l *ledger) areasUntil(t clock, y *tally) areas {
	f := l.fleet
	a := areas{f.inStarting.until(t), f.inService.until(t), f.inDraining.until(t), y.busy + y.busyDraining, y.alive, 0, 0, 0}
	if f.pool != nil {
		a.preparing, a.ready = f.pool.inPreparing.until(t), f.pool.inReady.until(t)
	}
	if f.hosts != nil {
		a.hosts = f.hosts.alive.until(t)
	}
	return a
}

// since is what came to be after b.
func (a areas) since(b areas) areas {
	return areas{a.starting - b.starting, a.serving - b.serving, a.draining - b.draining, a.busy - b.busy, a.alive - b.alive,
		a.preparing - b.preparing, a.ready - b.ready, a.hosts - b.hosts}
}

func newLedger(cfg *Config, f *fleet, s service) *ledger {
	l := &ledger{cfg: cfg, fleet: f, service: s, slow: newSlow(cfg.Service.Events)}
	l.mean = float64(cfg.Service.Time.Law().Mean())
	l.perHour, _ = cfg.hourly().Float64()
	l.perRequest, l.perBusy = cfg.Fleet.Billing.perUse()
	l.startingFree = cfg.Fleet.Billing.Starting == "free"
	l.slots = float64(cfg.Service.Concurrency)
	whole := int(cfg.Length / time.Minute)
	l.minutes = make([]Minute, 0, whole)
	l.quantiles = make([]time.Duration, 2*len(cfg.Quantiles)*whole)
	return l
}

// report begins the first reported minute.
func (l *ledger) report() {
	l.reporting = true
	l.tally = l.service.tally(0)
	l.areas = l.areasUntil(0, &l.tally)
	l.lost, l.refused = 0, 0
}

// close ends the minute that ends at t, if one does; the last, partial one is added up but has no row.
func (l *ledger) close(t clock) {
	if !l.reporting || t%int64(time.Minute) != 0 && t != int64(l.cfg.Length) {
		return
	}
	y := l.service.tally(t)
	now := l.areasUntil(t, &y)
	d := now.since(l.areas)
	l.sumStarting.add(d.starting)
	l.sumServing.add(d.serving)
	l.sumDraining.add(d.draining)
	l.sumBusy.add(d.busy)
	l.sumAlive.add(d.alive)
	l.sumPool.add(d.preparing + d.ready)
	l.sumHosts.add(d.hosts)
	if t%int64(time.Minute) == 0 {
		l.row(t, &y, d)
	}
	l.tally, l.areas = y, now
}

// row writes the minute that ends at t; d are its areas.
func (l *ledger) row(t clock, y *tally, d areas) {
	const minute = float64(time.Minute)
	was, k, n := &l.tally, len(l.cfg.Quantiles), len(l.minutes)
	m := Minute{
		At:       time.Duration(t) - time.Minute,
		Offered:  y.offered - was.offered,
		Attempts: y.attempts - was.attempts,
		Retries:  y.retries - was.retries,
		Served:   y.served - was.served,
		Failed:   y.failed - was.failed,
		Latency:  l.quantiles[2*k*n : 2*k*n+k],
		Wait:     l.quantiles[2*k*n+k : 2*k*n+2*k],
		Waiting:  y.waiting + y.backoff,
		Starting: int(l.fleet.inStarting.n),
		Serving:  int(l.fleet.inService.n),
		Draining: int(l.fleet.inDraining.n),
		Desired:  l.fleet.desired,

		ServingMean:  float64(d.serving) / minute,
		StartingMean: float64(d.starting) / minute,
		DrainingMean: float64(d.draining) / minute,
		InFlight:     float64(d.alive) / minute,
		Utilization:  ratio(float64(d.busy), l.slots*float64(d.serving+d.draining)),
		Lost:         l.lost, Refused: l.refused,
		Erred: y.erred - was.erred,
		Slow:  l.slow.touches(t-int64(time.Minute), t),
	}
	l.fleet.early.minute(t, &m)
	m.ServingMin, m.ServingMax = l.fleet.extremes.close(t, l.fleet.inService.n)
	charged := d.serving + d.draining
	if !l.startingFree {
		charged += d.starting
	}
	if l.fleet.hosts != nil {
		charged, m.Hosts = d.hosts, float64(d.hosts)/minute
	}
	m.UseCost = l.perRequest*float64(m.Served) + l.perBusy*float64(d.busy)/1e9
	m.Cost = l.perHour*float64(charged)/float64(time.Hour) + m.UseCost
	if l.cfg.Platform.OnDemand != nil {
		l.onDemand(&m, y, d)
	}
	if l.fleet.pool != nil {
		m.Pool = float64(d.preparing+d.ready) / minute
		m.PoolCost = l.fleet.pool.rate(d, l.perHour, l.startingFree)
		m.Cost += m.PoolCost
	}
	m.Demand = float64(m.Offered) * l.mean * l.slow.factor(t-int64(30*time.Second)) / minute
	l.minutes = append(l.minutes, m)
	l.service.minute(&l.minutes[n])
	l.lost, l.refused = 0, 0
}

// happened counts losses and refusals for the minute.
func (l *ledger) happened(h Happening) {
	switch h.What {
	case "lost":
		l.lost += h.Count
	case "refused":
		l.refused += h.Count
	}
}

// finish writes what was added up.
func (l *ledger) finish(r *Result) {
	r.Minutes = l.minutes
	r.Hours = States{l.sumStarting.value() / 3600, l.sumServing.value() / 3600, l.sumDraining.value() / 3600, l.sumPool.value() / 3600}
	r.ServingMean = l.sumServing.value() / l.cfg.Length.Seconds()
	r.ServingMin, r.ServingMax = int(l.fleet.extremes.run.least), int(l.fleet.extremes.run.most)
	r.Utilization = ratio(l.sumBusy.value(), l.slots*(l.sumServing.value()+l.sumDraining.value()))
	r.InFlight = l.sumAlive.value() / l.cfg.Length.Seconds()
	r.Addresses = l.fleet.lacked()
	r.Hosts = l.fleet.hosts.counts(l.sumHosts, l.cfg.Length)
	l.cost(r)
}

// ratio is a ÷ b, NaN where b is 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}
