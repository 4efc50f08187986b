package traffic

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMoments(t *testing.T) {
	c := inZone(t, "America/New_York", "2026-11-23T00:00:00")
	for text, want := range map[string]time.Duration{
		"2026-11-25T12:00:00":       60 * time.Hour,
		"2026-11-25 12:00:00":       60 * time.Hour,
		"2026-11-25T12:00":          60 * time.Hour,
		"2026-11-25 12:00:00.25":    60*time.Hour + 250*time.Millisecond,
		"2026-11-25":                48 * time.Hour,
		"2026-11-25T12:00:00Z":      55 * time.Hour,
		"2026-11-25T12:00:00+01:00": 54 * time.Hour,
		"2026-11-25 12:00-05:00":    60 * time.Hour,
		"2026-11-22T23:00":          -time.Hour,
		"90m":                       90 * time.Minute,
		"1d12h":                     36 * time.Hour,
		"0s":                        0,
	} {
		m := moment(t, text)
		if got, err := c.At(m); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
		if m.String() != text {
			t.Errorf("%s is written as %s", text, m)
		}
	}
	if MomentAt(90*time.Second).String() != "90s" || (Moment{}).String() != "0s" {
		t.Error("moments without a text are written as durations")
	}
	if got := c.Wall(60*time.Hour + 30*time.Minute).Format(time.RFC3339); got != "2026-11-25T12:30:00-05:00" {
		t.Errorf("the wall clock shows %s", got)
	}
}

func TestBadMoments(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "a local time (2026-11-25T12:00:00), a time with its offset",
		"noon":                      "a duration since the start (90m), got noon",
		"90":                        "got 90 (did you mean 90s, 90ms",
		"-5m":                       "got -5m",
		"2026-02-30":                "a date and time that exist, got 2026-02-30",
		"2026-02-29T00:00":          "that exist",
		"2026-13-01T00:00":          "that exist",
		"2026-11-25T25:00":          "that exist",
		"2026-11-25T24:00":          "midnight is 00:00 of the next day",
		"2026-11-25T12:60":          "that exist",
		"2026-11-25T12:00:60":       "that exist",
		"1800-01-01T00:00":          "a year from 1900 to 2200",
		"9999-01-01T00:00":          "a year from 1900 to 2200",
		"2026-11-25T12":             "a date and time (2026-11-25T12:00:00), got 2026-11-25T12",
		"2026-11-25T12:00:00+1":     "a date and time",
		"2026-11-25T12:00:00.":      "a date and time",
		"2026-11-25T12:00:00Zulu":   "a date and time",
		"2026/11/25 12:00":          "a local time",
		"26-11-25T12:00":            "a date and time",
		"2026-11-25T12:00:00 EST":   "a date and time",
		"2026-11-25\x00T12:00":      `got "2026-11-25\x00T12:00"`,
		strings.Repeat("2026-", 99): "…",
	} {
		if _, err := ParseMoment(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want … %s …", text, err, want)
		}
	}
}

// TestDaylightSaving: what the clocks skip is refused and says which hour, what comes twice is the first, an offset decides.
func TestDaylightSaving(t *testing.T) {
	for _, c := range []struct{ zone, start, at, want string }{
		{"America/New_York", "2026-03-07T00:00", "2026-03-08T01:59:59", "25h59m59s"},
		{"America/New_York", "2026-03-07T00:00", "2026-03-08T02:30", "a local time that exists in America/New_York, got 2026-03-08T02:30 (on 2026-03-08 the clocks go from 02:00 to 03:00)"},
		{"America/New_York", "2026-03-07T00:00", "2026-03-08T02:00", "a local time that exists in America/New_York, got 2026-03-08T02:00 (on 2026-03-08 the clocks go from 02:00 to 03:00)"},
		{"America/New_York", "2026-03-07T00:00", "2026-03-08T03:00", "26h0m0s"},
		{"America/New_York", "2026-10-31T00:00", "2026-11-01T01:30", "25h30m0s"},
		{"America/New_York", "2026-10-31T00:00", "2026-11-01T01:30-04:00", "25h30m0s"},
		{"America/New_York", "2026-10-31T00:00", "2026-11-01T01:30-05:00", "26h30m0s"},
		{"America/New_York", "2026-10-31T00:00", "2026-11-01T02:00", "27h0m0s"},
		{"Europe/Berlin", "2026-03-28T00:00", "2026-03-29T02:15", "a local time that exists in Europe/Berlin, got 2026-03-29T02:15 (on 2026-03-29 the clocks go from 02:00 to 03:00)"},
		{"Australia/Lord_Howe", "2026-10-03T00:00", "2026-10-04T02:15", "a local time that exists in Australia/Lord_Howe, got 2026-10-04T02:15 (on 2026-10-04 the clocks go from 02:00 to 02:30)"},
		{"Australia/Lord_Howe", "2026-04-04T00:00", "2026-04-05T01:45", "25h45m0s"},
		{"Pacific/Apia", "2011-12-29T00:00", "2011-12-30T12:00", "a local time that exists in Pacific/Apia, got 2011-12-30T12:00 (the clocks go from 2011-12-30T00:00 to 2011-12-31T00:00)"},
		{"Africa/Cairo", "2026-04-23T00:00", "2026-04-24", "a local time that exists in Africa/Cairo, got 2026-04-24 (on 2026-04-24 the clocks go from 00:00 to 01:00)"},
	} {
		at, err := inZone(t, c.zone, c.start).At(moment(t, c.at))
		got := at.String()
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.at, c.zone, got, c.want)
		}
	}
}

func TestStart(t *testing.T) {
	zone, _ := LoadZone("America/New_York")
	for text, want := range map[string]string{
		"2026-11-23T00:00:00":       "2026-11-23T00:00:00-05:00",
		"2026-11-23 08:30":          "2026-11-23T08:30:00-05:00",
		"2026-11-23":                "2026-11-23T00:00:00-05:00",
		"2026-11-23T12:00:00Z":      "2026-11-23T07:00:00-05:00",
		"2026-11-01T01:30":          "2026-11-01T01:30:00-04:00",
		"2026-11-01T01:30:00-05:00": "2026-11-01T01:30:00-05:00",
		"2026-11-23T00:00:30":       "on a whole minute, got 2026-11-23T00:00:30",
		"2026-03-08T02:30:00":       "a local time that exists in America/New_York, got 2026-03-08T02:30:00 (on 2026-03-08 the clocks go from 02:00 to 03:00)",
		"90m":                       "a local time (2026-11-23T00:00:00), got 90m",
		"2026-02-30":                "a date and time that exist, got 2026-02-30",
	} {
		at, err := ParseStart(text, zone)
		got := at.Format(time.RFC3339)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestZones(t *testing.T) {
	for name, want := range map[string]string{
		"UTC": "UTC", "America/New_York": "America/New_York", "Europe/Berlin": "Europe/Berlin", "Etc/GMT+5": "Etc/GMT+5",
		"America/NewYork":  "(did you mean America/New_York?)",
		"New York":         "(did you mean America/New_York?)",
		"america/new_york": "(did you mean America/New_York?)",
		"Berlin":           "Europe/Berlin",
		"Europe/Berln":     "(did you mean Europe/Berlin",
		"":                 `an IANA time zone, such as America/New_York or UTC, got ""`,
		"Local":            "an IANA time zone",
		"Mars/Olympus":     "an IANA time zone, such as America/New_York or UTC, got Mars/Olympus",
		"../../etc/passwd": "an IANA time zone",
	} {
		zone, err := LoadZone(name)
		got := fmt.Sprint(zone)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%q: %s, want … %s …", name, got, want)
		}
		if known := name == want; known != (err == nil) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestWallIsTheTimePackage: the wall clock of a run shows what the time package shows, hour by hour over both changes.
func TestWallIsTheTimePackage(t *testing.T) {
	for _, name := range []string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"} {
		c := inZone(t, name, "2026-01-01T00:00")
		w := newWall(c, 0, 366*day)
		for at := time.Duration(0); at < 366*day; at += 47 * time.Minute {
			civil, until := w.at(at)
			shown := c.Wall(at)
			if want := shown.Format("2006-01-02T15:04:05"); civilTime(civil).Format("2006-01-02T15:04:05") != want {
				t.Fatalf("%s at %v: %v, want %s", name, at, civilTime(civil), want)
			}
			if weekday(civil) != shown.Weekday() || midnight(civil)%day != 0 || until <= at {
				t.Fatalf("%s at %v: weekday %v, until %v", name, at, weekday(civil), until)
			}
		}
	}
}

// TestSpans: from 01:00 to 04:00 are three hours, two when the clocks go forward, four when they go back; an hour that is
// skipped is none and one that comes twice is used twice.
func TestSpans(t *testing.T) {
	for _, c := range []struct {
		start, from, to string
		want            []span
	}{
		{"2026-03-07T00:00", "2026-03-07T01:00", "2026-03-07T04:00", []span{{time.Hour, 4 * time.Hour}}},
		{"2026-03-08T00:00", "2026-03-08T01:00", "2026-03-08T04:00", []span{{time.Hour, 3 * time.Hour}}},
		{"2026-11-01T00:00", "2026-11-01T01:00", "2026-11-01T04:00", []span{{time.Hour, 5 * time.Hour}}},
		{"2026-03-08T00:00", "2026-03-08T02:00", "2026-03-08T03:00", nil},
		{"2026-03-08T00:00", "2026-03-08T02:30", "2026-03-08T04:00", []span{{2 * time.Hour, 3 * time.Hour}}},
		{"2026-11-01T00:00", "2026-11-01T01:00", "2026-11-01T02:00", []span{{time.Hour, 3 * time.Hour}}},
		{"2026-11-01T00:00", "2026-11-01T01:15", "2026-11-01T01:45", []span{{75 * time.Minute, 105 * time.Minute}, {135 * time.Minute, 165 * time.Minute}}},
	} {
		w := newWall(inZone(t, "America/New_York", c.start), -day, 3*day)
		got := w.spans(moment(t, c.from).stamp.civil, moment(t, c.to).stamp.civil)
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s to %s: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

func FuzzMoment(f *testing.F) {
	for _, text := range []string{"2026-11-25T12:00:00", "2026-11-25 12:00", "2026-11-25", "90m", "1d12h", "2026-03-08T02:30:00",
		"2026-11-01T01:30-05:00", "2026-11-25T12:00:00.5Z", "2026-02-30", "", "\x00", "0600", "9999-99-99T99:99:99+99:99", "2026-11-25T12:00:00.123456789123"} {
		f.Add(text)
	}
	zone, err := LoadZone("America/New_York")
	if err != nil {
		f.Fatal(err)
	}
	c := Calendar{time.Date(2026, 11, 23, 0, 0, 0, 0, zone)}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMoment(text)
		if err != nil {
			return
		}
		again, err := ParseMoment(m.String())
		if err != nil || again != m {
			t.Fatalf("%q is written as %q, which reads to %v, %v", text, m, again, err)
		}
		at, err := c.At(m)
		if err != nil {
			return
		}
		if m.stamp.set && !m.stamp.own && time.Duration(c.Wall(at).Nanosecond()) != m.stamp.civil%time.Second {
			t.Fatalf("%q is at %v, when the clock shows %v", text, at, c.Wall(at))
		}
	})
}
