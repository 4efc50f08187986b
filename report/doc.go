// Package report says what runs gave: one Doc is the machine-readable result (its JSON is the contract with everything that
// reads it), the text for a person, and, for one run, a table of minutes and a table of decisions. It opens no file by itself.
//
// Seconds everywhere (`_s`), instants since clock.start, shares 0…1, money in the file's currency. What does not exist is null,
// never 0. Of several runs every number is a mean with its 95 % interval; breaches and decisions are those of the first.
package report

import (
	"bytes"
	"encoding/json"
	"math"

	"headroom/policy"
)

// Doc is the result of a scenario. The order of its fields is the order of the JSON; fields are only ever added.
type Doc struct {
	Version        int         `json:"version"`
	Scenario       string      `json:"scenario"`
	Variant        string      `json:"variant,omitempty"`
	Engine         string      `json:"engine"`
	Seed           uint64      `json:"seed"`
	Runs           int         `json:"runs"`
	Start          string      `json:"start"` // RFC 3339 with the offset of the zone
	Zone           string      `json:"zone"`
	LengthS        float64     `json:"length_s"`
	StepS          float64     `json:"step_s"`
	Requests       Requests    `json:"requests"`
	Latency        Summary     `json:"latency_s"`
	Wait           Summary     `json:"wait_s"`
	Instances      Instances   `json:"instances"`
	Utilization    Number      `json:"utilization"`
	Cost           Cost        `json:"cost"`
	Scaling        Scaling     `json:"scaling"`
	Notes          []string    `json:"notes"` // what happens in silence
	Approximations []string    `json:"approximations"`
	Unused         []string    `json:"unused,omitempty"` // keys of the scenario that its way to scale has no use for
	Warnings       []Warning   `json:"warnings"`         // about the settings, known without a run
	Expect         []Verdict   `json:"expect"`
	Breaches       []Breach    `json:"breaches"`
	Decisions      []Decision  `json:"decisions"`
	PerInstance    float64     `json:"per_instance_rps"`                   // what one instance serves with all slots busy
	PerLoading     float64     `json:"per_loading_instance_rps,omitempty"` // of that what one serves whose model still loads
	Metrics        []Metric    `json:"metrics"`
	Marks          []Mark      `json:"marks"`
	Losses         []Loss      `json:"losses"`
	BatchMeans     *BatchMeans `json:"batch_means,omitempty"` // of one run of a stationary question
	StartingFree   bool        `json:"starting_free"`         // instances are not charged until they are in service
}

// Requests are counts of requests.
type Requests struct {
	Offered        Number  `json:"offered"`
	CarriedIn      *Number `json:"carried_in,omitempty"` // only with a settle time
	Served         Number  `json:"served"`
	Failed         Number  `json:"failed"`
	FailedBy       Parts   `json:"failed_by"`      // by the cause of the last attempt's failure
	Cold           *Number `json:"cold,omitempty"` // that waited for a new environment; only where those are made on demand
	WaitingAtEnd   Number  `json:"waiting_at_end"`
	InServiceAtEnd Number  `json:"in_service_at_end"`
	Retries        Number  `json:"retries"`
	WastedS        Number  `json:"wasted_s"` // slot time spent for clients that had given up
}

// Summary of latencies or waits, in seconds.
type Summary struct {
	Mean Number `json:"mean"`
	P50  Number `json:"p50"`
	P90  Number `json:"p90"`
	P95  Number `json:"p95"`
	P99  Number `json:"p99"`
	P999 Number `json:"p999"`
	Max  Number `json:"max"`
}

// Instances in service over time, and the hours of all of them by state.
type Instances struct {
	Min   Number `json:"min"`
	Mean  Number `json:"mean"`
	Max   Number `json:"max"`
	Hours Number `json:"hours"`
	Hosts *Hosts `json:"hosts,omitempty"` // machines under copies of a model
	By    Parts  `json:"hours_by_state"`  // before billing rules
}

// Hosts are machines that instances stand on, where an instance is a copy of a model: these are paid for.
type Hosts struct {
	Min   Number `json:"min"`
	Mean  Number `json:"mean"`
	Max   Number `json:"max"`
	Hours Number `json:"hours"`
}

// Cost is money.
type Cost struct {
	Currency string `json:"currency"`
	Total    Number `json:"total"`
	By       Parts  `json:"by"`        // what was paid for
	Per1000  Number `json:"per_1000"`  // served requests
	PerMonth Number `json:"per_month"` // of 730 h
}

// Scaling counts decisions that changed desired capacity, and entries of wishes that were not fulfilled.
type Scaling struct {
	Out    Number `json:"out"`
	In     Number `json:"in"`
	HeldBy Parts  `json:"held_by"` // unfulfilled wishes by what held them
}

// Verdict on an expectation. Of several runs Held means: in at least 95 % of them.
type Verdict struct {
	Ask         string  `json:"ask"`
	Held        bool    `json:"held"`
	Value       string  `json:"value"`
	Measured    Number  `json:"measured"`
	Probability *Number `json:"probability,omitempty"` // share of runs that held; only of several runs
	Missed      int     `json:"minutes_missed"`        // of the first run
	Counted     int     `json:"minutes_counted"`
}

// Breach is a run of minutes that miss an expectation.
type Breach struct {
	FromS   float64 `json:"from_s"`
	ToS     float64 `json:"to_s"`
	Ask     string  `json:"ask"`
	Cause   string  `json:"cause"`
	Minutes int     `json:"minutes"`
	Worst   Number  `json:"worst"`
}

// Decision is a change of capacity, or a wish that was not fulfilled.
type Decision struct {
	AtS    float64
	UntilS float64 // NaN: decided once
	From   int
	To     int
	Wish   *int // nil with HeldBy: there was none to be had (no_data)
	HeldBy string
	Policy string
	// CompleteS is when the change was done; NaN if never within the run, or if nothing was changed.
	CompleteS float64
	Why       []policy.Reason
}

// Metric is a metric that the policies look at, with the thresholds of their alarms.
type Metric struct {
	Metric  string  `json:"metric"`
	Unit    string  `json:"unit"`
	High    Number  `json:"high"`
	Low     Number  `json:"low"`
	HighAt  bool    `json:"high_at,omitempty"` // the alarm fires at the threshold too
	LowAt   bool    `json:"low_at,omitempty"`
	PeriodS float64 `json:"period_s"`
	DelayS  float64 `json:"delay_s"`
}

// Mark is something of the traffic that a chart points at.
type Mark struct {
	FromS float64 `json:"from_s"`
	ToS   float64 `json:"to_s"`
	Text  string  `json:"text"`
}

// Loss is an instant at which instances in service or starting were lost.
type Loss struct {
	AtS       float64 `json:"at_s"`
	Instances int     `json:"instances"`
	Text      string  `json:"text"`
}

// MarshalJSON leaves out what does not apply: until_s of what was decided once, wish of what was wholly fulfilled,
// complete_s of what changed nothing.
func (d Decision) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	field := func(name string, value any) {
		text, _ := encode(value)
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + name + `":`)
		b.Write(text)
	}
	b.WriteByte('{')
	field("at_s", d.AtS)
	if !math.IsNaN(d.UntilS) {
		field("until_s", d.UntilS)
	}
	field("from", d.From)
	field("to", d.To)
	if d.Wish != nil || d.HeldBy != "" {
		field("wish", d.Wish)
	}
	if d.HeldBy != "" {
		field("held_by", d.HeldBy)
	}
	field("policy", d.Policy)
	if d.From != d.To {
		field("complete_s", maybe(d.CompleteS))
	}
	field("why", d.Why)
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Decision) UnmarshalJSON(text []byte) error {
	var in struct {
		AtS       float64         `json:"at_s"`
		UntilS    *float64        `json:"until_s"`
		From      int             `json:"from"`
		To        int             `json:"to"`
		Wish      *int            `json:"wish"`
		HeldBy    string          `json:"held_by"`
		Policy    string          `json:"policy"`
		CompleteS *float64        `json:"complete_s"`
		Why       []policy.Reason `json:"why"`
	}
	err := json.Unmarshal(text, &in)
	*d = Decision{in.AtS, sure(in.UntilS), in.From, in.To, in.Wish, in.HeldBy, in.Policy, sure(in.CompleteS), in.Why}
	return err
}

// encode writes compact JSON in which < and > stay readable.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// JSON is a Doc, or anything that holds Docs, as it is printed and stored: two blanks of indent, a line end at the end.
func JSON(value any) ([]byte, error) {
	text, err := encode(value)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
