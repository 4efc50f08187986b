package plots

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func drawSamples(r *rapid.T) []sample {
	n := rapid.IntRange(1, 400).Draw(r, "n")
	var out []sample
	for i := range n {
		v := rapid.SampledFrom([]float64{nan, 0, 1, 2, 3, 50}).Draw(r, "v")
		from := time.Duration(i) * time.Minute
		if rapid.IntRange(0, 20).Draw(r, "skip") == 0 {
			continue
		}
		out = append(out, sample{from, from + time.Minute, v})
	}
	return out
}

// However few columns there are, no spike is lost: the extremes of every column are those of its samples, every sample is in
// one column, and a gap stays a gap.
func TestColumnsKeepSpikes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		data := drawSamples(r)
		width := time.Duration(rapid.IntRange(0, 40).Draw(r, "width")) * 30 * time.Second
		cols := columns(data, width)
		k := 0
		for _, c := range cols {
			lo, hi := math.Inf(1), math.Inf(-1)
			for k < len(data) && math.IsNaN(data[k].v) {
				k++
			}
			first, begin := data[k], data[k].from
			last, end := first, first.from
			for k < len(data) && data[k].to <= c.to {
				if math.IsNaN(data[k].v) || data[k].from != end {
					r.Fatalf("column %v…%v covers a gap at %v", c.from, c.to, data[k].from)
				}
				lo, hi = math.Min(lo, data[k].v), math.Max(hi, data[k].v)
				last, end = data[k], data[k].to
				k++
			}
			if c.from != begin || c.to != end || c.least != lo || c.largest != hi || c.first != first.v || c.last != last.v {
				r.Fatalf("column %+v is not of its samples: %v…%v, %g…%g, %g to %g", c, begin, end, lo, hi, first.v, last.v)
			}
		}
		for ; k < len(data); k++ {
			if !math.IsNaN(data[k].v) {
				r.Fatalf("the sample at %v is in no column", data[k].from)
			}
		}
	})
}

// The thickest slab of each stretch stays, to the last point of height.
func TestThickestKeepsTheLargest(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var data []slab
		most := 0.0
		for _, s := range drawSamples(r) {
			data = append(data, slab{s.from, s.to, 0, s.v})
			if s.v > most {
				most = s.v
			}
		}
		width := time.Duration(rapid.IntRange(0, 40).Draw(r, "width")) * 30 * time.Second
		got := 0.0
		for _, s := range thickest(data, width) {
			if s.some() {
				got = math.Max(got, s.hi-s.lo)
			}
		}
		if got != most {
			r.Fatalf("the largest area is %g high, got %g", most, got)
		}
	})
}
