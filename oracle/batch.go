package oracle

import "math"

// Batching is a server that takes all who wait, at most Cap at once (0: any number), and needs Alpha·b + Fixed for b of them.
// Arrivals are Poisson. Solved as the chain of the number waiting when the server is free again; E[latency] =
// (E[bτ] + λE[τ²]/2 + E[(q−b)τ]) ÷ E[b].
type Batching struct {
	Lambda, Alpha, Fixed float64
	Cap                  int
}

// Latency is the mean time from arrival to completion; top is where the number waiting is cut.
func (b Batching) Latency(top int) float64 {
	size := func(q int) int {
		if q = max(q, 1); b.Cap > 0 {
			q = min(q, b.Cap)
		}
		return q
	}
	tau := func(n int) float64 { return b.Alpha*float64(n) + b.Fixed }
	law := Solve(1, func(q int) int { return q }, func(q int, to func(int, float64)) {
		n := size(q)
		m := b.Lambda * tau(n)
		for k := 0; k <= int(m+14*math.Sqrt(m))+30; k++ {
			to(min(max(q, 1)-n+k, top), poisson(k, m))
		}
	})
	of := func(f func(n, left float64) float64) float64 {
		return law.Mean(func(q int) float64 { return f(float64(size(q)), float64(max(q, 1)-size(q))) })
	}
	each := func(n float64) float64 { return tau(int(n)) }
	return of(func(n, left float64) float64 {
		return n*each(n) + b.Lambda*each(n)*each(n)/2 + left*each(n)
	}) / of(func(n, _ float64) float64 { return n })
}

// Bound is Inoue's upper bound of the mean latency without a cap, the lower of φ₀ and φ₁ (2021, arXiv 1912.06322).
func (b Batching) Bound() float64 {
	la, lt := b.Lambda*b.Alpha, b.Lambda*b.Fixed
	one := 1.5*b.Fixed/(1-la) + b.Alpha/2*(la+2)/(1-la*la)
	zero := (b.Alpha + b.Fixed) / (2 * (1 - la)) * (1 + 2*lt + (1-lt)/(1+la))
	return math.Min(zero, one)
}

// Former closes a batch at Size items or Timeout after its first, whichever is first; nothing ever blocks behind it.
type Former struct {
	Lambda, Timeout float64
	Size            int
}

// Batch is the mean number of items in a batch: 1 + Σ_{k=1}^{size−1} P(N ≥ k), N Poisson(λ·timeout).
func (f Former) Batch() float64 {
	sum := 1.0
	for k := 1; k < f.Size; k++ {
		sum += poissonAbove(k-1, f.Lambda*f.Timeout)
	}
	return sum
}

// Wait is the mean time an item waits for its batch to close: Σ_{k=0}^{size−2} (1+k)·P(N > k) ÷ (λE[batch]).
func (f Former) Wait() float64 {
	sum := 0.0
	for k := 0; k <= f.Size-2; k++ {
		sum += float64(1+k) * poissonAbove(k, f.Lambda*f.Timeout)
	}
	return sum / (f.Lambda * f.Batch())
}

// PTimeout is the share of batches closed by the timeout: P(N ≤ size − 2).
func (f Former) PTimeout() float64 { return poissonUpTo(f.Size-2, f.Lambda*f.Timeout) }

// Decoding is an accelerator that makes one token for each of n running requests in Base + Each·n, at most Cap of them at once
// (0: any number; the rest wait). Requests come at λ with exponential numbers of tokens, Tokens on average: births at λ,
// deaths at n ÷ (tokens·τ(n)). Without a cap the mean holds for every law of tokens.
type Decoding struct {
	Lambda, Tokens, Base, Each float64
	Cap                        int
}

// Steady is the mean latency, the mean number running, and the mean time per token of a running request.
func (d Decoding) Steady() (latency, running, perToken float64) {
	room, top := d.Cap, 20_000
	if room == 0 {
		room = top
	}
	law := birthDeath(top, func(int) float64 { return d.Lambda }, func(n int) float64 {
		b := float64(min(n, room))
		return b / (d.Tokens * (d.Base + d.Each*b))
	})
	running = mean(law, func(n int) float64 { return float64(min(n, room)) })
	latency = mean(law, func(n int) float64 { return float64(n) }) / d.Lambda
	return latency, running, running / (d.Lambda * d.Tokens)
}
