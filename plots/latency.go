package plots

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"headroom/sim"
)

// latencyChart draws how long requests took, minute by minute, against what was asked.
func latencyChart() Chart {
	return Chart{
		Name: "latency",
		Doc:  "percentiles of latency on a log scale with the SLO, its breaches shaded and numbered",
		pages: func(in []Input) []page {
			p := newPage(in, "latency", latencyTitle(in))
			p.panels = []panel{latencyPanel(in)}
			p.countMisses(in)
			p.breachKey(in, 0)
			return []page{p}
		},
	}
}

// asked is the limit that the chart speaks of: the one that most minutes miss, the first of them.
func (in Input) asked() (l Line, ok bool) {
	most := -1
	for _, s := range in.SLOs {
		if !in.knows(s.Quantile) {
			continue
		}
		if n, _ := in.misses(s); n > most {
			l, most, ok = s, n, true
		}
	}
	return l, ok
}

// shown are the quantiles of a single run that are drawn, at most three: p50, p99 and those that were asked for.
func (in Input) shown() []float64 {
	var out []float64
	have := func(q float64) bool {
		for _, o := range out {
			if sameShare(o, q) {
				return true
			}
		}
		return false
	}
	offer := func(q float64) {
		if in.knows(q) && !have(q) && len(out) < 3 {
			out = append(out, q)
		}
	}
	offer(0.5)
	for _, s := range in.SLOs {
		offer(s.Quantile)
	}
	offer(0.99)
	if len(out) == 0 && len(in.Quantiles) > 0 {
		out = append(out, in.Quantiles[0], in.Quantiles[len(in.Quantiles)-1])
	}
	sortQuantiles(out)
	return out
}

// sortQuantiles ascending, the mean first and the largest last.
func sortQuantiles(q []float64) {
	rank := func(v float64) float64 {
		if v == Max {
			return 2
		}
		return v
	}
	for i := 1; i < len(q); i++ {
		for j := i; j > 0 && rank(q[j]) < rank(q[j-1]); j-- {
			q[j], q[j-1] = q[j-1], q[j]
		}
	}
}

func latencyPanel(in []Input) panel {
	p := panel{title: "Latency, log scale", weight: 1.6}
	if len(in) == 1 {
		singleLatency(&p, in[0])
	} else {
		overlaidLatency(&p, in)
	}
	lo, hi := math.Inf(1), 0.0
	for _, l := range p.lines {
		for _, s := range l.data {
			if s.v > 0 {
				lo, hi = math.Min(lo, s.v), math.Max(hi, s.v)
			}
		}
	}
	if hi == 0 {
		p.empty, p.keys = "No request was served: there is no latency.", nil
	}
	for _, r := range p.refs {
		lo, hi = math.Min(lo, r.at), math.Max(hi, r.at*1.3)
	}
	if math.IsInf(lo, 1) {
		lo = 0
	}
	p.scale = func(height float64) scale { return seconds(lo, hi, height) }
	return p
}

func singleLatency(p *panel, in Input) {
	pens := map[int][]pen{
		1: {{violet, 1.8, nil}},
		2: {{green, 1.3, nil}, {violet, 1.8, nil}},
		3: {{green, 1.2, nil}, {ghost, 1.3, []float64{4, 2}}, {violet, 1.8, nil}},
	}
	shown := in.shown()
	for n, q := range shown {
		l := line{pen: pens[len(shown)][n], peaks: true, band: true, data: in.samples(func(m sim.Minute) float64 { return in.latency(m, q) })}
		p.add(l)
		p.key(lineKey(quantileName(q), l.pen))
	}
	for _, s := range in.SLOs {
		if !in.knows(s.Quantile) {
			continue // no line of it is drawn
		}
		p.refs = append(p.refs, ref{s.Limit.Seconds(), "SLO " + s.Text, pen{color: missed, width: 1.3, dash: []float64{6, 3}}})
	}
	if dead := silent(in); len(dead) > 0 {
		p.lanes = append(p.lanes, lane{label: "none served", bars: dead})
	}
}

// silent are the minutes in which requests failed or waited and none was served.
func silent(in Input) []bar {
	var out []bar
	for _, m := range in.Minutes {
		if !counts(m) || m.Served > 0 {
			continue
		}
		end := min(m.At+60e9, in.Length)
		if n := len(out); n > 0 && out[n-1].to == m.At {
			out[n-1].to = end
			continue
		}
		out = append(out, bar{from: m.At, to: end, color: missed})
	}
	return out
}

// overlaidLatency draws one quantile of every run, and its breaches as a lane.
func overlaidLatency(p *panel, in []Input) {
	q := commonQuantile(in)
	p.title = "Latency " + quantileName(q) + ", log scale"
	breaches := 0
	for n, i := range in {
		l := line{pen: runPen(n), peaks: true, data: i.samples(func(m sim.Minute) float64 { return i.latency(m, q) })}
		p.add(l)
		p.key(lineKey(i.Name, l.pen))
		breaches += len(i.Breaches)
	}
	for _, s := range in[0].SLOs {
		if sameShare(s.Quantile, q) {
			p.refs = append(p.refs, ref{s.Limit.Seconds(), "SLO " + s.Text, pen{color: missed, width: 1.3, dash: []float64{6, 3}}})
		}
	}
	if breaches == 0 || len(in) > 8 {
		return
	}
	for n, i := range in {
		row := lane{label: i.Name}
		for _, b := range i.Breaches {
			row.bars = append(row.bars, bar{from: b.From, to: b.To, color: runPen(n).color})
		}
		p.lanes = append(p.lanes, row)
	}
}

// commonQuantile is the one that was asked for, or else p99, or else the highest, that all runs know.
func commonQuantile(in []Input) float64 {
	all := func(q float64) bool {
		for _, i := range in {
			if !i.knows(q) {
				return false
			}
		}
		return true
	}
	if l, ok := in[0].asked(); ok && all(l.Quantile) {
		return l.Quantile
	}
	if all(0.99) {
		return 0.99
	}
	for k := len(in[0].Quantiles) - 1; k >= 0; k-- {
		if all(in[0].Quantiles[k]) {
			return in[0].Quantiles[k]
		}
	}
	return Mean
}

// slowest is the minute with the largest latency at a quantile.
func (in Input) slowest(q float64) (seconds float64, at sim.Minute) {
	for _, m := range in.Minutes {
		if v := in.latency(m, q); v > seconds {
			seconds, at = v, m
		}
	}
	return seconds, at
}

func latencyTitle(in []Input) string {
	l, ok := in[0].asked()
	if len(in) > 1 {
		if !ok {
			return plural(len(in), "run") + " overlaid"
		}
		return compared(in, l.Text+" is missed", l.Text+" is never missed", func(i Input) float64 {
			n, _ := i.misses(l)
			if !i.knows(l.Quantile) {
				return math.NaN()
			}
			return -float64(n) // the worst first
		}, forMinutes)
	}
	i := in[0]
	served := 0
	for _, m := range i.Minutes {
		if m.Served > 0 {
			served++
		}
	}
	q := 0.99
	if ok {
		q = l.Quantile
	} else if s := i.shown(); len(s) > 0 {
		q = s[len(s)-1]
	}
	worst, at := i.slowest(q)
	when := axisTime(i.Start, i.Length, at.At)
	missed, counted := 0, 0
	if ok {
		missed, counted = i.misses(l)
	}
	switch {
	case served == 0 && missed > 0:
		return fmt.Sprintf("Not one request was served: all %s miss %s", plural(counted, "minute"), l.Text)
	case served == 0:
		return "No request came in " + durationWords(i.Length) + ", so there is no latency"
	case !ok:
		return i.verdict(fmt.Sprintf("%s latency peaks at %s in a minute (%s)", quantileName(q), latencyWords(worst), when))
	case l.Share > 0:
		return verdictTitle(l, missed, counted, latencyWords(worst), when)
	case missed == 0 && counted == 1:
		return fmt.Sprintf("%s holds in the only minute, with %s", l.Text, latencyWords(worst))
	case missed == 0:
		return fmt.Sprintf("%s holds in all %s; the slowest, %s, has %s", l.Text, plural(counted, "minute"), when, latencyWords(worst))
	}
	title := fmt.Sprintf("%s is missed in %s of %s", l.Text, grouped(float64(missed), 0), plural(counted, "minute"))
	if n := i.breachesOf(l); n > 0 {
		title += ", in " + plural(n, "breach")
	}
	return title + fmt.Sprintf("; at worst %s (%s)", latencyWords(worst), when)
}

// verdict puts the answer before a finding: the first ask that is missed, or what holds.
func (in Input) verdict(finding string) string {
	for _, v := range in.Verdicts {
		if !v.Held {
			return fmt.Sprintf("Not held: %s, the answer is %s; %s", v.Ask, v.Value, finding)
		}
	}
	switch n := len(in.Verdicts); n {
	case 0:
		return finding
	case 1:
		return fmt.Sprintf("Held: %s, the answer is %s; %s", in.Verdicts[0].Ask, in.Verdicts[0].Value, finding)
	default:
		return fmt.Sprintf("Held: all %d asks; %s", n, finding)
	}
}

// answerTitle is the headline of the page to look at first. Where limits on latency hold and something else does not, it is that.
func answerTitle(in []Input) string {
	title := latencyTitle(in)
	if len(in) > 1 {
		return title
	}
	other := false
	for _, v := range in[0].Verdicts {
		if _, latency := ParseLine(v.Ask); !v.Held && latency {
			return title
		}
		other = other || !v.Held
	}
	if _, ok := in[0].asked(); ok && other {
		finding, _ := strings.CutPrefix(title, "Held: ")
		return in[0].verdict(finding)
	}
	return title
}

// verdictTitle says whether a limit held in the share of minutes that was asked for.
func verdictTitle(l Line, missed, counted int, worst, when string) string {
	if missed == 0 {
		return fmt.Sprintf("Held: %s in all %s; the slowest has %s (%s)", l.Text, plural(counted, "minute"), worst, when)
	}
	share := float64(counted-missed) / float64(counted)
	got, asked := shareOfMinutes(share, l.Share), shareOfMinutes(l.Share, l.Share)
	if share >= l.Share {
		return fmt.Sprintf("Held: %s in %s of minutes, %s asked; at worst %s (%s)", l.Text, got, asked, worst, when)
	}
	return fmt.Sprintf("Not held: %s in %s of minutes, not %s; at worst %s (%s)", l.Text, got, asked, worst, when)
}

// shareOfMinutes writes a share in hundredths of a percent, or in as many digits as it takes to stand on the right side of
// what was asked, and of all.
func shareOfMinutes(share, asked float64) string {
	for digits := 2; ; digits++ {
		text := strconv.FormatFloat(share*100, 'f', digits, 64)
		shown, _ := strconv.ParseFloat(text+"e-2", 64)
		if digits == 12 || cmp.Compare(shown, asked) == cmp.Compare(share, asked) && (shown < 1) == (share < 1) {
			return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "\u00a0%"
		}
	}
}

// countMisses says in the footer how often the limit of the title is missed, or what the rows of several runs are.
func (p *page) countMisses(in []Input) {
	last := p.panels[len(p.panels)-1]
	if len(in) > 1 {
		if len(last.lanes) > 0 {
			p.notes = append(p.notes, "rows at the foot: when each run misses what was asked")
		}
		return
	}
	if note := missNote(in[0]); note != "" {
		p.notes = slices.Insert(p.notes, 1, note)
	}
}

// missNote counts the minutes and breaches of the limit that the title speaks of.
func missNote(in Input) string {
	l, ok := in.asked()
	if !ok {
		return ""
	}
	missed, counted := in.misses(l)
	if missed == 0 {
		return ""
	}
	note := fmt.Sprintf("%s of %s miss %s", grouped(float64(missed), 0), plural(counted, "minute"), l.Text)
	if n := in.breachesOf(l); n > 0 {
		note += ", in " + plural(n, "breach")
	}
	return note
}
