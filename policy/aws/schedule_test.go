package aws

import (
	"strings"
	"testing"
	"time"

	"headroom/policy"
)

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// firings are the first n of a schedule from start on, in UTC.
func firings(s *Schedule, start time.Time, n int) []string {
	var out []string
	for at := s.Next(-1, start, 0); at != never && len(out) < n; at = s.Next(at, start, 0) {
		out = append(out, start.Add(at).UTC().Format(time.RFC3339))
	}
	return out
}

func cron(expr, zone string) *Schedule {
	return &Schedule{Cron: text[Cron](expr), Zone: *text[Zone](zone)}
}

func TestScheduleFirings(t *testing.T) {
	for _, c := range []struct {
		id    string
		s     *Schedule
		start string
		want  string
	}{
		{"SC1", &Schedule{At: text[Stamp]("at(2021-03-31T22:00:00)")}, "2021-03-31T00:00:00Z", "2021-03-31T22:00:00Z"},
		{"SC3", &Schedule{Every: text[Every]("rate(5 hours)"), From: text[Stamp]("2021-01-30T12:00:00Z"), Until: text[Stamp]("2021-01-31T22:00:00Z")},
			"2021-01-30T00:00:00Z", "2021-01-30T12:00:00Z 2021-01-30T17:00:00Z 2021-01-30T22:00:00Z 2021-01-31T03:00:00Z 2021-01-31T08:00:00Z 2021-01-31T13:00:00Z 2021-01-31T18:00:00Z"},
		{"SC4", cron("cron(0 9 * * ? *)", "UTC"), "2021-01-30T09:00:00Z", "2021-01-30T09:00:00Z 2021-01-31T09:00:00Z 2021-02-01T09:00:00Z"},
		{"SC5", &Schedule{At: text[Stamp]("2021-01-31T17:00:00"), Zone: *text[Zone]("America/New_York")}, "2021-01-31T00:00:00Z", "2021-01-31T22:00:00Z"},
		{"SC7", cron("cron(0 10 * * ? *)", "UTC"), "2021-01-30T12:00:00Z", "2021-01-31T10:00:00Z 2021-02-01T10:00:00Z"},
		{"SC7", cron("cron(15 12 * * ? *)", "UTC"), "2021-01-30T12:00:00Z", "2021-01-30T12:15:00Z 2021-01-31T12:15:00Z"},
		{"SC7", cron("cron(0 8 1 * ? *)", "UTC"), "2021-01-30T12:00:00Z", "2021-02-01T08:00:00Z 2021-03-01T08:00:00Z"},
		{"SC7", cron("cron(0/15 * * * ? *)", "UTC"), "2021-01-30T12:01:00Z", "2021-01-30T12:15:00Z 2021-01-30T12:30:00Z 2021-01-30T12:45:00Z 2021-01-30T13:00:00Z"},
		{"SC8", cron("cron(0/5 8-17 ? * MON-FRI *)", "UTC"), "2021-01-29T17:50:00Z", "2021-01-29T17:50:00Z 2021-01-29T17:55:00Z 2021-02-01T08:00:00Z 2021-02-01T08:05:00Z"},
		{"SC9", cron("cron(0/10 * ? * MON-FRI *)", "UTC"), "2021-01-29T23:45:00Z", "2021-01-29T23:50:00Z 2021-02-01T00:00:00Z"},
		{"SC9", cron("cron(5,35 14 * * ? *)", "UTC"), "2021-01-29T00:00:00Z", "2021-01-29T14:05:00Z 2021-01-29T14:35:00Z 2021-01-30T14:05:00Z"},
		{"SC11", cron("cron(0 0 ? * 3#2 *)", "UTC"), "2024-01-01T00:00:00Z", "2024-01-09T00:00:00Z 2024-02-13T00:00:00Z"},
		{"SC13", cron("cron(0 8 * * ? *)", "America/New_York"), "2021-03-13T12:00:00Z", "2021-03-13T13:00:00Z 2021-03-14T12:00:00Z 2021-03-15T12:00:00Z"},
		{"SC15 (no catching up)", &Schedule{At: text[Stamp]("2021-03-31T22:00:00")}, "2021-04-01T00:00:00Z", ""},

		{"weekday numbers are SUN to SAT", cron("cron(0 9 ? * 2-6 *)", "UTC"), "2026-11-27T10:00:00Z", "2026-11-30T09:00:00Z 2026-12-01T09:00:00Z"},
		{"6L is the last Friday", cron("cron(0 9 ? * 6L *)", "UTC"), "2026-11-01T00:00:00Z", "2026-11-27T09:00:00Z 2026-12-25T09:00:00Z"},
		{"over Saturday", cron("cron(0 9 ? * SAT-SUN *)", "UTC"), "2026-11-27T00:00:00Z", "2026-11-28T09:00:00Z 2026-11-29T09:00:00Z 2026-12-05T09:00:00Z"},
		{"last day", cron("cron(0 9 L * ? *)", "UTC"), "2026-02-01T00:00:00Z", "2026-02-28T09:00:00Z 2026-03-31T09:00:00Z"},
		{"nearest weekday", cron("cron(0 9 15W * ? *)", "UTC"), "2026-11-01T00:00:00Z", "2026-11-16T09:00:00Z 2026-12-15T09:00:00Z"},
		{"one year only", cron("cron(0 9 1 1 ? 2027)", "UTC"), "2026-11-01T00:00:00Z", "2027-01-01T09:00:00Z"},
		{"never", cron("cron(0 9 30 2 ? *)", "UTC"), "2026-11-01T00:00:00Z", ""},
		{"with a second", cron("cron(30 0 9 * * ? *)", "UTC"), "2026-11-01T00:00:00Z", "2026-11-01T09:00:30Z 2026-11-02T09:00:30Z"},
		{"Etc/GMT+9 is behind UTC", cron("cron(0 9 * * ? *)", "Etc/GMT+9"), "2026-11-01T00:00:00Z", "2026-11-01T18:00:00Z 2026-11-02T18:00:00Z"},
		{"as AWS prints it, 2 is MON", cron("cron(30 6 * * 2 *)", "UTC"), "2026-11-01T00:00:00Z", "2026-11-02T06:30:00Z 2026-11-09T06:30:00Z"},
		{"G05 in UTC", cron("cron(0 13 ? * MON-FRI *)", "UTC"), "2017-03-10T05:00:00Z", "2017-03-10T13:00:00Z 2017-03-13T13:00:00Z"},
		{"G05 by the wall clock", cron("cron(0 8 ? * MON-FRI *)", "America/New_York"), "2017-03-10T05:00:00Z", "2017-03-10T13:00:00Z 2017-03-13T12:00:00Z"},

		// Berlin springs from 02:00 to 03:00 on 2026-03-29 and falls back from 03:00 to 02:00 on 2026-10-25
		{"skipped", cron("cron(30 2 * * ? *)", "Europe/Berlin"), "2026-03-27T12:00:00Z", "2026-03-28T01:30:00Z 2026-03-30T00:30:00Z"},
		{"twice: the first", cron("cron(30 2 * * ? *)", "Europe/Berlin"), "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"},
		{"every half hour over the fall", cron("cron(0/30 * * * ? *)", "Europe/Berlin"), "2026-10-24T23:45:00Z",
			"2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-25T02:00:00Z 2026-10-25T02:30:00Z"},
		{"every half hour over the spring", cron("cron(0/30 * * * ? *)", "Europe/Berlin"), "2026-03-29T00:15:00Z",
			"2026-03-29T00:30:00Z 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z"},
		{"at twice: the first", &Schedule{At: text[Stamp]("2026-10-25T02:30:00"), Zone: *text[Zone]("Europe/Berlin")}, "2026-10-24T00:00:00Z", "2026-10-25T00:30:00Z"},
		{"at twice with its offset", &Schedule{At: text[Stamp]("2026-10-25T02:30:00+01:00"), Zone: *text[Zone]("Europe/Berlin")}, "2026-10-24T00:00:00Z", "2026-10-25T01:30:00Z"},

		// Samoa had no 30 December 2011
		{"a day skipped", cron("cron(0 12 * * ? *)", "Pacific/Apia"), "2011-12-29T00:00:00Z", "2011-12-29T22:00:00Z 2011-12-30T22:00:00Z 2011-12-31T22:00:00Z"},

		{"rate from the begin", &Schedule{Every: text[Every]("6h")}, "2026-11-01T03:00:00Z", "2026-11-01T03:00:00Z 2026-11-01T09:00:00Z 2026-11-01T15:00:00Z"},
		{"rate from before the begin", &Schedule{Every: text[Every]("6h"), From: text[Stamp]("2026-11-01 01:00")}, "2026-11-01T03:00:00Z", "2026-11-01T07:00:00Z 2026-11-01T13:00:00Z"},
		{"rate from a duration", &Schedule{Every: text[Every]("1d"), From: text[Stamp]("90m")}, "2026-11-01T00:00:00Z", "2026-11-01T01:30:00Z 2026-11-02T01:30:00Z"},
		{"cron from: then too", &Schedule{Cron: text[Cron]("cron(0 9 * * ? *)"), From: text[Stamp]("2026-11-02T12:00"), Until: text[Stamp]("2026-11-04T09:00")},
			"2026-11-01T00:00:00Z", "2026-11-02T12:00:00Z 2026-11-03T09:00:00Z"},
	} {
		t.Run(c.id, func(t *testing.T) {
			want := strings.Fields(c.want)
			got := firings(c.s, utc(c.start), max(len(want), 1))
			if c.id == "SC3" {
				got = firings(c.s, utc(c.start), 99) // 23:00 is past the end
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("fires at\n%s, want\n%s", strings.Join(got, " "), c.want)
			}
		})
	}
}

func TestSC12RateGrammar(t *testing.T) {
	for given, want := range map[string]time.Duration{
		"rate(1 hour)": time.Hour, "rate(5 hours)": 5 * time.Hour, "rate(1 minute)": time.Minute, "rate(2 days)": 48 * time.Hour,
		"5h": 5 * time.Hour, "1d12h": 36 * time.Hour,
	} {
		if got := time.Duration(*text[Every](given)); got != want {
			t.Errorf("%s is %s, want %s", given, got, want)
		}
	}
	for _, bad := range []string{"rate(1 hours)", "rate(5 hour)", "rate(0 hours)", "rate(5 weeks)", "rate(hours)", "rate(5hours)", "0s", "90s", "5", "rate(5 hours", ""} {
		if err := new(Every).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as a rate", bad)
		}
	}
}

func TestBadCron(t *testing.T) {
	for given, must := range map[string]string{
		"cron(0 9 * * * *)":          "one of day of month and day of week is ?: both are given",
		"cron(0 9 1 * MON *)":        "one of day of month and day of week is ?: both are given",
		"cron(0 9 1 * * *)":          "one of day of month and day of week is ?: both are given",
		"cron(0 9 ? * ? *)":          "both are ?",
		"cron(0 9 L-3 * ? *)":        "not an offset from it such as L-3",
		"cron(0 18 * * 1-5)":         "six fields",
		"0 9 * * ? *":                "cron(minute",
		"cron(60 9 * * ? *)":         "minute",
		"cron(0 24 * * ? *)":         "hour",
		"cron(0 9 32 * ? *)":         "day-of-month",
		"cron(0 9 * 13 ? *)":         "month",
		"cron(0 9 ? * 8 *)":          "day of week from 1 to 7",
		"cron(0 9 ? * 0 *)":          "day of week from 1 to 7",
		"cron(0 9 ? * MON#6 *)":      "day of week from 1 to 7",
		"cron(0 9 ? * FOO *)":        "day of week from 1 to 7",
		"cron(? 9 * * ? *)":          "? only as day of month or day of week",
		"cron(0 22-6 * * ? *)":       "ranges that go up in the hour",
		"cron(0 9 * DEC-FEB ? *)":    "ranges that go up in the month",
		"cron(0 9 * * ? 1969)":       "year",
		"cron(0 9 ,1 * ? *)":         "no empty entry",
		"cron(0/0 9 * * ? *)":        "interval",
		"cron(0 9 * * ? * * *)":      "six fields",
		"cron(61 0 9 * * ? *)":       "second from 0 to 59",
		"cron(* 0 9 * * ? *)":        "second from 0 to 59",
		"cron(@daily)":               "six fields",
		"cron()":                     "six fields",
		"cron(0 9 ? * MON/2 *)":      "does not belong",
		"cron(0 0 9 * * ? * extra )": "six fields",
	} {
		err := new(Cron).UnmarshalText([]byte(given))
		if err == nil || !strings.Contains(err.Error(), must) {
			t.Errorf("%s: %v, want it to say %q", given, err, must)
		}
	}
	if w := text[Cron]("cron(30 6 * * 2 *)").Warning(); !strings.Contains(w, "MON") {
		t.Errorf("no warning of the weekday: %q", w)
	}
	if w := text[Cron]("cron(30 6 ? * 2 *)").Warning(); w != "" {
		t.Errorf("a warning of a good expression: %q", w)
	}
}

func TestStampTexts(t *testing.T) {
	for _, good := range []string{"2026-11-27T07:00:00", "2026-11-27 07:00", "2026-11-27T07:00:00Z", "2026-11-27T07:00+05:30", "1d12h", "at(2026-11-27T07:00:00)"} {
		s := text[Stamp](good)
		if back := text[Stamp](s.String()); *back != *s {
			t.Errorf("%s reads back as %s", good, back)
		}
	}
	for _, bad := range []string{"", "07:00", "2026-13-01T00:00:00", "2026-11-27", "at(1", "now", "-1h", "2026-02-29T00:00:00"} {
		if err := new(Stamp).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as a time", bad)
		}
	}
	if apia := text[Zone]("Pacific/Apia").Location(); text[Stamp]("2011-12-30T12:00").exists(apia) || !text[Stamp]("2011-12-31T12:00").exists(apia) {
		t.Error("30 December 2011 is a day in Samoa")
	}
	for _, bad := range []string{"", "Local", "local", "Mars/Base", "EST5EDT4"} {
		if err := new(Zone).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is read as a zone", bad)
		}
	}
}

// limitsAfter runs schedules without policies and gives the capacity at the end.
func scheduled(service string, first, low, high int, ss ...Schedule) *world {
	w := newWorld(&Settings{Service: service, Min: low, Max: high, Schedules: ss}, 24*time.Hour)
	w.start, w.first, w.step = utc("2021-03-31T00:00:00Z"), first, time.Minute
	w.run()
	return w
}

func TestScheduledActions(t *testing.T) {
	for _, c := range []struct {
		id        string
		service   string
		first     int
		low, high int
		s         Schedule
		at        time.Duration
		want      int
	}{
		{"SC1", Endpoint, 1, 1, 9, Schedule{At: text[Stamp]("at(2021-03-31T22:00:00)"), Min: new(3)}, 22 * time.Hour, 3},
		{"SC2", Custom, 5, 0, 9, Schedule{At: text[Stamp]("at(2021-03-31T22:30:00)"), Min: new(0), Max: new(0)}, 22*time.Hour + mins(30), 0},
		{"SC4 below", Custom, 4, 0, 99, Schedule{Cron: text[Cron]("cron(0 9 * * ? *)"), Min: new(10), Max: new(50)}, 9 * time.Hour, 10},
		{"SC4 inside", Custom, 30, 0, 99, Schedule{Cron: text[Cron]("cron(0 9 * * ? *)"), Min: new(10), Max: new(50)}, 9 * time.Hour, 30},
		{"SC4 above", Custom, 60, 0, 99, Schedule{Cron: text[Cron]("cron(0 9 * * ? *)"), Min: new(10), Max: new(50)}, 9 * time.Hour, 50},
	} {
		t.Run(c.id, func(t *testing.T) {
			w := scheduled(c.service, c.first, c.low, c.high, c.s)
			if len(w.log) != 1 {
				t.Fatalf("%d entries: %v", len(w.log), w.log)
			}
			if e := w.log[0]; e.at != c.at || e.From != c.first || e.To != c.want || w.desired != c.want || e.Why[0].Code != "Schedule" || e.Why[1].Code != "Limits" {
				t.Errorf("%+v, want %d to %d at %s", e, c.first, c.want, c.at)
			}
		})
	}
}

func TestSC14LimitsStayAfterTheEnd(t *testing.T) {
	w := scheduled(Custom, 1, 1, 9, Schedule{Every: text[Every]("5h"), From: text[Stamp]("1h"), Until: text[Stamp]("11h"), Min: new(4)},
		Schedule{Name: "up", At: text[Stamp]("2021-03-31T12:00:00"), Max: new(20)})
	if w.desired != 4 {
		t.Errorf("capacity %d at the end, want 4: limits stay as last set", w.desired)
	}
	if len(w.log) != 3 || w.log[1].From != w.log[1].To || w.log[1].Policy != "scaling.aws.schedules.0" || w.log[2].Policy != "up" {
		t.Errorf("want two firings and the other schedule's, got %+v", w.log)
	}
}

func TestScheduleThatAWSWouldRefuse(t *testing.T) {
	w := scheduled(Custom, 3, 3, 9, Schedule{Name: "low", At: text[Stamp]("1h"), Max: new(2)}, Schedule{Name: "later", At: text[Stamp]("2h"), Min: new(1)})
	if e := w.log[0]; e.From != 3 || e.To != 3 || !strings.Contains(e.Why[1].Text, "not applied") || w.desired != 3 {
		t.Errorf("min above max is applied: %+v", e)
	}
}

func TestScheduleAtTheBeginAndBetweenSteps(t *testing.T) {
	s := &Settings{Service: Custom, Min: 1, Max: 50, Schedules: []Schedule{
		{Name: "begin", Cron: text[Cron]("cron(0 0 * * ? *)"), Min: new(10)},
		{Name: "odd", Cron: text[Cron]("cron(5 0 1 * * ? *)"), Min: new(20)},
		{Name: "end", At: text[Stamp]("2h"), Min: new(30)},
	}}
	w := newWorld(s, 2*time.Hour)
	w.step = 10 * time.Second
	w.run()
	if len(w.log) != 2 {
		t.Fatalf("%d entries, want two: at the end nothing happens any more: %+v", len(w.log), w.log)
	}
	if e := w.log[0]; e.at != 0 || e.From != 10 || e.To != 10 || w.trail[0] != 10 {
		t.Errorf("one due at the begin fires first: %+v", e)
	}
	if e := w.log[1]; e.at != time.Hour+10*time.Second || e.To != 20 {
		t.Errorf("one between two steps is applied at the first step at or after it: %+v", e)
	}
	sc := s.New(policy.Run{Start: w.start, End: 2 * time.Hour})
	sc.Begin(90*time.Minute, 1)
	if next := sc.Next(90 * time.Minute); next != never {
		t.Errorf("it waits for a firing at the end: %s", next)
	}
	// from the begin of a settle time
	s.Schedules = s.Schedules[:1]
	s.Schedules[0].Cron = text[Cron]("cron(50 23 * * ? *)")
	w = newWorld(s, time.Hour)
	w.begin = -10 * time.Minute
	w.run()
	if e := w.log[0]; e.at != -10*time.Minute || w.trail[0] != 10 {
		t.Errorf("a schedule due at the begin of the settle time: %+v", e)
	}
}
