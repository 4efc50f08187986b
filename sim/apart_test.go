package sim

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/chance"
)

// servedOne is what became of a served request.
type servedOne struct {
	number            uint64
	born, began, done clock
}

// livedAs lives a world whose instances live apart, or together by the world's one list of events, and notes every served
// request; metrics are watched at every step.
func livedAs(t interface{ Fatal(...any) }, c Config, together bool) (*Result, []servedOne) {
	watching(nil, "ModelLatency", "CPUUtilization", "ConcurrentRequestsPerModel", "ApproximateBacklogSize")(&c)
	w := newWorld(context.Background(), &c)
	e := w.service.(*requests)
	if !e.apart {
		t.Fatal("does not live apart")
	}
	if together {
		e.apart, e.crowd.unseen = false, false
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

// agreeApart fails unless a world is the same whether its instances live apart or together, request by request.
func agreeApart(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, c Config) {
	r, all := livedAs(t, c, false)
	s, others := livedAs(t, c, true)
	if !slices.Equal(all, others) {
		t.Fatalf("%d requests apart, %d together, or at other instants", len(all), len(others))
	}
	if a, b := fmt.Sprintf("%+v", strip(r)), fmt.Sprintf("%+v", strip(s)); a != b {
		t.Fatalf("apart:\n%s\ntogether:\n%s", a, b)
	}
	for _, q := range []float64{.01, .5, .9, .99, 1} {
		if r.Latency.Samples.Quantile(q) != s.Latency.Samples.Quantile(q) || r.Wait.Samples.Quantile(q) != s.Wait.Samples.Quantile(q) {
			t.Fatalf("other latencies at %v", q)
		}
	}
}

func TestApartIsTogether(t *testing.T) {
	holdOnAll(t, func(t *rapid.T) {
		c := anyWorld(t)
		c.Service.Queue = Queue{Own: choose(t, "own", Unlimited, 0, 1, 10)}
		c.Service.Balancer = choose(t, "blind", "random", "round-robin")
		agreeApart(t, c)
	})
}

// A fleet under load, with all that can happen to a request.
func TestApartInAFleet(t *testing.T) {
	for _, balancer := range []string{"random", "round-robin"} {
		c := small(poisson(400), 10*time.Minute, 0, instances(30), slots(4), own(10), timeout(2*time.Second), tries(3, 200*time.Millisecond),
			balancedBy(balancer), settled(time.Minute), startUp(45*time.Second), plan(want{time.Minute, 40}, want{3 * time.Minute, 22}, want{5 * time.Minute, 45}),
			failing(losing(3, 100*time.Second), Failure{Instance: &InstanceFailure{MeanTime: 10 * time.Minute}}))
		mean, cv := 250*time.Millisecond, 1.0
		c.Service.Time = chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}
		agreeApart(t, c)
	}
}

// Services that end just when minutes do.
func TestApartOnTheEdge(t *testing.T) {
	for _, balancer := range []string{"random", "round-robin"} {
		agreeApart(t, small(every(500*time.Millisecond, 600), 3*time.Minute, time.Second, instances(2), slots(2), balancedBy(balancer),
			plan(want{time.Minute, 3}, want{2 * time.Minute, 1})))
	}
}
