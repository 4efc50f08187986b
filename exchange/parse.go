package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Bounds of what is read: memory stays in proportion to them.
const (
	maxBytes = 64 << 20 // of JSON: terraform show -json of a large account
	maxYAML  = 4 << 20  // of a template; CloudFormation takes 1 MB
	maxDepth = 100
	maxNodes = 2_000_000
)

// A Source is a file: its name, for messages, and its text; or why it could not be read.
type Source struct {
	Name string
	Text []byte
	Err  error
}

// A flaw is why a text could not be read: where in the text, if that is known.
type flaw struct {
	line, col int
	must, got string
}

func (f *flaw) Error() string { return f.must + ", got " + f.got }

// parse reads the documents of a file: JSON (one value or several, one after the other) or YAML.
func parse(s Source) ([]*node, *flaw) {
	body := bytes.TrimPrefix(s.Text, []byte("\xef\xbb\xbf"))
	switch {
	case s.Err != nil:
		return nil, &flaw{must: "a file that can be read", got: s.Err.Error()}
	case len(body) > maxBytes:
		return nil, &flaw{must: "at most 64 MiB", got: strconv.Itoa(len(body)) + " bytes"}
	case !utf8.Valid(body):
		return nil, &flaw{must: "text in UTF-8", got: "other bytes"}
	case len(bytes.TrimSpace(body)) == 0:
		return nil, &flaw{must: "JSON or YAML", got: "an empty file"}
	}
	first := bytes.TrimLeft(body, " \t\r\n")[0]
	if first == '{' || first == '[' {
		return parseJSON(s.Name, body)
	}
	return parseYAML(s.Name, body)
}

// A budget bounds the nodes of a file.
type budget int

var errMany = fmt.Errorf("at most %d values", maxNodes)

func (b *budget) take() error {
	if *b++; *b > maxNodes {
		return errMany
	}
	return nil
}

// A jsonReader reads values token by token, so that keys keep their order and one that comes twice is seen.
type jsonReader struct {
	file   string
	dec    *json.Decoder
	budget budget
}

func parseJSON(file string, body []byte) (docs []*node, bad *flaw) {
	r := &jsonReader{file: file, dec: json.NewDecoder(bytes.NewReader(body))}
	r.dec.UseNumber()
	for {
		root := "$"
		if len(docs) > 0 {
			root = "$" + strconv.Itoa(len(docs)+1) // a further document
		}
		n, err := r.value(root, 0)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, r.flaw(body, err)
		}
		docs = append(docs, n)
	}
	return docs, nil
}

// flaw is a JSON error with its place.
func (r *jsonReader) flaw(body []byte, err error) *flaw {
	at := r.dec.InputOffset()
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) {
		at = max(0, wrong.Offset-1)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		at, err = int64(len(body)), errors.New("the end of the file inside a value")
	}
	f := &flaw{must: "JSON", got: strings.TrimPrefix(err.Error(), "json: ")}
	before := body[:min(at, int64(len(body)))]
	f.line = bytes.Count(before, []byte("\n")) + 1
	f.col = len(before) - bytes.LastIndexByte(before, '\n')
	return f
}

func (r *jsonReader) value(path string, depth int) (*node, error) {
	t, err := r.dec.Token()
	if err != nil {
		if err == io.EOF && depth > 0 {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if err := r.budget.take(); err != nil {
		return nil, err
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("values nested more than %d deep", maxDepth)
	}
	n := &node{file: r.file, path: path}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return n, r.list(n, depth)
		}
		return n, r.object(n, depth)
	case string:
		n.kind, n.text = text, t
	case json.Number:
		n.kind, n.text = number, t.String()
	case bool:
		n.kind, n.text = truth, strconv.FormatBool(t)
	}
	return n, nil
}

func (r *jsonReader) list(n *node, depth int) error {
	n.kind = list
	for r.dec.More() {
		c, err := r.value(item(n.path, len(n.items)), depth+1)
		if err != nil {
			return err
		}
		n.items = append(n.items, c)
	}
	return r.close()
}

func (r *jsonReader) object(n *node, depth int) error {
	n.kind = object
	known := map[string]bool{}
	for r.dec.More() {
		t, err := r.dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		if known[key] {
			return fmt.Errorf("the key %q twice in %s", key, n.path)
		}
		known[key] = true
		c, err := r.value(below(n.path, key), depth+1)
		if err != nil {
			return err
		}
		n.keys, n.items = append(n.keys, key), append(n.items, c)
	}
	return r.close()
}

// close reads the bracket at the end.
func (r *jsonReader) close() error {
	_, err := r.dec.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// parseYAML reads templates: one document or several. A library that panics on what it cannot read is one more syntax error.
func parseYAML(file string, body []byte) (docs []*node, bad *flaw) {
	defer func() {
		if r := recover(); r != nil {
			docs, bad = nil, &flaw{must: "YAML", got: plainLine(fmt.Sprint(r))}
		}
	}()
	if len(body) > maxYAML {
		return nil, &flaw{must: "YAML of at most 4 MiB", got: strconv.Itoa(len(body)) + " bytes"}
	}
	if nested(body) > 10*maxDepth {
		return nil, &flaw{must: fmt.Sprintf("values nested at most %d deep", maxDepth), got: "more"}
	}
	dec := yaml.NewDecoder(bytes.NewReader(body))
	c := &yamlReader{file: file}
	for {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if err == io.EOF {
			return docs, nil
		}
		if err != nil {
			return nil, &flaw{must: "JSON or YAML", got: plainLine(strings.TrimPrefix(err.Error(), "yaml: "))}
		}
		if len(doc.Content) == 0 {
			continue
		}
		root := "$"
		if len(docs) > 0 {
			root = "$" + strconv.Itoa(len(docs)+1)
		}
		n, wrong := c.value(doc.Content[0], root, 0)
		if wrong != nil {
			return nil, wrong
		}
		docs = append(docs, n)
	}
}

// nested is a bound of how deep the brackets and the indentation of a text nest.
func nested(body []byte) (most int) {
	open := 0
	for line := range bytes.Lines(body) {
		indent := len(line) - len(bytes.TrimLeft(line, " -?"))
		most = max(most, indent/2)
		for _, c := range line {
			switch c {
			case '[', '{':
				open++
				most = max(most, open)
			case ']', '}':
				open = max(0, open-1)
			}
		}
	}
	return most
}

// A yamlReader turns a tree of YAML into nodes; CloudFormation's short forms (!Ref X) become their long ones ({Ref: X}).
type yamlReader struct {
	file   string
	budget budget
}

func (r *yamlReader) value(y *yaml.Node, path string, depth int) (*node, *flaw) {
	wrong := func(must, got string) (*node, *flaw) {
		return nil, &flaw{y.Line, y.Column, must, got}
	}
	if err := r.budget.take(); err != nil {
		return wrong(err.Error(), "more")
	}
	if depth > maxDepth {
		return wrong(fmt.Sprintf("values nested at most %d deep", maxDepth), "more")
	}
	if y.Kind == yaml.AliasNode || y.Anchor != "" {
		return wrong("a value that is written out: neither an anchor nor an alias", plainLine("*"+y.Value+y.Anchor))
	}
	if tag := y.Tag; y.Style&yaml.TaggedStyle != 0 && strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		bare := *y
		bare.Tag, bare.Style = "", y.Style&^yaml.TaggedStyle
		if y.Kind == yaml.ScalarNode {
			bare.Tag = "!!str"
		}
		name := "Fn::" + tag[1:]
		if tag == "!Ref" || tag == "!Condition" {
			name = tag[1:]
		}
		c, bad := r.value(&bare, below(path, name), depth+1)
		return &node{file: r.file, path: path, kind: object, keys: []string{name}, items: []*node{c}}, bad
	}
	n := &node{file: r.file, path: path}
	switch y.Kind {
	case yaml.SequenceNode:
		n.kind = list
		for i, c := range y.Content {
			v, bad := r.value(c, item(path, i), depth+1)
			if bad != nil {
				return nil, bad
			}
			n.items = append(n.items, v)
		}
	case yaml.MappingNode:
		return n, r.mapping(n, y, depth)
	default:
		r.scalar(n, y)
	}
	return n, nil
}

func (r *yamlReader) mapping(n *node, y *yaml.Node, depth int) *flaw {
	n.kind = object
	known := map[string]bool{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			return &flaw{key.Line, key.Column, "a plain word as a key", "something else"}
		case known[key.Value]:
			return &flaw{key.Line, key.Column, "each key once", plainLine(key.Value) + " twice"}
		}
		known[key.Value] = true
		v, bad := r.value(y.Content[i+1], below(n.path, key.Value), depth+1)
		if bad != nil {
			return bad
		}
		n.keys, n.items = append(n.keys, key.Value), append(n.items, v)
	}
	return nil
}

// scalar reads a plain value; times and odd numbers stay the texts that they are.
func (r *yamlReader) scalar(n *node, y *yaml.Node) {
	n.kind, n.text = text, y.Value
	switch y.ShortTag() {
	case "!!null":
		n.kind = null
	case "!!bool":
		n.kind, n.text = truth, strings.ToLower(y.Value)
	case "!!int", "!!float":
		if json.Valid([]byte(y.Value)) {
			n.kind = number
		}
	}
}
