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

// request is one request that is alive, or the abandoned service of one.
type request struct {
	born     clock // first arrival
	came     clock // arrival of this attempt
	began    clock // start of service
	gaveUp   clock // when its client gave up, of an abandoned one
	work     int64 // drawn service time of this attempt
	number   uint64
	instance *instance
	next     uint32 // in its queue; 0: none
	prev     uint32
	slot     uint32 // position among the slots of its instance
	seq      uint32 // of its departure
	gen      uint32 // a deadline of an older generation is void
	try      int
	state    phase
}

// pool keeps the requests alive; memory grows with those at once, never with those ever. Number 0 is nobody.
type pool struct {
	all  []request
	free []uint32
}

// take gives a request that is not used.
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
	p.renew(r)
	p.free = append(p.free, r)
}

// renew makes what was planned for a request void: its deadline (by its generation) and its departure
// (by its phase; a next one has a new number).
func (p *pool) renew(r uint32) {
	q := &p.all[r]
	*q = request{born: q.born, work: q.work, number: q.number, try: q.try, gen: q.gen + 1}
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
