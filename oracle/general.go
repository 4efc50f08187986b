package oracle

import "math"

// Moments are E[S], E[S²] and E[S³] of a law of service times.
type Moments [3]float64

// SCV is the squared coefficient of variation, variance ÷ mean².
func (m Moments) SCV() float64 { return m[1]/(m[0]*m[0]) - 1 }

// Lognormal by mean and squared variation: E[S^k] = m^k·(1 + c²)^(k(k−1)/2).
func Lognormal(mean, scv float64) Moments {
	return Moments{mean, mean * mean * (1 + scv), math.Pow(mean, 3) * math.Pow(1+scv, 3)}
}

// Gamma by mean and squared variation: shape 1 ÷ c², E[S^k] = scale^k · shape(shape+1)….
func Gamma(mean, scv float64) Moments {
	shape, scale := 1/scv, mean*scv
	return Moments{mean, scale * scale * shape * (shape + 1), math.Pow(scale, 3) * shape * (shape + 1) * (shape + 2)}
}

// Constant is always d.
func Constant(d float64) Moments { return Moments{d, d * d, d * d * d} }

// Exponential by its mean.
func Exponential(mean float64) Moments { return Moments{mean, 2 * mean * mean, 6 * mean * mean * mean} }

// BoundedPareto with tail index α on [low, high]: E[S^k] = α·L^α·(L^(k−α) − H^(k−α)) ÷ ((α − k)(1 − (L/H)^α)), α no whole number.
func BoundedPareto(low, high, alpha float64) (m Moments) {
	for i := range m {
		k := float64(i + 1)
		m[i] = alpha * math.Pow(low, alpha) * (math.Pow(low, k-alpha) - math.Pow(high, k-alpha)) /
			((alpha - k) * (1 - math.Pow(low/high, alpha)))
	}
	return m
}

// MG1 is M/G/1.
type MG1 struct {
	Lambda float64
	S      Moments
}

// Load is ρ.
func (m MG1) Load() float64 { return m.Lambda * m.S[0] }

// Wait is the mean wait, λE[S²] ÷ (2(1−ρ)) (Pollaczek 1930, Khinchine 1932).
func (m MG1) Wait() float64 { return m.Lambda * m.S[1] / (2 * (1 - m.Load())) }

// WaitSD is the standard deviation of the wait, from E[W²] = 2E[W]² + λE[S³] ÷ (3(1−ρ)) (Takács 1962).
func (m MG1) WaitSD() float64 {
	w := m.Wait()
	return math.Sqrt(w*w + m.Lambda*m.S[2]/(3*(1-m.Load())))
}

// AllenCunneen is the approximation of the mean wait in G/G/c that most tools offer: Wait(M/M/c)·(c_a² + c_s²) ÷ 2 (Allen 1978).
// It is no oracle: 32 % off at ten servers with c_s² = 10.
func AllenCunneen(lambda, mu float64, c int, arrivals, services float64) float64 {
	return MMc{lambda, mu, c}.Wait() * (arrivals + services) / 2
}

// KLB is AllenCunneen with the correction of Krämer and Langenbach-Belz (1976) for arrivals more regular than Poisson.
func KLB(lambda, mu float64, c int, arrivals, services float64) float64 {
	rho := lambda / mu / float64(c)
	d := 1 - arrivals
	if arrivals > 1 {
		return AllenCunneen(lambda, mu, c, arrivals, services) * math.Exp(-(1-rho)*(arrivals-1)/(arrivals+4*services))
	}
	return AllenCunneen(lambda, mu, c, arrivals, services) * math.Exp(-2*(1-rho)*d*d/(3*rho*(arrivals+services)))
}

// GIMc is GI/M/c: independent gaps between arrivals with the Laplace transform Gap, exponential services (Takács 1962).
type GIMc struct {
	Gap    func(s float64) float64
	Lambda float64
	Mu     float64
	C      int
}

// Regular arrivals come every 1/λ.
func Regular(lambda float64) func(float64) float64 {
	return func(s float64) float64 { return math.Exp(-s / lambda) }
}

// Hyperexponential gaps of rate λ with squared variation scv ≥ 1 and balanced means: p = (1 + √((c²−1)/(c²+1))) ÷ 2, rates
// 2pλ and 2(1−p)λ.
func Hyperexponential(lambda, scv float64) func(float64) float64 {
	p := (1 + math.Sqrt((scv-1)/(scv+1))) / 2
	one, two := 2*p*lambda, 2*(1-p)*lambda
	return func(s float64) float64 { return p*one/(one+s) + (1-p)*two/(two+s) }
}

// Erlang gaps of n phases and rate λ.
func Erlang(n int, lambda float64) func(float64) float64 {
	rate := float64(n) * lambda
	return func(s float64) float64 { return math.Pow(rate/(rate+s), float64(n)) }
}

// sigma is the root in (0, 1) of σ = Gap(cμ(1 − σ)), by halving: below it the right side is larger.
func (m GIMc) sigma() float64 {
	low, high := 0.0, 1-1e-12
	for range 100 {
		mid := (low + high) / 2
		if m.Gap(float64(m.C)*m.Mu*(1-mid)) > mid {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// stretched has gaps longer by a factor.
func (m GIMc) stretched(by float64) GIMc {
	gap := m.Gap
	return GIMc{func(s float64) float64 { return gap(s * by) }, m.Lambda / by, m.Mu, m.C}
}

// PWait is K ÷ (1 − σ) with 1/K = 1/(1−σ) + Σ_j C(c, j) ÷ (C_j(1−φ_j)) · (c(1−φ_j) − j) ÷ (c(1−σ) − j), φ_j = Gap(jμ),
// C_j = Π_{i ≤ j} φ_i ÷ (1 − φ_i).
func (m GIMc) PWait() float64 {
	s, c := m.sigma(), float64(m.C)
	if x := c * (1 - s); m.C > 1 && math.Abs(x-math.Round(x)) < 1e-7 { // 0 ÷ 0 for one j: the mean of both sides
		return (m.stretched(1+1e-5).PWait() + m.stretched(1-1e-5).PWait()) / 2
	}
	inverse := 1 / (1 - s)
	product, choose := 1.0, 1.0
	for j := 1; j <= m.C; j++ {
		phi, n := m.Gap(float64(j)*m.Mu), float64(j)
		product *= phi / (1 - phi)
		choose *= (c - n + 1) / n
		inverse += choose / (product * (1 - phi)) * (c*(1-phi) - n) / (c*(1-s) - n)
	}
	return 1 / inverse / (1 - s)
}

// Wait is the mean wait: PWait ÷ (cμ(1 − σ)).
func (m GIMc) Wait() float64 { return m.PWait() / (float64(m.C) * m.Mu * (1 - m.sigma())) }

// WaitQuantile is the smallest t with P(W ≤ t) ≥ p: those who wait do so exponentially at rate cμ(1 − σ).
func (m GIMc) WaitQuantile(p float64) float64 {
	return math.Max(0, math.Log(m.PWait()/(1-p))/(float64(m.C)*m.Mu*(1-m.sigma())))
}

// ResponseTail is P(T > t), as in MMc with η = cμ(1 − σ).
func (m GIMc) ResponseTail(t float64) float64 {
	d, grown := float64(m.C)*m.Mu*(1-m.sigma())-m.Mu, t
	if d != 0 {
		grown = -math.Expm1(-d*t) / d
	}
	return math.Exp(-m.Mu*t) * (1 + m.PWait()*m.Mu*grown)
}

// ResponseQuantile is the smallest t with P(T ≤ t) ≥ p.
func (m GIMc) ResponseQuantile(p float64) float64 { return quantile(m.ResponseTail, p, 1/m.Mu) }

// RoundRobin is the system of one of n servers to which arrivals of rate λ in all are dealt in turn: E_n/M/1.
func RoundRobin(n int, lambda, mu float64) GIMc {
	return GIMc{Erlang(n, lambda/float64(n)), lambda / float64(n), mu, 1}
}

// Phases is a law of service times of two exponential phases: it begins in the first with probability First, else in the
// second; after the first it goes on to the second if Then is set.
type Phases struct {
	First, RateOne, RateTwo float64
	Then                    bool
}

// ErlangTwo are two phases one after the other, c_s² = ½.
func ErlangTwo(mean float64) Phases { return Phases{1, 2 / mean, 2 / mean, true} }

// BalancedTwo is the hyperexponential law with balanced means, c_s² = scv.
func BalancedTwo(mean, scv float64) Phases {
	p := (1 + math.Sqrt((scv-1)/(scv+1))) / 2
	return Phases{p, 2 * p / mean, 2 * (1 - p) / mean, false}
}

// MPhc is the law of M/Ph/c: {in the system, of those in service in the first phase}, solved up to a number in the system.
func MPhc(lambda float64, s Phases, c, top int) Stationary[[2]int] {
	return Solve([2]int{}, func(x [2]int) int { return x[0] }, func(x [2]int, to func([2]int, float64)) {
		n, one := x[0], x[1]
		begin := func(n, one int, rate float64) { // a service begins
			to([2]int{n, one + 1}, rate*s.First)
			to([2]int{n, one}, rate*(1-s.First))
		}
		end := func(one int, rate float64) {
			if n > c {
				begin(n-1, one, rate)
			} else {
				to([2]int{n - 1, one}, rate)
			}
		}
		switch {
		case n < c:
			begin(n+1, one, lambda)
		case n < top:
			to([2]int{n + 1, one}, lambda)
		}
		if s.Then {
			to([2]int{n, one - 1}, float64(one)*s.RateOne)
		} else if one > 0 {
			end(one-1, float64(one)*s.RateOne)
		}
		if two := min(n, c) - one; two > 0 {
			end(one, float64(two)*s.RateTwo)
		}
	})
}

// MPhcWait is the mean wait in M/Ph/c.
func MPhcWait(lambda float64, s Phases, c, top int) float64 {
	return MPhc(lambda, s, c, top).Mean(func(x [2]int) float64 { return float64(max(0, x[0]-c)) }) / lambda
}
