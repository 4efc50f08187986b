package oracle

import (
	"math"
	"math/big"
	"math/cmplx"
)

// MDc is M/D/c: Poisson arrivals, every service takes exactly D (Crommelin 1932). Round robin over c servers with constant
// services is the same system, wait by wait.
type MDc struct {
	Lambda, D float64
	C         int
}

// roots are the c − 1 roots other than 1 of z^c = e^(a(z−1)) in the unit disc, by the fixed point z = ω·e^(a(z−1)/c) over the
// c-th roots of unity ω, whose slope is below ρ.
func (m MDc) roots() []complex128 {
	c, a := float64(m.C), m.Lambda*m.D
	roots := make([]complex128, 0, m.C-1)
	for k := 1; k < m.C; k++ {
		turn := cmplx.Rect(1, 2*math.Pi*float64(k)/c)
		z := turn / 2
		for range 10_000 {
			next := turn * cmplx.Exp(complex(a/c, 0)*(z-1))
			done := cmplx.Abs(next-z) < 1e-17
			if z = next; done {
				break
			}
		}
		roots = append(roots, z)
	}
	return roots
}

// Wait is the mean wait: E[queue] ÷ λ with E[queue] = (a² − c(c−1)) ÷ (2(c−a)) + Σ 1 ÷ (1 − z).
func (m MDc) Wait() float64 {
	c, a := float64(m.C), m.Lambda*m.D
	queue := (a*a - c*(c-1)) / (2 * (c - a))
	for _, z := range m.roots() {
		queue += real(1 / (1 - z))
	}
	return queue / m.Lambda
}

// PWait is the probability of waiting: 1 − (c−a) ÷ Π(1 − z).
func (m MDc) PWait() float64 {
	product := complex(1, 0)
	for _, z := range m.roots() {
		product *= 1 - z
	}
	return 1 - (float64(m.C)-m.Lambda*m.D)/real(product)
}

// queue is P(queue ≤ j) for j = 0, 1, …: the number in the system D later is max(n − c, 0) plus a Poisson number.
func (m MDc) queue() []float64 {
	a := m.Lambda * m.D
	rho := a / float64(m.C)
	top := m.C + int(40+20/(1-rho)) + int(10*math.Sqrt(a)) // e^(−2(1−ρ)n ÷ …) is below 1e-15 there
	most := int(a+12*math.Sqrt(a)) + 25
	law := Solve(0, func(n int) int { return n }, func(n int, to func(int, float64)) {
		for k := 0; k <= most; k++ {
			to(min(max(n-m.C, 0)+k, top), poisson(k, a))
		}
	})
	q := make([]float64, top-m.C+1)
	sum := 0.0
	for i, n := range law.States {
		sum += law.P[i]
		if n >= m.C {
			q[n-m.C] = sum
		}
	}
	return q
}

// WaitCDF is P(W ≤ t) as a function of t: with (k−1)D ≤ t < kD it is
// e^(−λ(kD−t)) Σ_{j<kc} P(queue ≤ kc−j−1)·(λ(kD−t))^j ÷ j! (Franx 2001). All terms are positive.
func (m MDc) WaitCDF() func(t float64) float64 {
	q := m.queue()
	return func(t float64) float64 {
		k := math.Floor(t/m.D) + 1
		x := m.Lambda * (k*m.D - t)
		sum := 0.0
		for j, kc := 0, int(k)*m.C; j < kc; j++ {
			share := 1.0
			if n := kc - j - 1; n < len(q) {
				share = q[n]
			}
			sum += share * poisson(j, x)
		}
		return sum
	}
}

// WaitQuantile is the smallest t with P(W ≤ t) ≥ p.
func (m MDc) WaitQuantile(p float64) float64 {
	cdf := m.WaitCDF()
	return quantile(func(t float64) float64 { return 1 - cdf(t) }, p, m.D)
}

// MD1WaitCDF is P(W ≤ t) in M/D/1 by Erlang's own sum, (1−ρ) Σ_{k ≤ t/D} (λ(kD−t))^k ÷ k! · e^(−λ(kD−t)). Its terms
// alternate and grow like e^(λt), so it is summed with 600 bits.
func MD1WaitCDF(lambda, d, t float64) float64 {
	const bits = 600
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(x) }
	x := new(big.Float).SetPrec(bits)
	sum := number(0)
	for k := 0; float64(k)*d <= t; k++ {
		x.Mul(number(d), number(float64(k)))
		x.Sub(x, number(t))
		x.Mul(x, number(lambda)) // λ(kD − t) ≤ 0
		term := bigExp(new(big.Float).Neg(x))
		for j := 1; j <= k; j++ {
			term.Mul(term, x)
			term.Quo(term, number(float64(j)))
		}
		sum.Add(sum, term)
	}
	out, _ := sum.Mul(sum, number(1-lambda*d)).Float64()
	return out
}

// bigExp is e^x by its series, for x ≥ 0 of moderate size: all terms are positive.
func bigExp(x *big.Float) *big.Float {
	sum := new(big.Float).SetPrec(x.Prec()).SetInt64(1)
	term := new(big.Float).Copy(sum)
	least := new(big.Float).SetMantExp(new(big.Float).SetInt64(1), -int(x.Prec()))
	for k := int64(1); ; k++ {
		term.Mul(term, x)
		term.Quo(term, new(big.Float).SetInt64(k))
		sum.Add(sum, term)
		if term.Cmp(least) < 0 && float64(k) > 1 {
			return sum
		}
	}
}

// Cosmetatos is his approximation of the mean wait in M/D/c (1975), within 1 % of the exact one.
func Cosmetatos(lambda, d float64, servers int) float64 {
	c, rho := float64(servers), lambda*d/float64(servers)
	factor := (1 + (1-rho)*(c-1)*(math.Sqrt(4+5*c)-2)/(16*c*rho)) / 2
	return factor * MMc{lambda, 1 / d, servers}.Wait()
}
