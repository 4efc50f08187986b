package expect

import (
	"math"
	"testing"
	"time"

	"headroom/job"
	"headroom/unit"
)

// threeRuns are of 2 h, 4 h and one that is stopped after 9 h, at 3 USD/h instead of 10 on demand, where they take 2 h.
func threeRuns() *job.Answer {
	hours := func(h time.Duration, finished bool) job.Outcome {
		return job.Outcome{Finished: finished, End: h * time.Hour, Running: h * time.Hour, Billed: h * time.Hour, Interruptions: int(h) - 2}
	}
	deadline, work := 4*time.Hour, 2*time.Hour
	s := &job.Settings{Work: &work, Instances: 1, Parallel: 1, On: "spot", Price: &unit.Price{Currency: "USD", Nano: 10e9}, Spot: &job.Spot{Price: &unit.Price{Currency: "USD", Nano: 3e9}},
		Deadline: &deadline}
	return &job.Answer{Settings: s, Runs: []job.Outcome{hours(4, true), hours(2, true), hours(9, false)},
		OnDemand: []job.Outcome{hours(2, true), hours(2, true), hours(2, true)}}
}

// Verdicts that can be worked out by hand.
func TestJudgeJob(t *testing.T) {
	for _, c := range []struct {
		ask, value string
		held       bool
		measured   float64
	}{
		{"finish p50 <= 4h", "4h0m0s", true, 4 * 3600},
		{"finish p66.6 < 4h", "4h0m0s", false, 4 * 3600},
		{"finish p90 < 100d", "never, in some runs", false, math.NaN()},
		{"finish mean < 100d", "never, in some runs", false, math.NaN()},
		{"finish max > 5h", "never, in some runs", true, math.NaN()},
		{"cost < 16", "15.00 USD", true, 15},
		{"cost mean <= 14.99 USD", "15.00 USD", false, 15},
		{"cost p99 < 27.01", "27.00 USD", true, 27},
		{"interruptions mean <= 3", "3", true, 3},
		{"interruptions p50 < 2", "2", false, 2},
		{"deadline >= 66%", "66.67%", true, 2. / 3},
		{"finished > 66.67%", "66.667%", false, 2. / 3},
		{"savings > 25%", "25%", false, 0.25},
	} {
		a, err := Parse(c.ask)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.ForJob("USD", true); err != nil {
			t.Errorf("%s: %v", c.ask, err)
		}
		v := JudgeJob([]Ask{a}, threeRuns())[0]
		same := math.Abs(v.Measured-c.measured) < 1e-9 || math.IsNaN(v.Measured) && math.IsNaN(c.measured)
		if v.Held != c.held || v.Value != c.value || !same {
			t.Errorf("%s: held %v, %q, %v", c.ask, v.Held, v.Value, v.Measured)
		}
	}
}

// What only the other kind of question knows is refused, of both.
func TestKindsOfMeasures(t *testing.T) {
	for _, c := range []struct {
		ask              string
		ofService, ofJob bool
	}{
		{"cost < 5", true, true}, {"cost mean < 5", false, true}, {"finish p90 < 5h", false, true}, {"deadline > 5%", false, true}, {"p99 < 1s", true, false},
		{"cost per month < 5", true, false}, {"failed < 1%", true, false}, {"savings > 5%", false, true}, {"instances max < 5", true, false},
		{"finish p90 < 5h in 99% of minutes", false, false}, {"cost mean < 5 EUR", false, false},
	} {
		a, err := Parse(c.ask)
		if err != nil {
			t.Errorf("%s: %v", c.ask, err)
			continue
		}
		if err := a.In("USD", "requests"); (err == nil) != c.ofService {
			t.Errorf("%s of a service: %v", c.ask, err)
		}
		if err := a.ForJob("USD", true); (err == nil) != c.ofJob {
			t.Errorf("%s of a job: %v", c.ask, err)
		}
	}
	a, _ := Parse("deadline > 5%")
	if a.ForJob("USD", false) == nil {
		t.Error("a deadline is asked for where there is none")
	}
	for _, bad := range []string{"finish < 5h", "finish p90 < 5", "deadline p90 < 5%", "cost p0 < 5", "interruptions < 5"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
