package report

import (
	"fmt"
	"math"

	"headroom/policy"
	"headroom/sim"
	"headroom/traffic"
)

// BatchMeans are intervals from one run of a stationary question (constant traffic on a fixed fleet): the run is cut into long
// batches whose means are nearly independent, and Student's t is taken over them. An interval from the variance of single
// requests would be wrong, since neighbours wait alike: at 90 % load a nominal 95 % then covers 9 %.
type BatchMeans struct {
	Batches int    `json:"batches"`
	Latency Number `json:"latency_mean_s"`
	Wait    Number `json:"wait_mean_s"`
	Warning string `json:"warning,omitempty"`
}

// batches is how many; more are shorter and less independent (Law; measured in theory of simulation output).
const batches = 20

// enough requests for batch means to cover what they say at high load.
const enough = 100_000

// batchMeans of a run; nil if the question is not stationary or too short for batches of a minute.
func batchMeans(r *sim.Result) *BatchMeans {
	if !stationary(&r.Config) || len(r.Minutes) < batches {
		return nil
	}
	long := len(r.Minutes) / batches
	latency, wait := make([]float64, batches), make([]float64, batches)
	for b := range batches {
		var served, l, w float64
		for _, m := range r.Minutes[b*long : (b+1)*long] {
			n := float64(m.Served)
			served, l, w = served+n, l+n*m.Mean/1e9, w+n*m.WaitMean/1e9
		}
		latency[b], wait[b] = l/served, w/served
	}
	out := &BatchMeans{Batches: batches, Latency: Over(latency), Wait: Over(wait)}
	if r.Utilization > 0.7 && r.Requests.Served < enough {
		out.Warning = fmt.Sprintf("%s at %s utilization are too few: the interval covers less than it says; a longer run or --runs covers it",
			Count(float64(r.Requests.Served))+" requests", Percent(r.Utilization))
	}
	return out
}

// stationary: nothing changes with time but by chance.
func stationary(c *sim.Config) bool {
	if c.Scaler == nil || c.Traffic == nil {
		return false
	}
	if _, fixed := c.Scaler().(policy.Fixed); !fixed || len(c.Service.Events) > 0 || len(c.Fleet.Failures) > 0 {
		return false
	}
	p := c.Traffic.Profile(c.Source)
	return p != nil && p.Next(math.MinInt64/2) == traffic.Forever && p.Rate(0) > 0
}

// intervals are the items of a single run's line about them.
func (b *BatchMeans) intervals() []string {
	return []string{"mean latency " + say(b.Latency, Lapse), "mean wait " + say(b.Wait, Lapse), fmt.Sprintf("95%% by %d batch means", b.Batches)}
}
