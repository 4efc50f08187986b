package plots

import (
	"image/color"
	"math"
)

// panel draws one panel: head, grid, shading, areas, lines, events, reference lines, lanes.
func (l *layout) panel(i int) {
	p, b := l.panels[i], l.boxes[i]
	l.panelHead(i)
	for _, t := range l.scales[i].ticks {
		y := l.y(i, t.at)
		l.s.line(pen{color: ruleGrid, width: 1}, point{b.x0, y}, point{b.x1, y})
		l.s.text(b.x0-8, y+0.35*sizeText, right, style{size: sizeText, color: ink3}, t.label)
	}
	for _, e := range l.clock.edges {
		l.s.line(pen{color: ruleDay, width: 1}, point{l.x(e), b.y0}, point{l.x(e), b.y1})
	}
	for _, m := range p.marked {
		l.s.rect(viewShade, box{l.x(m.From), b.y0, math.Max(l.x(m.To), l.x(m.From)+3), b.y1})
	}
	for _, r := range l.breaches {
		if !l.sees(r.From, r.To) {
			continue
		}
		x0, x1, c := l.x(r.From), l.x(r.To), shade
		if x1 < x0+4 { // narrow ones would be lost: a little wider and deeper
			x1, c.A = math.Max(x1, x0+1.6), 3*c.A
		}
		l.s.rect(c, box{x0, b.y0, math.Min(x1, b.x1+1), b.y1})
	}
	l.eventLines(i)
	for _, a := range p.areas {
		l.area(i, a)
	}
	var drawn [][]column
	for _, n := range p.lines {
		drawn = append(drawn, l.line(i, n))
	}
	l.refs(i, drawn)
	if p.empty != "" {
		st := style{size: sizeSub, color: ink2}
		y := b.y0 + 0.3*b.height() // a limit is drawn across the middle
		t := extent((b.x0+b.x1)/2, y, centre, st, p.empty)
		l.s.rect(plate, t.grown(4))
		l.s.text((b.x0+b.x1)/2, y, centre, st, p.empty)
	}
	for k, n := range p.lanes {
		l.drawRow(n, b.y1+laneGap+laneRow*float64(k))
	}
}

// panelHead sets the panel's title and its legend in one line above the data.
func (l *layout) panelHead(i int) {
	p, b := l.panels[i], l.boxes[i]
	y := b.y0 - 14
	if i == 0 {
		y -= l.lane
	}
	t := l.s.text(margin, y, left, style{size: sizePanel, bold: true, color: ink}, p.title)
	if len(p.keys) == 0 {
		return
	}
	const swatch, gap = 22.0, 18.0
	st := style{size: sizeText, color: ink}
	room := pageWidth - margin - t.x1 - 24 - float64(len(p.keys))*(swatch+6) - float64(len(p.keys)-1)*gap
	labels := evenly(p.keys, st, room)
	x := float64(pageWidth - margin)
	for k := len(labels) - 1; k >= 0; k-- {
		x -= st.width(labels[k])
		l.s.text(x, y, left, st, labels[k])
		x -= 6 + swatch
		if q := p.keys[k].pen; q != nil {
			l.s.line(*q, point{x, y - 4}, point{x + swatch, y - 4})
		} else {
			l.s.rect(p.keys[k].fill, box{x, y - 9, x + swatch, y + 1})
		}
		if k > 0 {
			x -= gap
		}
	}
	l.s.legends = append(l.s.legends, box{x, y - 10, pageWidth - margin, y + 3})
}

// evenly shortens the longest labels until all fit into the room.
func evenly(keys []key, st style, room float64) []string {
	out := make([]string, len(keys))
	for limit := 400.0; ; limit -= 8 {
		total := 0.0
		for i, k := range keys {
			out[i] = fitted(printable(k.label), st, limit)
			total += st.width(out[i])
		}
		if total <= room || limit < 24 {
			return out
		}
	}
}

// area fills slabs; touching ones make one shape.
func (l *layout) area(i int, a area) {
	cols := thickest(cutSlabs(a.data, l.from, l.to), l.columnWidth())
	for _, r := range joined(len(cols), func(k int) bool {
		return cols[k].from == cols[k-1].to && cols[k].some() && cols[k-1].some()
	}) {
		part := cols[r[0]:r[1]]
		if !part[0].some() {
			continue
		}
		var up, down []point
		for k, c := range part {
			x0, x1 := l.x(c.from), l.x(c.to)
			if k == len(part)-1 {
				x1 = math.Max(x1, l.x(part[0].from)+1.6) // a sliver would be lost
			}
			hi, lo := l.y(i, c.hi), l.y(i, c.lo)
			if a.ramp {
				if k == 0 {
					up, down = append(up, point{x0, l.y(i, 0)}), append(down, point{x0, l.y(i, 0)})
				}
				up, down = append(up, point{x1, hi}), append(down, point{x1, lo})
				continue
			}
			if k > 0 && part[k-1].hi == c.hi && part[k-1].lo == c.lo {
				up[len(up)-1].x, down[len(down)-1].x = x1, x1
				continue
			}
			up = append(up, point{x0, hi}, point{x1, hi})
			down = append(down, point{x0, lo}, point{x1, lo})
		}
		for k := len(down) - 1; k >= 0; k-- {
			up = append(up, down[k])
		}
		l.s.fill(a.color, up...)
	}
}

// line strokes a step line and returns its columns.
func (l *layout) line(i int, n line) []column {
	cols := columns(cut(n.data, l.from, l.to), l.columnWidth())
	switch crowd := float64(len(cols)) / (l.x1 - l.x0); {
	case n.band && crowd > 0.8:
		n.pen.width *= 0.72 // so many steps are restless enough
	case crowd > 1.2:
		n.pen.width *= 0.75
	}
	for _, r := range joined(len(cols), func(k int) bool { return cols[k].from == cols[k-1].to }) {
		part := cols[r[0]:r[1]]
		if n.peaks && n.band {
			l.band(i, n.pen.color, part)
		}
		var pts []point
		to := func(x, v float64) {
			q := point{x, l.y(i, v)}
			if k := len(pts); k > 0 && pts[k-1] == q {
				return
			} else if k > 1 && pts[k-1].y == q.y && pts[k-2].y == q.y {
				pts[k-1] = q // goes on level
				return
			}
			pts = append(pts, q)
		}
		for k, c := range part {
			x0, x1 := l.x(c.from), l.x(c.to)
			if len(part) == 1 && x1-x0 < 1.6 {
				x0, x1 = x0-0.8, x0+0.8
			}
			if n.ramp {
				if k == 0 {
					to(x0, 0)
				}
				to(x1, c.last)
				continue
			}
			if n.peaks {
				to(x0, c.largest)
				to(x1, c.largest)
				continue
			}
			a, b := c.least, c.largest
			if c.upFirst {
				a, b = b, a
			}
			to(x0, c.first)
			if c.least != c.largest {
				to(x0, a)
				to(x0, b)
				to(x0, c.last)
			}
			to(x1, c.last)
		}
		l.s.line(n.pen, pts...)
	}
	return cols
}

// band shades least to largest, in a pale form of the line's colour.
func (l *layout) band(i int, c color.NRGBA, part []column) {
	c.A = 70
	var slabs []slab
	for _, k := range part {
		slabs = append(slabs, slab{k.from, k.to, k.least, k.largest})
	}
	l.area(i, area{color: c, data: slabs})
}

// labelPlaces are where a label may stand on its line, the best first: the ends, then everywhere between.
var labelPlaces = func() []float64 {
	out := []float64{0, 1}
	for f := 1; f < 40; f++ {
		out = append(out, float64(f)/40)
	}
	return out
}()

// refs draws reference lines, each with its label on or near it, where it hides least of the data.
func (l *layout) refs(i int, drawn [][]column) {
	b := l.boxes[i]
	st := style{size: sizeText, bold: true}
	var taken []box
	for _, r := range l.panels[i].refs {
		y := l.y(i, r.at)
		l.s.line(r.pen, point{b.x0, y}, point{b.x1, y})
	}
	for _, r := range l.panels[i].refs {
		if r.label == "" {
			continue
		}
		y := l.y(i, r.at)
		st.color = r.pen.color
		label := fitted(printable(r.label), st, b.width()/2)
		best, least := box{}, math.MaxInt
		for _, f := range labelPlaces {
			for k, up := range []float64{-5, 14, -20, 29, -35, 44} {
				t := extent(b.x0+6+f*(b.width()-12), y+up, align(f), st, label)
				if t.y0 < b.y0-2 || t.y1 > b.y1 {
					continue
				}
				hidden := l.hidden(i, t, r, drawn) + 12*(k/2) + k%2 // above is better than below, and the farther, the worse
				for _, o := range taken {
					if o.grown(2).meets(t) {
						hidden += 10000
					}
				}
				if hidden < least {
					best, least = t, hidden
				}
			}
		}
		if least == math.MaxInt {
			continue
		}
		taken = append(taken, best)
		l.s.rect(plate, best.grown(1.5))
		l.s.text(best.x0, best.y0+0.76*st.size, left, st, label)
	}
}

// hidden counts the columns that the label of a reference line would cover at t, and other reference lines as many of them.
func (l *layout) hidden(i int, t box, of ref, drawn [][]column) int {
	n := 0
	for _, cols := range drawn {
		for k, c := range cols {
			least, largest := c.least, c.largest
			if k > 0 && cols[k-1].to == c.from { // the upright part of the step
				least, largest = math.Min(least, cols[k-1].last), math.Max(largest, cols[k-1].last)
			}
			if x0, x1 := l.x(c.from), l.x(c.to); x1 >= t.x0-2 && x0 <= t.x1+2 &&
				l.y(i, largest) <= t.y1+2 && l.y(i, least) >= t.y0-2 {
				n += 3 + 3*int(math.Min(x1, t.x1)-math.Max(x0, t.x0))
			}
		}
	}
	for _, r := range l.panels[i].refs {
		if y := l.y(i, r.at); r.at != of.at && y > t.y0-2.5 && y < t.y1+2.5 {
			n += 60
		}
	}
	for _, e := range l.page.events {
		if x := l.x(e.at); l.sees(e.at, e.at) && x > t.x0 && x < t.x1 {
			n += 3
		}
	}
	return n
}

// drawRow draws a lane whose top is y.
func (l *layout) drawRow(n lane, y float64) {
	st := style{size: sizeSmall, color: ink3}
	l.s.text(l.x0-8, y+13, right, st, fitted(printable(n.label), st, l.x0-8-margin/2))
	for _, b := range n.bars {
		if !l.sees(b.from, b.to) {
			continue
		}
		x0, x1 := l.x(b.from), math.Max(l.x(b.to), l.x(b.from)+1.6)
		if b.low {
			l.s.rect(b.color, box{x0, y + 13.5, x1, y + 16.5})
		} else {
			l.s.rect(b.color, box{x0, y + 4, x1, y + 14})
		}
	}
	end := map[bool]float64{}
	crowded := l.crowded(n)
	for _, g := range n.glyphs {
		if !l.sees(g.at, g.at) {
			continue
		}
		x := l.x(g.at)
		if last, ok := end[g.down]; ok && x-last < 2 {
			continue // as good as the same place
		}
		end[g.down] = x
		half, tip, foot := 4.5, y+4, y+12 // of a triangle
		switch {
		case crowded && g.down: // small ones in two rows
			half, tip, foot = 2.4, y+13, y+8
		case crowded:
			half, tip, foot = 2.4, y+2, y+7
		case g.down:
			tip, foot = foot, tip
		}
		l.s.fill(g.color, point{x - half, foot}, point{x + half, foot}, point{x, tip})
	}
}

// crowded says whether many of a lane's glyphs lie on one another.
func (l *layout) crowded(n lane) bool {
	near, seen, last := 0, 0, -math.MaxFloat64
	for _, g := range n.glyphs {
		if !l.sees(g.at, g.at) {
			continue
		}
		x := l.x(g.at)
		if x-last < 5 {
			near++
		}
		seen, last = seen+1, x
	}
	return near > 8 && 3*near > seen
}
