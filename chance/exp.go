package chance

import "math"

// powers are 2^(k ÷ 128).
var powers = func() (p [128]float64) {
	for k := range p {
		p[k] = math.Exp2(float64(k) / 128)
	}
	return p
}()

// Exp is e^x to two units in the last place, in half the time of math.Exp.
func Exp(x float64) float64 { return exp(x) }

// exp is math.Exp to two units in the last place, in half the time: e^x = 2^n · 2^(k ÷ 128) · e^r, with |r| ≤ ln 2 ÷ 256 and five
// terms of e^r. Beyond |x| = 700 it is math.Exp.
func exp(x float64) float64 {
	const (
		scale = 128 / math.Ln2
		high  = 0x1.62e42fefa0000p-8 // ln 2 ÷ 128 in two parts, so that n·high is exact
		low   = 0x1.cf79abc9e3b3ap-47
		shift = 0x1.8p52 // added and taken away it rounds to a whole number
	)
	if !(x > -700 && x < 700) {
		return math.Exp(x)
	}
	whole := x*scale + shift
	n := int64(math.Float64bits(whole)) << 12 >> 12 // the whole number itself, from the lowest bits
	whole -= shift
	r := x - whole*high - whole*low
	square := r * r
	more := r + square*(0.5+r*(1.0/6)+square*(1.0/24+r*(1.0/120)))
	p := powers[n&127]
	return math.Float64frombits(math.Float64bits(p+p*more) + uint64(n>>7)<<52)
}
