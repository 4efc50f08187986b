package aws

import (
	"math"
	"strconv"
	"time"

	"headroom/policy"
)

// A scaler is Application Auto Scaling for one scalable target in one run.
type scaler struct {
	settings  *Settings
	run       policy.Run
	limits    *limitsClock
	actors    []actor
	cooling   cooldowns
	busy      string        // what a change under way makes wait for its end; "": changes overlap
	eager     bool          // but not that of the limits (scale-while-updating)
	tick      time.Duration // how often some alarm is evaluated
	suspended suspensions
	pending   bool          // limits moved during a change: the capacity follows when it is complete
	lastTick  time.Duration // ticks of ten seconds and of a minute already evaluated
	lastMin   time.Duration
	bids      []bid
	data      []datum

	heldBid   bid // the last wish that the limits held, and its reasons
	heldFrame frame
	heldWhy   []policy.Reason
}

// New is the scaler of one run. The settings must have passed Check; they are not changed.
func (s *Settings) New(run policy.Run) policy.Scaler {
	sc := &scaler{settings: s, run: run, limits: newLimits(s, run), tick: time.Minute, lastTick: math.MinInt64, lastMin: math.MinInt64}
	sc.busy, sc.eager = serviceOf(s.Service).busy, *s.Assume.over(defaults()).ScaleWhileUpdating
	sc.cooling.index = map[string]int{}
	sc.suspended = newSuspensions(s, run.Start)
	for i := range s.Policies {
		a, c := newActor(s, i, run)
		sc.actors = append(sc.actors, a)
		sc.cooling.of = append(sc.cooling.of, c)
		sc.cooling.index[a.name] = i
		if a.window.period < time.Minute {
			sc.tick = 10 * time.Second
		}
	}
	return sc
}

// path is where a list of the settings stands in the scenario.
func (s *Settings) path(list string) string {
	if s.under != "" {
		return s.under + "." + list
	}
	return "scaling.aws." + list
}

// named is what a policy or schedule is called in the log: its name, or its path.
func named(name, list string, i int) string {
	if name != "" {
		return name
	}
	return list + "." + strconv.Itoa(i)
}

// Needs lists the metrics that the policies look at, each once, in the order of the policies.
func (s *scaler) Needs() []policy.Need {
	var needs []policy.Need
	for i := range s.actors {
		a := &s.actors[i]
		need := a.need()
		known := false
		for k := range needs {
			if n := &needs[k]; n.Metric == need.Metric {
				known = true
				n.Samples = n.Samples || need.Samples
				n.Lookback = max(n.Lookback, need.Lookback)
				n.HighAt, n.LowAt = n.HighAt || math.IsNaN(n.High) && need.HighAt, n.LowAt || math.IsNaN(n.Low) && need.LowAt
				n.High, n.Low = firstNumber(n.High, need.High), firstNumber(n.Low, need.Low)
			}
		}
		if !known {
			needs = append(needs, need)
		}
	}
	return needs
}

// firstNumber is a, or b if a is none.
func firstNumber(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return a
}

// Next is the next evaluation of an alarm or firing of a schedule.
func (s *scaler) Next(now time.Duration) time.Duration {
	_, next := s.limits.soonest()
	if len(s.actors) > 0 {
		next = min(next, (floor(now, s.tick)+1)*s.tick)
	}
	if s.suspended.edge > now {
		next = min(next, s.suspended.edge)
	}
	return max(next, now+1)
}

// Begin moves the configured start into the limits that hold at the begin; schedules due exactly then have fired.
func (s *scaler) Begin(now time.Duration, start int) policy.Decision {
	var d policy.Decision
	s.suspended.reach(now)
	for {
		i, at := s.limits.soonest()
		if at > now {
			break
		}
		if off, _ := s.suspended.at(at); off.Schedules {
			s.limits.skip(i)
			d.Entries = append(d.Entries, s.skipped(i, 0))
			continue
		}
		d.Entries = append(d.Entries, s.fired(i, s.limits.fire(i)))
	}
	d.Want = s.limits.clamp(start)
	for i := range d.Entries {
		e := &d.Entries[i]
		e.From, e.To = d.Want, d.Want
	}
	return d
}

// Decide is the decision of one instant: schedules, the capacity that waited for a change to be complete, alarms, policies.
func (s *scaler) Decide(o policy.Observation) policy.Decision {
	d := policy.Decision{Want: o.Fleet.Desired}
	s.cooling.learn(o.Past)
	updating := s.busy != "" && s.cooling.updating(o.Past)
	resumed := s.suspended.reach(o.Now)
	for {
		i, at := s.limits.soonest()
		if at > o.Now {
			break
		}
		if off, _ := s.suspended.at(at); off.Schedules {
			s.limits.skip(i)
			d.Entries = append(d.Entries, s.skipped(i, d.Want))
			continue
		}
		s.schedule(&d, i, updating && !s.eager)
	}
	if s.pending && !updating {
		s.settle(&d)
	}
	if due := s.evaluate(&o); len(s.actors) > 0 && (due || resumed) {
		for i := range s.actors {
			s.actors[i].acts = s.actors[i].acts || resumed
		}
		updating = updating || s.busy != "" && d.Want != o.Fleet.Desired
		s.policies(&o, &d, updating)
	}
	return d
}

// schedule fires one schedule: the limits move at once, the capacity too unless a change is under way.
func (s *scaler) schedule(d *policy.Decision, i int, updating bool) {
	moved := s.limits.fire(i)
	e := s.fired(i, moved)
	e.From, e.To = d.Want, d.Want
	if to := s.limits.clamp(d.Want); moved && to != d.Want {
		if updating {
			s.pending = true
			e.Why = append(e.Why, policy.Reason{Code: policy.Updating, Text: "a change is under way: the capacity follows when it is complete"})
		} else {
			e.To = to
			e.Why = append(e.Why, s.moves(d.Want, to))
			d.Want = to
		}
	}
	d.Entries = append(d.Entries, e)
}

// settle moves the capacity into limits that moved while a change was under way.
func (s *scaler) settle(d *policy.Decision) {
	s.pending = false
	to := s.limits.clamp(d.Want)
	if to == d.Want {
		return
	}
	d.Entries = append(d.Entries, policy.Entry{Policy: s.limits.names[s.limits.by], From: d.Want, To: to, Why: []policy.Reason{
		{Code: policy.Schedule, Text: "the change that was under way is complete"}, s.moves(d.Want, to),
	}})
	d.Want = to
}

// evaluate brings the alarms that are due up to now; it tells whether any was.
func (s *scaler) evaluate(o *policy.Observation) bool {
	tick, minute := floor(o.Now, 10*time.Second), floor(o.Now, time.Minute)
	onTick, onMinute := tick > s.lastTick, minute > s.lastMin
	s.lastTick, s.lastMin = tick, minute
	due := false
	for i := range s.actors {
		a := &s.actors[i]
		a.acts = false
		if onMinute || onTick && a.window.period < time.Minute {
			s.data = a.evaluate(o.Points(a.window.metric), o.Now, s.data)
			a.acts = onMinute || a.high.entered || a.low.entered
			due = true
		}
	}
	return due
}

// policies asks those that act at this instant, and makes one decision of what they say.
func (s *scaler) policies(o *policy.Observation, d *policy.Decision, updating bool) {
	f := frame{current: d.Want, min: s.limits.min, max: s.limits.max, updating: updating, suspended: s.suspended.now, unready: -1, inWish: -1}
	s.bids = s.bids[:0]
	for i := range s.actors {
		a := &s.actors[i]
		if e, ok := a.darkness(s); ok {
			e.From, e.To = d.Want, d.Want
			d.Entries = append(d.Entries, e)
		}
		s.bids = a.bid(s.bids, i, o, &s.cooling.of[i], &f)
	}
	found := combine(f, s.bids)
	s.log(o, d, f, found)
	d.Want = found.to
}
