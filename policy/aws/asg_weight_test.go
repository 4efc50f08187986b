package aws

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/policy"
)

// CB3: of types that count 1, 4 and 6 units one of 6 is chosen: with max 12, +5 units from 10 give a desired capacity of 12 and 16 units.
func TestCB3(t *testing.T) {
	desired := frame{min: 1, max: 12}.clamp(adjusted(10, "change", 5, 0))
	if desired != 12 {
		t.Fatalf("desired %d, want 12", desired)
	}
	for _, c := range []struct {
		weights  []int
		after, n int
	}{{[]int{6}, 16, 1}, {[]int{4}, 14, 1}, {[]int{1}, 12, 2}, {[]int{1, 6}, 17, 2}, {[]int{4, 1, 6}, 14, 1}} {
		if after, n := launched(10, desired, c.weights...); after != c.after || n != c.n {
			t.Errorf("weights %v: %d units, %d launched; want %d and %d", c.weights, after, n, c.after, c.n)
		}
	}
}

// heavy is a group whose instances count 6 units, with one simple policy each way.
func heavy(low, high, out, in int) *Group {
	alarm := func(above bool) Alarm {
		if above {
			return Alarm{Metric: "CPUUtilization", Above: num(80), Datapoints: Datapoints{1, 1}}
		}
		return Alarm{Metric: "CPUUtilization", Below: num(20), Datapoints: Datapoints{1, 1}}
	}
	return &Group{Weight: 6, Min: low, Max: high, DefaultCooldown: 2 * time.Minute, Policies: []GroupPolicy{
		{Simple: &Simple{Name: "out", Adjust: "change", By: out, Alarm: alarm(true)}}, {Simple: &Simple{Name: "in", Adjust: "change", By: in, Alarm: alarm(false)}}}}
}

// In a group of one type of weight 6: 10 units are 2 instances, which are 12; so +5 with max 12 launches none, and −1 removes none.
func TestCB3InAGroup(t *testing.T) {
	b := onBench(heavy(10, 12, 5, -1), 2)
	if b.fleet.Desired != 2 {
		t.Fatalf("%d instances at the begin, want 2", b.fleet.Desired)
	}
	if n := b.minute(1, 90); n != 2 || len(b.entries) != 1 || b.entries[0].HeldBy != policy.HeldByMax || b.entries[0].Wish != 3 {
		t.Fatalf("+5: %d %+v, want 2, and 3 held by max", n, b.entries)
	}
	if got, want := b.entries[0].Why[len(b.entries[0].Why)-1].Text, "10 to 12 units: no instance more or less; an instance counts 6"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if n := b.minute(2, 10); n != 2 {
		t.Errorf("−1 in the cooldown of a change that moved no instance: %d, want 2", n)
	}
	if hold, _ := b.held(); hold != "" { // no instance is wished away
		t.Errorf("held by %s", hold)
	}
	b.minute(3, 10) // 11
	if n := b.minute(5, 10); n != 2 || b.s.(*groupScaler).units != 10 {
		t.Errorf("−1 twice: %d instances, %d units; want 2 and 10", n, b.s.(*groupScaler).units)
	}
}

// Actual may be above max by the weight less one, and an instance goes as soon as the others reach what is desired.
func TestWeightBeyondMax(t *testing.T) {
	b := onBench(heavy(6, 13, 7, -1), 1)
	if n := b.minute(1, 90); n != 3 || b.max != 3 { // 13 units are 3 instances, which are 18
		t.Errorf("+7 from 6: %d instances of at most %d, want 3 and 3", n, b.max)
	}
	b.started(mins(2))
	b.fleet.Warming = 0
	if n := b.minute(4, 10); n != 2 || b.entries[0].To != 2 {
		t.Errorf("−1 from 13: %d instances, want 2", n)
	}
}

// Target tracking's load is in units: 2 instances of 6 at 90 % against 60 % are 18 units, 3 instances; a step counts units too.
func TestWeightInPolicies(t *testing.T) {
	tracking := func() *Group {
		return &Group{Weight: 6, Min: 1, Max: 60, Policies: []GroupPolicy{{TargetTracking: &GroupTracking{Metric: "CPUUtilization", Target: *num(60), ScaleIn: true,
			Alarm: TrackingAlarms{Out: Datapoints{1, 1}, In: &Datapoints{1, 1}, Low: 0.9}}}}}
	}
	b := onBench(tracking(), 2)
	if n := b.minute(1, 90); n != 3 {
		t.Errorf("90%%: %d, want 3", n)
	}
	want := []string{"CPUUtilization is 90%, above 60% for 1 of 1 minutes; ceil(12 × 90% ÷ 60%) = 18", "12 to 18 units; an instance counts 6"}
	if why := b.entries[0].Why; len(why) != 2 || why[0].Text != want[0] || why[1].Text != want[1] {
		t.Errorf("%+v, want %q", why, want)
	}
	b = onBench(tracking(), 2)
	if n := b.minute(1, 50); n != 2 || b.s.(*groupScaler).units != 10 { // 2 × 6 × 50 ÷ 60 = 10 units
		t.Errorf("50%%: %d instances, %d units; want 2 and 10", n, b.s.(*groupScaler).units)
	}
	if b.minute(2, 50); b.entries[0].HeldBy != policy.HeldByFlapping || b.entries[0].Wish != 1 {
		t.Errorf("at 10 units: %+v, want 1 instance held by flapping", b.entries)
	}
	if n := b.minute(3, 30); n != 1 { // 6 units
		t.Errorf("30%%: %d, want 1", n)
	}
	steps := groupA()
	steps.Weight = 6
	b = onBench(steps, 2)
	if n := b.minute(1, 60); n != 3 || b.s.(*groupScaler).units != 13 { // 10 % of 12 is 1 unit
		t.Errorf("+10%%: %d instances, %d units; want 3 and 13", n, b.s.(*groupScaler).units)
	}
	if n := b.minute(2, 70); n != 3 || b.s.(*groupScaler).units != 15 { // 30 % of the 12 that are warmed up: 3 more than 12
		t.Errorf("+30%%: %d instances, %d units; want 3 and 15", n, b.s.(*groupScaler).units)
	}
}

// Launching one by one ends as soon as desired is reached, and one more instance less would not reach it.
func TestWeightLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, desired := rapid.IntRange(0, 500).Draw(t, "units"), rapid.IntRange(0, 500).Draw(t, "desired")
		weights := rapid.SliceOfN(rapid.IntRange(1, 30), 1, 5).Draw(t, "weights")
		want, n := units, 0
		for want < desired {
			want += weights[min(n, len(weights)-1)]
			n++
		}
		if after, k := launched(units, desired, weights...); after != want || k != n {
			t.Fatalf("%d units, %d launched; want %d, %d", after, k, want, n)
		}
		g := Group{Weight: weights[0]}
		if k := g.instances(desired); k*g.Weight < desired || k > 0 && (k-1)*g.Weight >= desired {
			t.Fatalf("%d instances of %d for %d units", k, g.Weight, desired)
		}
	})
}

// A group of one policy in units of N, with every number N times as large, is the same group in instances.
func TestWeightTwins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weight, low := rapid.IntRange(2, 9).Draw(t, "weight"), rapid.IntRange(0, 4).Draw(t, "min")
		high, by := low+rapid.IntRange(0, 20).Draw(t, "range"), rapid.IntRange(1, 5).Draw(t, "by")
		kind := rapid.SampledFrom([]string{"tracking", "out", "in"}).Draw(t, "policy")
		group := func(n int) *Group {
			g := &Group{Weight: n, Min: n * low, Max: n * high}
			switch kind {
			case "tracking":
				g.Policies = []GroupPolicy{{TargetTracking: &GroupTracking{Metric: "CPUUtilization", Target: *num(60), ScaleIn: true,
					Alarm: TrackingAlarms{Out: Datapoints{1, 1}, In: &Datapoints{1, 1}, Low: 0.9}}}}
			case "out":
				g.Policies = []GroupPolicy{{Step: &GroupStep{Adjust: "change", Alarm: Alarm{Metric: "CPUUtilization", Above: num(60), Datapoints: Datapoints{1, 1}},
					Steps: []Adjustment{{From: num(0), By: n * by}}}}}
			default:
				g.Policies = []GroupPolicy{{Step: &GroupStep{Adjust: "change", Alarm: Alarm{Metric: "CPUUtilization", Below: num(60), Datapoints: Datapoints{1, 1}},
					Steps: []Adjustment{{To: num(0), By: -n * by}}}}}
			}
			return g
		}
		start := rapid.IntRange(0, 12).Draw(t, "start")
		one, many := onBench(group(1), start), onBench(group(weight), start)
		for m, load := range rapid.SliceOfN(rapid.IntRange(0, 2000), 1, 60).Draw(t, "loads") {
			value := min(100, float64(load)/float64(max(1, one.fleet.InService)))
			a, b := one.minute(m+1, value), many.minute(m+1, value)
			if a != b {
				t.Fatalf("minute %d: %d instances, %d with weight %d (%d units)", m+1, a, b, weight, many.s.(*groupScaler).units)
			}
			one.started(mins(m + 1))
			many.started(mins(m + 1))
			one.fleet.Warming, many.fleet.Warming = 0, 0
		}
	})
}
