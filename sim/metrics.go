package sim

import (
	"math"
	"time"

	"headroom/policy"
)

// measure is how one metric is read off the world: the value of one period from what was counted at its two ends.
// It returns false when the metric has no value for such a period (semantics: "no point").
type measure struct {
	name  string
	unit  string
	value func(p *period) bool
}

// period is what was counted between the two ends of a metric's period, and the point that comes of it.
type period struct {
	seconds                       float64
	attempts, failedAttempts      int64
	perInstance                   float64 // Σ 1 ÷ instances in service over attempts
	busy, active, queued, serving float64 // areas, in seconds × count
	busyAll                       float64
	warmBusy, warmActive, warming float64 // of busy, active and serving, those that warm up
	waiting, inService            int64   // at the end
	latency                       *samples
	service                       *Service
	cores, gpus                   float64 // what CPU and GPU utilisation are multiplied by
	point                         policy.Point
	idle                          bool // nothing happened in it
}

// measures are all metrics that exist, as docs/model.md lists them: what each is, and what it cannot see.
func measures() []measure {
	return []measure{
		// Attempts that arrived, retries and rejected ones included; it cannot see how long they take.
		{"Invocations", "per period", func(p *period) bool {
			p.idle = p.attempts == 0
			return p.each(float64(p.attempts))
		}},
		// Per minute, whatever the period. Rejected attempts and retries count; it cannot see that requests got slower.
		{"InvocationsPerInstance", "per minute", func(p *period) bool {
			p.idle = p.attempts == 0
			perMinute := 60 / p.seconds
			return p.one(p.perInstance*perMinute, p.seconds, float64(p.attempts)*perMinute)
		}},
		// Requests held (waiting in queues and in service) per instance. It sees slow services and full queues, not
		// what was rejected.
		{"ConcurrentRequestsPerModel", "requests", func(p *period) bool {
			p.idle = p.busyAll+p.queued == 0
			if p.serving == 0 {
				return false
			}
			load := p.busyAll + p.queued
			return p.one(load/p.serving, p.serving, load/p.seconds)
		}},
		// Wait on the instance and service of attempts completed in the period, µs. It cannot see a shared queue, backoff,
		// attempts that failed, or those that still wait.
		{"ModelLatency", "µs", (*period).modelLatency},
		// What busy slots cost of the cores. It stops at 100 % of the box: queues and rejections are invisible.
		{"CPUUtilization", "%", func(p *period) bool { return p.use(p.service.Uses.CPU, p.cores) }},
		// The same of the GPUs; with `any` one busy slot reads as a full GPU.
		{"GPUUtilization", "%", func(p *period) bool { return p.use(p.service.Uses.GPU, p.gpus) }},
		// Linear in the busy slots. It stops when all are busy.
		{"MemoryUtilization", "%", (*period).memory},
		// Waiting in queues at the period's end; not those in service or in backoff.
		{"ApproximateBacklogSize", "requests", func(p *period) bool {
			p.idle = p.waiting == 0
			return p.one(float64(p.waiting), p.seconds, float64(p.waiting)*float64(p.inService))
		}},
		// The same ÷ instances in service then; with none in service the backlog itself.
		{"ApproximateBacklogSizePerInstance", "requests", func(p *period) bool {
			p.idle = p.waiting == 0
			return p.one(float64(p.waiting)/float64(max(1, p.inService)), p.seconds, float64(p.waiting*min(1, p.inService)))
		}},
		// Attempts that failed in the period, whatever the cause.
		{"Invocation5XXErrors", "per period", func(p *period) bool {
			p.idle = p.failedAttempts == 0
			return p.each(float64(p.failedAttempts))
		}},
	}
}

// one is a point with one sample.
func (p *period) one(value, weight, load float64) bool {
	p.point.Value, p.point.Weight, p.point.Load = value, weight, load
	p.point.Sum, p.point.Min, p.point.Max, p.point.Count = value, value, value, 1
	return true
}

// each is a point whose load is the value × the instances in service.
func (p *period) each(value float64) bool {
	return p.one(value, p.seconds, value*p.serving/p.seconds)
}

// modelLatency is the point of the durations that completed in the period; Load is n × value like any metric's.
func (p *period) modelLatency() bool {
	s := p.latency
	p.idle = s == nil
	if s == nil {
		return false
	}
	mean := float64(s.sum) / float64(s.count) / 1e3
	p.point.Value, p.point.Weight = mean, float64(s.count)
	p.point.Sum, p.point.Count = float64(s.sum)/1e3, float64(s.count)
	p.point.Min, p.point.Max = float64(s.min)/1e3, float64(s.max)/1e3
	p.point.Load = mean * p.serving / p.seconds
	if s.keep {
		p.point.Samples = s.hist.Clone()
	}
	return true
}

// memory is linear in the busy slots.
func (p *period) memory() bool {
	m := p.service.Uses.Memory
	busy, serving := p.busy-p.warmBusy, p.serving-p.warming
	p.idle = busy == 0
	if serving == 0 {
		return false
	}
	share := busy / (serving * float64(p.service.Concurrency))
	v := 100 * (float64(m.Rest) + (float64(m.Busy)-float64(m.Rest))*share)
	return p.one(v, serving, v*serving/p.seconds)
}

// use is the utilisation that busy slots make of a resource, in percent × what is counted.
func (p *period) use(u Use, counted float64) bool {
	busy, serving := p.busy-p.warmBusy, p.serving-p.warming
	p.idle = busy == 0
	if serving == 0 {
		return false
	}
	share := (p.active - p.warmActive) / serving
	if !u.Any {
		share = float64(u.Share) * busy / (serving * float64(p.service.Concurrency))
	}
	v := 100 * counted * share
	return p.one(v, serving, v*serving/p.seconds)
}

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
	if metric == "ConcurrentRequestsPerModel" { // the high-resolution one: its own unless said otherwise
		period, delay = int64(10*time.Second), int64(10*time.Second)
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
		e.put(&p, e.value(&p))
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
	if e.name == "ModelLatency" {
		p.latency = m.service.modelLatency()
	}
	p.point.End, p.point.Period = time.Duration(t), time.Duration(e.period)
	return p
}

// put publishes the point, or what stands for it when nothing happened.
func (e *feed) put(p *period, exists bool) {
	if p.idle {
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
		r.Series = append(r.Series, Series{Metric: e.name, Unit: e.unit, High: e.need.High, Low: e.need.Low, Points: e.published})
	}
}

// MetricNames are the names of all metrics that exist, in the order of docs/model.md.
func MetricNames() []string {
	var names []string
	for _, m := range measures() {
		names = append(names, m.name)
	}
	return names
}
