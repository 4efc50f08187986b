package sim

// oldest looks at the head of each queue: they are first-come.
func (e *requests) oldest(t clock) int64 {
	e.meetAll()
	first := t
	if e.shared != nil {
		if e.shared.size > 0 {
			first = e.pool.all[e.shared.head].came
		}
		return t - first
	}
	for _, all := range [][]*instance{e.fleet.serving, e.fleet.draining} {
		for _, i := range all {
			if i.queue.size > 0 {
				first = min(first, e.pool.all[i.queue.head].came)
			} else if i.begun < len(i.stays) {
				first = min(first, e.pool.all[i.stays[i.begun].req].came)
			}
		}
	}
	return t - first
}

// oldest is the age of the backlog's oldest slab. Those who wait by chance below saturation have no age of their own: the
// average wait of as many stands for it.
func (e *fluid) oldest(t clock) int64 {
	e.live(t)
	switch {
	case e.x < 0.5:
		return 0
	case e.line.total > 0:
		return max(0, t-clock(e.line.slabs[e.line.head].from*1e9))
	case e.capacity > 0:
		return clock(e.x / e.capacity * 1e9)
	}
	return 0
}
