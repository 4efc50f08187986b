package plots

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLook writes the charts of all synthetic Inputs for the eye: HEADROOM_LOOK=DIR go test -run TestLook ./plots
func TestLook(t *testing.T) {
	dir := os.Getenv("HEADROOM_LOOK")
	if dir == "" {
		t.Skip("HEADROOM_LOOK names no folder to write the charts to")
	}
	for name, in := range sets(t) {
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(to, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := WriteAll(to, in); err != nil {
			t.Fatal(err)
		}
	}
}
