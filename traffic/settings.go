package traffic

import (
	"strconv"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Settings is the `traffic` block of a scenario.
type Settings struct {
	Arrivals Pattern `yaml:"arrivals" default:"poisson" doc:"how a rate becomes single requests: smooth, poisson, or {bursty: {dispersion: 4}}"`
	Curves   []Curve `yaml:"curves" required:"true" doc:"rates over time, added together"`
	Events   []Event `yaml:"events" doc:"what multiplies the sum of the curves, or adds to it, for a while"`
}

// A Pattern is how a rate becomes single requests. With Λ the integral of the rate, smooth sends request k when Λ first
// exceeds k − 1, poisson at unit-exponential gaps of Λ, bursty at hyperexponential ones.
type Pattern struct {
	_      struct{} `choice:"true"`
	Kind   string   `yaml:"-"` // smooth or poisson; "" with Bursty
	Bursty *Bursty  `yaml:"bursty" doc:"requests come in bunches"`
}

// Bursty has gaps of Λ from a balanced two-phase hyperexponential law with mean 1 and squared variation Dispersion.
type Bursty struct {
	Dispersion float64 `yaml:"dispersion" required:"true" check:"min=1,max=10000" doc:"variance ÷ mean of long counts; 1 is poisson"`
}

// The two patterns that are one word.
const (
	smooth  = "smooth"
	poisson = "poisson"
)

// UnmarshalText reads smooth or poisson.
func (p *Pattern) UnmarshalText(text []byte) error {
	switch s := string(text); s {
	case smooth, poisson:
		*p = Pattern{Kind: s}
		return nil
	case "bursty":
		return &unit.Bad{Must: "smooth, poisson or {bursty: {dispersion: N}}", Got: s, Hint: "did you mean {bursty: {dispersion: 4}}?"}
	default:
		bad := &unit.Bad{Must: "smooth, poisson or {bursty: {dispersion: N}}", Got: unit.Show(s)}
		if near := nearest(s, []string{smooth, poisson, "bursty"}, 1); len(near) > 0 {
			bad.Hint = "did you mean " + near[0] + "?"
		}
		return bad
	}
}

// String is the pattern in a word.
func (p Pattern) String() string {
	switch {
	case p.Bursty != nil:
		return "bursty"
	case p.Kind == "":
		return poisson
	}
	return p.Kind
}

// MarshalText is the word of smooth or poisson; nil of bursty, which only a mapping can write.
func (p Pattern) MarshalText() ([]byte, error) {
	if p.Bursty != nil {
		return nil, nil
	}
	return []byte(p.String()), nil
}

// Pattern is the text of the one-word patterns as a regular expression.
func (Pattern) Pattern() string { return `^(smooth|poisson)$` }

// dispersion of counts: 0 smooth, 1 poisson.
func (p Pattern) dispersion() float64 {
	switch {
	case p.Bursty != nil:
		return p.Bursty.Dispersion
	case p.Kind == smooth:
		return 0
	}
	return 1
}

// A Curve is a choice of one.
type Curve struct {
	_             struct{}       `choice:"true"`
	Constant      *Constant      `yaml:"constant" doc:"the same rate always"`
	Ramp          *Ramp          `yaml:"ramp" doc:"from one rate to another, linearly"`
	Step          *Step          `yaml:"step" doc:"a rate for a while, 0 outside"`
	Sine          *Sine          `yaml:"sine" doc:"a daily wave on the wall clock"`
	Weekly        *Weekly        `yaml:"weekly" doc:"a table of 7 × 24 hourly rates on the wall clock"`
	BusinessHours *BusinessHours `yaml:"business-hours" doc:"busy while open, quiet else, on the wall clock"`
	Trace         *Trace         `yaml:"trace" doc:"counts or rates from a CSV file"`
}

// An Event is a choice of one.
type Event struct {
	_         struct{}   `choice:"true"`
	Promotion *Promotion `yaml:"promotion" doc:"more traffic for a while, at a given time or at random ones"`
	Spike     *Spike     `yaml:"spike" doc:"rise, hold, fall at a given time"`
	Outage    *Outage    `yaml:"outage" doc:"no traffic for a while"`
}

// A curve makes its shape, or says what is wrong.
type curve interface {
	Check() []problem.Problem
	shape(setting) (shape, []problem.Problem)
}

// An event makes what can happen, or says what is wrong.
type event interface {
	Check() []problem.Problem
	plan(setting) (plan, []problem.Problem)
}

// A setting is where curves and events are set: the calendar, its wall clock and the simulated time [from, to).
type setting struct {
	calendar Calendar
	clock    *wall
	from, to time.Duration
}

// at resolves a moment of a key.
func (s setting) at(key string, m Moment) (time.Duration, []problem.Problem) {
	t, err := s.calendar.At(m)
	if err != nil {
		return 0, []problem.Problem{badly(key, err)}
	}
	return t, nil
}

// badly is an error of a key as a problem.
func badly(key string, err error) problem.Problem {
	if bad, ok := err.(*unit.Bad); ok {
		return problem.Problem{Path: key, Must: bad.Must, Got: bad.Got, Hint: bad.Hint}
	}
	return problem.Problem{Path: key, Must: err.Error()}
}

// chosen are the curves that are set, with their keys; a well-formed Curve has one.
func (c Curve) chosen() (key string, one curve, n int) {
	add := func(k string, v curve, set bool) {
		if set {
			key, one = k, v
			n++
		}
	}
	add("constant", c.Constant, c.Constant != nil)
	add("ramp", c.Ramp, c.Ramp != nil)
	add("step", c.Step, c.Step != nil)
	add("sine", c.Sine, c.Sine != nil)
	add("weekly", c.Weekly, c.Weekly != nil)
	add("business-hours", c.BusinessHours, c.BusinessHours != nil)
	add("trace", c.Trace, c.Trace != nil)
	return key, one, n
}

// chosen is the event that is set, with its key and its own name.
func (e Event) chosen() (key, name string, one event, n int) {
	if e.Promotion != nil {
		key, name, one = "promotion", e.Promotion.Name, e.Promotion
		n++
	}
	if e.Spike != nil {
		key, name, one = "spike", e.Spike.Name, e.Spike
		n++
	}
	if e.Outage != nil {
		key, name, one = "outage", e.Outage.Name, e.Outage
		n++
	}
	return key, name, one, n
}

// Build resolves the settings for the simulated time [from, to), a settle time (negative) included. It says everything that
// is wrong, with paths below the traffic block; the checks of the single settings are among it, so a Demand comes only from
// settings without a problem.
func (s Settings) Build(c Calendar, from, to time.Duration) (Demand, []problem.Problem) {
	const around = 16 * day // random events are drawn for whole weeks, trading hours reach over midnight
	set := setting{calendar: c, clock: newWall(c, from-around, to+around), from: from, to: to}
	d := &demand{dispersion: s.Arrivals.dispersion(), from: from, to: to}
	var ps []problem.Problem
	if s.Arrivals.Bursty != nil && !(d.dispersion >= 1 && d.dispersion <= 10000) {
		ps = append(ps, problem.Problem{Path: "arrivals.bursty.dispersion", Must: "from 1 to 10000", Got: number(d.dispersion)})
	}
	if len(s.Curves) == 0 {
		ps = append(ps, problem.Problem{Path: "curves", Must: "at least one curve"})
	}
	for i, c := range s.Curves {
		path := "curves." + strconv.Itoa(i)
		key, one, n := c.chosen()
		if n != 1 {
			ps = append(ps, problem.Problem{Path: path, Must: "exactly one curve"})
			continue
		}
		bad := one.Check()
		if len(bad) == 0 {
			var made shape
			made, bad = one.shape(set)
			d.curves = append(d.curves, made)
		}
		ps = append(ps, problem.Under(path+"."+key, bad)...)
	}
	names := map[string]bool{}
	for i, e := range s.Events {
		path := "events." + strconv.Itoa(i)
		key, name, one, n := e.chosen()
		if n != 1 {
			ps = append(ps, problem.Problem{Path: path, Must: "exactly one event"})
			continue
		}
		bad := one.Check()
		if len(bad) == 0 {
			var p plan
			p, bad = one.plan(set)
			if p.name, p.title = name, name; name == "" {
				p.name, p.title = "#"+strconv.Itoa(i), key
			}
			if names[p.name] {
				bad = append(bad, problem.Problem{Path: "name", Must: "a name that no other event has", Got: name})
			}
			names[p.name] = true
			d.plans = append(d.plans, p)
		}
		ps = append(ps, problem.Under(path+"."+key, bad)...)
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return d, nil
}

// number writes a plain number as short as it can be.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// rateProblems are those of a rate that was not read from a text.
func rateProblems(key string, r unit.Rate) []problem.Problem {
	if r >= 0 && r <= unit.MaxRate {
		return nil
	}
	return []problem.Problem{{Path: key, Must: "a rate from 0rps to " + unit.MaxRate.String(), Got: number(float64(r)) + "rps"}}
}
