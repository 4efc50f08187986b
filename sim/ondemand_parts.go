package sim

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"time"

	"headroom/chance"
	"headroom/policy"
)

// onDemandTally is what a tally counts besides where environments are made on demand.
type onDemandTally struct {
	invoked   int64 // attempts that an environment took
	cold      int64 // of them those for which one was made
	warmed    int64 // of them those in a provisioned one
	spilled   int64 // of them those that no provisioned one was free for
	throttled int64 // attempts that were not taken
	running   int64 // ∫ environments with a request, starting ones included
	warmBusy  int64 // ∫ provisioned environments in service that serve
	warmAll   int64 // ∫ provisioned environments in service
	spent     float64
}

// onDemand writes what a minute says of environments.
func (l *ledger) onDemand(m *Minute, y *tally, d areas) {
	was := &l.tally
	m.Invoked, m.Cold, m.Throttled = y.invoked-was.invoked, y.cold-was.cold, y.throttled-was.throttled
	warm := float64(y.warmAll - was.warmAll + d.draining)
	m.UseCost = y.spent - was.spent
	m.Cost = l.perHour*warm/float64(time.Hour) + m.UseCost
}

// usage adds up what the use of environments costs: durations, each rounded up by itself, and requests.
type usage struct {
	fees       *policy.Fees
	cold, warm total // charged durations in environments made on demand and in provisioned ones
	before     int64 // attempts taken before clock.start
}

// add charges a duration.
func (u *usage) add(warm bool, d int64) {
	g := int64(u.fees.Granularity)
	if r := d % g; r > 0 {
		d += g - r
	}
	if warm {
		u.warm.add(d)
	} else {
		u.cold.add(d)
	}
}

// report forgets what was before clock.start.
func (u *usage) report(invoked int64) { u.cold, u.warm, u.before = total{}, total{}, invoked }

// spent is the cost so far, for charts.
func (u *usage) spent(invoked int64) float64 {
	f := func(x *big.Rat) float64 { y, _ := x.Float64(); return y }
	return u.cold.value()*f(u.fees.Compute) + u.warm.value()*f(u.fees.Warm) + float64(invoked-u.before)*(f(u.fees.Request)+f(u.fees.Data))
}

// finish writes the exact cost of use.
func (u *usage) finish(r *Result) {
	times := func(price *big.Rat, n *big.Int, per int64) *big.Rat {
		return new(big.Rat).Mul(price, new(big.Rat).SetFrac(n, big.NewInt(per)))
	}
	b := &r.Cost.By
	b.Compute = times(u.fees.Compute, u.cold.exact(), int64(time.Second))
	b.Compute.Add(b.Compute, times(u.fees.Warm, u.warm.exact(), int64(time.Second)))
	n := big.NewInt(r.Requests.Invoked)
	b.Requests, b.Data = times(u.fees.Request, n, 1), times(u.fees.Data, n, 1)
}

// A retrier is what clients do about failed attempts: every try after the first has its own chance, by the request's number.
type retrier struct {
	cfg      *Retries
	attempts int
	budget   int64 // billionths of a retry that a first attempt pays for; < 0: no budget
	tokens   int64
	key      chance.Key
	pcg      *rand.PCG
	random   *rand.Rand
}

func newRetrier(cfg *Config) retrier {
	pcg := new(rand.PCG)
	t := retrier{cfg: &cfg.Service.Retries, attempts: max(1, cfg.Service.Retries.Attempts), budget: -1, key: cfg.Source.Key("retries", ""), pcg: pcg, random: rand.New(pcg)}
	if b := t.cfg.Budget; b != nil {
		t.budget = int64(math.Round(float64(*b) * oneRetry))
	}
	return t
}

// pay is a first attempt, which pays for a part of a retry.
func (t *retrier) pay() {
	if t.budget >= 0 {
		t.tokens = min(t.tokens+t.budget, max(oneRetry, budgetDepth*t.budget))
	}
}

// again says whether a request is tried again after a try that failed, and how long its client waits before.
func (t *retrier) again(number uint64, try uint8) (pause int64, again bool) {
	if int(try) >= t.attempts || t.budget >= 0 && t.tokens < oneRetry {
		return 0, false
	}
	if t.budget >= 0 {
		t.tokens -= oneRetry
	}
	pause = int64(t.cfg.Backoff)
	if shift := min(int(try)-1, 62); pause > longest>>shift {
		pause = longest
	} else {
		pause <<= shift
	}
	t.key.Reset(t.pcg, number*128+uint64(try)+1)
	if jitter := t.random.Float64(); t.cfg.Jitter == "full" {
		pause = int64(jitter * float64(pause))
	}
	return pause, true
}

// draw is the service of a later try: after its jitter and its routing.
func (t *retrier) draw(number uint64, try uint8, law chance.Law) int64 {
	t.key.Reset(t.pcg, number*128+uint64(try))
	t.random.Float64()
	t.random.Uint64()
	return int64(law.Draw(t.random))
}

// newest holds environments in the order in which they were made, and finds the newest that is idle: a bit for each.
type newest struct {
	all   []uint32
	bits  []uint64
	holes int
}

const hole = math.MaxUint32

// add is the place of a new environment, which is not idle.
func (s *newest) add(at uint32) int32 {
	s.all = append(s.all, at)
	if len(s.all) > 64*len(s.bits) {
		s.bits = append(s.bits, 0)
	}
	return int32(len(s.all) - 1)
}

// top is the newest idle environment.
func (s *newest) top() (at uint32, ok bool) {
	for w := len(s.bits) - 1; w >= 0; w-- {
		if b := s.bits[w]; b != 0 {
			return s.all[w<<6+63-bits.LeadingZeros64(b)], true
		}
	}
	return 0, false
}

func (s *newest) put(place int32)  { s.bits[place>>6] |= 1 << (place & 63) }
func (s *newest) take(place int32) { s.bits[place>>6] &^= 1 << (place & 63) }

// drop takes an environment out.
func (s *newest) drop(place int32) {
	s.take(place)
	s.all[place] = hole
	s.holes++
}

// settle closes the holes when there are many; moved tells each environment its new place.
func (s *newest) settle(moved func(place int32, at uint32)) {
	if s.holes < 64 || 2*s.holes < len(s.all) {
		return
	}
	n := int32(0)
	for place, at := range s.all {
		if at == hole {
			continue
		}
		idle := s.bits[place>>6]>>(place&63)&1 != 0
		s.take(int32(place))
		s.all[n] = at
		if idle {
			s.put(n)
		}
		moved(n, at)
		n++
	}
	s.all, s.holes = s.all[:n], 0
	s.bits = s.bits[:(n+63)/64]
}

// peak is the most of something since it was asked for.
type peak int64

func (p *peak) add(n int64) { *p = max(*p, peak(n)) }

func (p *peak) reset(n int64) int64 {
	most := max(int64(*p), n)
	*p = peak(n)
	return most
}

// add counts failed requests by their cause.
func (f *FailedBy) add(why cause, n int64) {
	switch why {
	case rejected:
		f.Rejected += n
	case timedOut:
		f.Timeout += n
	case noCapacity:
		f.NoCapacity += n
	case lostInstance:
		f.InstanceLost += n
	case throttled:
		f.Throttled += n
	}
}
