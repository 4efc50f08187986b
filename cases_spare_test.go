package headroom_test

import (
	"math"
	"testing"
)

// Where services are far shorter than the time between looks the engines agree on what spare slots cost to within 30 %: the fluid one
// packs all on the oldest, where chance leaves a few of the younger ones with something.
func TestSpareShortServices(t *testing.T) {
	for _, variant := range []string{"", "many"} {
		every, fluid := ask(t, "spare-short-services", variant), ask(t, "spare-short-services", variant, "service.engine=fluid")
		a, b := every.Hours.Serving+every.Hours.Starting, fluid.Hours.Serving+fluid.Hours.Starting
		t.Logf("%q: %.1f and %.1f instance-hours (%+.1f%%)", variant, a, b, 100*(b/a-1))
		if math.Abs(b/a-1) > 0.3 {
			t.Errorf("%q: %.1f instance-hours of all requests, %.1f of rates", variant, a, b)
		}
	}
}
