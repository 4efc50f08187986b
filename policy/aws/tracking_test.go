package aws

import (
	"testing"
	"time"

	"headroom/policy"
	"headroom/unit"
)

// The wishes that AWS's pages print, or that follow from what they print; capacity × metric is the load.
func TestTargetTrackingWish(t *testing.T) {
	for _, c := range []struct {
		id             string
		capacity       int
		metric, target float64
		want           int
	}{
		{"TT1", 10, 150, 100, 15}, {"TT2", 10, 57.5, 50, 12}, {"TT3", 10, 42.5, 50, 9},
		{"TT14", 1, 600, 600, 1}, {"TT14", 1, 601, 600, 2},
		{"TT15", 1, 50 * 60, 70, 43}, {"TT15", 1, 2 * 60, 70, 2}, {"TT15", 1, 100 * 60, 70, 86},
		{"TT15", 43, 50 * 60.0 / 43, 70, 43}, {"TT15", 86, 100 * 60.0 / 86, 70, 86},
		{"CB10", 8, 125, 100, 10},
		{"G01", 1, 20000, 1500, 14}, {"G12", 3, 60, 12, 15}, {"G04", 1, 220 * 60, 2100, 7},
		{"the rounding of 0.1 × 3", 3, 0.1, 0.3, 1},
	} {
		t.Run(c.id, func(t *testing.T) {
			if got := proportional(float64(c.capacity)*c.metric, c.target, "ceil"); got != c.want {
				t.Errorf("%d at %v for %v: %d, want %d", c.capacity, c.metric, c.target, got, c.want)
			}
		})
	}
	// G03: a bounded metric climbs a ladder
	n := 10
	for _, want := range []int{14, 19, 26, 35} {
		if n = proportional(float64(n)*100, 75, "ceil"); n != want {
			t.Fatalf("rung %d, want %d", n, want)
		}
	}
}

func TestFormula(t *testing.T) {
	for formula, want := range map[string][4]int{"ceil": {2, 2, 1, 1}, "round": {2, 1, 1, 0}, "floor": {1, 1, 1, 0}} {
		for i, load := range []float64{150, 120, 100, 49} {
			if got := proportional(load, 100, formula); got != want[i] {
				t.Errorf("%s(%v ÷ 100) = %d, want %d", formula, load, got, want[i])
			}
		}
	}
}

func TestScaledOutFromZero(t *testing.T) {
	for _, c := range []struct {
		current  int
		load     float64
		fromZero int
		want     int
		ok       bool
	}{
		{0, 0, 1, 1, true}, {0, 0, 3, 3, true}, {1, 0, 1, 1, false}, {2, 500, 1, 5, true}, {5, 500, 1, 5, false}, {8, 500, 1, 5, false},
	} {
		if got, ok := scaledOut(c.current, c.load, 100, "ceil", c.fromZero); got != c.want || ok != c.ok {
			t.Errorf("from %d with load %v: %d %v, want %d %v", c.current, c.load, got, ok, c.want, c.ok)
		}
	}
}

func TestScaledIn(t *testing.T) {
	for _, c := range []struct {
		current int
		load    float64
		limit   float64
		want    int
	}{
		{10, 850, 0, 9}, {10, 0, 0, 0}, {10, 0, 0.3, 7}, {10, 0, 0.01, 9}, {10, 850, 0.5, 9}, {10, 2000, 0, 10}, {3, 100, 1, 1},
	} {
		if got := scaledIn(c.current, c.load, 100, "ceil", c.limit); got != c.want {
			t.Errorf("%d with load %v, limit %v: %d, want %d", c.current, c.load, c.limit, got, c.want)
		}
	}
}

// A fleet of n loses one only at target × (n−1)/n or less: up to nine instances crossing 90 % removes none.
func TestSmallFleetsKeepTheirInstances(t *testing.T) {
	for n := 2; n <= 12; n++ {
		load := 0.899 * float64(n) * 100
		got := scaledIn(n, load, 100, "ceil", 0)
		if want := n; n <= 9 && (got != want || !flaps(n, load, 100)) {
			t.Errorf("%d instances at 89.9 %% of the target: %d, want %d", n, got, want)
		}
		if n >= 10 && got != n-1 {
			t.Errorf("%d instances at 89.9 %% of the target: %d, want one less", n, got)
		}
	}
}

func tracker(t *TargetTracking, period time.Duration) actor {
	a, _ := newTracker(t, t.Assume.over(defaults()), "p", policy.Run{Timing: func(string) (time.Duration, time.Duration) { return period, period }})
	return a
}

// trackingOf is a policy with AWS's alarms.
func trackingOf(metric string, target float64) *TargetTracking {
	return &TargetTracking{Metric: metric, Target: *num(target), ScaleIn: true, Alarm: TrackingAlarms{Out: Datapoints{3, 3}, Low: 0.9}}
}

func TestTT6HighResolutionAlarms(t *testing.T) {
	a := tracker(trackingOf("ConcurrentRequestsPerModel", 5), 10*time.Second)
	if a.high.level != 5 || !a.high.above || a.high.rule.m != 3 || a.high.rule.n != 3 || a.window.period != 10*time.Second {
		t.Errorf("high alarm: %+v", a.high)
	}
	if a.low.level != 4.5 || a.low.above || a.low.rule.m != 90 || a.low.rule.n != 90 {
		t.Errorf("low alarm: %+v", a.low)
	}
	for period, n := range map[time.Duration]int{10 * time.Second: 90, 20 * time.Second: 45, 30 * time.Second: 30, time.Minute: 15, 5 * time.Minute: 15} {
		if got := TrackingIn(TrackingAlarms{}, period); got != (Datapoints{n, n}) {
			t.Errorf("in of %s: %s, want %d of %d", period, got, n, n)
		}
	}
	if got := TrackingIn(TrackingAlarms{In: &Datapoints{1, 2}}, 10*time.Second); got != (Datapoints{1, 2}) {
		t.Errorf("a given form is not kept: %s", got)
	}
}

func TestTT7LowThresholds(t *testing.T) {
	for target, want := range map[float64]float64{70: 63, 40: 36, 75: 67.5, 100: 90} {
		if a := tracker(trackingOf("CPUUtilization", target), time.Minute); a.low.breached(want) || !a.low.breached(want*0.9999) {
			t.Errorf("target %v: low threshold is %v, want %v", target, a.low.level, want)
		}
	}
}

func TestAssumeOverrides(t *testing.T) {
	above := Assume{Base: new("now"), FromZero: new(3)}
	own := Assume{Base: new("point"), MaxScaleIn: new(unit.Share(0.1))}
	got := own.over(above).over(defaults())
	if *got.Base != "point" || *got.FromZero != 3 || *got.MaxScaleIn != 0.1 || *got.Formula != "ceil" {
		t.Errorf("a policy's own, the target's, the default: %v %v %v %v", *got.Base, *got.FromZero, *got.MaxScaleIn, *got.Formula)
	}
}
