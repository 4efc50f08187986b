package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"headroom/oracle"
	"headroom/policy"
	"headroom/sim"
)

// watched counts who is in the system from what is published at every step: attempts that arrived, those completed (the samples
// of ModelLatency) and those that failed because their instance went. Its step is the period of the metrics, and they are seen at once.
type watched struct {
	step              time.Duration
	n                 int // in the system
	arrived, departed int // in the last step
}

// Needs are the three counts, of the last step.
func (w *watched) Needs() []policy.Need {
	var needs []policy.Need
	for _, m := range []string{"Invocations", "ModelLatency", "Invocation5XXErrors"} {
		needs = append(needs, policy.Need{Metric: m, Lookback: w.step, High: math.NaN(), Low: math.NaN()})
	}
	return needs
}

// Next is every step.
func (w *watched) Next(now time.Duration) time.Duration { return now + w.step }

// Begin is the fleet as it is configured.
func (w *watched) Begin(_ time.Duration, start int) policy.Decision {
	return policy.Decision{Want: start}
}

// look takes in what was published of the step that ends now.
func (w *watched) look(o policy.Observation) {
	last := func(metric string, of func(policy.Point) float64) int {
		if p := o.Points(metric); len(p) > 0 && p[len(p)-1].End == o.Now {
			return int(math.Round(of(p[len(p)-1])))
		}
		return 0
	}
	value := func(p policy.Point) float64 { return p.Value }
	w.arrived = last("Invocations", value) - last("Invocation5XXErrors", value) // each that failed was tried again at once
	w.departed = last("ModelLatency", func(p policy.Point) float64 { return p.Count })
	w.n += w.arrived - w.departed
}

// starter starts servers on demand and turns idle ones off: the policy of the set-up queues.
type starter struct {
	watched
	most      int           // servers
	one       bool          // one start at a time
	off       float64       // idle servers go off at this rate, each by itself; Inf: at once
	after     time.Duration // or the one server goes off when it has been idle this long
	idleSince time.Duration // −1: not idle
	draw      *rand.Rand
}

// Decide is a start for everyone who waits, as long as there are servers; those that are removed are the newest, and what they
// served goes on at once on one that idles (a lost attempt is tried again), so it is as if an idle one had gone.
func (s *starter) Decide(o policy.Observation) policy.Decision {
	s.look(o)
	on := o.Fleet.InService
	if idle := on - s.n; idle > 0 {
		on -= s.gone(o.Now, idle)
	} else {
		s.idleSince = -1
	}
	wanted := min(max(0, s.n-on), s.most-on)
	if s.one {
		wanted = min(wanted, 1)
	}
	return policy.Decision{Want: on + wanted}
}

// gone is how many of the idle servers go off now.
func (s *starter) gone(now time.Duration, idle int) (n int) {
	switch {
	case s.after > 0:
		if s.idleSince < 0 {
			s.idleSince = now
		}
		if now-s.idleSince >= s.after {
			n = idle
		}
	case math.IsInf(s.off, 1):
		n = idle
	default:
		for range idle {
			if s.draw.Float64() < -math.Expm1(-s.off*s.step.Seconds()) {
				n++
			}
		}
	}
	return n
}

// demand is one world of servers started on demand.
type demand struct {
	id, model   string
	lambda      float64
	k           int // servers
	service     string
	startUp     string
	scaler      starter
	step        time.Duration
	span        time.Duration // reported in all runs together
	settle      time.Duration
	runs, quick int
	quantities  []quantity
}

func (d demand) world() *world {
	w := &world{id: d.id, family: "servers on demand", model: d.model, servers: d.k, runs: d.runs, quick: d.quick, through: "own scaler", quantities: d.quantities}
	if d.k > 0 {
		w.load = d.lambda / float64(d.k)
	}
	d.scaler.step, d.scaler.idleSince = d.step, -1
	w.file = file{traffic: constant(d.lambda), service: d.service + oneQueue + ", retries: {attempts: 100, backoff: 0s}",
		fleet: ", drain: 0s, start-up: {provision: " + d.startUp + "}", scaling: fixed(0), step: d.step, settle: d.settle,
		length: minutes(d.span.Seconds() / float64(d.runs)), rest: []string{fmt.Sprintf("metrics: {period: %s, delay: 0s}", d.step)}}
	w.own = func(c *sim.Config) {
		src := c.Source
		c.Scaler = func() policy.Scaler {
			s := d.scaler
			s.draw = src.Stream("verify", "idle", 0)
			return &s
		}
	}
	return w
}

// starting is the mean number of servers being set up, billed those and the ones in service.
func starting(r *sim.Result) float64 { return r.Hours.Starting * 3600 / r.Config.Length.Seconds() }
func billed(r *sim.Result) float64   { return r.ServingMean + starting(r) }

// late is what a policy asked every step makes of a number at most: the chain that acts as late on average says.
func late(exact, looked func() float64) func(float64, *tally) float64 {
	return func(float64, *tally) float64 { return math.Abs(looked() - exact()) }
}

// onDemand are the set-up queues: servers that are started when somebody waits and go off when idle.
func onDemand() (all []*world) {
	inf := math.Inf(1)
	for _, x := range []struct {
		id, model   string
		s           oracle.Setup
		top         int
		step        time.Duration
		hours       float64
		runs, quick int
	}{
		{"setup1-0.5", "off when idle", oracle.Setup{Lambda: 0.5, Mu: 1, Alpha: 0.1, K: 1, Off: inf}, 400, 20 * time.Millisecond, 60, 20, 0},
		{"setup2-1", "off when idle", oracle.Setup{Lambda: 1, Mu: 1, Alpha: 0.1, K: 2, Off: inf}, 300, 20 * time.Millisecond, 60, 20, 0},
		{"setup4-2", "off when idle", oracle.Setup{Lambda: 2, Mu: 1, Alpha: 0.1, K: 4, Off: inf}, 300, 20 * time.Millisecond, 60, 40, 20},
		{"setup4-3.2", "off when idle", oracle.Setup{Lambda: 3.2, Mu: 1, Alpha: 0.1, K: 4, Off: inf}, 400, 20 * time.Millisecond, 60, 20, 0},
		{"setup10-5", "off when idle", oracle.Setup{Lambda: 5, Mu: 1, Alpha: 0.1, K: 10, Off: inf}, 300, 20 * time.Millisecond, 30, 20, 0},
		{"setup10-8", "off when idle", oracle.Setup{Lambda: 8, Mu: 1, Alpha: 0.1, K: 10, Off: inf}, 500, 10 * time.Millisecond, 20, 20, 0},
		{"setup10-8-slow", "off when idle", oracle.Setup{Lambda: 8, Mu: 1, Alpha: 0.02, K: 10, Off: inf}, 1800, 20 * time.Millisecond, 60, 20, 0},
		{"setup20-16", "off when idle", oracle.Setup{Lambda: 16, Mu: 1, Alpha: 0.1, K: 20, Off: inf}, 600, 10 * time.Millisecond, 12, 20, 0},
		{"idle4-2", "off after idling 20s", oracle.Setup{Lambda: 2, Mu: 1, Alpha: 0.1, K: 4, Off: 0.05}, 400, 20 * time.Millisecond, 40, 20, 0},
		{"idle10-5", "off after idling 50s", oracle.Setup{Lambda: 5, Mu: 1, Alpha: 0.1, K: 10, Off: 0.02}, 400, 20 * time.Millisecond, 30, 20, 0},
		{"idle10-8", "off after idling 50s", oracle.Setup{Lambda: 8, Mu: 1, Alpha: 0.1, K: 10, Off: 0.02}, 400, 20 * time.Millisecond, 30, 20, 0},
	} {
		looked := x.s
		looked.Look = 2 / x.step.Seconds()
		exact := sync.OnceValue(func() oracle.SetupAnswer { return x.s.Solve(x.top) })
		seen := sync.OnceValue(func() oracle.SetupAnswer { return looked.Solve(x.top) })
		add := func(key, metric, unit string, of func(*sim.Result) float64, from func(oracle.SetupAnswer) float64) quantity {
			exact, seen := func() float64 { return from(exact()) }, func() float64 { return from(seen()) }
			return quantity{key: key, metric: metric, unit: unit, exact: exact, of: of, slack: late(exact, seen)}
		}
		d := demand{id: x.id, model: fmt.Sprintf("M/M/%d, servers start in %gs, %s", x.s.K, 1/x.s.Alpha, x.model), lambda: x.s.Lambda, k: x.s.K, service: exponential,
			startUp: fmt.Sprintf("{exponential: {mean: %gs}}", 1/x.s.Alpha), step: x.step, runs: x.runs, quick: x.quick,
			span: time.Duration(x.hours * float64(time.Hour)), settle: minutes(60 + 10/x.s.Alpha),
			scaler: starter{most: x.s.K, off: x.s.Off}}
		d.quantities = []quantity{
			add("response", "mean response", "s", func(r *sim.Result) float64 { return r.Latency.Mean / second }, func(a oracle.SetupAnswer) float64 { return a.Response }),
			add("starting", "servers starting", "", starting, func(a oracle.SetupAnswer) float64 { return a.Starting }),
			add("billed", "servers on or starting", "", billed, func(a oracle.SetupAnswer) float64 { return a.On + a.Starting }),
		}
		all = append(all, d.world())
	}
	return append(append(all, oneByOne()...), singles()...)
}

// oneByOne are those with a closed form for many servers: starts one at a time, and servers without number.
func oneByOne() (all []*world) {
	const step = 50 * time.Millisecond
	for _, x := range []struct {
		lambda float64
		k      int
	}{{2, 4}, {8, 10}} {
		exact := oracle.Staggered(x.lambda, 1, 0.1, x.k)
		q := meanResponse(known(exact))
		q.slack = func(float64, *tally) float64 { return step.Seconds() } // a start is late by half a step, and so is the end of idling
		all = append(all, demand{id: fmt.Sprintf("staggered%d-%g", x.k, x.lambda), lambda: x.lambda, k: x.k, service: exponential, step: step, runs: 20,
			model:   fmt.Sprintf("M/M/%d, servers start in 10s one at a time, off when idle", x.k),
			startUp: "{exponential: {mean: 10s}}", span: 60 * time.Hour, settle: 10 * time.Minute,
			scaler: starter{most: x.k, one: true, off: math.Inf(1)}, quantities: []quantity{q}}.world())
	}
	for _, x := range []struct {
		lambda, start float64
		hours         time.Duration
	}{{10, 10, 20}, {50, 20, 6}} {
		q := meanResponse(known(oracle.EndlessSetup(x.lambda, 1, 1/x.start)))
		q.slack = func(float64, *tally) float64 { return step.Seconds() / 2 }
		all = append(all, demand{id: fmt.Sprintf("setup-endless-%g", x.lambda), lambda: x.lambda, service: exponential, step: step, runs: 20,
			model:   fmt.Sprintf("M/M/∞, servers start in %gs, off when idle", x.start),
			startUp: fmt.Sprintf("{exponential: {mean: %gs}}", x.start), span: x.hours * time.Hour, settle: 10 * time.Minute,
			scaler: starter{most: 10_000, off: math.Inf(1)}, quantities: []quantity{q}}.world())
	}
	return all
}

// singles is one server with a constant start, with and without an idle timeout.
func singles() (all []*world) {
	for _, x := range []struct {
		lambda, set float64
	}{{0.5, 10}, {0.8, 30}} {
		const step = 20 * time.Millisecond
		q := meanWait(oracle.ServerStart{Lambda: x.lambda, S: oracle.Exponential(1), Set: oracle.Constant(x.set)}.Wait)
		q.slack = func(exact float64, _ *tally) float64 {
			return oracle.ServerStart{Lambda: x.lambda, S: oracle.Exponential(1), Set: oracle.Constant(x.set + step.Seconds()/2)}.Wait() - exact
		}
		all = append(all, demand{id: fmt.Sprintf("cold1-%g", x.lambda), model: fmt.Sprintf("M/M/1, the server starts in %gs, off when idle", x.set), lambda: x.lambda, k: 1,
			service: exponential, startUp: fmt.Sprintf("%gs", x.set), step: step, runs: 20, span: 60 * time.Hour, settle: 20 * time.Minute,
			scaler: starter{most: 1, off: math.Inf(1)}, quantities: []quantity{q}}.world())
	}
	const step = 50 * time.Millisecond
	exact := oracle.ServerStart{Lambda: 0.2, S: oracle.Constant(1), Set: oracle.Constant(20), Idle: 10}
	looked := exact
	looked.Set, looked.Idle = oracle.Constant(20+step.Seconds()/2), 10+step.Seconds()
	wait := meanWait(exact.Wait)
	wait.slack = late(exact.Wait, looked.Wait)
	off := quantity{key: "off", metric: "share of time off", exact: exact.Off, of: func(r *sim.Result) float64 { return 1 - billed(r) }, slack: late(exact.Off, looked.Off)}
	cold := quantity{key: "cold", metric: "cold starts an hour", exact: func() float64 { return 3600 * exact.ColdStarts() }, of: func(r *sim.Result) float64 {
		return r.Hours.Starting * 3600 / 20 / r.Config.Length.Hours()
	}, slack: late(func() float64 { return 3600 * exact.ColdStarts() }, func() float64 { return 3600 * looked.ColdStarts() })}
	return append(all, demand{id: "zero1-0.2", model: "M/D/1, the server starts in 20s, off after idling 10s", lambda: 0.2, k: 1, service: "time: 1s", startUp: "20s", step: step,
		runs: 20, span: 200 * time.Hour, settle: 20 * time.Minute, scaler: starter{most: 1, after: 10 * time.Second}, quantities: []quantity{wait, off, cold}}.world())
}

// hysteresis launches one at an arrival that makes n ≥ 2c and removes one at a departure that makes n ≤ ⌊c/2⌋, one change at a time.
type hysteresis struct {
	watched
	least, most int
}

// Decide goes through the last step's arrivals, then its departures.
func (h *hysteresis) Decide(o policy.Observation) policy.Decision {
	n := h.n
	h.look(o)
	c, starting := o.Fleet.InService, o.Fleet.Starting
	for range h.arrived {
		if n++; starting == 0 && c < h.most && n >= 2*c {
			starting = 1
		}
	}
	for range h.departed {
		if n--; starting == 0 && c > h.least && n <= c/2 {
			c--
		}
	}
	d := policy.Decision{Want: c + starting}
	if d.Want != o.Fleet.Desired {
		d.Entries = []policy.Entry{{Policy: "hysteresis", From: o.Fleet.Desired, To: d.Want}}
	}
	return d
}

// closedLoop is policy, queue and warm-up together: the autoscaler with hysteresis.
func closedLoop() []*world {
	const step = 20 * time.Millisecond
	h := oracle.Hysteresis{Lambda: 6, Mu: 1, Warm: 20, Least: 4, Most: 12}
	slower := h
	slower.Warm += step.Seconds() / 2
	exact := sync.OnceValue(func() oracle.HysteresisAnswer { return h.Solve(1000) })
	seen := sync.OnceValue(func() oracle.HysteresisAnswer { return slower.Solve(1000) })
	add := func(key, metric, unit string, of func(*sim.Result) float64, from func(oracle.HysteresisAnswer) float64) quantity {
		exact, seen := func() float64 { return from(exact()) }, func() float64 { return from(seen()) }
		return quantity{key: key, metric: metric, unit: unit, exact: exact, of: of, slack: late(exact, seen)}
	}
	w := &world{id: "hysteresis", family: "autoscaler", through: "own scaler", load: 0, servers: 12, runs: 20, quick: 0,
		model: "M/M/c, c from 4 to 12: +1 at n ≥ 2c (starts in 20s), −1 at n ≤ c/2"}
	w.file = file{traffic: constant(h.Lambda), service: exponential + oneQueue + ", retries: {attempts: 100, backoff: 0s}", fleet: ", drain: 0s, start: 6, start-up: {provision: {exponential: {mean: 20s}}}", scaling: fixed(6),
		step: step, settle: 20 * time.Minute, length: 6 * time.Hour, rest: []string{fmt.Sprintf("metrics: {period: %s, delay: 0s}", step)}}
	w.own = func(c *sim.Config) {
		c.Scaler = func() policy.Scaler {
			return &hysteresis{watched: watched{step: step}, least: h.Least, most: h.Most}
		}
	}
	// One whose instance goes is served anew on another: it has waited in the result and not in the model. It counts half; at most
	// half of the removed instances, of as many as are launched, are busy.
	pwait := add("pwait", "P(wait)", "", func(r *sim.Result) float64 {
		return 1 - r.Wait.Samples.Share(0) - float64(r.Requests.Retries)/float64(r.Requests.Served)/2
	}, func(a oracle.HysteresisAnswer) float64 { return a.PWait })
	pwait.slack = func(float64, *tally) float64 { return exact().Launches / h.Lambda / 2 / 2 }
	w.quantities = []quantity{
		add("response", "mean response", "s", func(r *sim.Result) float64 { return r.Latency.Mean / second }, func(a oracle.HysteresisAnswer) float64 { return a.Response }),
		add("instances", "instances in service", "", func(r *sim.Result) float64 { return r.ServingMean }, func(a oracle.HysteresisAnswer) float64 { return a.InService }),
		add("billed", "instances in service or starting", "", billed, func(a oracle.HysteresisAnswer) float64 { return a.Billed }),
		add("launches", "launches an hour", "", func(r *sim.Result) float64 { return float64(r.Scaling.Out) / r.Config.Length.Hours() }, func(a oracle.HysteresisAnswer) float64 { return 3600 * a.Launches }),
		pwait,
	}
	return []*world{w}
}
