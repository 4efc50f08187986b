package unit

import (
	"testing"
	"time"
)

func TestFormatTime(t *testing.T) {
	for _, c := range []struct{ zone, instant, want string }{
		{"America/New_York", "2026-11-01T04:59:59Z", "00:59:59"},
		{"America/New_York", "2026-11-01T05:00:00Z", "01:00:00 EDT"},
		{"America/New_York", "2026-11-01T05:59:59Z", "01:59:59 EDT"},
		{"America/New_York", "2026-11-01T06:00:00Z", "01:00:00 EST"},
		{"America/New_York", "2026-11-01T06:59:59Z", "01:59:59 EST"},
		{"America/New_York", "2026-11-01T07:00:00Z", "02:00:00"},
		{"America/New_York", "2026-03-08T06:59:59Z", "01:59:59"}, // set forward: nothing comes twice
		{"America/New_York", "2026-03-08T07:00:00Z", "03:00:00"},
		{"Australia/Lord_Howe", "2026-04-04T14:45:00Z", "01:45:00 +11"}, // half an hour back
		{"Australia/Lord_Howe", "2026-04-04T14:29:59Z", "01:29:59"},
		{"Australia/Lord_Howe", "2026-04-04T15:00:00Z", "01:30:00 +1030"},
		{"UTC", "2026-11-01T05:00:00Z", "05:00:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := FormatTime(at.In(zone), time.TimeOnly); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.instant, c.zone, got, c.want)
		}
	}
}
