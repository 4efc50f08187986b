package lint

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"headroom/report"
	"headroom/scenarios"
)

var update = flag.Bool("update", false, "write the findings of docs/lints.md anew")

const page = "../docs/lints.md"

// A section of docs/lints.md: a code, an example as changes of the page's scenario, and what is found in it.
type section struct{ code, example, found string }

var sections = regexp.MustCompile("(?s)\n## `([a-z0-9-]+)`\n.*?```yaml\n(.*?)```\n\n```text\n(.*?)```\n\nSource: [^\n]+\n")

// read is the page, its scenario and its sections.
func read(t *testing.T) (text, base string, all []section) {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text = string(b)
	base = regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(text)[1]
	for _, m := range sections.FindAllStringSubmatch(text, -1) {
		all = append(all, section{m[1], m[2], m[3]})
	}
	return text, base, all
}

// changed is a scenario with changes: paths and values, as a variant has them.
func changed(t *testing.T, base, changes string) *scenarios.File {
	t.Helper()
	if changes != "" {
		base += "variants:\n  it:\n    " + strings.ReplaceAll(strings.TrimRight(changes, "\n"), "\n", "\n    ") + "\n"
	}
	f, err := scenarios.Parse("shop.yaml", "", []byte(base), nil)
	if err == nil && changes != "" {
		f, err = f.With(scenarios.Variant("it"))
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, changes)
	}
	return f
}

// codes of findings, each once, in order.
func codes(found []Finding) (out []string) {
	for _, f := range found {
		if !slices.Contains(out, f.Code) {
			out = append(out, f.Code)
		}
	}
	return out
}

// fixed applies the edit of a finding and holds that the finding is gone.
func fixed(t *testing.T, f *scenarios.File, found Finding) {
	t.Helper()
	if found.Fix == "" {
		t.Errorf("%s at %s has no edit", found.Code, found.Path)
		return
	}
	set, err := scenarios.ParseSet(found.Fix)
	if err != nil {
		t.Fatal(err)
	}
	g, err := f.With(set)
	if err != nil {
		t.Errorf("%s: --set %s: %v", found.Code, found.Fix, err)
		return
	}
	for _, still := range Check(g) {
		if still.Code == found.Code && still.Path == found.Path {
			t.Errorf("%s is still there after --set %s: %s", found.Code, found.Fix, still.Text)
		}
	}
}

// The page has a section for every code, in the order of the table; its scenario has no finding, each example has the one it is
// there for, which is written below it, and the edit ends it.
func TestPage(t *testing.T) {
	text, base, all := read(t)
	if found := Check(changed(t, base, "")); len(found) > 0 {
		t.Errorf("the page's scenario is not clean: %+v", found)
	}
	var has, want []string
	for _, s := range all {
		has = append(has, s.code)
	}
	for _, r := range Rules() {
		want = append(want, r.Code)
		if r.Title == "" || r.Source == "" {
			t.Errorf("%s has no title or no source", r.Code)
		}
	}
	if !slices.Equal(has, want) {
		t.Errorf("sections %v\nrules %v", has, want)
	}
	for _, s := range all {
		f := changed(t, base, s.example)
		lines := ""
		for _, found := range Check(f) {
			if found.Code != s.code {
				continue
			}
			lines += report.Wrap("", found.Path+": "+found.Text) + report.Wrap("  fix: ", found.Fix)
			fixed(t, f, found)
		}
		if lines == "" {
			t.Errorf("%s is not found in its example; there are %v", s.code, codes(Check(f)))
		}
		if *update {
			text = strings.Replace(text, s.example+"```\n\n```text\n"+s.found+"```", s.example+"```\n\n```text\n"+lines+"```", 1)
		} else if s.found != lines {
			t.Errorf("docs/lints.md says of %s (go test ./lint -run Page -update)\n%swant\n%s", s.code, s.found, lines)
		}
	}
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
