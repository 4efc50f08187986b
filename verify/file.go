package verify

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/unit"
)

// file is a scenario file in the making.
type file struct {
	traffic, service, scaling string   // the blocks, in flow style without their braces
	fleet                     string   // what comes after the price
	rest                      []string // further blocks
	length, settle, step      time.Duration
}

// start of all clocks: a day without anything special in a zone without summer.
const start = "2026-01-05T00:00:00"

// text is the file.
func (f file) text(name string, seed uint64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nname: %q\n", name)
	fmt.Fprintf(&b, "clock: {start: %s, length: %s, settle: %s, step: %s, seed: %d}\n", start, unit.FormatDuration(f.length),
		unit.FormatDuration(f.settle), unit.FormatDuration(f.step), seed)
	fmt.Fprintf(&b, "traffic: {%s}\nservice: {%s}\nfleet: {price: 1 USD/h%s}\nscaling: {%s}\n", f.traffic, f.service, f.fleet, f.scaling)
	for _, line := range f.rest {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// constant traffic at a rate per second.
func constant(rate float64) string { return "curves: [{constant: {rate: " + number(rate) + "rps}}]" }

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// fixed fleet.
func fixed(n int) string { return "fixed: {instances: " + strconv.Itoa(n) + "}" }

// span sets how long a run is, so that all runs together meet about as many requests, and how long it settles: twelve times
// what the system needs to forget, e^−12 of the empty start is left. At least four times as long is reported.
func (f *file) span(requests, rate, forget float64, runs int) {
	settle := minutes(12*forget + 30)
	f.settle = settle
	f.length = max(minutes(requests/rate/float64(runs)), 4*settle)
	if f.step == 0 {
		f.step = time.Minute
	}
}

// brief has runs of half the length, and twice as many: a quick go makes half of them, which are as many as another world's.
func (w *world) brief() *world {
	w.file.length = max(minutes(w.file.length.Seconds()/2), 2*w.file.settle)
	w.quick, w.runs = w.runs, 2*w.runs
	return w
}

// minutes is whole minutes, rounded up.
func minutes(seconds float64) time.Duration {
	return time.Duration(math.Ceil(seconds/60)) * time.Minute
}

// forget is the relaxation time of M/M/c with services of mean 1, 1 ÷ (√c − √λ)², times how variable arrivals and services are.
func forget(lambda float64, c int, variation float64) float64 {
	d := math.Sqrt(float64(c)) - math.Sqrt(lambda)
	return math.Max(1, math.Max(1, variation)/(d*d))
}
