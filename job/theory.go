package job

import (
	"math"
	"time"

	"headroom/oracle"
)

// Theory is what formulas say of a job: of exponential interruptions exactly, of others by their mean life.
type Theory struct {
	MeanLife time.Duration // of the gang
	// Young, Daly and Exact are best times between checkpoints for endless work; 0 where checkpoints cost nothing or there are
	// none.
	Young, Daly, Exact time.Duration
	// Completion, Running and Interruptions are the exact expectations of this very job without its limits on time; 0 where
	// there is no formula (Expected is false).
	Expected            bool
	Completion, Running time.Duration
	Interruptions       float64
}

// Theory of a job; false where nothing is known of it.
func (s *Settings) Theory() (t Theory, ok bool) {
	t.MeanLife = s.MeanLife()
	if t.MeanLife <= 0 {
		return t, false
	}
	m := t.MeanLife.Seconds()
	if c := s.Checkpoint.Cost.Seconds(); c > 0 && s.Checkpoint.Every > 0 {
		t.Young, t.Daly, t.Exact = seconds(oracle.Young(c, m)), seconds(oracle.Daly(c, m)), seconds(oracle.BestInterval(c, m))
	}
	if !s.exponential() {
		return t, true
	}
	x := s.checkpointed()
	completion := x.Completion() + s.Spot.FirstWait.Law().Mean().Seconds() + s.StartUp.Provision.Law().Mean().Seconds()
	if completion > never.Seconds()/2 {
		return t, true
	}
	t.Expected, t.Completion, t.Running, t.Interruptions = true, seconds(completion), seconds(x.Running()), x.Interruptions()
	return t, true
}

// exponential tells a job that the closed form is of: exponential lives, a constant load, and a start-up whose mean is known.
func (s *Settings) exponential() bool {
	i := s.Spot.Interruptions
	return (i.MeanTime != nil || i.Life != nil && i.Life.Exponential != nil) && s.StartUp.Load.Law().CV() == 0 && !s.Checkpoint.OnNotice &&
		(s.Instances == 1 || s.StartUp.Provision.Law().CV() == 0)
}

// checkpointed is the job in the words of the oracle, in seconds.
func (s *Settings) checkpointed() oracle.Checkpointed {
	every := math.Inf(1)
	if s.Checkpoint.Every > 0 {
		every = s.Checkpoint.Every.Seconds()
	}
	return oracle.Checkpointed{
		Work: s.Length().Seconds(), Every: every, Cost: s.Checkpoint.Cost.Seconds(),
		Load: s.StartUp.Load.Law().Mean().Seconds(), Restore: s.Checkpoint.Restore.Seconds(),
		Off: (s.Spot.Wait.Law().Mean() + s.StartUp.Provision.Law().Mean()).Seconds(), Rate: 1 / s.MeanLife().Seconds(),
	}
}

func seconds(x float64) time.Duration { return time.Duration(math.Round(x * float64(time.Second))) }

// Savings is what managed spot training prints: 1 − billable ÷ training time, billable seconds being those that on demand would
// have cost as much. It is the discount: work that was done twice is in both.
func Savings(billable, training time.Duration) float64 {
	return 1 - float64(billable)/float64(training)
}

// Billable is the charged time of a run as managed spot training counts it: in seconds that would have cost as much on demand.
func (s *Settings) Billable(o Outcome) time.Duration {
	if !s.OnSpot() || s.Price == nil || s.Price.Nano == 0 {
		return o.Billed
	}
	paid, full := s.SpotPrice(), *s.Price
	p, _ := paid.Hourly().Float64()
	f, _ := full.Hourly().Float64()
	return time.Duration(float64(o.Billed) * p / f)
}
