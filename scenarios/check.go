package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/expect"
	"headroom/policy"
	"headroom/problem"
	"headroom/scenarios/internal/strict"
	"headroom/sim"
	"headroom/traffic"
	"headroom/unit"
)

// A checker looks at the scenario as a whole, after its parts have been looked at alone.
type checker struct {
	*File
	problems Problems
	broken   *strict.Broken
}

// check fills the settings from the tree and says everything that is wrong with them. Without a problem, the Config is there.
func (f *File) check() Problems {
	c := &checker{File: f}
	c.problems, c.broken = f.doc.Fill(&f.Scenario)
	if f.Job != nil {
		c.job()
		return c.problems
	}
	c.zones()
	c.clock()
	c.fleet()
	c.startUp()
	c.spot()
	c.scaling()
	c.platform()
	c.network()
	c.metrics()
	c.policies()
	c.moments()
	c.expectations()
	c.service()
	c.serverless()
	c.group()
	c.traffic()
	if len(c.problems) == 0 {
		f.cfg = f.config()
	}
	return c.problems
}

// zones adds the nearest known zones to problems of schedules: policies know no list of them.
func (c *checker) zones() {
	for i := range c.problems {
		p := &c.problems[i]
		if !strings.HasSuffix(p.Path, ".zone") || p.Hint != "" {
			continue
		}
		name := p.Got
		if text, err := strconv.Unquote(name); err == nil {
			name = text
		}
		if _, err := traffic.LoadZone(name); err != nil {
			p.Hint = from("", err, "").Hint
		}
	}
}

// add says what is wrong at a path; nothing more is concluded from what stands there.
func (c *checker) add(path, must, got, hint string) {
	c.report(problem.Problem{Path: path, Must: must, Got: got, Hint: hint})
}

func (c *checker) report(ps ...problem.Problem) {
	for _, p := range ps {
		c.broken.Add(p.Path)
		c.problems = append(c.problems, c.doc.Problem(p))
	}
}

// conclude reports those problems that do not rest on values with a problem of their own.
func (c *checker) conclude(ps []problem.Problem) {
	c.report(slices.DeleteFunc(ps, func(p problem.Problem) bool { return !c.broken.Stands(p) })...)
}

// clean tells whether all that stands at the paths, above and below them, is what the file meant.
func (c *checker) clean(paths ...string) bool {
	for _, p := range paths {
		if !c.broken.Clean(p) {
			return false
		}
	}
	return true
}

// clock finds the zone and the start in it, and holds the times against each other.
func (c *checker) clock() {
	k := &c.Clock
	if c.clean("clock.zone") {
		if zone, err := traffic.LoadZone(k.Zone); err != nil {
			c.report(from("clock.zone", err, k.Zone))
		} else if c.clean("clock.start") {
			if k.start, err = traffic.ParseStart(k.Start.text, zone); err != nil {
				c.report(from("clock.start", err, k.Start.text))
			}
		}
	}
	if c.clean("clock.settle") && k.Settle%time.Minute != 0 {
		c.add("clock.settle", "whole minutes", unit.FormatDuration(k.Settle), "")
	}
	if !c.clean("clock.step") {
		return
	}
	if time.Minute%k.Step != 0 {
		c.add("clock.step", "a step that divides 60s", unit.FormatDuration(k.Step), "")
		return
	}
	if c.multiple("clock.length", k.Length) && c.clean("clock.length", "clock.settle") && (k.Length+k.Settle)/k.Step > maxSteps {
		c.add("clock.step", "a step that gives at most 320000000 of them in the length", unit.FormatDuration(k.Step), "")
	}
}

// fleet looks the type up in the price table; what the file says itself holds.
func (c *checker) fleet() {
	f := &c.Fleet
	if f.Type == "" && f.Price == nil && !c.doc.Has("scaling.serverless") {
		c.conclude([]problem.Problem{{Path: "fleet.type", Must: "required: an instance type, or a price", Got: "neither",
			Of: []string{"fleet.type", "fleet.price"}}})
	}
	if f.Type == "" || !c.clean("fleet.type") {
		return
	}
	t, known := LookupType(f.Type)
	if !known {
		if f.Price == nil && c.clean("fleet.price") {
			c.unknownType("fleet.type", f.Type)
		}
		return
	}
	if f.Price == nil {
		f.Price = &t.Price
	}
	if f.VCPUs == 0 {
		f.VCPUs = t.VCPUs
	}
	if f.GPUs == 0 {
		f.GPUs = t.GPUs
	}
}

// unknownType is a type that the price table does not have, without a price beside it.
func (c *checker) unknownType(path, name string) {
	var names []string
	for _, t := range InstanceTypes() {
		names = append(names, t.Name)
	}
	c.add(path, "an instance type of the price table, or a price beside it (price: 1.408 USD/h)", name, strict.Suggest(name, names))
}

// scaling holds fixed.instances and fleet.start together.
func (c *checker) scaling() {
	path, family := c.Scaling.family()
	if !c.clean(path+".instances", path+".min", "fleet.start") {
		return
	}
	if c.Fleet.Start == nil {
		start := family.Start()
		c.Fleet.Start = &start
	} else if fixed := c.Scaling.Fixed; fixed != nil && *c.Fleet.Start != fixed.Instances {
		c.add("fleet.start", "the same as scaling.fixed.instances, "+strconv.Itoa(fixed.Instances)+" (or left out)", strconv.Itoa(*c.Fleet.Start), c.both(fixed.Instances))
	}
}

// both is a hint for an edit of one of scaling.fixed.instances and fleet.start, which must be edited together. An edit cannot
// leave a key out.
func (c *checker) both(instances int) string {
	n, start := strconv.Itoa(instances), strconv.Itoa(*c.Fleet.Start)
	for _, e := range c.edits {
		switch {
		case e.kind == variantEdit:
			return "a variant sets both, scaling.fixed.instances and fleet.start"
		case strings.HasPrefix(e.path, "scaling"):
			return "set both: --set scaling.fixed.instances=" + n + " --set fleet.start=" + n
		case strings.HasPrefix(e.path, "fleet"):
			return "set both: --set fleet.start=" + start + " --set scaling.fixed.instances=" + start
		}
	}
	return ""
}

// metrics holds the names and periods of published metrics.
func (c *checker) metrics() {
	path, family := c.Scaling.family()
	names := family.Metrics()
	if names == nil || !c.clean(path+".service") {
		names = sim.MetricNames()
	}
	c.multiple("metrics.period", c.Metrics.Period)
	for _, name := range sortedKeys(c.Metrics.Each) {
		if !slices.Contains(names, name) {
			c.forget("metrics." + name) // it was read as a metric's timing
			c.add("metrics."+name, "period, delay, or a metric's name", name, strict.Suggest(name, append([]string{"period", "delay"}, names...)))
			continue
		}
		if own := c.Metrics.Each[name].Period; own != nil {
			c.multiple("metrics."+name+".period", *own)
		}
	}
}

// forget takes back what was said at and below a path.
func (c *checker) forget(path string) {
	c.problems = slices.DeleteFunc(c.problems, func(p Problem) bool { return p.Path == path || strings.HasPrefix(p.Path, path+".") })
}

// multiple holds that a period is a multiple of the step.
func (c *checker) multiple(path string, period time.Duration) bool {
	step := c.Clock.Step
	if !c.clean(path, "clock.step") || step <= 0 || period%step == 0 {
		return true
	}
	c.add(path, "a multiple of clock.step, "+unit.FormatDuration(step), unit.FormatDuration(period), "")
	return false
}

// policies holds the policies against the clock, the metrics and the fleet.
func (c *checker) policies() {
	path, family := c.Scaling.family()
	for _, w := range family.Watches() {
		c.watch(path, family.Platform(), w)
	}
	c.conclude(problem.Under(path, family.CheckTiming(func(metric string) (period, delay time.Duration) {
		if !c.clean("metrics.period", "metrics."+metric) {
			return 0, 0
		}
		return c.Metrics.Timing(metric)
	})))
}

// watch holds what one policy looks at: its metric must be counted in something, and its periods be multiples of the step.
func (c *checker) watch(path string, platform policy.Platform, w policy.Watch) {
	at, metric := path+"."+w.At, w.Metric
	if w.Period != nil {
		c.multiple(path+"."+w.Policy+".alarm.period", *w.Period)
	}
	if !c.clean(at, path+".service") {
		return
	}
	if platform.CoresCounted && c.clean("fleet.type", "fleet.vcpus", "fleet.gpus") {
		switch {
		case metric == "CPUUtilization" && c.Fleet.VCPUs == 0:
			c.add(at, "a known number of vCPUs (fleet.vcpus, or a fleet.type of the price table), as "+platform.Name+" sums CPUUtilization over them", "none", "")
		case metric == "GPUUtilization" && c.Fleet.GPUs == 0:
			c.add(at, "a known number of GPUs (fleet.gpus, or a fleet.type with GPUs), as "+platform.Name+" sums GPUUtilization over them", "none", "")
		}
	}
	if own := c.Metrics.Each[metric].Period; own == nil && c.clean("metrics.period", "metrics."+metric, "clock.step") && c.Clock.Step > 0 {
		if period, _ := c.Metrics.Timing(metric); period != c.Metrics.Period && period%c.Clock.Step != 0 {
			c.add(at, "a metric whose period ("+unit.FormatDuration(period)+") is a multiple of clock.step, "+unit.FormatDuration(c.Clock.Step)+
				" (metrics."+metric+".period sets another)", metric, "")
		}
	}
}

// moments resolves the times of failures and of the service's events on the calendar.
func (c *checker) moments() {
	if !c.clean("clock.start", "clock.zone") {
		return
	}
	calendar := c.Clock.Calendar()
	at := func(path string, m traffic.Moment) (t time.Duration) {
		if !c.clean(path) {
			return 0
		}
		t, err := calendar.At(m)
		if err != nil {
			c.report(from(path, err, m.String()))
		}
		return t
	}
	for i := range c.Service.Events {
		path := "service.events." + strconv.Itoa(i)
		if e := c.Service.Events[i].Slowdown; e != nil {
			e.Begin = at(path+".slowdown.at", e.At)
		}
		if e := c.Service.Events[i].Outage; e != nil {
			e.Begin = at(path+".outage.at", e.At)
		}
	}
	for i := range c.Fleet.Failures {
		path := "fleet.failures." + strconv.Itoa(i)
		if e := c.Fleet.Failures[i].Zone; e != nil {
			e.Begin = at(path+".zone.at", e.At)
		}
		if e := c.Fleet.Failures[i].Instance; e != nil && e.At != nil {
			e.Begin = at(path+".instance.at", *e.At)
		}
		if e := c.Fleet.Failures[i].Launch; e != nil && e.From != nil && e.To != nil {
			e.Begin, e.End = at(path+".launch.from", *e.From), at(path+".launch.to", *e.To)
			if c.clean(path+".launch.from", path+".launch.to") && e.End <= e.Begin {
				c.add(path+".launch.to", "after from, "+e.From.String(), e.To.String(), "")
			}
		}
	}
}

// expectations holds that each can be judged: in the one currency, with this engine.
func (c *checker) expectations() {
	currency := c.currency()
	for i, ask := range c.Expect {
		path := "expect." + strconv.Itoa(i)
		if !c.clean(path, "service.engine") {
			continue
		}
		if of := ask.Measure.Of; (of == expect.Cold || of == expect.Throttled) && c.Scaling.Serverless == nil {
			c.conclude([]problem.Problem{{Path: path, Must: "a measure of a fleet: only scaling.serverless has cold starts and throttles",
				Got: ask.Text, Of: []string{path}}})
			continue
		}
		if err := ask.In(currency, c.Service.Engine); err != nil {
			c.report(from(path, err, ask.Text))
		}
	}
}

// service reads the files of empirical laws, and holds that a request takes any time at all.
func (c *checker) service() {
	c.empirical("service.time", c.Service.Time.Empirical)
	c.empirical("fleet.start-up.provision", c.Fleet.StartUp.Provision.Empirical)
	c.empirical("fleet.start-up.load", c.Fleet.StartUp.Load.Empirical)
	if c.clean("service.time") && c.Service.Time.Law().Mean() <= 0 {
		c.add("service.time", "a time whose mean is above 0s", c.Service.Time.String(), "")
	}
}

// traffic reads the trace files and makes the demand.
func (c *checker) traffic() {
	if !c.clean("clock.start", "clock.zone") {
		return
	}
	for i := range c.Traffic.Curves {
		path := "traffic.curves." + strconv.Itoa(i) + ".trace"
		if t := c.Traffic.Curves[i].Trace; t != nil && c.clean(path) {
			c.trace(path, t)
		}
	}
	if !c.clean("clock.length", "clock.settle") {
		return
	}
	demand, ps := c.Traffic.Build(c.Clock.Calendar(), -c.Clock.Settle, c.Clock.Length)
	c.conclude(problem.Under("traffic", ps))
	c.cfg.Traffic = demand
}

// sortedKeys are the keys of a map by name.
func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}
