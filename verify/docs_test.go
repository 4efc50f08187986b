package verify

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "make all runs and write the tables of docs/accuracy.md anew (minutes)")

// page is docs/accuracy.md; its tables stand between <!-- NAME --> and <!-- end NAME -->.
var page = filepath.Join("..", "docs", "accuracy.md")

func block(t *testing.T, text, name string) (from, to int) {
	t.Helper()
	begin, end := "<!-- "+name+" -->\n", "<!-- end "+name+" -->"
	from, to = strings.Index(text, begin)+len(begin), strings.Index(text, end)
	if from < len(begin) || to < from {
		t.Fatalf("%s: no block %s", page, name)
	}
	return from, to
}

// The page names every anchor of today, in order, and nothing else; what cannot be run is that of today too.
func TestAccuracyPageIsCurrent(t *testing.T) {
	read, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(read)
	if *update {
		r, err := Run(t.Context(), Options{Cores: 2})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := r.Markdown(&b); err != nil {
			t.Fatal(err)
		}
		for name, with := range map[string]string{"verify": b.String(), "given": inexpressible(t)} {
			from, to := block(t, text, name)
			text = text[:from] + with + text[to:]
		}
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var want, got []string
	for _, a := range (Options{}).Anchors() {
		want = append(want, a.ID)
	}
	from, to := block(t, text, "verify")
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(text[from:to], -1) {
		got = append(got, m[1])
	}
	if !slices.Equal(got, want) {
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("%s has other anchors than verify, first at %d of %d and %d: go test ./verify -run Page -update -timeout 30m", page, i, len(got), len(want))
			}
		}
	}
	if !strings.Contains(text[from:to], "Holds: all") {
		t.Errorf("%s does not hold", page)
	}
	from, to = block(t, text, "given")
	if now := inexpressible(t); text[from:to] != now {
		t.Errorf("%s says of what cannot be run\n%s\nand it is\n%s", page, text[from:to], now)
	}
}
