package lint

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/unit"
)

// number writes a value for a sentence or an edit: whole from 1,000 on, else three significant digits.
func number(v float64) string {
	decimals := 0
	if a := math.Abs(v); a < 1000 && a > 0 {
		decimals = max(0, min(9, 2-int(math.Floor(math.Log10(a)))))
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// rps is a rate.
func rps(v float64) string { return number(v) + " rps" }

// percent is a share.
func percent(share float64) string { return number(100*share) + " %" }

// span is a duration as people say it: 500ms, 4m10s, 9h55m, 2d3h.
func span(d time.Duration) string {
	if d < time.Minute {
		return unit.FormatDuration(d.Round(time.Millisecond))
	}
	text := ""
	d = d.Round(time.Second)
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{unit.Day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / u.of; n > 0 {
			text += strconv.Itoa(int(n)) + u.name
			d -= n * u.of
		}
	}
	return text
}

// count is a number of things.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + plural(one)
}

// plural is a noun for several: instances, copies.
func plural(one string) string {
	if stem, ok := strings.CutSuffix(one, "y"); ok {
		return stem + "ies"
	}
	return one + "s"
}

// one is what an instance is called here.
func (s *scene) one() string { return cmp.Or(s.view.one, "instance") }

// an instance, or a copy.
func (s *scene) an() string {
	if strings.ContainsRune("aeiou", rune(s.one()[0])) {
		return "an " + s.one()
	}
	return "a " + s.one()
}

// count is a number of instances.
func (s *scene) count(n int) string { return count(n, s.one()) }

// at is an instant on the wall clock.
func (s *scene) at(t time.Duration) string {
	return s.Clock.Calendar().Wall(t).Format("Mon 2 Jan 15:04")
}

// up is the least whole number that is not below v.
func up(v float64) int { return int(math.Ceil(min(v, 1e6) - 1e-9)) }

// round2 is v with two significant digits, rounded up.
func round2(v float64) float64 {
	if v <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	return math.Ceil(v/unit-1e-9) * unit
}
