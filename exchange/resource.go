package exchange

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"headroom/policy"
	"headroom/policy/aws"
	"headroom/unit"
)

// A prop is a property in the API's shape. Its value is a string, a form, an int, a float64, a bool, props, a list of values, or an
// arn.
type prop struct {
	key   string
	value any
}

// props are an object's properties in their order.
type props []prop

// A form is a text with ${Parameters} in it.
type form string

// An arn is the ARN of another resource of the tree, by its name.
type arn string

// A resourceOut is a resource that is written: one of the API's put-… inputs.
type resourceOut struct {
	is     what
	name   string // unique in the tree, of letters and digits
	props  props
	needs  string // of a policy's alarm: the policy's resource
	target string // the scalable target's resource, of what belongs to it
}

// A tree is all that has to be made for the scaling of a scenario.
type tree struct {
	scenario   string
	parameters []string // that are open, in their order
	managed    props    // ManagedInstanceScaling, which no resource here holds
	resources  []resourceOut
}

// A Scaled is a scenario's scaling that is to be exported.
type Scaled struct {
	Scenario string
	Settings *aws.Settings
	Start    time.Time // clock.start: what durations of schedules count from
	Begin    time.Duration
	Timing   policy.Timing
	Managed  *aws.Managed // of an endpoint with inference components
}

// build makes the tree of resources. resource is the id of what scales, "" to leave it open as parameters.
func (s Scaled) build(resource string) (*tree, []refusal) {
	filled := s.filled()
	bad := s.refusals(filled)
	kind := scalableOf(filled.Service)
	if kind == nil || len(bad) > 0 {
		return nil, bad
	}
	values, err := kind.match(resource)
	if err != nil {
		return nil, []refusal{{"--resource", err.Must, err.Got}}
	}
	t := &tree{scenario: s.Scenario}
	if values == nil {
		for _, d := range kind.dimensions {
			t.parameters = append(t.parameters, d.parameter)
		}
	}
	w := &treeWriter{Scaled: s, tree: t, kind: kind, values: values, settings: filled, taken: map[string]int{}}
	w.write()
	if s.Managed != nil {
		t.managed = props{{"ManagedInstanceScaling", managedOut(*s.Managed)}}
	}
	return t, nil
}

// filled is a copy of the settings with every default.
func (s Scaled) filled() *aws.Settings {
	c := *s.Settings
	c.Policies = nil
	for _, p := range s.Settings.Policies {
		if p.TargetTracking != nil {
			t := *p.TargetTracking
			p.TargetTracking = &t
		}
		if p.Step != nil {
			t := *p.Step
			p.Step = &t
		}
		c.Policies = append(c.Policies, p)
	}
	c.Fill(s.Timing)
	return &c
}

// match finds the values of the resource's parameters in an id; nil without one.
func (k *scalable) match(id string) (map[string]string, *unit.Bad) {
	if id == "" {
		return nil, nil
	}
	var names []string
	pattern := regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(k.resource, func(p string) string {
		names = append(names, p[2:len(p)-1])
		return `([^/\s]+)`
	})
	found := regexp.MustCompile("^" + pattern + "$").FindStringSubmatch(id)
	if found == nil {
		var words []string
		for _, n := range names {
			words = append(words, strings.ToUpper(snake(n)))
		}
		shape := placeholder.ReplaceAllStringFunc(k.resource, func(string) string { w := words[0]; words = words[1:]; return w })
		return nil, &unit.Bad{Must: "of the form " + shape, Got: unit.Show(id)}
	}
	values := map[string]string{}
	for i, n := range names {
		values[n] = found[i+1]
	}
	return values, nil
}

// A treeWriter writes settings as resources.
type treeWriter struct {
	Scaled
	tree     *tree
	kind     *scalable
	values   map[string]string
	settings *aws.Settings
	taken    map[string]int
}

// form is a text with the parameters filled in, if they are known.
func (w *treeWriter) form(text string) any {
	if w.values == nil {
		return form(text)
	}
	return placeholder.ReplaceAllStringFunc(text, func(p string) string { return w.values[p[2:len(p)-1]] })
}

// logical is a resource's name, of letters and digits, that no other has.
func (w *treeWriter) logical(kind, name string) string {
	var b strings.Builder
	up := true
	for _, c := range kind + " " + name {
		if c > 'z' || !(c >= 'a' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			up = true
			continue
		}
		if up {
			b.WriteString(strings.ToUpper(string(c)))
		} else {
			b.WriteRune(c)
		}
		up = false
	}
	s := b.String()
	if len(s) > 120 {
		s = s[:120]
	}
	w.taken[strings.ToLower(s)]++
	if n := w.taken[strings.ToLower(s)]; n > 1 {
		return w.logical(kind, fmt.Sprintf("%s %d", name, n))
	}
	return s
}

const targetName = "Target"

func (w *treeWriter) write() {
	s := w.settings
	w.taken["target"] = 1
	target := append(w.identity(), prop{"MinCapacity", s.Min}, prop{"MaxCapacity", s.Max})
	if off := s.Suspended; off != (aws.Suspended{}) {
		target = append(target, prop{"SuspendedState", props{{"DynamicScalingInSuspended", off.ScaleIn},
			{"DynamicScalingOutSuspended", off.ScaleOut}, {"ScheduledScalingSuspended", off.Schedules}}})
	}
	w.add(resourceOut{is: aTarget, name: targetName, props: target})
	for i, p := range s.Policies {
		if p.TargetTracking != nil {
			w.tracking(i, p.TargetTracking)
		} else {
			w.step(i, p.Step)
		}
	}
	for i := range s.Schedules {
		w.schedule(i, &s.Schedules[i])
	}
}

func (w *treeWriter) add(r resourceOut) { w.tree.resources = append(w.tree.resources, r) }

// identity is what names the scalable target.
func (w *treeWriter) identity() props {
	return props{{"ServiceNamespace", w.kind.namespace}, {"ResourceId", w.form(w.kind.resource)}, {"ScalableDimension", w.kind.dimension}}
}

// policyName is the name of a policy or schedule: its own, or its place.
func policyName(name, kind string, i int) string {
	if name != "" {
		return name
	}
	return fmt.Sprintf("%s-%d", kind, i+1)
}

// tracking writes a target-tracking policy. Its alarms are AWS's own.
func (w *treeWriter) tracking(i int, t *aws.TargetTracking) {
	config := append(w.tracked(ourMetric(w.settings.Service, t.Metric), t.Target), prop{"ScaleOutCooldown", whole(*t.ScaleOutCooldown)},
		prop{"ScaleInCooldown", whole(*t.ScaleInCooldown)}, prop{"DisableScaleIn", !t.ScaleIn})
	name := policyName(t.Name, "tracking", i)
	w.add(resourceOut{is: aPolicy, name: w.logical("policy", name), target: targetName,
		props: append(append(props{{"PolicyName", name}}, w.identity()...), prop{"PolicyType", "TargetTrackingScaling"}, prop{"TargetTrackingScalingPolicyConfiguration", config})})
}

// tracked is the begin of a target-tracking configuration: the target and the metric.
func (w *treeWriter) tracked(m *counterpart, target aws.Level) props {
	config := props{{"TargetValue", target.Value()}}
	if m.predefined != "" {
		spec := props{{"PredefinedMetricType", m.predefined}}
		if m.label {
			spec = append(spec, prop{"ResourceLabel", w.open(targetGroup)})
		}
		return append(config, prop{"PredefinedMetricSpecification", spec})
	}
	return append(config, prop{"CustomizedMetricSpecification", append(w.metric(m), prop{"Statistic", m.trackingStatistic()})})
}

// targetGroup is the parameter that names a load balancer's target group: app/LB/ID/targetgroup/TG/ID.
const targetGroup = "TargetGroupLabel"

// open is a value that no scenario and no resource id has: always a parameter.
func (w *treeWriter) open(parameter string) form {
	if !slices.Contains(w.tree.parameters, parameter) {
		w.tree.parameters = append(w.tree.parameters, parameter)
	}
	return form("${" + parameter + "}")
}

// metric is a metric of CloudWatch with its dimensions.
func (w *treeWriter) metric(m *counterpart) props {
	var dims []any
	for _, d := range w.kind.dimensions {
		if m.only != "" && m.only != d.name {
			continue
		}
		dims = append(dims, props{{"Name", d.name}, {"Value", w.form("${" + d.parameter + "}")}})
	}
	return props{{"MetricName", m.name}, {"Namespace", m.namespace}, {"Dimensions", dims}}
}

func whole(d time.Duration) int { return int(d / time.Second) }

// step writes a step policy and its alarm.
func (w *treeWriter) step(i int, t *aws.Step) {
	config := adjustment(t.Adjust)
	config = append(config, prop{"StepAdjustments", stepsOut(t.Steps)})
	config = append(config, least(t.MinimumStep)...)
	config = append(config, prop{"Cooldown", whole(*t.Cooldown)}, prop{"MetricAggregationType", aggregationOf(w.settings.Assume, t)})
	name := policyName(t.Name, "step", i)
	policy := w.logical("policy", name)
	w.add(resourceOut{is: aPolicy, name: policy, target: targetName,
		props: append(append(props{{"PolicyName", name}}, w.identity()...), prop{"PolicyType", "StepScaling"}, prop{"StepScalingPolicyConfiguration", config})})
	w.add(resourceOut{is: anAlarm, name: w.logical("alarm", name), needs: policy, props: w.alarm(w.alarmName(name), &t.Alarm, policy)})
}

// stepsOut are the bands as AWS has them.
func stepsOut(all []aws.Adjustment) (steps []any) {
	for _, a := range all {
		var one props
		if a.From != nil {
			one = append(one, prop{"MetricIntervalLowerBound", a.From.Value()})
		}
		if a.To != nil {
			one = append(one, prop{"MetricIntervalUpperBound", a.To.Value()})
		}
		steps = append(steps, append(one, prop{"ScalingAdjustment", a.By}))
	}
	return steps
}

// alarmName is an alarm's name, which no other in the account should have.
func (w *treeWriter) alarmName(policy string) string {
	return strings.ReplaceAll(plainLine(w.Scenario), " ", "-") + "-" + policy + alarmSuffix
}

// aggregationOf is AWS's word for how the breach is measured over several datapoints.
func aggregationOf(above aws.Assume, t *aws.Step) string {
	how := above.StepMetricForCalc
	if t.Assume.StepMetricForCalc != nil {
		how = t.Assume.StepMetricForCalc
	}
	if *how == "max" {
		return "Maximum"
	}
	return "Average"
}

// operators are AWS's words for the four comparisons.
func comparison(a *aws.Alarm) (string, *aws.Level) {
	switch {
	case a.Above != nil:
		return "GreaterThanThreshold", a.Above
	case a.AtOrAbove != nil:
		return "GreaterThanOrEqualToThreshold", a.AtOrAbove
	case a.Below != nil:
		return "LessThanThreshold", a.Below
	}
	return "LessThanOrEqualToThreshold", a.AtOrBelow
}

// alarm writes a step policy's alarm.
func (w *treeWriter) alarm(name string, a *aws.Alarm, policy string) props {
	m := ourMetric(w.settings.Service, a.Metric)
	operator, threshold := comparison(a)
	out := append(props{{"AlarmName", name}}, w.metric(m)...)
	if word := statisticOut(m, a); strings.HasPrefix(word, "p") {
		out = append(out, prop{"ExtendedStatistic", word}, prop{"EvaluateLowSampleCountPercentile", a.LowSamples})
	} else {
		out = append(out, prop{"Statistic", word})
	}
	return append(out, prop{"Period", whole(*a.Period)}, prop{"EvaluationPeriods", a.Datapoints.N}, prop{"DatapointsToAlarm", a.Datapoints.M},
		prop{"Threshold", threshold.Value()}, prop{"ComparisonOperator", operator}, prop{"TreatMissingData", a.Missing}, prop{"AlarmActions", []any{arn(policy)}})
}

// statisticOut is AWS's word for the statistic that is the same there; "" if there is none.
func statisticOut(m *counterpart, a *aws.Alarm) string {
	word := a.Statistic.String()
	same := a.Period != nil && *a.Period == m.every // one value a period: all its statistics but the count are that value
	switch {
	case m.counts && (word == "sum" || same && word == "average"):
		return "Sum"
	case !m.counts && !latency(m.metric) && word == "average":
		return "Average"
	case m.counts || !latency(m.metric):
		return ""
	}
	for _, s := range statistics {
		if s.ours == word {
			return s.aws
		}
	}
	return word
}

// schedule writes a scheduled action.
func (w *treeWriter) schedule(i int, s *aws.Schedule) {
	name := policyName(s.Name, "schedule", i)
	zone := s.Zone.Location()
	out := append(props{{"ScheduledActionName", name}}, w.identity()...)
	timezone := s.Zone.String()
	from := s.From
	switch {
	case s.Cron != nil:
		out = append(out, prop{"Schedule", s.Cron.String()})
	case s.Every != nil:
		out = append(out, prop{"Schedule", rate(time.Duration(*s.Every))})
		if from == nil { // AWS would count from when the action is made
			out = append(out, prop{"StartTime", stampOut(w.Start.Add(w.Begin))})
		}
	default:
		at, local := s.At.Local()
		if !local {
			at, timezone = s.At.Time(zone, w.Start).UTC().Format("2006-01-02T15:04:05"), "UTC"
		}
		out = append(out, prop{"Schedule", "at(" + at + ")"})
	}
	out = append(out, prop{"Timezone", timezone})
	if from != nil {
		out = append(out, prop{"StartTime", stampOut(from.Time(zone, w.Start))})
	}
	if s.Until != nil {
		out = append(out, prop{"EndTime", stampOut(s.Until.Time(zone, w.Start))})
	}
	action := props{}
	if s.Min != nil {
		action = append(action, prop{"MinCapacity", *s.Min})
	}
	if s.Max != nil {
		action = append(action, prop{"MaxCapacity", *s.Max})
	}
	w.add(resourceOut{is: anAction, name: w.logical("schedule", name), target: targetName, props: append(out, prop{"ScalableTargetAction", action})})
}

func stampOut(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// rate is AWS's rate(…), in the largest whole unit.
func rate(d time.Duration) string {
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"day", unit.Day}, {"hour", time.Hour}} {
		if d%u.unit == 0 {
			return plural(int(d/u.unit), u.name)
		}
	}
	return plural(int(d/time.Minute), "minute")
}

func plural(n int, name string) string {
	if n != 1 {
		name += "s"
	}
	return fmt.Sprintf("rate(%d %s)", n, name)
}

// snake is PascalCase in snake_case.
func snake(key string) string {
	var b strings.Builder
	for i, c := range key {
		if c >= 'A' && c <= 'Z' {
			if i > 0 && !(key[i-1] >= 'A' && key[i-1] <= 'Z') {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}
