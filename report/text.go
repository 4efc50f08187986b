package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"headroom/sim"
)

// Style says what the reader's screen can do. The zero Style is plain text.
type Style struct {
	Color bool // ANSI colours
	Chart bool // a small chart of characters
}

const (
	green = "\x1b[32m"
	red   = "\x1b[31m"
	bold  = "\x1b[1m"
	reset = "\x1b[0m"
)

func (s Style) paint(color, text string) string {
	if !s.Color {
		return text
	}
	return color + text + reset
}

// Text writes the report for a person: the verdict in one sentence first, then what it rests on. No line is wider than 80
// columns. The first run gives the clock and the chart.
func Text(w io.Writer, meta Meta, d Doc, first *sim.Result, style Style) error {
	var b strings.Builder
	b.WriteString(headline(d, style))
	for _, n := range d.Notes {
		b.WriteString(Wrap("Note: ", n))
	}
	if len(d.Notes) > 0 {
		b.WriteString("\n")
	}
	about(&b, meta, d)
	expectations(&b, d, style)
	warningLines(&b, d, style)
	if style.Chart {
		b.WriteString(chart(first, style))
	}
	numbers(&b, d, style)
	breachLines(&b, d, first, style)
	decisionLines(&b, d, first, style)
	if len(d.Unused) > 0 {
		b.WriteString(Wrap("Not used by this way to scale: ", strings.Join(d.Unused, ", ")))
	}
	for _, a := range d.Approximations {
		b.WriteString(Wrap("Approximated: ", a))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// headline is the verdict.
func headline(d Doc, style Style) string {
	text, color := Sentence(d), green
	if strings.HasPrefix(text, "Not held") {
		color = red
	}
	text = Wrap("", text)
	if style.Color {
		lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
		for i, l := range lines {
			lines[i] = style.paint(bold+color, l)
		}
		text = strings.Join(lines, "\n") + "\n"
	}
	return text + "\n"
}

// Sentence is the verdict in one sentence. A run without requests holds what it never tried, and says so.
func Sentence(d Doc) string {
	var missed []Verdict
	for _, v := range d.Expect {
		if !v.Held {
			missed = append(missed, v)
		}
	}
	switch {
	case len(d.Expect) == 0:
		return fmt.Sprintf("Nothing was expected: %s requests served and %s failed, latency p99 %s, cost %s.", say(d.Requests.Served, Count),
			say(d.Requests.Failed, Count), say(d.Latency.P99, Lapse), say(d.Cost.Total, Money(d.Cost.Currency)))
	case len(missed) == 1:
		return fmt.Sprintf("Not held: %s was asked, the answer is %s%s.", missed[0].Ask, missed[0].Value, others(len(d.Expect)-1))
	case len(missed) > 1:
		return fmt.Sprintf("Not held: %d of %d expectations are missed, first %s: %s.", len(missed), len(d.Expect), missed[0].Ask, missed[0].Value)
	case d.Requests.Offered.Mean == 0:
		return fmt.Sprintf("Held, but no request came: %s: %s.", d.Expect[0].Ask, d.Expect[0].Value)
	case len(d.Expect) == 1:
		return fmt.Sprintf("Held: %s, the answer is %s.", d.Expect[0].Ask, d.Expect[0].Value)
	}
	return fmt.Sprintf("Held: all %d expectations, first %s: %s.", len(d.Expect), d.Expect[0].Ask, d.Expect[0].Value)
}

func others(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "; the other expectation holds"
	}
	return fmt.Sprintf("; the other %d expectations hold", n)
}

// about says what was asked of what.
func about(b *strings.Builder, meta Meta, d Doc) {
	name := d.Scenario
	if d.Variant != "" {
		name += ", variant " + d.Variant
	}
	if meta.Ask != "" {
		b.WriteString(Wrap("", name+": "+meta.Ask))
	} else {
		b.WriteString(Wrap("", name))
	}
	runs := "1 run"
	if d.Runs > 1 {
		runs = fmt.Sprintf("%d runs (means with 95%% intervals)", d.Runs)
	}
	b.WriteString(Wrap("", fmt.Sprintf("%s of %s from %s (%s), engine %s, seed %d.", runs, span(d.LengthS), strings.Replace(d.Start[:16], "T", " ", 1), d.Zone, d.Engine, d.Seed)))
	if meta.Because != "" {
		b.WriteString(Wrap("", "Because: "+meta.Because))
	}
	b.WriteString("\n")
}

// span writes a long duration: 7d, 1d12h, 90m.
func span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	days := d / (24 * time.Hour)
	text := ""
	if days > 0 {
		text = fmt.Sprintf("%dd", days)
		d -= days * 24 * time.Hour
	}
	if d > 0 || text == "" {
		rest := d.String()
		rest = strings.TrimSuffix(rest, "m0s") + map[bool]string{true: "m"}[strings.HasSuffix(rest, "m0s")]
		rest = strings.TrimSuffix(rest, "h0m") + map[bool]string{true: "h"}[strings.HasSuffix(rest, "h0m")]
		text += rest
	}
	return text
}

// expectations are a line each: held or missed, the ask, what was got.
func expectations(b *strings.Builder, d Doc, style Style) {
	longest := 0
	for _, v := range d.Expect {
		longest = max(longest, len([]rune(v.Ask)))
	}
	for _, v := range d.Expect {
		mark, color := markOf(v.Held)
		text := v.Value
		if v.Probability != nil {
			text += fmt.Sprintf(" (%s to %s of runs, 95%%)", Percent(v.Probability.Low), Percent(v.Probability.High)) + proof(d.Runs, v.Probability.Mean)
		}
		head := mark + "  " + pad(v.Ask, longest) + "  "
		line := Wrap(head, text)
		if longest > 40 {
			line = mark + "  " + Cut(v.Ask, 68) + "\n" + Wrap("            ", text)
		}
		b.WriteString(strings.Replace(line, mark, style.paint(color, mark), 1))
	}
	if len(d.Expect) > 0 {
		b.WriteString("\n")
	}
}

// markOf is how a verdict begins, and its colour.
func markOf(held bool) (mark, color string) {
	if held {
		return "✓ held  ", green
	}
	return "✕ missed", red
}

// proof says what runs without a single miss, or without a single hold, prove: with n of them, at 95 % confidence, that the
// share of such runs is below 1 − 0.05^(1/n).
func proof(runs int, held float64) string {
	least := Percent(1 - math.Pow(0.05, 1/float64(runs)))
	switch held {
	case 1:
		return fmt.Sprintf("; 0 misses in %d runs proves that less than %s of runs miss", runs, least)
	case 0:
		return fmt.Sprintf("; 0 of %d runs proves that less than %s of runs hold", runs, least)
	}
	return ""
}

// numbers are the measures, a subject a paragraph.
func numbers(b *strings.Builder, d Doc, style Style) {
	line := func(subject string, items ...string) {
		for i, item := range items {
			items[i] = together(item)
		}
		text := Wrap("  "+pad(subject, 13), strings.Join(items, ", "))
		b.WriteString(text)
	}
	b.WriteString(style.paint(bold, "Numbers") + "\n")
	q := d.Requests
	items := []string{say(q.Offered, Count) + " offered"}
	if q.CarriedIn != nil {
		items = append(items, say(*q.CarriedIn, Count)+" carried in")
	}
	items = append(items, say(q.Served, Count)+" served", say(q.Failed, Count)+" failed"+failedBy(q.FailedBy))
	if q.Cold != nil {
		items = append(items, say(*q.Cold, Count)+" cold starts")
	}
	for _, f := range []part{{q.WaitingAtEnd, "waiting at the end"}, {q.InServiceAtEnd, "in service at the end"}, {q.Retries, "retries"}} {
		if f.n.Mean != 0 {
			items = append(items, say(f.n, Count)+" "+f.text)
		}
	}
	if q.WastedS.Mean > 0 {
		items = append(items, say(q.WastedS, Lapse)+" of slots wasted on clients that had left")
	}
	line("requests", items...)
	line("latency", times(d.Latency)...)
	line("wait", times(d.Wait)...)
	if d.BatchMeans != nil && d.BatchMeans.Latency.Exists() {
		line("intervals", d.BatchMeans.intervals()...)
		if w := d.BatchMeans.Warning; w != "" {
			b.WriteString(Wrap("  "+pad("", 13), w))
		}
	}
	i := d.Instances
	items = []string{say(i.Mean, Count) + " in service on average", "at least " + say(i.Min, Count), "at most " + say(i.Max, Count),
		say(i.Hours, Count) + " instance-hours", say(i.By.Of("starting"), Count) + " of them starting", say(i.By.Of("draining"), Count) + " draining"}
	if pool := i.By.Of("pool"); pool.Mean > 0 {
		items = append(items, say(pool, Count)+" in the warm pool")
	}
	line("instances", items...)
	if h := i.Hosts; h != nil {
		line("machines", say(h.Mean, Count)+" under them on average", "at least "+say(h.Min, Count), "at most "+say(h.Max, Count), say(h.Hours, Count)+" machine-hours, which are paid for")
	}
	line("utilization", say(d.Utilization, Percent)+" of slot-time")
	cost := Money(d.Cost.Currency)
	line("cost", say(d.Cost.Total, cost), say(d.Cost.Per1000, cost)+" per 1000 served", say(d.Cost.PerMonth, cost)+" per month of 730 h")
	paidLine(d, line)
	scalingLine(d, line)
	b.WriteString("\n")
}

// A part is a number and what it counts.
type part struct {
	n    Number
	text string
}

// paidWords say what was paid for.
var paidWords = map[string]string{
	"instances": "for instances", "compute": "for service by its duration", "requests": "for requests", "data": "for data",
	"provisioned": "for provisioned environments", "storage": "for stopped instances",
}

// paidLine says what the cost is made of, where it is more than one thing.
func paidLine(d Doc, line func(string, ...string)) {
	var items []string
	for _, p := range d.Cost.By {
		if p.Mean != 0 {
			items = append(items, say(p.Number, Money(d.Cost.Currency))+" "+paidWords[p.Name])
		}
	}
	if len(items) > 1 {
		line("", items...)
	}
}

// failedWords say why requests failed.
var failedWords = map[string]string{
	"rejected": "rejected", "timeout": "timed out", "no_capacity": "without capacity", "instance_lost": "lost with an instance",
	"throttled": "throttled", "error": "answered with an error",
}

// heldWords say what held wishes.
var heldWords = map[string]string{
	"cooldown": "a cooldown", "min": "the minimum", "max": "the maximum", "updating": "a change under way",
	"no_data": "missing data", "not_all_ready": "another policy", "flapping": "expected flapping", "in_use": "what is in use",
	"warm_up": "warm-up", "forecast_only": "forecast only", "suspended": "a suspension",
}

// failedBy are the causes that there were, in brackets.
func failedBy(f Parts) string {
	var items []string
	for _, p := range f {
		if p.Mean > 0 {
			items = append(items, Count(p.Mean)+" "+failedWords[p.Name])
		}
	}
	if items == nil {
		return ""
	}
	return " (" + strings.Join(items, ", ") + ")"
}

func times(s Summary) []string {
	if !s.Mean.Exists() {
		return []string{"none: nothing was served"}
	}
	items := []string{"mean " + say(s.Mean, Lapse)}
	for _, p := range []part{{s.P50, "p50"}, {s.P90, "p90"}, {s.P95, "p95"}, {s.P99, "p99"}, {s.P999, "p99.9"}, {s.Max, "max"}} {
		if p.n.Exists() {
			items = append(items, p.text+" "+say(p.n, Lapse))
		}
	}
	return items
}

func scalingLine(d Doc, line func(string, ...string)) {
	items := []string{say(d.Scaling.Out, Count) + " out", say(d.Scaling.In, Count) + " in"}
	for _, h := range d.Scaling.HeldBy {
		if h.Mean != 0 {
			items = append(items, say(h.Number, Count)+" held by "+heldWords[h.Name])
		}
	}
	line("scaling", items...)
}

// duration of seconds, to the nanosecond.
func duration(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

func abs(n int) int { return max(n, -n) }
