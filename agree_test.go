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

// The two engines on every library scenario: what a planner reads off both must be the same. docs/model.md states the bounds;
// a campaign of 20 runs holds them (HEADROOM_RUNS=20), two runs hold wider ones.
func TestEnginesAgree(t *testing.T) {
	n := runsToAgree()
	wide := 1 + 4/math.Sqrt(float64(n)) // of two runs the means still differ by chance
	if n >= 20 {
		wide = 1
	}
	for _, e := range services() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			mean := map[string]map[string]float64{}
			for _, engine := range []string{"requests", "fluid"} {
				q := question(t, e.Name, "service.engine="+engine)
				answers, err := whatif.Ask(context.Background(), sim.Run, []whatif.Question{q}, n, 1, nil)
				if err != nil {
					t.Fatal(err)
				}
				m := map[string]float64{"minutes": float64(len(answers[0].First.Minutes))}
				for _, s := range answers[0].Samples {
					for _, path := range []string{"requests.offered", "instances.hours", "cost.total"} {
						m[path] += s.Value(path) / float64(n)
					}
					for _, v := range s.Verdicts {
						m["missed"] += float64(v.Missed) / float64(n)
					}
				}
				mean[engine] = m
			}
			a, b := mean["requests"], mean["fluid"]
			t.Logf("hours %.2f and %.2f (%+.2f%%), cost %.2f and %.2f (%+.2f%%), missed %.1f and %.1f", a["instances.hours"], b["instances.hours"],
				100*(b["instances.hours"]/a["instances.hours"]-1), a["cost.total"], b["cost.total"], 100*(b["cost.total"]/a["cost.total"]-1), a["missed"], b["missed"])
			for _, path := range []string{"instances.hours", "cost.total"} {
				bound := 0.005
				if e.Name == "cooldown-too-short" { // a policy that never comes to rest makes small differences large
					bound = 0.015
				}
				if d := math.Abs(b[path]/a[path] - 1); d > bound*wide {
					t.Errorf("%s: requests %v, fluid %v: %.2f%% apart", path, a[path], b[path], 100*d)
				}
			}
			if d := math.Abs(a["missed"] - b["missed"]); d > (0.01*a["minutes"]+0.5*max(a["missed"], b["missed"]))*wide {
				t.Errorf("minutes missed: requests %v, fluid %v", a["missed"], b["missed"])
			}
			sd := math.Sqrt(8 * a["requests.offered"] / float64(n)) // dispersion at most 4, of each engine its own draw
			if d := math.Abs(a["requests.offered"] - b["requests.offered"]); d > 4*sd+0.0005*a["requests.offered"] {
				t.Errorf("offered: requests %v, fluid %v", a["requests.offered"], b["requests.offered"])
			}
		})
	}
}
