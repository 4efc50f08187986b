package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"headroom": main})
}

// The command, as scripts: testdata/script/*.txtar. Beside testscript's own commands there are
//
//	exits CODE COMMAND ARG…   runs a command that must exit with this status
//	columns stdout N          no line of the last standard output may be wider
//	lines stderr N            the last standard error must have this many lines
//	interrupt WAIT DIR ARG…   starts headroom, interrupts it after WAIT: it must exit within a second with 130, or have
//	                          been done, and DIR must be absent or complete
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "columns": columns, "lines": lines, "interrupt": interrupt,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARG…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit status %d, want %s", code, args[0])
	}
}

func columns(ts *testscript.TestScript, neg bool, args []string) {
	most, err := strconv.Atoi(args[1])
	if neg || err != nil {
		ts.Fatalf("usage: columns stdout N")
	}
	for line := range strings.SplitSeq(ts.ReadFile(args[0]), "\n") {
		if n := utf8.RuneCountInString(line); n > most {
			ts.Fatalf("%d columns: %s", n, line)
		}
	}
}

func lines(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, "\n"); neg || strconv.Itoa(n) != args[1] {
		ts.Fatalf("%d lines, want %s:\n%s", n, args[1], text)
	}
}

func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	wait, err := time.ParseDuration(args[0])
	ts.Check(err)
	dir := ts.MkAbs(args[1])
	var stderr strings.Builder
	path, err := exec.LookPath("headroom")
	if err != nil {
		path = filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], "headroom")
	}
	c := exec.Command(path, args[2:]...)
	c.Dir, c.Stderr = ts.MkAbs("."), &stderr
	ts.Check(c.Start())
	time.Sleep(wait)
	ts.Check(c.Process.Signal(syscall.SIGINT))
	began := time.Now()
	err = c.Wait()
	if took := time.Since(began); took > 1500*time.Millisecond { // a second, and a little for a busy machine
		ts.Fatalf("took %v to stop", took)
	}
	entries, _ := os.ReadDir(dir)
	if err == nil {
		if !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == "result.json" }) {
			ts.Fatalf("done, and no result.json in %v", entries)
		}
		return
	}
	if c.ProcessState.ExitCode() != exitInterrupted || !strings.Contains(stderr.String(), "interrupted, nothing was written") {
		ts.Fatalf("exit status %d, standard error %q", c.ProcessState.ExitCode(), stderr.String())
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".headroom-*"))
	if _, err := os.Stat(dir); err == nil || len(left) > 0 {
		ts.Fatalf("left behind: %v %v", entries, left)
	}
}
