package exchange

import (
	"bytes"
	"testing"
	"time"

	"headroom/policy/aws"
	"headroom/scenarios"
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
