package plots

import (
	"math"
	"time"
)

// A sample is a value that holds in [from, to); NaN is a gap. Samples of a line ascend and do not overlap.
type sample struct {
	from, to time.Duration
	v        float64
}

// A slab is an area between lo and hi in [from, to); where hi ≤ lo, or either is NaN, there is none.
type slab struct {
	from, to time.Duration
	lo, hi   float64
}

// A column is what the samples of one column of the paper come to: first and last value, least and largest, in the order in
// which the extremes came. Nothing that was in the samples lies outside least…largest, so no spike is lost.
type column struct {
	from, to       time.Duration
	first, last    float64
	least, largest float64
	upFirst        bool // the largest came before the least
}

// columns gathers samples into columns at least width long. A gap ends a column, and is itself not one.
func columns(all []sample, width time.Duration) []column {
	var out []column
	open := false
	var until time.Duration
	for _, s := range all {
		if math.IsNaN(s.v) || s.to <= s.from {
			open = false
			continue
		}
		if open && s.from == out[len(out)-1].to && s.from < until {
			c := &out[len(out)-1]
			c.to, c.last = s.to, s.v
			if s.v > c.largest {
				c.largest, c.upFirst = s.v, false
			}
			if s.v < c.least {
				c.least, c.upFirst = s.v, true
			}
			continue
		}
		out = append(out, column{s.from, s.to, s.v, s.v, s.v, s.v, false})
		open, until = true, s.from+width
	}
	return out
}

// thickest gathers slabs into columns at least width long and keeps of each the one with the greatest height, the
// last of equals.
func thickest(all []slab, width time.Duration) []slab {
	var out []slab
	var until time.Duration
	open := false
	for _, s := range all {
		if open && s.from == out[len(out)-1].to && s.from < until {
			o := &out[len(out)-1]
			o.to = s.to
			if s.some() && (!o.some() || s.hi-s.lo >= o.hi-o.lo) {
				o.lo, o.hi = s.lo, s.hi
			}
			continue
		}
		out = append(out, s)
		open, until = true, s.from+width
	}
	return out
}

// some says whether there is any area.
func (s slab) some() bool { return s.hi > s.lo && s.to > s.from }

// cut keeps what lies in [from, to).
func cut(all []sample, from, to time.Duration) []sample {
	out := make([]sample, 0, len(all))
	for _, s := range all {
		if s.from, s.to = max(s.from, from), min(s.to, to); s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}

func cutSlabs(all []slab, from, to time.Duration) []slab {
	out := make([]slab, 0, len(all))
	for _, s := range all {
		if s.from, s.to = max(s.from, from), min(s.to, to); s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}

// joined merges columns or slabs that touch into runs: the indices [i, j) of each.
func joined(n int, touches func(i int) bool) [][2]int {
	var out [][2]int
	for i := 0; i < n; {
		j := i + 1
		for j < n && touches(j) {
			j++
		}
		out = append(out, [2]int{i, j})
		i = j
	}
	return out
}
