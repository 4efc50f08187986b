package lint

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"headroom/policy"
	"headroom/scenarios"
	"headroom/sim"
)

// What a finding says of an example of the page comes out when it is run, and no more after its edit. Static findings (bands,
// units) and hazards (retries) are held by the tables of near_test.go.
var truths = map[string]struct {
	what          string
	before, after func(*sim.Result) bool
}{
	"max-too-low":             {"requests fail at the maximum", failing, serving},
	"min-equals-max":          {"nothing ever changes", still, moving},
	"unreachable-target":      {"two at night, one after", at(4*time.Hour, 2), at(4*time.Hour, 1)},
	"scale-in-never":          {"no scale-in all day", noIn, someIn},
	"scale-in-disagrees":      {"no scale-in all day", noIn, someIn},
	"step-in-beside-tracking": {"one adds what the other takes", changes(12, 9999), changes(0, 8)},
	"bounded-metric":          {"a ladder from noon on", outs(12*time.Hour, 13*time.Hour, 4, 99), outs(12*time.Hour, 13*time.Hour, 1, 3)},
	"no-data-no-scale-in":     {"three stay all evening", at(23*time.Hour, 3), at(23*time.Hour, 1)},
	"cooldown-outlasts-rise":  {"requests fail while it climbs", failing, serving},
	"per-minute-target":       {"all that are allowed, by day", at(12*time.Hour, 12), at(12*time.Hour, 4)},
	"cpu-per-core":            {"all that are allowed, by day", at(12*time.Hour, 12), at(12*time.Hour, 3)},
	"schedule-in-utc":         {"one at opening time, three after", at(7*time.Hour+55*time.Minute, 1), at(7*time.Hour+55*time.Minute, 3)},
	"schedule-conflict":       {"two at opening time, three after", at(7*time.Hour+55*time.Minute, 1), at(7*time.Hour+55*time.Minute, 3)},
	"schedule-never-shrinks":  {"three stay all night", at(23*time.Hour, 3), at(23*time.Hour, 1)},
	"spike-beats-reaction":    {"requests fail in the spike", failing, serving},
	"scale-in-between-spikes": {"it shrinks between spikes", changes(40, 9999), changes(0, 12)},
	"hook-never-answers":      {"one all day", at(12*time.Hour, 1), at(12*time.Hour, 3)},
	"no-history":              {"no forecast acts", never("Forecast"), some("Forecast")},
	"timeout-below-p99":       {"2 % fail", failedAbove(0.02), failedBelow(0.005)},
}

func failedShare(r *sim.Result) float64 {
	return float64(r.Requests.Failed) / float64(r.Requests.Failed+r.Requests.Served)
}
func failedAbove(share float64) func(*sim.Result) bool {
	return func(r *sim.Result) bool { return failedShare(r) > share }
}
func failedBelow(share float64) func(*sim.Result) bool {
	return func(r *sim.Result) bool { return failedShare(r) < share }
}
func failing(r *sim.Result) bool { return failedShare(r) > 0.002 }
func serving(r *sim.Result) bool { return failedShare(r) < 0.001 }
func still(r *sim.Result) bool   { return r.Scaling.Out+r.Scaling.In == 0 }
func moving(r *sim.Result) bool  { return r.Scaling.Out > 0 && r.Scaling.In > 0 }
func noIn(r *sim.Result) bool    { return r.Scaling.In == 0 && r.Scaling.Out > 0 }
func someIn(r *sim.Result) bool  { return r.Scaling.In > 0 }

// at holds that so many are in service at a time.
func at(t time.Duration, n int) func(*sim.Result) bool {
	return func(r *sim.Result) bool { return r.Minutes[t/time.Minute].Serving == n }
}

// changes holds that capacity changed so often.
func changes(least, most int) func(*sim.Result) bool {
	return func(r *sim.Result) bool {
		n := r.Scaling.Out + r.Scaling.In
		return n >= least && n <= most
	}
}

// outs holds that there were so many scale-outs in a time.
func outs(from, to time.Duration, least, most int) func(*sim.Result) bool {
	return func(r *sim.Result) bool {
		n := 0
		for _, d := range r.Decisions {
			if d.To > d.From && d.At >= from && d.At < to {
				n++
			}
		}
		return n >= least && n <= most
	}
}

// some holds that a reason was given for a decision, never that it was not.
func some(code policy.Code) func(*sim.Result) bool {
	return func(r *sim.Result) bool {
		return slices.ContainsFunc(r.Decisions, func(d sim.Decision) bool {
			return slices.ContainsFunc(d.Why, func(y policy.Reason) bool { return y.Code == code })
		})
	}
}
func never(code policy.Code) func(*sim.Result) bool {
	return func(r *sim.Result) bool { return !some(code)(r) }
}

func run(t *testing.T, f *scenarios.File) *sim.Result {
	t.Helper()
	f, err := f.With(scenarios.Engine("fluid"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.Config()
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func said(r *sim.Result) string {
	text := fmt.Sprintf("failed %.4f, %d out, %d in; in service by the hour", failedShare(r), r.Scaling.Out, r.Scaling.In)
	for h := range 24 {
		text += fmt.Sprintf(" %d", r.Minutes[h*60+55].Serving)
	}
	return text
}

func TestTruth(t *testing.T) {
	_, base, all := read(t)
	tried := 0
	for _, s := range all {
		truth, ok := truths[s.code]
		if !ok {
			continue
		}
		tried++
		f := changed(t, base, s.example)
		if r := run(t, f); !truth.before(r) {
			t.Errorf("%s: not so: %s: %s", s.code, truth.what, said(r))
		}
		for _, found := range Check(f) {
			if found.Code != s.code {
				continue
			}
			set, err := scenarios.ParseSet(found.Fix)
			if err != nil {
				t.Fatal(err)
			}
			g, err := f.With(set)
			if err != nil {
				t.Fatal(err)
			}
			f = g // all edits of this code
		}
		if r := run(t, f); !truth.after(r) {
			t.Errorf("%s: still so after its edit: %s: %s", s.code, truth.what, said(r))
		}
	}
	if tried != len(truths) {
		t.Errorf("%d of %d tried", tried, len(truths))
	}
}
