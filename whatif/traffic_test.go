package whatif

import (
	"strings"
	"testing"
	"time"

	"headroom/report"
	"headroom/traffic"
)

// offers makes the traffic of a question constant.
func offers(t *testing.T, q *Question, rate float64) {
	t.Helper()
	constant := traffic.Constant{}
	if err := constant.Rate.UnmarshalText([]byte(report.Count(rate) + "rps")); err != nil {
		t.Fatal(err)
	}
	demand, ps := (&traffic.Settings{Curves: []traffic.Curve{{Constant: &constant}}}).Build(traffic.Calendar{Start: q.Config.Start}, 0, q.Config.Length)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	q.Config.Traffic = demand
}

// A variant with other traffic is never the cheapest answer, and is marked; one of another engine, whose draws differ, is no such.
func TestOtherTraffic(t *testing.T) {
	base, same, busy, fluid := question(t, "a", "base", 2), question(t, "a", "same", 2), question(t, "a", "busy", 1), question(t, "a", "fluid", 2)
	for q, rate := range map[*Question]float64{&base: 10, &same: 10, &busy: 300, &fluid: 10} {
		q.Config.Step = time.Second
		offers(t, q, rate)
	}
	fluid.Config.Service.Engine = "fluid"
	names := []string{"base", "same", "busy", "fluid"}
	answers, err := Ask(t.Context(), fake, []Question{base, same, busy, fluid}, 3, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := Compare(names, answers)
	for i, want := range []bool{false, false, true, false} {
		if c.Variants[i].OtherTraffic != want {
			t.Errorf("%s: other traffic %v, want %v", names[i], c.Variants[i].OtherTraffic, want)
		}
	}
	if got := sentence(c); !strings.HasPrefix(got, "3 of 3 hold") || strings.Contains(got, "busy") {
		t.Error(got)
	}
	if got := overview(c); !strings.Contains(got, "busy * ") || !strings.Contains(got, "*: other traffic than base") {
		t.Error(got)
	}

	answers[1].Samples[1] = answers[2].Samples[1] // what chance made of the same mean rate
	if !otherTraffic(answers[0], answers[1]) {
		t.Error("a run with other requests is not noticed")
	}
}
