package sim

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/chance"
	"headroom/policy"
	"headroom/unit"
)

// configs is how many random worlds the laws are held on: HEADROOM_LAWS or 2,000.
func configs() int {
	if n, err := strconv.Atoi(os.Getenv("HEADROOM_LAWS")); err == nil && n > 0 {
		return n
	}
	return 2000
}

// hold2000 runs a property on that many configurations, whatever rapid's own default is.
func holdOnAll(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	for done := 0; done < configs() && !t.Failed(); done += 100 {
		t.Run(fmt.Sprint(done), func(t *testing.T) { rapid.Check(t, property) })
	}
}

func choose[T any](t *rapid.T, what string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, what)
}

// anyWorld draws a configuration that uses everything the requests engine knows.
func anyWorld(t *rapid.T) Config {
	seconds := func(what string, lo, hi int) time.Duration {
		return time.Duration(rapid.IntRange(lo, hi).Draw(t, what)) * time.Second
	}
	law := func(what string, mean time.Duration) chance.Distribution {
		cv := 1.5
		switch choose(t, what, 0, 1, 2) {
		case 0:
			return constant(mean)
		case 1:
			return chance.Distribution{Exponential: &chance.Exponential{Mean: mean + 1}}
		default:
			mean++
			return chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}
		}
	}
	c := small(poisson(rapid.Float64Range(0.2, 20).Draw(t, "rate")), seconds("length", 1, 6)*60, 0, instances(rapid.IntRange(0, 6).Draw(t, "start")))
	c.Source = chance.Source{Seed: rapid.Uint64().Draw(t, "seed"), Run: rapid.IntRange(0, 3).Draw(t, "run")}
	c.Settle = choose(t, "settle", 0, 0, time.Minute, 2*time.Minute)
	c.Step = choose(t, "step", time.Second, 10*time.Second, 500*time.Millisecond)
	s := &c.Service
	s.Concurrency = rapid.IntRange(1, 4).Draw(t, "slots")
	s.Time = law("service", choose(t, "mean", 50*time.Millisecond, 500*time.Millisecond, 3*time.Second))
	limit := choose(t, "queue", Unlimited, 0, 1, 10)
	if choose(t, "shared", true, false) {
		s.Queue.Shared = &limit
	} else {
		s.Queue.Own = limit
	}
	switch choose(t, "timeout", 0, 1, 2) {
	case 1:
		s.Timeout.Total = choose(t, "total", 100*time.Millisecond, 2*time.Second)
	case 2:
		s.Timeout.Waiting = choose(t, "waiting", 100*time.Millisecond, 2*time.Second)
	}
	s.Abandoned = choose(t, "abandoned", "finish", "drop")
	s.Balancer = choose(t, "balancer", "random", "round-robin", "least-outstanding", "two-choices")
	s.Retries = Retries{Attempts: choose(t, "attempts", 1, 1, 2, 4), Backoff: choose(t, "backoff", 0, 300*time.Millisecond, time.Second), Jitter: choose(t, "jitter", "none", "full")}
	if choose(t, "budget", false, true) {
		share := unit.Share(0.1)
		s.Retries.Budget = &share
	}
	if choose(t, "events", false, false, true) {
		s.Events = []ServiceEvent{
			{Slowdown: &Slowdown{Begin: seconds("slow", 0, 60), Multiply: 3, Rise: 5 * time.Second, Hold: 20 * time.Second}},
			{Outage: &Outage{Begin: seconds("out", 0, 100), Length: 7 * time.Second}},
		}
	}
	f := &c.Fleet
	f.StartUp = StartUp{Provision: law("provision", seconds("provision mean", 0, 40)), Load: constant(seconds("load", 0, 20))}
	f.StartUp.Ready = choose(t, "ready", nil, nil, &Ready{After: time.Second, UntilLoaded: "fails"}, &Ready{After: time.Second, Slow: 5})
	f.Billing = Billing{Granularity: choose(t, "granularity", time.Second, time.Minute, 7*time.Second), Minimum: choose(t, "minimum", 0, time.Minute), Starting: choose(t, "starting", "charged", "free")}
	f.Drain = choose(t, "drain", Drain{Finish: true}, Drain{Limit: 0}, Drain{Limit: 5 * time.Second})
	f.Zones = choose(t, "zones", 1, 3)
	f.ReplaceAfter = choose(t, "replace", 0, 10*time.Second, time.Minute)
	for range choose(t, "failures", 0, 0, 1, 3) {
		most, share := 4, unit.Share(0.3)
		f.Failures = append(f.Failures, choose(t, "failure",
			Failure{Zone: &ZoneFailure{Number: f.Zones, Begin: seconds("zone at", 0, 120), Length: 30 * time.Second}},
			Failure{Instance: &InstanceFailure{MeanTime: 40 * time.Second}},
			Failure{Instance: &InstanceFailure{Count: 2, Begin: seconds("at", 0, 120)}},
			Failure{Launch: &LaunchFailure{Refused: &share}},
			Failure{Launch: &LaunchFailure{Limit: &most, Begin: 10 * time.Second, End: 100 * time.Second}}))
	}
	plan := make([]want, rapid.IntRange(0, 8).Draw(t, "decisions"))
	for i := range plan {
		plan[i] = want{seconds("when", -60, 300) / c.Step * c.Step, rapid.IntRange(0, 8).Draw(t, "capacity")}
	}
	slices.SortFunc(plan, func(a, b want) int { return int(a.at - b.at) })
	c.Scaler = func() policy.Scaler { return &script{plan} }
	return c
}

// life is one instance's charged time.
type life struct {
	number   int
	from, to clock
}

// audited runs a world and returns the lives that were billed.
func audited(t interface{ Fatalf(string, ...any) }, c Config) (*Result, []life) {
	return auditedBy(c, func(w *world) {
		if n := w.fleet.desired; n != len(w.fleet.starting)-w.fleet.extras+len(w.fleet.serving)+len(w.fleet.retry) {
			t.Fatalf("desired %d ≠ starting %d + in service %d + waiting for a launch %d", n, len(w.fleet.starting), len(w.fleet.serving), len(w.fleet.retry))
		}
	})
}

// auditedBy looks at the world after every step.
func auditedBy(c Config, look func(*world)) (*Result, []life) {
	w := newWorld(context.Background(), &c)
	var lives []life
	w.fleet.bill.audit = func(i *instance, from, to clock) { lives = append(lives, life{i.number, from, to}) }
	for now := -clock(c.Settle); now < clock(c.Length); now += clock(c.Step) {
		if now == 0 {
			w.report()
			lives = nil
		}
		w.step(now, now+clock(c.Step))
		look(w)
	}
	return w.result(clock(c.Length)), lives
}

func TestLaws(t *testing.T) {
	holdOnAll(t, func(t *rapid.T) {
		c := anyWorld(t)
		r, lives := audited(t, c)
		conserved(t, r)
		billedByLife(t, &c, r, lives)
		if u := r.Utilization; u > 1+1e-12 || u < 0 {
			t.Fatalf("utilization %v", u)
		}
		minutesAddUp(t, r)
		if a, b := fmt.Sprintf("%+v", strip(r)), fmt.Sprintf("%+v", strip(must(Run(context.Background(), c)))); a != b {
			t.Fatalf("the same seed gave two results:\n%s\n%s", a, b)
		}
	})
}

func must(r *Result, err error) *Result {
	if err != nil {
		panic(err)
	}
	return r
}

// strip is a result without what holds pointers.
func strip(r *Result) Result {
	c := *r
	c.Config = Config{}
	c.Latency.Samples, c.Wait.Samples = nil, nil
	return c
}

func conserved(t *rapid.T, r *Result) {
	q := r.Requests
	if q.Offered+q.CarriedIn != q.Served+q.Failed+q.WaitingAtEnd+q.InServiceAtEnd || q.WaitingAtEnd < 0 || q.InServiceAtEnd < 0 {
		t.Fatalf("conservation: %+v", q)
	}
	if f := q.FailedBy; f.Rejected+f.Timeout+f.NoCapacity+f.InstanceLost+f.Error != q.Failed {
		t.Fatalf("failed_by does not add up: %+v", q)
	}
	if r.Latency.Count != q.Served || r.Wait.Count != q.Served {
		t.Fatalf("%d served, %d latencies, %d waits", q.Served, r.Latency.Count, r.Wait.Count)
	}
	// Little: ∫ requests alive dt = Σ sojourn, where every request began and ended within the run and was served
	if q.CarriedIn+q.Failed+q.WaitingAtEnd+q.InServiceAtEnd == 0 && q.Served > 0 {
		alive, sojourn := r.InFlight*r.Config.Length.Seconds(), r.Latency.Mean*float64(q.Served)/1e9
		if math.Abs(alive-sojourn) > 1e-9*sojourn+1e-9 {
			t.Fatalf("Little: ∫ alive = %v, Σ latency = %v", alive, sojourn)
		}
	}
}

// billedByLife: cost is the billing rule on each lifetime, hours the plain lifetimes.
func billedByLife(t *rapid.T, c *Config, r *Result, lives []life) {
	sum, plain := new(big.Int), 0.0
	g := int64(c.Fleet.Billing.Granularity)
	for _, l := range lives {
		d := l.to - l.from
		plain += float64(d) / 1e9
		rounded := max((d+g-1)/g*g, int64(c.Fleet.Billing.Minimum))
		sum.Add(sum, big.NewInt(rounded))
	}
	if sum.Cmp(r.Cost.Billed) != 0 {
		t.Fatalf("billed %v, the lives say %v", r.Cost.Billed, sum)
	}
	price := big.NewRat(c.Fleet.Price.Nano, 1e9)
	want := price.Mul(price, new(big.Rat).SetFrac(sum, big.NewInt(int64(time.Hour))))
	if want.Cmp(r.Cost.Total) != 0 {
		t.Fatalf("cost %v, want %v", r.Cost.Total, want)
	}
	hours := r.Hours.Starting + r.Hours.Serving + r.Hours.Draining
	if c.Fleet.Billing.Starting == "free" {
		hours -= r.Hours.Starting
	}
	if math.Abs(hours*3600-plain) > 1e-6 {
		t.Fatalf("%v instance-seconds by state, %v by life", hours*3600, plain)
	}
}

// minutesAddUp: the rows of a run of whole minutes sum to its totals.
func minutesAddUp(t *rapid.T, r *Result) {
	var sum Minute
	for _, m := range r.Minutes {
		sum.Offered += m.Offered
		sum.Served += m.Served
		sum.Failed += m.Failed
		sum.Retries += m.Retries
		sum.ServingMean += m.ServingMean
		sum.Max = max(sum.Max, m.Max)
	}
	q := r.Requests
	if sum.Offered != q.Offered || sum.Served != q.Served || sum.Failed != q.Failed || sum.Retries != q.Retries || sum.Max != r.Latency.Max {
		t.Fatalf("minutes say %+v, the run %+v", sum, q)
	}
	if math.Abs(sum.ServingMean/float64(len(r.Minutes))-r.ServingMean) > 1e-9 {
		t.Fatalf("in service: minutes %v, run %v", sum.ServingMean/float64(len(r.Minutes)), r.ServingMean)
	}
	if last := r.Minutes[len(r.Minutes)-1]; last.Waiting != q.WaitingAtEnd {
		t.Fatalf("waiting at the end: %d in the last minute, %d in the run", last.Waiting, q.WaitingAtEnd)
	}
}

// spy looks at every metric each step and fails when it sees a point too early, or misses one that is due.
type spy struct {
	script
	t    *rapid.T
	step time.Duration
}

func (s *spy) Needs() (needs []policy.Need) {
	for _, m := range MetricNames() {
		needs = append(needs, policy.Need{Metric: m, Samples: true, Lookback: time.Hour, High: math.NaN(), Low: math.NaN()})
	}
	return needs
}
func (s *spy) Next(now time.Duration) time.Duration { return now + s.step }
func (s *spy) Decide(o policy.Observation) policy.Decision {
	for _, m := range MetricNames() {
		points, last := o.Points(m), time.Duration(math.MinInt64)
		for _, p := range points {
			if p.End+o.Delay(m) > o.Now || p.End%o.Period(m) != 0 || p.End <= last {
				s.t.Fatalf("%s: at %v the point of %v (delay %v) is visible", m, o.Now, p.End, o.Delay(m))
			}
			last = p.End
			if math.IsNaN(p.Value) || p.Value < 0 {
				s.t.Fatalf("%s: value %v", m, p.Value)
			}
			if m == "CPUUtilization" && p.Value > 100+1e-9 {
				s.t.Fatalf("%s: %v", m, p.Value)
			}
		}
		newest := (o.Now - o.Delay(m)) / o.Period(m) * o.Period(m)
		if m == "Invocations" && newest >= o.Period(m) && last != newest {
			s.t.Fatalf("%s: at %v the newest visible point ends %v, due is %v", m, o.Now, last, newest)
		}
	}
	return s.script.Decide(o)
}

func TestPointsAreNeverEarly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyWorld(t)
		c.Settle = 0
		c.Metrics.Delay = choose(t, "delay", 0, 10*time.Second, time.Minute)
		inner := c.Scaler().(*script)
		c.Scaler = func() policy.Scaler { return &spy{*inner, t, c.Step} }
		must(Run(context.Background(), c))
	})
}

// recurrence is Kiefer and Wolfowitz's: the waits of a first-come queue of c slots, on the engine's own draws.
func recurrence(c *Config, n int) (sum int64, longest time.Duration) {
	free := make([]int64, c.Service.Concurrency**c.Fleet.Start)
	law, draws := c.Service.Time.Law(), c.Source.Stream("service", "", 0)
	arrivals := c.Traffic.Arrivals(c.Source, 0, c.Length)
	for range n {
		t := int64(arrivals.Next())
		slices.Sort(free)
		begin := max(t, free[0])
		free[0] = begin + int64(law.Draw(draws))
		sum += begin - t
		longest = max(longest, time.Duration(begin-t))
	}
	return sum, longest
}

func TestKieferWolfowitz(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := small(poisson(rapid.Float64Range(1, 12).Draw(t, "rate")), 10*time.Minute, 0, sharedQueue(Unlimited),
			instances(rapid.IntRange(1, 5).Draw(t, "instances")), slots(rapid.IntRange(1, 3).Draw(t, "slots")))
		c.Source.Seed = rapid.Uint64().Draw(t, "seed")
		mean, cv := 500*time.Millisecond, 2.0
		c.Service.Time = choose(t, "law", constant(mean), chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}})
		r := must(Run(context.Background(), c))
		if r.Requests.InServiceAtEnd+r.Requests.WaitingAtEnd > 0 { // only those that were served have a wait
			c.Traffic = firstOf(&c, int(r.Requests.Offered))
			c.Length *= 40
			r = must(Run(context.Background(), c))
		}
		sum, longest := recurrence(&c, int(r.Requests.Offered))
		if got := r.Wait.Mean * float64(r.Wait.Count); math.Abs(got-float64(sum)) > 1e-9*float64(sum)+1 {
			t.Fatalf("total wait %v, the recurrence says %v", got, sum)
		}
		if r.Wait.Max != longest {
			t.Fatalf("longest wait %v, the recurrence says %v", r.Wait.Max, longest)
		}
	})
}

// firstOf is the demand of a configuration cut off after n requests.
func firstOf(c *Config, n int) instants {
	a, d := c.Traffic.Arrivals(c.Source, 0, c.Length), make(instants, n)
	for i := range d {
		d[i] = a.Next()
	}
	return d
}

// Round robin with constant service is first-come M/D/c, wait by wait.
func TestRoundRobinIsFirstCome(t *testing.T) {
	one := small(poisson(9), time.Hour, time.Second, instances(10), func(c *Config) { c.Service.Balancer = "round-robin" })
	two := small(poisson(9), time.Hour, time.Second, instances(10), sharedQueue(Unlimited))
	a, b := run(t, one), run(t, two)
	for k := range a.Minutes {
		x, y := a.Minutes[k], b.Minutes[k]
		if x.WaitMean != y.WaitMean || x.WaitMax != y.WaitMax || !reflect.DeepEqual(x.Wait, y.Wait) {
			t.Fatalf("minute %d: round robin %v %v %v, first come %v %v %v", k, x.WaitMean, x.WaitMax, x.Wait, y.WaitMean, y.WaitMax, y.Wait)
		}
	}
}

// One more server, or one that comes earlier, never lengthens a first-come wait.
func TestMoreIsNeverWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, at := rapid.IntRange(1, 4).Draw(t, "n"), time.Duration(rapid.IntRange(10, 200).Draw(t, "at"))*time.Second
		c := small(poisson(rapid.Float64Range(1, 6).Draw(t, "rate")), 5*time.Minute, 700*time.Millisecond, sharedQueue(Unlimited), instances(n))
		c.Source.Seed = rapid.Uint64().Draw(t, "seed")
		c.Traffic = firstOf(&c, 500)
		c.Length = time.Hour
		mean := func(p ...want) float64 {
			plan(p...)(&c)
			return must(Run(context.Background(), c)).Wait.Mean
		}
		late, early, more := mean(want{at, n + 1}), mean(want{at / 2 / time.Second * time.Second, n + 1}), mean(want{at, n + 2})
		if early > late || more > late {
			t.Fatalf("mean wait: late %v, early %v, more %v", late, early, more)
		}
	})
}

// Twice the traffic on twice the fleet leaves the utilization.
func TestDoubling(t *testing.T) {
	one := run(t, small(poisson(20), 2*time.Hour, 200*time.Millisecond, instances(5)))
	two := run(t, small(poisson(40), 2*time.Hour, 200*time.Millisecond, instances(10)))
	near(t, "utilization", two.Utilization, one.Utilization, 0.01)
	near(t, "utilization by hand", one.Utilization, 0.8, 0.01)
}
