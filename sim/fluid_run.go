package sim

import (
	"math"
	"time"

	"headroom/histogram"
)

// A chronicle keeps the waits of a whole run in constant memory, by the slowdown that the services met. Exponential tails are
// kept by their mean and unfolded at the end; the latency is then the waits convolved with the service law, once.
type chronicle struct {
	law        *lawTable
	kinds      []kind
	cutWait    histogram.Histogram // of portions whose services are cut short by a timeout
	cutLatency histogram.Histogram
	mass       float64
	wait, serv float64 // Σ, seconds
}

// kind is the waits before services that took factor times what the law says.
type kind struct {
	factor float64
	wait   histogram.Histogram
	tail   histogram.Histogram // of the means of tails from 0 on
}

// mostKinds bounds the memory of slowdowns.
const mostKinds = 32

// add takes in what a minute has seen, but for what was put in at once.
func (c *chronicle) add(w *waits) {
	c.mass += w.mass
	c.wait += w.wait
	c.serv += w.serv
	for i := range w.list {
		if p := &w.list[i]; !p.atOnce() {
			c.put(p)
		}
	}
}

// atOnce says whether a portion is put into a chronicle when it begins: waits for a backlog differ from piece to piece, and a
// minute keeps them more coarsely than a run.
func (p *portion) atOnce() bool { return p.wait > 0 && math.IsInf(p.cut, 1) }

// put takes in one portion.
func (c *chronicle) put(p *portion) {
	if !math.IsInf(p.cut, 1) {
		c.addCut(p)
		return
	}
	k := c.kind(p.factor)
	spread := p.chance * p.mass
	if p.more > 0 && p.wait == 0 {
		k.wait.AddN(0, p.mass-spread)
		k.tail.AddN(nanosOf(p.more), spread)
		return
	}
	if math.Abs(p.more) < 0.002*p.wait {
		k.wait.AddN(nanosOf(p.meanWait()), p.mass)
		return
	}
	if spread < p.mass {
		k.wait.AddN(nanosOf(p.wait), p.mass-spread)
	}
	for j, e := range grades {
		k.wait.AddN(nanosOf(max(0, p.wait+p.more*e)), spread*gradeMasses[j])
	}
}

// addCut takes in a portion with services up to a bound only.
func (c *chronicle) addCut(p *portion) {
	for j, e := range grades {
		wait, mass := p.wait, p.mass*gradeMasses[j]
		if p.chance > 0 {
			c.cutWait.AddN(nanosOf(max(0, p.wait+p.more*e)), mass*p.chance)
		}
		c.cutWait.AddN(nanosOf(wait), mass*(1-p.chance))
	}
	if p.chance*math.Abs(p.more) < 0.002*(p.wait+p.factor*c.law.mean) {
		c.cutServices(p, p.meanWait(), p.mass, 250)
		return
	}
	whole, shares := 0.0, make([]float64, len(grades)+1) // of each wait, those whose services end in time
	of := func(j int) (wait, mass float64) {
		if j == len(grades) {
			return p.wait, 1 - p.chance
		}
		return max(0, p.wait+p.more*grades[j]), p.chance * gradeMasses[j]
	}
	for j := range shares {
		wait, mass := of(j)
		shares[j] = mass * c.law.cdf((p.last()-wait)/p.factor)
		whole += shares[j]
	}
	for j, share := range shares {
		if wait, _ := of(j); share > 0 {
			c.cutServices(p, wait, p.mass*share/whole, 60)
		}
	}
	if whole <= 0 {
		c.cutServices(p, p.meanWait(), p.mass, 1)
	}
}

// cutServices adds latencies of one wait with the services that end before the last of a portion.
func (c *chronicle) cutServices(p *portion, wait, mass float64, points int) {
	cut := max(0, p.last()-wait) / p.factor
	whole := c.law.cdf(cut)
	for j := range points {
		x := cut
		if whole > 0 {
			x = min(x, c.law.quantile(whole*(float64(j)+0.5)/float64(points)))
		}
		c.cutLatency.AddN(nanosOf(wait+p.factor*x), mass/float64(points))
	}
}

func (c *chronicle) kind(factor float64) *kind {
	nearest, gap := -1, math.Inf(1)
	for i := range c.kinds {
		if d := math.Abs(c.kinds[i].factor - factor); d < gap {
			nearest, gap = i, d
		}
	}
	if nearest >= 0 && (gap <= 0.005*factor || len(c.kinds) >= mostKinds) {
		return &c.kinds[nearest]
	}
	c.kinds = append(c.kinds, kind{factor: factor})
	return &c.kinds[len(c.kinds)-1]
}

// summaries are wait and latency of a number of served requests.
func (c *chronicle) summaries(served int64) (wait, latency Summary) {
	wait = Summary{Count: served, Max: -1, Samples: &histogram.Histogram{}}
	latency = Summary{Count: served, Max: -1, Samples: &histogram.Histogram{}}
	if served == 0 || c.mass <= 0 {
		return wait, latency
	}
	wait.Mean = c.wait / c.mass * 1e9
	latency.Mean = (c.wait + c.serv) / c.mass * 1e9
	for i := range c.kinds {
		k := &c.kinds[i]
		k.unfold()
		wait.Samples.Merge(&k.wait)
		c.convolve(latency.Samples, k)
	}
	wait.Samples.Merge(&c.cutWait)
	latency.Samples.Merge(&c.cutLatency)
	return wait, latency
}

// unfold makes waits of the tails; means within 3 % of one another go together.
func (k *kind) unfold() {
	first, sum, mass := 0.0, 0.0, 0.0
	k.tail.Each(func(d time.Duration, weight float64) {
		if mean := d.Seconds(); mean > 1.03*first {
			exponential(&k.wait, sum, mass)
			first, sum, mass = mean, 0, 0
		}
		sum += weight * d.Seconds()
		mass += weight
	})
	exponential(&k.wait, sum, mass)
}

// exponential adds an exponential law to a histogram, in intervals as fine as its buckets; sum is mean × mass.
func exponential(h *histogram.Histogram, sum, mass float64) {
	if mass <= 0 {
		return
	}
	const ratio = 1.0055 // 126 to the octave
	mean, low := sum/mass, 1.0
	x := mean / 1000
	for above := math.Exp(-x / mean); low > 1e-9; above = math.Exp(-x / mean) {
		h.AddN(nanosOf(x/(1+(ratio-1)/2)), mass*(low-above))
		low, x = above, x*ratio
	}
	h.AddN(nanosOf(x), mass*low)
}

// convolve adds waits and services of one kind. Waits that are close, as seen from a latency, go together.
func (c *chronicle) convolve(h *histogram.Histogram, k *kind) {
	least := c.law.fine.points[0] * k.factor
	group, mass, from, much := 0.0, 0.0, 0.0, 0.02*k.wait.Count()
	flush := func() {
		if mass <= 0 {
			return
		}
		services := &c.law.coarse // many groups lie side by side: their points fill one another's gaps
		if mass > much {
			services = &c.law.fine
		}
		for i, x := range services.points {
			h.AddN(nanosOf(group/mass+k.factor*x), mass*services.masses[i])
		}
		group, mass = 0, 0
	}
	k.wait.Each(func(d time.Duration, weight float64) {
		x := d.Seconds()
		if x-from > 0.003*(from+least) {
			flush()
			from = x
		}
		group += x * weight
		mass += weight
	})
	flush()
}

// deposit adds the latencies of some portions to a histogram, coarsely: what a policy sees of a period.
func (w *waits) deposit(h *histogram.Histogram) {
	services := &w.law.coarse
	for i := range w.list {
		p := &w.list[i]
		whole := w.law.cdf(p.cut)
		at := func(wait, mass float64) {
			for j, x := range services.points {
				if x > p.cut && j > 0 {
					break
				}
				h.AddN(nanosOf(wait+p.factor*min(x, p.cut)), mass*services.masses[j]/whole)
			}
		}
		if whole <= 0 || p.chance*math.Abs(p.more) < 0.01*(p.wait+w.law.mean*p.factor) {
			whole = max(whole, services.masses[0])
			at(p.meanWait(), p.mass)
			continue
		}
		at(p.wait, p.mass*(1-p.chance))
		for j, e := range grades {
			at(max(0, p.wait+p.more*e), p.mass*p.chance*gradeMasses[j])
		}
	}
}
