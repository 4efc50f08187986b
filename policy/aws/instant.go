package aws

import "time"

// Time is the instant that a stamp means: a local time by the clocks of a zone, a duration since start. A local time that clocks
// skip is taken as the moment after the gap.
func (s Stamp) Time(zone *time.Location, start time.Time) time.Time {
	at, _ := s.in(zone, start)
	return start.Add(at)
}

// Local is the wall clock of a stamp that is a local time without an offset of its own, as 2026-11-27T07:00:00; false of any other.
func (s Stamp) Local() (string, bool) {
	if s.after || s.fixed {
		return "", false
	}
	return s.wall.Format("2006-01-02T15:04:05"), true
}
