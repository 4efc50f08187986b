package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"headroom/plots"
)

// A file is one file of a result; its name may have folders, with slashes.
type file struct {
	name string
	data []byte
}

// markers are the files that say that a folder holds a result.
var markers = []string{"result.json", "compare.json"}

// unfinished is the folder that is being written, so that an interrupt can remove it.
type unfinished struct {
	lock    sync.Mutex
	path    string
	parents []string // made for it, the outermost first
	over    bool     // nothing may be written any more
}

func (u *unfinished) begin(path string, parents []string) error {
	u.lock.Lock()
	defer u.lock.Unlock()
	u.path, u.parents = path, parents
	if u.over {
		u.clear()
		return context.Canceled
	}
	return nil
}

// done forgets the folder; false if it was removed by an interrupt.
func (u *unfinished) done() bool {
	u.lock.Lock()
	defer u.lock.Unlock()
	u.path, u.parents = "", nil
	return !u.over
}

// remove takes away what is there of the folder, and forbids any more.
func (u *unfinished) remove() {
	u.lock.Lock()
	defer u.lock.Unlock()
	u.over = true
	u.clear()
}

// clear takes the folder away, and the parents that were made for it.
func (u *unfinished) clear() {
	if u.path != "" {
		os.RemoveAll(u.path)
	}
	for _, dir := range slices.Backward(u.parents) {
		os.Remove(dir) // only if it is empty
	}
	u.path, u.parents = "", nil
}

// ready says, before anything is simulated, whether a result can be written to dir: it holds none (unless force), and a
// folder can be made there.
func (p *program) ready(dir string, force bool) error {
	for _, name := range markers {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil && !force {
			return fmt.Errorf("--out %s holds a result already (%s): another folder, or --force to replace it", dir, name)
		}
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return fmt.Errorf("--out %s must be a folder, got a file", dir)
	}
	temp, parents, err := scratch(dir)
	for _, made := range slices.Backward(append(parents, temp)) {
		if made != "" {
			os.Remove(made)
		}
	}
	if err != nil {
		return plainError("--out "+dir, err)
	}
	return nil
}

// scratch makes an empty folder from which files can be renamed into dir: inside it, or beside it where it does not exist;
// then with the parents that are missing, which it tells.
func scratch(dir string) (temp string, made []string, err error) {
	place := dir
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		place = filepath.Dir(filepath.Clean(dir))
		var missing []string
		for at := place; ; at = filepath.Dir(at) {
			if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
				break
			}
			missing = append(missing, at)
		}
		for _, at := range slices.Backward(missing) {
			if err := os.Mkdir(at, 0o755); err != nil {
				return "", made, err
			}
			made = append(made, at)
		}
	}
	temp, err = os.MkdirTemp(place, ".headroom-*")
	return temp, made, err
}

// write puts a result into dir: complete, or not at all. The files are written and synced beside their place and renamed into
// it at the end; what they replace is put aside until all of them are there, and put back if one cannot be.
func (p *program) write(dir string, files []file) error {
	dir = filepath.Clean(dir)
	temp, parents, err := scratch(dir)
	if begun := p.unfinished.begin(temp, parents); err == nil {
		err = begun
	}
	if err == nil {
		err = writeAll(temp, files)
	}
	if err == nil {
		err = place(temp, dir)
	}
	var aside keptAside
	if errors.As(err, &aside) {
		p.unfinished.done()
		return err
	}
	if err != nil {
		p.unfinished.remove()
		return fmt.Errorf("%w; nothing was written", plainError("--out "+dir, err))
	}
	p.unfinished.done()
	return nil
}

// keptAside: an earlier result could be put neither away nor back, and is where the error says.
type keptAside struct{ error }

// writeAll writes and syncs files into a new folder.
func writeAll(dir string, files []file) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := writeFile(path, f.data); err != nil {
			return err
		}
	}
	return syncFolder(dir)
}

func writeFile(path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// syncFolder makes renames last; a system that cannot sync folders is let be.
func syncFolder(dir string) error {
	if f, err := os.Open(dir); err == nil {
		f.Sync()
		return f.Close()
	}
	return nil
}

// place moves what is in temp into dir: temp becomes dir where there is none, else entry by entry.
func place(temp, dir string) error {
	if filepath.Dir(temp) != filepath.Clean(dir) {
		if err := os.Rename(temp, dir); err != nil {
			return err
		}
		return syncFolder(filepath.Dir(dir))
	}
	entries, err := os.ReadDir(temp)
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.SortStableFunc(names, func(a, b string) int { return last(a) - last(b) })
	return replace(temp, dir, names)
}

// last puts the markers after all other files: where one is, the rest is.
func last(name string) int {
	if slices.Contains(markers, name) {
		return 1
	}
	return 0
}

// replace renames entries from temp into dir. What they replace, and charts of an earlier result that this one does not
// have, are first put aside below temp; if one step fails all are undone.
func replace(temp, dir string, names []string) error {
	aside := filepath.Join(temp, ".earlier")
	if err := os.Mkdir(aside, 0o755); err != nil {
		return err
	}
	var undo []func() error
	back := func(err error) error {
		for _, f := range slices.Backward(undo) {
			if failed := f(); failed != nil {
				return keptAside{fmt.Errorf("%w; the earlier result is in %s", plainError("--out "+dir, err), aside)}
			}
		}
		return err
	}
	move := func(from, to string) error {
		err := os.Rename(from, to)
		if err == nil {
			undo = append(undo, func() error { return os.Rename(to, from) })
		}
		return err
	}
	old := slices.Clone(names)
	if slices.ContainsFunc(names, func(name string) bool { return last(name) == 1 }) { // a result, not something else beside one
		old = append(old, stale(dir, names)...)
	}
	for _, name := range slices.Backward(old) { // the marker goes first
		err := move(filepath.Join(dir, name), filepath.Join(aside, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return back(err)
		}
	}
	for _, name := range names {
		if err := move(filepath.Join(temp, name), filepath.Join(dir, name)); err != nil {
			return back(err)
		}
	}
	if err := syncFolder(dir); err != nil {
		return back(err)
	}
	return os.RemoveAll(temp)
}

// stale are charts in a folder that are not among the new ones.
func stale(dir string, names []string) (old []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		base := strings.TrimSuffix(e.Name(), ext)
		if e.IsDir() || ext != ".png" && ext != ".svg" || slices.Contains(names, e.Name()) {
			continue
		}
		for _, c := range append(plots.Charts(), plots.JobCharts()...) {
			if base == c.Name || strings.HasPrefix(base, c.Name+"-") {
				old = append(old, e.Name())
				break
			}
		}
	}
	return old
}
