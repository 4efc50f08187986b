package report

import (
	"bytes"
	"encoding/json"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Number is a measure of one run, or of many with its 95 % interval. Of one run it is written as a number, of many as
// {"mean", "low", "high"}; what does not exist is null.
type Number struct {
	Mean      float64 // NaN: does not exist
	Low, High float64 // NaN: does not exist (one run only has it)
	Many      bool    // of several runs
}

// Plain is a Number of one run.
func Plain(x float64) Number { return Number{Mean: x, Low: math.NaN(), High: math.NaN()} }

// Exists says whether there is a number at all.
func (n Number) Exists() bool { return !math.IsNaN(n.Mean) }

// Over is the mean of the values that exist, with the bounds of its 95 % interval by Student's t (n − 1 degrees of freedom):
// the runs are independent, their mean is nearly normal. Values that are all equal have an interval without width.
func Over(values []float64) Number {
	var xs []float64
	for _, x := range values {
		if !math.IsNaN(x) {
			xs = append(xs, x)
		}
	}
	n := Number{Mean: math.NaN(), Low: math.NaN(), High: math.NaN(), Many: true}
	if len(xs) == 0 {
		return n
	}
	if same(xs) {
		n.Mean = xs[0]
		if len(xs) > 1 {
			n.Low, n.High = xs[0], xs[0]
		}
		return n
	}
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	n.Mean = sum / float64(len(xs))
	squares := 0.0
	for _, x := range xs {
		squares += (x - n.Mean) * (x - n.Mean)
	}
	free := float64(len(xs) - 1)
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: free}.Quantile(0.975) * math.Sqrt(squares/free/float64(len(xs)))
	n.Low, n.High = n.Mean-half, n.Mean+half
	return n
}

// Variance of the values that exist (n − 1 in the denominator); NaN of fewer than two.
func Variance(values []float64) float64 {
	n, mean, squares := 0.0, 0.0, 0.0
	for _, x := range values {
		if !math.IsNaN(x) {
			n++
			d := x - mean
			mean += d / n
			squares += d * (x - mean)
		}
	}
	if n < 2 {
		return math.NaN()
	}
	return squares / (n - 1)
}

// same says whether all values are one, to the rounding of the sums that they were made of.
func same(xs []float64) bool {
	for _, x := range xs {
		if math.Abs(x-xs[0]) > 1e-12*math.Abs(xs[0]) {
			return false
		}
	}
	return true
}

// Share is the part of runs in which something held, with its 95 % Clopper–Pearson bounds (exact for a binomial count).
func Share(held, runs int) Number {
	n := Number{Mean: float64(held) / float64(runs), Low: 0, High: 1, Many: true}
	k, all := float64(held), float64(runs)
	if held > 0 {
		n.Low = distuv.Beta{Alpha: k, Beta: all - k + 1}.Quantile(0.025)
	}
	if held < runs {
		n.High = distuv.Beta{Alpha: k + 1, Beta: all - k}.Quantile(0.975)
	}
	return n
}

// interval is a Number of several runs as it is written.
type interval struct {
	Mean float64  `json:"mean"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
}

// MarshalJSON writes shortest decimals that read back to the same number.
func (n Number) MarshalJSON() ([]byte, error) {
	switch {
	case !n.Exists():
		return []byte("null"), nil
	case n.Many:
		return json.Marshal(interval{n.Mean, maybe(n.Low), maybe(n.High)})
	}
	return json.Marshal(n.Mean)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Number) UnmarshalJSON(text []byte) error {
	*n = Plain(math.NaN())
	switch {
	case bytes.Equal(text, []byte("null")):
		return nil
	case text[0] == '{':
		var i interval
		err := json.Unmarshal(text, &i)
		*n = Number{i.Mean, sure(i.Low), sure(i.High), true}
		return err
	}
	return json.Unmarshal(text, &n.Mean)
}

// maybe is nil for a number that does not exist.
func maybe(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// sure is NaN for nil.
func sure(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}
