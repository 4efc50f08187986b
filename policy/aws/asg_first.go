package aws

import "time"

// FirstForecast is how long after the begin of the simulated time, settle included, predictive scaling acts for the first time: the
// first instant, scheduling-buffer before an hour, at which 24 whole hours are published. A buffer of nil is the default.
func FirstForecast(begin time.Time, delay time.Duration, buffer *time.Duration) time.Duration {
	whole := begin.Add(time.Hour - 1).Truncate(time.Hour) // the first whole hour
	ready := whole.Add(historyLeast*time.Hour + delay)
	act := ready.Truncate(time.Hour).Add(-*orDefault(buffer, bufferDefault))
	for act.Before(ready) {
		act = act.Add(time.Hour)
	}
	return act.Sub(begin)
}
