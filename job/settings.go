package job

import (
	"time"

	"headroom/problem"
	"headroom/unit"
)

// UnmarshalText reads none.
func (c *Checkpoint) UnmarshalText(text []byte) error {
	if string(text) != "none" {
		return &unit.Bad{Must: "none, or {every: 15m, cost: 30s}", Got: unit.Show(string(text))}
	}
	*c = Checkpoint{}
	return nil
}

// MarshalText is none, or nil of checkpoints, which only a mapping can write.
func (c Checkpoint) MarshalText() ([]byte, error) {
	if c.Every == 0 {
		return []byte("none"), nil
	}
	return nil, nil
}

// Pattern is the text of no checkpoints as a regular expression.
func (Checkpoint) Pattern() string { return `^none$` }

// Check says that Spot has one price.
func (s Spot) Check() []problem.Problem {
	if (s.Price != nil) == (s.Discount != nil) {
		return []problem.Problem{{Must: "price or discount", Of: []string{"price", "discount"}}}
	}
	return nil
}

// longestWork bounds the work, and the checkpoints in it: ten years.
const longestWork = 3660 * unit.Day

// maxTraining is the longest MaxRuntimeInSeconds of a training job: 28 days (API reference, StoppingCondition).
const maxTraining = 28 * unit.Day

// managedWait is how long managed spot training may take with a built-in algorithm that writes no checkpoints (SageMaker,
// "Managed Spot Training in Amazon SageMaker AI").
const managedWait = time.Hour

// Fill writes the default that depends on the kind: MaxRuntimeInSeconds of a training job is 1 day.
func (s *Settings) Fill() {
	if s.MaxRun == nil && s.Kind == "training" {
		day := unit.Day
		s.MaxRun = &day
	}
}

// Check says what the keys cannot mean together. The price of a type is looked up one floor up.
func (s Settings) Check() (ps []problem.Problem) {
	s.Fill()
	add := func(path, must, got, hint string, of ...string) {
		ps = append(ps, problem.Problem{Path: path, Must: must, Got: got, Hint: hint, Of: of})
	}
	switch {
	case s.Work == nil && s.Steps == 0 && s.StepTime == nil:
		add("work", "required: a duration with its unit (40h), or steps and step-time", "nothing", "", "work", "steps", "step-time")
	case s.Work != nil && (s.Steps != 0 || s.StepTime != nil), s.Work == nil && (s.Steps == 0 || s.StepTime == nil):
		add("", "work, or steps and step-time", "", "", "work", "steps", "step-time")
	case s.Work == nil && float64(s.Steps)*float64(*s.StepTime) > float64(longestWork):
		add("steps", "at most 3660d of work", "more", "", "steps", "step-time")
	}
	if s.Type == "" && s.Price == nil {
		add("type", "required: an instance type, or a price", "neither", "", "type", "price")
	}
	if s.On == "spot" {
		s.checkSpot(add)
	}
	if s.Kind == "training" && *s.MaxRun > maxTraining {
		add("max-run", "at most 28d (MaxRuntimeInSeconds of a training job)", unit.FormatDuration(*s.MaxRun), "", "max-run", "kind")
	}
	if c := s.Checkpoint; c.Every > 0 && float64(s.Length())/float64(c.Every)*float64(max(c.Cost, 1)) > float64(longestWork) {
		add("checkpoint.every", "checkpoints that take at most 3660d in all", unit.FormatDuration(c.Every), "", "checkpoint.every", "checkpoint.cost", "work", "steps", "step-time", "instances", "parallel")
	}
	return ps
}

// Offered says why a kind of job cannot be had on Spot, and what can; nothing if it can.
func Offered(kind string) (must, hint string) {
	const instead = "kind: training has it (EnableManagedSpotTraining), and own workers on Spot do: kind: custom"
	switch kind {
	case "batch-transform":
		return "on-demand: CreateTransformJob has no Spot setting (exam notes differ)", instead
	case "processing":
		return "on-demand: CreateProcessingJob has no Spot setting", instead
	}
	return "", ""
}

// checkSpot holds a job on Spot to what the service offers.
func (s *Settings) checkSpot(add func(path, must, got, hint string, of ...string)) {
	if must, hint := Offered(s.Kind); must != "" {
		add("on", must, "spot for "+s.Kind, hint, "on", "kind")
		return
	}
	if s.Spot == nil {
		add("spot", "required with on: spot: its discount or price, and its interruptions", "nothing", "", "spot", "on")
		return
	}
	i := s.Spot.Interruptions
	if i.Trace != nil && (s.Spot.Wait.Law().Mean() > 0 || s.Spot.FirstWait.Law().Mean() > 0) {
		add("spot.wait", "0s with a trace: its gaps are the waits", s.Spot.Wait.String(), "", "spot.wait", "spot.first-wait", "spot.interruptions")
	}
	if c := s.Checkpoint; c.OnNotice && c.Cost > s.Spot.Notice {
		add("checkpoint.on-notice", "a checkpoint that is written within spot.notice, "+unit.FormatDuration(s.Spot.Notice), "a cost of "+unit.FormatDuration(c.Cost), "",
			"checkpoint.on-notice", "checkpoint.cost", "spot.notice")
	}
	if s.Kind != "training" {
		if s.MaxRun != nil && s.Spot.MaxWait != nil && *s.Spot.MaxWait < *s.MaxRun {
			add("spot.max-wait", "at least max-run, "+unit.FormatDuration(*s.MaxRun), unit.FormatDuration(*s.Spot.MaxWait), "", "spot.max-wait", "max-run", "kind")
		}
		return
	}
	wait := s.Spot.MaxWait
	switch {
	case wait == nil:
		add("spot.max-wait", "required: managed spot training has a MaxWaitTimeInSeconds, at least max-run, "+unit.FormatDuration(*s.MaxRun), "nothing", "", "spot.max-wait", "max-run", "kind")
	case *wait < *s.MaxRun:
		add("spot.max-wait", "at least max-run, "+unit.FormatDuration(*s.MaxRun)+" (MaxWaitTimeInSeconds ≥ MaxRuntimeInSeconds)", unit.FormatDuration(*wait),
			"max-run of a training job is 1d if it is left out", "spot.max-wait", "max-run", "kind")
	case s.Algorithm == "built-in" && s.Checkpoint.Every == 0 && *wait > managedWait:
		add("spot.max-wait", "at most 1h: SageMaker ends managed spot training of a built-in algorithm without checkpoints after it", unit.FormatDuration(*wait),
			"a checkpoint lifts it", "spot.max-wait", "algorithm", "checkpoint", "kind")
	}
}
