package plots

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
)

// A point of the sheet, in points from the top left corner.
type point struct{ x, y float64 }

// A box on the sheet; y grows downwards.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) width() float64      { return b.x1 - b.x0 }
func (b box) height() float64     { return b.y1 - b.y0 }
func (b box) meets(o box) bool    { return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1 }
func (b box) holds(p point) bool  { return p.x >= b.x0 && p.x <= b.x1 && p.y >= b.y0 && p.y <= b.y1 }
func (b box) grown(d float64) box { return box{b.x0 - d, b.y0 - d, b.x1 + d, b.y1 + d} }

// placed is a text and the room it takes, kept so that the laws of the layout can be tested.
type placed struct {
	box
	text string
}

// A sheet is a canvas seen from its top left corner. It notes where texts, legends and data went.
type sheet struct {
	c       vg.Canvas
	h       float64
	texts   []placed
	legends []box
	data    []box
}

// align says which part of a text stands at the given x.
type align float64

const (
	left   align = 0
	centre align = 0.5
	right  align = 1
)

// extent is the room that a text takes whose baseline is at y.
func extent(x, y float64, a align, st style, text string) box {
	w := st.width(text)
	x -= w * float64(a)
	return box{x, y - 0.76*st.size, x + w, y + 0.22*st.size}
}

// text sets a text with its baseline at y.
func (s *sheet) text(x, y float64, a align, st style, text string) box {
	text = printable(text)
	b := extent(x, y, a, st, text)
	if text == "" {
		return b
	}
	s.c.SetColor(st.color)
	s.c.FillString(st.face(), vg.Point{X: vg.Length(b.x0), Y: vg.Length(s.h - y)}, text)
	s.texts = append(s.texts, placed{b, text})
	return b
}

func (s *sheet) path(pts []point, closed bool) vg.Path {
	p := make(vg.Path, 0, len(pts)+1)
	for i, q := range pts {
		at := vg.Point{X: vg.Length(q.x), Y: vg.Length(s.h - q.y)}
		if i == 0 {
			p.Move(at)
		} else {
			p.Line(at)
		}
	}
	if closed {
		p.Close()
	}
	return p
}

// line strokes a path.
func (s *sheet) line(p pen, pts ...point) {
	if len(pts) < 2 {
		return
	}
	s.c.SetColor(p.color)
	s.c.SetLineWidth(vg.Length(p.width))
	dash := make([]vg.Length, len(p.dash))
	for i, d := range p.dash {
		dash[i] = vg.Length(d)
	}
	s.c.SetLineDash(dash, 0)
	s.c.Stroke(s.path(pts, false))
}

// fill fills a polygon.
func (s *sheet) fill(c color.NRGBA, pts ...point) {
	s.c.SetColor(c)
	s.c.Fill(s.path(pts, true))
}

// rect fills a box.
func (s *sheet) rect(c color.NRGBA, b box) {
	s.fill(c, point{b.x0, b.y0}, point{b.x1, b.y0}, point{b.x1, b.y1}, point{b.x0, b.y1})
}

// pill fills a box with round ends.
func (s *sheet) pill(c color.NRGBA, b box) {
	r := vg.Length(b.height() / 2)
	y := vg.Length(s.h) - vg.Length(b.y0+b.y1)/2
	x0, x1 := vg.Length(b.x0)+r, vg.Length(b.x1)-r
	var p vg.Path
	p.Move(vg.Point{X: x1, Y: y - r})
	p.Arc(vg.Point{X: x1, Y: y}, r, -math.Pi/2, math.Pi)
	p.Line(vg.Point{X: x0, Y: y + r})
	p.Arc(vg.Point{X: x0, Y: y}, r, math.Pi/2, math.Pi)
	p.Close()
	s.c.SetColor(c)
	s.c.Fill(p)
}

// printable takes out what neither a line of text nor an XML document can hold.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfffd || r == 0xfffe || r == 0xffff:
			return -1
		}
		return r
	}, text)
}

// fitted shortens a text with an ellipsis until it fits.
func fitted(text string, st style, width float64) string {
	if st.width(text) <= width {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n > 0; n-- {
		if short := strings.TrimRight(string(runes[:n]), " ,·\u00a0") + "…"; st.width(short) <= width {
			return short
		}
	}
	return ""
}

// wrapped breaks a text into at most two lines of that width; what is left over is cut with an ellipsis.
func wrapped(text string, st style, width float64) []string {
	if st.width(text) <= width {
		return []string{text}
	}
	words := strings.Split(text, " ")
	for n := len(words) - 1; n > 0; n-- {
		if first := strings.Join(words[:n], " "); st.width(first) <= width {
			return []string{strings.TrimRight(first, " ·\u00a0"), fitted(strings.TrimLeft(strings.Join(words[n:], " "), " ·\u00a0"), st, width)}
		}
	}
	return []string{fitted(text, st, width)}
}
