package verify

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"headroom/report"
)

// Sentence is the verdict in one sentence.
func (r Report) Sentence() string {
	f, n := r.Family, len(r.Anchors)
	together := fmt.Sprintf("largest |z| %.2f (at most %g)", f.Largest, MostZ)
	if n >= Enough {
		together = fmt.Sprintf("mean z² %.2f (%g to %g), %s", f.MeanSquare, LeastSquare, MostSquare, together)
	}
	switch {
	case f.Pass:
		return fmt.Sprintf("Holds: %s with theory; %s.", agree(n), together)
	case f.Failed > 0:
		return fmt.Sprintf("Does not hold: %d of %d anchors are off; %s.", f.Failed, n, together)
	}
	return fmt.Sprintf("Does not hold: no anchor is off by itself, but all together are; %s.", together)
}

func agree(n int) string {
	if n == 1 {
		return "1 anchor agrees"
	}
	return fmt.Sprintf("all %d anchors agree", n)
}

// Text writes the verdict, what is off, and the table: by family and model, a line an anchor. No line is wider than 80 columns.
func (r Report) Text(w io.Writer) error {
	var b strings.Builder
	b.WriteString(report.Wrap("", r.Sentence()))
	b.WriteString("± is half of the 95% interval; z the deviation in standard errors.\n")
	if r.Family.Failed > 0 {
		b.WriteString("\nOff:\n")
		for _, a := range r.Anchors {
			if !a.Pass {
				b.WriteString(report.Wrap("  ", fmt.Sprintf("%s: exact %s, simulated %s, z %+.2f", a.ID, figure(a.Exact, a.Unit), figure(a.Simulated, a.Unit), a.Z)))
			}
		}
	}
	family, model := "", ""
	for _, a := range r.Anchors {
		if a.Family != family {
			family = a.Family
			fmt.Fprintf(&b, "\n%s\n", head(family, "exact", "simulated", "±", "off", "z", ""))
		}
		if title(a) != model {
			model = title(a)
			b.WriteString(report.Wrap("", model))
		}
		holds := ""
		if !a.Pass {
			holds = "✕"
		}
		b.WriteString(head("  "+short(a), figure(a.Exact, ""), figure(a.Simulated, ""), margin(a), off(a), fmt.Sprintf("%+.2f", a.Z), holds) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// title is the model of an anchor with its load.
func title(a Anchor) string {
	text := a.Model
	if a.Load > 0 {
		text += fmt.Sprintf(", ρ = %.3g", a.Load)
	}
	if a.Through != "file" {
		text += ", " + a.Through
	}
	return text
}

// short is the metric of an anchor with its unit, in at most 30 characters.
func short(a Anchor) string {
	text := a.Metric
	if a.Unit != "" {
		text += ", " + a.Unit
	}
	return report.Cut(text, 30)
}

// head sets the cells of a line under one another, the first to the left.
func head(first string, cells ...string) string {
	wide := []int{11, 11, 9, 8, 6, 2}
	line := first + strings.Repeat(" ", max(0, 32-utf8.RuneCountInString(first)))
	for i, c := range cells {
		line += strings.Repeat(" ", max(0, wide[i]-utf8.RuneCountInString(c))) + c
	}
	return strings.TrimRight(line, " ")
}

// figure is a number with five digits.
func figure(x float64, unit string) string {
	text := fmt.Sprintf("%.5g", x)
	if math.Abs(x) >= 1e5 && math.Abs(x) < 1e9 {
		text = fmt.Sprintf("%.0f", x)
	}
	if unit != "" {
		text += " " + unit
	}
	return text
}

// margin is half of the interval.
func margin(a Anchor) string { return fmt.Sprintf("%.2g", (a.High-a.Low)/2) }

// off is the relative deviation.
func off(a Anchor) string { return fmt.Sprintf("%+.2f%%", 100*a.Off()) }

// Markdown writes the tables of docs/accuracy.md: M/M/c by load and size first, then every anchor.
func (r Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n### Mean wait in M/M/c, by load and size\n\nDeviation of the simulated from the exact mean wait, ± half of its 95 %% interval.\n\n| servers |", r.Sentence())
	for _, rho := range loads {
		fmt.Fprintf(&b, " ρ = %g |", rho)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(loads)) + "\n")
	for _, c := range sizes {
		fmt.Fprintf(&b, "| %d |", c)
		for _, rho := range loads {
			cell := "nobody waits"
			for _, a := range r.Anchors {
				if a.ID == fmt.Sprintf("mm%d-%g/wait", c, rho) {
					cell = fmt.Sprintf("%s ± %.2f%%", off(a), 50*(a.High-a.Low)/a.Exact)
				}
			}
			fmt.Fprintf(&b, " %s |", cell)
		}
		b.WriteString("\n")
	}
	family := ""
	for _, a := range r.Anchors {
		if a.Family != family {
			family = a.Family
			fmt.Fprintf(&b, "\n### %s\n\n| anchor | model | metric | exact | simulated | ± | off | z | holds |\n|---|---|---|---|---|---|---|---|---|\n", family)
		}
		holds := "yes"
		if !a.Pass {
			holds = "**no**"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %+.2f | %s |\n", a.ID, title(a), a.Metric, figure(a.Exact, a.Unit), figure(a.Simulated, a.Unit),
			margin(a), off(a), a.Z, holds)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
