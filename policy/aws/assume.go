package aws

import (
	"strconv"
	"strings"

	"headroom/unit"
)

// Assume is what AWS does not print and a simulator must choose (aws.md §11). nil is not given: a policy's own come before the
// target's, and those before the defaults.
type Assume struct {
	Formula               *string     `yaml:"formula" enum:"ceil|round|floor" doc:"how target tracking rounds capacity × metric ÷ target (default ceil: towards more capacity)"`
	MetricForCalc         *string     `yaml:"metric-for-calc" enum:"last|average|max" doc:"which datapoints of the alarm's window target tracking calculates with (default last)"`
	StepMetricForCalc     *string     `yaml:"step-metric-for-calc" enum:"last|average|max" doc:"which datapoints of the alarm's window a step policy measures the breach by (default average)"`
	Base                  *string     `yaml:"base" enum:"point|now" doc:"the capacity that the metric is multiplied by: point (default), that of the metric's own period, or now, the current one"`
	FromZero              *int        `yaml:"from-zero" check:"min=1,max=100000" doc:"instances that target tracking takes from zero when the metric is above its target (default 1)"`
	MaxScaleIn            *unit.Share `yaml:"max-scale-in" check:"positive" doc:"most that one scale-in of target tracking takes away of the capacity, at least one instance (default: no limit)"`
	OutCooldownBlocksIn   *bool       `yaml:"out-cooldown-blocks-in" doc:"whether a policy's scale-out cooldown holds its scale-in as well (default false)"`
	CooldownStarts        *string     `yaml:"cooldown-starts" enum:"completion|decision" doc:"when a cooldown starts to run down: when its change is complete (default), or when it was decided"`
	ScaleWhileUpdating    *bool       `yaml:"scale-while-updating" doc:"whether a service that makes one update at a time, such as sagemaker-endpoint, takes a change while another is under way (default false)"`
	EvaluationRange       *Range      `yaml:"evaluation-range" doc:"datapoints that an alarm looks back at to find N real ones: N+2 (default) or a number"`
	FreshBreachOnly       *string     `yaml:"fresh-breach-only" enum:"keep|insufficient-data|ok" doc:"state of an alarm that has breaching points only, all too fresh: as it was (default), INSUFFICIENT_DATA or OK"`
	PercentBaseInCooldown *string     `yaml:"percent-base-in-cooldown" enum:"before|now" doc:"what a percent step counts from in its scale-out cooldown: the capacity before it (default) or the current one"`
}

// defaults are the readings that stand when a scenario says nothing (aws.md §11, semantics §6).
func defaults() Assume {
	return Assume{
		Formula: new("ceil"), MetricForCalc: new("last"), StepMetricForCalc: new("average"), Base: new("point"), FromZero: new(1),
		OutCooldownBlocksIn: new(false), CooldownStarts: new("completion"), ScaleWhileUpdating: new(false),
		EvaluationRange: &Range{More: 2}, FreshBreachOnly: new("keep"), PercentBaseInCooldown: new("before"),
	}
}

// over is a with what it leaves out taken from below.
func (a Assume) over(below Assume) Assume {
	return Assume{
		Formula:               either(a.Formula, below.Formula),
		MetricForCalc:         either(a.MetricForCalc, below.MetricForCalc),
		StepMetricForCalc:     either(a.StepMetricForCalc, below.StepMetricForCalc),
		Base:                  either(a.Base, below.Base),
		FromZero:              either(a.FromZero, below.FromZero),
		MaxScaleIn:            either(a.MaxScaleIn, below.MaxScaleIn),
		OutCooldownBlocksIn:   either(a.OutCooldownBlocksIn, below.OutCooldownBlocksIn),
		CooldownStarts:        either(a.CooldownStarts, below.CooldownStarts),
		ScaleWhileUpdating:    either(a.ScaleWhileUpdating, below.ScaleWhileUpdating),
		EvaluationRange:       either(a.EvaluationRange, below.EvaluationRange),
		FreshBreachOnly:       either(a.FreshBreachOnly, below.FreshBreachOnly),
		PercentBaseInCooldown: either(a.PercentBaseInCooldown, below.PercentBaseInCooldown),
	}
}

// either is the first of the two that is given.
func either[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// Range is how many datapoints an alarm looks back at: Total, or More than its N if Total is 0. Written 5 or N+2.
type Range struct{ Total, More int }

// UnmarshalText reads N+2 or 5.
func (r *Range) UnmarshalText(text []byte) error {
	bad := &unit.Bad{Must: "N+ and a whole number (N+2), or a number of datapoints", Got: strconv.Quote(string(text))}
	more, plus := strings.CutPrefix(string(text), "N+")
	n, err := unit.ParseCount(more)
	if err != nil || n > 10000 || n < 1 && !plus {
		return bad
	}
	if *r = (Range{Total: n}); plus {
		*r = Range{More: n}
	}
	return nil
}

// String is what UnmarshalText reads.
func (r Range) String() string {
	if r.Total > 0 {
		return strconv.Itoa(r.Total)
	}
	return "N+" + strconv.Itoa(r.More)
}

// MarshalText is String.
func (r Range) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Pattern is the text of a range as a regular expression.
func (Range) Pattern() string { return `^(N\+(0|[1-9][0-9]*)|[1-9][0-9]*)$` }

// of is the number of datapoints for an alarm of M of N; never below N.
func (r Range) of(n int) int {
	if r.Total > 0 {
		return max(r.Total, n)
	}
	return n + r.More
}
