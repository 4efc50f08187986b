package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"headroom/expect"
	"headroom/sim"
)

// A stretch is a decision, or several after one another that held wishes of one policy at one capacity for one reason.
type stretch struct {
	first     Decision
	until     float64 // seconds; the last time that a wish was held
	entries   int
	low, high int // wishes
}

// stretches fold held wishes.
func stretches(ds []Decision) (all []stretch) {
	for _, d := range ds {
		s := stretch{first: d, until: d.AtS, entries: 1}
		if !math.IsNaN(d.UntilS) {
			s.until = d.UntilS
		}
		if d.Wish == nil || d.From != d.To {
			all = append(all, s)
			continue
		}
		s.low, s.high = *d.Wish, *d.Wish
		if n := len(all); n > 0 {
			before := &all[n-1]
			f := before.first
			if f.Wish != nil && f.From == f.To && f.To == d.To && f.HeldBy == d.HeldBy && f.Policy == d.Policy && (*f.Wish > f.To) == (*d.Wish > d.To) {
				before.until, before.entries = s.until, before.entries+1
				before.low, before.high = min(before.low, s.low), max(before.high, s.high)
				continue
			}
		}
		all = append(all, s)
	}
	return all
}

// decisionLines show the decisions that mattered: all if they are few, else those near a breach and the largest.
func decisionLines(b *strings.Builder, d Doc, first *sim.Result, style Style) {
	const show = 12
	if len(d.Decisions) == 0 {
		b.WriteString("No decision changed capacity, no wish was held.\n\n")
		return
	}
	changes := 0
	for _, x := range d.Decisions {
		if x.From != x.To {
			changes++
		}
	}
	all := stretches(d.Decisions)
	order := make([]int, len(all))
	weight := make([]int, len(all))
	for i, s := range all {
		order[i], weight[i] = i, s.weight(d.Breaches)
	}
	title := plural(changes, "change") + " of capacity"
	if n := len(d.Decisions) - changes; n > 0 {
		title += ", " + plural(n, "other entry")
	}
	if len(order) > show {
		slices.SortStableFunc(order, func(x, y int) int { return weight[y] - weight[x] })
		order = order[:show]
		slices.Sort(order)
		title += "; these mattered most"
	}
	if d.Runs > 1 {
		title += " (run 1)"
	}
	b.WriteString(style.paint(bold, title) + "\n")
	shown := 0
	for _, i := range order {
		b.WriteString(all[i].line(first))
		shown += all[i].entries
	}
	if n := len(d.Decisions) - shown; n > 0 {
		fmt.Fprintf(b, "  … and %d more (--out DIR writes all to decisions.csv)\n", n)
	}
	b.WriteString("\n")
}

// weight ranks stretches: wishes for more near a breach come before all others, then the size of the change or of the wish.
func (s stretch) weight(breaches []Breach) int {
	x := s.first
	w := abs(x.To-x.From) * 2
	if x.From == x.To {
		w = max(abs(s.high-x.To), abs(s.low-x.To))
	}
	for _, b := range breaches {
		if s.until >= b.FromS-600 && x.AtS <= b.ToS && (x.To > x.From || s.high > x.To) {
			return w + 1000 + b.Minutes
		}
	}
	return w
}

func (s stretch) line(first *sim.Result) string {
	x := s.first
	when := expect.Clock(first, duration(x.AtS))
	if s.until > x.AtS {
		when = between(first, x.AtS, s.until)
	}
	what := fmt.Sprintf("%d → %d", x.From, x.To)
	switch {
	case x.From == x.To && s.low < s.high:
		what = fmt.Sprintf("%d, wishes of %d to %d held", x.To, s.low, s.high)
	case x.From == x.To && x.Wish != nil:
		what = fmt.Sprintf("%d, wish %d held", x.To, *x.Wish)
	case x.Wish != nil:
		what += fmt.Sprintf(", wish %d", *x.Wish)
	case x.From == x.To:
		what = fmt.Sprintf("stays %d", x.To)
	}
	var why []string
	for _, y := range x.Why {
		why = append(why, y.Text)
	}
	head := "  " + when + "  " + what + "  "
	line := head + Cut(x.Policy, max(width-utf8.RuneCountInString(head), 20)) + "\n"
	if s.entries > 1 {
		why = append(why, fmt.Sprintf("(the first of %d)", s.entries))
	}
	if len(why) > 0 {
		line += Wrap("    ", strings.Join(why, "; "))
	}
	return line
}
