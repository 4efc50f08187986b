package aws

import (
	"math"
	"slices"
	"time"

	"headroom/policy"
)

// A groupScaler is EC2 Auto Scaling for one group in one run. Alarms, windows and limits are those of a scaler of Application
// Auto Scaling with the same alarms; what they lead to is the group's own.
type groupScaler struct {
	scaler
	group  *Group
	free   cooldown      // holds nothing
	simple []simple      // by policy; of the others nothing
	locked int           // changes before this one start no lock-out any more
	units  int           // desired capacity, where an instance counts several
	rested time.Duration // end of the cooldown of a change that moved no instance

	predictors []*predictor
}

// simple is what of a simple policy its alarm does not say.
type simple struct {
	is       bool
	cooldown time.Duration
}

// New is the scaler of one run. The settings must have passed Check; they are not changed.
func (g *Group) New(run policy.Run) policy.Scaler {
	twin := &Settings{Service: ASG, Min: g.Min, Max: g.Max, Policies: g.twins(), Assume: g.Assume.whole()}
	for i := range g.Schedules {
		twin.Schedules = append(twin.Schedules, g.Schedules[i].twin())
	}
	s := &groupScaler{
		scaler: scaler{settings: twin, run: run, limits: newLimits(twin, run), tick: time.Minute, lastTick: math.MinInt64, lastMin: math.MinInt64},
		group:  g, free: cooldown{last: -1},
	}
	for i := range g.Schedules {
		s.limits.names[i] = named(g.Schedules[i].Name, groupSchedules, i)
	}
	for i, p := range twin.Policies {
		q := &g.Policies[i]
		var a actor
		name, as := named(q.name(), groupPolicies, i), twin.Assume.over(defaults())
		switch {
		case q.Predictive != nil:
			s.predictors = append(s.predictors, newPredictor(q.Predictive, name, run, g.weight()))
			continue
		case p.TargetTracking != nil:
			a, _ = newTracker(p.TargetTracking, p.TargetTracking.Assume.over(as), name, run)
		default:
			a, _ = newStepper(p.Step, p.Step.Assume.over(as), name, run)
		}
		a.weight = float64(g.weight())
		if q.Simple != nil {
			a.bands = []band{{math.Inf(-1), math.Inf(1), q.Simple.By}}
			s.simple = append(s.simple, simple{true, *orDefault(q.Simple.Cooldown, g.DefaultCooldown)})
		} else {
			s.simple = append(s.simple, simple{})
		}
		s.actors = append(s.actors, a)
		if a.window.period < time.Minute {
			s.tick = 10 * time.Second
		}
	}
	return s
}

// Needs lists the metrics that the policies look at, each once, in the order of the alarms, then of the forecasts.
func (s *groupScaler) Needs() []policy.Need {
	needs := s.scaler.Needs()
	for _, p := range s.predictors {
		i := slices.IndexFunc(needs, func(n policy.Need) bool { return n.Metric == p.Metric })
		if i < 0 {
			needs = append(needs, p.need())
		} else {
			needs[i].Lookback = max(needs[i].Lookback, p.need().Lookback)
		}
	}
	return needs
}

// Next is the next evaluation of an alarm, firing of a schedule, or hour of a forecast.
func (s *groupScaler) Next(now time.Duration) time.Duration {
	next := s.scaler.Next(now)
	for _, p := range s.predictors {
		next = min(next, max(p.next, now+1))
	}
	return next
}

// Begin moves the configured start into the limits that hold at the begin; schedules due exactly then have fired.
func (s *groupScaler) Begin(now time.Duration, start int) policy.Decision {
	d := policy.Decision{Want: s.begins(start)}
	for {
		i, at := s.limits.soonest()
		if at > now {
			break
		}
		s.act(&d, i)
	}
	for i := range d.Entries {
		e := &d.Entries[i]
		e.From, e.To = d.Want, d.Want
	}
	d.Max = s.limits.max
	s.counted(now, &d)
	return d
}

// Decide is the decision of one instant: schedules, alarms, policies.
func (s *groupScaler) Decide(o policy.Observation) policy.Decision {
	d := policy.Decision{Want: s.capacity(o.Fleet.Desired)}
	for {
		i, at := s.limits.soonest()
		if at > o.Now {
			break
		}
		s.act(&d, i)
	}
	s.predict(&o, &d)
	if len(s.actors) > 0 && s.evaluate(&o) {
		s.policies(&o, &d)
	}
	d.Max = s.most(o.Now)
	s.counted(o.Now, &d)
	return d
}

// act fires one schedule: limits and capacity move at once, whatever else is under way.
func (s *groupScaler) act(d *policy.Decision, i int) {
	desired := s.group.Schedules[i].Desired
	low, high := s.limits.min, s.limits.max
	moved := s.limits.fire(i)
	outside := moved && desired != nil && s.limits.clamp(*desired) != *desired
	if outside { // refused as a whole
		s.limits.min, s.limits.max = low, high
		moved = false
	}
	e := s.scheduled(i, moved, outside)
	e.From, e.To = d.Want, d.Want
	if moved {
		to := s.limits.clamp(d.Want)
		if desired != nil {
			to = *desired
		} else if to != d.Want {
			e.Why = append(e.Why, s.moves(d.Want, to))
		}
		e.To, d.Want = to, to
	}
	d.Entries = append(d.Entries, e)
}

// policies asks those that act at this instant, and makes one decision of what they say.
func (s *groupScaler) policies(o *policy.Observation, d *policy.Decision) {
	f := frame{current: d.Want, min: s.floor(o.Now), max: s.most(o.Now), unready: -1, inWish: -1}
	s.bids = s.bids[:0]
	warming := o.Fleet.Warming+o.Fleet.Starting > 0
	until, locked := s.lock(o)
	for i := range s.actors {
		a := &s.actors[i]
		if e, ok := a.darkness(&s.scaler); ok {
			e.From, e.To = d.Want, d.Want
			d.Entries = append(d.Entries, e)
		}
		n := len(s.bids)
		switch {
		case a.tracks:
			s.bids = a.bid(s.bids, i, o, &s.free, &f)
		default:
			s.bids = s.bidStep(s.bids, i, (o.Fleet.InService-o.Fleet.Warming)*s.group.weight(), f)
		}
		for k := n; k < len(s.bids); k++ {
			b := &s.bids[k]
			switch {
			case s.simple[i].is:
				if b.cools = locked; locked {
					b.reach = min(b.wish, f.current)
				}
			case b.wish < f.current:
				b.cools = warming
			}
		}
	}
	found := combine(f, s.bids)
	s.write(d, f, found, until, o)
	d.Want = found.to
}

// bidStep adds what a step policy or a simple one asks. A step policy counts a scale-out from the instances that are warmed up;
// those that are coming are part of what it wants, so it adds the difference only.
func (s *groupScaler) bidStep(bids []bid, place, warmed int, f frame) []bid {
	a := &s.actors[place]
	value, by, ok := a.stepNow()
	if !ok {
		return bids
	}
	b := bid{actor: place, base: f.current, by: by, value: value}
	if b.wish = adjusted(f.current, a.adjust, by, a.least); b.wish > f.current && !s.simple[place].is {
		b.base = min(warmed, f.current)
		b.wish = max(adjusted(b.base, a.adjust, by, a.least), f.current)
	}
	if b.reach = b.wish; b.wish == f.current {
		return bids
	}
	return append(bids, b)
}

// lock tells whether simple policies are locked out, and until when as far as that is known: while any change is under way or an
// instance is launched anew, and from the end of a simple policy's change until its cooldown is over.
func (s *groupScaler) lock(o *policy.Observation) (until time.Duration, locked bool) {
	for s.locked < len(o.Past) {
		m := &o.Past[s.locked]
		if !m.Done || s.over(m) > o.Now {
			break
		}
		s.locked++
	}
	if o.Fleet.Starting > 0 || o.Fleet.Draining > 0 || o.Fleet.InService < o.Fleet.Desired {
		return never, true
	}
	until = max(o.Now, s.rested)
	for i := s.locked; i < len(o.Past); i++ {
		if !o.Past[i].Done {
			return never, true
		}
		until = max(until, s.over(&o.Past[i]))
	}
	return until, until > o.Now
}

// over is when the lock-out of a change that is complete ends.
func (s *groupScaler) over(m *policy.Moment) time.Duration {
	for i := range s.actors {
		if s.simple[i].is && s.actors[i].name == m.By {
			return m.Complete + s.simple[i].cooldown
		}
	}
	return m.Complete
}
