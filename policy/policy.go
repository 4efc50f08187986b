// Package policy is what a scaling policy may see and what it answers. A Scaler never sees the truth: it sees published
// points, by period and late, the fleet as the platform's API would show it, and its own past. Families live in sub-packages
// in their vendor's words (policy/aws). Policies open no file, read no clock and draw no chance.
package policy

import (
	"time"

	"headroom/histogram"
)

// A Scaler decides how many instances a service should have. It may hold small state; one is made anew for every run.
type Scaler interface {
	// Needs lists the metrics that must be published for it, each once, in a fixed order.
	Needs() []Need
	// Next is the first instant after now at which it wants to be asked again, given nothing else happens; it is asked at the
	// first control step at or after that. It is also asked at the begin of the run, and when a change of capacity completes.
	Next(now time.Duration) time.Duration
	// Begin is asked once, before anything: desired capacity at the begin of the run, from the fleet's configured start, moved
	// into the limits that hold then (a schedule due exactly then has fired). Entries have From = To = the answer.
	Begin(now time.Duration, start int) Decision
	// Decide is the decision of one instant.
	Decide(Observation) Decision
}

// A Need is a metric that a Scaler looks at.
type Need struct {
	Metric   string
	Samples  bool          // percentiles are wanted: points carry their samples
	Lookback time.Duration // how far back points are looked at: older ones may be forgotten
	// High and Low are alarm thresholds in the metric's unit to draw on charts; NaN where there is none.
	High, Low float64
	// HighAt, LowAt: an alarm fires at its threshold too.
	HighAt, LowAt bool
	// Sees is what the policy makes of one point, in charts and timelines: its percentile, say. nil: the point's Value.
	Sees func(Point) float64
}

// A Point is one published value of a metric: of the half-open period [End−Period, End), in the metric's own unit. A period
// in which nothing is published has no Point at all.
type Point struct {
	End    time.Duration
	Period time.Duration
	// Value is what the table in docs/model.md says of the metric; Weight is what it is averaged by over several periods
	// (for a ratio of integrals: the denominator; for ModelLatency: the number of samples; else the period in seconds).
	Value, Weight float64
	// Sum, Count, Min, Max are of the samples. A metric with one sample a period has Sum = Min = Max = Value, Count = 1.
	Sum, Count, Min, Max float64
	Samples              *histogram.Histogram // in nanoseconds; nil unless needed
	// Load is the total that target tracking divides by its target: the load of the period in the metric's unit (instances in
	// service, averaged over the period, × Value; InvocationsPerInstance: Invocations per minute; backlog per instance: the
	// backlog). With it capacity that came after the period is not multiplied by a metric which had not seen it.
	Load float64
}

// A Fleet is what the platform's API shows of the instances.
type Fleet struct {
	Desired   int // in service + starting + lost or refused ones that wait for their new launch
	InService int
	Starting  int
	Draining  int
	Warming   int // of those in service: not yet warmed up, so not in the group's metrics
}

// A Moment is one past change of desired capacity, by a policy or a schedule.
type Moment struct {
	At       time.Duration
	From, To int
	By       string // Entry.Policy of the entry that changed it
	// Complete is when the change was done: all it launched in service, lost, refused or cancelled, all it removed gone.
	// −1 while it is under way: ask Done.
	Complete time.Duration
	Done     bool
}

// An Observation is all that a Scaler may know at Now (since clock.start).
type Observation struct {
	Now   time.Duration
	Fleet Fleet
	// Points are the points of a metric that are visible at Now, oldest first, at least as far back as its Need says. The
	// slice may be reused after Decide returns.
	Points func(metric string) []Point
	// Delay is from the end of a period until the metric's point is due; Period is its period.
	Delay, Period func(metric string) time.Duration
	// Use is what the instances hold right now: only for scalers that place work themselves and need no metric for it.
	Use func() Use
	// Past are the changes of desired capacity since the begin of the run, oldest first; read only.
	Past []Moment
}

// Use is what instances hold.
type Use struct {
	Busy, Waiting int // slots busy on instances in service; requests waiting
	// Empty is how many instances in service held nothing now, nor at any earlier question back to d ago.
	Empty func(d time.Duration) int
}

// A Decision is what holds from Now on, and what is written of it in the log.
type Decision struct {
	Want    int // desired capacity; the present one if nothing changes
	Entries []Entry
	// Max is the most that may be wanted now, where the platform does something by itself that depends on it (a warm pool's
	// size, a rebalance); 0: not told.
	Max int
}

// An Entry is one line of the decision log: a change of capacity or of its limits, a wish that was not fulfilled, or a
// stretch without data.
type Entry struct {
	Policy   string // the policy's or schedule's name, else its path in the scenario file
	From, To int    // desired capacity before and after
	Wish     int    // what was wished for; meaningless unless HasWish
	HasWish  bool   // the wish was not, or not wholly, fulfilled
	HeldBy   Hold   // why not; "" if nothing was held
	Why      []Reason
}

// A Reason is a code to count and a sentence to read.
type Reason struct {
	Code Code   `json:"code"`
	Text string `json:"text"`
}

// A Code is a reason in one word.
type Code string

// The codes. New ones may be added.
const (
	AlarmHigh           Code = "AlarmHigh"
	AlarmLow            Code = "AlarmLow"
	Step                Code = "Step"
	Schedule            Code = "Schedule"
	Limits              Code = "Limits"
	Cooldown            Code = "Cooldown"
	Updating            Code = "Updating"
	AtMax               Code = "AtMax"
	AtMin               Code = "AtMin"
	NoData              Code = "NoData"
	NotAllReady         Code = "NotAllReady"
	AnticipatedFlapping Code = "AnticipatedFlapping"
	Lost                Code = "Lost"
	Replaced            Code = "Replaced"
	Refused             Code = "Refused"
	AtTarget            Code = "Target"
	Slots               Code = "Slots"
	InUse               Code = "InUse"
	Rebalanced          Code = "Rebalanced"
	WarmUp              Code = "WarmUp"
	Forecast            Code = "Forecast"
	Suspended           Code = "Suspended"
	Units               Code = "Units"
)

// A Hold is what kept a wish from being fulfilled: the keys of scaling.held_by in the result.
type Hold string

// The holds.
const (
	HeldByCooldown    Hold = "cooldown"
	HeldByMin         Hold = "min"
	HeldByMax         Hold = "max"
	HeldByUpdating    Hold = "updating"
	HeldByNoData      Hold = "no_data"
	HeldByNotAllReady Hold = "not_all_ready"
	HeldByFlapping    Hold = "flapping"
	HeldByInUse       Hold = "in_use"
	HeldByWarmUp      Hold = "warm_up"
	HeldByMode        Hold = "forecast_only"
	HeldBySuspended   Hold = "suspended"
)

// Holds are all holds in the order in which they are reported.
func Holds() []Hold {
	return []Hold{HeldByCooldown, HeldByMin, HeldByMax, HeldByUpdating, HeldByNoData, HeldByNotAllReady, HeldByFlapping, HeldByInUse, HeldByWarmUp, HeldByMode, HeldBySuspended}
}
