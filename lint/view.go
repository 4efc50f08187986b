package lint

import (
	"slices"
	"strings"
	"time"

	"headroom/policy"
	"headroom/policy/aws"
	"headroom/scenarios"
	"headroom/sim"
)

// A view is what rules see of whatever scales the fleet. Each family makes one of its own settings.
type view struct {
	path         string        // of the settings: scaling.aws
	coresCounted bool          // CPUUtilization and GPUUtilization sum over cores and GPUs
	min, max     bound         // before any schedule
	metrics      []string      // that exist there
	queued       bool          // requests wait in a queue of the platform, also while there is no capacity
	one          string        // what an instance is called; "": instance
	room         bound         // the most that machines under the instances have room for; n 0: they are machines themselves
	linger       time.Duration // how long a machine is kept, and paid for, after the last instance on it
	waker        string        // the metric whose step policy wakes a fleet at 0 for the first request
	expire       time.Duration // how long a request waits in the platform's queue
	elastic      bool          // it scales out by what policies here do not say
	weight       int           // units of its settings that an instance counts; 0: 1
	policies     []rule
	schedules    []schedule
}

// A bound is a limit, and the path that sets it.
type bound struct {
	n    int
	path string
	each int // instances that one more there brings; 0: one
	cap  int // what another setting limits it to; 0: none does
}

// edit is a limit's path for an edit: by name where its schedule has one.
func (s *scene) edit(b bound) string {
	if i := s.scheduleOf(b.path); i >= 0 {
		sch := &s.view.schedules[i]
		return sch.item + strings.TrimPrefix(b.path, sch.path)
	}
	return b.path
}

// set is an edit that moves a limit to so many instances, or as near as another setting lets it; "" where that is not what is needed.
func (s *scene) set(b bound, need float64, to int) string {
	if b.cap > 0 && to > b.cap {
		if to = b.cap; float64(to) < need {
			return ""
		}
	}
	each := max(1, b.each)
	return s.edit(b) + "=" + s.view.written((to+each-1)/each)
}

// A rule is one policy. Exactly one of tracking and step is not nil.
type rule struct {
	path     string // of its settings, by position: scaling.aws.policies.0.step
	item     string // of the list item, by name where it has one: scaling.aws.policies.jump
	key      string // the last part of path
	title    string
	tracking *aws.TargetTracking
	step     *aws.Step
	metric   string
	kind     aws.Kind
	level    float64 // the target, or the threshold of the alarm, in the metric's unit
	timed    bool    // it is written as a duration
	above    bool    // it acts on values above the level; tracking: true

	period, delay time.Duration  // of the alarm's datapoints; until a point can be seen
	out, in       aws.Datapoints // of tracking's alarms; of a step's one alarm both are the same
	cooldown      time.Duration  // of a step policy: until it can add again what it has added, start-up aside
	wait          string         // its key: cooldown or warm-up
	single        bool           // it has one adjustment and no bands
	fromDecision  bool           // cooldowns run from the decision, not from completion
}

// at is the path below the policy's settings for an edit: by name where there is one.
func (r *rule) at(key string) string { return r.item + "." + r.key + "." + key }

// scalesOut tells whether the policy ever adds capacity.
func (r *rule) scalesOut() bool {
	if r.tracking != nil {
		return true
	}
	return slices.ContainsFunc(r.step.Steps, func(a aws.Adjustment) bool { return a.By > 0 && (r.step.Adjust != "exact" || r.above) })
}

// scalesIn tells whether the policy ever takes capacity away.
func (r *rule) scalesIn() bool {
	if r.tracking != nil {
		return r.tracking.ScaleIn
	}
	return slices.ContainsFunc(r.step.Steps, func(a aws.Adjustment) bool { return a.By < 0 || r.step.Adjust == "exact" && !r.above })
}

// detection is the time from a breach until a policy acts on it: whole datapoints, the delay until they are seen, and up to one
// tick of the alarm.
func (r *rule) detection() time.Duration {
	tick := time.Minute
	if r.period < time.Minute {
		tick = 10 * time.Second
	}
	return time.Duration(r.out.M)*r.period + r.delay + tick
}

// quiet is how long the metric must be low until tracking scales in.
func (r *rule) quiet() time.Duration { return r.in.Interval(r.period) + r.delay }

// A schedule is one scheduled action.
type schedule struct {
	path, item string // by position; by name where it has one
	title      string
	min, max   *int
	desired    bool // it sets the capacity itself, too
	zoned      bool // the file says in which zone
	next       firing
	in         func(zone string) firing // next, if its times were of another zone
}

// families are the views that families make; nil of one that is not given.
var families = []func(*scenarios.File, *scenarios.Scaling) *view{fixedView, awsView, asyncView, asgView, plainView, serverlessView, componentsView}

// newView is the view of the one family that is given; one without a path, of which nothing is concluded, for a family that makes
// none.
func newView(f *scenarios.File) view {
	filled := f.Filled()
	for _, make := range families {
		if v := make(f, &filled.Scaling); v != nil {
			return *v
		}
	}
	return view{}
}

// fixedView is a fleet that stays as it is.
func fixedView(_ *scenarios.File, scaling *scenarios.Scaling) *view {
	if scaling.Fixed == nil {
		return nil
	}
	b := bound{n: scaling.Fixed.Instances, path: "scaling.fixed.instances"}
	return &view{path: "scaling.fixed", min: b, max: b}
}

// awsView is Application Auto Scaling.
func awsView(f *scenarios.File, scaling *scenarios.Scaling) *view {
	set := scaling.AWS
	if set == nil {
		return nil
	}
	return targetView(f, "scaling.aws", set, set.Min, set.Max, set.Policies, set.Schedules, set.Assume)
}

// asyncView is an asynchronous endpoint.
func asyncView(f *scenarios.File, scaling *scenarios.Scaling) *view {
	set := scaling.Async
	if set == nil {
		return nil
	}
	v := targetView(f, "scaling.async", set, set.Min, set.Max, set.Policies, set.Schedules, set.Assume)
	v.queued, v.expire, v.waker = true, set.Expire, "HasBacklogWithoutCapacity"
	return v
}

// targetView is a scalable target of Application Auto Scaling below a path.
func targetView(f *scenarios.File, path string, family policy.Family, least, most int, policies []aws.Policy, schedules []aws.Schedule, assume aws.Assume) *view {
	return &view{path: path, coresCounted: family.Platform().CoresCounted, metrics: family.Metrics(), queued: family.Platform().Name == aws.AsyncEndpoint,
		min: bound{n: least, path: path + ".min"}, max: bound{n: most, path: path + ".max"},
		policies: rulesOf(path, policies, assume, &f.Metrics), schedules: schedulesOf(f, path, schedules)}
}

// rulesOf are policies of a list below a path.
func rulesOf(path string, policies []aws.Policy, assume aws.Assume, metrics *sim.Metrics) (out []rule) {
	for i := range policies {
		item := path + ".policies." + number(float64(i))
		switch t, st := policies[i].TargetTracking, policies[i].Step; {
		case t != nil:
			out = append(out, trackingRule(item, t, assume, metrics))
		case st != nil:
			out = append(out, stepRule(item, st, assume, metrics))
		}
	}
	return out
}

// kindOf is what a metric measures; "" if nobody knows.
func kindOf(metric string) aws.Kind {
	m, _ := aws.Lookup("", metric)
	return m.Kind
}

// named is a list item's path by its name, where it has one that a path can hold.
func named(item, name string) (path, title string) {
	if name == "" {
		return item, item
	}
	letters := strings.IndexFunc(name, func(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }) >= 0
	if !letters || strings.ContainsFunc(name, func(c rune) bool { return !strings.ContainsRune(plainLetters, c) }) {
		return item, name
	}
	return item[:strings.LastIndexByte(item, '.')+1] + name, name
}

// plainLetters are those of a name that an edit can hold as it is.
const plainLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

func trackingRule(item string, t *aws.TargetTracking, assume aws.Assume, metrics *sim.Metrics) rule {
	r := rule{key: "target-tracking", path: item + ".target-tracking", tracking: t, metric: t.Metric, kind: kindOf(t.Metric), level: t.Target.Value(),
		timed: t.Target.Timed, above: true, out: t.Alarm.Out, fromDecision: fromDecision(t.Assume, assume)}
	r.item, r.title = named(item, t.Name)
	r.period, r.delay = metrics.Timing(t.Metric)
	if t.Alarm.Period != nil {
		r.period = *t.Alarm.Period
	}
	r.in = aws.TrackingIn(t.Alarm, r.period)
	return r
}

func stepRule(item string, st *aws.Step, assume aws.Assume, metrics *sim.Metrics) rule {
	a := st.Alarm
	r := rule{key: "step", path: item + ".step", step: st, metric: a.Metric, kind: kindOf(a.Metric), out: a.Datapoints, in: a.Datapoints,
		cooldown: aws.CooldownDefault, wait: "cooldown", fromDecision: fromDecision(st.Assume, assume)}
	r.item, r.title = named(item, st.Name)
	for _, side := range []struct {
		level *aws.Level
		above bool
	}{{a.Above, true}, {a.AtOrAbove, true}, {a.Below, false}, {a.AtOrBelow, false}} {
		if side.level != nil {
			r.level, r.timed, r.above = side.level.Value(), side.level.Timed, side.above
		}
	}
	r.period, r.delay = metrics.Timing(a.Metric)
	if a.Period != nil {
		r.period = *a.Period
	}
	if st.Cooldown != nil {
		r.cooldown = *st.Cooldown
	}
	return r
}

// threshold is the key of a step alarm's level.
func (r *rule) threshold() string {
	switch a := &r.step.Alarm; {
	case a.Above != nil:
		return "above"
	case a.AtOrAbove != nil:
		return "at-or-above"
	case a.Below != nil:
		return "below"
	}
	return "at-or-below"
}

// levelPath is where the target or the threshold stands: by position, and for an edit.
func (r *rule) levelPath() (path, edit string) {
	key := "target"
	if r.step != nil {
		key = "alarm." + r.threshold()
	}
	return r.path + "." + key, r.at(key)
}

func fromDecision(own, all aws.Assume) bool {
	if own.CooldownStarts != nil {
		return *own.CooldownStarts == "decision"
	}
	return all.CooldownStarts != nil && *all.CooldownStarts == "decision"
}

// firing is when a schedule fires next, as a function of the zone that its times are of.
type firing = func(after time.Duration) time.Duration

// scheduled is the i-th schedule of a family; in is when it fires, if its times are of a zone.
func scheduled(f *scenarios.File, path string, i int, name string, own aws.Zone, in func(aws.Zone) firing) schedule {
	s := schedule{path: path + ".schedules." + number(float64(i)), next: in(own)}
	s.item, s.title = named(s.path, name)
	s.zoned = f.Given(s.path + ".zone")
	s.in = func(zone string) firing {
		moved := own
		if zone != "" && moved.UnmarshalText([]byte(zone)) != nil {
			return nil
		}
		return in(moved)
	}
	return s
}

func schedulesOf(f *scenarios.File, path string, list []aws.Schedule) (out []schedule) {
	start := f.Clock.Calendar().Start
	for i := range list {
		set := list[i]
		s := scheduled(f, path, i, set.Name, set.Zone, func(zone aws.Zone) firing {
			moved := set
			moved.Zone = zone
			return func(after time.Duration) time.Duration { return moved.Next(after, start, -f.Clock.Settle) }
		})
		s.min, s.max = set.Min, set.Max
		out = append(out, s)
	}
	return out
}
