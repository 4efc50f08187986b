package lint

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"headroom/scenarios"
)

// taught are the codes in scenarios of the library and in public cases, of the file itself ("") and of its variants: what they
// teach, where a lint describes it. None is in those that are right.
var taught = map[string]map[string]string{
	"promo-week":             {"step": "cooldown-below-lag"},
	"night-lull":             {"no-data": "no-data-no-scale-in"},
	"morning-rush":           {},
	"spike-vs-warmup":        {"": "spike-beats-reaction", "no-cooldown": "spike-beats-reaction", "fast-metric": "spike-beats-reaction", "lower-target": "spike-beats-reaction"},
	"cooldown-too-long":      {"": "cooldown-outlasts-rise"},
	"cooldown-too-short":     {"": "cooldown-below-lag"},
	"scale-in-too-early":     {"": "scale-in-between-spikes", "always-max": "min-equals-max"},
	"step-ladder":            {"": "cooldown-outlasts-rise"},
	"gpu-endpoint":           {"": "any-busy-metric", "lower-gpu-target": "any-busy-metric", "cpu": "target-never-reached"},
	"lost-zone":              {},
	"max-hit":                {"": "max-too-low", "higher-target": "max-too-low"},
	"match-day":              {},
	"async-queue":            {"": "asleep-at-zero", "lower-target": "asleep-at-zero"},
	"ecs-fast-metrics":       {},
	"private-network":        {},
	"predictive-week":        {},
	"scale-to-zero":          {"no-step-policy": "asleep-at-zero"},
	"serverless-or-endpoint": {},
	"spot-training":          {},
	"warm-pool":              {},
	"ready-too-early":        {},
	"container-caching":      {},
	"two-policies":           {"": "scale-in-disagrees", "memory-alone": "scale-in-never", "memory-60": "target-never-reached"},

	"g01-sm-delay":         {"": "per-minute-target", "no-cooldown": "per-minute-target"}, // 400 rps an instance, target 25
	"g02-two-policies":     {"": "scale-in-disagrees"},
	"g03-bounded-metric":   {"": "bounded-metric"},
	"g04-gpu-by-cpu":       {"": "target-never-reached"},
	"g05-dst-spring":       {"": "max-too-low"}, // the hour that UTC is late
	"g06-night-silence":    {"": "no-data-no-scale-in"},
	"g09-idle-gpus":        {},
	"g10-busy-is-not-size": {},
	"g11-slow-vendor":      {"": "retries-amplify", "backoff": "retries-amplify"},
	"g12-sqs-workers":      {},
}

// Each finding is what the table says, does not depend on the seed, and ends with its edit.
func TestLibrary(t *testing.T) {
	names := []string{}
	for _, e := range scenarios.Library() {
		names = append(names, e.Name)
	}
	cases, err := filepath.Glob("../testdata/cases/*.yaml")
	if err != nil || len(cases) < 10 {
		t.Fatal(err, cases)
	}
	for _, name := range append(names, cases...) {
		f, err := scenarios.Load(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		want, listed := taught[strings.TrimSuffix(filepath.Base(name), ".yaml")]
		if !listed && !strings.HasSuffix(name, ".yaml") {
			t.Errorf("%s is not listed", name)
		}
		for _, variant := range append([]string{""}, f.Variants()...) {
			g, err := f, error(nil)
			if variant != "" {
				g, err = f.With(scenarios.Variant(variant))
			}
			if err != nil {
				t.Fatal(err)
			}
			found := Check(g)
			if got := strings.Join(codes(found), " "); listed && got != want[variant] {
				t.Errorf("%s/%s: %q, want %q", name, variant, got, want[variant])
			}
			for _, each := range found {
				fixed(t, g, each)
			}
			full, err := g.Full()
			if err != nil {
				t.Fatal(err)
			}
			if out, err := scenarios.Parse("full.yaml", filepath.Dir(name), full, nil); err != nil {
				t.Fatal(err)
			} else if again := Check(out); !slices.Equal(again, found) {
				t.Errorf("%s/%s: shown in full it has %v, want %v", name, variant, again, found)
			}
			other, err := g.With(scenarios.Seed(77))
			if err != nil {
				t.Fatal(err)
			}
			if again := Check(other); !slices.Equal(again, found) {
				t.Errorf("%s/%s: another seed finds %v", name, variant, again)
			}
		}
	}
}
