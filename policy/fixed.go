package policy

import (
	"time"

	"headroom/problem"
)

// FixedFleet is a fleet that stays as it is: the `scaling.fixed` block of a scenario.
type FixedFleet struct {
	Instances int `yaml:"instances" required:"true" check:"min=0,max=100000" doc:"how many instances"`
}

// Start is the number of instances.
func (f *FixedFleet) Start() int { return f.Instances }

// Metrics are none.
func (f *FixedFleet) Metrics() []string { return nil }

// Watches are none.
func (f *FixedFleet) Watches() []Watch { return nil }

// CheckTiming finds nothing.
func (f *FixedFleet) CheckTiming(Timing) []problem.Problem { return nil }

// Fill has nothing to fill.
func (f *FixedFleet) Fill(Timing) {}

// Platform does nothing by itself.
func (f *FixedFleet) Platform() Platform { return Platform{} }

// New is the scaler that never changes anything.
func (f *FixedFleet) New(Run) Scaler { return Fixed{} }

// Fixed is the scaler that never changes anything.
type Fixed struct{}

// Needs, Next, Begin and Decide of a fleet that stays as it is.
func (Fixed) Needs() []Need                             { return nil }
func (Fixed) Next(time.Duration) time.Duration          { return 1<<63 - 1 }
func (Fixed) Begin(_ time.Duration, start int) Decision { return Decision{Want: start} }
func (Fixed) Decide(o Observation) Decision             { return Decision{Want: o.Fleet.Desired} }
