package plots

import (
	"strings"
	"testing"

	"headroom/sim"
)

// Capacity is of those whose models are loaded, and of the others what they serve; a stored result has it at the minutes' ends.
func TestCapacityOfThoseThatLoad(t *testing.T) {
	for perLoading, want := range map[float64]float64{0: 15, 4: 17} {
		in := tiny(sim.Minute{Serving: 2, Desired: 2})
		in.PerLoading = perLoading
		in.Minutes[0].LoadingMean = 0.5
		if got := in.capacity(in.Minutes[0]); got != want {
			t.Errorf("an instance that loads serves %v: capacity %v, want %v", perLoading, got, want)
		}
	}
	table := strings.NewReplacer(",cost,", ",cost,loading,", ",0.04,", ",0.04,0,", ",0.06,", ",0.06,1,").Replace(storedTimeline)
	result := strings.Replace(storedResult, `"per_instance_rps"`, `"per_loading_instance_rps": 1.2, "per_instance_rps"`, 1)
	in, err := Read("", strings.NewReader(result), strings.NewReader(table), strings.NewReader(storedDecisions))
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []float64{2 * 7.2, 7.2 + 1.2, 2*7.2 + 1.2} {
		if got := in.capacity(in.Minutes[k]); got != want {
			t.Errorf("minute %d: capacity %v, want %v", k, got, want)
		}
	}
}
