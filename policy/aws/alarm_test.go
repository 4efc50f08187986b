package aws

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"headroom/histogram"
	"headroom/policy"
)

// data reads CloudWatch's notation, oldest first: X breaching, 0 fine, - missing.
func data(text string) []datum {
	var out []datum
	for _, f := range strings.Fields(text) {
		out = append(out, map[string]datum{"X": breaching, "0": fine, "-": missing}[f])
	}
	return out
}

// The two tables of missing data in CloudWatch's guide, cell by cell: M of N, points, and the state for missing, ignore,
// breaching and notBreaching. keep is whatever the state was.
func TestMissingDataTables(t *testing.T) {
	const keep = "keep"
	rows := []struct {
		id, form, points string
		want             [4]string
	}{
		{"CW1", "3 of 3", "0 - X - X", [4]string{"OK", "OK", "OK", "OK"}},
		{"CW2", "3 of 3", "0 - - - -", [4]string{"OK", "OK", "OK", "OK"}},
		{"CW3", "3 of 3", "- - - - -", [4]string{"INSUFFICIENT_DATA", keep, "ALARM", "OK"}},
		{"CW4", "3 of 3", "0 X X - X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{"CW5", "3 of 3", "- - X - -", [4]string{"ALARM", keep, "ALARM", "OK"}},
		{"CW6", "2 of 3", "0 - X - X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{"CW7", "2 of 3", "0 0 X 0 X", [4]string{"ALARM", "ALARM", "ALARM", "ALARM"}},
		{"CW8", "2 of 3", "0 - X - -", [4]string{"OK", "OK", "ALARM", "OK"}},
		{"CW9", "2 of 3", "- - - - 0", [4]string{"OK", "OK", "ALARM", "OK"}},
		{"CW10", "2 of 3", "- - - X -", [4]string{"ALARM", keep, "ALARM", "OK"}},
	}
	for _, row := range rows {
		for i, treat := range []string{"missing", "ignore", "breaching", "notBreaching"} {
			t.Run(row.id+"/"+treat, func(t *testing.T) {
				for _, was := range []State{InsufficientData, OK, InAlarm} {
					var form Datapoints
					if err := form.UnmarshalText([]byte(row.form)); err != nil {
						t.Fatal(err)
					}
					want := row.want[i]
					if want == keep {
						want = was.String()
					}
					r := alarmRule{m: form.M, n: form.N, missing: treat, fresh: "keep"}
					if got := r.next(data(row.points), was).String(); got != want {
						t.Errorf("%s, %s from %s: %s, want %s", row.form, row.points, was, got, want)
					}
				}
			})
		}
	}
}

func TestCW11FreshBreachIsNoAlarm(t *testing.T) {
	for _, points := range []string{"- - - - X", "- - - X -"} {
		for _, was := range []State{InsufficientData, OK, InAlarm} {
			for fresh, want := range map[string]State{"keep": was, "insufficient-data": InsufficientData, "ok": OK} {
				r := alarmRule{m: 3, n: 3, missing: "missing", fresh: fresh}
				if fresh == "keep" && was == InAlarm {
					want = InsufficientData
				}
				if got := r.next(data(points), was); got != want || got == InAlarm {
					t.Errorf("%s, fresh-breach-only %s from %s: %s, want %s", points, fresh, was, got, want)
				}
			}
		}
	}
}

// The alarms of target tracking count real points only: the same rows, none of which may put them into ALARM.
func TestTrackingAlarmsNeedRealPoints(t *testing.T) {
	for _, row := range []struct {
		m, n   int
		points string
		want   State
	}{
		{3, 3, "- - X - -", InsufficientData},
		{3, 3, "X X - - -", InsufficientData},
		{3, 3, "X - X - X", InAlarm},
		{3, 3, "X X X - -", InAlarm},
		{3, 3, "- - X 0 -", OK},
		{3, 3, "- - - - -", InsufficientData},
		{2, 3, "- - X X -", InAlarm},
		{2, 3, "- - - X -", InsufficientData},
		{2, 3, "- 0 - X -", OK},
	} {
		r := alarmRule{m: row.m, n: row.n, missing: "missing", fresh: "keep", realOnly: true}
		for _, was := range []State{InsufficientData, InAlarm} {
			if got := r.next(data(row.points), was); got != row.want {
				t.Errorf("%d of %d, %s from %s: %s, want %s", row.m, row.n, row.points, was, got, row.want)
			}
		}
		if got := r.next(data(row.points), OK); got == InAlarm && row.want != InAlarm {
			t.Errorf("%d of %d, %s from OK: ALARM", row.m, row.n, row.points)
		}
	}
}

// series evaluates an alarm of n minutes on a value a minute, without delay; NaN-free: a missing minute is a negative value.
func series(a *alarm, period time.Duration, values ...float64) []State {
	w := newWindow("M", Statistic{}, period, time.Minute, 0, a.length)
	var points []policy.Point
	var states []State
	var scratch []datum
	for i, v := range values {
		end := time.Duration(i+1) * time.Minute
		if v >= 0 {
			points = append(points, point(end, time.Minute, v))
		}
		w.look(points, end)
		scratch = a.evaluate(w, scratch)
		states = append(states, a.state)
	}
	return states
}

// point is a point of a metric with one sample a period.
func point(end, period time.Duration, v float64) policy.Point {
	return policy.Point{End: end, Period: period, Value: v, Weight: period.Seconds(), Sum: v, Count: 1, Min: v, Max: v, Load: v}
}

func TestCW13(t *testing.T) {
	a := newAlarm(Datapoints{3, 3}, threshold{level: 3, above: true}, defaults())
	states := series(&a, time.Minute, 2, 2, 4, 5, 4, 2, 3, 2, 5, 2)
	for i, s := range states {
		want := OK
		if i < 2 {
			want = s // too few points yet: no matter
		}
		if i == 4 {
			want = InAlarm
		}
		if s != want {
			t.Errorf("period %d: %s, want %s", i+1, s, want)
		}
	}
}

func TestCW14(t *testing.T) {
	for _, c := range []struct {
		form         Datapoints
		period, want time.Duration
	}{{Datapoints{4, 5}, time.Minute, 5 * time.Minute}, {Datapoints{3, 3}, 10 * time.Minute, 30 * time.Minute}} {
		if got := c.form.Interval(c.period); got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.form, c.period, got, c.want)
		}
	}
}

func TestCW15SlidingWindow(t *testing.T) {
	w := newWindow("M", Statistic{}, 5*time.Minute, time.Minute, 0, 1)
	var points []policy.Point
	for i := 1; i <= 6; i++ {
		points = append(points, point(time.Duration(i)*time.Minute, time.Minute, float64(i)))
	}
	w.look(points[:5], 5*time.Minute)
	if got := w.slot(0).value; got != (1+2+3+4+5)/5.0 {
		t.Errorf("minute 5: %v, want the mean of minutes 1 to 5", got)
	}
	w.look(points, 6*time.Minute)
	if got := w.slot(0).value; got != (2+3+4+5+6)/5.0 {
		t.Errorf("minute 6: %v, want the mean of minutes 2 to 6", got)
	}
}

// From a minute up an alarm looks at whole minutes, also of a metric that comes every 10 s; below it at each due point.
func TestWindowsOfFastMetrics(t *testing.T) {
	var points []policy.Point
	for i := 1; i <= 24; i++ {
		points = append(points, point(time.Duration(i)*10*time.Second, 10*time.Second, float64(i)))
	}
	for _, c := range []struct {
		period, now, end time.Duration
		value            float64
	}{
		{time.Minute, 120 * time.Second, 60 * time.Second, 3.5}, {time.Minute, 130 * time.Second, 120 * time.Second, 9.5},
		{10 * time.Second, 120 * time.Second, 110 * time.Second, 11}, {20 * time.Second, 120 * time.Second, 110 * time.Second, 10.5},
		{2 * time.Minute, 180 * time.Second, 120 * time.Second, 6.5},
	} {
		w := newWindow("M", Statistic{}, c.period, 10*time.Second, 10*time.Second, 3)
		w.look(points, c.now)
		if s := w.slot(0); s.end != c.end || s.value != c.value {
			t.Errorf("%s at %s: ends %s, %v; want %s, %v", c.period, c.now, s.end, s.value, c.end, c.value)
		}
	}
}

func TestCW16ActionRepeatsEveryMinute(t *testing.T) {
	s := &Settings{Service: Custom, Max: 100, Policies: []Policy{{Step: &Step{
		Alarm: Alarm{Metric: "ApproximateBacklogSize", Above: num(10), Datapoints: Datapoints{1, 1}}, Adjust: "change",
		Steps: []Adjustment{{From: num(0), By: 1}}, Cooldown: new(time.Duration(0)),
	}}}}
	w := newWorld(s, time.Hour)
	w.publish("ApproximateBacklogSize", func(t time.Duration) float64 {
		if t > 5*time.Minute && t <= 9*time.Minute {
			return 20
		}
		return 0
	})
	w.run()
	var at []string
	for _, e := range w.log {
		at = append(at, e.at.String())
	}
	if got, want := strings.Join(at, " "), "7m0s 8m0s 9m0s 10m0s"; got != want {
		t.Errorf("acted at %s, want at entry and each minute while in ALARM: %s", got, want)
	}
}

func TestCW18LowSamples(t *testing.T) {
	var p99 Statistic
	if err := p99.UnmarshalText([]byte("p99")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		samples int
		ignore  bool
		want    State
	}{{999, true, OK}, {1000, true, InAlarm}, {999, false, InAlarm}} {
		h := new(histogram.Histogram)
		h.AddN(time.Second, float64(c.samples))
		a := newAlarm(Datapoints{1, 1}, threshold{level: 500_000, above: true}, defaults())
		if a.state = OK; c.ignore {
			a.ignoreBelow = p99.enough()
		}
		w := newWindow("ModelLatency", p99, time.Minute, time.Minute, 0, a.length)
		p := point(time.Minute, time.Minute, 1e6)
		p.Count, p.Samples = float64(c.samples), h
		w.look([]policy.Point{p}, time.Minute)
		if a.evaluate(w, nil); a.state != c.want {
			t.Errorf("%d samples, ignore %v: %s, want %s", c.samples, c.ignore, a.state, c.want)
		}
	}
	for text, want := range map[string]float64{"p50": 20, "p90": 100, "p99": 1000, "p10": 100, "p1": 1000} {
		var s Statistic
		if err := s.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := s.enough(); got < want*(1-1e-9) || got > want*(1+1e-9) {
			t.Errorf("%s needs %v samples, want %v", text, got, want)
		}
	}
}

func TestThresholds(t *testing.T) {
	const nearly = 1500 * (1 + 5e-10)
	for _, c := range []struct {
		above, inclusive bool
		value            float64
		want             bool
	}{
		{true, false, 1500, false}, {true, false, nearly, false}, {true, false, 1500.01, true}, {true, false, 1499, false},
		{true, true, 1500, true}, {true, true, nearly, true}, {true, true, 1500 * (1 - 5e-10), true}, {true, true, 1499.9, false},
		{false, false, 1500, false}, {false, false, 1499.9, true}, {false, true, nearly, true}, {false, true, 1501, false},
	} {
		if got := (threshold{1500, c.above, c.inclusive}).breached(c.value); got != c.want {
			t.Errorf("%v against 1500, above %v, inclusive %v: %v", c.value, c.above, c.inclusive, got)
		}
	}
}

// An alarm is INSUFFICIENT_DATA before the first point, whatever missing data counts as.
func TestBeforeTheFirstPoint(t *testing.T) {
	for _, treat := range []string{"missing", "ignore", "breaching", "notBreaching"} {
		a := newAlarm(Datapoints{1, 1}, threshold{level: 1, above: true}, defaults())
		a.rule.missing = treat
		for i, s := range series(&a, time.Minute, -1, -1, -1) {
			if s != InsufficientData {
				t.Errorf("%s, minute %d: %s", treat, i+1, s)
			}
		}
	}
}

func TestEvaluationRange(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want int
	}{{"N+2", 3, 5}, {"N+0", 3, 3}, {"7", 3, 7}, {"N+2", 15, 17}} {
		var r Range
		if err := r.UnmarshalText([]byte(c.text)); err != nil {
			t.Fatal(err)
		}
		if got := r.of(c.n); got != c.want || r.String() != c.text {
			t.Errorf("%s of %d: %d (%s), want %d", c.text, c.n, got, r, c.want)
		}
	}
	// a longer range still finds the three real points
	for text, want := range map[string]State{"N+2": OK, "N+4": InAlarm} {
		as := defaults()
		as.EvaluationRange = new(Range)
		if err := as.EvaluationRange.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		a := newAlarm(Datapoints{3, 3}, threshold{level: 1, above: true}, as)
		a.rule.realOnly = true
		states := series(&a, time.Minute, 0, 0, 2, -1, -1, 2, -1, -1, 2)
		if got := states[len(states)-1]; got != want && !(want == OK && got != InAlarm) {
			t.Errorf("evaluation-range %s: %s, want %s", text, got, want)
		}
	}
}

func TestStatisticsPool(t *testing.T) {
	h := func(ds ...time.Duration) *histogram.Histogram {
		h := new(histogram.Histogram)
		for _, d := range ds {
			h.Add(d)
		}
		return h
	}
	ms := time.Millisecond
	points := []policy.Point{
		{Value: 100_000, Weight: 1, Sum: 100_000, Count: 1, Min: 100_000, Max: 100_000, Samples: h(100 * ms)},
		{Value: 300_000, Weight: 3, Sum: 900_000, Count: 3, Min: 200_000, Max: 400_000, Samples: h(200*ms, 300*ms, 400*ms)},
	}
	for text, want := range map[string]float64{
		"average": 250_000, "sum": 1_000_000, "min": 100_000, "max": 400_000, "count": 4, "p50": 200_000, "p100": 400_000, "p75": 300_000,
	} {
		var s Statistic
		if err := s.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		var scratch histogram.Histogram
		if got := s.Of(points, &scratch); got < want*0.996 || got > want*1.004 {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
		if s.String() != text {
			t.Errorf("%s is written %s", text, s)
		}
	}
	// a metric with one sample a period: the percentile is among the values
	single := []policy.Point{point(1, 1, 40), point(2, 1, 10), point(3, 1, 30), point(4, 1, 20)}
	for text, want := range map[string]float64{"p0": 10, "p25": 10, "p50": 20, "p51": 30, "p100": 40} {
		var s Statistic
		if err := s.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := s.Of(single, nil); got != want {
			t.Errorf("%s of four values: %v, want %v", text, got, want)
		}
	}
	for _, bad := range []string{"p101", "p", "mean", "p-1", "", "p1e", "P99"} {
		if err := new(Statistic).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as a statistic", bad)
		}
	}
}

// TT5: two instances at 60 % and 40 % make 50 %.
func TestTT5(t *testing.T) {
	points := []policy.Point{{Value: 60, Weight: 60}, {Value: 40, Weight: 60}}
	if got := (Statistic{}).Of(points, nil); got != 50 {
		t.Errorf("average of 60 and 40: %v", got)
	}
}

func ExampleDatapoints() {
	var d Datapoints
	fmt.Println(d.UnmarshalText([]byte("4 of 3")))
	fmt.Println(d.UnmarshalText([]byte("2 of 3")), d)
	// Output:
	// M of N with M from 1 to N, got "4 of 3"
	// <nil> 2 of 3
}
