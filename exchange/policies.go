package exchange

import (
	"fmt"
	"math"
	"strings"
	"time"

	"headroom/policy/aws"
	"headroom/unit"
)

// policies reads the target's policies with their alarms, in the order of the files.
func (b *builder) policies(s *aws.Settings) {
	s.Policies = []aws.Policy{}
	taken := map[string]int{}
	for _, p := range b.pieces {
		switch p.is {
		case aPolicy, aTracking, aStep:
		default:
			continue
		}
		b.out.said.policies = true
		if !b.belongs(p) {
			continue
		}
		b.prefix = fmt.Sprintf("policies.%d.", len(s.Policies))
		for _, made := range b.policy(p) {
			own := &made.Step
			if t := made.TargetTracking; t != nil {
				t.Name = unique(taken, t.Name)
			} else {
				(*own).Name = unique(taken, (*own).Name)
			}
			b.read(fmt.Sprintf("policies.%d", len(s.Policies)), p.node)
			s.Policies = append(s.Policies, made)
		}
	}
}

// belongs tells whether a policy is the target's, as mine does for a whole kind: policies keep their order across kinds.
func (b *builder) belongs(p *piece) bool {
	r := b.resourceOf(p)
	if p.is == aPolicy && !r.matches(b.chosen) {
		p.node.done()
		b.elsewhere = append(b.elsewhere, Note{p.node.file, p.node.path, "scaling policy of another target, " + name(r)})
		return false
	}
	for _, key := range []string{"ResourceId", "ScalableDimension", "ServiceNamespace", "ScalingTargetId"} {
		p.node.at(key).done()
	}
	return true
}

// unique is a name that no other has: the second of the same name gets a number.
func unique(taken map[string]int, name string) string {
	if name == "" {
		return ""
	}
	taken[name]++
	if taken[name] == 1 {
		return name
	}
	return unique(taken, fmt.Sprintf("%s (%d)", name, taken[name]))
}

// policy reads one policy; a step policy with several alarms becomes one for each, a policy that cannot be simulated none.
func (b *builder) policy(p *piece) []aws.Policy {
	n := p.node
	label, _ := b.text(n, "PolicyName")
	b.skip(n, "PolicyARN", "CreationTime", "Id", "AlarmArns")
	kind, _ := b.text(n, "PolicyType")
	tracking, step := n.at("TargetTrackingScalingPolicyConfiguration"), n.at("StepScalingPolicyConfiguration")
	switch {
	case p.is == aTracking:
		tracking = n
	case p.is == aStep:
		step = n
	case n.has("PredictiveScalingPolicyConfiguration") || kind == "PredictiveScaling":
		b.note(n, "predictive scaling of Application Auto Scaling is not simulated: the policy is left out")
		return nil
	}
	alarms := b.alarms(p, label)
	switch {
	case tracking != nil:
		if t := b.tracking(tracking, alarms); t != nil {
			t.Name = label
			return []aws.Policy{{TargetTracking: t}}
		}
	case step != nil:
		return b.steps(step, label, alarms)
	default:
		b.note(n, "a policy without a configuration that is known")
	}
	return nil
}

// alarms are the alarms that trigger a policy: those it names, and those that name it.
func (b *builder) alarms(p *piece, label string) (out []*piece) {
	named := map[string]bool{}
	for _, c := range p.node.list("Alarms") {
		for _, key := range []string{"AlarmName", "AlarmARN"} {
			if v, ok := b.text(c, key); ok {
				named[v] = true
			}
		}
	}
	acts := func(a *piece) bool {
		for _, by := range a.names {
			if named[by] && by != "" {
				return true
			}
		}
		for _, on := range a.actsOn {
			if p.called(on) || label != "" && strings.HasSuffix(on, ":policyName/"+label) && strings.Contains(on, b.chosen.id) {
				return true
			}
		}
		// an input of put-metric-alarm by itself does not know the policy's ARN yet: it is joined by its name
		return len(a.actsOn) == 0 && label != "" && b.labelled(a.node.peek("AlarmName")) == label
	}
	for _, a := range b.pieces {
		if a.is == anAlarm && acts(a) {
			b.used[a] = true
			out = append(out, a)
		}
	}
	return out
}

// labelled is the name of the policy that an alarm is named after: NAME, NAME-alarm or …-NAME-alarm, the longest that fits.
func (b *builder) labelled(alarm string) (longest string) {
	for _, p := range b.pieces {
		if p.is != aPolicy && p.is != aGroupPolicy {
			continue
		}
		name := p.node.peek("PolicyName")
		fits := alarm == name || alarm == name+alarmSuffix || strings.HasSuffix(alarm, "-"+name+alarmSuffix)
		if fits && len(name) > len(longest) {
			longest = name
		}
	}
	return longest
}

// alarmSuffix is what the name of a step policy's alarm ends in when this package writes it.
const alarmSuffix = "-alarm"

// tracking reads a target-tracking configuration; nil if it cannot be simulated.
func (b *builder) tracking(n *node, alarms []*piece) *aws.TargetTracking {
	m := b.trackedMetric(n)
	target, ok := b.number(n, "TargetValue")
	if m == nil || !ok {
		if m != nil {
			b.note(n, "a target-tracking policy without a target: it is left out")
		}
		return nil
	}
	b.out.places[b.prefix+"target-tracking.target"] = n.at("TargetValue")
	usual := m.usual(level(latency(m.metric), target))
	t := &usual
	t.ScaleOutCooldown = b.cooldown(n, "ScaleOutCooldown", "target-tracking.scale-out-cooldown", *t.ScaleOutCooldown)
	t.ScaleInCooldown = b.cooldown(n, "ScaleInCooldown", "target-tracking.scale-in-cooldown", *t.ScaleInCooldown)
	if len(alarms) == 0 {
		b.filled("target-tracking.alarm", "AWS makes these alarms itself; this is their usual form")
	}
	if off, read := b.truth(n, "DisableScaleIn"); read {
		t.ScaleIn = !off
	}
	for _, a := range alarms {
		b.trackingAlarm(t, target, a)
	}
	return t
}

// trackedMetric is the metric of a target-tracking configuration; nil, and a note, if there is none here.
func (b *builder) trackedMetric(n *node) *counterpart {
	if c := n.at("PredefinedMetricSpecification"); c != nil {
		kind, _ := b.text(c, "PredefinedMetricType")
		b.skip(c, "ResourceLabel")
		m := predefined(b.kind.service, kind)
		if m == nil {
			b.note(c, "no metric of "+b.kind.service+" here is "+plainLine(kind)+": the policy is left out")
			n.done()
		}
		return m
	}
	c := n.at("CustomizedMetricSpecification")
	if c == nil {
		b.note(n, "a target-tracking policy without a metric: it is left out")
		return nil
	}
	if one := b.single(c); one != nil {
		c = one
	} else if c.has("Metrics") {
		n.done()
		return nil
	}
	m := b.cloudWatch(c)
	if m == nil {
		n.done()
		return nil
	}
	statistic, _ := b.text(c, "Statistic")
	if statistic == "" {
		statistic, _ = b.text(c, "Stat")
	}
	if statistic != m.trackingStatistic() {
		b.remark(c, fmt.Sprintf("the statistic %s of %s is taken as %s", plainLine(statistic), m.name, m.trackingStatistic()))
	}
	b.unit(c)
	return m
}

// cloudWatch is the metric that MetricName and Namespace name; nil, and a note, if it is none of ours.
func (b *builder) cloudWatch(n *node) *counterpart {
	metric, _ := b.text(n, "MetricName")
	space, _ := b.text(n, "Namespace")
	m := published(b.kind.service, space, metric)
	if m == nil {
		b.note(n, fmt.Sprintf("no metric of %s here is %s of %s: the policy is left out", b.kind.service, plainLine(metric), plainLine(space)))
		return nil
	}
	if m.metric == "" {
		return nil
	}
	for _, d := range n.list("Dimensions") {
		_, _ = b.text(d, "Name")
		value, ok := b.text(d, "Value")
		if ok && b.chosen.id != "" && !strings.HasPrefix(value, "${") && !strings.Contains("/"+b.chosen.id+"/", "/"+value+"/") {
			b.remark(d, "another resource, "+plainLine(value)+", than the one that scales: its metric is taken as that of this one")
		}
	}
	return m
}

// single is a list of metrics that is just one metric, not metric math; nil, and a note, if it is more.
func (b *builder) single(n *node) *node {
	queries := n.list("Metrics")
	if len(queries) == 0 {
		return nil
	}
	if len(queries) > 1 || queries[0].has("Expression") || !queries[0].has("MetricStat") {
		b.note(n.at("Metrics"), "metric math is not simulated: the policy is left out")
		return nil
	}
	b.skip(queries[0], "Id", "Label", "ReturnData", "AccountId")
	stat := queries[0].at("MetricStat")
	metric := stat.at("Metric")
	if metric == nil {
		b.note(queries[0], "a metric without a name: the policy is left out")
		return nil
	}
	for _, key := range []string{"Stat", "Period", "Unit"} { // one object as the plain form has it
		if stat.has(key) {
			metric.keys, metric.items = append(metric.keys, key), append(metric.items, stat.at(key))
		}
	}
	return metric
}

// unit accounts for a unit that is only a filter.
func (b *builder) unit(n *node) { b.skip(n, "Unit") }

// cooldown is a cooldown in seconds; AWS's default if it is not there. path is where it goes, below the policy.
func (b *builder) cooldown(n *node, key, path string, usual time.Duration) *time.Duration {
	d := usual
	if v, ok := b.number(n, key); ok {
		d = seconds(v)
		b.out.places[b.prefix+path] = n.at(key)
	} else {
		b.filled(path, "AWS's default: not in the files")
	}
	return &d
}

// filled remembers that a value below the current policy does not come from the files.
func (b *builder) filled(path, why string) { b.out.defaults[b.prefix+path] = why }

func seconds(v float64) time.Duration { return time.Duration(math.Round(v * float64(time.Second))) }

// level is a threshold, target or distance in the metric's unit: a latency, which AWS counts in µs, as a time.
func level(timed bool, v float64) aws.Level {
	if us := v * 1000; timed && us == math.Trunc(us) && math.Abs(us) < 1<<53 {
		return aws.Level{Timed: true, Duration: time.Duration(us)}
	}
	return aws.Level{Number: v}
}

// trackingAlarm takes the form of one of the two alarms of a target-tracking policy as AWS made it.
func (b *builder) trackingAlarm(t *aws.TargetTracking, target float64, p *piece) {
	n := p.node
	b.alarmWithout(n)
	for _, key := range []string{"MetricName", "Namespace", "Metrics", "Statistic", "ExtendedStatistic"} {
		n.at(key).done() // those of the policy
	}
	for _, d := range n.list("Dimensions") {
		_, _ = b.text(d, "Name")
		_, _ = b.text(d, "Value")
	}
	if on, read := b.truth(n, "ActionsEnabled"); read && !on {
		b.remark(n.at("ActionsEnabled"), "its actions are disabled: they are taken as enabled")
	}
	form := b.datapoints(n)
	operator, _ := b.text(n, "ComparisonOperator")
	threshold, ok := b.number(n, "Threshold")
	if missing, _ := b.text(n, "TreatMissingData"); missing != "" && missing != "missing" {
		b.remark(n.at("TreatMissingData"), "an alarm of target tracking treats missing points as missing")
	}
	if period, read := b.number(n, "Period"); read {
		d := seconds(period)
		t.Alarm.Period = &d
	}
	switch {
	case form.N == 0 || !ok:
		b.note(n, "an alarm without its datapoints or its threshold")
	case strings.HasPrefix(operator, "Greater"):
		t.Alarm.Out = form
		if !near(threshold, target) {
			b.remark(n.at("Threshold"), fmt.Sprintf("the high alarm is at %v, the target at %v: the target holds", threshold, target))
		}
	case strings.HasPrefix(operator, "Less"):
		t.Alarm.In = &form
		t.Alarm.Low = share(threshold / target)
	default:
		b.note(n.at("ComparisonOperator"), "an alarm of target tracking compares with greater or less")
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b)) }

// share is a share of the target, without the dust of a division.
func share(v float64) unit.Share {
	if round := math.Round(v*1e6) / 1e6; near(round, v) {
		v = round
	}
	return unit.Share(v)
}
