package aws

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/policy"
	"headroom/problem"
	"headroom/unit"
)

// Quotas of one scalable target (aws.md §2.4).
const (
	MaxPolicies  = 50
	MaxSchedules = 200
	MaxSteps     = 20
)

// Check says what cannot hold together in the settings.
func (s *Settings) Check() []problem.Problem {
	var out report
	if s.Min > s.Max {
		out.add("min", fmt.Sprintf("at most max, %d", s.Max), fmt.Sprint(s.Min), "min", "max")
	}
	v := serviceOf(s.Service)
	v.limits(&out, "", &s.Min, &s.Max)
	if n := len(s.Policies); n > MaxPolicies {
		out.add("policies", fmt.Sprintf("at most %d policies", MaxPolicies), fmt.Sprint(n), "policies.#")
	}
	if n := len(s.Schedules); n > MaxSchedules {
		out.add("schedules", fmt.Sprintf("at most %d schedules", MaxSchedules), fmt.Sprint(n), "schedules.#")
	}
	s.checkNames(&out)
	tracked := map[string]int{}
	for i := range s.Policies {
		path := fmt.Sprintf("policies.%d", i)
		switch p := &s.Policies[i]; {
		case p.TargetTracking != nil:
			t, path := p.TargetTracking, path+".target-tracking"
			out.under(path, t.check(s.Service, s.Assume))
			if first, twice := tracked[t.Metric]; twice {
				out.add(path+".metric", fmt.Sprintf("another metric than that of policies.%d: target-tracking policies each have their own", first), t.Metric,
					path+".metric", fmt.Sprintf("policies.%d.target-tracking.metric", first))
			} else {
				tracked[t.Metric] = i
			}
		case p.Step != nil:
			out.under(path+".step", p.Step.check(s.Service, s.Assume))
			if v.noSteps {
				out.add(path+".step", "target tracking: step policies do not exist for "+s.Service, "a step policy", path+".step", "service")
			}
		default:
			out.add(path, "one of target-tracking, step", "")
		}
	}
	s.checkSchedules(&out)
	s.checkSuspensions(&out)
	return out
}

// report collects problems.
type report []problem.Problem

// add is a problem at a path, concluded from the values at the paths of; from its own if there are none.
func (r *report) add(path, must, got string, of ...string) {
	*r = append(*r, problem.Problem{Path: path, Must: must, Got: got, Of: of})
}

func (r *report) under(path string, ps []problem.Problem) {
	*r = append(*r, problem.Under(path, ps)...)
}

// taken are the names of policies and schedules, by the path that has it: each must have its own, for the log tells them apart by it.
type taken map[string]string

// take holds that a name at a path is taken only once; an empty one is none.
func (first taken) take(out *report, path, name string) {
	if name == "" {
		return
	}
	if where, twice := first[name]; twice {
		out.add(path, "a name of its own, not that of "+strings.TrimSuffix(where, ".name"), name, path, where)
		return
	}
	first[name] = path
}

// checkNames holds that every policy and schedule has a name of its own.
func (s *Settings) checkNames(out *report) {
	first := taken{}
	for i, p := range s.Policies {
		if p.TargetTracking != nil {
			first.take(out, fmt.Sprintf("policies.%d.target-tracking.name", i), p.TargetTracking.Name)
		} else if p.Step != nil {
			first.take(out, fmt.Sprintf("policies.%d.step.name", i), p.Step.Name)
		}
	}
	for i, sch := range s.Schedules {
		first.take(out, fmt.Sprintf("schedules.%d.name", i), sch.Name)
	}
	for i, w := range s.Suspensions {
		first.take(out, fmt.Sprintf("suspensions.%d.name", i), w.Name)
	}
}

// check says what is wrong with a target-tracking policy.
func (t *TargetTracking) check(service string, above Assume) []problem.Problem {
	var out report
	out.metric("metric", service, t.Metric)
	out.level("target", t.Metric, false, &t.Target, "metric")
	if v := serviceOf(service); v.below > 0 && !t.Target.Timed && (t.Target.Value() < 20 || t.Target.Value() > 90) {
		out.add("target", "from 20 to 90 percent for "+service, t.Target.String())
	}
	out.period("alarm.period", t.Alarm.Period)
	const period, assumed = "alarm.period", "assume.evaluation-range"
	ranged := t.Assume.over(above)
	out.interval("alarm.out", serviceOf(service).tracking(t).Alarm.Out, t.Alarm.Period, ranged, "alarm.out", period, assumed)
	if t.Alarm.In != nil {
		out.interval("alarm.in", *t.Alarm.In, t.Alarm.Period, ranged, "alarm.in", period, assumed)
	} else if t.Alarm.Period != nil {
		out.interval("alarm.in", TrackingIn(t.Alarm, *t.Alarm.Period), t.Alarm.Period, ranged, "alarm.in", period, assumed)
	}
	return out
}

// check says what is wrong with a step policy.
func (t *Step) check(service string, above Assume) []problem.Problem {
	var out report
	a := &t.Alarm
	out.metric("alarm.metric", service, a.Metric)
	counts := a.Statistic.word == "count"
	given := 0
	for _, side := range []struct {
		name  string
		level *Level
	}{{"above", a.Above}, {"at-or-above", a.AtOrAbove}, {"below", a.Below}, {"at-or-below", a.AtOrBelow}} {
		if side.level != nil {
			given++
			out.level("alarm."+side.name, a.Metric, counts, side.level, "alarm.metric", "alarm.statistic")
		}
	}
	if given != 1 {
		out.add("alarm", "exactly one of above, at-or-above, below, at-or-below", fmt.Sprintf("%d of them", given),
			"alarm.above", "alarm.at-or-above", "alarm.below", "alarm.at-or-below")
	}
	out.period("alarm.period", a.Period)
	out.interval("alarm.datapoints", a.Datapoints, a.Period, t.Assume.over(above), "alarm.datapoints", "alarm.period", "assume.evaluation-range")
	if t.MinimumStep != nil && t.Adjust != "percent" {
		out.add("minimum-step", "only with adjust: percent", t.Adjust, "minimum-step", "adjust")
	}
	for i, step := range t.Steps {
		path := fmt.Sprintf("steps.%d", i)
		out.level(path+".from", a.Metric, counts, step.From, "alarm.metric", "alarm.statistic")
		out.level(path+".to", a.Metric, counts, step.To, "alarm.metric", "alarm.statistic")
		if t.Adjust == "exact" && step.By < 0 {
			out.add(path+".by", "a capacity, 0 or more, with adjust: exact", fmt.Sprint(step.By), path+".by", "adjust")
		}
	}
	out.under("steps", checkSteps(t.Steps))
	return out
}

// checkSteps holds the rules of step adjustments (aws.md §3): no gap, no overlap, one open end at most on either side and not
// both in one step; a negative lower bound needs a step open below, a positive upper bound one open above.
func checkSteps(steps []Adjustment) []problem.Problem {
	var out report
	if len(steps) == 0 {
		out.add("", "at least one step", "none", "#")
		return out
	}
	if len(steps) > MaxSteps {
		out.add("", fmt.Sprintf("at most %d steps", MaxSteps), fmt.Sprint(len(steps)), "#")
	}
	openBelow, openAbove := 0, 0
	needsBelow, needsAbove := -1, -1
	sorted := make([]int, len(steps)) // by lower end
	var froms, tos []string
	for i, s := range steps {
		sorted[i] = i
		path := fmt.Sprint(i)
		froms, tos = append(froms, path+".from"), append(tos, path+".to")
		switch {
		case s.From == nil && s.To == nil:
			out.add(path, "from or to: a step cannot be open on both sides", "", froms[i], tos[i])
		case s.From != nil && s.To != nil && s.From.Value() >= s.To.Value():
			out.add(path, "from below to", s.From.String()+" and "+s.To.String(), froms[i], tos[i])
		}
		if s.From == nil {
			openBelow++
		} else if s.From.Value() < 0 {
			needsBelow = i
		}
		if s.To == nil {
			openAbove++
		} else if s.To.Value() > 0 {
			needsAbove = i
		}
	}
	if openBelow > 1 {
		out.add("", "at most one step without from", fmt.Sprint(openBelow), froms...)
	}
	if openAbove > 1 {
		out.add("", "at most one step without to", fmt.Sprint(openAbove), tos...)
	}
	if needsBelow >= 0 && openBelow == 0 {
		out.add(fmt.Sprint(needsBelow)+".from", "0 or more, or another step without from: below the lowest one nothing would happen", steps[needsBelow].From.String(), froms...)
	}
	if needsAbove >= 0 && openAbove == 0 {
		out.add(fmt.Sprint(needsAbove)+".to", "0 or less, or another step without to: above the highest one nothing would happen", steps[needsAbove].To.String(), tos...)
	}
	if len(out) == 0 {
		checkNeighbours(&out, steps, sorted, append(froms, tos...))
	}
	return out
}

// checkNeighbours holds that steps touch and do not overlap, whatever their order in the list. ends are all their ends' paths.
func checkNeighbours(out *report, steps []Adjustment, sorted []int, ends []string) {
	slices.SortStableFunc(sorted, func(a, b int) int {
		x, y := steps[a].From, steps[b].From
		switch {
		case x == nil && y == nil:
			return 0
		case x == nil || y != nil && x.Value() < y.Value():
			return -1
		case y == nil || y.Value() < x.Value():
			return 1
		}
		return 0
	})
	for k := 1; k < len(sorted); k++ {
		i := sorted[k]
		end := steps[sorted[k-1]].To
		path := fmt.Sprint(i) + ".from"
		switch from := steps[i].From; {
		case end == nil || from == nil || from.Value() < end.Value():
			got := "an open end"
			if end != nil && from != nil {
				got = from.String() + " against " + end.String()
			}
			out.add(path, fmt.Sprintf("no overlap with steps.%d", sorted[k-1]), got, ends...)
		case from.Value() > end.Value():
			out.add(path, fmt.Sprintf("no gap after steps.%d, which ends at %s", sorted[k-1], end), from.String(), ends...)
		}
	}
}

// metric holds that a metric is one of the service's, with the nearest ones or the reason where it is not.
func (r *report) metric(path, service, name string) {
	if _, ok := Lookup(service, name); ok {
		return
	}
	must, known := "a metric", plainly
	if service != "" { // "": it could not be read
		must, known = must+" of "+service, names(service)
	}
	p := problem.Problem{Path: path, Must: must + ": " + strings.Join(known, ", "), Got: name}
	if reason := absence(service, name); reason != "" {
		p.Must = must + "; " + name + ": " + reason
	} else if near := nearest(name, names(service)); near != "" {
		p.Hint = "did you mean " + near + "?"
	}
	*r = append(*r, p)
}

// level holds that a duration stands for a latency only; of are the paths of the metric and of its statistic.
func (r *report) level(path, metric string, counts bool, l *Level, of ...string) {
	if l == nil || !l.Timed {
		return
	}
	of = append(of, path)
	m, ok := Lookup("", metric)
	switch {
	case ok && m.Kind != Latency:
		r.add(path, fmt.Sprintf("a bare number in the unit of %s (%s)", metric, m.Unit), l.String(), of...)
	case ok && counts:
		r.add(path, "a bare number: the statistic count is not a time", l.String(), of...)
	}
}

// CheckMetric holds that a metric is one of a service's ("": of any), with the nearest ones or the reason where it is not.
func CheckMetric(path, service, name string) []problem.Problem {
	var out report
	out.metric(path, service, name)
	return out
}

// CheckLevel holds that a duration stands for a latency only; of are the paths of the metric and of its statistic.
func CheckLevel(path, metric string, s Statistic, l *Level, of ...string) []problem.Problem {
	var out report
	out.level(path, metric, s.word == "count", l, of...)
	return out
}

// period holds that an alarm's period is one that CloudWatch knows.
func (r *report) period(path string, d *time.Duration) {
	if d != nil && !knownPeriod(*d) {
		r.add(path, "10s, 20s, 30s or whole minutes", unit.FormatDuration(*d))
	}
}

// knownPeriod tells whether CloudWatch knows an alarm's period.
func knownPeriod(d time.Duration) bool {
	return d > 0 && d%time.Minute == 0 || d == 10*time.Second || d == 20*time.Second || d == 30*time.Second
}

// interval holds that an alarm does not look back further than CloudWatch does, and at N datapoints at least; of are the paths
// of its form, its period and the evaluation range.
func (r *report) interval(path string, form Datapoints, period *time.Duration, as Assume, of ...string) {
	if form.M < 1 || form.N < form.M {
		r.add(path, "M of N with M from 1 to N", form.String(), of...)
		return
	}
	if e := as.EvaluationRange; e != nil && e.Total > 0 && e.Total < form.N {
		r.add(path, fmt.Sprintf("at most as many datapoints as assume.evaluation-range, %d", e.Total), form.String(), of...)
	}
	if period == nil {
		return
	}
	most, word := 24*time.Hour, "1d"
	if *period >= time.Hour {
		most, word = 7*24*time.Hour, "7d"
	}
	if span := form.Interval(*period); span > most {
		r.add(path, "at most "+word+" in all", form.String()+" periods of "+unit.FormatDuration(*period), of...)
	}
}

// CheckTiming says where an alarm does not fit the metric's timing: its period must be the metric's or a multiple of it, and with
// the metric's period too it must not look back too far. A metric whose timing is not known has period 0.
func (s *Settings) CheckTiming(timing policy.Timing) []problem.Problem {
	var out report
	look := func(path, metric, own string, period *time.Duration, key string, form func(every time.Duration) Datapoints) {
		of := []string{own, path + ".period"}
		switch every, _ := timing(metric); {
		case every <= 0:
		case period == nil:
			out.interval(path, form(every), &every, Assume{}, append(of, path+key)...)
		case *period%every != 0:
			out.add(path+".period", fmt.Sprintf("a multiple of the period of %s, %s", metric, unit.FormatDuration(every)), unit.FormatDuration(*period), of...)
		}
	}
	for i, p := range s.Policies {
		if t := p.TargetTracking; t != nil {
			path := fmt.Sprintf("policies.%d.target-tracking.", i)
			look(path+"alarm", t.Metric, path+"metric", t.Alarm.Period, ".in", func(every time.Duration) Datapoints { return TrackingIn(t.Alarm, every) })
		} else if p.Step != nil {
			a, path := p.Step.Alarm, fmt.Sprintf("policies.%d.step.alarm", i)
			look(path, a.Metric, path+".metric", a.Period, ".datapoints", func(time.Duration) Datapoints { return a.Datapoints })
		}
	}
	return out
}

// names are the names of a service's metrics.
func names(service string) []string {
	var out []string
	for _, m := range Metrics(service) {
		out = append(out, m.Name)
	}
	return out
}

// nearest is the known name most like a given one, "" if none is like it: at most a third of its letters differ.
func nearest(name string, known []string) string {
	best, least := "", len(name)/3+1
	for _, k := range known {
		if d := problem.Edits(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}
