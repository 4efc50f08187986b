package aws

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"headroom/policy"
	"headroom/unit"
)

// log writes the entries of one decision: the change, the wish that was not fulfilled, or why no instance can be spared.
func (s *scaler) log(o *policy.Observation, d *policy.Decision, f frame, found finding) {
	if i := found.chosen; i >= 0 {
		b := s.bids[i]
		e := policy.Entry{Policy: s.actors[b.actor].name, From: f.current, To: found.to, Why: s.why(b, f)}
		if found.short != "" {
			e.Wish, e.HasWish, e.HeldBy = b.wish, true, found.short
			e.Why = append(e.Why, limitReason(found.short, f))
		}
		d.Entries = append(d.Entries, e)
	}
	if i := found.refuse; i >= 0 {
		b := s.bids[i]
		d.Entries = append(d.Entries, policy.Entry{
			Policy: s.actors[b.actor].name, From: found.to, To: found.to, Wish: b.wish, HasWish: true, HeldBy: found.hold,
			Why: s.whyHeld(o, b, f),
		})
	}
	if found.chosen >= 0 || found.refuse >= 0 || f.updating {
		return
	}
	for i := range s.actors {
		if a := &s.actors[i]; a.tracks && a.flaps {
			d.Entries = append(d.Entries, policy.Entry{
				Policy: a.name, From: f.current, To: f.current, Wish: f.current - 1, HasWish: true, HeldBy: policy.HeldByFlapping,
				Why: []policy.Reason{{Code: policy.AlarmLow, Text: a.breach(&a.low, 1, a.value)}, a.flapping(f.current)},
			})
			return
		}
	}
}

// whyHeld is the reasons of a bid that is not fulfilled. The same wish held by the limits minute after minute, as in a quiet
// night, takes the same sentences: writing them anew is most of the cost of such a minute.
func (s *scaler) whyHeld(o *policy.Observation, b bid, f frame) []policy.Reason {
	limits := f.clamp(b.wish) == f.current
	if limits && s.heldWhy != nil && s.heldBid == b && s.heldFrame == f {
		return s.heldWhy
	}
	why := slices.Clip(append(s.why(b, f), s.holds(o, b, f)...))
	if limits {
		s.heldBid, s.heldFrame, s.heldWhy = b, f, why
	}
	return why
}

// why is the reason of a bid: which alarm, and what the formula made of it.
func (s *scaler) why(b bid, f frame) []policy.Reason {
	a := &s.actors[b.actor]
	switch {
	case !a.tracks:
		return []policy.Reason{{Code: policy.Step, Text: a.breach(&a.high, 0, b.value) + "; " + a.step(b, f)}}
	case b.wish > f.current:
		return []policy.Reason{{Code: policy.AlarmHigh, Text: a.breach(&a.high, 0, b.value) + "; " + a.sum(b)}}
	}
	return []policy.Reason{{Code: policy.AlarmLow, Text: a.breach(&a.low, 1, b.value) + "; " + a.sum(b)}}
}

// breach says how an alarm is in ALARM.
func (a *actor) breach(al *alarm, form int, value float64) string {
	side := "below "
	if al.above {
		side = "above "
	}
	if al.inclusive {
		side = "at or " + side
	}
	text := a.window.metric
	if !a.tracks && a.window.statistic.String() != "average" {
		text += " " + a.window.statistic.String()
	}
	return text + " is " + a.level(value) + ", " + side + a.level(al.level) + " for " + a.form[form].String() + " " + a.periods()
}

// sum is target tracking's formula with its numbers.
func (a *actor) sum(b bid) string {
	if b.load <= 0 && b.wish > 0 && !b.tied {
		return "no instance to multiply by: " + strconv.Itoa(b.wish) + " from zero"
	}
	load := a.level(b.load)
	if b.value > 0 && b.load > 0 && !perUnit(a.window.metric) {
		load = number(b.load/b.value) + " × " + a.level(b.value)
	}
	want := proportional(b.load, a.target, a.formula)
	text := a.formula + "(" + load + " ÷ " + a.level(a.target) + ") = " + strconv.Itoa(want)
	if want != b.wish {
		text += ", at most " + unit.Share(a.limit).String() + " less at a time: " + strconv.Itoa(b.wish)
	}
	return text
}

// step says which step a bid takes and from where.
func (a *actor) step(b bid, f frame) string {
	text := ""
	switch a.adjust {
	case "exact":
		text = fmt.Sprintf("exactly %d", b.by)
	case "change":
		text = fmt.Sprintf("%+d makes %d", b.by, b.wish)
	default:
		text = fmt.Sprintf("%+d%% of %d, %+d, makes %d", b.by, b.base, b.wish-b.base, b.wish)
	}
	if b.base != f.current {
		text += fmt.Sprintf(", counted from %d, the capacity before the scale-out that is cooling down", b.base)
	}
	return text
}

// flapping says why no instance can be spared.
func (a *actor) flapping(current int) policy.Reason {
	text := "without an instance there is none to serve it"
	if current > 1 {
		text = fmt.Sprintf("with %d it would be %s, above %s", current-1, a.level(a.load/float64(current-1)), a.level(a.target))
	}
	return policy.Reason{Code: policy.AnticipatedFlapping, Text: text}
}

// holds are all that keep a bid from being fulfilled, in the order in which they are looked at.
func (s *scaler) holds(o *policy.Observation, b bid, f frame) []policy.Reason {
	var out []policy.Reason
	credited := b.cools && b.wish > f.current // what is counted from the capacity before the cooldown is within the limits
	if b.wish > f.max && !credited {
		out = append(out, limitReason(policy.HeldByMax, f))
	}
	if b.wish < f.min {
		out = append(out, limitReason(policy.HeldByMin, f))
	}
	if f.clamp(b.wish) == f.current && !credited {
		return out
	}
	if f.off(b) {
		return append(out, policy.Reason{Code: policy.Suspended, Text: "scaling is suspended in this direction" + s.suspended.while(s.run)})
	}
	if f.waits(b) {
		return append(out, policy.Reason{Code: policy.Updating, Text: s.busy + " is updating: no change until that is complete"})
	}
	if b.cools {
		out = append(out, policy.Reason{Code: policy.Cooldown, Text: s.cooldownText(o, b, f)})
	}
	if b.tied && f.unready >= 0 && f.unready != b.actor {
		out = append(out, policy.Reason{Code: policy.NotAllReady, Text: s.unready(o, f.unready)})
	}
	return out
}

// limitReason names the limit that a wish ran into.
func limitReason(h policy.Hold, f frame) policy.Reason {
	if h == policy.HeldByMax {
		return policy.Reason{Code: policy.AtMax, Text: "max is " + strconv.Itoa(f.max)}
	}
	return policy.Reason{Code: policy.AtMin, Text: "min is " + strconv.Itoa(f.min)}
}

// cooldownText says which cooldown of a policy holds, and until when as far as that is known.
func (s *scaler) cooldownText(o *policy.Observation, b bid, f frame) string {
	c := &s.cooling.of[b.actor]
	name, d := "scale-in", c.in
	until, holds := c.inHolds(o.Past, o.Now)
	if b.wish > f.current || !holds {
		name, d = "scale-out", c.out
		until, _ = c.outHolds(o.Past, o.Now)
	}
	if until == never {
		return fmt.Sprintf("%s cooldown until %s after its change is complete", name, unit.FormatDuration(d))
	}
	return fmt.Sprintf("%s cooldown until %s", name, unit.FormatTime(s.run.Start.Add(until), time.TimeOnly))
}

// unready says which policy does not agree to scale in, and why.
func (s *scaler) unready(o *policy.Observation, place int) string {
	a := &s.actors[place]
	text := fmt.Sprintf("%s (%s) is not ready to scale in: ", a.name, a.window.metric)
	if a.low.state == InAlarm {
		return text + s.cooldownText(o, bid{actor: place}, frame{current: 1})
	}
	text += "its low alarm is " + a.low.state.String()
	if value, _, ok := a.window.measure("last", 1, a.low.length); ok {
		text += fmt.Sprintf(", %s against %s", a.level(value), a.level(a.low.level))
	}
	return text
}

// fired is the entry of a schedule that fires, without its capacities.
func (s *scaler) fired(i int, moved bool) policy.Entry {
	sch := &s.settings.Schedules[i]
	e := policy.Entry{Policy: s.limits.names[i]}
	e.Why = append(e.Why, policy.Reason{Code: policy.Schedule, Text: "scheduled action: " + sch.sets()})
	text := fmt.Sprintf("limits are %d to %d", s.limits.min, s.limits.max)
	if !moved {
		text = "not applied, min would be above max: limits stay " + text[len("limits are "):]
	}
	e.Why = append(e.Why, policy.Reason{Code: policy.Limits, Text: text})
	return e
}

// sets says which limits a schedule sets.
func (s *Schedule) sets() string {
	set := ""
	if s.Min != nil {
		set = "min " + strconv.Itoa(*s.Min)
	}
	if s.Max != nil {
		if set != "" {
			set += ", "
		}
		set += "max " + strconv.Itoa(*s.Max)
	}
	return set
}

// moves says that the limits move the capacity.
func (s *scaler) moves(from, to int) policy.Reason {
	side, limit := "below min", s.limits.min
	if to < from {
		side, limit = "above max", s.limits.max
	}
	return policy.Reason{Code: policy.Limits, Text: fmt.Sprintf("capacity %d is %s %d", from, side, limit)}
}

// level writes a value of the policy's metric with its unit.
func (a *actor) level(v float64) string {
	switch a.kind {
	case Latency:
		if v < 0 || v > math.MaxInt64/1e6 {
			return number(v) + "µs"
		}
		d := time.Duration(v * 1000)
		switch {
		case d >= time.Second:
			d = d.Round(time.Millisecond)
		case d >= time.Millisecond:
			d = d.Round(10 * time.Microsecond)
		}
		return unit.FormatDuration(d)
	case Utilisation:
		return number(v) + "%"
	}
	return number(v)
}
