package sim

// event is a departure or a retry that will happen: 16 bytes, no pointer. Ties are broken by the order of scheduling.
type event struct {
	at  clock
	seq uint32
	req uint32
}

// before orders events by (at, seq); sequence numbers wrap around, and those pending at one time are close to each other.
func (e event) before(o event) bool { return e.at < o.at || e.at == o.at && int32(e.seq-o.seq) < 0 }

// events is a heap of events with four children a node.
type events []event

// top is the instant of the first event; never if there is none.
func (h events) top() clock {
	if len(h) == 0 {
		return never
	}
	return h[0].at
}

func (h *events) push(e event) {
	s := append(*h, e)
	*h = s
	i := len(s) - 1
	for i > 0 {
		p := (i - 1) / 4
		if !e.before(s[p]) {
			break
		}
		s[i] = s[p]
		i = p
	}
	s[i] = e
}

func (h *events) pop() event {
	s := *h
	first := s[0]
	n := len(s) - 1
	e := s[n]
	s = s[:n]
	*h = s
	if n > 0 {
		s.sink(e)
	}
	return first
}

// sink puts e where the top was and restores the order.
func (h events) sink(e event) {
	i, n := 0, len(h)
	for {
		c := 4*i + 1
		if c >= n {
			break
		}
		best := c
		for k := c + 1; k < min(c+4, n); k++ {
			if h[k].before(h[best]) {
				best = k
			}
		}
		if !h[best].before(e) {
			break
		}
		h[i] = h[best]
		i = best
	}
	h[i] = e
}

// deadline is when a client gives up, for an attempt that may be gone by then (its generation tells).
type deadline struct {
	at  clock
	req uint32
	gen uint32
}

// deadlines is a ring of deadlines. Every attempt waits the same time, so they fall due in the order in which they came.
type deadlines struct {
	ring       []deadline
	head, size int
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

func (d *deadlines) first() *deadline { return &d.ring[d.head] }

func (d *deadlines) drop() {
	d.head = (d.head + 1) & (len(d.ring) - 1)
	d.size--
}
