package sim

import (
	"testing"
	"time"

	"headroom/chance"
	"headroom/traffic"
	"headroom/unit"
)

// promoWeek is a week of business hours with two promotions, Poisson, on a fleet of its busy size.
func promoWeek(b testing.TB, arrivals string) Config {
	days := make(traffic.Days, 1)
	var open, closed traffic.Clock
	for _, err := range []error{days[0].UnmarshalText([]byte("mon-fri")), open.UnmarshalText([]byte("08:00")), closed.UnmarshalText([]byte("18:00"))} {
		if err != nil {
			b.Fatal(err)
		}
	}
	s := traffic.Settings{Arrivals: traffic.Pattern{Kind: arrivals},
		Curves: []traffic.Curve{{BusinessHours: &traffic.BusinessHours{Days: days, Open: open, Close: closed, Busy: unit.Rate(50), Quiet: unit.Rate(2), Ramp: 30 * time.Minute}}}}
	d, bad := s.Build(traffic.Calendar{Start: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}, 0, 7*24*time.Hour)
	if len(bad) > 0 {
		b.Fatal(bad)
	}
	median, p99 := 80*time.Millisecond, 400*time.Millisecond
	return small(d, 7*24*time.Hour, 0, fluidEngine, instances(2), slots(4), own(100), timeout(time.Minute), func(c *Config) {
		c.Service.Time = chance.Distribution{Lognormal: &chance.Lognormal{Median: &median, P99: &p99}}
		c.Service.Retries = Retries{Attempts: 2, Backoff: time.Second, Jitter: "full"}
	})
}

func BenchmarkFluidWeekPoisson(b *testing.B) {
	c := promoWeek(b, "poisson")
	b.ReportAllocs()
	for b.Loop() {
		run(b, c)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/604800, "ns/step")
}

func BenchmarkFluidWeekSmooth(b *testing.B) {
	c := promoWeek(b, "smooth")
	b.ReportAllocs()
	for b.Loop() {
		run(b, c)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/604800, "ns/step")
}
