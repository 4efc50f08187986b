package unit

import (
	"math"
	"strconv"
	"strings"
)

// Rate is a number of requests per second; never negative, at most MaxRate. Written 50rps, 3000rpm, 10rph, or N/s, N/min,
// N/h, N/day; the number may end in k (a thousand) or M (a million): 12k rpm.
type Rate float64

// MaxRate is the highest rate that can be written.
const MaxRate Rate = 1e7

// per lists the spellings of rates with the seconds they are counted in.
var per = []struct {
	text    string
	seconds float64
}{{"rps", 1}, {"rpm", 60}, {"rph", 3600}, {"/s", 1}, {"/min", 60}, {"/h", 3600}, {"/day", 86400}}

// ParseRate reads a rate.
func ParseRate(text string) (Rate, error) {
	bad := &Bad{Must: "a rate with its unit (50rps, 3000rpm, 10rph, 50/s, 90/min, 90/h, 100/day)", Got: Show(text)}
	num, rest, ok := number(text)
	if !ok {
		return 0, bad
	}
	value, err := strconv.ParseFloat(num, 64)
	if err != nil || math.IsInf(value, 0) {
		value = math.Inf(1)
	}
	unit := strings.TrimPrefix(rest, " ")
	if k, found := strings.CutPrefix(unit, "k"); found {
		value, unit = value*1e3, strings.TrimPrefix(k, " ")
	} else if m, found := strings.CutPrefix(unit, "M"); found {
		value, unit = value*1e6, strings.TrimPrefix(m, " ")
	}
	for _, p := range per {
		if unit != p.text {
			continue
		}
		rate := Rate(value / p.seconds)
		if rate > MaxRate {
			bad.Must = "at most 10000000rps"
			return 0, bad
		}
		return rate, nil
	}
	switch {
	case rest == "":
		bad.Hint = "did you mean " + num + "rps or " + num + "rpm?"
	case unit == "/m":
		bad.Hint = "did you mean " + num + "/min?"
	case unit == "/d":
		bad.Hint = "did you mean " + num + "/day?"
	default:
		for _, p := range per {
			if strings.EqualFold(strings.TrimPrefix(unit, "req"), p.text) {
				bad.Hint = "did you mean " + num + p.text + "?"
			}
		}
	}
	return 0, bad
}

// UnmarshalText reads a rate.
func (r *Rate) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRate(string(text))
	return err
}

// String is the rate in the unit that makes it shortest.
func (r Rate) String() string {
	best := ""
	for _, p := range per {
		if p.text == "/s" || p.text == "/min" || p.text == "/h" {
			continue
		}
		text := shortest(float64(r)*p.seconds, func(s string) bool {
			back, err := ParseRate(s + p.text)
			return err == nil && back == r
		}) + p.text
		if back, err := ParseRate(text); err == nil && back == r && (best == "" || len(text) < len(best)) {
			best = text
		}
	}
	if best == "" { // too small for 17 decimals: an exponent
		best = strconv.FormatFloat(float64(r), 'g', -1, 64) + "rps"
	}
	return best
}

// MarshalText writes what UnmarshalText reads to the same rate.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Pattern is the text of a rate as a regular expression.
func (Rate) Pattern() string {
	return `^(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)? ?[kM]? ?(rps|rpm|rph|/s|/min|/h|/day)$`
}
