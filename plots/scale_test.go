package plots

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func labels(s scale) string {
	var out []string
	for _, t := range s.ticks {
		out = append(out, t.label)
	}
	return strings.Join(out, " | ")
}

func TestLinear(t *testing.T) {
	for _, c := range []struct {
		top, height float64
		whole       bool
		want        string
	}{
		{104, 130, false, "0 | 50 | 100 | 150"},
		{1400, 200, false, "0 | 250 | 500 | 750 | 1,000 | 1,250 | 1,500"},
		{20, 130, true, "0 | 5 | 10 | 15 | 20"},
		{1, 130, true, "0 | 1 | 2 | 3"},
		{2650, 130, false, "0 | 1,000 | 2,000 | 3,000"},
		{0, 130, false, "0 | 0.25 | 0.50 | 0.75 | 1.00"},
		{0.0031, 100, false, "0 | 0.002 | 0.004"},
		{4.2e6, 64, false, "0 | 2.5M | 5.0M"},
		{9, 96, true, "0 | 5 | 10"},
	} {
		if got := labels(linear(c.top, c.height, c.whole)); got != c.want {
			t.Errorf("linear(%g, %g): got %s, want %s", c.top, c.height, got, c.want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for _, c := range []struct {
		lo, hi, height float64
		want           string
	}{
		{0.08, 15.8, 130, "0.1 s | 0.3 s | 1 s | 3 s | 10 s"},
		{0.08, 15.8, 380, "0.05 s | 0.1 s | 0.2 s | 0.5 s | 1 s | 2 s | 5 s | 10 s | 20 s"},
		{1, 1.3, 200, "0.2 s | 0.5 s | 1 s | 2 s | 5 s"},
		{0.0002, 7000, 40, "0.001 s | 1 s | 1,000 s"},
		{0.0002, 700, 130, "0.0001 s | 0.001 s | 0.01 s | 0.1 s | 1 s | 10 s | 100 s | 1,000 s"},
		{90, 2900, 190, "1 min | 2 min | 5 min | 10 min | 20 min | 50 min"}, // what waits in a queue
		{0.02, 0.3, 190, "10 ms | 20 ms | 50 ms | 100 ms | 200 ms | 500 ms"},
		{2000, 90000, 190, "0.5 h | 1 h | 2 h | 5 h | 10 h | 20 h"},
	} {
		if got := labels(seconds(c.lo, c.hi, c.height)); got != c.want {
			t.Errorf("seconds(%g, %g, %g): got %s, want %s", c.lo, c.hi, c.height, got, c.want)
		}
	}
}

// A scale holds what it was made for, and its ticks ascend within it.
func TestScaleLaws(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lo := math.Pow(10, rapid.Float64Range(-6, 4).Draw(r, "lo"))
		hi := lo * math.Pow(10, rapid.Float64Range(0, 6).Draw(r, "decades"))
		height := rapid.Float64Range(40, 600).Draw(r, "height")
		for _, s := range []scale{linear(hi, height, false), linear(math.Ceil(hi), height, true), seconds(lo, hi, height)} {
			if !s.log && s.share(hi) > 0.98 {
				r.Fatalf("%g lies on the frame of %g…%g", hi, s.lo, s.hi)
			}
			if s.hi < hi*(1-1e-9) || s.lo > lo*(1+1e-9) {
				r.Fatalf("%g…%g is not within %g…%g", lo, hi, s.lo, s.hi)
			}
			if len(s.ticks) < 2 {
				r.Fatalf("%g…%g at %g points has %d ticks", lo, hi, height, len(s.ticks))
			}
			for i, k := range s.ticks {
				if k.at < s.lo*(1-1e-9) || k.at > s.hi*(1+1e-9) || i > 0 && k.at <= s.ticks[i-1].at {
					r.Fatalf("tick %g is out of place in %g…%g", k.at, s.lo, s.hi)
				}
				if i > 0 && (s.share(k.at)-s.share(s.ticks[i-1].at))*height < 11 {
					r.Fatalf("ticks %s and %s of %g…%g at %g points touch", s.ticks[i-1].label, k.label, lo, hi, height)
				}
			}
		}
	})
}
