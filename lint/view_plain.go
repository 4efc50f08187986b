package lint

import "headroom/scenarios"

// plainView is a fleet between limits that a target value or spare slots move.
func plainView(_ *scenarios.File, scaling *scenarios.Scaling) *view {
	switch t, sp := scaling.Target, scaling.Spare; {
	case t != nil:
		return &view{path: "scaling.target", elastic: true, min: bound{n: t.Min, path: "scaling.target.min"}, max: bound{n: t.Max, path: "scaling.target.max"}}
	case sp != nil:
		return &view{path: "scaling.spare", elastic: true, min: bound{n: sp.Min, path: "scaling.spare.min"}, max: bound{n: sp.Max, path: "scaling.spare.max"}}
	}
	return nil
}
