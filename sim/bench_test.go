package sim

import (
	"testing"
	"time"

	"headroom/chance"
)

// BenchmarkRequestsW1 is M/M/10 at 80 %: one shared queue, ns a request.
func BenchmarkRequestsW1(b *testing.B) {
	c := small(poisson(8), time.Duration(max(60, b.N/8/60*60))*time.Second, 0, sharedQueue(Unlimited), instances(10), func(c *Config) {
		c.Service.Time = chance.Distribution{Exponential: &chance.Exponential{Mean: time.Second}}
	})
	b.ReportAllocs()
	r := run(b, c)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(r.Requests.Offered), "ns/request")
}

// BenchmarkRequestsW2 is a fleet of 95 instances with 4 slots and own queues behind least-outstanding, lognormal services.
func BenchmarkRequestsW2(b *testing.B) {
	c := small(poisson(1000), time.Duration(max(60, b.N/1000/60*60))*time.Second, 0, instances(95), slots(4), func(c *Config) {
		mean, cv := 250*time.Millisecond, 1.0
		c.Service.Time = chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}
	})
	b.ReportAllocs()
	r := run(b, c)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(r.Requests.Offered), "ns/request")
}
