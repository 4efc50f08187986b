package aws

import (
	"time"

	"headroom/policy"
)

// Next is the first firing of a schedule after an instant, never if there is none; instants are since start, which is
// clock.start in its zone. begin is the begin of the run, from which a rate without from counts.
func (s *Schedule) Next(after time.Duration, start time.Time, begin time.Duration) time.Duration {
	zone := s.Zone.Location()
	from, until := begin, never
	if s.From != nil {
		from, _ = s.From.in(zone, start)
	}
	if s.Until != nil {
		until, _ = s.Until.in(zone, start)
	}
	next := never
	switch {
	case s.At != nil:
		if at, _ := s.At.in(zone, start); at > after {
			next = at
		}
	case s.Every != nil:
		next = from
		if every := time.Duration(*s.Every); after >= from {
			next = from + (floor(after-from, every)+1)*every
		}
	case s.Cron != nil && s.From != nil && from > after: // AWS runs it at its start time, then by the recurrence
		next = from
	case s.Cron != nil:
		if t := s.Cron.Next(start.Add(after), zone); !t.IsZero() {
			next = t.Sub(start)
		}
	}
	if next >= until {
		return never
	}
	return next
}

// A limitsClock holds the limits of a run and moves them as schedules fire.
type limitsClock struct {
	settings *Settings
	run      policy.Run
	names    []string        // of the schedules in the log
	next     []time.Duration // firing of each schedule
	min, max int
	by       int // schedule that moved the limits last
}

// newLimits is the limits before any schedule has fired.
func newLimits(s *Settings, run policy.Run) *limitsClock {
	l := &limitsClock{settings: s, run: run, min: s.Min, max: s.Max}
	for i := range s.Schedules {
		l.names = append(l.names, named(s.Schedules[i].Name, s.path("schedules"), i))
		l.next = append(l.next, l.after(i, run.Begin-1))
	}
	return l
}

// after is the first firing of a schedule after an instant and before the end of the run.
func (l *limitsClock) after(i int, t time.Duration) time.Duration {
	next := l.settings.Schedules[i].Next(t, l.run.Start, l.run.Begin)
	if next >= l.run.End {
		return never
	}
	return next
}

// soonest is the schedule that fires next, the first in the list at one instant; at is never if none does.
func (l *limitsClock) soonest() (i int, at time.Duration) {
	i, at = -1, never
	for k, t := range l.next {
		if t < at {
			i, at = k, t
		}
	}
	return i, at
}

// skip lets one schedule's firing go by.
func (l *limitsClock) skip(i int) { l.next[i] = l.after(i, l.next[i]) }

// fire moves the limits as one schedule says. moved is false where AWS would refuse it: min would be above max.
func (l *limitsClock) fire(i int) (moved bool) {
	s := &l.settings.Schedules[i]
	l.next[i] = l.after(i, l.next[i])
	low, high := l.min, l.max
	if s.Min != nil {
		low = *s.Min
	}
	if s.Max != nil {
		high = *s.Max
	}
	if low > high {
		return false
	}
	l.min, l.max, l.by = low, high, i
	return true
}

// clamp moves a capacity into the limits.
func (l *limitsClock) clamp(n int) int { return max(min(n, l.max), l.min) }
