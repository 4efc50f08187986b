package traffic

import (
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Spike is traffic that rises, holds and falls at a given time, perhaps repeated.
type Spike struct {
	Name     string         `yaml:"name"`
	At       Moment         `yaml:"at" required:"true"`
	Every    *time.Duration `yaml:"every" check:"positive" doc:"repeats it"`
	Multiply *float64       `yaml:"multiply" check:"min=0,max=1000000"`
	Add      *unit.Rate     `yaml:"add" doc:"added after all factors"`
	Rise     time.Duration  `yaml:"rise" default:"0s"`
	Hold     time.Duration  `yaml:"hold" default:"0s"`
	Fall     *time.Duration `yaml:"fall" doc:"rise if it is left out"`
}

// length is from the begin of the rise to the end of the fall.
func (s *Spike) length() (length, fall time.Duration) {
	fall = s.Rise
	if s.Fall != nil {
		fall = *s.Fall
	}
	return s.Rise + s.Hold + fall, fall
}

// Check says which keys are needed.
func (s *Spike) Check() []problem.Problem {
	ps := append(lengthProblems("rise", s.Rise), lengthProblems("hold", s.Hold)...)
	if s.Fall != nil {
		ps = append(ps, lengthProblems("fall", *s.Fall)...)
	}
	if length, _ := s.length(); len(ps) == 0 && length == 0 {
		ps = append(ps, problem.Problem{Must: "rise, hold or fall above 0s", Of: []string{"rise", "hold", "fall"}})
	}
	if s.Multiply == nil && s.Add == nil {
		ps = append(ps, problem.Problem{Must: "multiply, add, or both", Of: []string{"multiply", "add"}})
	}
	if s.Multiply != nil && !(*s.Multiply >= 0 && *s.Multiply <= maxFactor) {
		ps = append(ps, problem.Problem{Path: "multiply", Must: "from 0 to 1000000", Got: number(*s.Multiply)})
	}
	if s.Add != nil {
		ps = append(ps, rateProblems("add", *s.Add)...)
	}
	return ps
}

func (s *Spike) plan(set setting) (plan, []problem.Problem) {
	length, fall := s.length()
	made := plan{multiply: Factor{1, 1}, length: Length{length, length}, rise: s.Rise, fall: fall}
	if s.Multiply != nil {
		made.multiply = Factor{*s.Multiply, *s.Multiply}
	}
	if s.Add != nil {
		made.add = float64(*s.Add)
	}
	at, ps := set.at("at", s.At)
	if len(ps) == 0 {
		ps = made.repeat(set, at, s.Every)
	}
	return made, ps
}
