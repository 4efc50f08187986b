package strict

import (
	"encoding"
	"errors"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

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
	faults   int             // how many of them there were
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
	f.faults++
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
	f.bounds(v, n, path, g)
	f.check(v, path)
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
	s := shapeOf(v.Type())
	given := f.keys(s, n, path, item)
	if s.choice {
		f.choice(v, s, n, given, path)
		f.check(v, path)
		return
	}
	gone := s.replaced(func(g field) bool { return given[g.key] != nil })
	for i := range s.fields {
		g := &s.fields[i]
		switch node, ok := given[g.key]; {
		case ok && gone[g.key] != "":
			f.wrong(node, join(path, g.key), "left out: "+gone[g.key]+" stands instead of it", "both", "")
		case ok:
			f.value(v.FieldByIndex(g.index), node, join(path, g.key), *g)
		}
	}
	if s.rest != nil {
		f.further(v.FieldByIndex(s.rest.index), s, n, path)
	}
	for i := range s.fields {
		if g := &s.fields[i]; given[g.key] == nil && gone[g.key] == "" {
			f.leftOut(v.FieldByIndex(g.index), n, join(path, g.key), *g)
		}
	}
	f.check(v, path)
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
				if below := s.deeper(key.Value); len(below) > 0 && len(meant(key.Value, known)) == 0 {
					hint = "did you mean " + strings.Join(below[:min(len(below), 3)], " or ") + "?"
				}
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
		before := f.faults
		f.value(v, &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}, path, g)
		if g.required && f.faults == before {
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
