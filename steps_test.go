package headroom_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"headroom/sim"
)

// steps are control steps from a tenth of a second to ten: divisors of every period in the library.
var steps = []string{"100ms", "1s", "10s"}

// log is the decision log in one line per entry, without its words.
func log(r *sim.Result) (lines []string) {
	for _, d := range r.Decisions {
		lines = append(lines, fmt.Sprint(d.At, d.Until, d.From, d.To, d.Wish, d.HasWish, d.HeldBy, d.Policy, d.Complete.Round(time.Millisecond)))
	}
	return lines
}

// stepped runs the first ten hours of a library scenario with a step.
func stepped(t *testing.T, name, step string, sets ...string) *sim.Result {
	t.Helper()
	sets = append(sets, "clock.step="+step)
	if length := question(t, name).Config.Length; length > 10*60*minute {
		sets = append(sets, "clock.length=10h")
	}
	r, err := sim.Run(context.Background(), question(t, name, sets...).Config)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The requests engine does not know the step: no decision moves, no request is served at another time. With smooth arrivals
// no decision of the fluid engine moves either.
func TestStepsDoNotMoveDecisions(t *testing.T) {
	for _, e := range services() {
		for _, sets := range [][]string{{"service.engine=requests"}, {"service.engine=fluid", "traffic.arrivals=smooth"}} {
			t.Run(e.Name+"/"+sets[0], func(t *testing.T) {
				t.Parallel()
				first := stepped(t, e.Name, steps[0], sets...)
				for _, step := range steps[1:] {
					r := stepped(t, e.Name, step, sets...)
					if a, b := fmt.Sprint(log(first)), fmt.Sprint(log(r)); a != b {
						t.Errorf("step %s decides otherwise than %s:\n%s\n%s", step, steps[0], a, b)
					}
					if sets[0] == "service.engine=requests" && r.Requests != first.Requests {
						t.Errorf("step %s: %+v, step %s: %+v", step, r.Requests, steps[0], first.Requests)
					}
				}
			})
		}
	}
}

// What may move in the fluid engine with its step, as docs/model.md states: instance-hours by 0.5 % and the mean latency by 2 %.
func TestStepsMoveTheFluidLittle(t *testing.T) {
	for _, e := range services() {
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			hours := func(r *sim.Result) float64 { return r.Hours.Starting + r.Hours.Serving + r.Hours.Draining }
			one := stepped(t, e.Name, "1s", "service.engine=fluid", "traffic.arrivals=smooth")
			for _, step := range steps {
				r := stepped(t, e.Name, step, "service.engine=fluid", "traffic.arrivals=smooth")
				if math.Abs(hours(r)-hours(one)) > 0.005*hours(one) || math.Abs(r.Latency.Mean-one.Latency.Mean) > 0.02*one.Latency.Mean {
					t.Errorf("step %s: %v hours, mean latency %v; step 1s: %v, %v", step, hours(r), r.Latency.Mean, hours(one), one.Latency.Mean)
				}
			}
		})
	}
}
