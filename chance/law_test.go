package chance

import (
	"fmt"
	"math"
	"sort"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

func pointer[T any](x T) *T { return &x }

// someLaws is one of each kind and some extremes.
func someLaws() map[string]Law {
	return map[string]Law{
		"constant":           Distribution{Constant: pointer(80 * ms)}.Law(),
		"exponential":        Exponential{Mean: 100 * ms}.Law(),
		"lognormal":          Lognormal{Median: pointer(80 * ms), P99: pointer(400 * ms)}.Law(),
		"lognormal, moments": Lognormal{Mean: pointer(time.Second), CV: pointer(2.0)}.Law(),
		"gamma, many phases": Gamma{Mean: 100 * ms, CV: 0.1}.Law(),
		"gamma":              Gamma{Mean: 100 * ms, CV: 0.7}.Law(),
		"gamma, below 1":     Gamma{Mean: 100 * ms, CV: 2}.Law(),
		"empirical":          Samples([]time.Duration{3 * ms, ms, ms, 10 * ms, 25 * ms}),
		"scaled":             Scaled(Lognormal{Median: pointer(80 * ms), P99: pointer(400 * ms)}.Law(), 2.5),
	}
}

// TestDrawsFollowTheLaw compares 200,000 draws of each law with its own CDF (Kolmogorov–Smirnov at 1e-5), mean and CV.
func TestDrawsFollowTheLaw(t *testing.T) {
	const n = 200_000
	for name, law := range someLaws() {
		r := Source{Seed: 11}.Stream("test", name, 0)
		x := make([]time.Duration, n)
		sum, squares := 0.0, 0.0
		for i := range x {
			x[i] = law.Draw(r)
			sum += float64(x[i])
			squares += float64(x[i]) * float64(x[i])
		}
		sort.Slice(x, func(i, j int) bool { return x[i] < x[j] })
		worst := 0.0
		for i := 0; i < n; i++ {
			if i+1 < n && x[i+1] == x[i] || x[i] < time.Microsecond {
				continue // below, the rounding to nanoseconds shows
			}
			worst = max(worst, math.Abs(law.CDF(x[i])-float64(i+1)/n))
		}
		if worst > 2.47/math.Sqrt(n) {
			t.Errorf("%s: draws are %.5f from the CDF", name, worst)
		}
		mean := sum / n
		cv := math.Sqrt(squares/n-mean*mean) / mean
		if want := float64(law.Mean()); math.Abs(mean/want-1) > 6*law.CV()/math.Sqrt(n)+1e-9 {
			t.Errorf("%s: mean %v, want %v", name, time.Duration(mean), law.Mean())
		}
		if math.Abs(cv-law.CV()) > 0.06*law.CV()+1e-6 {
			t.Errorf("%s: cv %.4f, want %.4f", name, cv, law.CV())
		}
	}
}

func TestKnownQuantiles(t *testing.T) {
	laws := someLaws()
	for _, c := range []struct {
		law  string
		p    float64
		want time.Duration
	}{
		{"constant", 0.5, 80 * ms},
		{"exponential", 0.5, 69314718}, // ln 2
		{"exponential", 0.99, 460517019},
		{"exponential", 0, 0},
		{"lognormal", 0.5, 80 * ms},
		{"lognormal", 0.99, 400 * ms},
		{"gamma, many phases", 0.5, 99666865}, // a − 1/3 + 8/(405a) + 184/(25515a²) for shape a = 100
		{"empirical", 0, ms},
		{"empirical", 0.4, ms},
		{"empirical", 0.4000001, 3 * ms},
		{"empirical", 0.8, 10 * ms},
		{"empirical", 0.99, 25 * ms},
	} {
		if got := laws[c.law].Quantile(c.p); got < c.want-1 || got > c.want+1 {
			t.Errorf("%s: quantile %g is %d, want %d", c.law, c.p, got, c.want)
		}
	}
	if mean := laws["lognormal, moments"].Mean(); mean < time.Second-1 || mean > time.Second+1 {
		t.Errorf("lognormal of mean 1s has mean %v", mean)
	}
	e := laws["empirical"]
	if e.Mean() != 8*ms || math.Abs(e.CV()-math.Sqrt(83.2)/8) > 1e-12 { // variance (25+49+49+4+289)/5
		t.Errorf("empirical: mean %v cv %v", e.Mean(), e.CV())
	}
}

// TestQuantileInvertsTheCDF: the smallest x with CDF(x) ≥ p, to the nanosecond.
func TestQuantileInvertsTheCDF(t *testing.T) {
	laws := someLaws()
	var names []string
	for name := range laws {
		if name != "scaled" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	rapid.Check(t, func(t *rapid.T) {
		law := laws[rapid.SampledFrom(names).Draw(t, "law")]
		p := rapid.Float64Range(0, 0.999999).Draw(t, "p")
		x := law.Quantile(p)
		if law.CDF(x) < p {
			t.Fatalf("CDF(%d) = %v < %v", x, law.CDF(x), p)
		}
		if x > 0 && law.CDF(x-1) >= p && p > 0 {
			t.Fatalf("CDF(%d) = %v ≥ %v already", x-1, law.CDF(x-1), p)
		}
	})
}

// TestScaleKeepsTheDraws: twice the median, mean or factor is twice every draw, up to rounding.
func TestScaleKeepsTheDraws(t *testing.T) {
	of := func(f time.Duration) []Law {
		return []Law{
			Exponential{Mean: f * 100 * ms}.Law(),
			Lognormal{Median: pointer(f * 80 * ms), P99: pointer(f * 400 * ms)}.Law(),
			Lognormal{Mean: pointer(f * 80 * ms), CV: pointer(1.5)}.Law(),
			Gamma{Mean: f * 100 * ms, CV: 0.5}.Law(),
			Gamma{Mean: f * 100 * ms, CV: 3}.Law(),
			Samples([]time.Duration{f * ms, f * 5 * ms, f * 2 * ms}),
			Scaled(Exponential{Mean: 100 * ms}.Law(), float64(f)),
		}
	}
	single, double := of(1), of(2)
	for i := range single {
		a, b := Source{Seed: 3}.Stream("service", "", 0), Source{Seed: 3}.Stream("service", "", 0)
		for range 10_000 {
			x, y := single[i].Draw(a), double[i].Draw(b)
			if d := y - 2*x; d < -1 || d > 1 {
				t.Fatalf("law %d: %d and %d", i, x, y)
			}
		}
	}
}

func TestScaled(t *testing.T) {
	second := Exponential{Mean: time.Second}.Law()
	law := Scaled(Scaled(second, 2), 3)
	if law.Mean() != 6*time.Second || law.CV() != 1 {
		t.Errorf("mean %v, cv %v", law.Mean(), law.CV())
	}
	if q, want := law.Quantile(0.9), 6*second.Quantile(0.9); q != want {
		t.Errorf("p90 %v, want %v", q, want)
	}
	if p := law.CDF(6 * time.Second); math.Abs(p-(1-1/math.E)) > 1e-8 {
		t.Errorf("CDF at the mean %v", p)
	}
	if got := Scaled(Constant(3*ms), 2).Draw(nil); got != 6*ms {
		t.Errorf("twice 3ms is %v", got)
	}
	none := Scaled(Exponential{Mean: time.Second}.Law(), 0)
	if r := (Source{}.Stream("", "", 0)); none.Draw(r) != 0 || none.CV() != 0 || none.CDF(0) != 1 {
		t.Error("a law times 0 is 0")
	}
}

func TestExtremes(t *testing.T) {
	r := Source{Seed: 5}.Stream("test", "", 0)
	for name, law := range map[string]Law{
		"a hundred years":   Exponential{Mean: 36500 * 24 * time.Hour}.Law(),
		"wild lognormal":    Lognormal{Median: pointer(time.Hour), P99: pointer(36500 * 24 * time.Hour)}.Law(),
		"cv 100":            Gamma{Mean: time.Second, CV: 100}.Law(),
		"cv 100, lognormal": Lognormal{Mean: pointer(time.Second), CV: pointer(100.0)}.Law(),
		"tiny cv":           Gamma{Mean: time.Second, CV: 1e-6}.Law(),
		"1ns":               Exponential{Mean: 1}.Law(),
	} {
		for range 10_000 {
			if d := law.Draw(r); d < 0 || d > longest {
				t.Fatalf("%s: drew %d", name, d)
			}
		}
		for _, p := range []float64{0, 1e-9, 0.5, 0.999999999} {
			if q := law.Quantile(p); q < 0 || q > longest {
				t.Errorf("%s: quantile %v is %d", name, p, q)
			}
		}
	}
	for _, law := range []Law{Gamma{Mean: time.Second}.Law(), Lognormal{Mean: pointer(time.Second), CV: pointer(0.0)}.Law(),
		Lognormal{Median: pointer(time.Second), P99: pointer(time.Second)}.Law()} {
		if law.Draw(r) != time.Second || law.CV() != 0 || law.Quantile(0.99) != time.Second || law.CDF(time.Second-1) != 0 {
			t.Errorf("%#v: no variation is a constant", law)
		}
	}
	if Samples(nil).Draw(r) != 0 || (Distribution{}).Law().Mean() != 0 {
		t.Error("nothing given is 0s")
	}
}

func TestDrawAllocatesNothing(t *testing.T) {
	r := Source{Seed: 5}.Stream("test", "", 0)
	for name, law := range someLaws() {
		if n := testing.AllocsPerRun(100, func() { law.Draw(r) }); n != 0 {
			t.Errorf("%s: %v allocations a draw", name, n)
		}
	}
}

func TestDistributionTexts(t *testing.T) {
	var d Distribution
	if err := d.UnmarshalText([]byte("1m30s")); err != nil || d.Law().Mean() != 90*time.Second || d.String() != "90s" {
		t.Errorf("1m30s: %v, %v", err, d)
	}
	if text, err := d.MarshalText(); string(text) != "90s" || err != nil {
		t.Errorf("written as %q, %v", text, err)
	}
	const want = "a duration with its unit (90s, 250ms, 5m, 1d12h), or one of {constant: …} {exponential: …} {lognormal: …} {gamma: …} {empirical: …}, got 80 (did you mean 80s, 80ms?)"
	if err := d.UnmarshalText([]byte("80")); fmt.Sprint(err) != want {
		t.Errorf("80: %v", err)
	}
	for want, d := range map[string]Distribution{
		"0s":                                {},
		"exponential, mean 1s":              {Exponential: &Exponential{Mean: time.Second}},
		"lognormal, median 80ms, p99 400ms": {Lognormal: &Lognormal{Median: pointer(80 * ms), P99: pointer(400 * ms)}},
		"lognormal, mean 80ms, cv 1.5":      {Lognormal: &Lognormal{Mean: pointer(80 * ms), CV: pointer(1.5)}},
		"gamma, mean 80ms, cv 0.5":          {Gamma: &Gamma{Mean: 80 * ms, CV: 0.5}},
		"empirical, column s of log.csv":    {Empirical: &Empirical{File: "log.csv", Column: "s", Unit: "s"}},
	} {
		if d.String() != want {
			t.Errorf("%q, want %q", d, want)
		}
		if text, _ := d.MarshalText(); want != "0s" && text != nil {
			t.Errorf("%s has the text %q, but only a mapping can say it", want, text)
		}
	}
}

func TestLognormalCheck(t *testing.T) {
	for _, c := range []struct {
		law  Lognormal
		path string
		ok   bool
	}{
		{Lognormal{Median: pointer(80 * ms), P99: pointer(400 * ms)}, "", true},
		{Lognormal{Mean: pointer(80 * ms), CV: pointer(0.5)}, "", true},
		{Lognormal{Median: pointer(80 * ms), P99: pointer(80 * ms)}, "", true},
		{Lognormal{Median: pointer(80 * ms), P99: pointer(79 * ms)}, "p99", false},
		{Lognormal{Median: pointer(80 * ms), CV: pointer(0.5)}, "", false},
		{Lognormal{Median: pointer(80 * ms), P99: pointer(400 * ms), CV: pointer(0.5)}, "", false},
		{Lognormal{Median: pointer(80 * ms)}, "", false},
		{Lognormal{}, "", false},
	} {
		ps := c.law.Check()
		if (len(ps) == 0) != c.ok || len(ps) > 0 && ps[0].Path != c.path {
			t.Errorf("%v: %v", c.law, ps)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	for name, law := range someLaws() {
		b.Run(name, func(b *testing.B) {
			r := Source{Seed: 5}.Stream("test", "", 0)
			b.ReportAllocs()
			for range b.N {
				sink += uint64(law.Draw(r))
			}
		})
	}
}
