package aws

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/histogram"
	"headroom/policy"
)

// one is a target with policies.
func one(service string, low, high int, ps ...Policy) *Settings {
	return &Settings{Service: service, Min: low, Max: high, Policies: ps}
}

// tt is a target-tracking policy with cooldowns in seconds.
func tt(metric string, target float64, out, in int) Policy {
	t := trackingOf(metric, target)
	t.ScaleOutCooldown, t.ScaleInCooldown = secs(out), secs(in)
	return Policy{TargetTracking: t}
}

// step is a step policy that changes capacity by one number above a threshold of 1 of 1.
func step(metric string, above float64, adjust string, cooldown int, steps ...Adjustment) Policy {
	return Policy{Step: &Step{Alarm: Alarm{Metric: metric, Above: num(above), Datapoints: Datapoints{1, 1}}, Adjust: adjust, Steps: steps, Cooldown: secs(cooldown)}}
}

// between is high in [from, to) and low else.
func between(from, to time.Duration, high, low float64) func(time.Duration) float64 {
	return func(t time.Duration) float64 {
		if t >= from && t < to {
			return high
		}
		return low
	}
}

// story writes changes as at:from→to, in minutes.
func story(es []logged) string {
	var out []string
	for _, e := range es {
		out = append(out, fmt.Sprintf("%s:%d→%d", strings.Replace(e.at.String(), "m0s", "m", 1), e.From, e.To))
	}
	return strings.Join(out, " ")
}

func g01(out, in int) *world {
	w := newWorld(one(Endpoint, 1, 4, tt("InvocationsPerInstance", 1500, out, in)), 80*time.Minute)
	w.startUp = 4 * time.Minute
	w.invocations(between(mins(10), mins(40), 20000/60.0, 0.1))
	w.run()
	return w
}

func TestG01(t *testing.T) {
	w := g01(10, 100)
	c := w.changes()
	if len(c) != 2 {
		t.Fatalf("changes %s, want one out and one in", story(c))
	}
	if e := c[0]; e.at != mins(14) || e.From != 1 || e.To != 4 || e.Wish != 14 || !e.HasWish || e.HeldBy != policy.HeldByMax {
		t.Errorf("out: %+v, want 1 to 4 at 14m with a wish of 14 held by max", e)
	}
	want := "InvocationsPerInstance is 20000, above 1500 for 3 of 3 minutes; ceil(20000 ÷ 1500) = 14"
	if e := c[0]; e.Why[0] != (policy.Reason{Code: policy.AlarmHigh, Text: want}) || e.Why[1] != (policy.Reason{Code: policy.AtMax, Text: "max is 4"}) {
		t.Errorf("reasons %q", e.Why)
	}
	if e := c[1]; e.at != mins(56) || e.From != 4 || e.To != 1 || e.HasWish {
		t.Errorf("in: %+v, want 4 to 1 at 56m", e)
	}
	if both := g01(0, 0).changes(); both[0].at != c[0].at || both[1].at != c[1].at {
		t.Errorf("without cooldowns %s, want the same instants as %s", story(both), story(c))
	}
}

func g02(ps ...Policy) *world {
	s := one(ECS, 1, 3, ps...)
	s.Schedules = []Schedule{{Name: "lower", Cron: text[Cron]("cron(0 3 * * ? *)"), Min: new(1), Max: new(2)}}
	w := newWorld(s, 4*time.Hour)
	w.startUp = 45 * time.Second
	busy := between(mins(20), mins(60), 0.75, 0.0025)
	w.utilisation("CPUUtilization", busy)
	w.metric("MemoryUtilization", func(_ time.Duration, n float64) (float64, float64, bool) { return 47, 47 * n, n > 0 })
	w.run()
	return w
}

func TestG02AndCB8(t *testing.T) {
	cpu, memory := tt("CPUUtilization", 20, 120, 60), tt("MemoryUtilization", 50, 120, 60)
	w := g02(cpu, memory)
	if got, want := story(w.changes()), "24m:1→3 3h0m:3→2"; got != want {
		t.Errorf("changes %s, want %s", got, want)
	}
	held := w.held(policy.HeldByNotAllReady)
	if len(held) == 0 {
		t.Fatal("no wish is held by not_all_ready")
	}
	last := held[len(held)-1].Why
	if why := last[len(last)-1]; why.Code != policy.NotAllReady || !strings.Contains(why.Text, "scaling.aws.policies.1 (MemoryUtilization)") || !strings.Contains(why.Text, "47% against 45%") {
		t.Errorf("the reason does not name the policy that is not ready: %+v", why)
	}
	if e := w.changes()[1]; e.Policy != "lower" {
		t.Errorf("3 to 2 by %s, want the schedule", e.Policy)
	}
	if got, want := story(g02(cpu).changes()), "24m:1→3 1h16m:3→1"; got != want {
		t.Errorf("with CPU alone %s, want %s", got, want)
	}
	// CB9: a policy without scale-in leaves the vote
	memory.TargetTracking.ScaleIn = false
	if got, want := story(g02(cpu, memory).changes()), "24m:1→3 1h16m:3→1"; got != want {
		t.Errorf("memory without scale-in: %s, want %s", got, want)
	}
}

// TestG03: the base is the capacity that the point was measured on, so a bounded metric climbs one rung a start-up.
func TestG03(t *testing.T) {
	run := func(p Policy) *world {
		w := newWorld(one(Custom, 10, 100, p), time.Hour)
		w.startUp = time.Minute
		demand := between(mins(10), mins(55), 30, 7.5) // instances' worth
		w.utilisation("CPUUtilization", demand)
		w.invocations(func(t time.Duration) float64 { return demand(t) * 50 })
		w.run()
		return w
	}
	c := run(tt("CPUUtilization", 75, 60, 300)).changes()
	if len(c) < 4 || c[0].To != 14 || c[0].From != 10 {
		t.Fatalf("ladder %s, want it to begin 10→14", story(c))
	}
	for _, e := range c {
		if e.at < mins(18) && e.To >= 40 {
			t.Errorf("a bounded metric jumps: %s", story(c))
		}
	}
	if c := run(tt("InvocationsPerInstance", 2250, 60, 300)).changes(); c[0].From != 10 || c[0].To != 40 || c[0].at != mins(14) {
		t.Errorf("an unbounded one: %s, want 10→40 in one go at 14m", story(c))
	}
}

// G06 and TT9: no points, no change; one entry of no data.
func TestG06AndTT9NoData(t *testing.T) {
	w := newWorld(one(Custom, 1, 100, tt("CPUUtilization", 75, 10, 60)), 14*time.Hour)
	w.first = 33
	w.metric("CPUUtilization", func(end time.Duration, n float64) (float64, float64, bool) { return 75, 75 * n, end <= 2*time.Hour })
	w.run()
	if len(w.changes()) != 0 || w.desired != 33 {
		t.Errorf("changes %s, want none", story(w.changes()))
	}
	dark := w.held(policy.HeldByNoData)
	if len(dark) != 1 || len(w.log) != 1 {
		t.Fatalf("%d entries without data of %d, want one", len(dark), len(w.log))
	}
	if e := dark[0]; e.HasWish || e.Why[0].Code != policy.NoData || e.Why[0].Text != "CPUUtilization: no data since 2026-03-02 02:00:00" || e.From != 33 || e.To != 33 {
		t.Errorf("%+v", e)
	}
	// data that comes back and goes again is a second stretch
	w = newWorld(one(Custom, 1, 100, tt("CPUUtilization", 75, 10, 60)), 6*time.Hour)
	w.first = 33
	w.metric("CPUUtilization", func(end time.Duration, n float64) (float64, float64, bool) {
		return 74, 74 * n, end <= time.Hour || end > 2*time.Hour && end < 3*time.Hour
	})
	w.run()
	if n := len(w.held(policy.HeldByNoData)); n != 2 {
		t.Errorf("%d entries of no data, want 2", n)
	}
	// before the first point there is none
	w = newWorld(one(Custom, 1, 100, tt("CPUUtilization", 75, 10, 60)), time.Hour)
	w.metric("CPUUtilization", func(time.Duration, float64) (float64, float64, bool) { return 0, 0, false })
	if w.run(); len(w.log) != 0 {
		t.Errorf("entries without any point ever: %+v", w.log)
	}
}

// SM5: a variant publishes zeros, so it scales in to min and not below.
func TestSM5(t *testing.T) {
	w := newWorld(one(Endpoint, 1, 9, tt("InvocationsPerInstance", 300, 300, 300)), 2*time.Hour)
	w.first = 5
	w.invocations(func(time.Duration) float64 { return 0 })
	w.run()
	c := w.changes()
	if len(c) != 1 || c[0].To != 1 || c[0].at != mins(16) || c[0].Wish != 0 || c[0].HeldBy != policy.HeldByMin {
		t.Errorf("%+v, want 5 to 1 at 16m, a wish of 0 held by min", c)
	}
	if n := len(w.held(policy.HeldByMin)); n < 100 {
		t.Errorf("%d entries held by min, want one a minute after that", n)
	}
}

// TT10: a scale-out in a scale-in cooldown runs, and ends that cooldown.
func TestTT10(t *testing.T) {
	w := newWorld(one(Custom, 1, 20, tt("InvocationsPerInstance", 60, 0, 36000)), 3*time.Hour)
	w.first = 10
	w.invocations(func(t time.Duration) float64 {
		switch {
		case t < mins(20):
			return 5
		case t < mins(40):
			return 12
		}
		return 2
	})
	w.run()
	if got, want := story(w.changes()), "16m:10→5 24m:5→12 56m:12→2"; got != want {
		t.Errorf("%s, want %s: the ten hours of cooldown after the first scale-in end with the scale-out", got, want)
	}
}

// TT11: in a scale-out cooldown a wish that is not above what was reached changes nothing, and is no entry.
func TestTT11(t *testing.T) {
	w := newWorld(one(Custom, 1, 20, tt("InvocationsPerInstance", 60, 3600, 300)), time.Hour)
	w.startUp = 10 * time.Minute
	w.invocations(between(0, time.Hour, 4, 0))
	w.run()
	if got, want := story(w.changes()), "4m:1→4"; got != want || len(w.log) != 1 {
		t.Errorf("%s in %d entries, want %s alone", got, len(w.log), want)
	}
	// a larger one runs in the cooldown
	w = newWorld(one(Custom, 1, 20, tt("InvocationsPerInstance", 60, 3600, 300)), time.Hour)
	w.invocations(func(t time.Duration) float64 {
		if t < mins(10) {
			return 4
		}
		return 7
	})
	w.run()
	if got, want := story(w.changes()), "4m:1→4 14m:4→7"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TT12: a schedule does not ask for cooldowns.
func TestTT12(t *testing.T) {
	s := one(Custom, 1, 20, tt("InvocationsPerInstance", 60, 36000, 36000))
	s.Schedules = []Schedule{{Name: "more", At: text[Stamp]("6m"), Min: new(9)}, {Name: "less", At: text[Stamp]("8m"), Min: new(1), Max: new(2)}}
	w := newWorld(s, time.Hour)
	w.invocations(between(0, mins(5), 4, 0))
	w.run()
	if got, want := story(w.changes()), "4m:1→4 6m:4→9 8m:9→2 21m:2→1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// ST13 and ST14: from 10, +2 → 12; in its cooldown +3 → 13; then +2 → nothing.
func TestST13AndST14Credit(t *testing.T) {
	steps := []Adjustment{{From: num(0), To: num(100), By: 2}, {From: num(100), By: 3}}
	w := newWorld(one(Custom, 10, 99, step("ApproximateBacklogSize", 10, "change", 600, steps...)), 15*time.Minute)
	w.publish("ApproximateBacklogSize", func(end time.Duration) float64 {
		switch end {
		case mins(2):
			return 20
		case mins(4):
			return 200
		case mins(6):
			return 20
		}
		return 0
	})
	w.run()
	if got, want := story(w.changes()), "3m:10→12 5m:12→13"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	cooled := w.held(policy.HeldByCooldown)
	if len(cooled) != 1 || cooled[0].at != mins(7) || cooled[0].Wish != 15 || cooled[0].To != 13 {
		t.Errorf("held: %+v, want one wish at 7m", cooled)
	}
	if e := w.changes()[1]; !strings.Contains(e.Why[0].Text, "counted from 10") || e.HasWish {
		t.Errorf("%+v, want the credit named and no wish left", e)
	}
	if why := cooled[0].Why[1]; why.Code != policy.Cooldown || !strings.Contains(why.Text, "scale-out cooldown until 00:15:00") {
		t.Errorf("%+v, want the cooldown with its end", why)
	}
}

func TestPercentBaseInCooldown(t *testing.T) {
	for base, want := range map[string]string{"before": "3m:10→15", "now": "3m:10→15 4m:15→22 5m:22→33"} {
		p := step("ApproximateBacklogSize", 10, "percent", 600, Adjustment{From: num(0), By: 50})
		p.Step.Assume.PercentBaseInCooldown = &base
		w := newWorld(one(Custom, 10, 99, p), 8*time.Minute)
		w.publish("ApproximateBacklogSize", between(mins(2), mins(5), 20, 0))
		w.run()
		if got := story(w.changes()); got != want {
			t.Errorf("%s: %s, want %s", base, got, want)
		}
	}
}

// A change under way on an endpoint holds policies, lets limits move, and the capacity follows at its completion.
func TestEndpointUpdating(t *testing.T) {
	build := func(service string, while bool, own *bool) *world {
		s := one(service, 1, 50, step("ApproximateBacklogSize", 10, "change", 0, Adjustment{From: num(0), By: 2}))
		s.Assume.ScaleWhileUpdating = &while
		s.Policies[0].Step.Assume.ScaleWhileUpdating = own
		s.Schedules = []Schedule{{Name: "more", At: text[Stamp]("4m"), Min: new(10)}}
		w := newWorld(s, 9*time.Minute)
		w.startUp = 3*time.Minute + 20*time.Second
		w.publish("ApproximateBacklogSize", between(mins(2), mins(6), 20, 0))
		w.run()
		return w
	}
	w := build(Endpoint, false, nil)
	if got, want := story(w.changes()), "3m:1→3 6m20s:3→10"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if e := w.changes()[1]; e.Policy != "more" || e.Why[0].Code != policy.Schedule || e.Why[1].Code != policy.Limits {
		t.Errorf("%+v, want the schedule's", e)
	}
	if e := w.log[1]; e.Policy != "more" || e.at != mins(4) || e.From != 3 || e.To != 3 {
		t.Errorf("%+v, want the limits to move at once", e)
	}
	if held := w.held(policy.HeldByUpdating); len(held) != 3 || held[0].at != mins(4) || held[2].at != mins(6) || held[0].Wish != 5 {
		t.Errorf("held by updating: %+v, want 4m, 5m and 6m", held)
	}
	for name, w := range map[string]*world{"custom": build(Custom, false, nil), "knob": build(Endpoint, true, nil)} {
		if c := w.changes(); len(c) != 2 || c[1].at != mins(4) || c[1].To != 10 || len(w.held(policy.HeldByUpdating)) != 0 {
			t.Errorf("%s: %s, want no hold by updating", name, story(c))
		}
	}
	// a policy's own assumption comes first
	if held := build(Endpoint, true, new(false)).held(policy.HeldByUpdating); len(held) == 0 {
		t.Error("a policy that waits for changes is not held")
	}
	w = build(Endpoint, false, new(true))
	if len(w.held(policy.HeldByUpdating)) != 0 || w.log[1].To != w.log[1].From {
		t.Errorf("a policy that does not wait: %+v", w.log)
	}
}

// A schedule that moves the capacity of an endpoint at this instant starts a change: policies are held by it.
func TestPoliciesSeeWhatAScheduleJustSet(t *testing.T) {
	s := one(Endpoint, 1, 50, step("ApproximateBacklogSize", 10, "change", 0, Adjustment{From: num(0), By: 2}))
	s.Schedules = []Schedule{{Name: "more", At: text[Stamp]("3m"), Min: new(10)}}
	w := newWorld(s, 4*time.Minute)
	w.publish("ApproximateBacklogSize", between(mins(2), mins(3), 20, 0))
	w.run()
	if held := w.held(policy.HeldByUpdating); len(held) != 1 || held[0].From != 10 || held[0].Wish != 12 {
		t.Errorf("%+v, want a wish of 12 from 10", held)
	}
	s.Service = Custom
	w = newWorld(s, 4*time.Minute)
	w.publish("ApproximateBacklogSize", between(mins(2), mins(3), 20, 0))
	w.run()
	if got, want := story(w.changes()), "3m:1→10 3m:10→12"; got != want {
		t.Errorf("custom: %s, want %s", got, want)
	}
}

func TestAnticipatedFlapping(t *testing.T) {
	// 4 instances at 85 % of the target: below 90 %, but 3 would be above it
	w := newWorld(one(Custom, 1, 20, tt("InvocationsPerInstance", 60, 300, 300)), time.Hour)
	w.first = 4
	w.invocations(func(time.Duration) float64 { return 3.4 })
	w.run()
	held := w.held(policy.HeldByFlapping)
	if len(w.changes()) != 0 || len(held) != len(w.log) || len(held) == 0 {
		t.Fatalf("changes %s, %d of %d entries by flapping", story(w.changes()), len(held), len(w.log))
	}
	e := held[0]
	if e.at != mins(16) || e.Wish != 3 || e.To != 4 || e.Why[1] != (policy.Reason{Code: policy.AnticipatedFlapping, Text: "with 3 it would be 68, above 60"}) {
		t.Errorf("%+v", e)
	}
	// at min there is nothing to say
	w = newWorld(one(Custom, 4, 20, tt("InvocationsPerInstance", 60, 300, 300)), time.Hour)
	w.invocations(func(time.Duration) float64 { return 3.4 })
	if w.run(); len(w.log) != 0 {
		t.Errorf("entries at min: %+v", w.log[0])
	}
}

// G04: a fleet of one below its target has nothing to decide, and writes nothing.
func TestG04QuietFleetWritesNothing(t *testing.T) {
	w := newWorld(one(Endpoint, 1, 10, tt("CPUUtilization", 70, 300, 300)), 2*time.Hour)
	w.metric("CPUUtilization", func(_ time.Duration, n float64) (float64, float64, bool) { return 40, 40 * n, true })
	if w.run(); len(w.log) != 0 {
		t.Errorf("entries: %+v", w.log[0])
	}
}

func TestCooldownHoldsScaleIn(t *testing.T) {
	w := newWorld(one(Custom, 1, 20, tt("InvocationsPerInstance", 60, 0, 1200)), 2*time.Hour)
	w.first = 10
	w.invocations(func(t time.Duration) float64 {
		if t < mins(16) {
			return 5
		}
		return 2
	})
	w.run()
	// at completion + 20 minutes it no longer holds
	if got, want := story(w.changes()), "16m:10→5 36m:5→2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	held := w.held(policy.HeldByCooldown)
	if len(held) == 0 || !strings.Contains(held[0].Why[1].Text, "scale-in cooldown until 00:36:00") {
		t.Errorf("held: %+v", held)
	}
}

// One policy in its scale-in cooldown is not ready: another one that wants in is held by it.
func TestACooldownIsNoAgreement(t *testing.T) {
	first, second := tt("InvocationsPerInstance", 60, 0, 3600), tt("CPUUtilization", 50, 0, 0)
	first.TargetTracking.Name = "calls"
	w := newWorld(one(Custom, 1, 20, first, second), time.Hour)
	w.first = 10
	w.invocations(func(time.Duration) float64 { return 5 })
	w.utilisation("CPUUtilization", between(0, mins(12), 2, 0.4))
	w.run()
	if got, want := story(w.changes()), "16m:10→5"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	held := w.held(policy.HeldByNotAllReady)
	if len(held) == 0 || held[0].Policy != "scaling.aws.policies.1" || !strings.Contains(held[0].Why[1].Text, "calls (InvocationsPerInstance) is not ready to scale in: scale-in cooldown until 01:16:00") {
		t.Errorf("%+v", held)
	}
}

// The first thing that changes a wish is the reason, and what comes after a limit that leaves nothing is not named.
func TestClampedBeforeHeld(t *testing.T) {
	w := newWorld(one(Endpoint, 1, 3, step("ApproximateBacklogSize", 10, "exact", 600, Adjustment{From: num(0), By: 5})), 6*time.Minute)
	w.startUp = 10 * time.Minute
	w.publish("ApproximateBacklogSize", func(time.Duration) float64 { return 20 })
	w.run()
	held := w.held(policy.HeldByMax)
	if len(held) != 4 || len(w.held(policy.HeldByUpdating)) != 0 || held[0].Wish != 5 || len(held[0].Why) != 2 || held[0].Why[1].Code != policy.AtMax {
		t.Errorf("%+v, want a shortened change and three wishes of 5 held by max alone", held)
	}
}

// Until the change is complete the end of its cooldown is not known; the sentence says so, and changes when it is.
func TestCooldownSentences(t *testing.T) {
	w := newWorld(one(Custom, 1, 50, step("ApproximateBacklogSize", 10, "change", 600, Adjustment{From: num(0), By: 2})), 9*time.Minute)
	w.startUp = 150 * time.Second
	w.publish("ApproximateBacklogSize", between(mins(2), mins(20), 20, 0))
	w.run()
	var got []string
	for _, e := range w.held(policy.HeldByCooldown) {
		got = append(got, e.at.String()+" "+e.Why[1].Text)
	}
	after, then := "scale-out cooldown until 10m after its change is complete", "scale-out cooldown until 00:15:30"
	want := []string{"4m0s " + after, "5m0s " + after, "6m0s " + then, "7m0s " + then, "8m0s " + then}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestOutCooldownBlocksIn(t *testing.T) {
	for blocks, want := range map[bool]string{false: "4m:1→6 24m:6→1", true: "4m:1→6 44m:6→1"} {
		p := tt("InvocationsPerInstance", 60, 2400, 300)
		p.TargetTracking.Assume.OutCooldownBlocksIn = &blocks
		w := newWorld(one(Custom, 1, 20, p), 2*time.Hour)
		w.invocations(between(0, mins(8), 6, 0.5))
		w.run()
		if got := story(w.changes()); got != want {
			t.Errorf("%v: %s, want %s", blocks, got, want)
		}
	}
}

func TestCooldownStarts(t *testing.T) {
	for starts, want := range map[string]string{"completion": "3m:1→3 11m:3→5", "decision": "3m:1→3 7m:3→5"} {
		p := step("ApproximateBacklogSize", 10, "change", 240, Adjustment{From: num(0), By: 2})
		p.Step.Assume.CooldownStarts = &starts
		w := newWorld(one(Custom, 1, 50, p), 12*time.Minute)
		if starts == "decision" {
			w.end = mins(8)
		}
		w.startUp = 4 * time.Minute
		w.publish("ApproximateBacklogSize", between(mins(2), mins(20), 20, 0))
		w.run()
		if got := story(w.changes()); got != want {
			t.Errorf("%s: %s, want %s", starts, got, want)
		}
	}
}

func TestBaseAndMetricForCalc(t *testing.T) {
	run := func(change func(*Assume)) string {
		p := tt("CPUUtilization", 50, 300, 300)
		change(&p.TargetTracking.Assume)
		w := newWorld(one(Custom, 2, 50, p), 8*time.Minute)
		w.startUp = 20 * time.Minute
		values := map[time.Duration]float64{mins(1): 60, mins(2): 90, mins(3): 75}
		w.metric("CPUUtilization", func(end time.Duration, n float64) (float64, float64, bool) {
			v, ok := values[end]
			if !ok {
				v = 75
			}
			return v, v * n, true
		})
		w.run()
		return story(w.changes())
	}
	for name, c := range map[string]struct {
		change func(*Assume)
		want   string
	}{
		"default":  {func(*Assume) {}, "4m:2→3"},
		"max":      {func(a *Assume) { a.MetricForCalc = new("max") }, "4m:2→4"},
		"average":  {func(a *Assume) { a.MetricForCalc = new("average") }, "4m:2→3 5m:3→4"}, // 60, 90, 75 is 75 × 2; then 90, 75, 75 is 80 × 2
		"base now": {func(a *Assume) { a.Base = new("now") }, "4m:2→3 5m:3→5 6m:5→8 7m:8→12"},
		"floor":    {func(a *Assume) { a.Formula = new("floor"); a.MetricForCalc = new("max") }, "4m:2→3"},
	} {
		got := run(c.change)
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestMaxScaleIn(t *testing.T) {
	p := tt("InvocationsPerInstance", 60, 300, 60)
	p.TargetTracking.Assume.MaxScaleIn = text[unitShare]("30%").share()
	w := newWorld(one(Custom, 1, 20, p), 30*time.Minute)
	w.first = 10
	w.invocations(func(time.Duration) float64 { return 0.5 })
	w.run()
	c := w.changes()
	if len(c) < 3 || c[0].To != 7 || c[1].To != 5 || c[2].To != 4 || !strings.Contains(c[0].Why[0].Text, "at most 30% less") {
		t.Errorf("%s, want 10→7→5→4", story(c))
	}
}

// From zero: the backlog of no instance is not multiplied; invocations are counted all the same.
func TestFromZero(t *testing.T) {
	for zero, want := range map[int]string{1: "4m:0→1", 3: "4m:0→3"} {
		p := tt("ApproximateBacklogSizePerInstance", 5, 3600, 300)
		p.TargetTracking.Assume.FromZero = &zero
		w := newWorld(one(Custom, 0, 20, p), 5*time.Minute)
		w.publish("ApproximateBacklogSizePerInstance", func(time.Duration) float64 { return 30 })
		w.run()
		if got := story(w.changes()); got != want {
			t.Errorf("from-zero %d: %s, want %s", zero, got, want)
		}
	}
	w := newWorld(one(Custom, 0, 20, tt("ApproximateBacklogSizePerInstance", 5, 300, 300)), time.Hour)
	w.publish("ApproximateBacklogSizePerInstance", func(time.Duration) float64 { return 3 })
	if w.run(); w.desired != 0 {
		t.Errorf("a backlog of 3 below the target of 5 scales out: %s", story(w.changes()))
	}
}

// A high-resolution alarm is looked at every 10 s, acts when it enters ALARM, and then at whole minutes.
func TestHighResolution(t *testing.T) {
	w := newWorld(one(Custom, 1, 50, step("ConcurrentRequestsPerModel", 10, "change", 0, Adjustment{From: num(0), By: 1})), 5*time.Minute)
	w.settings.Policies[0].Step.Alarm.Datapoints = Datapoints{3, 3}
	m := w.publish("ConcurrentRequestsPerModel", func(end time.Duration) float64 {
		if end > 60*time.Second && end < 200*time.Second {
			return 20
		}
		return 0
	})
	m.period, m.delay = 10*time.Second, 10*time.Second
	w.run()
	// points of 70, 80 and 90 s are due at 100 s
	var at []string
	for _, e := range w.changes() {
		at = append(at, e.at.String())
	}
	if got, want := strings.Join(at, " "), "1m40s 2m0s 3m0s"; got != want {
		t.Errorf("acts at %s, want %s", got, want)
	}
	if next := w.s.Next(mins(7)); next != mins(7)+10*time.Second {
		t.Errorf("next at %s, want every 10 s", next)
	}
}

func TestTwoStepPoliciesAndTracking(t *testing.T) {
	// a step policy's scale-in needs no agreement: target tracking on memory is never ready
	p := Policy{Step: &Step{Name: "quiet", Alarm: Alarm{Metric: "ApproximateBacklogSize", AtOrBelow: num(0), Datapoints: Datapoints{2, 2}}, Adjust: "change",
		Steps: []Adjustment{{To: num(0), By: -1}}, Cooldown: secs(90)}}
	w := newWorld(one(Custom, 2, 9, tt("MemoryUtilization", 50, 60, 60), p), 12*time.Minute)
	w.first = 4
	w.metric("MemoryUtilization", func(_ time.Duration, n float64) (float64, float64, bool) { return 47, 47 * n, true })
	w.publish("ApproximateBacklogSize", func(time.Duration) float64 { return 0 })
	w.run()
	if got, want := story(w.changes()), "3m:4→3 5m:3→2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if held := w.held(policy.HeldByMin); len(held) == 0 || held[0].Policy != "quiet" || held[0].Wish != 1 {
		t.Errorf("held by min: %+v", held)
	}
}

// What is written down as seen is what the policy looks at: its statistic of a point, not always the average.
func TestNeedSees(t *testing.T) {
	h := &histogram.Histogram{}
	for _, d := range []time.Duration{1, 2, 3, 4} {
		h.Add(d * time.Second)
	}
	p := policy.Point{Value: 2.5e6, Sum: 10e6, Count: 4, Min: 1e6, Max: 4e6, Samples: h}
	for statistic, want := range map[string]float64{"p50": 2e6, "max": 4e6, "min": 1e6, "count": 4, "sum": 10e6} {
		st := step("ModelLatency", 500_000, "change", 60, Adjustment{From: num(0), By: 1})
		st.Step.Alarm.Statistic = *text[Statistic](statistic)
		w := newWorld(one(Custom, 1, 9, st), time.Hour)
		n := w.settings.New(policy.Run{Start: w.start, End: w.end, Timing: w.timing}).Needs()[0]
		if got := n.Sees(p); math.Abs(got-want) > want*0.005 {
			t.Errorf("%s: %v, want %v", statistic, got, want)
		}
	}
	average := newWorld(one(Custom, 1, 9, tt("ModelLatency", 300, 60, 60)), time.Hour)
	if average.settings.New(policy.Run{Start: average.start, End: average.end, Timing: average.timing}).Needs()[0].Sees != nil {
		t.Error("the average is the point's value itself")
	}
}

func TestNeedsAndNext(t *testing.T) {
	p90 := step("ModelLatency", 500_000, "change", 60, Adjustment{From: num(0), By: 1})
	p90.Step.Alarm.Statistic = *text[Statistic]("p90")
	s := one(Custom, 1, 9, tt("ModelLatency", 300, 60, 60), p90, tt("CPUUtilization", 50, 60, 60))
	w := newWorld(s, time.Hour)
	sc := s.New(policy.Run{Start: w.start, End: w.end, Timing: w.timing})
	needs := sc.Needs()
	if len(needs) != 2 || needs[0].Metric != "ModelLatency" || !needs[0].Samples || needs[1].Metric != "CPUUtilization" || needs[1].Samples {
		t.Fatalf("%+v", needs)
	}
	if needs[1].Lookback < 18*time.Minute || needs[1].High != 50 || needs[1].Low != 45 {
		t.Errorf("%+v", needs[1])
	}
	for now, want := range map[time.Duration]time.Duration{0: mins(1), 59 * time.Second: mins(1), mins(1): mins(2), -mins(1): 0, -1: 0} {
		if got := sc.Next(now); got != want {
			t.Errorf("next after %s: %s, want %s", now, got, want)
		}
	}
	none := (&Settings{Service: Custom, Max: 3}).New(policy.Run{End: time.Hour})
	if got := none.Next(0); got != never {
		t.Errorf("nothing to wait for: %s", got)
	}
}

// At max 12 the +2 of a cooldown counts from 10: 12 is within the limits and not above what was reached, so the cooldown holds it.
func TestCooldownHoldsAtMax(t *testing.T) {
	w := newWorld(one(Custom, 10, 12, step("ApproximateBacklogSize", 10, "change", 600, Adjustment{From: num(0), By: 2})), 8*time.Minute)
	w.publish("ApproximateBacklogSize", func(time.Duration) float64 { return 20 })
	w.run()
	if got, want := story(w.changes()), "2m:10→12"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if n := len(w.held(policy.HeldByMax)); n != 0 {
		t.Errorf("%d wishes held by max", n)
	}
	if held := w.held(policy.HeldByCooldown); len(held) == 0 || held[0].Why[len(held[0].Why)-1].Code != policy.Cooldown {
		t.Errorf("held by cooldown: %+v", held)
	}
}
