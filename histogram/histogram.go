// Package histogram counts durations in log-linear buckets: 128 to the octave, so that a percentile read from it is within
// 0.4 % of the exact one, whatever the shape, in constant memory. Sums of counts are exact and do not depend on their order as
// long as the weights are whole numbers. It is the lowest floor: it imports nothing of ours.
package histogram

import (
	"math"
	"math/bits"
	"time"
)

const (
	subBits = 7            // 128 buckets to the octave
	sub     = 1 << subBits // below 128 ns every nanosecond is a bucket of its own
	buckets = (64 - subBits) * sub
)

// A Histogram counts durations, weighted. The zero value is empty and ready. Not safe for concurrent use.
type Histogram struct {
	counts  []float64
	used    uint64                // bit k is set: some of the sub buckets from k·sub on are used
	octaves [64 - subBits]float64 // sums of sub buckets each
}

// index is the bucket of a duration; negative durations count as 0.
func index(d time.Duration) int {
	x := uint64(max(d, 0))
	e := bits.Len64(x|sub) - subBits - 1 // the mantissa keeps subBits bits below the leading one; 0 below 2·sub
	return e<<subBits + int(x>>(uint(e)&63))
}

// middle is the duration that stands for a bucket: the middle of its range.
func middle(i int) time.Duration {
	if i < 2*sub {
		return time.Duration(i)
	}
	e := i>>subBits - 1
	lower := (i&(sub-1) | sub) << uint(e)
	return time.Duration(lower) + time.Duration(1)<<uint(e)/2
}

// Add counts d once.
func (h *Histogram) Add(d time.Duration) { h.AddN(d, 1) }

// AddN counts d with the weight w ≥ 0 (the fluid engine counts parts of requests).
func (h *Histogram) AddN(d time.Duration, w float64) {
	if h.counts == nil {
		h.counts = make([]float64, buckets)
	}
	i := index(d)
	h.counts[i] += w
	h.octaves[i>>subBits] += w
	h.used |= 1 << (uint(i) >> subBits)
}

// block is the buckets of the lowest octave of used, from bucket base on, and their sum.
func (h *Histogram) block(used uint64) (base int, counts []float64, sum float64) {
	k := bits.TrailingZeros64(used)
	base = k << subBits
	return base, h.counts[base : base+sub], h.octaves[k]
}

// Count is the sum of the weights.
func (h *Histogram) Count() float64 {
	sum := 0.0
	for used := h.used; used != 0; used &= used - 1 {
		sum += h.octaves[bits.TrailingZeros64(used)]
	}
	return sum
}

// Quantile is the smallest duration with at least the share p (0…1) of the weight at or below it, to 0.4 %; 0 when empty.
func (h *Histogram) Quantile(p float64) time.Duration {
	var out [1]time.Duration
	h.Quantiles(out[:], []float64{p})
	return out[0]
}

// Quantiles writes the quantile of each share of ps, which ascend, into out; one pass for all of them.
func (h *Histogram) Quantiles(out []time.Duration, ps []float64) {
	clear(out)
	total := h.Count()
	if total <= 0 {
		return
	}
	total *= 1 - 1e-12 // rounding of sums of parts
	k, sum := 0, 0.0
	for used := h.used; used != 0 && k < len(ps); used &= used - 1 {
		base, counts, all := h.block(used)
		if sum+all < ps[k]*total {
			sum += all
			continue
		}
		next := max(ps[k]*total, math.SmallestNonzeroFloat64) // so that no empty bucket is one
		for i, n := range counts {
			if sum += n; sum < next {
				continue
			}
			for ; k < len(ps) && sum >= ps[k]*total; k++ {
				out[k] = middle(base + i)
			}
			if next = math.Inf(1); k < len(ps) {
				next = ps[k] * total
			}
		}
	}
	for ; k < len(ps); k++ { // rounding of the sum may leave the last ones
		out[k] = middle(h.last())
	}
}

// last is the highest bucket that is used.
func (h *Histogram) last() int {
	i := bits.Len64(h.used)<<subBits - 1
	for i > 0 && h.counts[i] == 0 {
		i--
	}
	return i
}

// Share is the part of the weight at or below d, to one bucket; NaN when empty.
func (h *Histogram) Share(d time.Duration) float64 {
	total := h.Count()
	if total <= 0 {
		return math.NaN()
	}
	sum, end := 0.0, index(d)+1
	for used := h.used; used != 0; used &= used - 1 {
		base, counts, _ := h.block(used)
		for _, n := range counts[:max(0, min(sub, end-base))] {
			sum += n
		}
	}
	return sum / total
}

// Each calls f with the middle and the weight of every used bucket, ascending.
func (h *Histogram) Each(f func(d time.Duration, weight float64)) {
	for used := h.used; used != 0; used &= used - 1 {
		base, counts, _ := h.block(used)
		for i, n := range counts {
			if n != 0 {
				f(middle(base+i), n)
			}
		}
	}
}

// Merge adds all that o counted.
func (h *Histogram) Merge(o *Histogram) {
	if o.used == 0 {
		return
	}
	if h.counts == nil {
		h.counts = make([]float64, buckets)
	}
	for used := o.used; used != 0; used &= used - 1 {
		base, counts, all := o.block(used)
		into := h.counts[base : base+sub]
		for i, n := range counts {
			into[i] += n
		}
		h.octaves[base>>subBits] += all
	}
	h.used |= o.used
}

// Reset empties it and keeps its memory.
func (h *Histogram) Reset() {
	for used := h.used; used != 0; used &= used - 1 {
		base, counts, _ := h.block(used)
		clear(counts)
		h.octaves[base>>subBits] = 0
	}
	h.used = 0
}

// Clone is an independent copy.
func (h *Histogram) Clone() *Histogram {
	c := new(Histogram)
	c.Merge(h)
	return c
}
