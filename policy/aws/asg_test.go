package aws

import (
	"strings"
	"testing"
	"time"

	"headroom/policy"
)

// A bench asks the scaler of a group minute by minute; the fleet and the points are what a test says they are.
type bench struct {
	s       policy.Scaler
	run     policy.Run
	fleet   policy.Fleet
	past    []policy.Moment
	points  map[string][]policy.Point
	entries []policy.Entry // of the last decision
	max     int
}

// onBench puts a group of n instances in service on a bench, from a Monday's midnight.
func onBench(g *Group, n int) *bench {
	b := &bench{points: map[string][]policy.Point{}, run: policy.Run{
		Start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), End: 30 * 24 * time.Hour,
		Timing: func(string) (time.Duration, time.Duration) { return time.Minute, 0 },
	}}
	b.s = g.New(b.run)
	b.fleet.Desired = b.s.Begin(0, n).Want
	b.fleet.InService = b.fleet.Desired
	return b
}

// publish is a point of a metric that becomes visible at its end; its load is of the instances that are warmed up.
func (b *bench) publish(metric string, end time.Duration, value float64) {
	p := point(end, time.Minute, value)
	p.Load = value * float64(b.fleet.InService-b.fleet.Warming)
	b.points[metric] = append(b.points[metric], p)
}

// at asks at an instant; what is ordered begins to start.
func (b *bench) at(now time.Duration) int {
	d := b.s.Decide(policy.Observation{Now: now, Fleet: b.fleet, Past: b.past, Points: func(m string) []policy.Point { return b.points[m] }})
	b.entries, b.max = d.Entries, d.Max
	for _, e := range d.Entries {
		if e.From != e.To {
			b.past = append(b.past, policy.Moment{At: now, From: e.From, To: e.To, By: e.Policy, Complete: -1})
		}
	}
	if more := d.Want - b.fleet.Desired; more > 0 {
		b.fleet.Starting += more
	} else {
		b.fleet.InService += more
	}
	b.fleet.Desired = d.Want
	return d.Want
}

// started brings all that start into service, warming, and completes every change.
func (b *bench) started(now time.Duration) {
	b.fleet.InService += b.fleet.Starting
	b.fleet.Warming += b.fleet.Starting
	b.fleet.Starting = 0
	for i := range b.past {
		if m := &b.past[i]; !m.Done {
			m.Done, m.Complete = true, now
		}
	}
}

func (b *bench) held() (policy.Hold, string) {
	for _, e := range b.entries {
		if e.HeldBy != "" {
			return e.HeldBy, e.Why[len(e.Why)-1].Text
		}
	}
	return "", ""
}

// groupA is the percent policy of the vendor's example (aws.md §9), out and in, as a group has it.
func groupA() *Group {
	out := &GroupStep{Name: "out", Adjust: "percent", WarmUp: secs(300), Alarm: Alarm{Metric: "CPUUtilization", AtOrAbove: num(50), Datapoints: Datapoints{1, 1}},
		Steps: []Adjustment{{From: num(0), To: num(10), By: 0}, {From: num(10), To: num(20), By: 10}, {From: num(20), By: 30}}}
	in := &GroupStep{Name: "in", Adjust: "percent", WarmUp: secs(300), Alarm: Alarm{Metric: "CPUUtilization", AtOrBelow: num(50), Datapoints: Datapoints{1, 1}},
		Steps: []Adjustment{{From: num(-10), To: num(0), By: 0}, {From: num(-20), To: num(-10), By: -10}, {To: num(-20), By: -30}}}
	return &Group{Min: 1, Max: 100, DefaultCooldown: 300 * time.Second, Policies: []GroupPolicy{{Step: out}, {Step: in}}}
}

// minute publishes a value of the minute that ends, and asks.
func (b *bench) minute(n int, value float64) int {
	b.publish("CPUUtilization", mins(n), value)
	return b.at(mins(n))
}

func TestST15(t *testing.T) {
	b := onBench(groupA(), 10)
	if n := b.minute(1, 60); n != 11 {
		t.Fatalf("metric 60: %d, want 11", n)
	}
	if n := b.minute(2, 62); n != 11 || len(b.entries) != 0 {
		t.Errorf("metric 62 while it starts: %d %v, want 11 and nothing to say", n, b.entries)
	}
	b.started(mins(2) + 30*time.Second)
	if n := b.minute(3, 62); n != 11 {
		t.Errorf("metric 62 while it warms up: %d, want 11", n)
	}
}

func TestST16(t *testing.T) {
	b := onBench(groupA(), 10)
	b.minute(1, 60)
	b.started(mins(1) + 30*time.Second)
	if n := b.minute(2, 70); n != 13 {
		t.Fatalf("metric 70 while one warms up: %d, want 13 (30%% of 10, one is there already)", n)
	}
	want := "CPUUtilization is 70%, at or above 50% for 1 of 1 minutes; +30% of 10, +3, makes 13, counted from the 10 that are warmed up"
	if got := b.entries[0].Why[0].Text; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	b.started(mins(3))
	b.fleet.Warming = 0
	if n := b.minute(4, 60); n != 14 {
		t.Errorf("metric 60 when all are warm: %d, want 14 (10%% of 13)", n)
	}
}

// No policy scales in until all are warmed up; then it does.
func TestScaleInWaitsForWarmUp(t *testing.T) {
	b := onBench(groupA(), 10)
	b.minute(1, 60)
	if n := b.minute(2, 30); n != 11 {
		t.Errorf("scale-in while one starts: %d", n)
	}
	b.started(mins(2))
	n := b.minute(3, 30)
	hold, why := b.held()
	if n != 11 || hold != policy.HeldByWarmUp || why != "0 starting and 1 warming up: no policy scales in until all are warmed up" {
		t.Errorf("scale-in while one warms up: %d, held by %s: %s", n, hold, why)
	}
	b.fleet.Warming = 0
	if n := b.minute(4, 30); n != 8 {
		t.Errorf("scale-in of 11 by 30%%: %d, want 8", n)
	}
}

// Target tracking multiplies by the instances that are warmed up, and those that are coming count towards the result.
func TestTrackingWithWarmUp(t *testing.T) {
	g := &Group{Min: 1, Max: 100, Policies: []GroupPolicy{{TargetTracking: &GroupTracking{Metric: "CPUUtilization", Target: *num(50), ScaleIn: true,
		Alarm: TrackingAlarms{Out: Datapoints{1, 1}, In: &Datapoints{1, 1}, Low: 0.9}}}}}
	b := onBench(g, 10)
	if n := b.minute(1, 60); n != 12 {
		t.Fatalf("10 at 60 with target 50: %d, want 12", n)
	}
	b.started(mins(1))
	if n := b.minute(2, 60); n != 12 {
		t.Errorf("again, while 2 warm up: %d, want 12", n)
	}
	if n := b.minute(3, 72); n != 15 {
		t.Errorf("10 warm ones at 72: %d, want 15", n)
	}
	b.started(mins(3))
	if n := b.minute(4, 20); n != 15 {
		t.Errorf("scale-in while 5 warm up: %d", n)
	}
	b.fleet.Warming = 0
	if n := b.minute(5, 20); n != 6 {
		t.Errorf("15 at 20: %d, want 6", n)
	}
}

func simpleGroup(cooldown *time.Duration) *Group {
	up := &Simple{Name: "up", Adjust: "change", By: 1, Cooldown: cooldown, Alarm: Alarm{Metric: "CPUUtilization", Above: num(70), Datapoints: Datapoints{1, 1}}}
	down := &Simple{Name: "down", Adjust: "change", By: -1, Alarm: Alarm{Metric: "CPUUtilization", Below: num(30), Datapoints: Datapoints{1, 1}}}
	return &Group{Min: 1, Max: 10, DefaultCooldown: 300 * time.Second, Policies: []GroupPolicy{{Simple: up}, {Simple: down}}}
}

// A simple policy waits for its change to be complete, then for the cooldown, its own or the group's.
func TestSimpleLockOut(t *testing.T) {
	for _, c := range []struct {
		own  *time.Duration
		next int // minute in which it acts again; the change is complete at 3:30
	}{{nil, 9}, {secs(60), 5}, {secs(90), 5}, {secs(91), 6}, {secs(0), 4}} {
		b := onBench(simpleGroup(c.own), 2)
		if n := b.minute(1, 80); n != 3 {
			t.Fatalf("first: %d", n)
		}
		for m := 2; m <= c.next; m++ {
			if m == 4 {
				b.started(mins(3) + 30*time.Second)
				b.fleet.Warming = 0
			}
			n := b.minute(m, 80)
			hold, why := b.held()
			switch {
			case m < c.next && (n != 3 || hold != policy.HeldByCooldown):
				t.Errorf("cooldown %v, minute %d: %d, held by %q", c.own, m, n, hold)
			case m == c.next && n != 4:
				t.Errorf("cooldown %v, minute %d: %d, want 4", c.own, m, n)
			case m == 2 && !strings.HasPrefix(why, "a change is under way"), c.own == nil && m == 5 && why != "cooldown until 00:08:30":
				t.Errorf("minute %d: %s", m, why)
			}
		}
	}
}

// The lock-out is of the group's simple policies, in both directions; step policies do not know it.
func TestSimpleLocksOutSimpleOnly(t *testing.T) {
	g := simpleGroup(nil)
	g.Policies = append(g.Policies, GroupPolicy{Step: &GroupStep{Adjust: "change", Steps: []Adjustment{{From: num(0), By: 2}}, WarmUp: secs(0),
		Alarm: Alarm{Metric: "ApproximateBacklogSize", Above: num(5), Datapoints: Datapoints{1, 1}}}})
	b := onBench(g, 5)
	b.minute(1, 80)
	b.started(mins(1))
	b.fleet.Warming = 0
	if n := b.minute(2, 10); n != 6 {
		t.Errorf("scale-in by a simple policy in the lock-out: %d, want 6", n)
	}
	b.publish("ApproximateBacklogSize", mins(3), 9)
	if n := b.minute(3, 50); n != 8 {
		t.Errorf("a step policy in the lock-out: %d, want 8", n)
	}
}

// The chain: a policy's own, else the default warm-up, else the default cooldown.
func TestWarmUpChain(t *testing.T) {
	for _, c := range []struct {
		own, group *time.Duration
		want       time.Duration
	}{{secs(30), secs(60), 30 * time.Second}, {nil, secs(60), time.Minute}, {nil, nil, 200 * time.Second}, {secs(0), secs(60), 0}} {
		g := groupA()
		g.DefaultCooldown, g.DefaultWarmUp = 200*time.Second, c.group
		g.Policies[0].Step.WarmUp = c.own
		p := g.Platform()
		if got := p.Warms("out"); got != c.want {
			t.Errorf("%v over %v: %v, want %v", c.own, c.group, got, c.want)
		}
		if got, want := p.Warms(""), *orDefault(c.group, 200*time.Second); got != want {
			t.Errorf("launched by nobody: %v, want %v", got, want)
		}
	}
	p := simpleGroup(nil).Platform()
	if p.Warms("up") != 0 || p.Warms("") != 0 {
		t.Errorf("a group of simple policies warms up: %+v", p)
	}
}

func TestCB1InAGroup(t *testing.T) {
	g := groupA()
	g.Max = 11
	b := onBench(g, 10)
	n := b.minute(1, 90)
	if hold, _ := b.held(); n != 11 || hold != policy.HeldByMax || b.max != 11 {
		t.Errorf("+30%% of 10 with max 11: %d, held by %s, max %d", n, hold, b.max)
	}
}

func schedules(list ...GroupSchedule) *Group {
	return &Group{Min: 1, Max: 10, Schedules: list}
}

// SC13: five fields, 1-5 are MON-FRI, desired capacity, and the local time is kept when clocks change.
func TestSC13(t *testing.T) {
	zone := text[Zone]("America/New_York")
	g := schedules(GroupSchedule{Name: "evening", Cron: text[UnixCron]("0 18 * * 1-5"), Zone: *zone, Desired: new(2)})
	b := onBench(g, 6) // Monday 2 March, 18:00 in New York is 23:00Z
	if n := b.at(23*time.Hour - time.Second); n != 6 {
		t.Errorf("before: %d", n)
	}
	if n := b.at(23 * time.Hour); n != 2 {
		t.Errorf("at 18:00: %d, want 2", n)
	}
	want := []string{"2021-03-13T13:00:00Z", "2021-03-14T12:00:00Z", "2021-03-15T12:00:00Z"}
	at := time.Date(2021, 3, 13, 0, 0, 0, 0, time.UTC)
	for _, w := range want {
		at = text[UnixCron]("0 8 * * *").Next(at, zone.Location())
		if got := at.UTC().Format(time.RFC3339); got != w {
			t.Errorf("08:00 in New York: %s, want %s", got, w)
		}
	}
}

func TestUnixCron(t *testing.T) {
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) // a Sunday
	for expr, want := range map[string]string{
		"30 6 * * 2":    "Tue 03-03 06:30, Tue 03-10 06:30",
		"0 0 * * 7":     "Sun 03-08 00:00, Sun 03-15 00:00",
		"0 0 * * 0":     "Sun 03-08 00:00, Sun 03-15 00:00",
		"0 0 * * 5-7":   "Fri 03-06 00:00, Sat 03-07 00:00",
		"0 9 * * 1-5/2": "Mon 03-02 09:00, Wed 03-04 09:00",
		"0 9 * * sat":   "Sat 03-07 09:00, Sat 03-14 09:00",
		"*/30 * * * *":  "Sun 03-01 00:30, Sun 03-01 01:00",
		"0 12 4 * 5":    "Wed 03-04 12:00, Fri 03-06 12:00", // either day
		"0 0 1 1 *":     "Fri 01-01 00:00, Sat 01-01 00:00",
		"0 0 1 JUL *":   "Wed 07-01 00:00, Thu 07-01 00:00",
	} {
		a := text[UnixCron](expr).Next(from, time.UTC)
		b := text[UnixCron](expr).Next(a, time.UTC)
		const form = "Mon 01-02 15:04"
		if got := a.Format(form) + ", " + b.Format(form); got != want {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
	for _, bad := range []string{"", "0 18 * *", "0 18 * * 1-5 *", "60 * * * *", "0 24 * * *", "0 0 * * 8", "0 0 * * 5-1", "0 0 ? * 1", "0 0 L * *", "0 0 * * 3#2",
		"cron(0 18 ? * MON-FRI *)", "@daily", "0 0 * DEC-JAN *", "0 0 * * 1-5/0", "30-20 * * * *", "0 0 * * x"} {
		var c UnixCron
		if err := c.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as a cron", bad)
		}
	}
}

// Scheduled actions ignore lock-outs and warm-up; a desired capacity outside the limits is refused as a whole.
func TestGroupSchedules(t *testing.T) {
	at := func(n int) *Stamp { return text[Stamp]((time.Duration(n) * time.Minute).String()) }
	g := schedules(
		GroupSchedule{Name: "up", At: at(1), Min: new(4), Max: new(8), Desired: new(6)},
		GroupSchedule{Name: "limits", At: at(2), Max: new(5)},
		GroupSchedule{Name: "outside", At: at(3), Min: new(2), Desired: new(7)},
		GroupSchedule{Name: "down", At: at(4), Min: new(0), Desired: new(0)},
	)
	b := onBench(g, 2)
	for m, want := range []int{2, 6, 5, 5, 0} {
		if n := b.at(mins(m)); n != want {
			t.Errorf("minute %d: %d, want %d", m, n, want)
		}
		if m == 3 {
			if got := b.entries[0].Why[1].Text; got != "not applied, desired would be outside min and max: limits stay 4 to 5" {
				t.Errorf("outside: %s", got)
			}
		}
	}
	early := schedules(GroupSchedule{At: at(0), Desired: new(7)})
	if n := onBench(early, 2).fleet.Desired; n != 7 {
		t.Errorf("due at the begin: %d, want 7", n)
	}
}

func TestGroupChecks(t *testing.T) {
	ok := groupA()
	if ps := ok.Check(); len(ps) != 0 {
		t.Fatalf("a good group: %v", ps)
	}
	if ps := simpleGroup(nil).Check(); len(ps) != 0 {
		t.Fatalf("simple policies: %v", ps)
	}
	for name, c := range map[string]struct {
		change func(*Group)
		path   string
	}{
		"min above max":       {func(g *Group) { g.Min = 200 }, "min"},
		"unknown metric":      {func(g *Group) { g.Policies[0].Step.Alarm.Metric = "Cpu" }, "policies.0.step.alarm.metric"},
		"gap":                 {func(g *Group) { g.Policies[0].Step.Steps[1].To = num(15) }, "policies.0.step.steps.2.from"},
		"two thresholds":      {func(g *Group) { g.Policies[1].Step.Alarm.Above = num(2) }, "policies.1.step.alarm"},
		"same names":          {func(g *Group) { g.Policies[1].Step.Name = "out" }, "policies.1.step.name"},
		"schedule of nothing": {func(g *Group) { g.Schedules = []GroupSchedule{{Cron: text[UnixCron]("0 0 * * *")}} }, "schedules.0"},
		"schedule at no time": {func(g *Group) { g.Schedules = []GroupSchedule{{Min: new(2)}} }, "schedules.0"},
		"desired below its min": {func(g *Group) {
			g.Schedules = []GroupSchedule{{Cron: text[UnixCron]("0 0 * * *"), Min: new(5), Desired: new(4)}}
		}, "schedules.0.desired"},
		"desired above all max": {func(g *Group) { g.Schedules = []GroupSchedule{{Cron: text[UnixCron]("0 0 * * *"), Desired: new(400)}} }, "schedules.0.desired"},
		"min above its max": {func(g *Group) {
			g.Schedules = []GroupSchedule{{Cron: text[UnixCron]("0 0 * * *"), Min: new(5), Max: new(4)}}
		}, "schedules.0.min"},
		"max below all min": {func(g *Group) { g.Schedules = []GroupSchedule{{Cron: text[UnixCron]("0 0 * * *"), Max: new(0)}} }, "schedules.0.max"},
		"simple of nothing": {func(g *Group) {
			g.Policies[0] = GroupPolicy{Simple: &Simple{Adjust: "change", Alarm: Alarm{Metric: "CPUUtilization", Above: num(1), Datapoints: Datapoints{1, 1}}}}
		}, "policies.0.simple.by"},
		"minimum step with change": {func(g *Group) { g.Policies[0].Step.Adjust, g.Policies[0].Step.MinimumStep = "change", new(2) }, "policies.0.step.minimum-step"},
		"one metric tracked twice": {func(g *Group) {
			track := GroupPolicy{TargetTracking: &GroupTracking{Metric: "CPUUtilization", Target: *num(5), Alarm: TrackingAlarms{Out: Datapoints{1, 1}}}}
			g.Policies = []GroupPolicy{track, track}
		}, "policies.1.target-tracking.metric"},
	} {
		g := groupA()
		c.change(g)
		if ps := g.Check(); len(ps) != 1 || ps[0].Path != c.path {
			t.Errorf("%s: %v, want one problem at %s", name, ps, c.path)
		}
	}
	g := simpleGroup(nil)
	g.Policies[1].Simple.Alarm.Period = secs(90)
	if ps := g.CheckTiming(func(string) (time.Duration, time.Duration) { return time.Minute, 0 }); len(ps) != 1 || ps[0].Path != "policies.1.simple.alarm.period" {
		t.Errorf("an alarm finer than its metric: %v", ps)
	}
	if ws := g.Watches(); len(ws) != 2 || ws[1].At != "policies.1.simple.alarm.metric" || ws[1].Policy != "policies.1.simple" || ws[0].Metric != "CPUUtilization" {
		t.Errorf("watches: %+v", ws)
	}
}
