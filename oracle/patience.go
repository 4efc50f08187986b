package oracle

import "math"

// Patience is what becomes of customers who may give up while they wait; once in service they stay.
type Patience struct {
	Abandon    float64 // share that gives up
	PWait      float64 // share that does not get a server at once
	Wait       float64 // mean time in the queue of all, those who give up included
	WaitServed float64 // mean wait of those who are served
}

// ErlangA is M/M/c+M: each customer's patience is exponential with rate θ. Births at λ, deaths at min(n, c)μ + max(n−c, 0)θ;
// P(give up) = θE[queue] ÷ λ (Palm 1946). E[W; served] is that of one who finds n: he moves up at rate
// cμ + jθ with j ahead or himself, and is served before he gives up with probability Π.
func ErlangA(lambda, mu, theta float64, c int) Patience {
	var law []float64
	top := c + 200
	for ; law == nil || law[top-1] > 1e-18; top *= 2 {
		law = birthDeath(2*top, func(int) float64 { return lambda },
			func(n int) float64 { return float64(min(n, c))*mu + float64(max(0, n-c))*theta })
	}
	queue := mean(law, func(n int) float64 { return float64(max(0, n-c)) })
	p := Patience{Abandon: theta * queue / lambda, Wait: queue / lambda}
	served, wait := 0.0, 0.0
	// Of one with k ahead in the queue: the chance to be served, and E[wait; served]. First step of the next event.
	chance, time := 1.0, 0.0
	for n := 0; n < top; n++ {
		if n < c {
			served += law[n]
			continue
		}
		p.PWait += law[n]
		k := float64(n - c)
		rate := float64(c)*mu + (k+1)*theta
		on := (float64(c)*mu + k*theta) / rate
		time = on * (time + chance/rate)
		chance *= on
		served += law[n] * chance
		wait += law[n] * time
	}
	p.WaitServed = wait / served
	return p
}

// FixedPatience is M/M/c+D: every client gives up after waiting exactly τ. With g = λ − cμ, J = (e^(gτ) − 1)/g + e^(gτ)/(cμ),
// ε = Σ_{j<c} a^j/j! ÷ (a^(c−1)/(c−1)!): P(wait) = λJ ÷ (ε + λJ), P(give up) = (1 + gJ) ÷ (ε + λJ), E[W] = λJ_H ÷ (ε + λJ)
// with J_H = ∫min(x, τ)e^(g·min(x, τ) − cμ(x−τ)⁺)dx (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum 2005).
func FixedPatience(lambda, mu, tau float64, c int) Patience {
	g, all := lambda-float64(c)*mu, float64(c)*mu
	grown := math.Exp(g * tau)
	j, jh := tau, tau*tau/2
	if g != 0 {
		j = math.Expm1(g*tau) / g
		jh = (tau*grown - j) / g
	}
	j += grown / all
	jh += tau * grown / all
	epsilon, term := 0.0, 1.0
	for k := c - 1; k >= 0; k-- {
		epsilon += term
		term *= float64(k) * mu / lambda
	}
	below := epsilon + lambda*j
	p := Patience{Abandon: (1 + g*j) / below, PWait: lambda * j / below, Wait: lambda * jh / below}
	p.WaitServed = (p.Wait - p.Abandon*tau) / (1 - p.Abandon)
	return p
}

// Retries is what becomes of requests whose client gives up on an attempt after τ and tries again, up to attempts tries, on
// so many servers that none ever waits. Services are exponential with rate μ, each try has its own; the fate of a try is
// P(give up) = e^(−μτ), whatever else happens.
type Retries struct {
	Mu, Tau  float64
	Attempts int
	Backoff  float64 // mean pause before try 2; it doubles with every try
}

func (r Retries) giveUp() float64 { return math.Exp(-r.Mu * r.Tau) }

// Failed is the share of requests of which every try failed: p^attempts.
func (r Retries) Failed() float64 { return math.Pow(r.giveUp(), float64(r.Attempts)) }

// PerRequest is the mean number of tries of a request: (1 − p^attempts) ÷ (1 − p).
func (r Retries) PerRequest() float64 { return (1 - r.Failed()) / (1 - r.giveUp()) }

// Latency is the mean time from the first arrival to the completion, of those that are served: of one served at try k it is
// (k−1)τ, the pauses, and a service that ended before τ.
func (r Retries) Latency() float64 {
	p := r.giveUp()
	last := 1/r.Mu - r.Tau*p/(1-p)
	sum, chance, before := 0.0, 1-p, 0.0
	for k := 1; k <= r.Attempts; k++ {
		sum += chance * (before + last)
		chance *= p
		before += r.Tau + r.Backoff*math.Exp2(float64(k-1))
	}
	return sum / (1 - r.Failed())
}

// Busy is the mean number of servers at work at λ requests per second: those given up on go on to their end unless dropped.
func (r Retries) Busy(lambda float64, dropped bool) float64 {
	each := 1 / r.Mu
	if dropped {
		each = (1 - r.giveUp()) / r.Mu
	}
	return lambda * r.PerRequest() * each
}

// ServiceLost is the chance that an exponential service of rate μ ends by the failure of its machine, which fails at rate ξ.
func ServiceLost(mu, xi float64) float64 { return xi / (mu + xi) }

// Availability of a machine that lives up on average and is down on average, whatever the laws: up ÷ (up + down).
func Availability(up, down float64) float64 { return up / (up + down) }
