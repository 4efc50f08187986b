package plots

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// separator stands between parts of a line; its outer blanks do not collapse in an SVG.
const separator = "\u00a0 · \u00a0"

// plural is a count with its noun: "1 minute", "1,440 minutes".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(float64(n), 0) + " " + several(noun)
}

// several is a noun for more than one: minutes, breaches, copies.
func several(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return stem + "ies"
	}
	if strings.HasSuffix(noun, "ch") {
		return noun + "es"
	}
	return noun + "s"
}

// capital begins a text with a capital letter.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// grouped writes a number with thousands set apart: 18,556.
func grouped(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	if v < 0 {
		whole = "−" + whole
	}
	return whole
}

// figure writes a measured value with about three digits: 0.0123, 1.41, 53.2, 1,650.
func figure(v float64) string {
	a := math.Abs(v)
	switch {
	case a == 0 || a >= 1000 || a >= 10 && a == math.Trunc(a):
		return grouped(math.Round(v), 0)
	case a >= 100:
		return grouped(v, 0)
	}
	digits := 2 - int(math.Floor(math.Log10(a)))
	s := strconv.FormatFloat(v, 'f', min(digits, 6), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return strings.Replace(s, "-", "−", 1)
}

// percent of a share, with a narrow space before the sign.
func percent(share float64) string {
	p := share * 100
	switch {
	case p > 0 && p < 0.01:
		return "under 0.01\u00a0%"
	case p < 100 && p > 99.9:
		return grouped(math.Floor(p*1000)/1000, 3) + "\u00a0%"
	case p < 1 && p > 0:
		return figure(p) + "\u00a0%"
	}
	return grouped(p, 0) + "\u00a0%"
}

// money is an amount with its currency.
func money(v float64, currency string) string {
	decimals := 2
	if math.Abs(v) < 0.1 && v != 0 {
		decimals = 4
	}
	return strings.TrimSpace(grouped(v, decimals) + " " + currency)
}

// durationWords is a length in the two largest units that it needs: "7 d", "1 h 30 min", "4 min 2 s".
func durationWords(d time.Duration) string {
	if d < time.Second {
		return d.String()
	}
	units := []struct {
		of   time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	var parts []string
	for _, u := range units {
		if n := d / u.of; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			d -= n * u.of
		} else if len(parts) > 0 {
			break
		}
		if len(parts) == 2 {
			break
		}
	}
	return strings.Join(parts, " ")
}

// latencyWords is a latency in a sentence: "812 ms", "4.1 s".
func latencyWords(seconds float64) string {
	switch {
	case seconds < 0.9995e-3:
		return figure(seconds*1e6) + " µs"
	case seconds < 0.9995:
		return figure(seconds*1e3) + " ms"
	case seconds < 600:
		return figure(seconds) + " s"
	}
	return durationWords(time.Duration(seconds * float64(time.Second)))
}

// quantileName is p50, p99, p999, mean or max.
func quantileName(q float64) string {
	switch q {
	case Mean:
		return "mean"
	case Max:
		return "max"
	}
	s := strconv.FormatFloat(q*100, 'f', 4, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	return "p" + strings.ReplaceAll(s, ".", "")
}

// listed joins names: "a, b and c"; of many, the first ones and how many more.
func listed(names []string) string {
	if len(names) > 6 {
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// conditions is the subtitle: which run this is, when, and how it was made.
func conditions(in []Input) string {
	first := in[0]
	parts := []string{first.Name}
	if len(in) > 1 {
		var names []string
		for _, i := range in {
			names = append(names, i.Name)
		}
		parts[0] = "overlaid: " + listed(names)
	}
	parts = append(parts, fmt.Sprintf("%s, %s, %s", first.Start.Format("Mon 2 Jan 2006 15:04"), durationWords(first.Length), zoneName(first.Start)))
	engine := "engine " + first.Engine
	for _, i := range in {
		if i.Engine != first.Engine {
			engine = "engines differ"
		}
	}
	if first.Step > 0 {
		engine += ", step " + durationWords(first.Step)
	}
	parts = append(parts, engine, seeds(in)+", one run")
	if note := clockNote(first.Start, first.Length); note != "" {
		parts = append(parts, note)
	}
	return strings.Join(parts, separator)
}

func seeds(in []Input) string {
	for _, i := range in {
		if i.Seed != in[0].Seed {
			return "seeds differ"
		}
	}
	return "seed " + strconv.FormatUint(in[0].Seed, 10)
}

// zoneName is the IANA name, or the offset where only that is known.
func zoneName(t time.Time) string {
	if name := t.Location().String(); name != "" && name != "Local" {
		return name
	}
	return "UTC" + t.Format("-07:00")
}
