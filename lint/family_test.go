package lint

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"headroom/scenarios"
)

// The same rules read the settings of other families: a group's warm-up is what a cooldown is, a simple policy one step. Families
// of which nothing is known here are only asked about their service.
func TestFamilies(t *testing.T) {
	_, base, _ := read(t)
	// 40 rps keep 7.2 environments busy
	const serverless = "service.concurrency: 1\nservice.queue: 0\nscaling: {serverless: {memory: 2 GB, cold-start: 2s, max-concurrency: "
	const group = "scaling: {ec2-asg: {min: 1, max: 12, policies: ["
	for _, c := range []struct{ name, scaling, want string }{
		{"a group", group + "{target-tracking: {metric: CPUUtilization, target: 60}}]}}", ""},
		{"a step whose warm-up is over before it is seen",
			group + "{step: {alarm: {metric: CPUUtilization, above: 80}, adjust: change, steps: [{from: 0, by: 2}], warm-up: 60s}}, {target-tracking: {metric: CPUUtilization, target: 60}}]}}", "cooldown-below-lag"},
		{"the same with five minutes",
			group + "{step: {alarm: {metric: CPUUtilization, above: 80}, adjust: change, steps: [{from: 0, by: 2}], warm-up: 5m}}, {target-tracking: {metric: CPUUtilization, target: 60}}]}}", ""},
		{"a simple policy and a long lock-out",
			"traffic.curves.0.business-hours.busy: 160rps\n" + group + "{simple: {name: one, alarm: {metric: CPUUtilization, above: 60}, adjust: change, by: 1, cooldown: 15m}}]}}", "cooldown-outlasts-rise"},
		{"the same with a jump",
			"traffic.curves.0.business-hours.busy: 160rps\n" + group + "{simple: {alarm: {metric: CPUUtilization, above: 60}, adjust: change, by: 7, cooldown: 15m}}]}}", ""},
		{"a target that is never reached", "service.uses.cpu: 30%\n" + group + "{target-tracking: {metric: CPUUtilization, target: 60}}]}}", "target-never-reached"},
		{"too small a group", "traffic.curves.0.business-hours.busy: 300rps\n" + group + "{target-tracking: {metric: CPUUtilization, target: 60}}]}}", "max-too-low"},
		{"a group in units of which an instance counts six", "scaling: {ec2-asg: {weight: 6, min: 6, max: 72, policies: [{target-tracking: {metric: CPUUtilization, target: 60}}]}}", ""},
		{"as many units as instances", "traffic.curves.0.business-hours.busy: 120rps\nscaling: {ec2-asg: {weight: 6, min: 1, max: 12, policies: [{target-tracking: {metric: CPUUtilization, target: 60}}]}}", "max-too-low"},
		{"hours in UTC", group + "{target-tracking: {metric: CPUUtilization, target: 60}}], schedules: [{name: open, cron: 45 7 * * *, min: 3}, {name: close, cron: 0 18 * * *, min: 1}]}}", "schedule-in-utc"},
		{"hours in their zone", group + "{target-tracking: {metric: CPUUtilization, target: 60}}], schedules: [{cron: 45 7 * * *, zone: Europe/Berlin, min: 3}, {cron: 0 18 * * *, zone: Europe/Berlin, min: 1}]}}", ""},
		{"a schedule that sets the capacity needs no policy", group + "], schedules: [{cron: 45 7 * * *, zone: Europe/Berlin, min: 3}, {cron: 0 18 * * *, zone: Europe/Berlin, min: 1, desired: 1}]}}", ""},
		{"a target value", "scaling: {target: {metric: InvocationsPerInstance, target: 800, min: 1, max: 12}}", ""},
		{"a target value with too few", "scaling: {target: {metric: InvocationsPerInstance, target: 800, min: 1, max: 1}}", "max-too-low"},
		{"an asynchronous endpoint below its peak", "traffic.curves.0.business-hours.busy: 90rps\nservice.timeout: none\nservice.queue: {shared: unlimited}\nscaling: {async: {min: 1, max: 3, policies: [{target-tracking: {metric: ApproximateBacklogSizePerInstance, target: 5}}]}}", ""},
		{"one on the age of the oldest", "service.timeout: none\nservice.queue: {shared: unlimited}\nscaling: {async: {min: 1, max: 3, policies: [{target-tracking: {metric: ApproximateAgeOfOldestRequest, target: 5}}]}}", "metric-ignores-capacity"},
		{"requests per target have no points at night", evening + "\nscaling: {aws: {service: ecs-service, min: 1, max: 12, policies: [{target-tracking: {metric: RequestCountPerTarget, target: 800}}]}}", "no-data-no-scale-in"},
		{"copies of a model", "scaling: {aws: {service: sagemaker-inference-component, min: 1, max: 12, policies: [{target-tracking: {metric: InvocationsPerCopy, target: 3000}}]}}", "target-above-capacity"},
		{"provisioned concurrency at a ratio that it cannot have", "service.concurrency: 1\nservice.queue: 0\nscaling: {aws: {service: lambda-provisioned-concurrency, min: 1, max: 50, policies: [{target-tracking: {metric: LambdaProvisionedConcurrencyUtilization, target: 70}}]}}", "target-never-reached"},
		{"a function with enough concurrency", serverless + "8}}", ""},
		{"a function with too little", serverless + "7}}", "max-too-low"},
		{"spare slots", "scaling: {spare: {slots: 4, min: 1, max: 12}}", ""},
		{"spare slots with too few", "scaling: {spare: {slots: 4, min: 1, max: 1}}", "max-too-low"},
	} {
		f := changed(t, base, c.scaling)
		found := Check(f)
		if got := strings.Join(codes(found), " "); got != c.want {
			t.Errorf("%s: %q, want %q: %v", c.name, got, c.want, found)
		}
		for _, each := range found {
			fixed(t, f, each)
		}
	}

	f := changed(t, base, "service.timeout: 500ms\nservice.retries: {attempts: 9}")
	s := newScene(f)
	s.view, s.limits = view{}, nil
	s.limit(nil)
	var got []string
	for _, r := range Rules() {
		got = append(got, codes(coded(r, s))...)
	}
	if !slices.Equal(got, []string{"timeout-below-p99"}) {
		t.Errorf("a family without a view: %v", got)
	}
}

// coded are a rule's findings with its code.
func coded(r Rule, s *scene) []Finding {
	found := r.check(s)
	for i := range found {
		found[i].Code = r.Code
	}
	return found
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{number(0), "0"}, {number(1200), "1200"}, {number(27.456), "27.5"}, {number(0.066666), "0.0667"}, {number(4), "4"}, {number(-2.5), "-2.5"},
		{span(35700e9), "9h55m"}, {span(250e9), "4m10s"}, {span(500e6), "500ms"}, {span(0), "0s"}, {span(183600e9), "2d3h"},
		{percent(0.5), "50 %"}, {count(1, "slot"), "1 slot"}, {count(3, "slot"), "3 slots"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	for v, want := range map[float64]float64{670: 670, 671: 680, 0.123: 0.13, 10: 10, 99.5: 100, 0: 0} {
		if got := round2(v); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("%v up to two digits: %v, want %v", v, got, want)
		}
	}
}

// A job has no traffic and nothing that scales: only what it accepts is looked at.
func TestJob(t *testing.T) {
	text := "version: 1\nname: training\njob: {work: 10h, instances: 1, type: ml.g5.xlarge}\naccept: [max-too-low, nothing]\n"
	f, err := scenarios.Parse("job.yaml", "", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	if found := Check(f); len(found) != 1 || found[0].Code != unknownCode {
		t.Error(found)
	}
}

// Whatever a scenario may say, the rules say something of it or nothing, and every edit is one that it can take.
func TestGoodFiles(t *testing.T) {
	files, err := filepath.Glob("../scenarios/testdata/good/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatal(err, files)
	}
	for _, name := range files {
		f, err := scenarios.Load(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range Check(f) {
			if found.Text == "" || strings.Contains(found.Text, "NaN") || strings.Contains(found.Text, "Inf") || strings.Contains(found.Text, "%!") {
				t.Errorf("%s: %+v", name, found)
			}
			if !f.Given(found.Path) {
				if _, line, _ := f.Place(found.Path); line == 0 {
					t.Errorf("%s: %s has no place", name, found.Path)
				}
			}
			if found.Fix != "" {
				fixed(t, f, found)
			}
		}
	}
}

// A fix of a group's limit is in the units of its settings: six times the instances that the same group without a weight is told.
func TestFixInUnits(t *testing.T) {
	_, base, _ := read(t)
	fix := func(weight, most string) int {
		f := changed(t, base, "traffic.curves.0.business-hours.busy: 300rps\nscaling: {ec2-asg: {weight: "+weight+", min: "+weight+", max: "+most+", policies: [{target-tracking: {metric: CPUUtilization, target: 60}}]}}")
		for _, found := range Check(f) {
			if found.Code == "max-too-low" {
				n, err := strconv.Atoi(strings.TrimPrefix(found.Fix, "scaling.ec2-asg.max="))
				if err != nil {
					t.Fatalf("%q", found.Fix)
				}
				return n
			}
		}
		t.Fatal("nothing is found")
		return 0
	}
	if one, six := fix("1", "12"), fix("6", "72"); one <= 12 || six != 6*one {
		t.Errorf("max %d, and %d units; want 6 times as many", one, six)
	}
}
