package expect

import (
	"math"
	"math/big"
	"time"

	"headroom/sim"
)

// A Verdict is what a run says to an expectation.
type Verdict struct {
	Ask   Ask
	Held  bool
	Value string // what was got, in words: "99.97% of minutes", "412ms", "no requests"
	// Measured is the share of minutes kept, or the measure of the whole run in seconds, shares, money or instances; NaN if
	// there is none.
	Measured float64
	// Missed and Counted are minutes: those that missed the ask (without its share of minutes), of those that count for it.
	// Both are 0 for money.
	Missed, Counted int

	currency string // of money
}

// Judge gives every expectation its verdict.
func Judge(asks []Ask, r *sim.Result) []Verdict {
	verdicts := make([]Verdict, len(asks))
	for i, a := range asks {
		verdicts[i] = judge(a, r)
	}
	return verdicts
}

func judge(a Ask, r *sim.Result) Verdict {
	v := Verdict{Ask: a}
	for i := range r.Minutes {
		switch a.minute(r, &r.Minutes[i]) {
		case missed:
			v.Missed++
			v.Counted++
		case kept:
			v.Counted++
		}
	}
	if a.PerMinute {
		judgeMinutes(&v, r)
	} else {
		judgeWhole(&v, r)
	}
	return v
}

// judgeMinutes compares the share of minutes kept with the share asked for.
func judgeMinutes(v *Verdict, r *sim.Result) {
	if v.Counted == 0 {
		v.Held, v.Value, v.Measured = nothing(v.Ask, r)
		return
	}
	v.Measured = float64(v.Counted-v.Missed) / float64(v.Counted)
	v.Held = v.Measured >= v.Ask.Minutes
	v.Value = percent(v.Measured, v.Ask.Minutes) + " of minutes"
}

// judgeWhole compares the measure of the whole run with the value asked for.
func judgeWhole(v *Verdict, r *sim.Result) {
	if v.Ask.Measure.Money() {
		judgeMoney(v, r)
		return
	}
	x := Whole(v.Ask.Measure, r)
	if math.IsNaN(x) {
		v.Held, v.Value, v.Measured = nothing(v.Ask, r)
		return
	}
	v.Held = v.Ask.holds(x)
	v.Measured = x
	if v.Ask.Measure.Time() {
		v.Measured = x / float64(time.Second)
	}
	v.Value = v.Ask.words(x)
}

// judgeMoney compares exactly.
func judgeMoney(v *Verdict, r *sim.Result) {
	amount := money(v.Ask.Measure.Of, r)
	if amount == nil {
		v.Held, v.Value, v.Measured = nothing(v.Ask, r)
		return
	}
	v.currency = r.Cost.Currency
	bound, _ := new(big.Rat).SetString(v.Ask.amount)
	v.Held = v.Ask.Op.keeps(amount.Cmp(bound))
	v.Measured, _ = amount.Float64()
	v.Value = moneyWords(amount, bound) + " " + r.Cost.Currency
}

// nothing is the verdict where no minute counts or the measure does not exist: held, unless requests failed and none was
// served, which misses latency and wait.
func nothing(a Ask, r *sim.Result) (held bool, value string, measured float64) {
	switch {
	case a.Measure.Time() && r.Requests.Served == 0 && r.Requests.Failed > 0:
		return false, "nothing served", math.NaN()
	case a.Measure.Stat == Max && r.Requests.Served > 0 && !a.PerMinute:
		return true, "not known", math.NaN() // the fluid engine; Ask.In refuses it before a run
	}
	return true, "no requests", math.NaN()
}

// keeps says whether an operator is satisfied by a comparison (−1, 0, 1) of the measure with the bound.
func (op Op) keeps(cmp int) bool {
	switch op {
	case Less:
		return cmp < 0
	case AtMost:
		return cmp <= 0
	case More:
		return cmp > 0
	default:
		return cmp >= 0
	}
}

// holds compares a measure, durations in nanoseconds, with the bound.
func (a Ask) holds(x float64) bool {
	bound := a.Bound
	if a.Measure.Time() {
		bound = float64(a.limit)
	}
	switch {
	case x < bound:
		return a.Op.keeps(-1)
	case x > bound:
		return a.Op.keeps(1)
	}
	return a.Op.keeps(0)
}

// Whole is a measure of the whole run (but of money): nanoseconds, a share or a number; NaN if it does not exist.
func Whole(m Measure, r *sim.Result) float64 {
	q := &r.Requests
	switch m.Of {
	case Latency:
		return ofSummary(m, r.Latency)
	case Wait:
		return ofSummary(m, r.Wait)
	case Failed:
		return ratio(q.Failed, q.Served+q.Failed)
	case Availability:
		return ratio(q.Served, q.Served+q.Failed)
	case Retries:
		return ratio(q.Retries, q.Offered+q.Retries)
	case Cold:
		return ratio(q.Cold, q.Invoked)
	case Throttled:
		return ratio(q.Throttled, q.Throttled+q.Invoked)
	case Utilization:
		return r.Utilization
	case Instances:
		return r.ServingMean
	case InstancesMax:
		return float64(r.ServingMax)
	case InFlight:
		return r.InFlight
	}
	return math.NaN()
}

// ofSummary is a statistic of all latencies or waits in nanoseconds. A quantile stands for a narrow range of durations and may
// lie above the largest of them, which is known exactly.
func ofSummary(m Measure, s sim.Summary) float64 {
	if s.Count == 0 || s.Samples == nil {
		return math.NaN()
	}
	switch m.Stat {
	case Mean:
		return s.Mean
	case Max:
		if s.Max < 0 {
			return math.NaN()
		}
		return float64(s.Max)
	}
	q := s.Samples.Quantile(m.Q)
	if s.Max >= 0 {
		q = min(q, s.Max)
	}
	return float64(q)
}

// money is an amount of the whole run, exactly; nil if it does not exist (cost per 1000 where nothing was served).
func money(of Quantity, r *sim.Result) *big.Rat {
	total := r.Cost.Total
	if total == nil {
		return nil
	}
	switch of {
	case CostPer1000:
		if r.Requests.Served == 0 {
			return nil
		}
		return new(big.Rat).Mul(total, big.NewRat(1000, r.Requests.Served))
	case CostPerMonth:
		if r.Config.Length <= 0 {
			return nil
		}
		return new(big.Rat).Mul(total, big.NewRat(int64(Month), int64(r.Config.Length)))
	}
	return total
}

// Month is what `cost per month` is of: 730 h, as in the vendors' price lists.
const Month = 730 * time.Hour

// Money is an amount of a run: Cost, CostPer1000 or CostPerMonth; NaN if it does not exist.
func Money(of Quantity, r *sim.Result) float64 {
	amount := money(of, r)
	if amount == nil {
		return math.NaN()
	}
	x, _ := amount.Float64()
	return x
}

// ratio of two counts; NaN for 0/0.
func ratio(part, all int64) float64 {
	if all == 0 {
		return math.NaN()
	}
	return float64(part) / float64(all)
}
