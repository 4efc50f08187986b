package aws

import (
	"time"

	"headroom/policy"
	"headroom/problem"
)

// Async is a SageMaker asynchronous endpoint: the `scaling.async` block of a scenario. Requests wait in the endpoint's own queue,
// also while no instance is in service; what is not begun within Expire leaves it. Its scaling is Application Auto Scaling's.
type Async struct {
	Min         int           `yaml:"min" default:"0" check:"min=0,max=100000" doc:"least capacity, until a schedule moves it; 0 lets the endpoint go to nothing"`
	Max         int           `yaml:"max" required:"true" check:"min=0,max=100000" doc:"most capacity, until a schedule moves it"`
	Expire      time.Duration `yaml:"expire" default:"6h" check:"min=60s,max=6h" doc:"how long a request may wait in the queue before it expires (RequestTTLSeconds)"`
	Policies    []Policy      `yaml:"policies" doc:"all are asked with the same current capacity; the largest capacity wins"`
	Schedules   []Schedule    `yaml:"schedules" doc:"scheduled actions that move min and max"`
	Suspended   Suspended     `yaml:"suspended" doc:"what is switched off from the begin (SuspendedState)"`
	Suspensions []Suspension  `yaml:"suspensions" doc:"times in which something is switched off"`
	Assume      Assume        `yaml:"assume" doc:"what AWS does not print, for all policies"`
}

// settings is the endpoint as a scalable target. Policies and schedules are shared with it.
func (a *Async) settings() *Settings {
	return &Settings{
		Service: AsyncEndpoint, Min: a.Min, Max: a.Max, Policies: a.Policies, Schedules: a.Schedules,
		Suspended: a.Suspended, Suspensions: a.Suspensions, Assume: a.Assume, under: "scaling.async",
	}
}

// Check says what cannot hold together in the settings.
func (a *Async) Check() []problem.Problem { return a.settings().Check() }

// Start is the least capacity.
func (a *Async) Start() int { return a.Min }

// Metrics are the names of the metrics that an asynchronous endpoint publishes.
func (a *Async) Metrics() []string { return a.settings().Metrics() }

// Watches are the metrics that the policies look at.
func (a *Async) Watches() []policy.Watch { return a.settings().Watches() }

// CheckTiming says where an alarm does not fit the metric's timing.
func (a *Async) CheckTiming(timing policy.Timing) []problem.Problem {
	return a.settings().CheckTiming(timing)
}

// Fill writes the defaults that depend on the metric's timing into what was left out.
func (a *Async) Fill(timing policy.Timing) {
	s := a.settings()
	s.Fill(timing)
	a.Assume = s.Assume
}

// Platform is what the endpoint does by itself: it keeps the queue.
func (a *Async) Platform() policy.Platform {
	p := a.settings().Platform()
	p.Expire = a.Expire
	return p
}

// New is the scaler of one run.
func (a *Async) New(run policy.Run) policy.Scaler { return a.settings().New(run) }
