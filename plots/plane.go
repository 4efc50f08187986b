package plots

import (
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
)

// A plane is a picture whose panels have a quantity on their horizontal axis instead of the clock.
type plane struct {
	file, title, subtitle string
	notes                 []string
	panels                []field
}

// A field is one panel of a plane. Values are in the units of its scales.
type field struct {
	title  string // what stands on the vertical axis, and its unit
	foot   string // what stands on the horizontal axis, and its unit
	x, y   scale
	shaded [2]float64 // a stretch of the horizontal axis; nothing if it has no width
	bars   []block
	curves []curve
	marks  []upright // vertical lines with a label over the panel
	refs   []ref
	keys   []key
}

// A block is a filled box on the foot of a field.
type block struct {
	x0, x1, top float64
	color       color.NRGBA
}

// A curve goes through points; a step curve holds each until the next.
type curve struct {
	pen  pen
	pts  []point
	step bool
	dots bool
}

// A upright is a vertical line with its label over the panel.
type upright struct {
	at     float64
	label  string // none: no row for it
	pen    pen
	beyond bool // outside of the scale: only the label, at its side
}

// Files are the plane as PNG and SVG.
func (p plane) files() ([]File, error) {
	pg := page{file: p.file, title: p.title, subtitle: p.subtitle, height: slideDown}
	data, err := pg.pngOf(p.draw)
	if err != nil {
		return nil, err
	}
	drawing, err := pg.svgOf(p.draw)
	return []File{{p.file + ".png", data}, {p.file + ".svg", drawing}}, err
}

const (
	markRow  = 15.0 // one row of labels over a field
	footRows = 36.0 // tick labels and the axis title under it
)

// draw lays the plane out and draws it.
func (p plane) draw(c vg.Canvas) *sheet {
	l := &layout{page: page{title: p.title, subtitle: p.subtitle, height: slideDown}, s: &sheet{c: c, h: slideDown}, notes: append(p.notes, "headroom")}
	l.s.rect(white, box{0, 0, pageWidth, slideDown})
	l.header()
	l.foot = len(l.footLines(2))
	gutter := 24.0
	text := style{size: sizeText}
	for _, f := range p.panels {
		for _, t := range f.y.ticks {
			gutter = math.Max(gutter, text.width(t.label))
		}
	}
	free := slideDown - l.head - footRow - footLine*float64(l.foot-1)
	rows := make([][]int, len(p.panels))
	x0, x1 := margin+gutter+8, float64(pageWidth-margin)
	for i, f := range p.panels {
		rows[i] = f.arrange(x0, x1)
		free -= headRow + float64(highest(rows[i])+1)*markRow + footRows
	}
	y := l.head
	for i, f := range p.panels {
		y += headRow + float64(highest(rows[i])+1)*markRow
		b := box{x0, y, x1, y + free/float64(len(p.panels))}
		f.draw(l.s, b, rows[i])
		y = b.y1 + footRows
	}
	l.footer()
	return l.s
}

// highest is the largest of the rows; −1 of none.
func highest(rows []int) int {
	m := -1
	for _, r := range rows {
		m = max(m, r)
	}
	return m
}

// arrange gives the labels of marks their rows over the panel, 0 the lowest, so that none touches another.
func (f field) arrange(x0, x1 float64) []int {
	rows := make([]int, len(f.marks))
	var taken [][]box
	for i, m := range f.marks {
		if rows[i] = -1; m.label == "" {
			continue
		}
		b := f.labelAt(m, x0, x1, 0)
		r := 0
		for r < len(taken) && meetsAny(b, taken[r]) {
			r++
		}
		if r == len(taken) {
			taken = append(taken, nil)
		}
		taken[r], rows[i] = append(taken[r], b), r
	}
	return rows
}

func meetsAny(b box, others []box) bool {
	for _, o := range others {
		if b.x0 < o.x1+10 && o.x0 < b.x1+10 {
			return true
		}
	}
	return false
}

// labelAt is where the label of a mark stands: over its line, within the panel's sides.
func (f field) labelAt(m upright, x0, x1, y float64) box {
	st := style{size: sizeSmall, bold: true}
	half := st.width(m.label) / 2
	x := x0 + f.x.share(m.at)*(x1-x0)
	x = math.Max(x0+half, math.Min(x1-half, x))
	return extent(x, y, centre, st, m.label)
}

// draw draws the panel into a box, with the labels of marks in their rows.
func (f field) draw(s *sheet, b box, rows []int) {
	s.data = append(s.data, b)
	x := func(v float64) float64 { return b.x0 + f.x.share(v)*b.width() }
	y := func(v float64) float64 { return b.y1 - f.y.share(v)*b.height() }
	f.head(s, b.y0-14-float64(highest(rows)+1)*markRow)
	if f.shaded[1] > f.shaded[0] {
		s.rect(viewShade, box{x(f.shaded[0]), b.y0, x(f.shaded[1]), b.y1})
	}
	tick := style{size: sizeText, color: ink3}
	for _, t := range f.y.ticks {
		s.line(pen{color: ruleGrid, width: 1}, point{b.x0, y(t.at)}, point{b.x1, y(t.at)})
		s.text(b.x0-8, y(t.at)+0.35*sizeText, right, tick, t.label)
	}
	for _, c := range f.bars {
		s.rect(c.color, box{x(c.x0) + 0.5, y(c.top), x(c.x1) - 0.5, b.y1})
	}
	for _, r := range f.refs {
		s.line(r.pen, point{b.x0, y(r.at)}, point{b.x1, y(r.at)})
	}
	for _, c := range f.curves {
		f.curve(s, c, x, y)
	}
	for i, m := range f.marks {
		if m.beyond {
			continue
		}
		s.line(m.pen, point{x(m.at), b.y0}, point{x(m.at), b.y1})
		if rows[i] > 0 {
			s.line(pen{color: m.pen.color, width: 0.7}, point{x(m.at), b.y0}, point{x(m.at), b.y0 - 3 - markRow*float64(rows[i])})
		}
	}
	for i, m := range f.marks {
		if rows[i] < 0 {
			continue
		}
		at := f.labelAt(m, b.x0, b.x1, b.y0-5-markRow*float64(rows[i]))
		s.rect(white, at.grown(1))
		s.text(at.x0, b.y0-5-markRow*float64(rows[i]), left, style{size: sizeSmall, bold: true, color: m.pen.color}, m.label)
	}
	s.line(pen{color: ruleAxis, width: 1}, point{b.x0, b.y1}, point{b.x1, b.y1})
	end := -math.MaxFloat64
	for _, t := range f.x.ticks {
		s.line(pen{color: ruleAxis, width: 1}, point{x(t.at), b.y1}, point{x(t.at), b.y1 + 4})
		if half := tick.width(t.label) / 2; x(t.at)-half > end+6 {
			s.text(x(t.at), b.y1+17, centre, tick, t.label)
			end = x(t.at) + half
		}
	}
	s.text((b.x0+b.x1)/2, b.y1+31, centre, style{size: sizeSmall, color: ink3}, f.foot)
}

// curve strokes a curve; dots stand on its points.
func (f field) curve(s *sheet, c curve, x, y func(float64) float64) {
	var pts []point
	for i, p := range c.pts {
		if c.step && i > 0 {
			pts = append(pts, point{x(p.x), y(c.pts[i-1].y)})
		}
		pts = append(pts, point{x(p.x), y(p.y)})
	}
	s.line(c.pen, pts...)
	if !c.dots {
		return
	}
	for _, p := range pts {
		s.pill(c.pen.color, box{p.x - 2.2, p.y - 2.2, p.x + 2.2, p.y + 2.2})
	}
}

// head sets the panel's title, and its legend at the right.
func (f field) head(s *sheet, y float64) {
	const swatch, gap = 28.0, 18.0
	t := s.text(margin, y, left, style{size: sizePanel, bold: true, color: ink}, f.title)
	st := style{size: sizeText, color: ink}
	labels := evenly(f.keys, st, pageWidth-margin-t.x1-24-float64(len(f.keys))*(swatch+gap))
	x := float64(pageWidth - margin)
	for k := len(f.keys) - 1; k >= 0; k-- {
		x -= st.width(labels[k])
		s.text(x, y, left, st, labels[k])
		x -= swatch
		if q := f.keys[k].pen; q != nil {
			s.line(*q, point{x, y - 4}, point{x + 22, y - 4})
		} else {
			s.rect(f.keys[k].fill, box{x, y - 9, x + 22, y + 1})
		}
		x -= gap
	}
}

// between is a linear scale from lo to hi on round numbers at both ends, with about n ticks.
func between(lo, hi float64, n float64) scale {
	if !(hi > lo) {
		lo, hi = lo-math.Max(1, math.Abs(lo)*0.1), lo+math.Max(1, math.Abs(lo)*0.1)
	}
	step := roundStep((hi - lo) / n)
	s := scale{lo: math.Max(0, math.Floor(lo/step)) * step, hi: math.Ceil(hi/step-1e-9) * step}
	for k := math.Round(s.lo / step); k*step <= s.hi*(1+1e-9); k++ {
		s.ticks = append(s.ticks, mark{k * step, tickLabel(k*step, step, s.hi)})
	}
	return s
}

// lapses is a logarithmic scale of durations in seconds from lo to hi, with ticks at round times.
func lapses(lo, hi float64) scale {
	s := scale{lo: lo, hi: hi, log: true}
	for _, t := range []float64{0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 4 * 3600, 8 * 3600, 86400, 2 * 86400, 4 * 86400, 7 * 86400, 14 * 86400, 30 * 86400} {
		if t >= lo && t <= hi {
			s.ticks = append(s.ticks, mark{t, lapse(t)})
		}
	}
	return s
}

// lapse writes a duration in seconds in at most two units: 90 s, 12 min, 2 h 30 min, 3 d.
func lapse(s float64) string {
	whole := func(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
	two := func(v, unit, under float64, name, below string) string {
		big, rest := math.Floor(v/unit), math.Round(math.Mod(v, unit)/under)
		if rest*under >= unit {
			big, rest = big+1, 0
		}
		return strings.TrimSuffix(whole(big)+"\u00a0"+name+"\u00a0"+whole(rest)+"\u00a0"+below, "\u00a00\u00a0"+below)
	}
	switch {
	case s < 100:
		return strconv.FormatFloat(s, 'g', 3, 64) + "\u00a0s"
	case s < 20*60:
		return two(s, 60, 1, "min", "s")
	case s < 3600:
		return whole(math.Round(s/60)) + "\u00a0min"
	case s < 2*86400:
		return two(s, 3600, 60, "h", "min")
	}
	return two(s, 86400, 3600, "d", "h")
}
