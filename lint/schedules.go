package lint

import (
	"fmt"
	"math"
	"time"
)

const (
	docSchedules = "Application Auto Scaling, scheduled scaling: default UTC; capacity moves into the new limits, cooldowns are ignored"
)

var scheduleRules = []Rule{
	{"schedule-in-utc", "local hours in a schedule without a zone", docSchedules, scheduleInUTC},
	{"schedule-conflict", "scheduled actions against each other", docSchedules, scheduleConflict},
	{"schedule-fights-tracking", "limits that fall while the policy still needs them", docSchedules, scheduleFightsTracking},
	{"schedule-never-shrinks", "min falls, and nothing takes capacity away", docSchedules, scheduleNeverShrinks},
}

// alignment is the mean rate that is there while limits are high: Σ limit × rate ÷ Σ limit. It is highest when they move with the
// traffic.
func (s *scene) alignment() float64 {
	sum, weight := 0.0, 0.0
	for k, l := range s.limits {
		n := float64(l.min.n)
		sum += n * s.base[k]
		weight += n
	}
	return sum / max(weight, 1)
}

// scheduleInUTC finds schedules without a zone whose minimum fits the traffic better when their hours are read on the clock of
// the scenario.
func scheduleInUTC(s *scene) (out []Finding) {
	local := make([]schedule, len(s.view.schedules))
	var moved []int
	for i, sch := range s.view.schedules {
		local[i] = sch
		if sch.zoned || sch.min == nil {
			continue
		}
		next := sch.in(s.Clock.Zone)
		if next == nil {
			continue
		}
		if local[i].next = next; next(-1) != sch.next(-1) {
			moved = append(moved, i)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	other := *s
	other.limit(local)
	utc, here := s.alignment(), other.alignment()
	if !(here > 1.01*utc) {
		return nil
	}
	for _, i := range moved {
		sch := &s.view.schedules[i]
		fires := sch.next(-1)
		if fires == math.MaxInt64 {
			fires = 0
		}
		out = append(out, Finding{Path: sch.path, Fix: sch.item + ".zone=" + s.Clock.Zone, Text: fmt.Sprintf(
			"without a zone it is in UTC and fires at %s in %s; with these hours in %s min would be up when the traffic is (%s on average then, %s now)",
			s.at(fires), s.Clock.Zone, s.Clock.Zone, rps(here), rps(utc))})
	}
	return out
}

// A fired is one scheduled action at its time.
type fired struct {
	at time.Duration
	of int
}

// firings are all scheduled actions of the run in their order, up to a number.
func (s *scene) firings() (out []fired) {
	next := make([]time.Duration, len(s.view.schedules))
	for i := range next {
		next[i] = s.view.schedules[i].next(-s.Clock.Settle - 1)
	}
	for len(out) < most {
		i := soonest(next)
		if i < 0 || next[i] >= s.Clock.Length {
			break
		}
		out = append(out, fired{next[i], i})
		next[i] = s.view.schedules[i].next(next[i])
	}
	return out
}

// scheduleConflict finds actions that are refused, as min would be above max, and actions undone at the very instant.
func scheduleConflict(s *scene) (out []Finding) {
	said := map[int]bool{}
	now := limit{s.view.min, s.view.max}
	all := s.firings()
	for k, f := range all {
		sch := &s.view.schedules[f.of]
		if before := now; !now.fire(sch) && !said[f.of] {
			said[f.of] = true
			found := Finding{Path: sch.path}
			switch {
			case sch.max == nil:
				found.Fix = sch.item + ".max=" + s.view.written(*sch.min)
				found.Text = fmt.Sprintf("at %s it sets min to %d while max is %d: AWS refuses the action, and nothing changes", s.at(f.at), *sch.min, before.max.n)
			case sch.min == nil:
				found.Fix = sch.item + ".min=" + s.view.written(*sch.max)
				found.Text = fmt.Sprintf("at %s it sets max to %d while min is %d: AWS refuses the action, and nothing changes", s.at(f.at), *sch.max, before.min.n)
			}
			out = append(out, found)
		}
		if k+1 == len(all) || all[k+1].at != f.at || said[f.of] {
			continue
		}
		next := &s.view.schedules[all[k+1].of]
		what, a, b := "min", sch.min, next.min
		if a == nil || b == nil || *a == *b {
			what, a, b = "max", sch.max, next.max
		}
		if a != nil && b != nil && *a != *b {
			said[f.of] = true
			out = append(out, Finding{Path: sch.path, Fix: sch.item + "=off", Text: fmt.Sprintf(
				"at %s it sets %s to %d, and %s sets it to %d at the same instant: the later one in the list holds", s.at(f.at), what, *a, next.title, *b)})
		}
	}
	return out
}

// scheduleFightsTracking finds schedules that lower max below what tracking wants, or min shortly before it is needed.
func scheduleFightsTracking(s *scene) (out []Finding) {
	said := map[string]bool{}
	wants := func(k int) int { return up(s.wants(s.base[k])) }
	for i := range s.view.schedules {
		sch := &s.view.schedules[i]
		if sch.max == nil {
			continue
		}
		short := s.stretches(15*time.Minute, func(k int) bool {
			l := s.limits[k].max
			return l.path == sch.path+".max" && wants(k) > l.n && s.fits(s.worst[k])*s.slow(s.when(k)) <= float64(l.n)
		})
		if len(short) == 0 {
			continue
		}
		t, top := s.longest(short), 0
		for _, each := range short {
			for k := each.from; k < each.to; k++ {
				top = max(top, wants(k))
			}
		}
		said[sch.path] = true
		out = append(out, Finding{Path: sch.path + ".max", Fix: sch.item + ".max=" + s.view.written(top), Text: fmt.Sprintf(
			"from %s for %s it holds the fleet at %d, and the traffic of %s wants %d at the target", s.at(s.when(t.from)), span(s.length(t)), *sch.max,
			rps(s.base[t.from]), wants(t.from))})
	}
	for k := 1; k < len(s.limits); k++ {
		high, low := s.limits[k-1].min, s.limits[k].min
		i := s.scheduleOf(low.path)
		if low.n >= high.n || i < 0 || said[s.view.schedules[i].path] || wants(k) >= high.n {
			continue
		}
		quiet := s.fastestIn()
		for j := k - 1; j >= 0 && quiet > 0 && wants(j) < high.n; j-- {
			quiet -= s.bin // so long the low alarm has seen it already
		}
		quiet = max(0, quiet)
		for j := k; j < len(s.base) && s.when(j)-s.when(k) <= time.Hour; j++ {
			if wants(j) < high.n {
				continue
			}
			if s.when(j)-s.when(k) <= quiet {
				break // it is needed again before anything is gone
			}
			sch := &s.view.schedules[i]
			said[sch.path] = true
			out = append(out, Finding{Path: sch.path + ".min", Fix: sch.item + ".min=" + s.view.written(high.n), Text: fmt.Sprintf(
				"at %s it lowers min from %d to %d, tracking scales in %s, and at %s the traffic wants %d again", s.at(s.when(k)), high.n, low.n,
				soon(quiet), s.at(s.when(j)), wants(j))})
			break
		}
	}
	return out
}

// soon is a wait in words.
func soon(d time.Duration) string {
	if d == 0 {
		return "at once"
	}
	return "after " + span(d)
}

// scheduleOf is the schedule that a limit's path is of; −1: none.
func (s *scene) scheduleOf(path string) int {
	for i := range s.view.schedules {
		if p := s.view.schedules[i].path; path == p+".min" || path == p+".max" {
			return i
		}
	}
	return -1
}

// fastestIn is how soon a policy can scale in when the traffic falls; for ever if none does.
func (s *scene) fastestIn() time.Duration {
	least := time.Duration(math.MaxInt64)
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if !r.scalesIn() {
			continue
		}
		least = min(least, r.quiet())
	}
	return least
}

// scheduleNeverShrinks finds schedules that lower min where nothing then takes capacity away.
func scheduleNeverShrinks(s *scene) (out []Finding) {
	if s.fastestIn() < math.MaxInt64 {
		return nil
	}
	said := map[int]bool{}
	for k := 1; k < len(s.limits); k++ {
		high, now := s.limits[k-1], s.limits[k]
		i := s.scheduleOf(now.min.path)
		if now.min.n >= high.min.n || now.max.n < high.min.n || i < 0 || said[i] || s.view.schedules[i].desired {
			continue
		}
		said[i] = true
		sch := &s.view.schedules[i]
		fix := s.addTracking()
		for j := range s.view.policies {
			if r := &s.view.policies[j]; r.tracking != nil {
				fix = r.at("scale-in") + "=true"
			}
		}
		out = append(out, Finding{Path: sch.path + ".min", Fix: fix, Text: fmt.Sprintf(
			"at %s it lowers min from %d to %d, max is %d, and no policy scales in: the %s stay", s.at(s.when(k)), high.min.n, now.min.n, now.max.n, s.count(high.min.n))})
	}
	return out
}
