package expect

import (
	"slices"
	"strconv"
	"strings"
)

// A Quantity is what an expectation is about.
type Quantity string

// The quantities. Latency and Wait have a Stat as well.
const (
	Latency      Quantity = "latency"
	Wait         Quantity = "wait"
	Failed       Quantity = "failed"        // failed ÷ (served + failed)
	Availability Quantity = "availability"  // 1 − failed
	Retries      Quantity = "retries"       // retries ÷ attempts
	Cold         Quantity = "cold"          // attempts that waited for a new environment ÷ those that an environment took
	Throttled    Quantity = "throttled"     // attempts that no environment took ÷ attempts
	Utilization  Quantity = "utilization"   // busy slot-time ÷ slot-time
	Instances    Quantity = "instances"     // in service, averaged over time
	InstancesMax Quantity = "instances max" // in service, at most
	InFlight     Quantity = "in flight"     // waiting or in service, averaged over time
	Cost         Quantity = "cost"
	CostPer1000  Quantity = "cost per 1000"  // served requests
	CostPerMonth Quantity = "cost per month" // of 730 h
)

// A Stat is what is taken of many latencies or waits.
type Stat string

// The statistics.
const (
	Mean     Stat = "mean"
	Max      Stat = "max"
	Quantile Stat = "quantile" // Measure.Q says which
)

// A Measure is a quantity and, for latency and wait, what is taken of it.
type Measure struct {
	Of   Quantity
	Stat Stat    // Latency and Wait only
	Q    float64 // the share at or below, 0…1, if Stat is Quantile
	Name string  // as written, blanks made single: "p99", "wait p99", "cost per month"
}

// plain are the measures that are a quantity by themselves, in the order in which they are listed to users.
var plain = []Quantity{Failed, Availability, Cost, CostPer1000, CostPerMonth, Instances, InstancesMax, Utilization, InFlight, Retries, Cold, Throttled}

// Money says whether the measure is an amount of money. Such a measure is of the whole run only.
func (m Measure) Money() bool { return m.Of == Cost || m.Of == CostPer1000 || m.Of == CostPerMonth }

// Time says whether the measure is a duration.
func (m Measure) Time() bool { return m.Of == Latency || m.Of == Wait || m.Of == Finish }

// Share says whether the measure is a part of a whole, 0…1.
func (m Measure) Share() bool {
	switch m.Of {
	case Failed, Availability, Utilization, Retries, Cold, Throttled, Deadline, Finished, Savings:
		return true
	}
	return false
}

// measure reads the left side of an expectation.
func measure(text string) (Measure, error) {
	name := strings.Join(strings.Fields(text), " ")
	for _, q := range plain {
		if name == string(q) {
			return Measure{Of: q, Name: name}, nil
		}
	}
	if m, ok := jobMeasure(name); ok {
		return m, nil
	}
	m := Measure{Of: Latency, Name: name}
	stat := name
	if rest, ok := strings.CutPrefix(name, "wait "); ok {
		m.Of, stat = Wait, rest
	}
	switch {
	case stat == "mean":
		m.Stat = Mean
	case stat == "max":
		m.Stat = Max
	default:
		q, ok := percentile(stat)
		if !ok {
			return Measure{}, bad("a measure of mean, p50 … p999, max, wait p99 and so on, "+names(plain), name, hint(name))
		}
		m.Stat, m.Q = Quantile, q
	}
	return m, nil
}

// percentile reads p50, p99, p999 (99.9 %), p99.9: the first two digits are whole percents. Shares are made from the decimal
// text, so that p999 and p99.9 are the same number.
func percentile(text string) (float64, bool) {
	digits, ok := strings.CutPrefix(text, "p")
	if !ok || digits == "" || len(digits) > 8 {
		return 0, false
	}
	whole, rest, dotted := strings.Cut(digits, ".")
	if dotted && (len(whole) > 2 || rest == "") {
		return 0, false
	}
	if len(whole) == 1 {
		whole = "0" + whole
	}
	all := whole + rest
	for _, c := range all {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	q, err := strconv.ParseFloat("0."+all, 64)
	return q, err == nil && q > 0 && all != "100"
}

func names(qs []Quantity) string {
	var b strings.Builder
	for i, q := range qs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(q))
	}
	return b.String()
}

// hint names the nearest measure, or what people say for one.
func hint(name string) string {
	lower := strings.ToLower(name)
	said := map[string]string{
		"latency": "mean", "p100": "max", "errors": "failed", "error rate": "failed", "median": "p50", "average": "mean",
		"avg": "mean", "wait": "wait mean", "uptime": "availability", "price": "cost", "monthly cost": "cost per month",
		"utilisation": "utilization", "cpu": "utilization", "concurrency": "in flight", "max instances": "instances max",
		"finish": "finish mean", "completion": "finish mean", "interruptions": "interruptions mean", "saving": "savings",
	}
	if s, ok := said[lower]; ok {
		return "did you mean " + s + "?"
	}
	if rest, ok := strings.CutPrefix(lower, "latency "); ok {
		if _, err := measure(rest); err == nil {
			return "did you mean " + rest + "?"
		}
	}
	known := []string{"mean", "p50", "p90", "p95", "p99", "p999", "max", "wait mean", "wait p50", "wait p90", "wait p95", "wait p99", "wait max"}
	for _, q := range plain {
		known = append(known, string(q))
	}
	best, far := "", 3
	for _, k := range known {
		if d := distance(lower, k); d < far && d < len(k) {
			best, far = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance is the number of single-letter changes, insertions, removals and swaps of neighbours between two texts.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	before, last := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row := make([]int, len(t)+1)
		row[0] = i
		for j := 1; j <= len(t); j++ {
			change := 1
			if s[i-1] == t[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
}

// Quantiles are the shares of which a run must keep every minute's quantile (sim.Config.Quantiles): those that the
// expectations ask for and those that every timeline shows (p50 and p99), ascending, none twice.
func Quantiles(asks []Ask) []float64 {
	qs := []float64{.5, .99}
	for _, a := range asks {
		if a.Measure.Stat == Quantile {
			qs = append(qs, a.Measure.Q)
		}
	}
	slices.Sort(qs)
	return slices.Compact(qs)
}
