package exchange

import (
	"strconv"
	"strings"
	"unicode"

	"headroom/unit"
)

// kind is what a node is.
type kind int

const (
	null kind = iota
	text
	number
	truth
	list
	object
)

// A node is a value of a document. It knows where it stands, and whether it has been read.
type node struct {
	file   string
	path   string // from the root of the document: $.ScalingPolicies[0].PolicyName
	kind   kind
	text   string   // of a text, a number, a truth value
	open   string   // what in the text could not be resolved, such as ${MinCapacity}; "" if all of it could
	stuck  bool     // open, and not even a name
	keys   []string // of an object, in their order
	items  []*node  // of a list, or of an object at its keys
	read   bool     // a scalar: its value has been used; a list or object: all below it is accounted for
	opened bool     // it is an object of which some keys were asked for
}

// at is the value at a key, nil if there is none, or null.
func (n *node) at(key string) *node {
	if n == nil || n.kind != object {
		return nil
	}
	for i, k := range n.keys {
		if k == key {
			n.opened = true
			if n.items[i].kind == null {
				n.items[i].read = true
				return nil
			}
			return n.items[i]
		}
	}
	return nil
}

// has tells whether a key is there, and not null; the value stays unread.
func (n *node) has(keys ...string) bool {
	for _, key := range keys {
		for i, k := range n.keys {
			if n.kind == object && k == key && n.items[i].kind != null {
				return true
			}
		}
	}
	return false
}

// list is the items at a key; a single value counts as a list of one.
func (n *node) list(key string) []*node {
	c := n.at(key)
	switch {
	case c == nil:
		return nil
	case c.kind == list:
		if len(c.items) == 0 {
			c.read = true
		}
		return c.items
	}
	return []*node{c}
}

// peek is a text at a key without marking it as read; "" if there is none.
func (n *node) peek(key string) string {
	for i, k := range n.keys {
		if n.kind == object && k == key && n.items[i].kind == text {
			return n.items[i].text
		}
	}
	return ""
}

// texts are the texts at a key, read.
func (n *node) texts(key string) (out []string) {
	for _, c := range n.list(key) {
		if c.kind == text {
			c.read = true
			out = append(out, c.text)
		}
	}
	return out
}

// done accounts for all of a node: it has been understood, or said to be without effect.
func (n *node) done() {
	if n != nil {
		n.read = true
	}
}

// where is the node's place in words.
func (n *node) where() string { return n.file + ": " + n.path }

// shown is the node's value, short enough for a message.
func (n *node) shown() string {
	switch n.kind {
	case null:
		return "nothing"
	case list:
		return "a list of " + strconv.Itoa(len(n.items))
	case object:
		return "an object"
	case text:
		return unit.Show(n.text)
	}
	return n.text
}

// unread lists the topmost nodes that nobody has read.
func (n *node) unread() (left []*node) {
	switch {
	case n.read || n.kind == null, (n.kind == list || n.kind == object) && len(n.items) == 0, n.kind == text && n.text == "":
		return nil
	case n.kind == list:
		for _, c := range n.items {
			left = append(left, c.unread()...)
		}
		return left
	case n.kind == object && n.opened:
		for _, c := range n.items {
			left = append(left, c.unread()...)
		}
		return left
	}
	return []*node{n}
}

// below is the path of a key below a path.
func below(path, key string) string {
	plain := key != ""
	for i, c := range key {
		plain = plain && (c == '_' || unicode.IsLetter(c) || i > 0 && unicode.IsDigit(c))
	}
	if plain {
		return path + "." + key
	}
	return path + "[" + strconv.Quote(key) + "]"
}

// item is the path of an item of a list.
func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// plainLine is a text on one line, of printable characters only, so that it can stand in a comment or a message.
func plainLine(s string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return '·'
		}
		return c
	}, s)
}
