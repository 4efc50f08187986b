package sim

import (
	"math"
	"testing"
	"time"

	"headroom/policy"
)

var none = math.NaN() // no point

// uses says what busy slots cost; timing gives a metric a timing of its own.
func uses(u Uses) func(*Config) { return func(c *Config) { c.Service.Uses = u } }
func timing(metric string, m MetricTiming) func(*Config) {
	return func(c *Config) { c.Metrics.Each = map[string]MetricTiming{metric: m} }
}
func length(d time.Duration) *time.Duration { return &d }

// cores counts 4 vCPUs and 2 GPUs, as SageMaker does.
func cores(c *Config) { c.Platform.CoresCounted, c.Fleet.VCPUs, c.Fleet.GPUs = true, 4, 2 }

// Every metric by hand, period after period.
func TestMetricsByHand(t *testing.T) {
	s, m := time.Second, time.Minute
	half, any := Uses{CPU: Use{Share: .6}, GPU: Use{Share: .9}}, Uses{CPU: Use{Share: 1, Any: true}, GPU: Use{Share: 1, Any: true}}
	memory := Uses{Memory: MemoryUse{Rest: .47, Busy: .60}}
	noIdle := func(metric, idle string) func(*Config) { return timing(metric, MetricTiming{Idle: idle}) }
	// one slot busy from 0 to 30 s; the second comes at 5 s, is rejected, and again at 15 s; one more from 70 to 100 s
	rejecting := []func(*Config){own(0), tries(2, 10*s)}
	three := at(0, 5*s, 70*s)
	for _, c := range []struct {
		what, metric string
		cfg          Config
		want         []float64
	}{
		{"attempts, rejected and retried ones included", "Invocations", small(three, 3*m, 30*s, rejecting...), []float64{3, 1, 0}},
		{"with no instance too", "Invocations", small(at(0, s), 2*m, s, instances(0)), []float64{2, 0}},
		{"a shorter period", "Invocations", small(three, m, 30*s, append(rejecting, timing("Invocations", MetricTiming{Period: length(20 * s)}))...), []float64{3, 0, 0}},

		{"one instance", "InvocationsPerInstance", small(three, 3*m, 30*s, rejecting...), []float64{3, 1, 0}},
		{"÷ those in service at that moment", "InvocationsPerInstance", small(at(10*s, 40*s, 50*s, 61*s), 2*m, s, plan(want{30 * s, 2}, want{m, 4})), []float64{1 + .5 + .5, .25}},
		{"starting and draining ones do not count", "InvocationsPerInstance", small(at(10*s, 40*s, 50*s), m, 30*s, instances(2), startUp(m), plan(want{20 * s, 4}, want{30 * s, 1})), []float64{.5 + 1 + 1}},
		{"0 in service: adds 0", "InvocationsPerInstance", small(at(10*s, 40*s), 2*m, s, instances(0), plan(want{30 * s, 1})), []float64{1, 0}},
		{"always per minute", "InvocationsPerInstance", small(at(10*s, 40*s, 50*s), m, s, timing("InvocationsPerInstance", MetricTiming{Period: length(30 * s)})), []float64{2, 4}},
		{"always per minute, also of a longer period", "InvocationsPerInstance", small(at(10*s, 40*s, 50*s), 2*m, s, timing("InvocationsPerInstance", MetricTiming{Period: length(2 * m)})), []float64{1.5}},

		{"in service and waiting, every 10 s", "ConcurrentRequestsPerModel", small(at(0, 2*s), 30*s, 5*s), []float64{1.3, 0, 0}},
		{"÷ ∫ instances in service", "ConcurrentRequestsPerModel", small(at(0, 2*s), 20*s, 5*s, sharedQueue(9), plan(want{7 * s, 2})), []float64{13. / 13, 0}},
		{"a shared queue waits too", "ConcurrentRequestsPerModel", small(at(0, 2*s), 10*s, 5*s, sharedQueue(9)), []float64{1.3}},
		{"none in service: no point, waiting or not", "ConcurrentRequestsPerModel", small(at(0), 20*s, 5*s, instances(0), sharedQueue(9), plan(want{10 * s, 1})), []float64{none, .5}},
		{"what drains is in service still", "ConcurrentRequestsPerModel", small(at(0), 20*s, 5*s, plan(want{2 * s, 0})), []float64{2.5, none}},
		{"an abandoned slot is in service, backoff is not", "ConcurrentRequestsPerModel", small(at(0), 20*s, 6*s, timeout(2*s), tries(2, 10*s)), []float64{.6, .6}},
		{"a period of its own", "ConcurrentRequestsPerModel", small(at(0, 2*s), 40*s, 5*s, timing("ConcurrentRequestsPerModel", MetricTiming{Period: length(20 * s)})), []float64{.65, 0}},

		{"wait and service on the instance, µs, in the period of completion", "ModelLatency", small(at(0, 2*s, 50*s, 58*s), 3*m, 5*s), []float64{(5e6 + 8e6 + 5e6) / 3, 5e6, none}},
		{"a shared queue does not count", "ModelLatency", small(at(0, 2*s), m, 5*s, sharedQueue(9)), []float64{5e6}},
		{"backoff does not count, nor what failed", "ModelLatency", small(at(0), m, 5*s, instances(0), tries(2, 10*s), plan(want{5 * s, 1})), []float64{5e6}},
		{"an attempt that was given up is not completed", "ModelLatency", small(at(0, 20*s), m, 5*s, timeout(3*s)), []float64{none}},

		{"busy time × share", "CPUUtilization", small(at(0), 2*m, 30*s, slots(2), uses(half)), []float64{15, 0}},
		{"the GPU has a share of its own", "GPUUtilization", small(at(0), 2*m, 30*s, slots(2), uses(half)), []float64{22.5, 0}},
		{"busy time ÷ instance time, not a mean of ratios", "CPUUtilization", small(at(0), m, 30*s, plan(want{30 * s, 2})), []float64{100. / 3}},
		{"any: one busy slot of four is all", "GPUUtilization", small(at(0), m, 30*s, slots(4), uses(any)), []float64{50}},
		{"any: four busy slots are no more", "CPUUtilization", small(at(0, 0, 15*s, 20*s), m, 30*s, slots(4), uses(any)), []float64{100 * 50. / 60}},
		{"any: what drains is out of it", "GPUUtilization", small(at(0), m, 30*s, slots(4), uses(any), plan(want{10 * s, 0}, want{20 * s, 1})), []float64{20}},
		{"× vCPUs for SageMaker", "CPUUtilization", small(at(0), 2*m, 30*s, cores), []float64{200, 0}},
		{"TT16, 4 vCPUs all busy", "CPUUtilization", small(at(0), m, 60*s, cores), []float64{400}},
		{"TT16, 4 GPUs all busy", "GPUUtilization", small(at(0), m, 60*s, cores, func(c *Config) { c.Fleet.GPUs = 4 }), []float64{400}},
		{"× GPUs for SageMaker", "GPUUtilization", small(at(0), 2*m, 30*s, cores), []float64{100, 0}},
		{"none in service: no point", "CPUUtilization", small(at(), 2*m, s, plan(want{m, 0})), []float64{0, none}},
		{"draining ones are out of it", "CPUUtilization", small(at(0), m, 30*s, plan(want{10 * s, 0})), []float64{100}},
		{"an abandoned slot is busy", "CPUUtilization", small(at(0), m, 30*s, timeout(s)), []float64{50}},
		{"a dropped one is not", "CPUUtilization", small(at(0), m, 30*s, timeout(3*s), drop), []float64{5}},
		{"it stops at 100", "CPUUtilization", small(make(instants, 99), m, 30*s), []float64{100}},

		{"linear between rest and busy", "MemoryUtilization", small(at(0), 3*m, 30*s, uses(memory), plan(want{2 * m, 0})), []float64{53.5, 47, none}},
		{"not × cores", "MemoryUtilization", small(at(0), m, 30*s, slots(2), uses(memory), cores), []float64{50.25}},

		{"waiting at the end of the period", "ApproximateBacklogSize", small(at(0, s, 2*s, 3*s), 4*m, 30*s), []float64{2, 0, 0, 0}},
		{"what leaves at the end is still there", "ApproximateBacklogSize", small(at(0, s, 2*s), 2*m, 30*s), []float64{1, 0}},
		{"÷ instances in service then", "ApproximateBacklogSizePerInstance", small(make(instants, 8), 2*m, 50*s, instances(3), plan(want{m, 2})), []float64{2. / 3, 0}},
		{"none in service: the backlog itself", "ApproximateBacklogSizePerInstance", small(make(instants, 8), 2*m, 50*s, instances(0), sharedQueue(9), plan(want{m, 4})), []float64{8, 0}},
		{"backoff is no backlog", "ApproximateBacklogSize", small(at(0), m, s, instances(0), tries(2, 100*s)), []float64{0}},

		{"attempts that failed, each of them", "Invocation5XXErrors", small(three, 3*m, 30*s, rejecting...), []float64{2, 0, 0}},
		{"of every cause, when they failed", "Invocation5XXErrors", small(at(0, 50*s), 2*m, 100*s, timeout(55*s), failing(losing(1, 100*s))), []float64{1, 1}},

		{"idle: missing", "Invocations", small(three, 3*m, 30*s, append(rejecting, noIdle("Invocations", "missing"))...), []float64{3, 1, none}},
		{"idle: last", "Invocations", small(at(61*s, 62*s), 4*m, s, noIdle("Invocations", "last")), []float64{none, 2, 2, 2}},
		{"idle: zero where the table has no point", "ModelLatency", small(at(61*s), 3*m, s, noIdle("ModelLatency", "zero")), []float64{0, 1e6, 0}},
		{"idle: last", "ModelLatency", small(at(61*s), 3*m, s, noIdle("ModelLatency", "last")), []float64{none, 1e6, 1e6}},
		{"idle: zero, none in service", "CPUUtilization", small(at(), 2*m, s, plan(want{m, 0}), noIdle("CPUUtilization", "zero")), []float64{0, 0}},
		{"idle: missing, none busy", "CPUUtilization", small(at(61*s), 3*m, 30*s, noIdle("CPUUtilization", "missing")), []float64{none, 50, none}},
		{"idle: missing does not hide that all wait for nobody", "ApproximateBacklogSize", small(at(0, s), 2*m, 50*s, noIdle("ApproximateBacklogSize", "missing")), []float64{none, none}},
	} {
		watching(nil, c.metric)(&c.cfg)
		r := run(t, c.cfg)
		var got []float64
		for _, p := range r.Series[0].Points {
			if p.Missing != math.IsNaN(p.Value) {
				t.Errorf("%s: %+v", c.what, p)
			}
			got = append(got, p.Value)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s, %s: %v, want %v", c.metric, c.what, got, c.want)
			continue
		}
		for k, want := range c.want {
			if math.IsNaN(want) != math.IsNaN(got[k]) || math.Abs(got[k]-want) > 1e-9*math.Abs(want) {
				t.Errorf("%s, %s: %v, want %v", c.metric, c.what, got, c.want)
				break
			}
		}
	}
}

// observed is the point of a metric, as a policy sees it, whose period ends at the end of a run.
func observed(t *testing.T, metric string, c Config) (last policy.Point) {
	t.Helper()
	end := c.Length
	c.Length += time.Minute + c.Step
	watching(func(o policy.Observation) {
		for _, p := range o.Points(metric) {
			if p.End == end {
				last = p
			}
		}
	}, metric)(&c)
	run(t, c)
	return last
}

// What target tracking divides by its target: n × value, n the instances in service that the point was measured on.
func TestLoadOfAPoint(t *testing.T) {
	s, m := time.Second, time.Minute
	for _, c := range []struct {
		metric string
		cfg    Config
		value  float64
		load   float64
	}{
		// two instances from 20 s on: (20 + 2 × 40) ÷ 60 = 5/3 on average
		{"InvocationsPerInstance", small(at(0, 30*s, 40*s), m, s, plan(want{20 * s, 2})), 2, 3},
		{"InvocationsPerInstance", small(at(0, 30*s), m, s, instances(0)), 0, 2},
		{"Invocations", small(at(0, 30*s, 40*s), m, s, plan(want{20 * s, 2})), 3, 5},
		{"CPUUtilization", small(at(0), m, 30*s, plan(want{20 * s, 2})), 30, 50},
		{"MemoryUtilization", small(at(0), m, 30*s, plan(want{20 * s, 2})), 30, 50},
		{"ModelLatency", small(at(0), m, 30*s, plan(want{20 * s, 2})), 30e6, 50e6},
		{"ApproximateBacklogSize", small(make(instants, 8), m, 90*s, sharedQueue(9), plan(want{20 * s, 2})), 6, 12},
		{"ApproximateBacklogSizePerInstance", small(make(instants, 8), m, 90*s, sharedQueue(9), plan(want{20 * s, 2})), 3, 6},
		{"ApproximateBacklogSizePerInstance", small(make(instants, 8), m, 90*s, sharedQueue(9), instances(0)), 8, 0},
		{"ConcurrentRequestsPerModel", small(at(50*s, 50*s), m, 30*s, plan(want{55 * s, 2})), 20. / 15, 2},
	} {
		p := observed(t, c.metric, c.cfg)
		near(t, c.metric, p.Value, c.value, 1e-9*c.value)
		near(t, c.metric+": load", p.Load, c.load, 1e-9*c.load)
		is(t, c.metric+": end", p.End, m)
	}
}

// The statistics of ModelLatency are of its samples; the other metrics have one sample a period.
func TestSamplesOfAPoint(t *testing.T) {
	s := time.Second
	p := observed(t, "ModelLatency", small(at(0, 2*s, 30*s), time.Minute, 5*s))
	for what, x := range map[string][2]float64{"average": {p.Value, 6e6}, "sum": {p.Sum, 18e6}, "count": {p.Count, 3}, "min": {p.Min, 5e6}, "max": {p.Max, 8e6},
		"weight": {p.Weight, 3}, "p50": {p.Samples.Quantile(.5).Seconds(), 5}, "p100": {p.Samples.Quantile(1).Seconds(), 8}} {
		near(t, what, x[0], x[1], 0.005*x[1])
	}
	p = observed(t, "Invocations", small(at(0, 2*s, 30*s), time.Minute, 5*s))
	is(t, "one sample", [5]float64{p.Value, p.Sum, p.Count, p.Min, p.Max}, [5]float64{3, 3, 1, 3, 3})
}

// Period and delay: the general ones, the own ones of ConcurrentRequestsPerModel, and those of one metric.
func TestTimingOfMetrics(t *testing.T) {
	m := Metrics{Period: time.Minute, Delay: 2 * time.Minute, Each: map[string]MetricTiming{
		"ModelLatency": {Period: length(20 * time.Second)}, "Invocations": {Delay: length(0)}}}
	for metric, want := range map[string][2]time.Duration{
		"CPUUtilization":             {time.Minute, 2 * time.Minute},
		"ModelLatency":               {20 * time.Second, 2 * time.Minute},
		"Invocations":                {time.Minute, 0},
		"ConcurrentRequestsPerModel": {10 * time.Second, 10 * time.Second}, // the plain ones are for the others
	} {
		p, d := m.Timing(metric)
		is(t, metric, [2]time.Duration{p, d}, want)
	}
	m.Each["ConcurrentRequestsPerModel"] = MetricTiming{Delay: length(time.Minute)}
	p, d := m.Timing("ConcurrentRequestsPerModel")
	is(t, "ConcurrentRequestsPerModel", [2]time.Duration{p, d}, [2]time.Duration{10 * time.Second, time.Minute})
	r := run(t, small(at(0), 3*time.Minute, time.Second, watching(nil, "Invocations"), func(c *Config) { c.Metrics.Delay = 90 * time.Second }))
	is(t, "seen", r.Series[0].Points[0].Seen, 150*time.Second)
}

// A series holds what the policy makes of a point, where it does not look at its value.
func TestSeriesHoldsWhatIsSeen(t *testing.T) {
	c := small(at(0, 0), 3*time.Minute, time.Second)
	c.Scaler = func() policy.Scaler { return &largest{watcher{&script{}, nil, []string{"ModelLatency"}, time.Minute}} }
	is(t, "largest of 1 s and 2 s", run(t, c).Series[0].Points[0].Value, 2e6)
}

type largest struct{ watcher }

func (l *largest) Needs() []policy.Need {
	n := l.watcher.Needs()
	n[0].Sees = func(p policy.Point) float64 { return p.Max }
	return n
}

// Old points are forgotten, those that a policy looks back on are not.
func TestPointsAreForgotten(t *testing.T) {
	most := 0
	c := small(every(time.Second, 36000), 10*time.Hour, ms)
	c.Scaler = func() policy.Scaler {
		return &forgetful{watcher{&script{}, func(o policy.Observation) {
			p := o.Points("ModelLatency")
			most = max(most, len(p))
			if o.Now > time.Hour && len(p) < 15 {
				t.Fatalf("%d points at %v", len(p), o.Now)
			}
		}, []string{"ModelLatency"}, time.Minute}}
	}
	run(t, c)
	if most > 100 {
		t.Errorf("%d points are kept, 15 are looked back on", most)
	}
}

type forgetful struct{ watcher }

func (f *forgetful) Needs() []policy.Need {
	n := f.watcher.Needs()
	n[0].Lookback = 15 * time.Minute
	return n
}
