package report

import (
	"math"
	"slices"
	"time"

	"headroom/expect"
	"headroom/job"
	"headroom/unit"
)

// JobDoc is the result of a job over its runs. The order of its fields is the order of the JSON; fields are only ever added.
type JobDoc struct {
	Version    int            `json:"version"`
	Scenario   string         `json:"scenario"`
	Variant    string         `json:"variant,omitempty"`
	Kind       string         `json:"kind"` // "job"
	Seed       uint64         `json:"seed"`
	Runs       int            `json:"runs"`
	Job        JobFacts       `json:"job"`
	Completion Spread         `json:"completion_s"`
	Running    Spread         `json:"running_s"` // of the gang, all starts
	Cost       JobCost        `json:"cost"`
	Starts     Number         `json:"starts"`
	Interrupts Spread         `json:"interruptions"`
	Finished   Number         `json:"finished"`           // share of runs
	Deadline   *JobDeadline   `json:"deadline,omitempty"` // only with job.deadline
	StoppedBy  JobStops       `json:"stopped_by"`         // runs
	Time       JobTime        `json:"time_s"`
	Billable   Number         `json:"billable_s"` // of one instance, in seconds that would have cost as much on demand
	Savings    Number         `json:"savings"`    // as managed spot training prints it: 1 − billable ÷ running
	OnDemand   JobOnDemand    `json:"on_demand"`
	Against    JobAgainst     `json:"against_on_demand"`
	Checkpoint *JobCheckpoint `json:"checkpoint,omitempty"` // only with checkpoints
	Theory     *JobTheory     `json:"theory,omitempty"`     // only where lives are known to be exponential
	Notes      []string       `json:"notes"`
	Expect     []JobVerdict   `json:"expect"`
}

// JobFacts are what the job is.
type JobFacts struct {
	Kind      string  `json:"kind"`
	On        string  `json:"on"`
	Instances int     `json:"instances"`
	WorkS     float64 `json:"work_s"`   // of one instance
	LengthS   float64 `json:"length_s"` // of the gang, undisturbed
	Price     float64 `json:"price"`    // of one instance-hour, as the job runs
	OnDemand  float64 `json:"price_on_demand"`
	Every     float64 `json:"checkpoint_every_s"` // 0: no checkpoints
}

// Spread is a quantity over the runs: the mean with its 95 % interval by Student's t, and quantiles. A quantile in which a run does
// not finish is null, and so is the mean then.
type Spread struct {
	Mean float64
	Low  float64
	High float64
	P50  float64
	P90  float64
	P99  float64
	Max  float64
}

// JobCost is the cost of a run.
type JobCost struct {
	Currency string `json:"currency"`
	Spread
}

// JobDeadline is the share of runs that finish by it, with Clopper–Pearson bounds.
type JobDeadline struct {
	DeadlineS float64 `json:"deadline_s"`
	Met       Number  `json:"met"`
}

// JobStops counts the runs that did not finish.
type JobStops struct {
	MaxRun  int `json:"max_run"`
	MaxWait int `json:"max_wait"`
	GivenUp int `json:"given_up"` // after 10,000 starts
}

// JobTime is where the time of a run went: means of all runs. Work that was thrown away is redone.
type JobTime struct {
	Waiting      Number `json:"waiting"`
	Provisioning Number `json:"provisioning"`
	Loading      Number `json:"loading"`
	Work         Number `json:"work"`
	Checkpoints  Number `json:"checkpoints"`
	Redone       Number `json:"redone"`
}

// JobOnDemand is the same job on demand, without checkpoints, in the same runs.
type JobOnDemand struct {
	Completion Spread `json:"completion_s"`
	Cost       Spread `json:"cost"`
	Finished   Number `json:"finished"`
}

// JobAgainst is what the job has more than on demand, run by run.
type JobAgainst struct {
	Cost       Number  `json:"cost"`
	Completion Number  `json:"completion_s"`
	Saved      float64 `json:"saved"` // 1 − mean cost ÷ mean cost on demand
}

// JobCheckpoint is the question of how often: searched on the same random numbers, beside what formulas say.
type JobCheckpoint struct {
	EveryS    float64     `json:"every_s"`
	BestS     *float64    `json:"best_s"`     // null where nothing was searched: on demand, or checkpoints that cost nothing
	FlatS     *[2]float64 `json:"flat_s"`     // around best_s, at most 1 % longer
	CheapestS *float64    `json:"cheapest_s"` // least mean cost
	YoungS    *float64    `json:"young_s"`    // null where the mean life is not known
	DalyS     *float64    `json:"daly_s"`
	ExactS    *float64    `json:"exact_s"` // of endless work, exponential lives
	Curve     []JobPoint  `json:"curve"`
}

// JobPoint is the mean with another time between checkpoints.
type JobPoint struct {
	EveryS      float64 `json:"every_s"`
	CompletionS float64 `json:"completion_s"` // of stopped runs until they were
	Cost        float64 `json:"cost"`
	Finished    float64 `json:"finished"` // share of runs
}

// JobTheory is what is expected exactly, without limits on time; nulls where the closed form is not of this job.
type JobTheory struct {
	MeanLifeS     float64  `json:"mean_life_s"` // of the gang
	CompletionS   *float64 `json:"completion_s"`
	RunningS      *float64 `json:"running_s"`
	Interruptions *float64 `json:"interruptions"`
}

// JobVerdict on an expectation, over the runs. Measured has a 95 % interval: of a mean by Student's t, of a quantile by order
// statistics, of a share by Clopper–Pearson.
type JobVerdict struct {
	Ask      string `json:"ask"`
	Held     bool   `json:"held"`
	Value    string `json:"value"`
	Measured Number `json:"measured"`
}

// JobDocument makes the result of a job.
func JobDocument(meta Meta, asks []expect.Ask, a *job.Answer) JobDoc {
	s := a.Settings
	n := len(a.Runs)
	d := JobDoc{
		Version: 1, Scenario: meta.Scenario, Variant: meta.Variant, Kind: "job", Seed: s.Seed, Runs: n,
		Job: JobFacts{Kind: s.Kind, On: s.On, Instances: s.Instances, WorkS: s.Total().Seconds(), LengthS: s.Length().Seconds(), Price: hourly(s.Paid()), OnDemand: hourly(*s.Price),
			Every: s.Checkpoint.Every.Seconds()},
		Completion: spread(a.Completions()),
		Running:    spread(a.Each(func(o job.Outcome) float64 { return o.Running.Seconds() })),
		Cost:       JobCost{s.Price.Currency, spread(a.Costs())},
		Starts:     Over(a.Each(func(o job.Outcome) float64 { return float64(o.Starts) })),
		Interrupts: spread(a.Each(func(o job.Outcome) float64 { return float64(o.Interruptions) })),
		Finished:   Share(count(a.Runs, func(o job.Outcome) bool { return o.Finished }), n),
		StoppedBy: JobStops{count(a.Runs, func(o job.Outcome) bool { return o.Stopped == job.ByMaxRun }),
			count(a.Runs, func(o job.Outcome) bool { return o.Stopped == job.ByMaxWait }), count(a.Runs, func(o job.Outcome) bool { return o.Stopped == job.GivenUp })},
		Time:     jobTime(a),
		Billable: Over(a.Each(func(o job.Outcome) float64 { return s.Billable(o).Seconds() })),
		Savings:  Over(a.Each(func(o job.Outcome) float64 { return finite(job.Savings(s.Billable(o), o.Running)) })),
		OnDemand: jobOnDemand(a.Plain()),
		Notes:    JobNotes(a),
		Expect:   jobVerdicts(asks, a),
	}
	if s.Deadline != nil {
		d.Deadline = &JobDeadline{s.Deadline.Seconds(), Share(count(a.Runs, a.Met), n)}
	}
	d.Against = against(a)
	d.Checkpoint, d.Theory = jobCheckpoint(a), jobTheory(s)
	return d
}

func jobTime(a *job.Answer) JobTime {
	of := func(part func(job.Outcome) time.Duration) Number {
		return Over(a.Each(func(o job.Outcome) float64 { return part(o).Seconds() }))
	}
	return JobTime{
		of(func(o job.Outcome) time.Duration { return o.Waiting }), of(func(o job.Outcome) time.Duration { return o.Provisioning }),
		of(func(o job.Outcome) time.Duration { return o.Loading }), of(func(o job.Outcome) time.Duration { return o.Useful }),
		of(func(o job.Outcome) time.Duration { return o.Checkpoints }), of(func(o job.Outcome) time.Duration { return o.Redone }),
	}
}

func jobOnDemand(plain *job.Answer) JobOnDemand {
	return JobOnDemand{spread(plain.Completions()), spread(plain.Costs()), Share(count(plain.Runs, func(o job.Outcome) bool { return o.Finished }), len(plain.Runs))}
}

func against(a *job.Answer) JobAgainst {
	more := func(is, was []float64) Number {
		for k := range is {
			is[k] = finite(is[k] - was[k])
		}
		return Over(is)
	}
	plain := a.Plain()
	return JobAgainst{more(a.Costs(), plain.Costs()), more(a.Completions(), plain.Completions()), finite(a.Saved())}
}

func jobCheckpoint(a *job.Answer) *JobCheckpoint {
	s := a.Settings
	if s.Checkpoint.Every == 0 {
		return nil
	}
	c := &JobCheckpoint{EveryS: s.Checkpoint.Every.Seconds(), Curve: []JobPoint{}}
	if a.Searched() {
		c.BestS, c.CheapestS = secondsOf(a.Best.Every), secondsOf(a.Cheapest.Every)
		c.FlatS = &[2]float64{a.Flat[0].Seconds(), a.Flat[1].Seconds()}
	}
	if t, ok := s.Theory(); ok && t.Young > 0 {
		c.YoungS, c.DalyS, c.ExactS = secondsOf(t.Young), secondsOf(t.Daly), secondsOf(t.Exact)
	}
	for _, p := range a.Curve {
		c.Curve = append(c.Curve, JobPoint{p.Every.Seconds(), p.End.Seconds(), p.Cost, float64(p.Finished) / float64(len(a.Runs))})
	}
	return c
}

func jobTheory(s *job.Settings) *JobTheory {
	t, ok := s.Theory()
	if !ok {
		return nil
	}
	d := &JobTheory{MeanLifeS: t.MeanLife.Seconds()}
	if t.Expected {
		d.CompletionS, d.RunningS, d.Interruptions = secondsOf(t.Completion), secondsOf(t.Running), &t.Interruptions
	}
	return d
}

func jobVerdicts(asks []expect.Ask, a *job.Answer) []JobVerdict {
	out := []JobVerdict{}
	for _, v := range expect.JudgeJob(asks, a) {
		out = append(out, JobVerdict{v.Ask.String(), v.Held, v.Value, jobMeasured(v, a)})
	}
	return out
}

// jobMeasured is what an expectation measured, with its interval.
func jobMeasured(v expect.Verdict, a *job.Answer) Number {
	m, n := v.Ask.Measure, len(a.Runs)
	switch m.Of {
	case expect.Deadline, expect.Finished:
		return Share(int(math.Round(v.Measured*float64(n))), n)
	case expect.Savings:
		return Plain(v.Measured)
	}
	values := expect.Values(m.Of, a)
	switch m.Stat {
	case expect.Quantile:
		return quantile(values, m.Q)
	case expect.Max:
		return Plain(finite(slices.Max(values)))
	}
	return meanOf(values)
}

// meanOf is the mean with its interval; none if a run does not finish.
func meanOf(values []float64) Number {
	if slices.ContainsFunc(values, func(x float64) bool { return math.IsInf(x, 0) }) {
		return Number{math.NaN(), math.NaN(), math.NaN(), true}
	}
	return Over(values)
}

func spread(values []float64) Spread {
	m := meanOf(values)
	q := func(p float64) float64 { return quantile(values, p).Mean }
	return Spread{m.Mean, m.Low, m.High, q(.5), q(.9), q(.99), finite(slices.Max(values))}
}

func count(runs []job.Outcome, is func(job.Outcome) bool) (n int) {
	for _, o := range runs {
		if is(o) {
			n++
		}
	}
	return n
}

func secondsOf(d time.Duration) *float64 {
	x := d.Seconds()
	return &x
}

func hourly(p unit.Price) float64 {
	x, _ := p.Hourly().Float64()
	return x
}
