package expect

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text    string
		of      Quantity
		stat    Stat
		q       float64
		op      Op
		bound   float64
		minutes float64 // 0: none
		money   string
	}{
		{text: "p99 < 1s in 99.9% of minutes", of: Latency, stat: Quantile, q: .99, op: Less, bound: 1, minutes: .999},
		{text: "mean <= 250ms", of: Latency, stat: Mean, op: AtMost, bound: .25},
		{text: "max<2m5s", of: Latency, stat: Max, op: Less, bound: 125},
		{text: "p50 < 1s", of: Latency, stat: Quantile, q: .5, op: Less, bound: 1},
		{text: "p999 < 1s", of: Latency, stat: Quantile, q: .999, op: Less, bound: 1},
		{text: "p99.9 < 1s", of: Latency, stat: Quantile, q: .999, op: Less, bound: 1},
		{text: "p9999 < 1s", of: Latency, stat: Quantile, q: .9999, op: Less, bound: 1},
		{text: "p5 > 1ms", of: Latency, stat: Quantile, q: .05, op: More, bound: .001},
		{text: "wait p99 < 100ms in 50% of minutes", of: Wait, stat: Quantile, q: .99, op: Less, bound: .1, minutes: .5},
		{text: "wait  mean < 1s", of: Wait, stat: Mean, op: Less, bound: 1},
		{text: "wait max < 1s", of: Wait, stat: Max, op: Less, bound: 1},
		{text: "failed < 0.1%", of: Failed, op: Less, bound: .001},
		{text: "availability >= 99.95% in 100% of minutes", of: Availability, op: AtLeast, bound: .9995, minutes: 1},
		{text: "cost < 500", of: Cost, op: Less, bound: 500},
		{text: "cost < 500.50 USD", of: Cost, op: Less, bound: 500.5, money: "USD"},
		{text: "cost < EUR 7", of: Cost, op: Less, bound: 7, money: "EUR"},
		{text: "cost per 1000 < 0.02", of: CostPer1000, op: Less, bound: .02},
		{text: "cost per month <= 9000", of: CostPerMonth, op: AtMost, bound: 9000},
		{text: "instances <= 12.5", of: Instances, op: AtMost, bound: 12.5},
		{text: "instances max <= 40", of: InstancesMax, op: AtMost, bound: 40},
		{text: "utilization > 30%", of: Utilization, op: More, bound: .3},
		{text: "in flight < 100 in 90% of minutes", of: InFlight, op: Less, bound: 100, minutes: .9},
		{text: "retries < 5%", of: Retries, op: Less, bound: .05},
	} {
		a, err := Parse(c.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.text, err)
			continue
		}
		if a.Text != c.text || a.Measure.Of != c.of || a.Measure.Stat != c.stat || a.Measure.Q != c.q || a.Op != c.op ||
			a.Bound != c.bound || a.Minutes != c.minutes || a.PerMinute != (c.minutes > 0) || a.Currency != c.money {
			t.Errorf("Parse(%q) = %+v", c.text, a)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"", "must"},
		{"p99", "MEASURE OP VALUE"},
		{"p99 1s", "MEASURE OP VALUE"},
		{"p99 = 1s", "did you mean <= or >=?"},
		{"p99 == 1s", "an operator of"},
		{"p99 =< 1s", "did you mean <=?"},
		{"p99 ≤ 1s", "did you mean <=?"},
		{"p99 <> 1s", "an operator of"},
		{"p99 < 1", "did you mean 1ms or 1s?"},
		{"p99 < -1s", "a duration"},
		{"p99 <", "a value for p99"},
		{"p99 < 1s in 99.9% of minute", "in X% of minutes"},
		{"p99 < 1s in 0% of minutes", "in X% of minutes"},
		{"p99 < 1s in 101% of minutes", "in X% of minutes"},
		{"p99 < 1s in 99.9 of minutes", "in X% of minutes"},
		{"p99 < 1s in NaN% of minutes", "in X% of minutes"},
		{"failed < 0.001", "a share of 0% to 100%"},
		{"failed < -1%", "a share of 0% to 100%"},
		{"failed < 1e-3%", "a share of 0% to 100%"},
		{"availability > 100.1%", "a share of 0% to 100%"},
		{"cost < 500 in 99% of minutes", "whole run"},
		{"cost per month < 500 in 99% of minutes", "whole run"},
		{"cost < 500 dollars", "an amount"},
		{"cost < $500", "an amount"},
		{"cost < 1_000", "an amount"},
		{"instances < many", "a number for instances"},
		{"instances < +Inf", "a number for instances"},
		{"instances < 0x10", "a number for instances"},
		{"in flight < ", "a value for in flight"},
		{"p100 < 1s", "did you mean max?"},
		{"p0 < 1s", "a measure of"},
		{"p < 1s", "a measure of"},
		{"p99.9.9 < 1s", "a measure of"},
		{"pp9 < 1s", "did you mean p99?"},
		{"wait < 1s", "did you mean wait mean?"},
		{"latency p99 < 1s", "did you mean p99?"},
		{"utilisation < 80%", "did you mean utilization?"},
		{"availabilty > 99%", "did you mean availability?"},
		{"costs < 1", "did you mean cost?"},
	} {
		if a, err := Parse(c.text); err == nil {
			t.Errorf("Parse(%q) = %+v, must be refused", c.text, a)
		} else if c.text != "" && !strings.Contains(err.Error(), c.says) {
			t.Errorf("Parse(%q): %q does not say %q", c.text, err, c.says)
		}
	}
}

// What was parsed is written as it was read, and reads to the same again; nothing panics.
func TestParseLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(p[0-9.]{0,5}|wait p9|cost|failed|in flight|[a-z ]{0,9}) ?[<>=]{0,2} ?[0-9.]{0,4}(ms|s|%| USD)?( in [0-9.]{0,4}% of minutes)?`).Draw(t, "text")
		a, err := Parse(text)
		if err != nil {
			return
		}
		b, err := Parse(a.String())
		if err != nil || a != b {
			t.Fatalf("%q reads to %+v, written and read again %+v, %v", text, a, b, err)
		}
		if strings.Contains(a.InOneMinute(), "of minutes") {
			t.Fatalf("one minute of %q is %q", text, a.InOneMinute())
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"p99 < 1s in 99.9% of minutes", "cost < 500 USD", "wait p99.9 >= 1m", "in flight < 5", "≤ ≥ <>", "p99 <\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := Parse(s); err == nil && (a.Bound < 0 || a.PerMinute != (a.Minutes > 0)) {
			t.Errorf("Parse(%q) = %+v", s, a)
		}
	})
}

func TestIn(t *testing.T) {
	for _, c := range []struct {
		text, currency, engine string
		ok                     bool
	}{
		{"cost < 500", "EUR", "requests", true},
		{"cost < 500 EUR", "EUR", "requests", true},
		{"cost < 500 USD", "EUR", "requests", false},
		{"max < 1s", "USD", "fluid", false},
		{"wait max < 1s", "USD", "fluid", false},
		{"max < 1s", "USD", "requests", true},
		{"instances max < 5", "USD", "fluid", true},
	} {
		if err := must(t, c.text).In(c.currency, c.engine); (err == nil) != c.ok {
			t.Errorf("%q in a file with %s on %s: %v", c.text, c.currency, c.engine, err)
		}
	}
}

func TestQuantiles(t *testing.T) {
	got := Quantiles([]Ask{must(t, "p99 < 1s"), must(t, "wait p75 < 1s"), must(t, "p9999 < 1s"), must(t, "cost < 1")})
	if want := []float64{.5, .75, .99, .9999}; !slices.Equal(got, want) {
		t.Errorf("Quantiles = %v, want %v", got, want)
	}
}

func must(t *testing.T, text string) Ask {
	t.Helper()
	a, err := Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return a
}

func TestShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		412_345 * time.Microsecond: "412ms", 1234 * time.Millisecond: "1.23s", 125_600 * time.Millisecond: "2m6s", 0: "0s", 999: "999ns",
	} {
		if got := Short(d); got != want {
			t.Errorf("Short(%v) = %s, want %s", d, got, want)
		}
	}
}
