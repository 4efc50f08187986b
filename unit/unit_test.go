package unit_test

import (
	"encoding"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"testing"
	"time"

	"headroom/unit"

	"pgregory.net/rapid"
)

func TestDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "300s": 5 * time.Minute, "1d12h": 36 * time.Hour, "2m17s": 137 * time.Second, "80ms": 80 * time.Millisecond,
		"1.5h": 90 * time.Minute, "4.4s": 4400 * time.Millisecond, "1us": time.Microsecond, "1µs": time.Microsecond,
		"1μs": time.Microsecond, "7ns": 7, "0.25d": 6 * time.Hour, "1h0.5s": time.Hour + time.Second/2, "36500d": unit.MaxDuration,
		"1.000000001s": time.Second + 1, "0.1us": 100,
	} {
		if got, err := unit.ParseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"300":                   "a duration with its unit (90s, 250ms, 5m, 1d12h), got 300 (did you mean 300s, 300ms, 5m?)",
		"7":                     "a duration with its unit (90s, 250ms, 5m, 1d12h), got 7 (did you mean 7s, 7ms?)",
		"":                      `a duration with its unit (90s, 250ms, 5m, 1d12h), got ""`,
		"-5s":                   "a duration with its unit (90s, 250ms, 5m, 1d12h), got -5s",
		".inf":                  "a duration with its unit (90s, 250ms, 5m, 1d12h), got .inf",
		"5 s":                   "a duration with its unit (90s, 250ms, 5m, 1d12h), got 5 s",
		"5S":                    "a duration with its unit (90s, 250ms, 5m, 1d12h), got 5S",
		"0600s":                 "a duration with its unit (90s, 250ms, 5m, 1d12h), got 0600s",
		"1e3s":                  "a duration with its unit (90s, 250ms, 5m, 1d12h), got 1e3s",
		"12h1d":                 "a duration whose units go from the longest to the shortest, each once (1d12h30m), got 12h1d",
		"1s1s":                  "a duration whose units go from the longest to the shortest, each once (1d12h30m), got 1s1s",
		"0.1ns":                 "a duration of whole nanoseconds, got 0.1ns",
		"1.0000000001s":         "a duration of whole nanoseconds, got 1.0000000001s",
		"36501d":                "at most 36500d (a hundred years), got 36501d",
		"36500d1s":              "at most 36500d (a hundred years), got 36500d1s",
		"99999999999999999999d": "at most 36500d (a hundred years), got 99999999999999999999d",
	} {
		if got, err := unit.ParseDuration(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v\nwant %s", text, got, err, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0s", 300 * time.Second: "5m", 90 * time.Second: "90s", 105 * time.Second: "105s", 36 * time.Hour: "36h",
		1500 * time.Millisecond: "1.5s", 500 * time.Microsecond: "500us", 1: "1ns", 7 * unit.Day: "7d", 1001 * time.Second: "16m41s",
		-time.Minute: "-1m", 2*unit.Day + 14*time.Hour + 7*time.Minute + 3*time.Second: "2d14h7m3s",
		time.Hour + time.Millisecond: "1h1ms", math.MinInt64: "-106751d23h47m16.854775807s",
	} {
		if got := unit.FormatDuration(d); got != want {
			t.Errorf("%d ns: %s, want %s", d, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	for text, want := range map[string]unit.Rate{
		"50rps": 50, "3000rpm": 50, "36rph": 0.01, "50/s": 50, "90/min": 1.5, "36/h": 0.01, "86400/day": 1, "12k rpm": 200,
		"1.5Mrps": 1.5e6, "0.1 rps": 0.1, "0rps": 0, "1e-3rps": 0.001, "10Mrps": unit.MaxRate, "2 k/s": 2000,
	} {
		if got, err := unit.ParseRate(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, float64(got), err, float64(want))
		}
	}
	form := "a rate with its unit (50rps, 3000rpm, 10rph, 50/s, 90/min, 90/h, 100/day)"
	for text, want := range map[string]string{
		"50": form + ", got 50 (did you mean 50rps or 50rpm?)", "-1rps": form + ", got -1rps", "nan": form + ", got nan",
		".infrps": form + ", got .infrps", "050rps": form + ", got 050rps", "5RPS": form + ", got 5RPS (did you mean 5rps?)",
		"5req/s": form + ", got 5req/s (did you mean 5/s?)", "5/m": form + ", got 5/m (did you mean 5/min?)",
		"5/d": form + ", got 5/d (did you mean 5/day?)", "1_000rps": form + ", got 1_000rps", "5qps": form + ", got 5qps",
		"10000001rps": "at most 10000000rps, got 10000001rps", "1e999rps": "at most 10000000rps, got 1e999rps",
		"1.rps": form + ", got 1.rps",
	} {
		if got, err := unit.ParseRate(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v\nwant %s", text, got, err, want)
		}
	}
	for r, want := range map[unit.Rate]string{50: "50rps", 0: "0rps", unit.Rate(10) / 3600: "10rph", unit.Rate(100) / 86400: "100/day", 1.5: "90rpm", 2.25: "135rpm"} {
		if r.String() != want {
			t.Errorf("%v: %s, want %s", float64(r), r, want)
		}
	}
}

func TestShare(t *testing.T) {
	for text, want := range map[string]unit.Share{"60%": 0.6, "0%": 0, "100%": 1, "0.1 %": 0.001, "29%": 0.29} {
		if got, err := unit.ParseShare(text); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, float64(got), err, float64(want))
		}
		if back, err := unit.ParseShare(want.String()); err != nil || back != want {
			t.Errorf("%s writes as %s", text, want)
		}
	}
	for text, want := range map[string]string{
		"0.6": "a share from 0% to 100%, got 0.6 (did you mean 60%?)", "60": "a share from 0% to 100%, got 60 (did you mean 60%?)",
		"101%": "a share from 0% to 100%, got 101%", "-1%": "a share from 0% to 100%, got -1%", "x": "a share from 0% to 100%, got x",
		"1e999%": "a share from 0% to 100%, got 1e999%", "%": "a share from 0% to 100%, got %",
	} {
		if got, err := unit.ParseShare(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v\nwant %s", text, got, err, want)
		}
	}
}

func TestPrice(t *testing.T) {
	for text, want := range map[string]unit.Price{
		"1.408 USD/h": {Currency: "USD", Nano: 1_408_000_000}, "0 EUR/h": {Currency: "EUR"}, "0.000000001USD/h": {Currency: "USD", Nano: 1},
		"120 USD/month": {Currency: "USD", Nano: 164_383_562, MonthNano: 120_000_000_000}, "1000000 USD/h": {Currency: "USD", Nano: 1e15},
	} {
		got, err := unit.ParsePrice(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
		if back, err := unit.ParsePrice(got.String()); err != nil || back != got {
			t.Errorf("%s writes as %s", text, got)
		}
	}
	form := "a price per hour or month with its currency (1.408 USD/h, 120 USD/month)"
	for text, want := range map[string]string{
		"1.4": form + ", got 1.4 (did you mean 1.4 USD/h?)", "1.4 USD": form + ", got 1.4 USD (did you mean 1.4 USD/h?)",
		"1 usd/h": form + ", got 1 usd/h (did you mean 1 USD/h?)", "1 USD/hour": form + ", got 1 USD/hour (did you mean 1 USD/h?)",
		"-1 USD/h": form + ", got -1 USD/h", "$1/h": form + ", got $1/h", "1e3 USD/h": form + ", got 1e3 USD/h",
		"1000000.1 USD/h": "at most 1000000 USD/h, got 1000000.1 USD/h", "99999999999999999999 USD/h": "at most 1000000 USD/h, got 99999999999999999999 USD/h",
		"0.0000000001 USD/h": "a price with at most nine decimals, got 0.0000000001 USD/h",
	} {
		if got, err := unit.ParsePrice(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, %v\nwant %s", text, got, err, want)
		}
	}
	month, _ := unit.ParsePrice("120 USD/month")
	if got := new(big.Rat).Mul(month.Hourly(), big.NewRat(730, 1)); got.Cmp(big.NewRat(120, 1)) != 0 {
		t.Errorf("730 h of 120 USD/month cost %s", got)
	}
}

func TestCount(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "12": 12, "1000000000000000": 1e15} {
		if got, err := unit.ParseCount(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"0600": "a whole number, 0 or more, got 0600 (leading zeros mean octal in YAML: write 600)",
		"000":  "a whole number, 0 or more, got 000 (leading zeros mean octal in YAML: write 0)",
		"-1":   "a whole number, 0 or more, got -1", "1.0": "a whole number, 0 or more, got 1.0", "1_000": "a whole number, 0 or more, got 1_000",
		"1000000000000001": "a whole number up to 1000000000000000, got 1000000000000001",
		"\x1b[2J":          `a whole number, 0 or more, got "\x1b[2J"`,
	} {
		if got, err := unit.ParseCount(text); err == nil || err.Error() != want {
			t.Errorf("%q: %d, %v\nwant %s", text, got, err, want)
		}
	}
}

// What is written reads to the same value, and the pattern of the schema allows it.
func TestEveryValueReadsBack(t *testing.T) {
	check := func(t *rapid.T, value interface {
		encoding.TextMarshaler
		Pattern() string
	}, read func(string) (any, error), same any) {
		text, err := value.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := read(string(text)); err != nil || back != same {
			t.Fatalf("%v writes as %s, which reads as %v, %v", same, text, back, err)
		}
		if !regexp.MustCompile(value.Pattern()).Match(text) {
			t.Fatalf("%s is not allowed by %s", text, value.Pattern())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		rate := unit.Rate(rapid.OneOf(rapid.Float64Range(0, 1e7), rapid.Custom(func(t *rapid.T) float64 {
			return float64(rapid.IntRange(0, 1_000_000).Draw(t, "n")) / rapid.SampledFrom([]float64{1, 7, 60, 3600, 86400}).Draw(t, "per")
		})).Draw(t, "rate"))
		check(t, rate, func(s string) (any, error) { return unit.ParseRate(s) }, rate)
		share, _ := unit.ParseShare(strconv.FormatFloat(float64(rapid.IntRange(0, 1e9).Draw(t, "share"))/1e7, 'f', -1, 64) + "%") // any share that can be written
		check(t, share, func(s string) (any, error) { return unit.ParseShare(s) }, share)
		price := unit.Price{Currency: "USD", Nano: rapid.Int64Range(0, 1e15).Draw(t, "nano")}
		check(t, price, func(s string) (any, error) { return unit.ParsePrice(s) }, price)
		d := time.Duration(rapid.Int64Range(0, int64(unit.MaxDuration)).Draw(t, "duration"))
		text := unit.FormatDuration(d)
		if back, err := unit.ParseDuration(text); err != nil || back != d {
			t.Fatalf("%d ns writes as %s, which reads as %d, %v", d, text, back, err)
		}
		if !regexp.MustCompile(unit.DurationPattern).MatchString(text) {
			t.Fatalf("%s is not allowed by the pattern", text)
		}
	})
}

func FuzzTexts(f *testing.F) {
	for _, s := range []string{"50rps", "1d12h", "60%", "1.408 USD/h", "0600", "-1", "1e999rps", "9223372036854775807ns", "0.00000000000001d", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := unit.ParseRate(s); err == nil && !(r >= 0 && r <= unit.MaxRate) {
			t.Errorf("%q reads as the rate %v", s, float64(r))
		}
		if p, err := unit.ParseShare(s); err == nil && !(p >= 0 && p <= 1) {
			t.Errorf("%q reads as the share %v", s, float64(p))
		}
		if d, err := unit.ParseDuration(s); err == nil && (d < 0 || d > unit.MaxDuration) {
			t.Errorf("%q reads as the duration %v", s, d)
		}
		if p, err := unit.ParsePrice(s); err == nil && p.Nano < 0 {
			t.Errorf("%q reads as the price %v", s, p)
		}
		_, _ = unit.ParseCount(s)
	})
}
