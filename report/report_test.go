package report

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"headroom/expect"
	"headroom/histogram"
	"headroom/policy"
	"headroom/sim"
	"headroom/traffic"
)

// result is three minutes of a run in New York whose second minute is too slow: made by hand, so that every number that is
// reported can be seen here.
func result(t *testing.T) (*sim.Result, []expect.Ask) {
	t.Helper()
	var asks []expect.Ask
	for _, text := range []string{"p99 < 1s in 99.9% of minutes", "failed < 30%", "cost < 2"} {
		a, err := expect.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		asks = append(asks, a)
	}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	r := &sim.Result{
		Requests:   sim.Requests{Offered: 30, Served: 24, Failed: 5, FailedBy: sim.FailedBy{Rejected: 3, Timeout: 2}, Retries: 4, InServiceAtEnd: 1, Wasted: 1500 * time.Millisecond},
		ServingMin: 1, ServingMax: 3, ServingMean: 1.5, Hours: sim.States{Starting: .25, Serving: .5, Draining: .125},
		Utilization: .5, Cost: sim.Cost{Currency: "USD", Total: big.NewRat(27, 20), By: sim.CostBy{Instances: big.NewRat(27, 20)}},
		Scaling:        sim.Scaling{Out: 1, HeldBy: map[policy.Hold]int{policy.HeldByCooldown: 1, policy.HeldByNoData: 1}},
		Approximations: []string{"one"}, PerInstance: 12.5,
	}
	c := &r.Config
	c.Start, c.Length, c.Step, c.Quantiles = time.Date(2026, 11, 1, 1, 59, 0, 0, zone), 3*time.Minute, time.Second, expect.Quantiles(asks)
	c.Source.Seed, c.Service.Engine, c.Service.Concurrency = 7, "requests", 4
	c.Fleet.Billing.Starting = "free"
	r.Happenings = []sim.Happening{{At: time.Minute, What: "refused", Count: 1}, {At: 90 * time.Second, What: "lost", Count: 2, Text: "zone 1 lost"}}
	minute := func(at int, n int64, latency time.Duration) sim.Minute {
		q := make([]time.Duration, len(c.Quantiles))
		for i := range q {
			q[i] = latency
		}
		return sim.Minute{At: time.Duration(at) * time.Minute, Offered: 10, Attempts: 12, Served: n, Mean: float64(latency), Max: latency, Latency: q,
			WaitMean: 0, Wait: make([]time.Duration, len(q)), Serving: 1, Desired: 1, ServingMean: 1, ServingMin: 1, ServingMax: 1, Utilization: .5, Cost: .25, Demand: 1}
	}
	r.Minutes = []sim.Minute{minute(0, 12, 250*time.Millisecond), minute(1, 12, 2*time.Second), minute(2, 0, 0)}
	r.Minutes[2].Failed, r.Minutes[2].Utilization = 5, math.NaN()
	s := histogram.Histogram{}
	s.AddN(250*time.Millisecond, 12)
	s.AddN(2*time.Second, 12)
	r.Latency = sim.Summary{Count: 24, Mean: 1.125e9, Max: 2 * time.Second, Samples: &s}
	w := histogram.Histogram{}
	w.AddN(0, 24)
	r.Wait = sim.Summary{Count: 24, Samples: &w}
	why := []policy.Reason{{Code: policy.AlarmHigh, Text: "load > 3"}, {Code: policy.Cooldown, Text: "held until 01:01"}}
	r.Decisions = []sim.Decision{
		{At: time.Minute, Until: time.Minute, Complete: 90 * time.Second, Entry: policy.Entry{Policy: "tracking", From: 1, To: 3, Why: why[:1]}},
		{At: 65 * time.Second, Until: 125 * time.Second, Complete: -1, Entry: policy.Entry{Policy: "tracking", From: 3, To: 3, Wish: 5, HasWish: true, HeldBy: policy.HeldByCooldown, Why: why}},
		{At: 2 * time.Minute, Until: 2 * time.Minute, Complete: -1, Entry: policy.Entry{Policy: "tracking", From: 3, To: 3, HasWish: true, HeldBy: policy.HeldByNoData}},
	}
	r.Series = []sim.Series{{Metric: "CPUUtilization", Unit: "%", High: 80, Low: math.NaN(), Points: []sim.Published{
		{End: 0, Seen: time.Minute, Value: 40}, {End: time.Minute, Seen: 2 * time.Minute, Missing: true}}}}
	r.Marks = []traffic.Mark{{From: time.Minute, To: 2 * time.Minute, Text: "promotion ×2"}}
	return r, asks
}

var meta = Meta{Scenario: "three-minutes", Ask: "does it hold?", Because: "made by hand", Zone: "America/New_York"}

const wantJSON = `{
  "version": 1,
  "scenario": "three-minutes",
  "engine": "requests",
  "seed": 7,
  "runs": 1,
  "start": "2026-11-01T01:59:00-04:00",
  "zone": "America/New_York",
  "length_s": 180,
  "step_s": 1,
  "requests": {
    "offered": 30,
    "served": 24,
    "failed": 5,
    "failed_by": {
      "rejected": 3,
      "timeout": 2,
      "no_capacity": 0,
      "instance_lost": 0
    },
    "waiting_at_end": 0,
    "in_service_at_end": 1,
    "retries": 4,
    "wasted_s": 1.5
  },
  "latency_s": {
    "mean": 1.125,
    "p50": 0.250085376,
    "p90": 2,
    "p95": 2,
    "p99": 2,
    "p999": 2,
    "max": 2
  },
  "wait_s": {
    "mean": 0,
    "p50": 0,
    "p90": 0,
    "p95": 0,
    "p99": 0,
    "p999": 0,
    "max": 0
  },
  "instances": {
    "min": 1,
    "mean": 1.5,
    "max": 3,
    "hours": 0.875,
    "hours_by_state": {
      "starting": 0.25,
      "serving": 0.5,
      "draining": 0.125
    }
  },
  "utilization": 0.5,
  "cost": {
    "currency": "USD",
    "total": 1.35,
    "by": {
      "instances": 1.35
    },
    "per_1000": 56.25,
    "per_month": 19710
  },
  "scaling": {
    "out": 1,
    "in": 0,
    "held_by": {
      "cooldown": 1,
      "min": 0,
      "max": 0,
      "updating": 0,
      "no_data": 1,
      "not_all_ready": 0,
      "flapping": 0,
      "in_use": 0,
      "warm_up": 0,
      "forecast_only": 0,
      "suspended": 0
    }
  },
  "notes": [],
  "approximations": [
    "one"
  ],
  "warnings": [],
  "expect": [
    {
      "ask": "p99 < 1s in 99.9% of minutes",
      "held": false,
      "value": "33.33% of minutes",
      "measured": 0.3333333333333333,
      "minutes_missed": 2,
      "minutes_counted": 3
    },
    {
      "ask": "failed < 30%",
      "held": true,
      "value": "17.24%",
      "measured": 0.1724137931034483,
      "minutes_missed": 1,
      "minutes_counted": 3
    },
    {
      "ask": "cost < 2",
      "held": true,
      "value": "1.35 USD",
      "measured": 1.35,
      "minutes_missed": 0,
      "minutes_counted": 0
    }
  ],
  "breaches": [
    {
      "from_s": 60,
      "to_s": 180,
      "ask": "p99 < 1s",
      "cause": "noise: capacity was enough: at 01:00 EST a load of 1.2 on 4 slots in service",
      "minutes": 2,
      "worst": 2
    },
    {
      "from_s": 120,
      "to_s": 180,
      "ask": "failed < 30%",
      "cause": "noise: capacity was enough: at 01:01 EST a load of 1.2 on 4 slots in service",
      "minutes": 1,
      "worst": 1
    }
  ],
  "decisions": [
    {
      "at_s": 60,
      "from": 1,
      "to": 3,
      "policy": "tracking",
      "complete_s": 90,
      "why": [
        {
          "code": "AlarmHigh",
          "text": "load > 3"
        }
      ]
    },
    {
      "at_s": 65,
      "until_s": 125,
      "from": 3,
      "to": 3,
      "wish": 5,
      "held_by": "cooldown",
      "policy": "tracking",
      "why": [
        {
          "code": "AlarmHigh",
          "text": "load > 3"
        },
        {
          "code": "Cooldown",
          "text": "held until 01:01"
        }
      ]
    },
    {
      "at_s": 120,
      "from": 3,
      "to": 3,
      "wish": null,
      "held_by": "no_data",
      "policy": "tracking",
      "why": []
    }
  ],
  "per_instance_rps": 12.5,
  "metrics": [
    {
      "metric": "CPUUtilization",
      "unit": "%",
      "high": 80,
      "low": null,
      "period_s": 60,
      "delay_s": 60
    }
  ],
  "marks": [
    {
      "from_s": 60,
      "to_s": 120,
      "text": "promotion ×2"
    }
  ],
  "losses": [
    {
      "at_s": 90,
      "instances": 2,
      "text": "zone 1 lost"
    }
  ],
  "starting_free": true
}
`

func TestJSON(t *testing.T) {
	r, asks := result(t)
	got, err := JSON(Document(meta, asks, r, []Sample{Take(asks, r)}))
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(wantJSON, "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("line %d is %s, want %s", i+1, gotLines[i], wantLines[i])
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Fatalf("%d lines, want %d", len(gotLines), len(wantLines))
	}
	var back Doc
	if err := json.Unmarshal(got, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := JSON(back); !bytes.Equal(again, got) {
		t.Errorf("what was read back is written as\n%s", again)
	}
}

// Of several runs every number has an interval, also where it did not vary; held means in 95 % of runs.
func TestSeveralRuns(t *testing.T) {
	r, asks := result(t)
	var samples []Sample
	for k := range 20 {
		run := *r
		run.Requests.Served += int64(k % 2)
		run.Cost.Total = big.NewRat(1, 1)
		if k == 3 {
			run.Cost.Total = big.NewRat(3, 1)
		}
		samples = append(samples, Take(asks, &run))
	}
	d := Document(meta, asks, r, samples)
	if d.Runs != 20 || d.Requests.Served.Mean != 24.5 || d.Requests.Offered != (Number{30, 30, 30, true}) {
		t.Errorf("runs %d, served %+v, offered %+v", d.Runs, d.Requests.Served, d.Requests.Offered)
	}
	cost := d.Expect[2]
	if !cost.Held || cost.Probability.Mean != .95 || cost.Measured.Mean != 1.1 || cost.Value != "1.10 USD on average, held in 19 of 20 runs" {
		t.Errorf("19 of 20 runs is 95 %%: %+v", cost)
	}
	if p := d.Expect[0]; p.Held || p.Probability.Mean != 0 || p.Measured.Low != 1.0/3 {
		t.Errorf("%+v", p)
	}
	d = Document(meta, asks, r, append(samples, samples[3]))
	if d.Expect[2].Held {
		t.Errorf("19 of 21 runs is less than 95 %%")
	}
	text, err := JSON(d)
	if err != nil || !strings.Contains(string(text), `"max": {`) || strings.Contains(string(text), `"offered": 30`) {
		t.Errorf("%v: %s", err, text)
	}
}

func TestSettleCarriesIn(t *testing.T) {
	r, asks := result(t)
	r.Config.Settle, r.Requests.CarriedIn = time.Minute, 2
	d := Document(meta, asks, r, []Sample{Take(asks, r)})
	if d.Requests.CarriedIn == nil || d.Requests.CarriedIn.Mean != 2 {
		t.Errorf("carried_in is %v, want 2", d.Requests.CarriedIn)
	}
}

func TestNothingServedIsNull(t *testing.T) {
	r, asks := result(t)
	r.Requests = sim.Requests{}
	r.Latency, r.Wait, r.Utilization = sim.Summary{}, sim.Summary{}, math.NaN()
	text, err := JSON(Document(meta, asks, r, []Sample{Take(asks, r)}))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"p50": null`, `"mean": null`, `"utilization": null`, `"per_1000": null`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestTimeline(t *testing.T) {
	r, _ := result(t)
	var b bytes.Buffer
	if err := Timeline(&b, r); err != nil {
		t.Fatal(err)
	}
	const want = `at_s,time,offered,served,failed,mean_s,p50_s,p99_s,wait_p99_s,waiting,starting,serving,draining,desired,utilization,cost,seen:CPUUtilization
0,2026-11-01T01:59:00-04:00,10,12,0,0.25,0.25,0.25,0,0,0,1,0,1,0.5,0.25,
60,2026-11-01T01:00:00-05:00,10,12,0,2,2,2,0,0,0,1,0,1,0.5,0.25,40
120,2026-11-01T01:01:00-05:00,10,0,5,,,,,0,0,1,0,1,,0.25,
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestDecisions(t *testing.T) {
	r, _ := result(t)
	var b bytes.Buffer
	if err := Decisions(&b, r); err != nil {
		t.Fatal(err)
	}
	const want = `at_s,until_s,from,to,wish,policy,code,text
60,,1,3,,tracking,AlarmHigh,load > 3
65,125,3,3,5,tracking,AlarmHigh+Cooldown,load > 3; held until 01:01
120,,3,3,,tracking,,
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestText(t *testing.T) {
	r, asks := result(t)
	samples := []Sample{Take(asks, r)}
	var plain, color, many bytes.Buffer
	for _, err := range []error{
		Text(&plain, meta, Document(meta, asks, r, samples), r, Style{}),
		Text(&color, meta, Document(meta, asks, r, samples), r, Style{Color: true, Chart: true}),
		Text(&many, meta, Document(meta, asks, r, append(samples, samples...)), r, Style{Chart: true}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !strings.HasPrefix(plain.String(), "Not held: p99 < 1s in 99.9% of minutes was asked, the answer is 33.33% of") {
		t.Errorf("the verdict must come first:\n%s", plain.String())
	}
	for _, want := range []string{"per month of 730 h", "capacity was enough", "1 → 3", "3, wish 5 held", "Approximated: one", "three-minutes: does it hold?", "17.24%"} {
		if !strings.Contains(plain.String(), want) {
			t.Errorf("no %q in\n%s", want, plain.String())
		}
	}
	if strings.Contains(plain.String()+many.String(), "\x1b") {
		t.Error("colours without being asked")
	}
	if !strings.Contains(color.String(), "\x1b[") || !strings.Contains(many.String(), "latency p99 in seconds") || !strings.Contains(many.String(), "(run 1)") {
		t.Errorf("colours, a chart, and which run is shown:\n%s\n%s", color.String(), many.String())
	}
	for _, line := range strings.Split(plain.String()+many.String(), "\n") {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("%d columns: %q", utf8.RuneCountInString(line), line)
		}
	}
}

// Many decisions and breaches are folded.
func TestTextFolds(t *testing.T) {
	r, asks := result(t)
	d := Document(meta, asks, r, []Sample{Take(asks, r)})
	for i := range 50 {
		x := d.Decisions[0]
		x.AtS, x.To = float64(1000+i), 2
		d.Decisions = append(d.Decisions, x)
		d.Breaches = append(d.Breaches, Breach{FromS: float64(1e5 + i), ToS: float64(1e5 + i + 60), Ask: "p99 < 1s", Minutes: 1, Cause: "noise: x", Worst: Plain(3)})
	}
	var b bytes.Buffer
	if err := Text(&b, meta, d, r, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"… and 41 more (--out", "… and 46 more breaches, none longer", "1 → 3", "52 breaches: 52 minutes miss p99 < 1s, 1 minute misses failed < 30%"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestSentence(t *testing.T) {
	held, missed := Verdict{Ask: "a < 1", Held: true, Value: "0.5"}, Verdict{Ask: "b < 1", Value: "2"}
	for _, c := range []struct {
		v    []Verdict
		want string
	}{
		{[]Verdict{held}, "Held: a < 1, the answer is 0.5."},
		{[]Verdict{held, held}, "Held: all 2 expectations, first a < 1: 0.5."},
		{[]Verdict{held, missed}, "Not held: b < 1 was asked, the answer is 2; the other expectation holds."},
		{[]Verdict{missed, missed, held}, "Not held: 2 of 3 expectations are missed, first b < 1: 2."},
	} {
		if got := Sentence(Doc{Expect: c.v, Requests: Requests{Offered: Plain(9)}}); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	if got, want := Sentence(Doc{Expect: []Verdict{held, held}}), "Held, but no request came: a < 1: 0.5."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Sentence(Doc{}); !strings.HasPrefix(got, "Nothing was expected") {
		t.Error(got)
	}
}

// A breach says the day of its end where that is another, and where one minute misses two asks they are not added up.
func TestBreachLines(t *testing.T) {
	run := &sim.Result{Config: sim.Config{Start: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), Length: 7 * 24 * time.Hour}}
	day := 24 * 3600.0
	d := Doc{Runs: 1, Breaches: []Breach{
		{FromS: 0, ToS: day, Ask: "p99 < 1s", Minutes: 1440, Cause: "noise: x", Worst: Plain(3)},
		{FromS: 0, ToS: day - 60, Ask: "failed < 1%", Minutes: 1, Cause: "noise: x", Worst: Plain(0.5)},
		{FromS: 3 * day, ToS: 3*day + 60, Ask: "p99 < 1s", Minutes: 1, Cause: "noise: x", Worst: Plain(3)},
	}}
	var b strings.Builder
	breachLines(&b, d, run, Style{})
	for _, want := range []string{
		"3 breaches: 1,441 minutes miss p99 < 1s, 1 minute misses failed < 1%\n",
		"  Mon 23 Nov 08:00 to Tue 24 Nov 08:00: p99 < 1s, at worst 3s\n",
		"  Mon 23 Nov 08:00 to Tue 24 Nov 07:59: failed < 1%, at worst 50%\n",
		"  Thu 26 Nov 08:00 to 08:01: p99 < 1s, at worst 3s\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// A held wish that lasts into another day says so, and a long name of a policy does not make a line too wide.
func TestDecisionLine(t *testing.T) {
	run := &sim.Result{Config: sim.Config{Start: time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC), Length: 7 * 24 * time.Hour}}
	wish := 1
	s := stretch{first: Decision{AtS: 0, From: 2, To: 2, Wish: &wish, Policy: strings.Repeat("TargetTracking-", 9)}, until: 36000, entries: 1, low: 1, high: 1}
	line := s.line(run)
	if !strings.HasPrefix(line, "  Mon 23 Nov 20:00 to Tue 24 Nov 06:00  2, wish 1 held  TargetTracking-") || utf8.RuneCountInString(line) > 81 {
		t.Errorf("%d columns: %s", utf8.RuneCountInString(line)-1, line)
	}
}
