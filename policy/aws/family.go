package aws

import (
	"fmt"

	"headroom/policy"
)

// Start is the least capacity.
func (s *Settings) Start() int { return s.Min }

// Metrics are the names of the service's metrics.
func (s *Settings) Metrics() []string { return names(s.Service) }

// Watches are the metrics that the policies look at.
func (s *Settings) Watches() []policy.Watch {
	var all []policy.Watch
	for i, p := range s.Policies {
		path := fmt.Sprintf("policies.%d", i)
		switch {
		case p.TargetTracking != nil:
			path += ".target-tracking"
			all = append(all, policy.Watch{Metric: p.TargetTracking.Metric, At: path + ".metric", Policy: path, Period: p.TargetTracking.Alarm.Period})
		case p.Step != nil:
			path += ".step"
			all = append(all, policy.Watch{Metric: p.Step.Alarm.Metric, At: path + ".alarm.metric", Policy: path, Period: p.Step.Alarm.Period})
		}
	}
	return all
}

// Platform is what the service does by itself.
func (s *Settings) Platform() policy.Platform {
	v := serviceOf(s.Service)
	return policy.Platform{Name: s.Service, CoresCounted: v.cores, Slots: v.slots, Queue: v.queue, Unit: v.unit}
}
