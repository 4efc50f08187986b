package unit

import (
	"math/big"
	"strconv"
	"strings"
)

// Amount is money for one use of something (a request, a second), exact. Written "0.0000166667 USD", with at most twelve decimals
// and at most 1000000.
type Amount struct {
	Currency string // ISO 4217 code, upper case
	Pico     int64  // in 1e-12 of the currency unit
}

// Rat is the amount in currency units, exactly.
func (a Amount) Rat() *big.Rat { return big.NewRat(a.Pico, 1e12) }

// ParseAmount reads an amount.
func ParseAmount(text string) (Amount, error) {
	bad := &Bad{Must: "an amount of money with its currency (0.00002 USD)", Got: Show(text)}
	num, rest, ok := number(text)
	if !ok || strings.ContainsAny(num, "eE") {
		return Amount{}, bad
	}
	currency := strings.TrimPrefix(rest, " ")
	if !isCurrency(currency) {
		switch {
		case currency == "":
			bad.Hint = "did you mean " + num + " USD?"
		case isCurrency(strings.ToUpper(currency)):
			bad.Hint = "did you mean " + num + " " + strings.ToUpper(currency) + "?"
		}
		return Amount{}, bad
	}
	whole, fraction, _ := strings.Cut(num, ".")
	units, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || units > maxPrice || units == maxPrice && strings.Trim(fraction, "0") != "" {
		bad.Must = "at most 1000000 " + currency
		return Amount{}, bad
	}
	if fraction = strings.TrimRight(fraction, "0"); len(fraction) > 12 {
		bad.Must = "an amount with at most twelve decimals"
		return Amount{}, bad
	}
	part, _ := strconv.ParseInt(fraction+"000000000000"[len(fraction):], 10, 64)
	return Amount{Currency: currency, Pico: units*1e12 + part}, nil
}

// UnmarshalText reads an amount.
func (a *Amount) UnmarshalText(text []byte) (err error) {
	*a, err = ParseAmount(string(text))
	return err
}

// String is the amount as it was given.
func (a Amount) String() string {
	fraction := strconv.FormatInt(a.Pico%1e12+1e12, 10)[1:]
	return trim(strconv.FormatInt(a.Pico/1e12, 10)+"."+fraction) + " " + a.Currency
}

// MarshalText writes what UnmarshalText reads to the same amount.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Pattern is the text of an amount as a regular expression.
func (Amount) Pattern() string { return `^(0|[1-9][0-9]*)(\.[0-9]+)? ?[A-Z]{3}$` }
