// Package unit holds the quantities that a scenario file writes with their unit in the value: rates, shares and prices.
// It is the lowest floor: it imports nothing of ours. Durations are time.Duration everywhere; Duration here only reads and
// writes their text.
package unit

// Rate is a number of requests per second; never negative.
// Written 50rps, 3000rpm, 10rph or N/s, N/min, N/h, N/day.
type Rate float64

// Share is a part of a whole, 0…1; written 60% (0.6 is not a share: a unit is needed).
type Share float64

// Price is money per instance-hour, exact to a billionth of the currency unit.
// Written "1.408 USD/h" or "120 USD/month" (a month is 730 h).
type Price struct {
	Currency string // ISO 4217 code, upper case
	// Nano is the price of one hour in 1e-9 of the currency unit.
	Nano int64
}
