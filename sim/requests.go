package sim

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"headroom/chance"
	"headroom/traffic"
)

// hold is what the requests engine knows of an instance.
type hold struct {
	place int // in the crowd; −1: not in service
	held  int // attempts: waiting + slots busy, abandoned ones included
	busy  int // slots busy
	// warming: in service, and not yet in the group's metrics. It stands here to be near what is looked at with it.
	warming bool
	queue   fifo
	foresight
}

// requests is the engine that lives every single request: discrete events, exactly.
type requests struct {
	ctx      context.Context
	cfg      *Service
	fleet    *fleet
	quiet    func(clock) clock // world.quiet
	crowd    crowd
	balancer balancer
	law      chance.Law
	slow     *slow
	ready    *Ready     // nil: none is ready before it is loaded
	erring   bool       // one that is fails
	eventful bool       // the service has events at all
	service  *rand.Rand // first tries' services, in order of arrival
	routing  rand.PCG   // first tries' routing, in order of arrival
	drawn    bool       // the balancer asks for chance
	retrying chance.Key // a stream for each later try
	pcg      *rand.PCG  // put at the begin of such a stream,
	try      *rand.Rand // which reads it
	arrivals traffic.Arrivals

	nextArrival clock
	nextClient  clock // a deadline or a retry
	departures  agenda
	foreseen    bool
	lived       clock // everything before it
	unseen      clock // nobody looks before it, where attempts are foreseen
	retries     events
	deadlines   deadlines
	pool        pool
	shared      *fifo // the fleet's one queue, nil if each instance has its own
	limit       int   // of each queue (own or shared)
	timeout     int64 // of an attempt; 0: none
	onlyWaiting bool  // clients give up only while they wait
	attempts    int
	budget      int64  // billionths of a retry that a first attempt pays for; < 0: no budget
	tokens      int64  // billionths of a retry that may be spent
	tickets     uint32 // given so far; they wrap around
	number      uint64 // requests so far

	count     tally // counts only; areas are kept below
	before    tally // what was counted before clock.start
	failedBy  FailedBy
	carriedIn int64
	busy      area // slots busy on instances in service
	draining  area // slots busy on draining ones
	active    area // instances in service with a busy slot
	warming   cold // of these two, those that warm up
	queued    area
	alive     area
	wasted    total
	sharedOut int64   // attempts until the number in service last changed
	shares    float64 // Σ 1 ÷ instances in service, of attempts before that
	recorder  recorder
	witness   func(number uint64, born, began, done clock) // sees every served request; nil but in tests
	events    int
	stopped   error
}

func newRequests(ctx context.Context, cfg *Config, f *fleet, quiet func(clock) clock) *requests {
	s := &cfg.Service
	pcg := new(rand.PCG)
	e := &requests{
		ctx: ctx, cfg: s, fleet: f, quiet: quiet, crowd: newCrowd(s.Concurrency), balancer: newBalancer(s.Balancer),
		law: s.Time.Law(), slow: newSlow(s.Events), ready: cfg.Fleet.StartUp.Ready,
		service:  cfg.Source.Stream("service", "", 0),
		retrying: cfg.Source.Key("retries", ""), pcg: pcg, try: rand.New(pcg),
		arrivals: cfg.Traffic.Arrivals(cfg.Source, -cfg.Settle, cfg.Length),
		limit:    int(s.Queue.Own), timeout: int64(s.Timeout.Total), attempts: max(1, s.Retries.Attempts), budget: -1,
		recorder: newRecorder(cfg.Quantiles),
	}
	e.departures, e.foreseen = newAgenda(int64(e.law.Mean()), *cfg.Fleet.Start*s.Concurrency), foreseen(cfg)
	e.lived, e.unseen = -clock(cfg.Settle), -clock(cfg.Settle)
	e.crowd.unseen, e.crowd.ages = e.foreseen, s.Balancer == "fullest"
	cfg.Source.Key("routing", "").Reset(&e.routing, 0)
	e.drawn = s.Balancer != "round-robin" && s.Balancer != "fullest"
	if s.Timeout.Waiting > 0 {
		e.timeout, e.onlyWaiting = int64(s.Timeout.Waiting), true
	}
	if s.Queue.Shared != nil {
		e.shared, e.limit = &fifo{}, int(*s.Queue.Shared)
	}
	if e.limit < 0 {
		e.limit = anyone
	}
	if s.Retries.Budget != nil {
		e.budget = int64(math.Round(float64(*s.Retries.Budget) * oneRetry))
	}
	e.erring, e.eventful = e.ready.fails(), len(s.Events) > 0 || e.ready != nil
	if e.timeout > longest {
		e.timeout = 0 // no run lasts as long
	}
	e.nextArrival, e.nextClient = int64(e.arrivals.Next()), never
	return e
}

func (e *requests) reach(until clock) { e.serve(until) }

// serve lives everything before until. At one instant completions come first, then timeouts, then arrivals.
func (e *requests) serve(until clock) {
	if e.foreseen && until > e.unseen {
		e.unseen = e.quiet(until)
	}
	for e.stopped == nil {
		departure := e.departures.first.at
		t := min(departure, e.nextClient, e.nextArrival)
		if t >= until {
			e.lived = max(e.lived, until)
			return
		}
		switch t {
		case departure:
			e.depart(e.departures.pop())
		case e.nextClient:
			e.client(t)
		default:
			e.arrive(t)
		}
		if e.events++; e.events&0xffff == 0 {
			e.stopped = e.ctx.Err()
		}
	}
}

// client is a client that gives up or tries again.
func (e *requests) client(t clock) {
	if e.deadlines.top() == t {
		e.timeOut()
	} else {
		e.again(e.retries.pop())
	}
	e.nextClient = min(e.deadlines.top(), e.retries.top())
}

// arrive is a new request: all that belongs to it is drawn now.
func (e *requests) arrive(t clock) {
	e.nextArrival = int64(e.arrivals.Next())
	r := e.pool.take()
	q := &e.pool.all[r]
	q.born, q.number, q.try = t, e.number, 1
	q.work = int64(e.law.Draw(e.service))
	e.number++
	e.count.offered++
	e.alive.add(t, 1)
	if e.budget >= 0 {
		e.tokens = min(e.tokens+e.budget, max(oneRetry, budgetDepth*e.budget))
	}
	word := uint64(0)
	if e.drawn {
		word = e.routing.Uint64()
	}
	e.attempt(t, r, word)
}

// budgetDepth is how many first attempts a retry budget looks back on at most: its bucket holds what they pay for.
const budgetDepth = 1000

// oneRetry is the price of a retry in tokens: whole numbers, so that ten first attempts at 10 % pay for one exactly.
const oneRetry = 1_000_000_000

// attempt sends one try to an instance, or to the queue, or nowhere.
func (e *requests) attempt(t clock, r uint32, word uint64) {
	q := &e.pool.all[r]
	q.came, q.ticket = t, e.tickets
	e.tickets++
	e.count.attempts++
	if e.shared == nil && e.crowd.size == 0 {
		e.fail(t, r, noCapacity)
		return
	}
	limit := anyone
	if e.shared != nil {
		limit = e.cfg.Concurrency // only instances with a free slot are asked
	}
	i := e.balancer.choose(&e.crowd, limit, word)
	if e.foreseen {
		e.foresee(t, r, i)
		return
	}
	queue := e.shared
	if queue == nil {
		queue = &i.queue
	}
	switch {
	case i != nil && i.busy < e.cfg.Concurrency:
		if e.erring && i.loading {
			e.fail(t, r, erred)
			return
		}
		e.crowd.moved(i, 1)
		e.start(t, r, i)
	case queue.size >= e.limit:
		e.fail(t, r, rejected)
		return
	default:
		if e.shared == nil {
			e.crowd.moved(i, 1)
			q.instance = i
		}
		q.state = waiting
		queue.push(&e.pool, r)
		e.queued.add(t, 1)
	}
	if e.timeout > 0 {
		e.expire(t, r)
	}
}

// expire sets the deadline of an attempt that comes at t.
func (e *requests) expire(t clock, r uint32) {
	e.deadlines.push(deadline{at: t + e.timeout, req: r, ticket: e.pool.all[r].ticket})
	e.nextClient = min(e.nextClient, t+e.timeout)
}

// start gives an attempt a free slot; the instance already counts it among those it holds.
func (e *requests) start(t clock, r uint32, i *instance) {
	i.busy++
	e.busy.add(t, 1)
	if i.busy == 1 {
		e.active.add(t, 1)
	}
	if i.warming {
		e.warming.take(t, i)
	}
	e.begin(t, r, i)
}

// begin begins the service of an attempt in a slot that is its own.
func (e *requests) begin(t clock, r uint32, i *instance) {
	q := &e.pool.all[r]
	q.state, q.instance, q.since = inService, i, t
	e.departures.push(newEvent(e.completion(t, q.work, i), q.ticket, r))
}

// completion is when a service ends that begins at t on an instance.
func (e *requests) completion(t clock, work int64, i *instance) clock {
	if end := t + work; end >= t && !e.eventful {
		return end
	}
	return e.slowed(t, work, i)
}

// depart is a slot that has done its work, unless it was freed before.
func (e *requests) depart(v event) {
	q := &e.pool.all[v.req()]
	if q.ticket != v.ticket() || q.state != inService && q.state != abandoned {
		return
	}
	e.complete(q, v.at)
	e.release(v.at, v.req(), q.instance)
}

// complete counts an attempt that has taken its slot until t.
func (e *requests) complete(q *request, t clock) {
	if q.state == abandoned {
		e.wasted.add(t - q.since)
		return
	}
	e.count.served++
	e.alive.add(t, -1)
	e.recorder.served(t-q.born, q.since-q.born)
	if e.witness != nil {
		e.witness(q.number, q.born, q.since, t)
	}
	if e.recorder.watched {
		from := q.came
		if e.shared != nil {
			from = q.since
		}
		e.recorder.model.add(time.Duration(t - from))
	}
}

// release takes the slot of an attempt, which is forgotten, and gives it to the one that waits for it, if there is one.
func (e *requests) release(t clock, r uint32, i *instance) {
	e.pool.give(r)
	switch {
	case e.shared == nil && i.queue.size > 0:
		e.letGo(i)
		r = i.queue.pop(&e.pool)
	case e.shared != nil && i.place >= 0 && e.shared.size > 0:
		r = e.shared.pop(&e.pool)
	default:
		e.free(t, i)
		return
	}
	e.queued.add(t, -1)
	e.begin(t, r, i)
}

// free empties a slot; a draining instance that holds nothing is gone.
func (e *requests) free(t clock, i *instance) {
	i.busy--
	e.letGo(i)
	if i.place < 0 {
		e.draining.add(t, -1)
		if i.busy == 0 {
			e.fleet.drained(t, i)
		}
		return
	}
	e.busy.add(t, -1)
	if i.busy == 0 {
		e.active.add(t, -1)
	}
	if i.warming {
		e.warming.free(t, i)
	}
}

// letGo counts one attempt less on an instance.
func (e *requests) letGo(i *instance) {
	if i.place >= 0 {
		e.crowd.moved(i, -1)
	} else {
		i.held--
	}
}

// timeOut is the first deadline: its client gives up if the attempt is still there.
func (e *requests) timeOut() {
	d := e.deadlines.pop()
	q := &e.pool.all[d.req]
	if q.ticket != d.ticket {
		return
	}
	ahead := e.foreseen && q.instance.place >= 0 // it leaves its instance as foreseen
	switch {
	case q.state == waiting && !ahead:
		e.unqueue(d.at, d.req)
		e.fail(d.at, d.req, timedOut)
	case q.state == waiting || q.state == inService && !e.onlyWaiting:
		client := e.pool.take() // the request goes on without its slot
		q = &e.pool.all[d.req]
		c := &e.pool.all[client]
		c.born, c.number, c.try = q.born, q.number, q.try
		q.state, q.since = abandoned, d.at
		if e.cfg.Abandoned == "drop" && !ahead {
			e.release(d.at, d.req, q.instance)
		}
		e.fail(d.at, client, timedOut)
	}
}

// unqueue takes a waiting attempt out of its queue.
func (e *requests) unqueue(t clock, r uint32) {
	q := &e.pool.all[r]
	e.queued.add(t, -1)
	if e.shared != nil {
		e.shared.remove(&e.pool, r)
		return
	}
	q.instance.queue.remove(&e.pool, r)
	e.letGo(q.instance)
}

// cause is why an attempt failed.
type cause uint8

const (
	rejected cause = iota
	timedOut
	noCapacity
	lostInstance
	erred
	throttled
)

// fail ends an attempt that holds no slot and stands in no queue: it is tried again, or the request has failed.
func (e *requests) fail(t clock, r uint32, why cause) {
	q := &e.pool.all[r]
	e.count.failedAttempts++
	switch why {
	case timedOut:
		e.count.timedOut++
	case noCapacity:
		e.count.noCapacity++
	case erred:
		e.count.erred++
	}
	if int(q.try) < e.attempts && (e.budget < 0 || e.tokens >= oneRetry) {
		if e.budget >= 0 {
			e.tokens -= oneRetry
		}
		q.state = backoff
		e.count.backoff++
		again := newEvent(t+e.backoff(q), e.tickets, r)
		e.retries.push(again)
		e.nextClient = min(e.nextClient, again.at)
		e.tickets++
		return
	}
	e.count.failed++
	e.alive.add(t, -1)
	switch why {
	case rejected:
		e.failedBy.Rejected++
	case timedOut:
		e.failedBy.Timeout++
	case noCapacity:
		e.failedBy.NoCapacity++
	case lostInstance:
		e.failedBy.InstanceLost++
	case erred:
		e.failedBy.Error++
	}
	e.pool.give(r)
}

// longest is a wait beyond every run, 146 years, that can be added to any instant of one.
const longest = never >> 1

// backoff is how long a request waits before its next try.
func (e *requests) backoff(q *request) int64 {
	wait := int64(e.cfg.Retries.Backoff)
	if shift := min(int(q.try)-1, 62); wait > longest>>shift {
		wait = longest
	} else {
		wait <<= shift
	}
	e.draw(q.number, int(q.try)+1)
	if jitter := e.try.Float64(); e.cfg.Retries.Jitter == "full" {
		wait = int64(jitter * float64(wait))
	}
	return wait
}

// draw goes to the begin of a later try's own chance: its jitter, its routing, its service.
func (e *requests) draw(number uint64, try int) {
	e.retrying.Reset(e.pcg, number*128+uint64(try))
}

// again is the next try of a request.
func (e *requests) again(v event) {
	q := &e.pool.all[v.req()]
	q.try++
	e.draw(q.number, int(q.try))
	e.try.Float64() // the jitter
	word := e.try.Uint64()
	q.work = int64(e.law.Draw(e.try))
	e.count.backoff--
	e.count.retries++
	e.attempt(v.at, v.req(), word)
}
