package aws

import (
	"fmt"
	"strings"

	"headroom/policy"
	"headroom/problem"
)

// MaxGroupSchedules is the quota of scheduled actions of one group (aws.md §4.3).
const MaxGroupSchedules = 125

// Check says what cannot hold together in the settings.
func (g *Group) Check() []problem.Problem {
	var out report
	if g.Min > g.Max {
		out.add("min", fmt.Sprintf("at most max, %d", g.Max), fmt.Sprint(g.Min), "min", "max")
	}
	if n := len(g.Policies); n > MaxPolicies {
		out.add("policies", fmt.Sprintf("at most %d policies", MaxPolicies), fmt.Sprint(n), "policies.#")
	}
	if n := len(g.Schedules); n > MaxGroupSchedules {
		out.add("schedules", fmt.Sprintf("at most %d schedules", MaxGroupSchedules), fmt.Sprint(n), "schedules.#")
	}
	if w := g.WarmPool; w != nil && g.weight() > 1 {
		out.add("weight", "1 with a warm pool: AWS does not say whether its sizes are in units", fmt.Sprint(g.Weight), "weight", "warm-pool")
	}
	g.checkNames(&out)
	tracked := map[string]int{}
	for i, twin := range g.twins() {
		p := &g.Policies[i]
		path := fmt.Sprintf("policies.%d.%s", i, p.path())
		switch {
		case p.TargetTracking != nil:
			out.under(path, twin.TargetTracking.check(ASG, g.Assume.whole()))
			if first, twice := tracked[p.TargetTracking.Metric]; twice {
				out.add(path+".metric", fmt.Sprintf("another metric than that of policies.%d: target-tracking policies each have their own", first),
					p.TargetTracking.Metric, path+".metric", fmt.Sprintf("policies.%d.target-tracking.metric", first))
			} else {
				tracked[p.TargetTracking.Metric] = i
			}
		case p.Step != nil:
			out.under(path, twin.Step.check(ASG, g.Assume.whole()))
		case p.Simple != nil:
			out.under(path, p.Simple.check(*twin.Step, g.Assume.whole()))
		case p.Predictive != nil:
			out.under(path, p.Predictive.check())
		default:
			out.add(strings.TrimSuffix(path, "."), "one of simple, step, target-tracking, predictive", "")
		}
	}
	g.checkSchedules(&out)
	return out
}

// check says what is wrong with a simple policy; twin is the same as a step policy without a step.
func (s *Simple) check(twin Step, above Assume) []problem.Problem {
	var out report
	twin.Steps = []Adjustment{{From: &Level{}, By: 1}}
	out = append(out, twin.check(ASG, above)...)
	switch {
	case s.Adjust == "exact" && s.By < 0:
		out.add("by", "a capacity, 0 or more, with adjust: exact", fmt.Sprint(s.By), "by", "adjust")
	case s.Adjust != "exact" && s.By == 0:
		out.add("by", "a change, not 0", "0", "by", "adjust")
	}
	return out
}

// checkNames holds that every policy and schedule has a name of its own: the log tells them apart by it.
func (g *Group) checkNames(out *report) {
	first := taken{}
	for i, p := range g.Policies {
		first.take(out, fmt.Sprintf("policies.%d.%s.name", i, p.path()), p.name())
	}
	for i, s := range g.Schedules {
		first.take(out, fmt.Sprintf("schedules.%d.name", i), s.Name)
	}
}

// checkSchedules says what is wrong with the schedules, each by itself and against the limits of the others.
func (g *Group) checkSchedules(out *report) {
	lowest, highest := g.Min, g.Max
	mins, maxs := []string{"min"}, []string{"max"}
	for i, s := range g.Schedules {
		mins, maxs = append(mins, fmt.Sprintf("schedules.%d.min", i)), append(maxs, fmt.Sprintf("schedules.%d.max", i))
		lowest, highest = min(lowest, *orDefault(s.Min, lowest)), max(highest, *orDefault(s.Max, highest))
	}
	for i := range g.Schedules {
		s := &g.Schedules[i]
		path := fmt.Sprintf("schedules.%d", i)
		out.under(path, s.check())
		bound := func(key string, v *int, low *int, least string, high *int, most string) {
			switch {
			case v == nil:
			case low != nil && *v < *low:
				out.add(path+"."+key, fmt.Sprintf("at least %s, %d", least, *low), fmt.Sprint(*v), path+"."+key, path+".min")
			case high != nil && *v > *high:
				out.add(path+"."+key, fmt.Sprintf("at most %s, %d", most, *high), fmt.Sprint(*v), path+"."+key, path+".max")
			case low == nil && *v < lowest:
				out.add(path+"."+key, fmt.Sprintf("at least the lowest min that is ever set, %d", lowest), fmt.Sprint(*v), append(mins, path+"."+key)...)
			case high == nil && *v > highest:
				out.add(path+"."+key, fmt.Sprintf("at most the highest max that is ever set, %d", highest), fmt.Sprint(*v), append(maxs, path+"."+key)...)
			}
		}
		bound("min", s.Min, nil, "", s.Max, "max")
		if s.Min == nil {
			bound("max", s.Max, nil, "", nil, "")
		}
		bound("desired", s.Desired, s.Min, "min", s.Max, "max")
	}
}

// check says what is wrong with one schedule.
func (s *GroupSchedule) check() []problem.Problem {
	var out report
	if (s.Cron == nil) == (s.At == nil) {
		out.add("", "exactly one of cron, at", map[bool]string{true: "neither", false: "both"}[s.Cron == nil], "cron", "at")
	}
	if s.Min == nil && s.Max == nil && s.Desired == nil {
		out.add("", "min, max or desired", "none of them", "min", "max", "desired")
	}
	twin := s.twin()
	twin.Min = orDefault(twin.Min, 0)
	if s.Cron == nil && s.At == nil || s.Cron != nil && s.At != nil {
		twin.At, twin.Cron = nil, new(Cron) // said already
	}
	return append(out, twin.check()...)
}

// twin is the schedule as one of Application Auto Scaling, which fires at the same times and moves the same limits.
func (s *GroupSchedule) twin() Schedule {
	t := Schedule{Name: s.Name, At: s.At, Zone: s.Zone, Min: s.Min, Max: s.Max, From: s.From, Until: s.Until}
	if s.Cron != nil {
		t.Cron = &s.Cron.cron
	}
	return t
}

// CheckTiming says where an alarm does not fit the metric's timing.
func (g *Group) CheckTiming(timing policy.Timing) []problem.Problem {
	twins := Settings{Policies: g.twins()}
	ps := twins.CheckTiming(timing)
	for i := range ps {
		ps[i].Path = g.place(ps[i].Path)
		for k := range ps[i].Of {
			ps[i].Of[k] = g.place(ps[i].Of[k])
		}
	}
	return ps
}

// place is where a path of the twins lies among the settings.
func (g *Group) place(path string) string {
	for i, p := range g.Policies {
		if rest, ok := strings.CutPrefix(path, fmt.Sprintf("policies.%d.step.", i)); ok && p.Simple != nil {
			return fmt.Sprintf("policies.%d.simple.%s", i, rest)
		}
	}
	return path
}
