package lint

import (
	"fmt"
	"math"
	"time"

	"headroom/policy/aws"
)

const (
	docTracking  = "Application Auto Scaling, target tracking: capacity is rounded towards more, in both directions"
	docSeveral   = "Application Auto Scaling, target tracking: out if any policy wants out, in only if all want in"
	docUnfit     = "EC2 Auto Scaling, target tracking: request count, latency and queue length do not work"
	docHazard    = "Application Auto Scaling, PutScalingPolicy: a step policy's scale-in needs no agreement"
	docMissing   = "Application Auto Scaling, target tracking: INSUFFICIENT_DATA never scales in"
	docZero      = "SageMaker, asynchronous endpoints: from zero only a backlog above the target scales out, unless a step policy on HasBacklogWithoutCapacity does; inference components: only one on NoCapacityInvocationFailures"
	docPerMinute = "SageMaker, load testing: target = most requests a second × safety factor × 60"
)

var trackingRules = []Rule{
	{"unreachable-target", "a target that two instances cannot come near", docTracking, unreachableTarget},
	{"scale-in-never", "a low alarm that never removes anything", docTracking, scaleInNever},
	{"scale-in-disagrees", "policies whose scale-in never agrees", docSeveral, scaleInDisagrees},
	{"step-in-beside-tracking", "a step policy that scales in beside target tracking", docHazard, stepInBesideTracking},
	{"bounded-metric", "a metric that cannot say how much is missing", docTracking, boundedMetric},
	{"metric-ignores-capacity", "a metric that does not fall when instances rise", docUnfit, metricIgnoresCapacity},
	{"asleep-at-zero", "at zero requests wake nothing", docZero, asleepAtZero},
	{"no-data-no-scale-in", "no data while nobody calls, so no scale-in", docMissing, noDataNoScaleIn},
}

// margin is by what an edit goes beyond the mean, so that chance does not decide.
const margin = 1.05

// raised is an edit that raises a target by a factor, if one instance can carry that: ok is false where it would be too full.
func (s *scene) raised(r *rule, to float64) (fix string, ok bool) {
	_, edit := r.levelPath()
	if busy := s.busyAt(r.metric, to); !(busy <= 0.9) {
		return "", false
	}
	return edit + "=" + number(to), true
}

// unreachableTarget finds two instances where one would do, but for whole numbers: with them each is far from its target, for
// hours, and one leaves only at half of it.
func unreachableTarget(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if r.tracking == nil || !r.tracking.ScaleIn || s.reach(r.metric) <= r.level {
			continue
		}
		want := func(k int) float64 { return s.want(r.metric, r.level, s.base[k]) }
		stuck := s.stretches(max(time.Hour, r.quiet()), func(k int) bool {
			w := want(k)
			return w*s.dip(r, s.base[k]) > 1 && w <= 4.0/3 && s.limits[k].min.n <= 1 && s.limits[k].max.n >= 2 && s.wants(s.base[k]) <= w
		})
		if len(stuck) == 0 || s.scaleInStuck(r) {
			continue
		}
		t, most, one := s.longest(stuck), 0.0, true
		edge := int(30 * time.Minute / s.bin) // the traffic on its way there and back
		for _, each := range stuck {
			for k := min(each.from+edge, each.to-1); k < max(each.to-edge, each.from+edge+1) && k < each.to; k++ {
				most = max(most, want(k))
			}
			one = one && s.limits[each.from].min.path == s.limits[t.from].min.path
		}
		path, _ := r.levelPath()
		fix, ok := s.raised(r, round2(margin*most*r.level))
		if !ok && one {
			fix = s.edit(s.limits[t.from].min) + "=2"
		}
		out = append(out, Finding{Path: path, Fix: fix, Text: fmt.Sprintf(
			"from %s for %s one %s would be at %s of the target, so there are 2 at %s; the low alarm (%s) is in ALARM all the time, but 2 to 1 needs at most 50 %%",
			s.at(s.when(t.from)), span(s.length(t)), s.one(), percent(want(t.from)), percent(want(t.from)/2), percent(float64(r.tracking.Alarm.Low)))})
	}
	return out
}

// dip is what is left of a rate in a period in which few come: the mean less three standard deviations.
func (s *scene) dip(r *rule, rate float64) float64 {
	dispersion := 1.0
	switch a := s.Traffic.Arrivals; {
	case a.Bursty != nil:
		dispersion = a.Bursty.Dispersion
	case a.String() == "smooth":
		dispersion = 0
	}
	return 1 - 3*math.Sqrt(dispersion/max(rate*r.period.Seconds(), 1e-9))
}

// swing are the most and the least that a tracking policy wants in the run, the least for as long as its low alarm needs.
func (s *scene) swing(r *rule) (high, low float64) {
	high, low = 0, math.Inf(1)
	n := max(1, int((r.quiet()+s.bin-1)/s.bin))
	lasting := func(k int) (most float64) { // the most in the time that a low alarm looks at
		for j := k; j < k+n; j++ {
			most = max(most, s.want(r.metric, r.level, s.base[j]))
		}
		return most
	}
	for k := range s.base {
		w := s.want(r.metric, r.level, s.base[k])
		high = max(high, s.want(r.metric, r.level, s.worst[k]))
		if w < low && k+n <= len(s.base) {
			low = min(low, lasting(k))
		}
	}
	return high, low
}

// scaleInStuck tells whether the traffic falls, the low alarm fires, and whole numbers keep every instance: possible with fewer
// than ten only.
func (s *scene) scaleInStuck(r *rule) bool {
	if math.IsNaN(s.want(r.metric, r.level, 1)) || s.reach(r.metric) <= r.level {
		return false
	}
	high, low := s.swing(r)
	n := up(high)
	for _, l := range s.limits {
		if l.min.n >= n || l.max.n < n {
			return false
		}
	}
	rate := low / s.want(r.metric, r.level, 1)
	return n >= 2 && n <= 9 && low*s.dip(r, rate) > float64(n-1) && low <= float64(r.tracking.Alarm.Low)*float64(n) && low <= 0.8*high
}

// neverLow tells whether a metric's lowest value is above the policy's low alarm.
func (s *scene) neverLow(r *rule) bool {
	return s.rest(r.metric) >= float64(r.tracking.Alarm.Low)*r.level*(1-1e-9)
}

// scaleInNever finds low alarms that are of no use: the metric does not fall that far, or whole instances are too coarse.
func scaleInNever(s *scene) (out []Finding) {
	voters := s.voters()
	for _, r := range voters {
		path, edit := r.levelPath()
		low := float64(r.tracking.Alarm.Low)
		switch {
		case s.neverLow(r) && len(voters) == 1:
			rest := s.rest(r.metric)
			fix := r.at("scale-in") + "=false"
			if reach := s.reach(r.metric); rest/low < 0.95*reach {
				fix = edit + "=" + number((rest/low+reach)/2) // halfway from where it never scales in to where it never scales out
			}
			out = append(out, Finding{Path: path, Fix: fix, Text: fmt.Sprintf("%s reads %s with nothing to do, and the low alarm is below %s (%s of %s): the fleet never scales in",
				r.metric, number(rest), number(low*r.level), percent(low), number(r.level))})
		case s.scaleInStuck(r):
			high, least := s.swing(r)
			n := up(high)
			fix, ok := s.raised(r, round2(margin*r.level*least/float64(n-1)))
			if !ok {
				fix = s.view.min.path + "=" + s.view.written(n)
			}
			out = append(out, Finding{Path: path, Fix: fix, Text: fmt.Sprintf(
				"%s are between %s and %s of the target: the low alarm (%s) fires and removes none, as %d to %d needs at most %s; with fewer than 10 it is never the alarm that decides",
				s.count(n), percent(least/float64(n)), percent(high/float64(n)), percent(low), n, n-1, percent(float64(n-1)/float64(n)))})
		}
	}
	return out
}

// voters are the tracking policies that have a vote on scale-in.
func (s *scene) voters() (out []*rule) {
	for i := range s.view.policies {
		if r := &s.view.policies[i]; r.tracking != nil && r.tracking.ScaleIn {
			out = append(out, r)
		}
	}
	return out
}

// scaleInDisagrees finds a policy that never agrees to scale in, and so holds the others.
func scaleInDisagrees(s *scene) (out []Finding) {
	voters := s.voters()
	if len(voters) < 2 {
		return nil
	}
	for _, r := range voters {
		if !s.neverLow(r) {
			continue
		}
		path, _ := r.levelPath()
		low := float64(r.tracking.Alarm.Low) * r.level
		out = append(out, Finding{Path: path, Fix: r.at("scale-in") + "=false", Text: fmt.Sprintf(
			"%s reads at least %s, so this policy is never below its low alarm (%s) and never agrees: %s beside it can never scale in", r.metric,
			number(s.rest(r.metric)), number(low), policies(len(voters)-1))})
	}
	return out
}

func policies(n int) string {
	if n == 1 {
		return "the policy"
	}
	return fmt.Sprintf("the %d policies", n)
}

// stepInBesideTracking finds step policies that take away what tracking holds.
func stepInBesideTracking(s *scene) (out []Finding) {
	var tracking *rule
	for i := range s.view.policies {
		if r := &s.view.policies[i]; r.tracking != nil {
			tracking = r
		}
	}
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if tracking == nil || r.step == nil || !r.scalesIn() {
			continue
		}
		out = append(out, Finding{Path: r.path, Fix: r.item + "=off", Text: fmt.Sprintf(
			"it scales in %s %s without asking the target tracking on %s: what one adds the other takes away", side(r.above), r.metric+" "+s.value(r, r.level), tracking.metric)})
	}
	return out
}

func side(above bool) string {
	if above {
		return "above"
	}
	return "below"
}

// value is a level of a policy's metric with its unit.
func (s *scene) value(r *rule, v float64) string {
	if r.kind == aws.Latency && (r.step == nil || r.step.Alarm.Statistic.String() != "count") {
		return number(v/1000) + " ms"
	}
	return number(v)
}

// boundedMetric finds tracking on a metric that stops at full, where the traffic multiplies faster than one scale-out can.
func boundedMetric(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		reach := s.reach(r.metric)
		if r.tracking == nil || math.IsInf(reach, 1) || s.use(r.metric) == nil || s.use(r.metric).Any || s.unbounded() {
			continue
		}
		factor := reach / r.level
		if factor <= 1 {
			continue // target-never-reached
		}
		for _, g := range s.surges {
			l := s.limitAt(g.at)
			from := s.fleet(g.before, l)
			to := min(float64(l.max.n), s.want(r.metric, r.level, g.peak))
			rungs := 0
			for n := float64(from); n < to; n = math.Ceil(n*factor - 1e-9) {
				rungs++
			}
			pause := s.startUp + r.delay + time.Duration(r.out.M)*r.period
			if rungs < 3 || time.Duration(rungs-1)*pause <= g.rise {
				continue
			}
			out = append(out, Finding{Path: r.path + ".metric", Fix: s.replaced(r), Text: fmt.Sprintf(
				"%s stops at %s, %s times the target: from %d to %s at %s it takes %d scale-outs, one in %s, while the traffic rises in %s",
				r.metric, number(reach), number(factor), from, s.count(up(to)), g.title, rungs, span(pause), span(g.rise))})
			break
		}
	}
	return out
}

// unbounded tells whether a policy sees how much traffic there is, however full the instances are.
func (s *scene) unbounded() bool {
	for i := range s.view.policies {
		if r := &s.view.policies[i]; r.tracking != nil && readings[r.metric] == share {
			return true
		}
	}
	return false
}

// limitAt are the limits at an instant.
func (s *scene) limitAt(t time.Duration) limit {
	return s.limits[max(0, min(len(s.limits)-1, int(t/s.bin)))]
}

// metricIgnoresCapacity finds policies on totals and latencies, which no number of instances brings to a target.
func metricIgnoresCapacity(s *scene) (out []Finding) {
	why := map[aws.Kind]string{
		aws.Latency: "is not in proportion to capacity: at rest it is the service time (%s on average) however many instances there are",
		aws.Errors:  "is 0 when all is well, with one instance or a hundred: the policy scales in until something fails",
		aws.Backlog: "does not fall in proportion to capacity: it does not say how much one instance has to do, and is 0 until all slots are busy",
		aws.Rate:    "is a total: %s at the peak are %s a period on one instance or a hundred, so the alarm stays until max is reached",
	}
	peak := 0.0
	for _, rate := range s.worst {
		peak = max(peak, rate)
	}
	for i := range s.view.policies {
		r := &s.view.policies[i]
		raw := r.metric == "ApproximateBacklogSize" || r.metric == "ApproximateAgeOfOldestRequest"
		total := r.metric == "Invocations" || raw && r.tracking != nil
		unfit := r.tracking != nil && (r.kind == aws.Latency || r.kind == aws.Errors)
		if r.step != nil {
			total = total && r.step.Adjust != "exact" && r.above && r.scalesOut()
		}
		if !total && !unfit {
			continue
		}
		text := why[r.kind]
		switch r.kind {
		case aws.Latency:
			text = fmt.Sprintf(text, mean(s, 1))
		case aws.Rate:
			text = fmt.Sprintf(text, rps(peak), number(peak*r.period.Seconds()))
		}
		path := r.path + ".metric"
		if r.step != nil {
			path = r.path + ".alarm.metric"
		}
		out = append(out, Finding{Path: path, Text: r.metric + " " + text, Fix: s.replaced(r)})
	}
	return out
}

// noDataNoScaleIn finds low alarms on a metric that has no points when nobody calls, where nobody calls for a while.
func noDataNoScaleIn(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if !r.scalesIn() || !s.silent(r.metric) {
			continue
		}
		fix := "metrics." + r.metric + ".idle=zero"
		need := r.quiet()
		if r.step != nil {
			if r.above || r.step.Alarm.Missing == "breaching" {
				continue
			}
			fix = r.at("alarm.missing") + "=breaching"
			need = r.in.Interval(r.period)
		}
		quiet := s.stretches(need+s.bin, func(k int) bool { return s.base[k]*r.period.Seconds() <= 0.1 })
		for _, t := range quiet {
			least, left := s.limits[t.from].min, s.left(r, t.from)
			if left <= least.n {
				continue
			}
			out = append(out, Finding{Path: r.path, Fix: fix, Text: fmt.Sprintf(
				"nobody calls from %s for %s, and %s has no points then: its alarm is in INSUFFICIENT_DATA, and the %s of then stay (min is %d)",
				s.at(s.when(t.from)), span(s.length(t)), r.metric, s.count(left), least.n)})
			break
		}
	}
	return out
}

// left is how many instances are there when a metric falls silent: the low alarm has seen the traffic fall for a while, and the
// scale-ins that it decided are by the mean curve.
func (s *scene) left(r *rule, silent int) int {
	if silent == 0 {
		return *s.Fleet.Start
	}
	bins := func(d time.Duration) int { return int((d + s.bin - 1) / s.bin) }
	window, late := bins(r.in.Interval(r.period)), bins(r.delay)+1
	k := max(0, silent-2*window)
	n, next := s.fleet(s.base[k], s.limits[k]), k
	if r.step != nil {
		return max(n, s.fleet(s.base[silent-1], s.limits[silent-1]))
	}
	for ; k < silent+late; k++ {
		at, low := min(k, len(s.limits)-1), true
		want := max(s.limits[at].min.n, min(n, up(s.want(r.metric, r.level, s.base[max(0, min(silent-1, k-late))]))))
		for j := max(0, k-late-window+1); j <= min(silent-1, k-late); j++ {
			low = low && s.want(r.metric, r.level, s.base[j]) < float64(r.tracking.Alarm.Low)*float64(n)
		}
		if low && want < n && k >= next {
			n, next = want, k+1
			if c := r.tracking.ScaleInCooldown; c != nil {
				next = k + bins(*c) + 1
			}
		}
	}
	return n
}
