package plots

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/sim"
)

const (
	storedResult = `{"version": 1, "scenario": "s", "variant": "v", "engine": "fluid", "seed": 7, "length_s": 180, "step_s": 1,
"start": "2026-11-01T00:00:00-04:00", "zone": "America/New_York", "per_instance_rps": 7.2,
"cost": {"currency": "USD", "total": {"mean": 1.5, "low": 1, "high": 2}},
"expect": [{"ask": "p99 < 1s in 99.9% of minutes"}, {"ask": "failed < 0.1%"}],
"breaches": [{"from_s": 60, "to_s": 120, "ask": "p99 < 1s", "cause": "starting: two instances"}],
"marks": [{"from_s": 30, "to_s": 90, "text": "spike ×5"}], "losses": [{"at_s": 90, "instances": 2, "text": "zone 1 lost"}], "starting_free": true,
"metrics": [{"metric": "M", "unit": "per minute", "high": 300, "low": null, "period_s": 60, "delay_s": 60}]}`
	storedTimeline = `at_s,time,offered,served,failed,mean_s,p50_s,p99_s,wait_p99_s,waiting,starting,serving,draining,desired,utilization,cost,seen:M
0,2026-11-01T00:00:00-04:00,600,600,0,0.1,0.09,0.4,0.1,0,0,2,0,2,0.5,0.04,
60,2026-11-01T00:01:00-04:00,900,800,100,1,0.9,4,3,5,1,2,0,3,1,0.06,300
120,2026-11-01T00:02:00-04:00,0,0,0,,,,,0,0,3,0,3,0,0.06,450.5
`
	storedDecisions = `at_s,until_s,from,to,wish,policy,code,text
60,,2,3,,p,AlarmHigh,"3 of 3 points over 300, so 3"
90,120,3,3,4,p,Cooldown,held
`
)

func TestRead(t *testing.T) {
	in, err := Read("", strings.NewReader(storedResult), strings.NewReader(storedTimeline), strings.NewReader(storedDecisions))
	if err != nil {
		t.Fatal(err)
	}
	m := time.Minute
	one, err := Read("", strings.NewReader(strings.Replace(storedResult, `{"mean": 1.5, "low": 1, "high": 2}`, "1.5", 1)),
		strings.NewReader(storedTimeline), strings.NewReader(storedDecisions))
	if err != nil || one.paid() != 1.5 {
		t.Errorf("of one run the cost is that after the billing rules: got %g, %v", one.paid(), err)
	}
	if in.Name != "v" || in.Engine != "fluid" || in.Seed != 7 || in.Length != 3*m || in.PerInstance != 7.2 || in.paid() != 0.04+0.06+0.06 || in.Step != time.Second {
		t.Errorf("head: got %+v", in)
	}
	if got := in.Start.Format(time.RFC3339) + " " + in.Start.Location().String(); got != "2026-11-01T00:00:00-04:00 America/New_York" {
		t.Errorf("start: got %s", got)
	}
	if len(in.SLOs) != 1 || in.SLOs[0] != (Line{Text: "p99 < 1s", Quantile: 0.99, Limit: time.Second, Share: 0.999}) {
		t.Errorf("limits: got %+v", in.SLOs)
	}
	if len(in.Breaches) != 1 || in.Breaches[0].From != m || in.Breaches[0].To != 2*m || len(in.Marks) != 1 || in.Marks[0].From != 30*time.Second {
		t.Errorf("breaches %+v, marks %+v", in.Breaches, in.Marks)
	}
	if len(in.Happenings) != 1 || in.Happenings[0] != (sim.Happening{At: 90 * time.Second, What: "lost", Count: 2, Text: "zone 1 lost"}) || !in.StartingFree {
		t.Errorf("losses %+v, starting free %v", in.Happenings, in.StartingFree)
	}
	if k := in.Minutes[1]; k.Offered != 900 || k.Failed != 100 || k.Latency[1] != 4*time.Second || k.ServingMean != 2 || k.Starting != 1 || k.Waiting != 5 {
		t.Errorf("minute 1: got %+v", k)
	}
	if !math.IsNaN(in.latency(in.Minutes[2], 0.99)) {
		t.Error("a minute with nothing served has a latency")
	}
	// Seen at the end of minute 1 (just before 120 s): the newest point due by then is that of (0, 60 s], seen at 120 − 1 ns at the latest.
	s := in.Series[0]
	want := []sim.Published{{End: m, Seen: 2 * m, Value: 450.5}}
	if len(s.Points) != 1 || s.Points[0] != want[0] || s.High != 300 || !math.IsNaN(s.Low) || s.Unit != "per minute" {
		t.Errorf("series: got %+v, want %+v", s, want)
	}
	if d := in.Decisions; len(d) != 2 || d[0].To != 3 || d[0].Until != d[0].At || d[1].Until != 2*m || d[1].Wish != 4 || d[1].HeldBy == "" || d[0].HeldBy != "" {
		t.Errorf("decisions: got %+v", d)
	}
	if _, err := Files([]Input{in}); err != nil {
		t.Error(err)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ name, result, timeline, decisions, want string }{
		{"no result", "{", storedTimeline, storedDecisions, "result.json: must be the result of a run"},
		{"no version", "{}", storedTimeline, storedDecisions, "result.json: version: must be 1, got none"},
		{"later version", `{"version": 2, "expect": "another form"}`, storedTimeline, storedDecisions, "result.json: version: must be 1, got 2"},
		{"no length", `{"version": 1}`, storedTimeline, storedDecisions, "result.json: length_s: must be more than 0, got 0"},
		{"empty table", storedResult, "", storedDecisions, "timeline.csv"},
		{"no column", storedResult, "at_s,time\n", storedDecisions, "must have the column offered"},
		{"no number", storedResult, strings.Replace(storedTimeline, "900", "x", 1), storedDecisions, `line 3: offered: must be a number, got "x"`},
		{"bad decisions", storedResult, storedTimeline, "at_s,from,to\n1,2\n", "decisions.csv"},
		{"bad zone", strings.Replace(storedResult, "America/New_York", "Mars/Base", 1), storedTimeline, storedDecisions, "zone"},
	} {
		_, err := Read("", strings.NewReader(c.result), strings.NewReader(c.timeline), strings.NewReader(c.decisions))
		if bad := new(FileError); !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

// What kind of instance it was, the machines, the verdicts and the side of an alarm come out of the files as they went in.
func TestReadKinds(t *testing.T) {
	result := strings.NewReplacer(`"expect": [`, `"instances": {"hosts": {"max": 2}}, "expect": [{"ask": "cost < 1", "held": false, "value": "1.50 USD"}, `,
		`"high": 300`, `"high_at": true, "high": 300`).Replace(storedResult)
	timeline := strings.NewReplacer("cost,seen:M", "cost,machines,seen:M", "0.04,", "0.04,1.25,", "0.06,300", "0.06,2,300", "0.06,450.5", "0.06,2,450.5").Replace(storedTimeline)
	in, err := Read("", strings.NewReader(result), strings.NewReader(timeline), strings.NewReader(storedDecisions))
	if err != nil {
		t.Fatal(err)
	}
	if in.noun() != "copy" || in.Minutes[0].Hosts != 1.25 || in.Minutes[2].Hosts != 2 || !in.Series[0].HighAt || in.Series[0].LowAt ||
		len(in.Verdicts) != 1 || in.Verdicts[0] != (Verdict{"cost < 1", "1.50 USD", false}) {
		t.Errorf("%+v", in)
	}
}

func TestParseLine(t *testing.T) {
	for _, c := range []struct {
		ask  string
		want Line
		ok   bool
	}{
		{"p99 < 1s in 99.9% of minutes", Line{"p99 < 1s", 0.99, time.Second, false, 0.999}, true},
		{"p999 <= 250ms", Line{"p999 <= 250ms", 0.999, 250 * time.Millisecond, true, 0}, true},
		{"mean < 2s", Line{"mean < 2s", Mean, 2 * time.Second, false, 0}, true},
		{"max < 1m", Line{"max < 1m", Max, time.Minute, false, 0}, true},
		{"p99 < 1s in most of minutes", Line{}, false},
		{"p99 > 1s", Line{}, false}, {"wait p99 < 1s", Line{}, false}, {"failed < 0.1%", Line{}, false}, {"cost < 500", Line{}, false},
		{"p < 1s", Line{}, false}, {"p9x < 1s", Line{}, false}, {"", Line{}, false},
	} {
		got, ok := ParseLine(c.ask)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%q: got %+v %v, want %+v %v", c.ask, got, ok, c.want, c.ok)
		}
	}
}
