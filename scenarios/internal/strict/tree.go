package strict

import (
	"reflect"

	"gopkg.in/yaml.v3"
)

// Tree is a settings struct as the tree that a file would have, as Encode writes it: every default written out, and no comments.
// Mappings in which nothing is left are left out.
func Tree(settings any) (*yaml.Node, error) {
	n, err := encode(reflect.ValueOf(settings))
	if n != nil {
		prune(n)
	}
	return n, err
}

// prune takes out keys with an empty mapping; an empty list says something.
func prune(n *yaml.Node) {
	kept := n.Content[:0]
	for i, c := range n.Content {
		prune(c)
		switch {
		case n.Kind != yaml.MappingNode:
			kept = append(kept, c)
		case i%2 == 0:
		case c.Kind != yaml.MappingNode || len(c.Content) > 0:
			kept = append(kept, n.Content[i-1], c)
		}
	}
	n.Content = kept
}
