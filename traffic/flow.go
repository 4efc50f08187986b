package traffic

import (
	"math"
	"time"
)

// A Flow is the integral of a profile, taken up piece by piece as time goes on. On each piece the rate is a polynomial of
// degree 3 or less in the seconds since its begin: exactly so for all that jumps and bends linearly, and for the rest (a daily
// sine, products of four slopes) in short pieces through the four Gauss–Legendre points, whose integral is exact to degree 7
// (a day's sine by the minute: relative error below 1e-15, within the piece below 1e-11).
type Flow struct {
	profile Profile
	to      time.Duration

	begin, end time.Duration // the piece
	length     float64       // its seconds
	rate       polynomial    // since begin
	total      float64       // the integral over the piece
	found      root          // the instant that was asked for last
	last       float64       // the integral that was asked for last
	// Λ at begin is whole + fraction, 0 ≤ fraction < 1, so that billions of requests lose nothing. At most doubt of it, at the
	// end of the piece, is rounding: a Λ that is a whole number but for that is taken as one, so counts of a trace add up.
	whole    int64
	fraction float64
	doubt    float64
}

const (
	longPiece  = 1 << 14 * time.Second // seconds in a float64 are exact to far below a nanosecond
	shortPiece = time.Minute
	leastDoubt = 1e-10 // requests
	newDoubt   = 1e-15 // of a piece's requests
)

// NewFlow begins at from; nothing comes at or after to.
func NewFlow(p Profile, from, to time.Duration) *Flow {
	f := &Flow{profile: p, to: to, begin: from, end: from, doubt: leastDoubt}
	f.next()
	return f
}

// next goes on to the next piece; at the end of the time there is an empty one without end.
func (f *Flow) next() bool {
	f.fraction += f.total
	n := math.Floor(f.fraction + f.doubt)
	f.whole += int64(n)
	if f.fraction -= n; f.fraction < f.doubt {
		f.fraction, f.doubt = 0, leastDoubt
	}
	f.begin = f.end
	if f.begin >= f.to {
		f.rate, f.total, f.end, f.length = polynomial{}, 0, Forever, 0
		return false
	}
	if p, ours := f.profile.(*profile); ours {
		f.rate = p.piece(f.begin)
	} else {
		f.rate = polynomial{bent: true, end: f.profile.Next(f.begin)}
	}
	f.end = min(f.rate.end, f.to)
	if f.rate.bent {
		f.end = min(f.end, f.begin+shortPiece)
		f.length = (f.end - f.begin).Seconds()
		f.fit()
	} else {
		f.end = min(f.end, f.begin+longPiece)
		f.length = (f.end - f.begin).Seconds()
	}
	f.total, f.found = f.rate.integral(f.length), root{}
	f.doubt = min(f.doubt+newDoubt*f.total, 0.01)
	return true
}

// fit puts a cubic through the rate at the four Gauss–Legendre points of the piece, by divided differences.
func (f *Flow) fit() {
	points := [4]float64{0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970263}
	var x, d [4]float64
	for i, p := range points {
		at := f.begin + time.Duration(p*float64(f.end-f.begin))
		x[i], d[i] = (at - f.begin).Seconds(), f.profile.Rate(at)
	}
	if f.end-f.begin < time.Microsecond { // too short for four points
		f.rate = polynomial{c: [4]float64{d[0]}}
		return
	}
	for k := 1; k < 4; k++ {
		for i := 3; i >= k; i-- {
			d[i] = (d[i] - d[i-1]) / (x[i] - x[i-k])
		}
	}
	c := [4]float64{d[3]}
	for k := 2; k >= 0; k-- { // c·(s − x[k]) + d[k]
		for i := 3; i > 0; i-- {
			c[i] = c[i-1] - x[k]*c[i]
		}
		c[0] = d[k] - x[k]*c[0]
	}
	f.rate = polynomial{c: c, degree: 3}
}

// Offered is the integral of the rate from one instant to another. Intervals are asked for in order.
func (f *Flow) Offered(from, to time.Duration) float64 {
	sum := 0.0
	for to > f.end {
		if from < f.end {
			sum += f.between(from, f.end)
			from = f.end
		}
		f.next()
	}
	f.last = sum + f.between(from, to)
	return f.last
}

// Mean is the integral that was asked for last.
func (f *Flow) Mean() float64 { return f.last }

// Dispersion of what does not vary.
func (f *Flow) Dispersion() float64 { return 0 }

func (f *Flow) between(from, to time.Duration) float64 {
	if from >= to {
		return 0
	}
	a := float64(from-f.begin) / 1e9
	return f.rate.between(a, a+float64(to-from)/1e9)
}

// at is the instant at which the integral since the begin of the piece is x, 0 ≤ x < total.
func (f *Flow) at(x float64) time.Duration {
	switch {
	case f.rate.degree == 0 && x > 0:
		return f.instant(x / f.rate.c[0])
	case f.rate.degree < 2:
		return f.instant(f.rate.solve(x, f.length))
	}
	s, ok := f.found.near(&f.rate, x, f.length)
	if !ok {
		s = f.rate.solve(x, f.length)
		f.found = newRoot(&f.rate, x, s)
	}
	return f.instant(s)
}

// instant is s seconds after the begin of the piece.
func (f *Flow) instant(s float64) time.Duration {
	return min(f.begin+time.Duration(s*1e9+0.5), f.end-1)
}

// A root is where an integral is x, and how it goes on from there: s + d·pace + d²·bend for x + d. The pace is 1 ÷ the rate; 0 is
// no root.
type root struct{ x, s, pace, bend float64 }

func newRoot(p *polynomial, x, s float64) root {
	pace := 1 / p.at(s)
	slope := p.c[1] + s*(2*p.c[2]+s*3*p.c[3])
	return root{x, s, pace, -slope * pace * pace * pace / 2}
}

// near is the root for another x, by one step of Newton's method from where this one leads. Requests come close to one another,
// so that it is as exact as solve's; it says when it is not.
func (r *root) near(p *polynomial, x, length float64) (float64, bool) {
	d := x - r.x
	s := r.s + d*(r.pace+d*r.bend)
	off := 1 - p.at(s)*r.pace // of the pace
	step := (x - p.integral(s)) * r.pace * (1 + off)
	ok := math.Abs(off) <= 1e-3 && math.Abs(step) <= 1e-9*length
	s += step
	return s, ok && s >= 0 && s <= length
}
