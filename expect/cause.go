package expect

import (
	"fmt"
	"math"
	"strings"
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/sim"
)

// A Code is a cause in one word.
type Code string

// The codes. New ones may be added.
const (
	Starting  Code = "starting"  // what was ordered was not in service yet
	Detecting Code = "detecting" // load above capacity, and no wish for more yet
	Cooldown  Code = "cooldown"  // a wish for more was held by a cooldown
	Updating  Code = "updating"  // a wish for more was held by a change under way
	Suspended Code = "suspended" // a wish for more was held because scaling was switched off
	AtMax     Code = "at_max"    // the limit kept capacity below the load
	Lost      Code = "lost"      // instances were lost
	Refused   Code = "refused"   // launches were refused
	Backlog   Code = "backlog"   // capacity was enough again, what had waited was not served yet
	ScaledIn  Code = "scaled_in" // a scale-in took capacity below the load
	Noise     Code = "noise"     // capacity was enough: chance, or an ask that has nothing to do with load
	Slow      Code = "service"   // one request alone was too slow
	ColdStart Code = "cold"      // requests waited for environments that were made for them
	Throttle  Code = "throttled" // as many requests were served at once as may be
	Erring    Code = "error"     // instances in service failed attempts while their models loaded
	Loading   Code = "loading"   // they served slowly
)

// A Cause says what owns most minutes of a breach, and in a sentence when and how much.
type Cause struct {
	Code Code
	Text string
}

// String is the cause as results write it.
func (c Cause) String() string { return string(c.Code) + ": " + c.Text }

// How causes are told apart.
const (
	// spare is how many square roots of the load must be free beside it for capacity to be enough (Halfin and Whitt 1981: the
	// wait of many slots depends on (slots − load) ÷ √load alone).
	spare = 0.25
	// recently is how long after a scale-in a shortage that the old capacity would have avoided is blamed on it: as long as
	// target tracking by itself waits before it scales in.
	recently = 15 * time.Minute
	// again is how long after the last refusal of a wish the wish still stands: policies ask at least once in that time.
	again = 2 * time.Minute
)

// facts are what a run says of every minute, gathered once for all of its breaches.
type facts struct {
	r      *sim.Result
	slots  float64 // of one instance
	fixed  bool    // nothing ever scales
	law    chance.Law
	phases []Code
	holds  []*sim.Decision // the wish for more that was held in each minute; nil: none
	losses []loss          // the loss that each minute still suffers from; count 0: none
	cuts   []*sim.Decision // the scale-in that each minute suffers from; nil: none
}

// A loss is instances that were lost and are not made up for yet.
type loss struct {
	since  time.Duration
	count  int
	before int // in service before it
}

// gather reads the phase of every minute.
func gather(r *sim.Result) *facts {
	n := len(r.Minutes)
	f := &facts{r: r, slots: float64(max(r.Config.Service.Concurrency, 1)), law: serviceLaw(r),
		phases: make([]Code, n), holds: make([]*sim.Decision, n), losses: make([]loss, n), cuts: make([]*sim.Decision, n)}
	if r.Config.Scaler != nil {
		_, f.fixed = r.Config.Scaler().(policy.Fixed)
	}
	f.findLosses()
	f.findHolds()
	refused := false
	for i := range r.Minutes {
		m := &r.Minutes[i]
		refused = refused && m.Serving < m.Desired || m.Refused > 0
		f.cuts[i] = f.cut(i)
		f.phases[i] = f.phase(i, refused)
	}
	return f
}

// load is how many slots the traffic of a minute keeps busy, second tries included.
func (f *facts) load(i int) float64 {
	m := &f.r.Minutes[i]
	if m.Offered > 0 && m.Attempts > m.Offered {
		return m.Demand * float64(m.Attempts) / float64(m.Offered)
	}
	return m.Demand
}

// enough says whether a number of instances is enough for the load of a minute, with a little to spare.
func (f *facts) enough(i int, instances float64) bool {
	load := f.load(i)
	return instances*f.slots >= load+spare*math.Sqrt(load)
}

// need is the smallest number of instances that is enough.
func (f *facts) need(i int) int {
	load := f.load(i)
	return int(math.Ceil((load + spare*math.Sqrt(load)) / f.slots))
}

// short says whether there was too little in service, on average or for a part of the minute.
func (f *facts) short(i int) bool {
	m := &f.r.Minutes[i]
	return f.nobody(i) || f.load(i) > 0 && (!f.enough(i, m.ServingMean) || float64(m.ServingMin)*f.slots < f.load(i))
}

// nobody says whether requests waited through a minute with no instance in service.
func (f *facts) nobody(i int) bool {
	m := &f.r.Minutes[i]
	return m.ServingMean == 0 && m.Waiting > 0
}

// phase is the one cause of a minute, would it miss an expectation.
func (f *facts) phase(i int, refused bool) Code {
	m := &f.r.Minutes[i]
	switch {
	case m.Slow:
		return Slow
	case f.r.Config.Platform.OnDemand != nil:
		return onDemandPhase(m)
	case f.erring(i):
		return Erring
	case f.short(i):
		return f.shortage(i, refused)
	case m.LoadingSeen > 0:
		return Loading
	case m.Lost > 0:
		return Lost
	case i > 0 && float64(f.r.Minutes[i-1].Waiting) > math.Max(m.ServingMean*f.slots, 1):
		return Backlog
	}
	return Noise
}

// shortage is why there was too little: first what took capacity away, then how far what was ordered has come, then what held
// the wish for more.
func (f *facts) shortage(i int, refused bool) Code {
	m := &f.r.Minutes[i]
	ordered := f.ordered(i)
	hold := f.holds[i]
	switch {
	case f.losses[i].count > 0:
		return Lost
	case refused:
		return Refused
	case f.cuts[i] != nil:
		return ScaledIn
	case ordered && f.enough(i, float64(m.Desired)):
		return Starting
	case f.fixed || hold != nil && hold.HeldBy == policy.HeldByMax:
		return AtMax
	case hold != nil && hold.HeldBy == policy.HeldByCooldown:
		return Cooldown
	case hold != nil && hold.HeldBy == policy.HeldByUpdating:
		return Updating
	case hold != nil && hold.HeldBy == policy.HeldBySuspended:
		return Suspended
	case ordered:
		return Starting
	}
	return Detecting
}

// ordered says whether instances that were ordered before the middle of a minute were starting in it.
func (f *facts) ordered(i int) bool {
	m := &f.r.Minutes[i]
	if m.StartingMean == 0 && m.Starting == 0 {
		return false
	}
	if i > 0 && f.r.Minutes[i-1].Starting > 0 {
		return true
	}
	for k := range f.r.Decisions {
		if d := &f.r.Decisions[k]; d.To > d.From && d.At >= m.At && d.At < m.At+time.Minute {
			return d.At <= m.At+30*time.Second
		}
	}
	return true
}

// findLosses carries every loss on until as many are in service as before it, or as many as are wanted.
func (f *facts) findLosses() {
	var now loss
	for i := range f.r.Minutes {
		m := &f.r.Minutes[i]
		if m.Lost > 0 {
			if now.count == 0 {
				now = loss{since: f.happened("lost", m.At), before: m.Serving + m.Lost}
				if i > 0 {
					now.before = f.r.Minutes[i-1].Serving
				}
			}
			now.count += m.Lost
		}
		f.losses[i] = now
		if now.madeUp(m) {
			now = loss{}
		}
	}
}

// madeUp says whether as many as before, or as many as are wanted, are in service again at the end of a minute.
func (l loss) madeUp(m *sim.Minute) bool {
	return l.count > 0 && m.Serving >= min(l.before, m.Desired)
}

// happened is when something first happened to instances in a minute.
func (f *facts) happened(what string, minute time.Duration) time.Duration {
	for _, h := range f.r.Happenings {
		if h.What == what && h.At >= minute && h.At < minute+time.Minute {
			return h.At
		}
	}
	return minute
}

// findHolds notes the newest held wish for more of every minute; a limit explains more than what else held it.
func (f *facts) findHolds() {
	for k := range f.r.Decisions {
		d := &f.r.Decisions[k]
		if !d.HasWish || d.HeldBy == "" || d.Wish <= d.To {
			continue
		}
		last := max(d.Until, d.At) + again
		for i := max(int(d.At/time.Minute), 0); i < len(f.r.Minutes) && f.r.Minutes[i].At < last; i++ {
			old := f.holds[i]
			if old == nil || old.HeldBy != policy.HeldByMax || d.HeldBy == policy.HeldByMax {
				f.holds[i] = d
			}
		}
	}
}

// cut is the scale-in that a minute's shortage is owed to: what was there before it would have been enough, what it left is
// not. It stays the cause until enough are in service again.
func (f *facts) cut(i int) *sim.Decision {
	m := &f.r.Minutes[i]
	if !f.short(i) {
		return nil
	}
	if i > 0 && f.cuts[i-1] != nil && f.enough(i, float64(f.cuts[i-1].From)) {
		return f.cuts[i-1]
	}
	var first *sim.Decision
	for k := len(f.r.Decisions) - 1; k >= 0; k-- {
		d := &f.r.Decisions[k]
		if d.At >= m.At+time.Minute || d.To == d.From {
			continue
		}
		if d.At < m.At-recently {
			break
		}
		if d.To < d.From && f.enough(i, float64(d.From)) && !f.enough(i, float64(d.To)) {
			first = d
		}
	}
	return first
}

// serviceLaw is the law of one service; nil if the result holds none (a result that was read back).
func serviceLaw(r *sim.Result) chance.Law { return r.Config.Service.Time.Law() }

// aloneTooSlow says whether the law of one service, without any wait, already misses an expectation of latency, and what it
// gives.
func (f *facts) aloneTooSlow(a Ask) (time.Duration, bool) {
	if a.Measure.Of != Latency || a.Measure.Stat == Max || f.law == nil || a.Op == More || a.Op == AtLeast {
		return 0, false
	}
	d := f.law.Mean()
	if a.Measure.Stat == Quantile {
		d = f.law.Quantile(a.Measure.Q)
	}
	return d, !a.holds(float64(d))
}

// load-bound are expectations that too much load misses; the others are missed by too much capacity or by something else.
func (a Ask) loadBound() bool {
	if a.Measure.Of == Availability || a.Measure.Of == Instances || a.Measure.Of == InstancesMax {
		return a.Op == More || a.Op == AtLeast
	}
	return a.Op == Less || a.Op == AtMost
}

// cause is the cause of a breach with these missed minutes: the phase that owns most of them, the first of equals.
func (f *facts) cause(a Ask, b Breach, minutes []int) Cause {
	if d, slow := f.aloneTooSlow(a); slow {
		return Cause{Slow, fmt.Sprintf("one request alone, without any wait, has a %s of %s", a.Measure.Name, Short(d))}
	}
	if !a.loadBound() {
		return Cause{Noise, f.noise(minutes[0])}
	}
	count := map[Code]int{}
	var order []Code // by first minute
	first := map[Code]int{}
	for _, i := range minutes {
		c := f.phases[i]
		if count[c] == 0 {
			order = append(order, c)
			first[c] = i
		}
		count[c]++
	}
	most := order[0]
	for _, c := range order {
		if count[c] > count[most] {
			most = c
		}
	}
	text := f.sentence(most, first[most], minutes)
	var others []string
	for _, c := range order {
		if c != most {
			others = append(others, fmt.Sprintf("%s %d", c, count[c]))
		}
	}
	if len(others) > 0 {
		text += fmt.Sprintf("; %d of %d minutes (others: %s)", count[most], b.Minutes, strings.Join(others, ", "))
	}
	return Cause{most, text}
}
