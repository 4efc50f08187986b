package traffic

import (
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Outage is no traffic from the curves for a while: a network that is cut, a client that is down. It multiplies by 0, so what
// other events add still comes.
type Outage struct {
	Name   string         `yaml:"name"`
	At     Moment         `yaml:"at" required:"true"`
	Length time.Duration  `yaml:"length" required:"true" check:"positive"`
	Every  *time.Duration `yaml:"every" check:"positive" doc:"repeats it"`
}

// Check says what the length must be.
func (o *Outage) Check() []problem.Problem {
	if o.Length <= 0 || o.Length > unit.MaxDuration {
		return []problem.Problem{{Path: "length", Must: "more than 0s", Got: unit.FormatDuration(o.Length)}}
	}
	return nil
}

func (o *Outage) plan(set setting) (plan, []problem.Problem) {
	made := plan{length: Length{o.Length, o.Length}}
	at, ps := set.at("at", o.At)
	if len(ps) == 0 {
		ps = made.repeat(set, at, o.Every)
	}
	return made, ps
}
