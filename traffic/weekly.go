package traffic

import (
	"strconv"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Weekly is a table of rates by day of the week and hour of the wall clock; each holds for its hour.
type Weekly struct {
	Name string      `yaml:"name"`
	Mon  []unit.Rate `yaml:"mon" required:"true" doc:"24 rates, from 00:00 on"`
	Tue  []unit.Rate `yaml:"tue" required:"true"`
	Wed  []unit.Rate `yaml:"wed" required:"true"`
	Thu  []unit.Rate `yaml:"thu" required:"true"`
	Fri  []unit.Rate `yaml:"fri" required:"true"`
	Sat  []unit.Rate `yaml:"sat" required:"true"`
	Sun  []unit.Rate `yaml:"sun" required:"true"`
}

// table has the days as time.Weekday counts them.
func (w *Weekly) table() [7][]unit.Rate {
	return [7][]unit.Rate{w.Sun, w.Mon, w.Tue, w.Wed, w.Thu, w.Fri, w.Sat}
}

// Check says what the table must be.
func (w *Weekly) Check() []problem.Problem {
	var ps []problem.Problem
	for i, rates := range w.table() {
		if len(rates) != 24 {
			ps = append(ps, problem.Problem{Path: dayNames[i], Must: "24 rates, one for each hour", Got: strconv.Itoa(len(rates)), Of: []string{dayNames[i] + ".#"}})
		}
		for hour, r := range rates {
			ps = append(ps, problem.Under(dayNames[i], rateProblems(strconv.Itoa(hour), r))...)
		}
	}
	return ps
}

func (w *Weekly) shape(set setting) (shape, []problem.Problem) {
	s := &weekly{clock: set.clock}
	for i, rates := range w.table() {
		for hour, r := range rates {
			s.rates[i][hour] = float64(r)
		}
	}
	return s, nil
}

type weekly struct {
	rates [7][24]float64
	clock *wall
}

func (w *weekly) at(t time.Duration) line {
	civil, until := w.clock.at(t)
	hour := (civil - midnight(civil)) / time.Hour
	next := midnight(civil) + (hour+1)*time.Hour
	return line{value: w.rates[weekday(civil)][hour], end: min(until, t+next-civil)}
}
