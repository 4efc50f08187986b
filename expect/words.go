package expect

import (
	"math"
	"math/big"
	"strconv"
	"time"
)

// words are a measure of the whole run as a reader wants it: rounded, but never so far that it looks kept where it was
// missed.
func (a Ask) words(x float64) string {
	switch {
	case a.Measure.Time():
		d := time.Duration(math.Round(x))
		for digits := 3; ; digits++ {
			if r := round(d, digits); digits > 18 || a.holds(float64(r)) == a.holds(x) {
				return r.String()
			}
		}
	case a.Measure.Share():
		return percent(x, a.Bound)
	}
	return number(x, a.Bound)
}

// Words are a measured value of the kind that the verdict has: of another run, or the mean of several.
func (v Verdict) Words(measured float64) string {
	switch {
	case v.Ask.PerMinute:
		return percent(measured, v.Ask.Minutes) + " of minutes"
	case v.Ask.Measure.Time():
		return v.Ask.words(measured * float64(time.Second))
	case v.Ask.Measure.Money():
		return strconv.FormatFloat(measured, 'f', 2, 64) + " " + v.currency
	}
	return v.Ask.words(measured)
}

// Short is a duration in three digits: 412ms, 1.23s, 2m5s.
func Short(d time.Duration) string { return round(d, 3).String() }

// round keeps a number of leading digits (whole seconds from 100 s on).
func round(d time.Duration, digits int) time.Duration {
	unit := time.Duration(1)
	for a := d.Abs(); a >= time.Duration(math.Pow10(min(digits, 18))); a /= 10 {
		unit *= 10
	}
	if unit > time.Second && digits == 3 {
		unit = time.Second
	}
	return d.Round(unit)
}

// percent writes a share with two decimals, or as many more as it takes to stand on the right side of a bound.
func percent(x, bound float64) string {
	digits := 2
	for ; digits < 12; digits++ {
		if sameSide(rounded(x*100, digits), x*100, bound*100) {
			break
		}
	}
	return trim(strconv.FormatFloat(x*100, 'f', digits, 64)) + "%"
}

// number writes a count or an average with two decimals, or as many more as it takes to stand on the right side of a bound.
func number(x, bound float64) string {
	digits := 2
	for ; digits < 12; digits++ {
		if sameSide(rounded(x, digits), x, bound) {
			break
		}
	}
	return trim(strconv.FormatFloat(x, 'f', digits, 64))
}

// moneyWords writes an amount with two decimals, or as many more as it takes to stand on the right side of a bound.
func moneyWords(amount, bound *big.Rat) string {
	for digits := 2; ; digits++ {
		text := amount.FloatString(digits)
		shown, _ := new(big.Rat).SetString(text)
		if digits >= 12 || shown.Cmp(bound) == amount.Cmp(bound) {
			return text
		}
	}
}

func rounded(x float64, digits int) float64 {
	shown, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'f', digits, 64), 64)
	return shown
}

// sameSide says whether a rounded value stands to the bound as the value itself does, to the precision of a double.
func sameSide(shown, x, bound float64) bool {
	const tiny = 1e-12
	side := func(v float64) int {
		switch {
		case v < bound-tiny*math.Abs(bound):
			return -1
		case v > bound+tiny*math.Abs(bound):
			return 1
		}
		return 0
	}
	return side(shown) == side(x)
}

// trim takes zeros off the end of a decimal.
func trim(text string) string {
	end := len(text)
	for end > 0 && text[end-1] == '0' {
		end--
	}
	if end > 0 && text[end-1] == '.' {
		end--
	}
	return text[:end]
}
