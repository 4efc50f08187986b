package policy

import (
	"time"

	"headroom/problem"
)

// A Family is a way to scale: the settings under one key of a scenario's `scaling`. Settings that have passed their checks make a
// Scaler for every run, and are not changed by it.
type Family interface {
	// Start is how many instances there are at the begin when fleet.start says nothing.
	Start() int
	// Metrics are the names of the metrics that can be published, in the order in which they are listed.
	Metrics() []string
	// Watches are the metrics that its policies look at, in the order of the policies; one may come twice.
	Watches() []Watch
	// CheckTiming says where the settings do not fit the timing of the metrics. A metric whose timing is not known has period 0.
	CheckTiming(Timing) []problem.Problem
	// Fill writes the defaults that depend on other settings into what was left out, so that a file can be shown with all of them.
	Fill(Timing)
	// Platform is what the platform does with instances by itself.
	Platform() Platform
	// New is the scaler of one run.
	New(Run) Scaler
}

// Timing is the period of a metric's points, and the delay from a period's end until its point is due.
type Timing = func(metric string) (period, delay time.Duration)

// A Watch is a metric that a policy looks at. Paths are relative to the family's settings.
type Watch struct {
	Metric string
	At     string         // path of the metric's name
	Policy string         // path of the policy
	Period *time.Duration // of its alarm's datapoints, at Policy.alarm.period; nil: the metric's
}

// A Run is what a Scaler must know beforehand of the run that it is for.
type Run struct {
	Start      time.Time     // clock.start, in its zone
	Begin, End time.Duration // the simulated time, settle included, since Start
	Timing     Timing
	Slots      int // of one instance: service.concurrency
}

// A Platform is what stands beside a scaler: what the vendor's platform does with instances by itself, whatever number of them is
// wanted. The zero Platform launches and removes, newest first, and nothing else.
type Platform struct {
	// Name is what messages call it.
	Name string
	// CoresCounted: CPUUtilization and GPUUtilization sum over cores and GPUs (SageMaker); else 0…100 of the box.
	CoresCounted bool
	// OnlyEmpty: of the instances in service only those that hold nothing are removed, the newest first; what is wanted beyond
	// them stays.
	OnlyEmpty bool
	// WarmUp is how long an instance that has come into service is warming up: the group's metrics leave it out. WarmUps are for
	// launches that a policy ordered, by what its entries are called; WarmUp is for all others. 0: not at all.
	WarmUp  time.Duration
	WarmUps map[string]time.Duration
	// Unit is what one instance of the scenario stands for there, in words.
	Unit string
	// Slots is the most that service.concurrency may be; 0: anything.
	Slots int
	// Queue is where requests wait: "shared" in one queue of the platform's own, "own" on the instances, "none" nowhere (what finds
	// no place is refused); "" as service.queue says.
	Queue string
	// Hosts are the machines that instances stand on, where an instance is a copy of a model; nil: each is a machine itself.
	Hosts *Hosts
	// Expire is how long a request may wait in the platform's queue, whatever its client does; 0: as service.timeout says.
	Expire time.Duration
	// OnDemand, if it is not nil: environments are made for single requests.
	OnDemand *OnDemand
	// Pool is the group's warm pool, nil: none. Hooks are its lifecycle hooks.
	Pool  *Pool
	Hooks Hooks
	// Removal is the order in which instances in service are removed; "": the newest first, whatever its zone.
	Removal string
	// Maintenance is what is kept while instances that still run are replaced; nil: what the platform does without being told.
	Maintenance *Maintenance
	// MaxLifetime is how long an instance may be in service before it is replaced; 0: for ever.
	MaxLifetime time.Duration
	// Rebalance: instances are moved to a zone that is open again, by launching there before removing elsewhere.
	Rebalance bool
}

// Hosts are machines with room for several instances each. The platform launches one for an instance that finds no room, gives back
// one that has been idle for IdleAfter, and, if it consolidates, moves instances together when nothing changed for Cooldown, so
// that up to MaxStep machines become idle.
type Hosts struct {
	PerHost             int // instances that one has room for, ≥ 1
	Min, Max            int
	IdleAfter, Cooldown time.Duration
	MaxStep             int
	Consolidates        bool
}

// Warms is how long an instance warms up that was launched by a policy's decision, "" by nobody's.
func (p *Platform) Warms(by string) time.Duration {
	if d, ok := p.WarmUps[by]; ok {
		return d
	}
	return p.WarmUp
}
