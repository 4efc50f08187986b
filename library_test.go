package headroom_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"headroom/expect"
	"headroom/job"
	"headroom/scenarios"
	"headroom/sim"
)

// intended are the verdicts that the library's scenarios are there to show: one letter for each expectation, h held, m missed,
// of the file itself ("") and of each of its variants.
var intended = map[string]map[string]string{
	"promo-week":         {"": "mmh", "schedule": "mmh", "step": "mmh", "min-10": "hhm", "floor": "hhh"},
	"night-lull":         {"": "hh", "no-data": "hm", "min-3": "hm", "long-cooldown": "hh"},
	"morning-rush":       {"": "mm", "schedule": "hh", "no-cooldown": "mm", "lower-target": "hm"},
	"spike-vs-warmup":    {"": "mm", "no-cooldown": "mm", "fast-metric": "mm", "lower-target": "mm", "min-6": "hh"},
	"cooldown-too-long":  {"": "mm", "cooldown-60s": "hh", "bigger-step": "hh"},
	"cooldown-too-short": {"": "mh", "cooldown-5m": "hh", "tracking": "hh"},
	"scale-in-too-early": {"": "mh", "never-in": "hh", "later": "hh", "always-max": "hm"},
	"step-ladder":        {"": "mm", "by-size": "hh", "percent": "hm"},
	"gpu-endpoint":       {"": "hm", "concurrency": "hh", "lower-gpu-target": "hm", "cpu": "mh"},
	"lost-zone":          {"": "mm", "spare": "hh", "one-more": "hh", "faster-start": "mh"},
	"max-hit":            {"": "mm", "max-20": "hh", "higher-target": "mm"},
	"private-network": {"": "mm", "cloudwatch-endpoint": "hh", "nat-gateway": "hh", "built-in-metric": "hh", "exam-notes": "mm", "no-s3": "mm",
		"few-addresses": "mm"},
	"match-day":   {"": "mh", "lower-target": "hh", "schedule": "hh"},
	"async-queue": {"": "mhm", "wake": "hhm", "wake-gradual": "hhh", "wake-and-schedule": "hhh", "min-1": "hhm", "min-3": "hhm", "lower-target": "hhm"},
	"container-caching": {"": "mmh", "cached": "hmh", "fast-metric": "mmh", "both": "hhh",
		"min-8": "hhm"},
	"spot-training": {"": "hhh", "on-demand": "hhm", "no-checkpoint": "mmm", "every-minute": "hmh", "every-hour": "hmh", "every-4h": "mmm",
		"four-instances": "hhh"},
	"predictive-week": {"": "mmh", "predictive": "hhh", "forecast-only": "mmh", "alone": "hhm", "schedule": "hhh"},
	"warm-pool":       {"": "mmh", "stopped": "hhh", "reuse": "hhh", "running": "hhm", "min-8": "hhm"},
	"serverless-or-endpoint": {"": "hm", "serverless": "mh", "sagemaker": "mh", "provisioned-1": "mm", "provisioned-3": "hm",
		"busy": "hh", "busy-serverless": "hh"},
	"two-policies":     {"": "hm", "cpu-alone": "hh", "memory-alone": "hm", "memory-only-out": "hh", "memory-60": "hm"},
	"ecs-fast-metrics": {"": "mm", "fast": "hh", "fast-but-late": "mm", "soon-but-slow": "mm", "min-9": "hh"},
	"ready-too-early": {"": "mm", "honest": "hh", "nearly-honest": "hh", "round-robin": "mh", "retries": "mm", "round-robin-and-retries": "hh",
		"tracking": "mh", "slow": "hm"},
	"scale-to-zero": {"": "mh", "no-step-policy": "mh", "before-the-day": "hh", "one-copy-always": "hm"},
}

// services are the library's scenarios about a service under traffic.
func services() []scenarios.Entry {
	return slices.DeleteFunc(scenarios.Library(), func(e scenarios.Entry) bool { return e.Job })
}

// judgedJob are the verdicts of a library scenario about a job as letters, over the runs that the command makes.
func judgedJob(t *testing.T, name string, edits ...scenarios.Edit) string {
	t.Helper()
	f, err := scenarios.Load(name, scenarios.OS, edits...)
	if err != nil {
		t.Fatal(err)
	}
	a, err := job.Ask(context.Background(), f.Job, 1000, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return letters(expect.JudgeJob(f.Scenario.Expect, a))
}

// letters are h for held and m for missed.
func letters(verdicts []expect.Verdict) string {
	var b strings.Builder
	for _, v := range verdicts {
		b.WriteByte("mh"[map[bool]int{true: 1}[v.Held]])
	}
	return b.String()
}

// judged are the verdicts of a library scenario as letters.
func judged(t *testing.T, name string, edits ...scenarios.Edit) (string, *sim.Result) {
	t.Helper()
	f, err := scenarios.Load(name, scenarios.OS, edits...)
	if err != nil {
		t.Fatal(err)
	}
	r := lived(t, f)
	return letters(expect.Judge(f.Scenario.Expect, r)), r
}

func TestLibraryVerdicts(t *testing.T) {
	if len(scenarios.Library()) != len(intended) {
		t.Errorf("the library has %d scenarios, %d are intended", len(scenarios.Library()), len(intended))
	}
	for _, e := range scenarios.Library() {
		f, err := scenarios.Load(e.Name, scenarios.OS)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(f.Variants()) + 1; n != len(intended[e.Name]) {
			t.Errorf("%s: %d variants with the file itself, %d intended", e.Name, n, len(intended[e.Name]))
		}
		if f.Scenario.Ask == "" || f.Scenario.Because == "" || len(f.Scenario.Expect) == 0 {
			t.Errorf("%s: ask, because and expect must be there", e.Name)
		}
		for _, v := range append([]string{""}, f.Variants()...) {
			t.Run(e.Name+"/"+v, func(t *testing.T) {
				t.Parallel()
				var edits []scenarios.Edit
				if v != "" {
					edits = append(edits, scenarios.Variant(v))
				}
				judge := func(t *testing.T, name string, edits ...scenarios.Edit) string {
					got, _ := judged(t, name, edits...)
					return got
				}
				if e.Job {
					judge = judgedJob
				}
				if got := judge(t, e.Name, edits...); got != intended[e.Name][v] {
					t.Errorf("verdicts %s, intended %s", got, intended[e.Name][v])
				}
			})
		}
	}
}
