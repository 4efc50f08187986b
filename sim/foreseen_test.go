package sim

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/chance"
	"headroom/policy"
	"headroom/traffic"
)

// servedOne is what became of a served request.
type servedOne struct {
	number            uint64
	born, began, done clock
}

// publishing is a scaler that has metrics published and goes its own ways.
type publishing struct {
	policy.Scaler
	needs []policy.Need
}

func (p publishing) Needs() []policy.Need { return p.needs }

// seldom lets a run publish the same metrics as watching does, with nobody who looks at every step.
func seldom(c *Config, metrics ...string) {
	inner, w := c.Scaler, &watcher{metrics: metrics}
	c.Scaler = func() policy.Scaler { return publishing{inner(), w.Needs()} }
}

// livedAs lives a world whose attempts are foreseen, or all by the world's list of events, and notes every served request.
func livedAs(t interface{ Fatal(...any) }, c Config, byEvents bool) (*Result, []servedOne) {
	w := newWorld(context.Background(), &c)
	e := w.service.(*requests)
	if !e.foreseen {
		t.Fatal("not foreseen")
	}
	if byEvents {
		e.foreseen, e.crowd.unseen = false, false
		for _, i := range e.crowd.order {
			e.crowd.put(i.place, i.held)
		}
	}
	var all []servedOne
	e.witness = func(number uint64, born, began, done clock) { all = append(all, servedOne{number, born, began, done}) }
	for now := -clock(c.Settle); now < clock(c.Length); now += clock(c.Step) {
		if now == 0 {
			w.report()
		}
		w.step(now, now+clock(c.Step))
	}
	r := w.result(clock(c.Length))
	slices.SortFunc(all, func(a, b servedOne) int { return int(a.number) - int(b.number) })
	return r, all
}

// foreseenIsLived fails unless a world is the same whether its attempts are foreseen or lived by events, request by request.
func foreseenIsLived(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, c Config) {
	r, all := livedAs(t, c, false)
	s, others := livedAs(t, c, true)
	if !slices.Equal(all, others) {
		t.Fatalf("%d requests foreseen, %d lived, or at other instants", len(all), len(others))
	}
	if a, b := fmt.Sprintf("%+v", strip(r)), fmt.Sprintf("%+v", strip(s)); a != b {
		t.Fatalf("foreseen:\n%s\nlived:\n%s", a, b)
	}
	for _, q := range []float64{.01, .5, .9, .99, 1} {
		if r.Latency.Samples.Quantile(q) != s.Latency.Samples.Quantile(q) || r.Wait.Samples.Quantile(q) != s.Wait.Samples.Quantile(q) {
			t.Fatalf("other latencies at %v", q)
		}
	}
}

// anyPlatform does what a platform may do with instances by itself.
func anyPlatform(t *rapid.T) (p policy.Platform) {
	p.OnlyEmpty = choose(t, "only empty", false, false, true)
	p.WarmUp = choose(t, "warm-up", 0, 15*time.Second)
	p.Removal, p.Rebalance = choose(t, "removal", "", policy.Oldest, policy.Newest), choose(t, "rebalance", false, true)
	if choose(t, "pool", false, false, true) {
		p.Pool = &policy.Pool{MinSize: 2, Reuse: true, StartUp: constant(5 * time.Second)}
	}
	if choose(t, "hooks", false, false, true) {
		p.Hooks.Terminate = &policy.Hook{Time: constant(3 * time.Second), Timeout: 10 * time.Second}
	}
	return p
}

// Random worlds with all that the engine knows; somebody looks at every step, or only when a metric's period ends, or nobody but for
// the minutes.
func TestForeseenIsLived(t *testing.T) {
	holdOnAll(t, func(t *rapid.T) {
		c := anyWorld(t)
		c.Fleet.StartUp.Ready = nil
		c.Service.Queue = Queue{Own: choose(t, "own", Unlimited, 0, 1, 10)}
		c.Service.Balancer = choose(t, "blind", "random", "round-robin")
		c.Service.Concurrency = choose(t, "more slots", c.Service.Concurrency, c.Service.Concurrency, 20)
		metrics := []string{"ModelLatency", "CPUUtilization", "ConcurrentRequestsPerModel", "ApproximateBacklogSize", "GPUUtilization", "ApproximateAgeOfOldestRequest"}
		c.Service.Uses.GPU = Use{Any: true}
		c.Platform = anyPlatform(t)
		switch choose(t, "looks", "always", "by period", "never") {
		case "always":
			watching(nil, metrics...)(&c)
		case "by period":
			seldom(&c, metrics...)
		}
		foreseenIsLived(t, c)
	})
}

// A fleet under load, with all that can happen to a request.
func TestForeseenInAFleet(t *testing.T) {
	for _, balancer := range []string{"random", "round-robin"} {
		for _, n := range []int{4, 100} {
			c := small(poisson(float64(100*n)), 2*time.Minute, 0, instances(30), slots(n), own(10), timeout(2*time.Second),
				tries(3, 200*time.Millisecond), balancedBy(balancer), settled(time.Minute), startUp(20*time.Second),
				plan(want{0, 40}, want{40 * time.Second, 22}, want{80 * time.Second, 45}),
				failing(losing(3, 15*time.Second), Failure{Instance: &InstanceFailure{MeanTime: 10 * time.Minute}}))
			mean, cv := 250*time.Millisecond, 1.0
			c.Service.Time = chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}
			seldom(&c, "ModelLatency", "ConcurrentRequestsPerModel")
			foreseenIsLived(t, c)
		}
	}
}

// A queue without bound in an overload that only ever grows.
func TestForeseenBacklog(t *testing.T) {
	c := small(poisson(60), 10*time.Minute, 100*time.Millisecond, instances(3), balancedBy("random"), plan(want{7 * time.Minute, 2}))
	seldom(&c, "ApproximateBacklogSize", "ConcurrentRequestsPerModel")
	foreseenIsLived(t, c)
}

// Services that end just when minutes do.
func TestForeseenOnTheEdge(t *testing.T) {
	for _, balancer := range []string{"random", "round-robin"} {
		c := small(every(500*time.Millisecond, 600), 3*time.Minute, time.Second, instances(2), slots(2), balancedBy(balancer),
			plan(want{time.Minute, 3}, want{2 * time.Minute, 1}))
		seldom(&c, "ModelLatency", "ConcurrentRequestsPerModel")
		foreseenIsLived(t, c)
	}
}

// Services that end just when their clients give up, and clients that give up just when a slot is free.
func TestForeseenAtTheDeadline(t *testing.T) {
	for _, change := range []func(*Config){timeout(time.Second), patience(time.Second)} {
		for _, abandoned := range []string{"finish", "drop"} {
			c := small(every(500*time.Millisecond, 60), time.Minute, time.Second, change, balancedBy("random"), tries(2, 500*time.Millisecond))
			c.Service.Abandoned = abandoned
			foreseenIsLived(t, c)
		}
	}
}

// stairs goes on to the next capacity as soon as it hears that the last one is reached.
type stairs struct{ wants []int }

func (*stairs) Needs() []policy.Need                           { return nil }
func (s *stairs) Begin(_ time.Duration, n int) policy.Decision { return policy.Decision{Want: n} }
func (*stairs) Next(time.Duration) time.Duration               { return traffic.Forever }
func (s *stairs) Decide(o policy.Observation) policy.Decision {
	d := policy.Decision{Want: o.Fleet.Desired}
	if len(s.wants) > 0 {
		d.Want, s.wants = s.wants[0], s.wants[1:]
	}
	return d
}

// A scaler that is asked because an instance has drained.
func TestForeseenAfterADrain(t *testing.T) {
	c := small(poisson(10), 3*time.Minute, 1500*time.Millisecond, instances(20), balancedBy("random"))
	c.Scaler = func() policy.Scaler { return &stairs{[]int{18, 15, 16, 12, 3, 10}} }
	foreseenIsLived(t, c)
}

// The instants at which slots are free are those of a sorted list, however many slots there are.
func TestFrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		free := make(frees, rapid.SampledFrom([]int{1, 2, 4, 16, 17, 18, 100}).Draw(t, "slots"))
		sorted := make([]clock, len(free))
		for range 300 {
			at := sorted[0] + rapid.Int64Range(0, 1000).Draw(t, "more")
			free.replace(at)
			sorted[0] = at
			slices.Sort(sorted)
			if free[0] != sorted[0] {
				t.Fatalf("the first slot is free at %d, want %d", free[0], sorted[0])
			}
		}
		slices.Sort(free)
		if !slices.Equal(free, sorted) {
			t.Fatalf("slots are free at %v, want %v", free, sorted)
		}
	})
}
