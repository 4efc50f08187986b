package strict

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"headroom/problem"

	"gopkg.in/yaml.v3"
)

// A canonical struct puts the usual words for what was said in other ones, before it is checked.
type canonical interface{ Canonical() }

// check asks a settings struct for what its fields' tags cannot say, also when some of its values are broken: what was
// concluded from those does not count.
func (f *filler) check(v reflect.Value, path string) {
	if !v.CanAddr() {
		return
	}
	if c, ok := v.Addr().Interface().(canonical); ok {
		c.Canonical()
	}
	c, ok := v.Addr().Interface().(problem.Checker)
	if !ok {
		return
	}
	ps := slices.DeleteFunc(problem.Under(path, c.Check()), func(p problem.Problem) bool { return !f.broken.Stands(p) })
	for _, p := range ps {
		f.fault(p.Path)
		if placed := f.doc.Problem(p); !f.named(placed) {
			f.problems = append(f.problems, placed)
		}
	}
}

// named tells whether a problem of a name has been said at its place already: names are looked at in every list.
func (f *filler) named(p Problem) bool {
	if !strings.HasSuffix(p.Path, ".name") {
		return false
	}
	for _, other := range f.problems {
		if other.Line == p.Line && other.Col == p.Col && strings.HasSuffix(other.Path, ".name") {
			return true
		}
	}
	return false
}

// Problem finds the place of a problem by its path: the value there, or the nearest that exists above it.
func (d *Document) Problem(p problem.Problem) Problem {
	n := d.Root
	if p.Path != "" {
		for _, key := range strings.Split(p.Path, ".") {
			next := step(n, key)
			if next == nil {
				break
			}
			n = next
		}
	}
	return d.on(n, p.Path, p.Must, p.Got, p.Hint)
}

// step is the node of one part of a path; nil if it is not there.
func step(n *yaml.Node, key string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		return child(n, key)
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}
