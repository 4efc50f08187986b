package sim

import (
	"strconv"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Ready says that an instance comes into service a fixed time after its machine runs, although its model may still load: a health
// check that asks whether the process answers, not whether it can serve. Until it is loaded its attempts fail, or are slow.
type Ready struct {
	After       time.Duration `yaml:"after" required:"true" doc:"from the end of provisioning until in service; shorter than load"`
	UntilLoaded string        `yaml:"until-loaded" enum:"fails" instead:"slow" doc:"fails: each attempt sent to it fails at once, and holds no slot"`
	Slow        float64       `yaml:"slow" check:"positive" instead:"until-loaded" doc:"services that start before it is loaded take so many times as long; more than 1"`
}

// Check says that one thing is said of an instance that still loads.
func (r Ready) Check() []problem.Problem {
	if (r.UntilLoaded != "") == (r.Slow != 0) {
		return []problem.Problem{{Must: "one of until-loaded and slow: what an instance does while its model loads"}}
	}
	if r.Slow != 0 && r.Slow <= 1 {
		return []problem.Problem{{Path: "slow", Must: "more than 1: services take so many times as long", Got: strconv.FormatFloat(r.Slow, 'g', -1, 64)}}
	}
	return nil
}

// Check says whether an instance can be ready before it is loaded at all; of a preset that is known when it is filled in.
func (s StartUp) Check() []problem.Problem {
	if s.Preset != "" {
		return nil
	}
	if load := s.Load.Constant; s.Ready != nil && load != nil && s.Ready.After >= *load {
		return []problem.Problem{{Path: "ready.after", Must: "less than load, " + unit.FormatDuration(*load) + ": an instance that is loaded is in service anyway",
			Got: unit.FormatDuration(s.Ready.After), Hint: "leave ready out, or add the time to load", Of: []string{"load", "ready.after"}}}
	}
	return nil
}

// fails says whether an instance that still loads answers errors; else it is slow.
func (r *Ready) fails() bool { return r != nil && r.UntilLoaded == "fails" }

// early are the instances that come into service before they are loaded.
type early struct {
	loaded map[*instance]clock // when those that start will be
	in     area                // in service
	seen   int                 // of them in this minute, at some time
	until  int64               // the area when it began
}

// loads is when an instance that has been provisioned at t comes into service, by launch number. One that is prepared for a warm
// pool waits until it is loaded.
func (f *fleet) loads(t clock, i *instance) clock {
	loaded := later(t, int64(f.load.Draw(f.stream("start-up", "load", i.number))))
	if r := f.cfg.StartUp.Ready; r != nil && i.state == starting {
		if ready := later(t, int64(r.After)); ready < loaded {
			f.early.loaded[i] = loaded
			return ready
		}
	}
	return loaded
}

// stillLoads begins the time of an instance that comes into service in which its model still loads, if there is one.
func (f *fleet) stillLoads(t clock, i *instance) {
	loaded, early := f.early.loaded[i]
	if i.loading = early && loaded > t; !i.loading {
		return
	}
	delete(f.early.loaded, i)
	f.early.in.add(t, 1)
	f.early.seen++
	f.schedule(happening{at: loaded, class: loads, instance: i})
}

// unload counts an instance that leaves service no more among those that load; what it serves out goes on as it was.
func (f *fleet) unload(t clock, i *instance) {
	if i.loading {
		f.early.in.add(t, -1)
	}
}

// isLoaded ends the time in which an instance loads.
func (f *fleet) isLoaded(t clock, i *instance) {
	if !i.loading {
		return
	}
	if i.state == serving {
		f.early.in.add(t, -1)
		f.service.loaded(t, i)
	}
	i.loading = false
}

// minute counts them in the minute that ends at t.
func (e *early) minute(t clock, m *Minute) {
	until := e.in.until(t)
	m.Loading, m.LoadingSeen, m.LoadingMean = int(e.in.n), e.seen, float64(until-e.until)/float64(time.Minute)
	e.seen, e.until = int(e.in.n), until
}

// perLoading is what of the rate that an instance serves one serves while its model loads.
func (r *Ready) perLoading(rate float64) float64 {
	if r == nil || r.fails() {
		return 0
	}
	return rate / r.Slow
}

// Capacity is what the instances in service in a minute could serve, in requests per second.
func (r *Result) Capacity(m *Minute) float64 {
	return r.PerInstance*(m.ServingMean-m.LoadingMean) + r.PerLoading*m.LoadingMean
}

// slowed is when a service ends that begins at t on an instance, with all that makes it longer.
func (e *requests) slowed(t clock, work int64, i *instance) clock {
	if i.loading && !e.erring {
		work = lengthened(work, e.ready.Slow)
	}
	return e.slow.end(t, work)
}

// loaded: from now on the next service on it is as on any other.
func (e *requests) loaded(clock, *instance) {}
