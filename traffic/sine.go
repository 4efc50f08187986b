package traffic

import (
	"math"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Sine is a daily wave on the wall clock: mean + amplitude × cos(2π × (time of day − peak) ÷ 24 h).
type Sine struct {
	Name      string    `yaml:"name"`
	Mean      unit.Rate `yaml:"mean" required:"true"`
	Amplitude unit.Rate `yaml:"amplitude" required:"true" doc:"at most the mean"`
	Peak      Clock     `yaml:"peak" required:"true" doc:"time of day of the highest rate"`
}

// Check says what the rates must be.
func (s *Sine) Check() []problem.Problem {
	ps := append(rateProblems("mean", s.Mean), rateProblems("amplitude", s.Amplitude)...)
	if s.Amplitude > s.Mean {
		ps = append(ps, problem.Problem{Path: "amplitude", Must: "at most the mean, " + s.Mean.String(), Got: s.Amplitude.String(), Of: []string{"amplitude", "mean"}})
	}
	return ps
}

func (s *Sine) shape(set setting) (shape, []problem.Problem) {
	return &sine{float64(s.Mean), float64(s.Amplitude), time.Duration(s.Peak), set.clock}, nil
}

type sine struct {
	mean, amplitude float64
	peak            time.Duration
	clock           *wall
}

func (s *sine) at(t time.Duration) line {
	civil, until := s.clock.at(t)
	turn := (civil - s.peak) % day
	value := s.mean + s.amplitude*math.Cos(2*math.Pi*float64(turn)/float64(day))
	return line{value: max(0, value), bent: s.amplitude > 0, end: until}
}
