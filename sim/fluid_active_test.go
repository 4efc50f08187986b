package sim

import (
	"math"
	"testing"
	"time"
)

// The table of holes is what the requests engine shows: instances with a busy slot, fluid against requests.
func TestHoles(t *testing.T) {
	for _, c := range []struct {
		instances int
		busy      float64 // slots per instance
	}{{4, 1}, {8, 0.75}, {8, 1.5}, {12, 1.1}, {24, 1.25}, {32, 1}} {
		world := func(engine string) float64 {
			cfg := small(demand(t, 1, always(c.busy*float64(c.instances))), 12*time.Hour, 0, exponentially(time.Second), instances(c.instances), slots(8), engineOf(engine))
			w := newWorld(t.Context(), &cfg)
			sum, last := 0.0, int64(0)
			for now := int64(0); now < int64(cfg.Length); now += int64(cfg.Step) {
				w.step(now, now+int64(cfg.Step))
				active := w.service.tally(now + int64(cfg.Step)).active
				sum += float64(active - last)
				last = active
			}
			return sum / float64(cfg.Length)
		}
		exact, fluid := world("requests"), world("fluid")
		if d := math.Abs(fluid - exact); d > 0.008*float64(c.instances) {
			t.Errorf("%d instances, %v busy slots each: %v with a busy slot, fluid says %v", c.instances, c.busy, exact, fluid)
		}
	}
}

func engineOf(name string) func(*Config) {
	return func(c *Config) { c.Service.Engine, c.Service.Uses.GPU.Any = name, true }
}
