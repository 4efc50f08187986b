package report

import (
	"strings"
	"testing"
	"time"

	"headroom/sim"
)

// What a run lacked of addresses stands in the first lines and in the document, with whose run it was.
func TestAddressesAreANote(t *testing.T) {
	r, asks := result(t)
	r.Addresses = &sim.Addresses{Room: 3, Refused: 1200, First: time.Minute, Last: 170 * time.Second, Missing: 5}
	samples := []Sample{Take(asks, r)}
	d := Document(meta, asks, r, samples)
	const want = "Addresses for 3 instances: launches beyond are refused, 1,200 times from 01:00 EST to 01:01:50 EST; up to 5 are missing"
	if len(d.Notes) != 1 || d.Notes[0] != want+"." {
		t.Errorf("%q", d.Notes)
	}
	var b strings.Builder
	if err := Text(&b, meta, d, r, Style{}); err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(b.String(), "does it hold?")
	if !strings.Contains(strings.Join(strings.Fields(head), " "), "Note: "+want+".") {
		t.Errorf("the first lines are %s", head)
	}
	r.Addresses = &sim.Addresses{Room: 1, Refused: 1, First: time.Minute, Last: time.Minute}
	if n := Document(meta, asks, r, append(samples, samples...)).Notes; len(n) != 1 || n[0] != "Addresses for 1 instance: launches beyond are refused, once at 01:00 EST (run 1)." {
		t.Errorf("%q", n)
	}
}
