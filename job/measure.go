package job

import (
	"math"
	"math/big"
	"time"
)

// Cost of a run in currency units: price × charged time × instances, exact, rounded once.
func (s *Settings) Cost(o Outcome) float64 {
	price := s.Paid()
	x := price.Hourly()
	x.Mul(x, big.NewRat(int64(o.Billed), int64(time.Hour)))
	x.Mul(x, big.NewRat(int64(s.Instances), 1))
	cost, _ := x.Float64()
	return cost
}

// Each is a number of every run.
func (a *Answer) Each(of func(Outcome) float64) []float64 {
	xs := make([]float64, len(a.Runs))
	for k, o := range a.Runs {
		xs[k] = of(o)
	}
	return xs
}

// Share is the part of the runs of which something is true, 0…1.
func (a *Answer) Share(is func(Outcome) bool) float64 {
	n := 0
	for _, o := range a.Runs {
		if is(o) {
			n++
		}
	}
	return float64(n) / float64(len(a.Runs))
}

// Completions are the completion times in seconds, +Inf where a run does not finish.
func (a *Answer) Completions() []float64 {
	return a.Each(func(o Outcome) float64 {
		if !o.Finished {
			return math.Inf(1)
		}
		return o.End.Seconds()
	})
}

// Costs are what the runs cost.
func (a *Answer) Costs() []float64 { return a.Each(a.Settings.Cost) }

// Finished is the share of runs that finish.
func (a *Answer) Finished() float64 { return a.Share(func(o Outcome) bool { return o.Finished }) }

// Met tells whether a run finishes by the deadline; never where there is none.
func (a *Answer) Met(o Outcome) bool {
	return o.Finished && a.Settings.Deadline != nil && o.End <= *a.Settings.Deadline
}

// Plain is the same job on demand, as an answer of its own.
func (a *Answer) Plain() *Answer {
	plain := a.Settings.OnDemand()
	return &Answer{Settings: plain, Runs: a.OnDemand, OnDemand: a.OnDemand}
}

// Saved is 1 − mean cost ÷ mean cost on demand.
func (a *Answer) Saved() float64 { return 1 - Mean(a.Costs())/Mean(a.Plain().Costs()) }

// Mean of numbers, added up in their order.
func Mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}
