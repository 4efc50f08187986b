package sim

import (
	"slices"
	"time"

	"headroom/policy"
)

// hosts are the machines that instances stand on where an instance is a copy of a model (policy.Hosts). A copy goes to the machine
// that can take it first, the fullest of those; where none has room a machine is launched for it. Machines are paid for, copies
// are not. What is ordered of machines is ordered by the platform: no scaler sees it.
type hosts struct {
	cfg      *policy.Hosts
	fleet    *fleet
	all      []*host // by launch number
	launches int
	alive    area
	extremes extremes
	last     clock // last change of copies or machines
}

// host is one machine.
type host struct {
	instance             // as it is billed
	ready    clock       // to take copies
	copies   []*instance // on it, starting, in service or draining
	idle     clock       // since when there is none
	leaving  bool        // its copies are moved away
}

// newHosts are those that are always there.
func newHosts(f *fleet, cfg *policy.Hosts, begin clock) *hosts {
	if cfg == nil {
		return nil
	}
	h := &hosts{cfg: cfg, fleet: f, last: begin}
	for range cfg.Min {
		h.launch(begin, begin)
	}
	return h
}

// launch adds a machine that is ready at a time.
func (h *hosts) launch(t, ready clock) *host {
	m := &host{instance: instance{number: h.launches, paid: t}, ready: ready, idle: t}
	h.launches++
	h.extremes.change(t, h.alive.n)
	h.alive.add(t, 1)
	h.all = append(h.all, m)
	return m
}

// ground is the machine for a new copy, nil where instances are machines themselves; false: there is no room.
func (f *fleet) ground(t clock) (*host, bool) {
	if f.hosts == nil {
		return nil, true
	}
	on := f.hosts.place(t, false)
	return on, on != nil
}

// place is the machine for a new copy; nil if there is no room and none may be launched. standing: it is there already, as at the
// begin of a run.
func (h *hosts) place(t clock, standing bool) *host {
	if h == nil {
		return nil
	}
	var best *host
	for _, m := range h.all {
		if m.leaving || len(m.copies) >= h.cfg.PerHost {
			continue
		}
		if best == nil || max(m.ready, t) < max(best.ready, t) || max(m.ready, t) == max(best.ready, t) && len(m.copies) > len(best.copies) {
			best = m
		}
	}
	if best != nil || len(h.all) >= h.cfg.Max {
		return best
	}
	if standing {
		return h.launch(t, t)
	}
	f := h.fleet
	return h.launch(t, later(t, int64(f.provision.Draw(f.stream("start-up", "host", h.launches)))))
}

// hold puts a copy on a machine; where there are none it does nothing.
func (h *hosts) hold(t clock, m *host, i *instance) {
	if h == nil {
		return
	}
	i.on = m
	m.copies = append(m.copies, i)
	h.changed(t)
}

// drop takes a copy off its machine, which goes when it has been idle for a while.
func (h *hosts) drop(t clock, i *instance) {
	m := i.on
	if i.replaces != nil && i.replaces.on != nil { // it does not come to that
		i.replaces.on.leaving = false
	}
	m.copies = slices.DeleteFunc(m.copies, func(o *instance) bool { return o == i })
	h.changed(t)
	if len(m.copies) > 0 {
		return
	}
	m.idle = t
	if m.leaving {
		h.release(t, m)
		return
	}
	h.fleet.schedule(happening{at: later(t, int64(h.cfg.IdleAfter)), class: releases, host: m})
}

// changed tells that copies or machines changed: consolidation waits from here.
func (h *hosts) changed(t clock) {
	h.last = t
	if h.cfg.Consolidates {
		h.fleet.schedule(happening{at: later(t, int64(h.cfg.Cooldown)), class: releases})
	}
}

// due is when a machine may have been idle for long enough, or, of no machine, when consolidation is looked at.
func (h *hosts) due(t clock, m *host) {
	switch {
	case m != nil && len(m.copies) == 0 && t-m.idle >= int64(h.cfg.IdleAfter) && m.state != gone:
		h.release(t, m)
	case m == nil && t-h.last >= int64(h.cfg.Cooldown):
		h.consolidate(t)
	}
}

// release gives a machine back, unless it is one of those that are always there.
func (h *hosts) release(t clock, m *host) {
	if len(h.all) <= h.cfg.Min {
		return
	}
	m.state = gone
	h.extremes.change(t, h.alive.n)
	h.alive.add(t, -1)
	h.all = slices.DeleteFunc(h.all, func(o *host) bool { return o == m })
	h.fleet.bill.charge(&m.instance, t)
	h.changed(t)
}

// consolidate empties machines whose copies find room on the others, the emptiest first: each copy is started again elsewhere, and
// drains once the new one is in service.
func (h *hosts) consolidate(t clock) {
	for range h.cfg.MaxStep {
		m := h.sparable()
		if m == nil {
			return
		}
		m.leaving = true
		for _, i := range slices.Clone(m.copies) {
			if i.state == serving {
				h.fleet.move(t, i)
			}
		}
	}
}

// sparable is the machine with the fewest copies, if the others have room for all of them and they all are in service.
func (h *hosts) sparable() *host {
	var least *host
	room, remaining := 0, 0
	for _, m := range h.all {
		if m.leaving {
			continue
		}
		remaining++
		room += h.cfg.PerHost - len(m.copies)
		still := !slices.ContainsFunc(m.copies, func(i *instance) bool { return i.state != serving })
		if still && len(m.copies) > 0 && (least == nil || len(m.copies) < len(least.copies)) {
			least = m
		}
	}
	if least == nil || remaining <= h.cfg.Min || room-(h.cfg.PerHost-len(least.copies)) < len(least.copies) {
		return nil
	}
	return least
}

// report forgets what was before clock.start: a machine alive now is billed as launched now.
func (h *hosts) report() {
	if h == nil {
		return
	}
	h.extremes = extremes{}
	for _, m := range h.all {
		m.paid = 0
	}
}

// finish bills the machines that are alive at the end.
func (h *hosts) finish(end clock) {
	if h == nil {
		return
	}
	for _, m := range h.all {
		h.fleet.bill.charge(&m.instance, end)
	}
	h.extremes.change(end, h.alive.n)
}

// move starts a copy anew on another machine; the old one drains when the new one is in service.
func (f *fleet) move(t clock, old *instance) {
	m := f.hosts.place(t, false)
	if m == nil {
		return
	}
	i := f.born(t, f.launches, old.zone, -1)
	f.launches++
	i.extra, i.replaces = true, old
	f.extras++
	f.hosts.hold(t, m, i)
	f.start(t, i)
}

// HostCounts are the machines under the copies of a model, over time.
type HostCounts struct {
	Min, Max    int
	Mean, Hours float64
}

// counts are over a run of a length; sum is their time in it.
func (h *hosts) counts(sum total, length time.Duration) *HostCounts {
	if h == nil {
		return nil
	}
	return &HostCounts{Min: int(h.extremes.run.least), Max: int(h.extremes.run.most), Mean: sum.value() / length.Seconds(), Hours: sum.value() / 3600}
}
