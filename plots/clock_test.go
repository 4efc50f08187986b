package plots

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t testing.TB, zone, text string) time.Time {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Skip("no time zone data on this machine: ", err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestClockAxis(t *testing.T) {
	for _, c := range []struct {
		name, zone, start string
		length            time.Duration
		labels            int
		ticks             string // "elapsed label", of those with a label
		names, groups     string
	}{
		{"one minute", "UTC", "2026-11-24 09:00", time.Minute, 6,
			"0s 09:00:00, 10s 09:00:10, 20s 09:00:20, 30s 09:00:30, 40s 09:00:40, 50s 09:00:50, 1m0s 09:01:00", "", "Tue 24 Nov"},
		{"five minutes from an odd one", "UTC", "2026-11-24 09:03", 5 * time.Minute, 5,
			"0s 09:03, 1m0s 09:04, 2m0s 09:05, 3m0s 09:06, 4m0s 09:07, 5m0s 09:08", "", "Tue 24 Nov"},
		{"hours from an odd minute", "UTC", "2026-11-24 09:07", 3 * time.Hour, 6,
			"23m0s 09:30, 53m0s 10:00, 1h23m0s 10:30, 1h53m0s 11:00, 2h23m0s 11:30, 2h53m0s 12:00", "", "Tue 24 Nov"},
		{"over midnight", "UTC", "2026-11-24 22:00", 8 * time.Hour, 4,
			"0s 22:00, 2h0m0s 00:00, 4h0m0s 02:00, 6h0m0s 04:00, 8h0m0s 06:00", "", "Tue 24 Nov|Wed 25 Nov"},
		{"half-hour zone", "Asia/Kolkata", "2026-11-24 00:00", 6 * time.Hour, 3, "0s 00:00, 2h0m0s 02:00, 4h0m0s 04:00, 6h0m0s 06:00", "", "Tue 24 Nov"},
		{"spring: an hour is not there", "America/New_York", "2026-03-08 00:00", 5 * time.Hour, 5,
			"0s 00:00, 1h0m0s 01:00, 2h0m0s 03:00, 3h0m0s 04:00, 4h0m0s 05:00, 5h0m0s 06:00", "", "Sun 8 Mar"},
		{"autumn: an hour comes twice", "America/New_York", "2026-11-01 00:00", 4 * time.Hour, 4,
			"0s 00:00, 1h0m0s 01:00, 2h0m0s 01:00, 3h0m0s 02:00, 4h0m0s 03:00", "", "Sun 1 Nov"},
		{"a spring day by 6 h", "America/New_York", "2026-03-08 00:00", 23 * time.Hour, 4,
			"0s 00:00, 5h0m0s 06:00, 11h0m0s 12:00, 17h0m0s 18:00, 23h0m0s 00:00", "", "Sun 8 Mar"},
		{"a week by days", "America/New_York", "2026-11-23 00:00", 7 * day, 7, "",
			"Mon 23|Tue 24|Wed 25|Thu 26|Fri 27|Sat 28|Sun 29", "November 2026"},
		{"days over the clock change", "America/New_York", "2026-10-31 00:00", 3*day + time.Hour, 5, "", "Sat 31|Sun 1|Mon 2", "October 2026|November 2026"},
		{"four weeks by Mondays", "UTC", "2026-11-25 00:00", 28 * day, 5,
			"120h0m0s Mon 30, 288h0m0s Mon 7, 456h0m0s Mon 14, 624h0m0s Mon 21", "", "November 2026|December 2026"},
		{"a year by months", "UTC", "2026-01-01 00:00", 365 * day, 12, "",
			"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec", "2026"},
	} {
		t.Run(c.name, func(t *testing.T) {
			axis := clockAxis(at(t, c.zone, c.start), c.length, c.labels)
			var ticks, names, groups []string
			for _, k := range axis.ticks {
				if k.label != "" {
					ticks = append(ticks, k.at.String()+" "+k.label)
				}
			}
			for _, n := range axis.names {
				names = append(names, n.label)
			}
			for _, g := range axis.groups {
				groups = append(groups, g.label)
			}
			if got := strings.Join(ticks, ", "); got != c.ticks {
				t.Errorf("ticks\n got %s\nwant %s", got, c.ticks)
			}
			if got := strings.Join(names, "|"); got != c.names {
				t.Errorf("names: got %s, want %s", got, c.names)
			}
			if got := strings.Join(groups, "|"); got != c.groups {
				t.Errorf("groups: got %s, want %s", got, c.groups)
			}
		})
	}
}

// A day begins at its first instant, also where midnight is skipped or comes twice.
func TestNextDay(t *testing.T) {
	for _, c := range []struct{ zone, from, want string }{
		{"America/New_York", "2026-03-08 12:00", "2026-03-09T00:00:00-04:00"},
		{"America/Sao_Paulo", "2018-11-03 12:00", "2018-11-04T01:00:00-02:00"}, // midnight does not exist
		{"America/Havana", "2026-10-31 12:00", "2026-11-01T00:00:00-04:00"},    // 00:00 to 01:00 comes twice
	} {
		if got := nextDay(at(t, c.zone, c.from)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s after %s: got %s, want %s", c.zone, c.from, got, c.want)
		}
	}
}

// Every tick lies in the run, on a round local time, and they ascend; stretches cover the run without holes.
func TestClockLaws(t *testing.T) {
	zones := []string{"UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu"}
	rapid.Check(t, func(r *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(r, "zone")
		start := at(t, zone, "2026-01-01 00:00").Add(time.Duration(rapid.IntRange(0, 525600).Draw(r, "minute")) * time.Minute)
		length := time.Duration(rapid.IntRange(1, 120*1440).Draw(r, "length")) * time.Minute
		labels := rapid.IntRange(3, 16).Draw(r, "labels")
		c := clockAxis(start, length, labels)
		labelled := 0
		for i, k := range c.ticks {
			if k.at < 0 || k.at > length || i > 0 && k.at <= c.ticks[i-1].at {
				r.Fatalf("tick %d at %v of %v does not ascend within the run", i, k.at, length)
			}
			if k.label != "" && k.at != 0 && sinceMidnight(start.Add(k.at))%(5*time.Second) != 0 {
				r.Fatalf("tick at %v is %v, not a round time", k.at, start.Add(k.at))
			}
			if k.label != "" {
				labelled++
			}
		}
		if labelled > labels+3 { // one at each end, and one for an hour that comes twice
			r.Fatalf("%d labels for %v, asked for %d", labelled, length, labels)
		}
		end := time.Duration(0)
		for _, g := range c.groups {
			if g.from != end || g.to <= g.from {
				r.Fatalf("groups have a hole at %v: %v", end, c.groups)
			}
			end = g.to
		}
		if end != length {
			r.Fatalf("groups end at %v of %v", end, length)
		}
	})
}

func TestClockNote(t *testing.T) {
	for _, c := range []struct {
		start  string
		length time.Duration
		want   string
	}{
		{"2026-03-08 00:00", 3 * time.Hour, "clocks go forward on Sun 8 Mar"},
		{"2026-10-26 00:00", 7 * day, "clocks go back on Sun 1 Nov"},
		{"2026-03-08 00:00", time.Hour, ""},
		{"2026-11-23 00:00", 7 * day, ""},
	} {
		if got := clockNote(at(t, "America/New_York", c.start), c.length); got != c.want {
			t.Errorf("%s, %v: got %q, want %q", c.start, c.length, got, c.want)
		}
	}
}
