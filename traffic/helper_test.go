package traffic

import (
	"math"
	"sort"
	"testing"
	"time"

	"headroom/chance"
	"headroom/problem"
	"headroom/unit"
)

func pointer[T any](x T) *T { return &x }

// inZone is a calendar that starts at a local time.
func inZone(t testing.TB, zone, start string) Calendar {
	t.Helper()
	loc, err := LoadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := ParseStart(start, loc)
	if err != nil {
		t.Fatal(err)
	}
	return Calendar{at}
}

func moment(t testing.TB, text string) Moment {
	t.Helper()
	m, err := ParseMoment(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func built(t testing.TB, s Settings, c Calendar, from, to time.Duration) Demand {
	t.Helper()
	d, ps := s.Build(c, from, to)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	return d
}

// curves is the settings of a few curves alone.
func curves(list ...Curve) Settings { return Settings{Arrivals: Pattern{Kind: smooth}, Curves: list} }

func constantly(rate float64) Curve { return Curve{Constant: &Constant{Rate: unit.Rate(rate)}} }

// profileOf is the traffic of run 0 of seed 1.
func profileOf(t testing.TB, s Settings, c Calendar, from, to time.Duration) Profile {
	t.Helper()
	return built(t, s, c, from, to).Profile(chance.Source{Seed: 1})
}

// rates compares a profile with rates at offsets.
func rates(t *testing.T, what string, p Profile, want map[time.Duration]float64) {
	t.Helper()
	for at, rate := range want {
		if got := p.Rate(at); math.Abs(got-rate) > 1e-12*max(1, rate) {
			t.Errorf("%s: rate at %v is %v, want %v", what, at, got, rate)
		}
	}
}

func all(a Arrivals) (times []time.Duration) {
	for {
		t := a.Next()
		if t == Forever {
			return times
		}
		times = append(times, t)
	}
}

// numeric is the integral of a profile by Simpson's rule, between the instants at which it jumps or bends.
func numeric(p Profile, from, to time.Duration) float64 {
	sum := 0.0
	for t := from; t < to; {
		end := min(p.Next(t), to, t+20*time.Minute)
		const n = 16
		h := float64(end-t) / n
		rate := func(i int) float64 {
			at := t + time.Duration(math.Round(float64(i)*h))
			return p.Rate(min(at, end-1)) // the rate just before the end belongs to this stretch
		}
		part := rate(0) + rate(n)
		for i := 1; i < n; i++ {
			part += float64(2+2*(i%2)) * rate(i)
		}
		sum += part * h / 3 / 1e9
		t = end
	}
	return sum
}

// kolmogorov is the largest distance of a sample's distribution from a law's.
func kolmogorov(x []float64, cdf func(float64) float64) float64 {
	sort.Float64s(x)
	worst, n := 0.0, float64(len(x))
	for i, v := range x {
		p := cdf(v)
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	return worst
}

// refused is the first problem whose path is the given one.
func refused(t *testing.T, what string, ps []problem.Problem, path string) problem.Problem {
	t.Helper()
	for _, p := range ps {
		if p.Path == path {
			return p
		}
	}
	t.Errorf("%s: no problem at %q, but %v", what, path, ps)
	return problem.Problem{}
}
