package chance

import (
	"math"
	"math/rand/v2"
	"sort"
	"time"

	"gonum.org/v1/gonum/mathext"
)

// A Law is a distribution of a duration ≥ 0. Draws are whole nanoseconds, at most 146 years.
type Law interface {
	Draw(*rand.Rand) time.Duration
	Mean() time.Duration
	CV() float64                      // standard deviation ÷ mean; 0 for a constant
	CDF(time.Duration) float64        // P(X ≤ x)
	Quantile(p float64) time.Duration // the smallest x with CDF(x) ≥ p; 0 ≤ p < 1
}

// longest is the longest duration that is drawn: half of what a time.Duration holds, so that two can be added.
const longest = time.Duration(math.MaxInt64 / 2)

// nanoseconds rounds x to a whole number of nanoseconds in [0, longest].
func nanoseconds(x float64) time.Duration {
	switch {
	case x >= float64(longest):
		return longest
	case x <= 0:
		return 0
	}
	return time.Duration(x + 0.5)
}

// smallest finds the smallest whole x with CDF(x) ≥ p, by doubling steps from a guess and then halving.
func smallest(law Law, p, guess float64) time.Duration {
	x, step := nanoseconds(guess), time.Duration(1)
	low, high := x-1, x // CDF(low) < p ≤ CDF(high), once it holds
	if law.CDF(x) < p {
		for low, high = x, min(x+1, longest); high < longest && law.CDF(high) < p; step *= 2 {
			low, high = high, min(high+step, longest)
		}
	} else {
		for ; low >= 0 && law.CDF(low) >= p; step *= 2 {
			low, high = max(low-step, -1), low
		}
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; law.CDF(mid) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// Constant is always d.
func Constant(d time.Duration) Law { return constant(d) }

type constant time.Duration

func (c constant) Draw(*rand.Rand) time.Duration  { return time.Duration(c) }
func (c constant) Mean() time.Duration            { return time.Duration(c) }
func (c constant) CV() float64                    { return 0 }
func (c constant) Quantile(float64) time.Duration { return time.Duration(c) }
func (c constant) CDF(x time.Duration) float64 {
	if x < time.Duration(c) {
		return 0
	}
	return 1
}

// exponential has a mean in nanoseconds.
type exponential float64

func (e exponential) Draw(r *rand.Rand) time.Duration {
	return nanoseconds(r.ExpFloat64() * float64(e))
}
func (e exponential) Mean() time.Duration { return nanoseconds(float64(e)) }
func (e exponential) CV() float64         { return 1 }

func (e exponential) CDF(x time.Duration) float64 {
	if x < 0 {
		return 0
	}
	return -math.Expm1(-float64(x) / float64(e))
}

func (e exponential) Quantile(p float64) time.Duration {
	return smallest(e, p, -math.Log1p(-p)*float64(e))
}

// lognormal is median × exp(sigma × N(0, 1)), the median in nanoseconds.
type lognormal struct{ median, sigma float64 }

func (l lognormal) Draw(r *rand.Rand) time.Duration {
	return nanoseconds(l.median * exp(l.sigma*r.NormFloat64()))
}

func (l lognormal) Mean() time.Duration {
	return nanoseconds(l.median * math.Exp(l.sigma*l.sigma/2))
}

func (l lognormal) CV() float64 { return math.Sqrt(math.Expm1(l.sigma * l.sigma)) }

func (l lognormal) CDF(x time.Duration) float64 {
	if x <= 0 {
		return 0
	}
	return math.Erfc(-math.Log(float64(x)/l.median)/(l.sigma*math.Sqrt2)) / 2
}

func (l lognormal) Quantile(p float64) time.Duration {
	if p <= 0 {
		return 0
	}
	return smallest(l, p, l.median*math.Exp(l.sigma*z(p)))
}

// z is the quantile of the standard normal law.
func z(p float64) float64 { return mathext.NormalQuantile(p) }

// gamma is scale × Gamma(shape), the scale in nanoseconds.
type gamma struct{ shape, scale float64 }

func (g gamma) Draw(r *rand.Rand) time.Duration { return nanoseconds(g.scale * Gamma1(r, g.shape)) }
func (g gamma) Mean() time.Duration             { return nanoseconds(g.shape * g.scale) }
func (g gamma) CV() float64                     { return 1 / math.Sqrt(g.shape) }

func (g gamma) CDF(x time.Duration) float64 {
	if x <= 0 {
		return 0
	}
	return mathext.GammaIncReg(g.shape, float64(x)/g.scale)
}

// Quantile searches: gonum's inverse of the incomplete gamma function loses digits in the tails.
func (g gamma) Quantile(p float64) time.Duration {
	if p <= 0 {
		return 0
	}
	return smallest(g, p, g.shape*g.scale)
}

// Gamma1 draws from the gamma law of the given shape > 0 and scale 1, by Marsaglia and Tsang (2000): a transformed normal,
// kept in at least 95% of tries. Below shape 1 it is Gamma(shape + 1) × U^(1 ÷ shape).
func Gamma1(r *rand.Rand, shape float64) float64 {
	boost := 1.0
	if shape < 1 {
		boost = math.Exp(-r.ExpFloat64() / shape)
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := 1 - r.Float64()
		if u < 1-0.0331*x*x*x*x || math.Log(u) < x*x/2+d*(1-v+math.Log(v)) {
			return boost * d * v
		}
	}
}

// empirical holds the samples in ascending order; each has the same weight.
type empirical struct {
	samples []time.Duration
	mean    time.Duration
	cv      float64
}

// Samples is the law that draws one of the samples, each as likely as the others; 0s if there are none. The order of the
// samples does not matter.
func Samples(samples []time.Duration) Law {
	if len(samples) == 0 {
		return constant(0)
	}
	e := empirical{samples: append([]time.Duration(nil), samples...)}
	sort.Slice(e.samples, func(i, j int) bool { return e.samples[i] < e.samples[j] })
	mean, squares := 0.0, 0.0 // Welford: no cancellation
	for i, x := range e.samples {
		d := float64(x) - mean
		mean += d / float64(i+1)
		squares += d * (float64(x) - mean)
	}
	e.mean = nanoseconds(mean)
	if mean > 0 {
		e.cv = math.Sqrt(squares/float64(len(samples))) / mean
	}
	return &e
}

// Draw takes one word, so the same word means the same rank in every set of samples.
func (e *empirical) Draw(r *rand.Rand) time.Duration {
	return e.samples[int(r.Float64()*float64(len(e.samples)))]
}

func (e *empirical) Mean() time.Duration { return e.mean }
func (e *empirical) CV() float64         { return e.cv }

func (e *empirical) CDF(x time.Duration) float64 {
	n := sort.Search(len(e.samples), func(i int) bool { return e.samples[i] > x })
	return float64(n) / float64(len(e.samples))
}

func (e *empirical) Quantile(p float64) time.Duration {
	n := len(e.samples)
	i := sort.Search(n-1, func(i int) bool { return float64(i+1)/float64(n) >= p })
	return e.samples[i]
}

// Scaled is a law with every draw multiplied by factor ≥ 0, from the same words of the stream.
func Scaled(law Law, factor float64) Law {
	switch l := law.(type) {
	case constant:
		return constant(nanoseconds(float64(l) * factor))
	case scaled:
		return Scaled(l.law, l.factor*factor)
	}
	if factor == 1 {
		return law
	}
	return scaled{law, factor}
}

type scaled struct {
	law    Law
	factor float64
}

func (s scaled) times(d time.Duration) time.Duration { return nanoseconds(float64(d) * s.factor) }

// Draw takes the words even if the factor is 0, so that the stream goes on as it would.
func (s scaled) Draw(r *rand.Rand) time.Duration  { return s.times(s.law.Draw(r)) }
func (s scaled) Mean() time.Duration              { return s.times(s.law.Mean()) }
func (s scaled) Quantile(p float64) time.Duration { return s.times(s.law.Quantile(p)) }

func (s scaled) CV() float64 {
	if s.factor == 0 {
		return 0
	}
	return s.law.CV()
}

func (s scaled) CDF(x time.Duration) float64 {
	switch {
	case x < 0:
		return 0
	case s.factor == 0:
		return 1
	}
	return s.law.CDF(time.Duration(math.Min((float64(x)+0.5)/s.factor, float64(longest))))
}
