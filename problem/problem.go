// Package problem is how a setting says what is wrong with it: where, what must hold, and what was got. Settings collect
// their problems, all at once, and never repair. Lowest floor: imports nothing of ours.
package problem

import "slices"

// A Problem is one thing wrong in a scenario. Path is dotted keys and list positions below the value that was checked
// ("policies.0.step.steps.1.by"); "" is the value itself.
type Problem struct {
	Path string
	Must string // what must hold: "at least 1", "one of random, round-robin, …"
	Got  string // what was got, as written where that is possible; "" where it says nothing
	Hint string // "did you mean shards?"; "" if there is none

	// Of are the values that this was concluded from, as paths like Path; none: what stands at Path. A conclusion from a
	// value that could not be read does not count. "steps.#" is the length of a list, which its items do not touch.
	Of []string
}

// A Checker is a setting that can say more about itself than its fields' own types and bounds do. It may be asked while some
// of its fields could not be read, and are zero: a problem that rests on more than its own Path says so in Of.
type Checker interface{ Check() []Problem }

// Under puts the problems below a path.
func Under(path string, ps []Problem) []Problem {
	for i := range ps {
		ps[i].Path = below(path, ps[i].Path)
		ps[i].Of = slices.Clone(ps[i].Of) // problems may share them
		for k, of := range ps[i].Of {
			ps[i].Of[k] = below(path, of)
		}
	}
	return ps
}

// below joins two paths, either of which may be empty.
func below(path, rest string) string {
	if path == "" || rest == "" {
		return path + rest
	}
	return path + "." + rest
}
