package sim

import (
	"time"

	"headroom/histogram"
)

// service is how instances serve: the one interface between a run and its engine. Its own time never goes back; every call
// says at which instant it comes.
type service interface {
	// reach lives everything before until. serve does too, but may leave what nobody has asked for yet.
	reach(until clock)
	serve(until clock)
	// add brings an instance into service, drain takes no new attempts to it from now on (fleet.gone is called when it is
	// empty), lose fails all that it holds.
	add(t clock, i *instance)
	drain(t clock, i *instance)
	lose(t clock, i *instance)
	// warmed ends the warm-up of an instance in service, which began when it was added.
	warmed(t clock, i *instance)
	// loaded ends the time in which an instance in service loads its model, which began when it was added.
	loaded(t clock, i *instance)

	// holds is how many attempts an instance in service holds.
	holds(i *instance) int

	// tally is what has been counted until t.
	tally(t clock) tally
	// perInstance is Σ 1 ÷ instances in service over the attempts since the last call.
	perInstance() float64
	// modelLatency gives the samples of ModelLatency since the last call; nil if there are none. Only after watchLatency.
	modelLatency() *samples
	watchLatency(percentiles bool)
	// oldest is how long the oldest attempt in a queue has waited at t; 0 if none waits.
	oldest(t clock) int64

	// report begins reporting at clock.start: what was counted so far is forgotten, requests alive are carried in.
	report()
	// minute writes the latency and wait of the minute that ends, and forgets them.
	minute(m *Minute)
	// finish writes what the whole run counted; the instants before end have been lived.
	finish(end clock, r *Result)
	// err is why it had to stop, nil as long as it goes on.
	err() error
}

// tally is a set of running totals since the begin of the run. Areas are in nanoseconds × count and wrap around: only their
// differences over at most some hours mean something.
type tally struct {
	offered, attempts, retries, served, failed int64
	failedAttempts                             int64
	timedOut, noCapacity, erred                int64 // failed attempts of these causes
	waiting                                    int64 // now, in queues
	backoff                                    int64 // now, between two tries
	slots                                      int64 // busy on instances in service, now
	busy                                       int64 // ∫ busy slots of instances in service
	busyDraining                               int64 // ∫ busy slots of draining instances
	active                                     int64 // ∫ instances in service with at least one busy slot
	warmBusy, warmActive                       int64 // of these two, on instances that warm up
	queued                                     int64 // ∫ waiting in queues
	alive                                      int64 // ∫ requests alive: waiting, in backoff or in service for a client who still waits

	onDemandTally // where environments are made on demand
}

// samples are durations that were observed in a period.
type samples struct {
	count    int64
	sum      int64 // nanoseconds
	min, max time.Duration
	hist     histogram.Histogram // empty unless percentiles are watched
	keep     bool
}

func (s *samples) add(d time.Duration) {
	if s.count == 0 || d < s.min {
		s.min = d
	}
	s.max = max(s.max, d)
	s.count++
	s.sum += int64(d)
	if s.keep {
		s.hist.Add(d)
	}
}

func (s *samples) reset() {
	s.count, s.sum, s.min, s.max = 0, 0, 0, 0
	s.hist.Reset()
}

// An area is ∫ n dt of a count n that changes at instants. Instead of multiplying at every change it adds the instants:
// ∫ n dt until t = n·t − Σ(instants of +1) + Σ(instants of −1), in arithmetic that wraps around.
type area struct {
	n   int64
	sum int64
}

func (a *area) add(t clock, d int64) {
	a.n += d
	a.sum += d * t
}

// stay adds one from an instant to another.
func (a *area) stay(from, to clock) { a.sum += from - to }

func (a *area) until(t clock) int64 { return a.n*t - a.sum }

// A total is a sum of nanoseconds × count that may exceed an int64.
type total struct{ seconds, nanos int64 }

func (s *total) add(d int64) {
	s.seconds += d / 1e9
	s.nanos += d % 1e9
	if s.nanos >= 1e9 {
		s.seconds++
		s.nanos -= 1e9
	}
}

// value is in seconds × count.
func (s total) value() float64 { return float64(s.seconds) + float64(s.nanos)/1e9 }

// count writes what was counted since before, of an engine in which so many wait in queues and so many are alive at the end.
func (q *Requests) count(now, before *tally, queued, alive int64) {
	q.Offered, q.Served, q.Failed = now.offered-before.offered, now.served-before.served, now.failed-before.failed
	q.Retries = now.retries - before.retries
	q.WaitingAtEnd = queued + now.backoff
	q.InServiceAtEnd = alive - q.WaitingAtEnd
}
