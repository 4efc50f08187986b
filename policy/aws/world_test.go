package aws

import (
	"time"

	"headroom/policy"
	"headroom/unit"
)

// num and dur are levels.
func num(v float64) *Level       { return &Level{Number: v} }
func dur(d time.Duration) *Level { return &Level{Duration: d, Timed: true} }
func secs(n int) *time.Duration  { return new(time.Duration(n) * time.Second) }
func mins(n int) time.Duration   { return time.Duration(n) * time.Minute }
func text[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](s string) *T {
	v := new(T)
	if err := P(v).UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return v
}

// logged is an entry and when it was written.
type logged struct {
	at time.Duration
	policy.Entry
}

// A metric of a world: its published value, and the load in it, from a period's end and the mean instances in service in it.
type metric struct {
	period, delay time.Duration
	value         func(end time.Duration, n float64) (value, load float64, ok bool)
	points        []policy.Point
	visible       int
	area          float64 // instance-seconds in service in the running period
}

// A world is a closed loop around one scaler: instances that take a while to start, metrics that are functions of time and
// instances, and every rule of when a scaler is asked.
type world struct {
	s          policy.Scaler
	settings   *Settings
	start      time.Time
	step       time.Duration
	begin, end time.Duration
	startUp    time.Duration
	removal    time.Duration // until a removed instance is gone
	first      int           // instances at the begin
	desired    int
	inService  int
	past       []policy.Moment
	log        []logged
	names      []string
	metrics    map[string]*metric
	trail      []int // desired capacity after each step
}

func newWorld(s *Settings, length time.Duration) *world {
	return &world{
		settings: s, start: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), step: 10 * time.Second, end: length, first: s.Min,
		metrics: map[string]*metric{},
	}
}

// publish adds a metric whose value and load do not depend on the instances: period 60 s, delay 60 s.
func (w *world) publish(name string, value func(end time.Duration) float64) *metric {
	return w.metric(name, func(end time.Duration, _ float64) (float64, float64, bool) {
		v := value(end)
		return v, v, v >= 0
	})
}

// metric adds a metric of period 60 s and delay 60 s.
func (w *world) metric(name string, value func(end time.Duration, n float64) (v, load float64, ok bool)) *metric {
	m := &metric{period: time.Minute, delay: time.Minute, value: value}
	w.metrics[name] = m
	w.names = append(w.names, name)
	return m
}

func (w *world) timing(name string) (period, delay time.Duration) {
	if m, ok := w.metrics[name]; ok {
		return m.period, m.delay
	}
	return time.Minute, time.Minute
}

// run runs the world from begin to end.
func (w *world) run() {
	w.s = w.settings.New(policy.Run{Start: w.start, Begin: w.begin, End: w.end, Timing: w.timing})
	d := w.s.Begin(w.begin, w.first)
	w.desired, w.inService = d.Want, d.Want
	w.keep(w.begin, d)
	next := w.begin
	for now := w.begin; now < w.end; now += w.step {
		completed := w.complete(now)
		w.points(now)
		if completed || now >= next {
			d := w.s.Decide(w.observation(now))
			w.keep(now, d)
			w.order(now, d)
			next = w.s.Next(now)
		}
		w.trail = append(w.trail, w.desired)
	}
}

func (w *world) keep(now time.Duration, d policy.Decision) {
	for _, e := range d.Entries {
		w.log = append(w.log, logged{now, e})
	}
}

func (w *world) observation(now time.Duration) policy.Observation {
	return policy.Observation{
		Now: now, Past: w.past, Fleet: policy.Fleet{Desired: w.desired, InService: w.inService, Starting: w.desired - w.inService},
		Points: func(name string) []policy.Point {
			m := w.metrics[name]
			if m == nil {
				return nil
			}
			return m.points[:m.visible]
		},
	}
}

// order applies a decision: one moment for each entry that changes capacity.
func (w *world) order(now time.Duration, d policy.Decision) {
	at := w.desired
	for _, e := range d.Entries {
		if e.From != e.To {
			if e.From != at {
				panic("an entry starts from a capacity that does not stand")
			}
			w.past = append(w.past, policy.Moment{At: now, From: e.From, To: e.To, By: e.Policy, Complete: -1})
			at = e.To
		}
	}
	if at != d.Want {
		panic("the entries do not lead to what is wanted")
	}
	w.desired = d.Want
	w.inService = min(w.inService, w.desired)
}

// complete finishes changes whose time has come.
func (w *world) complete(now time.Duration) (any bool) {
	for i := range w.past {
		m := &w.past[i]
		took := w.startUp
		if m.To < m.From {
			took = w.removal
		}
		if !m.Done && m.At+took <= now && now > m.At {
			m.Done, m.Complete, any = true, m.At+took, true
		}
	}
	serving := w.desired
	for _, m := range w.past {
		if !m.Done && m.To > m.From {
			serving -= m.To - m.From
		}
	}
	w.inService = max(serving, 0)
	return any
}

// points publishes what has become due, and adds the step that follows to the running periods.
func (w *world) points(now time.Duration) {
	for _, name := range w.names {
		m := w.metrics[name]
		if now%m.period == 0 && now > w.begin {
			n := m.area / m.period.Seconds()
			if v, load, ok := m.value(now, n); ok {
				p := point(now, m.period, v)
				p.Load = load
				m.points = append(m.points, p)
			}
			m.area = 0
		}
		for m.visible < len(m.points) && m.points[m.visible].End+m.delay <= now {
			m.visible++
		}
		m.area += float64(w.inService) * w.step.Seconds()
	}
}

// changes are the entries that changed capacity.
func (w *world) changes() []logged {
	var out []logged
	for _, e := range w.log {
		if e.From != e.To {
			out = append(out, e)
		}
	}
	return out
}

// held are the entries held by one thing.
func (w *world) held(h policy.Hold) []logged {
	var out []logged
	for _, e := range w.log {
		if e.HeldBy == h {
			out = append(out, e)
		}
	}
	return out
}

// invocations publishes InvocationsPerInstance for a rate in requests a second.
func (w *world) invocations(rps func(t time.Duration) float64) *metric {
	return w.metric("InvocationsPerInstance", func(end time.Duration, n float64) (float64, float64, bool) {
		load := rps(end-time.Minute) * 60
		if n == 0 {
			return 0, load, true
		}
		return load / n, load, true
	})
}

// utilisation publishes a bounded share of the instances, in percent, for a demand in instances.
func (w *world) utilisation(name string, demand func(t time.Duration) float64) *metric {
	return w.metric(name, func(end time.Duration, n float64) (float64, float64, bool) {
		if n == 0 {
			return 0, 0, false
		}
		v := min(100, 100*demand(end-time.Minute)/n)
		return v, v * n, true
	})
}

// unitShare reads a share of the scenario file.
type unitShare unit.Share

func (u *unitShare) UnmarshalText(b []byte) error { return (*unit.Share)(u).UnmarshalText(b) }
func (u *unitShare) share() *unit.Share           { return (*unit.Share)(u) }
