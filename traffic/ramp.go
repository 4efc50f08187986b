package traffic

import (
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Ramp holds From before At, To from At + Length on, and goes from one to the other linearly between.
type Ramp struct {
	Name   string        `yaml:"name"`
	From   unit.Rate     `yaml:"from" required:"true" doc:"rate before it"`
	To     unit.Rate     `yaml:"to" required:"true" doc:"rate after it"`
	At     Moment        `yaml:"at" required:"true" doc:"where it begins"`
	Length time.Duration `yaml:"length" required:"true" doc:"how long it takes; 0s is a jump"`
}

// Check says what the rates must be.
func (r *Ramp) Check() []problem.Problem {
	return append(append(rateProblems("from", r.From), rateProblems("to", r.To)...), lengthProblems("length", r.Length)...)
}

func (r *Ramp) shape(set setting) (shape, []problem.Problem) {
	at, ps := set.at("at", r.At)
	return ramp{float64(r.From), float64(r.To), at, at + r.Length}, ps
}

type ramp struct {
	from, to   float64
	begin, end time.Duration
}

func (r ramp) at(t time.Duration) line {
	switch {
	case t < r.begin:
		return line{value: r.from, end: r.begin}
	case t >= r.end:
		return line{value: r.to, end: Forever}
	}
	slope := (r.to - r.from) / (r.end - r.begin).Seconds()
	return line{value: r.from + slope*(t-r.begin).Seconds(), slope: slope, end: r.end}
}

// lengthProblems are those of a duration that was not read from a text.
func lengthProblems(key string, d time.Duration) []problem.Problem {
	if d >= 0 && d <= unit.MaxDuration {
		return nil
	}
	return []problem.Problem{{Path: key, Must: "a duration from 0s to " + unit.FormatDuration(unit.MaxDuration), Got: unit.FormatDuration(d)}}
}
