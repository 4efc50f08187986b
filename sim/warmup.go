package sim

// An instance that has come into service of a group warms up at first: it serves like any other, but the metrics that a group makes
// of its instances (CPU, GPU, memory) leave it out, and a policy does not count from it. What a balancer or a queue measures
// (invocations, latency, backlog) knows no warm-up.

// warm begins the warm-up of an instance that comes into service at t.
func (f *fleet) warm(t clock, i *instance) {
	if i.warmUp <= 0 {
		return
	}
	i.warming, f.warms = true, true
	f.inWarming.add(t, 1)
	f.schedule(happening{at: later(t, i.warmUp), class: warms, instance: i})
}

// warmed ends the warm-up of an instance, if it still warms up: it is warm, or leaves.
func (f *fleet) warmed(t clock, i *instance) {
	if !i.warming {
		return
	}
	f.service.warmed(t, i)
	i.warming = false
	f.inWarming.add(t, -1)
}

// warmed moves what an instance has in its slots to those that the group's metrics count.
func (e *requests) warmed(t clock, i *instance) {
	if e.foreseen {
		e.meet(e.lived, i)
		e.warming.busy.add(t, -int64(i.begun-i.first))
		e.warming.active.stay(max(t, i.last), t)
	}
	e.warming.busy.add(t, -int64(i.busy))
	if i.busy > 0 {
		e.warming.active.add(t, -1)
	}
}

// warmed lives until then: from now on the even share of one more instance is counted.
func (e *fluid) warmed(t clock, i *instance) {
	e.live(t)
	if !e.isOutside(i) {
		e.warming--
	}
}

// cold are the slots of the instances that warm up: busy ones, and instances with a busy one.
type cold struct{ busy, active area }

// take counts a slot of an instance that warms up as busy from t on.
func (c *cold) take(t clock, i *instance) {
	c.busy.add(t, 1)
	if i.busy == 1 {
		c.active.add(t, 1)
	}
}

// free counts it no more.
func (c *cold) free(t clock, i *instance) {
	c.busy.add(t, -1)
	if i.busy == 0 {
		c.active.add(t, -1)
	}
}
