package problem

import (
	"slices"
	"testing"
)

func TestUnder(t *testing.T) {
	of := []string{"min", "", "#"}
	for _, c := range []struct {
		under, path, want string
		of                []string
	}{
		{"scaling.aws", "min", "scaling.aws.min", []string{"scaling.aws.min", "scaling.aws", "scaling.aws.#"}},
		{"scaling.aws", "", "scaling.aws", []string{"scaling.aws.min", "scaling.aws", "scaling.aws.#"}},
		{"", "min", "min", of},
	} {
		got := Under(c.under, []Problem{{Path: c.path, Of: of}})[0]
		if got.Path != c.want || !slices.Equal(got.Of, c.of) {
			t.Errorf("%q under %q: %q of %q", c.path, c.under, got.Path, got.Of)
		}
	}
	if !slices.Equal(of, []string{"min", "", "#"}) {
		t.Errorf("what problems share is changed: %q", of)
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"ab", "ba", 2}, {"cpu", "cpu", 0}, {"flaw", "lawn", 2}} {
		if got := Edits(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
