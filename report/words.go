package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"headroom/expect"
)

// width is the widest line of a report for people.
const width = 80

// Wrap breaks words at blanks so that no line is wider than width; the first line begins with head, the others with as many
// blanks. A word that is too wide by itself stands alone.
func Wrap(head, words string) string {
	indent := strings.Repeat(" ", utf8.RuneCountInString(head))
	var b strings.Builder
	line, empty := head, true
	var parts []string
	for _, word := range strings.Fields(words) { // what is too long for a line of its own is not kept together
		if utf8.RuneCountInString(indent)+utf8.RuneCountInString(word) > width {
			parts = append(parts, strings.Split(word, glue)...)
		} else {
			parts = append(parts, word)
		}
	}
	for _, word := range parts {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line += strings.ReplaceAll(word, glue, " ")
		empty = false
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
	return b.String()
}

// glue stands for a blank at which no line is broken.
const glue = "\x1f"

// together keeps the blanks of a text from being broken at.
func together(text string) string { return strings.ReplaceAll(text, " ", glue) }

// Cut shortens a text to n columns.
func Cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// pad fills a text with blanks to n columns.
func pad(text string, n int) string {
	return text + strings.Repeat(" ", max(n-utf8.RuneCountInString(text), 0))
}

// say writes a Number with a form for single values, its interval in brackets. Nothing that a report counts is below 0, so
// neither is the bound that is said; the interval by Student's t may be, where few runs have any.
func say(n Number, form func(float64) string) string {
	n.Low = max(n.Low, 0) // NaN stays NaN
	switch {
	case !n.Exists():
		return "none"
	case !n.Many:
		return form(n.Mean)
	case math.IsNaN(n.Low):
		return form(n.Mean) + " (one run)"
	case form(n.Low) == form(n.High):
		return form(n.Mean)
	}
	return together(form(n.Mean) + " (" + form(n.Low) + " to " + form(n.High) + ")")
}

// Lapse writes seconds in three digits: 412ms, 2m5s.
func Lapse(seconds float64) string { return expect.Short(time.Duration(math.Round(seconds * 1e9))) }

// Count writes a whole number with commas between thousands, an average with one decimal, below 1 with two digits.
func Count(x float64) string {
	var text string
	switch size := math.Abs(x); {
	case x == math.Trunc(x) || size >= 1000:
		text = strconv.FormatFloat(x, 'f', 0, 64)
	case size >= 1:
		text = strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
	case size < 0.001:
		return "<0.001"
	default:
		text = strconv.FormatFloat(x, 'g', 2, 64)
	}
	whole, rest, _ := strings.Cut(text, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "−", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return sign + whole
}

// Percent writes a share in three digits, never 0 for what is more than 0.
func Percent(x float64) string {
	p := x * 100
	switch {
	case p != 0 && math.Abs(p) < 0.001:
		return "<0.001%"
	case math.Abs(p) >= 99.95 && p != 100 && p < 100:
		return strconv.FormatFloat(math.Floor(p*1000)/1000, 'g', -1, 64) + "%"
	}
	return strconv.FormatFloat(p, 'g', 3, 64) + "%"
}

// Money writes an amount with two decimals, or three digits where that shows nothing.
func Money(currency string) func(float64) string {
	return func(x float64) string {
		text := strconv.FormatFloat(x, 'f', 2, 64)
		if x != 0 && math.Abs(x) < 0.1 {
			text = strconv.FormatFloat(x, 'g', 3, 64)
		} else if math.Abs(x) >= 1000 {
			text = Count(math.Trunc(x)) + text[strings.IndexByte(text, '.'):]
		}
		return strings.TrimSpace(text + " " + currency)
	}
}

// plural writes a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	switch {
	case strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	case strings.HasSuffix(noun, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
