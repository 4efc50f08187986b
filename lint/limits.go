package lint

import (
	"fmt"
	"slices"
	"time"
)

var limitRules = []Rule{
	{"max-too-low", "the maximum is below what the traffic needs", "derived: busy slots = rate × mean service time", maxTooLow},
	{"min-equals-max", "min = max: no policy can do anything", "Application Auto Scaling: a policy's result is moved into min and max", minEqualsMax},
}

// ceiling is the most instances that there can be in each bin, and the setting that says so. Where no policy scales out it is
// what schedules have raised the fleet to. Nothing of a family that is not known here.
func (s *scene) ceiling() []bound {
	if s.view.path == "" {
		return nil
	}
	out := make([]bound, len(s.limits))
	policies := s.view.elastic
	for i := range s.view.policies {
		policies = policies || s.view.policies[i].scalesOut()
	}
	now := s.view.min
	if s.view.max.n == 0 {
		now = s.view.max // no start and no minimum could be more
	}
	if start := s.Fleet.Start; start != nil && *start > now.n {
		now = bound{n: *start, path: "fleet.start"}
	}
	for i, l := range s.limits {
		if l.max.n < now.n {
			now = l.max
		}
		if l.min.n > now.n {
			now = l.min
		}
		out[i] = now
		if policies {
			out[i] = l.max
		}
	}
	return out
}

// maxTooLow finds demand that no permitted number of instances can serve.
func maxTooLow(s *scene) (out []Finding) {
	worst := map[string]int{} // the bin in which most is missing, by what limits it
	var order []string
	bins := map[string]int{}
	ceiling := s.ceiling()
	come := make([]float64, len(ceiling)) // requests until then: no more can be there, however long each takes
	for i, sum := 0, 0.0; i < len(ceiling); i++ {
		sum += s.worst[i] * s.bin.Seconds()
		come[i] = sum
	}
	needed := func(i int) float64 { return min(s.fits(s.worst[i])*s.slow(s.when(i)), come[i]/s.slots) }
	missing := func(i int) float64 { return needed(i) - float64(ceiling[i].n) }
	if s.view.queued && slices.ContainsFunc(s.limits, func(l limit) bool { return l.max.n > 0 }) {
		return nil // what waits is served later
	}
	for i, c := range ceiling {
		if missing(i) <= 1e-6 {
			continue
		}
		if bins[c.path]++; bins[c.path] == 1 {
			order = append(order, c.path)
			worst[c.path] = i
		} else if missing(i) > missing(worst[c.path]) {
			worst[c.path] = i
		}
	}
	for _, path := range order {
		i := worst[path]
		n, slow := ceiling[i].n, s.slow(s.when(i))
		need := needed(i)
		text := fmt.Sprintf("%s at %s, %s each, keep %s slots busy; %s %s %s", rps(s.worst[i]), s.at(s.when(i)), mean(s, slow),
			number(need*s.slots), s.count(n), map[bool]string{true: "has", false: "have"}[n == 1], number(float64(n)*s.slots))
		to := max(up(need/0.8), up(s.wants(s.worst[i])))
		fix := s.set(ceiling[i], need, to)
		if path == s.view.min.path && s.view.min.path == s.view.max.path && s.Given("fleet.start") {
			fix = "" // both would have to change
		}
		if path == s.view.min.path && to > s.view.max.n && s.view.min.path != s.view.max.path {
			fix = s.addTracking()
		}
		out = append(out, Finding{Path: path, Text: text, Fix: fix})
	}
	return out
}

// mean is the mean service time in words.
func mean(s *scene, slow float64) string {
	if t := s.mean * slow; t >= 10 {
		return span(time.Duration(t * float64(time.Second)))
	}
	return number(1000*s.mean*slow) + " ms"
}

// addTracking is an edit that adds a policy which follows the traffic; "" for a family that has none.
func (s *scene) addTracking() string {
	if metric, _ := s.advised(); metric == "" {
		return ""
	}
	return s.view.path + ".policies.+={target-tracking: " + s.tracked("") + "}"
}

// minEqualsMax finds policies that have nothing to decide.
func minEqualsMax(s *scene) []Finding {
	if len(s.view.policies) == 0 || len(s.limits) == 0 {
		return nil
	}
	peak, low := 0.0, s.base[0]
	for i, l := range s.limits {
		if l.min.n != l.max.n {
			return nil
		}
		peak, low = max(peak, s.worst[i]), min(low, s.base[i])
	}
	n, last := s.limits[0].min.n, s.limits[0].max
	to := max(2*n, up(s.fits(peak)/0.8), up(s.wants(peak)))
	if lower := max(1, up(s.fits(low)/0.8), up(s.wants(low))); lower < n {
		last, to = s.limits[0].min, lower
	}
	what := "min and max are both"
	if most := s.limits[0].max; s.view.room.n > 0 && most.path == s.view.room.path {
		what = "min and the room on " + count(most.n/most.each, "instance") + " are both"
	}
	return []Finding{{Path: s.limits[0].max.path, Fix: s.set(last, float64(n), to),
		Text: fmt.Sprintf("%s %d at all times: %s can never change anything, and the fleet is a fixed one", what, n,
			count(len(s.view.policies), "policy"))}}
}
