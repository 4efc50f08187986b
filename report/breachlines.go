package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/expect"
	"headroom/sim"
)

// breachLines show the breaches, the longest if they are many.
func breachLines(b *strings.Builder, d Doc, first *sim.Result, style Style) {
	const show = 6
	if len(d.Breaches) == 0 {
		return
	}
	minutes := 0
	order := make([]int, len(d.Breaches))
	for i, x := range d.Breaches {
		order[i] = i
		minutes += x.Minutes
	}
	title := fmt.Sprintf("%s, %s missed", plural(len(d.Breaches), "breach"), plural(minutes, "minute"))
	if d.Runs > 1 {
		title += " (run 1)"
	}
	b.WriteString(style.paint(bold, title) + "\n")
	if len(order) > show {
		slices.SortStableFunc(order, func(x, y int) int { return d.Breaches[y].Minutes - d.Breaches[x].Minutes })
		order = order[:show]
		slices.Sort(order)
	}
	for _, i := range order {
		x := d.Breaches[i]
		when := expect.Clock(first, duration(x.FromS)) + " to " + expect.Clock(first, duration(x.ToS))
		if first.Config.Length > 24*time.Hour { // the day once is enough
			when = expect.Clock(first, duration(x.FromS)) + " to " + first.Config.Start.Add(duration(x.ToS)).Format("15:04")
		}
		b.WriteString(Wrap("  ", fmt.Sprintf("%s: %s%s", when, x.Ask, worst(d, x))))
		b.WriteString(Wrap("    ", x.Cause))
	}
	if n := len(d.Breaches) - len(order); n > 0 {
		fmt.Fprintf(b, "  … and %s, none longer\n", plural(n, "more breach"))
	}
	b.WriteString("\n")
}

func worst(d Doc, x Breach) string {
	ask, err := expect.Parse(x.Ask)
	if err != nil || !x.Worst.Exists() {
		return ""
	}
	form := Count
	if ask.Measure.Time() {
		form = Lapse
	} else if ask.Measure.Share() {
		form = Percent
	}
	return ", at worst " + form(x.Worst.Mean)
}
