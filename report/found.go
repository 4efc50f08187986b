package report

import (
	"fmt"

	"headroom/expect"
	"headroom/sim"
)

// found are notes on what a run came to in silence, of the first of several runs.
func found(first *sim.Result, runs int) (notes []string) {
	a := first.Addresses
	if a == nil {
		return nil
	}
	text := fmt.Sprintf("Addresses for %s: launches beyond are refused, once at %s",
		plural(a.Room, "instance"), expect.Clock(first, a.First))
	if a.Refused > 1 {
		text = fmt.Sprintf("Addresses for %s: launches beyond are refused, %s times from %s to %s",
			plural(a.Room, "instance"), Count(float64(a.Refused)), expect.Clock(first, a.First), expect.Clock(first, a.Last))
	}
	if a.Missing > 0 {
		text += fmt.Sprintf("; up to %d are missing", a.Missing)
	}
	if runs > 1 {
		text += " (run 1)"
	}
	return []string{text + "."}
}
