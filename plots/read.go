package plots

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/policy"
	"headroom/sim"
	"headroom/traffic"
)

// stored is what the charts take of a result.json. Fields that an earlier version did not write stay zero, and what they
// would have shown is left out.
type stored struct {
	Scenario     string  `json:"scenario"`
	Variant      string  `json:"variant"`
	Engine       string  `json:"engine"`
	Seed         uint64  `json:"seed"`
	Start        string  `json:"start"`
	Zone         string  `json:"zone"`
	Length       float64 `json:"length_s"`
	Step         float64 `json:"step_s"`
	Capacity     float64 `json:"per_instance_rps"`
	PerLoading   float64 `json:"per_loading_instance_rps"`
	StartingFree bool    `json:"starting_free"`
	Cost         struct {
		Currency string          `json:"currency"`
		Total    json.RawMessage `json:"total"`
	} `json:"cost"`
	Requests struct {
		Cold json.RawMessage `json:"cold"` // only where environments are made on demand
	} `json:"requests"`
	Instances struct {
		Hosts json.RawMessage `json:"hosts"` // only under copies of a model
	} `json:"instances"`
	Expect []struct {
		Ask   string `json:"ask"`
		Held  bool   `json:"held"`
		Value string `json:"value"`
	} `json:"expect"`
	Breaches []storedSpan   `json:"breaches"`
	Marks    []storedSpan   `json:"marks"`
	Losses   []storedLoss   `json:"losses"`
	Metrics  []storedMetric `json:"metrics"`
}

type storedSpan struct {
	From  float64 `json:"from_s"`
	To    float64 `json:"to_s"`
	Text  string  `json:"text"`
	Ask   string  `json:"ask"`
	Cause string  `json:"cause"`
}

type storedLoss struct {
	At        float64 `json:"at_s"`
	Instances int     `json:"instances"`
	Text      string  `json:"text"`
}

type storedMetric struct {
	Metric string          `json:"metric"`
	Unit   string          `json:"unit"`
	Period float64         `json:"period_s"`
	Delay  float64         `json:"delay_s"`
	HighAt bool            `json:"high_at"`
	LowAt  bool            `json:"low_at"`
	High   json.RawMessage `json:"high"`
	Low    json.RawMessage `json:"low"`
}

// A FileError is what is wrong in one of the files of a result.
type FileError struct {
	File string // result.json, timeline.csv or decisions.csv, whatever they are called where they lie
	Err  error
}

func (e *FileError) Error() string { return e.File + ": " + e.Err.Error() }

// Unwrap is what is wrong, without the file.
func (e *FileError) Unwrap() error { return e.Err }

// version is that of the results which can be read: fields are only ever added within it.
const version = "1"

// decode reads a result.json, whose version comes first: of another one nothing else is known.
func decode(from io.Reader) (r stored, err error) {
	text, err := io.ReadAll(from)
	if err != nil {
		return r, err
	}
	var head struct {
		Version json.RawMessage `json:"version"`
	}
	err = json.Unmarshal(text, &head)
	if got := string(head.Version); err == nil && got != version {
		if got == "" {
			got = "none"
		}
		return r, fmt.Errorf("version: must be %s, got %s", version, got)
	}
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return r, fmt.Errorf("must be the result of a run: %w", err)
	}
	if inSeconds(r.Length) <= 0 {
		return r, fmt.Errorf("length_s: must be more than 0, got %v", r.Length)
	}
	return r, nil
}

// Read makes an Input from the files of an earlier result: result.json and, beside it, timeline.csv and decisions.csv. An
// empty name means the variant's, or else the scenario's. Values are then those of whole minutes and, of instances, at their
// ends; of latency there are mean, p50 and p99. An error is a FileError.
func Read(name string, result, timeline, decisions io.Reader) (Input, error) {
	r, err := decode(result)
	if err != nil {
		return Input{}, &FileError{"result.json", err}
	}
	in := Input{
		Name: name, Engine: r.Engine, Seed: r.Seed, Length: inSeconds(r.Length), Step: inSeconds(r.Step), Currency: r.Cost.Currency,
		Cost: single(r.Cost.Total), PerInstance: r.Capacity, PerLoading: r.PerLoading, StartingFree: r.StartingFree, OnDemand: r.Requests.Cold != nil, Copies: r.Instances.Hosts != nil, Quantiles: []float64{0.5, 0.99},
	}
	if in.Name == "" {
		in.Name = r.Scenario
		if r.Variant != "" {
			in.Name = r.Variant
		}
	}
	for _, e := range r.Expect {
		if e.Value != "" {
			in.Verdicts = append(in.Verdicts, Verdict{e.Ask, e.Value, e.Held})
		}
		if l, ok := ParseLine(e.Ask); ok {
			in.SLOs = append(in.SLOs, l)
		}
	}
	for _, b := range r.Breaches {
		in.Breaches = append(in.Breaches, Span{inSeconds(b.From), inSeconds(b.To), b.Ask + ": " + b.Cause})
	}
	for _, m := range r.Marks {
		in.Marks = append(in.Marks, traffic.Mark{From: inSeconds(m.From), To: inSeconds(m.To), Text: m.Text})
	}
	for _, l := range r.Losses {
		in.Happenings = append(in.Happenings, sim.Happening{At: inSeconds(l.At), What: "lost", Count: l.Instances, Text: l.Text})
	}
	if err := in.readTimeline(timeline, r); err != nil {
		return Input{}, &FileError{"timeline.csv", err}
	}
	if err := in.readDecisions(decisions); err != nil {
		return Input{}, &FileError{"decisions.csv", err}
	}
	return in, nil
}

// readTimeline takes the minutes, the metrics as they were seen, and the begin of the clock.
func (in *Input) readTimeline(from io.Reader, r stored) error {
	t, err := readTable(from, "at_s", "time", "offered", "served", "failed", "serving")
	if err != nil {
		return err
	}
	for i := range t.rows {
		m := sim.Minute{
			At: inSeconds(t.number(i, "at_s")), Offered: t.count(i, "offered"), Served: t.count(i, "served"), Failed: t.count(i, "failed"),
			Mean: t.number(i, "mean_s") * 1e9, Max: -1, Waiting: t.count(i, "waiting"),
			Latency:  []time.Duration{inSeconds(t.number(i, "p50_s")), inSeconds(t.number(i, "p99_s"))},
			Starting: int(t.count(i, "starting")), Serving: int(t.count(i, "serving")), Draining: int(t.count(i, "draining")),
			Desired: int(t.count(i, "desired")), Utilization: t.number(i, "utilization"), Cost: t.number(i, "cost"),
		}
		if t.columns["pool"] > 0 {
			m.Pool, m.PoolCost = t.number(i, "pool"), t.number(i, "pool_cost")
		}
		if t.columns["machines"] > 0 {
			m.Hosts = t.number(i, "machines")
		}
		if t.columns["use_cost"] > 0 {
			m.UseCost = t.number(i, "use_cost")
		}
		if t.columns["loading"] > 0 {
			m.Loading = int(t.count(i, "loading"))
			m.LoadingMean = float64(m.Loading)
		}
		m.ServingMean, m.StartingMean, m.DrainingMean = float64(m.Serving), float64(m.Starting), float64(m.Draining)
		in.Minutes = append(in.Minutes, m)
	}
	text, before := r.Start, time.Duration(0)
	if text == "" && len(t.rows) > 0 {
		text, before = t.text(0, "time"), in.Minutes[0].At
	}
	if in.Start, err = startOf(text, r.Zone); err != nil {
		return err
	}
	in.Start = in.Start.Add(-before)
	for _, c := range t.header {
		if metric, ok := strings.CutPrefix(c, "seen:"); ok {
			in.Series = append(in.Series, in.seen(t, c, metric, r))
		}
	}
	return t.err
}

// seen makes a series from what was seen last at the end of each minute. With period and delay known, it is also known of
// when that value was.
func (in *Input) seen(t *table, column, metric string, r stored) sim.Series {
	s := sim.Series{Metric: metric, High: nan, Low: nan}
	var period, delay time.Duration
	for _, m := range r.Metrics {
		if m.Metric == metric {
			s.Unit, period, delay, s.High, s.Low = m.Unit, inSeconds(m.Period), inSeconds(m.Delay), amount(m.High), amount(m.Low)
			s.HighAt, s.LowAt = m.HighAt, m.LowAt
		}
	}
	for i, m := range in.Minutes {
		v := t.number(i, column)
		p := sim.Published{End: m.At, Seen: m.At, Value: v, Missing: math.IsNaN(v)}
		if period > 0 {
			newest := m.At + time.Minute - 1 - delay // the last instant whose point is due within the minute
			if newest < period {
				continue
			}
			p.End = newest.Truncate(period)
			p.Seen = p.End + delay
		}
		if n := len(s.Points); n > 0 && s.Points[n-1].End == p.End {
			continue
		}
		s.Points = append(s.Points, p)
	}
	return s
}

// startOf reads the begin of the clock; the zone, where it is known, makes later jumps of the clock come out right.
func startOf(text, zone string) (time.Time, error) {
	where := time.UTC
	if zone != "" {
		z, err := time.LoadLocation(zone)
		if err != nil {
			return time.Time{}, fmt.Errorf("zone: must be a known zone, got %q", zone)
		}
		where = z
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		t, err := time.ParseInLocation(form, text, where)
		if err != nil {
			continue
		}
		if zone != "" {
			return t.In(where), nil
		}
		_, offset := t.Zone() // never the zone of the machine that draws
		return t.In(time.FixedZone("", offset)), nil
	}
	return time.Time{}, fmt.Errorf("start: must be a time, got %q", text)
}

func (in *Input) readDecisions(from io.Reader) error {
	t, err := readTable(from, "at_s", "from", "to")
	if err != nil {
		return err
	}
	for i := range t.rows {
		d := sim.Decision{At: inSeconds(t.number(i, "at_s")), Complete: -1}
		d.Until = max(d.At, inSeconds(t.number(i, "until_s")))
		d.Policy, d.From, d.To = t.text(i, "policy"), int(t.count(i, "from")), int(t.count(i, "to"))
		d.Why = []policy.Reason{{Code: policy.Code(t.text(i, "code")), Text: t.text(i, "text")}}
		if w := t.number(i, "wish"); !math.IsNaN(w) {
			d.HasWish, d.Wish = true, int(w)
			d.HeldBy = "held" // by what, the text says; the chart shows that it was
		}
		in.Decisions = append(in.Decisions, d)
	}
	return t.err
}

// ParseLine reads a limit on latency from an expectation, "p99 < 1s in 99.9% of minutes"; false if it is about something else
// or if the latency has to be above the limit.
func ParseLine(ask string) (Line, bool) {
	f := strings.Fields(ask)
	if len(f) < 3 || f[1] != "<" && f[1] != "<=" {
		return Line{}, false
	}
	limit, err := time.ParseDuration(f[2])
	if err != nil || limit <= 0 {
		return Line{}, false
	}
	l := Line{Text: strings.Join(f[:3], " "), Limit: limit, OrEqual: f[1] == "<="}
	if len(f) > 4 && f[3] == "in" {
		percent, found := strings.CutSuffix(f[4], "%")
		if l.Share, err = strconv.ParseFloat(percent+"e-2", 64); err != nil || !found { // the nearest number to the text
			return Line{}, false
		}
	}
	switch digits, ok := strings.CutPrefix(f[0], "p"); {
	case f[0] == "mean":
		l.Quantile = Mean
	case f[0] == "max":
		l.Quantile = Max
	case ok && strings.Trim(digits, "0123456789") == "":
		l.Quantile, err = strconv.ParseFloat("0."+digits, 64)
		return l, err == nil && digits != ""
	default:
		return Line{}, false
	}
	return l, true
}

// amount is a number, or the mean of {mean, low, high}; NaN if there is none.
func amount(raw json.RawMessage) float64 {
	var v *float64
	if json.Unmarshal(raw, &v) == nil && v != nil {
		return *v
	}
	var over struct {
		Mean *float64 `json:"mean"`
	}
	if json.Unmarshal(raw, &over) == nil && over.Mean != nil {
		return *over.Mean
	}
	return nan
}

// single is a number of one run; NaN if it is the mean of several, as the minutes are those of the first alone.
func single(raw json.RawMessage) float64 {
	var v *float64
	if json.Unmarshal(raw, &v) != nil || v == nil {
		return nan
	}
	return *v
}

// inSeconds is a duration from seconds; 0 for NaN.
func inSeconds(s float64) time.Duration {
	if math.IsNaN(s) {
		return 0
	}
	return time.Duration(math.Round(s * 1e9))
}
