package sim

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/traffic"
	"headroom/unit"
)

// demand is traffic as a scenario would say it: the pattern (0 smooth, 1 poisson, else bursty) and curves to add.
func demand(t testing.TB, dispersion float64, curves ...traffic.Curve) traffic.Demand {
	t.Helper()
	s := traffic.Settings{Arrivals: traffic.Pattern{Kind: "smooth"}, Curves: curves}
	switch {
	case dispersion == 1:
		s.Arrivals.Kind = "poisson"
	case dispersion > 1:
		s.Arrivals = traffic.Pattern{Bursty: &traffic.Bursty{Dispersion: dispersion}}
	}
	d, bad := s.Build(traffic.Calendar{Start: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}, -time.Hour, 60*24*time.Hour)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	return d
}

func always(rate float64) traffic.Curve {
	return traffic.Curve{Constant: &traffic.Constant{Rate: unit.Rate(rate)}}
}

// between is a rate in [from, to).
func between(rate float64, from, to string) traffic.Curve {
	var a, b traffic.Moment
	if err := a.UnmarshalText([]byte(from)); err != nil {
		panic(err)
	}
	if err := b.UnmarshalText([]byte(to)); err != nil {
		panic(err)
	}
	return traffic.Curve{Step: &traffic.Step{Rate: unit.Rate(rate), From: &a, To: &b}}
}

func fluidEngine(c *Config) { c.Service.Engine = "fluid" }

func exponentially(mean time.Duration) func(*Config) {
	return func(c *Config) {
		c.Service.Time = chance.Distribution{Exponential: &chance.Exponential{Mean: mean}}
	}
}

// G3: 5 instances of 100 a minute, 2100 a minute from t = 0 on, 30 instances at 420 s. Exact: the backlog is 11200 then and gone
// after 1166.67 s; who comes at 100 s waits longest, 320 s; 33177.08 wait more than 60 s.
func TestG3FluidLoop(t *testing.T) {
	r := run(t, small(demand(t, 0, always(35)), 20*time.Minute, 600*time.Millisecond, fluidEngine, instances(5), plan(want{420 * time.Second, 30})))
	near(t, "peak backlog", float64(r.Minutes[6].Waiting), 11200, 0)
	near(t, "backlog at 1140 s", float64(r.Minutes[18].Waiting), 15*(7000.0/6-1140), 0)
	near(t, "backlog at 1200 s", float64(r.Minutes[19].Waiting), 0, 0)
	near(t, "worst wait", r.Wait.Samples.Quantile(1).Seconds(), 320, 0.005*320)
	near(t, "wait > 60 s", float64(r.Requests.Served)*(1-r.Wait.Samples.Share(60*time.Second)), 33177.08, 0.004*33177)
	// all that waits: ∫Q dt = ½·11200·(420 + 746.67), over the 42000 that came
	near(t, "mean wait", r.Wait.Mean/1e9, 11200*(420+2240.0/3)/2/42000, 1e-3)
	near(t, "in service", r.ServingMean*1200, 25500, 1e-6)
}

// Below saturation the mean wait and the probability of one are those of M/M/10.
func TestFluidErlangC(t *testing.T) {
	for _, rho := range []float64{0.5, 0.7, 0.8, 0.9, 0.95} {
		r := run(t, small(demand(t, 1, always(10*rho)), 4*time.Hour, 0, fluidEngine, instances(10), sharedQueue(Unlimited), exponentially(time.Second)))
		c := recursionC(10, rho)
		mean := c / (10 * (1 - rho))
		near(t, "mean wait", r.Wait.Mean/1e9, mean, 0.005*mean)
		near(t, "P(wait)", 1-r.Wait.Samples.Share(0), c, 0.005*c)
		near(t, "utilization", r.Utilization, rho, 0.01)
		near(t, "Little", r.InFlight, 10*rho*(1+mean), 0.02*10*rho*(1+mean))
		for _, p := range []float64{0.9, 0.99, 0.999} { // E[W > t] = C·exp(−10(1 − ρ)t)
			want := max(0, math.Log(c/(1-p))*mean/c)
			near(t, "quantile of the wait", r.Wait.Samples.Quantile(p).Seconds(), want, 0.01*want)
		}
	}
	// facts: T p50, p95, p99, p99.9 of M/M/10 at ρ = 0.8
	r := run(t, small(demand(t, 1, always(8)), 4*time.Hour, 0, fluidEngine, instances(10), sharedQueue(Unlimited), exponentially(time.Second)))
	for _, x := range []struct{ p, want float64 }{{.5, 0.912144610607}, {.95, 3.32827467856}, {.99, 4.94611132761}, {.999, 7.25055724299}} {
		near(t, "quantile of the latency", r.Latency.Samples.Quantile(x.p).Seconds(), x.want, 0.006*x.want)
		for k, p := range r.Config.Quantiles {
			if p == x.p {
				near(t, "the minute's", r.Minutes[100].Latency[k].Seconds(), x.want, 0.006*x.want)
			}
		}
	}
}

// M/M/10/20 and Erlang's loss formula: what a bounded queue refuses by chance.
func TestFluidRefusesByChance(t *testing.T) {
	share := func(c Config) float64 {
		q := run(t, c).Requests
		return float64(q.FailedBy.Rejected) / float64(q.Offered)
	}
	near(t, "M/M/10/20 at 9", share(small(demand(t, 1, always(9)), 2*time.Hour, 0, fluidEngine, instances(10), sharedQueue(10), exponentially(time.Second))), 0.0295100615641, 0.0003)
	near(t, "M/M/10/30 at 12", share(small(demand(t, 1, always(12)), 5*time.Hour, 0, fluidEngine, instances(10), sharedQueue(20), exponentially(time.Second))), 0.168637244552, 0.006)
	near(t, "Erlang B(10, 5)", share(small(demand(t, 1, always(5)), 2*time.Hour, 0, fluidEngine, instances(10), own(0), exponentially(time.Second))), 0.0183845703366, 0.0003)
	near(t, "Erlang B(100, 100)", share(small(demand(t, 1, always(100)), 2*time.Hour, time.Second, fluidEngine, instances(10), slots(10), own(0))), 0.0757004527109, 0.002)
}

// A flash crowd, exactly (facts: FC): λ 70 → 150, c 10 → 20 at 60 s, μ = 10. Fluid bar: within 1 % in overload.
func TestFluidFlashCrowd(t *testing.T) {
	const runs = 160
	over, at60 := 0.0, 0.0
	for k := range runs {
		c := small(demand(t, 1, always(70), between(80, "0s", "10m")), 3*time.Minute, 0, fluidEngine, instances(10), sharedQueue(Unlimited),
			exponentially(100*time.Millisecond), plan(want{time.Minute, 20}), settled(time.Minute))
		c.Source.Run = k
		r := run(t, c)
		over += float64(r.Requests.Served) * (1 - r.Wait.Samples.Share(time.Second)) / runs
		at60 += float64(r.Minutes[0].Waiting) / runs
	}
	near(t, "waits > 1 s", over, 17071.3792358, 0.015*17071) // the sampling error of 160 runs is 0.4 %
	near(t, "waiting at 60 s", at60, 3009.22987263-10, 0.015*3009)
}

// Smooth traffic of constant services below capacity never waits; above it the backlog is rate − capacity, to the request.
func TestFluidIsExactWithoutChance(t *testing.T) {
	r := run(t, small(demand(t, 0, always(9)), 10*time.Minute, 100*time.Millisecond, fluidEngine))
	expect(t, r, outcome{served: 5399, inService: 1})
	near(t, "wait", r.Wait.Mean, 0, 0)
	near(t, "utilization", r.Utilization, 0.9, 0.001)
	near(t, "p99", r.Latency.Samples.Quantile(.99).Seconds(), 0.1, 0.0005)

	r = run(t, small(demand(t, 0, always(20)), 10*time.Minute, 100*time.Millisecond, fluidEngine))
	expect(t, r, outcome{served: 5999, waiting: 6000, inService: 1})
	near(t, "utilization", r.Utilization, 1, 0.001)
	// served are those that came until 300 s, t ÷ 2 later they began
	near(t, "mean wait", r.Wait.Mean/1e9, 150, 0.2)
	near(t, "p90", r.Wait.Samples.Quantile(.9).Seconds(), 270, 0.006*270)

	r = run(t, small(demand(t, 0, always(20)), 10*time.Minute, 100*time.Millisecond, fluidEngine, sharedQueue(1000)))
	expect(t, r, outcome{served: 5999, rejected: 5000, waiting: 1000, inService: 1})
	near(t, "longest wait", r.Wait.Samples.Quantile(1).Seconds(), 100, 0.6)
	for k, m := range r.Minutes[4:] {
		is(t, fmt.Sprintf("rejected in minute %d", k+4), m.Failed, 600)
		near(t, "wait", m.WaitMean/1e9, 100, 0.1)
		near(t, "p99", m.Wait[3].Seconds(), 100, 0.6)
	}
}

// A backlog that empties within a step: 25 come in the first second, 10 are served; then 4 a second come: it is gone after 2.5
// seconds more, and no step can tell.
func TestFluidEmptiesInsideAStep(t *testing.T) {
	c := small(demand(t, 0, between(25, "0s", "1s"), between(4, "1s", "20s")), time.Minute, 100*time.Millisecond, fluidEngine)
	r := run(t, c)
	is(t, "offered", r.Requests.Offered, 25+76)
	is(t, "waiting", r.Requests.WaitingAtEnd, 0)
	waiting := 15.0/2 + 15*2.5/2 // ∫Q dt
	near(t, "in flight", r.InFlight*60, waiting+101*0.1, 0.3)
}

// The step is when decisions are taken, not how exactly is counted: counts are equal, waits nearly.
func TestFluidDoesNotDependOnTheStep(t *testing.T) {
	curves := []traffic.Curve{always(6), between(14, "65s", "200s"), between(3, "3m", "5m")}
	worlds := map[string][]func(*Config){
		"plain":            {},
		"bound":            {own(30)},
		"patience":         {patience(20 * time.Second)},
		"timeout, retries": {timeout(20 * time.Second), tries(3, time.Second)},
		"varied services":  {exponentially(100 * time.Millisecond)},
		"slow and still": {func(c *Config) {
			c.Service.Events = []ServiceEvent{slowedBy(30*time.Second, 10*time.Second, 20*time.Second, nil, 3), outOf(4*time.Minute, 30*time.Second)}
		}},
	}
	for name, world := range worlds {
		for _, dispersion := range []float64{0, 1} {
			var first *Result
			for _, step := range []time.Duration{time.Second, 100 * time.Millisecond, 10 * time.Second, time.Minute} {
				c := small(demand(t, dispersion, curves...), 10*time.Minute, 100*time.Millisecond, append(world, fluidEngine)...)
				c.Step = step
				r := run(t, c)
				if first == nil {
					first = r
					continue
				}
				a, b, slack := first.Requests, r.Requests, 0.0
				if step < time.Second && (name != "plain" || dispersion > 0) { // flows of a second are cut
					slack = 0.01 * float64(a.Offered)
				}
				what := fmt.Sprintf("%s, dispersion %v, step %v: ", name, dispersion, step)
				near(t, what+"offered", float64(b.Offered), float64(a.Offered), 1)
				near(t, what+"served", float64(b.Served), float64(a.Served), slack)
				near(t, what+"rejected", float64(b.FailedBy.Rejected), float64(a.FailedBy.Rejected), slack)
				near(t, what+"timeout", float64(b.FailedBy.Timeout), float64(a.FailedBy.Timeout), slack)
				part := 0.03
				if slack > 0 && c.Service.Timeout.Total > 0 { // on the edge of serving nobody
					part = 0.15
				}
				near(t, what+"mean wait", r.Wait.Mean/1e9, first.Wait.Mean/1e9, part*first.Wait.Mean/1e9+0.02)
			}
		}
	}
}

// Clients with patience leave a queue that is too long: 20 come, 10 are served, 10 give up after 30 s each second.
func TestFluidPatience(t *testing.T) {
	r := run(t, small(demand(t, 0, always(20)), 10*time.Minute, 100*time.Millisecond, fluidEngine, patience(30*time.Second)))
	q := r.Requests
	// the oldest wait is t ÷ 2 until it is 30 s at t = 60; from then on all of the last 30 s wait: 600
	near(t, "waiting", float64(q.WaitingAtEnd), 600, 6)
	near(t, "timeouts", float64(q.FailedBy.Timeout), 12000-6000-600, 12)
	near(t, "longest wait", r.Wait.Samples.Quantile(1).Seconds(), 30, 0.6)
	near(t, "a minute's wait", r.Minutes[5].WaitMean/1e9, 30, 0.3)
	is(t, "timeouts in a minute", r.Minutes[5].Failed/10, 60)
}

// A timeout that covers service makes an overloaded queue serve nobody: all begin too late. The slots work for nobody.
func TestFluidGoodputCollapses(t *testing.T) {
	c := small(demand(t, 0, always(20)), 10*time.Minute, 100*time.Millisecond, fluidEngine, timeout(30*time.Second))
	r := run(t, c)
	if m := r.Minutes[5]; m.Served > 6 || m.Failed < 1190 {
		t.Errorf("minute 5: served %d, failed %d", m.Served, m.Failed)
	}
	near(t, "wasted", r.Requests.Wasted.Seconds(), 540, 12) // from t = 60 on every slot
	near(t, "utilization", r.Utilization, 1, 0.01)
	// freed slots serve: nobody begins who has no time left, so that the queue is cleared of them
	drop(&c)
	if r := run(t, c); r.Minutes[5].Served < 100 {
		t.Errorf("freed slots: minute 5 served %d", r.Minutes[5].Served)
	}
}

// Retries of attempts that fail with probability p are (1 − p^attempts) ÷ (1 − p) attempts a request.
func TestFluidRetryAmplification(t *testing.T) {
	for _, attempts := range []int{1, 2, 3, 5} {
		p := math.Exp(-1.5) // an exponential service is longer than 1.5 means
		for _, jitter := range []string{"none", "full"} {
			c := small(demand(t, 0, always(100)), 2*time.Hour, 0, fluidEngine, instances(100), slots(10), exponentially(2*time.Second),
				timeout(3*time.Second), tries(attempts, 500*time.Millisecond))
			c.Service.Retries.Jitter = jitter
			q := run(t, c).Requests
			n := float64(attempts)
			near(t, "attempts a request", 1+float64(q.Retries)/float64(q.Offered), (1-math.Pow(p, n))/(1-p), 0.004)
			near(t, "failed", float64(q.Failed)/float64(q.Offered), math.Pow(p, n), 0.002)
		}
	}
}

// Nobody can be served: without an instance own queues fail what comes, a shared one holds it.
func TestFluidWithoutInstances(t *testing.T) {
	back := plan(want{time.Minute, 4})
	r := run(t, small(demand(t, 1, always(10)), 2*time.Minute, 100*time.Millisecond, fluidEngine, instances(0), back))
	is(t, "no capacity", r.Requests.FailedBy.NoCapacity, r.Minutes[0].Offered)
	r = run(t, small(demand(t, 0, always(10)), 3*time.Minute, 100*time.Millisecond, fluidEngine, instances(0), sharedQueue(Unlimited), back))
	is(t, "waiting after a minute", r.Minutes[0].Waiting, 600)
	expect(t, r, outcome{served: 1799, inService: 1})
	near(t, "longest wait", r.Wait.Samples.Quantile(1).Seconds(), 60, 0.6)
	r = run(t, small(demand(t, 0, always(10)), 2*time.Minute, 100*time.Millisecond, fluidEngine, instances(0), sharedQueue(400), back))
	is(t, "rejected", r.Requests.FailedBy.Rejected, 200)
}

// A lost instance fails its share of what is in service and waits in own queues; of a shared queue only what is in service.
func TestFluidLosesShares(t *testing.T) {
	lose := failing(losing(1, 100*time.Second))
	again := replaceAfter(time.Hour)
	r := run(t, small(demand(t, 0, always(60)), 3*time.Minute, 100*time.Millisecond, fluidEngine, instances(4), own(Unlimited), lose, again))
	near(t, "lost", float64(r.Requests.FailedBy.InstanceLost), (20*100+4)/4.0, 1) // 20 a second too many
	near(t, "waiting", float64(r.Requests.WaitingAtEnd), 20*100*3/4+30*80, 2)
	r = run(t, small(demand(t, 0, always(60)), 3*time.Minute, 100*time.Millisecond, fluidEngine, instances(4), sharedQueue(Unlimited), lose, again))
	near(t, "lost", float64(r.Requests.FailedBy.InstanceLost), 1, 0)
	near(t, "waiting", float64(r.Requests.WaitingAtEnd), 20*100+30*80, 2)
}

// A removed instance serves out its share, then is gone: its queue with all slots, then the longest of its services.
func TestFluidDrains(t *testing.T) {
	c := small(demand(t, 0, always(60)), 3*time.Minute, 100*time.Millisecond, fluidEngine, instances(4), plan(want{100 * time.Second, 3}))
	r := run(t, c)
	is(t, "lost", r.Requests.FailedBy.InstanceLost, 0)
	near(t, "draining", r.Hours.Draining*3600, 500*0.1+0.05, 0.02) // 500 of its queue; one service, half done
	near(t, "served", float64(r.Requests.Served), 100*40+500+80*30, 4)
	near(t, "utilization", r.Utilization, 1, 0.002)
	drain(10 * time.Second)(&c)
	r = run(t, c)
	near(t, "cut off: lost", float64(r.Requests.FailedBy.InstanceLost), 400, 4)
	near(t, "draining", r.Hours.Draining*3600, 10, 1e-6)

	// five busy slots with exponential services: the longest of five residuals is 1 + 1/2 + … + 1/5 means
	c = small(demand(t, 0, always(10)), 3*time.Minute, 0, fluidEngine, instances(4), slots(10), exponentially(2*time.Second), plan(want{100 * time.Second, 3}))
	near(t, "longest of five", run(t, c).Hours.Draining*3600, 2*(1+1.0/2+1.0/3+1.0/4+1.0/5), 0.05)

	// one that is idle most of the time is gone at once, and costs no second more
	c = small(demand(t, 0, always(1)), 3*time.Minute, 100*time.Millisecond, fluidEngine, instances(6), plan(want{100 * time.Second, 2}))
	r = run(t, c)
	is(t, "draining of idle ones", r.Hours.Draining, 0)
	is(t, "billed", r.Cost.Billed.Int64(), int64((6*100+2*80)*time.Second))
	is(t, "served", r.Requests.Served, 180)
}

// A slowdown takes its factor of capacity and makes services longer; an outage takes all, and those that wait find the way.
func TestFluidSlowdownsAndOutages(t *testing.T) {
	c := small(demand(t, 0, always(8)), 10*time.Minute, 100*time.Millisecond, fluidEngine)
	c.Service.Events = []ServiceEvent{slowedBy(2*time.Minute, 0, time.Minute, nil, 2)}
	r := run(t, c)
	is(t, "waiting after it", r.Minutes[2].Waiting, 3*60) // capacity 5
	is(t, "waiting a minute later", r.Minutes[3].Waiting, 60)
	is(t, "waiting two later", r.Minutes[4].Waiting, 0)
	near(t, "p50 before", r.Minutes[1].Latency[0].Seconds(), 0.1, 0.001)
	near(t, "mean within", r.Minutes[2].Mean/1e9-r.Minutes[2].WaitMean/1e9, 0.2, 0.001)

	c.Service.Events = []ServiceEvent{outOf(2*time.Minute, 30*time.Second)}
	r = run(t, c)
	is(t, "waiting after 3 minutes", r.Minutes[2].Waiting, 8*30-2*30)
	near(t, "longest wait", r.Wait.Samples.Quantile(1).Seconds(), 30, 0.3)
	is(t, "served in the minute", r.Minutes[2].Served, 300)
	is(t, "failed", r.Requests.Failed, 0)

	timeout(10 * time.Second)(&c) // those who wait give up, and so do those in slots that stand still
	r = run(t, c)
	near(t, "gave up", float64(r.Requests.FailedBy.Timeout), 20*8+1+4, 8) // four begin too late to end in time
}

// Requests alive at the start are carried in, and what was before is not reported.
func TestFluidSettles(t *testing.T) {
	r := run(t, small(demand(t, 0, always(20)), 2*time.Minute, 100*time.Millisecond, fluidEngine, settled(time.Minute)))
	is(t, "carried in", r.Requests.CarriedIn, 601)
	is(t, "offered", r.Requests.Offered, 2400)
	is(t, "served", r.Requests.Served, 1200)
	near(t, "first minute's wait", r.Minutes[0].WaitMean/1e9, (30+60)/2, 0.2)
}

// Metrics as the policy sees them.
func TestFluidMetrics(t *testing.T) {
	seen := map[string]policy.Point{}
	names := []string{"Invocations", "InvocationsPerInstance", "ConcurrentRequestsPerModel", "ModelLatency", "CPUUtilization", "ApproximateBacklogSize"}
	see := watching(func(o policy.Observation) {
		for _, n := range names {
			if p := o.Points(n); len(p) > 0 {
				seen[n] = p[len(p)-1]
			}
		}
	}, names...)
	run(t, small(demand(t, 0, always(16)), 10*time.Minute, 0, fluidEngine, instances(4), slots(5), exponentially(time.Second), see))
	near(t, "Invocations", seen["Invocations"].Value, 960, 0)
	near(t, "InvocationsPerInstance", seen["InvocationsPerInstance"].Value, 240, 1e-6)
	near(t, "CPUUtilization", seen["CPUUtilization"].Value, 80, 0.01)
	near(t, "ConcurrentRequestsPerModel", seen["ConcurrentRequestsPerModel"].Value, 4, 0.15)
	p := seen["ModelLatency"]
	near(t, "ModelLatency samples", p.Count, 960, 1)
	near(t, "ModelLatency µs", p.Value, 1e6, 5e4)
	near(t, "ModelLatency p99", p.Samples.Quantile(.99).Seconds(), 4.605, 0.15)
	if p.Min <= 0 || p.Min > 5e3 || p.Max < 5e6 || p.Max > 12e6 {
		t.Errorf("least %v, greatest %v", p.Min, p.Max)
	}

	// with one queue for all ModelLatency does not see the wait
	run(t, small(demand(t, 0, always(40)), 10*time.Minute, 100*time.Millisecond, fluidEngine, sharedQueue(Unlimited), see))
	near(t, "ModelLatency, shared queue", seen["ModelLatency"].Value, 1e5, 1)
	near(t, "ApproximateBacklogSize", seen["ApproximateBacklogSize"].Value, 30*480, 30*60)
}

// The two engines tell the same story of a shared queue.
func TestFluidAgreesWithRequests(t *testing.T) {
	curves := []traffic.Curve{always(60), between(70, "10m", "14m"), between(25, "20m", "40m")}
	worlds := map[string][]func(*Config){
		"shared":          {sharedQueue(Unlimited)},
		"shared, bounded": {sharedQueue(2000)},
		"patience":        {sharedQueue(Unlimited), patience(10 * time.Second)},
		"timeout":         {sharedQueue(Unlimited), timeout(15 * time.Second)},
		"retries":         {sharedQueue(1000), tries(3, 2*time.Second)},
		"own queues":      {own(200)},
	}
	for name, world := range worlds {
		c := small(demand(t, 1, curves...), time.Hour, 0, append(world, instances(10), exponentially(100*time.Millisecond), plan(want{12 * time.Minute, 14}, want{30 * time.Minute, 11}))...)
		var told [2]struct{ served, failed, retries, wait, p99, utilization, inFlight float64 }
		const runs = 16 // of 80 runs all are within 2 %
		for k := range 2 * runs {
			c.Source.Run, c.Service.Engine = k/2, [2]string{"requests", "fluid"}[k%2]
			r, s := run(t, c), &told[k%2]
			s.served += float64(r.Requests.Served) / runs
			s.failed += float64(r.Requests.Failed) / runs
			s.retries += float64(r.Requests.Retries) / runs
			s.wait += r.Wait.Mean / 1e9 / runs
			s.p99 += r.Latency.Samples.Quantile(.99).Seconds() / runs
			s.utilization += r.Utilization / runs
			s.inFlight += r.InFlight / runs
		}
		a, b := told[0], told[1]
		part := 0.006 * a.served
		near(t, name+": served", b.served, a.served, part)
		near(t, name+": failed", b.failed, a.failed, part)
		near(t, name+": retries", b.retries, a.retries, 2*part)
		near(t, name+": mean wait", b.wait, a.wait, 0.06*a.wait)
		near(t, name+": p99 of latency", b.p99, a.p99, 0.06*a.p99)
		near(t, name+": utilization", b.utilization, a.utilization, 0.005)
		near(t, name+": in flight", b.inFlight, a.inFlight, 0.06*a.inFlight)
	}
}

// A long overload is remembered in constant memory, and exactly where traffic is even.
func TestBacklogStaysSmall(t *testing.T) {
	var b backlog
	for i := range 100_000 {
		b.push(float64(i), float64(i+1), float64(1+i%7))
	}
	if n := len(b.slabs) - b.head; n > mostSlabs {
		t.Errorf("%d slabs", n)
	}
	near(t, "total", b.total, 399_996, 10)
	from, to, taken := b.take(1000)
	if taken <= 0 || from != 0 || to <= 0 {
		t.Errorf("took %v of [%v, %v)", taken, from, to)
	}
	before := b.total
	gone := b.olderThan(50_000.5)
	near(t, "what is left", b.total, before-gone, 1e-6)
	near(t, "came in the second half", b.total, 200_000, 1500)

	var even backlog
	for i := range 1000 {
		even.push(float64(i), float64(i+1), 3)
	}
	is(t, "slabs of even traffic", len(even.slabs), 1)
	near(t, "age", even.age(1000), 500, 1e-6)
	even.scale(0.5)
	near(t, "half", even.total, 1500, 1e-6)
}

// The table of a law against the law.
func TestLawTable(t *testing.T) {
	mean, cv, shape := 250*time.Millisecond, 1.5, 0.4
	for _, d := range []chance.Distribution{
		{Exponential: &chance.Exponential{Mean: mean}}, {Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}, {Gamma: &chance.Gamma{Mean: mean, CV: shape}}, constant(mean),
	} {
		law := d.Law()
		l := newLawTable(law)
		for _, p := range []float64{0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.9999} {
			x := law.Quantile(p)
			near(t, "quantile", l.quantile(p), x.Seconds(), 0.005*x.Seconds())
			if law.CV() > 0 {
				near(t, "cdf", l.cdf(x.Seconds()), p, 0.003*min(p, 1-p)+1e-5)
			}
		}
		near(t, "mean", l.within(1e6), law.Mean().Seconds(), 1e-3*law.Mean().Seconds())
		sum := 0.0
		for i, x := range l.fine.points {
			sum += x * l.fine.masses[i]
		}
		near(t, "mean of the points", sum, law.Mean().Seconds(), 0.01*law.Mean().Seconds())
		near(t, "one residual", l.longest(1), l.residual(), 0.01*l.residual())
	}
	e := newLawTable(chance.Distribution{Exponential: &chance.Exponential{Mean: time.Second}}.Law())
	near(t, "longest of 4", e.longest(4), 1+1.0/2+1.0/3+1.0/4, 0.02)
	near(t, "E[S | S ≤ 1]", e.upTo(1), 1-1/(math.E-1), 0.002)
}

func TestFluidSaysWhatItApproximates(t *testing.T) {
	c := small(demand(t, 1, always(5)), time.Minute, 100*time.Millisecond, fluidEngine, timeout(time.Second), tries(2, time.Second), balancedBy("random"))
	got := strings.Join(run(t, c).Approximations, "\n")
	for _, want := range []string{"random", "timeout", "retries", "Erlang", "one first-come queue"} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing about %q in:\n%s", want, got)
		}
	}
	c = small(demand(t, 0, always(5)), time.Minute, 100*time.Millisecond, fluidEngine, sharedQueue(5))
	if got := run(t, c).Approximations; len(got) != 2 {
		t.Errorf("%q", got)
	}
	c = small(demand(t, 4, always(5)), time.Minute, 45*time.Second, fluidEngine)
	if got := strings.Join(run(t, c).Approximations, "\n"); !strings.Contains(got, "bursts within a second") || !strings.Contains(got, "load changes within 15m0s") {
		t.Errorf("bursts and services of 45 s: %s", got)
	}
}
