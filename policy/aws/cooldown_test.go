package aws

import (
	"testing"
	"time"

	"headroom/policy"
)

// done is a change that was complete a minute after it was decided; under is one that is under way.
func done(at time.Duration, from, to int, by string) policy.Moment {
	return policy.Moment{At: at, From: from, To: to, By: by, Complete: at + time.Minute, Done: true}
}

func under(at time.Duration, from, to int, by string) policy.Moment {
	return policy.Moment{At: at, From: from, To: to, By: by, Complete: -1}
}

// two policies, a and b, with cooldowns of 300 s.
func learned(fromDecision bool, past ...policy.Moment) *cooldowns {
	one := cooldown{out: 300 * time.Second, in: 300 * time.Second, fromDecision: fromDecision, last: -1}
	c := &cooldowns{of: []cooldown{one, one}, index: map[string]int{"a": 0, "b": 1}}
	c.learn(past)
	return c
}

func TestCooldownEdges(t *testing.T) {
	s := func(n int) time.Duration { return time.Duration(n) * time.Second }
	past := []policy.Moment{done(s(600), 10, 12, "a")} // complete at 660
	for _, c := range []struct {
		now      int
		decision bool
		want     bool
	}{{600, false, true}, {660, false, true}, {959, false, true}, {960, false, false}, {899, true, true}, {900, true, false}} {
		if _, got := learned(c.decision, past...).of[0].outHolds(past, s(c.now)); got != c.want {
			t.Errorf("at %d s, from the decision %v: holds %v, want %v", c.now, c.decision, got, c.want)
		}
	}
	open := []policy.Moment{under(s(600), 10, 12, "a")}
	if until, holds := learned(false, open...).of[0].outHolds(open, s(86400)); !holds || until != never {
		t.Errorf("a change under way: holds %v until %v", holds, until)
	}
	if _, holds := learned(false, past...).of[1].outHolds(past, s(700)); holds {
		t.Error("a cooldown holds another policy")
	}
	byHand := []policy.Moment{done(s(600), 10, 12, "open"), done(s(700), 12, 10, "close")}
	c := learned(false, byHand...)
	_, out := c.of[0].outHolds(byHand, s(701))
	_, in := c.of[0].inHolds(byHand, s(701))
	if out || in {
		t.Error("a schedule starts a cooldown")
	}
}

func TestScaleInCooldownEndsWithAScaleOut(t *testing.T) {
	m := time.Minute
	in := []policy.Moment{done(10*m, 8, 6, "a")}
	if _, holds := learned(false, in...).of[0].inHolds(in, 12*m); !holds {
		t.Error("no scale-in cooldown after a scale-in")
	}
	if _, holds := learned(false, in...).of[0].inHolds(in, 16*m); holds {
		t.Error("it holds at completion + 300 s")
	}
	for by, want := range map[string]bool{"a": false, "b": false, "a schedule": true} {
		past := append(in[:1:1], under(12*m, 6, 9, by))
		if _, holds := learned(false, past...).of[0].inHolds(past, 12*m); holds != want {
			t.Errorf("after a scale-out by %s the scale-in cooldown holds: %v, want %v", by, holds, want)
		}
	}
}

// The base of a chain of scale-outs is the capacity before the first, as long as one of their cooldowns holds.
func TestCreditBase(t *testing.T) {
	m := time.Minute
	past := []policy.Moment{done(10*m, 10, 12, "a"), done(13*m, 12, 13, "a")}
	c := learned(false, past...)
	if _, holds := c.of[0].outHolds(past, 18*m); !holds || c.of[0].base != 10 {
		t.Errorf("base %d (%v), want 10: the second was counted from it", c.of[0].base, holds)
	}
	past = []policy.Moment{done(10*m, 10, 12, "a"), done(16*m, 12, 14, "a")}
	c = learned(false, past...)
	if _, holds := c.of[0].outHolds(past, 17*m); !holds || c.of[0].base != 12 {
		t.Errorf("base %d (%v), want 12: the first cooldown was over", c.of[0].base, holds)
	}
}

// A past that comes piece by piece gives the same as one that comes at once.
func TestLearningByPieces(t *testing.T) {
	m := time.Minute
	past := []policy.Moment{done(1*m, 4, 6, "a"), done(3*m, 6, 7, "a"), done(5*m, 7, 5, "b"), done(20*m, 5, 4, "b")}
	whole := learned(false, past...)
	bits := learned(false)
	for i := range past {
		bits.learn(past[:i+1])
	}
	for i := range whole.of {
		if whole.of[i].base != bits.of[i].base || whole.of[i].last != bits.of[i].last || len(whole.of[i].outs) != len(bits.of[i].outs) {
			t.Errorf("policy %d: %+v at once, %+v by pieces", i, whole.of[i], bits.of[i])
		}
	}
	if bits.updating(past) {
		t.Error("updating with all complete")
	}
	if past = append(past, under(30*m, 4, 5, "a")); !bits.updating(past) {
		t.Error("not updating with a change under way")
	}
}
