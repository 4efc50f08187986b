package lint

import (
	"strconv"
	"time"

	"headroom/policy/aws"
	"headroom/scenarios"
	"headroom/sim"
)

// asgView is an EC2 Auto Scaling group. Its policies are seen as those of Application Auto Scaling: warm-up takes the place of a
// step policy's cooldown, as what is warming up counts towards what a step wants; a simple policy is one step.
func asgView(f *scenarios.File, scaling *scenarios.Scaling) *view {
	g := scaling.Group
	if g == nil {
		return nil
	}
	v := &view{path: "scaling.ec2-asg", metrics: g.Metrics(), weight: g.Weight}
	v.min, v.max = bound{n: v.counts(g.Min), path: v.path + ".min"}, bound{n: v.counts(g.Max), path: v.path + ".max"}
	for i := range g.Policies {
		if p := g.Policies[i].Predictive; p != nil { // it looks at no alarm
			v.elastic = v.elastic || p.Mode == "forecast-and-scale"
			continue
		}
		v.policies = append(v.policies, groupRule(v.path+".policies."+number(float64(i)), g, &g.Policies[i], &f.Metrics))
	}
	start := f.Clock.Calendar().Start
	for i := range g.Schedules {
		set := g.Schedules[i]
		s := scheduled(f, v.path, i, set.Name, set.Zone, func(zone aws.Zone) firing {
			moved := set
			moved.Zone = zone
			return func(after time.Duration) time.Duration { return moved.Next(after, start, -f.Clock.Settle) }
		})
		s.min, s.max, s.desired = v.counted(set.Min), v.counted(set.Max), set.Desired != nil
		v.elastic = v.elastic || s.desired
		v.schedules = append(v.schedules, s)
	}
	return v
}

// counts is how many instances it takes to reach a number of units of the settings; counted is that of a limit that may not be given.
func (v *view) counts(units int) int {
	w := max(1, v.weight)
	return (units + w - 1) / w
}

func (v *view) counted(units *int) *int {
	if units == nil || v.weight <= 1 {
		return units
	}
	return new(v.counts(*units))
}

// written is a number of instances as the settings have it.
func (v *view) written(n int) string { return strconv.Itoa(n * max(1, v.weight)) }

// groupRule is one policy of a group.
func groupRule(item string, g *aws.Group, p *aws.GroupPolicy, metrics *sim.Metrics) rule {
	switch {
	case p.TargetTracking != nil:
		t := p.TargetTracking
		return trackingRule(item, &aws.TargetTracking{Name: t.Name, Metric: t.Metric, Target: t.Target, ScaleIn: t.ScaleIn, Alarm: t.Alarm}, aws.Assume{}, metrics)
	case p.Step != nil:
		st := p.Step
		r := stepRule(item, &aws.Step{Name: st.Name, Alarm: st.Alarm, Adjust: st.Adjust, Steps: st.Steps, MinimumStep: st.MinimumStep}, aws.Assume{}, metrics)
		r.wait, r.cooldown = "warm-up", g.WarmUp(st.WarmUp)
		return r
	}
	one := p.Simple
	zero := aws.Level{}
	band := aws.Adjustment{From: &zero, By: one.By}
	if one.Alarm.Below != nil || one.Alarm.AtOrBelow != nil {
		band = aws.Adjustment{To: &zero, By: one.By}
	}
	r := stepRule(item, &aws.Step{Name: one.Name, Alarm: one.Alarm, Adjust: one.Adjust, Steps: []aws.Adjustment{band}, MinimumStep: one.MinimumStep},
		aws.Assume{}, metrics)
	r.key, r.path, r.single, r.cooldown = "simple", item+".simple", true, g.DefaultCooldown
	if one.Cooldown != nil {
		r.cooldown = *one.Cooldown
	}
	return r
}
