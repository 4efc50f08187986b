package headroom_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"headroom/expect"
	"headroom/scenarios"
	"headroom/sim"
)

// From which rate on an endpoint of one instance is cheaper than environments for single requests, by the runs themselves: the
// library scenario says 1.97 requests a second around the clock. By hand: 0.115 USD an hour ÷ what a request costs, 4 GB ×
// 0.0000166667 USD × (its mean service, rounded up to a millisecond) + 0.0000002 USD.
func TestServerlessBreakEven(t *testing.T) {
	cost := func(rate float64, sets ...string) float64 {
		sets = append(sets, fmt.Sprintf("traffic.curves=[{constant: {rate: %grps}}]", rate), "service.engine=fluid", "traffic.arrivals=smooth")
		c := question(t, "serverless-or-endpoint", sets...).Config
		r, err := sim.Run(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		return expect.Money(expect.Cost, r)
	}
	endpoint := func(rate float64) float64 { return cost(rate, "scaling.fixed={instances: 1}") }
	serverless := func(rate float64) float64 {
		return cost(rate, "service.concurrency=1", "scaling.serverless={platform: lambda, memory: 4 GB, max-concurrency: 50, cold-start: 3s}")
	}
	low, high := 0.5, 5.0
	for range 12 {
		if rate := (low + high) / 2; serverless(rate) < endpoint(rate) {
			low = rate
		} else {
			high = rate
		}
	}
	mean := 0.2 * math.Exp(math.Pow(math.Log(4)/2.3263478740408408, 2)/2) // of a lognormal law by its median and its p99
	byHand := 0.115 / 3600 / (4*0.0000166667*(mean+0.0005) + 0.0000002)
	t.Logf("the same cost at %.3f rps, by hand %.3f", low, byHand)
	if math.Abs(low-1.97) > 0.03 || math.Abs(low/byHand-1) > 0.01 {
		t.Errorf("the same cost at %.3f rps, by hand %.3f; the scenario says 1.97", low, byHand)
	}
}

// G09, paid by use: the hundred requests a day that two GPUs cost 2030.40 for in 30 days cost 15 cents where only use is paid, at
// 0.00001 USD a request and 0.00008 USD a second of service; and both is the sum of both.
func TestG09PaidByUse(t *testing.T) {
	text := `version: 1
name: idle-gpus
clock: {start: 2026-04-01T00:00:00, length: 30d, step: 10s}
traffic: {arrivals: smooth, curves: [{constant: {rate: 100/day}}]}
service: {concurrency: 1, time: {constant: 500ms}, queue: 100, timeout: 60s}
fleet: {price: 1.41 USD/h, billing: {per-request: 0.00001 USD, per-busy-second: 0.00008 USD}}
scaling: {fixed: {instances: 2}}
`
	for price, want := range map[string]string{"1.41 USD/h": "2030.5500", "0 USD/h": "0.1500"} {
		for _, engine := range []string{"requests", "fluid"} {
			f, err := scenarios.Parse("idle-gpus", "", []byte(text), nil, scenarios.Set("fleet.price", price), scenarios.Engine(engine))
			if err != nil {
				t.Fatal(err)
			}
			r := lived(t, f)
			if got := r.Cost.Total.FloatString(4); r.Requests.Served != 3000 || got != want {
				t.Errorf("%s, %s: %d served cost %s, want 3000 for %s", price, engine, r.Requests.Served, got, want)
			}
			if got := r.Cost.By.Requests.FloatString(4) + " " + r.Cost.By.Compute.FloatString(4); got != "0.0300 0.1200" {
				t.Errorf("%s, %s: requests and service cost %s", price, engine, got)
			}
		}
	}
}

// Provisioned concurrency that tracks its utilisation at 0.5, AWS's example: ten requests a second of 200 ms keep two busy, so four
// are provisioned, on both engines.
func TestProvisionedTracksItsUtilisation(t *testing.T) {
	text := `version: 1
name: tracked
clock: {start: 2026-11-25T08:00:00, length: 2h}
traffic: {curves: [{constant: {rate: 10rps}}]}
service: {time: {exponential: {mean: 200ms}}}
scaling:
  serverless:
    memory: 2 GB
    max-concurrency: 50
    cold-start: 2s
    price: {provisioned: 0.00001 USD, provisioned-compute: 0.00001 USD}
    provisioned: {scaling: {min: 1, max: 10, policies: [{target-tracking: {name: half,
      metric: ServerlessProvisionedConcurrencyUtilization, target: 0.5, scale-out-cooldown: 1s, scale-in-cooldown: 1s}}]}}
`
	for _, engine := range []string{"requests", "fluid"} {
		f, err := scenarios.Parse("tracked", "", []byte(text), nil, scenarios.Engine(engine))
		if err != nil {
			t.Fatal(err)
		}
		r := lived(t, f)
		if r.Scaling.Out == 0 || r.Decisions[0].Policy != "half" {
			t.Errorf("%s: %+v, %+v", engine, r.Scaling, r.Decisions)
		}
		if last := r.Minutes[len(r.Minutes)-1].Desired; last < 3 || last > 4 {
			t.Errorf("%s: %d provisioned at the end, want 3 or 4", engine, last)
		}
	}
}
