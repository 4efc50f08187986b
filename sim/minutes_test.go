package sim

import (
	"testing"
	"time"
)

// Minutes are half-open: what falls on an end belongs to the next one, and "at the end" is just before it.
func TestMinutesAreHalfOpen(t *testing.T) {
	s := time.Second
	t.Run("arrival", func(t *testing.T) {
		r := run(t, small(at(60*s-1, 60*s), 2*time.Minute, s, slots(2)))
		is(t, "offered in minute 0", r.Minutes[0].Offered, 1)
		is(t, "offered in minute 1", r.Minutes[1].Offered, 1)
	})
	t.Run("completion", func(t *testing.T) {
		r := run(t, small(at(59*s-1, 59*s), 2*time.Minute, s, slots(2)))
		is(t, "served in minute 0", r.Minutes[0].Served, 1)
		is(t, "served in minute 1", r.Minutes[1].Served, 1)
	})
	t.Run("failure", func(t *testing.T) {
		r := run(t, small(at(0, 10*s), 2*time.Minute, 55*s, patience(50*s), slots(1)))
		is(t, "served in minute 0", r.Minutes[0].Served, 1)
		r = run(t, small(at(0, 10*s), 2*time.Minute, 70*s, patience(50*s)))
		is(t, "failed in minute 0", r.Minutes[0].Failed, 0)
		is(t, "waiting at the end of minute 0", r.Minutes[0].Waiting, 1)
		is(t, "failed in minute 1", r.Minutes[1].Failed, 1)
		is(t, "waiting at the end of minute 1", r.Minutes[1].Waiting, 0)
	})
	t.Run("fleet", func(t *testing.T) {
		r := run(t, small(at(), 3*time.Minute, s, plan(want{60 * s, 3}), startUp(60*s)))
		for k, want := range []Minute{
			{Serving: 1, Desired: 1, ServingMean: 1, ServingMin: 1, ServingMax: 1},
			{Serving: 1, Starting: 2, Desired: 3, ServingMean: 1, StartingMean: 2, ServingMin: 1, ServingMax: 1},
			{Serving: 3, Desired: 3, ServingMean: 3, ServingMin: 3, ServingMax: 3},
		} {
			m := r.Minutes[k]
			got := Minute{Serving: m.Serving, Starting: m.Starting, Desired: m.Desired, ServingMean: m.ServingMean, StartingMean: m.StartingMean, ServingMin: m.ServingMin, ServingMax: m.ServingMax}
			if diff := differ(got, want); diff != "" {
				t.Errorf("minute %d: %s", k, diff)
			}
		}
	})
}

// Latency and wait belong to the minute of completion: 59.5 s to 61.5 s is of minute 1, with all of its wait.
func TestLatencyBelongsToTheMinuteOfCompletion(t *testing.T) {
	r := run(t, small(at(57500*ms, 57500*ms, 58500*ms), 2*time.Minute, 2*time.Second))
	m := r.Minutes[0] // the first: 57.5 → 59.5
	is(t, "served in minute 0", m.Served, 1)
	near(t, "mean in minute 0", m.Mean, 2e9, 0)
	near(t, "wait in minute 0", m.WaitMean, 0, 0)
	m = r.Minutes[1] // 57.5 → 61.5 waited 2 s; 58.5 → 63.5 waited 3 s
	is(t, "served in minute 1", m.Served, 2)
	near(t, "mean in minute 1", m.Mean, 4.5e9, 0)
	is(t, "max in minute 1", m.Max, 5*time.Second)
	near(t, "wait in minute 1", m.WaitMean, 2.5e9, 0)
	is(t, "longest wait in minute 1", m.WaitMax, 3*time.Second)
	near(t, "p50 of latency", m.Latency[0].Seconds(), 4, 0.02) // the smallest with at least half at or below it
	near(t, "p99 of latency", m.Latency[3].Seconds(), 5, 0.025)
}

// In backoff is waiting too; requests in flight are the time average of those alive.
func TestMinuteCountsWhoWaits(t *testing.T) {
	c := small(at(50*time.Second), 3*time.Minute, time.Second, instances(0), tries(3, 30*time.Second), plan(want{time.Minute, 1}), startUp(10*time.Second))
	r := run(t, c) // fails at 50, tries again at 80: served until 81
	expect(t, r, outcome{served: 1, retries: 1})
	is(t, "waiting after minute 0", r.Minutes[0].Waiting, 1)
	near(t, "in flight in minute 0", r.Minutes[0].InFlight, 10./60, 1e-12)
	near(t, "in flight in minute 1", r.Minutes[1].InFlight, 21./60, 1e-12)
	near(t, "in flight", r.InFlight, 31./180, 1e-12)
	is(t, "attempts in minute 0", r.Minutes[0].Attempts, 1)
	is(t, "retries in minute 1", r.Minutes[1].Retries, 1)
	is(t, "offered in minute 1", r.Minutes[1].Offered, 0)
}

// A partial last minute has no row, but all it did counts in the run.
func TestPartialLastMinute(t *testing.T) {
	for _, step := range []time.Duration{500 * ms, time.Second, 10 * time.Second} {
		c := small(every(10*time.Second, 100), 150*time.Second, 8*time.Second, plan(want{120 * time.Second, 2}))
		c.Step = step
		r := run(t, c)
		is(t, "rows", len(r.Minutes), 2)
		expect(t, r, outcome{served: 15}) // the last from 140 to 148
		took(t, "latency", r.Latency, 8, 8)
		near(t, "in service", r.ServingMean, (150.+30)/150, 1e-12)
		is(t, "most in service", r.ServingMax, 2)
		near(t, "instance-hours", r.Hours.Serving*3600, 180, 1e-9)
		near(t, "utilization", r.Utilization, 15*8./180, 1e-12)
		near(t, "in flight", r.InFlight, 15*8./150, 1e-12)
		is(t, "billed", r.Cost.Billed.Int64(), int64(180*time.Second))
	}
	is(t, "rows of 40 s", len(run(t, small(at(0), 40*time.Second, time.Second)).Minutes), 0)
}

// What holds for no time at all is neither the least nor the most: a loss that is made good at the same instant is not seen.
func TestExtremesLast(t *testing.T) {
	r := run(t, small(at(), 2*time.Minute, time.Second, instances(3), failing(losing(2, 70*time.Second)), replaceAfter(0)))
	is(t, "least", r.ServingMin, 3)
	r = run(t, small(at(), 3*time.Minute, time.Second, instances(3), failing(losing(2, 70*time.Second)), replaceAfter(1), plan(want{130 * time.Second, 4})))
	is(t, "least", r.ServingMin, 1)
	is(t, "most", r.ServingMax, 4)
	for k, want := range [][2]int{{3, 3}, {1, 3}, {3, 4}} {
		is(t, "extremes of a minute", [2]int{r.Minutes[k].ServingMin, r.Minutes[k].ServingMax}, want)
	}
}

// The cost of a minute is price × charged time, before granularity and minimum (0.001 USD a second).
func TestMinuteCost(t *testing.T) {
	c := small(at(50*time.Second), 3*time.Minute, 50*time.Second, instances(1), plan(want{30 * time.Second, 2}, want{60 * time.Second, 1}, want{90 * time.Second, 0}), startUp(20*time.Second))
	c.Fleet.Billing.Minimum = 10 * time.Minute
	r := run(t, c)
	// instance 0 serves from 0 on, instance 1 starts 30…50 and serves 50…60; one of them holds the request from 50 to 100
	near(t, "minute 0", r.Minutes[0].Cost, 0.060+0.030, 1e-12)
	c.Fleet.Billing.Starting = "free"
	near(t, "minute 0, starting free", run(t, c).Minutes[0].Cost, 0.060+0.010, 1e-12)
}
