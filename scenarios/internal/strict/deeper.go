package strict

import "reflect"

// deeper are the paths, from a mapping on, of keys with a name that stand in mappings inside it, at most three deep: what was written
// a level too high. Lists and what may be one of several are not looked into.
func (s *shape) deeper(key string) []string {
	if s.choice {
		return nil
	}
	return s.below(key, "", 3)
}

func (s *shape) below(key, at string, levels int) (paths []string) {
	for _, f := range s.fields {
		t := bare(f.typ)
		if !mapping(t) || t.Kind() != reflect.Struct || shapeOf(t).choice {
			continue
		}
		inner := shapeOf(t)
		if inner.find(key) != nil {
			paths = append(paths, join(join(at, f.key), key))
		}
		if levels > 1 {
			paths = append(paths, inner.below(key, join(at, f.key), levels-1)...)
		}
	}
	return paths
}
