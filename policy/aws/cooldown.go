package aws

import (
	"math"
	"time"

	"headroom/policy"
)

// never is the instant that does not come.
const never = time.Duration(math.MaxInt64)

// A cooldown is what one policy's own changes hold back. It holds from the decision until out or in after the change is
// complete (or, fromDecision, after the decision): at that instant it no longer holds.
type cooldown struct {
	out, in      time.Duration
	fromDecision bool

	// outs are this policy's scale-outs, by their place in the past, that may still hold; base is the capacity before the first
	// of them: later ones were counted from it too.
	outs []int
	base int
	last int // its last scale-in that a scale-out has not ended; −1: none
}

// until is when a change's cooldown of d ends: never while the change is under way.
func (c *cooldown) until(m *policy.Moment, d time.Duration) time.Duration {
	switch {
	case c.fromDecision:
		return m.At + d
	case !m.Done:
		return never
	}
	return m.Complete + d
}

// scaledOut takes note of a scale-out of its own. One inside an earlier one's cooldown keeps its base.
func (c *cooldown) scaledOut(past []policy.Moment, i int) {
	if _, holds := c.outHolds(past, past[i].At); !holds {
		c.base = past[i].From
	}
	c.outs = append(c.outs, i)
}

// outHolds tells whether a scale-out cooldown holds at now, and until when as far as that is known.
func (c *cooldown) outHolds(past []policy.Moment, now time.Duration) (until time.Duration, holds bool) {
	kept := c.outs[:0]
	for _, i := range c.outs {
		if u := c.until(&past[i], c.out); u > now {
			kept = append(kept, i)
			until = max(until, u)
		}
	}
	c.outs = kept
	return until, len(kept) > 0
}

// inHolds tells whether a scale-in cooldown holds at now, and until when as far as that is known.
func (c *cooldown) inHolds(past []policy.Moment, now time.Duration) (until time.Duration, holds bool) {
	if c.last < 0 {
		return 0, false
	}
	until = c.until(&past[c.last], c.in)
	return until, until > now
}

// cooldowns are those of all policies, kept up to date from the past.
type cooldowns struct {
	of    []cooldown
	index map[string]int // of a policy by what its entries are called
	seen  int            // moments already looked at
	done  int            // moments before this one are complete
}

// learn looks at what is new in the past. Changes by schedules start no cooldown and end none.
func (c *cooldowns) learn(past []policy.Moment) {
	for ; c.seen < len(past); c.seen++ {
		m := &past[c.seen]
		i, ok := c.index[m.By]
		switch {
		case !ok:
		case m.To > m.From:
			for k := range c.of {
				c.of[k].last = -1 // a scale-out ends every scale-in cooldown at once
			}
			c.of[i].scaledOut(past, c.seen)
		case m.To < m.From:
			c.of[i].last = c.seen
		}
	}
}

// updating tells whether a change is under way.
func (c *cooldowns) updating(past []policy.Moment) bool {
	for c.done < len(past) && past[c.done].Done {
		c.done++
	}
	return c.done < len(past)
}
