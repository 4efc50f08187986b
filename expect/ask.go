// Package expect is what must hold. An expectation is one line, `MEASURE OP VALUE [in X% of minutes]`; judged against the
// result of a run it gives a verdict, and where it was missed it gives breaches: runs of consecutive minutes, each with the
// cause that owns most of it, read from the minutes, the decisions and what happened to the instances.
//
// Minutes are the whole minutes of the run, each weighing the same. One counts if something was served or failed in it or is
// waiting at its end (for instances and utilization every whole minute counts), and one in which nothing was served misses
// whatever is asked of latency and wait: an empty night is kept, a total outage is not.
package expect

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"headroom/unit"
)

// An Op compares a measure with the value that is asked for.
type Op string

// The operators.
const (
	Less    Op = "<"
	AtMost  Op = "<="
	More    Op = ">"
	AtLeast Op = ">="
)

// An Ask is one expectation. The zero Ask means nothing: make one with Parse.
type Ask struct {
	Text    string // as written
	Measure Measure
	Op      Op
	// Bound is the value: seconds for a duration, 0…1 for a share, money, or a count.
	Bound    float64
	Currency string // of money; "" is the currency of the file
	// Minutes is the share of minutes, 0…1, that must keep it; it means nothing unless PerMinute.
	Minutes   float64
	PerMinute bool

	limit  time.Duration // Bound of a duration
	amount string        // Bound of money as a decimal, to be compared exactly
}

// String is the expectation as it was written.
func (a Ask) String() string { return a.Text }

// InOneMinute is the expectation without its share of minutes: what one minute must keep.
func (a Ask) InOneMinute() string {
	if cut := inWord.FindAllStringIndex(a.Text, -1); a.PerMinute && len(cut) > 0 {
		return a.Text[:cut[len(cut)-1][0]]
	}
	return a.Text
}

// inWord stands between the value and the share of minutes.
var inWord = regexp.MustCompile(`\s+in\s+`)

// MarshalText writes the expectation as it was read.
func (a Ask) MarshalText() ([]byte, error) { return []byte(a.Text), nil }

// UnmarshalText reads an expectation.
func (a *Ask) UnmarshalText(text []byte) error {
	read, err := Parse(string(text))
	if err == nil {
		*a = read
	}
	return err
}

// Parse reads `MEASURE OP VALUE [in X% of minutes]`.
func Parse(text string) (Ask, error) {
	a := Ask{Text: strings.TrimSpace(text)}
	at := strings.IndexAny(a.Text, "<>=≤≥")
	if at < 0 {
		return Ask{}, bad("MEASURE OP VALUE [in X% of minutes], such as p99 < 1s in 99.9% of minutes", text, "")
	}
	var err error
	if a.Measure, err = measure(a.Text[:at]); err != nil {
		return Ask{}, err
	}
	rest := a.Text[at:]
	end := len(rest) - len(strings.TrimLeft(rest, "<>=≤≥!"))
	a.Op = Op(rest[:end])
	switch a.Op {
	case Less, AtMost, More, AtLeast:
	default:
		return Ask{}, bad("an operator of <, <=, >, >=", string(a.Op), likely(a.Op))
	}
	value := strings.TrimSpace(rest[end:])
	value, share, ok := cutShare(value)
	if ok {
		if a.Measure.Money() {
			return Ask{}, bad("no share of minutes: "+a.Measure.Name+" is of the whole run", "in "+share, "")
		}
		if err := a.setMinutes(share); err != nil {
			return Ask{}, err
		}
	}
	if err := a.setBound(value); err != nil {
		return Ask{}, err
	}
	return a, nil
}

// likely is the operator that somebody meant.
func likely(op Op) string {
	switch op {
	case "≤", "=<":
		return "did you mean <=?"
	case "≥", "=>":
		return "did you mean >=?"
	case "=", "==":
		return "did you mean <= or >=?"
	}
	return ""
}

// cutShare takes "99.9% of minutes" off "1s in 99.9% of minutes".
func cutShare(text string) (value, share string, ok bool) {
	words := strings.Fields(text)
	for i, w := range words {
		if w == "in" {
			return strings.Join(words[:i], " "), strings.Join(words[i+1:], " "), true
		}
	}
	return text, "", false
}

func (a *Ask) setMinutes(share string) error {
	percent, ok := strings.CutSuffix(share, " of minutes")
	x, err := parseShare(percent)
	if !ok || err != nil || x <= 0 {
		return bad("in X% of minutes with X above 0 and at most 100, such as in 99.9% of minutes", "in "+share, "")
	}
	a.Minutes, a.PerMinute = x, true
	return nil
}

// parseShare reads 99.9% as 0.999, from the decimal text so that it is the nearest number to it.
func parseShare(text string) (float64, error) {
	digits, ok := strings.CutSuffix(strings.TrimSpace(text), "%")
	digits = strings.TrimSpace(digits)
	if !ok || !decimal(digits) {
		return 0, strconv.ErrSyntax
	}
	x, err := strconv.ParseFloat(digits+"e-2", 64)
	if err == nil && x > 1 {
		err = strconv.ErrRange
	}
	return x, err
}

// decimal says whether the text is digits with at most one point: no sign, exponent, infinity or hexadecimal.
func decimal(text string) bool {
	return strings.Trim(text, "0123456789.") == "" && strings.Count(text, ".") <= 1 && strings.Trim(text, ".") != "" && len(text) <= 30
}

// setBound reads the value in the measure's unit.
func (a *Ask) setBound(text string) error {
	name := a.Measure.Name
	switch {
	case text == "":
		return bad("a value for "+name+", such as "+a.example(), "nothing", "")
	case a.Measure.Time():
		d, err := unit.ParseDuration(text)
		if err != nil {
			return bad("a duration with its unit for "+name+", such as "+a.example(), text, withUnit(text))
		}
		a.limit, a.Bound = d, d.Seconds()
	case a.Measure.Share():
		x, err := parseShare(text)
		if err != nil {
			return bad("a share of 0% to 100% for "+name+", such as "+a.example(), text, "")
		}
		a.Bound = x
	case a.Measure.Money():
		return a.setMoney(text)
	default:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || !decimal(text) {
			return bad("a number for "+name+", such as "+a.example(), text, "")
		}
		a.Bound = x
	}
	return nil
}

// bad says what must hold and what was got, as the readers of all other quantities do.
func bad(must, got, hint string) error {
	if got != "nothing" {
		got = strconv.Quote(got)
	}
	return &unit.Bad{Must: must, Got: got, Hint: hint}
}

// setMoney reads a bare amount, or one with its currency on either side.
func (a *Ask) setMoney(text string) error {
	amount := text
	if words := strings.Fields(text); len(words) == 2 {
		amount, a.Currency = words[0], words[1]
		if !decimal(amount) {
			amount, a.Currency = words[1], words[0]
		}
	}
	exact, ok := new(big.Rat), false
	if decimal(amount) {
		exact, ok = exact.SetString(amount)
	}
	if !ok || (a.Currency != "" && !currency(a.Currency)) {
		return bad("an amount for "+a.Measure.Name+", such as 500 or 500 USD", text, "")
	}
	a.amount = amount
	a.Bound, _ = exact.Float64()
	return nil
}

// currency says whether the text looks like an ISO 4217 code.
func currency(text string) bool {
	return len(text) == 3 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// example is a value that this measure could be compared with.
func (a *Ask) example() string {
	switch {
	case a.Measure.Of == Finish:
		return "20h"
	case a.Measure.Time():
		return "500ms"
	case a.Measure.Of == Failed || a.Measure.Of == Retries:
		return "0.1%"
	case a.Measure.Of == Availability:
		return "99.9%"
	case a.Measure.Share():
		return "80%"
	case a.Measure.Money():
		return "500"
	}
	return "10"
}

// withUnit is what a bare number may have meant.
func withUnit(text string) string {
	if !decimal(text) {
		return ""
	}
	return "did you mean " + text + "ms or " + text + "s?"
}

// In says whether the expectation makes sense for a file with this currency and engine: money is in the one currency of the
// file, and the fluid engine knows no largest latency. A nil error: it does.
func (a Ask) In(currency, engine string) error {
	if !a.Measure.ofService() {
		return bad("a measure of a service: "+a.Measure.Name+" is one of a job", a.Text, "")
	}
	if a.Currency != "" && currency != "" && a.Currency != currency {
		return bad("an amount in the currency of the file, "+currency, a.Text, "")
	}
	if a.Measure.Stat == Max && engine == "fluid" {
		return bad("a quantile such as p999, or engine requests: the fluid engine knows no largest "+string(a.Measure.Of), a.Text, "")
	}
	return nil
}

// Pattern is the form of an expectation as a regular expression, for the schema of the scenario file.
func (Ask) Pattern() string {
	return `^[a-z][a-z0-9. ]*(<|<=|>|>=)\s*[^<>=]+$`
}
