// Package sim lives one run: a demand meets a service on a fleet of instances, what is measured of it is published late and by
// period, and a scaler that sees only that decides how many instances there should be.
//
// Time moves in control steps. Things happen at their own time inside a step: every single request in the requests engine,
// rates in the fluid engine; only decisions wait for the step's edge. All instants are int64 nanoseconds since clock.start.
package sim

import (
	"context"
	"fmt"
	"math"
	"time"
)

// clock is an instant in nanoseconds since clock.start.
type clock = int64

const never clock = math.MaxInt64

// later is t + d, never if that is beyond all time; d ≥ 0.
func later(t clock, d int64) clock {
	if d > never-max(t, 0) {
		return never
	}
	return t + d
}

// world is one run while it lives.
type world struct {
	ctx     context.Context
	cfg     *Config
	fleet   *fleet
	service service
	monitor *monitor
	ledger  *ledger
	control *control
	lived   int  // of the fleet's own events
	stopped bool // ctx ended among them
}

// Run lives one run. Equal Configs give equal Results, on any number of cores at once. It stops early with ctx's error when
// ctx ends.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	w := newWorld(ctx, &cfg)
	begin, end, step, k := -clock(cfg.Settle), clock(cfg.Length), clock(cfg.Step), 0
	for t := begin; t < end; t += step {
		if t == 0 {
			w.report()
		}
		w.step(t, t+step)
		if err := w.service.err(); err != nil {
			return nil, err
		}
		if k++; k&0xfff == 0 && ctx.Err() != nil || w.stopped { // an engine that is idle never looks
			return nil, ctx.Err()
		}
	}
	return w.result(end), nil
}

// step: if somebody may decide at from, first what happens at from itself, in the order failures, instances into service,
// completions, timeouts, arrivals; then points become visible, schedules, alarms and policies decide, and what they order begins.
// Then life goes on until just before to, where minutes and metric periods end.
func (w *world) step(from, to clock) {
	if w.control.due(from) {
		w.live(from + 1)
		w.control.decide(from)
	}
	w.live(to)
	w.monitor.close(to)
	w.ledger.close(to)
}

// live lets everything happen that is due before until: the fleet's own events (failures, starts), and between them service.
func (w *world) live(until clock) {
	for t, last := w.fleet.next(); t < until; t, last = w.fleet.next() {
		if last { // what was ordered comes after all else of its instant
			t++
		}
		w.service.reach(t)
		w.fleet.happen()
		if w.lived++; w.lived&0xfff == 0 && w.ctx.Err() != nil {
			w.stopped = true
			return
		}
	}
	w.service.serve(until)
}

// quiet is until when nobody looks at the service or touches it: neither decisions nor failures, nor the ends of minutes or of
// metric periods. It is asked at t, when all before t has been lived.
func (w *world) quiet(t clock) clock {
	if len(w.fleet.draining) > 0 { // one may be gone, which may complete a change, and then the scaler is asked
		return t
	}
	event, _ := w.fleet.next()
	return max(t, min(event, w.control.next, w.monitor.next(t), upTo(t, int64(time.Minute)), clock(w.cfg.Length)))
}

// upTo is the first whole multiple of a period from t on.
func upTo(t clock, period int64) clock {
	if r := t % period; r > 0 {
		return t + period - r
	} else {
		return t - r
	}
}

// report is the instant from which things are reported: clock.start.
func (w *world) report() {
	w.service.report()
	w.fleet.report()
	w.ledger.report()
	w.control.report()
}

func newWorld(ctx context.Context, cfg *Config) *world {
	w := &world{ctx: ctx, cfg: cfg}
	scaler := cfg.Scaler()
	w.fleet = newFleet(cfg)
	w.service = newService(ctx, cfg, w.fleet, w.quiet)
	w.fleet.service = w.service
	w.monitor = newMonitor(cfg, scaler.Needs(), w.fleet, w.service)
	w.ledger = newLedger(cfg, w.fleet, w.service)
	w.control = newControl(cfg, scaler, w.fleet, w.monitor)
	w.control.ledger = w.ledger.happened
	w.control.begin(-clock(cfg.Settle))
	return w
}

// result gathers what the run leaves.
func (w *world) result(end clock) *Result {
	r := &Result{Config: *w.cfg, PerInstance: float64(w.cfg.Service.Concurrency) / w.cfg.Service.Time.Law().Mean().Seconds()}
	r.PerLoading = w.cfg.Fleet.StartUp.Ready.perLoading(r.PerInstance)
	w.fleet.closeBooks(end)
	w.service.finish(end, r)
	w.ledger.finish(r)
	w.control.finish(r)
	w.monitor.finish(r)
	r.Marks = w.cfg.Traffic.Marks(w.cfg.Source)
	return r
}

// newService is the engine of a scenario.
func newService(ctx context.Context, cfg *Config, f *fleet, quiet func(clock) clock) service {
	switch {
	case cfg.Platform.OnDemand != nil && cfg.Service.Engine == "fluid":
		return newOnDemandFluid(ctx, cfg, f)
	case cfg.Platform.OnDemand != nil:
		return newOnDemand(ctx, cfg, f)
	}
	if cfg.Service.Engine == "fluid" {
		return newFluid(ctx, cfg, f)
	}
	return newRequests(ctx, cfg, f, quiet)
}

// check refuses what would not be a run at all; a scenario's own checks come long before.
func (c *Config) check() error {
	switch {
	case c.Step <= 0 || time.Minute%c.Step != 0:
		return fmt.Errorf("step: must divide 60s, got %v", c.Step)
	case c.Length <= 0 || c.Length%c.Step != 0:
		return fmt.Errorf("length: must be a multiple of the step %v, got %v", c.Step, c.Length)
	case c.Settle < 0 || c.Settle%time.Minute != 0:
		return fmt.Errorf("settle: must be whole minutes, got %v", c.Settle)
	case c.Traffic == nil:
		return fmt.Errorf("traffic: must be given")
	case c.Scaler == nil:
		return fmt.Errorf("scaler: must be given")
	case c.Service.Concurrency < 1:
		return fmt.Errorf("service.concurrency: must be at least 1, got %d", c.Service.Concurrency)
	case c.Fleet.Start == nil || *c.Fleet.Start < 0:
		return fmt.Errorf("fleet.start: must be given")
	case c.Fleet.Price == nil && c.Platform.OnDemand == nil:
		return fmt.Errorf("fleet.price: must be given")
	case c.Fleet.Billing.Granularity <= 0:
		return fmt.Errorf("fleet.billing.granularity: must be above 0")
	}
	return nil
}
