package verify

import (
	"os"
	"regexp"
	"testing"
	"time"
)

// HEADROOM_WORLDS=REGEXP runs the worlds whose names match in full, one after the other, and says what each took.
func TestSomeWorlds(t *testing.T) {
	pattern := os.Getenv("HEADROOM_WORLDS")
	if pattern == "" {
		t.Skip("HEADROOM_WORLDS is not set")
	}
	names := regexp.MustCompile(pattern)
	for _, w := range worlds() {
		if !names.MatchString(w.id) {
			continue
		}
		began := time.Now()
		r, err := check(t.Context(), []*world{w}, Options{Cores: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range r.Anchors {
			t.Logf("%-34s exact %12.8g simulated %12.8g ± %9.3g  off %+7.3f%%  z %+5.2f  %v", a.ID, a.Exact, a.Simulated, (a.High-a.Low)/2, 100*a.Off(), a.Z, a.Pass)
		}
		t.Logf("%s: %v", w.id, time.Since(began).Round(time.Millisecond))
	}
}
