package headroom_test

import (
	"context"
	"os"
	"testing"

	"headroom/sim"
)

// replay runs a scenario on real traffic; it skips where the traffic is not there.
func replay(t *testing.T, name, variant string, sets ...string) *sim.Result {
	t.Helper()
	if _, err := os.Stat("../shared/traces"); err != nil {
		t.Skip("real traffic is not here: ../shared/traces beside the repository")
	}
	r, err := sim.Run(context.Background(), config(t, "testdata/traces/"+name+".yaml", variant, sets...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func offered(t *testing.T, r *sim.Result, want, tolerance int64) {
	t.Helper()
	if d := r.Requests.Offered - want; d < -tolerance || d > tolerance {
		t.Errorf("offered %d, want %d ± %d", r.Requests.Offered, want, tolerance)
	}
}

// All 87 days, by the minute: the archive's published total.
func TestWorldCup(t *testing.T) {
	r := replay(t, "worldcup", "")
	offered(t, r, 1352804107, 2)
	if got := len(r.Minutes); got != 125310 {
		t.Errorf("%d minutes", got)
	}
	if f := float64(r.Requests.Failed) / float64(r.Requests.Offered); f > 0.01 {
		t.Errorf("%.2f%% failed", 100*f)
	}
}

// The busiest day of all, request by request: 75,207,657 of them.
func TestWorldCupBusiestDay(t *testing.T) {
	r := replay(t, "worldcup", "busy-day")
	offered(t, r, 75207657, 1)
	q := r.Requests
	if q.Offered != q.Served+q.Failed+q.WaitingAtEnd+q.InServiceAtEnd {
		t.Errorf("conservation: %+v", q)
	}
	if r.Scaling.Out < 10 || r.Scaling.In < 5 {
		t.Errorf("%d scale-outs, %d scale-ins", r.Scaling.Out, r.Scaling.In)
	}
}

func TestLoadBalancerTrace(t *testing.T) {
	offered(t, replay(t, "elb", ""), 24932700, 1)
	offered(t, replay(t, "elb", "", "service.engine=fluid"), 24932700, 1)
}

func TestAzureFunctionsTotal(t *testing.T) {
	offered(t, replay(t, "azure", ""), 11639447, 1)
}
