package histogram

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func TestIndexMiddleRoundTrip(t *testing.T) {
	for _, d := range []time.Duration{0, 1, 127, 128, 129, 255, 256, 257, 1000, 1e6, 1e9, 3600e9, math.MaxInt64} {
		i := index(d)
		if i < 0 || i >= buckets {
			t.Fatalf("index(%d) = %d, out of range", d, i)
		}
		if m := middle(i); math.Abs(float64(m-d)) > 0.0040*float64(d) {
			t.Errorf("middle(index(%d)) = %d: off by more than 0.4%%", d, m)
		}
		if i != index(middle(i)) {
			t.Errorf("middle(%d) lies in bucket %d", i, index(middle(i)))
		}
	}
	for i := 1; i < buckets; i++ {
		if middle(i) <= middle(i-1) {
			t.Fatalf("middle(%d) = %d is not above middle(%d) = %d", i, middle(i), i-1, middle(i-1))
		}
	}
}

func TestQuantilesAgainstSortedValuesAndHdr(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var h Histogram
	hdr := hdrhistogram.New(1, int64(time.Hour), 3)
	all := make([]time.Duration, 200_000)
	for i := range all {
		all[i] = time.Duration(1e8 * math.Exp(1.2*r.NormFloat64()))
		h.Add(all[i])
		_ = hdr.RecordValue(int64(all[i]))
	}
	slices.Sort(all)
	for _, p := range []float64{0.001, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1} {
		want := float64(all[int(math.Ceil(p*float64(len(all))))-1])
		if got := float64(h.Quantile(p)); math.Abs(got-want) > 0.005*want {
			t.Errorf("p%v = %v, sorted values say %v", p*100, got, want)
		}
		if got, other := float64(h.Quantile(p)), float64(hdr.ValueAtQuantile(p*100)); math.Abs(got-other) > 0.006*other {
			t.Errorf("p%v = %v, HdrHistogram says %v", p*100, got, other)
		}
	}
	if h.Count() != float64(len(all)) {
		t.Errorf("count %v", h.Count())
	}
}

func TestMergeIsTheSameAsOne(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var one, a, b Histogram
	for range 10_000 {
		d := time.Duration(r.ExpFloat64() * 1e9)
		one.Add(d)
		if r.IntN(2) == 0 {
			a.Add(d)
		} else {
			b.Add(d)
		}
	}
	a.Merge(&b)
	for p := 0.0; p <= 1; p += 0.01 {
		if a.Quantile(p) != one.Quantile(p) {
			t.Fatalf("p%v: merged %v, one %v", p, a.Quantile(p), one.Quantile(p))
		}
	}
	a.Reset()
	if a.Count() != 0 || a.Quantile(0.5) != 0 {
		t.Error("reset does not empty")
	}
}

// Everything that reads a histogram agrees with a plain list, also with gaps of many octaves, and after a reset.
func TestSparseValues(t *testing.T) {
	values := []time.Duration{0, 0, 5, 127, 128, 3000, 1e9, 1e9 + 1, 1e15, math.MaxInt64}
	var h Histogram
	for range 2 {
		for _, d := range values {
			h.Add(d)
		}
		sum, last := 0.0, time.Duration(-1)
		h.Clone().Each(func(d time.Duration, w float64) {
			if d <= last {
				t.Errorf("%v comes after %v", d, last)
			}
			sum, last = sum+w, d
		})
		if sum != 10 || h.Count() != 10 {
			t.Errorf("weights sum to %v, count %v", sum, h.Count())
		}
		for k, d := range values {
			if got := h.Share(middle(index(d))); got < float64(k+1)/10 || got > float64(k+3)/10 {
				t.Errorf("share at or below %v: %v", d, got)
			}
			if got := h.Quantile(float64(k+1) / 10); math.Abs(float64(got-d)) > 0.004*float64(d) {
				t.Errorf("quantile %d/10: %v, want %v", k+1, got, d)
			}
		}
		if got := h.Share(2000); got != 0.5 {
			t.Errorf("share at or below 2 µs: %v", got)
		}
		h.Reset()
		if !math.IsNaN(h.Share(0)) || h.Quantile(1) != 0 {
			t.Error("reset does not empty")
		}
	}
}
