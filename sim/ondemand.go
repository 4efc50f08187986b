package sim

import (
	"context"
	"math/rand/v2"
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/traffic"
)

// ProvisionedFleet is the fleet of a platform that makes environments on demand: the environments that it keeps provisioned.
func ProvisionedFleet(d *policy.OnDemand, start int) Fleet {
	return Fleet{Start: &start, StartUp: StartUp{Provision: d.Provision, Load: chance.Fixed(0)}, Drain: Drain{Finish: true}, Zones: 1,
		Billing: Billing{Granularity: d.Fees.ProvisionedGranularity, Starting: "charged"}}
}

// onDemand is the requests engine where each request has an environment to itself: a provisioned one, else the newest one that is
// idle, else a new one, and where there may be no more the request is throttled. Environments that nobody used for a while go.
// Provisioned environments are the instances of the fleet; those made on demand count with it, by state.
type onDemand struct {
	ctx      context.Context
	cfg      *Service
	plan     *policy.OnDemand
	fleet    *fleet
	src      chance.Source
	law      chance.Law
	cold     chance.Law // of cold starts, drawn by the number of the environment
	slow     *slow
	service  *rand.Rand // first tries' services, in order of arrival
	tries    retrier
	arrivals traffic.Arrivals

	nextArrival clock
	nextClient  clock  // a deadline or a retry
	turns       events // when an environment is ready or done
	reclaims    events // when an idle one may be due
	retries     events
	deadlines   deadlines
	timeout     int64 // of an attempt; 0: none
	onlyWaiting bool  // clients give up only while they wait

	calls     []call // 0 is nobody
	freeCalls []uint32
	envs      []environment
	freeEnvs  []uint32
	idle      newest // of those made on demand
	warm      newest // of the provisioned ones
	of        map[*instance]uint32
	taken     int    // environments with a request, starting ones included
	made      int    // on demand, so far
	tickets   uint32 // given so far; they wrap around
	number    uint64 // requests so far

	count     tally // counts only; areas are kept below
	before    tally // what was counted before clock.start
	failedBy  FailedBy
	carriedIn int64
	busy      area // environments in service that serve
	draining  area // provisioned ones that serve out
	queued    area // requests that wait for their environment to start
	alive     area
	warmBusy  area // provisioned environments in service that serve
	warmAll   area // provisioned environments in service
	running   area // environments with a request
	wasted    total
	peak      peak // of running
	bill      usage
	setups    samples // of ModelSetupTime
	setupsOut samples
	recorder  recorder
	steps     int
	stopped   error
}

// call is one request that is alive, or the service of one whose client has gone.
type call struct {
	born   clock // first arrival
	came   clock // arrival of this attempt
	since  clock // start of service; of an abandoned one, when its client gave up
	work   int64 // drawn service time of this attempt
	number uint64
	env    uint32
	ticket uint32 // of this attempt
	try    uint8
	state  phase
}

// environment is one environment.
type environment struct {
	warm   *instance // provisioned; nil: made on demand
	call   uint32    // that it starts for or serves; 0: nobody's
	ticket uint32    // its next turn carries it
	place  int32     // among the idle ones of its kind
	since  clock     // idle since
	owed   clock     // use is charged from here
	setup  int64     // how long its start takes
	state  stage
	timed  bool // a reclaim is on its way
}

// stage is where an environment is in its life.
type stage uint8

const (
	ended stage = iota
	waking
	resting
	working
)

func newOnDemand(ctx context.Context, cfg *Config, f *fleet) *onDemand {
	s, d := &cfg.Service, cfg.Platform.OnDemand
	e := &onDemand{
		ctx: ctx, cfg: s, plan: d, fleet: f, src: cfg.Source, law: s.Time.Law(), cold: d.ColdStart.Law(), slow: newSlow(s.Events),
		service: cfg.Source.Stream("service", "", 0), tries: newRetrier(cfg),
		arrivals: cfg.Traffic.Arrivals(cfg.Source, -cfg.Settle, cfg.Length),
		timeout:  int64(s.Timeout.Total), calls: make([]call, 1), of: map[*instance]uint32{}, recorder: newRecorder(cfg.Quantiles),
		bill: usage{fees: &d.Fees},
	}
	if s.Timeout.Waiting > 0 {
		e.timeout, e.onlyWaiting = int64(s.Timeout.Waiting), true
	}
	if e.timeout > longest {
		e.timeout = 0 // no run lasts as long
	}
	e.nextArrival, e.nextClient = int64(e.arrivals.Next()), never
	return e
}

func (e *onDemand) reach(until clock) { e.serve(until) }

// serve lives everything before until. At one instant environments have their turn first, then idle ones go, then clients give up
// or try again, then new requests arrive.
func (e *onDemand) serve(until clock) {
	for e.stopped == nil {
		turn, reclaim := e.turns.top(), e.reclaims.top()
		t := min(turn, reclaim, e.nextClient, e.nextArrival)
		if t >= until {
			return
		}
		switch t {
		case turn:
			e.turn(e.turns.pop())
		case reclaim:
			e.reclaim(e.reclaims.pop())
		case e.nextClient:
			e.client(t)
		default:
			e.arrive(t)
		}
		if e.steps++; e.steps&0xffff == 0 {
			e.stopped = e.ctx.Err()
		}
	}
}

// client is a client that gives up or tries again.
func (e *onDemand) client(t clock) {
	if e.deadlines.top() == t {
		e.timeOut()
	} else {
		v := e.retries.pop()
		q := &e.calls[v.req()]
		q.try++
		q.work = e.tries.draw(q.number, q.try, e.law)
		e.count.backoff--
		e.count.retries++
		e.attempt(t, v.req())
	}
	e.nextClient = min(e.deadlines.top(), e.retries.top())
}

// arrive is a new request: all that belongs to it is drawn now.
func (e *onDemand) arrive(t clock) {
	e.nextArrival = int64(e.arrivals.Next())
	r := e.take()
	e.calls[r] = call{born: t, number: e.number, try: 1, work: int64(e.law.Draw(e.service))}
	e.number++
	e.count.offered++
	e.alive.add(t, 1)
	e.tries.pay()
	e.attempt(t, r)
}

// take is a call that is not used.
func (e *onDemand) take() uint32 {
	if n := len(e.freeCalls); n > 0 {
		r := e.freeCalls[n-1]
		e.freeCalls = e.freeCalls[:n-1]
		return r
	}
	e.calls = append(e.calls, call{})
	return uint32(len(e.calls) - 1)
}

// give ends a call.
func (e *onDemand) give(r uint32) {
	e.calls[r].state = unused
	e.freeCalls = append(e.freeCalls, r)
}

// attempt gives one try an environment, or throttles it.
func (e *onDemand) attempt(t clock, r uint32) {
	q := &e.calls[r]
	q.came, q.ticket = t, e.ticket()
	e.count.attempts++
	if e.taken >= e.plan.MaxConcurrency {
		e.count.throttled++
		e.fail(t, r, throttled)
		return
	}
	e.count.invoked++
	e.peak.add(e.running.n + 1)
	e.running.add(t, 1)
	e.taken++
	n, idle := e.warm.top()
	if idle {
		e.count.warmed++
	} else {
		if e.warmAll.n > 0 {
			e.count.spilled++
		}
		n, idle = e.idle.top()
	}
	if idle {
		e.begin(t, r, n)
	} else {
		e.wake(t, r)
	}
	if e.timeout > 0 {
		e.deadlines.push(deadline{at: t + e.timeout, req: r, ticket: e.calls[r].ticket})
		e.nextClient = min(e.nextClient, t+e.timeout)
	}
}

// fail ends an attempt that has no environment: it is tried again, or the request has failed.
func (e *onDemand) fail(t clock, r uint32, why cause) {
	q := &e.calls[r]
	e.count.failedAttempts++
	if why == timedOut {
		e.count.timedOut++
	}
	if pause, again := e.tries.again(q.number, q.try); again {
		q.state = backoff
		e.count.backoff++
		v := newEvent(later(t, pause), e.ticket(), r)
		e.retries.push(v)
		e.nextClient = min(e.nextClient, v.at)
		return
	}
	e.count.failed++
	e.alive.add(t, -1)
	e.failedBy.add(why, 1)
	e.give(r)
}

// ticket is a new number; one that is carried by somebody is never given again while it matters.
func (e *onDemand) ticket() uint32 {
	e.tickets++
	return e.tickets
}

// timeOut is the first deadline: its client gives up if the attempt is still there. The environment does not know: it works on for
// nobody, or is free as soon as it can be (abandoned: drop).
func (e *onDemand) timeOut() {
	d := e.deadlines.pop()
	q := &e.calls[d.req]
	if q.ticket != d.ticket || q.state != waiting && (q.state != inService || e.onlyWaiting) {
		return
	}
	drop, env := e.cfg.Abandoned == "drop", q.env
	if q.state == waiting {
		e.queued.add(d.at, -1)
	}
	if drop {
		if e.envs[env].call = 0; q.state == inService {
			e.release(d.at, env)
		}
		e.fail(d.at, d.req, timedOut)
		return
	}
	client := e.take() // the request goes on without its environment
	q = &e.calls[d.req]
	e.calls[client] = call{born: q.born, number: q.number, try: q.try}
	q.state, q.since = abandoned, d.at
	e.fail(d.at, client, timedOut)
}

// result of the whole run.
func (e *onDemand) finish(end clock, r *Result) {
	e.recorder.finish(r)
	q := &r.Requests
	q.count(&e.count, &e.before, e.queued.n, e.alive.n)
	q.CarriedIn, q.FailedBy = e.carriedIn, e.failedBy
	q.Cold, q.Invoked, q.Throttled = e.count.cold-e.before.cold, e.count.invoked-e.before.invoked, e.count.throttled-e.before.throttled
	wasted := e.wasted
	for k := range e.envs {
		n := &e.envs[k]
		if q := &e.calls[n.call]; n.call != 0 && q.state == abandoned {
			wasted.add(end - q.since)
		}
		e.charge(end, n)
	}
	q.Wasted = time.Duration(wasted.value() * 1e9)
	e.bill.finish(r)
}
