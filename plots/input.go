// Package plots draws what a run left behind as charts: PNG for slides and SVG for reports, from plain data.
//
// A chart turns one or several Inputs (the same question, several variants) into pages. A page is data too: a title that
// states the finding, the conditions in grey, and panels that share one wall-clock axis. One renderer lays every page out, so
// all charts look alike: legends in one line above the data, events and numbered breaches in a lane over the first panel,
// steps drawn as steps. Where a run has more minutes than the paper has columns, a column shows its highest and lowest minute,
// so a spike never vanishes. Equal Inputs give equal bytes; nothing global changes.
package plots

import (
	"fmt"
	"time"

	"headroom/sim"
	"headroom/traffic"
)

// Input is one run as the charts need it. It can be made from a sim.Result or read from the files of an earlier result; what
// is not known stays zero and is left out of the picture. Instants are since Start.
type Input struct {
	Name     string        // of the scenario, or of the variant when several are overlaid
	Start    time.Time     // in the zone whose wall clock the axes show
	Length   time.Duration // of the run, > 0
	Engine   string        // "requests" or "fluid"
	Seed     uint64
	Step     time.Duration // control step; 0: not known
	Currency string
	Cost     float64 // total after the billing rules, in Currency; NaN: not known
	// StartingFree: instances are not charged while they start.
	StartingFree bool
	// OnDemand: instances are environments made for single requests, of which only provisioned ones cost anything by themselves.
	OnDemand bool
	// Copies: instances are copies of a model on machines, and those are paid for.
	Copies bool
	// PerInstance is what one instance serves with all slots busy, in requests per second; 0: not known, no capacity drawn.
	PerInstance float64
	PerLoading  float64   // the same of an instance whose model still loads
	Quantiles   []float64 // the shares (0…1) of Minute.Latency, ascending
	Minutes     []sim.Minute
	Decisions   []sim.Decision
	Happenings  []sim.Happening
	Series      []sim.Series
	Marks       []traffic.Mark
	SLOs        []Line
	Verdicts    []Verdict // on everything that was asked, in its order
	Breaches    []Span
}

// Verdict is what became of an expectation.
type Verdict struct {
	Ask, Value string
	Held       bool
}

// Line is a limit on latency that was asked for.
type Line struct {
	Text     string  // as it stands on the line: "p99 < 1s"
	Quantile float64 // 0…1; Mean or Max for those
	Limit    time.Duration
	OrEqual  bool // the limit itself still holds
	// Share of the minutes in which the limit has to hold, 0…1; 0: nothing is said of minutes.
	Share float64
}

// Mean and Max stand for a quantile where the mean or the largest latency of the minute is meant.
const (
	Mean = -1
	Max  = -2
)

// Span is a breach [From, To) of what was asked.
type Span struct {
	From, To time.Duration
	Text     string // what was missed, and why
}

// FromResult takes over what a run left. SLOs, Verdicts and Breaches, which a Result does not know, are the caller's to add.
func FromResult(name string, r *sim.Result) Input {
	in := Input{
		Name:         name,
		Start:        r.Config.Start,
		Length:       r.Config.Length,
		Engine:       r.Config.Service.Engine,
		Seed:         r.Config.Source.Seed,
		Step:         r.Config.Step,
		Currency:     r.Cost.Currency,
		StartingFree: r.Config.Fleet.Billing.Starting == "free",
		OnDemand:     r.Config.Platform.OnDemand != nil,
		Copies:       r.Config.Platform.Hosts != nil,
		PerInstance:  r.PerInstance,
		PerLoading:   r.PerLoading,
		Quantiles:    r.Config.Quantiles,
		Minutes:      r.Minutes,
		Decisions:    r.Decisions,
		Happenings:   r.Happenings,
		Series:       r.Series,
		Marks:        r.Marks,
	}
	if in.Engine == "" {
		in.Engine = "requests"
	}
	in.Cost = nan
	if r.Cost.Total != nil {
		in.Cost, _ = r.Cost.Total.Float64()
	}
	return in
}

// noun is what an instance is called here.
func (in Input) noun() string {
	switch {
	case in.Copies:
		return "copy"
	case in.OnDemand:
		return "environment"
	}
	return "instance"
}

// commonNoun is what instances are called in all runs; "instance" where they differ.
func commonNoun(in []Input) string {
	for _, i := range in {
		if i.noun() != in[0].noun() {
			return "instance"
		}
	}
	return in[0].noun()
}

// check refuses Inputs that cannot share one time axis.
func check(in []Input) error {
	if len(in) == 0 {
		return fmt.Errorf("plots: at least one run must be given, got none")
	}
	for _, i := range in {
		if i.Length <= 0 {
			return fmt.Errorf("plots: %s: length must be more than 0s, got %v", i.Name, i.Length)
		}
		first := in[0]
		if !i.Start.Equal(first.Start) || i.Start.Format("15:04") != first.Start.Format("15:04") || i.Length != first.Length {
			return fmt.Errorf("plots: runs that are overlaid must have the same start, zone and length, got %s from %s (%v) and %s from %s (%v)",
				first.Name, first.Start.Format(time.RFC3339), first.Length, i.Name, i.Start.Format(time.RFC3339), i.Length)
		}
	}
	return nil
}

// latency is a minute's latency at a quantile (or Mean, Max) in seconds; NaN when nothing was served or it is not known.
func (in Input) latency(m sim.Minute, quantile float64) float64 {
	if m.Served == 0 {
		return nan
	}
	switch quantile {
	case Mean:
		return m.Mean / 1e9
	case Max:
		if m.Max < 0 {
			return nan
		}
		return m.Max.Seconds()
	}
	for i, q := range in.Quantiles {
		if sameShare(q, quantile) && i < len(m.Latency) {
			return m.Latency[i].Seconds()
		}
	}
	return nan
}

// knows says whether minutes have this quantile (or Mean, Max).
func (in Input) knows(quantile float64) bool {
	switch quantile {
	case Mean:
		return true
	case Max: // the fluid engine does not know it
		for _, m := range in.Minutes {
			if m.Served > 0 {
				return m.Max >= 0
			}
		}
		return false
	}
	for _, q := range in.Quantiles {
		if sameShare(q, quantile) {
			return true
		}
	}
	return false
}

// sameShare compares quantiles that may have been written in different ways.
func sameShare(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

// counts says whether a minute has a say in verdicts: something was served or failed in it, or waits at its end.
func counts(m sim.Minute) bool { return m.Served > 0 || m.Failed > 0 || m.Waiting > 0 }

// misses counts the minutes that count and do not keep the limit; a minute with nothing served keeps none.
func (in Input) misses(l Line) (missed, counted int) {
	for _, m := range in.Minutes {
		if !counts(m) {
			continue
		}
		counted++
		v := in.latency(m, l.Quantile)
		if m.Served == 0 || v > l.Limit.Seconds() || !l.OrEqual && v == l.Limit.Seconds() {
			missed++
		}
	}
	return missed, counted
}
