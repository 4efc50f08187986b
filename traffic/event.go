package traffic

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"headroom/chance"
	"headroom/problem"
	"headroom/unit"
)

// A Factor is what a promotion multiplies by: a number, or one drawn uniformly from {from, to} for each promotion.
type Factor struct {
	From float64 `yaml:"from" required:"true" check:"min=0,max=1000000"`
	To   float64 `yaml:"to" required:"true" check:"min=0,max=1000000"`
}

const maxFactor = 1e6

// UnmarshalText reads one number.
func (f *Factor) UnmarshalText(text []byte) error {
	bad := &unit.Bad{Must: "a number from 0 to 1000000, or {from: …, to: …}", Got: unit.Show(string(text))}
	if len(text) > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9' {
		bad.Hint = "leading zeros mean octal in YAML"
		return bad
	}
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil || strings.Trim(string(text), "0123456789.eE-+") != "" || text[0] == '-' || text[0] == '+' || !(x >= 0 && x <= maxFactor) {
		return bad
	}
	*f = Factor{x, x}
	return nil
}

// String is the number, or the range as the file writes it.
func (f Factor) String() string {
	if f.From == f.To {
		return number(f.From)
	}
	return "{from: " + number(f.From) + ", to: " + number(f.To) + "}"
}

// MarshalText is the number; nil of a range, which only a mapping can write.
func (f Factor) MarshalText() ([]byte, error) {
	if f.From != f.To {
		return nil, nil
	}
	return []byte(number(f.From)), nil
}

// Pattern is the text of a number as a regular expression.
func (Factor) Pattern() string { return `^(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$` }

// Check says what the range must be.
func (f Factor) Check() []problem.Problem {
	if !(f.From >= 0 && f.From <= maxFactor) {
		return []problem.Problem{{Path: "from", Must: "from 0 to 1000000", Got: number(f.From)}}
	}
	if !(f.To >= f.From && f.To <= maxFactor) {
		return []problem.Problem{{Path: "to", Must: "from " + number(f.From) + " to 1000000", Got: number(f.To), Of: []string{"from", "to"}}}
	}
	return nil
}

// A Length is how long a promotion is: a duration, or one drawn uniformly from {from, to} for each promotion.
type Length struct {
	From time.Duration `yaml:"from" required:"true" check:"positive"`
	To   time.Duration `yaml:"to" required:"true" check:"positive"`
}

// UnmarshalText reads one duration.
func (l *Length) UnmarshalText(text []byte) error {
	d, err := unit.ParseDuration(string(text))
	if err != nil {
		return err
	}
	if d == 0 {
		return &unit.Bad{Must: "more than 0s", Got: string(text)}
	}
	*l = Length{d, d}
	return nil
}

// String is the duration, or the range as the file writes it.
func (l Length) String() string {
	if l.From == l.To {
		return unit.FormatDuration(l.From)
	}
	return "{from: " + unit.FormatDuration(l.From) + ", to: " + unit.FormatDuration(l.To) + "}"
}

// MarshalText is the duration; nil of a range, which only a mapping can write.
func (l Length) MarshalText() ([]byte, error) {
	if l.From != l.To {
		return nil, nil
	}
	return []byte(unit.FormatDuration(l.From)), nil
}

// Pattern is the text of a duration as a regular expression.
func (Length) Pattern() string { return unit.DurationPattern }

// Check says what the range must be.
func (l Length) Check() []problem.Problem {
	if l.From <= 0 || l.From > unit.MaxDuration {
		return []problem.Problem{{Path: "from", Must: "more than 0s", Got: unit.FormatDuration(l.From)}}
	}
	if l.To < l.From || l.To > unit.MaxDuration {
		return []problem.Problem{{Path: "to", Must: "at least from, " + unit.FormatDuration(l.From), Got: unit.FormatDuration(l.To), Of: []string{"from", "to"}}}
	}
	return nil
}

// A plan is what an event of the settings can become in a run: at fixed times, or by chance.
type plan struct {
	name   string // names its chance: its own name or its position in the list
	title  string // for people
	begins []time.Duration
	first  int     // the number of the first of begins, from at on
	random *random // instead of begins

	multiply   Factor
	add        float64
	length     Length
	rise, fall time.Duration
}

// random starts: count in each 7 days from clock.start, uniform over the allowed stretches of that week.
type random struct {
	count int
	weeks [][]span // for each week from clock.start on that begins before the end of the run
}

// maxRepeats bounds how often one event can be repeated in a run.
const maxRepeats = 100_000

// occurrences are the events of one run that begin before to. Every one has its own stream, so that one more in a week
// changes nothing of the others.
func (p *plan) occurrences(src chance.Source, to time.Duration) []occurrence {
	key := src.Key("promotions", p.name)
	var list []occurrence
	if p.random == nil {
		for i, begin := range p.begins {
			list = append(list, p.occurrence(begin, key.Stream(uint64(p.first+i))))
		}
		return list
	}
	for week, allowed := range p.random.weeks {
		for i := range p.random.count {
			r := key.Stream(uint64(week)<<20 | uint64(i))
			begin, ok := pick(allowed, r.Float64())
			if o := p.occurrence(begin, r); ok && begin < to {
				list = append(list, o)
			}
		}
	}
	return list
}

func (p *plan) occurrence(begin time.Duration, r *rand.Rand) occurrence {
	multiply := p.multiply.From + (p.multiply.To-p.multiply.From)*r.Float64()
	length := p.length.From + time.Duration(float64(p.length.To-p.length.From)*r.Float64())
	return occurrence{trapezoid{begin, begin + length, p.rise, p.fall}, multiply, p.add}
}

// pick is the instant at which the share u of the stretches' time has passed; false if they are empty.
func pick(spans []span, u float64) (time.Duration, bool) {
	total := time.Duration(0)
	for _, s := range spans {
		total += s.end - s.begin
	}
	left := time.Duration(u * float64(total))
	for _, s := range spans {
		if left < s.end-s.begin {
			return s.begin + left, true
		}
		left -= s.end - s.begin
	}
	return 0, false
}

// repeat sets the begins of a fixed event in the simulated time, those included that are still under way at its begin.
func (p *plan) repeat(set setting, at time.Duration, every *time.Duration) []problem.Problem {
	if every == nil {
		p.begins = []time.Duration{at}
		return nil
	}
	if *every <= 0 || *every > unit.MaxDuration {
		return []problem.Problem{{Path: "every", Must: "more than 0s", Got: unit.FormatDuration(*every)}}
	}
	if earliest := set.from - p.length.To; at < earliest {
		p.first = int((earliest - at) / *every)
	}
	first := at + time.Duration(p.first)**every
	if first < set.to && (set.to-first) / *every > maxRepeats || p.length.To / *every > 100 {
		return []problem.Problem{{Path: "every", Must: "long enough for at most 100 of them at once and 100000 in the run", Got: unit.FormatDuration(*every),
			Of: []string{""}}}
	}
	for t := first; t < set.to; t += *every {
		p.begins = append(p.begins, t)
	}
	return nil
}

// text says what an occurrence is: "promotion ×2", "spike +20rps", "outage".
func (o occurrence) text(title string) string {
	if o.multiply != 1 && !(o.multiply == 0 && title == "outage") {
		title += " ×" + strconv.FormatFloat(o.multiply, 'g', 3, 64)
	}
	if o.add != 0 {
		title += " +" + unit.Rate(o.add).String()
	}
	return title
}

// slopes checks the rise and the fall against the shortest length of an event; fall is rise if it is left out.
func slopes(rise time.Duration, fall *time.Duration, shortest time.Duration) (time.Duration, []problem.Problem) {
	down, key := rise, "rise"
	if fall != nil {
		down, key = *fall, "fall"
	}
	ps := append(lengthProblems("rise", rise), lengthProblems(key, down)...)
	if len(ps) == 0 && rise+down > shortest {
		ps = append(ps, problem.Problem{Path: key, Must: "rise and fall together at most the length, " + unit.FormatDuration(shortest),
			Got: unit.FormatDuration(rise + down), Of: []string{"rise", "fall", "length"}})
	}
	return down, ps
}
