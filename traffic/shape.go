package traffic

import (
	"math"
	"time"
)

// A line is what a shape is like from an instant t on: until end it is value + slope·(seconds since t) or, if it is bent, some
// smooth curve that begins at value.
type line struct {
	value, slope float64
	bent         bool
	end          time.Duration // the first instant after t at which it may jump or bend
}

// A shape is a pure function of time in smooth stretches, right-continuous.
type shape interface {
	at(t time.Duration) line
}

// A trapezoid goes from 0 at begin to 1 at begin + rise, and from 1 at end − fall to 0 at end, linearly; it is 0 outside
// [begin, end). rise + fall ≤ end − begin.
type trapezoid struct{ begin, end, rise, fall time.Duration }

func (z trapezoid) at(t time.Duration) line {
	switch {
	case t < z.begin:
		return line{end: z.begin}
	case t < z.begin+z.rise:
		per := 1 / z.rise.Seconds()
		return line{value: (t - z.begin).Seconds() * per, slope: per, end: z.begin + z.rise}
	case t < z.end-z.fall:
		return line{value: 1, end: z.end - z.fall}
	case t < z.end:
		per := 1 / z.fall.Seconds()
		return line{value: (z.end - t).Seconds() * per, slope: -per, end: z.end}
	}
	return line{end: Forever}
}

// between scales a line from 0…1 to low…high, both exactly.
func (l line) between(low, high float64) line {
	l.value = low*(1-l.value) + high*l.value
	l.slope *= high - low
	return l
}

// A polynomial is a rate over a stretch: Σ c[i]·s^i with s in seconds since its begin.
type polynomial struct {
	c      [4]float64
	degree int  // the highest i with c[i] ≠ 0
	bent   bool // not a polynomial of degree 3 or less: only c[0], the value at the begin, means something
	end    time.Duration
}

// add adds a line.
func (p *polynomial) add(l line) {
	p.c[0] += l.value
	p.c[1] += l.slope
	p.settle(l)
}

// multiply multiplies by a line.
func (p *polynomial) multiply(l line) {
	if l.slope != 0 && p.degree == 3 {
		p.bent = true
		p.c[0] *= l.value
		p.end = min(p.end, l.end)
		return
	}
	for i := 3; i > 0; i-- {
		p.c[i] = p.c[i]*l.value + p.c[i-1]*l.slope
	}
	p.c[0] *= l.value
	p.settle(l)
}

func (p *polynomial) settle(l line) {
	p.end = min(p.end, l.end)
	p.bent = p.bent || l.bent
	p.degree = 3
	for p.degree > 0 && p.c[p.degree] == 0 {
		p.degree--
	}
}

// at is the value at s seconds since the begin.
func (p *polynomial) at(s float64) float64 {
	return p.c[0] + s*(p.c[1]+s*(p.c[2]+s*p.c[3]))
}

// integral is the integral from 0 to s.
func (p *polynomial) integral(s float64) float64 {
	switch p.degree {
	case 0:
		return p.c[0] * s
	case 1:
		return s * (p.c[0] + s*(p.c[1]/2))
	}
	return s * (p.c[0] + s*(p.c[1]/2+s*(p.c[2]/3+s*(p.c[3]/4))))
}

// between is the integral from a to b, without the cancellation of a difference: Gauss's two points are exact to degree 3.
func (p *polynomial) between(a, b float64) float64 {
	switch p.degree {
	case 0:
		return p.c[0] * (b - a)
	case 1:
		return (b - a) * (p.c[0] + p.c[1]*((a+b)/2))
	}
	mid, half := (a+b)/2, (b-a)/2
	return half * (p.at(mid-half/math.Sqrt(3)) + p.at(mid+half/math.Sqrt(3)))
}

// solve is the s in [0, length] at which the integral from 0 is x. The value must not be negative there.
func (p *polynomial) solve(x, length float64) float64 {
	if x <= 0 {
		return 0
	}
	if p.degree == 0 {
		return x / p.c[0]
	}
	c0, c1 := p.c[0], p.c[1]
	s := 2 * x / (c0 + math.Sqrt(max(0, c0*c0+2*c1*x))) // the stable root of c1/2·s² + c0·s = x
	if p.degree == 1 {
		return s
	}
	low, high := 0.0, length
	if !(s > 0 && s < length) {
		s = length * x / p.integral(length)
	}
	for range 100 { // Newton, kept between bounds
		miss := p.integral(s) - x
		if miss > 0 {
			high = s
		} else {
			low = s
		}
		next := s - miss/p.at(s)
		if !(next >= low && next <= high) {
			next = (low + high) / 2
		}
		if math.Abs(next-s) <= 1e-9*length { // the next miss is about the square of this one
			return next
		}
		s = next
	}
	return s
}
