package sim

import "math/bits"

// An agenda is the departures to come. They lie unsorted in buckets of time, and a bucket is sorted when its time comes: a heap of
// what it holds, often one. What is too far ahead for the buckets waits in a heap.
type agenda struct {
	first event  // at is never if there is none
	near  events // what else is in buckets up to open
	open  int64  // number of the bucket opened last
	shift uint   // a bucket is 2^shift ns wide
	heads [agendaSize]uint32
	used  [agendaSize / 64]uint64 // one bit for each bucket that holds something
	held  int                     // in buckets
	nodes []node
	free  uint32
	far   events // agendaSize buckets and more after open
}

const agendaSize = 1 << 12

// node is an event in a bucket; next is the number of another one there, 0: none.
type node struct {
	event
	next uint32
}

var nothing = event{at: never}

// newAgenda is for services of a mean length on about so many slots: its buckets are as wide as the gaps between departures, within
// bounds, so that it reaches at least eight mean services ahead. Whatever comes, only its speed depends on them.
func newAgenda(mean int64, slots int) agenda {
	part := bits.Len(uint(min(max(slots, 16), 511)))
	return agenda{first: nothing, shift: uint(max(0, bits.Len64(uint64(mean))-part)), nodes: make([]node, 1)}
}

// push adds an event, at no time before the last one taken.
func (a *agenda) push(e event) {
	b := e.at >> a.shift
	switch {
	case e.at == never: // does not come
	case a.first.at == never:
		a.first, a.open = e, b
	case b <= a.open:
		a.join(e)
	case b-a.open < agendaSize:
		a.put(b&(agendaSize-1), e)
	default:
		a.far.push(e)
	}
}

// join adds an event of a bucket up to open; there is a first one.
func (a *agenda) join(e event) {
	if less(&e, &a.first) == 0 {
		a.near.push(e)
		return
	}
	a.near.push(a.first)
	a.first = e
}

// put adds an event to a bucket after open.
func (a *agenda) put(b int64, e event) {
	n := a.free
	if n == 0 {
		n = uint32(len(a.nodes))
		a.nodes = append(a.nodes, node{})
	} else {
		a.free = a.nodes[n].next
	}
	a.nodes[n] = node{e, a.heads[b]}
	a.heads[b] = n
	a.used[b>>6] |= 1 << (b & 63)
	a.held++
}

// pop takes the first event; there is one.
func (a *agenda) pop() event {
	e := a.first
	if len(a.near.heap) > 0 {
		a.first = a.near.pop()
	} else {
		a.turn()
	}
	return e
}

// turn opens the next bucket.
func (a *agenda) turn() {
	a.first = nothing
	switch {
	case a.held > 0:
		a.open += a.ahead()
	case len(a.far.heap) > 0:
		a.open = a.far.heap[0].at >> a.shift
	default:
		return
	}
	b := a.open & (agendaSize - 1)
	n := a.heads[b]
	if n != 0 { // mostly it is the only one
		a.first, n = a.unlink(n)
	}
	for n != 0 {
		var e event
		e, n = a.unlink(n)
		a.join(e)
	}
	a.heads[b] = 0
	a.used[b>>6] &^= 1 << (b & 63)
	for len(a.far.heap) > 0 && a.far.heap[0].at>>a.shift-a.open < agendaSize { // no longer far
		a.push(a.far.pop())
	}
}

// unlink frees a node of a bucket, and says which is next.
func (a *agenda) unlink(n uint32) (e event, next uint32) {
	x := &a.nodes[n]
	e, next = x.event, x.next
	x.next, a.free = a.free, n
	a.held--
	return e, next
}

// ahead is how many buckets after open the next one is that holds something.
func (a *agenda) ahead() int64 {
	from := (a.open + 1) & (agendaSize - 1)
	w := from >> 6
	word := a.used[w] &^ (1<<(from&63) - 1)
	for word == 0 {
		w = (w + 1) & (agendaSize/64 - 1)
		word = a.used[w]
	}
	b := w<<6 + int64(bits.TrailingZeros64(word))
	return (b-from)&(agendaSize-1) + 1
}
