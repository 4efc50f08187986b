package plots

import (
	"image/color"
	"math"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
)

var nan = math.NaN()

// Sizes are points on a page 960 wide, which is a slide of 13.3 inches.
const (
	pageWidth  = 960
	slideDown  = 540 // height of a slide
	margin     = 28
	sizeTitle  = 20
	sizeSub    = 13
	sizePanel  = 13
	sizeText   = 12
	sizeSmall  = 11
	dotsAnInch = 144 // 1920 × 1080 pixels a slide
)

// Colours, by what they mean: blue is traffic and measuring, vermillion the policy, amber machines that start, violet latency
// and backlog, red what was missed. The hues are Okabe and Ito's, darkened until they reach 4.5:1 on white.
var (
	ink        = rgb(0x17202a)
	ink2       = rgb(0x4a5764)
	ink3       = rgb(0x626f7c)
	ruleAxis   = rgb(0xaab4bf)
	ruleGrid   = rgb(0xe8ecf0)
	ruleDay    = rgb(0xdfe4ea)
	blue       = rgb(0x0072b2)
	blueFill   = rgb(0xcfe6f5)
	ready      = rgb(0x1f2933)
	policyRed  = rgb(0xc24f00)
	heldBack   = rgb(0xf0a982)
	amber      = rgb(0xf3c365)
	green      = rgb(0x00805e)
	violet     = rgb(0x8b4789)
	drainFill  = rgb(0xdbaed0)
	loadFill   = rgb(0xfae3b0)
	poolFill   = rgb(0xb9d9a8)
	missed     = rgb(0xb3261e)
	overload   = rgb(0xd0605b)
	failedFill = rgb(0xc8463f)
	ghost      = rgb(0x7f8b98)
	white      = rgb(0xffffff)
	shade      = color.NRGBA{0xc6, 0x28, 0x28, 23} // 9 %
	viewShade  = color.NRGBA{0x00, 0x66, 0xa3, 26}
	plate      = color.NRGBA{0xff, 0xff, 0xff, 205}
)

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// A pen is how a line is drawn.
type pen struct {
	color color.NRGBA
	width float64
	dash  []float64
}

// runPen is the pen of run i when several are overlaid. Early runs are wider, so that runs which coincide stay visible under
// one another; colour, width and dash all differ.
func runPen(i int) pen {
	pens := []pen{
		{ready, 3.2, nil},
		{policyRed, 2.4, []float64{7, 3}},
		{blue, 1.8, nil},
		{green, 1.8, []float64{2.5, 2}},
		{violet, 1.4, nil},
		{ghost, 1.4, []float64{8, 2.5, 2, 2.5}},
	}
	p := pens[i%len(pens)]
	if round := i / len(pens); round > 0 { // further rounds: the same hues, thin and finely dashed
		p.width, p.dash = 1.1, []float64{1.5 + float64(round), 1.5}
	}
	return p
}

// A style is how a text is set.
type style struct {
	size  float64
	bold  bool
	color color.NRGBA
}

// fonts is read only after it is made; no default of the plot library is touched.
var fonts = font.NewCache(liberation.Collection())

func (s style) face() font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if s.bold {
		f.Weight = xfont.WeightBold
	}
	return fonts.Lookup(f, vg.Length(s.size))
}

// width of a text in points.
func (s style) width(text string) float64 {
	f := s.face()
	return float64(f.Width(text))
}
