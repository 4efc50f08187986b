package exchange

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/policy/aws"
	"headroom/scenarios"

	"github.com/google/go-cmp/cmp"
)

func fixtures(t testing.TB, names ...string) (out []Source) {
	t.Helper()
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Source{Name: name, Text: text})
	}
	return out
}

func imported(t testing.TB, target string, sources ...Source) *Imported {
	t.Helper()
	got, err := Import(sources, target)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// good holds that a scenario made of the import passes check as it stands, and gives back the settings that were read.
func good(t testing.TB, got *Imported) *scenarios.File {
	t.Helper()
	text, err := got.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	file, err := scenarios.Parse("imported.yaml", "", text, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	have, _ := endpoint(&file.Scaling)
	if diff := cmp.Diff(canonical(t, got.Settings), canonical(t, have)); diff != "" {
		t.Errorf("the scenario says something else than was read:\n%s", diff)
	}
	return file
}

// canonical is settings as text, with every default filled in: latencies in µs, local times as they are.
func canonical(t testing.TB, s *aws.Settings) string {
	t.Helper()
	c := *s
	c.Policies = append([]aws.Policy(nil), s.Policies...)
	for i, p := range c.Policies {
		if p.TargetTracking != nil {
			t := *p.TargetTracking
			c.Policies[i].TargetTracking = &t
		} else {
			s := *p.Step
			c.Policies[i].Step = &s
		}
	}
	c.Fill(timing)
	n, err := scenarios.Tree(c)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := encodeBlock(&b, n); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func whys(notes []Note) (out []string) {
	for _, n := range notes {
		out = append(out, n.String())
	}
	return out
}

// TestImportOfTheCLI: targets, policies, their real alarms and scheduled actions, in four files and in any order.
func TestImportOfTheCLI(t *testing.T) {
	names := []string{"targets.json", "policies.json", "alarms.json", "actions.json"}
	for range names {
		names = append(names[1:], names[0])
		got := imported(t, "", fixtures(t, names...)...)
		if len(got.Notes) > 0 {
			t.Errorf("%v: not understood: %v", names, whys(got.Notes))
		}
		s := got.Settings
		if s.Service != aws.Endpoint || s.Min != 2 || s.Max != 10 || len(s.Policies) != 2 || len(s.Schedules) != 2 {
			t.Fatalf("%v: %s", names, canonical(t, s))
		}
		track, step := s.Policies[0].TargetTracking, s.Policies[1].Step
		if track.Name != "invocations" || track.Metric != "InvocationsPerInstance" || track.Target.Value() != 70 || *track.ScaleInCooldown != 10*time.Minute {
			t.Errorf("%v: %+v", names, track)
		}
		if track.Alarm.Out != (aws.Datapoints{M: 2, N: 2}) || *track.Alarm.In != (aws.Datapoints{M: 15, N: 15}) || track.Alarm.Low != 0.9 {
			t.Errorf("%v: the form of the alarms in the account is 2 of 2, 15 of 15 and 90%%, got %+v", names, track.Alarm)
		}
		if step.Alarm.Above.Value() != 500_000 || step.Alarm.Statistic.String() != "p90" || step.Alarm.Datapoints != (aws.Datapoints{M: 2, N: 3}) ||
			step.Alarm.Missing != "ignore" || step.Alarm.LowSamples != "ignore" || *step.MinimumStep != 2 || *step.Cooldown != time.Minute || step.Steps[1].From.Value() != 200_000 {
			t.Errorf("%v: %+v", names, step)
		}
		if len(got.Others) != 1 || !strings.Contains(got.Others[0].Why, "too-many-errors") {
			t.Errorf("%v: left aside: %v", names, got.Others)
		}
		good(t, got)
	}
}

// TestImportOfATemplate: parameters, mappings and references to resources are resolved in the template.
func TestImportOfATemplate(t *testing.T) {
	got := imported(t, "", fixtures(t, "endpoint.yaml")...)
	if len(got.Notes) > 0 {
		t.Errorf("not understood: %v", whys(got.Notes))
	}
	s := got.Settings
	if got.Target != "endpoint/my-endpoint/variant/MyVariant" || s.Min != 2 || s.Max != 10 || len(s.Policies) != 2 || len(s.Schedules) != 1 {
		t.Fatalf("%s: %s", got.Target, canonical(t, s))
	}
	track, step := s.Policies[0].TargetTracking, s.Policies[1].Step
	if track.Target.Value() != 75 || *track.ScaleInCooldown != 600*time.Second || *track.ScaleOutCooldown != 30*time.Second {
		t.Errorf("%+v", track)
	}
	if step.Alarm.AtOrAbove.Value() != 280 || step.Steps[0].By != 1 || step.Steps[1].By != 2 {
		t.Errorf("%+v", step)
	}
	if got.fleet.kind != "ml.g5.xlarge" || got.fleet.count != 3 || got.fleet.balancer != "random" {
		t.Errorf("%+v", got.fleet)
	}
	file := good(t, got)
	if file.Fleet.Type != "ml.g5.xlarge" || *file.Fleet.Start != 3 || file.Service.Balancer != "random" {
		t.Errorf("%+v %s", file.Fleet, file.Service.Balancer)
	}
}

// TestEveryService: what is exported of each service comes back, and becomes a scenario that passes check as it stands.
func TestEveryService(t *testing.T) {
	for _, kind := range scalables {
		s := everything(t, kind.service)
		tree, bad := scaled(s).build(placeholder.ReplaceAllString(kind.resource, "x"))
		if len(bad) > 0 {
			t.Fatalf("%s: %v", kind.service, bad)
		}
		got := imported(t, "", inputs(tree)...)
		if got.Settings.Service != kind.service || len(got.Notes) > 0 || len(got.Settings.Policies) != len(s.Policies) {
			t.Errorf("%s: %s, not understood: %v", kind.service, canonical(t, got.Settings), whys(got.Notes))
		}
		good(t, got)
	}
}

// TestImportOfAPlan: of a plan, whose ARNs are not known yet, the configuration says what refers to what, in modules too.
func TestImportOfAPlan(t *testing.T) {
	got := imported(t, "", fixtures(t, "plan.json")...)
	if len(got.Notes) > 0 {
		t.Errorf("not understood: %v", whys(got.Notes))
	}
	s := got.Settings
	if s.Min != 2 || s.Max != 10 || len(s.Policies) != 1 || len(s.Schedules) != 1 || *s.Schedules[0].Min != 4 {
		t.Fatal(canonical(t, s))
	}
	step := s.Policies[0].Step
	if step.Name != "out" || step.Alarm.Metric != "GPUUtilization" || step.Alarm.AtOrAbove.Value() != 70 || step.Alarm.Datapoints != (aws.Datapoints{M: 2, N: 3}) ||
		len(step.Steps) != 2 || step.Steps[1].To != nil || *step.Assume.StepMetricForCalc != "max" {
		t.Error(canonical(t, s))
	}
	if len(got.Others) != 1 || got.Others[0].Why != "aws_s3_bucket: aws_s3_bucket.models" {
		t.Errorf("left aside: %v", got.Others)
	}
	good(t, got)
}

// TestNothingIsDroppedInSilence: a key that no reader knows is listed with its path, in whatever object it is put.
func TestNothingIsDroppedInSilence(t *testing.T) {
	cli := []string{"targets.json", "policies.json", "alarms.json", "actions.json"}
	for _, names := range [][]string{cli, {"tracking.json"}, {"plan.json"}, {"group.json", "group-policies.json"}} {
		for _, name := range names {
			var doc any
			if err := json.Unmarshal(fixtures(t, name)[0].Text, &doc); err != nil {
				t.Fatal(err)
			}
			objects := 0
			everyObject(doc, "$", func(path string, o map[string]any) {
				objects++
				o["Novelty"] = 7
				text, err := json.Marshal(doc)
				delete(o, "Novelty")
				if err != nil {
					t.Fatal(err)
				}
				sources := []Source{{Name: name, Text: text}}
				for _, other := range names {
					if other != name {
						sources = append(sources, fixtures(t, other)...)
					}
				}
				got, err := Import(sources, "")
				if err != nil {
					return // refused: not silent
				}
				want := below(path, "Novelty")
				for _, n := range slices.Concat(got.Notes, got.Others, got.Without) {
					if n.File == name && strings.HasPrefix(want, n.Path) && n.Path != "$" {
						return
					}
				}
				if !strings.Contains(path, "expressions") && !strings.Contains(path, "configuration") { // read for references only
					t.Errorf("%s: %s is in no list", name, want)
				}
			})
			if objects == 0 {
				t.Errorf("%s: no object", name)
			}
		}
	}
}

// everyObject calls f with every object below a value and its path.
func everyObject(v any, path string, f func(string, map[string]any)) {
	switch v := v.(type) {
	case []any:
		for i, c := range v {
			everyObject(c, item(path, i), f)
		}
	case map[string]any:
		f(path, v)
		for _, key := range sortedKeys(v) {
			everyObject(v[key], below(path, key), f)
		}
	}
}
