package aws

import (
	"testing"
	"time"

	"headroom/policy"
)

// backlogged is an asynchronous endpoint at zero, with a queue of so many requests from 10 minutes on.
func backlogged(waiting float64, policies ...Policy) *world {
	a := &Async{Max: 9, Expire: 6 * time.Hour, Policies: policies}
	w := newWorld(a.settings(), time.Hour)
	queue := between(mins(10), time.Hour, waiting, 0)
	w.metric("ApproximateBacklogSizePerInstance", func(end time.Duration, n float64) (float64, float64, bool) {
		q := queue(end - time.Second)
		if w.inService == 0 {
			return q, 0, true
		}
		return q / float64(w.inService), q, true
	})
	w.metric("HasBacklogWithoutCapacity", func(end time.Duration, _ float64) (float64, float64, bool) {
		if queue(end-time.Second) > 0 && w.inService == 0 {
			return 1, 0, true
		}
		return 0, 0, true
	})
	w.run()
	return w
}

// tracksBacklog is the policy that the guide recommends: target 5.
func tracksBacklog() Policy { return tt("ApproximateBacklogSizePerInstance", 5, 300, 300) }

// wakes is the step policy that the guide adds for zero: +1 when requests wait without capacity in 2 of 2 minutes.
func wakes() Policy {
	return Policy{Step: &Step{
		Alarm:  Alarm{Metric: "HasBacklogWithoutCapacity", AtOrAbove: num(1), Period: secs(60), Datapoints: Datapoints{2, 2}, Missing: "missing"},
		Adjust: "change", Steps: []Adjustment{{From: num(0), By: 1}}, Cooldown: secs(300),
	}}
}

// SM1: at zero instances a backlog of 3 is not above the target of 5, and without a step policy nothing happens.
func TestSM1(t *testing.T) {
	if w := backlogged(3, tracksBacklog()); len(w.log) != 0 || w.desired != 0 {
		t.Errorf("%+v", w.log)
	}
	// above the target it wakes by itself: 3 of 3 minutes from the one that ends at 11m, seen a minute later
	if w := backlogged(6, tracksBacklog()); len(w.changes()) == 0 || w.changes()[0].at != mins(14) || w.changes()[0].To != 1 {
		t.Errorf("a backlog of 6: %s", story(w.changes()))
	}
}

// SM2: with the step policy, two minutes in which something waits are enough.
func TestSM2(t *testing.T) {
	w := backlogged(3, tracksBacklog(), wakes())
	if c := w.changes(); len(c) != 1 || c[0].at != mins(13) || c[0].From != 0 || c[0].To != 1 || c[0].Policy != "scaling.async.policies.1" {
		t.Errorf("%s, want 0 to 1 at 13m by the step policy: %+v", story(c), c)
	}
}

func TestAsyncIsASagemakerEndpoint(t *testing.T) {
	a := &Async{Max: 9, Expire: time.Hour, Policies: []Policy{tracksBacklog(), wakes()}}
	if found := a.Check(); len(found) > 0 {
		t.Errorf("%v", found)
	}
	p := a.Platform()
	if p.Name != AsyncEndpoint || p.Queue != "shared" || p.Expire != time.Hour || p.Slots != 1000 || !p.CoresCounted || a.Start() != 0 {
		t.Errorf("%+v", p)
	}
	a.Policies[0].TargetTracking.Alarm, a.Policies[0].TargetTracking.ScaleInCooldown = TrackingAlarms{}, nil
	a.Fill(minute)
	if p := a.Policies[0].TargetTracking; *p.ScaleInCooldown != 300*time.Second || p.Alarm.Out.String() != "3 of 3" || a.Assume.Formula == nil {
		t.Errorf("%+v", p)
	}
	if w := a.Watches(); len(w) != 2 || w[0].At != "policies.0.target-tracking.metric" {
		t.Errorf("%+v", w)
	}
	if found := a.CheckTiming(func(string) (time.Duration, time.Duration) { return 7 * time.Minute, 0 }); len(found) != 2 {
		t.Errorf("%v", found)
	}
	if names := a.Metrics(); names[0] != "ModelLatency" {
		t.Errorf("%v", names)
	}
	a.Policies = []Policy{tt("InvocationsPerInstance", 60, 0, 0)}
	if found := a.Check(); !mentions(found, "policies.0.target-tracking.metric", "an asynchronous endpoint does not publish it") {
		t.Errorf("%v", found)
	}
	// a change under way holds the next, as of any endpoint
	if s, _ := a.New(policy.Run{Timing: minute}).(*scaler); s.busy != "the endpoint" {
		t.Errorf("busy: %q", s.busy)
	}
}

// A backlog that was measured while nobody was in service is one instance's: it takes no instance away that came since.
func TestABacklogOfNobodyTakesNobodyAway(t *testing.T) {
	for value, want := range map[float64]string{3: "", 0: "16m:1→0"} {
		w := newWorld(one(Custom, 0, 9, tt("ApproximateBacklogSizePerInstance", 5, 0, 0)), 30*time.Minute)
		w.first = 1
		w.metric("ApproximateBacklogSizePerInstance", func(time.Duration, float64) (float64, float64, bool) { return value, 0, true })
		w.run()
		if got := story(w.changes()); got != want {
			t.Errorf("a backlog of %v: %s, want %s", value, got, want)
		}
	}
}
