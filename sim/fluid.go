package sim

import (
	"context"
	"math"

	"headroom/traffic"
)

// fluid is the engine that lives rates instead of requests: in pieces of at most a second, attempts flow in, wait in one
// first-come queue, flow into slots and out of them.
//
// Waiting is one number x. Its equation is dx/dt = λ − m·u(x) with λ the mean rate of attempts, m = slots ÷ mean service the
// capacity, and u the share of it that x waiting keep busy: 1 above zero where nothing varies (so that backlog is exact), and
// else such that the stationary x is the G/G/c queue of Allen and Cunneen (a pointwise stationary fluid flow approximation:
// it saturates, drains and never jumps). What the counts of a second lie above or below their mean joins a backlog, and
// passes through where there is none: its waits are in u already.
//
// A first-come line of slabs remembers when those in a backlog came, so that their waits are right whatever becomes of
// capacity. Everything is a fraction here; tally makes whole numbers of it.
type fluid struct {
	ctx   context.Context
	cfg   *Service
	fleet *fleet
	law   *lawTable
	slow  *slow

	offered traffic.Volume // first attempts
	varied  float64        // squared variation of gaps, in the long run
	now     clock
	pieces  int
	stopped error

	// Settings.
	slots      float64 // of an instance
	own        bool    // instances have queues of their own
	limit      float64 // of a queue
	timeout    float64 // seconds; +Inf: none
	inService  bool    // the timeout covers service too
	drop       bool    // a slot whose client gave up is free at once
	safe       float64 // attempts that begin after a shorter wait are all served in time
	quantiles  []float64
	packed     bool // only empty instances are removed: they hold nothing
	measureAny bool // a use is `any`: instances with a busy slot are counted

	// What the queue's equation needs; worked out anew when the fleet or a slowdown changes.
	n        int // instances in service
	stale    bool
	edge     clock   // until then factor and still hold
	factor   float64 // that services starting now take longer
	still    bool    // services stand still
	since    clock   // since when they do
	hold     float64 // seconds of undisturbed service that an attempt takes a slot
	capacity float64 // attempts a second
	servers  float64 // slots in service
	content  float64 // requests in service that the equation counts at full load
	bound    float64 // of waiting
	erlang   *erlang
	noise

	// State.
	x               float64    // waiting
	w               float64    // in service, as far as the equation counts them
	steady          steadiness // the last piece, if it changed nothing
	idle            float64    // 1 − u of the last piece
	trend           float64    // by how much it rose in it: where to search next
	line            backlog    // of those that wait because of a backlog
	full, impatient bool       // the queue was at its ceiling in the last piece; attempts gave up in it
	slotted
	works
	sway     sway
	occupied occupied
	tries    *comebacks // nil: no retries
	gone     []*drainer
	young

	recent, model waits // of this minute, and since ModelLatency was asked for
	last          waits // of the last minute that had any
	watched       bool
	samples       samples
	run           chronicle
	counts
}

// filling is how many seconds of capacity the equation does not count as content of the slots: services shorter than this
// begin at the rate of capacity even when slots are free. It keeps the backlog of short services a matter of rates alone.
const filling = 1.0

func newFluid(ctx context.Context, cfg *Config, f *fleet) service {
	s := &cfg.Service
	e := &fluid{
		ctx: ctx, cfg: s, fleet: f, law: lawTableOf(s.Time.Law()), slow: newSlow(s.Events),
		offered: cfg.Traffic.Volume(cfg.Source, -cfg.Settle, cfg.Length), now: -clock(cfg.Settle),
		slots: float64(s.Concurrency), own: s.Queue.Shared == nil, limit: math.Inf(1), timeout: math.Inf(1), safe: math.Inf(1),
		quantiles: cfg.Quantiles, drop: s.Abandoned == "drop", packed: cfg.Platform.OnlyEmpty, measureAny: s.Uses.CPU.Any || s.Uses.GPU.Any, stale: true, idle: 1, edge: -never,
	}
	e.varied = e.offered.Dispersion()
	e.works = newWorks(cfg, e.law, e.varied)
	limit := s.Queue.Own
	if !e.own {
		limit = *s.Queue.Shared
	}
	if limit >= 0 {
		e.limit = float64(limit)
	}
	switch {
	case s.Timeout.Total > 0:
		e.timeout, e.inService = s.Timeout.Total.Seconds(), true
	case s.Timeout.Waiting > 0:
		e.timeout = s.Timeout.Waiting.Seconds()
	}
	e.hold = e.law.mean
	e.young = newYoung(cfg)
	if s.Retries.Attempts > 1 {
		e.tries = newComebacks(&s.Retries)
	}
	e.recent.law, e.model.law, e.last.law, e.run.law = e.law, e.law, e.law, e.law
	e.last.steady = true
	return e
}

// serve lives everything before until, but for what comes after the last whole second: that waits until something asks for it or
// the second is over, so that a control step shorter than a second changes nothing.
func (e *fluid) serve(until clock) { e.live(until - mod(until, second)) }

func (e *fluid) reach(until clock) { e.live(until) }

// live lives everything before until, in pieces that do not cross a second, a bend of the service's events or the end of a
// draining instance. A single nanosecond waits for the next call.
func (e *fluid) live(until clock) {
	for until-e.now > 1 {
		end := min(until, e.now-mod(e.now, second)+second)
		if e.now >= e.edge {
			e.bend()
		}
		end = min(end, e.edge)
		if e.line.total > 0 && e.timeout < 8 { // clients come and go fast
			end = min(end, e.now+max(clock(e.timeout*1e9/8), second/100))
		}
		for _, d := range e.gone {
			end = min(end, max(d.end, e.now+1))
		}
		e.piece(e.now, end)
		e.now = end
		e.leave(end)
		if e.pieces++; e.pieces&0xffff == 0 && e.stopped == nil {
			e.stopped = e.ctx.Err()
		}
	}
}

const second = clock(1e9)

// mod is the remainder of a division that rounds down.
func mod(a, b int64) int64 {
	if a %= b; a < 0 {
		a += b
	}
	return a
}

// bend looks at the service's events: between two bends a slowdown changes evenly, and its middle of a second stands for it.
func (e *fluid) bend() {
	next := e.slow.next(e.now)
	e.edge = next
	if e.now < e.slow.last && next > e.now && e.slow.factor(e.now) != e.slow.factor(next-1) {
		e.edge = min(next, e.now-mod(e.now, second)+second) // on a slope: look again each second
	}
	still := e.slow.standing(e.now)
	if still && !e.still {
		e.since = e.now
	}
	factor := (e.slow.factor(e.now) + e.slow.factor(e.edge-1)) / 2
	if still != e.still || factor != e.factor {
		e.still, e.factor, e.stale = still, factor, true
	}
}

// settle works out what depends on the fleet and on slowdowns.
func (e *fluid) settle() {
	e.stale = false
	e.servers = float64(e.n) * e.slots
	if e.measureAny {
		e.occupied.among(e.n)
	}
	e.bound = e.limit
	if e.own {
		e.bound = e.limit * float64(e.n)
		if e.n == 0 {
			e.bound = 0
		}
	}
	length := e.hold * e.factor
	e.capacity = e.servers / length
	if e.still {
		e.capacity = 0
	}
	e.content = e.servers * max(0, 1-filling/length)
	if e.servers >= 1 {
		e.erlang = erlangOf(int(min(e.servers, 1<<20)))
	}
	e.safe = math.Inf(1)
	if e.inService {
		e.safe = e.timeout - e.factor*e.slowest()*e.law.most
	}
	e.w = min(e.w, e.content)
	e.load, e.steady, e.sway = -1, steadiness{}, sway{}
}

// piece lives [from, to), in which nothing bends.
func (e *fluid) piece(from, to clock) {
	if e.stale {
		e.settle()
	}
	dt := float64(to-from) * 1e-9
	fresh := e.offered.Offered(nanos(from), nanos(to))
	mean, in := e.offered.Mean(), fresh
	if e.tries != nil {
		again := e.tries.back(from, to, fresh)
		in += again
		mean += again
		e.retried += again
	}
	e.fresh += fresh
	waiting := 0.0
	if all := e.n + e.outside(); all > 0 {
		e.shares += in / float64(all)
	}
	if e.young.any() {
		in, mean = e.divide(from, to, dt, in, mean)
	}
	switch {
	case e.n == 0 && e.own:
		e.fail(from, to, in, arrived, 0, noCapacity)
	default:
		waiting = e.flow(from, to, dt, in, mean)
		e.work(from, to, dt)
	}
	e.serveOut(to)
	e.areas(to-from, waiting)
}

// flow lets attempts into the queue and out of it, and returns the mean number waiting.
func (e *fluid) flow(from, to clock, dt, in, mean float64) float64 {
	if load := mean / dt; load != e.load {
		e.vary(load)
	}
	e.strays(from, dt, in)
	refusal := e.refuses()
	refused := in * refusal
	drive, longer := mean*(1-refusal), 0.0
	switch {
	case e.capacity <= 0:
		drive = in
	case e.line.total > 0 && (in != mean || e.stray != 0) && e.x > 0:
		share := min(1, e.line.total/e.x)
		longer = e.stray * share // as if so many more had come: slots are taken for so long
		drive += (in-mean)*share + longer
	}
	before, there := e.x, e.x+in-refused
	x, waiting := e.advance(dt, drive)
	served := greater(0, before+drive-longer-x)
	x = lesser(x, there)
	over := 0.0
	e.full = e.impatient
	if x > e.ceiling { // counts above their mean are refused, not served
		e.full = true
		x = e.ceiling
		over = max(0, min(there-served-x, in-refused))
		waiting = min(waiting, max(x, before))
	}
	begun := greater(0, there-over-x)
	e.x = x
	if e.tries != nil {
		e.tries.stand(before, in, refused+over, begun)
	}
	if e.refusedLate {
		e.fail(from, to, refused, arrived, e.timeout, timedOut)
		refused = 0
	}
	e.fail(from, to, refused+over, arrived, 0, rejected)
	e.queue(from, to, dt, begun)
	e.impatient = e.line.total > 0 && !math.IsInf(e.timeout, 1) && e.giveUp(from, to)
	return waiting
}

// giveUp lets those go that have waited for the timeout, if there are any.
func (e *fluid) giveUp(from, to clock) bool {
	gone := min(e.line.olderThan(float64(to)*1e-9-e.patience), e.x)
	if gone <= 0 {
		return false
	}
	e.fail(from, to, gone, waitingKind, e.timeout, timedOut)
	if e.tries != nil {
		e.tries.abandon(gone / e.x)
	}
	e.x -= gone
	return true
}

// lesser and greater are min and max of numbers that are numbers, at a third of the time.
func lesser(a, b float64) float64 {
	if a < b {
		return a
	}
	return b
}

func greater(a, b float64) float64 {
	if a > b {
		return a
	}
	return b
}
