package plain

import (
	"fmt"
	"math"
	"time"

	"headroom/policy"
	"headroom/unit"
)

// A desk is where a plain policy decides: every so often, within its limits, and not while its last change cools down.
type desk struct {
	name     string
	min, max int
	every    time.Duration
	last     time.Duration // the turn it had last, in units of every
}

func newDesk(name string, least, most int, every time.Duration) desk {
	return desk{name: name, min: least, max: most, every: every, last: math.MinInt64}
}

// Next is the next turn.
func (d *desk) Next(now time.Duration) time.Duration { return (floor(now, d.every) + 1) * d.every }

// Begin moves the configured start into the limits.
func (d *desk) Begin(_ time.Duration, start int) policy.Decision {
	return policy.Decision{Want: d.clamp(start)}
}

// turn tells whether it is time to decide: once in each period.
func (d *desk) turn(now time.Duration) bool {
	turn := floor(now, d.every)
	due := turn > d.last
	d.last = turn
	return due
}

func (d *desk) clamp(n int) int { return max(min(n, d.max), d.min) }

// decide makes a wish the decision, or writes down what held it: first the limits, then the cooldown.
func (d *desk) decide(o *policy.Observation, out *policy.Decision, wish int, cooldown time.Duration, why policy.Reason) {
	current := o.Fleet.Desired
	if wish == current {
		return
	}
	e := policy.Entry{Policy: d.name, From: current, To: d.clamp(wish), Why: []policy.Reason{why}}
	if e.To != wish {
		e.Wish, e.HasWish, e.HeldBy = wish, true, policy.HeldByMax
		held := policy.Reason{Code: policy.AtMax, Text: fmt.Sprintf("at most %d", d.max)}
		if wish < d.min {
			e.HeldBy, held = policy.HeldByMin, policy.Reason{Code: policy.AtMin, Text: fmt.Sprintf("at least %d", d.min)}
		}
		e.Why = append(e.Why, held)
	}
	if until, holds := cooling(o.Past, d.name, cooldown, o.Now); holds && e.To != current {
		e.Wish, e.HasWish, e.HeldBy, e.To = wish, true, policy.HeldByCooldown, current
		text := "its last change is not complete"
		if until != never {
			text = "its cooldown holds for another " + unit.FormatDuration(until-o.Now)
		}
		e.Why = []policy.Reason{why, {Code: policy.Cooldown, Text: text}}
	}
	out.Want = e.To
	out.Entries = append(out.Entries, e)
}

const never = time.Duration(math.MaxInt64)

// cooling tells whether the last change by a policy still holds: until d after it is complete; never while it is under way.
func cooling(past []policy.Moment, by string, d, now time.Duration) (until time.Duration, holds bool) {
	if d == 0 {
		return 0, false
	}
	for i := len(past) - 1; i >= 0; i-- {
		if past[i].By != by {
			continue
		}
		if !past[i].Done {
			return never, true
		}
		until = past[i].Complete + d
		return until, until > now
	}
	return 0, false
}

// floor is a ÷ b rounded down, for times before the start too.
func floor(a, b time.Duration) time.Duration {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
