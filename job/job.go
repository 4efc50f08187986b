// Package job is the second kind of question: work that is to be done, instead of a service under traffic. A gang of instances
// works on it, all needed at once; on Spot the vendor may take one of them at any time, and the gang then waits for capacity,
// starts again, restores its last checkpoint and does the rest anew. One run is one draw of that chance; many runs give
// completion time and cost as distributions, against the same job on demand, and the time between checkpoints that is best.
//
// A run is a chain of starts. Each waits for capacity, provisions (neither can be interrupted), and then runs: load, restore,
// and pieces of work with a checkpoint after each but the last. Nothing here reads a clock or a global source; chance is drawn
// by the number of the start and of the instance, so that other checkpoints meet the same interruptions.
package job

import (
	"math"
	"time"

	"headroom/chance"
	"headroom/unit"
)

// Settings are the `job` block of a scenario.
type Settings struct {
	Kind       string         `yaml:"kind" enum:"training|processing|batch-transform|custom" default:"training" doc:"SageMaker's training, processing or batch transform job, or custom: own workers (EC2, AWS Batch)"`
	Algorithm  string         `yaml:"algorithm" enum:"own|built-in" default:"own" doc:"built-in: one of SageMaker's; without checkpoints managed spot training waits at most 1h for it"`
	Work       *time.Duration `yaml:"work" check:"positive,max=3660d" instead:"steps,step-time" doc:"time that one instance would take, without interruptions and checkpoints"`
	Steps      int            `yaml:"steps" check:"min=1" instead:"work" doc:"instead of work, with step-time: steps of one instance"`
	StepTime   *time.Duration `yaml:"step-time" check:"positive" instead:"work" doc:"time of one step on one instance"`
	Instances  int            `yaml:"instances" default:"1" check:"min=1,max=10000" doc:"all are needed at once: one that is taken stops them all"`
	Parallel   unit.Share     `yaml:"parallel" default:"100%" doc:"share of the work that the instances can share (Amdahl): time = work × (1 − share + share ÷ instances)"`
	Type       string         `yaml:"type" doc:"instance type, looked up in the price table"`
	Price      *unit.Price    `yaml:"price" doc:"on demand, instead of a type or for it: 3.825 USD/h"`
	On         string         `yaml:"on" enum:"on-demand|spot" default:"on-demand" doc:"on-demand: never interrupted; spot: as spot says"`
	Spot       *Spot          `yaml:"spot" doc:"what Spot costs and how it is interrupted; counts with on: spot"`
	StartUp    StartUp        `yaml:"start-up" doc:"of every start, as slow as the slowest instance"`
	Checkpoint Checkpoint     `yaml:"checkpoint" default:"none" doc:"what an interruption does not throw back; none: it begins anew"`
	MaxRun     *time.Duration `yaml:"max-run" check:"positive,max=3660d" doc:"running time of all starts after which the job is stopped (MaxRuntimeInSeconds; 1d for training if it is left out)"`
	Deadline   *time.Duration `yaml:"deadline" check:"positive" doc:"by when it should be done, counted from its begin"`
	Billing    Billing        `yaml:"billing"`
	Seed       uint64         `yaml:"seed" default:"1" doc:"of all chance"`
}

// Spot is capacity that the vendor may take back.
type Spot struct {
	Price         *unit.Price         `yaml:"price" instead:"discount" doc:"of one instance"`
	Discount      *unit.Share         `yaml:"discount" instead:"price" doc:"instead of a price: off the price on demand"`
	Interruptions Interruptions       `yaml:"interruptions" required:"true" doc:"when an instance that runs is taken"`
	Notice        time.Duration       `yaml:"notice" default:"0s" check:"max=1h" doc:"from the warning until it is taken (EC2: 2m); checkpoint.on-notice uses it"`
	Wait          chance.Distribution `yaml:"wait" default:"0s" doc:"after an interruption, until there is capacity again; a trace says it itself"`
	FirstWait     chance.Distribution `yaml:"first-wait" default:"0s" doc:"the same before the first start"`
	MaxWait       *time.Duration      `yaml:"max-wait" check:"positive,max=3660d" doc:"from the begin of the job until it is stopped, running or waiting (MaxWaitTimeInSeconds)"`
}

// Interruptions is a choice of one.
type Interruptions struct {
	_        struct{}             `choice:"true"`
	MeanTime *time.Duration       `yaml:"mean-time" check:"positive" doc:"mean of the exponential running time until one instance is taken"`
	Life     *chance.Distribution `yaml:"life" doc:"running time until one instance is taken, of any law, also of samples"`
	Trace    *Trace               `yaml:"trace" doc:"how many instances there were to have, from a CSV file; each run begins at a random moment of it"`
}

// StartUp is in stages, each drawn by the number of the start and of the instance; the slowest instance counts.
type StartUp struct {
	Provision chance.Distribution `yaml:"provision" default:"0s" doc:"until the machines run"`
	Load      chance.Distribution `yaml:"load" default:"0s" doc:"of image, program and data, before any work"`
}

// Checkpoint is written after every piece of work but the last. The zero value is none.
type Checkpoint struct {
	Every    time.Duration `yaml:"every" required:"true" check:"positive" doc:"work between two of them"`
	Cost     time.Duration `yaml:"cost" default:"0s" check:"max=366d" doc:"time in which nothing is worked"`
	Restore  time.Duration `yaml:"restore" default:"0s" check:"max=366d" doc:"after load, in every start that finds one"`
	OnNotice bool          `yaml:"on-notice" default:"false" doc:"also write one when Spot's notice comes, if it takes no longer than the notice"`
}

// Billing of one instance: each start's charged time, rounded up to Granularity and raised to Minimum.
type Billing struct {
	From        string        `yaml:"from" enum:"launch|running|work" default:"running" doc:"when charging begins: at the order, when the machines run (SageMaker's TrainingStartTime), or after load and restore"`
	Granularity time.Duration `yaml:"granularity" default:"1s" check:"positive,max=1d"`
	Minimum     time.Duration `yaml:"minimum" default:"0s" check:"max=1d"`
	Forgiven    time.Duration `yaml:"forgiven" default:"0s" doc:"a start that is interrupted within it is free (EC2 Linux: 1h; of SageMaker not printed)"`
}

// Total is the time that one instance would take.
func (s *Settings) Total() time.Duration {
	if s.Work != nil {
		return *s.Work
	}
	if s.StepTime == nil {
		return 0
	}
	return time.Duration(s.Steps) * *s.StepTime
}

// Length is the time that the gang takes by Amdahl's law (1967), without interruptions and checkpoints; at least 1 ns.
func (s *Settings) Length() time.Duration {
	p, n := float64(s.Parallel), float64(s.Instances)
	return max(time.Duration(math.Round(float64(s.Total())*((1-p)+p/n))), 1)
}

// OnSpot tells whether the job can be interrupted.
func (s *Settings) OnSpot() bool { return s.On == "spot" && s.Spot != nil }

// SpotPrice is the price of Spot; a discount is rounded to a billionth of the currency unit per hour.
func (s *Settings) SpotPrice() unit.Price {
	if s.Spot.Price != nil {
		return *s.Spot.Price
	}
	rest := 1 - float64(*s.Spot.Discount)
	return unit.Price{Currency: s.Price.Currency, Nano: int64(math.Round(float64(s.Price.Nano) * rest)), MonthNano: int64(math.Round(float64(s.Price.MonthNano) * rest))}
}

// Paid is the price that the job runs at.
func (s *Settings) Paid() unit.Price {
	if s.OnSpot() {
		return s.SpotPrice()
	}
	return *s.Price
}

// OnDemand is the same job on demand, without checkpoints: what Spot is held against.
func (s *Settings) OnDemand() *Settings {
	o := *s
	o.On, o.Checkpoint = "on-demand", Checkpoint{}
	return &o
}

// MeanLife is the mean running time between two interruptions of the gang, where it is known: of exponential lives, and of one
// instance; 0 else.
func (s *Settings) MeanLife() time.Duration {
	if !s.OnSpot() {
		return 0
	}
	switch i := s.Spot.Interruptions; {
	case i.MeanTime != nil:
		return *i.MeanTime / time.Duration(s.Instances)
	case i.Life != nil && i.Life.Exponential != nil:
		return i.Life.Exponential.Mean / time.Duration(s.Instances)
	case i.Life != nil && s.Instances == 1:
		return i.Life.Law().Mean()
	}
	return 0
}
