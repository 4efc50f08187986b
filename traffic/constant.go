package traffic

import (
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Constant is the same rate always.
type Constant struct {
	Name string    `yaml:"name"`
	Rate unit.Rate `yaml:"rate" required:"true"`
}

// Check says what the rate must be.
func (c *Constant) Check() []problem.Problem { return rateProblems("rate", c.Rate) }

func (c *Constant) shape(setting) (shape, []problem.Problem) { return level(c.Rate), nil }

// A level is a constant.
type level float64

func (l level) at(time.Duration) line { return line{value: float64(l), end: Forever} }
