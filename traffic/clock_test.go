package traffic

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	for text, want := range map[string]string{
		"08:00": "08:00", "00:00": "00:00", "24:00": "24:00", "23:59:59": "23:59:59", "12:30:00": "12:30",
		"8:00":     `a time of day from "00:00" to "24:00", got 8:00 (did you mean "08:00"?)`,
		"24:01":    "got 24:01",
		"12:60":    "got 12:60",
		"12":       "got 12",
		"0800":     "got 0800",
		"12:00pm":  "got 12:00pm",
		"":         `got ""`,
		"12:00:61": "got 12:00:61",
		"99:00":    "got 99:00",
	} {
		var c Clock
		err := c.UnmarshalText([]byte(text))
		got := c.String()
		if err != nil {
			got = err.Error()
		}
		if !strings.HasSuffix(got, want) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestDays(t *testing.T) {
	for text, want := range map[string]string{
		"mon-fri":          "mon tue wed thu fri",
		"sat":              "sat",
		"mon, wed":         "mon wed",
		"sat-sun,wed":      "sun wed sat",
		"fri-mon":          "sun mon fri sat",
		"mon-sun":          "sun mon tue wed thu fri sat",
		"sun-mon":          "sun mon",
		"Mon-Fri":          "a day (mon tue wed thu fri sat sun) or a range of them (mon-fri), got Mon-Fri (did you mean mon-fri?)",
		"monday":           "a day (mon tue wed thu fri sat sun) or a range of them (mon-fri), got monday (did you mean mon?)",
		"weekdays":         "a day (mon tue wed thu fri sat sun) or a range of them (mon-fri), got weekdays",
		"mon-":             "a day (mon tue wed thu fri sat sun) or a range of them (mon-fri), got mon-",
		"mon,,tue":         `a day (mon tue wed thu fri sat sun) or a range of them (mon-fri), got ""`,
		"tuesday-saturday": "a day (mon tue wed thu fri sat sun) or a range of them (mon-fri), got tuesday-saturday (did you mean tue-sat?)",
	} {
		var d Days
		err := d.UnmarshalText([]byte(text))
		var has []string
		for i, name := range dayNames {
			if d.Has(time.Weekday(i)) {
				has = append(has, name)
			}
		}
		got := strings.Join(has, " ")
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		var again Days
		if err == nil && (again.UnmarshalText([]byte(d.String())) != nil || fmt.Sprint(again) != fmt.Sprint(d)) {
			t.Errorf("%q is written as %q", text, d)
		}
	}
}

// TestWindowSpans: nights of weekdays over the week in which the clocks go back (the first night has an hour more).
func TestWindowSpans(t *testing.T) {
	clock := newWall(inZone(t, "America/New_York", "2026-10-31T00:00"), -day, 9*day) // a Saturday
	night := Window{Days: Days{{time.Saturday, time.Sunday}}, From: Clock(22 * time.Hour), To: Clock(6 * time.Hour)}
	got := night.spans(clock, span{0, 7 * day})
	want := []span{{22 * time.Hour, 31 * time.Hour}, {47 * time.Hour, 55 * time.Hour}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	// The week cuts a window at its begin and at its end.
	sunday := Window{Days: Days{{time.Friday, time.Friday}}, From: Clock(22 * time.Hour), To: Clock(6 * time.Hour)}
	got = sunday.spans(clock, span{0, 7 * day})
	want = []span{{0, 6 * time.Hour}, {6*day + 23*time.Hour, 7 * day}} // 22:00 EST of Friday is 23 h after 00:00 EDT + 6 d
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestDates(t *testing.T) {
	var d Date
	if err := d.UnmarshalText([]byte("2026-12-25")); err != nil || d.String() != "2026-12-25" {
		t.Errorf("%v, %v", d, err)
	}
	for text, want := range map[string]string{
		"2026-12-32":       "a date and time that exist, got 2026-12-32",
		"2026-12-25T00:00": "a date (2026-12-25), got 2026-12-25T00:00",
		"christmas":        "a date (2026-12-25), got christmas",
		"25.12.2026":       "a date (2026-12-25), got 25.12.2026",
	} {
		if err := d.UnmarshalText([]byte(text)); fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
