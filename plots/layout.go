package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot/vg"
)

// Heights of what stands around the data, in points.
const (
	headRow  = 30.0 // a panel's title and legend
	gapRow   = 14.0 // between panels
	laneRow  = 17.0
	laneGap  = 7.0 // over the first lane
	axisRows = 38.0
	footRow  = 26.0
	footLine = 14.0 // a second line of the footer
	labelRow = 15.0 // one row of event labels
	pillRow  = 19.0 // breach numbers
)

// decisionsNote explains the lane of decisions.
const decisionsNote = "decisions: ▲ out, ▼ in, bar: a wish held back"

// A layout is a page being drawn: where the data areas are, and how time maps to x.
type layout struct {
	page
	s      *sheet
	x0, x1 float64
	clock  clock // of the panel being drawn, as from and to
	from   time.Duration
	to     time.Duration
	scales []scale
	boxes  []box
	head   float64 // where the header ends
	foot   int     // lines of the footer
	lane   float64 // height of the lane of events and breach numbers
	labels []eventLabel
	pills  []pill
	notes  []string
}

// draw lays the page out on a canvas and draws it.
func (p page) draw(c vg.Canvas) *sheet {
	l := &layout{page: p, s: &sheet{c: c, h: p.height}, notes: append([]string(nil), p.notes...)}
	l.s.rect(white, box{0, 0, pageWidth, p.height})
	l.header()
	l.place()
	for i := range l.panels {
		l.look(i)
		l.panel(i)
		l.axis(i)
	}
	l.look(0)
	l.drawLane()
	l.footer()
	return l.s
}

// header sets title and subtitle, each in at most two lines.
func (l *layout) header() {
	room := pageWidth - 2.0*margin
	title := style{size: sizeTitle, bold: true, color: ink}
	for title.size > 16 && title.width(l.title) > room {
		title.size -= 0.5
	}
	y := 20.0
	for _, text := range wrapped(printable(l.title), title, room) {
		y += title.size * 1.22
		l.s.text(margin, y, left, title, text)
	}
	sub := style{size: sizeSub, color: ink3}
	y += 3
	for _, text := range wrapped(printable(l.subtitle), sub, room) {
		y += sub.size * 1.32
		l.s.text(margin, y, left, sub, text)
	}
	l.head = y + 16
}

// place finds the data areas: heights first, then the gutter that the tick labels need.
func (l *layout) place() {
	text := style{size: sizeText}
	l.x0, l.x1 = margin+40, pageWidth-margin
	l.look(0)
	for _, p := range l.panels {
		for _, n := range p.lanes {
			if len(n.glyphs) > 0 && !slices.Contains(l.page.notes, decisionsNote) {
				l.page.notes = append(l.page.notes, decisionsNote)
			}
		}
	}
	l.arrange()
	l.foot = len(l.footLines(2))
	free := l.height - l.head - l.lane - footRow - footLine*float64(l.foot-1)
	total := 0.0
	for i, p := range l.panels {
		free -= headRow + l.below(i)
		if i > 0 {
			free -= gapRow
		}
		total += p.weight
	}
	gutter := 24.0
	for _, p := range l.panels {
		s := p.scale(free * p.weight / total)
		l.scales = append(l.scales, s)
		for _, t := range s.ticks {
			gutter = math.Max(gutter, text.width(t.label))
		}
		for _, n := range p.lanes {
			gutter = math.Max(gutter, math.Min(96, style{size: sizeSmall}.width(n.label)))
		}
	}
	l.x0 = margin + gutter + 8
	l.arrange() // again: where events stand has moved
	y := l.head
	for i, p := range l.panels {
		if i > 0 {
			y += gapRow
		}
		y += headRow
		if i == 0 {
			y += l.lane
		}
		h := free * p.weight / total
		b := box{l.x0, y, l.x1, y + h}
		l.boxes = append(l.boxes, b)
		l.s.data = append(l.s.data, b)
		y += h + l.below(i)
	}
}

// look turns to the part of the run that panel i shows.
func (l *layout) look(i int) {
	l.from, l.to = l.panels[i].view(l.length)
	labels := (l.x1 - l.x0) / 60
	if l.to-l.from < 10*time.Minute {
		labels *= 0.7 // with seconds
	}
	l.clock = clockAxis(l.start.Add(l.from), l.to-l.from, int(labels)).shifted(l.from)
}

// view is the part of the run that the panel shows.
func (p panel) view(length time.Duration) (from, to time.Duration) {
	if p.to == 0 {
		return 0, length
	}
	return p.from, p.to
}

// below is the room that panel i needs under its data: lanes, and the clock unless the next panel has the same.
func (l *layout) below(i int) float64 {
	room := 0.0
	if n := len(l.panels[i].lanes); n > 0 {
		room = laneGap + laneRow*float64(n)
	}
	if l.clocked(i) {
		room += axisRows
	}
	return room
}

// clocked says whether panel i has the clock's labels under it.
func (l *layout) clocked(i int) bool {
	if i == len(l.panels)-1 {
		return true
	}
	f, t := l.panels[i].view(l.length)
	nf, nt := l.panels[i+1].view(l.length)
	return f != nf || t != nt
}

// sees says whether any of [from, to) is in the present view.
func (l *layout) sees(from, to time.Duration) bool { return from < l.to && to >= l.from }

// x of an instant.
func (l *layout) x(at time.Duration) float64 {
	f := float64(at-l.from) / float64(l.to-l.from)
	return l.x0 + math.Max(0, math.Min(1, f))*(l.x1-l.x0)
}

// y of a value in panel i.
func (l *layout) y(i int, v float64) float64 {
	b := l.boxes[i]
	return b.y1 - l.scales[i].share(v)*b.height()
}

// columnWidth is the time that one pixel column of the finest picture covers.
func (l *layout) columnWidth() time.Duration {
	return time.Duration(float64(l.to-l.from) / (2 * (l.x1 - l.x0)))
}

// axis draws the foot of panel i, its ticks, and the clock's labels if they stand here.
func (l *layout) axis(i int) {
	text := style{size: sizeText, color: ink3}
	small := style{size: sizeSmall, color: ink3}
	b := l.boxes[i]
	base := b.y1
	l.s.line(pen{color: ruleAxis, width: 1}, point{b.x0, base}, point{b.x1, base})
	if n := len(l.panels[i].lanes); n > 0 && l.clocked(i) {
		base += laneGap + laneRow*float64(n)
		l.s.line(pen{color: ruleAxis, width: 1}, point{b.x0, base}, point{b.x1, base})
	}
	for _, t := range l.clock.ticks {
		x := l.x(t.at)
		l.s.line(pen{color: ruleAxis, width: 1}, point{x, base}, point{x, base + 4})
	}
	if !l.clocked(i) {
		return
	}
	end := -math.MaxFloat64
	for _, t := range l.clock.ticks {
		end = l.label(l.x(t.at), base+17, end, text, t.label)
	}
	end = -math.MaxFloat64
	for _, n := range l.clock.names {
		if text.width(n.label)+4 <= l.x(n.to)-l.x(n.from) {
			end = l.label((l.x(n.from)+l.x(n.to))/2, base+17, end, text, n.label)
		}
	}
	end = -math.MaxFloat64
	for _, g := range l.clock.groups {
		room := l.x(g.to) - l.x(g.from)
		for _, label := range shorter(g.label) {
			if small.width(label)+12 <= room {
				end = l.label((l.x(g.from)+l.x(g.to))/2, base+32, end, small, label)
				break
			}
		}
	}
}

// label sets an axis label centred at x, unless it would touch the one that ended at end; it stays on the page.
func (l *layout) label(x, y, end float64, st style, text string) float64 {
	if text == "" {
		return end
	}
	half := st.width(text) / 2
	x = math.Max(margin/2+half, math.Min(pageWidth-margin/2-half, x))
	if x-half < end+6 {
		return end
	}
	l.s.text(x, y, centre, st, text)
	return x + half
}

// shorter are shorter and shorter forms of "Mon 23 Nov 2026": without the year, without the month.
func shorter(label string) []string {
	out := []string{label}
	for i := len(label) - 1; i > 0; i-- {
		if label[i] == ' ' && i > 3 {
			out = append(out, label[:i])
		}
	}
	return out
}

// footer holds what is not drawn, and what gives these bytes again.
func (l *layout) footer() {
	lines := l.footLines(l.foot)
	for i, text := range lines {
		l.s.text(margin, l.height-12-footLine*float64(len(lines)-1-i), left, footStyle, text)
	}
}

var footStyle = style{size: sizeSmall, color: ink3}

// footLines are the notes in one line, or in two that break between notes where there is room for two.
func (l *layout) footLines(most int) []string {
	const room = pageWidth - 2*margin
	all := printable(strings.Join(l.notes, separator))
	if footStyle.width(all) <= room {
		return []string{all}
	}
	for n := len(l.notes) - 1; n > 0 && most > 1; n-- {
		if first := printable(strings.Join(l.notes[:n], separator)); footStyle.width(first) <= room {
			return []string{first, fitted(printable(strings.Join(l.notes[n:], separator)), footStyle, room)}
		}
	}
	return []string{fitted(all, footStyle, room)}
}

// note adds to the footer.
func (l *layout) note(form string, args ...any) {
	l.notes = append(l.notes, fmt.Sprintf(form, args...))
}
