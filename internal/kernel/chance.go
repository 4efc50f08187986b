// Package kernel holds the fastest programs we can write by hand for jobs that the engines do too: one job each, its rules built
// in, nothing that could be switched on. Speed is measured against them, in one process and in turn (see docs/performance.md):
// a ratio says how much generality costs, whatever the machine. They are checked against theory and against the engines, for a
// kernel that is wrong is fast without merit. It stands on the lowest floor and imports nothing of ours.
package kernel

import (
	"math"
	"math/bits"
)

// dice is xoshiro256++ (Blackman, Vigna 2019), small enough to be inlined.
type dice struct{ a, b, c, d uint64 }

func newDice(seed uint64) dice {
	word := func() uint64 { // SplitMix64
		seed += 0x9e3779b97f4a7c15
		x := seed
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		return x ^ x>>31
	}
	return dice{word(), word(), word(), word()}
}

func (r *dice) word() uint64 {
	out := bits.RotateLeft64(r.a+r.d, 23) + r.a
	t := r.b << 17
	r.c ^= r.a
	r.d ^= r.b
	r.b ^= r.c
	r.a ^= r.d
	r.c ^= t
	r.d = bits.RotateLeft64(r.d, 45)
	return out
}

// uniform is a number in [0, 1).
func (r *dice) uniform() float64 { return float64(r.word()>>11) / (1 << 53) }

// layers are a ziggurat (Marsaglia, Tsang 2000): 256 layers of equal area under a falling density.
type layers struct {
	whole [256]uint64  // below it a word's 55 upper bits lie wholly under the density
	width [256]float64 // of a layer, to a unit of those bits
	f     [256]float64 // the density at the layers' edges
}

const (
	exponentialEnd = 7.69711747013104972
	normalEnd      = 3.6541528853610088
)

var (
	exponentials = newLayers(exponentialEnd, 0.0039496598225815571993, func(x float64) float64 { return math.Exp(-x) }, func(y float64) float64 { return -math.Log(y) })
	normals      = newLayers(normalEnd, 0.00492867323399, func(x float64) float64 { return math.Exp(-x * x / 2) }, func(y float64) float64 { return math.Sqrt(-2 * math.Log(y)) })
)

func newLayers(end, area float64, density, inverse func(float64) float64) *layers {
	const unit = 1 << 55
	var z layers
	x := end
	below := area / density(end) // the lowest layer with its tail
	z.whole[0], z.width[0] = uint64(end/below*unit), below/unit
	z.f[0], z.width[255], z.f[255] = 1, end/unit, density(end)
	for i := 254; i >= 1; i-- {
		last := x
		x = inverse(area/last + density(last))
		z.whole[i+1] = uint64(x / last * unit)
		z.width[i], z.f[i] = x/unit, density(x)
	}
	return &z
}

// exponential has the mean 1.
func (r *dice) exponential() float64 {
	w := r.word()
	u, i := w>>9, w&255
	if u < exponentials.whole[i] {
		return float64(u) * exponentials.width[i]
	}
	return r.exponentialEdge(u, i)
}

func (r *dice) exponentialEdge(u, i uint64) float64 {
	z := exponentials
	for {
		x := float64(u) * z.width[i]
		switch {
		case u < z.whole[i]:
			return x
		case i == 0:
			return exponentialEnd - math.Log(1-r.uniform())
		case z.f[i]+r.uniform()*(z.f[i-1]-z.f[i]) < math.Exp(-x):
			return x
		}
		w := r.word()
		u, i = w>>9, w&255
	}
}

// normal has mean 0 and variance 1; the sign is a bit of the word, put in without a branch.
func (r *dice) normal() float64 {
	w := r.word()
	u, i := w>>9, w&255
	x := float64(u) * normals.width[i]
	if u >= normals.whole[i] {
		x = r.normalEdge(u, i)
	}
	return math.Float64frombits(math.Float64bits(x) | w<<55&(1<<63))
}

func (r *dice) normalEdge(u, i uint64) float64 {
	z := normals
	for {
		x := float64(u) * z.width[i]
		switch {
		case u < z.whole[i]:
			return x
		case i == 0:
			for {
				a, b := -math.Log(1-r.uniform())/normalEnd, -math.Log(1-r.uniform())
				if 2*b >= a*a {
					return normalEnd + a
				}
			}
		case z.f[i]+r.uniform()*(z.f[i-1]-z.f[i]) < math.Exp(-x*x/2):
			return x
		}
		w := r.word()
		u, i = w>>9, w&255
	}
}

// powers are e^(k·ln 2 ÷ 256).
var powers = func() (p [256]float64) {
	for k := range p {
		p[k] = math.Exp2(float64(k) / 256)
	}
	return p
}()

// exp is e^x to 2e-13 for moderate x: a power of two, a table of 256 and a cubic.
func exp(x float64) float64 {
	const scale = 256 / math.Ln2
	k := int(x*scale+1<<20) - 1<<20 // rounds down
	r := x - (float64(k)+0.5)/scale
	p := 1 + r*(1+r*(0.5+r*(1.0/6)))
	y := powers[k&255] * p * 1.0013547198921082 // e^(half a step)
	return math.Float64frombits(math.Float64bits(y) + uint64(k>>8)<<52)
}

// poisson is a count of a law with mean at least 10, exact (Hörmann 1993, PTRS).
func (r *dice) poisson(mean float64) float64 {
	b := 0.931 + 2.53*math.Sqrt(mean)
	a := -0.059 + 0.02483*b
	for {
		u, v := r.uniform()-0.5, r.uniform()
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*a/us+b)*u + mean + 0.43)
		if us >= 0.07 && v <= 0.9277-3.6224/(b-2) {
			return k
		}
		if k < 0 || us < 0.013 && v > us {
			continue
		}
		lgamma, _ := math.Lgamma(k + 1)
		if math.Log(v*(1.1239+1.1328/(b-3.4))/(a/(us*us)+b)) <= k*math.Log(mean)-mean-lgamma {
			return k
		}
	}
}
