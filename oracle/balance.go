package oracle

import "math"

// PowerOfChoices is the mean response as the number of servers grows without bound, each offered λ < μ, where every arrival
// joins the shortest of d random queues: Σ_{i ≥ 1} ρ^((d^i − d)/(d − 1)) ÷ μ (Vvedenskaya et al. 1996; Mitzenmacher 1996).
func PowerOfChoices(d int, rho float64) float64 {
	sum, exponent, step := 0.0, 0.0, 1.0
	for {
		term := math.Pow(rho, exponent)
		sum += term
		if term < 1e-18 {
			return sum
		}
		step *= float64(d)
		exponent += step
	}
}

// queues are the numbers at up to four servers, descending; unused places are 0.
type queues [4]int16

// ShortestQueue is the mean response of n ≤ 4 servers with queues of their own, load ρ each and μ = 1, where every arrival
// looks at d different queues and joins the shortest of them (ties at random). The chain of sorted queue lengths is cut where
// a queue is longer than the shortest by apart, or the sum longer than top.
func ShortestQueue(n, d int, rho float64, apart, top int) float64 {
	lambda := rho * float64(n)
	law := Solve(queues{}, func(q queues) int { return sumOf(q) }, func(q queues, to func(queues, float64)) {
		if sumOf(q) < top {
			for i := range n { // the shortest looked at is the one at place i, longest first
				if next, ok := moved(q, n, i, 1, apart); ok {
					to(next, lambda*choose(i, d-1)/choose(n, d))
				} else {
					to(raised(q, n), lambda*choose(i, d-1)/choose(n, d))
				}
			}
		}
		for i := range n {
			if next, ok := moved(q, n, i, -1, apart); ok && q[i] > 0 {
				to(next, 1)
			}
		}
	})
	return law.Mean(func(q queues) float64 { return float64(sumOf(q)) }) / lambda
}

// raised puts one on the shortest queue.
func raised(q queues, n int) queues {
	out, _ := moved(q, n, n-1, 1, math.MaxInt16)
	return out
}

// moved is q with d more at place i, sorted; false if the queues are then too far apart.
func moved(q queues, n, i, d, apart int) (queues, bool) {
	q[i] += int16(d)
	for ; d > 0 && i > 0 && q[i-1] < q[i]; i-- {
		q[i-1], q[i] = q[i], q[i-1]
	}
	for ; d < 0 && i < n-1 && q[i+1] > q[i]; i++ {
		q[i+1], q[i] = q[i], q[i+1]
	}
	return q, int(q[0]-q[n-1]) <= apart
}

func sumOf(q queues) int { return int(q[0]) + int(q[1]) + int(q[2]) + int(q[3]) }

// choose is the binomial coefficient.
func choose(n, k int) float64 {
	if k < 0 || k > n {
		return 0
	}
	out := 1.0
	for i := 1; i <= k; i++ {
		out *= float64(n-k+i) / float64(i)
	}
	return out
}

// Sharing is M/G/1 with processor sharing: all present share the server equally. E[T] = E[S] ÷ (1 − ρ) for every law
// (Kleinrock 1967); the variances are those of exponential services (Ott 1984).
type Sharing struct{ Lambda, Mu float64 }

// ResponseSD is the standard deviation of the response: Var = ((2+ρ)/(2−ρ)) ÷ (μ(1−ρ))².
func (s Sharing) ResponseSD() float64 {
	rho := s.Lambda / s.Mu
	return math.Sqrt((2+rho)/(2-rho)) / (s.Mu * (1 - rho))
}

// VarianceGiven is the variance of the response of a request that needs x:
// 2ρx ÷ (μ(1−ρ)³) − 2ρ(1 − e^(−(1−ρ)μx)) ÷ (μ²(1−ρ)⁴).
func (s Sharing) VarianceGiven(x float64) float64 {
	rho := s.Lambda / s.Mu
	r := 1 - rho
	return 2*rho*x/(s.Mu*r*r*r) + 2*rho*math.Expm1(-r*s.Mu*x)/(s.Mu*s.Mu*r*r*r*r)
}

// Closed are N users who think for an exponential time of mean Z, then ask one of c servers. The law of how many ask is
// p(n) ∝ Π (N−k+1)/Z ÷ (min(k, c)μ). Throughput X is in requests per second, response R = N/X − Z exactly.
func Closed(users int, think, mu float64, c int) (throughput, response float64) {
	law := birthDeath(users+1, func(n int) float64 { return float64(users-n) / think },
		func(n int) float64 { return float64(min(n, c)) * mu })
	x := mean(law, func(n int) float64 { return float64(min(n, c)) * mu })
	return x, float64(users)/x - think
}

// Priorities are the mean waits of classes with arrival rates lambda, the first before the others, who do not interrupt:
// W_k = (C/(cμ)) ÷ ((1−σ_{k−1})(1−σ_k)), σ_k the load of classes 1…k (Cobham 1954).
func Priorities(lambda []float64, mu float64, c int) []float64 {
	all, sum := 0.0, 0.0
	for _, l := range lambda {
		all += l
	}
	first := ErlangC(c, all/mu) / (float64(c) * mu)
	var waits []float64
	for _, l := range lambda {
		before := 1 - sum/(float64(c)*mu)
		sum += l
		waits = append(waits, first/(before*(1-sum/(float64(c)*mu))))
	}
	return waits
}

// Breakdown is E[L] of M/M/1 whose server fails at rate ξ and is repaired at rate r, busy or not; the service goes on where it
// was: λ[(ξ+r)² + ξμ] ÷ ((ξ+r)(rμ − λ(ξ+r))) (White and Christie 1958).
func Breakdown(lambda, mu, fail, repair float64) float64 {
	s := fail + repair
	return lambda * (s*s + fail*mu) / (s * (repair*mu - lambda*s))
}

// Spot is the mean response of M/M/c whose servers each fail at rate ξ and are replaced at rate r, independently; who is
// interrupted goes back to the queue. The chain is {in the system, servers up}, up to a number in the system.
func Spot(lambda, mu, fail, repair float64, c, top int) float64 {
	law := Solve([2]int{0, c}, func(x [2]int) int { return x[0] }, func(x [2]int, to func([2]int, float64)) {
		n, up := x[0], x[1]
		if n < top {
			to([2]int{n + 1, up}, lambda)
		}
		if m := min(n, up); m > 0 {
			to([2]int{n - 1, up}, float64(m)*mu)
		}
		if up > 0 {
			to([2]int{n, up - 1}, float64(up)*fail)
		}
		if up < c {
			to([2]int{n, up + 1}, float64(c-up)*repair)
		}
	})
	return law.Mean(func(x [2]int) float64 { return float64(x[0]) }) / lambda
}

// Retrial is the mean number in orbit of M/M/c without a queue, where each who finds all servers busy tries again after
// exponential pauses of rate θ until he is served, and the share of first tries that find all busy. For c = 1 it is
// λρ ÷ (θ(1−ρ)) + ρ² ÷ (1−ρ) (Cohen 1957).
func Retrial(lambda, mu, theta float64, c, top int) (orbit, block float64) {
	law := Solve([2]int{}, func(x [2]int) int { return x[0] }, func(x [2]int, to func([2]int, float64)) {
		o, busy := x[0], x[1]
		switch {
		case busy < c:
			to([2]int{o, busy + 1}, lambda)
			if o > 0 {
				to([2]int{o - 1, busy + 1}, float64(o)*theta)
			}
		case o < top:
			to([2]int{o + 1, busy}, lambda)
		}
		if busy > 0 {
			to([2]int{o, busy - 1}, float64(busy)*mu)
		}
	})
	return law.Mean(func(x [2]int) float64 { return float64(x[0]) }), law.Share(func(x [2]int) bool { return x[1] == c })
}

// Modulated is the mean wait and the probability of waiting in MMPP2/M/c: arrivals are Poisson at rate[0] or rate[1], between
// which a switch flips at rate leave[0] and leave[1]. The chain is {in the system, switch}, up to a number in the system.
func Modulated(rate, leave [2]float64, mu float64, c, top int) (wait, pWait float64) {
	law := Solve([2]int{}, func(x [2]int) int { return x[0] }, func(x [2]int, to func([2]int, float64)) {
		n, s := x[0], x[1]
		if n < top {
			to([2]int{n + 1, s}, rate[s])
		}
		if n > 0 {
			to([2]int{n - 1, s}, float64(min(n, c))*mu)
		}
		to([2]int{n, 1 - s}, leave[s])
	})
	lambda := (rate[0]*leave[1] + rate[1]*leave[0]) / (leave[0] + leave[1])
	wait = law.Mean(func(x [2]int) float64 { return float64(max(0, x[0]-c)) }) / lambda
	return wait, law.Mean(func(x [2]int) float64 {
		if x[0] < c {
			return 0
		}
		return rate[x[1]]
	}) / lambda
}
