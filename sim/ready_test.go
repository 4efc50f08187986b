package sim

import (
	"fmt"
	"math"
	"testing"
	"time"

	"headroom/chance"
	"headroom/policy"
)

// readiness is a start of 60 s and a load of 40 s, in service after 1 s of it.
func readiness(r Ready) func(*Config) {
	return func(c *Config) {
		c.Fleet.StartUp = StartUp{Provision: constant(time.Minute), Load: constant(40 * time.Second), Ready: &r}
	}
}

var (
	errs  = Ready{After: time.Second, UntilLoaded: "fails"}
	drags = Ready{After: time.Second, Slow: 5}
)

// One instance serves, another is ordered at 60 s, in service at 121 s and loaded at 160 s. Of what is sent to it in [121 s, 160 s)
// everything fails at once; what comes at 160 s is served.
func TestReadyGolden(t *testing.T) {
	before, after := 160*time.Second-1, 160*time.Second
	for name, c := range map[string]struct {
		sent []time.Duration
		want FailedBy
	}{
		"not in service yet": {[]time.Duration{121*time.Second - 2, 121*time.Second - 1}, FailedBy{Rejected: 1}},
		"in service":         {[]time.Duration{121*time.Second - 1, 121 * time.Second}, FailedBy{Error: 1}},
		"the last instant":   {[]time.Duration{before - 1, before, before}, FailedBy{Error: 2}},
		"loaded":             {[]time.Duration{after - 1, after, after}, FailedBy{Rejected: 1, Error: 0}},
	} {
		// the old instance is never empty while it serves the first: least outstanding sends all others to the new one
		r := run(t, small(at(c.sent...), 5*time.Minute, 30*time.Second, own(0), plan(want{time.Minute, 2}), readiness(errs)))
		is(t, name, r.Requests.FailedBy, c.want)
	}
}

// A distribution may draw a load that is shorter than the pause: then an instance is in service when it is loaded.
func TestReadyIsNeverLate(t *testing.T) {
	c := small(every(time.Second, 300), 5*time.Minute, 0, own(0), slots(100), balancedBy("round-robin"), plan(want{0, 2}), readiness(errs))
	c.Service.Time = constant(time.Millisecond)
	c.Fleet.StartUp.Ready = &Ready{After: 50 * time.Second, UntilLoaded: "fails"}
	r := run(t, c)
	is(t, "errors", r.Requests.FailedBy.Error, 0)
	near(t, "minutes at two", r.Minutes[1].ServingMean, 1+20.0/60, 1e-9)
}

// What waits in one queue for all is taken by an instance that comes, and fails with it.
func TestReadyEmptiesASharedQueue(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		c := small(demand(t, 0, between(10, "0s", "100s")), 5*time.Minute, time.Second, sharedQueue(Unlimited), plan(want{0, 2}), readiness(errs), func(c *Config) { c.Service.Engine = engine })
		r := run(t, c)
		// 1 a second is served; in service from 61 s on: it takes the 549 that wait; after it the old one takes 1 of 10
		near(t, engine+": errors", float64(r.Requests.FailedBy.Error), 549+39*9, 12)
		near(t, engine+": waiting", float64(r.Minutes[1].Waiting), 0, 1)
		r = run(t, small(c.Traffic, 5*time.Minute, time.Second, sharedQueue(Unlimited), plan(want{0, 2}), readiness(errs), tries(2, time.Second), func(c *Config) { c.Service.Engine = engine }))
		near(t, engine+": retries", float64(r.Requests.Retries), 549+372, 12)
	}
}

// A service that starts on an instance which still loads takes five times as long, wherever it waited; one that starts when it is
// loaded does not.
func TestReadyButSlow(t *testing.T) {
	s := time.Second
	// in service at 61 s, loaded at 100 s; round robin: the first of each pair goes to the old one
	r := run(t, small(at(70*s, 70*s, 90*s, 90*s, 91*s, 91*s, 110*s, 110*s), 3*time.Minute, 3*s, plan(want{0, 2}), balancedBy("round-robin"), readiness(drags)))
	// on the new one: 70–85; 90–105; 91 waits until 105, served until 108; 110–113
	took(t, "latency", r.Latency, (3+15+3+15+(2+3)+17+3+3)/8.0, 17)
	took(t, "wait", r.Wait, (2+14)/8.0, 14)
}

// An instance that leaves while it loads takes its errors with it; one that stands at the begin is loaded.
func TestReadyThatLeaves(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		for name, c := range map[string]struct {
			change func(*Config)
			errors float64
		}{
			"stays":    {plan(want{0, 2}), 39},
			"scale-in": {plan(want{0, 2}, want{80 * time.Second, 1}), 19},
			"lost": {func(c *Config) {
				plan(want{0, 3})(c)
				failing(losing(1, 0), losing(2, 70*time.Second))(c)
				c.Fleet.ReplaceAfter = time.Hour
			}, 9 * 2},
			"at the begin": {instances(2), 0},
		} {
			r := run(t, small(demand(t, 0, always(2)), 4*time.Minute, time.Millisecond, settled(2*time.Minute), balancedBy("round-robin"), readiness(errs), c.change,
				func(c *Config) { c.Service.Engine = engine }))
			near(t, engine+", "+name, float64(r.Requests.FailedBy.Error), c.errors, 1.5)
			seen := 0
			for _, m := range r.Minutes {
				seen = max(seen, m.LoadingSeen)
			}
			if (seen > 0) != (c.errors > 0) {
				t.Errorf("%s, %s: %d loading", engine, name, seen)
			}
		}
	}
}

// What a warm pool has made ready is loaded.
func TestReadyFromAWarmPool(t *testing.T) {
	c := small(demand(t, 0, always(2)), 6*time.Minute, time.Millisecond, balancedBy("round-robin"), readiness(errs), plan(want{3 * time.Minute, 3}))
	c.Platform.Pool = &policy.Pool{MinSize: 1, StartUp: constant(5 * time.Second)}
	r := run(t, c)
	// the second is taken from the pool, the third is a cold start, the pool is filled again
	is(t, "errors", r.Requests.FailedBy.Error, 26)
	is(t, "serving after the pool's start", r.Minutes[3].Serving, 2)
}

// An error is an invocation and an error to the metrics; it is no use of the instance, and halves what each has.
func TestReadyInMetrics(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		c := small(demand(t, 0, always(10)), 6*time.Minute, 50*time.Millisecond, balancedBy("round-robin"), plan(want{59 * time.Second, 2}), readiness(errs),
			watching(nil, "Invocations", "InvocationsPerInstance", "Invocation5XXErrors", "CPUUtilization", "ModelLatency"), func(c *Config) { c.Service.Engine = engine })
		r := run(t, c)
		// in service from 120 s on, loaded at 159 s
		for metric, want := range map[string][]float64{
			"Invocations":            {600, 600, 600, 600},
			"InvocationsPerInstance": {600, 600, 300, 300},
			"Invocation5XXErrors":    {0, 0, 195, 0},
			"CPUUtilization":         {50, 50, (600 - 195) * 0.05 / 120 * 100, 25},
			"ModelLatency":           {50e3, 50e3, 50e3, 50e3},
		} {
			got := published(t, r, metric)
			for k, v := range want {
				near(t, fmt.Sprintf("%s: %s in minute %d", engine, metric, k), got[k], v, 0.01*v+0.1)
			}
		}
		is(t, engine+": erred in the minute", r.Minutes[2].Erred, 195)
		is(t, engine+": loading in the minute", r.Minutes[2].LoadingSeen, 1)
		near(t, engine+": loading on average", r.Minutes[2].LoadingMean, 39.0/60, 1e-9)
		near(t, engine+": capacity", r.Capacity(&r.Minutes[2]), 20*(2-39.0/60), 1e-9)
	}
}

// Nobody else is there: every attempt is an error, not a lack of capacity.
func TestReadyAlone(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		for _, q := range []func(*Config){own(Unlimited), sharedQueue(Unlimited)} {
			r := run(t, small(demand(t, 0, between(10, "62s", "92s")), 4*time.Minute, time.Millisecond, instances(0), plan(want{0, 1}), readiness(errs), q, func(c *Config) { c.Service.Engine = engine }))
			is(t, engine, r.Requests.FailedBy, FailedBy{Error: r.Requests.Offered})
		}
	}
}

// blackHole is the share of Poisson attempts that fail on failing instances behind least outstanding: one of n loaded instances gets
// an attempt only if it is as empty, so that each holds one at most, and how many do is a birth and death process with the rates
// a·(n − b) ÷ (n − b + l) and b, whatever the service law (a is the load in services).
func blackHole(n, l int, a float64) float64 {
	weights, sum, lost := []float64{1}, 0.0, 0.0
	chance := func(b int) float64 { return float64(n-b) / float64(n-b+l) }
	for b := range n {
		weights = append(weights, weights[b]*a*chance(b)/float64(b+1))
	}
	for b, w := range weights {
		sum += w
		lost += w * (1 - chance(b))
	}
	return lost / sum
}

// By hand: one loaded and one that fails; two services of load: 1 − ½·½ = ¾ fail.
func TestBlackHole(t *testing.T) {
	near(t, "by hand", blackHole(1, 1, 2), 0.75, 1e-12)
	exponential := chance.Distribution{Exponential: &chance.Exponential{Mean: 200 * time.Millisecond}}
	for _, law := range []chance.Distribution{constant(200 * time.Millisecond), exponential} {
		for _, x := range []struct{ n, l, load int }{{1, 1, 2}, {4, 1, 3}, {4, 2, 11}, {20, 10, 40}} {
			want := blackHole(x.n, x.l, float64(x.load))
			got := errorShare(t, x.n, x.l, 4, float64(x.load), "requests", 30, func(c *Config) { c.Service.Time = law })
			near(t, fmt.Sprintf("%+v", x), got, want, 0.015)
		}
	}
}

// errorShare is the share of attempts that fail while l of n + l instances load, in the mean of some runs of Poisson traffic.
func errorShare(t *testing.T, n, l, c int, load float64, engine string, runs int, change ...func(*Config)) float64 {
	t.Helper()
	failed, rate := 0.0, load/0.2
	for seed := range runs {
		r := run(t, small(demand(t, 1, always(rate)), 4*time.Minute, 200*time.Millisecond, append([]func(*Config){instances(n), slots(c), plan(want{time.Minute, n + l}), readiness(errs),
			func(c *Config) { c.Service.Engine, c.Source.Seed = engine, uint64(seed) }}, change...)...))
		failed += float64(r.Requests.FailedBy.Error)
	}
	return failed / float64(runs) / (39 * rate)
}

// The fluid engine's share of errors is the requests engine's to within 3 points of 100, of
// `fullest`, whose state is more than a number, to within 5, of round robin on one queue for all, where turns are kept, to within 10.
func TestReadyEnginesAgree(t *testing.T) {
	for _, queue := range []string{"own", "shared"} {
		for _, balancer := range []string{"random", "round-robin", "least-outstanding", "two-choices", "fullest"} {
			bound := 0.03
			switch {
			case balancer == "fullest":
				bound = 0.05
			case queue == "shared" && balancer == "round-robin":
				bound = 0.1
			}
			worst := 0.0
			for _, x := range []struct {
				n, l, c int
				rho     float64
			}{{1, 1, 4, .5}, {4, 1, 1, .6}, {4, 2, 4, .2}, {4, 2, 4, .7}, {10, 5, 4, .5}, {10, 5, 4, .9}, {40, 10, 4, .8}} {
				change := []func(*Config){balancedBy(balancer)}
				if queue == "shared" {
					change = append(change, sharedQueue(100))
				}
				load := x.rho * float64(x.n*x.c)
				a, b := errorShare(t, x.n, x.l, x.c, load, "requests", 6, change...), errorShare(t, x.n, x.l, x.c, load, "fluid", 6, change...)
				if worst = max(worst, math.Abs(a-b)); math.Abs(a-b) > bound {
					t.Errorf("%s, %s queue, %+v: %.3f fail in the requests engine, %.3f in the fluid one", balancer, queue, x, a, b)
				}
			}
			t.Logf("%s, %s queue: at most %.3f apart", balancer, queue, worst)
		}
	}
}

// What is said must mean something.
func TestReadySettings(t *testing.T) {
	for _, bad := range []Ready{{}, {UntilLoaded: "fails", Slow: 5}, {Slow: 1}, {Slow: 0.5}} {
		if len(bad.Check()) != 1 {
			t.Errorf("%+v passes", bad)
		}
	}
	for _, good := range []Ready{{UntilLoaded: "fails"}, {Slow: 1.5}} {
		if p := good.Check(); p != nil {
			t.Errorf("%+v: %v", good, p)
		}
	}
	law := chance.Distribution{Exponential: &chance.Exponential{Mean: time.Second}}
	for after, s := range map[time.Duration]StartUp{39: {Load: constant(40)}, 40: {Load: law}} {
		if s.Ready = (&Ready{After: after, Slow: 5}); s.Check() != nil {
			t.Errorf("%v: %v", after, s.Check())
		}
		s.Ready = nil
		if s.Check() != nil {
			t.Error(s.Check())
		}
	}
	if p := (StartUp{Load: constant(40), Ready: &Ready{After: 40, Slow: 5}}).Check(); len(p) != 1 {
		t.Errorf("after load: %v", p)
	}
}

// Where instances that load are slow, the minute in the middle has the same utilisation on both engines to within 5 points of 100 (17 where the
// balancer packs), and the same mean latency to within 15 % (40 % where it packs or draws two). Of 120 seeds it is 4.9 at most.
func TestSlowReadyEnginesAgree(t *testing.T) {
	exponential := chance.Distribution{Exponential: &chance.Exponential{Mean: 200 * time.Millisecond}}
	for _, queue := range []string{"own", "shared"} {
		for _, balancer := range []string{"random", "round-robin", "least-outstanding", "two-choices", "fullest"} {
			use, latency := 0.055, 0.15 // six seeds add half a point by chance
			switch balancer {
			case "two-choices":
				latency = 0.4
			case "fullest":
				use, latency = 0.17, 0.4
			}
			worstUse, worstLatency := 0.0, 0.0
			for _, x := range []struct {
				n, l, c int
				rho     float64
			}{{1, 1, 4, .2}, {1, 1, 4, .6}, {4, 1, 1, .6}, {4, 2, 4, .1}, {4, 2, 4, .7}, {10, 5, 4, .5}, {10, 5, 4, .9}, {40, 10, 4, .8}} {
				var busy, mean [2]float64
				for k, engine := range []string{"requests", "fluid"} {
					for seed := range 6 {
						c := small(demand(t, 1, always(x.rho*float64(x.n*x.c)/0.2)), 4*time.Minute, 0, instances(x.n), slots(x.c), balancedBy(balancer), plan(want{time.Minute, x.n + x.l}), readiness(drags))
						c.Fleet.StartUp.Provision, c.Fleet.StartUp.Load = constant(55*time.Second), constant(90*time.Second)
						c.Service.Time, c.Service.Engine, c.Source.Seed = exponential, engine, uint64(seed)
						if queue == "shared" {
							sharedQueue(Unlimited)(&c)
						}
						m := run(t, c).Minutes[2]
						busy[k] += m.Utilization / 6
						mean[k] += m.Mean / 6
					}
				}
				u, l := math.Abs(busy[0]-busy[1]), math.Abs(mean[1]/mean[0]-1)
				worstUse, worstLatency = max(worstUse, u), max(worstLatency, l)
				if u > use || l > latency {
					t.Errorf("%s, %s queue, %+v: utilization %.3f and %.3f, latency %.0f and %.0f ms", balancer, queue, x, busy[0], busy[1], mean[0]/1e6, mean[1]/1e6)
				}
			}
			t.Logf("%s, %s queue: utilization at most %.3f apart, latency %.0f%%", balancer, queue, worstUse, 100*worstLatency)
		}
	}
}

// A slow instance that gets its share by turns and cannot work it off, on both engines: its queue grows, is refused, waited out, tried
// again, and goes on at full speed when it is loaded. Two slots serve 4 of 10 a second.
func TestSlowReadyApart(t *testing.T) {
	for name, c := range map[string]struct {
		change []func(*Config)
		of     func(q Requests) int64
	}{
		"rejected":         {[]func(*Config){own(10)}, func(q Requests) int64 { return q.FailedBy.Rejected }},
		"timed out":        {[]func(*Config){timeout(2 * time.Second)}, func(q Requests) int64 { return q.FailedBy.Timeout }},
		"waited too long":  {[]func(*Config){patience(2 * time.Second)}, func(q Requests) int64 { return q.FailedBy.Timeout }},
		"tried again":      {[]func(*Config){own(10), tries(2, time.Second), func(c *Config) { c.Service.Retries.Jitter = "full" }}, func(q Requests) int64 { return q.Retries }},
		"all served":       {nil, func(q Requests) int64 { return q.Served }},
		"lost":             {[]func(*Config){failing(losing(2, 90*time.Second))}, func(q Requests) int64 { return q.FailedBy.InstanceLost }},
		"waiting at 100 s": {[]func(*Config){func(c *Config) { c.Length = 100 * time.Second }}, func(q Requests) int64 { return q.WaitingAtEnd }},
	} {
		var got [2]float64
		for k, engine := range []string{"requests", "fluid"} {
			r := run(t, small(demand(t, 0, always(20)), 5*time.Minute, 100*time.Millisecond, append([]func(*Config){slots(2), balancedBy("round-robin"), plan(want{0, 2}), readiness(drags),
				func(c *Config) { c.Service.Engine = engine }}, c.change...)...))
			got[k] = float64(c.of(r.Requests))
		}
		near(t, name, got[1], got[0], 0.1*got[0]+3)
		t.Log(name, got)
	}
}
