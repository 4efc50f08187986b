package sim

import (
	"math"
	"sync"
)

// occupied is how many instances in service have a busy slot, for a fleet of n behind a balancer that looks for free ones.
type occupied struct {
	n     float64
	knots [len(holesAt)]float64 // busy slots, where the slope of the holes changes
	turns [len(holesAt)]float64 // by how much
	usual [len(holesAt)]float64 // usualHoles at the knots
}

// active is how many instances in service have a busy slot, on average over a piece with busy slots: normal about them, and a
// balancer that looks for free instances or one that does not.
func (e *fluid) active(busy float64) float64 {
	n := float64(e.n)
	switch {
	case e.slots == 1 || busy >= e.servers:
		return min(busy/e.slots, n)
	case busy <= 0:
		return 0
	case e.cfg.Balancer != "least-outstanding":
		return n * (1 - math.Pow(1-busy/e.servers, e.slots))
	}
	o, sd := &e.occupied, math.Sqrt(busy*e.unseen())
	there := busy - beyond(busy, n, sd) - o.holes(busy, sd) + o.settled(min(e.load*e.law.mean*e.factor, e.servers))
	return greater(0, lesser(there, lesser(busy, n)))
}

// holes are expected of busy slots that are normal.
func (o *occupied) holes(busy, sd float64) (sum float64) {
	for i, c := range o.knots {
		sum += o.turns[i] * beyond(busy, c, sd)
	}
	return sum
}

// settled is by how much the holes of a steady load are fewer than what the table says of each number of busy slots: more than
// usual are busy because some just came, and these went where there was a hole.
func (o *occupied) settled(load float64) float64 {
	last := len(o.knots) - 1
	if load >= o.knots[last] {
		return 0
	}
	k := 0
	for load >= o.knots[k+1] {
		k++
	}
	part := (load - o.knots[k]) / (o.knots[k+1] - o.knots[k])
	return o.holes(load, math.Sqrt(load)) - (o.usual[k] + part*(o.usual[k+1]-o.usual[k]))
}

// unseen is the variance ÷ mean of the busy slots that their rate does not show: that of unlimited slots (Cox 1962, of an
// exponential service law's shape), less what the counts and the services of each second put into the rate itself.
func (e *fluid) unseen() float64 {
	length := e.law.mean * e.factor
	drawn := e.law.varied / (1 + e.law.varied) // 1 − ∫S² ÷ ∫S: nothing of a constant service, half of an exponential one
	part := length / (1 + 2*length)
	unseen := drawn + e.varied*(1-drawn-min(1-drawn, part))
	return unseen - min(drawn, e.works.varied*part)
}

// holesOf are the instances that are idle although another has two busy slots, behind least-outstanding, given how many slots
// are busy in all; usualHoles what a steady Poisson load leaves idle beyond a normal law without holes. A row for 1, 2, 4 … 256
// instances, a column for each number of busy slots per instance in holesAt. No closed form is known; they are measured on the
// requests engine (TestHoles measures some anew) and hardly depend on the service law.
var (
	holesAt = [...]float64{0, .25, .5, .75, .875, .9375, 1, 1.0625, 1.125, 1.25, 1.5, 1.75, 2, 2.5, 3}
	holesOf = [...][len(holesAt)]float64{
		{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		{0, 0, 0, .092, .138, .16, .183, .164, .144, .104, .025, .014, .003, 0, 0},
		{0, 0, .022, .127, .283, .36, .438, .381, .324, .21, .093, .035, .017, .003, 0},
		{0, .001, .026, .183, .399, .602, .806, .671, .536, .367, .166, .065, .026, .004, .001},
		{0, 0, .014, .189, .524, .838, 1.313, 1.024, .814, .536, .237, .089, .03, .005, .001},
		{0, 0, .002, .127, .555, 1.086, 2.039, 1.515, 1.171, .736, .317, .113, .029, .004, 0},
		{0, 0, 0, .054, .501, 1.313, 3.123, 2.182, 1.595, .943, .386, .136, .023, .003, 0},
		{0, 0, 0, .01, .331, 1.399, 4.658, 2.939, 2.05, 1.115, .436, .151, .022, .002, 0},
		{0, 0, 0, .001, .171, 1.312, 6.87, 3.826, 2.421, 1.261, .488, .147, .009, 0, 0},
	}
	usualHoles = [...][len(holesAt)]float64{
		{0, .014, .006, -.013, -.023, -.027, -.032, -.036, -.039, -.046, -.056, -.062, -.064, -.063, -.057},
		{0, .017, .041, .039, .033, .03, .026, .022, .018, .011, -.001, -.01, -.015, -.017, -.015},
		{0, .008, .066, .12, .131, .133, .133, .131, .128, .119, .095, .07, .049, .023, .01},
		{0, .001, .055, .21, .276, .298, .312, .318, .318, .301, .231, .156, .096, .032, .009},
		{0, 0, .018, .266, .458, .535, .589, .619, .624, .577, .379, .203, .097, .02, .004},
		{0, 0, .001, .229, .637, .846, .996, 1.073, 1.074, .921, .477, .2, .074, .01, .001},
		{0, 0, 0, .102, .73, 1.203, 1.576, 1.735, 1.677, 1.238, .504, .183, .053, .005, .001},
		{0, 0, 0, .012, .617, 1.546, 2.415, 2.674, 2.378, 1.427, .507, .174, .039, .004, .002},
		{0, 0, 0, 0, .298, 1.719, 3.629, 3.931, 2.999, 1.485, .508, .175, .032, .007, .005},
	}
)

// among prepares n instances: between the rows by the logarithm of n, beyond them by its root.
func (o *occupied) among(n int) {
	if o.n == float64(n) || n < 1 {
		return
	}
	o.n = float64(n)
	row, scale := math.Log2(o.n), 1.0
	if last := float64(len(holesOf) - 1); row > last {
		row, scale = last, math.Exp2((row-last)/2)
	}
	i := min(int(row), len(holesOf)-2)
	part := row - float64(i)
	between := func(table *[len(holesOf)][len(holesAt)]float64, k int) float64 {
		return scale * (table[i][k]*(1-part) + table[i+1][k]*part)
	}
	at := func(k int) float64 { return between(&holesOf, k) }
	slope := 0.0
	for k := range holesAt {
		o.usual[k] = between(&usualHoles, k)
		o.knots[k] = holesAt[k] * o.n
		next := 0.0
		if k+1 < len(holesAt) {
			next = (at(k+1) - at(k)) / ((holesAt[k+1] - holesAt[k]) * o.n)
		}
		o.turns[k], slope = next-slope, next
	}
}

// beyond is E[(N − c)+] of a normal N.
func beyond(mean, c, sd float64) float64 {
	if mean-c >= lossReach*sd {
		return mean - c
	}
	if c-mean >= lossReach*sd {
		return 0
	}
	at := (c - mean + lossReach*sd) * (lossCells / sd)
	i := int(at)
	t := normalLoss()
	return sd * (t[i] + (at-float64(i))*(t[i+1]-t[i]))
}

const (
	lossReach = 5.0
	lossCells = 64 // to a unit
)

// normalLoss is E[(Z − t)+] of a standard normal Z, over t from −lossReach on.
var normalLoss = sync.OnceValue(func() *[2*lossReach*lossCells + 2]float64 {
	t := new([2*lossReach*lossCells + 2]float64)
	for i := range t {
		x := float64(i)/lossCells - lossReach
		t[i] = math.Exp(-x*x/2)/math.Sqrt(2*math.Pi) - x*math.Erfc(x/math.Sqrt2)/2
	}
	return t
})
