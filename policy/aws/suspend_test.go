package aws

import (
	"strings"
	"testing"
	"time"

	"headroom/policy"
)

// during is a suspension in [from, until), in minutes since the start.
func during(from, until int, off Suspended) Suspension {
	w := Suspension{From: *text[Stamp](mins(from).String()), ScaleOut: off.ScaleOut, ScaleIn: off.ScaleIn, Schedules: off.Schedules}
	if until > 0 {
		w.Until = text[Stamp](mins(until).String())
	}
	return w
}

// suspended is a world of 4 requests a second a minute per instance in [10m, 60m) and one before and after.
func suspendedWorld(off Suspended, windows ...Suspension) *world {
	s := one(Custom, 1, 20, tt("InvocationsPerInstance", 60, 0, 0))
	s.Suspended, s.Suspensions = off, windows
	w := newWorld(s, 2*time.Hour)
	w.invocations(between(mins(10), mins(60), 4, 1))
	w.run()
	return w
}

// SC15: a scheduled action that comes due while schedules are suspended is skipped, and not replayed when they are resumed.
func TestSC15(t *testing.T) {
	s := one(Custom, 1, 20)
	s.Schedules = []Schedule{
		{Name: "first", At: text[Stamp]("5m"), Min: new(2)}, {Name: "skipped", At: text[Stamp]("20m"), Min: new(9)},
		{Name: "again", Every: text[Every]("15m"), From: text[Stamp]("15m"), Min: new(3)}, {Name: "last", At: text[Stamp]("50m"), Min: new(4)},
	}
	s.Suspensions = []Suspension{during(10, 40, Suspended{Schedules: true})}
	w := newWorld(s, time.Hour)
	w.run()
	// again fires at 15, 30, 45 minutes: those at 15 and 30 are skipped too
	if got, want := story(w.changes()), "5m:1→2 45m:2→3 50m:3→4"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	held := w.held(policy.HeldBySuspended)
	if len(held) != 3 || held[0].at != mins(15) || held[1].Policy != "skipped" || held[1].at != mins(20) || held[2].at != mins(30) {
		t.Fatalf("%+v", held)
	}
	if why := held[1].Why; why[0].Text != "scheduled action: min 9" || why[1].Code != policy.Suspended || !strings.Contains(why[1].Text, "until 2026-03-02 00:40:00: skipped, and not replayed") || held[1].HasWish {
		t.Errorf("%+v", held[1])
	}
}

func TestSC15AlsoAtTheBeginAndForGood(t *testing.T) {
	s := one(Custom, 1, 20)
	s.Schedules = []Schedule{{Name: "again", Every: text[Every]("15m"), Min: new(3)}}
	s.Suspended.Schedules = true
	w := newWorld(s, time.Hour)
	w.run()
	if len(w.changes()) != 0 || len(w.held(policy.HeldBySuspended)) != 4 || w.desired != 1 || w.log[0].From != 1 || w.log[0].To != 1 {
		t.Errorf("%+v", w.log)
	}
	if text := w.log[1].Why[1].Text; text != "schedules are suspended: skipped, and not replayed" {
		t.Errorf("%s", text)
	}
}

// A schedule that sets limits is not held by suspended scaling: those concern policies alone.
func TestSchedulesAreNoPolicies(t *testing.T) {
	s := one(Custom, 1, 20)
	s.Suspended = Suspended{ScaleOut: true, ScaleIn: true}
	s.Schedules = []Schedule{{At: text[Stamp]("5m"), Min: new(4)}, {At: text[Stamp]("15m"), Min: new(1), Max: new(2)}}
	w := newWorld(s, time.Hour)
	w.run()
	if got, want := story(w.changes()), "5m:1→4 15m:4→2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSuspendedScaling(t *testing.T) {
	out, in := Suspended{ScaleOut: true}, Suspended{ScaleIn: true}
	for _, c := range []struct {
		what string
		w    *world
		want string
		held int
	}{
		{"nothing is", suspendedWorld(Suspended{}), "14m:1→4 1h16m:4→1", 0},
		{"out", suspendedWorld(out), "", 48},      // 14m to 61m: while the alarm is in ALARM
		{"in", suspendedWorld(in), "14m:1→4", 44}, // 76m to 119m
		{"out, until the alarm is in breach", suspendedWorld(Suspended{}, during(0, 30, out)), "30m:1→4 1h16m:4→1", 16},
		{"resumed between two minutes: asked at once", suspendedWorld(Suspended{}, Suspension{From: *text[Stamp]("0s"), Until: text[Stamp]("30m20s"), ScaleOut: true}), "30m20s:1→4 1h16m:4→1", 17},
		{"resumed when the alarm is OK again: nothing is made up for", suspendedWorld(Suspended{}, during(0, 70, out)), "", 48},
		{"in for a while", suspendedWorld(Suspended{}, during(60, 90, in)), "14m:1→4 1h30m:4→1", 14},
		{"two windows, one over the other", suspendedWorld(Suspended{}, during(0, 30, out), during(20, 40, out)), "40m:1→4 1h16m:4→1", 26},
		{"out does not hold in", suspendedWorld(Suspended{}, during(30, 0, out)), "14m:1→4 1h16m:4→1", 0},
	} {
		held := c.w.held(policy.HeldBySuspended)
		if got := story(c.w.changes()); got != c.want || len(held) != c.held {
			t.Errorf("%s: %s with %d held, want %s with %d", c.what, got, len(held), c.want, c.held)
		}
		for _, e := range held {
			if last := e.Why[len(e.Why)-1]; last.Code != policy.Suspended || !e.HasWish || e.From != e.To {
				t.Errorf("%s: %+v", c.what, e)
			}
		}
	}
}

// A wish is clamped first, then held: at the limits nothing is said of a suspension. And what is suspended comes before an update.
func TestSuspendedIsLookedAtAfterTheLimits(t *testing.T) {
	f := frame{current: 4, min: 1, max: 4, unready: -1, inWish: -1, suspended: Suspended{ScaleOut: true, ScaleIn: true}}
	if got := combine(f, []bid{outBid(0, 6)}); got != (finding{4, -1, "", 0, policy.HeldByMax}) {
		t.Errorf("%+v", got)
	}
	f.max, f.updating = 9, true
	if got := combine(f, []bid{outBid(0, 6)}); got != (finding{4, -1, "", 0, policy.HeldBySuspended}) {
		t.Errorf("%+v", got)
	}
	if got := combine(f, []bid{stepIn(0, 2)}); got != (finding{4, -1, "", 0, policy.HeldBySuspended}) {
		t.Errorf("%+v", got)
	}
	// one policy's suspended scale-out is not made a scale-in by another
	if got := combine(f, []bid{outBid(0, 6), stepIn(1, 2)}); got != (finding{4, -1, "", 0, policy.HeldBySuspended}) {
		t.Errorf("%+v", got)
	}
}

func TestCheckSuspensions(t *testing.T) {
	s := one(Custom, 1, 9)
	spring := *text[Zone]("Europe/Berlin")
	s.Suspensions = []Suspension{
		during(10, 5, Suspended{ScaleOut: true}), during(5, 10, Suspended{}),
		{Name: "a", From: *text[Stamp]("2026-03-29T02:30:00"), Zone: spring, ScaleIn: true},
		{Name: "a", From: *text[Stamp]("2026-03-29T01:30:00"), Until: text[Stamp]("2026-03-29T02:30:00"), Zone: spring, ScaleIn: true},
	}
	found := s.Check()
	for path, must := range map[string]string{
		"suspensions.0.until": "after from, 10m", "suspensions.1": "scale-out, scale-in or schedules: true",
		"suspensions.2.from": "a local time that exists", "suspensions.3.until": "a local time that exists", "suspensions.3.name": "a name of its own",
	} {
		if !mentions(found, path, must) {
			t.Errorf("%s: no %q in %v", path, must, found)
		}
	}
	if len(found) != 5 {
		t.Errorf("%v", found)
	}
}
