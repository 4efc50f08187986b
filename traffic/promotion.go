package traffic

import (
	"strconv"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Promotion is more traffic for a while. At a fixed time (perhaps repeated), or PerWeek of them at random: each 7 days from
// clock.start hold that many, starts independent and uniform over the time that Within allows. Length runs from the begin of
// the rise to the end of the fall. There are no random ones in a settle time.
type Promotion struct {
	Name     string         `yaml:"name"`
	PerWeek  *int           `yaml:"per-week" check:"min=1,max=10000" doc:"random ones in each 7 days from clock.start"`
	Within   *Window        `yaml:"within" doc:"when a random one may begin, on the wall clock"`
	At       *Occasion      `yaml:"at" doc:"random (with per-week), or a moment"`
	Every    *time.Duration `yaml:"every" check:"positive" doc:"repeats one with a fixed time"`
	Multiply *Factor        `yaml:"multiply" doc:"a factor, or {from, to}: drawn for each"`
	Add      *unit.Rate     `yaml:"add" doc:"added after all factors"`
	Length   Length         `yaml:"length" required:"true" doc:"a duration, or {from, to}: drawn for each"`
	Rise     time.Duration  `yaml:"rise" default:"0s"`
	Fall     *time.Duration `yaml:"fall" doc:"rise if it is left out"`
}

// An Occasion is a moment or "random".
type Occasion struct {
	Random bool
	Moment
}

// UnmarshalText reads random or a moment.
func (o *Occasion) UnmarshalText(text []byte) error {
	*o = Occasion{Random: string(text) == "random"}
	if o.Random {
		return nil
	}
	err := o.Moment.UnmarshalText(text)
	if bad, ok := err.(*unit.Bad); ok {
		bad.Must = "random, or " + bad.Must
	}
	return err
}

// String is the occasion as it was written.
func (o Occasion) String() string {
	if o.Random {
		return "random"
	}
	return o.Moment.String()
}

// MarshalText writes what UnmarshalText reads to the same occasion.
func (o Occasion) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Pattern is the text of an occasion as a regular expression.
func (Occasion) Pattern() string { return `^random$|` + Moment{}.Pattern() }

// Check says which keys cannot be together.
func (p *Promotion) Check() []problem.Problem {
	_, ps := slopes(p.Rise, p.Fall, p.Length.From)
	fixed := p.At != nil && !p.At.Random
	switch {
	case fixed && p.PerWeek != nil:
		ps = append(ps, problem.Problem{Path: "per-week", Must: "left out with a fixed at (every: 7d repeats it)", Got: strconv.Itoa(*p.PerWeek),
			Of: []string{"at"}})
	case !fixed && p.PerWeek == nil:
		ps = append(ps, problem.Problem{Must: "per-week (random ones), or at with a moment", Of: []string{"per-week", "at"}})
	}
	if fixed && p.Within != nil {
		ps = append(ps, problem.Problem{Path: "within", Must: "left out with a fixed at", Of: []string{"at"}})
	}
	if !fixed && p.Every != nil {
		ps = append(ps, problem.Problem{Path: "every", Must: "left out with random ones (per-week says how many)", Got: unit.FormatDuration(*p.Every),
			Of: []string{"every", "at"}})
	}
	if p.Multiply == nil && p.Add == nil {
		ps = append(ps, problem.Problem{Must: "multiply, add, or both", Of: []string{"multiply", "add"}})
	}
	if p.Add != nil {
		ps = append(ps, rateProblems("add", *p.Add)...)
	}
	if p.PerWeek != nil && (*p.PerWeek < 1 || *p.PerWeek > 10000) {
		ps = append(ps, problem.Problem{Path: "per-week", Must: "from 1 to 10000", Got: strconv.Itoa(*p.PerWeek)})
	}
	return ps
}

func (p *Promotion) plan(set setting) (plan, []problem.Problem) {
	made := plan{multiply: Factor{1, 1}, length: p.Length, rise: p.Rise}
	made.fall, _ = slopes(p.Rise, p.Fall, p.Length.From)
	ps := problem.Under("length", p.Length.Check())
	if p.Multiply != nil {
		made.multiply = *p.Multiply
		ps = append(ps, problem.Under("multiply", p.Multiply.Check())...)
	}
	if p.Add != nil {
		made.add = float64(*p.Add)
	}
	if len(ps) > 0 {
		return made, ps
	}
	if p.At != nil && !p.At.Random {
		at, ps := set.at("at", p.At.Moment)
		if len(ps) == 0 {
			ps = made.repeat(set, at, p.Every)
		}
		return made, ps
	}
	within := Window{Days: Days{{time.Monday, time.Sunday}}, To: Clock(day)}
	if p.Within != nil {
		within = *p.Within
		if ps := within.Check(); len(ps) > 0 {
			return made, problem.Under("within", ps)
		}
	}
	if len(within.Days) == 0 {
		return made, []problem.Problem{{Path: "within.days", Must: "at least one day"}}
	}
	made.random = &random{count: *p.PerWeek}
	for begin := time.Duration(0); begin < set.to; begin += 7 * day {
		made.random.weeks = append(made.random.weeks, within.spans(set.clock, span{begin, begin + 7*day}))
	}
	return made, nil
}
