package aws

import (
	"fmt"
	"strings"
	"time"

	"headroom/policy"
)

// Start is what the least capacity takes.
func (g *Group) Start() int { return g.instances(g.Min) }

// Metrics are the names of the metrics.
func (g *Group) Metrics() []string { return names(ASG) }

// Watches are the metrics that the policies look at.
func (g *Group) Watches() []policy.Watch {
	twins := Settings{Policies: g.twins()}
	ws := twins.Watches()
	for i := range ws {
		ws[i].At, ws[i].Policy = g.place(ws[i].At), strings.TrimSuffix(g.place(ws[i].Policy+"."), ".")
	}
	for i, p := range g.Policies {
		if p.Predictive != nil {
			path := fmt.Sprintf("policies.%d.predictive", i)
			ws = append(ws, policy.Watch{Metric: p.Predictive.Metric, At: path + ".metric", Policy: path})
		}
	}
	return ws
}

// Platform is what EC2 Auto Scaling does by itself.
func (g *Group) Platform() policy.Platform {
	p := policy.Platform{Name: ASG, WarmUps: map[string]time.Duration{}, Pool: g.pool(), Hooks: g.hooks(), Removal: g.Termination, Rebalance: true,
		Maintenance: g.Maintenance.platform(), MaxLifetime: *orDefault(g.MaxLifetime, 0)}
	simple := true // and nothing else
	for i := range g.Policies {
		switch q := &g.Policies[i]; {
		case q.Simple != nil:
			p.WarmUps[named(q.name(), groupPolicies, i)] = *orDefault(g.DefaultWarmUp, 0)
		case q.Step != nil:
			p.WarmUps[named(q.name(), groupPolicies, i)] = g.WarmUp(q.Step.WarmUp)
			simple = false
		case q.TargetTracking != nil:
			p.WarmUps[named(q.name(), groupPolicies, i)] = g.WarmUp(q.TargetTracking.WarmUp)
			simple = false
		case q.Predictive != nil:
			p.WarmUps[named(q.name(), groupPolicies, i)] = g.WarmUp(nil)
			simple = false
		}
	}
	if p.WarmUp = g.WarmUp(nil); simple {
		p.WarmUp = *orDefault(g.DefaultWarmUp, 0)
	}
	return p
}

// The lists in the scenario file.
const (
	groupPolicies  = "scaling.ec2-asg.policies"
	groupSchedules = "scaling.ec2-asg.schedules"
)
