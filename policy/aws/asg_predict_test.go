package aws

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/policy"
	"headroom/unit"
)

// predicting is a group of one predictive policy that holds 100 invocations a minute and instance, and the policies given.
func predicting(p Predictive, more ...GroupPolicy) *Group {
	p.Name, p.Metric, p.Target = "forecast", "InvocationsPerInstance", *num(100)
	if p.Mode == "" {
		p.Mode = "forecast-and-scale"
	}
	return &Group{Min: 1, Max: 40, DefaultWarmUp: secs(0), Policies: append(more, GroupPolicy{Predictive: &p})}
}

// live lives whole hours minute by minute: load is of each hour since the begin, in invocations a minute. What is ordered is in
// service at the next minute.
func (b *bench) live(from, to int, load func(h int) float64) (entries []policy.Entry) {
	for m := from * 60; m < to*60; m++ {
		b.fleet.InService, b.fleet.Starting, b.fleet.Warming = b.fleet.Desired, 0, 0
		if m > 0 {
			l := load((m - 1) / 60)
			p := point(mins(m), time.Minute, l/max(1, float64(b.fleet.InService)))
			p.Load = l
			b.points["InvocationsPerInstance"] = append(b.points["InvocationsPerInstance"], p)
		}
		b.at(mins(m))
		entries = append(entries, b.entries...)
	}
	return entries
}

// wave is 5 instances' load from 9 to 16 h and one's else, every day.
func wave(h int) float64 {
	if h%24 >= 9 && h%24 < 17 {
		return 480
	}
	return 80
}

// On the second day the group is there before the load: 5 minutes before the hour, and never above what the forecast needs.
func TestPredictiveScalesAhead(t *testing.T) {
	for _, c := range []struct {
		buffer *time.Duration
		at     int // minute of the second day
	}{{nil, 9*60 - 5}, {secs(0), 9 * 60}, {secs(1800), 9*60 - 30}} {
		b := onBench(predicting(Predictive{Buffer: c.buffer, Forecaster: "seasonal-naive"}), 1)
		b.live(0, 24, wave)
		for m := 24 * 60; m < 34*60; m++ {
			b.fleet.InService = b.fleet.Desired
			p := point(mins(m), time.Minute, wave(m/60))
			p.Load = wave((m - 1) / 60)
			b.points["InvocationsPerInstance"] = append(b.points["InvocationsPerInstance"], p)
			n, want := b.at(mins(m)), 1
			if m >= 24*60+c.at {
				want = 5
			}
			if n != want {
				t.Fatalf("buffer %v, minute %d of the second day: %d, want %d", c.buffer, m-24*60, n, want)
			}
		}
	}
}

// With less than a day of history there is no forecast, and that is said once; it is made anew every six hours.
func TestPredictiveHistory(t *testing.T) {
	b := onBench(predicting(Predictive{Buffer: secs(0), Forecaster: "harmonic"}), 1)
	first := b.live(0, 24, wave)
	if len(first) != 1 || first[0].HeldBy != policy.HeldByNoData || !strings.HasPrefix(first[0].Why[0].Text, "no forecast: it needs 24 hours of history, there are 0") {
		t.Errorf("the first day: %+v", first)
	}
	made := 0
	for _, e := range b.live(24, 72, wave) {
		if strings.HasPrefix(e.Why[0].Text, "forecast of the next 48 hours: ") {
			made++
		}
	}
	if made != 8 {
		t.Errorf("%d forecasts in two days, want 8", made)
	}
	texts := b.live(72, 79, wave)
	if got := texts[0].Why[0].Text; !strings.Contains(got, "; on the last day harmonic was off by ") || !strings.HasSuffix(got, ", seasonal-naive by 0.0%") {
		t.Errorf("against seasonal naive: %s", got)
	}
}

// Actual capacity above the forecast at the top of the hour: no scale-in.
func TestPR2(t *testing.T) {
	b := onBench(predicting(Predictive{Buffer: secs(0), Forecaster: "seasonal-naive"}), 1)
	b.live(0, 24, wave)
	b.fleet.Desired = 9
	b.live(24, 48, wave)
	if b.fleet.Desired != 9 {
		t.Errorf("%d, want 9: a forecast never scales in", b.fleet.Desired)
	}
}

// Target tracking needs 10, predictive says 8: 10.
func TestCB10(t *testing.T) {
	track := GroupPolicy{TargetTracking: &GroupTracking{Metric: "InvocationsPerInstance", Target: *num(100), ScaleIn: true,
		Alarm: TrackingAlarms{Out: Datapoints{1, 1}, In: &Datapoints{15, 15}, Low: 0.9}}}
	b := onBench(predicting(Predictive{Buffer: secs(0), Forecaster: "seasonal-naive"}, track), 1)
	eight := func(h int) float64 { return map[bool]float64{true: 800, false: 80}[h == 12] }
	b.live(0, 36, eight)
	b.fleet.Desired, b.fleet.InService = 1, 1
	b.points["InvocationsPerInstance"] = append(b.points["InvocationsPerInstance"], policy.Point{End: mins(36 * 60), Period: time.Minute, Value: 1000, Weight: 60, Load: 1000})
	if n := b.at(mins(36 * 60)); n != 10 {
		t.Errorf("tracking needs 10, the forecast 8: %d, want 10", n)
	}
	if len(b.entries) < 2 || b.entries[len(b.entries)-2].To != 8 || b.entries[len(b.entries)-1].From != 8 {
		t.Errorf("entries %+v", b.entries)
	}
}

// Within its hour the forecast is a floor for those that scale in, and after it no longer.
func TestForecastIsAFloor(t *testing.T) {
	track := GroupPolicy{TargetTracking: &GroupTracking{Name: "track", Metric: "InvocationsPerInstance", Target: *num(100), ScaleIn: true,
		Alarm: TrackingAlarms{Out: Datapoints{1, 1}, In: &Datapoints{1, 1}, Low: 0.9}}}
	b := onBench(predicting(Predictive{Buffer: secs(0), Forecaster: "seasonal-naive"}, track), 1)
	b.live(0, 24+9, wave)
	quiet := func(int) float64 { return 80 }
	entries := b.live(24+9, 24+16, quiet)
	if b.fleet.Desired != 5 {
		t.Fatalf("%d in an hour for which 5 are forecast", b.fleet.Desired)
	}
	last := entries[len(entries)-1]
	if last.HeldBy != policy.HeldByMin || last.Why[1].Text != "the forecast holds at least 5" {
		t.Errorf("held: %+v", last)
	}
	if b.live(24+16, 24+18, quiet); b.fleet.Desired != 1 {
		t.Errorf("%d after those hours, want 1", b.fleet.Desired)
	}
}

// The vendor's example: max 40, forecast 50; honored it is 40, increased it is 50, and with a buffer of 10 % policies may reach 55.
func TestMaxCapacityBreach(t *testing.T) {
	fifty := func(h int) float64 { return map[bool]float64{true: 5000, false: 80}[h%24 == 12] }
	for _, c := range []struct {
		at        string
		buffer    *unit.Share
		want, max int
		hold      policy.Hold
	}{{"honor", nil, 40, 40, policy.HeldByMax}, {"increase", nil, 50, 50, ""}, {"increase", new(unit.Share(0.1)), 50, 55, ""}} {
		b := onBench(predicting(Predictive{Buffer: secs(0), Forecaster: "seasonal-naive", AtMax: c.at, MaxBuffer: c.buffer}), 1)
		b.live(0, 36, fifty)
		b.live(36, 36, fifty)
		n := b.at(mins(36 * 60))
		if n != c.want || b.max != c.max || b.entries[len(b.entries)-1].HeldBy != c.hold {
			t.Errorf("%s %v: %d with max %d, held by %q; want %d, %d, %q", c.at, c.buffer, n, b.max, b.entries[len(b.entries)-1].HeldBy, c.want, c.max, c.hold)
		}
		b.live(37, 38, fifty)
		if b.max != 40 {
			t.Errorf("%s: max %d an hour later, want 40 again", c.at, b.max)
		}
	}
}

// Forecast-only says what it would do, and does nothing.
func TestForecastOnly(t *testing.T) {
	b := onBench(predicting(Predictive{Mode: "forecast-only", Buffer: secs(0), Forecaster: "seasonal-naive"}), 1)
	entries := b.live(0, 40, wave)
	if b.fleet.Desired != 1 || b.max != 40 {
		t.Fatalf("%d, want 1", b.fleet.Desired)
	}
	e := entries[len(entries)-1]
	want := "forecast for 15:00:00: InvocationsPerInstance, ceil(480 ÷ 100) = 5"
	if e.HeldBy != policy.HeldByMode || e.Wish != 5 || e.Why[0].Text != want {
		t.Errorf("%+v, want a wish of 5, %q", e, want)
	}
}

// Hours are the world's, not those since the begin; a first hour that is not whole does not count; what is missing is as a day before.
func TestPredictiveHours(t *testing.T) {
	run := policy.Run{Start: time.Date(2026, 3, 2, 0, 20, 0, 0, time.UTC), Begin: -time.Hour, End: 100 * time.Hour,
		Timing: func(string) (time.Duration, time.Duration) { return time.Minute, time.Minute }}
	p := newPredictor(&Predictive{Metric: "Invocations", Target: *num(1), Buffer: secs(600)}, "p", run, 1)
	if p.next != 30*time.Minute-60*time.Minute { // 23:50 for 00:00
		t.Errorf("acts first at %v, want −30m", p.next)
	}
	var points []policy.Point
	for m := -59; m < 40*60; m++ { // from 23:21 on
		if h := (m + 19) / 60; m > 0 && h == 30 {
			continue // nothing in the hour from 06:00 of the second day
		}
		q := point(mins(m), time.Minute, 0)
		q.Load = float64((m + 19) / 60)
		points = append(points, q)
	}
	p.take(points)
	h := p.history(40*time.Hour + 41*time.Minute) // 17:01: the hour until 17:00 is due
	if len(h) != 41 || h[0] != 0 || h[1] != 1 || h[29] != 29 || h[30] != 6 || h[31] != 31 {
		t.Errorf("%d hours: %v", len(h), h)
	}
	if h := p.history(40*time.Hour + 40*time.Minute + 59*time.Second); len(h) != 40 {
		t.Errorf("a second earlier: %d hours, want 40", len(h))
	}
}

func TestPredictiveChecks(t *testing.T) {
	for name, c := range map[string]struct {
		p    Predictive
		path string
	}{
		"fine":                   {Predictive{Metric: "CPUUtilization", AtMax: "increase", MaxBuffer: new(unit.Share(1))}, ""},
		"metric":                 {Predictive{Metric: "cpu"}, "metric"},
		"buffer without":         {Predictive{Metric: "CPUUtilization", AtMax: "honor", MaxBuffer: new(unit.Share(0.1))}, "max-capacity-buffer"},
		"buffer above 100 %":     {Predictive{Metric: "CPUUtilization", AtMax: "increase", MaxBuffer: new(unit.Share(1.1))}, "max-capacity-buffer"},
		"duration for a counter": {Predictive{Metric: "Invocations", Target: *dur(time.Second)}, "target"},
	} {
		ps := c.p.check()
		if c.path == "" && len(ps) > 0 || c.path != "" && (len(ps) != 1 || ps[0].Path != c.path) {
			t.Errorf("%s: %v, want a problem at %q", name, ps, c.path)
		}
	}
	g := predicting(Predictive{})
	if ws := g.Watches(); len(ws) != 1 || ws[0].At != "policies.0.predictive.metric" {
		t.Errorf("watches %+v", ws)
	}
}

// Whatever the load: predictive policies alone never scale in, never beyond max where that is honored, and CB10 for any numbers.
func TestPredictiveLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loads := rapid.SliceOfN(rapid.IntRange(0, 6000), 40, 40).Draw(t, "loads")
		p := Predictive{Forecaster: rapid.SampledFrom([]string{"seasonal-naive", "holt-winters", "harmonic"}).Draw(t, "by"),
			Buffer: secs(rapid.IntRange(0, 59).Draw(t, "buffer") * 60), AtMax: rapid.SampledFrom([]string{"honor", "increase"}).Draw(t, "max")}
		b := onBench(predicting(p), rapid.IntRange(1, 9).Draw(t, "start"))
		for h := range loads {
			was := b.fleet.Desired
			b.live(h, h+1, func(h int) float64 { return float64(loads[h]) })
			if b.fleet.Desired < was {
				t.Fatalf("hour %d: from %d to %d", h, was, b.fleet.Desired)
			}
			if p.AtMax == "honor" && b.fleet.Desired > 40 {
				t.Fatalf("hour %d: %d, max is 40", h, b.fleet.Desired)
			}
		}
	})
}

// Two runs of one forecast are the same to the last bit.
func TestPredictiveRepeats(t *testing.T) {
	var story [2]string
	for k := range story {
		b := onBench(predicting(Predictive{Forecaster: "holt-winters"}), 1)
		for _, e := range b.live(0, 80, func(h int) float64 { return wave(h) + float64(h*h%97) }) {
			story[k] += fmt.Sprintln(e)
		}
	}
	if story[0] != story[1] || story[0] == "" {
		t.Error("two runs differ")
	}
}
