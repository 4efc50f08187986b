package report

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"headroom/sim"

	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within || math.IsNaN(got) != math.IsNaN(want) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// Student's t with 3 degrees of freedom is 3.182446 at 97.5 %; the standard deviation of 1, 2, 3, 4 is 1.290994.
func TestOver(t *testing.T) {
	nan := math.NaN()
	n := Over([]float64{1, nan, 2, 3, 4})
	half := 3.182446305 * 1.290994449 / 2
	near(t, "mean", n.Mean, 2.5, 1e-12)
	near(t, "low", n.Low, 2.5-half, 1e-6)
	near(t, "high", n.High, 2.5+half, 1e-6)
	if n := Over([]float64{7, 7, 7}); n.Mean != 7 || n.Low != 7 || n.High != 7 || !n.Many {
		t.Errorf("what does not vary has an interval too, got %+v", n)
	}
	if n := Over([]float64{nan, nan}); n.Exists() {
		t.Errorf("nothing exists, got %+v", n)
	}
	if n := Over([]float64{5, nan}); n.Mean != 5 || !math.IsNaN(n.Low) {
		t.Errorf("one value has no interval, got %+v", n)
	}
}

// Clopper and Pearson 1934, from the tables: 8 of 10, and the closed forms at the ends, 0.025^(1/n).
func TestShare(t *testing.T) {
	for _, c := range []struct {
		held, runs      int
		mean, low, high float64
	}{
		{8, 10, .8, .4439045, .9747893}, {10, 10, 1, math.Pow(.025, .1), 1}, {0, 10, 0, 0, 1 - math.Pow(.025, .1)},
		{1, 1, 1, .025, 1}, {19, 20, .95, .7512672, .9987349},
	} {
		n := Share(c.held, c.runs)
		near(t, "mean", n.Mean, c.mean, 1e-12)
		near(t, "low", n.Low, c.low, 1e-6)
		near(t, "high", n.High, c.high, 1e-6)
	}
}

func TestNumberJSON(t *testing.T) {
	for _, c := range []struct {
		n    Number
		want string
	}{
		{Plain(.1), "0.1"}, {Plain(1.0 / 3), "0.3333333333333333"}, {Plain(1352804107), "1352804107"}, {Plain(math.NaN()), "null"},
		{Number{2, 1, 3, true}, `{"mean":2,"low":1,"high":3}`}, {Over([]float64{4}), `{"mean":4,"low":null,"high":null}`},
		{Over(nil), "null"}, {Over([]float64{0, 0}), `{"mean":0,"low":0,"high":0}`},
	} {
		got, err := json.Marshal(c.n)
		if err != nil || string(got) != c.want {
			t.Errorf("%+v is written %s, %v; want %s", c.n, got, err, c.want)
		}
	}
}

// What is written reads back to the same number, to the last bit.
func TestNumberReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Over(rapid.SliceOfN(rapid.Float64Range(-1e12, 1e12), 0, 5).Draw(t, "values"))
		if rapid.Bool().Draw(t, "plain") {
			n = Plain(n.Mean)
		}
		text, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		var back Number
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		again, _ := json.Marshal(back)
		if string(again) != string(text) {
			t.Fatalf("%s reads back as %s", text, again)
		}
	})
}

// Counts are never below 0 in words, though the interval by Student's t of a few runs is.
func TestSayClampsAtZero(t *testing.T) {
	n := Over([]float64{0, 0, 5})
	if n.Low >= 0 {
		t.Fatalf("the interval itself begins at %g", n.Low)
	}
	for got, want := range map[string]string{
		say(n, Count): "1.7 (0 to 8.8)", say(Over([]float64{2, 4}), Count): "3 (0 to 15.7)", say(Over([]float64{20, 21}), Count): "20.5 (14.1 to 26.9)",
		say(Over([]float64{3, math.NaN()}), Count): "3 (one run)", say(Over([]float64{0, 0.01}), Percent): "0.5% (0% to 6.85%)",
	} {
		if got = strings.ReplaceAll(got, glue, " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if text, err := json.Marshal(n); err != nil || !strings.Contains(string(text), `"low":-`) {
		t.Errorf("JSON keeps the interval: %s, %v", text, err)
	}
}

// A time that the clocks show twice says which of the two it is.
func TestBetweenSummerAndWinter(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	r := &sim.Result{Config: sim.Config{Start: time.Date(2026, 11, 1, 0, 0, 0, 0, zone), Length: 5 * time.Hour}}
	for got, want := range map[string]string{
		between(r, 5400, 9000): "01:30 EDT to 01:30 EST", between(r, 1800, 12600): "00:30 to 02:30", between(r, 1800, 5430): "00:30 to 01:30 EDT",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		Count(1352804107): "1,352,804,107", Count(999): "999", Count(-12345): "−12,345", Count(2.25): "2.2", Count(1234.5): "1,234", Count(103.98): "104", Count(.0283): "0.028", Count(.00001): "<0.001",
		Percent(.5): "50%", Percent(.00123): "0.123%", Percent(.000001): "<0.001%", Percent(0): "0%", Percent(1): "100%", Percent(.99999): "99.999%",
		Money("USD")(1234.5): "1,234.50 USD", Money("EUR")(.00123): "0.00123 EUR", Money("")(0): "0.00",
		Lapse(.0802): "80.2ms", span(604800): "7d", span(129600): "1d12h", span(5400): "1h30m", span(60): "1m", span(3600): "1h",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
