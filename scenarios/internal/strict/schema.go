package strict

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"headroom/unit"
)

// A Patterner is a type with UnmarshalText that knows its text as a regular expression (of JSON Schema: no look-around).
type Patterner interface{ Pattern() string }

// object is a part of a schema. Keys are written in the order of the alphabet, so equal types give equal bytes.
type object = map[string]any

// Schema is the JSON Schema (draft 2020-12) of a settings struct, from the same tags that the walk obeys. It says what one
// value can be; what several values must be together, and whether times and names exist, only the walk knows.
func Schema(settings any, id, title, about string) ([]byte, error) {
	w := &schemer{defs: object{}}
	root := w.value(reflect.TypeOf(settings), field{})
	name := strings.TrimPrefix(fmt.Sprint(root["$ref"]), "#/$defs/")
	top, _ := w.defs[name].(object)
	delete(w.defs, name)
	out := object{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": id, "$defs": w.defs}
	for k, v := range top {
		out[k] = v
	}
	out["title"], out["description"] = title, about
	text, err := json.MarshalIndent(out, "", "  ")
	return append(text, '\n'), err
}

// A schemer collects the definitions of structs by name.
type schemer struct{ defs object }

// value is the schema of a type where a field stands.
func (w *schemer) value(t reflect.Type, g field) object {
	t = bare(t)
	s := shapeOf(t)
	switch {
	case t == rawType:
		return object{}
	case t == durationType:
		return described(object{"type": "string", "pattern": unit.DurationPattern, "minLength": 2}, g)
	case s.text && t.Kind() == reflect.Struct && mapping(t):
		return described(object{"anyOf": []any{w.text(t), w.ref(t)}}, g)
	case s.text && t.Kind() == reflect.Slice:
		return described(object{"anyOf": []any{w.text(t), object{"type": "array", "items": w.value(t.Elem(), field{})}}}, g)
	case s.text:
		return described(w.text(t), g)
	}
	switch t.Kind() {
	case reflect.Struct:
		return described(w.ref(t), g)
	case reflect.Slice:
		return described(object{"type": "array", "items": w.item(t.Elem(), g)}, g)
	case reflect.Array:
		return described(object{"type": "array", "items": w.value(t.Elem(), field{check: g.check}), "minItems": t.Len(), "maxItems": t.Len()}, g)
	case reflect.Map:
		return described(object{"type": "object", "additionalProperties": w.value(t.Elem(), field{})}, g)
	case reflect.String:
		o := object{"type": "string"}
		if len(g.enum) > 0 {
			o["enum"] = g.enum
		} else if g.required {
			o["pattern"] = `\S`
		}
		return described(o, g)
	case reflect.Bool:
		return described(object{"type": "boolean"}, g)
	case reflect.Float64:
		return described(bounded(object{"type": "number"}, t, g), g)
	}
	o := object{"type": "integer"}
	if t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64 {
		o["minimum"] = 0
	}
	return described(bounded(o, t, g), g)
}

// text is the schema of a scalar with UnmarshalText. Where the pattern allows a bare number, YAML has it as one.
func (w *schemer) text(t reflect.Type) object {
	p, ok := reflect.Zero(t).Interface().(Patterner)
	if !ok {
		return object{"type": []string{"string", "number", "boolean"}}
	}
	o := object{"type": "string", "pattern": p.Pattern()}
	if shape := pattern(p.Pattern()); shape.number {
		alternatives := []any{o, object{"type": "number"}}
		if !shape.negative {
			alternatives[1] = object{"type": "number", "minimum": 0}
		}
		if !shape.fraction {
			alternatives[1].(object)["type"] = "integer"
		}
		return object{"anyOf": alternatives}
	}
	return o
}

// described adds what a field says of itself.
func described(o object, g field) object {
	if g.doc != "" {
		o["description"] = g.doc
	}
	if g.has {
		o["default"] = g.fallback
		if n := fallback(g.fallback); n.Kind == 8 && n.Style == 0 { // a scalar: as JSON has it
			o["default"] = JSON(n)
		}
	}
	return o
}

// bounded adds the bounds of a number.
func bounded(o object, t reflect.Type, g field) object {
	for _, rule := range list(g.check, ",") {
		name, text, _ := strings.Cut(strings.TrimSpace(rule), "=")
		bound := json.Number(strconv.FormatFloat(Bound(t, text), 'f', -1, 64))
		switch name {
		case "positive":
			o["exclusiveMinimum"] = 0
		case "exactly":
			o["const"] = bound
		case "min":
			o["minimum"] = bound
		case "max":
			o["maximum"] = bound
		}
	}
	return o
}

// item is the schema of a list's items: any mapping among them may have a name.
func (w *schemer) item(t reflect.Type, g field) object {
	t = bare(t)
	if t.Kind() != reflect.Struct || !mapping(t) {
		return w.value(t, field{enum: g.enum, check: g.check})
	}
	name := w.define(t, true)
	ref := object{"$ref": "#/$defs/" + name}
	if shapeOf(t).text {
		return object{"anyOf": []any{w.text(t), ref}}
	}
	return ref
}

// ref points at the definition of a struct.
func (w *schemer) ref(t reflect.Type) object {
	return object{"$ref": "#/$defs/" + w.define(t, false)}
}

// define writes down a struct once; as an item of a list it has a name as well.
func (w *schemer) define(t reflect.Type, item bool) string {
	name := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:] + "." + t.Name()
	if item {
		name += ".item"
	}
	if _, done := w.defs[name]; done {
		return name
	}
	o := object{"type": "object", "additionalProperties": false}
	w.defs[name] = o
	s, properties := shapeOf(t), object{}
	gone := s.replaced(func(field) bool { return true })
	var required, choices, unless []any
	for _, g := range s.fields {
		properties[g.key] = w.value(g.typ, g)
		inner := bare(g.typ)
		needed := g.required || !g.has && inner == g.typ && inner.Kind() == reflect.Struct && needy(inner)
		switch {
		case s.choice && g.key != "name":
			choices = append(choices, object{"required": []string{g.key}})
		case needed && gone[g.key] != "":
			unless = append(unless, g.key)
		case needed:
			required = append(required, g.key)
		}
	}
	if _, has := properties["name"]; item && !has {
		properties["name"] = object{"type": "string"}
	}
	o["properties"] = properties
	if len(required) > 0 {
		o["required"] = required
	}
	for _, g := range s.fields {
		if len(g.replaces) > 0 { // one key at most: the schema has one if
			o["if"], o["then"], o["else"] = object{"required": []string{g.key}}, object{"properties": without(g.replaces)}, object{"required": unless}
		}
	}
	if s.choice {
		o["oneOf"] = choices
	}
	if s.rest != nil {
		o["additionalProperties"] = w.value(s.rest.typ.Elem(), field{})
	}
	return name
}

// without refuses keys.
func without(keys []string) object {
	none := object{}
	for _, k := range keys {
		none[k] = false
	}
	return none
}

// needy tells whether leaving out a struct leaves out something required within it.
func needy(t reflect.Type) bool {
	s := shapeOf(t)
	if s.text || s.choice {
		return false
	}
	for _, g := range s.fields {
		inner := bare(g.typ)
		if g.required || !g.has && inner == g.typ && inner.Kind() == reflect.Struct && needy(inner) {
			return true
		}
	}
	return false
}
