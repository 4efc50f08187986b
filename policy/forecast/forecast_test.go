package forecast

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// days is a load of n hours: a daily wave, lower on two of seven days, growing, with noise.
func days(n int, weekend, growth, noise float64) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]float64, n)
	for t := range out {
		v := 100 + 60*math.Sin(2*math.Pi*float64(t%Day)/Day)
		if t/Day%7 >= 5 {
			v *= weekend
		}
		out[t] = (v + growth*float64(t)) * (1 + noise*r.NormFloat64())
	}
	return out
}

var all = []string{SeasonalNaive, HoltWinters, Harmonic}

// A series that repeats itself exactly is forecast exactly by each.
func TestPeriodicIsExact(t *testing.T) {
	for _, c := range []struct {
		name    string
		weekend float64
		history int
	}{{"day", 1, 5 * Day}, {"week", 0.5, 3 * Week}} {
		whole := days(c.history+2*Day, c.weekend, 0, 0)
		for _, by := range all {
			if by == Harmonic && c.name == "week" {
				continue // a step between days is not a sum of six waves
			}
			for i, v := range Next(by, whole[:c.history], 2*Day) {
				if want := whole[c.history+i]; math.Abs(v-want) > 1e-6*want {
					t.Fatalf("%s, %s, %d h ahead: %.6f, want %.6f", by, c.name, i+1, v, want)
				}
			}
		}
	}
}

// Seasonal naive by hand: the last week if there is one, else the last day.
func TestNaive(t *testing.T) {
	h := make([]float64, Week+1)
	for i := range h {
		h[i] = float64(i)
	}
	if got := Next(SeasonalNaive, h[:50], 30); got[0] != 26 || got[23] != 49 || got[24] != 26 {
		t.Errorf("of 50 h: %v %v %v, want 26 49 26", got[0], got[23], got[24])
	}
	if got := Next(SeasonalNaive, h, 2); got[0] != 1 || got[1] != 2 {
		t.Errorf("of a week and an hour: %v, want 1 2", got)
	}
}

// A trend is followed by Holt–Winters and not by the others.
func TestTrend(t *testing.T) {
	whole := days(8*Day, 1, 1, 0)
	off := func(by string) float64 {
		sum := 0.0
		for i, v := range Next(by, whole[:6*Day], 2*Day) {
			sum += math.Abs(v-whole[6*Day+i]) / whole[6*Day+i]
		}
		return sum / (2 * Day)
	}
	if hw, naive := off(HoltWinters), off(SeasonalNaive); hw > 0.01 || naive < 0.05 {
		t.Errorf("off by %.3f and %.3f, want below 0.01 and above 0.05", hw, naive)
	}
}

// The setting of docs: two weeks, weekday and weekend, 5 % noise. No fit beats seasonal naive by much here; one that is far worse
// would be wrong.
func TestTwoWeeksOfNoise(t *testing.T) {
	whole := days(3*Week+Day, 0.6, 0, 0.05)
	for _, by := range all {
		off, ok := Backtest(by, whole)
		if !ok || off > 0.13 || off < 0.01 {
			t.Errorf("%s: off by %.3f, want between 0.01 and 0.13", by, off)
		}
	}
}

// What a forecaster needs: with less it is seasonal naive; a backtest needs two days.
func TestLittleHistory(t *testing.T) {
	h := days(Day+5, 1, 0, 0.1)
	for _, by := range all {
		got, want := Next(by, h, 10), Next(SeasonalNaive, h, 10)
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s of 29 h is not seasonal naive", by)
			}
		}
		if _, ok := Backtest(by, h); ok {
			t.Errorf("%s: a backtest of 29 h", by)
		}
	}
	if _, ok := Backtest(SeasonalNaive, make([]float64, 3*Day)); ok {
		t.Error("a backtest on zeros")
	}
}

// Forecasts are finite, not negative, as many as asked for, scale with the series, and do not change the history.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rapid.SliceOfN(rapid.Float64Range(0, 1e6), Day, 200).Draw(t, "history")
		by := rapid.SampledFrom(all).Draw(t, "by")
		ahead := rapid.IntRange(0, 60).Draw(t, "ahead")
		kept := append([]float64{}, h...)
		a := Next(by, h, ahead)
		if len(a) != ahead {
			t.Fatalf("%d values, %d asked for", len(a), ahead)
		}
		for i, v := range a {
			if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
				t.Fatalf("value %d is %v", i, v)
			}
		}
		for i := range h {
			if h[i] != kept[i] {
				t.Fatal("the history was changed")
			}
		}
		if by == HoltWinters {
			return // its parameters are found by a search, which stops where it is good enough
		}
		for i := range h {
			h[i] *= 4
		}
		for i, v := range Next(by, h, ahead) {
			if math.Abs(v-4*a[i]) > 1e-6*(1+4*a[i]) {
				t.Fatalf("of four times the history: %v, want %v", v, 4*a[i])
			}
		}
	})
}

func BenchmarkTwoWeeks(b *testing.B) {
	h := days(2*Week, 0.6, 0, 0.05)
	for _, by := range all {
		b.Run(by, func(b *testing.B) {
			for range b.N {
				Next(by, h, 48)
			}
		})
	}
}
