package oracle

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A reference is one committed figure, computed elsewhere: 60-digit arithmetic for closed forms, float64 chains for the rest.
type reference struct {
	ID, Model, Params, Metric, Value, Kind, Note string
}

func references(t *testing.T) []reference {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "facts", "queueing-references.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("no committed figures at %s", path)
	}
	var all []reference
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// loose are figures that were not computed to the end, with the relative precision that they have and why.
var loose = map[string]struct {
	precision float64
	why       string
}{
	"L-sin-Wq-1-10-0.5": {5e-4, "five or six periods from the start: not yet periodic; the limit is 1.172671289477"},
	"L-sin-Pw-1-10-0.5": {1e-4, "the same; the limit is 0.54753283161"},
}

func TestReferences(t *testing.T) {
	fs := figures()
	seen := map[string]bool{}
	for _, r := range references(t) {
		seen[r.ID] = true
		f, ok := fs[r.ID]
		if !ok {
			t.Errorf("%s (%s, %s, %s) has no function", r.ID, r.Model, r.Params, r.Metric)
			continue
		}
		want, err := strconv.ParseFloat(r.Value, 64)
		if err != nil {
			t.Fatal(err)
		}
		bar := 1e-9
		if x, ok := loose[r.ID]; ok {
			bar = x.precision
		}
		if digits := len(strings.Trim(strings.TrimLeft(strings.Replace(r.Value, ".", "", 1), "0"), "-")); digits < 11 {
			bar = max(bar, math.Pow(10, float64(1-digits))) // as far as it is written
		}
		if got := f(); !(math.Abs(got-want) <= bar*math.Abs(want)) {
			t.Errorf("%s (%s, %s, %s): %.14g, want %s, off by %.2g", r.ID, r.Model, r.Params, r.Metric, got, r.Value, got/want-1)
		}
	}
	for id := range loose {
		if !seen[id] {
			t.Errorf("%s is no committed figure", id)
		}
	}
}
