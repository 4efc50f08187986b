package plain

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/policy"
	"headroom/policy/aws"
)

func timing(string) (period, delay time.Duration) { return time.Minute, time.Minute }

// seen is an observation of one metric at a time.
func seen(now time.Duration, desired int, past []policy.Moment, points ...policy.Point) policy.Observation {
	return policy.Observation{Now: now, Fleet: policy.Fleet{Desired: desired, InService: desired}, Past: past,
		Points: func(string) []policy.Point { return points }}
}

// point is a period's value that ends at a minute.
func point(minute int, value float64) policy.Point {
	return policy.Point{End: time.Duration(minute) * time.Minute, Period: time.Minute, Value: value, Weight: 60, Sum: value, Count: 1, Min: value, Max: value, Load: 5 * value}
}

func target(t Target) policy.Scaler {
	t.Metric, t.Every = "InvocationsPerInstance", time.Minute
	if t.Target == (aws.Level{}) {
		t.Target = aws.Level{Number: 100}
	}
	if t.Max == 0 {
		t.Max = 100
	}
	return t.New(policy.Run{End: time.Hour, Timing: timing})
}

func TestTarget(t *testing.T) {
	word := func(text string) (s aws.Statistic) {
		if err := s.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return s
	}
	five := []policy.Point{point(1, 90), point(2, 150), point(3, 60), point(4, 100), point(5, 80)}
	for _, c := range []struct {
		name    string
		target  Target
		desired int
		points  []policy.Point
		want    int
		held    policy.Hold
	}{
		{"proportional, rounded up", Target{}, 10, []policy.Point{point(5, 101)}, 11, ""},
		{"exact", Target{}, 10, []policy.Point{point(5, 150)}, 15, ""},
		{"down", Target{}, 10, []policy.Point{point(5, 42)}, 5, ""},
		{"at the target", Target{}, 10, []policy.Point{point(5, 100)}, 10, ""},
		{"within the tolerance", Target{Tolerance: 0.1}, 10, []policy.Point{point(5, 110)}, 10, ""},
		{"beyond the tolerance", Target{Tolerance: 0.1}, 10, []policy.Point{point(5, 111)}, 12, ""},
		{"the last minute only", Target{}, 10, five, 8, ""},
		{"average of five", Target{Over: 5 * time.Minute}, 10, five, 10, ""},
		{"largest of five", Target{Over: 5 * time.Minute, Statistic: word("max")}, 10, five, 15, ""},
		{"largest of three", Target{Over: 3 * time.Minute, Statistic: word("max")}, 10, five, 10, ""},
		{"min", Target{Min: 7}, 10, []policy.Point{point(5, 42)}, 7, policy.HeldByMin},
		{"max", Target{Max: 12}, 10, []policy.Point{point(5, 200)}, 12, policy.HeldByMax},
		{"from zero by load", Target{}, 0, []policy.Point{point(5, 60)}, 3, ""},
		{"no point", Target{}, 10, []policy.Point{point(3, 200)}, 10, policy.HeldByNoData},
		{"never a point", Target{}, 10, nil, 10, ""},
	} {
		d := target(c.target).Decide(seen(6*time.Minute, c.desired, nil, c.points...))
		held := policy.Hold("")
		if len(d.Entries) > 0 {
			held = d.Entries[0].HeldBy
		}
		if d.Want != c.want || held != c.held {
			t.Errorf("%s: want %d held by %q, should be %d and %q", c.name, d.Want, held, c.want, c.held)
		}
	}
}

func TestTargetCoolsDown(t *testing.T) {
	s := target(Target{Cooldown: 3 * time.Minute})
	change := policy.Moment{At: 6 * time.Minute, From: 5, To: 10, By: targetPath, Complete: -1}
	for _, c := range []struct {
		minute int
		done   bool
		want   int
	}{{7, false, 10}, {8, true, 10}, {9, true, 10}, {11, true, 20}} { // complete at minute 8: it holds until 11
		m := change
		if c.done {
			m.Done, m.Complete = true, 8*time.Minute
		}
		d := s.Decide(seen(time.Duration(c.minute)*time.Minute, 10, []policy.Moment{m}, point(c.minute-1, 200)))
		if d.Want != c.want || d.Want == 10 && d.Entries[0].HeldBy != policy.HeldByCooldown {
			t.Errorf("minute %d: %+v", c.minute, d)
		}
	}
	if d := s.Decide(seen(11*time.Minute+30*time.Second, 20, nil, point(10, 200))); d.Want != 20 {
		t.Error("it decides only when it is its turn")
	}
}

func TestSpare(t *testing.T) {
	use := func(busy, waiting, empty int) func() policy.Use {
		return func() policy.Use {
			return policy.Use{Busy: busy, Waiting: waiting, Empty: func(d time.Duration) int {
				if d != 10*time.Minute {
					t.Errorf("asks about %v", d)
				}
				return empty
			}}
		}
	}
	for _, c := range []struct {
		name                 string
		desired              int
		busy, waiting, empty int
		want                 int
		held                 policy.Hold
	}{
		{"just enough", 3, 125, 0, 0, 3, ""},
		{"one seat short", 3, 126, 0, 0, 4, ""},
		{"those who wait count", 3, 120, 30, 0, 4, ""},
		{"two to spare, one is empty", 5, 100, 0, 1, 4, ""},
		{"two to spare, both empty", 5, 100, 0, 3, 3, ""},
		{"none is empty", 5, 100, 0, 0, 5, policy.HeldByInUse},
		{"at most max", 6, 500, 0, 0, 6, policy.HeldByMax},
		{"at least min", 2, 0, 0, 2, 2, policy.HeldByMin},
	} {
		s := &Spare{Slots: 25, Look: time.Minute, RemoveAfter: 10 * time.Minute, Min: 2, Max: 6}
		o := policy.Observation{Now: time.Minute, Fleet: policy.Fleet{Desired: c.desired}, Use: use(c.busy, c.waiting, c.empty)}
		d := s.New(policy.Run{Slots: 50}).Decide(o)
		held := policy.Hold("")
		if len(d.Entries) > 0 {
			held = d.Entries[0].HeldBy
		}
		if d.Want != c.want || held != c.held {
			t.Errorf("%s: want %d held by %q, should be %d and %q", c.name, d.Want, held, c.want, c.held)
		}
	}
}

// Whatever it sees, a target stays in its limits, and more load never wants fewer.
func TestTargetLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(0, 50).Draw(t, "min")
		most := least + rapid.IntRange(0, 50).Draw(t, "max")
		desired := rapid.IntRange(least, most).Draw(t, "desired")
		a, b := rapid.Float64Range(0, 1e6).Draw(t, "a"), rapid.Float64Range(0, 1e6).Draw(t, "b")
		want := func(v float64) int {
			return target(Target{Min: least, Max: max(1, most)}).Decide(seen(6*time.Minute, desired, nil, point(5, v))).Want
		}
		x, y := want(math.Min(a, b)), want(math.Max(a, b))
		if x > y || x < least || y > max(1, most) {
			t.Fatalf("%v wants %d, %v wants %d, in %d to %d", a, x, b, y, least, most)
		}
	})
}
