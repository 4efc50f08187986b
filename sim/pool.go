package sim

// phase is where a request is.
type phase uint8

const (
	unused phase = iota
	waiting
	inService
	abandoned // its slot works on, nobody waits for it
	backoff
)

// request is one request that is alive, or the abandoned service of one: 64 bytes, a line of the cache.
type request struct {
	born     clock // first arrival
	came     clock // arrival of this attempt
	since    clock // start of service; of an abandoned one, when its client gave up
	work     int64 // drawn service time of this attempt
	number   uint64
	instance *instance
	next     uint32 // in its queue; 0: none
	prev     uint32
	ticket   uint32 // of this attempt: its departure and its deadline carry it, and are void with another one
	try      uint8
	state    phase
}

// pool keeps the requests alive; memory grows with those at once, never with those ever. Number 0 is nobody.
type pool struct {
	all  []request
	free []uint32
}

// take gives a request that is not used; all that matters of it is set by whoever takes it.
func (p *pool) take() uint32 {
	if n := len(p.free); n > 0 {
		r := p.free[n-1]
		p.free = p.free[:n-1]
		return r
	}
	if len(p.all) == 0 {
		p.all = append(p.all, request{})
	}
	p.all = append(p.all, request{})
	return uint32(len(p.all) - 1)
}

// give ends a request.
func (p *pool) give(r uint32) {
	p.all[r].state = unused
	p.free = append(p.free, r)
}

// fifo is a queue of requests, linked through them.
type fifo struct {
	head, tail uint32
	size       int
}

func (f *fifo) push(p *pool, r uint32) {
	q := &p.all[r]
	q.next, q.prev = 0, f.tail
	if f.tail != 0 {
		p.all[f.tail].next = r
	} else {
		f.head = r
	}
	f.tail = r
	f.size++
}

func (f *fifo) pop(p *pool) uint32 {
	r := f.head
	f.remove(p, r)
	return r
}

func (f *fifo) remove(p *pool, r uint32) {
	q := &p.all[r]
	if q.prev != 0 {
		p.all[q.prev].next = q.next
	} else {
		f.head = q.next
	}
	if q.next != 0 {
		p.all[q.next].prev = q.prev
	} else {
		f.tail = q.prev
	}
	q.next, q.prev = 0, 0
	f.size--
}
