package strict

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Clone is a copy that can be edited.
func (d *Document) Clone() *Document {
	c := *d
	c.Root = copyOf(d.Root)
	c.edits = append([]string(nil), d.edits...)
	return &c
}

func copyOf(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = copyOf(child)
	}
	return &c
}

// A target is where a path leads: the tree and the type that stand there.
type target struct {
	doc  *Document
	from *yaml.Node // what the edit's own problems point at
	path string     // the whole path
}

// Set puts a value at a path of the document, whose top is of type root: dotted keys, list items by number or name. What the
// file leaves out is made; a key of a choice takes the place of the other choice. PATH.ITEM with the value off takes a list
// item out, PATH.+ adds one. label is what problems of the value are reported as, instead of a place in the file; with ""
// the value's own lines are those of the file, and from is the node that problems of the path point at.
func (d *Document) Set(root reflect.Type, path string, value, from *yaml.Node, label string) *Problem {
	if label != "" {
		d.edits = append(d.edits, label)
		edit := -len(d.edits)
		value = relabel(copyOf(value), edit)
		from = &yaml.Node{Kind: yaml.ScalarNode, Line: edit}
	} else {
		value = copyOf(value)
	}
	t := &target{doc: d, from: from, path: path}
	if strings.Trim(path, " ") != path || path == "" || strings.HasPrefix(path, ".") || strings.HasSuffix(path, ".") || strings.Contains(path, "..") {
		return t.refuse("", "a path of keys and list items, with dots between them (scaling.aws.min)", show(path), "")
	}
	return t.walk(d.Root, root, "", path, value)
}

// ParseValue reads the value of an edit: YAML, under the rules of a file.
func (d *Document) ParseValue(text, label string) (*yaml.Node, Problems) {
	if strings.TrimSpace(text) == "" {
		return nil, Problems{{File: label, Must: "PATH=VALUE with a value", Got: "none"}}
	}
	v := &Document{File: label}
	if ps := v.readable([]byte(text)); ps != nil {
		return nil, placeless(ps)
	}
	v.lines = strings.Split(text, "\n")
	root, more, err := decode([]byte(text))
	switch {
	case err != nil:
		return nil, placeless(Problems{v.syntax([]byte(text), err)})
	case more > 0:
		return nil, Problems{{File: label, Must: "one value", Got: "two documents"}}
	case root == nil:
		root = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: text}
	}
	if ps := v.plain(root, "", 0); ps != nil {
		return nil, placeless(ps)
	}
	return root, nil
}

// placeless takes the line out of problems that are not in a file.
func placeless(ps Problems) Problems {
	for i := range ps {
		ps[i].Line, ps[i].Col = 0, 0
	}
	return ps
}

// relabel makes every node of a tree one of an edit.
func relabel(n *yaml.Node, edit int) *yaml.Node {
	n.Line, n.Column = edit, 0
	for _, c := range n.Content {
		relabel(c, edit)
	}
	return n
}

// refuse is a problem of the path itself.
func (t *target) refuse(at, must, got, hint string) *Problem {
	p := t.doc.on(t.from, at, must, got, hint)
	return &p
}

// walk follows rest from a node of a type, and sets the value at its end. at is the path so far.
func (t *target) walk(n *yaml.Node, typ reflect.Type, at, rest string, value *yaml.Node) *Problem {
	typ = bare(typ)
	switch {
	case typ.Kind() == reflect.Struct && mapping(typ), typ.Kind() == reflect.Map:
		return t.key(n, typ, at, rest, value)
	case typ.Kind() == reflect.Slice && !(shapeOf(typ).text && n.Kind != yaml.SequenceNode), typ.Kind() == reflect.Array:
		return t.item(n, typ, at, rest, value)
	}
	return t.refuse(t.path, "a known path", show(t.path), at+" has no parts")
}

// key goes to a key of a mapping, which is made if a scalar or nothing stands there.
func (t *target) key(n *yaml.Node, typ reflect.Type, at, rest string, value *yaml.Node) *Problem {
	key, rest, more := strings.Cut(rest, ".")
	s := shapeOf(typ)
	var next reflect.Type
	g := s.find(key)
	switch {
	case g != nil:
		next = g.typ
	case typ.Kind() == reflect.Map:
		next = typ.Elem()
	case s.rest != nil:
		next = s.rest.typ.Elem()
	case key == "name" && t.isItem(at):
		next = reflect.TypeFor[string]()
	default:
		return t.refuse(t.path, "a known path", show(t.path), t.suggest(s, at, key, rest))
	}
	if n.Kind != yaml.MappingNode {
		*n = yaml.Node{Kind: yaml.MappingNode, Line: t.from.Line, Column: t.from.Column}
	}
	if s.choice && key != "name" {
		remove(n, func(k string) bool { return k != key && k != "name" && s.find(k) != nil })
	}
	if g != nil {
		for _, other := range g.instead {
			remove(n, func(k string) bool { return k == other })
		}
	}
	if !more {
		put(n, key, value, t.from)
		return nil
	}
	below := child(n, key)
	if below == nil {
		below = &yaml.Node{Kind: yaml.MappingNode, Line: t.from.Line, Column: t.from.Column}
		if bare(next).Kind() == reflect.Slice && !shapeOf(bare(next)).text {
			below.Kind = yaml.SequenceNode
		}
		if p := t.walk(below, next, join(at, key), rest, value); p != nil {
			return p
		}
		put(n, key, below, t.from)
		return nil
	}
	return t.walk(below, next, join(at, key), rest, value)
}

// parted tells whether a value of the type can have parts.
func parted(t reflect.Type) bool {
	t = bare(t)
	return mapping(t) || t.Kind() == reflect.Slice || t.Kind() == reflect.Array
}

// isItem tells whether a path ends in a list item's number.
func (t *target) isItem(at string) bool {
	last := at[strings.LastIndexByte(at, '.')+1:]
	_, err := strconv.Atoi(last)
	return err == nil
}

// item goes to an item of a list, by number or by name (which may have dots in it); + is a new one.
func (t *target) item(n *yaml.Node, typ reflect.Type, at, rest string, value *yaml.Node) *Problem {
	if n.Kind != yaml.SequenceNode {
		*n = yaml.Node{Kind: yaml.SequenceNode, Line: t.from.Line, Column: t.from.Column}
	}
	if rest == "+" {
		n.Content = append(n.Content, value)
		return nil
	}
	i, below := find(n, rest)
	if i < 0 {
		return t.refuse(t.path, "a known path", show(t.path), t.items(n, at, rest))
	}
	if below == "" {
		if off(value) {
			n.Content = append(n.Content[:i:i], n.Content[i+1:]...)
		} else {
			n.Content[i] = value
		}
		return nil
	}
	return t.walk(n.Content[i], typ.Elem(), join(at, strconv.Itoa(i)), below, value)
}

// off tells the value that takes an item out of its list.
func off(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == "off" }

// find is the item that a path begins with, and the rest of the path; −1 if there is none.
func find(n *yaml.Node, path string) (i int, rest string) {
	first, rest, _ := strings.Cut(path, ".")
	if first != "" && strings.Trim(first, "0123456789") == "" {
		if i, err := strconv.Atoi(first); err == nil && i < len(n.Content) && (first == "0" || first[0] != '0') {
			return i, rest
		}
		return -1, ""
	}
	best := -1
	for j, item := range n.Content {
		name := nameOf(item)
		if name == nil || name.Value == "" {
			continue
		}
		after, ok := strings.CutPrefix(path, name.Value)
		if ok && (after == "" || after[0] == '.') && (best < 0 || len(after) < len(rest)) {
			best, rest = j, after
		}
	}
	return best, strings.TrimPrefix(rest, ".")
}

// items says which items a list has.
func (t *target) items(n *yaml.Node, at, rest string) string {
	first, _, _ := strings.Cut(rest, ".")
	var names []string
	for _, item := range n.Content {
		if name := nameOf(item); name != nil {
			names = append(names, name.Value)
		}
	}
	if found := near(first, names); len(found) > 0 {
		return "did you mean " + join(at, found[0]+rest[len(first):]) + "?"
	}
	if len(n.Content) == 0 {
		return at + " is empty: " + join(at, "+") + " adds an item"
	}
	known := fmt.Sprintf("%s has the items 0 to %d", at, len(n.Content)-1)
	if len(names) > 0 {
		known += ", by name " + strings.Join(names[:min(len(names), 12)], ", ")
	}
	return known + "; + adds one"
}

// suggest says which paths are near to one whose key is not known.
func (t *target) suggest(s *shape, at, key, rest string) string {
	known := s.keys()
	var paths []string
	for _, k := range near(key, known) {
		g := s.find(k)
		if rest != "" && (g == nil || !parted(g.typ)) {
			continue // nothing can be below it
		}
		paths = append(paths, strings.TrimSuffix(join(at, k)+"."+rest, "."))
	}
	if len(paths) == 0 { // perhaps a part was left out
		paths = t.alike()
	}
	if len(paths) == 0 { // or one between
		for _, below := range s.deeper(key) {
			paths = append(paths, strings.TrimSuffix(join(at, below)+"."+rest, "."))
		}
	}
	if len(paths) > 0 {
		return "did you mean " + strings.Join(paths[:min(len(paths), 3)], " or ") + "?"
	}
	if at == "" {
		return "known: " + strings.Join(known, ", ")
	}
	return "below " + at + " are " + strings.Join(known, ", ")
}

// alike are the paths of the tree that end in the same word as the edit's path, or in one that it may have been meant for: those
// that begin like it first.
func (t *target) alike() (paths []string) {
	last := func(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
	all := &lister{}
	all.walk(t.doc.Root, "")
	var words []string
	for _, p := range all.paths {
		words = append(words, last(p))
	}
	words = near(last(t.path), words)
	for _, p := range all.paths {
		if word := last(p); slices.Contains(words, word) && 3*distance(word, last(t.path)) <= len(word) {
			paths = append(paths, p)
		}
	}
	sort.SliceStable(paths, func(i, j int) bool { return shared(paths[i], t.path) > shared(paths[j], t.path) })
	return paths
}

// shared is how many first letters two paths have in common.
func shared(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// A lister lists the paths of a tree, up to a number that is enough for hints.
type lister struct{ paths []string }

func (l *lister) walk(n *yaml.Node, at string) {
	if len(l.paths) > 2000 {
		return
	}
	if at != "" {
		l.paths = append(l.paths, at)
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := n.Content[i].Value; at != "" || key != "variants" {
				l.walk(n.Content[i+1], join(at, show(key)))
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			l.walk(item, join(at, strconv.Itoa(i)))
		}
	}
}

// put sets a key of a mapping: in place if it is there, else at the end.
func put(n *yaml.Node, key string, value, from *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = value
			return
		}
	}
	k := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key, Line: from.Line, Column: from.Column}
	n.Content = append(n.Content, k, value)
}

// remove takes keys out of a mapping.
func remove(n *yaml.Node, gone func(string) bool) {
	kept := n.Content[:0:0]
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !gone(n.Content[i].Value) {
			kept = append(kept, n.Content[i], n.Content[i+1])
		}
	}
	n.Content = kept
}

// Has tells whether a value stands at a path of mappings and list positions.
func (d *Document) Has(path string) bool {
	n := d.Root
	for _, key := range strings.Split(path, ".") {
		if n = step(n, key); n == nil {
			return false
		}
	}
	return true
}
