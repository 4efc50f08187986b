package strict

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

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
