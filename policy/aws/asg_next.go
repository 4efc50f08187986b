package aws

import "time"

// Next is the first firing of a group's schedule after an instant, as of a Schedule's.
func (s *GroupSchedule) Next(after time.Duration, start time.Time, begin time.Duration) time.Duration {
	twin := s.twin()
	return twin.Next(after, start, begin)
}
