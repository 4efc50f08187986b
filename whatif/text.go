package whatif

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"headroom/report"
)

// Text writes a comparison for a person: one sentence, a table with a row a variant, then what each differs in from the base.
// No line is wider than 80 columns.
func Text(w io.Writer, c Comparison) error {
	var b strings.Builder
	b.WriteString(report.Wrap("", sentence(c)))
	b.WriteString(report.Wrap("", basis(c.Runs, c.Seed)))
	b.WriteString("\n" + overview(c) + "\n")
	for _, v := range c.Variants[1:] {
		b.WriteString(differences(c, v))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// basis says what the numbers rest on. One run each says how that draw of chance differs, and nothing about others.
func basis(runs int, seed uint64) string {
	if runs == 1 {
		return fmt.Sprintf("1 run each on the same random numbers, seed %d; one draw of chance has no intervals, --runs 20 has.", seed)
	}
	return fmt.Sprintf("%s runs each on the same random numbers, seed %d; means, and 95%% intervals of the paired differences.", report.Count(float64(runs)), seed)
}

// holds counts the expectations that a variant keeps.
func holds(v Variant) (held, all int) {
	for _, e := range v.Result.Expect {
		if e.Held {
			held++
		}
	}
	return held, len(v.Result.Expect)
}

// sentence names the cheapest of those that keep all their expectations. What has other traffic than the base answers another
// question, and is none of them.
func sentence(c Comparison) string {
	var best *Variant
	good, asked := 0, 0
	for i := range c.Variants {
		v := &c.Variants[i]
		if v.OtherTraffic {
			continue
		}
		asked++
		if held, all := holds(*v); held < all {
			continue
		}
		good++
		if best == nil || v.Result.Cost.Total.Mean < best.Result.Cost.Total.Mean {
			best = v
		}
	}
	switch {
	case len(c.Variants) == 1:
		held, all := holds(c.Variants[0])
		return fmt.Sprintf("Nothing to compare: %s has no variants. It holds %d of %d expectations.", c.Base, held, all)
	case best == nil:
		return fmt.Sprintf("None of the %d holds all of its expectations.", asked)
	case len(best.Result.Expect) == 0:
		return fmt.Sprintf("Nothing was expected; the cheapest of the %d is %s at %s.", asked, best.Name, cost(best.Result))
	}
	if good == 1 {
		return fmt.Sprintf("1 of %d holds all of its expectations: %s, at %s.", asked, best.Name, cost(best.Result))
	}
	return fmt.Sprintf("%d of %d hold all of their expectations; the cheapest of these is %s at %s.", good, asked, best.Name, cost(best.Result))
}

func cost(d report.Doc) string { return report.Money(d.Cost.Currency)(d.Cost.Total.Mean) }

// overview is a row a variant.
func overview(c Comparison) string {
	rows := [][]string{{"", "holds", "cost " + c.Variants[0].Result.Cost.Currency, "p99", "failed", "missed", "instances"}}
	others := ""
	for _, v := range c.Variants {
		held, all := holds(v)
		r := v.Result
		share := math.NaN()
		if done := r.Requests.Served.Mean + r.Requests.Failed.Mean; done > 0 {
			share = r.Requests.Failed.Mean / done
		}
		name := report.Cut(v.Name, 20)
		if v.OtherTraffic {
			name, others = report.Cut(v.Name, 18)+" *", "*: other traffic than "+report.Cut(c.Base, 35)+", so another question\n"
		}
		rows = append(rows, []string{name, fmt.Sprintf("%d of %d", held, all), report.Money("")(r.Cost.Total.Mean), or(r.Latency.P99.Mean, report.Lapse),
			or(share, report.Percent), missed(v), or(r.Instances.Mean.Mean, report.Count)})
	}
	rule := ""
	if c.Runs > 1 {
		rule = "holds: expectations that are held in at least 95% of the runs\n"
	}
	return columns(rows) + others + rule + "missed: minutes of run 1 that miss an expectation, added up over them\n"
}

// columns sets rows under one another, the first column to the left, the others to the right.
func columns(rows [][]string) string {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := row[0] + strings.Repeat(" ", wide[0]-utf8.RuneCountInString(row[0]))
		for i, cell := range row[1:] {
			line += strings.Repeat(" ", 2+wide[i+1]-utf8.RuneCountInString(cell)) + cell
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func missed(v Variant) string {
	n := 0
	for _, e := range v.Result.Expect {
		n += e.Missed
	}
	return fmt.Sprintf("%d min", n)
}

func or(x float64, form func(float64) string) string {
	if math.IsNaN(x) {
		return "none"
	}
	return form(x)
}

// a number whose difference a person is told.
type number struct {
	path, name string
	form       func(float64) string
}

// told are the numbers whose differences a person is told, in this order; the JSON holds all of them.
func told(c Comparison) []number {
	list := []number{
		{"cost.total", "cost", report.Money(c.Variants[0].Result.Cost.Currency)},
		{"latency_s.p99", "latency p99", report.Lapse},
		{"wait_s.p99", "wait p99", report.Lapse},
		{"requests.failed", "failed requests", report.Count},
		{"instances.mean", "instances", report.Count},
		{"utilization", "utilization", points},
	}
	for _, d := range c.Variants[len(c.Variants)-1].AgainstBase {
		if ask, ok := strings.CutPrefix(d.Path, "minutes_missed."); ok {
			list = append(list, number{d.Path, "minutes that miss " + ask, report.Count})
		}
	}
	return list
}

// points writes a difference of shares, which is no share itself.
func points(x float64) string { return strings.TrimSuffix(report.Percent(x), "%") + " points" }

// differences of one variant from the base. One run each cannot tell them from chance, so that they are shown as they are.
func differences(c Comparison, v Variant) string {
	title := "not distinguishable, the same in every run: "
	if c.Runs == 1 {
		title = "the same: "
	}
	return unlike(v.Name, c.Base, c.Runs, told(c), v.AgainstBase, title) + gain(c, v) + "\n"
}

// unlike says in what one variant differs from the base: what can be told from chance a line each, the rest by name, what is the same
// under a title.
func unlike(name, base string, runs int, numbers []number, against Differences, title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s against %s\n", report.Cut(name, 35), report.Cut(base, 35))
	var same, unsure []string
	for _, n := range numbers {
		d, ok := against.Get(n.path)
		switch {
		case !ok:
		case d.Mean == 0 && (runs == 1 || d.Low == d.High):
			same = append(same, n.name)
		case runs > 1 && !d.Distinguishable:
			unsure = append(unsure, n.name+needed(d))
		default:
			b.WriteString(report.Wrap("  ", fmt.Sprintf("%s %s%s", n.name, signed(d.Mean, n.form), interval(d, n.form))))
		}
	}
	if len(unsure) > 0 {
		b.WriteString(report.Wrap("  ", fmt.Sprintf("not distinguishable at %d runs: %s", runs, strings.Join(unsure, ", "))))
	}
	if len(same) > 0 {
		b.WriteString(report.Wrap("  ", title+strings.Join(same, ", ")))
	}
	return b.String()
}

// needed says about how many runs would tell a difference from 0, if any number would that can be had.
func needed(d Difference) string {
	if d.Needed == 0 || d.Needed > 100_000 {
		return ""
	}
	return fmt.Sprintf(" (about %s would be needed)", report.Count(twoDigits(d.Needed)))
}

// twoDigits rounds a number of runs up to what is known of it.
func twoDigits(n int) float64 {
	unit := 1
	for n/unit >= 100 {
		unit *= 10
	}
	return float64((n + unit - 1) / unit * unit)
}

// gain says what the same random numbers were worth, by the first of the told numbers that varies.
func gain(c Comparison, v Variant) string {
	for _, n := range told(c) {
		if d, ok := v.AgainstBase.Get(n.path); ok && d.VarianceRatio >= 1.5 && d.VarianceRatio < 1e6 {
			return report.Wrap("  ", fmt.Sprintf("on different random numbers %s would take %s times the runs to know as well", n.name, report.Count(twoDigits(int(d.VarianceRatio+0.5)))))
		}
	}
	return ""
}

// signed writes + or − before a difference.
func signed(x float64, form func(float64) string) string {
	if x < 0 {
		return "−" + form(-x)
	}
	return "+" + form(x)
}

func interval(d Difference, form func(float64) string) string {
	if math.IsNaN(d.Low) { // one run
		return ""
	}
	if d.Low == d.High {
		return " in every run"
	}
	low, high := signed(d.Low, form), signed(d.High, form)
	if low == high {
		return ""
	}
	return fmt.Sprintf(" (%s to %s)", low, high)
}
