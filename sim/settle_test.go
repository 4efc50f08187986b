package sim

import (
	"testing"
	"time"

	"headroom/policy"
)

// What happens in the settle time is not reported; who is alive at the start is carried in.
func TestSettle(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		what      string
		cfg       Config
		offered   int64
		carriedIn int64
		want      outcome
		latency   float64
	}{
		{"served before", small(at(-50*s), time.Minute, 10*s), 0, 0, outcome{}, -1},
		{"in service at the start: its latency is from its first arrival", small(at(-5*s), time.Minute, 10*s), 0, 1, outcome{served: 1}, 10},
		{"waiting at the start", small(at(-5*s, -4*s, s), time.Minute, 10*s), 1, 2, outcome{served: 3}, (10. + 19 + 24) / 3},
		{"completed at the start: it was alive just before", small(at(-10*s), time.Minute, 10*s), 0, 1, outcome{served: 1}, 10},
		{"arrived at the start", small(at(0), time.Minute, 10*s), 1, 0, outcome{served: 1}, 10},
		{"in backoff at the start", small(at(-5*s), time.Minute, 10*s, instances(0), tries(2, 10*s), plan(want{0, 1})), 0, 1, outcome{served: 1, retries: 1}, 20},
		{"failed and retried before", small(at(-50*s), time.Minute, 10*s, instances(0), tries(2, 10*s)), 0, 0, outcome{}, -1},
		{"abandoned before: nobody is carried in, what is wasted from the start on counts", small(at(-5*s), time.Minute, 10*s, timeout(2*s)), 0, 0, outcome{}, -1},
		{"abandoned after", small(at(-5*s), time.Minute, 10*s, timeout(7*s)), 0, 1, outcome{timeout: 1}, -1},
		{"rejected before", small(at(-9*s, -8*s), time.Minute, 10*s, own(0)), 0, 1, outcome{served: 1}, 10},
		{"alive all the while", small(at(-9*s), time.Minute, 100*s), 0, 1, outcome{inService: 1}, -1},
	} {
		c.cfg.Settle = time.Minute
		for _, step := range []time.Duration{s, 500 * ms, time.Minute} {
			if c.cfg.Step = step; step == time.Minute && c.want.retries > 0 {
				continue
			}
			r := run(t, c.cfg)
			expect(t, r, c.want)
			is(t, c.what+": offered", r.Requests.Offered, c.offered)
			is(t, c.what+": carried in", r.Requests.CarriedIn, c.carriedIn)
			is(t, c.what+": rows", len(r.Minutes), 1)
			is(t, c.what+": offered in the row", r.Minutes[0].Offered, c.offered)
			if c.latency >= 0 {
				near(t, c.what+": latency", r.Latency.Mean/1e9, c.latency, 1e-9)
			} else {
				is(t, c.what+": latencies", r.Latency.Count, 0)
			}
		}
	}
	wasted := func(d time.Duration) time.Duration {
		return run(t, small(at(-5*s), time.Minute, 10*s, timeout(d), settled(time.Minute))).Requests.Wasted
	}
	is(t, "wasted from the start on", wasted(2*s), 5*s)
	is(t, "wasted from 2 s on", wasted(7*s), 3*s)
}

// An instance alive at the start is billed as launched then, hours and extremes are of the run alone.
func TestSettleBillsFromTheStart(t *testing.T) {
	s := time.Second
	c := small(at(-15*s), 2*time.Minute, 25*s, instances(3), startUp(30*s), settled(2*time.Minute),
		plan(want{-60 * s, 1}, want{-40 * s, 2}, want{-10 * s, 3}, want{90 * s, 1}))
	// 1, 2 are gone by −60; 3 starts −40…−10; 4 starts −10…20; the request is on 0 (−15…10)
	r, lives := livesOf(t, c)
	if diff := differ(lives, map[int][2]float64{0: {0, 120}, 3: {0, 90}, 4: {0, 90}}); diff != "" {
		t.Error(diff)
	}
	is(t, "billed", r.Cost.Billed.Int64(), int64(300*s))
	near(t, "starting", r.Hours.Starting*3600, 20, 1e-9)
	near(t, "in service", r.Hours.Serving*3600, 120+90+70, 1e-9)
	is(t, "least", r.ServingMin, 1)
	is(t, "most", r.ServingMax, 3)
	near(t, "utilization", r.Utilization, 10./280, 1e-12)
	near(t, "in flight", r.InFlight, 10./120, 1e-12)
	few := run(t, small(at(), time.Minute, s, instances(5), settled(time.Minute), plan(want{-30 * s, 2})))
	is(t, "extremes of the run and of its minute", [4]int{few.ServingMin, few.ServingMax, few.Minutes[0].ServingMin, few.Minutes[0].ServingMax}, [4]int{2, 2, 2, 2})
	c.Fleet.Billing.Starting = "free"
	is(t, "billed from service", run(t, c).Cost.Billed.Int64(), int64((120+90+70)*s))
	is(t, "decisions within the run", len(r.Decisions), 1)
	is(t, "scaling", r.Scaling.In+r.Scaling.Out, 1)
}

// Failures, decisions and refusals of the settle time are not reported, their effects last; a scaler remembers its past.
func TestSettleIsNotReported(t *testing.T) {
	s := time.Second
	var past int
	c := small(at(), time.Minute, s, instances(2), settled(2*time.Minute), plan(want{-90 * s, 3}), startUp(100*s),
		failing(losing(1, -60*s)), replaceAfter(30*s), watching(func(o policy.Observation) { past = len(o.Past) }, "Invocations"))
	r := run(t, c)
	is(t, "decisions", len(r.Decisions), 0)
	is(t, "happenings", len(r.Happenings), 0)
	is(t, "lost in the row", r.Minutes[0].Lost, 0)
	is(t, "past", past, 1)
	near(t, "in service", r.Minutes[0].ServingMean, 1+50./60, 1e-12) // one more from 10 s on; the new launch of −30 s would come at 70
	is(t, "starting", r.Minutes[0].Starting, 1)
}

// Metric periods count from clock.start: a first, partial one of the settle time is not published, and nothing of it is in the
// next one.
func TestMetricPeriodsCountFromTheStart(t *testing.T) {
	s := time.Second
	own := MetricTiming{Period: length(90 * s)}
	d := at(-110*s, -50*s, -20*s, 10*s)
	// the service at −50 takes 6 s, the others 2; the period from −180 on is partial: only [−90, 0) and [0, 90) are published
	slowed := func(c *Config) {
		c.Service.Events = []ServiceEvent{{Slowdown: &Slowdown{Begin: -60 * s, Multiply: 3, Hold: 15 * s}}}
	}
	for metric, want := range map[string][2]float64{
		"Invocations":            {2, 1},
		"InvocationsPerInstance": {2 * 60. / 90, 1 * 60. / 90},
		"ModelLatency":           {(6e6 + 2e6) / 2, 2e6},
		"CPUUtilization":         {100 * 8. / 90, 100 * 2. / 90},
	} {
		c := small(d, 90*s, 2*s, settled(2*time.Minute), slowed, watching(nil, metric), timing(metric, own))
		r := run(t, c)
		p := r.Series[0].Points
		if len(p) != 2 || p[0].End != 0 || p[1].End != 90*s {
			t.Fatalf("%s: %+v", metric, p)
		}
		near(t, metric+" of the settle time", p[0].Value, want[0], 1e-9*want[0])
		near(t, metric+" of the run", p[1].Value, want[1], 1e-9*want[1])
	}
}
