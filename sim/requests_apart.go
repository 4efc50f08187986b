package sim

import (
	"cmp"
	"slices"
)

// Where the balancer does not look at instances and each has its own queue, instances live apart: between two attempts that
// come to it nothing else concerns an instance, so its departures are in a short list of its own and are lived when somebody
// looks, in their order and at their own instants. All that is counted of them is a sum, so it does not matter when it is
// added up. The world's list of events then holds the departures of draining instances alone.

// apart says whether instances of this service live apart.
func apart(s *Service) bool {
	return s.Queue.Shared == nil && (s.Balancer == "random" || s.Balancer == "round-robin")
}

// meet lives an instance that lives apart up to t, with all that happens to it at t but attempts and timeouts.
func (e *requests) meet(t clock, i *instance) {
	for i.departures.top() <= t {
		e.depart(i.departures.pop())
	}
}

// meetAll is everybody's life before the instant that the world has come to.
func (e *requests) meetAll() {
	if e.apart {
		for _, i := range e.crowd.order {
			e.meet(e.lived-1, i)
		}
	}
}

// part is the end of an instance's life apart: from now on its departures are the world's.
func (e *requests) part(i *instance) {
	e.meet(e.lived-1, i)
	for _, v := range i.departures.heap {
		e.departures.push(v)
	}
	i.departures = events{}
}

// heldBy is the attempts in the slots of an instance, by the order in which they came.
func (e *requests) heldBy(i *instance) (all []uint32) {
	for r := range e.pool.all {
		if q := &e.pool.all[r]; q.instance == i && (q.state == inService || q.state == abandoned) {
			all = append(all, uint32(r))
		}
	}
	slices.SortFunc(all, func(a, b uint32) int {
		return cmp.Compare(int32(e.pool.all[a].ticket-e.pool.all[b].ticket), 0)
	})
	return all
}
