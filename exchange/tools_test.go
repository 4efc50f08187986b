package exchange

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/policy/aws"

	"pgregory.net/rapid"
)

// tool is a program that checks what is written; the test is skipped where it is not installed.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: what it checks is checked by the other tests of this package only", name)
	}
	return path
}

// everything is settings with all that an export can hold, on one service.
func everything(t testing.TB, service string, without ...string) *aws.Settings {
	s := &aws.Settings{Service: service, Min: 1, Max: 12, Suspended: aws.Suspended{Schedules: true}}
	for i := range counterparts {
		m := &counterparts[i]
		if m.service != service || slices.Contains(without, m.metric) {
			continue
		}
		s.Policies = append(s.Policies, aws.Policy{TargetTracking: &aws.TargetTracking{Name: "track " + m.metric, Metric: m.metric, Target: aws.Level{Number: 50}}})
		if m.namespace == "" {
			continue
		}
		a := aws.Alarm{Metric: m.metric, Datapoints: aws.Datapoints{M: 2, N: 3}, Missing: "ignore", LowSamples: "evaluate", AtOrAbove: &aws.Level{Number: 60}, Period: new(m.every)}
		if latency(m.metric) {
			if err := a.Statistic.UnmarshalText([]byte("p99")); err != nil {
				t.Fatal(err)
			}
		}
		s.Policies = append(s.Policies, aws.Policy{Step: &aws.Step{Name: "steps on " + m.metric, Adjust: "percent", MinimumStep: new(2), Alarm: a,
			Steps: []aws.Adjustment{{From: &aws.Level{}, To: &aws.Level{Number: 20}, By: 10}, {From: &aws.Level{Number: 20}, By: 30}}}})
	}
	for _, when := range []string{"cron(0 8 ? * MON-FRI *)", "at(2026-11-27T07:00:00)", "rate(1 hour)"} {
		sch := aws.Schedule{Name: strings.Split(when, "(")[0], Min: new(2), Max: new(9)}
		var b builder
		if err := b.when(&sch, when); err != nil {
			t.Fatal(err)
		}
		s.Schedules = append(s.Schedules, sch)
	}
	return s
}

// newer are predefined metrics that cfn-lint 1.51 does not know yet.
var newer = []string{"ECSServiceAverageCPUUtilizationHighResolution", "ECSServiceAverageMemoryUtilizationHighResolution"}

// TestTemplatesPassCfnLint: CloudFormation's own rules find nothing in a template with all that an export can hold.
func TestTemplatesPassCfnLint(t *testing.T) {
	lint := tool(t, "cfn-lint")
	dir := t.TempDir()
	var names []string
	for _, kind := range scalables {
		tree, bad := scaled(everything(t, kind.service, newer...)).build("")
		if len(bad) > 0 {
			t.Fatalf("%s: %v", kind.service, bad)
		}
		text, err := tree.cloudFormation()
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, kind.service+".yaml")
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	name := filepath.Join(dir, "group.yaml")
	if err := os.WriteFile(name, groupTemplate(t), 0o644); err != nil {
		t.Fatal(err)
	}
	names = append(names, name)
	for scenario, variant := range map[string]string{"warm-pool": "stopped", "scale-to-zero": "", "async-queue": "wake"} {
		text, _, err := Export(library(t, scenario, variant), CloudFormation, "")
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, scenario+".yaml")
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	began := time.Now()
	if out, err := exec.Command(lint, append([]string{"--non-zero-exit-code", "informational", "--regions", "us-east-1", "--"}, names...)...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%d templates in %v", len(names), time.Since(began).Round(time.Second))
	// and it does find what is wrong
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(dir, "wrong.yaml")
	if err := os.WriteFile(wrong, bytes.Replace(text, []byte("MinCapacity"), []byte("LeastCapacity"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := exec.Command(lint, wrong).Run(); err == nil {
		t.Error("cfn-lint passes a template with a property that does not exist")
	}
}

// fullGroup is the group of the fixtures, with all that a group's export can hold.
func fullGroup(t testing.TB, created bool) *tree {
	t.Helper()
	got := imported(t, "", fixtures(t, "group.json", "group-policies.json")...)
	tree, bad := scaledGroup{scenario: "a group", group: got.Group, start: start, timing: timing}.build("", created)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	return tree
}

func groupTemplate(t testing.TB) []byte {
	text, err := fullGroup(t, true).cloudFormation()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTerraformIsFormatted: terraform fmt reads what is written, and would change nothing.
func TestTerraformIsFormatted(t *testing.T) {
	terraform := tool(t, "terraform")
	dir := t.TempDir()
	for _, kind := range scalables {
		for _, id := range []bool{false, true} {
			resource := ""
			if id {
				resource = placeholder.ReplaceAllString(kind.resource, "x")
			}
			tree, bad := scaled(everything(t, kind.service)).build(resource)
			if len(bad) > 0 {
				t.Fatal(bad)
			}
			name := kind.service + resource[:min(1, len(resource))] + ".tf"
			if err := os.WriteFile(filepath.Join(dir, name), tree.hcl(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "group.tf"), fullGroup(t, true).hcl(), 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(terraform, "fmt", "-check", "-diff", dir)
	c.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTemplatesSayOnlyWhatExists: the properties are those that CloudFormation documents, by type.
func TestTemplatesSayOnlyWhatExists(t *testing.T) {
	known := map[string]string{
		"AWS::ApplicationAutoScaling::ScalableTarget": "MaxCapacity MinCapacity ResourceId RoleARN ScalableDimension ServiceNamespace SuspendedState ScheduledActions",
		"AWS::ApplicationAutoScaling::ScalingPolicy":  "PolicyName PolicyType ScalingTargetId ResourceId ScalableDimension ServiceNamespace StepScalingPolicyConfiguration TargetTrackingScalingPolicyConfiguration",
		"AWS::CloudWatch::Alarm": "AlarmName MetricName Namespace Dimensions Statistic ExtendedStatistic Period EvaluationPeriods DatapointsToAlarm Threshold ComparisonOperator " +
			"TreatMissingData EvaluateLowSampleCountPercentile AlarmActions Metrics",
	}
	rapid.Check(t, func(r *rapid.T) {
		tree := exported(r, drawn(r))
		for _, res := range tree.resources {
			if res.is == anAction {
				continue
			}
			for _, p := range tree.stackProps(res) {
				if !strings.Contains(" "+known[stackTypes[res.is]]+" ", " "+p.key+" ") {
					r.Fatalf("%s has no property %s", stackTypes[res.is], p.key)
				}
			}
		}
	})
}
