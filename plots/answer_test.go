package plots

import (
	"strings"
	"testing"
	"time"

	"headroom/sim"
)

// few is a run of three minutes, 100 requests served in each with p99 of 1 s, 2 s and 3 s.
func few() Input {
	in := Input{Name: "few", Start: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC), Length: 3 * time.Minute, Engine: "requests", Currency: "USD", Cost: nan,
		Quantiles: []float64{0.99}}
	for i := range 3 {
		in.Minutes = append(in.Minutes, sim.Minute{At: time.Duration(i) * time.Minute, Offered: 100, Served: 100, Serving: 2, Desired: 3, Utilization: nan,
			Latency: []time.Duration{time.Duration(i+1) * time.Second}})
	}
	return in
}

// The headline of the first page says what was missed, whatever was asked.
func TestAnswerTitle(t *testing.T) {
	const peak = "p99 latency peaks at 3 s in a minute (08:02)"
	p99 := func(limit string) Line { l, _ := ParseLine("p99 < " + limit); return l }
	for _, c := range []struct {
		name     string
		slos     []Line
		verdicts []Verdict
		want     string
	}{
		{"nothing asked", nil, nil, peak},
		{"failed is missed", nil, []Verdict{{"cost < 5", "4 USD", true}, {"failed < 0.5%", "62.3%", false}}, "Not held: failed < 0.5%, the answer is 62.3%; " + peak},
		{"one holds", nil, []Verdict{{"failed < 0.5%", "0%", true}}, "Held: failed < 0.5%, the answer is 0%; " + peak},
		{"two hold", nil, []Verdict{{"failed < 0.5%", "0%", true}, {"cost < 5", "4 USD", true}}, "Held: all 2 asks; " + peak},
		{"latency holds, failed does not", []Line{p99("9s")}, []Verdict{{"p99 < 9s", "3s", true}, {"failed < 0.5%", "62.3%", false}},
			"Not held: failed < 0.5%, the answer is 62.3%; p99 < 9s holds in all 3 minutes; the slowest, 08:02, has 3 s"},
		{"both are missed", []Line{p99("2s")}, []Verdict{{"failed < 0.5%", "62.3%", false}, {"p99 < 2s", "3s", false}},
			"p99 < 2s is missed in 2 of 3 minutes; at worst 3 s (08:02)"},
	} {
		in := few()
		in.SLOs, in.Verdicts = c.slos, c.verdicts
		if got := answerTitle([]Input{in}); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What an instance is called, which lines there are, and what is a wish.
func TestKindsOfInstance(t *testing.T) {
	keys := func(p panel) string {
		var out []string
		for _, k := range p.keys {
			out = append(out, k.label)
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct {
		change              func(*Input)
		title, keys, title2 string
		top                 float64
	}{
		{func(*Input) {}, "Instances", "desired, in service", "The fleet stays at 2 instances; for 3 minutes fewer serve than are desired", 3},
		{func(in *Input) { in.OnDemand = true }, "Environments", "in service", "The fleet stays at 2 environments in service", 3},
		{func(in *Input) {
			in.Copies = true
			for i := range in.Minutes {
				in.Minutes[i].Hosts, in.Minutes[i].Desired = 7, 2
			}
		}, "Copies", "in service, as desired, machines, paid for", "The fleet stays at 2 copies in service", 8},
	} {
		in := few()
		c.change(&in)
		p := instancesPanel([]Input{in})
		if got := keys(p); p.title != c.title || got != c.keys {
			t.Errorf("%s with %s, want %s with %s", p.title, got, c.title, c.keys)
		}
		if got := instancesTitle([]Input{in}); got != c.title2 {
			t.Errorf("%q, want %q", got, c.title2)
		}
		if s := p.scale(130); s.ticks[len(s.ticks)-1].at < c.top {
			t.Errorf("%s: the scale ends at %v, want %v at least", c.title, s.ticks[len(s.ticks)-1].at, c.top)
		}
	}
	over := []Input{few(), few()}
	over[0].Copies = true
	if p := instancesPanel(over); p.title != "Instances in service" {
		t.Error("copies beside instances: ", p.title)
	}
	if over[1].Copies = true; instancesPanel(over).title != "Copies in service" {
		t.Error("copies beside copies: ", instancesPanel(over).title)
	}
}

// An alarm that fires at its threshold says so, and counts the points at it.
func TestAlarmAtThreshold(t *testing.T) {
	in := few()
	in.Series = []sim.Series{{Metric: "M", High: 1, Low: nan, HighAt: true, Points: []sim.Published{{End: time.Minute, Seen: time.Minute, Value: 1}, {End: 2 * time.Minute, Seen: 2 * time.Minute, Value: 0}}}}
	refs, _ := thresholds(in.Series[0])
	if refs[0].label != "alarm at or above 1" {
		t.Error(refs[0].label)
	}
	if got, want := metricTitle([]Input{in}, "M"), "M reaches 1, at or over 1 in 1 of 2 points"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Machines that stand without a copy are paid for, and drawn.
func TestIdleMachines(t *testing.T) {
	in := Input{Copies: true}
	if got := in.split(sim.Minute{Cost: 0.5, Hosts: 1, Utilization: nan}); got[idle] != 0.5 {
		t.Error(got)
	}
}
