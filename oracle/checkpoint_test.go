package oracle

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// Daly 2006 prints these optima for dumps of 5 minutes under his figures 3, 4 and 5.
func TestDalyAsPrinted(t *testing.T) {
	for _, c := range []struct{ m, want, digits float64 }{{24 * 60, 117, 0.5}, {6 * 60, 57, 0.5}, {15, 9.1, 0.05}} {
		if got := Daly(5, c.m); math.Abs(got-c.want) > c.digits {
			t.Errorf("M = %v min: %v, printed %v", c.m, got, c.want)
		}
	}
	if got := Daly(30, 15); got != 15 {
		t.Errorf("a dump of 2M: %v, printed M", got)
	}
	if got := Young(5, 360); got != 60 {
		t.Errorf("Young %v", got)
	}
}

// The exact optimum has no smaller neighbour, and Daly's is nearer to it than Young's while checkpoints are cheap.
func TestBestInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Float64Range(0.1, 100).Draw(t, "m")
		cost := m * rapid.Float64Range(0.0005, 0.2).Draw(t, "cost")
		best := BestInterval(cost, m)
		rate := func(tau float64) float64 { return math.Expm1((tau+cost)/m) / tau }
		for _, other := range []float64{0.999 * best, 1.001 * best} {
			if rate(other) < rate(best)*(1-1e-12) {
				t.Fatalf("%v is better than %v", other, best)
			}
		}
		if near, far := math.Abs(Daly(cost, m)-best), math.Abs(Young(cost, m)-best); near > far {
			t.Fatalf("Daly is %v off, Young %v", near, far)
		}
	})
}

// Figures that were worked out by hand: n·(1/λ + R)·(e^(λ(τ+c)) − 1) where every piece has a checkpoint and nothing is loaded.
func TestCheckpointedByHand(t *testing.T) {
	for _, c := range []struct {
		name string
		of   Checkpointed
		want float64
	}{
		// 10 h in one piece, interrupted every 2.5 h, 10 min off: (2.5 + 1/6)·(e⁴ − 1)
		{"no checkpoint", Checkpointed{Work: 10, Every: math.Inf(1), Off: 1. / 6, Rate: 0.4}, (2.5 + 1./6) * (math.E*math.E*math.E*math.E - 1)},
		// two pieces of 5 h, the first with a checkpoint of half an hour
		{"one checkpoint", Checkpointed{Work: 10, Every: 5, Cost: 0.5, Off: 1, Rate: 0.1}, 11 * (math.Exp(0.55) - 1 + math.Exp(0.5) - 1)},
		// the same with 1 h of load, and 2 h of restore in restarts of the second piece
		{"load and restore", Checkpointed{Work: 10, Every: 5, Cost: 0.5, Load: 1, Restore: 2, Off: 1, Rate: 0.1},
			11 * (math.Exp(0.65) - 1 + math.Exp(0.3)*(math.Exp(0.5)-1))},
		// pieces of 4, 4 and 2 h
		{"a short last piece", Checkpointed{Work: 10, Every: 4, Cost: 0.5, Rate: 0.1}, 10 * (2*math.Expm1(0.45) + math.Expm1(0.2))},
		{"never interrupted", Checkpointed{Work: 10, Every: 4, Cost: 0.5, Load: 1, Restore: 9, Off: 9}, 12},
	} {
		if got := c.of.Completion(); math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("%s: %v, by hand %v", c.name, got, c.want)
		}
	}
}

// The closed form against the renewal equation solved without it. From the begin of a piece the time of a try and what follows
// it is integrated numerically over the instant of the interruption; the expectations E (first try) and A (again) are
// E = ∫₀ˣ λe^(−λt)(t + off + A) dt + e^(−λx)·x, and the same for A with r + x in place of x.
func TestCheckpointedAgainstTheRenewalEquation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Checkpointed{
			Work: rapid.Float64Range(0.1, 20).Draw(t, "work"), Every: rapid.Float64Range(2, 25).Draw(t, "every"), Cost: rapid.Float64Range(0, 0.5).Draw(t, "cost"),
			Load: rapid.Float64Range(0, 0.5).Draw(t, "load"), Restore: rapid.Float64Range(0, 0.5).Draw(t, "restore"),
			Off: rapid.Float64Range(0, 2).Draw(t, "off"), Rate: rapid.Float64Range(0.01, 0.2).Draw(t, "rate"),
		}
		want, left, saved := 0.0, c.Work, false
		for left > 1e-12 {
			x, again := min(left, c.Every), c.Load
			if saved {
				again += c.Restore
			} else {
				x += c.Load
				again = 0
			}
			if left > c.Every {
				x += c.Cost
			}
			a := (partial(c.Rate, again+x) + lost(c.Rate, again+x)*c.Off + math.Exp(-c.Rate*(again+x))*(again+x)) / (1 - lost(c.Rate, again+x))
			want += partial(c.Rate, x) + lost(c.Rate, x)*(c.Off+a) + math.Exp(-c.Rate*x)*x
			left, saved = left-c.Every, true
		}
		if got := c.Completion(); math.Abs(got-want) > 1e-9*want {
			t.Fatalf("%+v: %v, the renewal equation says %v", c, got, want)
		}
	})
}

// partial is ∫₀ˣ λe^(−λt)·t dt and lost ∫₀ˣ λe^(−λt) dt, by Simpson's rule on 2,000 pieces.
func partial(rate, x float64) float64 {
	return quadrature(x, func(t float64) float64 { return rate * math.Exp(-rate*t) * t })
}

func lost(rate, x float64) float64 {
	return quadrature(x, func(t float64) float64 { return rate * math.Exp(-rate*t) })
}

func quadrature(x float64, f func(float64) float64) float64 {
	const n = 2000
	h := x / n
	sum := f(0) + f(x)
	for i := 1; i < n; i++ {
		sum += float64(2+2*(i%2)) * f(float64(i)*h)
	}
	return sum * h / 3
}
