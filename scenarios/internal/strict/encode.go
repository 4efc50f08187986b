package strict

import (
	"bytes"
	"encoding"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"time"

	"headroom/unit"

	"gopkg.in/yaml.v3"
)

// Encode writes a settings struct as the file that would give it, every default written out. What was left out and has no
// default (a nil pointer or list, an empty text, a zero) is left out again. List items keep the names that they have in the
// document; keep names top keys whose trees are the document's own.
func (d *Document) Encode(settings any, keep ...string) ([]byte, error) {
	n, err := encode(reflect.ValueOf(settings))
	if err != nil {
		return nil, err
	}
	names(d.Root, n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if own := child(d.Root, n.Content[i].Value); own != nil && slices.Contains(keep, n.Content[i].Value) {
			n.Content[i+1] = unplaced(copyOf(own))
		}
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// names gives list items the names that they have in the tree from which the settings were read, where no setting holds them.
func names(from, to *yaml.Node) {
	switch {
	case from.Kind != to.Kind:
	case from.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(from.Content); i += 2 {
			if below := child(to, from.Content[i].Value); below != nil {
				names(from.Content[i+1], below)
			}
		}
	case from.Kind == yaml.SequenceNode && len(from.Content) == len(to.Content):
		for i, item := range from.Content {
			if name := nameOf(item); name != nil && to.Content[i].Kind == yaml.MappingNode && nameOf(to.Content[i]) == nil {
				to.Content[i].Content = append([]*yaml.Node{word("name"), word(name.Value)}, to.Content[i].Content...)
			}
			names(item, to.Content[i])
		}
	}
}

// encode writes a value as a tree; nil if a file cannot and need not say it.
func encode(v reflect.Value) (*yaml.Node, error) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, nil
		}
		return encode(v.Elem())
	}
	t := v.Type()
	switch {
	case t == rawType:
		if n := v.Interface().(Raw).Node; n != nil {
			return unplaced(copyOf(n)), nil
		}
		return nil, nil
	case t == durationType:
		return word(unit.FormatDuration(time.Duration(v.Int()))), nil
	case shapeOf(t).text:
		n, err := encodeText(v)
		if n != nil || err != nil || t.Kind() != reflect.Struct {
			return n, err
		}
	}
	switch t.Kind() {
	case reflect.Struct:
		return encodeStruct(v)
	case reflect.Slice, reflect.Array:
		return encodeList(v)
	case reflect.Map:
		n := &yaml.Node{Kind: yaml.MappingNode}
		return n, encodeMap(n, v)
	case reflect.String:
		return quoted(v.String()), nil
	case reflect.Bool:
		return plainScalar(strconv.FormatBool(v.Bool())), nil
	case reflect.Float64:
		return plainScalar(strconv.FormatFloat(v.Float(), 'g', -1, 64)), nil
	case reflect.Uint64, reflect.Uint:
		return plainScalar(strconv.FormatUint(v.Uint(), 10)), nil
	case reflect.Int, reflect.Int64:
		return plainScalar(strconv.FormatInt(v.Int(), 10)), nil
	}
	return nil, fmt.Errorf("%s cannot be written", t)
}

// unplaced is a tree without places and comments, so that it is written in one style.
func unplaced(n *yaml.Node) *yaml.Node {
	n.HeadComment, n.LineComment, n.FootComment, n.Line, n.Column = "", "", "", 0, 0
	for _, c := range n.Content {
		unplaced(c)
	}
	return n
}

// encodeText writes a type by its MarshalText; nil if that gives no text, which means: by its fields.
func encodeText(v reflect.Value) (*yaml.Node, error) {
	m, ok := v.Interface().(encoding.TextMarshaler)
	if !ok {
		return nil, fmt.Errorf("%s has no MarshalText", v.Type())
	}
	text, err := m.MarshalText()
	if err != nil || len(text) == 0 {
		return nil, err
	}
	return word(string(text)), nil
}

// word is a scalar that reads as the same text: in quotes where YAML would take it for something else, except a plain number,
// which types with UnmarshalText read as well.
func word(text string) *yaml.Node {
	if wholeNumber.MatchString(text) || anyNumber.MatchString(text) {
		return plainScalar(text)
	}
	return quoted(text)
}

// surprising are texts that older readers of YAML take for something else: 18:00 for 1080, no for false.
var surprising = regexp.MustCompile(`^([0-9][0-9_]*(:[0-5]?[0-9])+|(?i:y|n|yes|no|on|off))$`)

// quoted is a text, in quotes where a reader of YAML could take it for something else.
func quoted(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	if surprising.MatchString(text) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func plainScalar(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

func encodeStruct(v reflect.Value) (*yaml.Node, error) {
	n, s := &yaml.Node{Kind: yaml.MappingNode}, shapeOf(v.Type())
	gone := s.replaced(func(g field) bool { return !leaveOut(v.FieldByIndex(g.index)) })
	for i := range s.fields {
		g := &s.fields[i]
		at := v.FieldByIndex(g.index)
		if gone[g.key] != "" || !g.has && !g.required && leaveOut(at) {
			continue
		}
		c, err := encode(at)
		if err != nil {
			return nil, err
		}
		if c == nil {
			continue
		}
		n.Content = append(n.Content, word(g.key), c)
	}
	if s.rest != nil {
		return n, encodeMap(n, v.FieldByIndex(s.rest.index))
	}
	return n, nil
}

// leaveOut tells what a file without the key gives as well: zeros, and structs of nothing else. A list that is empty and not
// nil was given.
func leaveOut(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice:
		return v.IsNil()
	case reflect.Struct:
		if mapping(v.Type()) && !shapeOf(v.Type()).choice && !shapeOf(v.Type()).text {
			return false
		}
	}
	return v.IsZero()
}

func encodeList(v reflect.Value) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range v.Len() {
		c, err := encode(v.Index(i))
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, c)
	}
	if len(n.Content) == 0 || n.Content[0].Kind == yaml.ScalarNode && v.Len() > 3 && v.Index(0).Kind() != reflect.String {
		n.Style = yaml.FlowStyle
	}
	return n, nil
}

// encodeMap writes the entries of a map, by key.
func encodeMap(n *yaml.Node, v reflect.Value) error {
	type entry struct {
		key   string
		value reflect.Value
	}
	var entries []entry
	for it := v.MapRange(); it.Next(); {
		key := it.Key().String()
		if m, ok := it.Key().Interface().(encoding.TextMarshaler); ok {
			text, err := m.MarshalText()
			if err != nil {
				return err
			}
			key = string(text)
		}
		entries = append(entries, entry{key, it.Value()})
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].key < entries[j].key })
	for _, e := range entries {
		c, err := encode(e.value)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, word(e.key), c)
	}
	return nil
}
