package aws

import (
	"fmt"
	"math"
	"slices"
	"time"

	"headroom/policy"
)

// Units are the unit of a group with weights (aws.md §6): its limits, its desired capacity and its adjustments. Instances are
// launched until the units in the group reach the desired capacity, so that there may be more of them, above max too, by up to one
// instance's weight less one; and one goes only if what remains still reaches it.

// launched is what a group of some units has when instances are launched until it reaches desired, of the weights given in this
// order, the last again and again; and how many were launched.
func launched(units, desired int, weights ...int) (after, n int) {
	for _, w := range weights[:len(weights)-1] {
		if units >= desired {
			return units, n
		}
		units, n = units+w, n+1
	}
	w := weights[len(weights)-1]
	more := max(0, (desired-units+w-1)/w)
	return units + more*w, n + more
}

// weight is how many units an instance counts.
func (g *Group) weight() int { return max(g.Weight, 1) }

// instances is how many instances it takes to reach a number of units.
func (g *Group) instances(units int) int {
	_, n := launched(0, units, g.weight())
	return n
}

// capacity is the desired capacity now, in units.
func (s *groupScaler) capacity(instances int) int {
	if s.group.weight() == 1 {
		return instances
	}
	return s.units
}

// begins is the desired capacity, in units, of a group that begins with some instances: min where that takes as many.
func (s *groupScaler) begins(instances int) int {
	if s.group.instances(s.limits.min) == instances {
		return s.limits.min
	}
	return s.limits.clamp(min(instances, math.MaxInt/s.group.weight()) * s.group.weight())
}

// counted turns a decision in units into one in instances, as the fleet counts them, with the units in the sentences.
func (s *groupScaler) counted(now time.Duration, d *policy.Decision) {
	g := s.group
	if g.weight() == 1 {
		return
	}
	entries := d.Entries[:0]
	for _, e := range d.Entries {
		units := e
		e.From, e.To, e.Wish = g.instances(e.From), g.instances(e.To), g.instances(e.Wish)
		if e.HasWish && e.Wish == e.To { // it lacks units, and no instance
			if units.From == units.To {
				continue
			}
			e.HasWish, e.HeldBy = false, ""
		}
		if units.From != units.To && e.From == e.To {
			s.rests(now, e.Policy)
		}
		if text := g.said(units, e); text != "" {
			e.Why = append(slices.Clip(e.Why), policy.Reason{Code: policy.Units, Text: text})
		}
		entries = append(entries, e)
	}
	s.units, d.Entries = d.Want, entries
	d.Want, d.Max = g.instances(d.Want), g.instances(d.Max)
}

// rests begins the cooldown of a simple policy whose change moved no instance: it is complete at once.
func (s *groupScaler) rests(now time.Duration, by string) {
	for i := range s.actors {
		if s.simple[i].is && s.actors[i].name == by {
			s.rested = now + s.simple[i].cooldown
		}
	}
}

// said is what an entry was in units.
func (g *Group) said(units, e policy.Entry) string {
	each := fmt.Sprintf("; an instance counts %d", g.weight())
	switch {
	case units.From != units.To && e.From == e.To:
		return fmt.Sprintf("%d to %d units: no instance more or less", units.From, units.To) + each
	case units.From != units.To:
		return fmt.Sprintf("%d to %d units", units.From, units.To) + each
	case units.HasWish:
		return fmt.Sprintf("%d units of the %d wished for", units.To, units.Wish) + each
	}
	return ""
}
