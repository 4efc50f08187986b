package sim

import (
	"math"
	"sort"
	"sync"
	"time"

	"headroom/chance"
)

// A lawTable is a service law tabulated once: its CDF G and the integral of 1 − G over knots that are 128 to the octave, so that
// a look-up costs a few nanoseconds and is right to half a percent. Durations are in seconds of undisturbed service.
type lawTable struct {
	mean     float64
	varied   float64 // squared coefficient of variation
	constant bool
	most     float64 // no service is longer, but for one in a billion
	base     int     // the bits of the first knot
	g        []float64
	rest     []float64 // ∫ 1 − G from 0 to the knot = E[min(S, knot)]
	fine     stand
	coarse   stand
	drains   sync.Map // expected longest residual service, by busy slots
}

const knotBits = 45 // of a float64's 52 fraction bits: 7 are left, 128 knots to the octave

func knotOf(x float64) int { return int(math.Float64bits(x) >> knotBits) }
func knotAt(i int) float64 { return math.Float64frombits(uint64(i) << knotBits) }

// laws are the tables of the laws met last, shared by all runs: what is in one depends on its law alone.
var laws struct {
	sync.Mutex
	of map[chance.Law]*lawTable
}

// mostLaws bounds the memory of tables: when there are more they are all forgotten.
const mostLaws = 32

// lawTableOf is the table of a law; of samples from a file, of this list of them.
func lawTableOf(law chance.Law) *lawTable {
	laws.Lock()
	defer laws.Unlock()
	l := laws.of[law]
	if l == nil {
		if l = newLawTable(law); laws.of == nil || len(laws.of) >= mostLaws {
			laws.of = map[chance.Law]*lawTable{}
		}
		laws.of[law] = l
	}
	return l
}

func newLawTable(law chance.Law) *lawTable {
	l := &lawTable{mean: max(law.Mean().Seconds(), 1e-9), varied: law.CV() * law.CV()}
	if l.constant = law.CV() == 0; l.constant {
		one := stand{[]float64{l.mean}, []float64{1}}
		l.most, l.fine, l.coarse = l.mean, one, one
		return l
	}
	low := max(law.Quantile(1e-5).Seconds()/2, l.mean*1e-7, 2e-9)
	l.most = max(law.Quantile(1-1e-9).Seconds(), l.mean)
	l.base = knotOf(low)
	n := knotOf(l.most) - l.base + 2
	l.g, l.rest = make([]float64, n), make([]float64, n)
	for i := range l.g {
		x := knotAt(l.base + i)
		l.g[i] = law.CDF(time.Duration(x * 1e9))
		if i == 0 {
			l.rest[0] = x * (1 - l.g[0]/2)
			continue
		}
		l.rest[i] = l.rest[i-1] + (x-knotAt(l.base+i-1))*(1-(l.g[i]+l.g[i-1])/2)
	}
	l.fine, l.coarse = l.represent(400, 25), l.represent(100, 8)
	return l
}

// stand is points that stand for the law, ascending, and their masses.
type stand struct{ points, masses []float64 }

// represent chooses points of equal mass in the bulk and ever smaller ones in the tail.
func (l *lawTable) represent(bulk, tail float64) (s stand) {
	for at := 0.0; at < 1-1e-7; {
		mass := min(1/bulk, (1-at)/tail)
		s.points = append(s.points, l.quantile(at+mass/2))
		s.masses = append(s.masses, mass)
		if at += mass; at >= 1-1e-7 {
			s.masses[len(s.masses)-1] += 1 - at
		}
	}
	return s
}

// find is the knot at or below x and how far x is on the way to the next one; ok is false outside the table.
func (l *lawTable) find(x float64) (i int, part float64, ok bool) {
	bits := math.Float64bits(x)
	i = int(bits>>knotBits) - l.base
	if i < 0 || i >= len(l.g)-1 {
		return i, 0, false
	}
	return i, float64(bits&(1<<knotBits-1)) / (1 << knotBits), true
}

// cdf is the share of services of at most x.
func (l *lawTable) cdf(x float64) float64 {
	if x <= 0 {
		return 0
	}
	if l.constant {
		if x < l.mean {
			return 0
		}
		return 1
	}
	i, part, ok := l.find(x)
	switch {
	case ok:
		return l.g[i] + part*(l.g[i+1]-l.g[i])
	case i < 0:
		return l.g[0] * x / knotAt(l.base)
	}
	return 1
}

// within is E[min(S, x)]: how long a slot is held at most x.
func (l *lawTable) within(x float64) float64 {
	if x <= 0 {
		return 0
	}
	if l.constant {
		return min(x, l.mean)
	}
	i, part, ok := l.find(x)
	switch {
	case ok:
		return l.rest[i] + part*(l.rest[i+1]-l.rest[i])
	case i < 0:
		return x
	}
	return max(l.mean, l.rest[len(l.rest)-1])
}

// below is the integral of the CDF from 0 to x.
func (l *lawTable) below(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return x - l.within(x)
}

// upTo is the mean of the services of at most x; x where none is.
func (l *lawTable) upTo(x float64) float64 {
	if x >= l.most {
		return l.mean
	}
	g := l.cdf(x)
	if g <= 0 {
		return x
	}
	return max(0, min(x, (l.within(x)-x*(1-g))/g))
}

// quantile is the smallest x with cdf(x) ≥ p.
func (l *lawTable) quantile(p float64) float64 {
	if l.constant {
		return l.mean
	}
	i := sort.SearchFloat64s(l.g, p)
	if i == 0 {
		return knotAt(l.base)
	}
	if i >= len(l.g) {
		return l.most
	}
	a, b := knotAt(l.base+i-1), knotAt(l.base+i)
	return a + (b-a)*(p-l.g[i-1])/(l.g[i]-l.g[i-1])
}

// residual is the mean of what is left of a service that is under way: E[S²] ÷ 2E[S].
func (l *lawTable) residual() float64 { return l.mean * (1 + l.varied) / 2 }

// longest is the expected longest residual service of the busy slots of an instance; busy may be a fraction. The residual
// law's CDF is E[min(S, x)] ÷ E[S]. It is worked out once for every number of busy slots.
func (l *lawTable) longest(busy float64) float64 {
	key := int(busy*8 + 0.5)
	if busy > 32 {
		key = int(512 + 64*math.Log2(busy)) // 1 % apart
		busy = math.Exp2(float64(key-512) / 64)
	} else {
		busy = float64(key) / 8
	}
	if key == 0 {
		return 0
	}
	if d, ok := l.drains.Load(key); ok {
		return d.(float64)
	}
	d := 0.0
	if l.constant { // uniform residuals: ∫ 1 − (x ÷ S)^busy
		d = l.mean * busy / (busy + 1)
	} else {
		last, whole := 0.0, l.rest[len(l.rest)-1]
		above := 1.0
		for i := range l.rest {
			x, more := knotAt(l.base+i), 1-math.Pow(l.rest[i]/whole, busy)
			d += (x - last) * (above + more) / 2
			last, above = x, more
		}
	}
	l.drains.Store(key, d)
	return d
}
