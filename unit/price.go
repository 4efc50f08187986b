package unit

import (
	"math/big"
	"strconv"
	"strings"
)

// Price is money per instance-hour, exact. Written "1.408 USD/h" or "120 USD/month" (a month is 730 h), with at most nine
// decimals and at most MaxPrice.
type Price struct {
	Currency string // ISO 4217 code, upper case
	// Nano is the price of one hour in 1e-9 of the currency unit; rounded where the price was given per month.
	Nano int64
	// MonthNano is the price of 730 hours where it was given so, in 1e-9 of the currency unit; else 0.
	MonthNano int64
}

// MonthHours are the hours of a month in a price.
const MonthHours = 730

// maxPrice is the highest price, in currency units, per hour or month.
const maxPrice = 1_000_000

// Hourly is the exact price of one hour in currency units.
func (p Price) Hourly() *big.Rat {
	if p.MonthNano != 0 {
		return new(big.Rat).SetFrac(big.NewInt(p.MonthNano), big.NewInt(MonthHours*1e9))
	}
	return big.NewRat(p.Nano, 1e9)
}

// ParsePrice reads a price.
func ParsePrice(text string) (Price, error) {
	bad := &Bad{Must: "a price per hour or month with its currency (1.408 USD/h, 120 USD/month)", Got: Show(text)}
	num, rest, ok := number(text)
	if !ok || strings.ContainsAny(num, "eE") {
		return Price{}, bad
	}
	rest = strings.TrimPrefix(rest, " ")
	currency, period, found := strings.Cut(rest, "/")
	if !found || !isCurrency(currency) || period != "h" && period != "month" {
		switch {
		case rest == "":
			bad.Hint = "did you mean " + num + " USD/h?"
		case !found && isCurrency(rest):
			bad.Hint = "did you mean " + num + " " + rest + "/h?"
		case isCurrency(currency) && (period == "hour" || period == "hr"):
			bad.Hint = "did you mean " + num + " " + currency + "/h?"
		case isCurrency(strings.ToUpper(currency)) && (period == "h" || period == "month"):
			bad.Hint = "did you mean " + num + " " + strings.ToUpper(currency) + "/" + period + "?"
		}
		return Price{}, bad
	}
	whole, fraction, _ := strings.Cut(num, ".")
	units, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || units > maxPrice || units == maxPrice && strings.Trim(fraction, "0") != "" {
		bad.Must = "at most 1000000 " + currency + "/" + period
		return Price{}, bad
	}
	if fraction = strings.TrimRight(fraction, "0"); len(fraction) > 9 {
		bad.Must = "a price with at most nine decimals"
		return Price{}, bad
	}
	part, _ := strconv.ParseInt(fraction+"000000000"[len(fraction):], 10, 64)
	nano := units*1e9 + part
	if period == "month" {
		return Price{Currency: currency, Nano: (nano + MonthHours/2) / MonthHours, MonthNano: nano}, nil
	}
	return Price{Currency: currency, Nano: nano}, nil
}

// isCurrency tells a code of three capitals.
func isCurrency(text string) bool {
	if len(text) != 3 {
		return false
	}
	for i := range 3 {
		if text[i] < 'A' || text[i] > 'Z' {
			return false
		}
	}
	return true
}

// UnmarshalText reads a price.
func (p *Price) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePrice(string(text))
	return err
}

// String is the price as it was given, per hour or per month.
func (p Price) String() string {
	nano, period := p.Nano, "h"
	if p.MonthNano != 0 {
		nano, period = p.MonthNano, "month"
	}
	fraction := strconv.FormatInt(nano%1e9+1e9, 10)[1:]
	return trim(strconv.FormatInt(nano/1e9, 10)+"."+fraction) + " " + p.Currency + "/" + period
}

// MarshalText writes what UnmarshalText reads to the same price.
func (p Price) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Pattern is the text of a price as a regular expression.
func (Price) Pattern() string { return `^(0|[1-9][0-9]*)(\.[0-9]+)? ?[A-Z]{3}/(h|month)$` }
