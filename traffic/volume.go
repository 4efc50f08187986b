package traffic

import (
	"math"
	"math/rand/v2"
	"time"

	"headroom/chance"
)

// A counted volume draws a whole number of requests for each second (counted from clock.start, whatever the step), with mean
// the integral of the rate over the second and variance dispersion × mean. A step that is longer has the sum, one that is
// shorter its share, by the integral. Every second has a stream of its own, so that a changed rate leaves the others' draws.
type counted struct {
	flow       *Flow // a second ahead
	within     *Flow // for steps that cut a second; nil until there is one
	profile    Profile
	key        chance.Key
	source     rand.PCG
	random     *rand.Rand
	dispersion float64
	from, to   time.Duration

	second time.Duration // begin of the second that was drawn last
	until  time.Duration // its end
	mean   float64
	count  float64

	expected float64 // of the interval asked for last

	law poissonLaw
}

func newCounted(p Profile, key chance.Key, dispersion float64, from, to time.Duration) *counted {
	v := &counted{flow: NewFlow(p, from, to), profile: p, key: key, dispersion: dispersion, from: from, to: to, second: -Forever, until: from}
	v.random = rand.New(&v.source)
	return v
}

func (v *counted) Offered(from, to time.Duration) float64 {
	sum := 0.0
	v.expected = 0
	for to = min(to, v.to); from < to; {
		if from >= v.until {
			v.draw(from)
		}
		end := min(to, v.until)
		if from == v.second && end == v.until {
			sum += v.count
			v.expected += v.mean
		} else if v.mean > 0 {
			part := v.part(from, end)
			sum += v.count * (part / v.mean)
			v.expected += part
		}
		from = end
	}
	return sum
}

func (v *counted) Mean() float64       { return v.expected }
func (v *counted) Dispersion() float64 { return v.dispersion }

// draw draws the second that t is in.
func (v *counted) draw(t time.Duration) {
	number := t / time.Second
	if t%time.Second < 0 {
		number--
	}
	v.second, v.until = max(number*time.Second, v.from), min((number+1)*time.Second, v.to)
	v.mean = v.flow.Offered(v.second, v.until)
	v.count = 0
	if v.mean <= 0 {
		return
	}
	v.key.Reset(&v.source, uint64(number))
	mean := v.mean
	if v.dispersion > 1 { // a Poisson count whose mean is gamma: negative binomial
		scale := v.dispersion - 1
		mean = scale * chance.Gamma1(v.random, v.mean/scale)
	}
	v.count = v.law.draw(&v.source, mean)
}

// part is the integral over a part of a second.
func (v *counted) part(from, to time.Duration) float64 {
	if v.within == nil {
		v.within = NewFlow(v.profile, v.from, v.to)
	}
	return v.within.Offered(from, to)
}

// A poissonLaw draws whole numbers from Poisson laws; it keeps what depends on the mean alone.
type poissonLaw struct {
	mean float64
	zero float64 // exp(−mean), below 10

	a, b, squeeze float64 // from 10 on
}

// inverses are 1 ÷ k.
var inverses = func() (i [201]float64) {
	for k := 1; k < len(i); k++ {
		i[k] = 1 / float64(k)
	}
	return i
}()

// draw is exact: below a mean of 10 by inversion of one uniform number, from there on by Hörmann's transformed rejection
// (PTRS, 1993).
func (l *poissonLaw) draw(r *rand.PCG, mean float64) float64 {
	if mean <= 0 {
		return 0
	}
	if mean != l.mean {
		l.set(mean)
	}
	if mean < 10 {
		u, p, k := chance.Uniform(r.Uint64()), l.zero, 0.0
		for u >= p && k < 200 { // P(more than 200) < 1e-180
			u -= p
			k++
			p *= mean * inverses[int(k)]
		}
		return k
	}
	for {
		u, v := chance.Uniform(r.Uint64())-0.5, chance.Uniform(r.Uint64())
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*l.a/us+l.b)*u + mean + 0.43)
		if us >= 0.07 && v <= l.squeeze {
			return k
		}
		if k < 0 || us < 0.013 && v > us {
			continue
		}
		inverse := 1.1239 + 1.1328/(l.b-3.4) // one in ten comes here
		if share := v * inverse / (l.a/(us*us) + l.b); math.Log(share*stirling(k)) <= logPoisson(k, mean) {
			return k
		}
	}
}

// stirling is √2πk, what logPoisson leaves out; 1 below 10.
func stirling(k float64) float64 {
	if k < 10 {
		return 1
	}
	return math.Sqrt(2 * math.Pi * k)
}

// logPoisson is the logarithm of e^−mean · mean^k ÷ k! · stirling(k). From 10 on k! is Stirling's series, and where k is near the
// mean the logarithm of their ratio is a series too: both are right to 1e-13.
func logPoisson(k, mean float64) float64 {
	if k < 10 {
		lgamma, _ := math.Lgamma(k + 1)
		return k*math.Log(mean) - mean - lgamma
	}
	i := 1 / k
	i2 := i * i
	series := i * (1.0/12 - i2*(1.0/360-i2*(1.0/1260-i2*(1.0/1680-i2/1188))))
	t := (mean - k) / (mean + k)
	t2 := t * t
	ratio := 2 * t * (1 + t2*(1.0/3+t2*(1.0/5+t2*(1.0/7+t2*(1.0/9+t2*(1.0/11+t2/13))))))
	if t2 > 0.01 {
		ratio = math.Log(mean * i)
	}
	return k*ratio + (k - mean) - series
}

func (l *poissonLaw) set(mean float64) {
	l.mean = mean
	if mean < 10 {
		l.zero = math.Exp(-mean)
		return
	}
	l.b = 0.931 + 2.53*math.Sqrt(mean)
	l.a = -0.059 + 0.02483*l.b
	l.squeeze = 0.9277 - 3.6224/(l.b-2)
}
