package whatif

import (
	"context"
	"math"

	"headroom/report"
)

// The stages of AskUntil double: every look at the interval costs some of its coverage, so there are few of them.
const (
	firstStage = 10
	lastStage  = 5120
)

// AskUntil answers a question with as many runs as it takes: 10, 20, 40, … until the 95 % interval of each number that matters
// (mean latency, p99, failed requests, cost) is within the relative precision g of its mean, by Law's rule half ÷ |mean| ≤
// g ÷ (1 + g), or until 5,120 runs. The runs are those that Ask makes, so that more of them only add. It says whether it got there.
func AskUntil(ctx context.Context, run Simulator, q Question, g float64, cores int, progress func(done, of int)) (a Answer, reached bool, err error) {
	a = Answer{Question: q}
	for n := firstStage; ; n *= 2 {
		have := len(a.Samples)
		told := func(done int) {
			if progress != nil {
				progress(have+done, n)
			}
		}
		if err := extend(ctx, run, []*Answer{&a}, n, cores, told); err != nil {
			return Answer{}, false, err
		}
		if precise(a, g) {
			return a, true, nil
		}
		if 2*n > lastStage {
			return a, false, nil
		}
	}
}

// watched are the numbers that AskUntil waits for.
var watched = []string{"latency_s.mean", "latency_s.p99", "requests.failed", "cost.total"}

// precise says whether the interval of every watched number that exists is narrow enough.
func precise(a Answer, g float64) bool {
	for _, path := range watched {
		values := make([]float64, len(a.Samples))
		for k := range a.Samples {
			values[k] = a.Samples[k].Value(path)
		}
		n := report.Over(values)
		if n.Exists() && !math.IsNaN(n.Low) && (n.High-n.Low)/2 > g/(1+g)*math.Abs(n.Mean) {
			return false
		}
	}
	return true
}
