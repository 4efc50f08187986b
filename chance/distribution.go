package chance

import (
	"math"
	"strconv"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// A Distribution is a law as a scenario file writes it: a bare duration (80ms: always that), or exactly one of the choices.
// The zero value is always 0s.
type Distribution struct {
	_           struct{}       `choice:"true"`
	Constant    *time.Duration `yaml:"constant" doc:"always this duration; a bare duration means the same"`
	Exponential *Exponential   `yaml:"exponential" doc:"memoryless: many short, few long; standard deviation = mean"`
	Lognormal   *Lognormal     `yaml:"lognormal" doc:"the logarithm is normal: a usual shape of service times; by median and p99, or by mean and cv"`
	Gamma       *Gamma         `yaml:"gamma" doc:"by mean and cv; cv 1 is exponential, a small cv nearly constant"`
	Empirical   *Empirical     `yaml:"empirical" doc:"samples from a column of a CSV file, each as likely as the others"`
}

// Fixed is the distribution of a constant.
func Fixed(d time.Duration) Distribution { return Distribution{Constant: &d} }

// Law is the distribution ready to draw from. Draws allocate nothing.
func (d Distribution) Law() Law {
	switch {
	case d.Constant != nil:
		return Constant(*d.Constant)
	case d.Exponential != nil:
		return d.Exponential.Law()
	case d.Lognormal != nil:
		return d.Lognormal.Law()
	case d.Gamma != nil:
		return d.Gamma.Law()
	case d.Empirical != nil:
		return d.Empirical.Law()
	}
	return Constant(0)
}

// UnmarshalText reads a bare duration.
func (d *Distribution) UnmarshalText(text []byte) error {
	value, err := unit.ParseDuration(string(text))
	if err != nil {
		if bad, ok := err.(*unit.Bad); ok {
			bad.Must += ", or one of {constant: …} {exponential: …} {lognormal: …} {gamma: …} {empirical: …}"
		}
		return err
	}
	*d = Fixed(value)
	return nil
}

// MarshalText is the bare duration of a constant (and of the zero value); nil of any other, which only a mapping can write.
func (d Distribution) MarshalText() ([]byte, error) {
	switch {
	case d.Constant != nil:
		return []byte(unit.FormatDuration(*d.Constant)), nil
	case d == Distribution{}:
		return []byte("0s"), nil
	}
	return nil, nil
}

// Pattern is the text of a bare duration as a regular expression.
func (Distribution) Pattern() string { return unit.DurationPattern }

// String says the distribution in one line, as the file would.
func (d Distribution) String() string {
	length := unit.FormatDuration
	switch {
	case d.Exponential != nil:
		return "exponential, mean " + length(d.Exponential.Mean)
	case d.Lognormal != nil && d.Lognormal.Median != nil && d.Lognormal.P99 != nil:
		return "lognormal, median " + length(*d.Lognormal.Median) + ", p99 " + length(*d.Lognormal.P99)
	case d.Lognormal != nil && d.Lognormal.Mean != nil && d.Lognormal.CV != nil:
		return "lognormal, mean " + length(*d.Lognormal.Mean) + ", cv " + number(*d.Lognormal.CV)
	case d.Gamma != nil:
		return "gamma, mean " + length(d.Gamma.Mean) + ", cv " + number(d.Gamma.CV)
	case d.Empirical != nil:
		return "empirical, column " + d.Empirical.Column + " of " + d.Empirical.File
	}
	text, _ := d.MarshalText()
	return string(text)
}

// Exponential has the mean as its one parameter.
type Exponential struct {
	Mean time.Duration `yaml:"mean" required:"true" check:"positive"`
}

// Law is the exponential law.
func (e Exponential) Law() Law {
	if e.Mean == 0 {
		return Constant(0)
	}
	return exponential(e.Mean)
}

// Lognormal is given by Median and P99, or by Mean and CV.
type Lognormal struct {
	Median *time.Duration `yaml:"median" check:"positive" instead:"mean,cv" doc:"half of the draws are below it"`
	P99    *time.Duration `yaml:"p99" check:"positive" instead:"mean,cv" doc:"99 of 100 draws are below it; at least the median"`
	Mean   *time.Duration `yaml:"mean" check:"positive" instead:"median,p99"`
	CV     *float64       `yaml:"cv" instead:"median,p99" check:"min=0,max=100" doc:"standard deviation ÷ mean"`
}

// Law is the lognormal law: sigma = ln(p99 ÷ median) ÷ z(0.99), or sigma² = ln(1 + cv²) and median = mean ÷ exp(sigma² ÷ 2).
func (l Lognormal) Law() Law {
	law := lognormal{}
	switch {
	case l.Median != nil && l.P99 != nil:
		law.median = float64(*l.Median)
		law.sigma = math.Log(float64(*l.P99)/law.median) / z(0.99)
	case l.Mean != nil && l.CV != nil:
		variance := math.Log1p(*l.CV * *l.CV)
		law.sigma = math.Sqrt(variance)
		law.median = float64(*l.Mean) * math.Exp(-variance/2)
	default:
		return Constant(0)
	}
	if law.sigma == 0 {
		return Constant(nanoseconds(law.median))
	}
	return law
}

// Check says what two of the four keys cannot mean together.
func (l Lognormal) Check() []problem.Problem {
	byQuantiles, byMoments := l.Median != nil && l.P99 != nil, l.Mean != nil && l.CV != nil
	given := 0
	for _, has := range []bool{l.Median != nil, l.P99 != nil, l.Mean != nil, l.CV != nil} {
		if has {
			given++
		}
	}
	if given != 2 || !byQuantiles && !byMoments {
		return []problem.Problem{{Must: "median and p99, or mean and cv"}}
	}
	if byQuantiles && *l.P99 < *l.Median {
		return []problem.Problem{{Path: "p99", Must: "at least the median, " + unit.FormatDuration(*l.Median), Got: unit.FormatDuration(*l.P99),
			Of: []string{"median", "p99"}}}
	}
	return nil
}

// Gamma is given by its mean and its coefficient of variation.
type Gamma struct {
	Mean time.Duration `yaml:"mean" required:"true" check:"positive"`
	CV   float64       `yaml:"cv" required:"true" check:"min=0,max=100" doc:"standard deviation ÷ mean; 1 is the exponential law"`
}

// Law is the gamma law of shape 1 ÷ cv².
func (g Gamma) Law() Law {
	if g.CV == 0 || g.Mean == 0 {
		return Constant(g.Mean)
	}
	shape := 1 / (g.CV * g.CV)
	return gamma{shape: shape, scale: float64(g.Mean) / shape}
}

// Empirical draws from the samples in a column of a CSV file. Whoever reads the scenario reads the file too and puts the
// samples in.
type Empirical struct {
	File    string          `yaml:"file" required:"true" doc:"CSV with a header, may be gzipped; relative to the scenario file"`
	Column  string          `yaml:"column" required:"true" doc:"name of the column"`
	Unit    string          `yaml:"unit" required:"true" enum:"ns|us|µs|ms|s|m|h" doc:"unit of its numbers"`
	Samples []time.Duration `yaml:"-"`
}

// Law is the law of the samples.
func (e Empirical) Law() Law { return Samples(e.Samples) }

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
