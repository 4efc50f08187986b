package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"headroom/chance"
)

// What a policy sees of a minute varies from minute to minute as it does in the requests engine: by the counts, by how long their
// services take, and with any busy slot by where the balancer put them. By hand: the variance of a minute's busy slots is
// λ·60·E[S²] ÷ 60² (compound Poisson), of a steady load far below capacity.
func TestFluidMetricsVary(t *testing.T) {
	minutes := func(c Config, metric string) (mean, sd float64) {
		c.Metrics.Delay = 0
		watching(nil, metric)(&c)
		points := run(t, c).Series[0].Points
		for _, p := range points {
			mean += p.Value / float64(len(points))
		}
		for _, p := range points {
			sd += (p.Value - mean) * (p.Value - mean) / float64(len(points))
		}
		return mean, math.Sqrt(sd)
	}
	for _, c := range []struct {
		metric string
		rate   float64
		any    bool
		cv     float64
	}{
		{"CPUUtilization", 25, false, 0.65}, {"CPUUtilization", 25, false, 2}, {"CPUUtilization", 3, false, 1.5},
		{"GPUUtilization", 15, true, 0.65}, {"GPUUtilization", 25, true, 1}, {"GPUUtilization", 40, true, 0.65}, {"ModelLatency", 25, false, 0.65},
		{"ConcurrentRequestsPerModel", 110, false, 0.65}, {"ConcurrentRequestsPerModel", 120, false, 1},
	} {
		t.Run(fmt.Sprintf("%s at %v rps, any %v, cv %v", c.metric, c.rate, c.any, c.cv), func(t *testing.T) {
			mean := 300 * time.Millisecond
			world := func(engine string) (float64, float64) {
				return minutes(small(demand(t, 1, always(c.rate)), 40*time.Hour, 0, instances(10), slots(4), func(w *Config) {
					w.Service.Engine, w.Service.Uses.GPU.Any = engine, c.any
					w.Service.Time = chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &c.cv}}
				}), c.metric)
			}
			m1, sd1 := world("requests")
			m2, sd2 := world("fluid")
			part := 0.09 // 2400 minutes each: the ratio of two sds by 2 %
			if c.rate > 100 {
				part = 0.25 // queues near saturation: without the sway of those that wait it would be less than half
			}
			if math.Abs(m2-m1) > 0.09*part*m1 || math.Abs(sd2-sd1) > part*sd1 {
				t.Errorf("requests %v ± %v, fluid %v ± %v", m1, sd1, m2, sd2)
			}
			if c.metric == "CPUUtilization" {
				near(t, "by hand", sd2, 100*math.Sqrt(c.rate*60*(1+c.cv*c.cv))*0.3/60/40, 0.06*sd2)
			}
		})
	}
}

// The strays of a second have mean 0 and the variance of the sum of its services, few or many; no sum of services is below 0.
func TestStrays(t *testing.T) {
	for _, cv := range []float64{0.3, 1, 3} {
		mean := time.Second
		for _, in := range []float64{0.4, 1, 2, 5, 8, 50, 3000} {
			w := works{key: chance.Source{Seed: 1}.Key("services", ""), law: chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}.Law(), varied: cv * cv, ninth: cv * cv / 9}
			const n = 100_000
			sum, squares := 0.0, 0.0
			for s := range int64(n) {
				x := w.draw(s*second, 1, in)
				if x < -in {
					t.Fatalf("%v attempts: the services add up to %v", in, in+x)
				}
				sum += x
				squares += x * x
			}
			want := cv * math.Sqrt(in)
			if in < min(1, cv*cv) {
				want = cv * in // less than one attempt: a share of one
			}
			near(t, fmt.Sprintf("mean of %v strays of cv %v", in, cv), sum/n, 0, 5*want/math.Sqrt(n))
			tolerance := 0.03 // a bell is bounded
			if in < cv*cv {   // drawn one by one: the tail is heavy
				tolerance = 0.15
			}
			near(t, fmt.Sprintf("sd of %v strays of cv %v", in, cv), math.Sqrt(squares/n), want, tolerance*want)
		}
	}
}

// A bell has mean 0, variance 1 and no skew, and no bell is beyond 2·√3.
func TestBell(t *testing.T) {
	r := rand.NewPCG(1, 2)
	const n = 1_000_000
	var sum [4]float64
	for range n {
		x := bell(r.Uint64())
		for k, p := range []float64{x, x * x, x * x * x, x * x * x * x} {
			sum[k] += p / n
		}
	}
	for k, want := range []float64{0, 1, 0, 2.7} {
		near(t, fmt.Sprintf("moment %d", k+1), sum[k], want, 0.02)
	}
	near(t, "the least", bell(0), -2*math.Sqrt(3), 1e-4)
	near(t, "the greatest", bell(math.MaxUint64), 2*math.Sqrt(3), 1e-4)
}

// In overload what long services cost is neither lost nor kept: the slots are full, the work done is the slots' time, and the
// backlog's variance is that of counts and services.
func TestStraysInOverload(t *testing.T) {
	const runs = 200
	var x, squares, owed float64
	for k := range runs {
		c := small(demand(t, 1, always(150)), 10*time.Minute, 0, fluidEngine, instances(10), sharedQueue(Unlimited), exponentially(100*time.Millisecond))
		c.Source.Run = k
		w := newWorld(t.Context(), &c)
		for now := int64(0); now < int64(c.Length); now += int64(c.Step) {
			w.step(now, now+int64(c.Step))
		}
		e := w.service.(*fluid)
		x += e.x / runs
		squares += e.x * e.x / runs
		owed += math.Abs(e.owed) / runs
		near(t, "busy", float64(e.busyArea)/float64(c.Length), 10, 0.01)
	}
	near(t, "backlog", x, 600*50, 80)
	near(t, "its sd", math.Sqrt(squares-x*x), math.Sqrt(600*(150+100)), 60) // 387 ± 20
	if owed > 10 {
		t.Errorf("slots owe %v s", owed)
	}
}

// A timeout that nobody meets leaves the percentiles as they are; one that some meet is the longest latency, and below it the law
// is that of the wait and the service together, not of the service after the mean wait.
func TestFluidTimeoutKeepsTheTail(t *testing.T) {
	at := func(limit time.Duration) *Result {
		return run(t, small(demand(t, 1, always(9.4)), 6*time.Hour, 0, fluidEngine, instances(10), sharedQueue(Unlimited), exponentially(time.Second), timeout(limit)))
	}
	free, far, near1 := at(0), at(time.Minute), at(8*time.Second)
	for k, p := range free.Config.Quantiles {
		a, b, c := free.Minutes[200].Latency[k], far.Minutes[200].Latency[k], near1.Minutes[200].Latency[k]
		near(t, fmt.Sprintf("the minute's quantile %v", p), b.Seconds(), a.Seconds(), 0.003*a.Seconds())
		if c > 8*time.Second+10*time.Millisecond || c < a/2 {
			t.Errorf("quantile %v within 8s: %v, without a timeout %v", p, c, a)
		}
		near(t, fmt.Sprintf("quantile %v", p), far.Latency.Samples.Quantile(p).Seconds(), free.Latency.Samples.Quantile(p).Seconds(), 0.006*a.Seconds())
		if q := near1.Latency.Samples.Quantile(p); q > 8*time.Second+40*time.Millisecond || math.Abs(float64(q-c)) > 0.04*float64(c) {
			t.Errorf("quantile %v of the run within 8s: %v, of a minute %v", p, q, c)
		}
	}
}

// At a load of just the capacity the stationary queue refuses, but one that begins empty has first to grow: by the diffusion of counts
// and services, √(λt·(c_a² + c_s²)), some 150 after two minutes. Later it refuses as the stationary one does.
func TestFluidRefusesWhenItIsFull(t *testing.T) {
	refused := func(engine string, length time.Duration, bound Limit) (share float64) {
		for k := range 20 {
			c := small(demand(t, 1, always(100)), length, 0, engineOf(engine), instances(10), sharedQueue(bound), exponentially(100*time.Millisecond))
			c.Source.Run = k
			q := run(t, c).Requests
			share += float64(q.FailedBy.Rejected) / float64(q.Offered) / 20
		}
		return share
	}
	if early := refused("fluid", 2*time.Minute, 1000); early > 1e-6 {
		t.Errorf("%v are refused in two minutes", early)
	}
	near(t, "a small queue, in half an hour", refused("fluid", 30*time.Minute, 50), refused("requests", 30*time.Minute, 50), 0.004)
}
