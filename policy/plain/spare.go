package plain

import (
	"fmt"
	"time"

	"headroom/policy"
	"headroom/problem"
	"headroom/unit"
)

// Spare keeps slots free: the `scaling.spare` block of a scenario. It stands for a cluster autoscaler with placeholders. It sees
// the slots themselves, not a published metric: whoever places work knows what is free. Instances are launched until slots in
// service and starting hold what is busy, what waits and the spare ones; only instances that were empty at every look for
// remove-after are taken away, so nothing is ever moved or cut off.
type Spare struct {
	Slots       int           `yaml:"slots" required:"true" check:"min=0,max=1000000000" doc:"free slots to keep"`
	Look        time.Duration `yaml:"check" default:"60s" check:"positive" doc:"how often it looks"`
	RemoveAfter time.Duration `yaml:"remove-after" default:"10m" doc:"an instance goes when it was empty at every look for so long, and only then"`
	Min         int           `yaml:"min" required:"true" check:"min=0,max=100000" doc:"least capacity"`
	Max         int           `yaml:"max" required:"true" check:"min=0,max=100000" doc:"most capacity"`
}

// sparePath is what its entries are called in the log.
const sparePath = "scaling.spare"

// Check says what cannot hold together.
func (s *Spare) Check() []problem.Problem { return limits(s.Min, s.Max) }

// CheckTiming finds nothing: no metric is looked at.
func (s *Spare) CheckTiming(policy.Timing) []problem.Problem { return nil }

// Start is the least capacity.
func (s *Spare) Start() int { return s.Min }

// Metrics are all that exist.
func (s *Spare) Metrics() []string { return nil }

// Watches are none.
func (s *Spare) Watches() []policy.Watch { return nil }

// Fill has nothing to fill.
func (s *Spare) Fill(policy.Timing) {}

// Platform takes away only what is empty.
func (s *Spare) Platform() policy.Platform { return policy.Platform{OnlyEmpty: true} }

// New is the scaler of one run.
func (s *Spare) New(run policy.Run) policy.Scaler {
	return &keeper{Spare: s, desk: newDesk(sparePath, s.Min, s.Max, s.Look), slots: run.Slots}
}

// keeper is Spare in a run.
type keeper struct {
	*Spare
	desk
	slots int // of one instance
}

// Needs are none.
func (k *keeper) Needs() []policy.Need { return nil }

// Decide counts slots, when it is time.
func (k *keeper) Decide(o policy.Observation) policy.Decision {
	d := policy.Decision{Want: o.Fleet.Desired}
	if !k.turn(o.Now) {
		return d
	}
	use := o.Use()
	need := use.Busy + use.Waiting + k.Slots
	want := (need + k.slots - 1) / k.slots
	sum := fmt.Sprintf("%d busy, %d waiting and %d spare need %d slots: %d of %d each", use.Busy, use.Waiting, k.Slots, need, want, k.slots)
	gone := min(d.Want-k.clamp(want), use.Empty(k.RemoveAfter))
	switch {
	case want >= d.Want || k.clamp(want) >= d.Want:
		k.decide(&o, &d, want, 0, policy.Reason{Code: policy.Slots, Text: sum})
	case gone > 0:
		k.decide(&o, &d, d.Want-gone, 0, policy.Reason{Code: policy.Slots, Text: fmt.Sprintf("%s; %d empty for %s", sum, gone, unit.FormatDuration(k.RemoveAfter))})
	default:
		d.Entries = append(d.Entries, policy.Entry{Policy: k.name, From: d.Want, To: d.Want, Wish: k.clamp(want), HasWish: true, HeldBy: policy.HeldByInUse, Why: []policy.Reason{
			{Code: policy.Slots, Text: sum},
			{Code: policy.InUse, Text: "no instance was empty for " + unit.FormatDuration(k.RemoveAfter)},
		}})
	}
	return d
}
