package headroom_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"headroom/policy/aws"
	"headroom/policy/serverless"
	"headroom/scenarios"
	"headroom/sim"
)

// row is a row of a table of docs/aws.md.
type row struct {
	section string
	cells   []string
}

// rowsOf are the rows of the tables of a document, without their heads.
func rowsOf(text string) (rows []row) {
	section := ""
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.TrimSpace(title)
		}
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 4 || cells[0] != "" {
			continue
		}
		cells = cells[1 : len(cells)-1]
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if strings.Trim(cells[0], "-") == "" && cells[0] != "" {
			rows = rows[:len(rows)-1] // what stood above was the head
			continue
		}
		rows = append(rows, row{section, cells})
	}
	return rows
}

var (
	ruleID = regexp.MustCompile(`^(ST|CB|TT|CW|SC|WP|PR|SM)[0-9]+$`)
	inCode = regexp.MustCompile("`([^`]+)`")
)

// spans are the texts between backquotes.
func spans(cell string) (out []string) {
	for _, m := range inCode.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

// testIn is a test function of the repository as code.
func testIn(t *testing.T, pkg, name string) *ast.FuncDecl {
	t.Helper()
	dir := strings.TrimPrefix(pkg, "headroom")
	files, err := filepath.Glob(filepath.Join(".", filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text := read(t, path)
		if !strings.Contains(text, "func "+name+"(") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == name {
				return fn
			}
		}
	}
	return nil
}

// says tells whether a test has the id in its name or in a text of its own (the name of a sub-test, a row of its table). Comments do
// not count.
func says(fn *ast.FuncDecl, id string) bool {
	word := regexp.MustCompile(`(^|[^A-Za-z0-9])` + id + `($|[^0-9])`)
	named := regexp.MustCompile(`(Test|And)` + id + `($|[^0-9])`)
	found := named.MatchString(fn.Name.Name)
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && word.MatchString(strings.Trim(lit.Value, "`\"")) {
			found = true
		}
		return true
	})
	return found
}

// Every rule of docs/aws.md has its test: it is there, and has the rule's id in its name or in a row of its table.
func TestEveryRuleHasItsTest(t *testing.T) {
	seen, tags := map[string]bool{}, map[string]bool{}
	rows := rowsOf(read(t, "docs/aws.md"))
	for _, r := range rows {
		if r.section == "Sources" {
			for tag := range strings.SplitSeq(r.cells[0], ", ") {
				tags[tag] = true
			}
		}
	}
	knobs := knobsOf(rows)
	for _, r := range rows {
		id := r.cells[0]
		if !ruleID.MatchString(id) {
			continue
		}
		if seen[id] || len(r.cells) != 5 || r.cells[1] == "" {
			t.Errorf("%s: once, with rule, source, test and knob", id)
			continue
		}
		seen[id] = true
		for tag := range strings.SplitSeq(r.cells[2], ", ") {
			if !tags[tag] {
				t.Errorf("%s: %s is none of the sources", id, tag)
			}
		}
		tests := spans(r.cells[3])
		if len(tests) == 0 {
			t.Errorf("%s has no test", id)
		}
		for _, test := range tests {
			full, sub, _ := strings.Cut(test, ".")
			name, sub, hasSub := strings.Cut(sub, "/")
			fn := testIn(t, full, name)
			switch {
			case fn == nil:
				t.Errorf("%s: there is no %s in %s", id, name, full)
			case !says(fn, id):
				t.Errorf("%s: %s does not have it in its name or in a row", id, test)
			case hasSub && !strings.Contains(fmt.Sprint(texts(fn)), `"`+sub+`"`):
				t.Errorf("%s: %s has no row %q", id, name, sub)
			}
		}
		for _, key := range spans(r.cells[4]) {
			if knobs[key] == "" {
				t.Errorf("%s: %s is no knob of the list", id, key)
			}
		}
	}
	if len(seen) < 76 {
		t.Errorf("%d rules", len(seen))
	}
}

// texts are the string literals of a function, as written.
func texts(fn *ast.FuncDecl) (out []string) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			out = append(out, lit.Value)
		}
		return true
	})
	return out
}

// The rules of docs/aws.md are those of the list of facts that the project was given, where that lies beside the repository.
func TestRulesAreThoseOfTheFacts(t *testing.T) {
	const facts = "../shared/facts/aws.md"
	text, err := os.ReadFile(facts)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("%s is not there: it is not part of the repository", facts)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n## 9.")
	section, _, _ := strings.Cut(rest, "\n## ")
	ids := func(text string) (out []string) {
		for _, r := range rowsOf(text) {
			if ruleID.MatchString(r.cells[0]) {
				out = append(out, r.cells[0])
			}
		}
		slices.Sort(out)
		return out
	}
	if want, got := ids(section), ids(read(t, "docs/aws.md")); !found || len(want) < 70 || !slices.Equal(got, want) {
		t.Errorf("docs/aws.md has the rules %v, the facts %v", got, want)
	}
}

// knobsOf are the keys of the table of knobs with their defaults.
func knobsOf(rows []row) map[string]string {
	knobs := map[string]string{}
	for _, r := range rows {
		if r.section == "What AWS does not print" {
			for _, key := range spans(r.cells[0]) {
				knobs[key] = r.cells[2]
			}
		}
	}
	return knobs
}

// Every knob is in docs/aws.md with the default that it has.
func TestEveryKnobIsThere(t *testing.T) {
	knobs := knobsOf(rowsOf(read(t, "docs/aws.md")))
	for _, key := range slices.Concat(keys(aws.Assume{}), keys(aws.GroupAssume{}), keys(scenarios.NetworkAssume{})) {
		if knobs[key] == "" {
			t.Errorf("docs/aws.md does not list %s", key)
		}
	}
	f, err := scenarios.Load("private-network", scenarios.OS)
	if err != nil {
		t.Fatal(err)
	}
	full, err := f.Full()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range slices.Concat(keys(aws.Assume{}), keys(scenarios.NetworkAssume{}), []string{"minimum"}) {
		got := regexp.MustCompile(`\n +` + key + `: (.*)\n`).FindStringSubmatch(string(full))
		switch {
		case key == "max-scale-in" && (got != nil || knobs[key] != "none"), key != "max-scale-in" && got == nil:
			t.Errorf("%s: in full %v, in docs/aws.md %s", key, got, knobs[key])
		case got != nil && got[1] != knobs[key]:
			t.Errorf("%s is %s, docs/aws.md says %s", key, got[1], knobs[key])
		}
	}
	for key, in := range map[string]any{"idle": serverless.Settings{}, "cold-start": serverless.Settings{}, "idle-after": aws.Managed{}, "delay": sim.Metrics{}} {
		ty := reflect.TypeOf(in)
		for i := range ty.NumField() {
			tag := ty.Field(i).Tag
			if tag.Get("yaml") == key && tag.Get("default") != knobs[key] && !(tag.Get("required") == "true" && knobs[key] == "required") {
				t.Errorf("%s: %s, docs/aws.md says %q", key, tag, knobs[key])
			}
		}
	}
}

// Exam notes and documentation: each command of the table runs, and prints what stands after it.
func TestExamNotesCanBeSeen(t *testing.T) {
	bin, dir := program(t), t.TempDir()
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for k := 1; k <= 12; k++ {
		id := fmt.Sprintf("S%d", k)
		rows := rowsOf(read(t, "docs/aws.md"))
		at := slices.IndexFunc(rows, func(r row) bool { return r.cells[0] == id })
		if at < 0 || len(rows[at].cells) != 5 {
			t.Errorf("%s has no row of five", id)
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			said, shown := "", 0
			for _, span := range spans(rows[at].cells[4]) {
				command, ours := strings.CutPrefix(span, "headroom ")
				if !ours {
					if shown++; !strings.Contains(said, flat(span)) {
						t.Errorf("does not print %q:\n%s", span, said)
					}
					continue
				}
				c := exec.Command("sh", "-c", bin+" "+command)
				c.Dir = dir
				out, err := c.CombinedOutput()
				var exit *exec.ExitError
				if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
					t.Errorf("%s: %v\n%s", span, err, out)
				}
				said = flat(string(out))
			}
			if shown == 0 {
				t.Error("nothing is shown")
			}
		})
	}
}
