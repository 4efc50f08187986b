package exchange

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/policy/aws"
	"headroom/scenarios"
	"headroom/unit"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// groupText is a group's settings as text.
func groupText(t testing.TB, g *aws.Group) string {
	t.Helper()
	n, err := scenarios.Tree(*g)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := encodeBlock(&b, n); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// goodGroup holds that a scenario made of a group passes check as it stands, and has the group.
func goodGroup(t *testing.T, got *Imported) *scenarios.File {
	t.Helper()
	text, err := got.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	file, err := scenarios.Parse("imported.yaml", "", text, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if want, have := groupText(t, got.Group), groupText(t, file.Scaling.Group); want != have {
		t.Errorf("the scenario has\n%s\nand what was read is\n%s", have, want)
	}
	return file
}

func TestImportOfAGroup(t *testing.T) {
	for _, names := range [][]string{{"group.json", "group-policies.json"}, {"group-policies.json", "group.json"}} {
		got := imported(t, "", fixtures(t, names...)...)
		if len(got.Notes)+len(got.Others) > 0 {
			t.Errorf("not understood: %v, left aside: %v", whys(got.Notes), got.Others)
		}
		g := got.Group
		if g.Min != 2 || g.Max != 12 || g.DefaultCooldown != 240*time.Second || *g.DefaultWarmUp != 2*time.Minute || g.Termination != "oldest" || len(g.Policies) != 3 || len(g.Schedules) != 2 {
			t.Fatal(groupText(t, g))
		}
		track, down, up := g.Policies[0].TargetTracking, g.Policies[1].Simple, g.Policies[2].Step
		if track.Metric != "CPUUtilization" || track.Target.Value() != 50 || track.ScaleIn || *track.WarmUp != 90*time.Second {
			t.Errorf("%+v", track)
		}
		if down.By != -1 || *down.Cooldown != 10*time.Minute || down.Alarm.Below.Value() != 20 || *down.Alarm.Period != 5*time.Minute {
			t.Errorf("%+v", down)
		}
		if up.Adjust != "percent" || *up.MinimumStep != 2 || len(up.Steps) != 2 || up.Alarm.AtOrAbove.Value() != 60 || up.WarmUp != nil {
			t.Errorf("%+v", up)
		}
		if w := g.WarmPool; w.State != "stopped" || w.MinSize != 1 || *w.MaxPrepared != 8 || !w.Reuse {
			t.Errorf("%+v", w)
		}
		morning, launch := g.Schedules[0], g.Schedules[1]
		if morning.Cron.String() != "0 8 * * 1-5" || morning.Zone.String() != "America/New_York" || *morning.Desired != 6 || *morning.Min != 4 || morning.From == nil {
			t.Errorf("%+v", morning)
		}
		if launch.At == nil || *launch.Max != 20 || launch.From != nil {
			t.Errorf("%+v", launch)
		}
		file := goodGroup(t, got)
		if *file.Fleet.Start != 3 || file.Fleet.Type != "c5.2xlarge" {
			t.Errorf("%+v", file.Fleet)
		}
	}
}

func TestImportOfAGroupTemplate(t *testing.T) {
	got := imported(t, "", fixtures(t, "group.yaml")...)
	if len(got.Notes)+len(got.Others) > 0 {
		t.Errorf("not understood: %v, left aside: %v", whys(got.Notes), got.Others)
	}
	g := got.Group
	if g.Min != 2 || g.Max != 12 || g.DefaultCooldown != 240*time.Second || len(g.Policies) != 1 || len(g.Schedules) != 1 {
		t.Fatal(groupText(t, g))
	}
	if s := g.Policies[0].Simple; s == nil || s.By != 2 || *s.Cooldown != time.Minute || s.Alarm.Above.Value() != 70 {
		t.Error(groupText(t, g))
	}
	goodGroup(t, got)
}

// someGroup is random settings of a group that AWS can be told.
func someGroup(t *rapid.T) *aws.Group {
	low := rapid.IntRange(0, 5).Draw(t, "min")
	g := &aws.Group{Weight: 1, Min: low, Max: low + rapid.IntRange(0, 30).Draw(t, "range"), DefaultCooldown: time.Duration(rapid.IntRange(0, 900).Draw(t, "cooldown")) * time.Second,
		DefaultWarmUp: someSeconds(t, "warm-up"), Termination: rapid.SampledFrom([]string{"default", "oldest", "newest", "closest-to-billing-hour"}).Draw(t, "termination"), Policies: []aws.GroupPolicy{}}
	taken := map[string]bool{}
	for i := range counterparts {
		m := &counterparts[i]
		if m.service != aws.ASG {
			continue
		}
		if rapid.Bool().Draw(t, m.metric) {
			g.Policies = append(g.Policies, aws.GroupPolicy{TargetTracking: &aws.GroupTracking{Name: someName(t, "name", taken), Metric: m.metric, Target: someLevel(t, "target", false),
				ScaleIn: rapid.Bool().Draw(t, "scale-in"), WarmUp: someSeconds(t, "warm-up")}})
		}
		if m.namespace == "" {
			continue
		}
		s := someStep(t, m, someName(t, "name", taken))
		if rapid.Bool().Draw(t, "step") {
			g.Policies = append(g.Policies, aws.GroupPolicy{Step: &aws.GroupStep{Name: s.Name, Alarm: s.Alarm, Adjust: s.Adjust, Steps: s.Steps, MinimumStep: s.MinimumStep,
				WarmUp: someSeconds(t, "warm-up"), Assume: aws.GroupAssume{StepMetricForCalc: s.Assume.StepMetricForCalc}}})
			continue
		}
		g.Policies = append(g.Policies, aws.GroupPolicy{Simple: &aws.Simple{Name: s.Name, Alarm: s.Alarm, Adjust: s.Adjust, By: s.Steps[0].By, MinimumStep: s.MinimumStep,
			Cooldown: someSeconds(t, "cooldown")}})
	}
	if rapid.Bool().Draw(t, "predictive") {
		p := &aws.Predictive{Name: someName(t, "name", taken), Metric: rapid.SampledFrom([]string{"CPUUtilization", "InvocationsPerInstance"}).Draw(t, "predicted"), Target: someLevel(t, "target", false),
			Mode: rapid.SampledFrom([]string{"forecast-only", "forecast-and-scale"}).Draw(t, "mode"), Buffer: someSeconds(t, "buffer"), AtMax: "honor", Forecaster: "seasonal-naive"}
		if rapid.Bool().Draw(t, "increase") {
			p.AtMax, p.MaxBuffer = "increase", new(unit.Share(float64(rapid.IntRange(0, 100).Draw(t, "above"))/100))
		}
		g.Policies = append(g.Policies, aws.GroupPolicy{Predictive: p})
	}
	if rapid.Bool().Draw(t, "pool") {
		g.WarmPool = &aws.WarmPool{State: rapid.SampledFrom([]string{"stopped", "running", "hibernated"}).Draw(t, "state"), MinSize: rapid.IntRange(0, 3).Draw(t, "least"), Reuse: rapid.Bool().Draw(t, "reuse")}
		if rapid.Bool().Draw(t, "prepared") {
			g.WarmPool.MaxPrepared = new(rapid.IntRange(0, 40).Draw(t, "most"))
		}
	}
	if rapid.Bool().Draw(t, "lifetime") {
		g.MaxLifetime = new(time.Duration(rapid.IntRange(24, 8760).Draw(t, "hours")) * time.Hour)
	}
	if rapid.Bool().Draw(t, "maintenance") {
		least := rapid.IntRange(0, 100).Draw(t, "min-healthy")
		g.Maintenance = &aws.Maintenance{MinHealthy: aws.Percent(least), MaxHealthy: aws.Percent(rapid.IntRange(100, least+100).Draw(t, "max-healthy"))}
	}
	for range rapid.IntRange(0, 3).Draw(t, "schedules") {
		one := someSchedule(t, someName(t, "name", taken))
		s := aws.GroupSchedule{Name: one.Name, Zone: one.Zone, Min: one.Min, Max: one.Max}
		if one.At != nil {
			s.At = one.At
		} else {
			s.Cron, s.From, s.Until = new(aws.UnixCron), one.From, one.Until
			if err := s.Cron.UnmarshalText([]byte(rapid.SampledFrom([]string{"0 8 * * 1-5", "*/15 6-9 * * *", "30 6 1 * 0"}).Draw(t, "cron"))); err != nil {
				t.Fatal(err)
			}
		}
		if rapid.Bool().Draw(t, "desired given") {
			s.Desired = new(rapid.IntRange(0, 9).Draw(t, "desired"))
		}
		g.Schedules = append(g.Schedules, s)
	}
	return g
}

// alike is a group as text, with every default of its policies and times in UTC; what no file has (names in a template, how long a
// prepared instance takes) is left out.
func alike(t testing.TB, g *aws.Group, names bool) string {
	c := *scaledGroup{group: g, timing: timing}.filled()
	if c.WarmPool != nil {
		c.WarmPool = new(*c.WarmPool)
		c.WarmPool.StartUp = nil
	}
	for i, p := range c.Policies {
		if p.TargetTracking != nil && g.Policies[i].TargetTracking.WarmUp == nil {
			p.TargetTracking.WarmUp = nil // left to the group
		}
		if !names {
			named(p, "")
		}
	}
	c.Schedules = nil
	for _, s := range g.Schedules {
		utc := func(at *aws.Stamp) *aws.Stamp {
			if at == nil {
				return nil
			}
			out := new(aws.Stamp)
			if err := out.UnmarshalText([]byte(stampOut(at.Time(s.Zone.Location(), start)))); err != nil {
				t.Fatal(err)
			}
			return out
		}
		s.At, s.From, s.Until = utc(s.At), utc(s.From), utc(s.Until)
		if s.At != nil {
			s.Zone = aws.Zone{}
		}
		if !names {
			s.Name = ""
		}
		c.Schedules = append(c.Schedules, s)
	}
	return groupText(t, &c)
}

// TestALabelHasItsTargetGroup: what makes a group attaches the target group that a ResourceLabel names, and asks for its ARN; a group
// without such a policy asks for none, and the script changes a group that has it already.
func TestALabelHasItsTargetGroup(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := someGroup(r)
		for _, created := range []bool{true, false} {
			tree, bad := scaledGroup{scenario: "drawn one", group: g, start: start, timing: timing}.build("web", created)
			if len(bad) > 0 {
				r.Fatalf("refused: %v", bad)
			}
			template, err := tree.cloudFormation()
			if err != nil {
				r.Fatal(err)
			}
			labelled := bytes.Contains(template, []byte("ResourceLabel: "))
			if got := bytes.Contains(template, []byte("TargetGroupARNs:\n        - !Ref TargetGroupArn\n")); got != (labelled && created) {
				r.Fatalf("a label: %v, the target group attached: %v\n%s", labelled, got, template)
			}
			module := string(tree.hcl())
			has := regexp.MustCompile(`target_group_arns +?= \[var\.target_group_arn\]`).MatchString(module) && strings.Contains(module, `variable "target_group_arn"`)
			if has != (labelled && created) {
				r.Fatalf("a label: %v, the target group attached: %v\n%s", labelled, has, module)
			}
		}
	})
}

// TestIntoKeepsWhatNoFileSays: how long a prepared instance takes and what its volumes cost stay the scenario's own, as long as the pool
// is of the same kind; a pool that the whole group does not have goes, and is listed.
func TestIntoKeepsWhatNoFileSays(t *testing.T) {
	file := library(t, "warm-pool", "stopped")
	document, _, err := Export(file, CloudFormation, "")
	if err != nil {
		t.Fatal(err)
	}
	got := imported(t, "", Source{Name: "group.yaml", Text: document})
	base := func(pool string) Source {
		return Source{Name: "base.yaml", Text: []byte(world("scaling:\n  ec2-asg:\n    min: 1\n    max: 2\n    warm-pool: " + pool + "\n"))}
	}
	text, kept, err := got.Into(base("{state: stopped, start-up: 45s, storage-price: 2.4 USD/month}"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alike(t, file.Scaling.Group, false), alike(t, parsed(t, string(text)).Scaling.Group, false)); diff != "" {
		t.Error(diff)
	}
	pool := parsed(t, string(text)).Scaling.Group.WarmPool
	if pool.StartUp.String() != "45s" || pool.StoragePrice == nil || pool.StoragePrice.String() != "2.4 USD/month" || strings.Contains(string(text), "assumed") {
		t.Errorf("%s", text)
	}
	if strings.Join(kept, " ") != "warm-pool.start-up warm-pool.storage-price" {
		t.Errorf("kept %v", kept)
	}
	if _, kept, err = got.Into(base("{state: running, start-up: 10s}")); err != nil || len(kept) != 0 {
		t.Errorf("a start from running is none from stopped: kept %v, %v", kept, err)
	}
	whole := imported(t, "", Source{Name: "group.yaml", Text: []byte("Resources: {G: {Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: {MinSize: '1', MaxSize: '3'}}}")})
	if _, kept, err = whole.Into(base("{state: stopped, start-up: 45s}")); err != nil || strings.Join(whole.Gone, " ") != "warm-pool" || slices.Contains(kept, "warm-pool") {
		t.Errorf("kept %v, taken out %v, %v", kept, whole.Gone, err)
	}
	input := imported(t, "", Source{Name: "group.json", Text: []byte(`{"AutoScalingGroupName": "g", "MinSize": 1, "MaxSize": 3}`)})
	if _, kept, err = input.Into(base("{state: stopped, start-up: 45s}")); err != nil || len(input.Gone) > 0 || !slices.Contains(kept, "warm-pool") {
		t.Errorf("kept %v, taken out %v, %v", kept, input.Gone, err)
	}
}

// TestOneInputACommand: with --resource every input is a file, but for what only the script is told; without it all stand in the script.
func TestOneInputACommand(t *testing.T) {
	file := library(t, "warm-pool", "stopped")
	for resource, want := range map[string]string{"": "apply.sh", "web": "01-group.json 02-warm-pool.json apply.sh"} {
		_, files, err := Export(file, CLI, resource)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range files {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("--resource %q: %s, want %s", resource, got, want)
		}
	}
	_, files, err := Export(file, CLI, "web")
	if err != nil {
		t.Fatal(err)
	}
	if script := string(files[2].Text); !strings.Contains(script, `"ResourceLabel": "${TARGET_GROUP_LABEL}"`) || strings.Count(script, "\naws ") != 3 {
		t.Error(script)
	}
}

// TestImportOfExportOfAGroup: import(export(x)) is x for groups too, through the CLI's inputs, a template and Terraform's text.
func TestImportOfExportOfAGroup(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := someGroup(r)
		built := func(created bool) *tree {
			name := rapid.SampledFrom([]string{"", "web"}).Draw(r, "resource")
			tree, bad := scaledGroup{scenario: "drawn one", group: g, start: start, timing: timing}.build(name, created)
			if len(bad) > 0 {
				r.Fatalf("refused: %v", bad)
			}
			return tree
		}
		check := func(how string, names bool, sources ...Source) {
			got, err := Import(sources, "")
			if err != nil {
				r.Fatalf("%s: %v\n%s", how, err, sources[0].Text)
			}
			if len(got.Notes)+len(got.Others) > 0 {
				r.Fatalf("%s: not understood: %v, left aside: %v", how, whys(got.Notes), got.Others)
			}
			if diff := cmp.Diff(alike(t, g, names), alike(t, got.Group, names)); diff != "" {
				r.Fatalf("%s: import(export(x)) is not x:\n%s\n%s", how, diff, sources[0].Text)
			}
		}
		check("aws-cli", true, inputs(built(false))...)
		template, err := built(true).cloudFormation()
		if err != nil {
			r.Fatal(err)
		}
		check("cloudformation", false, Source{Name: "template.yaml", Text: template})
		check("terraform", true, Source{Name: "state.json", Text: shown(r, built(true).hcl())})
	})
}

// A weight is of a mixed instances policy, which is neither read nor written.
func TestWeightsAreNotExchanged(t *testing.T) {
	g := &aws.Group{Weight: 6, Min: 6, Max: 12, Termination: "default", Policies: []aws.GroupPolicy{}}
	if _, bad := (scaledGroup{scenario: "x", group: g, start: start, timing: timing}).build("", true); len(bad) != 1 || bad[0].path != "scaling.ec2-asg.weight" {
		t.Errorf("refused: %v", bad)
	}
	got, err := Import([]Source{{Name: "group.json", Text: []byte(`{"AutoScalingGroups": [{"AutoScalingGroupName": "web", "MinSize": 6, "MaxSize": 12,
		"MixedInstancesPolicy": {"LaunchTemplate": {"Overrides": [{"InstanceType": "m7g.large", "WeightedCapacity": "6"}]}},
		"InstanceMaintenancePolicy": {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1}, "MaxInstanceLifetime": 0}]}`)}}, "")
	if err != nil {
		t.Fatal(err)
	}
	if said := whys(got.Notes); len(said) == 0 || !strings.Contains(strings.Join(said, "\n"), "MixedInstancesPolicy") || got.Group.Weight != 1 || got.Group.Maintenance != nil || got.Group.MaxLifetime != nil {
		t.Errorf("%v, %+v", said, got.Group)
	}
}
