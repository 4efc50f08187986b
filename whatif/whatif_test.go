package whatif

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"headroom/expect"
	"headroom/report"
	"headroom/sim"
)

// fake is a world whose run k serves 100 + k requests per instance of Fleet.VCPUs and costs one dollar for each of these.
func fake(ctx context.Context, cfg sim.Config) (*sim.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r := &sim.Result{Config: cfg, Cost: sim.Cost{Currency: "USD", Total: big.NewRat(int64(cfg.Fleet.VCPUs), 10)}}
	r.Requests.Offered = int64((100 + cfg.Source.Run) * cfg.Fleet.VCPUs)
	r.Requests.Served = r.Requests.Offered
	if cfg.Source.Run%2 == 0 {
		r.Requests.Retries = 1
	}
	return r, nil
}

func question(t *testing.T, name, variant string, size int) Question {
	t.Helper()
	a, err := expect.Parse("cost < 0.25")
	if err != nil {
		t.Fatal(err)
	}
	b, err := expect.Parse("failed < 1% in 90% of minutes")
	if err != nil {
		t.Fatal(err)
	}
	q := Question{Meta: report.Meta{Scenario: name, Variant: variant, Zone: "UTC"}, Asks: []expect.Ask{a, b}}
	q.Config.Start, q.Config.Length = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), time.Hour
	q.Config.Fleet.VCPUs = size
	return q
}

// Runs are taken by their number, on any number of cores, whatever finishes first.
func TestAsk(t *testing.T) {
	slowFirst := func(ctx context.Context, cfg sim.Config) (*sim.Result, error) {
		if cfg.Source.Run == 0 {
			time.Sleep(5 * time.Millisecond)
		}
		return fake(ctx, cfg)
	}
	var want []byte
	for _, cores := range []int{1, 2, 7, 100} {
		var calls []int
		answers, err := Ask(context.Background(), slowFirst, []Question{question(t, "a", "", 1), question(t, "a", "big", 2)}, 5, cores, func(done int) { calls = append(calls, done) })
		if err != nil {
			t.Fatal(err)
		}
		if len(calls) != 10 || calls[0] != 1 || calls[9] != 10 {
			t.Errorf("progress was told %v", calls)
		}
		if answers[1].First.Config.Source.Run != 0 || answers[1].Samples[4].Value("requests.served") != 208 {
			t.Errorf("first run %d, run 4 of the second served %v", answers[1].First.Config.Source.Run, answers[1].Samples[4].Value("requests.served"))
		}
		got, err := report.JSON(Compare([]string{"a", "big"}, answers))
		if err != nil {
			t.Fatal(err)
		}
		if want != nil && !bytes.Equal(got, want) {
			t.Errorf("%d cores give\n%s\nnot\n%s", cores, got, want)
		}
		want = got
	}
}

func TestAskFails(t *testing.T) {
	broken := errors.New("run 3 is broken")
	run := func(ctx context.Context, cfg sim.Config) (*sim.Result, error) {
		if cfg.Source.Run == 3 {
			return nil, broken
		}
		return fake(ctx, cfg)
	}
	if _, err := Ask(context.Background(), run, []Question{question(t, "a", "", 1)}, 50, 4, nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestAskStops(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	var begun atomic.Int64
	run := func(ctx context.Context, cfg sim.Config) (*sim.Result, error) {
		if begun.Add(1) == 3 {
			stop()
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	_, err := Ask(ctx, run, []Question{question(t, "a", "", 1)}, 1000, 3, nil)
	if !errors.Is(err, context.Canceled) || begun.Load() > 6 {
		t.Errorf("%v after %d runs", err, begun.Load())
	}
}

// The differences of run k are 100 + k: their mean is 102 and, with a standard deviation of √2.5 and t of 4 degrees of freedom
// 2.776445, their interval ± 1.963243. Cost differs by 0.1 in every run. Retries do not differ.
func TestCompare(t *testing.T) {
	answers, err := Ask(context.Background(), fake, []Question{question(t, "a", "", 1), question(t, "a", "big", 2)}, 5, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := Compare([]string{"a", "big"}, answers)
	for _, w := range []struct {
		path            string
		mean, half      float64
		distinguishable bool
	}{
		{"requests.served", 102, 1.963243, true}, {"cost.total", .1, 0, true}, {"requests.retries", 0, 0, false},
		{"expect.cost < 0.25", .1, 0, true},
	} {
		d, ok := c.Variants[1].AgainstBase.Get(w.path)
		if !ok || abs(d.Mean-w.mean) > 1e-9 || abs(d.Low-w.mean+w.half) > 1e-6 || abs(d.High-w.mean-w.half) > 1e-6 || d.Distinguishable != w.distinguishable {
			t.Errorf("%s: %+v, %v; want %+v", w.path, d, ok, w)
		}
	}
	text, err := report.JSON(c)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Version, Runs int
		Base          string
		Variants      []struct {
			Name    string
			Result  map[string]any
			Against map[string]*struct{ Distinguishable *bool } `json:"against_base"`
		}
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.Version != 1 || back.Runs != 5 || back.Base != "a" || len(back.Variants) != 2 || len(back.Variants[0].Against) != 0 {
		t.Errorf("%+v", back)
	}
	for path, d := range back.Variants[1].Against {
		if d != nil && d.Distinguishable == nil {
			t.Errorf("%s does not say whether it can be told from chance", path)
		}
	}
	if _, ok := back.Variants[1].Against["latency_s.p99"]; !ok {
		t.Error("what does not exist is null, not left out")
	}
}

// The base's runs are 1, 2, 3, 4, the other's 1.5, 1.5, 3.5, 3.5: variances 5/3, 4/3 and of the differences (.5, −.5, .5, −.5) 1/3;
// they differ by nothing. Shifted by 0.1 their interval is ± 0.918693 (t of 3 degrees of freedom 3.182446): about 338 runs.
func TestPaired(t *testing.T) {
	values := map[*report.Sample]float64{}
	sample := func(xs ...float64) (a Answer) {
		a.Samples = make([]report.Sample, len(xs))
		for k, x := range xs {
			values[&a.Samples[k]] = x
		}
		return a
	}
	base, other := sample(1, 2, 3, 4), sample(1.6, 1.6, 3.6, 3.6)
	d := paired("x", base, other, func(s *report.Sample, _ bool) float64 { return values[s] })
	if abs(d.VarianceRatio-9) > 1e-9 || d.Distinguishable || d.Needed != 338 || abs(d.High-0.1-0.918693) > 1e-6 {
		t.Errorf("%+v", d)
	}
	if d = paired("x", base, base, func(s *report.Sample, _ bool) float64 { return values[s] }); d.Needed != 0 || !math.IsNaN(d.VarianceRatio) {
		t.Errorf("no difference: %+v", d)
	}
}

func abs(x float64) float64 { return max(x, -x) }

func TestOneRunTellsNothing(t *testing.T) {
	answers, err := Ask(context.Background(), fake, []Question{question(t, "a", "", 1), question(t, "b", "", 2)}, 1, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := Compare([]string{"a", "b"}, answers).Variants[1].AgainstBase.Get("cost.total"); !ok || d.Distinguishable || d.Mean != .1 {
		t.Errorf("one pair has no interval: %+v", d)
	}
}

func TestComparable(t *testing.T) {
	a := question(t, "a", "", 1)
	for says, change := range map[string]func(*Question){
		"":           func(*Question) {},
		"one length": func(q *Question) { q.Config.Length = 2 * time.Hour },
		"one start":  func(q *Question) { q.Config.Start = q.Config.Start.Add(time.Minute) },
		"one zone":   func(q *Question) { q.Meta.Zone = "Europe/London" },
	} {
		b := question(t, "b", "", 1)
		change(&b)
		err := Comparable([]Question{a, a, b})
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", says, err)
		}
	}
}

func TestText(t *testing.T) {
	var questions []Question
	var names []string
	for i := range 5 {
		name := fmt.Sprintf("a variant with a name that is too long %d", i)
		questions, names = append(questions, question(t, "a", name, 1+i*1000000)), append(names, name)
	}
	answers, err := Ask(context.Background(), fake, questions, 4, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Text(&b, Compare(names, answers)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 of 5 holds all of its expectations: a variant", "held in at least 95% of the runs", "in every run", "not distinguishable, the same in every run: failed requests", "same random numbers"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if got, want := sentence(Compare(names[:1], answers[:1])), "Nothing to compare: "+names[0]+" has no variants."; !strings.HasPrefix(got, want) {
		t.Errorf("alone: %q", got)
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(line), line)
		}
	}
}
