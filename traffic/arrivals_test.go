package traffic

import (
	"math"
	"testing"
	"time"

	"headroom/chance"

	"pgregory.net/rapid"
)

// source draws a seed.
func source(t *rapid.T) chance.Source {
	return chance.Source{Seed: uint64(rapid.IntRange(0, 1000).Draw(t, "seed"))}
}

// TestSmoothInstants: request k is sent when Λ first exceeds k − 1, to the nanosecond.
func TestSmoothInstants(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-23T00:00")
	for _, k := range []struct {
		what  string
		curve []Curve
		want  []time.Duration
		n     int
	}{
		{"1 a second", []Curve{constantly(1)}, []time.Duration{0, time.Second, 2 * time.Second}, 3600},
		{"50 a second", []Curve{constantly(50)}, []time.Duration{0, 20 * time.Millisecond, 40 * time.Millisecond, 60 * time.Millisecond}, 180000},
		{"0.1 a second", []Curve{constantly(0.1)}, []time.Duration{0, 10 * time.Second, 20 * time.Second}, 360},
		{"1 in 3 seconds", []Curve{constantly(1.0 / 3)}, []time.Duration{0, 3 * time.Second, 6 * time.Second, 9 * time.Second}, 1200},
		{"from 10 s on", []Curve{{Step: &Step{Rate: 2, From: pointer(MomentAt(10 * time.Second))}}}, []time.Duration{10 * time.Second, 10500 * time.Millisecond}, 7180},
		// Λ is 5 at 5 s and stays until 10 s: the sixth comes when it exceeds 5.
		{"a pause", []Curve{{Step: &Step{Rate: 1, To: pointer(MomentAt(5 * time.Second))}}, {Step: &Step{Rate: 1, From: pointer(MomentAt(10 * time.Second))}}},
			[]time.Duration{0, 1e9, 2e9, 3e9, 4e9, 10e9, 11e9}, 3595},
		// Λ(t) = t²/2: request k at √(2(k − 1)).
		{"a ramp", []Curve{{Ramp: &Ramp{From: 0, To: 3600, At: MomentAt(0), Length: time.Hour}}},
			[]time.Duration{0, 1414213562, 2e9, 2449489743, 2828427125}, 3600 * 3600 / 2},
		{"nothing", []Curve{constantly(0)}, nil, 0},
	} {
		got := all(built(t, curves(k.curve...), c, 0, hour).Arrivals(chance.Source{}, 0, hour))
		if len(got) != k.n {
			t.Errorf("%s: %d requests, want %d", k.what, len(got), k.n)
			continue
		}
		for i, at := range k.want {
			if got[i] != at {
				t.Errorf("%s: request %d at %v, want %v", k.what, i+1, got[i], at)
			}
		}
	}
}

// TestSmoothTotals: on random traffic, smooth requests are the integral within one, none before Λ allows it or after, in order
// and within the time.
func TestSmoothTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c := someSettings(t), someDays(t)
		from, to := -10*minute, time.Duration(rapid.IntRange(1, 70).Draw(t, "minutes"))*minute
		d, ps := s.Build(c, from, to)
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		src := source(t)
		got := all(d.Arrivals(src, from, to))
		p := d.Profile(src)
		if integral := numeric(p, from, to); math.Abs(float64(len(got))-integral) > 1+1e-7*integral {
			t.Fatalf("%d requests, integral %v", len(got), integral)
		}
		flow, passed, before, last := NewFlow(p, from, to), 0.0, from, from
		for k, at := range got {
			if at < before || at >= to {
				t.Fatalf("request %d at %v after one at %v, until %v", k+1, at, before, to)
			}
			if before = at; k%97 != 0 && k+1 < len(got) {
				continue
			}
			passed += flow.Offered(last, at)
			if slack := 1e-6 + 1e-11*float64(k) + 2e-9*(p.Rate(at)+p.Rate(max(from, at-1))); math.Abs(passed-float64(k)) > slack {
				t.Fatalf("request %d at %v, where Λ is %v", k+1, at, passed)
			}
			last = at
		}
	})
}

// waves is a ramp, a sine, opening hours and a spike: rates of every degree.
func waves(t testing.TB) Settings {
	return Settings{
		Curves: []Curve{{Ramp: &Ramp{From: 5, To: 20, At: MomentAt(2 * hour), Length: 20 * hour}}, {Sine: &Sine{Mean: 10, Amplitude: 10, Peak: Clock(14 * hour)}},
			{BusinessHours: hoursOf(20, 2, 8*hour, 18*hour, 30*minute, weekdays)}},
		Events: []Event{{Spike: &Spike{At: moment(t, "11h"), Multiply: pointer(3.0), Rise: hour, Hold: hour}}},
	}
}

// TestPoissonArrivals: counts of bins have the variance of their mean, and the gaps of Λ are Exp(1) (Kolmogorov–Smirnov).
func TestPoissonArrivals(t *testing.T) {
	s := waves(t)
	s.Arrivals = Pattern{Kind: poisson}
	d := built(t, s, inZone(t, "America/New_York", "2026-11-23T00:00"), 0, 14*hour)
	for run := range 2 {
		gaps, dispersion := rescaled(t, d, chance.Source{Seed: 4, Run: run}, 14*hour, 1000)
		n := float64(len(gaps))
		if k := kolmogorov(gaps, func(x float64) float64 { return -math.Expm1(-x) }); k > 2/math.Sqrt(n) {
			t.Errorf("run %d: %v gaps are %.5f from Exp(1)", run, n, k)
		}
		if bins := n / 1000; math.Abs(dispersion-1) > 5*math.Sqrt(2/bins) {
			t.Errorf("run %d: index of dispersion %.3f", run, dispersion)
		}
	}
}

// TestBurstyArrivals: the gaps of Λ have mean 1 and follow the law, and long counts have the dispersion that was asked for.
func TestBurstyArrivals(t *testing.T) {
	for _, d := range []float64{1, 4, 16} {
		s := Settings{Arrivals: Pattern{Bursty: &Bursty{Dispersion: d}}, Curves: []Curve{constantly(100)}}
		demand := built(t, s, inZone(t, "UTC", "2026-11-23T00:00"), 0, 4*hour)
		h := newHyperexponential(d)
		gaps, dispersion := rescaled(t, demand, chance.Source{Seed: 2}, 4*hour, 500*d)
		n, mean, square := float64(len(gaps)), 0.0, 0.0
		for _, g := range gaps {
			mean += g / n
			square += g * g / n
		}
		if math.Abs(mean-1) > 5*math.Sqrt(d/n) || math.Abs(square/(mean*mean)-1-d) > 0.15*d {
			t.Errorf("dispersion %g: gaps have mean %.4f and squared variation %.3f", d, mean, square/(mean*mean)-1)
		}
		cdf := func(x float64) float64 {
			return h.p*-math.Expm1(-x/h.mean) + (1-h.p)*-math.Expm1(-x/h.otherMean)
		}
		if k := kolmogorov(gaps, cdf); k > 2/math.Sqrt(n) {
			t.Errorf("dispersion %g: gaps are %.5f from the law", d, k)
		}
		if bins := n / (500 * d); math.Abs(dispersion/d-1) > 4*math.Sqrt(2/bins)+0.02 {
			t.Errorf("dispersion %g: counts have %.3f over %.0f bins", d, dispersion, bins)
		}
	}
}

// rescaled gives the gaps of Λ between a run's arrivals, and the variance ÷ mean of counts in stretches of Λ of the given
// width.
func rescaled(t *testing.T, d Demand, src chance.Source, to time.Duration, width float64) (gaps []float64, dispersion float64) {
	t.Helper()
	flow, last, lambda := NewFlow(d.Profile(src), 0, to), time.Duration(0), 0.0
	var counts []float64
	for _, at := range all(d.Arrivals(src, 0, to)) {
		gap := flow.Offered(last, at)
		gaps = append(gaps, gap)
		lambda += gap
		last = at
		for float64(len(counts)) <= lambda/width {
			counts = append(counts, 0)
		}
		counts[len(counts)-1]++
	}
	counts = counts[:len(counts)-1]
	variance := 0.0
	for _, c := range counts {
		variance += (c - width) * (c - width) / float64(len(counts))
	}
	return gaps, variance / width
}

// TestRateStretchesTime: with the rates times 3 the k-th request comes at the same Λ; nothing else about the draws changes.
func TestRateStretchesTime(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-23T00:00")
	src := chance.Source{Seed: 6}
	for _, pattern := range []Pattern{{Kind: poisson}, {Bursty: &Bursty{Dispersion: 5}}} {
		at := func(rate float64) []time.Duration {
			return all(built(t, Settings{Arrivals: pattern, Curves: []Curve{constantly(rate)}}, c, 0, day).Arrivals(src, 0, day))
		}
		slow, fast := at(1), at(3)
		for k, t1 := range slow {
			if t3 := fast[k]; math.Abs(float64(t1)-3*float64(t3)) > 10 {
				t.Fatalf("%v: request %d at %v and %v", pattern, k+1, t1, t3)
			}
		}
		if n := float64(len(fast)) / float64(len(slow)); n < 2.9 || n > 3.1 {
			t.Errorf("%d and %d requests", len(slow), len(fast))
		}
	}
}

// TestSameSourceSameArrivals: to the nanosecond, also from the same Demand again; another run differs.
func TestSameSourceSameArrivals(t *testing.T) {
	s := with(waves(t), Event{Promotion: promotion(5)})
	c := inZone(t, "America/New_York", "2026-11-23T00:00")
	d, again := built(t, s, c, 0, 12*hour), built(t, s, c, 0, 12*hour)
	a, b, same, other := d.Arrivals(chance.Source{Seed: 1}, 0, 12*hour), d.Arrivals(chance.Source{Seed: 1}, 0, 12*hour),
		again.Arrivals(chance.Source{Seed: 1}, 0, 12*hour), d.Arrivals(chance.Source{Seed: 1, Run: 1}, 0, 12*hour)
	equal := 0
	for {
		x := a.Next()
		if y, z := b.Next(), same.Next(); x != y || x != z {
			t.Fatalf("%v, %v and %v", x, y, z)
		}
		if x == other.Next() {
			equal++
		}
		if x == Forever {
			break
		}
	}
	if equal > 1 {
		t.Errorf("run 1 has %d arrivals of run 0", equal)
	}
}

func TestArrivalsAllocateNothing(t *testing.T) {
	for _, pattern := range []Pattern{{Kind: smooth}, {Kind: poisson}, {Bursty: &Bursty{Dispersion: 3}}} {
		s := with(waves(t))
		s.Arrivals = pattern
		a := built(t, s, inZone(t, "UTC", "2026-11-23T00:00"), 0, 7*day).Arrivals(chance.Source{}, 0, 7*day)
		if n := testing.AllocsPerRun(100_000, func() { a.Next() }); n != 0 {
			t.Errorf("%v: %v allocations a request", pattern, n)
		}
	}
}

func BenchmarkArrivals(b *testing.B) {
	flat := []Curve{constantly(50)}
	ramp := []Curve{{Ramp: &Ramp{From: 10, To: 1000, At: MomentAt(0), Length: 7 * day}}}
	wave := []Curve{{Sine: &Sine{Mean: 50, Amplitude: 40}}}
	for _, k := range []struct {
		name    string
		pattern Pattern
		curves  []Curve
	}{
		{"smooth/constant", Pattern{Kind: smooth}, flat}, {"poisson/constant", Pattern{Kind: poisson}, flat}, {"bursty/constant", Pattern{Bursty: &Bursty{Dispersion: 4}}, flat},
		{"smooth/linear", Pattern{Kind: smooth}, ramp}, {"poisson/linear", Pattern{Kind: poisson}, ramp}, {"poisson/sine", Pattern{Kind: poisson}, wave},
	} {
		b.Run(k.name, func(b *testing.B) {
			const long = 3650 * day
			d := built(b, Settings{Arrivals: k.pattern, Curves: k.curves}, inZone(b, "UTC", "2026-11-23T00:00"), 0, long)
			a := d.Arrivals(chance.Source{Seed: 1}, 0, long)
			b.ReportAllocs()
			for b.Loop() {
				if a.Next() == Forever {
					a = d.Arrivals(chance.Source{Seed: 1}, 0, long)
				}
			}
		})
	}
}
