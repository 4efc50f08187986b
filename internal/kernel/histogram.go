package kernel

import "math/bits"

// A histogram counts nanoseconds in 128 buckets to the octave.
type histogram[N uint32 | float64] struct {
	counts [57 * 128]N
	low    int // in windows: no bucket below is used, none from high on
	high   int
}

func bucket(d int64) int {
	if d < 128 {
		return int(d)
	}
	e := bits.Len64(uint64(d)) - 8
	return e<<7 + int(uint64(d)>>uint(e))
}

func lower(i int) int64 {
	if i < 256 {
		return int64(i)
	}
	e := i>>7 - 1
	return int64(i&127|128) << uint(e)
}

// quantiles writes the quantiles of ascending shares, in one pass over the buckets that may be used.
func (h *histogram[N]) quantiles(out []int64, shares []float64) {
	total, sum, k := 0.0, 0.0, 0
	for _, n := range h.counts[h.low:h.high] {
		total += float64(n)
	}
	for i, n := range h.counts[h.low:h.high] {
		sum += float64(n)
		for ; n > 0 && k < len(shares) && sum >= shares[k]*total; k++ {
			out[k] = (lower(h.low+i) + lower(h.low+i+1)) / 2
		}
	}
}

// reach takes note of the buckets from a to b.
func (h *histogram[N]) reach(a, b int) { h.low, h.high = min(h.low, a), max(h.high, b+1) }

// fold adds a histogram to h and empties it.
func (h *histogram[N]) fold(o *histogram[N]) {
	for i := o.low; i < o.high; i++ {
		h.counts[i] += o.counts[i]
		o.counts[i] = 0
	}
	h.reach(o.low, o.high-1)
	o.low, o.high = len(o.counts), 0
}

// quantile is one of them.
func (h *histogram[N]) quantile(share float64) int64 {
	var out [1]int64
	h.low, h.high = 0, len(h.counts)
	h.quantiles(out[:], []float64{share})
	return out[0]
}

// A Result is what became of the requests of a kernel's run.
type Result struct {
	Requests int64
	MeanWait float64 // seconds
	P50, P99 int64   // of the latency, nanoseconds
	Launched int     // instances, those at the begin included
}
