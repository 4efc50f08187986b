package aws

import (
	"math"
	"time"

	"headroom/policy"
	"headroom/unit"
)

// An actor is one policy in a run: its window on a metric and its alarms.
type actor struct {
	name   string
	kind   Kind // of its metric
	window *window
	high   alarm // of target tracking; a step policy's only one
	low    alarm // of target tracking
	form   [2]Datapoints

	tracks  bool
	target  float64
	scaleIn bool
	limit   float64 // max-scale-in, 0: none
	weight  float64 // units that an instance of a group counts
	formula string
	atNow   bool // base: now
	zero    int  // from-zero

	adjust      string
	bands       []band
	least       int
	percentNow  bool // percent-base-in-cooldown: now
	calc        string
	outBlocksIn bool
	eager       bool // scale-while-updating

	acts bool // it may act at this instant
	dark bool // its stretch without data has been logged
	// flaps: its low alarm would scale in, but one instance less would put the metric above the target; value and
	// load are what that was calculated with.
	flaps       bool
	value, load float64
}

// newActor makes the policy at a place of the list ready for a run.
func newActor(s *Settings, i int, run policy.Run) (actor, cooldown) {
	if t := s.Policies[i].TargetTracking; t != nil {
		return newTracker(serviceOf(s.Service).tracking(t), t.Assume.over(s.Assume).over(defaults()), named(t.Name, s.path("policies"), i), run)
	}
	t := s.Policies[i].Step
	return newStepper(t, t.Assume.over(s.Assume).over(defaults()), named(t.Name, s.path("policies"), i), run)
}

// newTracker is a target-tracking policy: its high alarm is above the target, its low one below a share of it.
func newTracker(t *TargetTracking, as Assume, name string, run policy.Run) (actor, cooldown) {
	every, delay := run.Timing(t.Metric)
	period, form := *orDefault(t.Alarm.Period, every), t.Alarm.filled()
	low := TrackingIn(form, period)
	a := actor{name: name, tracks: true, weight: 1, target: t.Target.Value(), scaleIn: t.ScaleIn, form: [2]Datapoints{form.Out, low}}
	a.high = newAlarm(form.Out, threshold{level: a.target, above: true}, as)
	a.low = newAlarm(low, threshold{level: a.target * float64(form.Low)}, as)
	a.high.rule.realOnly, a.low.rule.realOnly = true, true
	a.kind = kindOf(t.Metric)
	a.window = newWindow(t.Metric, Statistic{}, period, every, delay, max(a.high.length, a.low.length))
	a.formula, a.calc, a.atNow, a.zero = *as.Formula, *as.MetricForCalc, *as.Base == "now", *as.FromZero
	if as.MaxScaleIn != nil {
		a.limit = float64(*as.MaxScaleIn)
	}
	a.outBlocksIn, a.eager = *as.OutCooldownBlocksIn, *as.ScaleWhileUpdating
	return a, cooldown{
		out: *orDefault(t.ScaleOutCooldown, CooldownDefault), in: *orDefault(t.ScaleInCooldown, CooldownDefault),
		fromDecision: *as.CooldownStarts == "decision", last: -1,
	}
}

// TrackingIn is the form of the low alarm: what is given, else 15 of 15, and below a minute as many datapoints as span 15
// minutes (90 of 10 s).
func TrackingIn(t TrackingAlarms, period time.Duration) Datapoints {
	switch {
	case t.In != nil:
		return *t.In
	case period < time.Minute:
		n := int((15*time.Minute + period - 1) / period)
		return Datapoints{n, n}
	}
	return Datapoints{15, 15}
}

// newStepper is a step policy with its alarm.
func newStepper(t *Step, as Assume, name string, run policy.Run) (actor, cooldown) {
	every, delay := run.Timing(t.Alarm.Metric)
	period := *orDefault(t.Alarm.Period, every)
	a := actor{name: name, form: [2]Datapoints{t.Alarm.Datapoints}, adjust: t.Adjust, least: *orDefault(t.MinimumStep, 0)}
	a.high = newAlarm(t.Alarm.Datapoints, t.Alarm.threshold(), as)
	a.high.rule.missing = t.Alarm.Missing
	if t.Alarm.LowSamples == "ignore" {
		a.high.ignoreBelow = t.Alarm.Statistic.enough()
	}
	a.bands = bands(t.Steps, a.high.level)
	a.kind = kindOf(t.Alarm.Metric)
	a.window = newWindow(t.Alarm.Metric, t.Alarm.Statistic, period, every, delay, a.high.length)
	a.calc, a.percentNow = *as.StepMetricForCalc, *as.PercentBaseInCooldown == "now"
	a.outBlocksIn, a.eager = *as.OutCooldownBlocksIn, *as.ScaleWhileUpdating
	d := *orDefault(t.Cooldown, CooldownDefault)
	return a, cooldown{out: d, in: d, fromDecision: *as.CooldownStarts == "decision", last: -1}
}

// newAlarm is an alarm of a form.
func newAlarm(d Datapoints, t threshold, as Assume) alarm {
	return alarm{threshold: t, length: as.EvaluationRange.of(d.N), rule: alarmRule{m: d.M, n: d.N, missing: "missing", fresh: *as.FreshBreachOnly}}
}

// threshold is the comparison that an alarm was given.
func (a *Alarm) threshold() threshold {
	switch {
	case a.Above != nil:
		return threshold{a.Above.Value(), true, false}
	case a.AtOrAbove != nil:
		return threshold{a.AtOrAbove.Value(), true, true}
	case a.Below != nil:
		return threshold{a.Below.Value(), false, false}
	case a.AtOrBelow != nil:
		return threshold{a.AtOrBelow.Value(), false, true}
	}
	return threshold{}
}

// need is what the policy looks at: its metric as far back as its longest alarm, and where its thresholds are.
func (a *actor) need() policy.Need {
	w := a.window
	slots := max(a.high.length, a.low.length)
	n := policy.Need{
		Metric: w.metric, Samples: w.statistic.isP, Lookback: w.delay + w.grain + time.Duration(slots)*w.period + time.Minute,
		High: math.NaN(), Low: math.NaN(),
	}
	if w.statistic != (Statistic{}) {
		n.Sees = func(p policy.Point) float64 { return w.statistic.Of([]policy.Point{p}, nil) }
	}
	switch {
	case a.tracks:
		n.High, n.Low = a.high.level, a.low.level
	case a.high.above:
		n.High, n.HighAt = a.high.level, a.high.inclusive
	default:
		n.Low, n.LowAt = a.high.level, a.high.inclusive
	}
	return n
}

// evaluate brings the policy's alarms up to now.
func (a *actor) evaluate(points []policy.Point, now time.Duration, scratch []datum) []datum {
	a.window.look(points, now)
	scratch = a.high.evaluate(a.window, scratch)
	if a.tracks {
		scratch = a.low.evaluate(a.window, scratch)
	}
	return scratch
}

// darkness is the entry of a stretch without data, once when it begins.
func (a *actor) darkness(s *scaler) (policy.Entry, bool) {
	was := a.dark
	if a.dark = a.high.dark || a.tracks && a.low.dark; !a.dark || was {
		return policy.Entry{}, false
	}
	since := s.run.Start.Add(a.window.last).Format(time.DateTime)
	return policy.Entry{Policy: a.name, HeldBy: policy.HeldByNoData, Why: []policy.Reason{
		{Code: policy.NoData, Text: a.window.metric + ": no data since " + since},
	}}, true
}

// bid adds what the policy asks at this instant, and for target tracking its vote on scaling in.
func (a *actor) bid(bids []bid, place int, o *policy.Observation, c *cooldown, f *frame) []bid {
	if !a.tracks {
		return a.bidStep(bids, place, o, c, f)
	}
	a.flaps = false
	if a.acts && a.high.state == InAlarm {
		if value, load, ok := a.window.measure(a.calc, a.form[0].N, a.high.length); ok {
			load = a.based(value, load, f.current)
			if want, ok := scaledOut(f.current, load, a.target, a.formula, a.zero); ok {
				bids = append(bids, bid{actor: place, wish: want, reach: want, eager: a.eager, value: value, load: load})
			}
		}
	}
	if !a.scaleIn {
		return bids
	}
	low := a.low.state == InAlarm
	cools := a.inCools(o, c)
	if (!low || cools) && f.unready < 0 {
		f.unready = place
	}
	if !low {
		return bids
	}
	value, load, ok := a.window.measure(a.calc, a.form[1].N, a.low.length)
	if !ok {
		return bids
	}
	if load = a.based(value, load, f.current); load == 0 {
		load = value * a.weight // a backlog that nobody was there to serve is one instance's: it is no reason to take the last one away
	}
	want := scaledIn(f.current, load, a.target, a.formula, a.limit)
	f.inWish = max(f.inWish, want)
	if !a.acts {
		return bids
	}
	if want < f.current {
		return append(bids, bid{actor: place, wish: want, reach: want, tied: true, cools: cools, eager: a.eager, value: value, load: load})
	}
	// a want above the current capacity is no want at all; one that is it means that no instance can be spared
	a.flaps = f.current > f.min && proportional(load, a.target, a.formula) == f.current && flaps(f.current, load, a.target)
	a.value, a.load = value, load
	return bids
}

// based is the load that a value means for the base that is assumed.
func (a *actor) based(value, load float64, current int) float64 {
	switch {
	case a.atNow:
		return value * float64(current)
	case current == 0 && !perUnit(a.window.metric):
		return 0 // the backlog of no instance is no load of any capacity
	}
	return load * a.weight
}

// inCools tells whether a cooldown of its own holds the policy's scale-in.
func (a *actor) inCools(o *policy.Observation, c *cooldown) bool {
	if _, holds := c.inHolds(o.Past, o.Now); holds {
		return true
	}
	if !a.outBlocksIn {
		return false
	}
	_, holds := c.outHolds(o.Past, o.Now)
	return holds
}

// stepNow is the value that a step policy acts on and the step that it falls into; false if it does not act.
func (a *actor) stepNow() (value float64, by int, ok bool) {
	if !a.acts || a.high.state != InAlarm {
		return 0, 0, false
	}
	value, _, ok = a.window.measure(a.calc, a.form[0].N, a.high.length)
	if !ok { // ALARM without a point, by `missing: breaching`: at the threshold itself
		value = a.high.level
	}
	by, ok = adjustment(a.bands, a.high.threshold, value)
	return value, by, ok
}

// bidStep adds what a step policy asks: the step that the metric falls into, counted in a scale-out cooldown from the capacity
// before it.
func (a *actor) bidStep(bids []bid, place int, o *policy.Observation, c *cooldown, f *frame) []bid {
	value, by, ok := a.stepNow()
	if !ok {
		return bids
	}
	b := bid{actor: place, wish: adjusted(f.current, a.adjust, by, a.least), eager: a.eager, base: f.current, by: by, value: value}
	switch b.reach = b.wish; {
	case b.wish > f.current:
		if _, holds := c.outHolds(o.Past, o.Now); holds {
			base := c.base
			if a.percentNow && a.adjust == "percent" {
				base = f.current
			}
			if b.reach = adjusted(base, a.adjust, by, a.least); b.reach > f.current {
				b.wish, b.base = b.reach, base // a larger scale-out: what was added before is credited
			} else {
				b.cools = true
			}
		}
	case b.wish < f.current:
		b.cools = a.inCools(o, c)
	default:
		return bids
	}
	return append(bids, b)
}

// period is how a sentence calls the datapoints of the policy's alarms.
func (a *actor) periods() string {
	if a.window.period == time.Minute {
		return "minutes"
	}
	return "periods of " + unit.FormatDuration(a.window.period)
}
