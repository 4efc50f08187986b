package aws

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/policy"
)

// drawn is a random target with random policies and schedules.
func drawn(t *rapid.T) *Settings {
	low := rapid.IntRange(1, 5).Draw(t, "min")
	s := &Settings{Service: rapid.SampledFrom([]string{Endpoint, ECS, Custom}).Draw(t, "service"), Min: low, Max: low + rapid.IntRange(0, 30).Draw(t, "range")}
	seconds := func(label string) *time.Duration {
		return new(time.Duration(rapid.IntRange(0, 90).Draw(t, label)) * 10 * time.Second)
	}
	form := func(label string, most int) Datapoints {
		n := rapid.IntRange(1, most).Draw(t, label+" n")
		return Datapoints{rapid.IntRange(1, n).Draw(t, label+" m"), n}
	}
	for _, metric := range []string{"InvocationsPerInstance", "CPUUtilization"} {
		if !rapid.Bool().Draw(t, metric) {
			continue
		}
		p := tt(metric, float64(rapid.IntRange(10, 90).Draw(t, "target")), 0, 0)
		tr := p.TargetTracking
		tr.ScaleOutCooldown, tr.ScaleInCooldown, tr.ScaleIn = seconds("out"), seconds("in"), rapid.Bool().Draw(t, "scale-in")
		tr.Alarm.Out, tr.Alarm.In = form("out", 5), new(form("in", 15))
		tr.Assume.Base = new(rapid.SampledFrom([]string{"point", "now"}).Draw(t, "base"))
		s.Policies = append(s.Policies, p)
	}
	for range rapid.IntRange(0, 2).Draw(t, "steps") {
		above := rapid.Bool().Draw(t, "above")
		st := &Step{Adjust: rapid.SampledFrom([]string{"percent", "change"}).Draw(t, "adjust"), Cooldown: seconds("cooldown")}
		st.Alarm = Alarm{Metric: "ApproximateBacklogSize", Datapoints: form("step", 4), Missing: rapid.SampledFrom([]string{"missing", "ignore", "breaching", "notBreaching"}).Draw(t, "missing")}
		if by := rapid.IntRange(1, 60).Draw(t, "by"); above {
			st.Alarm.Above, st.Steps = num(20), []Adjustment{{From: num(0), To: num(20), By: by}, {From: num(20), By: 2 * by}}
		} else {
			st.Alarm.AtOrBelow, st.Steps = num(5), []Adjustment{{To: num(0), By: -by}}
		}
		s.Policies = append(s.Policies, Policy{Step: st})
	}
	for range rapid.IntRange(0, 3).Draw(t, "schedules") {
		sch := Schedule{At: text[Stamp](time.Duration(rapid.IntRange(0, 10800).Draw(t, "at") * 1e9).String())}
		bottom := rapid.IntRange(1, 9).Draw(t, "bottom")
		sch.Min, sch.Max = &bottom, new(bottom+rapid.IntRange(0, 20).Draw(t, "more"))
		s.Schedules = append(s.Schedules, sch)
	}
	return s
}

// randomWorld runs random settings on random metrics with holes in them.
func randomWorld(t *rapid.T, s *Settings) func() *world {
	hole := rapid.IntRange(2, 40).Draw(t, "holes")
	load := rapid.SliceOfN(rapid.IntRange(0, 60), 18, 18).Draw(t, "load")
	startUp := time.Duration(rapid.IntRange(0, 40).Draw(t, "start-up")) * 10 * time.Second
	removal := time.Duration(rapid.IntRange(0, 20).Draw(t, "removal")) * 10 * time.Second
	first := rapid.IntRange(0, 40).Draw(t, "first")
	return func() *world {
		w := newWorld(s, 3*time.Hour)
		w.startUp, w.removal, w.first = startUp, removal, first
		at := func(end time.Duration) float64 { return float64(load[min(int(end/(10*time.Minute)), 17)]) }
		missing := func(end time.Duration) bool {
			return int(end/time.Minute)%hole == 0 || int(end/(20*time.Minute))%hole == 1
		}
		w.metric("InvocationsPerInstance", func(end time.Duration, n float64) (float64, float64, bool) {
			return at(end) * 60 / max(n, 1), at(end) * 60, !missing(end)
		})
		w.metric("CPUUtilization", func(end time.Duration, n float64) (float64, float64, bool) {
			v := min(100, 100*at(end)/max(n, 0.1))
			return v, v * n, n > 0 && !missing(end)
		})
		w.metric("ApproximateBacklogSize", func(end time.Duration, n float64) (float64, float64, bool) {
			v := max(0, at(end)-3*n)
			return v, v * n, !missing(end)
		})
		w.run()
		return w
	}
}

// The capacity stays within the limits, except that of an endpoint whose limits moved during a change; entries lead from one
// capacity to the next (the world panics where they do not); a wish is never what was given; and equal runs are equal.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawn(t)
		run := randomWorld(t, s)
		w := run()
		low, high := s.Min, s.Max
		for _, sch := range s.Schedules {
			low, high = min(low, *sch.Min), max(high, *sch.Max)
		}
		for i, n := range w.trail {
			if n < low || n > high || len(s.Schedules) == 0 && (n < s.Min || n > s.Max) {
				t.Fatalf("step %d: capacity %d outside %d to %d", i, n, low, high)
			}
		}
		for _, e := range w.log {
			switch {
			case e.HasWish && (e.Wish == e.To || e.HeldBy == ""):
				t.Fatalf("a wish for what was given, or held by nothing: %+v", e)
			case e.HeldBy == policy.HeldByNoData && (e.HasWish || e.From != e.To):
				t.Fatalf("no data with a wish or a change: %+v", e)
			case e.HeldBy == "" && e.From == e.To && e.Why[0].Code != policy.Schedule:
				t.Fatalf("an entry of nothing: %+v", e)
			case len(e.Why) == 0 || e.Policy == "":
				t.Fatalf("an entry without a reason or a name: %+v", e)
			case e.HasWish && (e.To > e.From && e.Wish <= e.To || e.To < e.From && e.Wish >= e.To):
				t.Fatalf("a wish on the wrong side: %+v", e)
			}
		}
		if again := run(); !reflect.DeepEqual(w.log, again.log) || !reflect.DeepEqual(w.trail, again.trail) {
			t.Fatal("the same observations give other decisions")
		}
	})
}

// A fleet with one target-tracking policy on an unbounded metric and no limits in its way comes to rest at load ÷ target, whatever
// it starts from: never below it, and above it by no more than what cannot be spared.
func TestComesToRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		load, target := rapid.IntRange(1, 6000).Draw(t, "per minute"), rapid.IntRange(50, 200).Draw(t, "target")
		w := newWorld(one(Custom, 1, 1000, tt("InvocationsPerInstance", float64(target), 60, 60)), 2*time.Hour)
		w.first = rapid.IntRange(1, 300).Draw(t, "first")
		w.invocations(func(time.Duration) float64 { return float64(load) / 60 })
		w.run()
		need := (load + target - 1) / target
		if got := w.desired; got < need || float64(load)/float64(got) < 0.9*float64(target)*(1-1e-9) && got > need {
			t.Fatalf("%d a minute for %d each: rests at %d, needs %d", load, target, got, need)
		}
	})
}

// A cron that fires each minute, by brute force over two days of clock changes.
func TestCronAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := text[Zone](rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"}).Draw(t, "zone")).Location()
		day := rapid.SampledFrom([]string{"2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z", "2026-03-08T00:00:00Z", "2026-11-01T00:00:00Z", "2026-04-04T12:00:00Z", "2026-10-03T12:00:00Z"}).Draw(t, "day")
		hours := rapid.SliceOfNDistinct(rapid.IntRange(0, 23), 1, 6, rapid.ID).Draw(t, "hours")
		minute := rapid.IntRange(0, 59).Draw(t, "minute")
		expr := "cron(" + number(float64(minute)) + " "
		for i, h := range hours {
			if i > 0 {
				expr += ","
			}
			expr += number(float64(h))
		}
		c := text[Cron](expr + " * * ? *)")
		begin := utc(day).Add(-6 * time.Hour)
		var want, got []time.Time
		seen := map[string]bool{}
		// the fields that clocks showed before the begin have fired
		for at := begin.Add(-6 * time.Hour); at.Before(begin.Add(36 * time.Hour)); at = at.Add(time.Minute) {
			l := at.In(zone)
			fields := l.Format("2006-01-02T15:04")
			for _, h := range hours {
				if l.Hour() == h && l.Minute() == minute && !seen[fields] && !at.Before(begin) {
					want = append(want, at)
				}
			}
			seen[fields] = true
		}
		for at := c.Next(begin.Add(-1), zone); at.Before(begin.Add(36 * time.Hour)); at = c.Next(at, zone) {
			got = append(got, at.UTC())
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s in %s:\n%v, want\n%v", expr, zone, got, want)
		}
	})
}

// A quiet minute of a simulated week: two target-tracking policies and a step policy that have nothing to do.
func BenchmarkQuietMinute(b *testing.B) {
	s := one(Endpoint, 1, 40, tt("InvocationsPerInstance", 300, 300, 300), step("ApproximateBacklogSize", 100, "change", 60, Adjustment{From: num(0), By: 1}))
	sc := s.New(policy.Run{Start: utc("2026-11-23T00:00:00Z"), End: 1 << 62, Timing: func(string) (time.Duration, time.Duration) { return time.Minute, time.Minute }})
	points := map[string][]policy.Point{}
	for i := 1; i <= 20; i++ {
		points["InvocationsPerInstance"] = append(points["InvocationsPerInstance"], point(mins(i), time.Minute, 280))
		points["ApproximateBacklogSize"] = append(points["ApproximateBacklogSize"], point(mins(i), time.Minute, 3))
	}
	o := policy.Observation{Fleet: policy.Fleet{Desired: 4, InService: 4}, Points: func(name string) []policy.Point { return points[name] }}
	b.ReportAllocs()
	for i := range b.N {
		o.Now = mins(21 + i)
		for _, ps := range points {
			copy(ps, ps[1:])
			ps[len(ps)-1].End = o.Now - time.Minute
		}
		if d := sc.Decide(o); d.Want != 4 || len(d.Entries) > 0 {
			b.Fatalf("%+v", d)
		}
		_ = sc.Next(o.Now)
	}
}

// The same with a wish of zero that min holds every minute, the night of a real week.
func BenchmarkHeldMinute(b *testing.B) {
	s := one(Endpoint, 1, 40, tt("InvocationsPerInstance", 300, 300, 300))
	sc := s.New(policy.Run{Start: utc("2026-11-23T00:00:00Z"), End: 1 << 62, Timing: func(string) (time.Duration, time.Duration) { return time.Minute, time.Minute }})
	var points []policy.Point
	for i := 1; i <= 20; i++ {
		points = append(points, point(mins(i), time.Minute, 0))
	}
	o := policy.Observation{Fleet: policy.Fleet{Desired: 1, InService: 1}, Points: func(string) []policy.Point { return points }}
	b.ReportAllocs()
	for i := range b.N {
		o.Now = mins(21 + i)
		copy(points, points[1:])
		points[len(points)-1].End = o.Now - time.Minute
		if d := sc.Decide(o); d.Want != 1 || len(d.Entries) != 1 {
			b.Fatalf("%+v", d)
		}
	}
}
