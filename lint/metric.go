package lint

import (
	"math"
	"slices"
	"strings"

	"headroom/policy/aws"
	"headroom/sim"
)

// A reading is how a metric follows from the traffic.
type reading int

const (
	other   reading = iota
	share           // attempts per instance and minute
	held            // requests in service and waiting, per instance
	used            // busy share of a resource (service.uses)
	memory          // linear in the busy slots, from a rest
	ofSlots         // busy slots ÷ slots
)

// readings are those of all metrics that follow from the traffic at all.
var readings = map[string]reading{
	"InvocationsPerInstance": share, "InvocationsPerCopy": share, "RequestCountPerTarget": share,
	"ConcurrentRequestsPerModel": held, "ConcurrentRequestsPerCopy": held, "DatabaseConnections": held,
	"CPUUtilization": used, "GPUUtilization": used, "ECSServiceAverageCPUUtilizationHighResolution": used,
	"MemoryUtilization": memory, "ECSServiceAverageMemoryUtilizationHighResolution": memory,
	"LambdaProvisionedConcurrencyUtilization": ofSlots, "ServerlessProvisionedConcurrencyUtilization": ofSlots,
	"InferenceUtilization": ofSlots, "CapacityUtilization": ofSlots, "UserSessionsCapacityUtilization": ofSlots,
	"DynamoDBReadCapacityUtilization": ofSlots, "DynamoDBWriteCapacityUtilization": ofSlots,
	"CassandraReadCapacityUtilization": ofSlots, "CassandraWriteCapacityUtilization": ofSlots,
}

// silences are the metrics that have no points while nothing happens, latencies aside.
var silences = []string{"RequestCountPerTarget", "LambdaProvisionedConcurrencyUtilization", "DynamoDBReadCapacityUtilization",
	"DynamoDBWriteCapacityUtilization", "CassandraReadCapacityUtilization", "CassandraWriteCapacityUtilization"}

// cores is what a utilisation of 100 % of the box reads, ÷ 100.
func (s *scene) cores(metric string) float64 {
	switch {
	case !s.view.coresCounted:
	case metric == "CPUUtilization":
		return float64(max(1, s.Fleet.VCPUs))
	case metric == "GPUUtilization":
		return float64(max(1, s.Fleet.GPUs))
	}
	return 1
}

// use is what a utilisation rests on; nil for other metrics.
func (s *scene) use(metric string) *sim.Use {
	switch {
	case readings[metric] != used:
		return nil
	case metric == "GPUUtilization":
		return &s.Service.Uses.GPU
	}
	return &s.Service.Uses.CPU
}

// reach is the highest value that a metric can have, in its own unit: +Inf where nothing bounds it.
func (s *scene) reach(metric string) float64 {
	own := s.Service.Queue.Own
	bounded := s.Service.Queue.Shared == nil && own != sim.Unlimited
	switch r := readings[metric]; {
	case r == used:
		return 100 * s.cores(metric) * float64(s.use(metric).Share)
	case r == memory:
		m := s.Service.Uses.Memory
		return 100 * float64(max(m.Rest, m.Busy))
	case r == ofSlots && kindOf(metric) == aws.Ratio:
		return 1
	case r == ofSlots:
		return 100
	case r == held && bounded:
		return s.slots + float64(own)
	case metric == "ApproximateBacklogSizePerInstance" && bounded:
		return float64(own)
	}
	return math.Inf(1)
}

// rest is the lowest value that a metric can have.
func (s *scene) rest(metric string) float64 {
	if readings[metric] == memory {
		m := s.Service.Uses.Memory
		return 100 * float64(min(m.Rest, m.Busy))
	}
	return 0
}

// want is how many instances hold a rate at a level of a metric, as a fraction: what target tracking rounds up. NaN where the
// metric is not in proportion to the traffic.
func (s *scene) want(metric string, level, rate float64) float64 {
	switch readings[metric] {
	case used:
		if s.use(metric).Any {
			return math.NaN()
		}
		return s.fits(rate) * s.reach(metric) / level
	case ofSlots:
		return s.fits(rate) * s.reach(metric) / level
	case share:
		return 60 * rate / level
	case held:
		return s.busy(rate) / level
	case memory:
		m := s.Service.Uses.Memory
		if rise := 100 * float64(m.Busy-m.Rest); rise > 0 && level > s.rest(metric) {
			return s.fits(rate) * rise / (level - s.rest(metric))
		}
	}
	return math.NaN()
}

// busyAt is the share of its slots that an instance has busy when a metric is at a level; NaN as with want.
func (s *scene) busyAt(metric string, level float64) float64 {
	return 1 / s.want(metric, level, s.each())
}

// wants is what the tracking policies want for a rate, at most; 0 where none tracks the traffic.
func (s *scene) wants(rate float64) (most float64) {
	for i := range s.view.policies {
		if r := &s.view.policies[i]; r.tracking != nil {
			if w := s.want(r.metric, r.level, rate); w > most {
				most = w
			}
		}
	}
	return most
}

// fleet is how many instances there are at least when a rate has lasted: what tracking wants, in the limits.
func (s *scene) fleet(rate float64, l limit) int {
	return max(l.min.n, min(l.max.n, up(s.wants(rate))))
}

// silent tells whether a metric has no points while nothing happens.
func (s *scene) silent(metric string) bool {
	if idle := s.Metrics.Each[metric].Idle; idle != "" {
		return idle == "missing"
	}
	return kindOf(metric) == aws.Latency || slices.Contains(silences, metric)
}

// advised is a metric of this service that falls when instances rise, and a target for it: half of what one instance can serve,
// which is AWS's own first safety factor; "" if the service has none.
func (s *scene) advised() (metric string, target float64) {
	for _, metric := range s.view.metrics {
		if readings[metric] == share {
			return metric, s.half()
		}
	}
	for _, metric := range s.view.metrics {
		switch {
		case metric == "ApproximateBacklogSizePerInstance":
			return metric, 5 // AWS's own example
		case readings[metric] == ofSlots, readings[metric] == used && !s.use(metric).Any:
			return metric, 0.5 * s.reach(metric)
		}
	}
	return "", 0
}

// tracked is a target-tracking block on the advised metric, for an edit.
func (s *scene) tracked(name string) string {
	metric, target := s.advised()
	return block(name, metric, target)
}

// block is a target-tracking block for an edit.
func block(name, metric string, target float64) string {
	head := "{"
	if name != "" {
		head += "name: " + name + ", "
	}
	return head + "metric: " + metric + ", target: " + number(target) + "}"
}

// half of what one instance can serve, per minute.
func (s *scene) half() float64 { return round2(30 * s.each()) }

// others tells whether another policy than r tracks a metric already.
func (s *scene) others(r *rule, metric string) bool {
	return slices.ContainsFunc(s.view.policies, func(o rule) bool { return o.tracking != nil && o.path != r.path && o.metric == metric })
}

// replaced is an edit that makes a policy look at the advised metric; if another does, or there is none, the policy goes.
func (s *scene) replaced(r *rule) string {
	metric, target := s.advised()
	switch {
	case metric == "" || s.others(r, metric) || r.tracking != nil && metric == r.metric:
		return r.item + "=off"
	case r.step != nil:
		return r.at("alarm") + "={metric: " + metric + ", above: " + number(target) + "}"
	}
	return strings.TrimSuffix(r.at(""), ".") + "=" + block(r.tracking.Name, metric, target)
}
