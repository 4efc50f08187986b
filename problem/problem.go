// Package problem is how a setting says what is wrong with it: where, what must hold, and what was got. Settings collect
// their problems, all at once, and never repair. Lowest floor: imports nothing of ours.
package problem

// A Problem is one thing wrong in a scenario. Path is dotted keys and list positions below the value that was checked
// ("policies.0.step.steps.1.by"); "" is the value itself.
type Problem struct {
	Path string
	Must string // what must hold: "at least 1", "one of random, round-robin, …"
	Got  string // what was got, as written where that is possible; "" where it says nothing
	Hint string // "did you mean shards?"; "" if there is none
}

// A Checker is a setting that can say more about itself than its fields' own types and bounds do.
type Checker interface{ Check() []Problem }

// Under puts the problems below a path.
func Under(path string, ps []Problem) []Problem {
	for i := range ps {
		switch {
		case ps[i].Path == "":
			ps[i].Path = path
		case path != "":
			ps[i].Path = path + "." + ps[i].Path
		}
	}
	return ps
}
