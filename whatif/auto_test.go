package whatif

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"headroom/sim"
)

// noisy is a simulator whose number of failures has mean 1000 and standard deviation 100.
func noisy(ctx context.Context, c sim.Config) (*sim.Result, error) {
	r, err := fake(ctx, c)
	if err == nil {
		r.Requests.Failed = int64(1000 + 100*rand.New(rand.NewPCG(1, uint64(c.Source.Run))).NormFloat64())
	}
	return r, err
}

// A precision of 2 % of a number with 10 % of spread takes about (1.96 × 0.1 ÷ 0.0196)² = 100 runs: 160 in doubling stages.
func TestAskUntil(t *testing.T) {
	q := question(t, "a", "", 1)
	stages := map[int]int{}
	a, reached, err := AskUntil(context.Background(), noisy, q, 0.02, 2, func(done, of int) { stages[of] = max(stages[of], done) })
	if err != nil || !reached || len(a.Samples) != 160 {
		t.Fatalf("%d runs, reached %v, %v", len(a.Samples), reached, err)
	}
	for of, done := range stages {
		if done != of {
			t.Errorf("stage of %d ended at %d", of, done)
		}
	}
	// its runs are those that Ask makes
	same, err := Ask(context.Background(), noisy, []Question{q}, 160, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k := range a.Samples {
		if x, y := a.Samples[k].Value("requests.failed"), same[0].Samples[k].Value("requests.failed"); x != y {
			t.Fatalf("run %d: %v and %v", k, x, y)
		}
	}
	if n := a.Doc().Requests.Failed; (n.High-n.Low)/2 > 0.02/1.02*n.Mean || math.IsNaN(n.Low) {
		t.Errorf("interval %+v", n)
	}
	if one, reached, _ := AskUntil(context.Background(), fake, q, 0.5, 1, nil); !reached || len(one.Samples) != 10 {
		t.Errorf("what hardly varies takes the first stage: %d runs", len(one.Samples))
	}
}
