package chance

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestExpIsMathExp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 2_000_000 {
		x := r.NormFloat64() * math.Exp(3*r.NormFloat64())
		got, want := exp(x), math.Exp(x)
		if got != want && math.Abs(got-want) > 4.5e-16*want {
			t.Fatalf("exp(%v) = %v, want %v", x, got, want)
		}
	}
	for _, x := range []float64{0, 1, -1, 700, -700, 699.999, 1000, -1000, math.Inf(1), math.Inf(-1), 1e-300, -1e-20} {
		if got, want := exp(x), math.Exp(x); got != want && math.Abs(got-want) > 4.5e-16*want {
			t.Errorf("exp(%v) = %v, want %v", x, got, want)
		}
	}
	if !math.IsNaN(exp(math.NaN())) {
		t.Error("exp(NaN) is a number")
	}
}

func BenchmarkLognormal(b *testing.B) {
	r, l := rand.New(rand.NewPCG(1, 1)), lognormal{1e8, 1}
	for b.Loop() {
		l.Draw(r)
	}
}
