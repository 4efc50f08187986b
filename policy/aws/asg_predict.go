package aws

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"headroom/policy"
	"headroom/policy/forecast"
	"headroom/problem"
	"headroom/unit"
)

// Predictive is predictive scaling: an hourly forecast of the load gives the least capacity of each hour, from a little before it on.
// It only ever scales out ([EC2-2023]:ec2-auto-scaling-predictive-scaling). AWS's forecaster is not published; plain ones stand here.
type Predictive struct {
	Name       string         `yaml:"name"`
	Metric     string         `yaml:"metric" required:"true" doc:"its total over the instances is the load, its value per instance is held at target"`
	Target     Level          `yaml:"target" required:"true" check:"positive" doc:"in the metric's own unit; a duration for a latency"`
	Mode       string         `yaml:"mode" enum:"forecast-only|forecast-and-scale" default:"forecast-only" doc:"forecast-only: what it would do is an entry of the log"`
	Buffer     *time.Duration `yaml:"scheduling-buffer" check:"max=59m59s" doc:"how long before an hour what it needs is launched; 300s if it is left out"`
	AtMax      string         `yaml:"max-capacity-breach" enum:"honor|increase" default:"honor" doc:"where a forecast is above max: stop there, or go beyond it for the hour"`
	MaxBuffer  *unit.Share    `yaml:"max-capacity-buffer" doc:"with increase: what the group may have above the forecast, 0% to 100% of it; 0% if it is left out"`
	Forecaster string         `yaml:"forecaster" enum:"seasonal-naive|holt-winters|harmonic" default:"seasonal-naive" doc:"of the hourly load of the last 14 days; each is reported against seasonal-naive"`
}

// What AWS says of predictive scaling (aws.md §6).
const (
	historyLeast  = forecast.Day      // hours of history without which there is no forecast
	historyMost   = 2 * forecast.Week // hours of history that it looks at
	forecastAhead = 48                // hours
	forecastEvery = 6 * time.Hour
	bufferDefault = 300 * time.Second
)

// check says what is wrong with a predictive policy.
func (p *Predictive) check() []problem.Problem {
	var out report
	out.metric("metric", ASG, p.Metric)
	out.level("target", p.Metric, false, &p.Target, "metric")
	switch {
	case p.MaxBuffer == nil:
	case p.AtMax != "increase":
		out.add("max-capacity-buffer", "only with max-capacity-breach: increase", p.AtMax, "max-capacity-buffer", "max-capacity-breach")
	case *p.MaxBuffer > 1:
		out.add("max-capacity-buffer", "0% to 100% of the forecast", p.MaxBuffer.String())
	}
	return out
}

// A predictor is a predictive policy in a run.
type predictor struct {
	*Predictive
	name          string
	run           policy.Run
	period, delay time.Duration
	buffer        time.Duration
	target        float64
	weight        int // units that an instance counts

	taken   time.Duration  // end of the last point that was taken in
	first   int64          // hour of the history's begin, in hours since 1970
	sums    []float64      // of each hour: Σ load × seconds
	seconds []float64      // of each hour
	next    time.Duration  // when it acts next: an hour's begin less the buffer
	made    time.Duration  // when the forecast was made
	hours   map[int64]hour // what is forecast; nil: nothing yet
	lacks   bool           // it has been said that there is too little history
}

// hour is what is forecast of one hour.
type hour struct {
	load     float64
	capacity int
}

// newPredictor makes a predictive policy ready for a run.
func newPredictor(p *Predictive, name string, run policy.Run, weight int) *predictor {
	q := &predictor{Predictive: p, name: name, run: run, buffer: *orDefault(p.Buffer, bufferDefault), target: p.Target.Value(), weight: weight,
		taken: run.Begin}
	q.period, q.delay = run.Timing(p.Metric)
	q.first = q.hourOf(run.Begin + time.Hour - 1) // the first whole one
	q.next = q.after(run.Begin - 1)
	return q
}

// need is the metric, as far back as there may be points that have not been taken in.
func (p *predictor) need() policy.Need {
	return policy.Need{Metric: p.Metric, Lookback: 2*time.Hour + p.delay + p.period, High: math.NaN(), Low: math.NaN()}
}

// hourOf is the hour of an instant, in whole hours since 1970: hours are UTC's.
func (p *predictor) hourOf(t time.Duration) int64 {
	return p.run.Start.Add(t).Unix() / 3600
}

// begin is when an hour begins.
func (p *predictor) begin(hour int64) time.Duration { return time.Unix(hour*3600, 0).Sub(p.run.Start) }

// after is the first instant after t at which it acts.
func (p *predictor) after(t time.Duration) time.Duration {
	for h := p.hourOf(t); ; h++ {
		if at := p.begin(h) - p.buffer; at > t {
			return at
		}
	}
}

// take takes in the points that have become visible.
func (p *predictor) take(points []policy.Point) {
	for i := range points {
		q := &points[i]
		if q.End <= p.taken {
			continue
		}
		p.taken = q.End
		k := int(p.hourOf(q.End-1) - p.first)
		if k < 0 {
			continue // before the first whole hour
		}
		for len(p.sums) <= k {
			p.sums, p.seconds = append(p.sums, 0), append(p.seconds, 0)
		}
		p.sums[k] += float64(q.Load * q.Period.Seconds())
		p.seconds[k] += q.Period.Seconds()
	}
}

// history is the mean load of each whole hour whose points are all due, the newest last; an hour without any is like the same one the
// day before, else like the hour before.
func (p *predictor) history(now time.Duration) []float64 {
	n := max(0, int(p.hourOf(now-p.delay)-p.first))
	out := make([]float64, n)
	for i := range out {
		switch {
		case i < len(p.sums) && p.seconds[i] > 0:
			out[i] = p.sums[i] / p.seconds[i]
		case i >= forecast.Day:
			out[i] = out[i-forecast.Day]
		case i > 0:
			out[i] = out[i-1]
		}
	}
	return out[max(0, n-historyMost):]
}

// refresh makes the forecast anew, if there is enough history.
func (p *predictor) refresh(now time.Duration) policy.Reason {
	past := p.history(now)
	if len(past) < historyLeast {
		return policy.Reason{Code: policy.NoData, Text: fmt.Sprintf("no forecast: it needs %d hours of history, there are %d (clock.settle lives some)", historyLeast, len(past))}
	}
	from := p.hourOf(now - p.delay) // the first hour that is not in the history
	p.made, p.hours = now, map[int64]hour{}
	least, most := math.MaxInt, 0
	ahead := forecastAhead + int(p.hourOf(now)-from) + 1
	for i, load := range forecast.Next(p.Forecaster, past, ahead) {
		n := proportional(load*float64(p.weight), p.target, "ceil")
		p.hours[from+int64(i)] = hour{load, n}
		least, most = min(least, n), max(most, n)
	}
	text := fmt.Sprintf("forecast of the next %d hours: %d to %d ", forecastAhead, least, most) + p.counts()
	off, ok := forecast.Backtest(p.Forecaster, past)
	naive, _ := forecast.Backtest(forecast.SeasonalNaive, past)
	switch {
	case !ok:
	case p.Forecaster == forecast.SeasonalNaive:
		text += "; on the last day seasonal-naive was off by " + percentage(off)
	default:
		text += "; on the last day " + p.Forecaster + " was off by " + percentage(off) + ", seasonal-naive by " + percentage(naive)
	}
	return policy.Reason{Code: policy.Forecast, Text: text}
}

// counts is what a capacity counts; times is the weight in the formula.
func (p *predictor) counts() string {
	if p.weight > 1 {
		return "units"
	}
	return "instances"
}

func (p *predictor) times() string {
	if p.weight > 1 {
		return strconv.Itoa(p.weight) + " × "
	}
	return ""
}

// percentage writes a share for a sentence.
func percentage(x float64) string { return strconv.FormatFloat(100*x, 'f', 1, 64) + "%" }

// floor is the capacity that the forecast holds at least: of the present hour, and within the buffer of the next one too.
func (p *predictor) floor(now time.Duration) (h hour) {
	if p.Mode != "forecast-and-scale" {
		return hour{}
	}
	k := p.hourOf(now)
	h = p.hours[k]
	if next := p.hours[k+1]; now >= p.begin(k+1)-p.buffer && next.capacity > h.capacity {
		return next
	}
	return h
}

// most is the most that the group may have while the forecast is above max, as far as this policy goes.
func (p *predictor) most(now time.Duration, limit int) int {
	if p.AtMax != "increase" {
		return limit
	}
	n := p.floor(now).capacity
	if n <= 0 {
		return limit
	}
	return max(limit, n+int(math.Ceil(float64(n)*float64(*orDefault(p.MaxBuffer, 0))-same)))
}

// predict takes in what is new, and lets every policy act whose instant has come.
func (s *groupScaler) predict(o *policy.Observation, d *policy.Decision) {
	for _, p := range s.predictors {
		p.take(o.Points(p.Metric))
		if o.Now < p.next {
			continue
		}
		p.next = p.after(o.Now)
		if p.hours == nil || o.Now-p.made >= forecastEvery {
			why := p.refresh(o.Now)
			e := policy.Entry{Policy: p.name, From: d.Want, To: d.Want, Why: []policy.Reason{why}}
			if why.Code == policy.NoData {
				e.HeldBy = policy.HeldByNoData
			}
			if e.HeldBy == "" || !p.lacks {
				d.Entries = append(d.Entries, e)
			}
			p.lacks = e.HeldBy != ""
		}
		s.raise(p, o.Now, d)
	}
}

// raise scales out to what the forecast needs for the hour to come; in it never scales.
func (s *groupScaler) raise(p *predictor, now time.Duration, d *policy.Decision) {
	k := p.hourOf(now + p.buffer)
	h := p.hours[k]
	if h.capacity <= d.Want {
		return
	}
	at := unit.FormatTime(p.run.Start.Add(p.begin(k)), time.TimeOnly)
	e := policy.Entry{Policy: p.name, From: d.Want, To: d.Want, Why: []policy.Reason{{Code: policy.Forecast, Text: fmt.Sprintf(
		"forecast for %s: %s, ceil(%s%s ÷ %s) = %d", at, p.Metric, p.times(), number(h.load), number(p.target), h.capacity)}}}
	to := min(h.capacity, s.most(now))
	switch {
	case p.Mode != "forecast-and-scale":
		e.Wish, e.HasWish, e.HeldBy = h.capacity, true, policy.HeldByMode
	case to < h.capacity:
		e.Wish, e.HasWish, e.HeldBy = h.capacity, true, policy.HeldByMax
		e.Why = append(e.Why, policy.Reason{Code: policy.AtMax, Text: "max is " + strconv.Itoa(s.limits.max)})
		fallthrough
	default:
		if to > d.Want {
			e.To, d.Want = to, to
		}
	}
	d.Entries = append(d.Entries, e)
}

// most is the most that the group may have now: max, or more where a forecast is allowed to go beyond it.
func (s *groupScaler) most(now time.Duration) int {
	n := s.limits.max
	for _, p := range s.predictors {
		n = max(n, p.most(now, s.limits.max))
	}
	return n
}

// floor is the least that policies may leave: min, or what a forecast holds.
func (s *groupScaler) floor(now time.Duration) int {
	n := s.limits.min
	for _, p := range s.predictors {
		n = max(n, min(p.floor(now).capacity, s.most(now)))
	}
	return n
}
