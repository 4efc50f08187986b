package aws

import (
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/unit"
)

// A Level is a threshold, a target or a distance from a threshold: a bare number is in the metric's own unit, a duration is for
// latencies only. Negative ones are distances below a threshold.
type Level struct {
	Number   float64       // when it is not Timed
	Duration time.Duration // when it is Timed
	Timed    bool
}

// UnmarshalText reads 300, -0.5, 500ms or -200ms.
func (l *Level) UnmarshalText(text []byte) error {
	s := string(text)
	bad := &unit.Bad{Must: "a number in the metric's own unit, or a duration for a latency (500ms)", Got: strconv.Quote(s)}
	rest, negative := strings.CutPrefix(s, "-")
	if plain(rest) {
		v, err := strconv.ParseFloat(rest, 64)
		if err != nil {
			return bad
		}
		if *l = (Level{Number: v}); negative {
			l.Number = 0 - v // not −0
		}
		return nil
	}
	d, err := unit.ParseDuration(rest)
	if err != nil {
		return bad
	}
	if *l = (Level{Duration: d, Timed: true}); negative {
		l.Duration = -d
	}
	return nil
}

// plain tells whether a text is a decimal number: digits with an optional fraction and exponent, no leading zero, nothing else.
func plain(s string) bool {
	mantissa, exponent, has := strings.Cut(strings.ToLower(s), "e")
	exponent = strings.TrimLeft(exponent, "+-")
	whole, fraction, point := strings.Cut(mantissa, ".")
	return digits(whole) && (whole == "0" || whole[0] != '0') && (!point || digits(fraction)) && (!has || digits(exponent))
}

// digits tells whether a text is one or more decimal digits.
func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

// String is what UnmarshalText reads to the same level.
func (l Level) String() string {
	if l.Timed {
		return unit.FormatDuration(l.Duration)
	}
	return strconv.FormatFloat(l.Number, 'g', -1, 64)
}

// MarshalText is String.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Pattern is the text of a level as a regular expression.
func (Level) Pattern() string {
	return `^-?((0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?|` + strings.Trim(unit.DurationPattern, "^$") + `)$`
}

// Value is the level in the metric's own unit: µs for a latency.
func (l Level) Value() float64 {
	if l.Timed {
		return float64(l.Duration) / float64(time.Microsecond)
	}
	return l.Number
}

// Datapoints is how many of the last datapoints must breach: M of N.
type Datapoints struct{ M, N int }

// UnmarshalText reads "2 of 3".
func (d *Datapoints) UnmarshalText(text []byte) error {
	bad := &unit.Bad{Must: "M of N (2 of 3)", Got: strconv.Quote(string(text))}
	m, n, ok := strings.Cut(string(text), " of ")
	var err [2]error
	var got Datapoints
	got.M, err[0] = unit.ParseCount(m)
	got.N, err[1] = unit.ParseCount(n)
	switch {
	case !ok || err[0] != nil || err[1] != nil:
		return bad
	case got.M < 1 || got.M > got.N:
		bad.Must = "M of N with M from 1 to N"
		return bad
	case got.N > 10080:
		bad.Must = "M of N with N of at most 10080"
		return bad
	}
	*d = got
	return nil
}

// String is "2 of 3".
func (d Datapoints) String() string { return strconv.Itoa(d.M) + " of " + strconv.Itoa(d.N) }

// MarshalText is String.
func (d Datapoints) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Pattern is the text of datapoints as a regular expression.
func (Datapoints) Pattern() string { return `^[1-9][0-9]* of [1-9][0-9]*$` }

// Interval is the time that an alarm of this form spans.
func (d Datapoints) Interval(period time.Duration) time.Duration { return time.Duration(d.N) * period }

// Every is AWS's rate: the time between two firings, whole minutes. Written 5h, or rate(5 hours).
type Every time.Duration

// rateUnits are the units of rate(…): singular with 1, plural with more.
var rateUnits = []struct {
	one, many string
	unit      time.Duration
}{{"minute", "minutes", time.Minute}, {"hour", "hours", time.Hour}, {"day", "days", unit.Day}}

// UnmarshalText reads a duration, or rate(value unit) in AWS's grammar: 1 takes the singular, more take the plural.
func (e *Every) UnmarshalText(text []byte) error {
	s := string(text)
	if inner, ok := within("rate", s); ok {
		return e.rate(s, inner)
	}
	d, err := unit.ParseDuration(s)
	if err != nil {
		return err
	}
	if d <= 0 || d%time.Minute != 0 {
		return &unit.Bad{Must: "whole minutes, at least 1m", Got: s}
	}
	*e = Every(d)
	return nil
}

// rate reads what is inside rate(…).
func (e *Every) rate(text, inner string) error {
	bad := &unit.Bad{Must: "rate(value unit) with minute, hour, day for 1 and minutes, hours, days for more", Got: text}
	number, name, _ := strings.Cut(inner, " ")
	n, err := unit.ParseCount(number)
	if err != nil || n < 1 || n > 36500 {
		return bad
	}
	for _, u := range rateUnits {
		if n == 1 && name == u.one || n > 1 && name == u.many {
			*e = Every(time.Duration(n) * u.unit)
			return nil
		}
		if name == u.one || name == u.many {
			bad.Hint = "did you mean rate(" + number + " " + u.many + ")?"
			if n == 1 {
				bad.Hint = "did you mean rate(1 " + u.one + ")?"
			}
		}
	}
	return bad
}

// String is a duration.
func (e Every) String() string { return unit.FormatDuration(time.Duration(e)) }

// MarshalText is String.
func (e Every) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// within is what stands in the brackets of name(…).
func within(name, s string) (inner string, ok bool) {
	s, ok = strings.CutPrefix(s, name+"(")
	if !ok {
		return "", false
	}
	inner, ok = strings.CutSuffix(s, ")")
	return strings.TrimSpace(inner), ok
}

// Number writes a value for a sentence: at most six significant digits.
func Number(v float64) string { return number(v) }

// number writes a value for a sentence: at most six significant digits, no exponent below a million million.
func number(v float64) string {
	if a := math.Abs(v); a >= 1e12 || a != 0 && a < 1e-6 {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	decimals := 0
	if a := math.Abs(v); a < 1e5 && a != 0 {
		decimals = min(9, 5-int(math.Floor(math.Log10(a))))
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
