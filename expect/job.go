package expect

import (
	"math"
	"slices"
	"strings"
	"time"

	"headroom/job"
)

// The quantities of a job. Finish and Interruptions have a Stat, Cost may have one there: they are taken over the runs.
const (
	Finish        Quantity = "finish"        // completion time; later than any where a run does not finish
	Interruptions Quantity = "interruptions" // of the gang, in a run
	Deadline      Quantity = "deadline"      // share of runs that finish by job.deadline
	Finished      Quantity = "finished"      // share of runs that finish at all
	Savings       Quantity = "savings"       // 1 − mean cost ÷ mean cost on demand
)

// jobMeasure reads a measure that only a job has; a plain cost is of both kinds.
func jobMeasure(name string) (Measure, bool) {
	first, stat, _ := strings.Cut(name, " ")
	m := Measure{Of: Quantity(first), Name: name}
	switch m.Of {
	case Deadline, Finished, Savings:
		return m, stat == ""
	case Finish, Interruptions, Cost:
	default:
		return m, false
	}
	switch stat {
	case "":
		return m, false
	case "mean":
		m.Stat = Mean
	case "max":
		m.Stat = Max
	default:
		q, ok := percentile(stat)
		if !ok {
			return m, false
		}
		m.Stat, m.Q = Quantile, q
	}
	return m, true
}

// ofJob and ofService say which kind of question knows the measure.
func (m Measure) ofJob() bool {
	switch m.Of {
	case Finish, Interruptions, Deadline, Finished, Savings, Cost:
		return true
	}
	return false
}

func (m Measure) ofService() bool { return !m.ofJob() || m.Of == Cost && m.Stat == "" }

// ForJob says whether the expectation makes sense for a job with this currency and perhaps a deadline. A nil error: it does.
func (a Ask) ForJob(currency string, deadline bool) error {
	switch {
	case !a.Measure.ofJob():
		return bad("a measure of a job, of finish p90 (mean, p50 … p999, max), cost mean and so on, interruptions mean and so on, deadline, finished, savings", a.Text, "")
	case a.PerMinute:
		return bad("no share of minutes: a job is judged over its runs", a.Text, "")
	case a.Measure.Of == Deadline && !deadline:
		return bad("job.deadline, which this is the share of runs by", "none", "")
	case a.Currency != "" && currency != "" && a.Currency != currency:
		return bad("an amount in the currency of the file, "+currency, a.Text, "")
	}
	return nil
}

// JudgeJob gives every expectation its verdict over the runs of a job.
func JudgeJob(asks []Ask, a *job.Answer) []Verdict {
	verdicts := make([]Verdict, len(asks))
	for i, ask := range asks {
		x := OfJob(ask.Measure, a)
		v := Verdict{Ask: ask, Measured: x, currency: a.Settings.Price.Currency}
		v.Held, v.Value = ask.ofJobRuns(x, &v)
		verdicts[i] = v
	}
	return verdicts
}

// ofJobRuns compares a measure over the runs; what is later than any is infinite.
func (a Ask) ofJobRuns(x float64, v *Verdict) (held bool, words string) {
	switch {
	case math.IsInf(x, 1):
		v.Measured = math.NaN()
		return a.Op == More || a.Op == AtLeast, "never, in some runs"
	case a.Measure.Of == Finish:
		x *= float64(time.Second)
	case a.Measure.Money():
		return a.holds(x), v.Words(x)
	}
	return a.holds(x), a.words(x)
}

// OfJob is a measure over the runs of a job: seconds, shares, money or a number; +Inf where a run that does not finish is in it.
func OfJob(m Measure, a *job.Answer) float64 {
	switch m.Of {
	case Deadline:
		return a.Share(a.Met)
	case Finished:
		return a.Finished()
	case Savings:
		return a.Saved()
	}
	return taken(m, Values(m.Of, a))
}

// Values are a quantity of a job run by run: Finish in seconds (+Inf where it does not), Cost, Interruptions.
func Values(of Quantity, a *job.Answer) []float64 {
	switch of {
	case Cost:
		return a.Costs()
	case Interruptions:
		return a.Each(func(o job.Outcome) float64 { return float64(o.Interruptions) })
	}
	return a.Completions()
}

// taken is a statistic of values; a plain cost is the mean. A quantile is the smallest value with at least that share at or
// below it.
func taken(m Measure, xs []float64) float64 {
	switch m.Stat {
	case Max:
		return slices.Max(xs)
	case Quantile:
		sorted := slices.Sorted(slices.Values(xs))
		return sorted[max(int(math.Ceil(m.Q*float64(len(xs))-1e-9)), 1)-1]
	}
	return job.Mean(xs)
}
