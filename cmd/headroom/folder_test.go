package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// tree is what lies in a folder: names and contents.
func tree(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all = append(all, filepath.ToSlash(name)+"="+string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func writer() *program { return &program{stdout: io.Discard, stderr: io.Discard} }

func TestWriteReplaces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	old := []file{{"result.json", []byte("old")}, {"traffic.png", []byte("old")}, {"metric-CPU.svg", []byte("old")}, {"small/result.json", []byte("old")}}
	if err := writer().write(dir, old); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"notes.txt", "photo.png"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer().write(dir, []file{{"result.json", []byte("new")}, {"small/result.json", []byte("new")}, {"cost.png", []byte("new")}}); err != nil {
		t.Fatal(err)
	}
	want := []string{"cost.png=new", "notes.txt=mine", "photo.png=mine", "result.json=new", "small/result.json=new"}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// An earlier result is as it was when one step of its replacement fails.
func TestReplaceUndoes(t *testing.T) {
	dir := t.TempDir()
	temp := filepath.Join(dir, ".headroom-1")
	for name, text := range map[string]string{"result.json": "old", "timeline.csv": "old", "traffic.png": "old", ".headroom-1/timeline.csv": "new"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := replace(temp, dir, []string{"timeline.csv", "result.json"}); err == nil { // there is no new result.json
		t.Fatal("must fail")
	}
	if err := os.RemoveAll(temp); err != nil {
		t.Fatal(err)
	}
	want := []string{"result.json=old", "timeline.csv=old", "traffic.png=old"}
	if got := tree(t, dir); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWriteFailsCleanly(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "x", "y")
	err := writer().write(dir, []file{{"result.json", nil}, {"result.json/below", nil}}) // a file cannot be a folder
	if err == nil || !strings.Contains(err.Error(), "nothing was written") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(base); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What an interrupt has removed is not begun again.
func TestInterruptForbidsWriting(t *testing.T) {
	p, base := writer(), t.TempDir()
	p.unfinished.remove()
	if err := p.write(filepath.Join(base, "a", "b"), []file{{"result.json", nil}}); err == nil {
		t.Error("must fail")
	}
	if left, _ := os.ReadDir(base); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReadyLeavesNothing(t *testing.T) {
	base := t.TempDir()
	if err := writer().ready(filepath.Join(base, "a", "b", "c"), false); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(base); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPlainError(t *testing.T) {
	for _, err := range []error{&os.PathError{Op: "write", Path: "/tmp/.headroom-1/x", Err: syscall.ENOSPC},
		&os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.ENOSPC}, syscall.ENOSPC} {
		if got := plainError("--out dir", err).Error(); got != "--out dir: no space left on device" {
			t.Errorf("got %q", got)
		}
	}
}

func TestExitOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, 0}, {syscall.EPIPE, 0}, {&os.PathError{Op: "write", Path: "stdout", Err: syscall.EPIPE}, 0}, {context.Canceled, 130},
		{errMissed, 3}, {errBad, 1}, {misuse{errors.New("x")}, 2}, {errors.New("x"), 1},
	} {
		if got := writer().exitOf(c.err); got != c.code {
			t.Errorf("%v exits %d, want %d", c.err, got, c.code)
		}
	}
}

func TestUnique(t *testing.T) {
	for _, c := range []struct{ names, args, want []string }{
		{[]string{"a", "b"}, []string{"x", "y"}, []string{"a", "b"}},
		{[]string{"a", "a"}, []string{"x", "y"}, []string{"x", "y"}},
		{[]string{"a", "a"}, []string{"x", "x"}, []string{"x", "x (2)"}},
		{[]string{"a", "a"}, nil, []string{"a", "a (2)"}},
	} {
		if got := unique(c.names, c.args); !slices.Equal(got, c.want) {
			t.Errorf("unique(%v, %v) = %v, want %v", c.names, c.args, got, c.want)
		}
	}
	for name, want := range map[string]string{"../x": "-x", "a/b": "a-b", "..": "variant", "min 10": "min 10"} {
		if got := folderName(name); got != want {
			t.Errorf("folderName(%q) = %q, want %q", name, got, want)
		}
	}
}
