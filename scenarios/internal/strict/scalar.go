package strict

import (
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"headroom/unit"

	"gopkg.in/yaml.v3"
)

var (
	wholeNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	anyNumber   = regexp.MustCompile(`^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$`)
)

// scalar fills a text, a number or a truth value. YAML's own readings are not trusted: 0600 would be 384, 1_000 a thousand,
// yes a text that looks like true.
func (f *filler) scalar(v reflect.Value, n *yaml.Node, path string, g field) {
	if n.Kind != yaml.ScalarNode {
		f.wrong(n, path, f.wanted(v.Type(), g), kindOf(n), "")
		return
	}
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	switch v.Kind() {
	case reflect.String:
		f.word(v, n, path, g)
	case reflect.Bool:
		if quoted || n.Value != "true" && n.Value != "false" {
			f.wrong(n, path, "true or false", got(n, quoted), truth(n.Value))
			return
		}
		v.SetBool(n.Value == "true")
	case reflect.Float64:
		x, err := strconv.ParseFloat(n.Value, 64)
		if quoted || !anyNumber.MatchString(n.Value) || err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			f.wrong(n, path, "a number", got(n, quoted), numberHint(n.Value, quoted))
			return
		}
		v.SetFloat(x)
		f.bounds(v, n, path, g)
	default:
		f.whole(v, n, path, g, quoted)
	}
}

// whole fills an integer of any size, signed or not.
func (f *filler) whole(v reflect.Value, n *yaml.Node, path string, g field, quoted bool) {
	if quoted || !wholeNumber.MatchString(n.Value) {
		f.wrong(n, path, "a whole number", got(n, quoted), numberHint(n.Value, quoted))
		return
	}
	if v.CanUint() {
		x, err := strconv.ParseUint(n.Value, 10, v.Type().Bits())
		if err != nil {
			f.wrong(n, path, "a whole number from 0 to "+strconv.FormatUint(math.MaxUint64>>(64-v.Type().Bits()), 10), show(n.Value), "")
			return
		}
		v.SetUint(x)
	} else {
		x, err := strconv.ParseInt(n.Value, 10, v.Type().Bits())
		if err != nil || x > 1e15 || x < -1e15 {
			f.wrong(n, path, "a whole number up to 1000000000000000", show(n.Value), "")
			return
		}
		v.SetInt(x)
	}
	f.bounds(v, n, path, g)
}

// word fills a text: any words, or one of those that are known. What YAML takes for a number or a truth value is no text.
func (f *filler) word(v reflect.Value, n *yaml.Node, path string, g field) {
	if len(g.enum) > 0 {
		for _, word := range g.enum {
			if n.Value == word {
				v.SetString(word)
				return
			}
		}
		hint := ""
		if found := meant(n.Value, g.enum); len(found) > 0 {
			hint = "did you mean " + found[0] + "?"
		}
		must := "one of " + strings.Join(g.enum, ", ")
		for _, word := range g.never {
			if strings.HasPrefix(word, n.Value+": ") {
				must, hint = must+"; "+word, ""
			}
		}
		f.wrong(n, path, must, show(n.Value), hint)
		return
	}
	switch n.Tag {
	case "!!int", "!!float", "!!bool":
		f.wrong(n, path, "a text", show(n.Value), `put it in quotes: "`+n.Value+`"`)
		return
	}
	if g.required && strings.TrimSpace(n.Value) == "" {
		f.wrong(n, path, "a text that is not empty", show(n.Value), "")
		return
	}
	v.SetString(n.Value)
}

// got shows a value; one in quotes is a text, whatever it looks like.
func got(n *yaml.Node, quoted bool) string {
	if quoted {
		return `the text "` + strings.Trim(show(n.Value), `"`) + `"`
	}
	return show(n.Value)
}

// numberHint says what people and YAML read differently.
func numberHint(text string, quoted bool) string {
	if quoted && (anyNumber.MatchString(text) || wholeNumber.MatchString(text)) {
		return "write it without quotes"
	}
	sign, digits := "", strings.TrimLeft(text, "+-")
	if strings.HasPrefix(text, "-") {
		sign = "-"
	}
	switch {
	case len(digits) > 1 && digits[0] == '0' && strings.Trim(digits, "01234567") == "":
		octal, err := strconv.ParseInt(digits, 8, 64)
		if err != nil {
			return ""
		}
		decimal := strings.TrimLeft(digits[:len(digits)-1], "0") + digits[len(digits)-1:]
		return "YAML reads " + sign + strconv.FormatInt(octal, 10) + " (octal): write " + sign + decimal
	case strings.Contains(digits, "_") && strings.Trim(digits, "0123456789_") == "" && strings.Trim(digits, "_") != "":
		return "write " + sign + strings.ReplaceAll(digits, "_", "")
	case len(digits) > 1 && digits[0] == '0' && strings.Trim(digits, "0123456789") == "":
		return "write " + sign + strings.TrimLeft(digits[:len(digits)-1], "0") + digits[len(digits)-1:]
	}
	return ""
}

// truth is a hint for YAML 1.1's other words for true and false.
func truth(text string) string {
	switch strings.ToLower(text) {
	case "yes", "on", "y", "true", "1":
		return "did you mean true?"
	case "no", "off", "n", "false", "0":
		return "did you mean false?"
	}
	return ""
}

// bounds holds a number, or a text that has a Value, within the tag's bounds; rates, shares and durations are never negative anyway.
func (f *filler) bounds(v reflect.Value, n *yaml.Node, path string, g field) {
	if g.check == "" {
		return
	}
	var x float64
	switch {
	case v.CanInt():
		x = float64(v.Int())
	case v.CanUint():
		x = float64(v.Uint())
	case v.CanFloat():
		x = v.Float()
	default:
		measured, ok := v.Interface().(interface{ Value() float64 })
		if !ok {
			return
		}
		x = measured.Value()
	}
	for _, rule := range list(g.check, ",") {
		name, text, _ := strings.Cut(strings.TrimSpace(rule), "=")
		bound := Bound(v.Type(), text)
		switch {
		case name == "positive" && !(x > 0):
			f.wrong(n, path, "more than 0", show(n.Value), "")
		case name == "exactly" && x != bound:
			f.wrong(n, path, "exactly "+limitText(v, bound), show(n.Value), "")
		case name == "min" && x < bound:
			f.wrong(n, path, "at least "+limitText(v, bound), show(n.Value), "")
		case name == "max" && x > bound:
			f.wrong(n, path, "at most "+limitText(v, bound), show(n.Value), "")
		default:
			continue
		}
		return
	}
}

// Bound is the number that the text of a bound means for a type.
func Bound(t reflect.Type, text string) float64 {
	if x, err := strconv.ParseFloat(text, 64); err == nil {
		return x
	}
	switch t {
	case durationType:
		d, _ := unit.ParseDuration(text)
		return float64(d)
	case reflect.TypeFor[unit.Rate]():
		r, _ := unit.ParseRate(text)
		return float64(r)
	case reflect.TypeFor[unit.Share]():
		s, _ := unit.ParseShare(text)
		return float64(s)
	}
	return 0
}
