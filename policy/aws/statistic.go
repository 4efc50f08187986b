package aws

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/histogram"
	"headroom/policy"
	"headroom/unit"
)

// A Statistic is what an alarm makes of the samples of one of its periods: a word, or p and a percentile. The zero value is
// the average.
type Statistic struct {
	word  string  // sum, min, max, count; "" is the average unless share ≥ 0 is meant
	isP   bool    // a percentile
	share float64 // of a percentile, 0…1
}

// UnmarshalText reads average, sum, min, max, count, or a percentile from p0 to p100.
func (s *Statistic) UnmarshalText(text []byte) error {
	switch word := string(text); word {
	case "average":
		*s = Statistic{}
		return nil
	case "sum", "min", "max", "count":
		*s = Statistic{word: word}
		return nil
	default:
		digits, ok := strings.CutPrefix(word, "p")
		p, err := strconv.ParseFloat(digits, 64)
		if !ok || !plain(digits) || err != nil || p > 100 {
			return &unit.Bad{Must: "one of average, sum, min, max, count, or a percentile from p0 to p100", Got: strconv.Quote(word)}
		}
		*s = Statistic{word: strings.ToLower(word), isP: true, share: p / 100}
		return nil
	}
}

// String is what UnmarshalText reads.
func (s Statistic) String() string {
	if s.word == "" {
		return "average"
	}
	return s.word
}

// MarshalText is String.
func (s Statistic) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Pattern is the text of a statistic as a regular expression.
func (Statistic) Pattern() string {
	return `^(average|sum|min|max|count|p(100|[1-9]?[0-9])(\.[0-9]+)?)$`
}

// Percentile tells whether it is a percentile, so that points must carry their samples.
func (s Statistic) Percentile() bool { return s.isP }

// enough is the number of samples below which CloudWatch calls a percentile not significant: 10 ÷ (1 − p) from the median up,
// 10 ÷ p below it.
func (s Statistic) enough() float64 {
	switch {
	case !s.isP:
		return 0
	case s.share >= 0.5:
		return 10 / (1 - s.share)
	default:
		return 10 / s.share
	}
}

// Of is the statistic of the points of one alarm period (at least one), all of one metric, as if their samples were one set.
// scratch is used for percentiles over several points.
func (s Statistic) Of(points []policy.Point, scratch *histogram.Histogram) float64 {
	switch {
	case s.isP:
		return s.percentile(points, scratch)
	case s.word == "sum":
		return total(points, func(p *policy.Point) float64 { return p.Sum })
	case s.word == "count":
		return total(points, func(p *policy.Point) float64 { return p.Count })
	case s.word == "min":
		least := points[0].Min
		for i := range points {
			least = min(least, points[i].Min)
		}
		return least
	case s.word == "max":
		most := points[0].Max
		for i := range points {
			most = max(most, points[i].Max)
		}
		return most
	case len(points) == 1:
		return points[0].Value
	}
	weight := total(points, func(p *policy.Point) float64 { return p.Weight })
	if weight <= 0 {
		return total(points, func(p *policy.Point) float64 { return p.Value }) / float64(len(points))
	}
	return total(points, func(p *policy.Point) float64 { return float64(p.Value * p.Weight) }) / weight
}

// percentile reads the pooled samples (kept in ns, published in µs), or ranks the values of a metric with one sample a period.
func (s Statistic) percentile(points []policy.Point, scratch *histogram.Histogram) float64 {
	if points[0].Samples == nil {
		values := make([]float64, len(points))
		for i := range points {
			values[i] = points[i].Value
		}
		slices.Sort(values)
		rank := 0
		for rank < len(values)-1 && float64(rank+1) < s.share*float64(len(values))-1e-9 {
			rank++
		}
		return values[rank]
	}
	h := points[0].Samples
	if len(points) > 1 {
		h = scratch
		h.Reset()
		for i := range points {
			if points[i].Samples != nil {
				h.Merge(points[i].Samples)
			}
		}
	}
	return float64(h.Quantile(s.share)) / float64(time.Microsecond)
}

// total adds one number of every point.
func total(points []policy.Point, number func(*policy.Point) float64) float64 {
	sum := 0.0
	for i := range points {
		sum += number(&points[i])
	}
	return sum
}
