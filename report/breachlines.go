package report

import (
	"fmt"
	"slices"
	"strings"

	"headroom/expect"
	"headroom/sim"
	"headroom/unit"
)

// breachLines show the breaches, the longest if they are many.
func breachLines(b *strings.Builder, d Doc, run *sim.Result, style Style) {
	const show = 6
	if len(d.Breaches) == 0 {
		return
	}
	order := make([]int, len(d.Breaches))
	for i := range order {
		order[i] = i
	}
	title := plural(len(d.Breaches), "breach")
	if d.Runs > 1 {
		title += " of run 1"
	}
	b.WriteString(strings.Replace(Wrap(title+": ", missedMinutes(d.Breaches)), title, style.paint(bold, title), 1))
	if len(order) > show {
		slices.SortStableFunc(order, func(x, y int) int { return d.Breaches[y].Minutes - d.Breaches[x].Minutes })
		order = order[:show]
		slices.Sort(order)
	}
	for _, i := range order {
		x := d.Breaches[i]
		b.WriteString(Wrap("  ", fmt.Sprintf("%s: %s%s", between(run, x.FromS, x.ToS), x.Ask, worst(d, x))))
		b.WriteString(Wrap("    ", x.Cause))
	}
	if n := len(d.Breaches) - len(order); n > 0 {
		fmt.Fprintf(b, "  … and %s, none longer\n", plural(n, "more breach"))
	}
	b.WriteString("\n")
}

// between says from when to when, in seconds of the run: the day once, unless the end has another.
func between(run *sim.Result, fromS, toS float64) string {
	from, to := run.Config.Start.Add(duration(fromS)), run.Config.Start.Add(duration(toS))
	if from.YearDay() != to.YearDay() {
		return expect.Clock(run, duration(fromS)) + " to " + expect.Clock(run, duration(toS))
	}
	return expect.Clock(run, duration(fromS)) + " to " + unit.FormatTime(to, "15:04")
}

// missedMinutes counts the missed minutes of every ask: one minute may miss several, so they are not added up.
func missedMinutes(breaches []Breach) string {
	var asks []string
	count := map[string]int{}
	for _, x := range breaches {
		if count[x.Ask] == 0 {
			asks = append(asks, x.Ask)
		}
		count[x.Ask] += x.Minutes
	}
	items := make([]string, len(asks))
	for i, ask := range asks {
		verb := "minutes miss"
		if count[ask] == 1 {
			verb = "minute misses"
		}
		items[i] = together(Count(float64(count[ask])) + " " + verb + " " + ask)
	}
	return strings.Join(items, ", ")
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
