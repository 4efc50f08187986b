package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"headroom/policy"
	"headroom/sim"
	"headroom/traffic"
)

// The Inputs here are made by hand, from a small world of their own: one queue, a delayed policy, instances that take four
// minutes to start. They are the emptiest and the busiest that a chart may meet.

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no time zone data on this machine: ", err)
	}
	return zone
}

// world makes the minutes of a fleet that follows its traffic late.
type world struct {
	start    time.Time
	minutes  int
	rate     func(minute int) float64 // requests per second
	fleet    func(minute int) int     // desired, decided with what was known then
	lost     map[int]int              // instances lost at a minute
	each     float64                  // requests per second of one instance
	startUp  int                      // minutes
	deadFrom int                      // from here on nothing is served; 0: never
}

func (w world) input(name string) Input {
	rng := rand.New(rand.NewPCG(7, 7))
	in := Input{
		Name: name, Start: w.start, Length: time.Duration(w.minutes) * time.Minute, Engine: "requests", Seed: 15,
		Step: time.Second, Currency: "USD", Cost: nan, PerInstance: w.each, Quantiles: []float64{0.5, 0.9, 0.99},
	}
	want := max(1, w.fleet(0))
	serving, backlog := want, 0.0
	begins := map[int]int{}
	series := sim.Series{Metric: "InvocationsPerInstance", Unit: "invocations per minute", High: 300, Low: 270}
	starting := 0
	for i := range w.minutes {
		m := sim.Minute{At: time.Duration(i) * time.Minute, Utilization: nan}
		if next := max(1, w.fleet(i)); next != want {
			in.Decisions = append(in.Decisions, changes(m.At, want, next)...)
			if next > want {
				begins[i+w.startUp] += next - want
				starting += next - want
			} else {
				m.Draining = want - next
				serving = max(1, serving-(want-next))
			}
			want = next
		}
		if n := w.lost[i]; n > 0 {
			n = min(n, serving)
			serving -= n
			starting += n
			begins[i+1+w.startUp] += n
			m.Lost = n
			for range n {
				in.Happenings = append(in.Happenings, sim.Happening{At: m.At, What: "lost", Count: 1})
			}
		}
		serving += begins[i]
		starting -= begins[i]
		rate := w.rate(i)
		m.Offered = int64(math.Max(0, rate*60+math.Sqrt(rate*60)*rng.NormFloat64()))
		capacity := float64(serving) * w.each * 60
		work := backlog + float64(m.Offered)
		if w.deadFrom > 0 && i >= w.deadFrom-1 {
			capacity = 0
		}
		served := math.Min(work, capacity)
		backlog = work - served
		if limit := float64(serving) * 100; backlog > limit {
			m.Failed = int64(backlog - limit)
			backlog = limit
		}
		m.Served = int64(served)
		m.Waiting = int64(backlog)
		m.Serving, m.Starting, m.Desired = serving, starting, want
		m.ServingMean, m.StartingMean, m.DrainingMean = float64(serving), float64(starting), float64(m.Draining)
		if capacity > 0 {
			m.Utilization = served / capacity
		}
		m.Cost = (m.ServingMean + m.StartingMean + m.DrainingMean) * 1.408 / 60
		wait := 0.0
		if capacity > 0 {
			wait = backlog / capacity * 60
		}
		noise := func(s float64) float64 { return math.Exp(s * rng.NormFloat64() / math.Sqrt(1+rate)) }
		p50 := 0.082*noise(0.1) + wait*0.8
		m.Latency = []time.Duration{seconds64(p50), seconds64(0.22*noise(0.2) + wait), seconds64(0.41*noise(0.4) + wait*1.1)}
		m.Mean, m.Max = p50*1.2e9, m.Latency[2]*2
		in.Minutes = append(in.Minutes, m)
		end := m.At + time.Minute
		series.Points = append(series.Points, sim.Published{End: end, Seen: end + time.Minute,
			Value: float64(m.Offered) / math.Max(1, float64(serving)), Missing: w.deadFrom > 0 && i%7 == 3})
	}
	in.Series = []sim.Series{series}
	in.Cost = in.metered() * 1.004
	return in
}

// changes are the log entries of a change; a scale-out is followed by a larger wish that is held back for two minutes.
func changes(at time.Duration, from, to int) []sim.Decision {
	out := []sim.Decision{{At: at, Until: at, Entry: policy.Entry{Policy: "tracking", From: from, To: to}}}
	if to > from {
		out = append(out, sim.Decision{At: at + time.Minute, Until: at + 3*time.Minute,
			Entry: policy.Entry{Policy: "tracking", From: to, To: to, Wish: to + 2, HasWish: true, HeldBy: policy.HeldByUpdating}})
	}
	return out
}

func seconds64(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// withSLO adds a limit on p99 and the breaches of it.
func withSLO(in Input, limit time.Duration) Input {
	l := Line{Text: fmt.Sprintf("p99 < %v", limit), Quantile: 0.99, Limit: limit}
	in.SLOs = append(in.SLOs, l)
	for _, m := range in.Minutes {
		v := in.latency(m, 0.99)
		if !counts(m) || m.Served > 0 && v < limit.Seconds() {
			continue
		}
		end := m.At + time.Minute
		if n := len(in.Breaches); n > 0 && in.Breaches[n-1].To == m.At {
			in.Breaches[n-1].To = end
			continue
		}
		in.Breaches = append(in.Breaches, Span{m.At, end, l.Text})
	}
	return in
}

// promoWeek is a week of business hours with a promotion on most days; the fleet follows three minutes late.
func promoWeek(t testing.TB, name string, floor int) Input {
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, newYork(t))
	promotions := []int{10*60 + 6, 14*60 + 40, 1440 + 11*60 + 12, 2*1440 + 9*60 + 33, 3*1440 + 15*60 + 50, 4*1440 + 13*60 + 5, 4*1440 + 13*60 + 58}
	rate := func(i int) float64 {
		if i < 0 {
			i = 0
		}
		at := start.Add(time.Duration(i) * time.Minute)
		r := 2.0
		if d := at.Weekday(); d != time.Saturday && d != time.Sunday {
			h := float64(at.Hour()) + float64(at.Minute())/60
			r = 2 + 48*math.Max(0, math.Min(1, (h-8)*2)) - 48*math.Max(0, math.Min(1, (h-18)*2))
		}
		for _, p := range promotions {
			if i >= p && i < p+45 {
				r *= 2
			}
		}
		return r
	}
	fleet := func(i int) int {
		wanted := 0.0
		for back := 3; back < 18; back++ {
			wanted = math.Max(wanted, rate(i/3*3-back))
		}
		return max(floor, int(math.Ceil(wanted/5)))
	}
	w := world{start: start, minutes: 7 * 1440, each: 7.2, startUp: 4, rate: rate, fleet: fleet}
	in := withSLO(w.input(name), time.Second)
	for _, p := range promotions {
		in.Marks = append(in.Marks, traffic.Mark{From: time.Duration(p) * time.Minute, To: time.Duration(p+45) * time.Minute, Text: "promotion ×2"})
	}
	return in
}

// lostZone is an evening in which a third of the fleet goes at once.
func lostZone(t testing.TB) Input {
	w := world{start: time.Date(2026, 11, 25, 17, 0, 0, 0, newYork(t)), minutes: 360, each: 50, startUp: 4,
		rate: func(i int) float64 {
			return 700 + 300*math.Sin(float64(i)/110) + 620*math.Exp(-math.Pow(float64(i-165)/30, 2))
		},
		fleet: func(i int) int { return 16 + min(24, max(0, i-140)/3)*min(1, max(0, 300-i)) },
		lost:  map[int]int{240: 14}}
	in := withSLO(w.input("lost-zone"), 500*time.Millisecond)
	in.Marks = []traffic.Mark{{From: 150 * time.Minute, Text: "launch"}}
	return in
}

// quietNight is eight hours in which nothing happens and nobody comes.
func quietNight(t testing.TB) Input {
	w := world{start: time.Date(2026, 11, 24, 22, 0, 0, 0, newYork(t)), minutes: 480, each: 7.2, startUp: 4,
		rate: func(int) float64 { return 0 }, fleet: func(int) int { return 1 }}
	in := w.input("quiet-night")
	in.Series = nil
	in.SLOs = []Line{{Text: "p99 < 1s", Quantile: 0.99, Limit: time.Second}}
	return in
}

// oneMinute is the shortest run that has a minute.
func oneMinute(t testing.TB) Input {
	w := world{start: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), minutes: 1, each: 7.2, startUp: 4,
		rate: func(int) float64 { return 10 }, fleet: func(int) int { return 2 }}
	return withSLO(w.input("one-minute"), time.Second)
}

// failuresOnly serves nothing at all.
func failuresOnly(t testing.TB) Input {
	w := world{start: time.Date(2026, 3, 8, 0, 0, 0, 0, newYork(t)), minutes: 180, each: 5, startUp: 4, deadFrom: 1,
		rate: func(int) float64 { return 20 }, fleet: func(i int) int { return 3 + i/20 }}
	return withSLO(w.input("failures-only"), time.Second)
}

// fromFiles is what the files of an earlier result leave: no capacity, no true values, end-of-minute counts.
func fromFiles(t testing.TB) Input {
	in := promoWeek(t, "promo-week", 1)
	in.Minutes, in.Length = in.Minutes[:1440], day
	in.PerInstance, in.Marks, in.Step, in.Happenings = 0, nil, 0, nil
	in.Breaches = in.Breaches[:min(2, len(in.Breaches))]
	for i, p := range in.Series[0].Points {
		in.Series[0].Points[i].End = p.Seen
	}
	in.Series[0].High, in.Series[0].Low = nan, nan
	return in
}

// stormy is as busy as a day can be: a breach an hour, many events, several limits, long names.
func stormy(t testing.TB) Input {
	w := world{start: time.Date(2026, 11, 1, 0, 0, 0, 0, newYork(t)), minutes: 1500, each: 7.2, startUp: 4,
		rate:  func(i int) float64 { return 40 + 60*float64(i/12%5%2) },
		fleet: func(i int) int { return 6 + (i-5)/12%5%2*9 }, lost: map[int]int{300: 4, 301: 2, 900: 3}}
	in := withSLO(w.input("a scenario with quite a long name that somebody gave it on a long afternoon & never <shortened>"), time.Second)
	in.SLOs = append(in.SLOs, Line{Text: "p50 < 250ms", Quantile: 0.5, Limit: 250 * time.Millisecond}, Line{Text: "p90 < 600ms", Quantile: 0.9, Limit: 600 * time.Millisecond})
	for i := range 60 {
		in.Marks = append(in.Marks, traffic.Mark{From: time.Duration(i*25) * time.Minute, Text: "promotion of the house ×2.5"})
	}
	return in
}

var made = struct {
	sync.Mutex
	sets map[string][]Input
}{}

// sets are all that is drawn by the tests and by the look, made once.
func sets(t testing.TB) map[string][]Input {
	made.Lock()
	defer made.Unlock()
	if made.sets == nil {
		week := promoWeek(t, "promo-week", 1)
		made.sets = map[string][]Input{
			"quiet-night":   {quietNight(t)},
			"one-minute":    {oneMinute(t)},
			"promo-week":    {week},
			"lost-zone":     {lostZone(t)},
			"failures-only": {failuresOnly(t)},
			"from-files":    {fromFiles(t)},
			"stormy":        {stormy(t)},
			"overlaid":      {week, promoWeek(t, "min-10", 10), promoWeek(t, "min-16", 16), promoWeek(t, "min-22-with-a-rather-long-name", 22)},
		}
	}
	return made.sets
}
