package aws

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestLevel(t *testing.T) {
	for given, want := range map[string]Level{
		"300": {Number: 300}, "0": {}, "-0": {}, "1e6": {Number: 1e6}, "-0.5": {Number: -0.5}, "0.9": {Number: 0.9},
		"500ms": {Duration: 500 * time.Millisecond, Timed: true}, "-200ms": {Duration: -200 * time.Millisecond, Timed: true}, "0s": {Timed: true},
	} {
		var l Level
		if err := l.UnmarshalText([]byte(given)); err != nil || l != want {
			t.Errorf("%s is %+v (%v), want %+v", given, l, err, want)
		}
	}
	for _, bad := range []string{"", "-", "--1", "+1", "0600", ".5", "5.", "1e", "nan", "inf", "-inf", "1,000", "5 0", "1e999", "0x10", "10%", "1_000", "1h-", "1e+-3"} {
		if err := new(Level).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as a level", bad)
		}
	}
	if got := dur(500 * time.Millisecond).Value(); got != 500_000 {
		t.Errorf("500ms is %v µs", got)
	}
}

func TestDatapointsTexts(t *testing.T) {
	for _, bad := range []string{"", "3", "0 of 3", "4 of 3", "2of3", "2 of", "two of 3", "2 of 3 of 4", "02 of 3", "1 of 99999", "-1 of 3"} {
		if err := new(Datapoints).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as datapoints", bad)
		}
	}
	for _, bad := range []string{"", "N", "N+", "N-1", "0", "-1", "5+N", "n+2"} {
		if err := new(Range).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as a range", bad)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{20000: "20000", 1.5: "1.5", 68: "68", 0: "0", 0.000012: "0.000012", 123456.7: "123457", 1.0 / 3: "0.333333", 1e15: "1e+15", -2.5: "-2.5", 1.1666666: "1.16667", 99999.96: "100000"} {
		if got := number(v); got != want {
			t.Errorf("%v is written %s, want %s", v, got, want)
		}
	}
}

// What is written reads back to the same.
func TestTextsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Level{Number: rapid.Float64Range(-1e12, 1e12).Draw(t, "number")}
		if rapid.Bool().Draw(t, "timed") {
			l = Level{Duration: time.Duration(rapid.Int64Range(-1e18, 1e18).Draw(t, "ns")), Timed: true}
		}
		var back Level
		if err := back.UnmarshalText([]byte(l.String())); err != nil || back != l {
			t.Fatalf("%s reads back as %s (%v)", l, back, err)
		}
		n := rapid.IntRange(1, 10080).Draw(t, "n")
		d := Datapoints{rapid.IntRange(1, n).Draw(t, "m"), n}
		var data Datapoints
		if err := data.UnmarshalText([]byte(d.String())); err != nil || data != d {
			t.Fatalf("%s reads back as %s (%v)", d, data, err)
		}
		e := Every(time.Duration(rapid.IntRange(1, 1e6).Draw(t, "minutes")) * time.Minute)
		var every Every
		if err := every.UnmarshalText([]byte(e.String())); err != nil || every != e {
			t.Fatalf("%s reads back as %s (%v)", e, every, err)
		}
	})
}

func FuzzLevel(f *testing.F) {
	for _, s := range []string{"300", "-0.5", "500ms", "1e6", "1d12h", "-", "0600", "nan", "1e400", "µs", "5µs"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var l Level
		if l.UnmarshalText([]byte(s)) != nil {
			return
		}
		var back Level
		if err := back.UnmarshalText([]byte(l.String())); err != nil || back != l {
			t.Fatalf("%q is %s, which reads back as %s (%v)", s, l, back, err)
		}
	})
}

func FuzzCron(f *testing.F) {
	for _, s := range []string{"cron(45 7 ? * MON-FRI *)", "cron(0 9 L * ? *)", "cron(0/5 8-17 ? * 2-6 2026)", "cron(0 9 ? * 3#2 *)", "cron(0 9 ? * 6L *)",
		"cron(0 9 15W * ? *)", "cron(30 6 * * 2 *)", "cron(0 9 L-3 * ? *)", "cron(@daily)", "cron(0 9 LW * ? *)", "cron(1,2-5/2 * * JAN-MAR ? *)", "cron(0 9 30 2 ? *)"} {
		f.Add(s)
	}
	zone := text[Zone]("Europe/Berlin").Location()
	f.Fuzz(func(t *testing.T, s string) {
		var c Cron
		if c.UnmarshalText([]byte(s)) != nil {
			return
		}
		at := utc("2026-10-24T00:00:00Z")
		for range 3 {
			next := c.Next(at, zone)
			if next.IsZero() {
				return
			}
			if !next.After(at) {
				t.Fatalf("%q fires at %s after %s", s, next, at)
			}
			at = next
		}
	})
}

func FuzzStamp(f *testing.F) {
	for _, s := range []string{"2026-11-27T07:00:00", "2026-11-27 07:00", "at(2026-11-27T07:00:00)", "1d12h", "2026-11-27T07:00:00+05:30", "2026-02-30T00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var a, b Stamp
		if a.UnmarshalText([]byte(s)) != nil {
			return
		}
		if err := b.UnmarshalText([]byte(a.String())); err != nil || a != b {
			t.Fatalf("%q reads back as %v (%v)", s, b, err)
		}
	})
}
