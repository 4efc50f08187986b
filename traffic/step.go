package traffic

import (
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Step is a rate in [From, To) and 0 outside. Without From it has always been there, without To it stays.
type Step struct {
	Name string    `yaml:"name"`
	Rate unit.Rate `yaml:"rate" required:"true"`
	From *Moment   `yaml:"from" doc:"since ever if left out"`
	To   *Moment   `yaml:"to" doc:"for ever if left out"`
}

// Check says what the keys must be.
func (s *Step) Check() []problem.Problem {
	ps := rateProblems("rate", s.Rate)
	if s.From == nil && s.To == nil {
		ps = append(ps, problem.Problem{Must: "from, to, or both (a rate without them is a constant)", Of: []string{"from", "to"}})
	}
	return ps
}

func (s *Step) shape(set setting) (shape, []problem.Problem) {
	w, ps := set.interval("", s.From, s.To)
	return step{float64(s.Rate), w}, ps
}

type step struct {
	rate float64
	span
}

func (s step) at(t time.Duration) line {
	switch {
	case t < s.begin:
		return line{end: s.begin}
	case t < s.end:
		return line{value: s.rate, end: s.end}
	}
	return line{end: Forever}
}

// interval resolves two moments of the keys from and to; one that is missing is open.
func (s setting) interval(under string, from, to *Moment) (span, []problem.Problem) {
	w := span{-Forever, Forever}
	var ps []problem.Problem
	if from != nil {
		var bad []problem.Problem
		w.begin, bad = s.at(under+"from", *from)
		ps = append(ps, bad...)
	}
	if to != nil {
		var bad []problem.Problem
		w.end, bad = s.at(under+"to", *to)
		ps = append(ps, bad...)
	}
	if len(ps) == 0 && w.end <= w.begin {
		ps = append(ps, problem.Problem{Path: under + "to", Must: "after from, " + from.String(), Got: to.String(), Of: []string{under + "from", under + "to"}})
	}
	return w, ps
}
