package kernel

import (
	"math"
	"math/bits"
)

// wheel is a list of events in buckets of 0.26 ms that cover 2.1 s from the last one taken; the few beyond are in a heap.
type wheel struct {
	head  [wheelSize]uint32 // first event of a bucket, in order; 0: none
	used  [wheelSize / 64]uint64
	nodes []node
	free  uint32
	far   heap  // at, and in born: who
	base  int64 // number of the bucket that was looked at last
	first int64 // instant of the first event
	size  int
}

type node struct {
	at        int64
	who, next uint32
}

const (
	wheelBits = 18
	wheelSize = 1 << 13
	never     = math.MaxInt64
)

func newWheel() *wheel { return &wheel{nodes: make([]node, 1, 1024), first: never} }

func (w *wheel) push(at int64, who uint32) {
	w.first = min(w.first, at)
	if at>>wheelBits-w.base >= wheelSize {
		w.far.push(departure{at, int64(who)})
		return
	}
	w.put(at, who)
}

func (w *wheel) put(at int64, who uint32) {
	n := w.free
	if n != 0 {
		w.free = w.nodes[n].next
	} else {
		n = uint32(len(w.nodes))
		w.nodes = append(w.nodes, node{})
	}
	b := at >> wheelBits & (wheelSize - 1)
	p := &w.head[b]
	for *p != 0 && w.nodes[*p].at <= at {
		p = &w.nodes[*p].next
	}
	w.nodes[n] = node{at, who, *p}
	*p = n
	w.used[b>>6] |= 1 << (b & 63)
	w.size++
}

// pop takes the first event.
func (w *wheel) pop() (at int64, who uint32) {
	if w.size == 0 {
		w.turn(w.far.s[0].at)
	}
	b := w.next()
	n := w.head[b]
	at, who = w.nodes[n].at, w.nodes[n].who
	w.head[b] = w.nodes[n].next
	w.nodes[n].next = w.free
	w.free = n
	w.size--
	if w.head[b] == 0 {
		w.used[b>>6] &^= 1 << (b & 63)
	}
	w.turn(at)
	switch {
	case w.size > 0:
		w.first = w.nodes[w.head[w.next()]].at
	case len(w.far.s) > 0:
		w.first = w.far.s[0].at
	default:
		w.first = never
	}
	return at, who
}

// turn moves the wheel on to an instant; what is no longer far comes into its bucket.
func (w *wheel) turn(now int64) {
	w.base = now >> wheelBits
	for len(w.far.s) > 0 && w.far.s[0].at>>wheelBits-w.base < wheelSize {
		e := w.far.s[0]
		w.far.pop()
		w.put(e.at, uint32(e.born))
	}
}

// next is the first bucket in use from base on.
func (w *wheel) next() int64 {
	b := w.base & (wheelSize - 1)
	k := b >> 6
	word := w.used[k] &^ (1<<(b&63) - 1)
	for word == 0 {
		k = (k + 1) & (wheelSize/64 - 1)
		word = w.used[k]
	}
	return k<<6 + int64(bits.TrailingZeros64(word))
}
