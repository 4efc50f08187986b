package lint

import (
	"fmt"
	"math"
	"slices"
	"time"

	"headroom/policy/aws"
	"headroom/unit"
)

const (
	docMonitor = "SageMaker, monitoring with CloudWatch: CPUUtilization is summed over the cores, latencies are in µs, invocations per minute"
	docReach   = "derived: slots, queue and service.uses bound what the metric can read"
)

var metricRules = []Rule{
	{"target-never-reached", "a level that the metric cannot have", docReach, targetNeverReached},
	{"target-above-capacity", "instances are full before the policy moves", docPerMinute, targetAboveCapacity},
	{"per-minute-target", "a target per minute that was meant per second", docPerMinute, perMinuteTarget},
	{"cpu-per-core", "a target of the box where the metric sums over cores", docMonitor, cpuPerCore},
	{"latency-in-microseconds", "a bare number of µs that was meant in ms", docMonitor, latencyInMicroseconds},
	{"any-busy-metric", "a GPU that counts as full at one busy slot", "derived: with uses.gpu any the metric is full at one busy slot", anyBusyMetric},
}

// targetNeverReached finds levels at or above what a metric reads with everything busy: the policy never scales out.
func targetNeverReached(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		reach := s.reach(r.metric)
		if !r.above || reach > r.level*(1+1e-9) || r.step != nil && r.step.Alarm.Statistic.String() != "average" && r.step.Alarm.Statistic.String() != "max" {
			continue
		}
		rest := s.rest(r.metric)
		path, edit := r.levelPath()
		out = append(out, Finding{Path: path, Fix: edit + "=" + number(rest+0.7*(reach-rest)), Text: fmt.Sprintf(
			"%s reads at most %s with %s busy, and the policy acts above %s: it never scales out", r.metric, number(reach), s.everything(r), number(r.level))})
	}
	return out
}

// everything is what is full when a metric is at its reach.
func (s *scene) everything(r *rule) string {
	if r.kind == aws.InFlight || r.kind == aws.Backlog {
		return "all slots and queues"
	}
	return "all " + count(int(s.slots), "slot")
}

// targetAboveCapacity finds targets per minute that one instance could not reach by serving.
func targetAboveCapacity(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		busy := s.busyAt(r.metric, r.level)
		if readings[r.metric] != share || !r.above || !(busy >= 1) {
			continue
		}
		path, edit := r.levelPath()
		out = append(out, Finding{Path: path, Fix: edit + "=" + number(s.half()), Text: fmt.Sprintf(
			"%s a minute is %s, and one %s serves at most %s (%s ÷ %s): it is full, and its queue grows, before the policy moves",
			number(r.level), rps(r.level/60), s.one(), rps(s.each()), count(int(s.slots), "slot"), mean(s, 1))})
	}
	return out
}

// perMinuteTarget finds targets so low that they can only have been meant per second.
func perMinuteTarget(s *scene) (out []Finding) {
	peak := 0.0
	for _, rate := range s.worst {
		peak = max(peak, rate)
	}
	for i := range s.view.policies {
		r := &s.view.policies[i]
		busy := s.busyAt(r.metric, r.level)
		if r.tracking == nil || readings[r.metric] != share || !(busy < 0.1) {
			continue
		}
		want, need := up(s.want(r.metric, r.level, peak)), max(1, up(s.fits(peak)))
		if want <= max(need, s.view.min.n) {
			continue // nothing comes of it
		}
		to := 60 * r.level
		if share := s.busyAt(r.metric, to); share < 0.1 || share > 0.9 {
			to = s.half()
		}
		path, edit := r.levelPath()
		out = append(out, Finding{Path: path, Fix: edit + "=" + number(to), Text: fmt.Sprintf(
			"%s is per minute, %s: %s is %s busy at the target, and the peak of %s wants %s where %d can serve it",
			number(r.level), rps(r.level/60), s.an(), percent(busy), rps(peak), s.count(want), need)})
	}
	return out
}

// cpuPerCore finds targets up to 100 for metrics that are summed over several cores, where they are a small part of the box.
func cpuPerCore(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		cores := s.cores(r.metric)
		if s.use(r.metric) == nil || cores <= 1 || !r.above || r.level > 100 || r.level > 0.4*s.reach(r.metric) {
			continue
		}
		what := map[string]string{"CPUUtilization": "vCPU", "GPUUtilization": "GPU"}[r.metric]
		path, edit := r.levelPath()
		out = append(out, Finding{Path: path, Fix: edit + "=" + number(min(r.level*cores, 0.9*s.reach(r.metric))), Text: fmt.Sprintf(
			"%s sums over %s and reads up to %s: %s is %s of the box, %s of what the service can use", r.metric, count(int(cores), what),
			number(100*cores), number(r.level), percent(r.level/100/cores), percent(r.level/s.reach(r.metric)))})
	}
	return out
}

// latencyInMicroseconds finds bare numbers below what any request takes, which as milliseconds would make sense.
func latencyInMicroseconds(s *scene) (out []Finding) {
	law := s.Service.Time.Law()
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if r.kind != aws.Latency || r.timed || r.step != nil && r.step.Alarm.Statistic.String() == "count" {
			continue
		}
		level := time.Duration(r.level * float64(time.Microsecond))
		meant := time.Duration(r.level * float64(time.Millisecond))
		if level >= law.Quantile(0.01) || meant < law.Quantile(0.5)/10 || r.level > math.MaxInt32 {
			continue
		}
		path, edit := r.levelPath()
		out = append(out, Finding{Path: path, Fix: edit + "=" + unit.FormatDuration(meant), Text: fmt.Sprintf(
			"a bare number is µs: %s is %s ms, and %s of the requests take longer than that with nobody waiting (median %s)", number(r.level), number(r.level/1000),
			percent(1-law.CDF(level)), span(law.Quantile(0.5).Round(time.Millisecond)))})
	}
	return out
}

// anyBusyMetric finds policies on a GPU that counts as full as soon as one of several slots is busy.
func anyBusyMetric(s *scene) (out []Finding) {
	for i := range s.view.policies {
		r := &s.view.policies[i]
		if u := s.use(r.metric); u == nil || !u.Any || s.slots < 2 || !r.above {
			continue
		}
		path := r.path + ".metric"
		metric, target := "ConcurrentRequestsPerModel", 0.7*s.slots
		if !slices.Contains(s.view.metrics, metric) {
			metric, target = s.advised()
		}
		fix := r.item + "=off"
		if r.step != nil {
			path = r.path + ".alarm.metric"
		}
		if metric != "" && !s.others(r, metric) {
			if fix = r.at("alarm") + "={metric: " + metric + ", above: " + number(target) + "}"; r.tracking != nil {
				fix = r.item + ".target-tracking=" + block(r.tracking.Name, metric, target)
			}
		}
		out = append(out, Finding{Path: path, Fix: fix, Text: fmt.Sprintf(
			"%s is full as soon as one of %s is busy: above %s the %s may have used %s of what it can do", r.metric, count(int(s.slots), "slot"),
			number(r.level), s.one(), percent(1/s.slots))})
	}
	return out
}
