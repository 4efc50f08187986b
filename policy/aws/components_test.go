package aws

import (
	"strings"
	"testing"
	"time"

	"headroom/policy"
)

// component is an endpoint with room for 3 × 2 copies.
func component(least, most int) *Components {
	return &Components{Min: least, Max: most, PerInstance: 2, Instances: Managed{Max: 3, ScaleIn: "idle-release", IdleAfter: time.Minute, Cooldown: 20 * time.Minute, MaxStep: 1}}
}

func TestComponentsCheck(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*Components)
		want   string // of the first problem, "": none
	}{
		{"to zero", func(*Components) {}, ""},
		{"min above max", func(c *Components) { c.Min, c.Max = 5, 4 }, "min: at most max, 4"},
		{"more copies than room", func(c *Components) { c.Min, c.Max = 7, 9 }, "min: at most the copies that the instances have room for, 3 × 2"},
		{"instances", func(c *Components) { c.Instances.Min = 4 }, "instances.min: at most instances.max, 3"},
		{"a variant's metric", func(c *Components) {
			c.Policies = []Policy{{TargetTracking: &TargetTracking{Metric: "InvocationsPerInstance", Target: Level{Number: 60}, Alarm: TrackingAlarms{Out: Datapoints{3, 3}}}}}
		}, "policies.0.target-tracking.metric: a metric of sagemaker-inference-component; InvocationsPerInstance: a component's is InvocationsPerCopy"},
	} {
		s := component(0, 4)
		c.change(s)
		ps := s.Check()
		switch {
		case c.want == "" && len(ps) > 0, c.want != "" && len(ps) == 0:
			t.Errorf("%s: %v", c.what, ps)
		case c.want != "" && !strings.HasPrefix(ps[0].Path+": "+ps[0].Must, c.want):
			t.Errorf("%s: %s: %s", c.what, ps[0].Path, ps[0].Must)
		}
	}
}

// The platform keeps the machines; the scaler knows of copies only, and starts at the least number of them.
func TestComponentsPlatform(t *testing.T) {
	c := component(1, 4)
	c.Instances.ScaleIn = "consolidation"
	h := c.Platform().Hosts
	if *h != (policy.Hosts{PerHost: 2, Max: 3, IdleAfter: time.Minute, Cooldown: 20 * time.Minute, MaxStep: 1, Consolidates: true}) {
		t.Errorf("%+v", h)
	}
	if d := c.New(policy.Run{End: time.Hour}).Begin(0, 0); d.Want != 1 || c.Start() != 1 {
		t.Errorf("begins with %d, starts with %d", d.Want, c.Start())
	}
}
