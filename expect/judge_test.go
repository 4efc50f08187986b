package expect

import (
	"math"
	"math/big"
	"testing"
	"time"

	"headroom/histogram"
	"headroom/sim"
)

const second = time.Second

// run is a result with these minutes, one after the other, whose totals are their sums; every minute's quantiles are its
// latency and its wait.
func run(minutes ...sim.Minute) *sim.Result {
	r := &sim.Result{Minutes: minutes, Utilization: math.NaN()}
	r.Config.Start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	r.Config.Length = time.Duration(len(minutes)) * time.Minute
	r.Config.Quantiles = Quantiles(nil)
	r.Config.Service.Concurrency = 1
	r.Cost = sim.Cost{Currency: "USD", Total: big.NewRat(0, 1)}
	all := new(histogram.Histogram)
	sum := 0.0
	for i := range r.Minutes {
		m := &r.Minutes[i]
		m.At = time.Duration(i) * time.Minute
		r.Requests.Offered += m.Offered
		r.Requests.Served += m.Served
		r.Requests.Failed += m.Failed
		r.Requests.Retries += m.Retries
		all.AddN(m.Max, float64(m.Served))
		sum += float64(m.Max) * float64(m.Served)
		if m.Served > 0 {
			r.Latency.Max = max(r.Latency.Max, m.Max)
		}
	}
	r.Latency.Count, r.Latency.Samples = r.Requests.Served, all
	if r.Requests.Served > 0 {
		r.Latency.Mean = sum / float64(r.Requests.Served)
	}
	r.Wait = r.Latency
	return r
}

// served is a minute with n requests served, all with one latency (and wait).
func served(n int64, latency time.Duration) sim.Minute {
	q := make([]time.Duration, len(Quantiles(nil)))
	for i := range q {
		q[i] = latency
	}
	return sim.Minute{Offered: n, Attempts: n, Served: n, Mean: float64(latency), WaitMean: float64(latency), Max: latency, WaitMax: latency, Latency: q, Wait: q}
}

func failed(n int64) sim.Minute { return sim.Minute{Offered: n, Attempts: n, Failed: n} }

var idle = sim.Minute{}

func TestJudge(t *testing.T) {
	fast, slow := served(10, second/2), served(10, 2*second)
	mixed := served(999, second/2)
	mixed.Failed = 1
	waiting := sim.Minute{Waiting: 3}
	busy := sim.Minute{ServingMean: 4, ServingMin: 3, ServingMax: 6, Utilization: .9, InFlight: 8}
	closed := sim.Minute{Utilization: math.NaN()}
	none := math.NaN()
	for name, c := range map[string]struct {
		ask      string
		r        *sim.Result
		held     bool
		value    string
		measured float64
	}{
		"three of four minutes":                   {"p99 < 1s in 75% of minutes", run(fast, fast, slow, fast), true, "75% of minutes", .75},
		"three of four minutes are too few":       {"p99 < 1s in 75.1% of minutes", run(fast, fast, slow, fast), false, "75% of minutes", .75},
		"an empty night is kept":                  {"p99 < 1s in 100% of minutes", run(fast, idle, idle, fast), true, "100% of minutes", 1},
		"empty minutes do not count":              {"p99 < 1s in 60% of minutes", run(fast, idle, idle, slow), false, "50% of minutes", .5},
		"a total outage is missed":                {"p99 < 1s in 99% of minutes", run(failed(5), failed(5)), false, "0% of minutes", 0},
		"a minute that only waits is missed":      {"p99 < 1s in 60% of minutes", run(fast, waiting), false, "50% of minutes", .5},
		"a wait that only waits is missed":        {"wait p99 < 1s in 60% of minutes", run(fast, waiting), false, "50% of minutes", .5},
		"no minute counts":                        {"p99 < 1s in 99% of minutes", run(idle, idle), true, "no requests", none},
		"no minutes":                              {"p99 < 1s in 99% of minutes", run(), true, "no requests", none},
		"no request in the whole run":             {"p99 < 1s", run(idle), true, "no requests", none},
		"nothing served but failed":               {"p99 < 1s", run(failed(5)), false, "nothing served", none},
		"wait of nothing served but failed":       {"wait mean < 1s", run(failed(5)), false, "nothing served", none},
		"whole quantile":                          {"p50 <= 2s", run(slow, slow, fast), true, "2s", 2},
		"whole mean":                              {"mean < 1s", run(fast, slow), false, "1.25s", 1.25},
		"whole max":                               {"max <= 2s", run(fast, slow), true, "2s", 2},
		"max is not below itself":                 {"max < 2s", run(fast, slow), false, "2s", 2},
		"at least":                                {"max >= 2s", run(fast, slow), true, "2s", 2},
		"more":                                    {"max > 2s", run(fast, slow), false, "2s", 2},
		"failed exactly at the bound":             {"failed < 0.1%", run(mixed), false, "0.1%", .001},
		"failed at most the bound":                {"failed <= 0.1%", run(mixed), true, "0.1%", .001},
		"availability exactly at the bound":       {"availability >= 99.9%", run(mixed), true, "99.9%", .999},
		"failed of nothing":                       {"failed < 0.1%", run(idle), true, "no requests", none},
		"failed of all":                           {"failed < 0.1%", run(failed(3)), false, "100%", 1},
		"a minute of 0/0 does not count":          {"failed < 50% in 60% of minutes", run(waiting, failed(1), fast), false, "50% of minutes", .5},
		"availability by minutes":                 {"availability > 99% in 50% of minutes", run(failed(1), fast), true, "50% of minutes", .5},
		"instances by minutes: every one":         {"instances >= 4 in 100% of minutes", run(busy, idle), false, "50% of minutes", .5},
		"instances max by minutes":                {"instances max < 6 in 100% of minutes", run(busy, idle), false, "50% of minutes", .5},
		"utilization by minutes: every one":       {"utilization < 80% in 100% of minutes", run(busy, idle, idle, idle), false, "75% of minutes", .75},
		"no slot, no utilization to be wrong":     {"utilization > 80% in 100% of minutes", run(busy, closed), true, "100% of minutes", 1},
		"utilization that does not exist":         {"utilization > 80%", run(idle), true, "no requests", none},
		"in flight by minutes that count":         {"in flight < 5 in 100% of minutes", run(busy, fast), true, "100% of minutes", 1},
		"rounding does not turn a miss into kept": {"failed < 33.33%", run(func() sim.Minute { m := failed(33331); m.Served = 66669; m.Latency = fast.Latency; return m }()), false, "33.331%", .33331},
	} {
		t.Run(name, func(t *testing.T) {
			v := Judge([]Ask{must(t, c.ask)}, c.r)[0]
			if v.Held != c.held || v.Value != c.value || math.Abs(v.Measured-c.measured) > 1e-12 || math.IsNaN(v.Measured) != math.IsNaN(c.measured) {
				t.Errorf("%s: held %v, %q, measured %v; want %v, %q, %v", c.ask, v.Held, v.Value, v.Measured, c.held, c.value, c.measured)
			}
		})
	}
}

func TestJudgeWholeRun(t *testing.T) {
	r := run(served(600, second))
	r.Config.Length = 73 * time.Hour // a tenth of a month
	r.Requests.Retries, r.Requests.Offered = 200, 600
	r.Cost.Total = big.NewRat(123, 10)
	r.ServingMean, r.ServingMax, r.Utilization, r.InFlight = 2.5, 4, .625, 7.25
	for _, c := range []struct {
		ask      string
		held     bool
		value    string
		measured float64
	}{
		{"cost < 12.3", false, "12.30 USD", 12.3},
		{"cost <= 12.3 USD", true, "12.30 USD", 12.3},
		{"cost < 12.301", true, "12.30 USD", 12.3},
		{"cost per 1000 < 20.5", false, "20.50 USD", 20.5},
		{"cost per month <= 123", true, "123.00 USD", 123},
		{"instances <= 2.5", true, "2.5", 2.5},
		{"instances max < 4", false, "4", 4},
		{"utilization > 62.5%", false, "62.5%", .625},
		{"in flight < 7.25", false, "7.25", 7.25},
		{"retries < 25%", false, "25%", .25},
	} {
		v := Judge([]Ask{must(t, c.ask)}, r)[0]
		if v.Held != c.held || v.Value != c.value || v.Measured != c.measured {
			t.Errorf("%s: held %v, %q, measured %v; want %v, %q, %v", c.ask, v.Held, v.Value, v.Measured, c.held, c.value, c.measured)
		}
	}
}

func TestCostPer1000OfNothing(t *testing.T) {
	v := Judge([]Ask{must(t, "cost per 1000 < 1")}, run(failed(3)))[0]
	if !v.Held || v.Value != "no requests" || !math.IsNaN(v.Measured) {
		t.Errorf("got %+v", v)
	}
}

func TestFluidKnowsNoMax(t *testing.T) {
	r := run(served(10, second))
	r.Latency.Max = -1
	if v := Judge([]Ask{must(t, "max < 1ms")}, r)[0]; !math.IsNaN(v.Measured) || v.Value != "not known" {
		t.Errorf("got %+v", v)
	}
}
