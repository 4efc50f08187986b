package report

import (
	"fmt"
	"math"
	"time"

	"headroom/expect"
	"headroom/policy"
	"headroom/sim"
)

// Meta is what a result says of itself that no run knows.
type Meta struct {
	Scenario string
	Variant  string   // "" is the file itself
	Ask      string   // the question, as the file puts it
	Because  string   // where its numbers come from
	Notes    []string // what must be known before the numbers are
	Zone     string   // IANA name of clock.zone
	Warnings []Warning
}

// Document is the result of the runs of one scenario: the whole first run and a sample of every run, the first included.
func Document(meta Meta, asks []expect.Ask, first *sim.Result, samples []Sample) Doc {
	c := first.Config
	n := func(path string) Number { return over(samples, path) }
	d := Doc{
		Version: 1, Scenario: meta.Scenario, Variant: meta.Variant, Engine: c.Service.Engine, Seed: c.Source.Seed, Runs: len(samples),
		Start: c.Start.Format(time.RFC3339), Zone: meta.Zone, LengthS: c.Length.Seconds(), StepS: c.Step.Seconds(),
		Requests: Requests{
			Offered: n("requests.offered"), Served: n("requests.served"), Failed: n("requests.failed"),
			FailedBy:     parts(samples, "requests.failed_by."),
			WaitingAtEnd: n("requests.waiting_at_end"), InServiceAtEnd: n("requests.in_service_at_end"),
			Retries: n("requests.retries"), WastedS: n("requests.wasted_s"),
		},
		Latency: summary("latency_s", n),
		Wait:    summary("wait_s", n),
		Instances: Instances{n("instances.min"), n("instances.mean"), n("instances.max"), n("instances.hours"), hosts(first, n),
			parts(samples, "instances.hours_by_state.")},
		Utilization:    n("utilization"),
		Cost:           Cost{first.Cost.Currency, n("cost.total"), parts(samples, "cost.by."), n("cost.per_1000"), n("cost.per_month")},
		Scaling:        Scaling{n("scaling.out"), n("scaling.in"), parts(samples, "scaling.held_by.")},
		Notes:          append(append([]string{}, meta.Notes...), found(first, len(samples))...),
		Approximations: append([]string{}, first.Approximations...),
		Unused:         c.Unused,
		Warnings:       append([]Warning{}, meta.Warnings...),
		Expect:         verdicts(asks, samples),
		Breaches:       breaches(asks, first),
		Decisions:      decisions(first),
		PerInstance:    capacity(first.PerInstance),
		PerLoading:     capacity(first.PerLoading),
		Metrics:        metrics(first),
		Marks:          marks(first),
		Losses:         losses(first),
		StartingFree:   c.Fleet.Billing.Starting == "free",
	}
	if len(samples) == 1 {
		d.BatchMeans = batchMeans(first)
	}
	if cold := n("requests.cold"); cold.Exists() {
		d.Requests.Cold = &cold
	}
	if c.Settle > 0 {
		carried := n("requests.carried_in")
		d.Requests.CarriedIn = &carried
	}
	return d
}

func summary(name string, n func(string) Number) Summary {
	return Summary{n(name + ".mean"), n(name + ".p50"), n(name + ".p90"), n(name + ".p95"), n(name + ".p99"), n(name + ".p999"), n(name + ".max")}
}

// verdicts of one run are its own. Of several an expectation is held if it held in at least 95 % of them.
func verdicts(asks []expect.Ask, samples []Sample) []Verdict {
	out := make([]Verdict, len(asks))
	for i, a := range asks {
		first := samples[0].Verdicts[i]
		v := Verdict{Ask: a.String(), Held: first.Held, Value: first.Value, Measured: measured(samples, i), Missed: first.Missed, Counted: first.Counted}
		if len(samples) > 1 {
			held := 0
			for _, s := range samples {
				if s.Verdicts[i].Held {
					held++
				}
			}
			p := Share(held, len(samples))
			v.Held, v.Probability = 100*held >= 95*len(samples), &p
			v.Value = fmt.Sprintf("held in %d of %d runs", held, len(samples))
			if v.Measured.Exists() {
				v.Value = fmt.Sprintf("%s on average, %s", first.Words(v.Measured.Mean), v.Value)
			}
		}
		out[i] = v
	}
	return out
}

func breaches(asks []expect.Ask, r *sim.Result) []Breach {
	out := []Breach{}
	for _, b := range expect.Breaches(asks, r) {
		out = append(out, Breach{b.From.Seconds(), b.To.Seconds(), b.Ask.InOneMinute(), b.Cause.String(), b.Minutes, Plain(finite(b.Worst))})
	}
	return out
}

func decisions(r *sim.Result) []Decision {
	out := []Decision{}
	for _, d := range r.Decisions {
		e := Decision{AtS: d.At.Seconds(), UntilS: math.NaN(), From: d.From, To: d.To, HeldBy: string(d.HeldBy), Policy: d.Policy,
			CompleteS: math.NaN(), Why: append([]policy.Reason{}, d.Why...)}
		if d.Until > d.At {
			e.UntilS = d.Until.Seconds()
		}
		if d.HasWish && d.HeldBy != policy.HeldByNoData {
			wish := d.Wish
			e.Wish = &wish
		}
		if d.From != d.To && d.Complete >= 0 {
			e.CompleteS = d.Complete.Seconds()
		}
		out = append(out, e)
	}
	return out
}

// metrics are what the policies look at; period and delay are as published.
func metrics(r *sim.Result) []Metric {
	out := []Metric{}
	for _, s := range r.Series {
		m := Metric{Metric: s.Metric, Unit: s.Unit, High: Plain(finite(s.High)), Low: Plain(finite(s.Low)), HighAt: s.HighAt, LowAt: s.LowAt}
		if len(s.Points) > 1 {
			m.PeriodS = (s.Points[1].End - s.Points[0].End).Seconds()
		}
		if len(s.Points) > 0 {
			m.DelayS = (s.Points[0].Seen - s.Points[0].End).Seconds()
		}
		out = append(out, m)
	}
	return out
}

func marks(r *sim.Result) []Mark {
	out := []Mark{}
	for _, m := range r.Marks {
		out = append(out, Mark{m.From.Seconds(), m.To.Seconds(), m.Text})
	}
	return out
}

func losses(r *sim.Result) []Loss {
	out := []Loss{}
	for _, h := range r.Happenings {
		if h.What == "lost" {
			out = append(out, Loss{h.At.Seconds(), h.Count, h.Text})
		}
	}
	return out
}

// capacity is what an instance serves, 0 where it is not known or has no bound (JSON knows no infinity).
func capacity(rate float64) float64 {
	if math.IsInf(rate, 0) || math.IsNaN(rate) {
		return 0
	}
	return rate
}

// hosts are the machines under copies, nil where instances are machines themselves.
func hosts(first *sim.Result, n func(string) Number) *Hosts {
	if first.Hosts == nil {
		return nil
	}
	return &Hosts{n("instances.hosts.min"), n("instances.hosts.mean"), n("instances.hosts.max"), n("instances.hosts.hours")}
}
