package main

import (
	"strings"
	"testing"
)

// A good file says how many warnings there are before it says them.
func TestWarned(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: ", with 1 warning", 2: ", with 2 warnings"} {
		if got := warned(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	var out strings.Builder
	p := &program{stdout: &out, stderr: &out}
	if err := p.check([]string{"max-hit", "match-day"}, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if !strings.HasSuffix(lines[0], ": good, with 1 warning") || !strings.Contains(lines[1], "warning: max-too-low") || !strings.HasSuffix(lines[2], ": good") {
		t.Errorf("%q", lines)
	}
}
