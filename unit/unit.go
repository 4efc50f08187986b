// Package unit holds the quantities that a scenario file writes with their unit in the value: rates, shares, prices,
// durations and plain counts. Every type reads its text strictly (a unit is always needed, nothing is guessed) and writes it
// back in a short form that reads to the same value. It is the lowest floor: it imports nothing of ours. Durations are
// time.Duration everywhere; here they are only read and written.
package unit

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bad says why a text is not the quantity that is needed: what must hold, what was got, and a hint if there is one.
type Bad struct {
	Must string
	Got  string
	Hint string
}

// Error is the whole in one line.
func (b *Bad) Error() string {
	s := b.Must
	if b.Got != "" {
		s += ", got " + b.Got
	}
	if b.Hint != "" {
		s += " (" + b.Hint + ")"
	}
	return s
}

// number splits a text into the decimal number that it begins with and the rest. The number has digits on both sides of a
// point, may have an exponent, and has no leading zero: 0600 means 384 to YAML and 600 to people. Signs, nan and inf are no
// numbers here.
func number(text string) (num, rest string, ok bool) {
	i := digits(text, 0)
	if i == 0 || i > 1 && text[0] == '0' {
		return "", text, false
	}
	if i < len(text) && text[i] == '.' {
		j := digits(text, i+1)
		if j == i+1 {
			return "", text, false
		}
		i = j
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		j := i + 1
		if j < len(text) && (text[j] == '+' || text[j] == '-') {
			j++
		}
		if k := digits(text, j); k > j {
			i = k
		}
	}
	return text[:i], text[i:], true
}

// digits is the index after the decimal digits that begin at i.
func digits(text string, i int) int {
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	return i
}

// ParseCount reads a whole number ≥ 0 that fits an int: decimal digits without leading zeros, signs or underscores.
func ParseCount(text string) (int, error) {
	bad := &Bad{Must: "a whole number, 0 or more", Got: Show(text)}
	if digits(text, 0) != len(text) || text == "" {
		return 0, bad
	}
	if len(text) > 1 && text[0] == '0' {
		bad.Hint = "leading zeros mean octal in YAML: write " + strings.TrimLeft(text[:len(text)-1], "0") + text[len(text)-1:]
		return 0, bad
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > 1e15 {
		bad.Must = "a whole number up to 1000000000000000"
		return 0, bad
	}
	return int(n), nil
}

// Show is a value as one line can show it: cut at 60 characters, in quotes where it would be unclear alone.
func Show(text string) string {
	if utf8.RuneCountInString(text) > 60 {
		text = string([]rune(text)[:59]) + "…"
	}
	for _, r := range text {
		if !strconv.IsPrint(r) {
			return strconv.Quote(text)
		}
	}
	if text == "" || strings.TrimSpace(text) != text {
		return strconv.Quote(text)
	}
	return text
}

// shortest is the shortest decimal text (no exponent) that `same` accepts, of a value whose exact text may be long.
func shortest(value float64, same func(string) bool) string {
	for decimals := range 18 {
		if text := trim(strconv.FormatFloat(value, 'f', decimals, 64)); same(text) {
			return text
		}
	}
	return fmt.Sprint(strconv.FormatFloat(value, 'g', -1, 64))
}

// trim drops the zeros at the end of a fraction.
func trim(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
