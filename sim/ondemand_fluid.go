package sim

import (
	"context"
	"math"
	"time"

	"headroom/policy"
	"headroom/traffic"
)

// onDemandFluid is the engine of environments made on demand that lives rates instead of requests, in pieces of at most a second.
//
// How many environments a Poisson stream finds taken is Erlang's: the offered load a follows its rate with a lag of one holding time
// (a modified offered load), and B(k, a) is the share of attempts that find the first k of an ordered hunt taken. So the k-th
// environment is looked for at the rate λB(k−1, a), in clumps; a new clump begins at the rate γ, one over the mean time in which
// the number taken climbs from its average to k. An environment that no clump has met for `idle` is gone (its clumps in that
// window: W), and the next clump makes it anew: a cold start. The newest-first hunt is an ordered one: where one is made, all
// are taken, and then their order does not matter.
type onDemandFluid struct {
	ctx   context.Context
	cfg   *Service
	plan  *policy.OnDemand
	fleet *fleet
	law   *lawTable
	slow  *slow
	colds stand // the law of cold starts in a few points, seconds

	offered traffic.Volume
	now     clock
	pieces  int
	stopped error

	timeout   float64 // seconds; +Inf: none
	inService bool    // the timeout covers service too
	drop      bool
	coldMean  float64
	edge      clock
	factor    float64
	still     bool

	warm              int    // provisioned environments in service
	load              pools  // offered: what would be taken if there were no limit
	ready             pools  // the same, if no start took any time
	taken             pools  // what is taken
	begins, badBegins starts // of those that start
	bad               pools  // of it those whose clients will have given up
	ranks             []rank // environments made on demand, in the order of the hunt
	erl               []float64
	turn              clock // the windows' buckets turn at this instant
	every             clock
	bucket            int
	alive             float64 // environments made on demand that are there
	served            float64 // environments that serve, on average over a piece
	shown, waking     dither

	tries         *comebacks
	recent, model waits
	last          waits
	watched       bool
	samples       samples
	setups        samples
	setupMass     float64
	run           chronicle
	counts
	use                                    useOf
	beforeUse                              useOf
	warmBusyArea, warmAllArea, runningArea int64
	mostTaken                              float64
	debt                                   float64 // blocked so far beyond what is blocked on average
	spill                                  float64 // share of attempts that no provisioned environment takes
	unused                                 float64 // environments made for attempts that have still to come: each begins with a cold start
	quantiles                              []float64
}

// pools are environments that start and that serve.
type pools struct{ starting, serving float64 }

// rank is the environment of one place in the hunt: how many clumps it has met in the time that it may be idle, by buckets of that.
type rank struct {
	met    float64
	bucket [windows]float64
}

// gone is the chance that it is not there.
func (r *rank) gone() float64 { return math.Exp(-r.met) }

// add lets it meet more.
func (r *rank) add(bucket int, met float64) {
	r.met += met
	r.bucket[bucket] += met
}

// surely is how many clumps meet an environment for certain.
const surely = 20

// windows is how many buckets the time until a reclaim has.
const windows = 32

// useOf counts attempts and charged seconds.
type useOf struct{ invoked, cold, warmed, spilled, throttled, seconds, warmSeconds float64 }

// dither makes whole numbers of a fraction that are right on average.
type dither struct {
	n     int64
	carry float64
}

// to is the change to the whole number for the next d seconds.
func (d *dither) to(x, seconds float64) (change int64) {
	n := max(0, int64(math.Floor(x+d.carry/seconds+0.5)))
	d.carry += (x - float64(n)) * seconds
	change = n - d.n
	d.n = n
	return change
}

func newOnDemandFluid(ctx context.Context, cfg *Config, f *fleet) *onDemandFluid {
	s, plan := &cfg.Service, cfg.Platform.OnDemand
	cold := newLawTable(plan.ColdStart.Law())
	e := &onDemandFluid{
		ctx: ctx, cfg: s, plan: plan, fleet: f, law: newLawTable(s.Time.Law()), slow: newSlow(s.Events), colds: cold.represent(8, 2),
		offered: cfg.Traffic.Volume(cfg.Source, -cfg.Settle, cfg.Length), now: -clock(cfg.Settle),
		timeout: math.Inf(1), drop: s.Abandoned == "drop", coldMean: plan.ColdStart.Law().Mean().Seconds(), edge: -never, factor: 1,
		every: max(int64(plan.Idle)/windows, 1), spill: 1, quantiles: cfg.Quantiles,
	}
	if cold.constant || e.coldMean == 0 {
		e.colds = stand{[]float64{e.coldMean}, []float64{1}}
	}
	e.begins, e.badBegins = make(starts, len(e.colds.points)), make(starts, len(e.colds.points))
	switch {
	case s.Timeout.Total > 0:
		e.timeout, e.inService = s.Timeout.Total.Seconds(), true
	case s.Timeout.Waiting > 0:
		e.timeout = s.Timeout.Waiting.Seconds()
	}
	if s.Retries.Attempts > 1 {
		e.tries = newComebacks(&s.Retries)
	}
	e.turn = e.now + e.every
	e.recent.law, e.model.law, e.last.law, e.run.law = e.law, e.law, e.law, e.law
	return e
}

func (e *onDemandFluid) serve(until clock) { e.live(until - mod(until, second)) }

func (e *onDemandFluid) reach(until clock) { e.live(until) }

// live lives everything before until, in pieces that do not cross a second or a bend of the service's events.
func (e *onDemandFluid) live(until clock) {
	for until-e.now > 1 {
		end := min(until, e.now-mod(e.now, second)+second)
		if e.now >= e.edge {
			e.edge = e.slow.next(e.now)
		}
		end = min(end, max(e.edge, e.now+1))
		e.still = e.slow.standing(e.now)
		e.factor = e.slow.factor(e.now + (end-e.now)/2)
		e.piece(e.now, end)
		e.now = end
		if e.pieces++; e.pieces&0xfff == 0 && e.stopped == nil {
			e.stopped = e.ctx.Err()
		}
	}
}

// piece lives [from, to).
func (e *onDemandFluid) piece(from, to clock) {
	dt := float64(to-from) * 1e-9
	fresh := e.offered.Offered(time.Duration(from), time.Duration(to))
	mean, again := e.offered.Mean(), 0.0
	if e.tries != nil {
		again = e.tries.back(from, to, fresh)
	}
	e.fresh += fresh
	e.retried += again
	came, rate := fresh+again, (mean+again)/dt
	e.forget(from)
	idle := max(0, e.alive+float64(e.warm)-e.taken.sum())
	ready := max(0, e.alive+float64(e.warm)-e.taken.starting)
	h := e.hunt(rate, dt)
	if more := rate*dt*(1-h.blocked-h.cold) - idle - ready*dt/e.hold(); more > 0 && !e.still {
		made := e.fill(more)
		h.made += made
		h.cold = min(1-h.warm, h.cold+made/(rate*dt))
	}
	e.spill = 1 - h.warm
	blocked := came * h.blocked
	blocked = e.limit(came, blocked, h.cold, dt)
	in := came - blocked
	e.unused = min(e.unused+h.made, float64(e.plan.MaxConcurrency))
	cold := min(e.unused, in*(1-h.warm))
	e.unused -= cold
	e.take(from, to, in, cold, h)
	e.flow(from, to, in, cold, blocked)
	if more := e.taken.sum() - e.alive - float64(e.warm) - 1; more > 0 { // a burst, beyond what chance does to one environment
		e.unused += e.fill(more)
	}
	e.show(from, dt, h)
}

// limit keeps what is taken within the limit: what chance or a sudden rise would take beyond it is blocked now, and so much less later.
func (e *onDemandFluid) limit(came, blocked, cold, dt float64) float64 {
	least := max(0, blocked-e.debt)
	x := dt / e.held()
	stays := cold + (1-cold)*-math.Expm1(-x)/x // of those that come, at the end
	room := (float64(e.plan.MaxConcurrency) - e.taken.starting - e.taken.serving*math.Exp(-x)) / stays
	now := min(came, max(least, came-max(0, room)))
	e.debt = max(0, e.debt+now-blocked)
	return now
}

// hold is how long a service takes an environment.
func (e *onDemandFluid) hold() float64 {
	if e.drop && e.inService {
		return max(1e-9, e.factor*e.law.within(e.timeout/e.factor))
	}
	return e.factor * e.law.mean
}

// flow lets in come, cold of them to environments that start, of which begun begin to serve; it returns how many leave.
func (p *pools) flow(dt, in, cold, begun, hold float64) (out float64) {
	p.starting = max(0, p.starting+cold-begun)
	r := in - cold + begun
	stay := math.Exp(-dt / hold)
	rest := p.serving*stay + r*hold/dt*(1-stay)
	out = p.serving + r - rest
	p.serving = rest
	return out
}

// held is how long one that serves now is held: for ever while services stand still.
func (e *onDemandFluid) held() float64 {
	if e.still {
		return 1e9
	}
	return e.hold()
}

func (p *pools) sum() float64 { return p.starting + p.serving }

// starts are environments that begin to serve later: a first-come line for each point of the law of cold starts.
type starts [][]slab

// put lets an amount that came in [from, to) begin after a wait, by its point, and gives what begins at once.
func (s starts) put(point int, from, to, wait, amount float64) (now float64) {
	if amount < 1e-9 || wait <= 0 {
		return amount
	}
	s[point] = append(s[point], slab{from + wait, to + wait, amount})
	return 0
}

// begun takes what begins before an instant.
func (s starts) begun(until float64) (amount float64) {
	for k, line := range s {
		done := 0
		for i := range line {
			b := &line[i]
			if b.from >= until {
				break
			}
			part := b.amount
			if b.to > until {
				part *= (until - b.from) / (b.to - b.from)
				b.from = until
			} else {
				done++
			}
			b.amount -= part
			amount += part
		}
		s[k] = line[:copy(line, line[done:])]
	}
	return amount
}

// forget turns the windows of all ranks until they hold what is not longer ago than idle.
func (e *onDemandFluid) forget(now clock) {
	for turns := 0; now >= e.turn; turns++ {
		if turns == windows { // nothing is left of them
			e.turn = now + e.every
			return
		}
		e.rotate()
	}
}

// rotate turns the windows of all ranks by a bucket.
func (e *onDemandFluid) rotate() {
	e.turn = later(e.turn, e.every)
	e.bucket = (e.bucket + 1) % windows
	for i := range e.ranks {
		r := &e.ranks[i]
		r.met = max(0, r.met-r.bucket[e.bucket])
		r.bucket[e.bucket] = 0
	}
}

// hunted is what a piece's hunt gives: shares of the attempts that come.
type hunted struct {
	blocked float64 // no environment takes them
	cold    float64 // of those taken, for whom one is made, on average
	made    float64 // environments that are made
	warm    float64 // of those taken, that a provisioned one takes
	busy    float64 // provisioned environments that serve, on average
}

// hunt goes through the places of the hunt and counts clumps.
func (e *onDemandFluid) hunt(rate, dt float64) (h hunted) {
	hold := e.held()
	e.load.flow(dt, rate*dt, 0, 0, hold+e.coldMean*e.lastCold(rate))
	e.ready.flow(dt, rate*dt, 0, 0, hold)
	a, most, cold := 0.0, e.plan.MaxConcurrency, 0.0
	e.alive, e.erl = 0, append(e.erl[:0], 1)
	p, b := place{}, 1.0
	for p.k = 0; p.k < most; p.k++ {
		if p.k < e.warm {
			a = e.ready.serving
		} else {
			a = e.load.serving
		}
		next := a * b / (float64(p.k+1) + a*b)
		if p.k <= int(a) {
			p.climb = 0
		}
		p.climb += 1 / max(rate*b, 1e-300)
		p.share, p.busy = b-next, a*(b-next)
		if j := p.k - e.warm; j >= 0 {
			if j == len(e.ranks) {
				if rate*b*max(e.plan.Idle.Seconds(), dt) < 1e-6 {
					break
				}
				e.ranks = append(e.ranks, rank{})
			}
			c := e.meet(&e.ranks[j], p, rate, hold, dt)
			cold += c
			p.push = c * e.pushed(rate*b*p.climb, rate*next*p.climb)
		}
		if p.k+1 == e.warm {
			h.warm, h.busy = 1-next, a*(1-next)
		}
		b = next
		e.erl = append(e.erl, b)
	}
	if len(e.erl) > most {
		h.blocked = e.erl[most]
	}
	if taken := rate * dt * (1 - h.blocked); taken > 0 {
		h.cold = min(1, cold/taken)
		h.warm = min(1, h.warm/(1-h.blocked))
	} else {
		h.warm = 0
	}
	h.cold, h.made = min(h.cold, 1-h.warm), cold
	return h
}

// pushed is how many clumps more the next environment meets for each cold start of one: that holds its environment for longer, so
// that the rest of the clump (size attempts, onward of which would go on anyhow) goes on too.
func (e *onDemandFluid) pushed(size, onward float64) float64 {
	if size <= 1 || e.coldMean <= 0 {
		return 0
	}
	return max(0, 1-1/size-min(1, onward/(1+onward))) * e.coldMean / (e.coldMean + e.hold())
}

// fill makes environments for attempts of a sudden rise, which find neither an idle one nor one that is done in time.
func (e *onDemandFluid) fill(more float64) (made float64) {
	for j := 0; made < more && j < e.plan.MaxConcurrency-e.warm; j++ {
		if j == len(e.ranks) {
			e.ranks = append(e.ranks, rank{})
		}
		r := &e.ranks[j]
		gone := r.gone()
		if gone < 1e-9 {
			continue
		}
		one := min(gone, more-made)
		r.add(e.bucket, min(surely, -math.Log1p(-one/gone)))
		made += one
	}
	e.alive += made
	return made
}

// lastCold is the share of cold starts so far among those that spill over, for what they add to the time that these are held.
func (e *onDemandFluid) lastCold(rate float64) float64 {
	if rate <= 0 || e.coldMean <= 0 || e.spill <= 0 {
		return 0
	}
	return min(1, e.taken.starting/e.coldMean/rate/e.spill)
}

// place is one in the hunt, after k others: it is looked for by a share of the attempts and busy for a part of the time; climb is the
// mean time until those before it are all taken, push what the one before it sends on beyond that, in clumps.
type place struct {
	k                        int
	share, busy, climb, push float64
}

// meet lets the environment of a place meet its clumps, and gives the cold starts that they cost.
func (e *onDemandFluid) meet(r *rank, p place, rate, hold, dt float64) (cold float64) {
	idle := e.plan.Idle.Seconds()
	clump, free := dt/p.climb+p.push, max(0, 1-p.busy)
	if idle < dt { // nothing of earlier pieces counts
		gone := free * math.Exp(-idle/p.climb)
		e.alive += 1 - gone
		cold = gone * clump
	} else {
		before := r.gone()
		r.add(e.bucket, clump)
		r.add(e.bucket, max(0, min(surely, -math.Log(free))-r.met)) // what is busy is there
		e.alive += 1 - r.gone()
		cold = before - r.gone()
	}
	// Within a clump it rests for about the time until the next arrival or the next departure of those before it.
	if quick := rate + float64(p.k)/hold; idle*quick < 40 && rate*p.share > 0 {
		rest := 1/(rate*p.share) - hold // of an idle period, on average
		long := min(1, max(0, rest)/p.climb)
		cold += rate * p.share * dt * (1 - long) * math.Exp(-idle*quick)
	}
	return cold
}
