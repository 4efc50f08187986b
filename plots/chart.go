package plots

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"headroom/sim"
)

// A Chart turns runs into pages. Each is in its own file, with what it shows in its Doc.
type Chart struct {
	Name  string // of its files: NAME.png, NAME.svg
	Doc   string
	pages func([]Input) []page
}

// Charts are all charts in the order in which they are written.
func Charts() []Chart {
	return []Chart{trafficChart(), instancesChart(), latencyChart(), costChart(), metricChart(), timelineChart()}
}

// newPage is a slide with what all charts share: conditions, events, and of a single run its breaches.
func newPage(in []Input, file, title string) page {
	p := page{
		file:     file,
		title:    title,
		subtitle: conditions(in),
		start:    in[0].Start,
		length:   in[0].Length,
		height:   slideDown,
		events:   eventsOf(in),
		notes:    []string{"headroom"},
	}
	if len(in) == 1 {
		p.breaches = episodes(in[0].Breaches)
	}
	if perColumn := float64(len(in[0].Minutes)) / (2 * 880); perColumn > 1.5 {
		p.notes = append(p.notes, "a pixel column spans "+figure(perColumn)+" minutes, highest to lowest")
	}
	return p
}

// eventsOf are the marks of the traffic and the losses of instances; of several runs, the marks that all share.
func eventsOf(in []Input) []event {
	var out []event
	for _, m := range in[0].Marks {
		if m.From >= in[0].Length || m.To < 0 {
			continue
		}
		shared := true
		for _, i := range in[1:] {
			found := false
			for _, o := range i.Marks {
				found = found || o.From == m.From && o.Text == m.Text
			}
			shared = shared && found
		}
		if shared {
			out = append(out, event{max(m.From, 0), m.Text})
		}
	}
	out = append(out, sharedLosses(in)...)
	slices.SortStableFunc(out, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return out
}

// sharedLosses are those of a single run; of several, the instants at which all lost instances, with what they agree on.
func sharedLosses(in []Input) []event {
	all := losses(in[0])
	for _, i := range in[1:] {
		var both []event
		for _, o := range losses(i) {
			for _, e := range all {
				if e.at != o.at {
					continue
				}
				if e.text != o.text { // how many differs from run to run
					e.text, _, _ = strings.Cut(e.text, ", ")
					if also, _, _ := strings.Cut(o.text, ", "); e.text != also {
						e.text = "instances lost"
					}
				}
				both = append(both, e)
			}
		}
		all = both
	}
	return all
}

// losses are the instants at which instances were lost.
func losses(in Input) []event {
	var out []event
	count := 0
	for i, h := range in.Happenings {
		if h.What != "lost" {
			continue
		}
		if n := len(out); n > 0 && out[n-1].at == h.At && i > 0 {
			count += h.Count
			out[n-1].text = plural(count, "instance") + " lost"
			continue
		}
		count = h.Count
		text := h.Text // "zone 2 lost", "3 instances lost"
		switch {
		case text == "":
			text = plural(count, "instance") + " lost"
		case !strings.Contains(text, "instance"):
			text += ", " + plural(count, "instance")
		}
		out = append(out, event{h.At, text})
	}
	return out
}

// episodes are the breaches in the order of time, those that overlap or touch as one: several asks are often missed at once,
// and a number on the chart should stand for one trouble.
func episodes(breaches []Span) []Span {
	sorted := slices.Clone(breaches)
	slices.SortStableFunc(sorted, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	var out []Span
	for _, b := range sorted {
		if n := len(out); n > 0 && b.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, b.To)
			continue
		}
		out = append(out, b)
	}
	return out
}

// missedAsks are the expectations that have breaches, in the order of the first ones.
func missedAsks(breaches []Span) []string {
	var out []string
	for _, b := range breaches {
		ask, _, _ := strings.Cut(b.Text, ": ")
		if ask != "" && !slices.Contains(out, ask) {
			out = append(out, ask)
		}
	}
	return out
}

// breachesOf counts the breaches of one limit.
func (in Input) breachesOf(l Line) int {
	n := 0
	for _, b := range in.Breaches {
		if b.Text == l.Text || strings.HasPrefix(b.Text, l.Text+":") {
			n++
		}
	}
	return n
}

// samples takes one value of every minute.
func (in Input) samples(value func(sim.Minute) float64) []sample {
	out := make([]sample, len(in.Minutes))
	for i, m := range in.Minutes {
		out[i] = sample{m.At, min(m.At+time.Minute, in.Length), value(m)}
	}
	return out
}

// slabs takes an area of every minute.
func (in Input) slabs(value func(sim.Minute) (lo, hi float64)) []slab {
	out := make([]slab, len(in.Minutes))
	for i, m := range in.Minutes {
		lo, hi := value(m)
		out[i] = slab{m.At, min(m.At+time.Minute, in.Length), lo, hi}
	}
	return out
}

// top is the largest value of a series; 0 if there is none.
func top(data []sample) float64 {
	t := 0.0
	for _, s := range data {
		if s.v > t {
			t = s.v
		}
	}
	return t
}

// upTo makes a linear scale up to the largest of the lines, a round number at or above it.
func upTo(whole bool, lines ...line) func(float64) scale {
	t := 0.0
	for _, l := range lines {
		t = max(t, top(l.data))
	}
	return func(height float64) scale { return linear(t, height, whole) }
}

// breachKey adds the shade to the legend of panel i when there is any, and says in the footer what was missed if it was
// more than one thing.
func (p *page) breachKey(in []Input, i int) {
	if len(p.breaches) > 0 {
		if asks := missedAsks(in[0].Breaches); len(asks) > 1 {
			p.notes = append(p.notes, "shaded: breaches of "+listed(asks))
		}
		solid := shade
		solid.A = 60
		p.panels[i].key(fillKey("breach", solid))
	}
}

// noMinutes says why a panel is empty when the run has no whole minute.
func noMinutes(in []Input) string {
	for _, i := range in {
		if len(i.Minutes) > 0 {
			return ""
		}
	}
	return "The run has no whole minute."
}
