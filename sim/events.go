package sim

import "math/bits"

// event is a departure or a retry that will happen: 16 bytes, no pointer. Ties are broken by the order of scheduling.
type event struct {
	at  clock
	key uint64 // ticket << 32 | number in the pool
}

func newEvent(at clock, ticket, req uint32) event { return event{at, uint64(ticket)<<32 | uint64(req)} }

func (e event) req() uint32    { return uint32(e.key) }
func (e event) ticket() uint32 { return uint32(e.key >> 32) }

// less is 1 if a comes before b, else 0: (at, key) as one number of 128 bits. It has no branch, for which way it goes is chance.
func less(a, b *event) int {
	const sign = 1 << 63
	_, c := bits.Sub64(a.key, b.key, 0)
	_, c = bits.Sub64(uint64(a.at)^sign, uint64(b.at)^sign, c)
	return int(c)
}

// events is a heap of events with four children a node.
type events struct{ heap []event }

// top is the instant of the first event; never if there is none.
func (h *events) top() clock {
	if len(h.heap) == 0 {
		return never
	}
	return h.heap[0].at
}

func (h *events) push(e event) {
	h.heap = append(h.heap, e)
	if n := len(h.heap) - 1; n > 0 {
		h.rise(n, &e)
	}
}

// pop takes the first event; there is one.
func (h *events) pop() event {
	first, n := h.heap[0], len(h.heap)-1
	e := h.heap[n]
	h.heap = h.heap[:n]
	if n > 0 {
		h.fill(&e)
	}
	return first
}

// fill moves the hole at the top down to a leaf, along the first of each node's children, and puts e where it belongs on that way:
// mostly far down, so that it is not compared on the way there.
func (h *events) fill(e *event) {
	s, i, c := h.heap, 0, 1
	for ; c+3 < len(s); c = 4*i + 1 {
		f := s[c : c+4 : c+4]
		a, b := less(&f[1], &f[0]), 2+less(&f[3], &f[2])
		a += (b - a) & -less(&f[b&3], &f[a&3])
		s[i] = f[a&3]
		i = c + a
	}
	if c < len(s) { // the last node's children are fewer than four
		first := c
		for k := c + 1; k < len(s); k++ {
			if less(&s[k], &s[first]) != 0 {
				first = k
			}
		}
		s[i] = s[first]
		i = first
	}
	h.rise(i, e)
}

// rise puts e at i or above.
func (h *events) rise(i int, e *event) {
	s := h.heap
	for i > 0 {
		p := (i - 1) / 4
		if less(e, &s[p]) == 0 {
			break
		}
		s[i] = s[p]
		i = p
	}
	s[i] = *e
}

// deadline is when a client gives up, for an attempt that may be gone by then (its ticket tells).
type deadline struct {
	at     clock
	req    uint32
	ticket uint32
}

// deadlines is a ring of deadlines. Every attempt waits the same time, so they fall due in the order in which they came.
type deadlines struct {
	ring       []deadline
	head, size int
}

// top is the first deadline's instant; never if there is none.
func (d *deadlines) top() clock {
	if d.size == 0 {
		return never
	}
	return d.ring[d.head].at
}

func (d *deadlines) push(x deadline) {
	if d.size == len(d.ring) {
		bigger := make([]deadline, max(64, 2*len(d.ring)))
		for i := range d.size {
			bigger[i] = d.ring[(d.head+i)&(len(d.ring)-1)]
		}
		d.ring, d.head = bigger, 0
	}
	d.ring[(d.head+d.size)&(len(d.ring)-1)] = x
	d.size++
}

func (d *deadlines) pop() deadline {
	x := d.ring[d.head]
	d.head = (d.head + 1) & (len(d.ring) - 1)
	d.size--
	return x
}
