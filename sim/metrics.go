package sim

import (
	"math"
	"slices"
	"time"

	"headroom/policy"
)

// A monitor publishes metrics: by period, late, as the vendor does. What it published is all that a scaler sees.
type monitor struct {
	cfg     *Config
	fleet   *fleet
	service service
	feeds   []*feed
}

// feed is one published metric.
type feed struct {
	measure
	need          policy.Need
	period, delay int64
	idle          string
	unheard       bool  // its points never arrive
	tally         tally // at the begin of the period
	inService     int64
	inWarming     int64
	began         clock
	perInstance   float64
	points        []policy.Point // kept for the scaler
	visible       int            // points[:visible] can be seen
	last          float64        // last published value, for idle: last
	hasLast       bool
	published     []Published
}

// newMonitor begins to publish what is needed.
func newMonitor(cfg *Config, needs []policy.Need, f *fleet, s service) *monitor {
	m := &monitor{cfg: cfg, fleet: f, service: s}
	begin := -int64(cfg.Settle)
	for _, n := range needs {
		for _, x := range measures() {
			if x.name != n.Metric {
				continue
			}
			e := &feed{measure: x, need: n, began: begin}
			e.period, e.delay, e.idle = cfg.Metrics.timing(n.Metric)
			e.unheard = slices.Contains(cfg.Reach.Unheard, n.Metric)
			if n.Metric == "ModelLatency" {
				s.watchLatency(n.Samples)
			}
			m.feeds = append(m.feeds, e)
		}
	}
	return m
}

// timing is the period, the delay and the idle way of a metric, in nanoseconds.
func (m *Metrics) timing(metric string) (period, delay int64, idle string) {
	period, delay = int64(m.Period), int64(m.Delay)
	if own, ok := fast[metric]; ok {
		period, delay = int64(own), int64(own)
	}
	own := m.Each[metric]
	if own.Period != nil {
		period = int64(*own.Period)
	}
	if own.Delay != nil {
		delay = int64(*own.Delay)
	}
	return period, delay, own.Idle
}

// fast are the periods of the high-resolution metrics.
var fast = func() map[string]time.Duration {
	all := map[string]time.Duration{}
	for _, m := range measures() {
		if m.fast > 0 {
			all[m.name] = m.fast
		}
	}
	return all
}()

// Timing is the period and the delay with which a metric is published.
func (m *Metrics) Timing(metric string) (period, delay time.Duration) {
	p, d, _ := m.timing(metric)
	return time.Duration(p), time.Duration(d)
}

// close ends the periods that end at t.
func (m *monitor) close(t clock) {
	if len(m.feeds) == 0 {
		return
	}
	due := false
	for _, e := range m.feeds {
		due = due || t%e.period == 0
	}
	if !due {
		return
	}
	y := m.service.tally(t)
	m.perInstance()
	for _, e := range m.feeds {
		if t%e.period == 0 {
			e.publish(m, t, y)
		}
	}
}

// next is when a period may end next, from t on.
func (m *monitor) next(t clock) clock {
	at := never
	for _, e := range m.feeds {
		at = min(at, upTo(t, e.period))
	}
	return at
}

// perInstance fetches the sums of 1 ÷ instances for every feed.
func (m *monitor) perInstance() {
	s := m.service.perInstance()
	for _, e := range m.feeds {
		e.perInstance += s
	}
}

// publish ends the period of a feed at t.
func (e *feed) publish(m *monitor, t clock, y tally) {
	p := e.read(m, t, y)
	if t-e.began == e.period { // a first, partial period is not published
		e.put(&p, e.value(&p) && !e.unheard)
	}
	e.tally, e.began, e.perInstance = y, t, 0
	e.inService, e.inWarming = m.fleet.inService.until(t), m.fleet.inWarming.until(t)
}

// read counts the period that ends at t.
func (e *feed) read(m *monitor, t clock, y tally) period {
	const s = float64(time.Second)
	p := period{
		seconds:        float64(e.period) / s,
		attempts:       y.attempts - e.tally.attempts,
		failedAttempts: y.failedAttempts - e.tally.failedAttempts,
		timedOut:       y.timedOut - e.tally.timedOut,
		noCapacity:     y.noCapacity - e.tally.noCapacity,
		perInstance:    e.perInstance,
		busy:           float64(y.busy-e.tally.busy) / s,
		active:         float64(y.active-e.tally.active) / s,
		queued:         float64(y.queued-e.tally.queued) / s,
		serving:        float64(m.fleet.inService.until(t)-e.inService) / s,
		warmBusy:       float64(y.warmBusy-e.tally.warmBusy) / s,
		warmActive:     float64(y.warmActive-e.tally.warmActive) / s,
		warming:        float64(m.fleet.inWarming.until(t)-e.inWarming) / s,
		waiting:        y.waiting,
		inService:      m.fleet.inService.n,
		service:        &m.cfg.Service,
		cores:          1,
		gpus:           1,
	}
	p.busyAll = p.busy + float64(y.busyDraining-e.tally.busyDraining)/s
	if m.cfg.Platform.CoresCounted {
		p.cores, p.gpus = float64(m.cfg.Fleet.VCPUs), float64(m.cfg.Fleet.GPUs)
	}
	switch e.name {
	case "ModelLatency":
		p.latency = m.service.modelLatency()
	case "ApproximateAgeOfOldestRequest":
		p.oldest = float64(m.service.oldest(t)) / s
	}
	if m.cfg.Platform.OnDemand != nil {
		p.ask(m, e, &y)
	}
	p.point.End, p.point.Period = time.Duration(t), time.Duration(e.period)
	return p
}

// put publishes the point, or what stands for it when nothing happened.
func (e *feed) put(p *period, exists bool) {
	if p.idle && !e.unheard {
		weight := p.point.Weight
		if !exists {
			weight = 1 // one sample
		}
		switch e.idle {
		case "missing":
			exists = false
		case "zero":
			exists = p.one(0, weight, 0)
		case "last":
			exists = e.hasLast && p.one(e.last, weight, e.last*p.serving/p.seconds)
		}
	}
	out := Published{End: p.point.End, Seen: p.point.End + time.Duration(e.delay), Value: math.NaN(), Missing: !exists}
	if exists {
		out.Value = p.point.Value
		if e.need.Sees != nil {
			out.Value = e.need.Sees(p.point)
		}
		e.last, e.hasLast = p.point.Value, true
		e.forget(p.point.End)
		e.points = append(e.points, p.point)
	}
	e.published = append(e.published, out)
}

// forget drops points that nobody looks at any more.
func (e *feed) forget(now time.Duration) {
	if len(e.points) < 1024 && (len(e.points) < 64 || !e.need.Samples) {
		return
	}
	keep := now - e.need.Lookback - time.Duration(e.delay) - 2*time.Duration(e.period)
	n := 0
	for n < e.visible && e.points[n].End < keep {
		n++
	}
	e.points = append(e.points[:0], e.points[n:]...)
	e.visible -= n
}

// seen are the points that are visible at now.
func (e *feed) seen(now clock) []policy.Point {
	for e.visible < len(e.points) && int64(e.points[e.visible].End)+e.delay <= now {
		e.visible++
	}
	return e.points[:e.visible]
}

// feed of a metric, nil if it is not published.
func (m *monitor) feed(metric string) *feed {
	for _, e := range m.feeds {
		if e.name == metric {
			return e
		}
	}
	return nil
}

// finish writes what was published within the run.
func (m *monitor) finish(r *Result) {
	for _, e := range m.feeds {
		r.Series = append(r.Series, Series{Metric: e.name, Unit: e.unit, High: e.need.High, Low: e.need.Low, HighAt: e.need.HighAt, LowAt: e.need.LowAt, Points: e.published})
	}
}

// MetricNames are the names of all metrics of fleets, in the order of docs/model.md.
func MetricNames() []string { return namesOf(fleetMeasures()) }

// OnDemandMetricNames are the names of those of environments.
func OnDemandMetricNames() []string { return namesOf(onDemandMeasures()) }

func namesOf(ms []measure) (names []string) {
	for _, m := range ms {
		names = append(names, m.name)
	}
	return names
}
