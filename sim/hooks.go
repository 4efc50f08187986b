package sim

// ends is when a start that has been through its stages at t is over, and how it ends: it comes into service when its launch hook
// has run, or at the hook's timeout is abandoned or goes on all the same.
func (f *fleet) ends(t clock, number int) (at clock, how class) {
	h := f.hooks.Launch
	switch {
	case f.reach.Broken != "":
		return t, breaks
	case h == nil:
		return t, enters
	}
	took := h.Time.Law().Draw(f.stream("hook", "launch", number))
	if took <= h.Timeout {
		return later(t, int64(took)), enters
	}
	if at = later(t, int64(h.Timeout)); h.Abandon {
		return at, abandons
	}
	return at, enters
}

// abandon ends a start whose launch hook did not answer in time; another one is launched in its stead.
func (f *fleet) abandon(t clock, i *instance) {
	if i.state != starting && i.state != preparing {
		return
	}
	f.refuse(t, "the launch hook did not answer in time: abandoned")
	f.cancel(t, i)
}

// cancel ends a start that comes to nothing; it is tried again.
func (f *fleet) cancel(t clock, i *instance) {
	if i.state == preparing {
		f.dismiss(t, i)
		f.refill(t)
		return
	}
	f.starting = without(f.starting, i)
	f.inStarting.add(t, -1)
	f.end(t, i)
	if i.extra {
		f.extras--
		f.tendAgain(t)
	} else {
		f.again(t, max(int64(f.cfg.ReplaceAfter), shortest))
	}
	f.done(t, i.change)
}

// hookRuns tells whether the termination hook of an instance that holds nothing any more has still to run; the first time it begins.
// At its timeout the instance goes in any case.
func (f *fleet) hookRuns(t clock, i *instance) bool {
	h := f.hooks.Terminate
	if h == nil || i.hooked {
		return false
	}
	took := min(h.Time.Law().Draw(f.stream("hook", "terminate", i.number+i.starts<<40)), h.Timeout)
	if took <= 0 {
		return false
	}
	i.hooked = true
	f.schedule(happening{at: later(t, int64(took)), class: ends, instance: i})
	return true
}

// cut ends a draining instance whose time is over: what it holds fails. One that was to go back to the warm pool does.
func (f *fleet) cut(t clock, i *instance) {
	if !i.returns && f.hooks.Terminate == nil {
		f.lose(t, i)
		return
	}
	f.service.lose(t, i)
	f.drained(t, i)
}
