package aws

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/policy"
	"headroom/unit"
)

// write writes the entries of one decision: the change, the wish that was not fulfilled, or why no instance can be spared. until
// is the end of the lock-out of simple policies.
func (s *groupScaler) write(d *policy.Decision, f frame, found finding, until time.Duration, o *policy.Observation) {
	if i := found.chosen; i >= 0 {
		b := s.bids[i]
		e := policy.Entry{Policy: s.actors[b.actor].name, From: f.current, To: found.to, Why: s.reasons(b, f)}
		if found.short != "" {
			e.Wish, e.HasWish, e.HeldBy = b.wish, true, found.short
			e.Why = append(e.Why, s.limit(found.short, f))
		}
		d.Entries = append(d.Entries, e)
	}
	if i := found.refuse; i >= 0 {
		b := s.bids[i]
		hold := found.hold
		if hold == policy.HeldByCooldown && !s.simple[b.actor].is {
			hold = policy.HeldByWarmUp
		}
		d.Entries = append(d.Entries, policy.Entry{
			Policy: s.actors[b.actor].name, From: found.to, To: found.to, Wish: b.wish, HasWish: true, HeldBy: hold,
			Why: s.whyNot(b, f, hold, until, o),
		})
	}
	if found.chosen >= 0 || found.refuse >= 0 {
		return
	}
	for i := range s.actors {
		less := (s.group.instances(f.current) - 1) * s.group.weight() // with one instance less
		if a := &s.actors[i]; a.tracks && a.flaps && less >= f.min {
			d.Entries = append(d.Entries, policy.Entry{
				Policy: a.name, From: f.current, To: f.current, Wish: less, HasWish: true, HeldBy: policy.HeldByFlapping,
				Why: []policy.Reason{{Code: policy.AlarmLow, Text: a.breach(&a.low, 1, a.value)}, a.flapping(less + 1)},
			})
			return
		}
	}
}

// reasons are those of a bid: which alarm, and what the formula made of it.
func (s *groupScaler) reasons(b bid, f frame) []policy.Reason {
	a := &s.actors[b.actor]
	if a.tracks {
		return s.why(b, f)
	}
	text := a.breach(&a.high, 0, b.value) + "; " + a.step(b, frame{current: b.base})
	if b.base != f.current {
		text += fmt.Sprintf(", counted from the %d that are warmed up", b.base)
	}
	return []policy.Reason{{Code: policy.Step, Text: text}}
}

// whyNot is the reasons of a bid that is not fulfilled. The same wish held minute after minute by the same thing takes the same
// sentences: writing them anew is most of the cost of such a minute.
func (s *groupScaler) whyNot(b bid, f frame, hold policy.Hold, until time.Duration, o *policy.Observation) []policy.Reason {
	limited := f.clamp(b.wish) == f.current
	if limited && s.heldWhy != nil && s.heldBid == b && s.heldFrame == f {
		return s.heldWhy
	}
	why := s.reasons(b, f)
	if b.wish > f.max {
		why = append(why, s.limit(policy.HeldByMax, f))
	}
	if b.wish < f.min {
		why = append(why, s.limit(policy.HeldByMin, f))
	}
	if !limited {
		switch {
		case b.cools && s.simple[b.actor].is:
			why = append(why, s.lockText(b, until))
		case b.cools:
			text := fmt.Sprintf("%d starting and %d warming up: no policy scales in until all are warmed up", o.Fleet.Starting, o.Fleet.Warming)
			why = append(why, policy.Reason{Code: policy.WarmUp, Text: text})
		}
		if b.tied && f.unready >= 0 && f.unready != b.actor {
			why = append(why, policy.Reason{Code: policy.NotAllReady, Text: s.unready(o, f.unready)})
		}
	}
	why = slices.Clip(why)
	if limited {
		s.heldBid, s.heldFrame, s.heldWhy = b, f, why
	}
	return why
}

// limit names the limit that a wish ran into: the group's, or the one that a forecast makes of it.
func (s *groupScaler) limit(h policy.Hold, f frame) policy.Reason {
	r := limitReason(h, f)
	switch {
	case h == policy.HeldByMin && f.min > s.limits.min:
		r.Text = fmt.Sprintf("the forecast holds at least %d", f.min)
	case h == policy.HeldByMax && f.max > s.limits.max:
		r.Text = fmt.Sprintf("max is %d for the forecast", f.max)
	}
	return r
}

// lockText says how simple policies are locked out.
func (s *groupScaler) lockText(b bid, until time.Duration) policy.Reason {
	text := "a change is under way: simple policies wait until it is complete, and then " + unit.FormatDuration(s.simple[b.actor].cooldown)
	if until != never {
		text = "cooldown until " + unit.FormatTime(s.run.Start.Add(until), time.TimeOnly)
	}
	return policy.Reason{Code: policy.Cooldown, Text: text}
}

// scheduled is the entry of a scheduled action that fires, without its capacities.
func (s *groupScaler) scheduled(i int, moved, outside bool) policy.Entry {
	sch := &s.group.Schedules[i]
	var set []string
	for _, v := range []struct {
		name string
		to   *int
	}{{"min", sch.Min}, {"max", sch.Max}, {"desired", sch.Desired}} {
		if v.to != nil {
			set = append(set, v.name+" "+strconv.Itoa(*v.to))
		}
	}
	e := policy.Entry{Policy: s.limits.names[i], Why: []policy.Reason{{Code: policy.Schedule, Text: "scheduled action: " + strings.Join(set, ", ")}}}
	limits := fmt.Sprintf("%d to %d", s.limits.min, s.limits.max)
	text := "limits are " + limits
	switch {
	case outside:
		text = "not applied, desired would be outside min and max: limits stay " + limits
	case !moved:
		text = "not applied, min would be above max: limits stay " + limits
	}
	e.Why = append(e.Why, policy.Reason{Code: policy.Limits, Text: text})
	return e
}
