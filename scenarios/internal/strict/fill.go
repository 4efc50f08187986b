package strict

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"headroom/problem"
	"headroom/unit"

	"gopkg.in/yaml.v3"
)

// A Raw holds a part of the tree as it stands, for those who read it themselves.
type Raw struct{ Node *yaml.Node }

var rawType = reflect.TypeFor[Raw]()

// A filler walks a tree and a struct together and collects problems.
type filler struct {
	doc      *Document
	problems Problems
	broken   *Broken         // values that could not be filled
	faults   []string        // their paths, in the order in which they were found
	misspelt map[string]bool // paths of keys that an unknown key was probably meant for
}

// Fill reads the document into a pointer to a struct. It gives every problem; broken are the paths of values that are not
// what the file meant, so that nothing is concluded from them.
func (d *Document) Fill(into any) (Problems, *Broken) {
	f := &filler{doc: d, broken: new(Broken), misspelt: map[string]bool{}}
	f.value(reflect.ValueOf(into), d.Root, "", field{})
	return f.problems, f.broken
}

// Finish puts problems in the order of the file, edits last, and quotes the lines of those that will be listed.
func (d *Document) Finish(ps Problems) Problems {
	rank := func(p Problem) int {
		if p.Line == 0 {
			return 1 << 30
		}
		return p.Line
	}
	sort.SliceStable(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if a.File != b.File && a.Line > 0 && b.Line > 0 {
			return a.File == d.File
		}
		if rank(a) != rank(b) {
			return rank(a) < rank(b)
		}
		return a.Col < b.Col
	})
	for i := range ps[:min(len(ps), most)] {
		if p := &ps[i]; p.Excerpt == "" && p.File == d.File && p.Line > 0 && p.Line <= len(d.lines) {
			p.Excerpt = excerpt(d.lines[p.Line-1], p.Line, p.Col)
		}
	}
	return ps
}

// wrong is a problem of a value: nothing is concluded from the value.
func (f *filler) wrong(n *yaml.Node, path, must, got, hint string) {
	f.fault(path)
	f.problems = append(f.problems, f.doc.on(n, path, must, got, hint))
}

// fault marks a value as broken.
func (f *filler) fault(path string) {
	f.broken.Add(path)
	f.faults = append(f.faults, path)
}

// note is a problem of a key: its neighbours are what they are.
func (f *filler) note(n *yaml.Node, path, must, got, hint string) {
	f.problems = append(f.problems, f.doc.on(n, path, must, got, hint))
}

// value fills v from a node. g says what is known of the field: its bounds and words.
func (f *filler) value(v reflect.Value, n *yaml.Node, path string, g field) {
	if v.Type() == rawType {
		v.Set(reflect.ValueOf(Raw{n}))
		return
	}
	if empty(n) {
		f.wrong(n, path, "a value", "nothing", "leave the key out to get its default")
		return
	}
	switch t := v.Type(); {
	case t.Kind() == reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(t.Elem()))
		}
		f.value(v.Elem(), n, path, g)
	case t == durationType:
		f.duration(v, n, path, g)
	case shapeOf(t).text && !(n.Kind == yaml.MappingNode && mapping(t)) && !(n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice):
		f.text(v, n, path, g)
	case t.Kind() == reflect.Struct:
		f.mapping(v, n, path, false)
	case t.Kind() == reflect.Slice:
		f.list(v, n, path, g)
	case t.Kind() == reflect.Array:
		f.array(v, n, path, g)
	case t.Kind() == reflect.Map:
		f.table(v, n, path, g)
	default:
		f.scalar(v, n, path, g)
	}
}

// empty tells a null: a key with nothing after it, ~ or null.
func empty(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// text reads a scalar by the type's own UnmarshalText.
func (f *filler) text(v reflect.Value, n *yaml.Node, path string, g field) {
	if n.Kind != yaml.ScalarNode {
		f.wrong(n, path, f.wanted(v.Type(), g), kindOf(n), "")
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.Value)); err != nil {
		f.refuse(n, path, err)
		return
	}
	before := len(f.faults)
	f.bounds(v, n, path, g)
	f.check(v, path, before)
}

// refuse reports what UnmarshalText said.
func (f *filler) refuse(n *yaml.Node, path string, err error) {
	var bad *unit.Bad
	if errors.As(err, &bad) {
		f.wrong(n, path, bad.Must, bad.Got, bad.Hint)
		return
	}
	must, got, hint := err.Error(), show(n.Value), ""
	if before, after, found := strings.Cut(must, ", got "); found {
		must, got = before, after
		if at := strings.LastIndex(got, " ("); at > 0 && strings.HasSuffix(got, ")") {
			got, hint = got[:at], got[at+2:len(got)-1]
		}
	}
	f.wrong(n, path, must, got, hint)
}

// wanted says in words what a type is, where a list or a mapping stands instead.
func (f *filler) wanted(t reflect.Type, g field) string {
	switch {
	case t == durationType:
		return "a duration with its unit (90s, 250ms, 5m, 1d12h)"
	case len(g.enum) > 0:
		return "one of " + strings.Join(g.enum, ", ")
	case t.Kind() == reflect.Struct && mapping(t) && shapeOf(t).text:
		return "one value, or a mapping with " + strings.Join(shapeOf(t).keys(), ", ")
	case shapeOf(t).text:
		probe := reflect.New(t).Interface().(encoding.TextUnmarshaler)
		var bad *unit.Bad
		if err := probe.UnmarshalText([]byte("\x00")); errors.As(err, &bad) {
			return bad.Must
		}
		return "one value"
	case t.Kind() == reflect.Struct && shapeOf(t).choice:
		return "a mapping with exactly one of " + strings.Join(shapeOf(t).keys(), ", ")
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return "a mapping of keys to values"
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return "a list"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

// mapping fills a struct from a mapping: known keys each once, then what is left out. An item of a list may carry a name.
func (f *filler) mapping(v reflect.Value, n *yaml.Node, path string, item bool) {
	if n.Kind != yaml.MappingNode {
		f.wrong(n, path, f.wanted(v.Type(), field{}), kindOf(n), "")
		return
	}
	s, before := shapeOf(v.Type()), len(f.faults)
	given := f.keys(s, n, path, item)
	if s.choice {
		f.choice(v, s, n, given, path)
		f.check(v, path, before)
		return
	}
	for i := range s.fields {
		g := &s.fields[i]
		if node, ok := given[g.key]; ok {
			f.value(v.FieldByIndex(g.index), node, join(path, g.key), *g)
		}
	}
	if s.rest != nil {
		f.further(v.FieldByIndex(s.rest.index), s, n, path)
	}
	for i := range s.fields {
		if g := &s.fields[i]; given[g.key] == nil {
			f.leftOut(v.FieldByIndex(g.index), n, join(path, g.key), *g)
		}
	}
	f.check(v, path, before)
}

// keys lists the values of a mapping by key; unknown keys and keys that come twice are noted.
func (f *filler) keys(s *shape, n *yaml.Node, path string, item bool) map[string]*yaml.Node {
	given := map[string]*yaml.Node{}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, show(key.Value))
		switch {
		case first[key.Value] != 0:
			f.note(key, at, "each key once", "it again (first on line "+strconv.Itoa(first[key.Value])+")", "")
			continue
		case s.find(key.Value) != nil, item && key.Value == "name":
			given[key.Value] = value
		case s.rest == nil:
			known := s.keys()
			if item && s.find("name") == nil {
				known = append(known, "name")
			}
			hint := ""
			if len(f.problems) < most {
				hint = Suggest(key.Value, known)
				for _, k := range near(key.Value, known) {
					f.misspelt[join(path, k)] = true
				}
			}
			f.note(key, at, "a known key", show(key.Value), hint)
		}
		first[key.Value] = max(key.Line, 1)
	}
	return given
}

// choice fills the one key that is given. A name beside it goes to the chosen struct.
func (f *filler) choice(v reflect.Value, s *shape, n *yaml.Node, given map[string]*yaml.Node, path string) {
	var chosen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; key != "name" && given[key] == n.Content[i+1] {
			chosen = append(chosen, key)
		}
	}
	if len(chosen) != 1 {
		misspelt := false
		for _, k := range s.keys() {
			misspelt = misspelt || f.misspelt[join(path, k)]
		}
		switch {
		case len(chosen) > 1:
			f.wrong(n, path, "exactly one of "+strings.Join(s.keys(), ", "), strings.Join(chosen, " and "), "")
		case misspelt:
			f.fault(path)
		default:
			f.wrong(n, path, "exactly one of "+strings.Join(s.keys(), ", "), "none", "")
		}
		return
	}
	g := s.find(chosen[0])
	at := v.FieldByIndex(g.index)
	f.value(at, given[chosen[0]], join(path, chosen[0]), *g)
	if name := given["name"]; name != nil {
		f.name(at, name, join(path, "name"))
	}
}

// name puts a list item's name into the struct that the item chose, if that has one.
func (f *filler) name(v reflect.Value, n *yaml.Node, path string) {
	var text string
	f.value(reflect.ValueOf(&text).Elem(), n, path, field{})
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return
	}
	g := shapeOf(v.Type()).find("name")
	if g == nil {
		return
	}
	to := v.FieldByIndex(g.index)
	if to.Kind() != reflect.String {
		return
	}
	if to.String() != "" && to.String() != text {
		f.wrong(n, path, "one name", show(text)+" beside "+show(to.String()), "")
		return
	}
	to.SetString(text)
}

// further fills the inline map with the keys that are no field's.
func (f *filler) further(v reflect.Value, s *shape, n *yaml.Node, path string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if s.find(key) != nil {
			continue
		}
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		item := reflect.New(v.Type().Elem()).Elem()
		f.value(item, n.Content[i+1], join(path, show(key)), field{})
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
}

// leftOut fills a field whose key is not there: from its default, or, of a struct, from its keys' defaults.
func (f *filler) leftOut(v reflect.Value, n *yaml.Node, path string, g field) {
	t := v.Type()
	plainStruct := t.Kind() == reflect.Struct && mapping(t) && !shapeOf(t).text && !shapeOf(t).choice
	switch {
	case g.has:
		f.value(v, placed(fallback(g.fallback), n), path, g)
	case f.misspelt[path]:
		f.fault(path)
	case plainStruct:
		before := len(f.faults)
		f.value(v, &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}, path, g)
		if g.required && len(f.faults) == before {
			f.wrong(n, path, "required: "+f.wanted(t, g), "nothing", "")
		}
	case g.required:
		f.wrong(n, path, "required: "+f.wanted(bare(t), g), "nothing", "")
	}
}

// fallback is a default as a tree.
func fallback(text string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) == 0 {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.DoubleQuotedStyle}
	}
	return doc.Content[0]
}

// placed puts a tree at the place of another node.
func placed(n, at *yaml.Node) *yaml.Node {
	n.Line, n.Column = at.Line, at.Column
	for _, c := range n.Content {
		placed(c, at)
	}
	return n
}

// list fills a slice; items may carry names, each once.
func (f *filler) list(v reflect.Value, n *yaml.Node, path string, g field) {
	if n.Kind != yaml.SequenceNode {
		hint := ""
		if n.Kind == yaml.MappingNode {
			hint = `each item begins with "- "`
		}
		f.wrong(n, path, "a list", kindOf(n), hint)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	names := map[string]bool{}
	for i, item := range n.Content {
		at := join(path, strconv.Itoa(i))
		f.item(out.Index(i), item, at, g)
		if name := nameOf(item); name != nil {
			if err := nameProblem(name.Value); err != "" {
				f.note(name, join(at, "name"), err, show(name.Value), "")
			} else if names[name.Value] {
				f.note(name, join(at, "name"), "a name of its own in the list", show(name.Value)+" again", "")
			}
			names[name.Value] = true
		}
	}
	v.Set(out)
}

// item fills one item of a list.
func (f *filler) item(v reflect.Value, n *yaml.Node, path string, g field) {
	for v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct && n.Kind == yaml.MappingNode && mapping(v.Type()) {
		f.mapping(v, n, path, true)
		return
	}
	f.value(v, n, path, g)
}

// nameOf is the node of a list item's name: its own, or that within what it chose; nil if it has none.
func nameOf(item *yaml.Node) *yaml.Node {
	if item.Kind != yaml.MappingNode {
		return nil
	}
	if name := child(item, "name"); name != nil && name.Kind == yaml.ScalarNode {
		return name
	}
	if len(item.Content) == 2 && item.Content[1].Kind == yaml.MappingNode {
		if name := child(item.Content[1], "name"); name != nil && name.Kind == yaml.ScalarNode {
			return name
		}
	}
	return nil
}

// nameProblem says why a path could not find a list item by this name.
func nameProblem(name string) string {
	switch {
	case name == "" || strings.TrimSpace(name) != name:
		return "a name without blanks around it"
	case name == "+" || strings.Trim(name, "0123456789") == "":
		return "a name that is no number: numbers count the items"
	case strings.ContainsAny(name, "=\n"):
		return "a name without = and line breaks"
	}
	return ""
}

// child is the value of a key; nil if it is not there.
func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// array fills an array, which has a fixed number of items.
func (f *filler) array(v reflect.Value, n *yaml.Node, path string, g field) {
	must := fmt.Sprintf("a list of %d", v.Len())
	switch {
	case n.Kind != yaml.SequenceNode:
		f.wrong(n, path, must, kindOf(n), "")
	case len(n.Content) != v.Len():
		f.wrong(n, path, must, strconv.Itoa(len(n.Content)), "")
	default:
		for i, item := range n.Content {
			f.value(v.Index(i), item, join(path, strconv.Itoa(i)), g)
		}
	}
}

// table fills a map. Keys are texts, or types with UnmarshalText.
func (f *filler) table(v reflect.Value, n *yaml.Node, path string, g field) {
	if n.Kind != yaml.MappingNode {
		f.wrong(n, path, "a mapping of keys to values", kindOf(n), "")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, at := n.Content[i], join(path, show(n.Content[i].Value))
		k := reflect.New(v.Type().Key())
		if u, ok := k.Interface().(encoding.TextUnmarshaler); ok {
			if err := u.UnmarshalText([]byte(key.Value)); err != nil {
				f.refuse(key, at, err)
				continue
			}
		} else {
			k.Elem().SetString(key.Value)
		}
		if v.MapIndex(k.Elem()).IsValid() {
			f.note(key, at, "each key once", "it again", "")
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		f.value(item, n.Content[i+1], at, g)
		v.SetMapIndex(k.Elem(), item)
	}
}

// check asks a settings struct for what its fields' tags cannot say. It is not asked if one of its own values is broken; what
// it says of parts in which something is broken does not count.
func (f *filler) check(v reflect.Value, path string, before int) {
	if !v.CanAddr() {
		return
	}
	c, ok := v.Addr().Interface().(problem.Checker)
	if !ok {
		return
	}
	var parts Broken
	for _, fault := range f.faults[before:] {
		part, own := part(path, fault)
		if own {
			return
		}
		parts.Add(part)
	}
	for _, p := range problem.Under(path, c.Check()) {
		if !parts.Clean(p.Path) {
			continue
		}
		f.fault(p.Path)
		if placed := f.doc.Problem(p); !f.named(placed) {
			f.problems = append(f.problems, placed)
		}
	}
}

// part is the part of a struct at path that a broken value is in: two keys below it, such as a list item. A value of the
// struct's own is no part.
func part(path, broken string) (part string, own bool) {
	rest := strings.TrimPrefix(strings.TrimPrefix(broken, path), ".")
	first, more, deep := strings.Cut(rest, ".")
	if !deep {
		return "", true
	}
	second, _, _ := strings.Cut(more, ".")
	return join(join(path, first), second), false
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

// duration reads a time.Duration, which always has its unit.
func (f *filler) duration(v reflect.Value, n *yaml.Node, path string, g field) {
	if n.Kind != yaml.ScalarNode {
		f.wrong(n, path, f.wanted(v.Type(), g), kindOf(n), "")
		return
	}
	d, err := unit.ParseDuration(n.Value)
	if err != nil {
		f.refuse(n, path, err)
		return
	}
	v.SetInt(int64(d))
	f.bounds(v, n, path, g)
}

// limitText writes a bound as a file would.
func limitText(v reflect.Value, bound float64) string {
	switch {
	case v.Type() == durationType:
		return unit.FormatDuration(time.Duration(bound))
	case v.Type() == reflect.TypeFor[unit.Rate]():
		return unit.Rate(bound).String()
	case v.Type() == reflect.TypeFor[unit.Share]():
		return unit.Share(bound).String()
	}
	return strconv.FormatFloat(bound, 'f', -1, 64)
}
