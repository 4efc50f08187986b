package exchange

import (
	"fmt"
	"strconv"
	"time"

	"headroom/chance"
	"headroom/policy/aws"
)

// groupKind is how the metrics of an EC2 Auto Scaling group are told apart. It has no ScalableDimension: its API is another one.
var groupKind = scalable{service: aws.ASG, namespace: "autoscaling", dimension: aws.ASG, resource: "${AutoScalingGroupName}",
	dimensions: dims("AutoScalingGroupName"), slots: "4", queue: "100"}

// groupName is the group that a piece belongs to: by its name, or by what the template calls it.
func (im *importer) groupName(p *piece) string {
	id := p.node.peek("AutoScalingGroupName")
	if p.is == aGroup {
		for _, name := range p.names {
			if id == "" {
				id = name
			}
		}
		return id
	}
	for _, o := range im.pieces {
		if o.is == aGroup && o.called(id) {
			return im.groupName(o)
		}
	}
	return id
}

// group makes the settings of an EC2 Auto Scaling group.
func (b *builder) group() {
	b.kind = &groupKind
	g := &aws.Group{Min: 1, Max: 10, Weight: 1, DefaultCooldown: aws.CooldownDefault, Termination: "default", Policies: []aws.GroupPolicy{}}
	b.out.defaults["min"], b.out.defaults["max"] = assumedWhy, assumedWhy
	b.out.defaults["default-cooldown"] = "AWS's default: not in the files"
	taken := map[string]int{}
	for _, p := range b.pieces {
		switch p.is {
		case aTarget, aPolicy, anAction, aTracking, aStep:
			p.node.done()
			b.elsewhere = append(b.elsewhere, Note{p.node.file, p.node.path, words[p.is] + ": not of the group"})
			continue
		case aGroup, aGroupPolicy, aGroupAction, aWarmPool:
		default:
			continue
		}
		if id := b.groupName(p); id != "" && id != b.chosen.id {
			p.node.done()
			b.elsewhere = append(b.elsewhere, Note{p.node.file, p.node.path, words[p.is] + " of another group, " + plainLine(id)})
			continue
		}
		p.node.at("AutoScalingGroupName").done()
		switch p.is {
		case aGroup:
			b.groupItself(g, p)
		case aGroupPolicy:
			b.out.said.policies = true
			b.prefix = fmt.Sprintf("policies.%d.", len(g.Policies))
			for _, made := range b.groupPolicy(p) {
				made = named(made, unique(taken, nameOf(made)))
				b.read(fmt.Sprintf("policies.%d", len(g.Policies)), p.node)
				g.Policies = append(g.Policies, made)
			}
		case aWarmPool:
			b.warmPool(g, p.node)
		}
	}
	b.groupSchedules(g, taken)
	_, low := b.out.origin["min"]
	_, high := b.out.origin["max"]
	b.out.said.limits = low && high
	if !high { // what was read stays as it was read, also where it cannot hold
		g.Max = max(g.Max, g.Min)
	} else if !low {
		g.Min = min(g.Min, max(g.Max, 0))
	}
	b.orphans()
	b.out.Group = g
}

// nameOf and named are a policy's name.
func nameOf(p aws.GroupPolicy) string {
	switch {
	case p.Simple != nil:
		return p.Simple.Name
	case p.Step != nil:
		return p.Step.Name
	case p.Predictive != nil:
		return p.Predictive.Name
	case p.TargetTracking != nil:
		return p.TargetTracking.Name
	}
	return ""
}

func named(p aws.GroupPolicy, name string) aws.GroupPolicy {
	switch {
	case p.Simple != nil:
		p.Simple.Name = name
	case p.Step != nil:
		p.Step.Name = name
	case p.Predictive != nil:
		p.Predictive.Name = name
	default:
		p.TargetTracking.Name = name
	}
	return p
}

// groupItself reads the group: its limits, its times, and what its instances are.
func (b *builder) groupItself(g *aws.Group, p *piece) {
	n := p.node
	// an input alone has no word of a pool; an answer, a template and a state have the whole group
	b.out.said.group = b.out.said.group || len(p.names) > 0 || n.has("AutoScalingGroupARN", "CreatedTime", "Instances")
	b.skip(n, "AutoScalingGroupARN", "LaunchTemplate", "LaunchConfigurationName", "LaunchConfiguration", "AvailabilityZones", "LoadBalancerNames", "LoadBalancers",
		"TargetGroupARNs", "TargetGroupArns", "HealthCheckType", "HealthCheckGracePeriod", "CreatedTime", "VPCZoneIdentifier", "Tags", "Tag", "ServiceLinkedRoleARN",
		"ServiceLinkedRoleArn", "NewInstancesProtectedFromScaleIn", "EnabledMetrics", "MetricsGranularity", "MetricsCollection", "TrafficSources", "CapacityRebalance", "Id", "ARN",
		"NamePrefix", "ForceDelete", "ForceDeleteWarmPool", "ProtectFromScaleIn", "WaitForCapacityTimeout", "WarmPoolSize", "PredictedCapacity", "DesiredCapacityType", "Status")
	take := func(key, path string, into *int) {
		if v, ok := b.whole(n, key); ok {
			*into = v
			b.read(path, n.at(key))
			delete(b.out.defaults, path)
		}
	}
	take("MinSize", "min", &g.Min)
	take("MaxSize", "max", &g.Max)
	if v, ok := b.whole(n, "DesiredCapacity"); ok {
		b.out.fleet.count, b.out.fleet.from["start"] = v, n.at("DesiredCapacity").where()
	}
	for _, key := range []string{"DefaultCooldown", "Cooldown"} {
		if v, ok := b.number(n, key); ok {
			g.DefaultCooldown = seconds(v)
			b.read("default-cooldown", n.at(key))
			delete(b.out.defaults, "default-cooldown")
		}
	}
	if v, ok := b.number(n, "DefaultInstanceWarmup"); ok && v >= 0 {
		g.DefaultWarmUp = new(seconds(v))
		b.read("default-warm-up", n.at("DefaultInstanceWarmup"))
	}
	if v, ok := b.number(n, "MaxInstanceLifetime"); ok && v > 0 {
		g.MaxLifetime = new(seconds(v))
		b.read("max-lifetime", n.at("MaxInstanceLifetime"))
	}
	b.maintenance(g, n.at("InstanceMaintenancePolicy"))
	b.termination(g, n)
	for _, i := range n.list("Instances") {
		b.skip(i, "InstanceId", "AvailabilityZone", "LifecycleState", "HealthStatus", "LaunchTemplate", "ProtectedFromScaleIn", "LaunchConfigurationName", "WeightedCapacity", "ImageId")
		if kind, ok := b.text(i, "InstanceType"); ok {
			b.out.fleet.kind, b.out.fleet.from["type"] = kind, i.at("InstanceType").where()
		}
	}
	for _, key := range []string{"WarmPoolConfiguration", "WarmPool"} {
		if pool := n.at(key); pool != nil {
			b.warmPool(g, pool)
		}
	}
}

// maintenance reads the maintenance policy; −1 is AWS's word for none.
func (b *builder) maintenance(g *aws.Group, n *node) {
	if n == nil {
		return
	}
	least, low := b.whole(n, "MinHealthyPercentage")
	most, high := b.whole(n, "MaxHealthyPercentage")
	switch m := (&aws.Maintenance{MinHealthy: aws.Percent(least), MaxHealthy: aws.Percent(most)}); {
	case !low || !high || least == -1 && most == -1:
	case least < 0 || len(m.Check()) > 0:
		b.note(n, "must be 0 to 100 and 100 to 200 percent, at most 100 apart")
	default:
		g.Maintenance = m
		b.read("maintenance", n)
	}
}

// terminations are AWS's words for which instance goes first that a scenario has too.
var terminations = map[string]string{"Default": "default", "OldestInstance": "oldest", "NewestInstance": "newest", "ClosestToNextInstanceHour": "closest-to-billing-hour"}

// termination reads the termination policies; the first one decides here.
func (b *builder) termination(g *aws.Group, n *node) {
	for i, c := range n.list("TerminationPolicies") {
		word, ok := terminations[c.text]
		switch {
		case !ok:
			b.note(c, "a termination policy that is not simulated")
		case i > 0 && c.text != "Default":
			b.note(c, "only the first termination policy decides here")
		default:
			c.read = true
			if i == 0 {
				g.Termination = word
				b.read("termination", c)
			}
		}
	}
}

// poolStart is assumed of instances that must start again from a warm pool.
const poolStart = 30 * time.Second

// warmPool reads a group's warm pool.
func (b *builder) warmPool(g *aws.Group, n *node) {
	w := &aws.WarmPool{State: "stopped"}
	b.skip(n, "Status")
	if word, ok := b.text(n, "PoolState"); ok {
		state, known := map[string]string{"Stopped": "stopped", "Running": "running", "Hibernated": "hibernated"}[word]
		if !known {
			b.note(n.at("PoolState"), "must be Stopped, Running or Hibernated")
		} else {
			w.State = state
		}
	}
	w.MinSize, _ = b.whole(n, "MinSize")
	if v, ok := b.whole(n, "MaxGroupPreparedCapacity"); ok && v >= 0 {
		w.MaxPrepared = &v
	}
	if reuse := n.at("InstanceReusePolicy"); reuse != nil {
		w.Reuse, _ = b.truth(reuse, "ReuseOnScaleIn")
	}
	if w.State != "running" {
		w.StartUp = new(chance.Fixed(poolStart))
		b.out.defaults["warm-pool.start-up"] = "assumed: how long a prepared instance takes to start again"
	}
	g.WarmPool = w
	b.out.said.pool = true
	b.read("warm-pool", n)
}

// groupPolicy reads one policy of a group.
func (b *builder) groupPolicy(p *piece) []aws.GroupPolicy {
	n := p.node
	label, _ := b.text(n, "PolicyName")
	_, _ = b.text(n, "PolicyType") // what is configured tells it
	b.skip(n, "PolicyARN", "Id")
	if on, read := b.truth(n, "Enabled"); read && !on {
		b.note(n, "the policy is disabled: it is left out")
		return nil
	}
	alarms := b.alarms(p, label)
	switch {
	case n.has("PredictiveScalingConfiguration"):
		if made := b.predictive(n.at("PredictiveScalingConfiguration"), label); made != nil {
			return []aws.GroupPolicy{{Predictive: made}}
		}
		return nil
	case n.has("TargetTrackingConfiguration"):
		t := b.tracking(n.at("TargetTrackingConfiguration"), alarms)
		if t == nil {
			return nil
		}
		delete(b.out.defaults, b.prefix+"target-tracking.scale-out-cooldown") // groups have none
		delete(b.out.defaults, b.prefix+"target-tracking.scale-in-cooldown")
		return []aws.GroupPolicy{{TargetTracking: &aws.GroupTracking{Name: label, Metric: t.Metric, Target: t.Target, ScaleIn: t.ScaleIn, WarmUp: b.warmUp(n), Alarm: t.Alarm}}}
	}
	return b.groupSteps(n, label, alarms)
}

// warmUp is a policy's own warm-up.
func (b *builder) warmUp(n *node) *time.Duration {
	if v, ok := b.number(n, "EstimatedInstanceWarmup"); ok && v >= 0 {
		return new(seconds(v))
	}
	return nil
}

// groupSteps reads a step or a simple policy: one for each alarm that triggers it.
func (b *builder) groupSteps(n *node, label string, alarms []*piece) (out []aws.GroupPolicy) {
	form, ok := b.stepForm(n, label)
	if !ok {
		return nil
	}
	delete(b.out.defaults, b.prefix+"step.cooldown")
	if len(alarms) == 0 {
		b.note(n, "a policy that no alarm in the files triggers: it is left out (describe-alarms, or the alarm's resource, has it)")
		return nil
	}
	aggregation, _ := b.text(n, "MetricAggregationType")
	for _, p := range alarms {
		alarm := b.alarm(p)
		if alarm == nil {
			continue
		}
		if len(n.list("StepAdjustments")) > 0 {
			step := form
			step.Alarm = *alarm
			b.aggregation(n, &step, aggregation)
			out = append(out, aws.GroupPolicy{Step: &aws.GroupStep{Name: label, Alarm: *alarm, Adjust: form.Adjust, Steps: b.adjustments(n, timed(alarm)),
				MinimumStep: form.MinimumStep, WarmUp: b.warmUp(n), Assume: aws.GroupAssume{StepMetricForCalc: step.Assume.StepMetricForCalc}}})
			continue
		}
		by, ok := b.whole(n, "ScalingAdjustment")
		if !ok {
			b.note(n, "a simple policy without an adjustment: it is left out")
			return nil
		}
		simple := &aws.Simple{Name: label, Alarm: *alarm, Adjust: form.Adjust, By: by, MinimumStep: form.MinimumStep}
		if v, given := b.number(n, "Cooldown"); given {
			simple.Cooldown = new(seconds(v))
		}
		out = append(out, aws.GroupPolicy{Simple: simple})
	}
	return out
}

// groupSchedules reads the scheduled actions of a group.
func (b *builder) groupSchedules(g *aws.Group, taken map[string]int) {
	for _, p := range b.pieces {
		n := p.node
		if p.is != aGroupAction || b.groupName(p) != "" && b.groupName(p) != b.chosen.id {
			continue
		}
		b.out.said.schedules = true
		b.skip(n, "ScheduledActionARN", "ARN", "Id", "Time")
		if s, ok := b.groupSchedule(n); ok {
			label, _ := b.text(n, "ScheduledActionName")
			s.Name = unique(taken, label)
			b.read("schedules."+strconv.Itoa(len(g.Schedules)), n)
			g.Schedules = append(g.Schedules, s)
		}
	}
	if b.out.said.schedules && g.Schedules == nil {
		g.Schedules = []aws.GroupSchedule{}
	}
}

// groupSchedule reads one scheduled action: by a recurrence, or once at its start time.
func (b *builder) groupSchedule(n *node) (s aws.GroupSchedule, ok bool) {
	if zone, given := b.text(n, "TimeZone"); given {
		if err := s.Zone.UnmarshalText([]byte(zone)); err != nil {
			b.note(n, "a time zone that is not known, "+plainLine(zone)+": it is left out")
			return s, false
		}
	}
	s.From, s.Until = b.stamp(n, "StartTime"), b.stamp(n, "EndTime")
	if when, given := b.text(n, "Recurrence"); given {
		s.Cron = new(aws.UnixCron)
		if err := s.Cron.UnmarshalText([]byte(when)); err != nil {
			b.note(n, "a recurrence that is not understood ("+plainLine(err.Error())+"): it is left out")
			return s, false
		}
	} else {
		s.At, s.From, s.Until = s.From, nil, nil
	}
	for _, v := range []struct {
		key  string
		into **int
	}{{"MinSize", &s.Min}, {"MaxSize", &s.Max}, {"DesiredCapacity", &s.Desired}} {
		if count, given := b.whole(n, v.key); given && count >= 0 { // Terraform writes −1 for nothing
			*v.into = &count
		}
	}
	if s.Cron == nil && s.At == nil || s.Min == nil && s.Max == nil && s.Desired == nil {
		b.note(n, "a scheduled action without a time or without a size: it is left out")
		return s, false
	}
	return s, true
}
