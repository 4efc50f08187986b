package job

import (
	"math"
	"time"
)

// An Outcome is one run of a job. End = Waiting + Provisioning + Running, and Running = Loading + Useful + Checkpoints + Redone.
type Outcome struct {
	Finished bool
	Stopped  Stop          // why it was not
	End      time.Duration // from the begin until it was done, or stopped

	Waiting      time.Duration // for capacity
	Provisioning time.Duration
	Running      time.Duration // of all starts
	Loading      time.Duration // load and restore
	Useful       time.Duration // work that no interruption took back
	Checkpoints  time.Duration // that were written
	Redone       time.Duration // work, and half-written checkpoints, that an interruption threw away

	Starts        int
	Interruptions int
	Written       int           // checkpoints
	Billed        time.Duration // of one instance, after the billing rules
}

// A Stop is why a job ended without its work done.
type Stop string

// The stops.
const (
	ByMaxRun  Stop = "max-run"
	ByMaxWait Stop = "max-wait"
	GivenUp   Stop = "given-up" // after MaxStarts
)

// MaxStarts is after how many starts a run is given up: a job without checkpoints on short lives would go on for ever.
const MaxStarts = 10_000

// never is later than anything that happens.
const never = time.Duration(math.MaxInt64 / 4)

// limit is a duration that may be left out.
func limit(d *time.Duration) time.Duration {
	if d == nil {
		return never
	}
	return *d
}

// A plan is a job ready to be run, with a time between checkpoints that may be another than the settings'.
type plan struct {
	*Settings
	work    time.Duration
	every   time.Duration // never: no checkpoints
	maxRun  time.Duration
	maxWait time.Duration
}

func newPlan(s *Settings) plan {
	p := plan{Settings: s, work: s.Length(), every: never, maxRun: limit(s.MaxRun), maxWait: never}
	if s.Checkpoint.Every > 0 {
		p.every = s.Checkpoint.Every
	}
	if s.OnSpot() {
		p.maxWait = limit(s.Spot.MaxWait)
	}
	return p
}

// live is one run in a world.
func (p *plan) live(w *world) (o Outcome) {
	for o.Starts < MaxStarts {
		start := w.start(o.Starts, o.End)
		o.Starts++
		if !p.pass(&o, &o.Waiting, start.wait) {
			return p.stopped(o)
		}
		before := o.End
		if !p.pass(&o, &o.Provisioning, start.provision) {
			if p.Billing.From == "launch" {
				o.Billed += p.rounded(o.End - before)
			}
			return p.stopped(o)
		}
		a := p.attempt(o.Useful, start, min(p.maxRun-o.Running, p.maxWait-o.End))
		o.End += a.running
		o.Running += a.running
		o.Loading += a.loading
		o.Useful += a.saved
		o.Checkpoints += time.Duration(a.written) * p.Checkpoint.Cost
		o.Written += a.written
		o.Redone += a.running - a.loading - a.saved - time.Duration(a.written)*p.Checkpoint.Cost
		o.Billed += p.charge(start, a)
		switch {
		case a.done:
			o.Finished = true
			return o
		case !a.interrupted && o.Running >= p.maxRun:
			o.Stopped = ByMaxRun
			return o
		case !a.interrupted:
			return p.stopped(o)
		}
		o.Interruptions++
	}
	o.Stopped = GivenUp
	return o
}

// stopped is the outcome of a run whose time is over.
func (p *plan) stopped(o Outcome) Outcome {
	o.Stopped = ByMaxWait
	if p.maxWait == never {
		o.Stopped = GivenUp
	}
	return o
}

// pass lets time go by without running; false: the job was stopped in it.
func (p *plan) pass(o *Outcome, kind *time.Duration, d time.Duration) bool {
	left := p.maxWait - o.End
	ok := d < left
	d = min(d, left)
	*kind += d
	o.End += d
	return ok
}

// An attempt is what became of one start.
type attempt struct {
	running, loading  time.Duration
	saved             time.Duration // work that is safe now and was not before
	written           int           // checkpoints
	done, interrupted bool
}

// attempt runs from the moment the machines run: with so much work safe, until it is done, taken, or at its limit.
func (p *plan) attempt(safe time.Duration, start start, most time.Duration) (a attempt) {
	load := start.load
	if safe > 0 {
		load += p.Checkpoint.Restore
	}
	rest := p.work - safe
	between := (rest - 1) / p.every // checkpoints on the way to the end
	whole := load + rest + between*p.Checkpoint.Cost
	if whole < start.life && whole <= most { // at one instant an interruption comes before a completion
		return attempt{running: whole, loading: load, saved: rest, written: int(between), done: true}
	}
	a.running, a.interrupted = min(start.life, most), start.life <= most
	a.loading = min(load, a.running)
	worked := a.running - a.loading
	if worked <= 0 {
		return a
	}
	piece := p.every + p.Checkpoint.Cost
	if p.every == never {
		piece = never
	}
	if a.interrupted && p.Checkpoint.OnNotice {
		return p.noticed(a, worked, between, piece)
	}
	written := min((worked-1)/piece, between) // one that ends at the very instant is lost
	a.written, a.saved = int(written), written*p.every
	return a
}

// noticed is an interrupted attempt whose last act is a checkpoint: begun at the notice, or under way then.
func (p *plan) noticed(a attempt, worked, between, piece time.Duration) attempt {
	until := worked - p.Spot.Notice
	if until <= 0 {
		return a
	}
	written := min(until/piece, between)
	a.saved = written*p.every + min(until-written*piece, p.every)
	a.written = int(written) + 1
	if a.saved == written*p.every { // nothing new since the last one
		a.written--
	}
	return a
}

// charge is the charged time of one start on one instance.
func (p *plan) charge(start start, a attempt) time.Duration {
	b := p.Billing
	charged := a.running
	switch b.From {
	case "launch":
		charged += start.provision
	case "work":
		charged -= a.loading
	}
	if a.interrupted && charged < b.Forgiven {
		return 0
	}
	return p.rounded(charged)
}

// rounded is a time by the granularity and the minimum.
func (p *plan) rounded(charged time.Duration) time.Duration {
	if rest := charged % p.Billing.Granularity; rest > 0 {
		charged += p.Billing.Granularity - rest
	}
	return max(charged, p.Billing.Minimum)
}
