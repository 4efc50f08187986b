package aws

import "math"

// A band is one step: from and to are absolute levels of the metric, ±∞ where the step is open.
type band struct {
	from, to float64
	by       int
}

// bands are the steps around a threshold.
func bands(steps []Adjustment, threshold float64) []band {
	out := make([]band, len(steps))
	for i, s := range steps {
		out[i] = band{math.Inf(-1), math.Inf(1), s.By}
		if s.From != nil {
			out[i].from = threshold + s.From.Value()
		}
		if s.To != nil {
			out[i].to = threshold + s.To.Value()
		}
	}
	return out
}

// adjustment is the step that a metric's value falls into. From the threshold up a band holds its lower end and not its upper
// one, below the threshold the other way round; at the threshold itself the alarm's side decides. ok is false in no band.
func adjustment(bands []band, t threshold, value float64) (by int, ok bool) {
	value = snap(value, t.level)
	up := value > t.level || value == t.level && t.above
	for _, b := range bands {
		v := snap(snap(value, b.from), b.to)
		if up && v >= b.from && v < b.to || !up && v > b.from && v <= b.to {
			return b.by, true
		}
	}
	return 0, false
}

// snap is the level where the value is within 1e-9 of it, else the value.
func snap(value, level float64) float64 {
	if math.Abs(value-level) <= same*math.Abs(level) && !math.IsInf(level, 0) {
		return level
	}
	return value
}

// adjusted is the capacity after a step: by percent (the change rounded as AWS does, and raised to the least change), by a
// number of instances, or to exactly that number. Never below 0.
func adjusted(capacity int, adjust string, by, least int) int {
	switch adjust {
	case "exact":
		return max(by, 0)
	case "change":
		return max(capacity+by, 0)
	}
	delta := percent(capacity * by)
	switch {
	case delta > 0:
		delta = max(delta, least)
	case delta < 0:
		delta = min(delta, -least)
	}
	return max(capacity+delta, 0)
}

// percent rounds a change given in hundredths of an instance: above 1 down, below −1 up, and between them and 0 to ±1.
func percent(hundredths int) int {
	switch d := hundredths / 100; {
	case d != 0:
		return d
	case hundredths > 0:
		return 1
	case hundredths < 0:
		return -1
	}
	return 0
}
