package strict

import (
	"slices"
	"strings"

	"headroom/problem"
)

// Broken are the paths of values that are not what the file meant: nothing is concluded from them.
type Broken struct {
	at    map[string]bool // the paths themselves
	above map[string]bool // all paths above them
}

// Add marks a value.
func (b *Broken) Add(path string) {
	if b.at == nil {
		b.at, b.above = map[string]bool{}, map[string]bool{}
	}
	b.at[path] = true
	for path != "" {
		if path = path[:max(0, strings.LastIndexByte(path, '.'))]; b.above[path] {
			return // and so is all above it
		}
		b.above[path] = true
	}
}

// Clean tells whether nothing at a path, above it or below it is broken.
func (b *Broken) Clean(path string) bool {
	if b.above[path] || b.at[path] {
		return false
	}
	for path != "" {
		if path = path[:max(0, strings.LastIndexByte(path, '.'))]; b.at[path] {
			return false
		}
	}
	return true
}

// Stands tells whether all that a problem was concluded from is what the file meant, and nothing is said of its place yet.
func (b *Broken) Stands(p problem.Problem) bool {
	if !b.Clean(p.Path + ".#") {
		return false
	}
	if len(p.Of) == 0 {
		return b.Clean(p.Path)
	}
	return !slices.ContainsFunc(p.Of, func(of string) bool { return !b.Clean(of) })
}
