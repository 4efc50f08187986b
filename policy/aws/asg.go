package aws

import (
	"time"

	"headroom/unit"
)

// ASG is an EC2 Auto Scaling group, as messages call it.
const ASG = "ec2-asg"

// A Group is an EC2 Auto Scaling group: the `scaling.ec2-asg` block of a scenario. Where Application Auto Scaling has cooldowns,
// a group has warm-up: an instance that has come into service is at first neither in the group's metrics nor in the capacity that
// a policy counts from (aws.md §3 and §6, [EC2-2023]).
type Group struct {
	Min             int             `yaml:"min" required:"true" check:"min=0,max=100000" doc:"least capacity, until a schedule moves it; fleet.start is the desired capacity at the begin"`
	Max             int             `yaml:"max" required:"true" check:"min=0,max=100000" doc:"most capacity, until a schedule moves it"`
	DefaultCooldown time.Duration   `yaml:"default-cooldown" default:"300s" doc:"after a change by a simple policy; and the warm-up of whatever says none"`
	DefaultWarmUp   *time.Duration  `yaml:"default-warm-up" check:"max=3600s" doc:"DefaultInstanceWarmup, from InService; left out (as at AWS): default-cooldown for what policies do not say, and none in a group of simple policies alone"`
	WarmPool        *WarmPool       `yaml:"warm-pool" doc:"instances that are prepared and out of service until the group launches some; full at the begin"`
	LifecycleHook   LifecycleHooks  `yaml:"lifecycle-hook" doc:"what must be done before an instance comes into service, and before a removed one is gone"`
	Termination     string          `yaml:"termination" enum:"default|oldest|newest|closest-to-billing-hour" default:"default" doc:"which instance goes first, in the zones with the most of them; default: closest to the next full hour, then at random"`
	Maintenance     *Maintenance    `yaml:"maintenance" doc:"what is kept while instances that still run are replaced (max-lifetime, balance of zones); left out: AWS's defaults"`
	MaxLifetime     *time.Duration  `yaml:"max-lifetime" check:"min=24h,max=8760h" doc:"MaximumInstanceLifetime: after so long in service an instance is replaced; left out: never"`
	Weight          int             `yaml:"weight" default:"1" check:"min=1,max=999" doc:"units that an instance counts, as WeightedCapacity; min, max, desired and adjustments are in units"`
	Weights         *Weights        `yaml:"weights" doc:"refused: they are of several instance types, and a fleet is of one; write weight"`
	Policies        []GroupPolicy   `yaml:"policies" doc:"all are asked at once; the largest capacity wins"`
	Schedules       []GroupSchedule `yaml:"schedules" doc:"scheduled actions that move min, max and desired capacity"`
	Assume          GroupAssume     `yaml:"assume" doc:"what AWS does not print, for all policies"`
}

// GroupPolicy is a choice of one.
type GroupPolicy struct {
	_              struct{}       `choice:"true"`
	Simple         *Simple        `yaml:"simple" doc:"one adjustment per alarm, then a lock-out until it is done and the cooldown over"`
	Step           *GroupStep     `yaml:"step" doc:"an own alarm, and steps by how far the metric is beyond its threshold"`
	TargetTracking *GroupTracking `yaml:"target-tracking" doc:"keeps a metric near a target, in proportion"`
	Predictive     *Predictive    `yaml:"predictive" doc:"an hourly forecast is the least capacity of each hour; it only scales out"`
}

// Simple is a simple scaling policy: an alarm and one adjustment. After it has changed capacity no simple policy of the group acts
// until the change is complete and the cooldown over.
type Simple struct {
	Name        string         `yaml:"name"`
	Alarm       Alarm          `yaml:"alarm" required:"true"`
	Adjust      string         `yaml:"adjust" enum:"percent|change|exact" required:"true" doc:"percent: of the capacity; change: instances more or fewer; exact: the capacity itself"`
	By          int            `yaml:"by" required:"true" check:"min=-100000,max=100000" doc:"percent or instances, negative to remove; with exact: the capacity"`
	MinimumStep *int           `yaml:"minimum-step" check:"min=1,max=100000" doc:"least change in instances, only with percent"`
	Cooldown    *time.Duration `yaml:"cooldown" doc:"after a change by this policy; default-cooldown if it is left out"`
}

// GroupStep is a step policy of a group: it has no cooldown. It counts from the instances that are warmed up, and those that are
// coming count towards what it wants, so that it adds the difference only.
type GroupStep struct {
	Name        string         `yaml:"name"`
	Alarm       Alarm          `yaml:"alarm" required:"true"`
	Adjust      string         `yaml:"adjust" enum:"percent|change|exact" required:"true" doc:"percent: of the capacity; change: instances more or fewer; exact: the capacity itself"`
	Steps       []Adjustment   `yaml:"steps" required:"true" doc:"bands of distance from the threshold, without gap or overlap"`
	MinimumStep *int           `yaml:"minimum-step" check:"min=1,max=100000" doc:"least change in instances, only with percent"`
	WarmUp      *time.Duration `yaml:"warm-up" check:"max=3600s" doc:"EstimatedInstanceWarmup of what it launches, from InService; default-warm-up, else default-cooldown, if it is left out"`
	Assume      GroupAssume    `yaml:"assume" doc:"what AWS does not print, for this policy"`
}

// GroupTracking is target tracking of a group: it has no cooldowns.
type GroupTracking struct {
	Name    string         `yaml:"name"`
	Metric  string         `yaml:"metric" required:"true" doc:"a metric that falls when capacity grows"`
	Target  Level          `yaml:"target" required:"true" check:"positive" doc:"in the metric's own unit; a duration for a latency"`
	ScaleIn bool           `yaml:"scale-in" default:"true" doc:"false: it never removes capacity and has no vote on it"`
	WarmUp  *time.Duration `yaml:"warm-up" check:"max=3600s" doc:"EstimatedInstanceWarmup of what it launches, from InService; default-warm-up, else default-cooldown, if it is left out"`
	Alarm   TrackingAlarms `yaml:"alarm" doc:"the form of its two alarms, which AWS chooses and may change"`
	Assume  GroupAssume    `yaml:"assume" doc:"what AWS does not print, for this policy"`
}

// GroupAssume is what AWS does not print and a group must choose; the words are those of Assume.
type GroupAssume struct {
	Formula           *string     `yaml:"formula" enum:"ceil|round|floor" doc:"how target tracking rounds capacity × metric ÷ target (default ceil: towards more capacity)"`
	MetricForCalc     *string     `yaml:"metric-for-calc" enum:"last|average|max" doc:"which datapoints of the alarm's window target tracking calculates with (default last)"`
	StepMetricForCalc *string     `yaml:"step-metric-for-calc" enum:"last|average|max" doc:"which datapoints of the alarm's window a step policy measures the breach by (default average)"`
	FromZero          *int        `yaml:"from-zero" check:"min=1,max=100000" doc:"capacity that target tracking takes from zero when the metric is above its target (default 1)"`
	MaxScaleIn        *unit.Share `yaml:"max-scale-in" check:"positive" doc:"most that one scale-in of target tracking takes away of the capacity, at least one instance (default: no limit)"`
	EvaluationRange   *Range      `yaml:"evaluation-range" doc:"datapoints that an alarm looks back at to find N real ones: N+2 (default) or a number"`
	FreshBreachOnly   *string     `yaml:"fresh-breach-only" enum:"keep|insufficient-data|ok" doc:"state of an alarm that has breaching points only, all too fresh: as it was (default), INSUFFICIENT_DATA or OK"`
}

// whole is the same among all that can be assumed.
func (a GroupAssume) whole() Assume {
	return Assume{Formula: a.Formula, MetricForCalc: a.MetricForCalc, StepMetricForCalc: a.StepMetricForCalc, FromZero: a.FromZero,
		MaxScaleIn: a.MaxScaleIn, EvaluationRange: a.EvaluationRange, FreshBreachOnly: a.FreshBreachOnly}
}

// own is what of all that can be assumed a group knows.
func own(a Assume) GroupAssume {
	return GroupAssume{Formula: a.Formula, MetricForCalc: a.MetricForCalc, StepMetricForCalc: a.StepMetricForCalc, FromZero: a.FromZero,
		MaxScaleIn: a.MaxScaleIn, EvaluationRange: a.EvaluationRange, FreshBreachOnly: a.FreshBreachOnly}
}

// GroupSchedule is a scheduled action: when it fires it sets min, max, desired capacity, or several of them.
type GroupSchedule struct {
	Name    string    `yaml:"name"`
	Cron    *UnixCron `yaml:"cron" instead:"at" doc:"minute hour day-of-month month day-of-week, weekdays 0-7 are SUN-SUN"`
	At      *Stamp    `yaml:"at" instead:"cron" doc:"once, at a local time of zone"`
	Zone    Zone      `yaml:"zone" default:"UTC" doc:"IANA name; daylight saving is followed"`
	Min     *int      `yaml:"min" check:"min=0,max=100000"`
	Max     *int      `yaml:"max" check:"min=0,max=100000"`
	Desired *int      `yaml:"desired" check:"min=0,max=100000" doc:"capacity, within min and max; policies go on from there"`
	From    *Stamp    `yaml:"from" doc:"fires at this time too, and never before it"`
	Until   *Stamp    `yaml:"until" doc:"fires no more from here on; the limits stay as they are"`
}

// Fill writes the defaults that depend on other settings, and on the metric's timing, into what was left out.
func (g *Group) Fill(timing func(metric string) (period, delay time.Duration)) {
	g.Assume = own(g.Assume.whole().over(defaults()))
	twins := Settings{Policies: g.twins()}
	twins.Fill(timing)
	for i, p := range g.Policies {
		twin := twins.Policies[i]
		switch {
		case p.Simple != nil:
			p.Simple.Alarm = twin.Step.Alarm
			p.Simple.Cooldown = orDefault(p.Simple.Cooldown, g.DefaultCooldown)
		case p.Step != nil:
			p.Step.Alarm = twin.Step.Alarm
			p.Step.WarmUp = orDefault(p.Step.WarmUp, g.WarmUp(nil))
		case p.TargetTracking != nil:
			p.TargetTracking.Alarm = twin.TargetTracking.Alarm
			p.TargetTracking.WarmUp = orDefault(p.TargetTracking.WarmUp, g.WarmUp(nil))
		case p.Predictive != nil:
			p.Predictive.Buffer = orDefault(p.Predictive.Buffer, bufferDefault)
		}
	}
}

// WarmUp is the fallback chain: what a policy says, else the default warm-up, else the default cooldown.
func (g *Group) WarmUp(own *time.Duration) time.Duration {
	switch {
	case own != nil:
		return *own
	case g.DefaultWarmUp != nil:
		return *g.DefaultWarmUp
	}
	return g.DefaultCooldown
}

// twins are the policies as those of Application Auto Scaling that look at the same alarms; an empty one for a policy without any.
// A simple policy is a step policy with one step.
func (g *Group) twins() []Policy {
	out := make([]Policy, len(g.Policies))
	for i, p := range g.Policies {
		switch {
		case p.Simple != nil:
			s := p.Simple
			out[i].Step = &Step{Name: s.Name, Alarm: s.Alarm, Adjust: s.Adjust, MinimumStep: s.MinimumStep}
		case p.Step != nil:
			s := p.Step
			out[i].Step = &Step{Name: s.Name, Alarm: s.Alarm, Adjust: s.Adjust, Steps: s.Steps, MinimumStep: s.MinimumStep, Assume: s.Assume.whole()}
		case p.TargetTracking != nil:
			t := p.TargetTracking
			out[i].TargetTracking = &TargetTracking{Name: t.Name, Metric: t.Metric, Target: t.Target, ScaleIn: t.ScaleIn, Alarm: t.Alarm, Assume: t.Assume.whole()}
		}
	}
	return out
}

// path is where a policy stands in the settings.
func (p GroupPolicy) path() string {
	switch {
	case p.Simple != nil:
		return "simple"
	case p.Step != nil:
		return "step"
	case p.TargetTracking != nil:
		return "target-tracking"
	case p.Predictive != nil:
		return "predictive"
	}
	return ""
}

// name is what a policy was called.
func (p GroupPolicy) name() string {
	switch {
	case p.Simple != nil:
		return p.Simple.Name
	case p.Step != nil:
		return p.Step.Name
	case p.TargetTracking != nil:
		return p.TargetTracking.Name
	case p.Predictive != nil:
		return p.Predictive.Name
	}
	return ""
}
