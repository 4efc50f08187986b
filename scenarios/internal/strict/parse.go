// Package strict reads one YAML document into settings structs by reflection, and refuses everything it is not sure of: it
// lists every problem of a file at once, each with its place, and repairs nothing. The tags of the structs say what a file may
// hold (see shape.go); the same tags write the JSON Schema and the file with every default. Edits by path change the tree
// before it is read, so what they set is checked like the rest.
package strict

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits of a file.
const (
	MaxBytes = 1 << 20
	maxDepth = 40
	enough   = 10 // problems of the same kind: an alias bomb has hundreds
)

// A Document is a parsed file. A node with a negative line −k comes from edit k−1: it has no place in the file.
type Document struct {
	File  string
	Root  *yaml.Node
	lines []string
	edits []string // what to call the edits, in the order in which they were made
}

// Parse reads a text that must be one YAML document: UTF-8 (a byte-order mark is skipped), at most 1 MiB, a mapping at its
// top, not too deep, without aliases, anchors, merge keys and tags.
func Parse(file string, text []byte) (*Document, Problems) {
	d := &Document{File: file}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if ps := d.readable(text); ps != nil {
		return d, ps
	}
	d.lines = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	root, more, err := decode(text)
	switch {
	case err != nil:
		return d, Problems{d.syntax(text, err)}
	case root == nil:
		return d, Problems{d.at(1, 1, "", "a scenario", "an empty file", "")}
	case more > 0:
		return d, Problems{d.at(more, 1, "", "one document in a file", "a second one", "")}
	}
	d.Root = root
	if ps := d.plain(root, "", 0); ps != nil {
		return d, ps[:min(len(ps), enough)]
	}
	if root.Kind != yaml.MappingNode {
		return d, Problems{d.at(root.Line, root.Column, "", "a mapping of keys to values", kindOf(root), "")}
	}
	return d, nil
}

// readable says why the text cannot be YAML at all.
func (d *Document) readable(text []byte) Problems {
	if len(text) > MaxBytes {
		return Problems{d.at(0, 0, "", "at most 1 MiB (1048576 bytes)", fmt.Sprintf("%d bytes or more", len(text)), "")}
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return Problems{d.at(0, 0, "", "text in UTF-8", "UTF-16", "")}
	}
	line, col := 1, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		col++
		switch {
		case r == '\n':
			line, col = line+1, 0
		case r == utf8.RuneError && size == 1:
			return Problems{d.at(line, col, "", "text in UTF-8", fmt.Sprintf("the byte %#02x", text[i-1]), "")}
		case r == '\t' || r == '\r':
		case unicode.IsControl(r) || r == 0xFEFF || r == 0x2028 || r == 0x2029:
			return Problems{d.at(line, col, "", "plain text", fmt.Sprintf("the control character U+%04X", r), "")}
		}
	}
	return nil
}

// decode reads the first document of a text, nil if there is none; more is the line of a second one. A library that panics on
// what it cannot read is one more syntax error.
func decode(text []byte) (root *yaml.Node, more int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	if depth(text) > 1000 {
		return nil, 0, errDeep
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	if err := dec.Decode(&first); err == io.EOF {
		return nil, 0, nil
	} else if err != nil {
		return nil, 0, err
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		more = second.Line
		if len(second.Content) > 0 {
			more = max(1, second.Content[0].Line)
		}
	case err != io.EOF:
		return nil, 0, err
	}
	if len(first.Content) == 0 {
		return nil, more, nil
	}
	if root = first.Content[0]; root.Kind == yaml.ScalarNode && root.Tag == "!!null" && root.Style == 0 && more == 0 {
		return nil, 0, nil // comments only, or a lonely null
	}
	return root, more, nil
}

var errDeep = fmt.Errorf("deep")

// depth is the most brackets that are open at once, wherever they stand: enough to keep the parser from climbing them.
func depth(text []byte) (most int) {
	open := 0
	for _, c := range text {
		switch c {
		case '[', '{':
			open++
			most = max(most, open)
		case ']', '}':
			open = max(0, open-1)
		}
	}
	return most
}

// plain refuses what makes a YAML tree more than keys and values: each once, at its place.
func (d *Document) plain(n *yaml.Node, path string, depth int) (ps Problems) {
	refuse := func(must, got string) { ps = append(ps, d.on(n, path, must, got, "")) }
	switch {
	case depth > maxDepth:
		refuse(fmt.Sprintf("at most %d levels deep", maxDepth), "more")
		return ps
	case n.Kind == yaml.AliasNode:
		refuse("a value that is written out", "the alias *"+show(n.Value))
		return ps
	case n.Anchor != "":
		refuse("a value without an anchor", "&"+show(n.Anchor))
	case n.Style&yaml.TaggedStyle != 0:
		refuse("a value without a tag", show(n.Tag))
	}
	switch n.Kind {
	case yaml.SequenceNode:
		for i, item := range n.Content {
			ps = append(ps, d.plain(item, join(path, fmt.Sprint(i)), depth+1)...)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			switch {
			case key.Tag == "!!merge":
				ps = append(ps, d.on(key, path, "keys that are written out", "the merge key <<", ""))
				continue
			case key.Kind != yaml.ScalarNode:
				ps = append(ps, d.on(key, path, "a plain word as a key", kindOf(key), ""))
				continue
			}
			ps = append(ps, d.plain(key, path, depth)...)
			ps = append(ps, d.plain(n.Content[i+1], join(path, show(key.Value)), depth+1)...)
		}
	}
	return ps
}

// on is a problem at a node.
func (d *Document) on(n *yaml.Node, path, must, got, hint string) Problem {
	if n.Line < 0 {
		return Problem{File: d.edits[-n.Line-1], Path: path, Must: must, Got: got, Hint: hint}
	}
	return d.at(n.Line, n.Column, path, must, got, hint)
}

// at is a problem at a place of the file.
func (d *Document) at(line, col int, path, must, got, hint string) Problem {
	return Problem{File: d.File, Line: line, Col: col, Path: path, Must: must, Got: got, Hint: hint}
}

// kindOf names what a node is.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	if n.Tag == "!!null" && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
		return "nothing"
	}
	return show(n.Value)
}

// join puts a key below a path.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
