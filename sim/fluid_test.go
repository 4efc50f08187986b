package sim

import (
	"math"
	"testing"
	"time"

	"headroom/chance"
	"headroom/traffic"
	"headroom/unit"
)

// demand is traffic as a scenario would say it: the pattern (0 smooth, 1 poisson, else bursty) and curves to add.
func demand(t testing.TB, dispersion float64, curves ...traffic.Curve) traffic.Demand {
	t.Helper()
	s := traffic.Settings{Arrivals: traffic.Pattern{Kind: "smooth"}, Curves: curves}
	switch {
	case dispersion == 1:
		s.Arrivals.Kind = "poisson"
	case dispersion > 1:
		s.Arrivals = traffic.Pattern{Bursty: &traffic.Bursty{Dispersion: dispersion}}
	}
	d, bad := s.Build(traffic.Calendar{Start: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)}, -time.Hour, 60*24*time.Hour)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	return d
}

func always(rate float64) traffic.Curve {
	return traffic.Curve{Constant: &traffic.Constant{Rate: unit.Rate(rate)}}
}

// between is a rate in [from, to).
func between(rate float64, from, to string) traffic.Curve {
	var a, b traffic.Moment
	if err := a.UnmarshalText([]byte(from)); err != nil {
		panic(err)
	}
	if err := b.UnmarshalText([]byte(to)); err != nil {
		panic(err)
	}
	return traffic.Curve{Step: &traffic.Step{Rate: unit.Rate(rate), From: &a, To: &b}}
}

func fluidEngine(c *Config) { c.Service.Engine = "fluid" }

func exponentially(mean time.Duration) func(*Config) {
	return func(c *Config) {
		c.Service.Time = chance.Distribution{Exponential: &chance.Exponential{Mean: mean}}
	}
}

// G3: 5 instances of 100 a minute, 2100 a minute from t = 0 on, 30 instances at 420 s.
func TestG3FluidLoop(t *testing.T) {
	r := run(t, small(demand(t, 0, always(35)), 20*time.Minute, 600*time.Millisecond, fluidEngine, instances(5), plan(want{420 * time.Second, 30})))
	near(t, "peak backlog", float64(r.Minutes[6].Waiting), 11200, 0.5)
	near(t, "backlog at 1140 s", float64(r.Minutes[18].Waiting), 15*(1166.6666666-1140), 1)
	near(t, "backlog at 1200 s", float64(r.Minutes[19].Waiting), 0, 0.5)
	near(t, "worst wait", float64(r.Wait.Samples.Quantile(1))/1e9, 320, 0.005*320)
	served := float64(r.Requests.Served)
	near(t, "wait > 60 s", served*(1-r.Wait.Samples.Share(60*time.Second)), 33177.08, 0.004*33177)
	near(t, "instance-seconds", r.ServingMean*1200, 25500, 1e-6)
	t.Logf("mean wait %v, served %v", r.Wait.Mean/1e9, served)
}

func TestFluidErlangC(t *testing.T) {
	for _, rho := range []float64{0.5, 0.7, 0.8, 0.9, 0.95} {
		r := run(t, small(demand(t, 1, always(10*rho)), 4*time.Hour, 0, fluidEngine, instances(10), sharedQueue(Unlimited), exponentially(time.Second)))
		c := recursionC(10, rho)
		t.Logf("ρ %v: wait %v want %v; P(wait) %v want %v; util %v; p99 %v", rho, r.Wait.Mean/1e9, c/(10*(1-rho)), 1-r.Wait.Samples.Share(0), c, r.Utilization, r.Latency.Samples.Quantile(.99))
		_ = math.Abs
	}
}
