package exchange

import (
	"errors"
	"strings"

	"headroom/scenarios"
)

// located says of what is wrong with a scenario that was made where in the files it comes from. What does not come from them is said of
// the made scenario, without a line: nobody has that text yet.
func (i *Imported) located(err error, made string) error {
	var bad scenarios.Problems
	if !errors.As(err, &bad) {
		return err
	}
	out := make(scenarios.Problems, len(bad))
	for k, p := range bad {
		p.File, p.Line, p.Col, p.Excerpt = made, 0, 0, ""
		if inside, ours := strings.CutPrefix(p.Path, "scaling."+i.key()+"."); ours {
			if n := i.place(inside); n != nil {
				hint := p.Path + " of the scenario"
				if p.Hint != "" {
					hint = p.Hint + "; " + hint
				}
				p.File, p.Path, p.Hint = n.file, n.path, hint
			}
		}
		out[k] = p
	}
	return out
}

// place is the node that a path of the settings was read from, or the nearest above it.
func (i *Imported) place(path string) *node {
	for {
		if n := i.places[path]; n != nil {
			return n
		}
		if n := i.origin[path]; n != nil {
			return n
		}
		cut := strings.LastIndexByte(path, '.')
		if cut < 0 {
			return nil
		}
		path = path[:cut]
	}
}
