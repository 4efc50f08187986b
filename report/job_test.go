package report

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"headroom/chance"
	"headroom/expect"
	"headroom/job"
	"headroom/unit"
)

// asked is a job of 10 h on Spot, of which some runs do not finish within 12 h of running.
func asked(t *testing.T, lines ...string) (*job.Answer, []expect.Ask) {
	t.Helper()
	work, deadline, mean, share, most := 10*time.Hour, 12*time.Hour, 150*time.Minute, unit.Share(0.7), 12*time.Hour
	s := &job.Settings{Kind: "custom", Work: &work, Instances: 2, Parallel: 0.9, Price: &unit.Price{Currency: "EUR", Nano: 4e9}, On: "spot", Deadline: &deadline, MaxRun: &most,
		Spot:       &job.Spot{Discount: &share, Interruptions: job.Interruptions{MeanTime: &mean}, Wait: chance.Fixed(10 * time.Minute)},
		Checkpoint: job.Checkpoint{Every: time.Hour, Cost: 5 * time.Minute}, Billing: job.Billing{From: "running", Granularity: 1}, Seed: 1}
	a, err := job.Ask(context.Background(), s, 400, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	var asks []expect.Ask
	for _, line := range lines {
		ask, err := expect.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		asks = append(asks, ask)
	}
	return a, asks
}

// The document agrees with the runs, number by number, and says null where a run does not finish.
func TestJobDocument(t *testing.T) {
	a, asks := asked(t, "finish p50 < 20h", "cost mean < 1", "finished > 99%")
	d := JobDocument(Meta{Scenario: "x"}, asks, a)
	text, err := JSON(d)
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	finished, cost := 0, 0.0
	for _, o := range a.Runs {
		cost += 2 * 1.2 * o.Billed.Hours() / 400
		if o.Finished {
			finished++
		}
	}
	if finished == 0 || finished == 400 {
		t.Fatalf("%d of 400 finish: nothing is tested", finished)
	}
	at := func(path string) any {
		var v any = read
		for _, key := range strings.Split(path, ".") {
			v = v.(map[string]any)[key]
		}
		return v
	}
	for path, want := range map[string]float64{"version": 1, "runs": 400, "finished.mean": float64(finished) / 400, "cost.mean": cost, "stopped_by.max_run": float64(400 - finished),
		"job.length_s": 5.5 * 3600, "savings.mean": 0.7, "checkpoint.every_s": 3600, "checkpoint.young_s": math.Sqrt(2 * 300 * 4500), "theory.mean_life_s": 4500,
		"on_demand.completion_s.max": 5.5 * 3600, "on_demand.cost.mean": 44} {
		if got, ok := at(path).(float64); !ok || math.Abs(got-want) > 1e-9*want {
			t.Errorf("%s is %v, by the runs %v", path, at(path), want)
		}
	}
	if at("completion_s.mean") != nil || at("completion_s.max") != nil || at("completion_s.p50") == nil || at("kind") != "job" || at("cost.currency") != "EUR" {
		t.Errorf("a run does not finish, so there is no mean and no max: %v", at("completion_s"))
	}
	parts := 0.0
	for _, v := range at("time_s").(map[string]any) {
		parts += v.(map[string]any)["mean"].(float64)
	}
	ends := job.Mean(a.Each(func(o job.Outcome) float64 { return o.End.Seconds() }))
	if math.Abs(parts-ends) > 1e-6*ends {
		t.Errorf("the parts of the time are %v, the ends %v", parts, ends)
	}
}

// No line of the text is wider than 80 columns, whatever the job.
func TestJobTextIsNarrow(t *testing.T) {
	a, asks := asked(t, "finish p50 < 20h", "cost mean < 1 EUR", "finished > 99%", "interruptions p99.9 < 1000")
	d := JobDocument(Meta{Scenario: "a-name", Variant: "a variant", Ask: strings.Repeat("is it so? ", 30)}, asks, a)
	var b bytes.Buffer
	if err := JobText(&b, Meta{Ask: d.Scenario}, d, a, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("%q", line)
		}
	}
	for _, part := range []string{"Not held: 2 of 4", "runs stopped by max-run", "no mean: a run does not finish", "Instances are taken independently"} {
		if !strings.Contains(b.String(), part) {
			t.Errorf("%q is not said:\n%s", part, b.String())
		}
	}
}

// The table has every run, and its rows add up.
func TestJobRuns(t *testing.T) {
	a, _ := asked(t)
	var b bytes.Buffer
	if err := JobRuns(&b, a); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 401 || len(rows[0]) != 18 || rows[400][0] != "399" {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
}

// The interval of a quantile covers it as often as it says: of 1,000 samples of 200 exponential values.
func TestQuantileCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, q := range []float64{0.5, 0.9} {
		covered := 0
		for range 1000 {
			xs := make([]float64, 200)
			for i := range xs {
				xs[i] = r.ExpFloat64()
			}
			if n := quantile(xs, q); n.Low <= -math.Log(1-q) && -math.Log(1-q) <= n.High {
				covered++
			}
		}
		if covered < 930 || covered > 975 {
			t.Errorf("p%v: %d of 1000", 100*q, covered)
		}
	}
	if n := quantile([]float64{3, 1, 2}, 0.99); n.Mean != 3 || !math.IsNaN(n.High) {
		t.Errorf("of three values p99 has no upper bound: %+v", n)
	}
	if n := quantile(slices.Repeat([]float64{math.Inf(1)}, 10), 0.5); n.Exists() {
		t.Errorf("never is no number: %+v", n)
	}
}

// One run has no average, and a job that never finishes is said to.
func TestJobOfOneRun(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		runs           int
		mean, finished float64
		want           string
	}{
		{1, 3600, 1, "Nothing was expected: done after 1h, for 2.00 USD."},
		{3, 3600, 1, "Nothing was expected: done after 1h on average, for 2.00 USD on average."},
		{1, nan, 0, "Nothing was expected: it is never done, for 2.00 USD."},
		{3, nan, 0, "Nothing was expected: it is never done in any of 3 runs, for 2.00 USD on average."},
		{4, nan, 0.25, "Nothing was expected: done in 25% of runs only, for 2.00 USD on average."},
	} {
		d := JobDoc{Runs: c.runs, Completion: Spread{Mean: c.mean}, Finished: Number{Mean: c.finished}}
		d.Cost.Mean, d.Cost.Currency = 2, "USD"
		if got := JobSentence(d); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := spreadWords(Spread{Mean: 2, Max: 2, P50: 2}, 1, Count); len(got) != 1 || got[0] != "2" {
		t.Error(got)
	}
	if got := spreadWords(Spread{Mean: 2, Max: 2, P50: 2}, 5, Count); len(got) != 1 || got[0] != "2 in every run" {
		t.Error(got)
	}
	if got := spreadWords(Spread{Mean: nan}, 1, Count); len(got) != 1 || got[0] != "never" {
		t.Error(got)
	}
}

// What is kept together and does not fit into a line is broken all the same.
func TestWrapBreaksWhatIsTooLong(t *testing.T) {
	text := Wrap("  requests     ", together("3,464 (1,272 to 5,655) failed (3,457 rejected, 6.5 lost with an instance)")+", "+together("12 served"))
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if !strings.Contains(text, "12 served") || strings.Contains(text, glue) {
		t.Errorf("%q", text)
	}
}
