package aws

import (
	"fmt"
	"time"

	"headroom/policy"
	"headroom/problem"
)

// Components is a SageMaker endpoint with inference components: the `scaling.inference-components` block of a scenario. It scales on
// two levels: Application Auto Scaling sets the number of copies of the model, which are the instances of the scenario; the endpoint
// itself (managed instance scaling) adds and removes the instances that they stand on, and those are paid for. With no copy in
// service invocations fail: there is no queue to wait in (SageMaker AI Developer Guide, "Scale an endpoint to zero instances").
type Components struct {
	Min         int          `yaml:"min" default:"0" check:"min=0,max=100000" doc:"least number of copies, until a schedule moves it"`
	Max         int          `yaml:"max" required:"true" check:"min=0,max=100000" doc:"most copies, until a schedule moves it"`
	PerInstance int          `yaml:"copies-per-instance" default:"1" check:"min=1,max=1000" doc:"copies that one instance has room for"`
	Instances   Managed      `yaml:"instances" required:"true" doc:"managed instance scaling"`
	Policies    []Policy     `yaml:"policies" doc:"all are asked with the same current number of copies; the largest wins"`
	Schedules   []Schedule   `yaml:"schedules" doc:"scheduled actions that move min and max"`
	Suspended   Suspended    `yaml:"suspended" doc:"what is switched off from the begin (SuspendedState)"`
	Suspensions []Suspension `yaml:"suspensions" doc:"times in which something is switched off"`
	Assume      Assume       `yaml:"assume" doc:"what AWS does not print, for all policies"`
}

// Managed is managed instance scaling: the endpoint launches an instance for a copy that finds no room, and gives back what is
// not needed. The API's cooldown and step size bound consolidation only (ProductionVariantManagedInstanceScalingScaleInPolicy);
// how long an idle instance is kept is not printed: UNCONFIRMED, 12 minutes were measured.
type Managed struct {
	Min       int           `yaml:"min" default:"0" check:"min=0,max=100000" doc:"instances that are always there (MinInstanceCount)"`
	Max       int           `yaml:"max" required:"true" check:"min=1,max=100000" doc:"most instances (MaxInstanceCount); a copy that finds no room then is refused"`
	ScaleIn   string        `yaml:"scale-in" enum:"idle-release|consolidation" default:"idle-release" doc:"idle-release: instances without a copy go; consolidation: copies are moved together too"`
	IdleAfter time.Duration `yaml:"idle-after" default:"12m" doc:"until an instance without a copy goes; not printed by AWS"`
	Cooldown  time.Duration `yaml:"cooldown" default:"20m" check:"min=5m,max=1d" doc:"of consolidation, after the last change of copies or instances"`
	MaxStep   int           `yaml:"maximum-step" default:"1" check:"min=1,max=100" doc:"instances that one consolidation removes at most"`
}

// settings is the component as a scalable target. Policies and schedules are shared with it.
func (c *Components) settings() *Settings {
	return &Settings{
		Service: InferenceComponent, Min: c.Min, Max: c.Max, Policies: c.Policies, Schedules: c.Schedules,
		Suspended: c.Suspended, Suspensions: c.Suspensions, Assume: c.Assume, under: "scaling.inference-components",
	}
}

// Check says what cannot hold together in the settings.
func (c *Components) Check() []problem.Problem {
	out := report(c.settings().Check())
	if c.Instances.Min > c.Instances.Max {
		out.add("instances.min", fmt.Sprintf("at most instances.max, %d", c.Instances.Max), fmt.Sprint(c.Instances.Min), "instances.min", "instances.max")
	}
	if room := c.Instances.Max * c.PerInstance; c.Min > room {
		out.add("min", fmt.Sprintf("at most the copies that the instances have room for, %d × %d", c.Instances.Max, c.PerInstance), fmt.Sprint(c.Min),
			"min", "instances.max", "copies-per-instance")
	}
	return out
}

// Start is the least number of copies.
func (c *Components) Start() int { return c.Min }

// Metrics are the names of the metrics that a component publishes.
func (c *Components) Metrics() []string { return c.settings().Metrics() }

// Watches are the metrics that the policies look at.
func (c *Components) Watches() []policy.Watch { return c.settings().Watches() }

// CheckTiming says where an alarm does not fit the metric's timing.
func (c *Components) CheckTiming(timing policy.Timing) []problem.Problem {
	return c.settings().CheckTiming(timing)
}

// Fill writes the defaults that depend on the metric's timing into what was left out.
func (c *Components) Fill(timing policy.Timing) {
	s := c.settings()
	s.Fill(timing)
	c.Assume = s.Assume
}

// Platform is what the endpoint does by itself: it keeps instances for the copies.
func (c *Components) Platform() policy.Platform {
	p := c.settings().Platform()
	m := c.Instances
	p.Hosts = &policy.Hosts{PerHost: c.PerInstance, Min: m.Min, Max: m.Max, IdleAfter: m.IdleAfter, Cooldown: m.Cooldown, MaxStep: m.MaxStep,
		Consolidates: m.ScaleIn == "consolidation"}
	return p
}

// New is the scaler of one run.
func (c *Components) New(run policy.Run) policy.Scaler { return c.settings().New(run) }
