package exchange

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/policy"
	"headroom/policy/aws"
)

// A scaledGroup is an EC2 Auto Scaling group that is to be exported.
type scaledGroup struct {
	scenario string
	group    *aws.Group
	start    time.Time
	timing   policy.Timing
}

// Parameters that no scenario has: a group that is made, not changed, needs them.
const (
	launchTemplate = "LaunchTemplateId"
	launchVersion  = "LaunchTemplateVersion"
	subnets        = "SubnetIds"
	targetGroupARN = "TargetGroupArn" // of ALBRequestCountPerTarget: a label needs the target group attached to the group
)

// build makes the tree of resources. created: the group is made too; else it exists and is changed.
func (s scaledGroup) build(resource string, created bool) (*tree, []refusal) {
	bad := s.refusals()
	values, err := groupKind.match(resource)
	if err != nil {
		bad = append(bad, refusal{"--resource", "the name of a group", err.Got})
	}
	if len(bad) > 0 {
		return nil, bad
	}
	t := &tree{scenario: s.scenario}
	if values == nil {
		t.parameters = []string{"AutoScalingGroupName"}
	}
	if created {
		t.parameters = append(t.parameters, launchTemplate, launchVersion, subnets)
	}
	scaled := Scaled{Scenario: s.scenario, Start: s.start, Timing: s.timing}
	w := &treeWriter{Scaled: scaled, tree: t, kind: &groupKind, values: values, settings: &aws.Settings{Service: aws.ASG}, taken: map[string]int{"group": 1}}
	w.group(s.group)
	for i, p := range s.filled().Policies {
		w.groupPolicy(i, s.group.Policies[i], p)
	}
	for i := range s.group.Schedules {
		w.groupSchedule(i, &s.group.Schedules[i])
	}
	if created && slices.Contains(t.parameters, targetGroup) {
		of := &t.resources[0]
		of.props = append(of.props, prop{"TargetGroupARNs", []any{w.open(targetGroupARN)}})
	}
	return t, nil
}

// filled is a copy of the group with every default of its alarms.
func (s scaledGroup) filled() *aws.Group {
	c := *s.group
	c.Policies = nil
	for _, p := range s.group.Policies {
		switch {
		case p.Simple != nil:
			p.Simple = new(*p.Simple)
		case p.Step != nil:
			p.Step = new(*p.Step)
		case p.Predictive != nil:
			p.Predictive = new(*p.Predictive)
		case p.TargetTracking != nil:
			p.TargetTracking = new(*p.TargetTracking)
		}
		c.Policies = append(c.Policies, p)
	}
	c.Fill(s.timing)
	return &c
}

// whole is what a group can assume among all that can be assumed.
func wholeAssume(a aws.GroupAssume) aws.Assume {
	return aws.Assume{Formula: a.Formula, MetricForCalc: a.MetricForCalc, StepMetricForCalc: a.StepMetricForCalc, FromZero: a.FromZero,
		MaxScaleIn: a.MaxScaleIn, EvaluationRange: a.EvaluationRange, FreshBreachOnly: a.FreshBreachOnly}
}

// refusals is all of the group that EC2 Auto Scaling cannot be told, or is not told here.
func (s scaledGroup) refusals() []refusal {
	const at = "scaling.ec2-asg"
	r := &refuser{scaled: Scaled{Timing: s.timing}}
	r.assumed(at+".assume", wholeAssume(s.group.Assume))
	hooks := s.group.LifecycleHook
	if hooks.Launch != nil || hooks.Terminate != nil {
		r.add(at+".lifecycle-hook", "a hook", "no hook: what completes it is not in a scenario, and it is not written")
	}
	if s.group.Weight > 1 {
		r.add(at+".weight", fmt.Sprint(s.group.Weight), "1: a weight is told in a mixed instances policy, with a launch template, and neither is in a scenario")
	}
	filled := s.filled()
	for i, p := range filled.Policies {
		path := fmt.Sprintf("%s.policies.%d", at, i)
		given := s.group.Policies[i]
		r.name(path+".name", nameOf(p), printable)
		switch {
		case p.Predictive != nil:
			r.predictive(path+".predictive", p.Predictive)
		case p.TargetTracking != nil:
			t := p.TargetTracking
			r.tracking(path+".target-tracking", aws.ASG, &aws.TargetTracking{Metric: t.Metric, Target: t.Target, Alarm: t.Alarm})
			r.assumed(path+".target-tracking.assume", wholeAssume(given.TargetTracking.Assume))
		case p.Step != nil:
			r.step(path+".step", aws.ASG, &aws.Step{Alarm: p.Step.Alarm})
			r.assumed(path+".step.assume", wholeAssume(given.Step.Assume))
		case p.Simple != nil:
			r.step(path+".simple", aws.ASG, &aws.Step{Alarm: p.Simple.Alarm})
		default:
			r.add(path, "another kind of policy", "simple, step, target-tracking or predictive")
		}
	}
	for i, sch := range s.group.Schedules {
		r.name(fmt.Sprintf("%s.schedules.%d.name", at, i), sch.Name, actionName)
	}
	return r.out
}

// group writes the group itself and its warm pool.
func (w *treeWriter) group(g *aws.Group) {
	out := append(w.owner(), prop{"MinSize", g.Min}, prop{"MaxSize", g.Max}, prop{"DefaultCooldown", whole(g.DefaultCooldown)})
	if g.DefaultWarmUp != nil {
		out = append(out, prop{"DefaultInstanceWarmup", whole(*g.DefaultWarmUp)})
	}
	for _, word := range sortedKeys(terminations) {
		if terminations[word] == g.Termination {
			out = append(out, prop{"TerminationPolicies", []any{word}})
		}
	}
	if m := g.Maintenance; m != nil {
		out = append(out, prop{"InstanceMaintenancePolicy", props{{"MinHealthyPercentage", int(m.MinHealthy)}, {"MaxHealthyPercentage", int(m.MaxHealthy)}}})
	}
	if g.MaxLifetime != nil {
		out = append(out, prop{"MaxInstanceLifetime", whole(*g.MaxLifetime)})
	}
	w.add(resourceOut{is: aGroup, name: "Group", props: out})
	if pool := g.WarmPool; pool != nil {
		out := append(w.owner(), prop{"PoolState", strings.ToUpper(pool.State[:1]) + pool.State[1:]}, prop{"MinSize", pool.MinSize})
		if pool.MaxPrepared != nil {
			out = append(out, prop{"MaxGroupPreparedCapacity", *pool.MaxPrepared})
		}
		w.add(resourceOut{is: aWarmPool, name: "WarmPool", target: "Group", props: append(out, prop{"InstanceReusePolicy", props{{"ReuseOnScaleIn", pool.Reuse}}})})
	}
}

// owner is what names the group.
func (w *treeWriter) owner() props { return props{{"AutoScalingGroupName", w.form(w.kind.resource)}} }

// groupPolicy writes a policy of the group, and its alarm: given is as the scenario has it, p with every default.
func (w *treeWriter) groupPolicy(i int, given, p aws.GroupPolicy) {
	var alarm *aws.Alarm
	var out props
	label, kind := nameOf(p), ""
	warm := func(d *time.Duration) {
		if d != nil {
			out = append(out, prop{"EstimatedInstanceWarmup", whole(*d)})
		}
	}
	switch {
	case p.Predictive != nil:
		label, kind = policyName(label, "predictive", i), "PredictiveScaling"
		out = props{{"PredictiveScalingConfiguration", w.predicted(p.Predictive)}}
	case p.TargetTracking != nil:
		t := p.TargetTracking
		label, kind = policyName(label, "tracking", i), "TargetTrackingScaling"
		out = props{{"TargetTrackingConfiguration", append(w.tracked(ourMetric(aws.ASG, t.Metric), t.Target), prop{"DisableScaleIn", !t.ScaleIn})}}
		warm(given.TargetTracking.WarmUp)
	case p.Step != nil:
		s := p.Step
		label, kind, alarm = policyName(label, "step", i), "StepScaling", &s.Alarm
		out = append(adjustment(s.Adjust), prop{"StepAdjustments", stepsOut(s.Steps)}, prop{"MetricAggregationType",
			aggregationOf(wholeAssume(w.usual()), &aws.Step{Assume: wholeAssume(s.Assume)})})
		out = append(out, least(s.MinimumStep)...)
		warm(given.Step.WarmUp)
	default:
		s := p.Simple
		label, kind, alarm = policyName(label, "simple", i), "SimpleScaling", &s.Alarm
		out = append(append(adjustment(s.Adjust), prop{"ScalingAdjustment", s.By}), least(s.MinimumStep)...)
		if c := given.Simple.Cooldown; c != nil {
			out = append(out, prop{"Cooldown", whole(*c)})
		}
	}
	policy := w.logical("policy", label)
	w.add(resourceOut{is: aGroupPolicy, name: policy, target: "Group", props: append(append(props{{"PolicyName", label}}, append(w.owner(), prop{"PolicyType", kind})...), out...)})
	if alarm != nil {
		w.add(resourceOut{is: anAlarm, name: w.logical("alarm", label), needs: policy, props: w.alarm(w.alarmName(label), alarm, policy)})
	}
}

// usual is what a group assumes when nothing is said.
func (w *treeWriter) usual() aws.GroupAssume {
	var g aws.Group
	g.Fill(w.Timing)
	return g.Assume
}

func adjustment(ours string) props {
	for _, a := range adjustments {
		if a.ours == ours {
			return props{{"AdjustmentType", a.aws}}
		}
	}
	return nil
}

func least(n *int) props {
	if n == nil {
		return nil
	}
	return props{{"MinAdjustmentMagnitude", *n}}
}

// groupSchedule writes a scheduled action of the group.
func (w *treeWriter) groupSchedule(i int, s *aws.GroupSchedule) {
	name := policyName(s.Name, "schedule", i)
	zone := s.Zone.Location()
	out := append(w.owner(), prop{"ScheduledActionName", name})
	from := s.From
	if s.Cron != nil {
		out = append(out, prop{"Recurrence", s.Cron.String()}, prop{"TimeZone", s.Zone.String()})
	} else {
		from = s.At
	}
	for _, t := range []struct {
		key string
		at  *aws.Stamp
	}{{"StartTime", from}, {"EndTime", s.Until}} {
		if t.at != nil {
			out = append(out, prop{t.key, stampOut(t.at.Time(zone, w.Start))})
		}
	}
	for _, v := range []struct {
		key  string
		size *int
	}{{"MinSize", s.Min}, {"MaxSize", s.Max}, {"DesiredCapacity", s.Desired}} {
		if v.size != nil {
			out = append(out, prop{v.key, *v.size})
		}
	}
	w.add(resourceOut{is: aGroupAction, name: w.logical("schedule", name), target: "Group", props: out})
}
