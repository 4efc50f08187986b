package whatif

import (
	"fmt"
	"io"
	"math"
	"strings"

	"headroom/expect"
	"headroom/job"
	"headroom/report"
)

// A JobAnswer is what the runs of a job gave, and what was expected of it.
type JobAnswer struct {
	Meta report.Meta
	Asks []expect.Ask
	*job.Answer
}

// Doc is the answer as it is printed and stored.
func (a JobAnswer) Doc() report.JobDoc { return report.JobDocument(a.Meta, a.Asks, a.Answer) }

// A JobComparison is several jobs side by side. The first is the base; the others say how they differ from it, run by run: run k
// of each meets the same lives, waits and start-ups.
type JobComparison struct {
	Version  int          `json:"version"`
	Kind     string       `json:"kind"` // "job"
	Seed     uint64       `json:"seed"`
	Runs     int          `json:"runs"`
	Base     string       `json:"base"`
	Variants []JobVariant `json:"variants"`
}

// A JobVariant is one answer and its differences from the base. A completion time differs where both finish.
type JobVariant struct {
	Name        string        `json:"name"`
	Result      report.JobDoc `json:"result"`
	AgainstBase Differences   `json:"against_base"` // empty of the base itself
}

// jobNumbers are the numbers that are compared, run by run.
var jobNumbers = []struct {
	path string
	of   func(JobAnswer) []float64
}{
	{"completion_s", func(a JobAnswer) []float64 { return a.Completions() }},
	{"running_s", func(a JobAnswer) []float64 {
		return a.Each(func(o job.Outcome) float64 { return o.Running.Seconds() })
	}},
	{"cost", func(a JobAnswer) []float64 { return a.Costs() }},
	{"interruptions", func(a JobAnswer) []float64 {
		return a.Each(func(o job.Outcome) float64 { return float64(o.Interruptions) })
	}},
	{"redone_s", func(a JobAnswer) []float64 { return a.Each(func(o job.Outcome) float64 { return o.Redone.Seconds() }) }},
	{"finished", func(a JobAnswer) []float64 { return a.Each(func(o job.Outcome) float64 { return truth(o.Finished) }) }},
	{"deadline", func(a JobAnswer) []float64 { return a.Each(func(o job.Outcome) float64 { return truth(a.Met(o)) }) }},
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// CompareJobs puts answers side by side; names are those of the variants, the base first. They must have one seed and as many
// runs.
func CompareJobs(names []string, answers []JobAnswer) (JobComparison, error) {
	base := answers[0]
	c := JobComparison{Version: 1, Kind: "job", Seed: base.Settings.Seed, Runs: len(base.Runs), Base: names[0]}
	for i, a := range answers {
		switch {
		case a.Settings.Seed != base.Settings.Seed:
			return c, fmt.Errorf("what is compared must have one seed, got job.seed %d in %s and %d in %s", base.Settings.Seed, names[0], a.Settings.Seed, names[i])
		case a.Settings.Price.Currency != base.Settings.Price.Currency:
			return c, fmt.Errorf("what is compared must be in one currency, got %s in %s and %s in %s", base.Settings.Price.Currency, names[0], a.Settings.Price.Currency, names[i])
		}
		v := JobVariant{Name: names[i], Result: a.Doc(), AgainstBase: Differences{}}
		for _, n := range jobNumbers {
			if i > 0 && (n.path != "deadline" || a.Settings.Deadline != nil && base.Settings.Deadline != nil) {
				v.AgainstBase = append(v.AgainstBase, differ(n.path, n.of(base), n.of(a)))
			}
		}
		c.Variants = append(c.Variants, v)
	}
	return c, nil
}

// JobText writes a comparison of jobs for a person: one sentence, a table with a row a variant, then what each differs in from the
// base. No line is wider than 80 columns.
func JobText(w io.Writer, c JobComparison) error {
	var b strings.Builder
	b.WriteString(report.Wrap("", jobSentence(c)))
	b.WriteString(report.Wrap("", basis(c.Runs, c.Seed)))
	rows := [][]string{{"", "holds", "cost " + c.Variants[0].Result.Cost.Currency, "p90", "done after", "p90", "finished", "saved"}}
	for _, v := range c.Variants {
		r := v.Result
		held, all := jobHolds(v)
		rows = append(rows, []string{report.Cut(v.Name, 18), fmt.Sprintf("%d of %d", held, all), report.Money("")(r.Cost.Mean), report.Money("")(r.Cost.P90),
			hours(r.Completion.Mean), hours(r.Completion.P90), report.Percent(r.Finished.Mean), savedWords(r.Against.Saved)})
	}
	b.WriteString("\n" + columns(rows) + "saved: of the cost on demand without checkpoints\n\n")
	for _, v := range c.Variants[1:] {
		b.WriteString(jobDifferences(c, v))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func savedWords(x float64) string {
	if math.Abs(x) < 0.0005 {
		return "0%"
	}
	if x < 0 {
		return "−" + report.Percent(-x)
	}
	return or(x, report.Percent)
}

// hours writes seconds as hours and minutes; "not all" where a run does not finish.
func hours(seconds float64) string {
	if math.IsNaN(seconds) {
		return "not all"
	}
	minutes := int(math.Round(seconds / 60))
	if minutes < 60 {
		return report.Lapse(seconds)
	}
	return fmt.Sprintf("%dh%02dm", minutes/60, minutes%60)
}

// jobHolds counts the expectations that a variant keeps.
func jobHolds(v JobVariant) (held, all int) {
	for _, e := range v.Result.Expect {
		if e.Held {
			held++
		}
	}
	return held, len(v.Result.Expect)
}

// jobSentence names the cheapest of those that keep all their expectations.
func jobSentence(c JobComparison) string {
	var best *JobVariant
	good := 0
	for i := range c.Variants {
		v := &c.Variants[i]
		if held, all := jobHolds(*v); held < all {
			continue
		}
		good++
		if best == nil || v.Result.Cost.Mean < best.Result.Cost.Mean {
			best = v
		}
	}
	switch {
	case best == nil:
		return fmt.Sprintf("None of the %d holds all of its expectations.", len(c.Variants))
	case len(c.Variants) == 1:
		return fmt.Sprintf("Nothing to compare: %s has no variants.", c.Base)
	}
	return fmt.Sprintf("%d of %d hold all of their expectations; the cheapest of these is %s at %s.", good, len(c.Variants), best.Name,
		report.Money(best.Result.Cost.Currency)(best.Result.Cost.Mean))
}

// jobDifferences of one variant from the base.
func jobDifferences(c JobComparison, v JobVariant) string {
	return unlike(v.Name, c.Base, c.Runs, []number{
		{"cost", "cost", report.Money(c.Variants[0].Result.Cost.Currency)}, {"completion_s", "completion where both finish", report.Lapse},
		{"interruptions", "interruptions", report.Count}, {"redone_s", "redone work", report.Lapse}, {"finished", "finished", points},
		{"deadline", "by the deadline", points},
	}, v.AgainstBase, "the same in every run: ") + "\n"
}
