package headroom_test

import (
	"context"
	"math"
	"os"
	"strconv"
	"testing"

	"headroom/sim"
	"headroom/whatif"
)

// runsToAgree is over how many runs the engines are compared: HEADROOM_RUNS, or 2. With 2 the bounds are wider by chance.
func runsToAgree() int {
	if n, err := strconv.Atoi(os.Getenv("HEADROOM_RUNS")); err == nil && n > 1 {
		return n
	}
	return 2
}

// account is what a planner reads off runs: means, and the standard error of the mean instance-hours, relative to it.
type account struct {
	hours, cost, missed, offered, minutes float64
	error                                 float64
}

// accountOf asks a library scenario n times on an engine.
func accountOf(t *testing.T, name, engine string, n int) account {
	t.Helper()
	answers, err := whatif.Ask(context.Background(), sim.Run, []whatif.Question{question(t, name, "service.engine="+engine)}, n, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, squares := account{minutes: float64(len(answers[0].First.Minutes))}, 0.0
	for _, s := range answers[0].Samples {
		hours := s.Value("instances.hours")
		a.hours += hours / float64(n)
		squares += hours * hours / float64(n)
		a.cost += s.Value("cost.total") / float64(n)
		a.offered += s.Value("requests.offered") / float64(n)
		for _, v := range s.Verdicts {
			a.missed += float64(v.Missed) / float64(n)
		}
	}
	a.error = math.Sqrt(max(0, squares-a.hours*a.hours)/float64(n-1)) / a.hours
	return a
}

// The two engines on every library scenario: what a planner reads off both must be the same. docs/model.md states the bounds;
// a campaign of 20 runs holds them (HEADROOM_RUNS=20), two runs hold wider ones. A fleet that never comes to rest differs from run
// to run by more than the bound: there are as many runs as it takes to know the difference (its standard error, not its size).
func TestEnginesAgree(t *testing.T) {
	least := runsToAgree()
	wide, known := 1+4/math.Sqrt(float64(least)), 0.0075
	if least >= 20 {
		wide, known = 1, 0.0015
	}
	for _, e := range services() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			n := least
			a, b := accountOf(t, e.Name, "requests", n), accountOf(t, e.Name, "fluid", n)
			for off := math.Hypot(a.error, b.error) / known; off > 1 && n < 1000; off = math.Hypot(a.error, b.error) / known {
				n = int(float64(n) * min(8, max(1.5, 1.1*off*off)))
				a, b = accountOf(t, e.Name, "requests", n), accountOf(t, e.Name, "fluid", n)
			}
			t.Logf("%d runs: hours %.2f and %.2f (%+.2f ± %.2f%%), cost %.2f and %.2f (%+.2f%%), missed %.1f and %.1f of %.0f", n, a.hours, b.hours, 100*(b.hours/a.hours-1),
				100*math.Hypot(a.error, b.error), a.cost, b.cost, 100*(b.cost/a.cost-1), a.missed, b.missed, a.minutes)
			bound := 0.005 * wide
			if least < 20 { // few runs of a fleet of one to three differ by more
				bound = max(bound, 4*math.Hypot(a.error, b.error))
			}
			if d := math.Abs(b.hours/a.hours - 1); d > bound {
				t.Errorf("instance-hours: requests %v, fluid %v: %.2f%% apart", a.hours, b.hours, 100*d)
			}
			if d := math.Abs(b.cost/a.cost - 1); d > bound {
				t.Errorf("cost: requests %v, fluid %v: %.2f%% apart", a.cost, b.cost, 100*d)
			}
			share := 0.1
			if question(t, e.Name).Config.Traffic.Volume(question(t, e.Name).Config.Source, 0, 1).Dispersion() > 1 {
				share = 0.5 // bursts below a second are not seen: the result says so
			}
			if d := math.Abs(a.missed - b.missed); d > (0.01*a.minutes+share*max(a.missed, b.missed))*wide {
				t.Errorf("minutes missed: requests %v, fluid %v", a.missed, b.missed)
			}
			sd := math.Sqrt(8 * a.offered / float64(n)) // dispersion at most 4, of each engine its own draw
			if d := math.Abs(a.offered - b.offered); d > 4*sd+0.0005*a.offered {
				t.Errorf("offered: requests %v, fluid %v", a.offered, b.offered)
			}
		})
	}
}
