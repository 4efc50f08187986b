package aws

import (
	"time"

	"headroom/policy"
)

// A Run is what a Scaler must know beforehand of the run it is for.
type Run struct {
	Start      time.Time     // clock.start, in its zone
	Begin, End time.Duration // the simulated time, settle included, since Start
	// Timing is the period of a metric's points, and the delay from a period's end until its point is due.
	Timing func(metric string) (period, delay time.Duration)
}

// New is the scaler of one run. The settings must have passed Check.
func (s *Settings) New(run Run) policy.Scaler { return nil }
