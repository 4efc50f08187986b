// Package oracle knows the exact answers: what queueing theory says of stationary and of suddenly changing systems, so that a
// simulation can be held against it. It knows nothing of the simulator and shares no code with it.
//
// Rates are per second, times are in seconds (any other unit will do as long as it is one), probabilities and shares are
// 0…1. λ is the arrival rate, μ the rate of one server, a = λ/μ the offered load in erlangs, c the number of servers and
// ρ = a/c the load; W is the wait before service, T = W + service, L the number in the system. Arrivals are Poisson and
// queues first come, first served unless a comment says otherwise. Functions do not check their arguments: a load at which
// there is no steady state gives Inf, NaN or nonsense.
//
// Where a closed form exists it is used; the rest is solved as a finite Markov chain (chain.go), cut where less than 1e-12 of
// the probability lies beyond.
package oracle

import "math"

// ErlangB is the probability that all c servers are busy when those who find none free leave:
// B(0) = 1, B(k) = a·B(k−1) ÷ (k + a·B(k−1)). It holds for every law of service times (Erlang 1917; Sevastyanov 1957).
func ErlangB(c int, a float64) float64 {
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b
}

// ErlangC is the probability of having to wait in M/M/c: C = B ÷ (1 − ρ(1 − B)) (Erlang 1917; Cooper 1981).
func ErlangC(c int, a float64) float64 {
	b := ErlangB(c, a)
	return b / (1 - a/float64(c)*(1-b))
}

// Staff is the least number of servers at which at most the share of customers waits in M/M/c with a erlangs of load.
func Staff(a, share float64) int {
	c := int(a) + 1
	for ErlangC(c, a) > share {
		c++
	}
	return c
}

// MMc is M/M/c: Poisson arrivals, exponential services, one queue (Cooper 1981, chapter 3).
type MMc struct {
	Lambda, Mu float64
	C          int
}

// spare is η = cμ − λ, the rate at which a queue of waiting customers is worked off.
func (m MMc) spare() float64 { return float64(m.C)*m.Mu - m.Lambda }

// Load is ρ: the utilisation of the servers.
func (m MMc) Load() float64 { return m.Lambda / m.Mu / float64(m.C) }

// PWait is the probability of waiting, Erlang's C.
func (m MMc) PWait() float64 { return ErlangC(m.C, m.Lambda/m.Mu) }

// Wait is the mean wait of all: C ÷ η.
func (m MMc) Wait() float64 { return m.PWait() / m.spare() }

// WaitSD is the standard deviation of the wait: √(2C/η² − (C/η)²).
func (m MMc) WaitSD() float64 {
	c := m.PWait()
	return math.Sqrt(2*c-c*c) / m.spare()
}

// Response is the mean time from arrival to completion.
func (m MMc) Response() float64 { return m.Wait() + 1/m.Mu }

// WaitTail is P(W > t) = C·e^(−ηt).
func (m MMc) WaitTail(t float64) float64 { return m.PWait() * math.Exp(-m.spare()*t) }

// WaitQuantile is the smallest t with P(W ≤ t) ≥ p: ln(C ÷ (1 − p)) ÷ η, 0 where at least p do not wait.
func (m MMc) WaitQuantile(p float64) float64 {
	return math.Max(0, math.Log(m.PWait()/(1-p))/m.spare())
}

// ResponseTail is P(T > t) = e^(−μt)·(1 + Cμ(1 − e^(−(η−μ)t)) ÷ (η − μ)), its limit where η = μ.
func (m MMc) ResponseTail(t float64) float64 {
	d, grown := m.spare()-m.Mu, t
	if d != 0 {
		grown = -math.Expm1(-d*t) / d
	}
	return math.Exp(-m.Mu*t) * (1 + m.PWait()*m.Mu*grown)
}

// ResponseQuantile is the smallest t with P(T ≤ t) ≥ p.
func (m MMc) ResponseQuantile(p float64) float64 {
	return quantile(func(t float64) float64 { return m.ResponseTail(t) }, p, 1/m.Mu)
}

// quantile finds where a falling tail reaches 1 − p, by doubling from a scale and then halving.
func quantile(tail func(float64) float64, p, scale float64) float64 {
	if tail(0) <= 1-p {
		return 0
	}
	low, high := 0.0, scale
	for tail(high) > 1-p {
		low, high = high, 2*high
	}
	for range 200 {
		mid := low + (high-low)/2
		if mid == low || mid == high {
			break
		}
		if tail(mid) > 1-p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// MMcK is M/M/c with at most K in the system, waiting and in service; who finds it full leaves. By the balance of births and
// deaths p(n) ∝ Π λ ÷ (min(k, c)·μ).
type MMcK struct {
	Lambda, Mu float64
	C, K       int
}

func (m MMcK) states() []float64 {
	return birthDeath(m.K+1, func(int) float64 { return m.Lambda }, func(n int) float64 { return float64(min(n, m.C)) * m.Mu })
}

// Block is the share of arrivals that find the system full.
func (m MMcK) Block() float64 { return m.states()[m.K] }

// Present is E[L], the mean number in the system.
func (m MMcK) Present() float64 { return mean(m.states(), func(n int) float64 { return float64(n) }) }

// Wait is the mean wait of those who come in: E[queue] ÷ (λ(1 − block)).
func (m MMcK) Wait() float64 {
	p := m.states()
	queue := mean(p, func(n int) float64 { return float64(max(0, n-m.C)) })
	return queue / (m.Lambda * (1 - p[m.K]))
}

// PWait is the share of those who come in and have to wait.
func (m MMcK) PWait() float64 {
	p := m.states()
	waits := mean(p, func(n int) float64 {
		if n >= m.C && n < m.K {
			return 1
		}
		return 0
	})
	return waits / (1 - p[m.K])
}

// Busy is the utilisation of the servers: λ(1 − block) ÷ (cμ).
func (m MMcK) Busy() float64 { return m.Lambda * (1 - m.Block()) / (float64(m.C) * m.Mu) }

// birthDeath is the stationary law on 0…n−1 of a chain that goes up at rate up(k) and down at rate down(k).
func birthDeath(n int, up, down func(int) float64) []float64 {
	p := make([]float64, n)
	p[0] = 1
	sum := 1.0
	for k := 1; k < n; k++ {
		p[k] = p[k-1] * up(k-1) / down(k)
		sum += p[k]
		if p[k] > 1e200 { // keep within range
			for j := range p[:k+1] {
				p[j] /= 1e200
			}
			sum /= 1e200
		}
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}

// mean is E[f] under a law on 0…n−1.
func mean(p []float64, f func(int) float64) float64 {
	sum := 0.0
	for n, q := range p {
		sum += q * f(n)
	}
	return sum
}

// HalfinWhitt is the limit of the probability of waiting in M/M/c with c = a + β√a servers as a grows:
// [1 + βΦ(β) ÷ φ(β)]⁻¹ (Halfin and Whitt 1981).
func HalfinWhitt(beta float64) float64 { return 1 / (1 + beta*normCDF(beta)/normPDF(beta)) }

// Garnett is the limit of the probability of waiting in M/M/c+M with c = a + β√a, r = θ/μ:
// [1 + √r·h(β/√r) ÷ h(−β)]⁻¹ with the hazard h of the normal law (Garnett, Mandelbaum and Reiman 2002).
func Garnett(beta, r float64) float64 {
	h := func(x float64) float64 { return normPDF(x) / normCDF(-x) }
	return 1 / (1 + math.Sqrt(r)*h(beta/math.Sqrt(r))/h(-beta))
}

func normPDF(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
func normCDF(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// logFactorial is ln n!.
func logFactorial(n int) float64 {
	v, _ := math.Lgamma(float64(n) + 1)
	return v
}

// poisson is P(N = n) for a Poisson number with mean m.
func poisson(n int, m float64) float64 {
	if n < 0 {
		return 0
	}
	if m == 0 {
		return map[bool]float64{true: 1, false: 0}[n == 0]
	}
	return math.Exp(float64(n)*math.Log(m) - m - logFactorial(n))
}

// poissonUpTo is P(N ≤ n).
func poissonUpTo(n int, m float64) float64 {
	sum := 0.0
	for k := 0; k <= n; k++ {
		sum += poisson(k, m)
	}
	return math.Min(sum, 1)
}

// poissonAbove is P(N > n), summed from the tail so that small ones keep their digits.
func poissonAbove(n int, m float64) float64 {
	sum := 0.0
	for k := n + 1; ; k++ {
		p := poisson(k, m)
		sum += p
		if float64(k) > m && p < 1e-18*sum || p == 0 && float64(k) > m {
			return sum
		}
	}
}
