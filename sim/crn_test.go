package sim

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"headroom/chance"
	"headroom/traffic"
	"headroom/unit"
)

// met is the chance that a run met.
type met struct {
	arrivals []time.Duration
	services []time.Duration // of first tries, by request
	startUps map[int]time.Duration
	result   *Result
}

// heard is a law that tells what was drawn from it.
type heard struct {
	chance.Law
	tell func(*rand.Rand, time.Duration)
}

func (h heard) Draw(r *rand.Rand) time.Duration {
	d := h.Law.Draw(r)
	h.tell(r, d)
	return d
}

// listened tells the arrivals that were handed out.
type listened struct {
	traffic.Arrivals
	all *[]time.Duration
}

func (l listened) Next() time.Duration {
	t := l.Arrivals.Next()
	*l.all = append(*l.all, t)
	return t
}

// listen runs a world and says what chance it met.
func listen(t *testing.T, c Config) met {
	t.Helper()
	m := met{startUps: map[int]time.Duration{}}
	w := newWorld(context.Background(), &c)
	e := w.service.(*requests)
	m.arrivals = append(m.arrivals, time.Duration(e.nextArrival))
	e.arrivals = listened{e.arrivals, &m.arrivals}
	e.law = heard{e.law, func(r *rand.Rand, d time.Duration) {
		if r == e.service {
			m.services = append(m.services, d)
		}
	}}
	stage := func(law *chance.Law) {
		*law = heard{*law, func(_ *rand.Rand, d time.Duration) { m.startUps[w.fleet.launches-1] += d }}
	}
	stage(&w.fleet.provision)
	stage(&w.fleet.load)
	for now := -clock(c.Settle); now < clock(c.Length); now += clock(c.Step) {
		if now == 0 {
			w.report()
		}
		w.step(now, now+clock(c.Step))
	}
	m.result = w.result(clock(c.Length))
	return m
}

// busy is a world in which much happens.
func busy(change ...func(*Config)) Config {
	cv := 1.5
	law := func(mean time.Duration) chance.Distribution {
		return chance.Distribution{Gamma: &chance.Gamma{Mean: mean, CV: cv}}
	}
	c := small(poisson(20), 5*time.Minute, 0, instances(4), slots(2), plan(want{time.Minute, 8}, want{3 * time.Minute, 3}), timeout(2*time.Second), tries(3, 200*ms), func(c *Config) {
		c.Service.Time, c.Service.Retries.Jitter = law(400*ms), "full"
		c.Fleet.StartUp = StartUp{Provision: law(20 * time.Second), Load: law(10 * time.Second)}
		c.Fleet.Failures = []Failure{{Instance: &InstanceFailure{MeanTime: 2 * time.Minute}}}
	})
	for _, f := range change {
		f(&c)
	}
	return c
}

// A variant that changes the fleet, the policy, the retries or anything but the traffic meets the same arrivals to the
// nanosecond, the same services request by request, and the same start-up launch by launch.
func TestVariantsMeetTheSameChance(t *testing.T) {
	base := listen(t, busy())
	if q := base.result.Requests; q.Retries == 0 || q.FailedBy.InstanceLost == 0 || len(base.startUps) < 6 {
		t.Fatalf("a poor case: %+v, %d launches", q, len(base.startUps))
	}
	share := unit.Share(0.2)
	for what, change := range map[string]func(*Config){
		"a larger fleet": instances(9),
		"another policy": plan(want{30 * time.Second, 12}, want{4 * time.Minute, 1}),
		"no retries":     tries(1, 0),
		"more retries":   tries(9, time.Millisecond),
		"no timeout":     timeout(0),
		"a shared queue": sharedQueue(5),
		"random routing": balancedBy("random"),
		"more slots":     slots(9),
		"slow services": func(c *Config) {
			c.Service.Events = []ServiceEvent{{Slowdown: &Slowdown{Multiply: 5, Hold: time.Minute}}}
		},
		"no failures":        failing(),
		"refused launches":   failing(Failure{Launch: &LaunchFailure{Refused: &share}}),
		"zones":              func(c *Config) { c.Fleet.Zones = 3 },
		"a larger step":      func(c *Config) { c.Step = 10 * time.Second },
		"watched metrics":    watching(nil, MetricNames()...),
		"dropped when given": drop,
	} {
		m := listen(t, busy(change))
		if !slices.Equal(m.arrivals, base.arrivals) {
			t.Errorf("%s: other arrivals", what)
		}
		if !slices.Equal(m.services, base.services) {
			t.Errorf("%s: other services", what)
		}
		both := 0
		for n, d := range m.startUps {
			if was, ok := base.startUps[n]; ok {
				both++
				is(t, what+": start-up", d, was)
			}
		}
		if both < 3 && what != "no failures" {
			t.Errorf("%s: only %d launches are in both", what, both)
		}
	}
	// one stage of the start-up leaves the other's draws
	c := busy(func(c *Config) { c.Fleet.StartUp.Provision = constant(0) })
	load := c.Fleet.StartUp.Load.Law()
	for n, d := range listen(t, c).startUps {
		is(t, "load alone", d, load.Draw(c.Source.Stream("start-up", "load", uint64(n))))
	}
	// another law keeps its shape: twice the mean is twice every draw
	for k, d := range listen(t, busy(func(c *Config) { c.Service.Time.Gamma.Mean *= 2 })).services {
		near(t, "service twice as long", float64(d), 2*float64(base.services[k]), 2)
	}
	other := busy()
	other.Source.Run = 1
	if slices.Equal(listen(t, other).services, base.services) {
		t.Error("another run meets the same services")
	}
}

// Try k of a request has a chance of its own: whatever the others do, it takes the same time.
func TestEveryTryHasItsOwnChance(t *testing.T) {
	secondTries := func(arrivals ...time.Duration) (services []time.Duration) { // in the order in which they come
		c := small(at(arrivals...), time.Minute, 0, instances(0), slots(50), tries(2, 10*time.Second), plan(want{5 * time.Second, 1}))
		c.Service.Time = chance.Distribution{Exponential: &chance.Exponential{Mean: 10 * time.Second}}
		w := newWorld(t.Context(), &c)
		e := w.service.(*requests)
		e.law = heard{e.law, func(r *rand.Rand, d time.Duration) {
			if r != e.service {
				services = append(services, d)
			}
		}}
		for now := time.Duration(0); now < c.Length; now += c.Step {
			w.step(int64(now), int64(now+c.Step))
		}
		return services
	}
	s := time.Second
	both := secondTries(s, 2*s)
	if len(both) != 2 || both[0] == both[1] {
		t.Fatalf("second tries %v", both)
	}
	if got := secondTries(s, 2*s, 3*s, 4*s); !slices.Equal(got[:2], both) {
		t.Errorf("second tries %v with others after them, %v without", got[:2], both)
	}
	if got := secondTries(s, 7*s); got[0] != both[0] || len(got) != 1 { // the second is served at once
		t.Errorf("second tries %v, want %v", got, both[:1])
	}
}

// One Config, run on two cores at once, gives equal Results.
func TestTwoRunsAtOnce(t *testing.T) {
	c := busy(watching(nil, MetricNames()...))
	var r [2]*Result
	var wait sync.WaitGroup
	for k := range r {
		wait.Go(func() { r[k] = must(Run(context.Background(), c)) })
	}
	wait.Wait()
	if diff := differ(r[0], r[1]); diff != "" {
		t.Error(diff)
	}
	if diff := differ(r[0], run(t, c)); diff != "" {
		t.Error(diff)
	}
}

// A context ends a run within a fraction of a second, also within a step of millions of requests and where nothing happens.
func TestContextEndsARun(t *testing.T) {
	if _, err := Run(func() context.Context { c, stop := context.WithCancel(t.Context()); stop(); return c }(), busy(func(c *Config) { c.Length *= 100 })); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	for what, c := range map[string]Config{
		"a heavy step":                   small(poisson(2e6), time.Hour, 0, instances(10), func(c *Config) { c.Step = time.Minute }),
		"a storm of retries":             small(poisson(1e5), time.Hour, 0, instances(0), tries(100, 0), func(c *Config) { c.Step = time.Minute }),
		"a fleet that dies all the time": small(at(), time.Hour, 0, instances(10), replaceAfter(0), failing(Failure{Instance: &InstanceFailure{MeanTime: time.Nanosecond}})),
		"nothing at all":                 small(at(), 90*24*time.Hour, 0, func(c *Config) { c.Step = 10 * ms }),
	} {
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		begin := time.Now()
		_, err := Run(ctx, c)
		stop()
		if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || took > 500*time.Millisecond {
			t.Errorf("%s: error %v after %v", what, err, took)
		}
	}
}
