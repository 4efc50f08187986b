package plots

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/sim"
	"headroom/traffic"
)

// tiny is a run of a few minutes with what the caller sets.
func tiny(minutes ...sim.Minute) Input {
	in := Input{Name: "tiny", Start: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Engine: "requests", Seed: 1, Step: time.Second,
		Currency: "USD", Cost: nan, PerInstance: 10, Quantiles: []float64{0.5, 0.99}}
	for i := range minutes {
		m := minutes[i]
		m.At = time.Duration(i) * time.Minute
		m.ServingMean, m.StartingMean, m.DrainingMean = float64(m.Serving), float64(m.Starting), float64(m.Draining)
		in.Minutes = append(in.Minutes, m)
	}
	in.Length = time.Duration(len(minutes)) * time.Minute
	return in
}

func served(n int64, p50, p99 time.Duration) sim.Minute {
	return sim.Minute{Offered: n, Served: n, Latency: []time.Duration{p50, p99}, Serving: 2, Desired: 2, Utilization: 0.5, Cost: 0.02}
}

func TestTitlesByHand(t *testing.T) {
	ms := time.Millisecond
	slo := Line{Text: "p99 < 1s", Quantile: 0.99, Limit: time.Second}
	good := tiny(served(600, 80*ms, 400*ms), served(660, 80*ms, 812*ms))
	good.SLOs = []Line{slo}
	bad := tiny(served(600, 80*ms, 400*ms), served(1800, 80*ms, 1000*ms), sim.Minute{Offered: 60, Failed: 60}, sim.Minute{})
	bad.SLOs, bad.Breaches = []Line{slo}, []Span{{time.Minute, 3 * time.Minute, "p99 < 1s"}}
	none := tiny(sim.Minute{Serving: 1, ServingMean: 1, Desired: 1}, sim.Minute{Serving: 1, Desired: 1})
	unknown := good
	unknown.PerInstance, unknown.SLOs = 0, nil
	foreign := good
	foreign.SLOs = []Line{{Text: "p90 < 1ms", Quantile: 0.9, Limit: time.Millisecond}} // no minute knows its p90
	for _, c := range []struct {
		name                              string
		in                                Input
		traffic, instances, latency, cost string
	}{
		{"held", good, "Capacity stays above traffic: the tightest minute, 09:01, is 55\u00a0% full", "The fleet stays at 2 instances in service",
			"p99 < 1s holds in all 2 minutes; the slowest, 09:01, has 812 ms", "0.0400 USD: 50\u00a0% pays for busy slots and 50\u00a0% for idle ones"},
		{"missed", bad, "Traffic is over capacity for 2 minutes; at worst 1 rps for a fleet that serves 0 (09:02)", "The fleet moves between 0 and 2 instances in service",
			"p99 < 1s is missed in 2 of 3 minutes, in 1 breach; at worst 1 s (09:01)", ""},
		{"idle", tiny(sim.Minute{Serving: 1, Cost: 0.5}), "", "", "", "0.50 USD, nearly all of it for idle slots"},
		{"nobody", none, "No request came in 2 min", "The fleet stays at 1 instance in service", "No request came in 2 min, so there is no latency", "0.00 USD in 2 min"},
		{"foreign", foreign, "", "", "p99 latency peaks at 812 ms in a minute (09:01)", ""},
		{"asked of all minutes", share(good, 1), "", "", "Held: p99 < 1s in all 2 minutes; the slowest has 812 ms (09:01)", ""},
		{"asked of half of the minutes", share(bad, 0.5), "", "", "Not held: p99 < 1s in 33.33\u00a0% of minutes, not 50\u00a0%; at worst 1 s (09:01)", ""},
		{"asked of a third", share(bad, 0.3333), "", "", "Held: p99 < 1s in 33.333\u00a0% of minutes, 33.33\u00a0% asked; at worst 1 s (09:01)", ""},
		{"unknown", unknown, "Traffic peaks at 11 rps at 09:01", "", "p99 latency peaks at 812 ms in a minute (09:01)", ""},
	} {
		in := []Input{c.in}
		for _, g := range []struct{ what, got, want string }{
			{"traffic", trafficTitle(in), c.traffic}, {"instances", instancesTitle(in), c.instances},
			{"latency", latencyTitle(in), c.latency}, {"cost", costTitle(in), c.cost},
		} {
			if g.want != "" && g.got != g.want {
				t.Errorf("%s, %s:\n got %s\nwant %s", c.name, g.what, g.got, g.want)
			}
		}
	}
}

// share asks the limits of a run of a share of its minutes.
func share(in Input, of float64) Input {
	in.SLOs = slices.Clone(in.SLOs)
	for i := range in.SLOs {
		in.SLOs[i].Share = of
	}
	return in
}

func TestComparedTitles(t *testing.T) {
	a, b := tiny(served(600, 80e6, 400e6)), tiny(served(600, 80e6, 4000e6))
	a.Name, b.Name = "a", "b"
	a.SLOs = []Line{{Text: "p99 < 1s", Quantile: 0.99, Limit: time.Second}}
	a.Cost, b.Cost = 12, 10.5
	seen := a
	seen.Name, seen.Series = "seen", []sim.Series{{Metric: "M", High: 2, Low: nan, Points: []sim.Published{{Value: 3}}}}
	if refs := metricPage([]Input{a, seen}, "M").panels[0].refs; len(refs) != 1 || refs[0].label != "alarm above 2" {
		t.Errorf("thresholds of the only run that has the metric: got %+v", refs)
	}
	for _, c := range []struct{ got, want string }{
		{latencyTitle([]Input{a, b}), "p99 < 1s is missed for 1 minute with b, never with a"},
		{latencyTitle([]Input{a, a}), "p99 < 1s is never missed with any of the 2"},
		{costTitle([]Input{a, b}), "The cost is 10.50 USD with b, 12.00 USD with a"},
		{latencyTitle([]Input{a, b, a}), "p99 < 1s is missed for 1 minute with b, never with a and a"},
		{metricTitle([]Input{a, seen}, "M"), "M rises to 3 with seen"},
		{metricTitle([]Input{a, a}, "M"), "2 runs are laid over one another"},
		{instancesTitle([]Input{a, b}), "On average the fleet has 2 instances in service with each of the 2"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// The limit itself is missed by < and kept by <=; a minute with nothing served misses; one with nothing at all has no say.
func TestMisses(t *testing.T) {
	in := tiny(served(1, 1, 1e9), served(1, 1, 1e9+1), sim.Minute{Failed: 1}, sim.Minute{Waiting: 1}, sim.Minute{})
	for _, c := range []struct {
		equal bool
		want  int
	}{{false, 4}, {true, 3}} {
		missed, counted := in.misses(Line{Quantile: 0.99, Limit: time.Second, OrEqual: c.equal})
		if missed != c.want || counted != 4 {
			t.Errorf("or equal %v: got %d of %d, want %d of 4", c.equal, missed, counted, c.want)
		}
	}
}

// What the areas of the cost chart add up to is the cost, minute by minute, whatever the states.
func TestCostSplit(t *testing.T) {
	for name, in := range sets(t) {
		for _, i := range in {
			for _, m := range i.Minutes {
				sum := 0.0
				for _, v := range i.split(m) {
					sum += v
				}
				if math.Abs(sum-m.Cost) > 1e-9 {
					t.Fatalf("%s at %v: the parts add up to %g, the minute costs %g", name, m.At, sum, m.Cost)
				}
			}
		}
	}
	m := sim.Minute{ServingMean: 2, StartingMean: 1, DrainingMean: 1, Utilization: 0.25, Cost: 6}
	in := Input{StartingFree: true}
	if got, want := in.split(m), [purposes]float64{1, 3, 0, 2, 0, 0, 0}; got != want {
		t.Errorf("starting free: got %v, want %v", got, want)
	}
	in.StartingFree = false
	if got, want := in.split(m), [purposes]float64{0.75, 2.25, 1.5, 1.5, 0, 0, 0}; got != want {
		t.Errorf("starting charged: got %v, want %v", got, want)
	}
	m.UseCost = 4 // of the 6
	if got, want := in.split(m), [purposes]float64{0.25, 0.75, 0.5, 0.5, 0, 4, 0}; got != want {
		t.Errorf("with a price of use: got %v, want %v", got, want)
	}
	in.OnDemand = true
	if got, want := in.split(m), [purposes]float64{use: 4, kept: 2}; got != want {
		t.Errorf("environments on demand: got %v, want %v", got, want)
	}
}

// A point is drawn in its own period as the truth, and from when it was seen until the next one as what the policy saw.
func TestTruthAndSight(t *testing.T) {
	m := time.Minute
	s := sim.Series{Metric: "M", High: 5, Low: nan, Points: []sim.Published{
		{End: m, Seen: 2 * m, Value: 3}, {End: 2 * m, Seen: 3 * m, Missing: true}, {End: 3 * m, Seen: 4 * m, Value: 7},
	}}
	want := []sample{{0, m, 3}, {m, 2 * m, nan}, {2 * m, 3 * m, 7}}
	same := func(got, want []sample) bool {
		for i := range want {
			if len(got) != len(want) || got[i].from != want[i].from || got[i].to != want[i].to ||
				got[i].v != want[i].v && !(math.IsNaN(got[i].v) && math.IsNaN(want[i].v)) {
				return false
			}
		}
		return true
	}
	if got := atTruth(s, 6*m); !same(got, want) {
		t.Errorf("as it was: got %v, want %v", got, want)
	}
	want = []sample{{2 * m, 3 * m, 3}, {3 * m, 4 * m, nan}, {4 * m, 6 * m, 7}}
	if got := atSight(s, 6*m); !same(got, want) {
		t.Errorf("as it was seen: got %v, want %v", got, want)
	}
	in := tiny(make([]sim.Minute, 6)...)
	in.Series = []sim.Series{s}
	if got, want := metricTitle([]Input{in}, "M"), "M reaches 7, over 5 in 1 of 2 points; seen 1 to 2 min late"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Latencies are published in microseconds; a reader wants them as durations.
func TestMetricInDurations(t *testing.T) {
	in := tiny(make([]sim.Minute, 3)...)
	in.Series = []sim.Series{{Metric: "ModelLatency", Unit: "µs", High: 500000, Low: nan,
		Points: []sim.Published{{End: time.Minute, Seen: time.Minute, Value: 4757760}}}}
	if got, want := metricTitle([]Input{in}, "ModelLatency"), "ModelLatency reaches 4.76 s, over 500 ms in 1 of 1 point"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	in.Series = append(in.Series, sim.Series{Metric: "CPU", Unit: "%", High: 60, Low: nan,
		Points: []sim.Published{{End: time.Minute, Seen: time.Minute, Value: 71}, {End: 3 * time.Minute, Seen: 3 * time.Minute, Value: 99}}})
	if got, want := metricTitle([]Input{in}, "CPU"), "CPU reaches 71\u00a0%, over 60\u00a0% in 1 of 1 point"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	p := metricPage([]Input{in}, "ModelLatency").panels[0]
	if got := labels(p.scale(130)); got != "0 | 2 s | 4 s | 6 s" || p.title != "ModelLatency" || p.refs[0].label != "alarm above 500 ms" {
		t.Errorf("got ticks %s, title %s, label %s", got, p.title, p.refs[0].label)
	}
}

// Colours are runs where several are overlaid, so thresholds are grey there, and named where the runs have different ones.
func TestThresholdsOfSeveralRuns(t *testing.T) {
	run := func(name string, high float64) Input {
		in := tiny(make([]sim.Minute, 3)...)
		in.Name = name
		in.Series = []sim.Series{{Metric: "M", High: high, Low: nan, Points: []sim.Published{{End: time.Minute, Seen: time.Minute, Value: 4}}}}
		return in
	}
	for _, c := range []struct {
		other float64
		want  string
	}{{5, "alarm above 5"}, {6, "alarm above 5 in a"}} {
		r := metricPage([]Input{run("a", 5), run("b", c.other)}, "M").panels[0].refs
		if len(r) != 1 || r[0].label != c.want || r[0].pen.color != ink2 {
			t.Errorf("other at %g: got %+v, want %s", c.other, r, c.want)
		}
	}
}

func TestEvents(t *testing.T) {
	m := time.Minute
	in := tiny(make([]sim.Minute, 10)...)
	in.Marks = []traffic.Mark{{From: 5 * m, Text: "spike ×5"}, {From: 99 * m, Text: "after the end"}, {From: -m, To: m, Text: "began before"}}
	in.Happenings = []sim.Happening{{At: 2 * m, What: "lost", Count: 1}, {At: 2 * m, What: "lost", Count: 2}, {At: 3 * m, What: "launched", Count: 1},
		{At: 4 * m, What: "lost", Count: 6, Text: "zone 1 lost"}}
	var got []string
	for _, e := range eventsOf([]Input{in}) {
		got = append(got, e.at.String()+" "+e.text)
	}
	if want := "0s began before, 2m0s 3 instances lost, 4m0s zone 1 lost, 6 instances, 5m0s spike ×5"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
	other := in
	other.Marks = other.Marks[:1]
	other.Happenings = []sim.Happening{{At: 3 * m, What: "lost", Count: 1}, {At: 4 * m, What: "lost", Count: 9, Text: "zone 1 lost"}}
	if shared := eventsOf([]Input{in, other}); len(shared) != 2 || shared[0].text != "zone 1 lost" || shared[1].text != "spike ×5" {
		t.Errorf("several runs show the events they share: got %v", shared)
	}
}

// Breaches of several asks are numbered as what they are: one trouble after the other.
func TestEpisodes(t *testing.T) {
	m := time.Minute
	got := episodes([]Span{{From: 5 * m, To: 7 * m}, {From: 20 * m, To: 21 * m}, {From: 6 * m, To: 9 * m}, {From: 9 * m, To: 10 * m}, {From: 0, To: m}})
	want := []Span{{From: 0, To: m}, {From: 5 * m, To: 10 * m}, {From: 20 * m, To: 21 * m}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	in := Input{Breaches: []Span{{Text: "p99 < 1s"}, {Text: "p99 < 1s: starting: two"}, {Text: "p99 < 10s: noise"}}}
	if got := missedAsks(in.Breaches); !slices.Equal(got, []string{"p99 < 1s", "p99 < 10s"}) {
		t.Errorf("expectations with breaches: got %q", got)
	}
	if n := in.breachesOf(Line{Text: "p99 < 1s"}); n != 2 {
		t.Errorf("breaches of one limit: got %d, want 2", n)
	}
}

func TestFilesOfARun(t *testing.T) {
	dir := t.TempDir()
	in := lostZone(t)
	in.Series = append(in.Series, sim.Series{Metric: "CPUUtilization", Unit: "%", High: nan, Low: nan})
	if err := WriteAll(dir, []Input{in}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"traffic", "instances", "latency", "cost", "metric-InvocationsPerInstance", "metric-CPUUtilization", "timeline"} {
		for _, ext := range []string{".png", ".svg"} {
			if info, err := os.Stat(filepath.Join(dir, name+ext)); err != nil || info.Size() < 3000 {
				t.Errorf("%s%s: %v", name, ext, err)
			}
		}
	}
}

func TestRunsThatDoNotFit(t *testing.T) {
	a := tiny(served(1, 1, 1))
	b := a
	b.Start = b.Start.Add(time.Minute)
	c := a
	c.Start = c.Start.In(time.FixedZone("", 3600))
	d := a
	d.Length = 0
	for _, in := range [][]Input{nil, {a, b}, {a, c}, {d}} {
		if err := WriteAll(t.TempDir(), in); err == nil || !strings.HasPrefix(err.Error(), "plots: ") {
			t.Errorf("%d runs that do not fit: got %v", len(in), err)
		}
	}
}

// A run without a whole minute, and one without anything, still give pages.
func TestHardlyAnything(t *testing.T) {
	in := tiny()
	in.Length = 30 * time.Second
	if _, err := Files([]Input{in}); err != nil {
		t.Error(err)
	}
	in.Quantiles, in.Currency, in.Name = nil, "", ""
	if _, err := Files([]Input{in, in}); err != nil {
		t.Error(err)
	}
}

// A run of days that misses its limit shows the hour around its slowest minute; one that holds, a short one and several do not.
func TestWorstHour(t *testing.T) {
	minutes := make([]sim.Minute, 2*24*60)
	for i := range minutes {
		minutes[i] = served(600, 80e6, 400e6)
	}
	minutes[1507] = served(600, 80e6, 3e9)
	in := tiny(minutes...)
	in.SLOs = []Line{{Text: "p99 < 1s", Quantile: 0.99, Limit: time.Second}}
	in.Breaches = []Span{{From: 1507 * time.Minute, To: 1508 * time.Minute, Text: "p99 < 1s"}}
	held, short := in, in
	held.Breaches = nil
	short.Length = 47 * time.Hour
	panels := func(in ...Input) []panel { return timelineChart().pages(in)[0].panels }
	got := panels(in)
	if len(got) != 4 || got[3].from != 1485*time.Minute || got[3].to != 1545*time.Minute {
		t.Errorf("got %d panels, the last from %v to %v", len(got), got[3].from, got[3].to)
	}
	for _, none := range [][]Input{{held}, {short}, {in, in}} {
		if n := len(panels(none...)); n != 3 {
			t.Errorf("got %d panels, want 3", n)
		}
	}
}
