package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"headroom/chance"

	"pgregory.net/rapid"
)

// TestPoissonLaw: draws have the probabilities of the Poisson law (chi²), below and above the change of method.
func TestPoissonLaw(t *testing.T) {
	const n = 400_000
	for _, mean := range []float64{0.001, 0.7, 3, 9.99, 10, 10.5, 37, 150, 2000} {
		var law poissonLaw
		r := rand.NewPCG(1, math.Float64bits(mean))
		counts := map[int]float64{}
		sum, squares := 0.0, 0.0
		for range n {
			k := law.draw(r, mean)
			counts[int(k)]++
			sum += k
			squares += k * k
		}
		got := sum / n
		if variance := squares/n - got*got; math.Abs(got-mean) > 5*math.Sqrt(mean/n) || math.Abs(variance/mean-1) > 5*math.Sqrt((2+1/mean)/n) {
			t.Errorf("mean %g: drew mean %g and variance %g", mean, got, variance)
		}
		chi, cells, rest, restWant := 0.0, 0.0, float64(n), float64(n)
		for k := max(0, int(mean-8*math.Sqrt(mean)-5)); float64(k) < mean+8*math.Sqrt(mean)+20; k++ {
			lgamma, _ := math.Lgamma(float64(k) + 1)
			want := n * math.Exp(float64(k)*math.Log(mean)-mean-lgamma)
			if want < 10 {
				continue
			}
			chi += (counts[k] - want) * (counts[k] - want) / want
			rest -= counts[k]
			restWant -= want
			cells++
		}
		if chi > cells+5*math.Sqrt(2*cells)+5 {
			t.Errorf("mean %g: chi² %.1f on %.0f cells", mean, chi, cells)
		}
		if restWant > 1 && math.Abs(rest-restWant) > 6*math.Sqrt(restWant)+6 {
			t.Errorf("mean %g: %v in the tails, want %.1f", mean, rest, restWant)
		}
	}
}

// TestLogPoisson: Stirling's series against math.Lgamma.
func TestLogPoisson(t *testing.T) {
	for _, k := range []float64{0, 1, 9, 10, 11, 30, 100, 1e3, 1e5} {
		for _, mean := range []float64{10, 14.5, 25, 37, 100, 120, 1e3, 1e5, 1.2e5} {
			lgamma, _ := math.Lgamma(k + 1)
			if got, want := logPoisson(k, mean)-math.Log(stirling(k)), k*math.Log(mean)-mean-lgamma; math.Abs(got-want) > 1e-12*(1+lgamma+mean+k*math.Log(mean)) {
				t.Errorf("ln P(%g | %g) = %v, want %v", k, mean, got, want)
			}
		}
	}
}

// TestVolumes: each second's count has the integral as its mean and dispersion times it as its variance; smooth is the integral.
func TestVolumes(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-23T00:00")
	for _, rate := range []float64{0.3, 6, 50, 3000} {
		for _, d := range []float64{1, 1.5, 4, 30} {
			s := Settings{Arrivals: Pattern{Bursty: &Bursty{Dispersion: d}}, Curves: []Curve{constantly(rate)}}
			const n = 200_000
			v := built(t, s, c, 0, n*time.Second).Volume(chance.Source{Seed: 3}, 0, n*time.Second)
			sum, squares, lagged, last := 0.0, 0.0, 0.0, 0.0
			for i := range time.Duration(n) {
				k := v.Offered(i*time.Second, (i+1)*time.Second)
				if k != math.Floor(k) || k < 0 {
					t.Fatalf("a count of %v", k)
				}
				sum += k
				squares += (k - rate) * (k - rate)
				lagged += (k - rate) * last
				last = k - rate
			}
			mean, variance := sum/n, squares/n
			kurtosis := 3 + 6*d/rate + 1/(d*rate)
			if math.Abs(mean-rate) > 5*math.Sqrt(d*rate/n) || math.Abs(variance/(d*rate)-1) > 6*math.Sqrt((kurtosis-1)/n) {
				t.Errorf("rate %g, dispersion %g: mean %g, variance %g, want %g", rate, d, mean, variance, d*rate)
			}
			if r := lagged / squares; math.Abs(r) > 5/math.Sqrt(n) {
				t.Errorf("rate %g, dispersion %g: neighbouring seconds are correlated by %g", rate, d, r)
			}
		}
	}
	flat := built(t, curves(constantly(0.1)), c, 0, day).Volume(chance.Source{}, 0, day)
	if got := flat.Offered(0, time.Second); got != 0.1 {
		t.Errorf("a smooth second at 0.1rps is %v", got)
	}
}

// TestVolumeWhateverTheStep: longer steps have the sums of the seconds, shorter ones their shares.
func TestVolumeWhateverTheStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, c := someSettings(t), someDays(t)
		s.Arrivals = rapid.SampledFrom([]Pattern{{Kind: smooth}, {Kind: poisson}, {Bursty: &Bursty{Dispersion: 4}}}).Draw(t, "arrivals")
		from, to := -2*time.Minute, time.Hour
		d, ps := s.Build(c, from, to)
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		src := source(t)
		volume := func(step time.Duration) map[time.Duration]float64 {
			v, minutes := d.Volume(src, from, to), map[time.Duration]float64{}
			for at := from; at < to; at += step {
				minutes[(at+2*time.Minute)/time.Minute] += v.Offered(at, min(at+step, to))
			}
			return minutes
		}
		second := volume(time.Second)
		for _, step := range []time.Duration{100 * time.Millisecond, 1500 * time.Millisecond, 2400 * time.Millisecond, 10 * time.Second, time.Minute} {
			for minute, want := range volume(step) {
				if math.Abs(second[minute]-want) > 1e-9*max(1, want) {
					t.Fatalf("step %v: minute %d has %v, by seconds %v", step, minute, want, second[minute])
				}
			}
		}
	})
}

// TestSharesFollowTheRate: a second in whose second half the traffic begins has nothing in its first.
func TestSharesFollowTheRate(t *testing.T) {
	s := Settings{Arrivals: Pattern{Kind: poisson}, Curves: []Curve{{Step: &Step{Rate: 1000, From: pointer(MomentAt(500 * time.Millisecond))}}}}
	c := inZone(t, "UTC", "2026-11-23T00:00")
	v := built(t, s, c, 0, time.Minute).Volume(chance.Source{}, 0, time.Minute)
	if first, second := v.Offered(0, 500*time.Millisecond), v.Offered(500*time.Millisecond, time.Second); first != 0 || second < 400 || second != math.Floor(second) {
		t.Errorf("halves of the second have %v and %v", first, second)
	}
	// A run that ends within a second has a count for the part that is in it.
	v = built(t, s, c, 0, 1500*time.Millisecond).Volume(chance.Source{}, 0, 1500*time.Millisecond)
	v.Offered(0, time.Second)
	if last := v.Offered(time.Second, 1500*time.Millisecond); last < 400 || last > 600 || last != math.Floor(last) {
		t.Errorf("the last half second has %v", last)
	}
}

// TestVolumeKeepsItsChance: every second has its own draws, counted from clock.start. A change of the rate at some time, or of
// the settle time, leaves the counts of the other seconds; a little more traffic is a little more in nearly every second.
func TestVolumeKeepsItsChance(t *testing.T) {
	c := inZone(t, "UTC", "2026-11-23T00:00")
	src := chance.Source{Seed: 4}
	counts := func(from time.Duration, list ...Curve) map[time.Duration]float64 {
		v, found := built(t, Settings{Curves: list}, c, from, 2*hour).Volume(src, from, 2*hour), map[time.Duration]float64{}
		for at := from; at < 2*hour; at += time.Second {
			found[at] = v.Offered(at, at+time.Second)
		}
		return found
	}
	plain, settled := counts(0, constantly(40)), counts(-10*minute, constantly(40))
	changed := counts(0, constantly(40), Curve{Step: &Step{Rate: 100, From: pointer(MomentAt(minute)), To: pointer(MomentAt(hour))}})
	more := counts(0, constantly(42))
	close := 0
	for at, k := range plain {
		if settled[at] != k || (at < minute || at >= hour) && changed[at] != k {
			t.Fatalf("second %v: %v, with a settle time %v, with more traffic at other times %v", at, k, settled[at], changed[at])
		}
		if d := more[at] - k; d >= 0 && d <= 5 {
			close++
		}
	}
	if n := float64(close) / float64(len(plain)); n < 0.9 {
		t.Errorf("5%% more traffic is close to it in %.3f of the seconds", n)
	}
}

func BenchmarkOffered(b *testing.B) {
	for _, k := range []struct {
		name    string
		pattern Pattern
		curve   Curve
	}{
		{"smooth/constant", Pattern{Kind: smooth}, constantly(50)},
		{"smooth/sine", Pattern{Kind: smooth}, Curve{Sine: &Sine{Mean: 50, Amplitude: 40}}},
		{"poisson/mean 2", Pattern{Kind: poisson}, constantly(2)},
		{"poisson/mean 50", Pattern{Kind: poisson}, constantly(50)},
		{"poisson/sine", Pattern{Kind: poisson}, Curve{Sine: &Sine{Mean: 50, Amplitude: 40}}},
		{"bursty/mean 50", Pattern{Bursty: &Bursty{Dispersion: 4}}, constantly(50)},
	} {
		b.Run(k.name, func(b *testing.B) {
			const long = 3650 * day
			v := built(b, Settings{Arrivals: k.pattern, Curves: []Curve{k.curve}}, inZone(b, "UTC", "2026-11-23T00:00"), 0, long).Volume(chance.Source{}, 0, long)
			at, sum := time.Duration(0), 0.0
			b.ReportAllocs()
			for b.Loop() {
				sum += v.Offered(at, at+time.Second)
				at += time.Second
			}
			if math.IsNaN(sum) {
				b.Fatal(fmt.Sprint(sum))
			}
		})
	}
}

func BenchmarkRate(b *testing.B) {
	s := with(waves(b), Event{Promotion: promotion(2)})
	p := profileOf(b, s, inZone(b, "America/New_York", "2026-11-23T00:00"), 0, 7*day)
	at, sum := time.Duration(0), 0.0
	for b.Loop() {
		sum += p.Rate(at)
		at = (at + time.Second) % (7 * day)
	}
	if math.IsNaN(sum) {
		b.Fatal(sum)
	}
}
