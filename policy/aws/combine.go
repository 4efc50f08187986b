package aws

import "headroom/policy"

// A bid is what one policy asks at one instant.
type bid struct {
	actor int // place of the policy in the list
	wish  int // capacity that its formula asks for, before the limits
	// reach is what its own scale-out cooldown leaves of the wish (credit for what was already added); the wish without one.
	reach int
	tied  bool // a scale-in that needs the agreement of all target-tracking policies with scale-in
	cools bool // a cooldown of its own holds it
	eager bool // it does not wait for a change under way (scale-while-updating)

	// for the sentence: what the formula was calculated with, and a step and the capacity that it counts from
	value, load float64
	by, base    int
}

// A frame is the state in which policies bid.
type frame struct {
	current, min, max int
	updating          bool
	suspended         Suspended
	// unready is the place of the first target-tracking policy that does not agree to scale in, −1 if all do; inWish is the
	// largest capacity that those which agree want, current if one of them cannot spare an instance.
	unready int
	inWish  int
}

// waits tells whether a change under way holds a bid.
func (f frame) waits(b bid) bool { return f.updating && !b.eager }

// off tells whether the direction of a bid is switched off.
func (f frame) off(b bid) bool {
	return f.suspended.ScaleOut && b.wish > f.current || f.suspended.ScaleIn && b.wish < f.current
}

// clamp moves a capacity into the limits.
func (f frame) clamp(n int) int { return max(min(n, f.max), f.min) }

// A finding is what one decision makes of the bids: the capacity, which bid it is, and which unfulfilled one is worth a line.
type finding struct {
	to     int
	chosen int // in bids; −1: nothing changes
	short  policy.Hold
	refuse int // in bids; −1: none
	hold   policy.Hold
}

// combine makes one decision of all bids: out if any policy wants out, the largest capacity first; in only if none wants out,
// and for target tracking only if all agree, again the largest capacity.
func combine(f frame, bids []bid) finding {
	none := finding{to: f.current, chosen: -1, refuse: -1}
	out, in := false, false
	for i := range bids {
		out = out || bids[i].wish > f.current
		in = in || bids[i].wish < f.current
	}
	switch {
	case out:
		return f.outward(bids, none)
	case in:
		return f.inward(bids, none)
	}
	return none
}

// outward decides among the bids above the current capacity.
func (f frame) outward(bids []bid, d finding) finding {
	for i, b := range bids {
		if b.wish <= f.current || f.off(b) || f.waits(b) {
			continue
		}
		to := f.clamp(b.reach)
		if to > d.to || to == d.to && d.chosen >= 0 && b.reach > bids[d.chosen].reach {
			d.to, d.chosen = to, i
		}
	}
	for i, b := range bids {
		if b.wish <= f.current || i == d.chosen || b.wish <= d.to {
			continue
		}
		if d.chosen >= 0 && b.wish <= bids[d.chosen].wish || d.refuse >= 0 && b.wish <= bids[d.refuse].wish {
			continue
		}
		d.refuse, d.hold = i, f.outHold(b)
	}
	if d.chosen >= 0 && bids[d.chosen].reach > d.to {
		d.short = policy.HeldByMax
	}
	return d
}

// outHold is the first thing that changes a wish to scale out. In a cooldown the limits look at what is counted from the capacity
// before it, which is within them.
func (f frame) outHold(b bid) policy.Hold {
	switch {
	case b.reach > f.max:
		return policy.HeldByMax
	case f.off(b):
		return policy.HeldBySuspended
	case f.waits(b):
		return policy.HeldByUpdating
	}
	return policy.HeldByCooldown
}

// inward decides among the bids below the current capacity.
func (f frame) inward(bids []bid, d finding) finding {
	to := -1
	for i, b := range bids {
		if b.wish >= f.current || f.off(b) || f.waits(b) || b.cools || b.tied && (f.unready >= 0 || b.wish < f.inWish) {
			continue
		}
		if c := f.clamp(b.wish); c < f.current && (c > to || c == to && b.wish > bids[d.chosen].wish) {
			to, d.chosen = c, i
		}
	}
	if d.chosen >= 0 {
		if d.to = to; bids[d.chosen].wish < to {
			d.short = policy.HeldByMin
		}
		return d
	}
	for i, b := range bids {
		hold := f.inHold(b)
		if b.wish >= f.current || hold == "" || d.refuse >= 0 && b.wish <= bids[d.refuse].wish {
			continue
		}
		d.refuse, d.hold = i, hold
	}
	return d
}

// inHold is the first thing that changes a wish to scale in; "" where a larger capacity was simply chosen.
func (f frame) inHold(b bid) policy.Hold {
	switch {
	case b.wish < f.min:
		return policy.HeldByMin
	case f.off(b):
		return policy.HeldBySuspended
	case f.waits(b):
		return policy.HeldByUpdating
	case b.cools:
		return policy.HeldByCooldown
	case b.tied && f.unready >= 0:
		return policy.HeldByNotAllReady
	}
	return ""
}
