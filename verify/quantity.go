package verify

import (
	"fmt"
	"math"
	"strings"
	"time"

	"headroom/histogram"
	"headroom/sim"
)

// A quantity is one number of a world.
type quantity struct {
	key, metric, unit string
	exact             func() float64
	of                func(*sim.Result) float64             // in one run
	pooled            func(*tally) float64                  // of all runs together; nil: the mean of the runs
	slack             func(exact float64, t *tally) float64 // what the simulator rounds at most; nil: nothing
}

// known is an exact value that is there already.
func known(x float64) func() float64 { return func() float64 { return x } }

const second = 1e9 // nanoseconds

func meanWait(exact func() float64) quantity {
	return quantity{key: "wait", metric: "mean wait", unit: "s", exact: exact, of: func(r *sim.Result) float64 { return r.Wait.Mean / second }}
}

func meanResponse(exact func() float64) quantity {
	return quantity{key: "response", metric: "mean response", unit: "s", exact: exact, of: func(r *sim.Result) float64 { return r.Latency.Mean / second }}
}

func sdWait(exact func() float64) quantity {
	return quantity{key: "wait-sd", metric: "standard deviation of the wait", unit: "s", exact: exact, of: func(r *sim.Result) float64 {
		return deviation(r.Wait.Samples)
	}}
}

// deviation is the standard deviation of what a histogram holds; what it rounds is evened out.
func deviation(h *histogram.Histogram) float64 {
	var n, sum, squares float64
	h.Each(func(d time.Duration, w float64) {
		x := d.Seconds()
		n, sum, squares = n+w, sum+w*x, squares+w*x*x
	})
	return math.Sqrt(squares/n - sum/n*sum/n)
}

// pWait is the share of the served that did not get a slot at once.
func pWait(exact func() float64) quantity {
	return quantity{key: "pwait", metric: "P(wait)", exact: exact, of: func(r *sim.Result) float64 { return 1 - r.Wait.Samples.Share(0) }}
}

// utilization of the slots.
func utilization(exact func() float64) quantity {
	return quantity{key: "util", metric: "utilisation", exact: exact, of: func(r *sim.Result) float64 { return r.Utilization }}
}

// present is the mean number in the system.
func present(exact func() float64) quantity {
	return quantity{key: "present", metric: "mean in the system", exact: exact, of: func(r *sim.Result) float64 { return r.InFlight }}
}

// failed is the share of requests that failed, of whatever cause.
func failed(key, metric string, exact func() float64) quantity {
	return quantity{key: key, metric: metric, exact: exact, of: func(r *sim.Result) float64 {
		return float64(r.Requests.Failed) / float64(r.Requests.Failed+r.Requests.Served)
	}}
}

// inService is the mean number of instances in service.
func inService(exact func() float64) quantity {
	return quantity{key: "instances", metric: "instances in service", exact: exact, of: func(r *sim.Result) float64 { return r.ServingMean }}
}

// percentile of the wait or the response, as the simulator prints it: of all runs' requests together, to half a bucket.
func percentile(of string, p float64, exact func() float64) quantity {
	pick := func(t *tally) *histogram.Histogram { return &t.wait }
	one := func(r *sim.Result) *histogram.Histogram { return r.Wait.Samples }
	if of == "response" {
		pick = func(t *tally) *histogram.Histogram { return &t.latency }
		one = func(r *sim.Result) *histogram.Histogram { return r.Latency.Samples }
	}
	name := strings.Replace(fmt.Sprintf("p%g", 100*p), ".", "", 1)
	return quantity{
		key: of + "-" + name, metric: of + " " + name, unit: "s", exact: exact,
		of:     func(r *sim.Result) float64 { return one(r).Quantile(p).Seconds() },
		pooled: func(t *tally) float64 { return pick(t).Quantile(p).Seconds() },
		slack:  func(exact float64, _ *tally) float64 { _, width := bucket(exact); return width / 2 },
	}
}

// bucket is the begin and the width of the histogram's bucket that holds a number of seconds: 128 to the octave of nanoseconds.
func bucket(seconds float64) (begin, width float64) {
	ns := math.Round(seconds * second)
	w := math.Exp2(math.Max(0, math.Floor(math.Log2(math.Max(ns, 1)))-7))
	return math.Floor(ns/w) * w / second, w / second
}

// above is the share of waits longer than a limit: the bucket that holds it counts half.
func above(limit float64, exact func() float64) quantity {
	return quantity{
		key: fmt.Sprintf("above-%gs", limit), metric: fmt.Sprintf("P(wait > %g s)", limit), exact: exact,
		of:    func(r *sim.Result) float64 { over, in := beyond(r.Wait.Samples, limit); return over + in/2 },
		slack: func(_ float64, t *tally) float64 { _, in := beyond(&t.wait, limit); return in / 2 },
	}
}

// beyond is the share above the bucket of a limit, and the share in it.
func beyond(h *histogram.Histogram, limit float64) (over, in float64) {
	begin, width := bucket(limit)
	n := 0.0
	h.Each(func(d time.Duration, w float64) {
		n += w
		switch x := d.Seconds(); {
		case x >= begin+width:
			over += w
		case x >= begin:
			in += w
		}
	})
	return over / n, in / n
}
