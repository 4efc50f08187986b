package exchange

import (
	"fmt"
	"strings"

	"headroom/policy/aws"
)

// adjustments are AWS's words for how a step changes capacity.
var adjustments = []struct{ aws, ours string }{
	{"PercentChangeInCapacity", "percent"}, {"ChangeInCapacity", "change"}, {"ExactCapacity", "exact"},
}

// steps reads a step configuration: a policy for each alarm that triggers it.
func (b *builder) steps(n *node, label string, alarms []*piece) (out []aws.Policy) {
	form, ok := b.stepForm(n, label)
	if !ok {
		return nil
	}
	if len(alarms) == 0 {
		b.note(n, "a step policy that no alarm in the files triggers: it is left out (describe-alarms, or the alarm's resource, has it)")
		return nil
	}
	if len(alarms) > 1 {
		b.remark(n, fmt.Sprintf("%d alarms trigger it: it becomes as many policies, each with a cooldown of its own", len(alarms)))
	}
	aggregation, _ := b.text(n, "MetricAggregationType")
	for _, a := range alarms {
		step := form
		step.Steps = nil
		alarm := b.alarm(a)
		if alarm == nil {
			continue
		}
		step.Alarm = *alarm
		if step.Steps = b.adjustments(n, timed(alarm)); len(step.Steps) == 0 {
			b.note(n, "a step policy without steps: it is left out")
			return nil
		}
		b.aggregation(n, &step, aggregation)
		out = append(out, aws.Policy{Step: &step})
	}
	return out
}

// stepForm reads what does not depend on the alarm.
func (b *builder) stepForm(n *node, label string) (aws.Step, bool) {
	s := aws.Step{Name: label}
	word, _ := b.text(n, "AdjustmentType")
	for _, a := range adjustments {
		if a.aws == word {
			s.Adjust = a.ours
		}
	}
	if s.Adjust == "" {
		b.note(n, "a step policy whose AdjustmentType is "+plainLine(word)+": it is left out")
		return s, false
	}
	if v, ok := b.whole(n, "MinAdjustmentMagnitude"); ok && v != 0 {
		if s.Adjust == "percent" {
			s.MinimumStep = &v
		} else {
			b.remark(n.at("MinAdjustmentMagnitude"), "has no effect: the adjustment is not in percent")
		}
	}
	s.Cooldown = b.cooldown(n, "Cooldown", "step.cooldown", aws.CooldownDefault)
	return s, true
}

// aggregation is how the breach is measured over the datapoints of the alarm's window.
func (b *builder) aggregation(n *node, s *aws.Step, word string) {
	switch word {
	case "", "Average":
	case "Maximum":
		s.Assume.StepMetricForCalc = new("max")
	default:
		if s.Alarm.Datapoints.N > 1 {
			b.remark(n.at("MetricAggregationType"), plainLine(word)+" of several datapoints is taken as their average")
		}
	}
}

// adjustments reads the bands.
func (b *builder) adjustments(n *node, timed bool) (out []aws.Adjustment) {
	for _, c := range n.list("StepAdjustments") {
		by, ok := b.whole(c, "ScalingAdjustment")
		if !ok {
			b.note(c, "a step without a whole ScalingAdjustment")
			continue
		}
		a := aws.Adjustment{By: by}
		if v, ok := b.number(c, "MetricIntervalLowerBound"); ok {
			from := level(timed, v)
			a.From = &from
		}
		if v, ok := b.number(c, "MetricIntervalUpperBound"); ok {
			to := level(timed, v)
			a.To = &to
		}
		out = append(out, a)
	}
	return out
}

// alarm reads a step policy's alarm; nil, and a note, if it cannot be simulated.
func (b *builder) alarm(p *piece) *aws.Alarm {
	n := p.node
	b.alarmWithout(n)
	if on, read := b.truth(n, "ActionsEnabled"); read && !on {
		b.note(n, "its actions are disabled: the policy is left out")
		return nil
	}
	c := n
	if n.has("Metrics") {
		if c = b.single(n); c == nil {
			n.done()
			return nil
		}
	}
	m := b.cloudWatch(c)
	if m == nil {
		n.done()
		return nil
	}
	a := &aws.Alarm{Metric: m.metric, Missing: "missing", LowSamples: "evaluate", Datapoints: b.datapoints(n)}
	b.unit(c)
	if !b.statistic(c, m, a) {
		return nil
	}
	threshold, ok := b.number(n, "Threshold")
	operator, _ := b.text(n, "ComparisonOperator")
	at := level(timed(a), threshold)
	switch operator {
	case "GreaterThanThreshold":
		a.Above = &at
	case "GreaterThanOrEqualToThreshold":
		a.AtOrAbove = &at
	case "LessThanThreshold":
		a.Below = &at
	case "LessThanOrEqualToThreshold":
		a.AtOrBelow = &at
	default:
		ok = false
	}
	if !ok || a.Datapoints.N == 0 {
		b.note(n, "an alarm whose threshold, comparison or datapoints are not those of a plain alarm: the policy is left out")
		return nil
	}
	if period, read := b.number(c, "Period"); read {
		d := seconds(period)
		a.Period = &d
	}
	if missing, read := b.text(n, "TreatMissingData"); read {
		a.Missing = missing
	}
	if word, read := b.text(n, "EvaluateLowSampleCountPercentile"); read {
		a.LowSamples = word
	}
	return a
}

// timed tells whether what an alarm looks at are times.
func timed(a *aws.Alarm) bool { return latency(a.Metric) && a.Statistic.String() != "count" }

// statistics are AWS's words for what an alarm makes of a period.
var statistics = []struct{ aws, ours string }{
	{"Average", "average"}, {"Sum", "sum"}, {"Minimum", "min"}, {"Maximum", "max"}, {"SampleCount", "count"},
}

// statistic reads an alarm's statistic; false, and a note, if the metric has no such thing here.
func (b *builder) statistic(n *node, m *counterpart, a *aws.Alarm) bool {
	word, _ := b.text(n, "ExtendedStatistic")
	for _, key := range []string{"Statistic", "Stat"} {
		if v, ok := b.text(n, key); ok {
			word = v
		}
	}
	ours := strings.ToLower(word)
	for _, s := range statistics {
		if s.aws == word {
			ours = s.ours
		}
	}
	var s aws.Statistic
	switch err := s.UnmarshalText([]byte(ours)); {
	case err != nil:
		b.note(n, "the statistic "+plainLine(word)+" is not simulated: the policy is left out")
		return false
	case m.counts && ours != "sum":
		b.note(n, fmt.Sprintf("the %s of %s is not a count of requests, only Sum is: the policy is left out", plainLine(word), m.name))
		return false
	case !m.counts && !latency(m.metric) && ours != "average":
		b.remark(n, fmt.Sprintf("one value of the whole fleet is published, so %s is that of its averages", plainLine(word)))
	}
	a.Statistic = s
	return true
}

// datapoints are M of N of an alarm; N is 0 if it does not say.
func (b *builder) datapoints(n *node) aws.Datapoints {
	of, ok := b.whole(n, "EvaluationPeriods")
	if !ok || of < 1 {
		return aws.Datapoints{}
	}
	m, _ := b.whole(n, "DatapointsToAlarm")
	if m == 0 {
		m = of
	}
	if m < 1 || m > of {
		return aws.Datapoints{}
	}
	return aws.Datapoints{M: m, N: of}
}

// alarmWithout accounts for what an alarm says beside its condition.
func (b *builder) alarmWithout(n *node) {
	b.skip(n, "AlarmName", "AlarmArn", "AlarmARN", "AlarmDescription", "AlarmConfigurationUpdatedTimestamp", "StateValue", "StateReason", "StateReasonData",
		"StateUpdatedTimestamp", "StateTransitionedTimestamp", "OKActions", "OkActions", "InsufficientDataActions", "Tags", "TagsAll", "Id", "EvaluationState")
	n.at("AlarmActions").done()
}
