package oracle

import "math"

// A Flash is a crowd that comes at once to a queue in balance, and capacity that comes late: M/M/c stationary at Before; at 0
// the rate is After, at Late there are More servers; one first-come queue. Arrivals are counted in (0, End].
type Flash struct {
	Before, After, Mu float64
	C, More           int
	Late, End         float64
	Limit             float64 // waits longer than this are counted
}

// FlashAnswer is what is expected of a Flash.
type FlashAnswer struct {
	Times   []float64 // of Present, equally spaced from 0 to End
	Present []float64 // E[in the system]
	Long    float64   // arrivals that wait longer than the limit
	Wait    float64   // arrivals that wait
	Waiting float64   // ∫ E[queue] dt: the time that all spend waiting until End
}

// Solve steps through time by uniformisation (Jensen 1953) in steps of step, which divides Late, End and Limit, and integrates by
// Simpson's rule between the instants at which something bends. One who comes at t and finds n ≥ c(t) waits longer than w if
// Poisson(μ∫c over (t, t+w]) plus the servers that come in it are at most n − c(t).
func (f Flash) Solve(step float64, top int) (a FlashAnswer) {
	p := birthDeath(top+1, func(int) float64 { return f.Before }, func(n int) float64 { return float64(min(n, f.C)) * f.Mu })
	u := newUniform(f.After, f.Mu, step, f.More, top)
	at := func(x float64) int { return int(math.Round(x / step)) }
	steps, late, limit := at(f.End), at(f.Late), at(f.Limit)
	// Between these instants all is smooth: nobody who comes now will see the new servers within the limit, some will, all are there.
	pieces := [3]piece{{to: late - limit, c: f.C}, {from: late - limit, to: late, c: f.C, come: f.More - f.C}, {from: late, to: steps, c: f.More}}
	for s := 0; s <= steps; s++ {
		a.Times = append(a.Times, float64(s)*step)
		a.Present = append(a.Present, mean(p, func(n int) float64 { return float64(n) }))
		for i := range pieces {
			if x := &pieces[i]; x.from <= s && s <= x.to {
				served := float64(x.c) * float64(limit)
				if x.come > 0 {
					served += float64(x.come * (s + limit - late))
				}
				x.add(p, f.Mu*served*step)
			}
		}
		if s < late {
			u.advance(p, f.C)
		} else if s < steps {
			u.advance(p, f.More)
		}
	}
	for _, x := range pieces {
		a.Long += f.After * simpson(x.long, step)
		a.Wait += f.After * simpson(x.wait, step)
		a.Waiting += simpson(x.queue, step)
	}
	return a
}

// A piece is a stretch of steps: the chance of an arrival to wait longer than the limit, to wait at all, and E[queue], at each.
type piece struct {
	from, to          int
	c                 int // servers
	come              int // more servers within the limit
	long, wait, queue []float64
}

// add looks at the law at one step; served is the mean number that c servers, and those to come, complete within the limit.
func (x *piece) add(p []float64, served float64) {
	long, wait, queue, chance := 0.0, 0.0, 0.0, 0.0
	for n := x.c; n < len(p); n++ {
		if chance < 1-1e-15 {
			chance = math.Min(1, chance+poisson(n-x.c-x.come, served))
		}
		long += p[n] * chance
		wait += p[n]
		queue += p[n] * float64(n-x.c)
	}
	x.long, x.wait, x.queue = append(x.long, long), append(x.wait, wait), append(x.queue, queue)
}

// simpson is the integral of equally spaced values; with an odd number of pieces the last three are by the 3/8 rule.
func simpson(y []float64, h float64) float64 {
	n := len(y) - 1
	sum := 0.0
	if n%2 == 1 && n >= 3 {
		sum += 3 * h / 8 * (y[n-3] + 3*y[n-2] + 3*y[n-1] + y[n])
		n -= 3
	}
	for i := 0; i+2 <= n; i += 2 {
		sum += h / 3 * (y[i] + 4*y[i+1] + y[i+2])
	}
	return sum
}

// uniform advances a birth and death chain by a fixed time: jumps at a rate Λ above all others, Poisson many of them.
type uniform struct {
	lambda, mu, rate float64
	weights          []float64
	term, next       []float64
}

func newUniform(lambda, mu, step float64, most, top int) *uniform {
	u := &uniform{lambda: lambda, mu: mu, rate: lambda + mu*float64(most), term: make([]float64, top+1), next: make([]float64, top+1)}
	m := u.rate * step
	for k := 0; k <= int(m+12*math.Sqrt(m))+12; k++ {
		u.weights = append(u.weights, poisson(k, m))
	}
	return u
}

func (u *uniform) advance(p []float64, c int) {
	low, high := 0, len(p)-1
	for high > 0 && p[high] < 1e-30 {
		high--
	}
	for low < high && p[low] < 1e-30 {
		low++
	}
	low, high = max(0, low-len(u.weights)), min(len(p)-1, high+len(u.weights))
	copy(u.term, p)
	clear(u.next)
	clear(p)
	for k, w := range u.weights {
		for n := low; n <= high; n++ {
			p[n] += w * u.term[n]
		}
		if k == len(u.weights)-1 {
			break
		}
		for n := low; n <= high; n++ {
			stay := u.rate - float64(min(n, c))*u.mu
			in := 0.0
			if n > 0 {
				in += u.term[n-1] * u.lambda
			}
			if n < len(p)-1 {
				stay -= u.lambda
				in += u.term[n+1] * float64(min(n+1, c)) * u.mu
			}
			u.next[n] = (in + u.term[n]*stay) / u.rate
		}
		u.term, u.next = u.next, u.term
	}
}
