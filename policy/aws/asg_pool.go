package aws

import (
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/problem"
	"headroom/unit"
)

// WarmPool is a group's warm pool. It holds max(min-size, (max-prepared, else max) − desired) instances, each launched and prepared like
// any other ([EC2-2023]:ec2-auto-scaling-warm-pools).
type WarmPool struct {
	State        string               `yaml:"state" enum:"stopped|running|hibernated" default:"stopped" doc:"how prepared instances wait: stopped and hibernated ones cost their storage, running ones their full price"`
	MinSize      int                  `yaml:"min-size" default:"0" check:"min=0,max=100000" doc:"least size of the pool"`
	MaxPrepared  *int                 `yaml:"max-prepared" check:"min=0,max=100000" doc:"most instances of the group and the pool together (MaxGroupPreparedCapacity); max if it is left out"`
	Reuse        bool                 `yaml:"reuse-on-scale-in" default:"false" doc:"removed instances go back to the pool instead of being terminated"`
	StartUp      *chance.Distribution `yaml:"start-up" doc:"from the pool into service, hooks included; 0s for running ones if it is left out"`
	StoragePrice *unit.Price          `yaml:"storage-price" doc:"of a stopped instance's volumes, such as 2.4 USD/month for 30 GB; nothing if it is left out"`
}

// LifecycleHooks are those of a group.
type LifecycleHooks struct {
	Launch    *LaunchHook    `yaml:"launch" doc:"after start-up and before InService; the instance is charged and counts nowhere"`
	Terminate *TerminateHook `yaml:"terminate" doc:"after it has drained and before it is gone; the instance is charged"`
}

// LaunchHook is a hook on EC2_INSTANCE_LAUNCHING.
type LaunchHook struct {
	Time    chance.Distribution `yaml:"time" required:"true" doc:"until the hook is completed, drawn by launch number"`
	Timeout time.Duration       `yaml:"timeout" default:"3600s" check:"min=30s,max=7200s" doc:"HeartbeatTimeout: then the default result holds"`
	Default string              `yaml:"default" enum:"abandon|continue" default:"abandon" doc:"at the timeout: terminated and launched anew, or into service all the same"`
}

// TerminateHook is a hook on EC2_INSTANCE_TERMINATING. Whatever its default result, the instance goes at the timeout.
type TerminateHook struct {
	Time    chance.Distribution `yaml:"time" required:"true" doc:"until the hook is completed, drawn by launch number"`
	Timeout time.Duration       `yaml:"timeout" default:"3600s" check:"min=30s,max=7200s" doc:"HeartbeatTimeout: then it goes in any case"`
}

// Check says what a pool's keys cannot mean together.
func (w *WarmPool) Check() []problem.Problem {
	var out report
	if w.State != "running" && w.StartUp == nil {
		out.add("start-up", "the time from the pool into service: "+w.State+" instances must start again", "nothing", "state", "start-up")
	}
	if w.State == "running" && w.StoragePrice != nil {
		out.add("storage-price", "only with state: stopped or hibernated: running instances cost their full price", w.StoragePrice.String(), "state", "storage-price")
	}
	return out
}

// pool is the warm pool as the platform has it; nil: none.
func (g *Group) pool() *policy.Pool {
	w := g.WarmPool
	if w == nil {
		return nil
	}
	return &policy.Pool{Running: w.State == "running", MinSize: w.MinSize, Prepared: w.MaxPrepared, Reuse: w.Reuse,
		StartUp: *orDefault(w.StartUp, chance.Fixed(0)), Storage: w.StoragePrice}
}

// hooks are the lifecycle hooks as the platform has them.
func (g *Group) hooks() (h policy.Hooks) {
	if l := g.LifecycleHook.Launch; l != nil {
		h.Launch = &policy.Hook{Time: l.Time, Timeout: l.Timeout, Abandon: l.Default == "abandon"}
	}
	if t := g.LifecycleHook.Terminate; t != nil {
		h.Terminate = &policy.Hook{Time: t.Time, Timeout: t.Timeout}
	}
	return h
}
