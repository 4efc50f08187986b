// Package traffic says how many requests come when. Curves are added; events multiply the sum, or add to it, for a while; a
// calendar follows the wall clock of a zone through daylight saving. What comes out is a Profile, a rate that is a pure
// function of the time since clock.start. Its integral Λ is taken up piece by piece (Flow), exactly where the rate is constant
// or linear, and single requests are drawn on Λ (Arrivals), or counts by the second (Volume): so a changed rate stretches time
// and keeps the draws. Random events have streams of their own and are the same for both. No file is opened and no clock is
// read here; a trace is read from whatever the caller opened.
package traffic

import (
	"math"
	"time"

	"headroom/chance"
)

// Forever is the instant that never comes.
const Forever = time.Duration(math.MaxInt64)

// A Profile is a demand curve: a pure function of the time since clock.start (negative during a settle time), in requests per
// second, never negative. It is right-continuous.
type Profile interface {
	Rate(t time.Duration) float64
	// Next is the first instant after t at which the rate jumps or bends, Forever if there is none: between two of them it is
	// smooth.
	Next(t time.Duration) time.Duration
}

// Arrivals yields the instants of a run's first attempts one after the other, never descending; Forever when there are none
// left.
type Arrivals interface{ Next() time.Duration }

// A Volume yields how many requests come in an interval, for the fluid engine; intervals are asked for in order, without
// gaps. It may be a fraction.
type Volume interface {
	Offered(from, to time.Duration) float64
	// Mean is what was to be expected of the interval asked for last: the integral of the rate.
	Mean() float64
	// Dispersion is variance ÷ mean of long counts: 0 is smooth, 1 Poisson.
	Dispersion() float64
}

// A Demand is all the traffic of a scenario, ready to be drawn for one run. The same Source gives the same demand, whatever
// the rest of the scenario. Times are since clock.start; [from, to) is the simulated time, settle included.
type Demand interface {
	Profile(chance.Source) Profile // curves × events, with the random events of this run
	Arrivals(src chance.Source, from, to time.Duration) Arrivals
	Volume(src chance.Source, from, to time.Duration) Volume
	Marks(chance.Source) []Mark // the events of this run, by begin
}

// A Mark is something that a chart should point at: an event of the traffic that happens in this run.
type Mark struct {
	From, To time.Duration
	Text     string // "promotion ×2"
}
