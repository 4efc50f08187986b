package whatif

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"headroom/expect"
	"headroom/report"
)

// A Comparison is several answers side by side. The first is the base; the others say how they differ from it, run by run.
type Comparison struct {
	Version  int       `json:"version"`
	Seed     uint64    `json:"seed"`
	Runs     int       `json:"runs"`
	Base     string    `json:"base"`
	Variants []Variant `json:"variants"`
}

// A Variant is one answer and its differences from the base.
type Variant struct {
	Name        string      `json:"name"`
	Result      report.Doc  `json:"result"`
	AgainstBase Differences `json:"against_base"` // empty of the base itself
	// OtherTraffic: it is asked to serve other requests than the base, so that it is no other answer to the same question.
	OtherTraffic bool `json:"other_traffic,omitempty"`
}

// A Difference is the mean of what a variant has more than the base, over the runs in which both have it, with its 95 %
// interval by Student's t of the paired differences.
type Difference struct {
	Path string
	report.Number
	// Distinguishable: the interval does not contain 0. A difference that is the same in every run is, unless it is 0.
	Distinguishable bool
	// VarianceRatio is how many times the runs it would take without common random numbers to know the difference as well: the
	// variance of the difference of two independent runs ÷ that of the paired ones. NaN where the difference does not vary.
	VarianceRatio float64
	// Needed is about how many runs would tell the difference from 0, as it looks now; 0 where it is told already, or is 0.
	Needed int
}

// Differences in the order of the result.
type Differences []Difference

// Comparable refuses questions that cannot meet the same traffic: those that differ in start, length or zone.
func Comparable(questions []Question) error {
	base := questions[0]
	for _, q := range questions[1:] {
		a, b := base.Config, q.Config
		name := func(q Question) string { return title(q) }
		switch {
		case q.Meta.Zone != base.Meta.Zone:
			return fmt.Errorf("what is compared must be in one zone, got clock.zone %s in %s and %s in %s", base.Meta.Zone, name(base), q.Meta.Zone, name(q))
		case !a.Start.Equal(b.Start):
			return fmt.Errorf("what is compared must have one start, got clock.start %s in %s and %s in %s",
				a.Start.Format(time.DateTime), name(base), b.Start.Format(time.DateTime), name(q))
		case a.Length != b.Length:
			return fmt.Errorf("what is compared must have one length, got clock.length %v in %s and %v in %s", a.Length, name(base), b.Length, name(q))
		}
	}
	return nil
}

// title is the name of a question in a comparison.
func title(q Question) string {
	if q.Meta.Variant != "" {
		return q.Meta.Variant
	}
	return q.Meta.Scenario
}

// Compare puts answers side by side; names are those of the variants, the base first.
func Compare(names []string, answers []Answer) Comparison {
	c := Comparison{Version: 1, Seed: answers[0].Question.Config.Source.Seed, Runs: len(answers[0].Samples), Base: names[0]}
	for i, a := range answers {
		v := Variant{Name: names[i], Result: a.Doc(), AgainstBase: Differences{}}
		if i > 0 {
			v.AgainstBase = against(answers[0], a)
			v.OtherTraffic = otherTraffic(answers[0], a)
		}
		c.Variants = append(c.Variants, v)
	}
	return c
}

// against are the paired differences of all numbers of the result, then of the minutes that miss each expectation which both
// have, and of the share or measure it gave.
func against(base, a Answer) Differences {
	var all Differences
	settled := base.Question.Config.Settle > 0 || a.Question.Config.Settle > 0
	for _, path := range report.Paths() {
		if path == "requests.carried_in" && !settled {
			continue
		}
		all = append(all, paired(path, base, a, func(s *report.Sample, _ bool) float64 { return s.Value(path) }))
	}
	for i, ask := range a.Question.Asks {
		for j, other := range base.Question.Asks {
			if ask.String() != other.String() {
				continue
			}
			verdict := func(s *report.Sample, ofBase bool) *expect.Verdict {
				if ofBase {
					return &s.Verdicts[j]
				}
				return &s.Verdicts[i]
			}
			all = append(all, paired("expect."+ask.String(), base, a, func(s *report.Sample, b bool) float64 { return verdict(s, b).Measured }))
			if !ask.Measure.Money() {
				all = append(all, paired("minutes_missed."+ask.InOneMinute(), base, a, func(s *report.Sample, b bool) float64 { return float64(verdict(s, b).Missed) }))
			}
			break
		}
	}
	return all.once()
}

// once keeps the first of differences with one path (an expectation may stand twice, with two shares of minutes).
func (ds Differences) once() Differences {
	seen := map[string]bool{}
	kept := ds[:0]
	for _, d := range ds {
		if !seen[d.Path] {
			kept = append(kept, d)
		}
		seen[d.Path] = true
	}
	return kept
}

// paired is the difference of one number, run by run; of says what it is in a sample of the base or of the other.
func paired(path string, base, a Answer, of func(s *report.Sample, ofBase bool) float64) Difference {
	n := len(a.Samples)
	was, is := make([]float64, n), make([]float64, n)
	for k := range n {
		was[k], is[k] = of(&base.Samples[k], true), of(&a.Samples[k], false)
	}
	return differ(path, was, is)
}

// differ is the difference of a number that is known run by run.
func differ(path string, was, is []float64) Difference {
	n := len(is)
	more := make([]float64, n)
	for k := range n {
		if more[k] = is[k] - was[k]; math.IsInf(more[k], 0) {
			more[k] = math.NaN()
		}
	}
	d := Difference{Path: path, Number: report.Over(more)}
	d.Distinguishable = d.Low > 0 || d.High < 0
	d.VarianceRatio = (report.Variance(was) + report.Variance(is)) / report.Variance(more)
	if math.IsInf(d.VarianceRatio, 0) {
		d.VarianceRatio = math.NaN()
	}
	if half := (d.High - d.Low) / 2; !d.Distinguishable && d.Mean != 0 && half > 0 {
		d.Needed = int(min(math.Ceil(float64(n)*(half/d.Mean)*(half/d.Mean)), 1e9))
	}
	return d
}

// Get is the difference of one number; false if there is none.
func (ds Differences) Get(path string) (Difference, bool) {
	for _, d := range ds {
		if d.Path == path {
			return d, d.Exists()
		}
	}
	return Difference{}, false
}

// MarshalJSON writes an object by path, in order; null where no run has the number in both.
func (ds Differences) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, d := range ds {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(d.Path)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		text := []byte("null")
		if d.Exists() {
			if text, err = json.Marshal(struct {
				Mean            float64  `json:"mean"`
				Low             *float64 `json:"low"`
				High            *float64 `json:"high"`
				Distinguishable bool     `json:"distinguishable"`
				VarianceRatio   *float64 `json:"variance_ratio"`
				Needed          int      `json:"runs_needed,omitempty"`
			}{d.Mean, bound(d.Low), bound(d.High), d.Distinguishable, bound(d.VarianceRatio), d.Needed}); err != nil {
				return nil, err
			}
		}
		b.Write(text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// bound is nil where one run alone gives no interval.
func bound(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
