package strict

import (
	"encoding"
	"reflect"
	"strings"
	"sync"
	"time"
)

// The tags of a settings struct:
//
//	yaml:"key"        the key; "-": not in the file; ",inline" on a map: further keys; on a struct: its keys are ours
//	default:"text"    what a left-out key means, as YAML
//	required:"true"   the key must be there
//	enum:"a|b"        the words that a text may be
//	never:"x: why|y: why"  words that people try there, and why they cannot be
//	check:"positive"  bounds, also min=N, max=N and exactly=N, separated by commas
//	instead:"a,b"     keys that setting this one by a path removes: they say the same in another way
//	replaces:"a,b"    keys of the other kind: beside this one they must not stand, and are not required
//	doc:"…"           one sentence for the schema
//	choice:"true"     on a field `_ struct{}`: exactly one key is given
//
// A type with UnmarshalText is read from a scalar's text; if it also has tagged fields, a mapping fills those.

// A field is a key of a mapping.
type field struct {
	key      string
	index    []int
	typ      reflect.Type
	fallback string // the default, as YAML
	has      bool   // whether there is one
	required bool
	enum     []string
	never    []string
	check    string
	instead  []string
	replaces []string
	doc      string
}

// A shape is what a type may look like in a file.
type shape struct {
	text   bool // a scalar, by UnmarshalText
	fields []field
	choice bool
	rest   *field // the inline map
}

var (
	shapes       sync.Map // reflect.Type → *shape
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType = reflect.TypeFor[time.Duration]()
)

// shapeOf is the shape of a type that is no pointer.
func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{text: reflect.PointerTo(t).Implements(textType)}
	if t.Kind() == reflect.Struct {
		s.add(t, nil)
	}
	shapes.Store(t, s)
	return s
}

// add takes up the fields of a struct, and those of the structs that are inline in it.
func (s *shape) add(t reflect.Type, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("choice") == "true" {
			s.choice = true
		}
		tag, tagged := f.Tag.Lookup("yaml")
		key, option, _ := strings.Cut(tag, ",")
		if !tagged || key == "-" || !f.IsExported() {
			continue
		}
		at := append(append([]int(nil), index...), i)
		if option == "inline" && f.Type.Kind() == reflect.Struct {
			s.add(f.Type, at)
			continue
		}
		fallback, has := f.Tag.Lookup("default")
		g := field{
			key: key, index: at, typ: f.Type, fallback: fallback, has: has, required: f.Tag.Get("required") == "true",
			enum: list(f.Tag.Get("enum"), "|"), never: list(f.Tag.Get("never"), "|"), check: f.Tag.Get("check"),
			instead: list(f.Tag.Get("instead"), ","), replaces: list(f.Tag.Get("replaces"), ","), doc: f.Tag.Get("doc"),
		}
		if option == "inline" {
			s.rest = &g
			continue
		}
		s.fields = append(s.fields, g)
	}
}

// list splits a tag; nil if it is empty.
func list(tag, by string) []string {
	if tag == "" {
		return nil
	}
	return strings.Split(tag, by)
}

// find is the field of a key.
func (s *shape) find(key string) *field {
	for i := range s.fields {
		if s.fields[i].key == key {
			return &s.fields[i]
		}
	}
	return nil
}

// replaced are the keys that have no place beside those that are there, and which one they have none beside.
func (s *shape) replaced(there func(field) bool) map[string]string {
	var gone map[string]string
	for _, g := range s.fields {
		if len(g.replaces) == 0 || !there(g) {
			continue
		}
		for _, key := range g.replaces {
			if gone == nil {
				gone = map[string]string{}
			}
			gone[key] = g.key
		}
	}
	return gone
}

// keys are the keys in the order of the struct. Of a choice they are what can be chosen: a name is not.
func (s *shape) keys() (keys []string) {
	for _, f := range s.fields {
		if !s.choice || f.key != "name" {
			keys = append(keys, f.key)
		}
	}
	return keys
}

// bare is a type without its pointers.
func bare(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// mapping tells whether a file writes the type as a mapping (perhaps among other ways).
func mapping(t reflect.Type) bool {
	s := shapeOf(t)
	return t.Kind() == reflect.Map || t.Kind() == reflect.Struct && (len(s.fields) > 0 || s.rest != nil)
}
