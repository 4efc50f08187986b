package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/policy"
	"headroom/sim"
	"headroom/traffic"
)

// ReadDoc reads a stored result.json.
func ReadDoc(r io.Reader) (Doc, error) {
	var d Doc
	text, err := io.ReadAll(r)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("a result as headroom run --json prints it, got %w", err)
	}
	if d.Version != 1 || d.LengthS <= 0 || d.Start == "" {
		return d, fmt.Errorf("a result of version 1 with start and length_s, got version %d", d.Version)
	}
	return d, nil
}

// Read makes of a stored result what charts need of a run: its minutes and decisions from the two tables, the rest from the
// result. Of latency and wait only the columns of the table exist.
func Read(d Doc, timeline, decisions io.Reader) (*sim.Result, error) {
	r := &sim.Result{}
	start, err := time.Parse(time.RFC3339, d.Start)
	if err != nil {
		return nil, fmt.Errorf("start must be a time with its offset, got %q", d.Start)
	}
	if zone, err := time.LoadLocation(d.Zone); err == nil {
		start = start.In(zone)
	}
	c := &r.Config
	c.Start, c.Length, c.Step, c.Source.Seed = start, duration(d.LengthS), duration(d.StepS), d.Seed
	c.Service.Engine, c.Service.Concurrency, c.Quantiles = d.Engine, d.Charts.Slots, []float64{.5, .99}
	if c.Fleet.Billing.Starting = "charged"; d.Charts.StartingFree {
		c.Fleet.Billing.Starting = "free"
	}
	r.PerInstance, r.Cost.Currency, r.Approximations = d.Charts.PerInstance, d.Cost.Currency, d.Approximations
	if d.Cost.Total.Exists() {
		r.Cost.Total = new(big.Rat).SetFloat64(d.Cost.Total.Mean)
	}
	for _, e := range d.Charts.Events {
		r.Marks = append(r.Marks, traffic.Mark{From: duration(e.FromS), To: duration(e.ToS), Text: e.Text})
	}
	for _, e := range d.Charts.Happenings {
		h := sim.Happening{At: duration(e.FromS), Text: e.Text, Count: 1}
		for _, what := range []string{"lost", "refused", "replaced"} {
			if strings.Contains(e.Text, what) {
				h.What = what
			}
		}
		r.Happenings = append(r.Happenings, h)
	}
	if err := readTimeline(d, r, timeline); err != nil {
		return nil, fmt.Errorf("timeline.csv: %w", err)
	}
	if err := readDecisions(d, r, decisions); err != nil {
		return nil, fmt.Errorf("decisions.csv: %w", err)
	}
	return r, nil
}

// duration of seconds, to the nanosecond.
func duration(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// A table reads the cells of a row by the names of their columns; the first bad cell is kept as its error.
type table struct {
	*csv.Reader
	head map[string]int
	row  []string
	line int
	err  error
}

func open(r io.Reader, columns []string) (*table, []string, error) {
	t := &table{Reader: csv.NewReader(r), head: map[string]int{}, line: 1}
	head, err := t.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("a header must come first, got %w", err)
	}
	for i, name := range head {
		t.head[name] = i
	}
	for _, name := range columns {
		if _, ok := t.head[name]; !ok {
			return nil, nil, fmt.Errorf("the columns must hold %s, got %s", name, strings.Join(head, ","))
		}
	}
	return t, head, nil
}

// next reads a row; false at the end.
func (t *table) next() bool {
	if t.err != nil {
		return false
	}
	row, err := t.Read()
	if err != nil {
		if err != io.EOF {
			t.err = err
		}
		return false
	}
	t.row = row
	t.line++
	return true
}

func (t *table) text(column string) string { return t.row[t.head[column]] }

// number is NaN where the cell is empty.
func (t *table) number(column string) float64 {
	text := t.text(column)
	if text == "" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		x = 0
		if t.err == nil {
			t.err = fmt.Errorf("line %d: %s must be a number, got %q", t.line, column, text)
		}
	}
	return x
}

// count is 0 where the cell is empty.
func (t *table) count(column string) int64 {
	if x := t.number(column); !math.IsNaN(x) {
		return int64(x)
	}
	return 0
}

// time is 0 where the cell is empty.
func (t *table) time(column string) time.Duration {
	if x := t.number(column); !math.IsNaN(x) {
		return duration(x)
	}
	return 0
}

func readTimeline(d Doc, r *sim.Result, from io.Reader) error {
	t, head, err := open(from, timelineColumns)
	if err != nil {
		return err
	}
	for _, name := range head {
		if metric, ok := strings.CutPrefix(name, "seen:"); ok {
			r.Series = append(r.Series, series(d, metric))
		}
	}
	for t.next() {
		m := sim.Minute{
			At: t.time("at_s"), Offered: t.count("offered"), Served: t.count("served"), Failed: t.count("failed"),
			Mean: float64(t.time("mean_s")), Max: -1, WaitMax: -1,
			Latency: []time.Duration{t.time("p50_s"), t.time("p99_s")}, Wait: []time.Duration{0, t.time("wait_p99_s")},
			Waiting: t.count("waiting"), Starting: int(t.count("starting")), Serving: int(t.count("serving")),
			Draining: int(t.count("draining")), Desired: int(t.count("desired")), Utilization: t.number("utilization"), Cost: t.number("cost"),
		}
		m.Attempts, m.ServingMin, m.ServingMax = m.Offered, m.Serving, m.Serving
		m.ServingMean, m.StartingMean, m.DrainingMean = float64(m.Serving), float64(m.Starting), float64(m.Draining)
		r.Minutes = append(r.Minutes, m)
		for k := range r.Series {
			s := &r.Series[k]
			metric := metricOf(d, s.Metric)
			p := sim.Published{Seen: m.At, End: m.At, Value: t.number("seen:" + s.Metric)}
			if period, delay := duration(metric.PeriodS), duration(metric.DelayS); period > 0 {
				last := m.At + time.Minute - 1 - delay // the newest period whose point is due before the minute ends
				p.End = last - (last%period+period)%period
				p.Seen = p.End + delay
			}
			p.Missing = math.IsNaN(p.Value)
			if n := len(s.Points); p.End > 0 && (n == 0 || s.Points[n-1].End < p.End) {
				s.Points = append(s.Points, p)
			}
		}
	}
	return t.err
}

func metricOf(d Doc, name string) Metric {
	i := slices.IndexFunc(d.Charts.Metrics, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{Name: name, High: Plain(math.NaN()), Low: Plain(math.NaN())}
	}
	return d.Charts.Metrics[i]
}

func series(d Doc, name string) sim.Series {
	m := metricOf(d, name)
	return sim.Series{Metric: name, Unit: m.Unit, High: m.High.Mean, Low: m.Low.Mean}
}

func readDecisions(d Doc, r *sim.Result, from io.Reader) error {
	t, _, err := open(from, decisionColumns)
	if err != nil {
		return err
	}
	for t.next() {
		e := sim.Decision{At: t.time("at_s"), Complete: -1}
		e.Until = max(e.At, t.time("until_s"))
		e.From, e.To, e.Policy = int(t.count("from")), int(t.count("to")), t.text("policy")
		if wish := t.number("wish"); !math.IsNaN(wish) {
			e.Wish, e.HasWish = int(wish), true
		}
		for _, code := range strings.Split(t.text("code"), "+") {
			e.Why = append(e.Why, policy.Reason{Code: policy.Code(code)})
		}
		e.Why[0].Text = t.text("text")
		if i := len(r.Decisions); i < len(d.Decisions) && duration(d.Decisions[i].AtS) == e.At { // what the table does not hold
			e.HeldBy, e.Why = policy.Hold(d.Decisions[i].HeldBy), d.Decisions[i].Why
			if done := d.Decisions[i].CompleteS; !math.IsNaN(done) {
				e.Complete = duration(done)
			}
		}
		r.Decisions = append(r.Decisions, e)
	}
	return t.err
}
