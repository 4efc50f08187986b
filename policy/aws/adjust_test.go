package aws

import (
	"strings"
	"testing"
	"time"

	"headroom/problem"
)

// Config A of the guide: threshold 50, by percent, out from 10 and 20 beyond it, in from 10 and 20 below it.
var configA = []Adjustment{
	{From: num(0), To: num(10), By: 0}, {From: num(10), To: num(20), By: 10}, {From: num(20), By: 30},
	{From: num(-10), To: num(0), By: 0}, {From: num(-20), To: num(-10), By: -10}, {To: num(-20), By: -30},
}

// stepped is the capacity after config A's step at a metric; out is the side of the alarm.
func stepped(t *testing.T, capacity int, metric float64, out bool) int {
	t.Helper()
	th := threshold{level: 50, above: out, inclusive: true}
	by, ok := adjustment(bands(configA, 50), th, metric)
	if !ok {
		t.Fatalf("metric %v is in no band", metric)
	}
	return adjusted(capacity, "percent", by, 0)
}

func TestStepScaling(t *testing.T) {
	for _, c := range []struct {
		id       string
		capacity int
		metric   float64
		out      bool
		want     int
	}{
		{"ST1", 10, 60, true, 11}, {"ST2", 11, 70, true, 14}, {"ST3", 14, 40, false, 13}, {"ST4", 13, 30, false, 10},
		{"ST5", 10, 40.01, false, 10}, {"ST5", 10, 50, true, 10}, {"ST5", 10, 50, false, 10}, {"ST5", 10, 59.99, true, 10},
		{"ST6", 10, 50, true, 10}, {"ST6", 10, 59.99, true, 10}, {"ST6", 10, 60, true, 11}, {"ST6", 10, 69.99, true, 11},
		{"ST6", 10, 70, true, 13}, {"ST6", 10, 100, true, 13},
		// below the threshold the upper end belongs to the band
		{"ends", 10, 40, false, 9}, {"ends", 10, 30.01, false, 9}, {"ends", 10, 30, false, 7}, {"ends", 10, 0, false, 7},
	} {
		t.Run(c.id, func(t *testing.T) {
			if got := stepped(t, c.capacity, c.metric, c.out); got != c.want {
				t.Errorf("capacity %d at %v: %d, want %d", c.capacity, c.metric, got, c.want)
			}
		})
	}
}

func TestST8PercentIsRoundedTowardsZeroButNotToIt(t *testing.T) {
	for hundredths, want := range map[int]int{1270: 12, 67: 1, -58: -1, -667: -6, 0: 0, 100: 1, -100: -1, 199: 1} {
		if got := percent(hundredths); got != want {
			t.Errorf("%d hundredths: %d, want %d", hundredths, got, want)
		}
	}
}

func TestAdjusted(t *testing.T) {
	for _, c := range []struct {
		id       string
		capacity int
		adjust   string
		by       int
		least    int
		want     int
	}{
		{"ST9", 3, "change", 5, 0, 8}, {"ST10", 3, "exact", 5, 0, 5}, {"ST11", 10, "percent", 10, 0, 11}, {"ST12", 4, "percent", 25, 2, 6},
		{"least in", 10, "percent", -10, 3, 7}, {"never below zero", 2, "change", -10, 0, 0}, {"percent below zero", 2, "percent", -500, 0, 0},
		{"nothing of nothing", 0, "percent", 50, 2, 0}, {"no step", 10, "percent", 0, 5, 10}, {"exact zero", 3, "exact", 0, 0, 0},
	} {
		t.Run(c.id, func(t *testing.T) {
			if got := adjusted(c.capacity, c.adjust, c.by, c.least); got != c.want {
				t.Errorf("%d %s %d: %d, want %d", c.capacity, c.adjust, c.by, got, c.want)
			}
		})
	}
}

func TestStepSamples(t *testing.T) {
	for _, c := range []struct {
		id        string
		threshold float64
		steps     []Adjustment
		values    map[float64]int
	}{
		{"ST17", 70, []Adjustment{{From: num(0), To: num(15), By: 1}, {From: num(15), To: num(25), By: 2}, {From: num(25), By: 3}},
			map[float64]int{75: 1, 85: 2, 94: 2, 95: 3}},
		{"ST19", 20, []Adjustment{{From: num(0), To: num(20), By: 1}, {From: num(20), By: 2}}, map[float64]int{25: 1, 40: 2}},
		{"latency", 500_000, []Adjustment{{From: num(0), To: dur(200 * time.Millisecond), By: 20}, {From: dur(200 * time.Millisecond), By: 50}},
			map[float64]int{500_001: 20, 699_999: 20, 700_000: 50}},
		{"rounding", 0.1, []Adjustment{{From: num(0), To: num(0.2), By: 1}, {From: num(0.2), By: 2}}, map[float64]int{0.3: 2}},
	} {
		t.Run(c.id, func(t *testing.T) {
			for value, want := range c.values {
				by, ok := adjustment(bands(c.steps, c.threshold), threshold{level: c.threshold, above: true}, value)
				if !ok || by != want {
					t.Errorf("at %v: %d (%v), want %d", value, by, ok, want)
				}
			}
		})
	}
	if _, ok := adjustment(bands([]Adjustment{{From: num(0), By: 1}}, 50), threshold{level: 50, above: true}, 49); ok {
		t.Error("a value below the threshold is in a band above it")
	}
}

func TestST20StepRules(t *testing.T) {
	many := make([]Adjustment, 0, 21)
	for i := range 20 {
		many = append(many, Adjustment{From: num(float64(i)), To: num(float64(i + 1)), By: 1})
	}
	many = append(many, Adjustment{From: num(20), By: 1})
	for _, c := range []struct {
		name  string
		steps []Adjustment
		path  string
		must  string
	}{
		{"gap", []Adjustment{{From: num(0), To: num(10), By: 1}, {From: num(20), By: 2}}, "1.from", "no gap"},
		{"overlap", []Adjustment{{From: num(0), To: num(10), By: 1}, {From: num(5), By: 2}}, "1.from", "no overlap"},
		{"overlap unsorted", []Adjustment{{From: num(5), By: 2}, {From: num(0), To: num(10), By: 1}}, "0.from", "no overlap"},
		{"both open", []Adjustment{{By: 1}}, "0", "open on both sides"},
		{"negative lower bound", []Adjustment{{From: num(-10), To: num(0), By: -1}}, "0.from", "another step without from"},
		{"positive upper bound", []Adjustment{{From: num(0), To: num(10), By: 1}}, "0.to", "another step without to"},
		{"more than 20", many, "", "at most 20 steps"},
		{"two open below", []Adjustment{{To: num(-10), By: -2}, {To: num(0), By: -1}}, "", "at most one step without from"},
		{"two open above", []Adjustment{{From: num(0), By: 1}, {From: num(10), By: 2}}, "", "at most one step without to"},
		{"backwards", []Adjustment{{From: num(10), To: num(0), By: 1}, {From: num(10), By: 1}}, "0", "from below to"},
		{"none", nil, "", "at least one step"},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := checkSteps(c.steps)
			for _, p := range found {
				if p.Path == c.path && strings.Contains(p.Must, c.must) {
					return
				}
			}
			t.Errorf("no problem %q at %q among %v", c.must, c.path, found)
		})
	}
	for name, steps := range map[string][]Adjustment{
		"config A": configA, "unsorted": {{From: num(10), By: 2}, {From: num(0), To: num(10), By: 1}}, "20 steps": many[1:],
		"one": {{From: num(0), By: 1}}, "below": {{To: num(0), By: -1}},
	} {
		if found := checkSteps(steps); len(found) > 0 {
			t.Errorf("%s is refused: %v", name, found)
		}
	}
	var _ []problem.Problem = checkSteps(nil)
}
