package unit

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Day is 24 hours of elapsed time.
const Day = 24 * time.Hour

// MaxDuration is the longest duration that can be written: a hundred years.
const MaxDuration = 36500 * Day

// DurationPattern is the text of a duration as a regular expression.
const DurationPattern = `^((0|[1-9][0-9]*)(\.[0-9]+)?d)?((0|[1-9][0-9]*)(\.[0-9]+)?h)?((0|[1-9][0-9]*)(\.[0-9]+)?m)?` +
	`((0|[1-9][0-9]*)(\.[0-9]+)?s)?((0|[1-9][0-9]*)(\.[0-9]+)?ms)?((0|[1-9][0-9]*)(\.[0-9]+)?(us|µs|μs))?((0|[1-9][0-9]*)ns)?$`

// parts are the units of a duration, the longest first; us is written in three ways (the two µ are different letters).
var parts = []struct {
	name string
	unit time.Duration
}{
	{"d", Day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
	{"us", time.Microsecond}, {"µs", time.Microsecond}, {"μs", time.Microsecond}, {"ns", time.Nanosecond},
}

// ParseDuration reads a duration ≥ 0: numbers with their unit (d h m s ms us µs ns), or a sum of them from the longest to
// the shortest, such as 1d12h. A fraction must be whole nanoseconds. A day is 24 h.
func ParseDuration(text string) (time.Duration, error) {
	bad := &Bad{Must: "a duration with its unit (90s, 250ms, 5m, 1d12h)", Got: Show(text)}
	sum, last := time.Duration(0), time.Duration(math.MaxInt64)
	for rest := text; ; {
		num, after, ok := number(rest)
		if !ok || strings.ContainsAny(num, "eE") {
			return 0, bad
		}
		unit, after := longest(after)
		if unit == 0 {
			if after == "" && sum == 0 {
				bad.Hint = "did you mean " + guesses(num) + "?"
			}
			return 0, bad
		}
		if unit >= last {
			bad.Must = "a duration whose units go from the longest to the shortest, each once (1d12h30m)"
			return 0, bad
		}
		last = unit
		part, err := times(num, unit)
		if err != "" {
			bad.Must = err
			return 0, bad
		}
		if sum += part; sum > MaxDuration {
			bad.Must = "at most 36500d (a hundred years)"
			return 0, bad
		}
		if after == "" {
			return sum, nil
		}
		rest = after
	}
}

// longest cuts the unit off that a text begins with; 0 if it begins with none.
func longest(text string) (time.Duration, string) {
	best, unit := "", time.Duration(0)
	for _, p := range parts {
		if strings.HasPrefix(text, p.name) && len(p.name) > len(best) {
			best, unit = p.name, p.unit
		}
	}
	return unit, text[len(best):]
}

// times is the number, exactly, in units; err says what must hold if that cannot be.
func times(num string, unit time.Duration) (d time.Duration, err string) {
	whole, fraction, _ := strings.Cut(num, ".")
	n, e := strconv.ParseInt(whole, 10, 64)
	if e != nil || n > int64(MaxDuration/unit) {
		return 0, "at most 36500d (a hundred years)"
	}
	d = time.Duration(n) * unit
	for _, digit := range strings.TrimRight(fraction, "0") {
		// unit × digit / 10 stays whole as long as the duration is whole nanoseconds: 1 d = 2^16·3^3·5^11 ns.
		if unit%10 != 0 {
			return 0, "a duration of whole nanoseconds"
		}
		unit /= 10
		d += time.Duration(digit-'0') * unit
	}
	return d, ""
}

// guesses are what a bare number may have meant.
func guesses(num string) string {
	texts := []string{num + "s", num + "ms"}
	if d, err := times(num, time.Second); err == "" && d <= MaxDuration {
		if text := FormatDuration(d); text != texts[0] {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, ", ")
}

// FormatDuration writes a duration in a short form that ParseDuration reads to the same value: a whole number of the longest
// unit (5m, 90s, 36h) where that is below 1000, else a sum (2d14h7m3s); below a minute a decimal (1.5s, 80ms). A negative one
// gets a sign, which ParseDuration does not read.
func FormatDuration(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d == math.MinInt64:
		return "-" + FormatDuration(math.MaxInt64)
	case d < 0:
		return "-" + FormatDuration(-d)
	}
	if d < time.Minute {
		return below(d)
	}
	for _, p := range parts[:4] {
		if d%p.unit == 0 && d/p.unit < 1000 {
			return strconv.FormatInt(int64(d/p.unit), 10) + p.name
		}
	}
	var b strings.Builder
	for _, p := range parts[:3] {
		if n := d / p.unit; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + p.name)
			d %= p.unit
		}
	}
	if d > 0 {
		b.WriteString(below(d))
	}
	return b.String()
}

// below writes a duration of less than a minute as a decimal of the longest unit that it fills.
func below(d time.Duration) string {
	for _, p := range parts[3:] {
		if d < p.unit {
			continue
		}
		fraction := strconv.FormatInt(int64(d%p.unit+p.unit), 10)[1:]
		if p.unit == 1 {
			fraction = ""
		}
		return trim(strconv.FormatInt(int64(d/p.unit), 10)+"."+fraction) + p.name
	}
	return "0s"
}
