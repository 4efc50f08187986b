package kernel_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"syscall"
	"testing"
	"time"

	"headroom/chance"
	"headroom/histogram"
	"headroom/internal/kernel"
	"headroom/policy"
	"headroom/sim"
	"headroom/traffic"
	"headroom/unit"
	"headroom/whatif"
)

// cpu is the processor time that this process has used, in nanoseconds: on a machine that others use too the clock on the wall
// says little.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

// pair runs two programs in turn, again and again, and returns the median of the ratios of their times a unit of work, and the
// median time of the first; each returns how much it did.
func pair(one, other func() int64, more func() bool) (ratio, first float64) {
	one() // memory, tables
	other()
	var ratios, times []float64
	for more() {
		begin := cpu()
		n := one()
		middle := cpu()
		m := other()
		end := cpu()
		a, b := (middle-begin)/float64(n), (end-middle)/float64(m)
		ratios, times = append(ratios, a/b), append(times, a)
	}
	return median(ratios), median(times)
}

func median(x []float64) float64 {
	slices.Sort(x)
	return (x[len(x)/2] + x[(len(x)-1)/2]) / 2
}

// against reports the ratio of the product to a kernel.
func against(b *testing.B, product, kernel func() int64) {
	b.Helper()
	ratio, ns := pair(product, kernel, b.Loop)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ns, "cpu-ns/unit")
	b.ReportMetric(ratio, "x-kernel")
}

// lives is a run of a scenario as a program whose work is its requests.
func lives(tb testing.TB, c sim.Config) func() int64 {
	return func() int64 {
		r, err := sim.Run(context.Background(), c)
		if err != nil {
			tb.Fatal(err)
		}
		return r.Requests.Offered
	}
}

// steps is the same whose work is seconds.
func steps(tb testing.TB, c sim.Config) func() int64 {
	run := lives(tb, c)
	return func() int64 {
		run()
		return int64(c.Length / time.Second)
	}
}

// demand is what a curve makes of a day from midnight.
func demand(tb testing.TB, arrivals string, length time.Duration, c traffic.Curve) traffic.Demand {
	tb.Helper()
	s := traffic.Settings{Arrivals: traffic.Pattern{Kind: arrivals}, Curves: []traffic.Curve{c}}
	d, bad := s.Build(traffic.Calendar{Start: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}, 0, length)
	if len(bad) > 0 {
		tb.Fatal(bad)
	}
	return d
}

func constant(rate float64) traffic.Curve {
	return traffic.Curve{Constant: &traffic.Constant{Rate: unit.Rate(rate)}}
}

// wave is the kernels' daily wave: its middle is at midnight, its peak at six.
func wave(tb testing.TB) traffic.Curve {
	var peak traffic.Clock
	if err := peak.UnmarshalText([]byte("06:00")); err != nil {
		tb.Fatal(err)
	}
	return traffic.Curve{Sine: &traffic.Sine{Mean: 1000, Amplitude: 800, Peak: peak}}
}

func base(d traffic.Demand, length time.Duration, instances, slots int) sim.Config {
	price, none := unit.Price{Currency: "USD", Nano: 1_408_000_000}, time.Duration(0)
	nothing := chance.Distribution{Constant: &none}
	return sim.Config{
		Start: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Length: length, Step: time.Second, Source: chance.Source{Seed: 1}, Traffic: d,
		Service: sim.Service{Engine: "requests", Concurrency: slots, Queue: sim.Queue{Own: sim.Unlimited}, Abandoned: "finish", Balancer: "least-outstanding",
			Uses: sim.Uses{CPU: sim.Use{Share: 1}, GPU: sim.Use{Share: 1}, Memory: sim.MemoryUse{Busy: 1}}},
		Fleet: sim.Fleet{Price: &price, Start: &instances, Billing: sim.Billing{Granularity: time.Second, Starting: "charged"}, Drain: sim.Drain{Finish: true},
			Zones: 1, ReplaceAfter: time.Minute, StartUp: sim.StartUp{Provision: nothing, Load: nothing}},
		Metrics:   sim.Metrics{Period: time.Minute},
		Scaler:    func() policy.Scaler { return policy.Fixed{} },
		Quantiles: []float64{.5, .9, .95, .99, .999},
	}
}

// queue is M/M/10 at 80 %, with n requests.
func queue(tb testing.TB, n int) sim.Config {
	length := time.Duration(n/8/60) * time.Minute
	c := base(demand(tb, "poisson", length, constant(8)), length, 10, 1)
	c.Service.Time = chance.Distribution{Exponential: &chance.Exponential{Mean: time.Second}}
	any := sim.Unlimited
	c.Service.Queue = sim.Queue{Shared: &any}
	return c
}

// fleet is the autoscaled fleet: everything a scenario has, but for what is off.
func fleet(tb testing.TB, length time.Duration) sim.Config {
	c := base(demand(tb, "poisson", length, wave(tb)), length, 90, 4)
	mean, cv, up := 250*time.Millisecond, 1.0, 2*time.Minute
	c.Service.Time = chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}
	c.Fleet.StartUp.Provision = chance.Distribution{Constant: &up}
	c.Scaler = func() policy.Scaler { return proportional{} }
	return c
}

// proportional wants ceil(in service × utilisation ÷ 0.7) instances every minute, in 2…200, as the kernels do.
type proportional struct{}

func (proportional) Needs() []policy.Need {
	return []policy.Need{{Metric: "CPUUtilization", Lookback: time.Minute, High: math.NaN(), Low: math.NaN()}}
}
func (proportional) Begin(_ time.Duration, n int) policy.Decision { return policy.Decision{Want: n} }
func (proportional) Next(now time.Duration) time.Duration {
	return now.Truncate(time.Minute) + time.Minute
}
func (proportional) Decide(o policy.Observation) policy.Decision {
	points := o.Points("CPUUtilization")
	if len(points) == 0 || points[len(points)-1].End != o.Now {
		return policy.Decision{Want: o.Fleet.Desired}
	}
	want := min(max(int(math.Ceil(points[len(points)-1].Load/100/0.7)), 2), 200)
	d := policy.Decision{Want: want}
	if want != o.Fleet.Desired {
		d.Entries = []policy.Entry{{Policy: "proportional", From: o.Fleet.Desired, To: want}}
	}
	return d
}

func eventList() int64       { return kernel.EventList(1, 400_000).Requests }
func kieferWolfowitz() int64 { return kernel.KieferWolfowitz(1, 1_000_000).Requests }
func fleetKernel() int64     { return kernel.Fleet(1, 600).Requests }

// The queue M/M/10, against a general event list and against the least that can be done.
func BenchmarkQueue(b *testing.B)      { against(b, lives(b, queue(b, 400_000)), eventList) }
func BenchmarkQueueLimit(b *testing.B) { against(b, lives(b, queue(b, 400_000)), kieferWolfowitz) }

// The autoscaled fleet, all that the engine can do compiled in.
func BenchmarkFleet(b *testing.B) { against(b, lives(b, fleet(b, 10*time.Minute)), fleetKernel) }

// The same with timeouts, retries and failing instances.
func BenchmarkFleetFailing(b *testing.B) { against(b, lives(b, failing(b)), fleetKernel) }

func failing(tb testing.TB) sim.Config {
	c := fleet(tb, 10*time.Minute)
	c.Service.Timeout.Total = time.Second
	c.Service.Retries = sim.Retries{Attempts: 3, Backoff: 100 * time.Millisecond, Jitter: "full"}
	c.Fleet.Failures = []sim.Failure{{Instance: &sim.InstanceFailure{MeanTime: 2 * time.Hour}}}
	return c
}

// Balancers that do not look at the instances, against the one that does.
func BenchmarkBalancers(b *testing.B) {
	for _, name := range []string{"round-robin", "random", "two-choices"} {
		b.Run(name, func(b *testing.B) {
			c := fleet(b, 10*time.Minute)
			c.Service.Balancer = name
			ratio, ns := pair(lives(b, c), lives(b, fleet(b, 10*time.Minute)), b.Loop)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(ns, "cpu-ns/unit")
			b.ReportMetric(ratio, "x-least-outstanding")
		})
	}
}

// What no balancer can save: arrivals, services and two histograms, against the fleet behind least outstanding.
func BenchmarkFloor(b *testing.B) {
	c := fleet(b, 10*time.Minute)
	law := c.Service.Time.Law()
	floor := func() (n int64) {
		arrivals, services := c.Traffic.Arrivals(c.Source, 0, c.Length), c.Source.Stream("service", "", 0)
		var latencies, waits histogram.Histogram
		for t := arrivals.Next(); t < c.Length; t = arrivals.Next() {
			d := law.Draw(services)
			latencies.Add(d)
			waits.Add(d & 1)
			n++
		}
		return n
	}
	ratio, ns := pair(floor, lives(b, c), b.Loop)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ns, "cpu-ns/unit")
	b.ReportMetric(ratio, "x-least-outstanding")
}

// The fluid step: with counts as a scenario has them, and smooth; over a week, and over a day, where what a run costs once weighs
// more.
func BenchmarkFluidStep(b *testing.B) {
	for _, days := range []int{7, 1} {
		for _, arrivals := range []string{"poisson", "smooth"} {
			b.Run(fmt.Sprintf("%s-%dd", arrivals, days), func(b *testing.B) {
				product, kernel := fluidStep(b, arrivals, days)
				against(b, product, kernel)
			})
		}
	}
}

func fluidStep(tb testing.TB, arrivals string, days int) (product, theKernel func() int64) {
	length := time.Duration(days) * 24 * time.Hour
	c := fleet(tb, length)
	c.Service.Engine, c.Traffic = "fluid", demand(tb, arrivals, length, wave(tb))
	f, rows := kernel.NewFluid(), make([]kernel.Row, 0, days*1440)
	return steps(tb, c), func() int64 {
		rows = f.Run(1, days*86400, rows[:0], arrivals == "poisson")
		return int64(days * 86400)
	}
}

// Four runs of one question on two cores against one, by the clock on the wall: quiet machines only. The clients of the fleet give
// up and try again, so that every part of the engine is in it.
func BenchmarkReplications(b *testing.B) {
	q := []whatif.Question{{Config: failing(b)}}
	on := func(cores int) float64 {
		begin := time.Now()
		if _, err := whatif.Ask(context.Background(), sim.Run, q, 4, cores, nil); err != nil {
			b.Fatal(err)
		}
		return float64(time.Since(begin))
	}
	var ratios []float64
	on(2)
	for b.Loop() {
		ratios = append(ratios, on(1)/on(2))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ratios), "x-one-core")
}

// One run uses one core: its processor time is no more than the time that passes, but for what the collector does beside it.
func BenchmarkOneRun(b *testing.B) {
	run := lives(b, failing(b))
	run()
	var ratios []float64
	for b.Loop() {
		wall, used := time.Now(), cpu()
		run()
		ratios = append(ratios, (cpu()-used)/float64(time.Since(wall)))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ratios), "cores")
}

// A guard that fails only when something is badly wrong: the bars are in docs/performance.md and are measured, not tested.
func TestSpeedStaysNearTheKernels(t *testing.T) {
	if raced || testing.Short() {
		t.Skip("the race detector, or -short: speed means nothing or takes too long")
	}
	product, fluidKernel := fluidStep(t, "poisson", 1)
	for _, c := range []struct {
		name       string
		one, other func() int64
		most       float64
	}{
		{"queue", lives(t, queue(t, 200_000)), eventList, 5},
		{"fleet", lives(t, fleet(t, 3*time.Minute)), func() int64 { return kernel.Fleet(1, 180).Requests }, 4},
		{"fleet with failures", lives(t, failing(t)), fleetKernel, 6},
		{"fluid step", product, fluidKernel, 5},
		{"2000 instances against 100", many(t, 22400, 30*time.Second, 2000), many(t, 1120, 10*time.Minute, 100), 4},
	} {
		left := 5
		ratio, ns := pair(c.one, c.other, func() bool { left--; return left >= 0 })
		t.Logf("%s: %.2f times the kernel, %.0f ns", c.name, ratio, ns)
		if ratio > c.most {
			t.Errorf("%s takes %.1f times what its kernel takes, at most %v are allowed", c.name, ratio, c.most)
		}
	}
}

// many is a fleet of a fixed size at a constant rate.
func many(tb testing.TB, rate float64, length time.Duration, instances int) func() int64 {
	c := fleet(tb, length)
	c.Traffic = demand(tb, "poisson", length, constant(rate))
	c.Fleet.Start = &instances
	c.Scaler = func() policy.Scaler { return policy.Fixed{} }
	return lives(tb, c)
}

// A day against an hour: does the time a request depend on how long a run is? Two thousand instances against a hundred.
func BenchmarkGrowth(b *testing.B) {
	b.Run("day", func(b *testing.B) {
		ratio, _ := pair(many(b, 40, 24*time.Hour, 4), many(b, 40, time.Hour, 4), b.Loop)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(ratio, "x-hour")
	})
	b.Run("instances", func(b *testing.B) {
		ratio, _ := pair(many(b, 22400, time.Minute, 2000), many(b, 1120, 10*time.Minute, 100), b.Loop)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(ratio, "x-100-instances")
	})
}
