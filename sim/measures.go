package sim

import (
	"time"

	"headroom/policy"
)

// measure is how one metric is read off the world: the value of one period from what was counted at its two ends.
// It returns false when the metric has no value for such a period (semantics: "no point").
type measure struct {
	name  string
	unit  string
	value func(p *period) bool
	// fast is the period and the delay of a high-resolution metric, which has its own unless said otherwise; 0: the common ones.
	fast time.Duration
}

// period is what was counted between the two ends of a metric's period, and the point that comes of it.
type period struct {
	seconds                       float64
	attempts, failedAttempts      int64
	timedOut, noCapacity          int64   // failed attempts of these causes
	perInstance                   float64 // Σ 1 ÷ instances in service over attempts
	busy, active, queued, serving float64 // areas, in seconds × count
	busyAll                       float64
	warmBusy, warmActive, warming float64 // of busy, active and serving, those that warm up
	waiting, inService            int64   // at the end
	oldest                        float64 // seconds since the oldest of those waiting came
	latency                       *samples
	service                       *Service
	cores, gpus                   float64 // what CPU and GPU utilisation are multiplied by
	point                         policy.Point
	idle                          bool // nothing happened in it
	demand                        onDemandPeriod
}

// measures are all metrics that exist, as docs/model.md lists them: what each is, and what it cannot see. The first are those of
// any service; then come, under their vendor's names, those of one.
func measures() []measure { return append(fleetMeasures(), onDemandMeasures()...) }

// fleetMeasures are those of instances and their requests.
func fleetMeasures() []measure {
	return append([]measure{
		// Attempts that arrived, retries and rejected ones included; it cannot see how long they take.
		{"Invocations", "per period", func(p *period) bool {
			p.idle = p.attempts == 0
			return p.each(float64(p.attempts))
		}, 0},
		// Per minute, whatever the period. Rejected attempts and retries count; it cannot see that requests got slower.
		{"InvocationsPerInstance", "per minute", (*period).share, 0},
		// Requests held (waiting in queues and in service) per instance. It sees slow services and full queues, not
		// what was rejected.
		{"ConcurrentRequestsPerModel", "requests", (*period).held, 10 * time.Second},
		// Wait on the instance and service of attempts completed in the period, µs. It cannot see a shared queue, backoff,
		// attempts that failed, or those that still wait.
		{"ModelLatency", "µs", (*period).modelLatency, 0},
		// What busy slots cost of the cores. It stops at 100 % of the box: queues and rejections are invisible.
		{"CPUUtilization", "%", (*period).cpu, 0},
		// The same of the GPUs; with `any` one busy slot reads as a full GPU.
		{"GPUUtilization", "%", func(p *period) bool { return p.use(p.service.Uses.GPU, p.gpus) }, 0},
		// Linear in the busy slots. It stops when all are busy.
		{"MemoryUtilization", "%", (*period).memory, 0},
		// Waiting in queues at the period's end; not those in service or in backoff.
		{"ApproximateBacklogSize", "requests", func(p *period) bool {
			p.idle = p.waiting == 0
			return p.one(float64(p.waiting), p.seconds, float64(p.waiting)*float64(p.inService))
		}, 0},
		// The same ÷ instances in service then; with none in service the backlog itself.
		{"ApproximateBacklogSizePerInstance", "requests", func(p *period) bool {
			p.idle = p.waiting == 0
			return p.one(float64(p.waiting)/float64(max(1, p.inService)), p.seconds, float64(p.waiting*min(1, p.inService)))
		}, 0},
		// Attempts that failed in the period, whatever the cause.
		{"Invocation5XXErrors", "per period", func(p *period) bool {
			p.idle = p.failedAttempts == 0
			return p.each(float64(p.failedAttempts))
		}, 0},
	}, vendors()...)
}

// vendors are the metrics that only some services have, by their vendor's names.
func vendors() []measure {
	return []measure{
		// SageMaker inference components: of copies what the plain ones are of instances.
		{"InvocationsPerCopy", "per minute", (*period).share, 0},
		{"ConcurrentRequestsPerCopy", "requests", (*period).held, 10 * time.Second},
		// Attempts that found no copy in service; it cannot see how many would have come.
		{"NoCapacityInvocationFailures", "per period", func(p *period) bool {
			p.idle = p.noCapacity == 0
			return p.each(float64(p.noCapacity))
		}, 0},
		// SageMaker asynchronous endpoints. 1 when requests wait at the period's end and nobody is in service; not how many.
		{"HasBacklogWithoutCapacity", "0 or 1", func(p *period) bool {
			p.idle = p.waiting == 0
			if p.waiting > 0 && p.inService == 0 {
				return p.one(1, p.seconds, 0)
			}
			return p.one(0, p.seconds, 0)
		}, 0},
		// How long the oldest of those waiting at the period's end has waited; not how many are behind it.
		{"ApproximateAgeOfOldestRequest", "s", func(p *period) bool {
			p.idle = p.waiting == 0
			return p.one(p.oldest, p.seconds, p.oldest*float64(p.inService))
		}, 0},
		// Attempts whose time was up.
		{"ExpiredRequests", "per period", func(p *period) bool {
			p.idle = p.timedOut == 0
			return p.each(float64(p.timedOut))
		}, 0},
		// Load balancers: as InvocationsPerInstance, but nothing is published where no request reached a target.
		{"RequestCountPerTarget", "per minute", func(p *period) bool { return p.share() && !p.nothing(p.perInstance == 0) }, 0},
		// ECS: the same as CPUUtilization and MemoryUtilization, three times a minute.
		{"ECSServiceAverageCPUUtilizationHighResolution", "%", (*period).cpu, 20 * time.Second},
		{"ECSServiceAverageMemoryUtilizationHighResolution", "%", (*period).memory, 20 * time.Second},
		// Databases: connections are requests held, once a minute.
		{"DatabaseConnections", "connections", (*period).held, 0},
		// Slots busy ÷ slots in service, under many names. They stop when all are busy: queues and rejections are invisible.
		{"LambdaProvisionedConcurrencyUtilization", "0 to 1", func(p *period) bool { return p.slots(1) && !p.nothing(p.busy == 0) }, 0},
		{"ServerlessProvisionedConcurrencyUtilization", "0 to 1", func(p *period) bool { return p.slots(1) }, 0},
		{"DynamoDBReadCapacityUtilization", "%", (*period).consumed, 0},
		{"DynamoDBWriteCapacityUtilization", "%", (*period).consumed, 0},
		{"CassandraReadCapacityUtilization", "%", (*period).consumed, 0},
		{"CassandraWriteCapacityUtilization", "%", (*period).consumed, 0},
		{"InferenceUtilization", "%", func(p *period) bool { return p.slots(100) }, 0},
		{"CapacityUtilization", "%", func(p *period) bool { return p.slots(100) }, 0},
		{"UserSessionsCapacityUtilization", "%", func(p *period) bool { return p.slots(100) }, 0},
	}
}

// nothing says that nothing happened in the period, and nothing is published for it.
func (p *period) nothing(is bool) bool {
	p.idle = is
	return is
}

// share is the attempts per instance in service and minute.
func (p *period) share() bool {
	p.idle = p.attempts == 0
	perMinute := 60 / p.seconds
	return p.one(p.perInstance*perMinute, p.seconds, float64(p.attempts)*perMinute)
}

// held is the requests in service and waiting per instance in service.
func (p *period) held() bool {
	p.idle = p.busyAll+p.queued == 0
	if p.serving == 0 {
		return false
	}
	load := p.busyAll + p.queued
	return p.one(load/p.serving, p.serving, load/p.seconds)
}

// cpu is the busy share of the cores.
func (p *period) cpu() bool { return p.use(p.service.Uses.CPU, p.cores) }

// slots is the busy share of the slots in service, all of them being full.
func (p *period) slots(full float64) bool {
	p.idle = p.busy == 0
	if p.serving == 0 {
		return false
	}
	v := full * p.busy / (p.serving * float64(p.service.Concurrency))
	return p.one(v, p.serving, v*p.serving/p.seconds)
}

// consumed is the capacity consumed of that provisioned, in percent: what consumes nothing publishes nothing.
func (p *period) consumed() bool { return p.slots(100) && !p.nothing(p.busy == 0) }

// one is a point with one sample.
func (p *period) one(value, weight, load float64) bool {
	p.point.Value, p.point.Weight, p.point.Load = value, weight, load
	p.point.Sum, p.point.Min, p.point.Max, p.point.Count = value, value, value, 1
	return true
}

// each is a point whose load is the value × the instances in service.
func (p *period) each(value float64) bool {
	return p.one(value, p.seconds, value*p.serving/p.seconds)
}

// modelLatency is the point of the durations that completed in the period; Load is n × value like any metric's.
func (p *period) modelLatency() bool {
	s := p.latency
	p.idle = s == nil
	if s == nil {
		return false
	}
	mean := float64(s.sum) / float64(s.count) / 1e3
	p.point.Value, p.point.Weight = mean, float64(s.count)
	p.point.Sum, p.point.Count = float64(s.sum)/1e3, float64(s.count)
	p.point.Min, p.point.Max = float64(s.min)/1e3, float64(s.max)/1e3
	p.point.Load = mean * p.serving / p.seconds
	if s.keep {
		p.point.Samples = s.hist.Clone()
	}
	return true
}

// memory is linear in the busy slots.
func (p *period) memory() bool {
	m := p.service.Uses.Memory
	busy, serving := p.busy-p.warmBusy, p.serving-p.warming
	p.idle = busy == 0
	if serving == 0 {
		return false
	}
	share := busy / (serving * float64(p.service.Concurrency))
	v := 100 * (float64(m.Rest) + (float64(m.Busy)-float64(m.Rest))*share)
	return p.one(v, serving, v*serving/p.seconds)
}

// use is the utilisation that busy slots make of a resource, in percent × what is counted.
func (p *period) use(u Use, counted float64) bool {
	busy, serving := p.busy-p.warmBusy, p.serving-p.warming
	p.idle = busy == 0
	if serving == 0 {
		return false
	}
	share := (p.active - p.warmActive) / serving
	if !u.Any {
		share = float64(u.Share) * busy / (serving * float64(p.service.Concurrency))
	}
	v := 100 * counted * share
	return p.one(v, serving, v*serving/p.seconds)
}
