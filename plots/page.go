package plots

import (
	"image/color"
	"time"
)

// A page is one picture, as data: nothing in it is measured yet.
type page struct {
	file     string // without extension
	title    string // the finding, a sentence
	subtitle string // the conditions
	notes    []string
	start    time.Time
	length   time.Duration
	height   float64
	panels   []panel
	events   []event
	breaches []Span
}

// An event is pointed at in all panels.
type event struct {
	at   time.Duration
	text string // without the time
}

// A panel is one plot of the page; all share the clock.
type panel struct {
	title  string // quantity and unit
	weight float64
	scale  func(height float64) scale
	areas  []area
	lines  []line
	refs   []ref
	keys   []key
	lanes  []lane
	empty  string // said in the middle when there is nothing to draw
	// from, to is the part of the run that is drawn; the whole of it if to is 0.
	from, to time.Duration
	marked   []Span // parts of the clock that another panel draws larger
}

// An area is a filled shape of slabs.
type area struct {
	color color.NRGBA
	data  []slab
	ramp  bool // the slabs' values are reached at their ends, from 0 on
}

// A line is a step line. With peaks, it goes along the largest of columns that hold several samples; with band as
// well, a pale band shows how far down the others reach.
type line struct {
	pen   pen
	data  []sample
	peaks bool
	band  bool
	ramp  bool // the samples' values are reached at their ends, from 0 on
}

// A ref is a horizontal line with its label on it.
type ref struct {
	at    float64
	label string
	pen   pen
}

// A key is an entry of the legend: a piece of line, or a filled box if it has no pen.
type key struct {
	label string
	pen   *pen
	fill  color.NRGBA
}

// A lane is a thin row under a panel.
type lane struct {
	label  string
	bars   []bar
	glyphs []glyph
}

// A bar lies in a lane from … to.
type bar struct {
	from, to time.Duration
	color    color.NRGBA
	low      bool // at the foot of the lane, thin
}

// A glyph stands in a lane.
type glyph struct {
	at    time.Duration
	down  bool
	color color.NRGBA
}

func lineKey(label string, p pen) key            { return key{label: label, pen: &p} }
func fillKey(label string, fill color.NRGBA) key { return key{label: label, fill: fill} }
func (p *panel) add(l ...line)                   { p.lines = append(p.lines, l...) }
func (p *panel) key(k ...key)                    { p.keys = append(p.keys, k...) }
