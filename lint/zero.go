package lint

import (
	"fmt"
	"slices"

	"headroom/policy/aws"
)

// asleepAtZero finds fleets that may be left without an instance, and requests that do not wake them: a queue with fewer than
// tracking wakes for, or no policy at all that looks at what comes while there is nothing.
func asleepAtZero(s *scene) []Finding {
	if s.view.waker == "" || s.wakesForOne() || !slices.ContainsFunc(s.limits, func(l limit) bool { return l.min.n == 0 && l.max.n > 0 }) {
		return nil
	}
	wake := s.view.path + ".policies.+={step: {alarm: {metric: " + s.view.waker
	if !s.view.queued {
		if k := s.asleep(); k >= 0 {
			return []Finding{{Path: s.view.path + ".min", Fix: wake + ", statistic: sum, at-or-above: 1, period: 60s, datapoints: 1 of 1}, " +
				"adjust: change, steps: [{from: 0, by: 1}], cooldown: 60s}}", Text: fmt.Sprintf(
				"min is 0, and at %s there is no %s: invocations fail from then on, as only a step policy on %s scales out from zero",
				s.at(s.when(k)), s.one(), s.view.waker)}}
		}
		return nil
	}
	wake += ", at-or-above: 1, period: 60s, datapoints: 2 of 2}, adjust: change, steps: [{from: 0, by: 1}]}}"
	var lowest *rule
	for i := range s.view.policies {
		if r := &s.view.policies[i]; r.above && r.scalesOut() && r.kind == aws.Backlog && (lowest == nil || r.level < lowest.level) {
			lowest = r
		}
	}
	switch {
	case lowest != nil:
		path, _ := lowest.levelPath()
		what := "tracking"
		if lowest.step != nil {
			what = "the policy"
		}
		return []Finding{{Path: path, Fix: wake, Text: fmt.Sprintf(
			"min is 0, and at 0 instances %s wakes only above its target: %s or fewer waiting requests wait until more come or they expire", what, number(lowest.level))}}
	case s.asleep() >= 0:
		k := s.asleep()
		return []Finding{{Path: s.view.path + ".min", Fix: wake, Text: fmt.Sprintf(
			"min is 0, and at %s there is no instance and no policy that a backlog wakes: requests wait until they expire, %s later", s.at(s.when(k)), span(s.view.expire))}}
	}
	return nil
}

// age is the metric of a queue that grows for a single request, until it is seen.
const age = "ApproximateAgeOfOldestRequest"

// wakesForOne tells whether one request is enough for a policy to scale out from 0.
func (s *scene) wakesForOne() bool {
	return slices.ContainsFunc(s.view.policies, func(r rule) bool {
		switch {
		case !r.above || !r.scalesOut():
			return false
		case r.tracking != nil:
			return s.view.queued && (r.metric == age || r.kind == aws.Backlog && r.level < 1)
		}
		return (r.level <= 1 || r.metric == age) && (r.metric == s.view.waker || s.view.queued && r.kind == aws.Backlog)
	})
}

// asleep is the first bin in which requests come to nothing, and no schedule brings an instance while they can wait; −1 if there
// is none. The fleet is at 0 from the begin if it starts so, and once nobody has called for as long as a scale-in takes.
func (s *scene) asleep() int {
	empty, quiet := s.Fleet.Start != nil && *s.Fleet.Start == 0, s.fastestIn()
	wait := int(s.view.expire / s.bin)
	still := s.stretches(min(quiet, s.Clock.Length)+s.bin, func(k int) bool { return s.base[k] <= 0.1/60 })
	next := 0
	for k, l := range s.limits {
		if l.min.n > 0 {
			empty = false
		}
		for ; next < len(still) && still[next].to <= k; next++ {
			empty = empty || l.min.n == 0 // it has been quiet until here
		}
		if empty && l.min.n == 0 && s.base[k] > 0 && !s.lifted(k, wait) {
			return k
		}
	}
	return -1
}

// lifted tells whether a schedule raises min above 0 within so many bins.
func (s *scene) lifted(k, bins int) bool {
	return slices.ContainsFunc(s.limits[k:min(len(s.limits), k+bins+1)], func(l limit) bool { return l.min.n > 0 })
}
