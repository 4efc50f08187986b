package sim

import (
	"container/heap"
	"fmt"
	"slices"
	"time"
)

// class orders what happens to the fleet at one instant: failures first, then new launches and starts, so that what comes into
// service does so before completions and arrivals; what was ordered comes after all else.
type class uint8

const (
	fails    class = iota
	abandons       // a launch hook's timeout ends a start
	reopens        // a zone is open again
	relaunches
	refills // the warm pool tries again
	prepares
	enters
	loads    // its model is loaded
	warms    // an instance is warmed up
	expires  // an instance has reached the maximum lifetime
	breaks   // comes to nothing
	ends     // a termination hook has run
	releases // a machine under copies may go
	cutOff   // ordered: after completions, timeouts and arrivals of its instant
)

// happening is something that will happen to the fleet.
type happening struct {
	at       clock
	class    class
	seq      int
	instance *instance
	relaunch *relaunch
	host     *host
	starts   int // of the instance when it was scheduled: void after another one
	failure  int // index in the settings, of class fails without an instance
}

// schedule puts a happening where it is due.
func (f *fleet) schedule(h happening) {
	if h.seq = f.seq; h.instance != nil {
		h.starts = h.instance.starts
	}
	f.seq++
	heap.Push((*calendar)(&f.due), h)
}

// next is when the next thing happens to the fleet, and whether it comes last at its instant.
func (f *fleet) next() (at clock, last bool) {
	if len(f.due) == 0 {
		return never, false
	}
	return f.due[0].at, f.due[0].class == cutOff
}

// happen lets the next thing happen.
func (f *fleet) happen() {
	h := heap.Pop((*calendar)(&f.due)).(happening)
	if h.instance != nil && h.starts != h.instance.starts {
		return // of an earlier life, before it went back to the warm pool
	}
	switch h.class {
	case abandons:
		f.abandon(h.at, h.instance)
	case reopens:
		f.tend(h.at)
	case refills:
		f.pool.waiting = false
		f.fillPool(h.at)
	case prepares:
		if h.instance.state == preparing {
			f.ready(h.at, h.instance)
		}
	case ends:
		if h.instance.state == draining {
			f.drained(h.at, h.instance)
		}
	case enters:
		if h.instance.state == starting {
			f.enter(h.at, h.instance)
		}
	case breaks:
		f.breaks(h.at, h.instance)
	case relaunches:
		if !h.relaunch.cancelled {
			f.retry = slices.DeleteFunc(f.retry, func(o *relaunch) bool { return o == h.relaunch })
			if f.launch(h.at, -1) {
				f.note(Happening{At: nanos(h.at), What: "replaced", Count: 1, Text: "launched anew for one that was lost or refused"})
			}
			f.fillPool(h.at)
		}
	case releases:
		f.hosts.due(h.at, h.host)
	case loads:
		f.isLoaded(h.at, h.instance)
	case warms:
		f.warmed(h.at, h.instance)
		f.ripe(h.at, h.instance)
	case expires:
		f.expire(h.at, h.instance)
	case cutOff:
		if h.instance.state == draining && !h.instance.hooked {
			f.cut(h.at, h.instance)
		}
	case fails:
		f.fail(h)
	}
}

// fail loses instances.
func (f *fleet) fail(h happening) {
	if h.instance != nil { // the end of its life
		if h.instance.state == serving {
			f.note(Happening{At: nanos(h.at), What: "lost", Count: 1, Text: "an instance failed"})
			f.lose(h.at, h.instance)
		}
		return
	}
	s := f.cfg.Failures[h.failure]
	var lost []*instance
	text := ""
	if s.Zone != nil {
		zone := s.Zone.Number - 1
		f.zoneClosed[zone] = max(f.zoneClosed[zone], later(int64(s.Zone.Begin), int64(s.Zone.Length)))
		for _, i := range slices.Concat(f.serving, f.starting, f.draining) {
			if i.zone == zone {
				lost = append(lost, i)
			}
		}
		text = fmt.Sprintf("zone %d lost", s.Zone.Number)
		f.losePool(h.at, zone)
		if f.moves {
			f.schedule(happening{at: f.zoneClosed[zone], class: reopens})
		}
	} else {
		lost = slices.Clone(f.serving[:min(s.Instance.Count, len(f.serving))])
		text = fmt.Sprintf("%d instances lost", len(lost))
	}
	if len(lost) > 0 {
		f.note(Happening{At: nanos(h.at), What: "lost", Count: len(lost), Text: text})
	}
	for _, i := range lost {
		f.lose(h.at, i)
	}
}

// plan schedules the failures whose time is known. What was over before the begin does not happen; a zone that is down then is
// down from the begin.
func (f *fleet) plan(begin clock) {
	for n, s := range f.cfg.Failures {
		switch {
		case s.Zone != nil && int64(s.Zone.Begin+s.Zone.Length) > begin:
			f.schedule(happening{at: max(begin, int64(s.Zone.Begin)), class: fails, failure: n})
		case s.Instance != nil && s.Instance.Count > 0 && int64(s.Instance.Begin) >= begin:
			f.schedule(happening{at: int64(s.Instance.Begin), class: fails, failure: n})
		}
	}
}

// mortal draws the end of an instance that has come into service, by launch number.
func (f *fleet) mortal(t clock, i *instance) {
	for n, s := range f.cfg.Failures {
		if s.Instance != nil && s.Instance.MeanTime > 0 {
			life := f.stream("failures", label(s.Instance.Name, n), i.number+i.starts<<40).ExpFloat64() * float64(s.Instance.MeanTime)
			if end := float64(t) + life; end < float64(never/2) {
				f.schedule(happening{at: t + int64(life), class: fails, instance: i})
			}
		}
	}
}

// refused says in which zone a launch goes, or why it is refused.
func (f *fleet) refused(t clock, number int) (zone int, why string) {
	for n, s := range f.cfg.Failures {
		switch l := s.Launch; {
		case l == nil:
		case l.Limit != nil:
			if t >= int64(l.Begin) && t < int64(l.End) && f.alive() >= *l.Limit {
				return 0, fmt.Sprintf("no capacity above %d instances", *l.Limit)
			}
		case l.Refused != nil && f.stream("launch", label(l.Name, n), number).Float64() < float64(*l.Refused):
			return 0, "the launch was refused"
		}
	}
	if zone = f.emptiest(t); zone < 0 {
		for z := range f.zoneSize {
			if t >= f.zoneClosed[z] {
				return 0, noAddress
			}
		}
		return 0, "no zone is open"
	}
	return zone, ""
}

// label names an item of a list for its stream: its name, or else its position.
func label(name string, position int) string {
	if name != "" {
		return name
	}
	return fmt.Sprint(position)
}

func nanos(t clock) time.Duration { return time.Duration(t) }

// calendar is a heap of happenings by (at, class, seq).
type calendar []happening

func (c calendar) Len() int { return len(c) }
func (c calendar) Less(a, b int) bool {
	if c[a].at != c[b].at {
		return c[a].at < c[b].at
	}
	if c[a].class != c[b].class {
		return c[a].class < c[b].class
	}
	return c[a].seq < c[b].seq
}
func (c calendar) Swap(a, b int) { c[a], c[b] = c[b], c[a] }
func (c *calendar) Push(x any)   { *c = append(*c, x.(happening)) }
func (c *calendar) Pop() any {
	old := *c
	h := old[len(old)-1]
	*c = old[:len(old)-1]
	return h
}
