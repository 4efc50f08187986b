package sim

import (
	"math"
	"testing"
)

// recursionC is Erlang C by the textbook recursion.
func recursionC(servers int, rho float64) float64 {
	a, b := float64(servers)*rho, 1.0
	for k := 1; k <= servers; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b / (1 - rho*(1-b))
}

func TestErlangTableAgainstTheRecursion(t *testing.T) {
	for _, k := range []int{1, 2, 4, 10, 33, 100, 640, 5000, 100_000} {
		e := erlangOf(k)
		for _, rho := range []float64{0.05, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999} {
			want := recursionC(k, rho)
			if got, _ := e.wait(1 - rho); math.Abs(got-want) > 0.004*want+3e-5 {
				t.Errorf("C(%d, ρ=%v) = %v, the recursion says %v", k, rho, got, want)
			}
		}
		for _, rho := range []float64{0.9, 0.99, 1, 1.01, 1.2, 2, 9} {
			a, b := float64(k)*rho, 1.0
			for i := 1; i <= k; i++ {
				b = a * b / (float64(i) + a*b)
			}
			if got := 1 / (1 + e.idle(rho)); math.Abs(got-b) > 0.004*b+1e-7 {
				t.Errorf("B(%d, ρ=%v) = %v, the recursion says %v", k, rho, got, b)
			}
		}
	}
	// facts: M/M/10 ρ = 0.8, M/M/100 and M/M/200 at 0.95
	for _, x := range []struct {
		k       int
		rho, pw float64
	}{{10, 0.8, 0.409180150796}, {100, 0.95, 0.506456853913}, {200, 0.95, 0.365263856563}} {
		if got, _ := erlangOf(x.k).wait(1 - x.rho); math.Abs(got-x.pw) > 1e-3*x.pw {
			t.Errorf("C(%d, %v) = %v, want %v", x.k, x.rho, got, x.pw)
		}
	}
}

func TestErlangSlope(t *testing.T) {
	e := erlangOf(50)
	for s := 0.001; s < 0.5; s += 0.0137 {
		a, slope := e.wait(s)
		b, _ := e.wait(s + 1e-9)
		if d := (b - a) / 1e-9; math.Abs(d-slope) > 1e-3*math.Abs(slope)+1e-6 && math.Abs(d) > 0 {
			t.Errorf("slope at %v: %v, differences say %v", s, slope, d)
		}
	}
}

func BenchmarkErlangTable(b *testing.B) {
	for b.Loop() {
		newErlang(640)
	}
}
