package aws

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/chance"
	"headroom/policy"
	"headroom/unit"
)

// drawnGroup is a random group with random policies and schedules.
func drawnGroup(t *rapid.T) *Group {
	low := rapid.IntRange(0, 5).Draw(t, "min")
	g := &Group{Weight: rapid.SampledFrom([]int{1, 1, 2, 6}).Draw(t, "weight"), Min: low, Max: low + rapid.IntRange(0, 30).Draw(t, "range"), DefaultCooldown: time.Duration(rapid.IntRange(0, 10).Draw(t, "cooldown")) * time.Minute}
	warm := func() *time.Duration {
		return new(time.Duration(rapid.IntRange(0, 5).Draw(t, "warm-up")) * time.Minute)
	}
	alarm := func(above bool) Alarm {
		a := Alarm{Metric: "CPUUtilization", Datapoints: Datapoints{1, rapid.IntRange(1, 3).Draw(t, "n")}, Missing: "missing"}
		if above {
			a.Above = num(60)
		} else {
			a.Below = num(30)
		}
		return a
	}
	for range rapid.IntRange(0, 3).Draw(t, "policies") {
		above := rapid.Bool().Draw(t, "above")
		by, adjust := rapid.IntRange(1, 60).Draw(t, "by"), rapid.SampledFrom([]string{"percent", "change"}).Draw(t, "adjust")
		steps := []Adjustment{{From: num(0), To: num(20), By: by}, {From: num(20), By: 2 * by}}
		if !above {
			by, steps = -by, []Adjustment{{To: num(0), By: -by}}
		}
		if rapid.Bool().Draw(t, "simple") {
			g.Policies = append(g.Policies, GroupPolicy{Simple: &Simple{Alarm: alarm(above), Adjust: adjust, By: by}})
		} else {
			g.Policies = append(g.Policies, GroupPolicy{Step: &GroupStep{Alarm: alarm(above), Adjust: adjust, Steps: steps, WarmUp: warm()}})
		}
	}
	if rapid.Bool().Draw(t, "tracking") {
		g.Policies = append(g.Policies, GroupPolicy{TargetTracking: &GroupTracking{Metric: "InvocationsPerInstance", Target: *num(100), WarmUp: warm(),
			ScaleIn: rapid.Bool().Draw(t, "scale-in"), Alarm: TrackingAlarms{Out: Datapoints{2, 3}, In: &Datapoints{4, 5}, Low: 0.9}}})
	}
	if rapid.Bool().Draw(t, "predictive") {
		g.Policies = append(g.Policies, GroupPolicy{Predictive: &Predictive{Metric: "InvocationsPerInstance", Target: *num(100), AtMax: "honor",
			Mode: rapid.SampledFrom([]string{"forecast-only", "forecast-and-scale"}).Draw(t, "mode"), Forecaster: "harmonic"}})
	}
	for range rapid.IntRange(0, 3).Draw(t, "schedules") {
		s := GroupSchedule{At: text[Stamp](time.Duration(rapid.IntRange(0, 1800*60).Draw(t, "at") * 1e9).String())}
		bottom := rapid.IntRange(0, 9).Draw(t, "bottom")
		s.Min, s.Max = &bottom, new(bottom+rapid.IntRange(0, 20).Draw(t, "more"))
		s.Desired = new(rapid.IntRange(bottom, *s.Max).Draw(t, "desired"))
		g.Schedules = append(g.Schedules, s)
	}
	return g
}

// Whatever the group, its load and its starts: capacity is within the limits that hold, the log says all that happens, no step or
// target-tracking policy scales in while something starts or warms up, no simple one in its lock-out, and no forecast ever.
func TestGroupLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawnGroup(t)
		if ps := g.Check(); len(ps) > 0 {
			for _, p := range ps {
				if p.Path[0] != 's' { // limits of schedules may contradict each other
					t.Fatalf("a drawn group is refused: %v", p)
				}
			}
			return
		}
		kinds := map[string]string{}
		for i, p := range g.Policies {
			kinds[named("", groupPolicies, i)] = p.path()
		}
		loads := rapid.SliceOfN(rapid.IntRange(0, 3000), 60, 60).Draw(t, "loads")
		startUp, warmUp := rapid.IntRange(0, 6).Draw(t, "start-up"), rapid.IntRange(0, 4).Draw(t, "warm for")
		b := onBench(g, rapid.IntRange(0, 20).Draw(t, "start"))
		low, high := g.Min, g.Max
		due, lock := []int{}, -1 // minutes in which each that starts is in service; the end of the lock-out
		last := 0
		for m := range 30 * 60 {
			b.fleet.Starting = 0
			for _, at := range due {
				if at > m {
					b.fleet.Starting++
				}
			}
			due = due[len(due)-b.fleet.Starting:]
			if b.fleet.InService = b.fleet.Desired - b.fleet.Starting; b.fleet.Starting > 0 {
				last = m + startUp
			}
			b.fleet.Warming = 0
			if b.fleet.Starting == 0 && m < last+warmUp && last > 0 {
				b.fleet.Warming = min(1, b.fleet.InService)
			}
			for i := range b.past {
				if q := &b.past[i]; !q.Done && b.fleet.Starting == 0 {
					q.Done, q.Complete = true, mins(m)
					if kinds[q.By] == "simple" {
						lock = m + int(g.DefaultCooldown/time.Minute)
					}
				}
			}
			load := float64(loads[m/30])
			if n := b.fleet.InService; n > 0 {
				b.publish("CPUUtilization", mins(m), min(100, load/float64(n)))
			}
			p := point(mins(m), time.Minute, load/max(1, float64(b.fleet.InService)))
			p.Load = load
			b.points["InvocationsPerInstance"] = append(b.points["InvocationsPerInstance"], p)
			was, busy := b.fleet, b.fleet.Starting+b.fleet.Warming > 0
			n := b.at(mins(m))
			at := was.Desired
			for _, e := range b.entries {
				for _, s := range g.Schedules {
					if e.Why[0].Code == policy.Schedule && e.Why[1].Text[:3] != "not" && s.At.since == mins(m) {
						low, high = *s.Min, *s.Max
					}
				}
				if e.From != at {
					t.Fatalf("minute %d: an entry from %d, capacity is %d", m, e.From, at)
				}
				at = e.To
				switch kind := kinds[e.Policy]; {
				case e.To < e.From && kind == "predictive", e.To < e.From && busy && (kind == "step" || kind == "target-tracking"),
					e.To != e.From && kind == "simple" && (was.Starting > 0 || m < lock):
					t.Fatalf("minute %d: %s from %d to %d (%d starting, %d warming, locked until %d)", m, kind, e.From, e.To, was.Starting, was.Warming, lock)
				}
			}
			if at != n {
				t.Fatalf("minute %d: the entries lead to %d, %d is wanted", m, at, n)
			}
			if n > b.max || b.max > g.instances(max(high, g.Max)) && len(g.Schedules) == 0 {
				t.Fatalf("minute %d: %d, at most %d", m, n, b.max)
			}
			if len(g.Schedules) == 0 && (n < g.instances(low) || n > g.instances(high)) {
				t.Fatalf("minute %d: %d is outside %d to %d", m, n, g.instances(low), g.instances(high))
			}
			for range n - was.Desired {
				due = append(due, m+startUp)
			}
			if n < was.Desired {
				due = due[:min(len(due), max(0, b.fleet.Starting))]
			}
		}
	})
}

// Hooks and pools of any settings are what the platform gets.
func TestGroupPlatformLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &WarmPool{State: rapid.SampledFrom([]string{"stopped", "running", "hibernated"}).Draw(t, "state"), MinSize: rapid.IntRange(0, 20).Draw(t, "min"),
			StartUp: new(chance.Fixed(time.Second))}
		if rapid.Bool().Draw(t, "prepared") {
			w.MaxPrepared = new(rapid.IntRange(0, 30).Draw(t, "most"))
		}
		if w.State != "running" {
			w.StoragePrice = &unit.Price{Currency: "USD", Nano: 1}
		}
		if ps := w.Check(); len(ps) > 0 {
			t.Fatal(ps)
		}
		pool := (&Group{WarmPool: w}).pool()
		desired, most := rapid.IntRange(0, 40).Draw(t, "desired"), rapid.IntRange(0, 40).Draw(t, "max")
		want := max(w.MinSize, max(0, *orDefault(w.MaxPrepared, most)-desired))
		if n := pool.Size(desired, most); n != want || pool.Running != (w.State == "running") {
			t.Fatalf("pool of %d, want %d: %+v", n, want, pool)
		}
	})
}
