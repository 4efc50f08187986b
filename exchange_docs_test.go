package headroom_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"headroom/exchange"
)

// Every command of docs/import-export.md works as it stands, in its order, among the files of exchange/testdata.
func TestImportExportCommands(t *testing.T) {
	bin, dir := program(t), t.TempDir()
	names, err := filepath.Glob("exchange/testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if out, err := exec.Command("cp", name, dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	doc := read(t, "docs/import-export.md")
	commands := 0
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(doc, -1) {
		for line := range strings.Lines(block[1]) {
			command, _, _ := strings.Cut(strings.TrimSpace(line), " #")
			arguments, ours := strings.CutPrefix(command, "headroom ")
			if !ours {
				t.Errorf("%q is none of ours", line)
				continue
			}
			commands++
			c := exec.Command("sh", "-c", bin+" "+arguments)
			c.Dir = dir
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", command, err, out)
			}
		}
	}
	if commands < 10 {
		t.Errorf("%d commands", commands)
	}
	for _, form := range exchange.Forms() {
		if !strings.Contains(doc, "--as "+form) {
			t.Errorf("docs/import-export.md does not show --as %s", form)
		}
	}
}
