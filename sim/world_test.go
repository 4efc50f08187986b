package sim

import (
	"context"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"headroom/chance"
	"headroom/policy"
	"headroom/traffic"
	"headroom/unit"
)

// instants is a demand of given arrivals.
type instants []time.Duration

func (d instants) Profile(chance.Source) traffic.Profile                             { return nil }
func (d instants) Marks(chance.Source) []traffic.Mark                                { return nil }
func (d instants) Volume(chance.Source, time.Duration, time.Duration) traffic.Volume { return nil }
func (d instants) Arrivals(chance.Source, time.Duration, time.Duration) traffic.Arrivals {
	return &walk{d}
}

type walk struct{ left []time.Duration }

func (w *walk) Next() time.Duration {
	if len(w.left) == 0 {
		return traffic.Forever
	}
	t := w.left[0]
	w.left = w.left[1:]
	return t
}

// every is a demand of n arrivals a gap apart, the first at 0.
func every(gap time.Duration, n int) instants {
	d := make(instants, n)
	for i := range d {
		d[i] = time.Duration(i) * gap
	}
	return d
}

// poisson is a demand of a constant rate.
type poisson float64

func (d poisson) Profile(chance.Source) traffic.Profile                             { return nil }
func (d poisson) Marks(chance.Source) []traffic.Mark                                { return nil }
func (d poisson) Volume(chance.Source, time.Duration, time.Duration) traffic.Volume { return nil }
func (d poisson) Arrivals(src chance.Source, from, _ time.Duration) traffic.Arrivals {
	r, t := src.Stream("arrivals", "", 0), float64(from)
	return arrivalsFunc(func() time.Duration {
		t += r.ExpFloat64() / float64(d) * 1e9
		return time.Duration(t)
	})
}

type arrivalsFunc func() time.Duration

func (f arrivalsFunc) Next() time.Duration { return f() }

// script is a scaler that wants given capacities from given instants on.
type script struct{ at []want }

type want struct {
	at time.Duration
	n  int
}

func (s *script) Needs() []policy.Need                         { return nil }
func (s *script) Begin(_ time.Duration, n int) policy.Decision { return policy.Decision{Want: n} }
func (s *script) Next(now time.Duration) time.Duration {
	for _, w := range s.at {
		if w.at > now {
			return w.at
		}
	}
	return traffic.Forever
}
func (s *script) Decide(o policy.Observation) policy.Decision {
	d := policy.Decision{Want: o.Fleet.Desired}
	for _, w := range s.at {
		if w.at == o.Now && w.n != o.Fleet.Desired {
			d.Want = w.n
			d.Entries = append(d.Entries, policy.Entry{Policy: "script", From: o.Fleet.Desired, To: w.n, Why: []policy.Reason{{Code: policy.Schedule, Text: "as planned"}}})
		}
	}
	return d
}

// small is a run of one instance with one slot and constant service; tests change what they need.
func small(d traffic.Demand, length time.Duration, service time.Duration, change ...func(*Config)) Config {
	one, price := 1, unit.Price{Currency: "USD", Nano: 3_600_000_000} // 0.001 USD a second
	c := Config{
		Start: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Length: length, Step: time.Second,
		Source: chance.Source{Seed: 1}, Traffic: d,
		Service: Service{Engine: "requests", Concurrency: 1, Time: constant(service), Queue: Queue{Own: Unlimited}, Abandoned: "finish",
			Balancer: "least-outstanding", Uses: Uses{CPU: Use{Share: 1}, GPU: Use{Share: 1}, Memory: MemoryUse{Busy: 1}}},
		Fleet: Fleet{Price: &price, Start: &one, Billing: Billing{Granularity: time.Second, Starting: "charged"}, Drain: Drain{Finish: true},
			Zones: 1, ReplaceAfter: time.Minute, StartUp: StartUp{Provision: constant(0), Load: constant(0)}},
		Metrics:   Metrics{Period: time.Minute, Delay: time.Minute},
		Scaler:    func() policy.Scaler { return policy.Fixed{} },
		Quantiles: []float64{.5, .9, .95, .99, .999},
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func constant(d time.Duration) chance.Distribution { return chance.Distribution{Constant: &d} }

func instances(n int) func(*Config)     { return func(c *Config) { c.Fleet.Start = &n } }
func slots(n int) func(*Config)         { return func(c *Config) { c.Service.Concurrency = n } }
func sharedQueue(n Limit) func(*Config) { return func(c *Config) { c.Service.Queue.Shared = &n } }
func plan(at ...want) func(*Config) {
	return func(c *Config) { c.Scaler = func() policy.Scaler { return &script{at} } }
}

// own is a bound of each instance's own queue; startUp a constant time until an instance is in service.
func own(n Limit) func(*Config) { return func(c *Config) { c.Service.Queue = Queue{Own: n} } }
func startUp(d time.Duration) func(*Config) {
	return func(c *Config) { c.Fleet.StartUp.Provision = constant(d) }
}
func balancedBy(name string) func(*Config)       { return func(c *Config) { c.Service.Balancer = name } }
func timeout(d time.Duration) func(*Config)      { return func(c *Config) { c.Service.Timeout.Total = d } }
func failing(f ...Failure) func(*Config)         { return func(c *Config) { c.Fleet.Failures = f } }
func settled(d time.Duration) func(*Config)      { return func(c *Config) { c.Settle = d } }
func replaceAfter(d time.Duration) func(*Config) { return func(c *Config) { c.Fleet.ReplaceAfter = d } }

// patience is a timeout only while waiting.
func patience(d time.Duration) func(*Config) {
	return func(c *Config) { c.Service.Timeout.Waiting = d }
}

// drop frees the slot of a client that gave up.
func drop(c *Config) { c.Service.Abandoned = "drop" }

// tries are attempts with a backoff.
func tries(n int, backoff time.Duration) func(*Config) {
	return func(c *Config) { c.Service.Retries = Retries{Attempts: n, Backoff: backoff} }
}

// drain cuts a removed instance off after d.
func drain(d time.Duration) func(*Config) { return func(c *Config) { c.Fleet.Drain = Drain{Limit: d} } }

// losing loses n instances at an instant, zoneDown a whole zone for a while.
func losing(n int, at time.Duration) Failure {
	return Failure{Instance: &InstanceFailure{Count: n, Begin: at}}
}
func zoneDown(number int, at, length time.Duration) Failure {
	return Failure{Zone: &ZoneFailure{Number: number, Begin: at, Length: length}}
}

// at is a demand of arrivals at given instants.
func at(d ...time.Duration) instants { return d }

// is fails unless got is want.
func is[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// outcome is what became of all requests, to compare with one literal.
type outcome struct {
	served, rejected, timeout, noCapacity, lost, waiting, inService, retries int64
}

func expect(t testing.TB, r *Result, want outcome) {
	t.Helper()
	q := r.Requests
	got := outcome{q.Served, q.FailedBy.Rejected, q.FailedBy.Timeout, q.FailedBy.NoCapacity, q.FailedBy.InstanceLost, q.WaitingAtEnd, q.InServiceAtEnd, q.Retries}
	if got != want {
		t.Errorf("outcome %+v, want %+v", got, want)
	}
}

// took fails unless the mean and the longest of a duration are so, in seconds.
func took(t testing.TB, what string, s Summary, mean, longest float64) {
	t.Helper()
	near(t, what+" mean", s.Mean/1e9, mean, 1e-9)
	near(t, what+" max", s.Max.Seconds(), longest, 1e-9)
}

func run(t testing.TB, c Config) *Result {
	t.Helper()
	r, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	q := r.Requests
	if q.Offered+q.CarriedIn != q.Served+q.Failed+q.WaitingAtEnd+q.InServiceAtEnd {
		t.Fatalf("conservation: %+v", q)
	}
	f := q.FailedBy
	if f.Rejected+f.Timeout+f.NoCapacity+f.InstanceLost+f.Throttled+f.Error != q.Failed {
		t.Fatalf("failed_by does not add up: %+v", q)
	}
	return r
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance || math.IsNaN(got) {
		t.Errorf("%s = %v, want %v ± %v", what, got, want, tolerance)
	}
}

// Golden timelines: exact, ties in the order capacity, departure, arrival.
func TestG1LateCapacity(t *testing.T) {
	r := run(t, small(every(time.Second, 60), 2*time.Minute, 2*time.Second, sharedQueue(Unlimited), plan(want{20 * time.Second, 3})))
	near(t, "total wait", r.Wait.Mean*60/1e9, 181, 1e-6)
	if r.Wait.Max != 10*time.Second || r.Requests.Served != 60 {
		t.Errorf("max wait %v, served %d", r.Wait.Max, r.Requests.Served)
	}
	near(t, "share served at once", r.Wait.Samples.Share(0)*60, 24, 1e-9)
}

func TestG2FasterArrivals(t *testing.T) {
	r := run(t, small(every(500*time.Millisecond, 240), 4*time.Minute, 3*time.Second, sharedQueue(Unlimited), instances(4), plan(want{45 * time.Second, 8})))
	near(t, "total wait", r.Wait.Mean*240/1e9, 1219.5, 1e-6)
	if r.Wait.Max != 15*time.Second {
		t.Errorf("max wait %v", r.Wait.Max)
	}
	near(t, "waits over 5 s", 240*(1-r.Wait.Samples.Share(5*time.Second)), 106, 1e-6)
}

func TestErlangC(t *testing.T) {
	mean := time.Second
	c := small(poisson(8), 24*time.Hour, 0, sharedQueue(Unlimited), instances(10), func(c *Config) {
		c.Service.Time = chance.Distribution{Exponential: &chance.Exponential{Mean: mean}}
	})
	r := run(t, c)
	near(t, "mean wait", r.Wait.Mean/1e9, 0.204590075398, 0.012)
	near(t, "P(wait)", 1-r.Wait.Samples.Share(0), 0.409180150796, 0.01)
	near(t, "utilization", r.Utilization, 0.8, 0.005)
	near(t, "Little", r.InFlight, float64(r.Requests.Offered)/c.Length.Seconds()*r.Latency.Mean/1e9, 0.01)
}

// watching makes a run publish metrics, and shows every step's observation to see (nil: nobody looks).
func watching(see func(policy.Observation), metrics ...string) func(*Config) {
	return func(c *Config) {
		inner, step := c.Scaler, c.Step
		c.Scaler = func() policy.Scaler { return &watcher{inner(), see, metrics, step} }
	}
}

type watcher struct {
	policy.Scaler
	see     func(policy.Observation)
	metrics []string
	step    time.Duration
}

func (w *watcher) Needs() (needs []policy.Need) {
	for _, m := range w.metrics {
		needs = append(needs, policy.Need{Metric: m, Samples: true, Lookback: 24 * time.Hour, High: math.NaN(), Low: math.NaN()})
	}
	return needs
}
func (w *watcher) Next(now time.Duration) time.Duration { return now + w.step }
func (w *watcher) Decide(o policy.Observation) policy.Decision {
	if w.see != nil {
		w.see(o)
	}
	return w.Scaler.Decide(o)
}

// differ is how two values differ, but for the settings and the samples of a result; "" if they do not.
func differ(a, b any) string {
	if r, ok := a.(*Result); ok {
		a, b = strip(r), strip(b.(*Result))
	}
	return cmp.Diff(a, b, cmpopts.EquateNaNs(), cmp.Comparer(func(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 }),
		cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 }))
}
