package aws

import (
	"time"

	"headroom/policy"
	"headroom/unit"
)

// Settings is a scalable target with its policies and scheduled actions: the `scaling.aws` block of a scenario.
type Settings struct {
	Service     string       `yaml:"service" enum:"sagemaker-endpoint|sagemaker-async|sagemaker-inference-component|sagemaker-serverless-concurrency|ecs-service|lambda-provisioned-concurrency|aurora-replicas|neptune-replicas|elasticache|dynamodb-read-capacity|dynamodb-write-capacity|keyspaces-read-capacity|keyspaces-write-capacity|comprehend|appstream-fleet|workspaces-pool|spot-fleet|custom" never:"msk-storage: it grows with the data on its brokers, and a scenario has none|emr: its metrics are those of YARN jobs, and a scenario has requests" required:"true" doc:"what is scaled, and so what one instance stands for; gives the defaults: cooldowns, alarms, whether a change in progress blocks the next one, the least min"`
	Min         int          `yaml:"min" required:"true" check:"min=0,max=100000" doc:"least capacity, until a schedule moves it"`
	Max         int          `yaml:"max" required:"true" check:"min=0,max=100000" doc:"most capacity, until a schedule moves it"`
	Policies    []Policy     `yaml:"policies" doc:"all are asked with the same current capacity; the largest capacity wins"`
	Schedules   []Schedule   `yaml:"schedules" doc:"scheduled actions that move min and max"`
	Suspended   Suspended    `yaml:"suspended" doc:"what is switched off from the begin (SuspendedState)"`
	Suspensions []Suspension `yaml:"suspensions" doc:"times in which something is switched off"`
	Assume      Assume       `yaml:"assume" doc:"what AWS does not print, for all policies"`

	under string // where in the scenario the settings stand; "": scaling.aws
}

// Policy is a choice of one.
type Policy struct {
	_              struct{}        `choice:"true"`
	TargetTracking *TargetTracking `yaml:"target-tracking" doc:"keeps a metric near a target, in proportion"`
	Step           *Step           `yaml:"step" doc:"an own alarm, and steps by how far the metric is beyond its threshold"`
}

// TargetTracking keeps a metric near its target: it scales out in proportion when the metric is above it for a short while,
// and in when it is clearly below it for a long while.
type TargetTracking struct {
	Name             string         `yaml:"name"`
	Metric           string         `yaml:"metric" required:"true" doc:"a metric that falls when capacity grows"`
	Target           Level          `yaml:"target" required:"true" check:"positive" doc:"in the metric's own unit; a duration for a latency"`
	ScaleOutCooldown *time.Duration `yaml:"scale-out-cooldown" doc:"after a scale-out by this policy; the service's default (300s for most) if it is left out"`
	ScaleInCooldown  *time.Duration `yaml:"scale-in-cooldown" doc:"after a scale-in by this policy; the service's default (300s for most) if it is left out"`
	ScaleIn          bool           `yaml:"scale-in" default:"true" doc:"false: it never removes capacity and has no vote on it"`
	Alarm            TrackingAlarms `yaml:"alarm" doc:"the form of its two alarms, which AWS chooses and may change"`
	Assume           Assume         `yaml:"assume" doc:"what AWS does not print, for this policy"`
}

// TrackingAlarms is the form of the two alarms of target tracking: out when the metric is above the target, in when it is below
// Low × target.
type TrackingAlarms struct {
	Period *time.Duration `yaml:"period" check:"positive" doc:"of a datapoint; that of the published metric if it is left out"`
	Out    Datapoints     `yaml:"out" doc:"datapoints above the target that scale out; 3 of 3 if it is left out (DynamoDB: 2 of 2)"`
	In     *Datapoints    `yaml:"in" doc:"datapoints below low × target that allow a scale-in; 15 of 15 if it is left out, 15 minutes of them when the period is below 60s"`
	Low    unit.Share     `yaml:"low" check:"positive" doc:"of the target: where low use begins; 90% if it is left out (DynamoDB: 20 points below the target)"`
}

// Step changes capacity by steps: which one depends on how far the metric is beyond the alarm's threshold.
type Step struct {
	Name        string         `yaml:"name"`
	Alarm       Alarm          `yaml:"alarm" required:"true"`
	Adjust      string         `yaml:"adjust" enum:"percent|change|exact" required:"true" doc:"percent: of the capacity; change: instances more or fewer; exact: the capacity itself"`
	Steps       []Adjustment   `yaml:"steps" required:"true" doc:"bands of distance from the threshold, without gap or overlap"`
	MinimumStep *int           `yaml:"minimum-step" check:"min=1,max=100000" doc:"least change in instances, only with percent"`
	Cooldown    *time.Duration `yaml:"cooldown" doc:"after a change by this policy; 300s if it is left out"`
	Assume      Assume         `yaml:"assume" doc:"what AWS does not print, for this policy"`
}

// Alarm is a CloudWatch alarm on one metric. Exactly one of Above, AtOrAbove, Below and AtOrBelow is the threshold.
type Alarm struct {
	Metric     string         `yaml:"metric" required:"true"`
	Statistic  Statistic      `yaml:"statistic" default:"average" doc:"average, sum, min, max, count or a percentile p0 to p100 of a period"`
	Above      *Level         `yaml:"above" instead:"at-or-above,below,at-or-below" doc:"threshold, in the metric's own unit; a duration for a latency"`
	AtOrAbove  *Level         `yaml:"at-or-above" instead:"above,below,at-or-below"`
	Below      *Level         `yaml:"below" instead:"above,at-or-above,at-or-below"`
	AtOrBelow  *Level         `yaml:"at-or-below" instead:"above,at-or-above,below"`
	Period     *time.Duration `yaml:"period" check:"positive" doc:"of a datapoint: 10s, 20s, 30s or whole minutes; that of the published metric if it is left out"`
	Datapoints Datapoints     `yaml:"datapoints" default:"1 of 1" doc:"how many of the last datapoints must breach"`
	Missing    string         `yaml:"missing" enum:"missing|ignore|breaching|notBreaching" default:"missing" doc:"what a missing datapoint counts as when there are too few real ones"`
	LowSamples string         `yaml:"low-samples" enum:"evaluate|ignore" default:"evaluate" doc:"for percentiles; ignore: the state stays while there are too few samples (p99: 1000)"`
}

// Adjustment is one band: From and To are distances from the threshold, negative below it; a missing one is open.
type Adjustment struct {
	From *Level `yaml:"from" doc:"distance from the threshold at which the band begins; open if it is left out"`
	To   *Level `yaml:"to" doc:"distance from the threshold at which the band ends; open if it is left out"`
	By   int    `yaml:"by" required:"true" check:"min=-100000,max=100000" doc:"percent or instances, negative to remove; with exact: the capacity"`
}

// Schedule is a scheduled action: when it fires it sets min, max or both, and moves the capacity into them.
type Schedule struct {
	Name  string `yaml:"name"`
	Cron  *Cron  `yaml:"cron" instead:"at,every" doc:"cron(minute hour day-of-month month day-of-week year), weekdays 1-7 are SUN-SAT"`
	At    *Stamp `yaml:"at" instead:"cron,every" doc:"once, at a local time of zone"`
	Every *Every `yaml:"every" instead:"cron,at" doc:"again and again (AWS's rate), the first time at from or at the begin of the run"`
	Zone  Zone   `yaml:"zone" default:"UTC" doc:"IANA name; daylight saving is followed; Etc/GMT+9 is nine hours behind UTC"`
	Min   *int   `yaml:"min" check:"min=0,max=100000"`
	Max   *int   `yaml:"max" check:"min=0,max=100000"`
	From  *Stamp `yaml:"from" doc:"fires at this time too, and never before it"`
	Until *Stamp `yaml:"until" doc:"fires no more from here on; the limits stay as they are"`
}

// Fill writes the defaults that depend on the service and on the metric's timing into what was left out, so that a file can be
// shown with all of them. An alarm on a period that CloudWatch does not know (45s) keeps its own open.
func (s *Settings) Fill(timing policy.Timing) {
	s.Assume = s.Assume.over(defaults())
	for _, p := range s.Policies {
		if t := p.TargetTracking; t != nil {
			*t = *serviceOf(s.Service).tracking(t)
			every, _ := timing(t.Metric)
			low := TrackingIn(t.Alarm, *orDefault(t.Alarm.Period, every))
			t.Alarm.Period, t.Alarm.In = orMetrics(t.Alarm.Period, every), &low
		}
		if st := p.Step; st != nil {
			every, _ := timing(st.Alarm.Metric)
			st.Alarm.Period = orMetrics(st.Alarm.Period, every)
			st.Cooldown = orDefault(st.Cooldown, CooldownDefault)
		}
	}
}

// filled is the form with AWS's usual alarms in what is left out and no service gives.
func (t TrackingAlarms) filled() TrackingAlarms {
	if t.Out == (Datapoints{}) {
		t.Out = Datapoints{3, 3}
	}
	if t.Low == 0 {
		t.Low = 0.9
	}
	return t
}

// CooldownDefault is the cooldown that AWS takes for most services, and for step policies of any (facts: aws.md §2.3).
const CooldownDefault = 300 * time.Second

// orDefault is a pointer to the value given, or to a new one.
func orDefault[T any](p *T, value T) *T {
	if p != nil {
		return p
	}
	return &value
}

// orMetrics is an alarm's period, or that of its metric where an alarm can be given it.
func orMetrics(period *time.Duration, every time.Duration) *time.Duration {
	if period == nil && knownPeriod(every) {
		return &every
	}
	return period
}
