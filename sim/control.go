package sim

import (
	"slices"
	"time"

	"headroom/policy"
)

// control is where a scaler meets its world: it is asked when it wants to be, sees what is visible, and what it decides is
// carried out and written down.
type control struct {
	cfg     *Config
	scaler  policy.Scaler
	fleet   *fleet
	monitor *monitor
	next    clock           // asked at the first step at or after
	past    []policy.Moment // one for each change of the fleet, by its number
	obs     policy.Observation
	log     []Decision
	moments []int          // per entry of the log: its moment in the past, −1 if it changed nothing
	open    map[string]int // per policy: its last entry in the log
	again   repeats
	happens []Happening
	ledger  func(Happening)
}

func newControl(cfg *Config, s policy.Scaler, f *fleet, m *monitor) *control {
	c := &control{cfg: cfg, scaler: s, fleet: f, monitor: m, open: map[string]int{}, again: newRepeats()}
	f.completed, f.note = c.complete, c.happened
	c.obs = policy.Observation{
		Points: func(metric string) []policy.Point {
			if e := m.feed(metric); e != nil {
				return e.seen(int64(c.obs.Now))
			}
			return nil
		},
		Use:    func() policy.Use { return f.use(int64(c.obs.Now)) },
		Delay:  func(metric string) time.Duration { _, d := cfg.Metrics.Timing(metric); return d },
		Period: func(metric string) time.Duration { p, _ := cfg.Metrics.Timing(metric); return p },
	}
	return c
}

// begin puts the first instances in service.
func (c *control) begin(t clock) {
	d := c.scaler.Begin(time.Duration(t), *c.cfg.Fleet.Start)
	c.fleet.max = d.Max
	c.fleet.stand(t, d.Want)
	c.fleet.warmUp = int64(c.cfg.Platform.WarmUp)
	for k := range d.Entries {
		c.write(t, &d.Entries[k], -1)
	}
	c.next = t
}

// due tells whether the scaler may be asked at t: it wants to be, or a change under way may complete there.
func (c *control) due(t clock) bool { return t >= c.next || c.fleet.open > 0 }

// decide asks the scaler if it wants to be asked at t, and carries out its decision.
func (c *control) decide(t clock) {
	if t < c.next {
		return
	}
	f := c.fleet
	c.obs.Now = time.Duration(t)
	c.obs.Fleet = policy.Fleet{Desired: f.desired, InService: len(f.serving), Starting: len(f.starting), Draining: len(f.draining), Warming: int(f.inWarming.n)}
	c.obs.Past = c.past
	d := c.scaler.Decide(c.obs)
	c.next, f.max = int64(c.scaler.Next(time.Duration(t))), d.Max
	for k := range d.Entries {
		e, moment := &d.Entries[k], -1
		if e.To != e.From {
			moment = len(c.past)
		}
		c.write(t, e, moment)
		if moment >= 0 { // after its entry: what it orders may be refused at once
			c.change(t, e.To, e.Policy)
		}
	}
	if d.Want != f.desired { // a scaler that writes no log
		c.change(t, d.Want, "")
	}
	f.fillPool(t)
}

// change carries out a change of desired capacity, the next moment in the past.
func (c *control) change(t clock, to int, by string) {
	c.past = append(c.past, policy.Moment{At: time.Duration(t), From: c.fleet.desired, To: to, By: by, Complete: -1})
	c.fleet.warmUp = int64(c.cfg.Platform.Warms(by))
	c.fleet.resize(t, to)
	c.fleet.warmUp = int64(c.cfg.Platform.WarmUp)
}

// complete notes that a change of capacity is done; the scaler is asked at the next step.
func (c *control) complete(t clock, change int) {
	m := &c.past[change]
	m.Done, m.Complete = true, time.Duration(t)
	c.next = min(c.next, t)
}

// happened notes what happened to instances; the same again and again is one entry.
func (c *control) happened(h Happening) {
	c.happens = append(c.happens, h)
	c.ledger(h)
	reason := policy.Reason{Text: h.Text}
	switch h.What {
	case "lost":
		reason.Code = policy.Lost
	case "refused":
		reason.Code = policy.Refused
	case "replaced", "renewed":
		reason.Code = policy.Replaced
	case "rebalanced":
		reason.Code = policy.Rebalanced
	}
	if c.again.goesOn(h, reason.Code, c) {
		return
	}
	e := policy.Entry{Policy: "fleet", From: c.fleet.desired, To: c.fleet.desired, Why: []policy.Reason{reason}}
	c.add(Decision{At: h.At, Until: h.At, Entry: e, Complete: -1}, -1)
}

// add puts a decision in the log; moment is its change in the past, −1 if it changed nothing.
func (c *control) add(d Decision, moment int) {
	c.log = append(c.log, d)
	c.moments = append(c.moments, moment)
}

// write puts an entry in the log; a held wish that is the same as this policy's last one, decided within a minute, continues it.
func (c *control) write(t clock, e *policy.Entry, moment int) {
	at := time.Duration(t)
	k, ok := c.open[e.Policy]
	if ok && e.From == e.To && e.HeldBy != "" && at-c.log[k].Until <= time.Minute && same(&c.log[k].Entry, e) {
		c.log[k].Until = at
		return
	}
	d := Decision{At: at, Until: at, Entry: *e, Complete: -1}
	d.Why = slices.Clone(e.Why)
	c.open[e.Policy] = len(c.log)
	c.add(d, moment)
}

// same tells whether two held wishes are equal, but for their words.
func same(a, b *policy.Entry) bool {
	return a.From == b.From && a.To == b.To && a.Wish == b.Wish && a.HasWish == b.HasWish && a.HeldBy == b.HeldBy
}

// report forgets the log of the settle time.
func (c *control) report() {
	c.log, c.moments, c.happens = nil, nil, nil
	clear(c.open)
	c.again = newRepeats()
}

// finish writes the log and counts it.
func (c *control) finish(r *Result) {
	c.again.tell(c.log)
	r.Decisions, r.Happenings = c.log, c.happens
	r.Scaling.HeldBy = map[policy.Hold]int{}
	for k := range r.Decisions {
		d := &r.Decisions[k]
		if d.To > d.From {
			r.Scaling.Out++
		}
		if d.To < d.From {
			r.Scaling.In++
		}
		if d.HeldBy != "" {
			r.Scaling.HeldBy[d.HeldBy]++
		}
		if m := c.moments[k]; m >= 0 && c.past[m].Done {
			d.Complete = c.past[m].Complete
		}
	}
}
