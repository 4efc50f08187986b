package report

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/sim"
	"headroom/traffic"
	"headroom/unit"
)

// queue is M/M/10 at 80 % load: its exact mean wait is 0.204590075398 s.
func queue(t *testing.T, length time.Duration, change func(*sim.Config)) *sim.Result {
	t.Helper()
	s := traffic.Settings{Arrivals: traffic.Pattern{Kind: "poisson"}, Curves: []traffic.Curve{{Constant: &traffic.Constant{Rate: unit.Rate(8)}}}}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	d, bad := s.Build(traffic.Calendar{Start: start}, -10*time.Minute, length)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	ten, all, price := 10, sim.Unlimited, unit.Price{Currency: "USD", Nano: 1e9}
	c := sim.Config{Start: start, Length: length, Step: time.Second, Settle: 10 * time.Minute, Source: chance.Source{Seed: 3}, Traffic: d,
		Service: sim.Service{Engine: "requests", Concurrency: 1, Time: chance.Distribution{Exponential: &chance.Exponential{Mean: time.Second}},
			Queue: sim.Queue{Shared: &all}, Retries: sim.Retries{Attempts: 1}},
		Fleet:     sim.Fleet{Price: &price, Start: &ten, Zones: 1, Billing: sim.Billing{Granularity: time.Second}, Drain: sim.Drain{Finish: true}},
		Metrics:   sim.Metrics{Period: time.Minute},
		Scaler:    func() policy.Scaler { return policy.Fixed{} },
		Quantiles: []float64{.5},
	}
	if change != nil {
		change(&c)
	}
	r, err := sim.Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBatchMeans(t *testing.T) {
	long := batchMeans(queue(t, 10*time.Hour, nil))
	if long == nil || long.Wait.Low > 0.204590075398 || long.Wait.High < 0.204590075398 || long.Wait.High-long.Wait.Low > 0.06 || long.Warning != "" {
		t.Errorf("ten hours: %+v, the exact mean wait is 0.2046", long)
	}
	if short := batchMeans(queue(t, time.Hour, nil)); short == nil || !strings.Contains(short.Warning, "too few") {
		t.Errorf("an hour: %+v must warn", short)
	}
	if b := batchMeans(queue(t, 10*time.Minute, nil)); b != nil {
		t.Errorf("ten minutes have no 20 batches: %+v", b)
	}
	moving := queue(t, time.Hour, func(c *sim.Config) {
		c.Fleet.Failures = []sim.Failure{{Instance: &sim.InstanceFailure{Count: 1, Begin: time.Minute}}}
	})
	if b := batchMeans(moving); b != nil {
		t.Errorf("a fleet with failures is not stationary: %+v", b)
	}
}

// 59 runs without a miss prove less than 5 %, 299 less than 1 %.
func TestProof(t *testing.T) {
	if got := proof(59, 1); got != "; 0 misses in 59 runs proves that less than 4.95% of runs miss" {
		t.Error(got)
	}
	if got := proof(59, 0.5); got != "" {
		t.Error(got)
	}
	if least := 1 - math.Pow(0.05, 1.0/299); least > 0.01 {
		t.Error(least)
	}
}
