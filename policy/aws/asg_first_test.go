package aws

import (
	"testing"
	"time"
)

// 24 whole hours, then the delay, then the next hour less the buffer.
func TestFirstForecast(t *testing.T) {
	ten := 10 * time.Minute
	day := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		begin  time.Time
		delay  time.Duration
		buffer *time.Duration
		want   time.Duration
	}{
		{day, time.Minute, nil, 24*time.Hour + 55*time.Minute},
		{day, time.Minute, &ten, 24*time.Hour + 50*time.Minute},
		{day, 0, nil, 24*time.Hour + 55*time.Minute},
		{day, 52 * time.Minute, &ten, 25*time.Hour + 50*time.Minute},
		{day.Add(20 * time.Minute), time.Minute, nil, 40*time.Minute + 24*time.Hour + 55*time.Minute},
	} {
		if got := FirstForecast(c.begin, c.delay, c.buffer); got != c.want {
			t.Errorf("%v, delay %v: %v, want %v", c.begin, c.delay, got, c.want)
		}
	}
}
