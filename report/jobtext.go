package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"headroom/job"
	"headroom/unit"
)

// JobText writes the report of a job for a person: the verdict in one sentence first, then what it rests on. No line is wider than
// 80 columns.
func JobText(w io.Writer, meta Meta, d JobDoc, a *job.Answer, style Style) error {
	var b strings.Builder
	verdict, color := JobSentence(d), green
	if strings.HasPrefix(verdict, "Not held") {
		color = red
	}
	for _, line := range strings.Split(strings.TrimRight(Wrap("", verdict), "\n"), "\n") {
		b.WriteString(style.paint(bold+color, line) + "\n")
	}
	b.WriteString("\n")
	jobAbout(&b, meta, d, a.Settings)
	jobExpectations(&b, d, style)
	jobNumbers(&b, d, style)
	if len(d.Notes) > 0 {
		b.WriteString(style.paint(bold, "Notes") + "\n")
	}
	for _, n := range d.Notes {
		b.WriteString(Wrap("  ", n))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// JobSentence is the verdict in one sentence.
func JobSentence(d JobDoc) string {
	var missed []JobVerdict
	for _, v := range d.Expect {
		if !v.Held {
			missed = append(missed, v)
		}
	}
	switch n := len(d.Expect); {
	case n == 0:
		return fmt.Sprintf("Nothing was expected: %s, for %s%s.", jobDone(d), Money(d.Cost.Currency)(d.Cost.Mean), onAverage(d.Runs))
	case len(missed) == 1:
		return fmt.Sprintf("Not held: %s was asked, the answer is %s%s.", missed[0].Ask, missed[0].Value, others(n-1))
	case len(missed) > 1:
		return fmt.Sprintf("Not held: %d of %d expectations are missed, first %s: %s.", len(missed), n, missed[0].Ask, missed[0].Value)
	case n == 1:
		return fmt.Sprintf("Held: %s, the answer is %s.", d.Expect[0].Ask, d.Expect[0].Value)
	}
	return fmt.Sprintf("Held: all %d expectations, first %s: %s.", len(d.Expect), d.Expect[0].Ask, d.Expect[0].Value)
}

// jobDone says when the work is done.
func jobDone(d JobDoc) string {
	switch {
	case !math.IsNaN(d.Completion.Mean):
		return "done after " + long(d.Completion.Mean) + onAverage(d.Runs)
	case d.Finished.Mean == 0 && d.Runs == 1:
		return "it is never done"
	case d.Finished.Mean == 0:
		return "it is never done in any of " + plural(d.Runs, "run")
	}
	return "done in " + Percent(d.Finished.Mean) + " of runs only"
}

// onAverage is said of several runs.
func onAverage(runs int) string {
	if runs == 1 {
		return ""
	}
	return " on average"
}

// or is a number in its form, or words where there is none.
func or(x float64, form func(float64) string, none string) string {
	if math.IsNaN(x) {
		return none
	}
	return form(x)
}

// long writes seconds as Lapse does, without the zeros at the end of whole minutes and hours.
func long(seconds float64) string {
	if seconds < 60 {
		return Lapse(seconds)
	}
	return span(math.Round(seconds))
}

// jobAbout says what was asked of what.
func jobAbout(b *strings.Builder, meta Meta, d JobDoc, s *job.Settings) {
	name := d.Scenario
	if d.Variant != "" {
		name += ", variant " + d.Variant
	}
	b.WriteString(Wrap("", strings.TrimSuffix(name+": "+meta.Ask, ": ")))
	runs := plural(d.Runs, "run")
	if d.Runs > 1 {
		runs += " (mean with its 95% interval)"
	}
	what := fmt.Sprintf("%s of a %s job on %s, seed %d: %s of work on %s", runs, s.Kind, s.On, s.Seed, unit.FormatDuration(s.Total()), plural(s.Instances, "instance"))
	if s.Instances > 1 {
		what += " at once, " + long(s.Length().Seconds()) + " undisturbed"
	}
	price := s.Paid()
	what += ", " + price.String() + " each"
	if c := s.Checkpoint; c.Every > 0 {
		what += fmt.Sprintf("; a checkpoint of %s every %s", unit.FormatDuration(c.Cost), unit.FormatDuration(c.Every))
	} else {
		what += "; no checkpoints"
	}
	if d.Theory != nil {
		what += "; interrupted every " + long(d.Theory.MeanLifeS) + " of running on average"
	}
	b.WriteString(Wrap("", what+"."))
	if meta.Because != "" {
		b.WriteString(Wrap("", "Because: "+meta.Because))
	}
	b.WriteString("\n")
}

// jobExpectations are a line each: held or missed, the ask, what was got over the runs.
func jobExpectations(b *strings.Builder, d JobDoc, style Style) {
	longest := 0
	for _, v := range d.Expect {
		longest = max(longest, len([]rune(v.Ask)))
	}
	for _, v := range d.Expect {
		mark, color := markOf(v.Held)
		line := Wrap(mark+"  "+pad(Cut(v.Ask, 40), min(longest, 40))+"  ", v.Value+jobInterval(v, d.Cost.Currency))
		b.WriteString(strings.Replace(line, mark, style.paint(color, mark), 1))
	}
	if len(d.Expect) > 0 {
		b.WriteString("\n")
	}
}

// jobInterval is the interval of what was measured, and whether chance could have turned the verdict.
func jobInterval(v JobVerdict, currency string) string {
	m := v.Measured
	if math.IsNaN(m.Low) || math.IsNaN(m.High) || m.Low == m.High {
		return ""
	}
	form := Count
	switch first, _, _ := strings.Cut(v.Ask, " "); first {
	case "finish":
		form = long
	case "cost":
		form = Money(currency)
	case "deadline", "finished":
		form = Percent
	}
	return " " + together("("+form(m.Low)+" to "+form(m.High)+", 95%)")
}

// jobNumbers are the measures, a subject a paragraph.
func jobNumbers(b *strings.Builder, d JobDoc, style Style) {
	line := func(subject string, items ...string) {
		for i, item := range items {
			items[i] = together(item)
		}
		b.WriteString(Wrap("  "+pad(subject, 13), strings.Join(items, ", ")))
	}
	b.WriteString(style.paint(bold, "Numbers") + "\n")
	cost := Money(d.Cost.Currency)
	line("completion", spreadWords(d.Completion, d.Runs, long)...)
	line("cost", spreadWords(d.Cost.Spread, d.Runs, cost)...)
	if d.Job.On == "spot" {
		line("interrupted", spreadWords(d.Interrupts, d.Runs, Count)...)
	}
	line("time", jobTimeWords(d.Time)...)
	items := []string{say(d.Finished, Percent) + " of runs"}
	if d.Runs == 1 {
		items[0] = map[bool]string{true: "yes", false: "no"}[d.Finished.Mean == 1]
	}
	switch {
	case d.Deadline != nil && d.Runs == 1:
		items = append(items, map[bool]string{true: "by", false: "not by"}[d.Deadline.Met.Mean == 1]+" the deadline of "+span(d.Deadline.DeadlineS))
	case d.Deadline != nil:
		items = append(items, say(d.Deadline.Met, Percent)+" by the deadline of "+span(d.Deadline.DeadlineS))
	}
	for _, s := range []struct {
		n    int
		text string
	}{{d.StoppedBy.MaxRun, "max-run"}, {d.StoppedBy.MaxWait, "max-wait"}, {d.StoppedBy.GivenUp, "10,000 starts"}} {
		if s.n > 0 {
			what := plural(s.n, "run") + " "
			if d.Runs == 1 {
				what = ""
			}
			items = append(items, what+"stopped by "+s.text)
		}
	}
	line("finished", items...)
	line("on demand", or(d.OnDemand.Completion.Mean, long, map[bool]string{true: "never", false: "not in all runs"}[d.Runs == 1]), cost(d.OnDemand.Cost.Mean), "without checkpoints")
	if against := jobAgainst(d); against != "" {
		b.WriteString(Wrap(strings.Repeat(" ", 15), against))
	}
	if d.Checkpoint != nil {
		checkpointLine(*d.Checkpoint, line)
	}
	if t := d.Theory; t != nil && t.CompletionS != nil {
		line("theory", "exactly expected "+long(*t.CompletionS), Count(*t.Interruptions)+" interruptions", "without the limits on time")
	}
	b.WriteString("\n")
}

func spreadWords(s Spread, runs int, form func(float64) string) []string {
	if math.IsNaN(s.Mean) && runs == 1 {
		return []string{"never"}
	}
	if math.IsNaN(s.Mean) {
		return []string{"no mean: a run does not finish", "p50 " + or(s.P50, form, "never"), "p90 " + or(s.P90, form, "never"), "p99 " + or(s.P99, form, "never")}
	}
	if s.Mean == s.Max && s.P50 == s.Max {
		if runs == 1 {
			return []string{form(s.Mean)}
		}
		return []string{form(s.Mean) + " in every run"}
	}
	return []string{"mean " + say(Number{s.Mean, s.Low, s.High, true}, form), "p50 " + form(s.P50), "p90 " + form(s.P90), "p99 " + form(s.P99), "max " + form(s.Max)}
}

// jobTimeWords are where the time goes, what there is none of left out.
func jobTimeWords(t JobTime) []string {
	items := []string{long(t.Work.Mean) + " work"}
	for _, p := range []part{{t.Redone, "redone"}, {t.Checkpoints, "checkpoints"}, {t.Loading, "loading"}, {t.Provisioning, "provisioning"}, {t.Waiting, "waiting"}} {
		if p.n.Mean > 0 {
			items = append(items, long(p.n.Mean)+" "+p.text)
		}
	}
	return items
}

// jobAgainst says what Spot is worth, beside what the service itself would print.
func jobAgainst(d JobDoc) string {
	if d.Job.On != "spot" || !d.Against.Cost.Exists() {
		return ""
	}
	text := fmt.Sprintf("spot costs %s", difference(d.Against.Cost.Mean, Money(d.Cost.Currency)))
	if d.Against.Completion.Exists() {
		text += " and takes " + difference(d.Against.Completion.Mean, long)
	}
	if math.IsNaN(d.Against.Saved) {
		return text
	}
	saved := Percent(d.Against.Saved)
	if d.Against.Saved < 0 {
		return text + ": nothing saved"
	}
	text += ": " + saved + " saved"
	if printed := Percent(d.Savings.Mean); d.Job.Kind == "training" && printed != saved {
		text += " (the service would print " + printed + ", as it pays for work done twice)"
	}
	return text
}

func difference(x float64, form func(float64) string) string {
	if x < 0 {
		return form(-x) + " less"
	}
	return form(x) + " more"
}

// checkpointLine is the interval that is best, beside Young's and Daly's.
func checkpointLine(c JobCheckpoint, line func(string, ...string)) {
	if c.BestS == nil {
		line("checkpoints", "every "+long(c.EveryS), "no best one to look for")
		return
	}
	items := []string{"best every " + long(*c.BestS)}
	if c.FlatS[0] < c.FlatS[1] {
		items[0] += " (" + long(c.FlatS[0]) + " to " + long(c.FlatS[1]) + ": at most 1% longer)"
	}
	if *c.CheapestS < c.FlatS[0] || *c.CheapestS > c.FlatS[1] {
		items = append(items, "cheapest every "+long(*c.CheapestS))
	}
	if c.YoungS != nil {
		items = append(items, "Young "+long(*c.YoungS), "Daly "+long(*c.DalyS), "exact of endless work "+long(*c.ExactS))
	}
	line("checkpoints", items...)
}

// JobNotes are what a reader must know of what the service offers, and of what the model leaves out.
func JobNotes(a *job.Answer) []string {
	s := a.Settings
	notes := []string{}
	add := func(form string, args ...any) { notes = append(notes, fmt.Sprintf(form, args...)) }
	must, _ := job.Offered(s.Kind)
	switch {
	case must != "":
		add("Spot is not offered for %s: %s.", s.Kind, strings.TrimPrefix(must, "on-demand: "))
	case s.Kind == "training" && !s.OnSpot():
		add("SageMaker has Spot for training and tuning jobs (EnableManagedSpotTraining), not for batch transform, processing or endpoints.")
	case s.Kind == "training":
		add("Managed spot training: EnableManagedSpotTraining, MaxWaitTimeInSeconds %d ≥ MaxRuntimeInSeconds %d, checkpoints to S3 by CheckpointConfig.",
			int(s.Spot.MaxWait.Seconds()), int(s.MaxRun.Seconds()))
	}
	if s.OnSpot() && s.Kind == "training" && s.Checkpoint.OnNotice {
		add("That a training container is told of an interruption %s before is not printed by SageMaker (of EC2 it is: 2 minutes).", unit.FormatDuration(s.Spot.Notice))
	}
	if s.OnSpot() && s.Instances > 1 && s.Spot.Interruptions.Trace == nil {
		add("Instances are taken independently of one another; real shortages take several at once.")
	}
	if s.Kind == "training" && s.MaxRun != nil && *s.MaxRun <= s.Length()+time.Minute {
		add("max-run, %s, is too short for the work: 1d is what SageMaker takes where none is given.", unit.FormatDuration(*s.MaxRun))
	}
	if s.OnSpot() && s.Checkpoint.Every > 0 && s.Checkpoint.Cost == 0 {
		add("Checkpoints that cost nothing cannot be too many: no best interval was looked for.")
	}
	return notes
}
