package expect

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/sim"
)

// Whatever the minutes: breaches ascend and do not touch, hold as many missed minutes as the verdict counts, begin and end in
// a missed minute, and each has a cause with a sentence.
func TestBreachLaws(t *testing.T) {
	asks := []Ask{must(t, "p99 < 1s in 99% of minutes"), must(t, "failed < 10%"), must(t, "instances >= 3"), must(t, "in flight < 5"),
		must(t, "utilization < 80%"), must(t, "wait max <= 1s"), must(t, "cost < 1")}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 30).Draw(t, "minutes")
		minutes := make([]sim.Minute, n)
		for i := range minutes {
			m := served(rapid.Int64Range(0, 3).Draw(t, "served"), time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms"))*time.Millisecond)
			m.Failed = rapid.Int64Range(0, 1).Draw(t, "failed")
			m.Waiting = rapid.Int64Range(0, 20).Draw(t, "waiting")
			m.Serving = rapid.IntRange(0, 6).Draw(t, "serving")
			m.Starting = rapid.IntRange(0, 2).Draw(t, "starting")
			m.Desired = m.Serving + m.Starting
			m.ServingMean, m.ServingMin, m.ServingMax, m.StartingMean = float64(m.Serving), m.Serving, m.Serving, float64(m.Starting)
			m.Demand = rapid.Float64Range(0, 8).Draw(t, "demand")
			m.Utilization, m.InFlight = rapid.Float64Range(0, 1).Draw(t, "utilization"), float64(m.Waiting)
			m.Lost = rapid.IntRange(0, 9).Draw(t, "lost") / 9
			m.Refused = rapid.IntRange(0, 9).Draw(t, "refused") / 9
			minutes[i] = m
		}
		r := run(minutes...)
		for k := range rapid.IntRange(0, 4).Draw(t, "decisions") {
			from, to := rapid.IntRange(0, 6).Draw(t, "from"), rapid.IntRange(0, 6).Draw(t, "to")
			r.Decisions = append(r.Decisions, out(time.Duration(k*5)*time.Minute, from, to, -1))
		}
		count := map[string]int{}
		for _, v := range Judge(asks, r) {
			count[v.Ask.Text] = -v.Missed
			if v.Held && v.Ask.PerMinute && v.Counted > 0 && v.Measured < v.Ask.Minutes || v.Missed > v.Counted || v.Counted > n {
				t.Fatalf("%+v", v)
			}
		}
		var last Breach
		for _, b := range Breaches(asks, r) {
			if b.Ask == last.Ask && b.From <= last.To || b.To <= b.From || time.Duration(b.Minutes)*time.Minute > b.To-b.From || b.Cause.Code == "" || b.Cause.Text == "" {
				t.Fatalf("%+v after %+v", b, last)
			}
			for _, at := range []time.Duration{b.From, b.To - time.Minute} {
				if b.Ask.minute(r, &r.Minutes[at/time.Minute]) != missed {
					t.Fatalf("%+v begins or ends in a minute that was kept", b)
				}
			}
			count[b.Ask.Text] += b.Minutes
			last = b
		}
		for text, n := range count {
			if n != 0 {
				t.Fatalf("%s: breaches hold %d minutes more than the verdict", text, n)
			}
		}
	})
}
