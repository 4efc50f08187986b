package headroom_test

import (
	"math"
	"testing"
	"time"

	"headroom/sim"
)

func TestG08Staircase(t *testing.T) {
	for _, engine := range []string{"fluid", "requests"} {
		steps := func(variant string) (to []int) {
			up := changes(ask(t, "g08-staircase", variant, "service.engine="+engine))
			for i, d := range up {
				if d.To < d.From {
					break
				}
				if to = append(to, d.To); i > 0 && d.At-up[i-1].At != 2*minute {
					t.Errorf("%s %s: decisions at %v and %v", engine, variant, up[i-1].At, d.At)
				}
			}
			return to
		}
		equal := func(variant string, want ...int) {
			t.Helper()
			got := steps(variant)
			if len(got) != len(want) {
				t.Fatalf("%s %s: %v, want %v", engine, variant, got, want)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("%s %s: %v, want %v", engine, variant, got, want)
				}
			}
		}
		equal("", 13, 15, 17)
		equal("cooldown", 13)
		equal("short", 13)
	}
}

func TestG14SpareSeats(t *testing.T) {
	// In growth somebody waits in a node start if the two minutes bring as many as the spare seats: Poisson's tail.
	for _, c := range []struct {
		spare string
		n     int
	}{{"10", 10}, {"20", 20}, {"25", 25}, {"30", 30}} {
		r := ask(t, "g14-spare-seats", "growth", "scaling.spare.slots="+c.spare)
		starts, waits := 0, 0
		for _, d := range changes(r) {
			if d.At > r.Config.Length-5*minute || d.To-d.From > 1 {
				continue
			}
			starts++
			if failedWithin(r, d.At, d.At+2*minute) {
				waits++
			}
		}
		p := atLeast(c.n, 20+10.0/120) // the look is up to a second late
		if sd := math.Sqrt(float64(starts) * p * (1 - p)); math.Abs(float64(waits)-float64(starts)*p) > 4*sd+1 || starts < 250 {
			t.Errorf("%s spare: somebody waits in %d of %d node starts, exactly %.3f of them", c.spare, waits, starts, p)
		}
	}
	none, many := ask(t, "g14-spare-seats", "none"), ask(t, "g14-spare-seats", "many")
	about(t, "nodes for 500 spare seats", many.ServingMean-none.ServingMean, 10, 1)
	if none.Wait.Max > 2*minute+time.Second || none.Wait.Max == 0 {
		t.Errorf("the longest wait is %v", none.Wait.Max)
	}
	alone := ask(t, "g14-spare-seats", "growth-none")
	waited := 1 - alone.Wait.Samples.Share(0)
	between(t, "mean wait of those who wait", time.Duration(alone.Wait.Mean/waited), 40*time.Second, 80*time.Second)
	if r := ask(t, "g14-spare-seats", ""); r.Requests.Failed != 0 || r.Scaling.In == 0 {
		t.Errorf("%d failed, %d scale-ins", r.Requests.Failed, r.Scaling.In)
	}
}

// failedWithin tells whether a request failed in a minute that ends in (from, to + a minute).
func failedWithin(r *sim.Result, from, to time.Duration) bool {
	for _, m := range r.Minutes {
		if m.At+minute > from && m.At < to && m.Failed > 0 {
			return true
		}
	}
	return false
}

// atLeast is the chance that a Poisson count is n or more.
func atLeast(n int, mean float64) float64 {
	p, term := 1.0, math.Exp(-mean)
	for k := range n {
		p -= term
		term *= mean / float64(k+1)
	}
	return p
}
