package plots

import (
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{plural(1, "minute"), "1 minute"}, {plural(1440, "minute"), "1,440 minutes"}, {plural(2, "breach"), "2 breaches"},
		{grouped(-1234567.891, 2), "−1,234,567.89"}, {grouped(999, 0), "999"},
		{figure(0), "0"}, {figure(0.012345), "0.0123"}, {figure(1.4142), "1.41"}, {figure(53.25), "53.2"}, {figure(100), "100"},
		{figure(1650.4), "1,650"}, {figure(7.2), "7.2"}, {figure(999.6), "1,000"}, {figure(50), "50"}, {figure(0.5), "0.5"},
		{percent(0.9997), "99.970\u00a0%"}, {percent(1), "100\u00a0%"}, {percent(0.00002), "under 0.01\u00a0%"}, {percent(0.0087), "0.87\u00a0%"},
		{percent(0), "0\u00a0%"}, {percent(0.59), "59\u00a0%"}, {percent(0.9999999), "99.999\u00a0%"},
		{money(988.476, "USD"), "988.48 USD"}, {money(0.0042, "EUR"), "0.0042 EUR"}, {money(5224.775, ""), "5,224.77"},
		{durationWords(7 * day), "7 d"}, {durationWords(90 * time.Minute), "1 h 30 min"}, {durationWords(242 * time.Second), "4 min 2 s"},
		{durationWords(36*time.Hour + 5*time.Minute), "1 d 12 h"}, {durationWords(250 * time.Millisecond), "250ms"},
		{latencyWords(0.8123), "812 ms"}, {latencyWords(15.81), "15.8 s"}, {latencyWords(0.00025), "250 µs"}, {latencyWords(4000), "1 h 6 min"},
		{quantileName(0.99), "p99"}, {quantileName(0.999), "p999"}, {quantileName(0.5), "p50"}, {quantileName(Mean), "mean"}, {quantileName(Max), "max"},
		{listed([]string{"a"}), "a"}, {listed([]string{"a", "b", "c"}), "a, b and c"},
		{tickLabel(0, 0.05, 0.2), "0"}, {tickLabel(0.1, 0.05, 0.2), "0.10"}, {tickLabel(1500, 250, 1500), "1,500"},
		{tickLabel(10000, 2500, 12500), "10.0k"}, {tickLabel(2.5, 2.5, 10), "2.5"}, {tickLabel(3e6, 1e6, 4e6), "3M"}, {tickLabel(5e4, 1e4, 6e4), "50k"},
		{shareOfMinutes(1, 0.9), "100\u00a0%"}, {shareOfMinutes(10018./10080, 0.999), "99.38\u00a0%"}, {shareOfMinutes(475./480, 0.99), "98.96\u00a0%"},
		{shareOfMinutes(125309./125310, 0.999), "99.999\u00a0%"}, {shareOfMinutes(0.98996, 0.99), "98.996\u00a0%"}, {shareOfMinutes(0.5, 0.5), "50\u00a0%"},
		{printable("a\nb\x00c\x1b"), "a bc"},
		{pill{first: 3, last: 3}.text(), "3"}, {pill{first: 3, last: 7}.text(), "3–7"},
		{fileName("seen/Metric name"), "seen-Metric-name"},
		{lateness(time.Minute, time.Minute), "1 to 2 min"}, {lateness(10*time.Second, 10*time.Second), "10 s to 20 s"},
		{zoneName(time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", -5*3600))), "UTC-05:00"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestFitting(t *testing.T) {
	st := style{size: 12}
	if got := fitted("a rather long name", st, 60); st.width(got) > 60 || got != "a rather l…" {
		t.Errorf("fitted: got %q, %g wide", got, st.width(got))
	}
	if got := wrapped("one two three four five six", st, 70); len(got) != 2 || got[0] != "one two" {
		t.Errorf("wrapped: got %q", got)
	}
	keys := []key{{label: "short"}, {label: "a name that is far too long for one line"}}
	got := evenly(keys, st, 120)
	if got[0] != "short" || st.width(got[0])+st.width(got[1]) > 120 {
		t.Errorf("evenly: got %q", got)
	}
}
