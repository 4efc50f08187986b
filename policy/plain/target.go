package plain

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"headroom/histogram"
	"headroom/policy"
	"headroom/policy/aws"
	"headroom/problem"
	"headroom/unit"
)

// Target keeps a metric at a target: every so often it looks at what was published over a while, and wants
// ceil(instances × value ÷ target). It is the `scaling.target` block of a scenario. A look-back longer than an instance takes to
// start makes a staircase: capacity that came meanwhile is multiplied by a metric that had not seen it.
type Target struct {
	Metric    string        `yaml:"metric" required:"true" doc:"a metric that falls when capacity grows"`
	Target    aws.Level     `yaml:"target" required:"true" check:"positive" doc:"in the metric's own unit; a duration for a latency"`
	Every     time.Duration `yaml:"every" default:"60s" check:"positive" doc:"how often it decides"`
	Over      time.Duration `yaml:"over" check:"positive" doc:"look-back: the points that the statistic is of; one period of the metric if it is left out"`
	Statistic aws.Statistic `yaml:"statistic" default:"average" doc:"of the points of the look-back: average, sum, min, max, count or a percentile"`
	Cooldown  time.Duration `yaml:"cooldown" default:"0s" doc:"after a change is complete it changes nothing for so long"`
	Tolerance unit.Share    `yaml:"tolerance" default:"0%" doc:"a value this near to the target changes nothing"`
	Min       int           `yaml:"min" required:"true" check:"min=0,max=100000" doc:"least capacity"`
	Max       int           `yaml:"max" required:"true" check:"min=0,max=100000" doc:"most capacity"`
}

// targetPath is what its entries are called in the log.
const targetPath = "scaling.target"

// Check says what cannot hold together.
func (t *Target) Check() []problem.Problem {
	ps := limits(t.Min, t.Max)
	ps = append(ps, aws.CheckMetric("metric", "", t.Metric)...)
	return append(ps, aws.CheckLevel("target", t.Metric, t.Statistic, &t.Target, "metric", "statistic")...)
}

// CheckTiming holds that the look-back is whole periods of the metric.
func (t *Target) CheckTiming(timing policy.Timing) []problem.Problem {
	period, _ := timing(t.Metric)
	if period <= 0 || t.Over%period == 0 {
		return nil
	}
	return []problem.Problem{{Path: "over", Must: "a multiple of the period of " + t.Metric + ", " + unit.FormatDuration(period),
		Got: unit.FormatDuration(t.Over), Of: []string{"over", "metric"}}}
}

// Start is the least capacity.
func (t *Target) Start() int { return t.Min }

// Metrics are all that exist.
func (t *Target) Metrics() []string { return nil }

// Watches is its one metric.
func (t *Target) Watches() []policy.Watch { return []policy.Watch{{Metric: t.Metric, At: "metric"}} }

// Fill writes the look-back that was left out.
func (t *Target) Fill(timing policy.Timing) {
	if t.Over == 0 {
		t.Over, _ = timing(t.Metric)
	}
}

// Platform does nothing by itself.
func (t *Target) Platform() policy.Platform { return policy.Platform{} }

// New is the scaler of one run.
func (t *Target) New(run policy.Run) policy.Scaler {
	s := *t
	s.Fill(run.Timing)
	period, delay := run.Timing(t.Metric)
	return &targeter{Target: s, desk: newDesk(targetPath, s.Min, s.Max, s.Every), period: period, delay: delay}
}

// targeter is a Target in a run.
type targeter struct {
	Target
	desk
	period, delay time.Duration
	dark          bool // its stretch without data has been logged
	scratch       histogram.Histogram
}

// Needs is its metric.
func (t *targeter) Needs() []policy.Need {
	n := policy.Need{Metric: t.Metric, Samples: t.Statistic.Percentile(), Lookback: t.Over + t.delay + t.period, High: t.Target.Target.Value(), Low: math.NaN()}
	if t.Statistic != (aws.Statistic{}) {
		n.Sees = func(p policy.Point) float64 { return t.Statistic.Of([]policy.Point{p}, nil) }
	}
	return []policy.Need{n}
}

// Decide compares the look-back with the target, when it is time.
func (t *targeter) Decide(o policy.Observation) policy.Decision {
	d := policy.Decision{Want: o.Fleet.Desired}
	if !t.turn(o.Now) {
		return d
	}
	points := t.window(o.Points(t.Metric), o.Now)
	if len(points) == 0 {
		if seen := o.Points(t.Metric); len(seen) > 0 && !t.dark {
			t.dark = true
			d.Entries = append(d.Entries, policy.Entry{Policy: t.name, From: d.Want, To: d.Want, HeldBy: policy.HeldByNoData, Why: []policy.Reason{
				{Code: policy.NoData, Text: fmt.Sprintf("%s: no data in the last %s: nothing is changed", t.Metric, unit.FormatDuration(t.Over))},
			}})
		}
		return d
	}
	t.dark = false
	value := t.Statistic.Of(points, &t.scratch)
	want, sum := t.want(o.Fleet.Desired, value, points[len(points)-1].Load)
	t.decide(&o, &d, want, t.Cooldown, policy.Reason{Code: policy.AtTarget, Text: t.says(value) + ": " + sum})
	return d
}

// window are the points of the look-back: periods that end in (newest − over, newest], newest the last that is due.
func (t *targeter) window(points []policy.Point, now time.Duration) []policy.Point {
	newest := now - t.delay
	from := len(points)
	for from > 0 && points[from-1].End > newest-t.Over {
		from--
	}
	return points[from:]
}

// want is the capacity that would bring the metric to its target, and the sum that says so. With no instance there is nothing to
// multiply: the load of the last period counts, or one instance where the metric is above its target.
func (t *targeter) want(current int, value, load float64) (int, string) {
	target := t.Target.Target.Value()
	switch ratio := value / target; {
	case current == 0 && load > 0:
		n := whole(load / target)
		return n, fmt.Sprintf("ceil(%s ÷ %s) = %d from zero", aws.Number(load), t.Target.Target, n)
	case current == 0 && ratio > 1:
		return 1, "1 from zero"
	case math.Abs(ratio-1) <= float64(t.Tolerance)+same:
		return current, "within the tolerance"
	default:
		n := whole(float64(current) * ratio)
		return n, fmt.Sprintf("ceil(%d × %s ÷ %s) = %d", current, aws.Number(value), aws.Number(target), n)
	}
}

// says what it sees.
func (t *targeter) says(value float64) string {
	text := t.Metric
	if t.Statistic != (aws.Statistic{}) || t.Over > t.period {
		text += " " + t.Statistic.String() + " of " + unit.FormatDuration(t.Over)
	}
	return text + " is " + aws.Number(value) + ", target " + t.Target.Target.String()
}

// same is the relative difference within which two numbers are equal.
const same = 1e-9

// whole is a number of instances, rounded up, bounded so that an astronomic metric stays one.
func whole(x float64) int { return int(min(max(math.Ceil(x-same), 0), 1_000_000_000)) }

// limits holds min against max.
func limits(least, most int) []problem.Problem {
	if least <= most {
		return nil
	}
	return []problem.Problem{{Path: "min", Must: "at most max, " + strconv.Itoa(most), Got: strconv.Itoa(least), Of: []string{"min", "max"}}}
}
