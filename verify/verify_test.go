package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"headroom/histogram"
)

// few are worlds of several families, each with runs so short that all of them take a second or two.
func few(t *testing.T) (out []*world) {
	t.Helper()
	names := regexp.MustCompile(`^(mm1-0.3|mm10-0.8|mmck10-20-9|loss10-10|md2-0.5|mga1-0.5|dm10-0.9|mmcd10-9|random10-0.5|rr10-0.5|jsq2-0.5|retry3|lost10|mt8-24-5|crowd-60s|setup2-1|zero1-0.2)$`)
	for _, w := range worlds() {
		if !names.MatchString(w.id) {
			continue
		}
		w.runs = 12
		w.file.length = min(w.file.length, minutes(max(15_000/rate(w), 2*w.file.settle.Seconds())))
		if w.file.step < time.Second {
			w.file.length, w.file.settle = 20*time.Minute, 10*time.Minute
		}
		out = append(out, w)
	}
	if len(out) != 17 {
		t.Fatalf("%d worlds", len(out))
	}
	return out
}

// rate is a world's mean rate, near enough.
func rate(w *world) float64 { return max(w.load*float64(w.servers), 0.3) }

// A small part of the table holds, on one core as on two.
func TestFewWorlds(t *testing.T) {
	r, err := check(t.Context(), few(t), Options{Cores: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range r.Anchors {
		if !a.Pass {
			t.Errorf("%s: exact %g, simulated %g (%g to %g), z %.2f", a.ID, a.Exact, a.Simulated, a.Low, a.High, a.Z)
		}
	}
	if !r.Family.Pass || len(r.Anchors) < 50 {
		t.Errorf("%d anchors, %+v", len(r.Anchors), r.Family)
	}
	again, err := check(t.Context(), few(t)[1:6], Options{Cores: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range again.Anchors {
		for _, b := range r.Anchors {
			if a.ID == b.ID && a != b {
				t.Errorf("on one core %+v, on two %+v", a, b)
			}
		}
	}
}

// What is a few per cent wrong does not pass: the percentage is the power of the check.
func TestWrongTheoryIsFound(t *testing.T) {
	var worlds []*world
	for _, w := range few(t) {
		if w.id == "mm10-0.8" || w.id == "jsq2-0.5" {
			for i := range w.quantities {
				exact := w.quantities[i].exact
				w.quantities[i].exact = func() float64 { return 1.2 * exact() }
			}
			worlds = append(worlds, w)
		}
	}
	r, err := check(t.Context(), worlds, Options{Cores: 2})
	if err != nil {
		t.Fatal(err)
	}
	if r.Family.Pass || r.Family.Failed < len(r.Anchors)-2 || !strings.HasPrefix(r.Sentence(), "Does not hold: ") {
		t.Errorf("%+v of %d anchors: %s", r.Family, len(r.Anchors), r.Sentence())
	}
}

// Every world is a scenario, and every anchor has a name of its own.
func TestWorldsAreScenarios(t *testing.T) {
	ids, seeds := map[string]bool{}, map[uint64]bool{}
	for _, w := range worlds() {
		if _, err := w.config(); err != nil {
			t.Errorf("%s: %v\n%s", w.id, err, w.file.text(w.id, w.seed()))
		}
		if w.runs < 10 || w.quick > w.runs || w.quick > 0 && w.quick < 10 {
			t.Errorf("%s: %d runs, %d in a quick go", w.id, w.runs, w.quick)
		}
		if seeds[w.seed()] {
			t.Errorf("%s: seed %d is another's", w.id, w.seed())
		}
		seeds[w.seed()] = true
		for _, q := range w.quantities {
			if id := w.id + "/" + q.key; ids[id] {
				t.Errorf("%s is there twice", id)
			} else {
				ids[id] = true
			}
		}
	}
	if all, quick := len(Options{}.Anchors()), len(Options{Quick: true}.Anchors()); all < 150 || quick < 20 || quick >= all {
		t.Errorf("%d anchors, %d quick ones", all, quick)
	}
	for _, a := range (Options{Quick: true}).Anchors() {
		if a.ID == "mm10-0.8/wait" {
			return
		}
	}
	t.Error("the mean wait of M/M/10 at 0.8 is not in a quick go")
}

// The interval and z of three runs by hand: mean 2, standard deviation 1, so a standard error of 1/√3 and t = 4.3027.
func TestCompare(t *testing.T) {
	w := &world{id: "x", runs: 3, quantities: []quantity{{key: "y", exact: known(1)}, {key: "rounded", exact: known(1),
		slack: func(float64, *tally) float64 { return math.Sqrt(2) }}, {key: "same", exact: known(7)}}}
	ta := tally{values: [][]float64{{1, 2, 3}, {1, 2, 3}, {7, 7, 7}}}
	got := ta.compare(w)
	near := func(x, want float64) bool { return math.Abs(x-want) < 1e-4 }
	if a := got[0]; !near(a.Simulated, 2) || !near(a.Z, math.Sqrt(3)) || !near(a.High, 2+4.30265/math.Sqrt(3)) || !near(a.Low, 2-4.30265/math.Sqrt(3)) || !a.Pass {
		t.Errorf("%+v", a)
	}
	if a := got[1]; !near(a.Z, 1) || !near(a.High, 2+4.30265) { // 1/3 + 2/3
		t.Errorf("%+v", a)
	}
	if a := got[2]; a.Z != 0 || !a.Pass {
		t.Errorf("%+v", a)
	}
}

// bucket is the histogram's own: a number is in the bucket of the percentile that stands for it, and its begin is in no other.
func TestBucket(t *testing.T) {
	for _, x := range []float64{3e-9, 1e-6, 0.013, 0.5, 0.999, 1, 5, 77.7, 4000} {
		begin, width := bucket(x)
		var h histogram.Histogram
		h.Add(time.Duration(x * second))
		if q := h.Quantile(0.5).Seconds(); q < begin || q > begin+width || x < begin-1e-9 || x >= begin+width || width > x/128+1e-9 {
			t.Errorf("%g: bucket from %g, %g wide, the histogram says %g", x, begin, width, q)
		}
		for d, want := range map[float64]float64{begin: 1, begin - 1e-9: 0} { // d is at or above x's bucket?
			if got := h.Share(time.Duration(math.Round(d * second))); got != want && x > 1e-7 {
				t.Errorf("%g: share up to %g is %g, want %g", x, d, got, want)
			}
		}
	}
}

// The text is narrow, the JSON has what its readers need.
func TestOutput(t *testing.T) {
	var r Report
	for _, a := range (Options{}).Anchors() {
		a.Exact, a.Simulated, a.Low, a.High, a.Z, a.Pass = 179_696.97, 179_123.45, 178_000, 180_000, -12.34, false
		r.Anchors = append(r.Anchors, a)
	}
	r.judge()
	var b bytes.Buffer
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("wide: %s", line)
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back struct{ Anchors []map[string]any }
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"id", "model", "metric", "exact", "simulated", "low", "high", "z", "pass"} {
		if back.Anchors[0][key] == nil {
			t.Errorf("no %q in %v", key, back.Anchors[0])
		}
	}
}

// It stops when it is told to.
func TestCancel(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	began := time.Now()
	go func() { time.Sleep(100 * time.Millisecond); stop() }()
	if _, err := Run(ctx, Options{Cores: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
}

// The switching process and the wave have their rates.
func TestOwnArrivals(t *testing.T) {
	for _, w := range worlds() {
		if w.id != "mmpp10-0.9" && w.id != "mt8-24-5" {
			continue
		}
		w.runs, w.file.length = 12, 4*time.Hour
		w.quantities = w.quantities[:0]
		cfg, err := w.config()
		if err != nil {
			t.Fatal(err)
		}
		w.own(&cfg)
		n, a := 0, cfg.Traffic.Arrivals(cfg.Source, 0, cfg.Length)
		last := time.Duration(0)
		for x := a.Next(); x < cfg.Length; x = a.Next() {
			if x < last {
				t.Fatalf("%s: %v after %v", w.id, x, last)
			}
			last = x
			n++
		}
		want := map[string]float64{"mmpp10-0.9": 9, "mt8-24-5": 5}[w.id] * cfg.Length.Seconds()
		if off := math.Abs(float64(n) - want); off > 4*math.Sqrt(57*want) {
			t.Errorf("%s: %d requests, want %g", w.id, n, want)
		}
		if !reflect.DeepEqual(a.Next(), a.Next()) {
			t.Errorf("%s: does not end", w.id)
		}
	}
}
