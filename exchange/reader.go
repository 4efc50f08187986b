package exchange

import (
	"math"
	"strconv"
	"strings"
)

// A Note is something in a file that the scenario does not hold: what stands there, and why not.
type Note struct {
	File, Path, Why string
}

func (n Note) String() string { return n.File + ": " + n.Path + ": " + n.Why }

// A reader reads values out of nodes. What it cannot read is noted, never guessed.
type reader struct {
	notes   []Note
	without []Note // keys that are known and change nothing in a simulation
}

// note says what is not understood at a node, and accounts for all of it.
func (r *reader) note(n *node, why string) {
	n.done()
	r.notes = append(r.notes, Note{n.file, n.path, why})
}

// remark says something of a node whose value is used.
func (r *reader) remark(n *node, why string) {
	r.notes = append(r.notes, Note{n.file, n.path, why})
}

// skip accounts for keys that are known and change nothing in a simulation.
func (r *reader) skip(n *node, keys ...string) {
	for _, key := range keys {
		if n.has(key) {
			c := n.at(key)
			c.done()
			r.without = append(r.without, Note{c.file, c.path, ""})
		}
	}
}

// text is a text at a key.
func (r *reader) text(n *node, key string) (string, bool) {
	c := n.at(key)
	if c == nil || c.kind == text && c.text == "" {
		return "", false
	}
	if c.kind == list || c.kind == object {
		r.note(c, "must be a text, got "+c.shown())
		return "", false
	}
	if c.stuck {
		r.note(c, "has no value here: "+c.open)
		return "", false
	}
	c.read = true
	return c.text, true
}

// number is a number at a key, also one written as a text, as templates and Terraform do.
func (r *reader) number(n *node, key string) (float64, bool) {
	c := n.at(key)
	if c == nil || c.kind == text && c.text == "" {
		return 0, false
	}
	if c.open != "" {
		r.note(c, "has no value here: "+c.open)
		return 0, false
	}
	v, err := strconv.ParseFloat(c.text, 64)
	if c.kind != number && c.kind != text || err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.note(c, "must be a number, got "+c.shown())
		return 0, false
	}
	c.read = true
	return v, true
}

// whole is a whole number at a key.
func (r *reader) whole(n *node, key string) (int, bool) {
	v, ok := r.number(n, key)
	if !ok {
		return 0, false
	}
	if v != math.Trunc(v) || math.Abs(v) > 1e9 {
		r.note(n.at(key), "must be a whole number, got "+n.at(key).shown())
		return 0, false
	}
	return int(v), true
}

// truth is true or false at a key, also as a text.
func (r *reader) truth(n *node, key string) (value, ok bool) {
	c := n.at(key)
	if c == nil || c.kind == text && c.text == "" {
		return false, false
	}
	switch word := strings.ToLower(c.text); {
	case c.open != "":
		r.note(c, "has no value here: "+c.open)
	case (c.kind == truth || c.kind == text) && (word == "true" || word == "false"):
		c.read = true
		return word == "true", true
	default:
		r.note(c, "must be true or false, got "+c.shown())
	}
	return false, false
}
