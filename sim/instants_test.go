package sim

import (
	"testing"
	"time"

	"headroom/policy"
)

const ms = time.Millisecond

// At one instant: failures, instances come into service, completions, timeouts, arrivals, points, schedules, alarms, policies,
// and last what they ordered. Every case would end otherwise if two neighbours changed places.
func TestOrderAtOneInstant(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		what string
		cfg  Config
		want outcome
	}{
		{"a failure comes before a completion",
			small(at(0), 10*s, 2*s, failing(losing(1, 2*s))), outcome{lost: 1}},
		{"a failure comes before an instance that comes into service: it is lost as it starts, and launched anew at 90 s",
			small(at(31*s, 121*s), 130*s, s, instances(0), plan(want{0, 1}), startUp(30*s), failing(zoneDown(1, 30*s, 10*s))),
			outcome{noCapacity: 1, served: 1}},
		{"the first instances stand before the first instant: a failure then hits them",
			small(at(0), 10*s, s, failing(losing(1, 0))), outcome{noCapacity: 1}},
		{"an instance comes into service before a timeout",
			small(at(0), 40*s, s, instances(0), sharedQueue(Unlimited), plan(want{0, 1}), startUp(30*s), patience(30*s)), outcome{served: 1}},
		{"an instance comes into service before an arrival",
			small(at(30*s), 40*s, s, instances(0), plan(want{0, 1}), startUp(30*s)), outcome{served: 1}},
		{"an instance launched anew with no start-up comes into service before an arrival",
			small(at(20*s), 40*s, s, failing(losing(1, 10*s)), replaceAfter(10*s)), outcome{served: 1}},
		{"a completion comes before a timeout of the same attempt",
			small(at(0), 10*s, 2*s, timeout(2*s)), outcome{served: 1}},
		{"a completion gives its slot to one that would give up waiting now",
			small(at(0, 0), 10*s, 2*s, patience(2*s)), outcome{served: 2}},
		{"a completion gives its slot to one whose client gives up now, in service",
			small(at(0, 0), 10*s, 2*s, timeout(2*s)), outcome{served: 1, timeout: 1}},
		{"a completion comes before an arrival",
			small(at(0, 2*s), 10*s, 2*s, own(0)), outcome{served: 2}},
		{"a timeout that frees a slot comes before an arrival",
			small(at(0, 2*s), 3*s, 5*s, own(0), timeout(2*s), drop), outcome{timeout: 1, inService: 1}},
		{"a timeout that leaves a queue comes before an arrival",
			small(at(0, 1*s, 3*s), 4*s, 10*s, own(1), patience(2*s)), outcome{timeout: 1, inService: 1, waiting: 1}},
		{"an arrival comes before what is ordered: no instance yet",
			small(at(30*s, 30*s+1), 40*s, s, instances(0), plan(want{30 * s, 1})), outcome{noCapacity: 1, served: 1}},
		{"an arrival comes before what is ordered: the instance is still there",
			small(at(30*s, 30*s+1), 40*s, s, plan(want{30 * s, 0})), outcome{served: 1, noCapacity: 1}},
		{"a completion comes before a draining that is cut off at once",
			small(at(10*s, 11*s), 40*s, 20*s, slots(2), plan(want{30 * s, 0}), drain(0)), outcome{served: 1, lost: 1}},
		{"at length nothing happens any more: a completion",
			small(at(0), 10*s, 10*s), outcome{inService: 1}},
		{"at length nothing happens any more: an arrival",
			small(at(0, 10*s), 10*s, s), outcome{served: 1}},
		{"at length nothing happens any more: a failure",
			small(at(0), 10*s, 20*s, failing(losing(1, 10*s))), outcome{inService: 1}},
	} {
		t.Run(c.what, func(t *testing.T) { expect(t, run(t, c.cfg), c.want) })
	}
}

// Things happen at their own time, not on the step: the same world in steps of half a second, a second and a minute.
func TestTheStepDoesNotMatter(t *testing.T) {
	for _, change := range [][]func(*Config){
		{instances(2), failing(losing(1, 31*time.Second+7)), startUp(1700 * ms), timeout(2300 * ms), tries(3, 700*ms)},
		{instances(3), sharedQueue(20), slots(2), plan(want{time.Minute, 5}, want{3 * time.Minute, 1}), startUp(41300 * ms), drain(1500 * ms)},
	} {
		c := small(poisson(3), 5*time.Minute, 1100*ms, change...)
		one := run(t, c)
		for _, step := range []time.Duration{500 * ms, time.Minute} {
			c.Step = step
			if diff := differ(one, run(t, c)); diff != "" {
				t.Errorf("step %v: %s", step, diff)
			}
		}
	}
}

// A decision waits for a step: what is wanted from 0:30 on is ordered at the first step at or after it.
func TestOnlyDecisionsWaitForAStep(t *testing.T) {
	c := small(at(59*time.Second, 61*time.Second), 2*time.Minute, time.Second, instances(0))
	c.Scaler = func() policy.Scaler { return &late{} }
	c.Step = time.Minute
	r := run(t, c)
	expect(t, r, outcome{noCapacity: 1, served: 1})
	is(t, "at", r.Decisions[0].At, time.Minute)
}

// late wants one instance once it is asked after 30 s.
type late struct{ script }

func (l *late) Next(now time.Duration) time.Duration { return max(now+1, 30*time.Second) }
func (l *late) Decide(o policy.Observation) policy.Decision {
	if o.Now < 30*time.Second || o.Fleet.Desired == 1 {
		return policy.Decision{Want: o.Fleet.Desired}
	}
	return policy.Decision{Want: 1, Entries: []policy.Entry{{Policy: "late", To: 1}}}
}

// A point whose period ended at t is seen by a decision at t + delay, not a step before.
func TestPointsAreSeenAtEndPlusDelay(t *testing.T) {
	for _, delay := range []time.Duration{0, 10 * time.Second, time.Minute} {
		seen := map[time.Duration]time.Duration{}
		c := small(every(time.Second, 200), 200*time.Second, ms, watching(func(o policy.Observation) {
			for _, p := range o.Points("Invocations") {
				if _, ok := seen[p.End]; !ok {
					seen[p.End] = o.Now
				}
			}
		}, "Invocations"))
		c.Metrics.Delay = delay
		run(t, c)
		for end := time.Minute; end+delay < c.Length; end += time.Minute {
			if at, ok := seen[end]; !ok || at != end+delay {
				t.Errorf("delay %v: the point of %v is first seen at %v", delay, end, at)
			}
		}
	}
}
