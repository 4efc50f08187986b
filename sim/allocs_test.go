package sim

import (
	"context"
	"testing"
	"time"

	"headroom/chance"
)

// In the steady state a request allocates nothing, whatever may happen to it.
func TestNoAllocations(t *testing.T) {
	mean, cv := 250*time.Millisecond, 1.0
	lognormal := func(c *Config) {
		c.Service.Time = chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}
	}
	for name, c := range map[string]Config{
		"one queue":         small(poisson(1000), time.Hour, 0, sharedQueue(Unlimited), instances(90), slots(4), lognormal),
		"least outstanding": small(poisson(1000), time.Hour, 0, instances(90), slots(4), lognormal),
		"two choices":       small(poisson(1000), time.Hour, 0, instances(90), slots(4), lognormal, balancedBy("two-choices")),
		"random":            small(poisson(1000), time.Hour, 0, instances(90), slots(4), lognormal, balancedBy("random")),
		"round robin":       small(poisson(1000), time.Hour, 0, instances(90), slots(4), lognormal, balancedBy("round-robin")),
		"clients that give up": small(poisson(1000), time.Hour, 0, instances(90), slots(4), lognormal, balancedBy("random"), own(2),
			timeout(time.Second), tries(3, 100*time.Millisecond)),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(context.Background(), &c)
			w.report()
			now, e := clock(0), w.service.(*requests)
			minute := func() {
				for range 60 {
					w.step(now, now+second)
					now += second
				}
			}
			for range 8 {
				minute()
			}
			before := e.number
			if n := testing.AllocsPerRun(4, minute); n > 0 {
				t.Errorf("%v allocations in a minute of %d requests", n, (e.number-before)/5)
			}
		})
	}
}
