package report

import (
	"encoding/json"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// quantile of values over runs: the smallest with at least that share at or below it, and the order statistics that hold the
// true one with 95 % (the binomial interval, in its normal form). What is infinite does not exist.
func quantile(values []float64, q float64) Number {
	sorted := slices.Sorted(slices.Values(values))
	n := float64(len(sorted))
	at := func(rank float64) float64 { return finite(sorted[int(min(max(rank, 1), n))-1]) }
	half := distuv.UnitNormal.Quantile(0.975) * math.Sqrt(n*q*(1-q))
	number := Number{at(math.Ceil(n*q - 1e-9)), math.NaN(), math.NaN(), true}
	if low := math.Floor(n*q - half); low >= 1 {
		number.Low = at(low)
	}
	if high := math.Ceil(n*q + half + 1); high <= n {
		number.High = at(high)
	}
	return number
}

// spreadJSON is a Spread as it is written.
type spreadJSON struct {
	Mean *float64 `json:"mean"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
	P50  *float64 `json:"p50"`
	P90  *float64 `json:"p90"`
	P99  *float64 `json:"p99"`
	Max  *float64 `json:"max"`
}

func (s Spread) written() spreadJSON {
	return spreadJSON{maybe(s.Mean), maybe(s.Low), maybe(s.High), maybe(s.P50), maybe(s.P90), maybe(s.P99), maybe(s.Max)}
}

// MarshalJSON writes null for what does not exist.
func (s Spread) MarshalJSON() ([]byte, error) { return json.Marshal(s.written()) }

// MarshalJSON writes the currency before the numbers.
func (c JobCost) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Currency string `json:"currency"`
		spreadJSON
	}{c.Currency, c.written()})
}
