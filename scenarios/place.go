package scenarios

import "headroom/problem"

// Place is where the file says what stands at a path (list items by position), or the nearest key above it: a file with line and
// column, or the flag that set it, with line 0.
func (f *File) Place(path string) (file string, line, col int) {
	p := f.doc.Problem(problem.Problem{Path: path})
	return p.File, p.Line, p.Col
}

// Given tells whether the file or an edit writes something at a path, so that no default stands there.
func (f *File) Given(path string) bool { return f.doc.Has(path) }

// Filled is the scenario with every default written out, also those that depend on the service and on its metrics.
func (f *File) Filled() Scenario { return f.filled() }
