package aws

import (
	"fmt"

	"headroom/problem"
)

// checkSchedules says what is wrong with the schedules, each by itself and against the limits of the others.
func (s *Settings) checkSchedules(out *report) {
	lowest, highest := s.Min, s.Max
	mins, maxs := []string{"min"}, []string{"max"} // what lowest and highest are of
	for i, sch := range s.Schedules {
		mins, maxs = append(mins, fmt.Sprintf("schedules.%d.min", i)), append(maxs, fmt.Sprintf("schedules.%d.max", i))
		if sch.Min != nil {
			lowest = min(lowest, *sch.Min)
		}
		if sch.Max != nil {
			highest = max(highest, *sch.Max)
		}
	}
	for i := range s.Schedules {
		sch := &s.Schedules[i]
		path := fmt.Sprintf("schedules.%d", i)
		out.under(path, sch.check())
		serviceOf(s.Service).limits(out, path+".", sch.Min, sch.Max)
		switch {
		case sch.Min != nil && sch.Max != nil:
			if *sch.Min > *sch.Max {
				out.add(path+".min", fmt.Sprintf("at most max, %d", *sch.Max), fmt.Sprint(*sch.Min), path+".min", path+".max")
			}
		case sch.Min != nil && *sch.Min > highest:
			out.add(path+".min", fmt.Sprintf("at most the highest max that is ever set, %d", highest), fmt.Sprint(*sch.Min), append(maxs, path+".min")...)
		case sch.Max != nil && *sch.Max < lowest:
			out.add(path+".max", fmt.Sprintf("at least the lowest min that is ever set, %d", lowest), fmt.Sprint(*sch.Max), append(mins, path+".max")...)
		}
	}
}

// check says what is wrong with one schedule.
func (s *Schedule) check() []problem.Problem {
	var out report
	given := 0
	for _, is := range []bool{s.Cron != nil, s.At != nil, s.Every != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		out.add("", "exactly one of cron, at, every", fmt.Sprintf("%d of them", given), "cron", "at", "every")
	}
	if s.Min == nil && s.Max == nil {
		out.add("", "min or max or both", "neither", "min", "max")
	}
	for _, stamp := range []struct {
		path  string
		stamp *Stamp
	}{{"at", s.At}, {"from", s.From}, {"until", s.Until}} {
		if stamp.stamp != nil && !stamp.stamp.exists(s.Zone.Location()) {
			out.add(stamp.path, "a local time that exists: clocks in "+s.Zone.String()+" skip it", stamp.stamp.String(), stamp.path, "zone")
		}
	}
	if s.At != nil && s.From != nil {
		out.add("from", "only with cron or every", s.From.String())
	}
	if s.At != nil && s.Until != nil {
		out.add("until", "only with cron or every", s.Until.String())
	}
	if s.From != nil && s.Until != nil && !s.From.before(*s.Until, s.Zone.Location()) {
		out.add("until", "after from, "+s.From.String(), s.Until.String(), "from", "until", "zone")
	}
	return out
}
