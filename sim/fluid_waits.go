package sim

import (
	"math"
	"time"
)

// A portion is a mass of attempts that begin service alike: after a wait (seconds, from the first arrival on), to which with
// probability chance a further exponential wait comes (more: its mean; below 0: it is taken off). Their services take factor
// times what the law says; those that would take longer than cut are not among them.
type portion struct {
	mass, wait, chance, more, factor, cut float64
}

// meanWait of a portion; no wait is shorter than none.
func (p *portion) meanWait() float64 {
	if p.more < 0 {
		return p.wait + p.chance*p.more*(1-math.Exp(p.wait/p.more))
	}
	return p.wait + p.chance*p.more
}

// waits are the portions that began service in a while, few of them: alike ones are put together.
type waits struct {
	law        *lawTable
	list       []portion
	mass       float64
	coarse     float64 // 0: portions are told apart as finely as ever
	wait, serv float64 // Σ mass × wait, Σ mass × service, seconds
	stray      float64 // Σ of what services took beyond that by chance
	sorted     []portion
	starts     []float64 // where the search for each quantile begins: where it was last
	steady     bool      // always the same quantiles are asked for
	known      portion   // then starts are its quantiles; mass 0: they are not
}

// mostPortions bounds the work at a minute's end.
const mostPortions = 64

// tails are exponential tails in intervals of even density: where they begin, in means.
var tails = func() (t []float64) {
	for survival := 1.0; survival > 2e-5; survival /= 1.5 {
		t = append(t, -math.Log(survival))
	}
	return t
}()

// grades are points that stand for an exponential law of mean 1, and their masses: conditional means of the intervals.
var grades, gradeMasses = func() (points, masses []float64) {
	for i := range tails {
		a, low := tails[i], math.Exp(-tails[i])
		if i+1 == len(tails) {
			return append(points, a+1), append(masses, low)
		}
		b, high := tails[i+1], math.Exp(-tails[i+1])
		points = append(points, ((a+1)*low-(b+1)*high)/(low-high))
		masses = append(masses, low-high)
	}
	return points, masses
}()

// add puts a portion in.
func (w *waits) add(p portion) {
	if p.mass <= 0 {
		return
	}
	w.mass += p.mass
	w.wait += p.mass * p.meanWait()
	service := w.law.mean
	if p.cut < w.law.most {
		service = w.law.upTo(p.cut)
	}
	w.serv += p.mass * p.factor * service
	for i := len(w.list) - 1; i >= max(0, len(w.list)-3); i-- {
		q := &w.list[i]
		if q.wait == p.wait && q.more == p.more && q.chance == p.chance && q.factor == p.factor && q.cut == p.cut {
			q.mass += p.mass
			return
		}
		if q.alike(&p, w.law.mean, w.coarse) {
			q.join(&p)
			return
		}
	}
	if len(w.list) >= mostPortions {
		w.thin()
	}
	w.list = append(w.list, p)
}

// thin puts neighbours of a sort together, and those to come too, up to twice as far apart as so far.
func (w *waits) thin() {
	w.coarse = 2*w.coarse + 1
	n, open := 0, [4]int{-1, -1, -1, -1}
	for i := range w.list {
		p := w.list[i]
		if o := &open[p.sort()]; *o >= 0 {
			w.list[*o].join(&p)
			*o = -1
		} else {
			w.list[n], *o = p, n
			n++
		}
	}
	w.list = w.list[:n]
}

// sort tells portions apart that are never put together: those that waited from those that did not, those whose services are cut
// short from the others.
func (p *portion) sort() (s int) {
	if p.wait > 0 {
		s = 1
	}
	if !math.IsInf(p.cut, 1) {
		s |= 2
	}
	return s
}

// alike says whether two portions may stand for one another; coarse is how often they are put together already.
func (p *portion) alike(q *portion, service, coarse float64) bool {
	return p.sort() == q.sort() && about(p.wait, q.wait, 0.003*(1+coarse), 0.002*service) && about(p.chance, q.chance, 0.03, 1e-4) &&
		about(p.more, q.more, 0.03, 0.001*service) && about(p.factor, q.factor, 0.01, 0) &&
		(p.cut == q.cut || about(p.cut, q.cut, 0.02, 0.002*service))
}

func about(a, b, relative, absolute float64) bool {
	d := a - b
	if d < 0 {
		d = -d
	}
	return d <= absolute || d <= relative*greater(greater(a, b), -a)+absolute
}

// join takes another portion in.
func (p *portion) join(q *portion) {
	sum := p.mass + q.mass
	a, b := p.mass/sum, q.mass/sum
	wait := a*p.chance*p.more + b*q.chance*q.more
	p.wait = a*p.wait + b*q.wait
	p.factor = a*p.factor + b*q.factor
	if chance := a*p.chance + b*q.chance; chance > 0 {
		p.chance, p.more = chance, wait/chance
	}
	if p.cut != q.cut {
		p.cut = a*p.cut + b*q.cut
	}
	p.mass = sum
}

// mean of the latencies, seconds.
func (w *waits) mean() float64 { return greater(0, w.wait+w.serv+w.stray) / w.mass }

func (w *waits) reset() {
	w.list, w.mass, w.coarse, w.wait, w.serv, w.stray = w.list[:0], 0, 0, 0, 0, 0
}

// waitShare is the share of a portion's waits of at most x.
func (p *portion) waitShare(x float64) float64 {
	switch {
	case p.more < 0 && p.chance > 0:
		if x >= p.wait {
			return 1
		}
		return p.chance * math.Exp((p.wait-x)/p.more)
	case x < p.wait:
		return 0
	case p.more <= 0 || p.chance <= 0:
		return 1
	}
	return 1 - p.chance*math.Exp((p.wait-x)/p.more)
}

// latencyShare is the share of a portion's latencies of at most x. Those served before a timeout are those whose wait and service
// together end before it: the latencies below a bound.
func (p *portion) latencyShare(l *lawTable, x float64) float64 {
	if math.IsInf(p.cut, 1) {
		return p.endedBy(l, x)
	}
	last := p.last()
	whole := p.endedBy(l, last)
	if whole <= 0 {
		return p.waitShare(x)
	}
	if x >= last {
		return 1
	}
	return p.endedBy(l, x) / whole
}

// last is the longest latency of a portion whose services are cut short.
func (p *portion) last() float64 { return p.meanWait() + p.factor*p.cut }

// endedBy is the share whose wait and service add up to at most x.
func (p *portion) endedBy(l *lawTable, x float64) float64 {
	t := x - p.wait
	size := math.Abs(p.more)
	switch {
	case p.chance*size < 1e-4*l.mean*p.factor:
		return l.cdf((t - p.chance*p.more) / p.factor)
	case size < 0.02*l.mean*p.factor:
		return (1-p.chance)*l.cdf(t/p.factor) + p.chance*l.cdf((t-p.more)/p.factor)
	}
	share := 0.0
	if p.chance < 1 {
		share = (1 - p.chance) * l.cdf(t/p.factor)
	}
	sum, scale := 0.0, p.factor/size
	last := l.below(t / p.factor)
	step := p.more / p.factor
	for i := 1; i < len(tails); i++ {
		at := t/p.factor - tails[i]*step
		next := 0.0
		if at > 0 {
			next = l.below(at)
		} else if step > 0 {
			sum += gradeMasses[i-1] * last * scale / (tails[i] - tails[i-1])
			return share + p.chance*sum
		}
		sum += gradeMasses[i-1] * math.Abs(last-next) * scale / (tails[i] - tails[i-1])
		last = next
	}
	sum += gradeMasses[len(tails)-1] * l.cdf(t/p.factor-(tails[len(tails)-1]+1)*step)
	return share + p.chance*sum
}

// waitQuantiles writes the quantiles of the waits, for shares that ascend.
func (w *waits) waitQuantiles(out []time.Duration, shares []float64) {
	list := w.list
	if len(list) == 1 && list[0].more >= 0 {
		p := &list[0]
		for i, q := range shares {
			x := p.wait
			if tail := 1 - q; tail < p.chance && p.more > 0 {
				x += p.more * math.Log(p.chance/max(tail, 1e-12))
			}
			out[i] = nanosOf(x)
		}
		return
	}
	zero := w.shareOf(list, 0, (*portion).waitShare)
	guess := 0.0
	for i, q := range shares {
		if q <= zero {
			out[i] = 0
			continue
		}
		guess = max(guess, w.search(q, guess, func(x float64) float64 { return w.shareOf(list, x, (*portion).waitShare) }))
		out[i] = nanosOf(guess)
	}
}

func (w *waits) shareOf(list []portion, x float64, of func(*portion, float64) float64) float64 {
	sum := 0.0
	for i := range list {
		sum += list[i].mass * of(&list[i], x)
	}
	return sum / w.mass
}

// quantiles writes the quantiles of wait and latency.
func (w *waits) quantiles(wait, latency []time.Duration, shares []float64) {
	if w.mass <= 0 {
		clear(wait)
		clear(latency)
		return
	}
	w.waitQuantiles(wait, shares)
	if w.law.constant { // latency is a wait that is longer
		plain := w.list
		w.sorted = append(w.sorted[:0], plain...)
		for i := range w.sorted {
			w.sorted[i].wait += w.sorted[i].factor * w.law.mean
		}
		w.list = w.sorted
		w.waitQuantiles(latency, shares)
		w.list = plain
		return
	}
	if len(w.starts) != len(shares) {
		w.starts = make([]float64, len(shares))
	}
	one := w.steady && len(w.list) == 1
	same := one && w.known.mass > 0 && w.known.same(&w.list[0])
	for i, q := range shares {
		if !same {
			w.starts[i] = w.search(q, w.starts[i], w.latencyAt)
		}
		if latency[i] = nanosOf(w.starts[i]); i > 0 {
			latency[i] = max(latency[i], latency[i-1])
		}
	}
	if !one {
		w.known.mass = 0
	} else if !same { // what it was searched for: a slow drift does not add up
		w.known = w.list[0]
	}
}

// same says whether two portions have the same quantiles.
func (p *portion) same(q *portion) bool {
	return about(p.wait, q.wait, 1e-4, 1e-12) && about(p.chance, q.chance, 1e-4, 1e-9) && about(p.more, q.more, 1e-4, 1e-12) &&
		about(p.factor, q.factor, 1e-4, 0) && (p.cut == q.cut || about(p.cut, q.cut, 1e-4, 0))
}

// latencyAt is the share of latencies of at most x.
func (w *waits) latencyAt(x float64) float64 {
	sum := 0.0
	for i := range w.list {
		sum += w.list[i].mass * w.list[i].latencyShare(w.law, x)
	}
	return sum / w.mass
}

// search finds x with share(x) = q to 0.1 %, from a guess: it brackets it, then goes by the secant and by halves in turn.
func (w *waits) search(q, guess float64, share func(float64) float64) float64 {
	if guess <= 0 {
		guess = w.law.mean
	}
	q = min(q, 1-1e-9)
	low, high := guess, guess
	a, b := share(guess), 0.0
	if b = a; a < q {
		for factor := 1.05; b < q && high < 1e12; factor = min(factor*factor, 8) {
			low, a = high, b
			high *= factor
			b = share(high)
		}
	} else {
		for factor := 1.05; a >= q && low > 1e-10; factor = min(factor*factor, 8) {
			high, b = low, a
			low /= factor
			a = share(low)
		}
		if a >= q {
			return low
		}
	}
	for i := 0; i < 60 && high-low > 0.001*high; i++ {
		x := low + (high-low)/2
		if i%2 == 0 && b > a {
			x = low + (high-low)*max(0.02, min(0.98, (q-a)/(b-a)))
		}
		if y := share(x); y < q {
			low, a = x, y
		} else {
			high, b = x, y
		}
	}
	if b > a {
		return low + (high-low)*min(1, (q-a)/(b-a))
	}
	return high
}

// nanosOf turns seconds into a duration.
func nanosOf(x float64) time.Duration {
	if x >= 9e9 {
		return math.MaxInt64
	}
	return time.Duration(x*1e9 + 0.5)
}
