package report

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Parts are what a number is made of, each with its name, in a fixed order: one JSON object.
type Parts []Part

// A Part is one of them.
type Part struct {
	Name string
	Number
}

// Of is the part of a name; 0 if there is none.
func (p Parts) Of(name string) Number {
	for _, part := range p {
		if part.Name == name {
			return part.Number
		}
	}
	return Plain(0)
}

// MarshalJSON writes an object in the order of the parts.
func (p Parts) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, part := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(part.Name)
		number, err := part.Number.MarshalJSON()
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(number)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Parts) UnmarshalJSON(text []byte) error {
	*p = nil
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return json.Unmarshal(text, &map[string]Number{}) // null, or the error
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		part := Part{Name: name.(string)}
		if err := d.Decode(&part.Number); err != nil {
			return err
		}
		*p = append(*p, part)
	}
	return nil
}

// parts are all measures whose path begins so, over the samples, but for those that no sample has.
func parts(samples []Sample, prefix string) Parts {
	var p Parts
	for _, m := range measures {
		if name, ok := strings.CutPrefix(m.path, prefix); ok {
			if n := over(samples, m.path); n.Exists() {
				p = append(p, Part{name, n})
			}
		}
	}
	return p
}
