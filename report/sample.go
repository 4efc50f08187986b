package report

import (
	"math"
	"math/big"
	"time"

	"headroom/expect"
	"headroom/policy"
	"headroom/sim"
)

// A Sample is what every run of many leaves for its report: its numbers and its verdicts. It is small; a whole Result need
// be kept of the first run only.
type Sample struct {
	values   []float64 // in the order of measures; NaN: does not exist
	Verdicts []expect.Verdict
}

// Take reads a run.
func Take(asks []expect.Ask, r *sim.Result) Sample {
	s := Sample{values: make([]float64, len(measures)), Verdicts: expect.Judge(asks, r)}
	for i, m := range measures {
		s.values[i] = m.of(r)
	}
	return s
}

// Value is a number of the result by its path in it, such as "latency_s.p99"; NaN if it does not exist.
func (s Sample) Value(path string) float64 {
	i, ok := position[path]
	if !ok {
		panic("report: no number is called " + path)
	}
	return s.values[i]
}

// Paths are the paths of all numbers of a result, in the order in which it holds them.
func Paths() []string {
	paths := make([]string, len(measures))
	for i, m := range measures {
		paths[i] = m.path
	}
	return paths
}

// A measure is one number of the result.
type measure struct {
	path string
	of   func(*sim.Result) float64
}

var (
	measures = join(requestMeasures(), summaryMeasures("latency_s", expect.Latency), summaryMeasures("wait_s", expect.Wait),
		fleetMeasures(), hostMeasures(), moneyMeasures(), scalingMeasures())
	position = index(measures)
)

func join(lists ...[]measure) (all []measure) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func index(ms []measure) map[string]int {
	at := make(map[string]int, len(ms))
	for i, m := range ms {
		at[m.path] = i
	}
	return at
}

func requestMeasures() []measure {
	count := func(path string, of func(*sim.Requests) int64) measure {
		return measure{"requests." + path, func(r *sim.Result) float64 { return float64(of(&r.Requests)) }}
	}
	onDemand := func(path string, of func(*sim.Requests) int64) measure {
		return measure{"requests." + path, func(r *sim.Result) float64 {
			if r.Config.Platform.OnDemand == nil {
				return math.NaN()
			}
			return float64(of(&r.Requests))
		}}
	}
	return []measure{
		count("offered", func(q *sim.Requests) int64 { return q.Offered }),
		count("carried_in", func(q *sim.Requests) int64 { return q.CarriedIn }),
		count("served", func(q *sim.Requests) int64 { return q.Served }),
		count("failed", func(q *sim.Requests) int64 { return q.Failed }),
		count("failed_by.rejected", func(q *sim.Requests) int64 { return q.FailedBy.Rejected }),
		count("failed_by.timeout", func(q *sim.Requests) int64 { return q.FailedBy.Timeout }),
		count("failed_by.no_capacity", func(q *sim.Requests) int64 { return q.FailedBy.NoCapacity }),
		count("failed_by.instance_lost", func(q *sim.Requests) int64 { return q.FailedBy.InstanceLost }),
		{"requests.failed_by.error", func(r *sim.Result) float64 {
			if r.Config.Fleet.StartUp.Ready == nil {
				return math.NaN()
			}
			return float64(r.Requests.FailedBy.Error)
		}},
		onDemand("failed_by.throttled", func(q *sim.Requests) int64 { return q.FailedBy.Throttled }),
		onDemand("cold", func(q *sim.Requests) int64 { return q.Cold }),
		count("waiting_at_end", func(q *sim.Requests) int64 { return q.WaitingAtEnd }),
		count("in_service_at_end", func(q *sim.Requests) int64 { return q.InServiceAtEnd }),
		count("retries", func(q *sim.Requests) int64 { return q.Retries }),
		{"requests.wasted_s", func(r *sim.Result) float64 { return r.Requests.Wasted.Seconds() }},
	}
}

// summaryMeasures are of the latencies or the waits, in seconds.
func summaryMeasures(name string, of expect.Quantity) []measure {
	stat := func(path string, m expect.Measure) measure {
		m.Of = of
		return measure{name + "." + path, func(r *sim.Result) float64 { return expect.Whole(m, r) / float64(time.Second) }}
	}
	quantile := func(path string, q float64) measure {
		return stat(path, expect.Measure{Stat: expect.Quantile, Q: q})
	}
	return []measure{
		stat("mean", expect.Measure{Stat: expect.Mean}),
		quantile("p50", .5), quantile("p90", .9), quantile("p95", .95), quantile("p99", .99), quantile("p999", .999),
		stat("max", expect.Measure{Stat: expect.Max}),
	}
}

func fleetMeasures() []measure {
	return []measure{
		{"instances.min", func(r *sim.Result) float64 { return float64(r.ServingMin) }},
		{"instances.mean", func(r *sim.Result) float64 { return r.ServingMean }},
		{"instances.max", func(r *sim.Result) float64 { return float64(r.ServingMax) }},
		{"instances.hours", func(r *sim.Result) float64 {
			return r.Hours.Starting + r.Hours.Serving + r.Hours.Draining + r.Hours.Pool
		}},
		{"instances.hours_by_state.starting", func(r *sim.Result) float64 { return r.Hours.Starting }},
		{"instances.hours_by_state.serving", func(r *sim.Result) float64 { return r.Hours.Serving }},
		{"instances.hours_by_state.draining", func(r *sim.Result) float64 { return r.Hours.Draining }},
		{"instances.hours_by_state.pool", func(r *sim.Result) float64 {
			if r.Config.Platform.Pool == nil {
				return math.NaN()
			}
			return r.Hours.Pool
		}},
		{"utilization", func(r *sim.Result) float64 { return r.Utilization }},
	}
}

// hostMeasures are of the machines under copies of a model.
func hostMeasures() []measure {
	of := func(path string, f func(*sim.HostCounts) float64) measure {
		return measure{"instances.hosts." + path, func(r *sim.Result) float64 {
			if r.Hosts == nil {
				return math.NaN()
			}
			return f(r.Hosts)
		}}
	}
	return []measure{
		of("min", func(h *sim.HostCounts) float64 { return float64(h.Min) }),
		of("mean", func(h *sim.HostCounts) float64 { return h.Mean }),
		of("max", func(h *sim.HostCounts) float64 { return float64(h.Max) }),
		of("hours", func(h *sim.HostCounts) float64 { return h.Hours }),
	}
}

func moneyMeasures() []measure {
	money := func(path string, of expect.Quantity) measure {
		return measure{"cost." + path, func(r *sim.Result) float64 { return expect.Money(of, r) }}
	}
	paid := func(name string, of func(*sim.CostBy) *big.Rat) measure {
		return measure{"cost.by." + name, func(r *sim.Result) float64 {
			amount := of(&r.Cost.By)
			if amount == nil {
				return math.NaN() // not a part of this bill
			}
			x, _ := amount.Float64()
			return x
		}}
	}
	return []measure{
		money("total", expect.Cost),
		paid("instances", func(by *sim.CostBy) *big.Rat { return by.Instances }),
		paid("compute", func(by *sim.CostBy) *big.Rat { return by.Compute }),
		paid("requests", func(by *sim.CostBy) *big.Rat { return by.Requests }),
		paid("data", func(by *sim.CostBy) *big.Rat { return by.Data }),
		paid("provisioned", func(by *sim.CostBy) *big.Rat { return by.Provisioned }),
		paid("storage", func(by *sim.CostBy) *big.Rat { return by.Storage }),
		money("per_1000", expect.CostPer1000), money("per_month", expect.CostPerMonth),
	}
}

func scalingMeasures() []measure {
	ms := []measure{
		{"scaling.out", func(r *sim.Result) float64 { return float64(r.Scaling.Out) }},
		{"scaling.in", func(r *sim.Result) float64 { return float64(r.Scaling.In) }},
	}
	for _, h := range policy.Holds() {
		ms = append(ms, measure{"scaling.held_by." + string(h), func(r *sim.Result) float64 { return float64(r.Scaling.HeldBy[h]) }})
	}
	return ms
}

// over is a number of the report: of one run as it is, of many with its interval.
func over(samples []Sample, path string) Number {
	if len(samples) == 1 {
		return Plain(samples[0].Value(path))
	}
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = s.Value(path)
	}
	return Over(values)
}

// measured is what an expectation measured, over the runs.
func measured(samples []Sample, ask int) Number {
	if len(samples) == 1 {
		return Plain(samples[0].Verdicts[ask].Measured)
	}
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = s.Verdicts[ask].Measured
	}
	return Over(values)
}

// finite is x, or NaN where a division went wrong.
func finite(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}
