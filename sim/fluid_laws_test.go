package sim

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/traffic"
)

// anyFluid is any world, lived by rates, with traffic that comes and goes.
func anyFluid(t *testing.T, r *rapid.T) Config {
	c := anyWorld(r)
	c.Service.Engine = "fluid"
	curves := []traffic.Curve{always(rapid.Float64Range(0, 30).Draw(r, "rate"))}
	if choose(r, "burst", false, true) {
		curves = append(curves, between(rapid.Float64Range(0, 100).Draw(r, "burst rate"), "30s", choose(r, "until", "31s", "65s", "150s")))
	}
	c.Traffic = demand(t, choose(r, "dispersion", 0.0, 1, 4), curves...)
	return c
}

// TestFluidLaws holds what is true of every run: requests are conserved to the last one, in every minute; no count descends;
// equal configurations give equal results; utilisation stays below 1; no number is out of the world.
func TestFluidLaws(t *testing.T) {
	holdOnAll(t, func(r *rapid.T) {
		c := anyFluid(t, r)
		got, lives := audited(r, c)
		billedByLife(r, &c, got, lives)
		q := got.Requests
		if q.Offered+q.CarriedIn != q.Served+q.Failed+q.WaitingAtEnd+q.InServiceAtEnd || min(q.Served, q.Failed, q.WaitingAtEnd, q.InServiceAtEnd, q.Retries) < 0 {
			r.Fatalf("conservation: %+v", q)
		}
		if f := q.FailedBy; f.Rejected+f.Timeout+f.NoCapacity+f.InstanceLost+f.Error != q.Failed || min(f.Rejected, f.Timeout, f.NoCapacity, f.InstanceLost, f.Error) < 0 {
			r.Fatalf("failed_by: %+v", q)
		}
		if u := got.Utilization; u < 0 || u > 1+1e-9 {
			r.Fatalf("utilization %v", u)
		}
		finite := func(what string, x float64) {
			if math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
				r.Fatalf("%s is %v", what, x)
			}
		}
		var offered, served, failed int64
		for i, m := range got.Minutes {
			offered, served, failed = offered+m.Offered, served+m.Served, failed+m.Failed
			if min(m.Offered, m.Served, m.Failed, m.Waiting, m.Retries) < 0 {
				r.Fatalf("minute %d: %+v", i, m)
			}
			if held := q.CarriedIn + offered - served - failed - m.Waiting; held < 0 || float64(held) > float64(c.Service.Concurrency)*20+1 {
				r.Fatalf("minute %d: %d in service", i, held)
			}
			finite("the mean", m.Mean)
			finite("in flight", m.InFlight)
			for k := range m.Latency {
				if m.Latency[k] < 0 || m.Wait[k] < 0 || k > 0 && (m.Latency[k] < m.Latency[k-1] || m.Wait[k] < m.Wait[k-1]) {
					r.Fatalf("minute %d: latency %v, wait %v", i, m.Latency, m.Wait)
				}
			}
		}
		if offered != q.Offered || served != q.Served || failed != q.Failed {
			r.Fatalf("minutes say %d %d %d, the run %+v", offered, served, failed, q)
		}
		if q.Served > 0 {
			finite("the mean latency", got.Latency.Mean)
			if got.Latency.Count != q.Served || got.Wait.Count != q.Served || got.Latency.Max != -1 || got.Latency.Samples.Count() <= 0 {
				r.Fatalf("served %d, latency %+v", q.Served, got.Latency)
			}
		}
		if a, b := fmt.Sprintf("%+v", strip(got)), fmt.Sprintf("%+v", strip(must(Run(context.Background(), c)))); a != b {
			r.Fatalf("the same seed gave two results:\n%s\n%s", a, b)
		}
	})
}

// What waits long enough for its place is in the percentiles: the mean of the samples is the exact mean.
func TestFluidSamplesHaveTheMean(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := anyFluid(t, r)
		c.Settle = 0
		c.Service.Timeout.Total = 0 // services cut short are put together more coarsely
		got := must(Run(context.Background(), c))
		for what, s := range map[string]Summary{"wait": got.Wait, "latency": got.Latency} {
			if s.Samples == nil || s.Samples.Count() == 0 {
				continue
			}
			sum := 0.0
			s.Samples.Each(func(d time.Duration, w float64) { sum += float64(d) * w })
			if mean := sum / s.Samples.Count(); math.Abs(mean-s.Mean) > 0.02*s.Mean+0.003*float64(c.Service.Time.Law().Mean())+1e6 {
				r.Fatalf("%s: the samples' mean is %v, the mean %v", what, time.Duration(mean), time.Duration(s.Mean))
			}
		}
	})
}
