package lint

import (
	"slices"
	"strings"
	"testing"

	"headroom/scenarios"
)

// Settings on either side of what a rule looks for, as changes of the page's scenario: one instance serves 22.3 rps (4 slots ÷
// 179.2 ms), 1,340 a minute. With a code that must not be there a minus stands before it.
var near = []struct{ name, code, changes string }{
	// 12 instances serve 267.9 rps
	{"at the maximum", "-max-too-low", "traffic.curves.0.business-hours.busy: 267rps"},
	{"above it", "max-too-low", "traffic.curves.0.business-hours.busy: 269rps"},
	{"a promotion at random", "max-too-low", "traffic.events: [{promotion: {per-week: 1, multiply: {from: 2, to: 7}, length: 1h}}]"},
	{"a promotion that may only come at night", "-max-too-low",
		"traffic.events: [{promotion: {per-week: 1, multiply: {from: 2, to: 7}, length: 1h, within: {from: \"19:00\", to: \"06:00\"}}}]"},
	{"services slow down sevenfold", "max-too-low", "service.events: [{slowdown: {at: 2026-11-25T12:00:00, multiply: 7, hold: 10m}}]"},
	{"they do at night", "-max-too-low", "service.events: [{slowdown: {at: 2026-11-25T02:00:00, multiply: 7, hold: 10m}}]"},
	{"a fixed fleet too small", "max-too-low", "scaling: {fixed: {instances: 1}}"},
	{"a fixed fleet", "-max-too-low", "scaling: {fixed: {instances: 2}}"},
	{"sessions of days, a few of which begin in the run", "-max-too-low", "service.time: 10d\nservice.timeout: none\nscaling.aws.max: 5000\ntraffic.curves: [{constant: {rate: 0.1rps}}]"},
	{"no policy, schedules only", "max-too-low", "scaling.aws.policies: []\ntraffic.curves.0.business-hours.busy: 80rps"},

	{"min = max at night only", "-min-equals-max", "scaling.aws.schedules.close: {cron: \"cron(0 18 * * ? *)\", zone: Europe/Berlin, min: 1, max: 1}"},

	// 20 rps are 4⁄3 of the target of 15 rps
	{"two at two thirds", "unreachable-target", "traffic.curves.0.business-hours.quiet: 19.9rps"},
	{"two at more", "-unreachable-target", "traffic.curves.0.business-hours.quiet: 20.2rps"},
	{"so near to one that chance decides", "-unreachable-target", "traffic.curves.0.business-hours.quiet: 15.5rps"},
	{"one is enough", "-unreachable-target", "traffic.curves.0.business-hours.quiet: 13rps"},
	{"min is two anyway", "-unreachable-target", "traffic.curves.0.business-hours.quiet: 17rps\nscaling.aws.min: 2\nscaling.aws.schedules: []"},
	{"it never scales in", "-unreachable-target", "traffic.curves.0.business-hours.quiet: 17rps\nscaling.aws.policies.tracking.target-tracking.scale-in: false"},

	{"three to two is possible", "-scale-in-never", "traffic.arrivals: smooth\ntraffic.curves.0.business-hours.quiet: 29rps\nscaling.aws.schedules: []"},
	{"it is not, but chance makes it so", "-scale-in-never", "traffic.curves.0.business-hours.quiet: 31rps\nscaling.aws.schedules: []"},
	{"memory rests at 46 of a target of 50", "scale-in-never",
		"service.uses.memory: {rest: 46%, busy: 80%}\nscaling.aws.policies: [{target-tracking: {metric: MemoryUtilization, target: 50}}]"},
	{"memory rests at 44", "-scale-in-never",
		"service.uses.memory: {rest: 44%, busy: 80%}\nscaling.aws.policies: [{target-tracking: {metric: MemoryUtilization, target: 50}}]"},

	{"memory without a vote", "-scale-in-disagrees",
		"service.uses.memory: {rest: 47%, busy: 80%}\nscaling.aws.policies.+: {target-tracking: {metric: MemoryUtilization, target: 50, scale-in: false}}"},
	{"a step policy that only adds", "-step-in-beside-tracking",
		"scaling.aws.policies.+: {step: {alarm: {metric: CPUUtilization, above: 300}, adjust: change, steps: [{from: 0, by: 2}]}}"},
	{"step policies alone", "-step-in-beside-tracking",
		"scaling.aws.policies: [{step: {alarm: {metric: CPUUtilization, below: 100}, adjust: change, steps: [{to: 0, by: -1}]}}]"},

	{"a surge that rises slowly", "-bounded-metric",
		"traffic.events: [{spike: {at: 2026-11-25T12:00:00, multiply: 6, rise: 2h, hold: 2h}}]\nscaling.aws.policies.tracking.target-tracking: {metric: CPUUtilization, target: 320}"},
	{"half of full", "-bounded-metric",
		"traffic.events: [{spike: {at: 2026-11-25T12:00:00, multiply: 3, rise: 1m, hold: 2h}}]\nscaling.aws.policies.tracking.target-tracking: {metric: CPUUtilization, target: 200}"},

	{"a step on latency", "-metric-ignores-capacity",
		"scaling.aws.policies.+: {step: {alarm: {metric: ModelLatency, statistic: p90, above: 1s}, adjust: change, steps: [{from: 0, by: 2}]}}"},
	{"a step on all invocations", "metric-ignores-capacity",
		"scaling.aws.policies.+: {step: {alarm: {metric: Invocations, above: 1000}, adjust: change, steps: [{from: 0, by: 2}]}}"},
	{"an exact size by all invocations", "-metric-ignores-capacity",
		"scaling.aws.policies.+: {step: {alarm: {metric: Invocations, above: 1000}, adjust: exact, steps: [{from: 0, by: 4}]}}"},
	{"tracking the raw backlog", "metric-ignores-capacity", "scaling.aws.policies.tracking.target-tracking: {metric: ApproximateBacklogSize, target: 5}"},
	{"tracking it per instance", "-metric-ignores-capacity", "scaling.aws.policies.tracking.target-tracking: {metric: ApproximateBacklogSizePerInstance, target: 5}"},

	{"one instance stays", "-asleep-at-zero", async + "min: 1}}"},
	{"none stays", "asleep-at-zero", async + "min: 0}}"},

	{"missing, but there is always traffic", "-no-data-no-scale-in", "metrics.InvocationsPerInstance.idle: missing"},
	{"quiet, but zeros are published", "-no-data-no-scale-in", evening},
	{"a slow evening: it shrinks before", "-no-data-no-scale-in", "traffic.curves.0.business-hours.quiet: 0rps\nmetrics.InvocationsPerInstance.idle: missing"},
	{"a quick one", "no-data-no-scale-in", evening + "\nmetrics.InvocationsPerInstance.idle: missing"},
	{"latency has no points at night", "no-data-no-scale-in",
		evening + "\nscaling.aws.policies.+: {step: {alarm: {metric: ModelLatency, below: 200ms}, adjust: change, steps: [{to: 0, by: -1}]}}"},
	{"missing counts as low", "-no-data-no-scale-in",
		evening + "\nscaling.aws.policies.+: {step: {alarm: {metric: ModelLatency, below: 200ms, missing: breaching}, adjust: change, steps: [{to: 0, by: -1}]}}"},

	// from 3 to 8 instances: four pauses of 5 min + 2.5 min are 30 min
	{"the ladder takes as long as the rise", "-cooldown-outlasts-rise", ladder + "cooldown: 5m}}]"},
	{"it takes a second longer", "cooldown-outlasts-rise", ladder + "cooldown: 301s}}]"},
	{"beside tracking", "-cooldown-outlasts-rise",
		"traffic.curves.0.business-hours.busy: 160rps\nscaling.aws.policies.+: {step: {alarm: {metric: CPUUtilization, above: 240}, adjust: change, steps: [{from: 0, by: 1}], cooldown: 15m}}"},

	{"a cooldown of the lag", "-cooldown-below-lag", jump + "steps: [{from: 0, by: 2}], cooldown: 2m}}"},
	{"a second less", "cooldown-below-lag", jump + "steps: [{from: 0, by: 2}], cooldown: 119s}}"},
	{"one instance too many at most", "-cooldown-below-lag", jump + "steps: [{from: 0, by: 1}], cooldown: 1m}}"},
	{"counted from the decision", "cooldown-below-lag", jump + "steps: [{from: 0, by: 2}], cooldown: 4m, assume: {cooldown-starts: decision}}}"},
	{"and longer than start-up and lag", "-cooldown-below-lag", jump + "steps: [{from: 0, by: 2}], cooldown: 270s, assume: {cooldown-starts: decision}}}"},

	{"a band on the quiet side", "dead-step", jump + "steps: [{to: 0, by: -1}, {from: 0, by: 2}]}}"},
	{"bands within reach", "-dead-step", jump + "steps: [{from: 0, to: 50, by: 1}, {from: 50, by: 2}]}}"},
	{"a tolerance that is written out", "-uncovered-breach", jump + "steps: [{from: 0, to: 50, by: 0}, {from: 50, by: 2}]}}"},
	{"low alarm with a gap", "uncovered-breach",
		"scaling.aws.policies: [{step: {alarm: {metric: CPUUtilization, below: 100}, adjust: change, steps: [{to: -20, by: -1}]}}]"},

	{"below what it reads when full", "-target-never-reached", "service.uses.cpu: 20%\nscaling.aws.policies.tracking.target-tracking: {metric: CPUUtilization, target: 79}"},
	{"what it reads when full", "target-never-reached", "service.uses.cpu: 20%\nscaling.aws.policies.tracking.target-tracking: {metric: CPUUtilization, target: 80}"},
	{"more in flight than slots and queue", "target-never-reached", "scaling.aws.policies.tracking.target-tracking: {metric: ConcurrentRequestsPerModel, target: 104}"},
	{"no bound on the queue", "-target-never-reached",
		"service.queue: unlimited\nscaling.aws.policies.tracking.target-tracking: {metric: ConcurrentRequestsPerModel, target: 104}"},

	{"just below capacity", "-target-above-capacity", "scaling.aws.policies.tracking.target-tracking.target: 1339"},
	{"just above", "target-above-capacity", "scaling.aws.policies.tracking.target-tracking.target: 1341"},
	{"a tenth busy at the target", "-per-minute-target", "scaling.aws.policies.tracking.target-tracking.target: 135"},
	{"less", "per-minute-target", "scaling.aws.policies.tracking.target-tracking.target: 133"},
	{"so little traffic that min is enough", "-per-minute-target",
		"scaling.aws.policies.tracking.target-tracking.target: 40\ntraffic.curves: [{constant: {rate: 0.5rps}}]"},

	{"60 % of four cores", "-cpu-per-core", "scaling.aws.policies.tracking.target-tracking: {metric: CPUUtilization, target: 240}"},
	{"of the box", "-cpu-per-core", "scaling.aws.service: ecs-service\nscaling.aws.policies.tracking.target-tracking: {metric: CPUUtilization, target: 60}"},
	{"a service that uses a third of the cores", "-cpu-per-core",
		"service.uses.cpu: 30%\nscaling.aws.policies.tracking.target-tracking: {metric: CPUUtilization, target: 60}"},

	{"with its unit", "-latency-in-microseconds", latency + "above: 1ms}, adjust: change, steps: [{from: 0, by: 2}]}}"},
	{"a million µs", "-latency-in-microseconds", latency + "above: 1000000}, adjust: change, steps: [{from: 0, by: 2}]}}"},
	{"a count", "-latency-in-microseconds", "scaling.aws.policies.+: {step: {alarm: {metric: ModelLatency, statistic: count, above: 900}, adjust: change, steps: [{from: 0, by: 2}]}}"},

	{"one slot", "-any-busy-metric", "fleet.type: ml.g5.xlarge\nservice.concurrency: 1\nservice.uses.gpu: any\nscaling.aws.policies.tracking.target-tracking: {metric: GPUUtilization, target: 80}"},

	{"UTC written out", "-schedule-in-utc", "scaling.aws.schedules:\n  - {cron: \"cron(45 7 * * ? *)\", zone: UTC, min: 3}\n  - {cron: \"cron(0 18 * * ? *)\", zone: UTC, min: 1}"},
	{"hours that fit in UTC", "-schedule-in-utc", "scaling.aws.schedules:\n  - {cron: \"cron(45 6 * * ? *)\", min: 3}\n  - {cron: \"cron(0 17 * * ? *)\", min: 1}"},
	{"a clock in UTC", "-schedule-in-utc", "clock.zone: UTC\nscaling.aws.schedules:\n  - {cron: \"cron(45 7 * * ? *)\", min: 3}\n  - {cron: \"cron(0 18 * * ? *)\", min: 1}"},

	{"two at one instant", "schedule-conflict", "scaling.aws.schedules.+: {name: also, cron: \"cron(45 7 * * ? *)\", zone: Europe/Berlin, min: 2}"},
	{"two that agree", "-schedule-conflict", "scaling.aws.schedules.+: {name: also, cron: \"cron(45 7 * * ? *)\", zone: Europe/Berlin, min: 3}"},

	{"min falls before it is needed", "schedule-fights-tracking", early + "15 8"},
	{"min falls when it is needed", "-schedule-fights-tracking", early + "30 9"},
	{"min and max fall", "-schedule-never-shrinks",
		"scaling.aws.policies: []\nscaling.aws.schedules.close: {cron: \"cron(30 18 * * ? *)\", zone: Europe/Berlin, min: 1, max: 1}"},
	{"a policy without scale-in", "schedule-never-shrinks", "scaling.aws.policies.tracking.target-tracking.scale-in: false"},

	// reaction 7 min 30 s; rise 10 s
	{"a spike as long as the reaction", "-spike-beats-reaction", "traffic.events: [{spike: {at: 2026-11-25T12:00:00, multiply: 4, rise: 10s, hold: 440s}}]"},
	{"a second less", "spike-beats-reaction", "traffic.events: [{spike: {at: 2026-11-25T12:00:00, multiply: 4, rise: 10s, hold: 439s}}]"},
	{"one that the fleet carries", "-spike-beats-reaction", "traffic.events: [{spike: {at: 2026-11-25T12:00:00, multiply: 1.6, rise: 10s, hold: 5m}}]"},
	{"a short promotion at random", "spike-beats-reaction", "traffic.events: [{promotion: {per-week: 3, multiply: 4, length: 5m, rise: 10s}}]"},

	{"a pause of more than two windows", "-scale-in-between-spikes",
		"traffic.events: [{spike: {at: 2026-11-25T00:20:00, every: 44m, add: 60rps, rise: 1m, hold: 9m, fall: 1m}}]"},
	{"a pause of less than one", "-scale-in-between-spikes",
		"traffic.events: [{spike: {at: 2026-11-25T00:20:00, every: 26m, add: 60rps, rise: 1m, hold: 9m, fall: 1m}}]"},

	{"charged a minute at least", "-billing-outlasts-dwell",
		"fleet.billing: {minimum: 60s}\ntraffic.events: [{spike: {at: 2026-11-25T12:00:00, add: 60rps, rise: 1m, hold: 10m}}]"},
	{"by the hour", "billing-outlasts-dwell",
		"fleet.billing: {granularity: 1h}\ntraffic.events: [{spike: {at: 2026-11-25T12:00:00, add: 60rps, rise: 1m, hold: 10m}}]"},

	{"p99 itself", "-timeout-below-p99", "service.timeout: 600ms"},
	{"below it", "timeout-below-p99", "service.timeout: 599ms"},
	{"only while waiting", "-timeout-below-p99", "service.timeout: {waiting: 100ms}"},

	{"the hook is done at the timeout", "-hook-never-answers", hook("5m, timeout: 5m")},
	{"a second later", "hook-never-answers", hook("301s, timeout: 5m")},
	{"it goes into service all the same", "-hook-never-answers", hook("301s, timeout: 5m, default: continue")},
	{"longer than a timeout may be", "hook-never-answers", hook("3h, timeout: 2h")},
	{"a hook that is done in time now and then", "-hook-never-answers", hook("{lognormal: {median: 6m, p99: 15m}}, timeout: 5m")},
	// the first whole hour is that of the clock's begin: 24 h and the delay of a minute, then ten minutes before the next hour
	{"a second before the first forecast", "no-history", predictive + "clock.length: 24h50m"},
	{"a second after", "-no-history", predictive + "clock.length: 24h51m"},
	{"what is lived before counts", "-no-history", predictive + "clock.settle: 1d"},

	{"at 0 no copy, no policy that sees it", "asleep-at-zero", copies + "min: 0, " + track + many},
	{"one copy stays", "-asleep-at-zero", copies + "min: 1, " + track + many},
	{"one that sees it", "-asleep-at-zero", copies + "min: 0, " + wakes + many},
	{"copies at 0 from the begin", "asleep-at-zero", "fleet.start: 0\n" + strings.Replace(copies, evening+"\n", "", 1) + "min: 0, " + track + many},
	{"it never gets quiet", "-asleep-at-zero", "fleet.start: 1\n" + strings.Replace(copies, evening+"\n", "", 1) + "min: 0, " + track + many},
	{"a schedule brings one before anybody calls", "-asleep-at-zero", copies + "min: 0, " + track + ", schedules: [{cron: \"cron(30 7 * * ? *)\", zone: Europe/Berlin, min: 1}]" + many},
	{"it comes too late", "asleep-at-zero", copies + "min: 0, " + track + ", schedules: [{cron: \"cron(30 8 * * ? *)\", zone: Europe/Berlin, min: 1}]" + many},
	{"a queue without a policy", "asleep-at-zero", queue + "scaling: {async: {max: 4, policies: []}}"},
	{"one that a schedule serves every few hours", "-asleep-at-zero", queue + "scaling: {async: {max: 4, policies: [], schedules: [{cron: \"cron(0 0/5 * * ? *)\", min: 1}, {cron: \"cron(0 1/5 * * ? *)\", min: 0, max: 0}, {cron: \"cron(59 4/5 * * ? *)\", max: 4}]}}"},
	{"no queue is ever served", "max-too-low", queue + "scaling: {async: {max: 0, policies: []}}"},
	{"a queue below its peak", "-max-too-low", queue + "scaling: {async: {min: 1, max: 1, policies: []}}"},

	// 40 rps keep 7.17 slots busy: two copies of four
	{"room for one copy", "max-too-low", copies + "min: 1, " + track + ", instances: {max: 1}}}"},
	{"room for two", "-max-too-low", copies + "min: 1, " + track + ", instances: {max: 2}}}"},
	{"two on one", "-max-too-low", copies + "min: 1, copies-per-instance: 2, " + track + ", instances: {max: 1}}}"},
	{"copies at min = max", "min-equals-max", strings.Replace(copies, "max: 12", "max: 2", 1) + "min: 2, " + track + many},
	{"copies at min = room", "min-equals-max", copies + "min: 2, copies-per-instance: 2, " + track + ", instances: {max: 1}}}"},

	{"a budget", "-retries-amplify", "traffic.curves.0.business-hours.busy: 120rps\nservice.retries: {attempts: 3, budget: 10%}"},
	{"nothing can fail", "-retries-amplify", "traffic.curves.0.business-hours.busy: 120rps\nservice.timeout: none\nservice.queue: unlimited\nservice.retries: {attempts: 3}"},
	{"twice fits", "-retries-amplify", "traffic.curves.0.business-hours.busy: 120rps\nservice.retries: {attempts: 2}"},
}

const (
	evening = "traffic.curves.0.business-hours: {open: \"08:00\", close: \"18:00\", busy: 40rps, quiet: 0rps, ramp: 2m}"
	async   = "service.timeout: none\nservice.queue: {shared: unlimited}\nscaling: {async: {max: 4, policies: [{target-tracking: {metric: ApproximateBacklogSizePerInstance, target: 5}}], "
	ladder  = "traffic.curves.0.business-hours.busy: 160rps\nscaling.aws.policies: [{step: {alarm: {metric: CPUUtilization, above: 240}, adjust: change, steps: [{from: 0, by: 1}], "
	jump    = "scaling.aws.policies.+: {step: {alarm: {metric: CPUUtilization, above: 300}, adjust: change, "
	latency = "scaling.aws.policies.+: {step: {alarm: {metric: ModelLatency, statistic: p90, "
	early   = "traffic.curves.0.business-hours.open: \"08:45\"\nscaling.aws.schedules.close.cron: cron(HOUR * * ? *)"
)

// Copies of a model, with nobody at night; policies for them; a queue of the platform's.
const (
	copies     = evening + "\nscaling: {inference-components: {max: 12, "
	track      = "policies: [{target-tracking: {name: tracking, metric: ConcurrentRequestsPerCopy, target: 2}}]"
	wakes      = "policies: [{step: {alarm: {metric: NoCapacityInvocationFailures, statistic: sum, at-or-above: 1, datapoints: 1 of 1}, adjust: change, steps: [{from: 0, by: 1}]}}]"
	many       = ", instances: {max: 12}}}"
	queue      = "service.timeout: none\nservice.queue: {shared: unlimited}\n"
	predictive = "scaling: {ec2-asg: {min: 1, max: 12, policies: [{predictive: {metric: CPUUtilization, target: 50, scheduling-buffer: 10m}}]}}\n"
)

// hook is a group with a launch hook.
func hook(of string) string {
	return "scaling: {ec2-asg: {min: 1, max: 12, policies: [{target-tracking: {metric: CPUUtilization, target: 60}}], lifecycle-hook: {launch: {time: " + of + "}}}}"
}

func TestNear(t *testing.T) {
	_, base, _ := read(t)
	covered := map[string]bool{}
	for _, c := range near {
		if text, hour, ok := strings.Cut(c.changes, early); ok && text == "" {
			c.changes = strings.Replace(early, "HOUR", hour, 1)
		}
		code, absent := strings.CutPrefix(c.code, "-")
		covered[code] = true
		f := changed(t, base, c.changes)
		found := Check(f)
		if slices.Contains(codes(found), code) == absent {
			t.Errorf("%s: %s, found %v", c.name, c.code, found)
		}
		for _, each := range found {
			if each.Fix != "" {
				fixed(t, f, each)
			}
		}
	}
	for _, r := range Rules() {
		if !covered[r.Code] {
			t.Errorf("nothing near %s is tested", r.Code)
		}
	}
}

// What is accepted is not said, and a code that no rule has is.
func TestAccept(t *testing.T) {
	_, base, _ := read(t)
	f := changed(t, base, "service.timeout: 500ms\nscaling.aws.min: 12\nscaling.aws.schedules: []")
	if got := codes(Check(f)); !slices.Equal(got, []string{"min-equals-max", "timeout-below-p99"}) {
		t.Fatal(got)
	}
	g, err := f.With(scenarios.Set("accept", "[min-equals-max, timeout-below-p98]"))
	if err != nil {
		t.Fatal(err)
	}
	found := Check(g)
	if got := codes(found); !slices.Equal(got, []string{"timeout-below-p99", "unknown-code"}) || found[1].Path != "accept.1" {
		t.Fatal(found)
	}
	fixed(t, g, found[1])
}
