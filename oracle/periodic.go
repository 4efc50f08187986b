package oracle

import "math"

// Wave is an arrival rate mean + amplitude·sin(2πt ÷ period).
type Wave struct{ Mean, Amplitude, Period float64 }

func (w Wave) omega() float64 { return 2 * math.Pi / w.Period }

// Rate at t.
func (w Wave) Rate(t float64) float64 { return w.Mean + w.Amplitude*math.Sin(w.omega()*t) }

// Endless is E[in service] at t with servers without number, after many periods:
// λ̄/μ + A(μ sin ωt − ω cos ωt) ÷ (μ² + ω²) (Eick, Massey and Whitt 1993).
func (w Wave) Endless(mu, t float64) float64 {
	o := w.omega()
	return w.Mean/mu + w.Amplitude*(mu*math.Sin(o*t)-o*math.Cos(o*t))/(mu*mu+o*o)
}

// EndlessAmplitude is how far E[in service] swings around its mean: A ÷ √(μ² + ω²).
func (w Wave) EndlessAmplitude(mu float64) float64 { return w.Amplitude / math.Hypot(mu, w.omega()) }

// EndlessLag is how long after the arrivals it peaks: atan(ω/μ) ÷ ω.
func (w Wave) EndlessLag(mu float64) float64 { return math.Atan(w.omega()/mu) / w.omega() }

// Periodic is the mean wait and the share of those who wait, over the arrivals of a period of M_t/M/c after many periods. The
// forward equations are integrated by Runge and Kutta's method of fourth order in steps of step, up to top in the system, until
// a period repeats the one before to 1e-12.
func (w Wave) Periodic(mu float64, c, top int, step float64) (wait, pWait float64) {
	p := birthDeath(top+1, func(int) float64 { return w.Mean }, func(n int) float64 { return float64(min(n, c)) * mu })
	steps := int(math.Ceil(w.Period / step))
	h := w.Period / float64(steps)
	flow := func(out, p []float64, t float64) { births(out, p, w.Rate(t), mu, c) }
	k := [5][]float64{}
	for i := range k {
		k[i] = make([]float64, top+1)
	}
	for last := math.Inf(1); ; {
		wait, pWait = 0, 0
		for s := range steps {
			t := float64(s) * h
			weight := w.Rate(t) / w.Mean / float64(steps) // over a whole period the plain sum is exact for smooth functions
			for n := c; n <= top; n++ {
				wait += weight * p[n] * float64(n-c+1) / (float64(c) * mu)
				pWait += weight * p[n]
			}
			rungeKutta(p, k, t, h, flow)
		}
		if math.Abs(wait-last) < 1e-12*wait {
			return wait, pWait
		}
		last = wait
	}
}

// births is the forward equation of a birth and death chain: out = dp/dt.
func births(out, p []float64, lambda, mu float64, c int) {
	top := len(p) - 1
	for n := range p {
		flow := 0.0
		if n > 0 {
			flow += p[n-1]*lambda - p[n]*float64(min(n, c))*mu
		}
		if n < top {
			flow += p[n+1]*float64(min(n+1, c))*mu - p[n]*lambda
		}
		out[n] = flow
	}
}

// rungeKutta takes one step of length h from t.
func rungeKutta(p []float64, k [5][]float64, t, h float64, flow func(out, p []float64, t float64)) {
	mid := k[4]
	at := func(d []float64, by float64) []float64 {
		for n := range p {
			mid[n] = p[n] + by*d[n]
		}
		return mid
	}
	flow(k[0], p, t)
	flow(k[1], at(k[0], h/2), t+h/2)
	flow(k[2], at(k[1], h/2), t+h/2)
	flow(k[3], at(k[2], h), t+h)
	for n := range p {
		p[n] += h / 6 * (k[0][n] + 2*k[1][n] + 2*k[2][n] + k[3][n])
	}
}
