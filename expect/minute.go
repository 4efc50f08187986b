package expect

import (
	"math"
	"slices"

	"headroom/sim"
)

// An outcome is what one minute says to an expectation.
type outcome int

const (
	uncounted outcome = iota
	kept
	missed
)

// minute judges one whole minute, whatever share of them must hold.
func (a Ask) minute(r *sim.Result, m *sim.Minute) outcome {
	if a.Measure.Money() {
		return uncounted
	}
	everyMinute := a.Measure.Of == Instances || a.Measure.Of == InstancesMax || a.Measure.Of == Utilization
	if !everyMinute && m.Served == 0 && m.Failed == 0 && m.Waiting == 0 {
		return uncounted
	}
	if a.Measure.Time() && m.Served == 0 {
		return missed
	}
	x := InMinute(a.Measure, r, m)
	switch {
	case math.IsNaN(x) && everyMinute:
		return kept // no slot in service has no utilization to be wrong
	case math.IsNaN(x):
		return uncounted
	case a.holds(x):
		return kept
	}
	return missed
}

// InMinute is the measure of one minute of a run (but of money): nanoseconds, a share or a number; NaN if it does not exist.
func InMinute(m Measure, r *sim.Result, minute *sim.Minute) float64 {
	switch m.Of {
	case Latency:
		return ofMinute(m, r, minute.Mean, float64(minute.Max), minute.Latency, minute)
	case Wait:
		return ofMinute(m, r, minute.WaitMean, float64(minute.WaitMax), minute.Wait, minute)
	case Failed:
		return ratio(minute.Failed, minute.Served+minute.Failed)
	case Availability:
		return ratio(minute.Served, minute.Served+minute.Failed)
	case Retries:
		return ratio(minute.Retries, minute.Attempts)
	case Cold:
		return ratio(minute.Cold, minute.Invoked)
	case Throttled:
		return ratio(minute.Throttled, minute.Throttled+minute.Invoked)
	case Utilization:
		return minute.Utilization
	case Instances:
		return minute.ServingMean
	case InstancesMax:
		return float64(minute.ServingMax)
	case InFlight:
		return minute.InFlight
	}
	return math.NaN()
}

// ofMinute is a statistic of the latencies or waits of one minute; NaN if nothing was served or it was not kept.
func ofMinute[D ~int64](m Measure, r *sim.Result, mean, largest float64, quantiles []D, minute *sim.Minute) float64 {
	if minute.Served == 0 {
		return math.NaN()
	}
	switch m.Stat {
	case Mean:
		return mean
	case Max:
		if largest < 0 {
			return math.NaN()
		}
		return largest
	}
	i, ok := slices.BinarySearch(r.Config.Quantiles, m.Q)
	if !ok || i >= len(quantiles) {
		return math.NaN()
	}
	q := float64(quantiles[i])
	if largest >= 0 {
		q = min(q, largest)
	}
	return q
}
