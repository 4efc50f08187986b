package sim

// A backlog is a first-come queue of a fluid: slabs of requests that arrived evenly over an interval, oldest first. Who waits
// how long is known when service begins, whatever becomes of capacity meanwhile. Seconds since clock.start.
type backlog struct {
	slabs []slab
	head  int
	total float64
}

type slab struct{ from, to, amount float64 }

// mostSlabs bounds the memory of a backlog: beyond it neighbours are joined.
const mostSlabs = 512

// push lets an amount that arrived in [from, to) stand at the end.
func (b *backlog) push(from, to, amount float64) {
	if amount <= 0 {
		return
	}
	b.total += amount
	if n := len(b.slabs); n > b.head {
		// as dense as the last one and next to it: one slab
		if s := &b.slabs[n-1]; s.to == from && s.to > s.from && to > from {
			if a, c := s.amount*(to-from), amount*(s.to-s.from); a-c < 1e-9*a && c-a < 1e-9*a {
				s.to, s.amount = to, s.amount+amount
				return
			}
		}
	}
	if len(b.slabs)-b.head >= mostSlabs {
		b.join()
	}
	b.slabs = append(b.slabs, slab{from, to, amount})
}

// join makes one slab of every two.
func (b *backlog) join() {
	n := 0
	for i := b.head; i < len(b.slabs); i += 2 {
		s := b.slabs[i]
		if i+1 < len(b.slabs) {
			s.to, s.amount = b.slabs[i+1].to, s.amount+b.slabs[i+1].amount
		}
		b.slabs[n] = s
		n++
	}
	b.slabs, b.head = b.slabs[:n], 0
}

// take removes up to amount from the oldest slab and says when that arrived.
func (b *backlog) take(amount float64) (from, to, taken float64) {
	if b.head >= len(b.slabs) {
		b.clear()
		return 0, 0, 0
	}
	s := &b.slabs[b.head]
	from = s.from
	if amount >= s.amount {
		to, taken = s.to, s.amount
		b.head++
		b.total -= taken
		if b.head >= len(b.slabs) {
			b.clear()
		} else if b.head > mostSlabs {
			b.slabs = b.slabs[:copy(b.slabs, b.slabs[b.head:])]
			b.head = 0
		}
		return from, to, taken
	}
	to = s.from + (s.to-s.from)*amount/s.amount
	s.from, s.amount = to, s.amount-amount
	b.total -= amount
	return from, to, amount
}

// olderThan removes what arrived before an instant.
func (b *backlog) olderThan(t float64) (gone float64) {
	for b.head < len(b.slabs) {
		s := &b.slabs[b.head]
		if s.from >= t {
			break
		}
		if s.to > t { // only a part of it: the rest came later
			_, _, taken := b.take(s.amount * (t - s.from) / (s.to - s.from))
			return gone + taken
		}
		_, _, taken := b.take(s.amount)
		gone += taken
	}
	return gone
}

// scale multiplies all of it.
func (b *backlog) scale(by float64) {
	if by <= 0 {
		b.clear()
		return
	}
	for i := b.head; i < len(b.slabs); i++ {
		b.slabs[i].amount *= by
	}
	b.total *= by
}

// age is how long those in it have waited at t on average.
func (b *backlog) age(t float64) float64 {
	sum, amount := 0.0, 0.0
	for _, s := range b.slabs[b.head:] {
		sum += s.amount * (t - (s.from+s.to)/2)
		amount += s.amount
	}
	if amount == 0 {
		return 0
	}
	return sum / amount
}

func (b *backlog) clear() { b.slabs, b.head, b.total = b.slabs[:0], 0, 0 }
