package sim

import (
	"context"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/chance"
	"headroom/policy"
)

// environmentsAnyhow is a serverless world of any kind, on any traffic, with provisioned environments that come and go.
func environmentsAnyhow(t *rapid.T) Config {
	c := anyWorld(t)
	d := onDemandOf(rapid.IntRange(1, 12).Draw(t, "max-concurrency"), time.Duration(rapid.IntRange(0, 60).Draw(t, "idle"))*time.Second,
		choose(t, "cold start", constant(0), constant(2*time.Second), chance.Distribution{Exponential: &chance.Exponential{Mean: time.Second}}))
	d.Provision = constant(time.Duration(rapid.IntRange(0, 20).Draw(t, "provision")) * time.Second)
	d.Fees.Compute, d.Fees.Warm, d.Fees.Provisioned = big.NewRat(7, 3), big.NewRat(5, 3), big.NewRat(1, 3)
	d.Fees.Request, d.Fees.Data = big.NewRat(1, 7), big.NewRat(1, 11)
	d.Fees.ColdStart = choose(t, "cold starts", true, false)
	c.Service.Concurrency, c.Service.Engine = 1, "requests"
	c.Platform.OnDemand = d
	c.Fleet = ProvisionedFleet(d, rapid.IntRange(0, d.MaxConcurrency).Draw(t, "provisioned"))
	plan := make([]want, rapid.IntRange(0, 6).Draw(t, "orders"))
	for i := range plan {
		at := time.Duration(rapid.IntRange(-60, 300).Draw(t, "when")) * time.Second
		plan[i] = want{at / c.Step * c.Step, rapid.IntRange(0, d.MaxConcurrency).Draw(t, "capacity")}
	}
	slices.SortFunc(plan, func(a, b want) int { return int(a.at - b.at) })
	c.Scaler = func() policy.Scaler { return &script{plan} }
	return c
}

// What holds in every serverless world, whatever its settings.
func TestEnvironmentLaws(t *testing.T) {
	holdOnAll(t, func(t *rapid.T) {
		c := environmentsAnyhow(t)
		w := newWorld(context.Background(), &c)
		e := w.service.(*onDemand)
		for now := -clock(c.Settle); now < clock(c.Length); now += clock(c.Step) {
			if now == 0 {
				w.report()
			}
			w.step(now, now+clock(c.Step))
			states := map[stage]int{}
			for k := range e.envs {
				states[e.envs[k].state]++
			}
			switch {
			case e.taken > c.Platform.OnDemand.MaxConcurrency:
				t.Fatalf("%d requests at once", e.taken)
			case int64(e.taken) != e.running.n, states[working] != int(e.busy.n+e.draining.n):
				t.Fatalf("%d taken, %d running, %v, %d busy, %d draining", e.taken, e.running.n, states, e.busy.n, e.draining.n)
			case int(w.fleet.inService.n) != states[resting]+states[working]-int(w.fleet.inDraining.n):
				t.Fatalf("%d in service, %v", w.fleet.inService.n, states)
			case int(w.fleet.inStarting.n) != states[waking]+len(w.fleet.starting):
				t.Fatalf("%d starting, %v", w.fleet.inStarting.n, states)
			}
		}
		r := w.result(clock(c.Length))
		q := r.Requests
		if q.Offered+q.CarriedIn != q.Served+q.Failed+q.WaitingAtEnd+q.InServiceAtEnd {
			t.Fatalf("conservation: %+v", q)
		}
		if f := q.FailedBy; f.Timeout+f.InstanceLost+f.Throttled != q.Failed || f.Rejected+f.NoCapacity != 0 {
			t.Fatalf("failed_by: %+v", q)
		}
		attempts := q.Offered + q.Retries
		if q.Invoked+q.Throttled != attempts || q.Cold > q.Invoked {
			t.Fatalf("%d attempts: %+v", attempts, q)
		}
		b := r.Cost.By
		if want := new(big.Rat).Mul(big.NewRat(1, 7), new(big.Rat).SetInt64(q.Invoked)); b.Requests.Cmp(want) != 0 {
			t.Fatalf("requests cost %v, want %v", b.Requests, want)
		}
		total := new(big.Rat)
		for _, part := range []*big.Rat{b.Compute, b.Requests, b.Data, b.Provisioned} {
			total.Add(total, part)
		}
		if total.Cmp(r.Cost.Total) != 0 {
			t.Fatalf("the parts are %v, the total %v", total, r.Cost.Total)
		}
		// Compute costs what slots were busy, and cold starts if they are charged, rounded up by a millisecond each at most.
		busy := r.Utilization * (r.Hours.Serving + r.Hours.Draining) * 3600
		if busy != busy {
			busy = 0
		}
		compute, _ := b.Compute.Float64()
		low, high := busy*5/3, (busy+r.Hours.Starting*3600+float64(q.Invoked+q.CarriedIn)*0.001)*7/3
		if compute < low-1e-6 || compute > high+1e-6 {
			t.Fatalf("compute costs %v, not %v to %v", compute, low, high)
		}
	})
}
