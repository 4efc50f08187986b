package plots

import (
	"math"
	"sort"
	"strconv"

	"fmt"
)

// An eventLabel is an event's label, placed in one of the rows of the lane.
type eventLabel struct {
	box
	row  int
	text string
}

// A pill holds the number of a breach, or the numbers of neighbours that lie too close to stand alone.
type pill struct {
	x0, x1      float64
	first, last int
}

// maxRows is how many rows of event labels there are at most.
const maxRows = 2

var (
	eventStyle = style{size: sizeSmall, bold: true, color: ink2}
	pillStyle  = style{size: sizeSmall, bold: true, color: white}
)

// arrange places labels and pills for the present left edge: a label that finds no place in its row tries the next, then its
// short form, then is left out, which the footer says.
func (l *layout) arrange() {
	l.labels, l.pills, l.lane = nil, nil, 0
	rows := 0
	ends := [maxRows]float64{}
	for r := range ends {
		ends[r] = -math.MaxFloat64
	}
	l.notes = append(l.notes[:0:0], l.page.notes...)
	dropped := 0
	for _, e := range l.page.events {
		at := axisTime(l.start, l.length, e.at)
		x := l.x(e.at)
		found := false
		for _, text := range []string{printable(at + " " + e.text), at} {
			half := eventStyle.width(text) / 2
			cx := math.Max(l.x0+half, math.Min(l.x1-half, x))
			for r := range ends {
				if cx-half > ends[r]+8 {
					ends[r] = cx + half
					l.labels = append(l.labels, eventLabel{extent(cx, 0, centre, eventStyle, text), r, text})
					rows = max(rows, r+1)
					found = true
					break
				}
			}
			if found {
				break
			}
		}
		if !found {
			dropped++
		}
	}
	if dropped > 0 {
		l.note("%s without a label", plural(dropped, "event"))
	}
	l.lane = float64(rows) * labelRow
	l.numberBreaches()
	switch {
	case len(l.pills) > 0:
		l.lane += pillRow
	case rows > 0:
		l.lane += 4
	}
}

// numberBreaches makes pills, merging neighbours that would touch.
func (l *layout) numberBreaches() {
	type numbered struct {
		x float64
		n int
	}
	var all []numbered
	for i, b := range l.breaches {
		all = append(all, numbered{(l.x(b.From) + l.x(b.To)) / 2, i + 1})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].x < all[j].x })
	for _, a := range all {
		p := pill{a.x, a.x, a.n, a.n}
		for len(l.pills) > 0 {
			q := l.pills[len(l.pills)-1]
			if p.centre()-p.width()/2 > q.centre()+q.width()/2+2 {
				break
			}
			p = pill{q.x0, p.x1, min(q.first, p.first), max(q.last, p.last)}
			l.pills = l.pills[:len(l.pills)-1]
		}
		l.pills = append(l.pills, p)
	}
}

func (p pill) centre() float64 { return (p.x0 + p.x1) / 2 }
func (p pill) width() float64  { return math.Max(15, pillStyle.width(p.text())+10) }
func (p pill) text() string {
	if p.first == p.last {
		return strconv.Itoa(p.first)
	}
	return fmt.Sprintf("%d–%d", p.first, p.last)
}

// drawLane draws the labels of events and the numbers of breaches over the first panel.
func (l *layout) drawLane() {
	top := l.boxes[0].y0 - l.lane
	for _, e := range l.labels {
		y := top + labelRow*float64(e.row) + 11
		l.s.text(e.x0, y, left, eventStyle, e.text)
	}
	y := l.boxes[0].y0 - pillRow/2
	for _, p := range l.pills {
		c := math.Max(l.x0+p.width()/2-7, math.Min(l.x1-p.width()/2+7, p.centre()))
		b := box{c - p.width()/2, y - 7.5, c + p.width()/2, y + 7.5}
		l.s.pill(missed, b)
		l.s.text(c, y+0.36*pillStyle.size, centre, pillStyle, p.text())
	}
}

// eventLines draws the dashed lines of the events under the data of panel i, in the first one from their labels on; where
// they stand close, only short ones at its top.
func (l *layout) eventLines(i int) {
	b := l.boxes[i]
	p := pen{color: ink3, width: 0.9, dash: []float64{2.5, 2.5}}
	foot := b.y1
	n := 0
	for _, e := range l.page.events {
		if l.sees(e.at, e.at) {
			n++
		}
	}
	if n > 1 && b.width()/float64(n) < 14 {
		foot = b.y0 + 8
	}
	for _, e := range l.page.events {
		if !l.sees(e.at, e.at) {
			continue
		}
		x, head := l.x(e.at), b.y0
		if i == 0 {
			head = l.underLabel(x)
		}
		l.s.line(p, point{x, head}, point{x, foot})
	}
}

// underLabel is where the line of an event at x begins in the lane: under the lowest label that it would cross.
func (l *layout) underLabel(x float64) float64 {
	y := l.boxes[0].y0
	top := y - l.lane
	for row := maxRows - 1; row >= 0; row-- {
		for _, e := range l.labels {
			if e.row == row && x >= e.x0-1 && x <= e.x1+1 {
				return math.Min(y, top+labelRow*float64(row)+14)
			}
		}
	}
	return y
}
