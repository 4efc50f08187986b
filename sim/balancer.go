package sim

import (
	"math/bits"
	"slices"
)

// A crowd is the instances in service by the number of attempts each holds (waiting + slots busy, abandoned ones included):
// one bit set for each number, so that the least loaded is found without looking at all of them. An instance stands at a
// place of its own while it is in service.
type crowd struct {
	at     []*instance // by place; nil: free
	free   []int       // free places
	levels []level     // by attempts held
	spare  [][]uint64
	least  int  // no instance holds fewer
	slots  int  // of an instance
	unseen bool // the balancer does not look at what they hold: there are no levels
	ages   bool // places are in the order of launch numbers, so that the first of a level is its oldest
	size   int
	order  []*instance // in service, by launch number
	next   int         // round robin: index in order of the next one
	last   int         // round robin: launch number that came last
}

// level is the places of the instances that hold the same number of attempts.
type level struct {
	set []uint64
	n   int
}

func newCrowd(slots int) crowd { return crowd{last: -1, slots: slots} }

// join puts an instance among those in service; it may hold something already (never today).
func (c *crowd) join(i *instance) {
	k, _ := slices.BinarySearchFunc(c.order, i.number, byNumber)
	c.order = slices.Insert(c.order, k, i)
	c.size++
	c.reorder()
	if c.ages && (k < c.size-1 || len(c.at) > 2*c.size+64) {
		c.line()
		return
	}
	if c.ages || len(c.free) == 0 {
		c.free = append(c.free, len(c.at))
		c.at = append(c.at, nil)
	}
	i.place = c.free[len(c.free)-1]
	c.free = c.free[:len(c.free)-1]
	c.at[i.place] = i
	c.put(i.place, i.held)
}

// line gives all a place anew, by launch number.
func (c *crowd) line() {
	for k := range c.levels {
		clear(c.levels[k].set)
		c.levels[k].n = 0
	}
	c.at, c.free = append(c.at[:0], c.order...), c.free[:0]
	c.least = anyone
	for k, i := range c.at {
		i.place = k
		c.put(k, i.held)
	}
}

// leave takes an instance out of those in service.
func (c *crowd) leave(i *instance) {
	c.take(i.place, i.held)
	c.at[i.place] = nil
	c.free = append(c.free, i.place)
	c.order = without(c.order, i)
	c.size--
	i.place = -1
	c.reorder()
}

// reorder finds round robin's next one again after the crowd has changed.
func (c *crowd) reorder() {
	c.next, _ = slices.BinarySearchFunc(c.order, c.last+1, byNumber)
	if c.next >= len(c.order) {
		c.next = 0
	}
}

// moved tells that an instance in service holds d more.
func (c *crowd) moved(i *instance, d int) {
	from, to := i.held, i.held+d
	if i.held = to; c.unseen {
		return
	}
	w, bit := i.place>>6, uint64(1)<<(i.place&63)
	if to >= len(c.levels) || w >= len(c.levels[to].set) {
		c.widen(to, w)
	}
	more, less := &c.levels[to], &c.levels[from]
	more.set[w] |= bit
	more.n++
	less.set[w] &^= bit
	less.n--
	if c.least = min(c.least, to); less.n == 0 {
		c.emptied(from)
	}
}

func (c *crowd) put(place, held int) {
	if c.unseen {
		return
	}
	c.widen(held, place>>6)
	l := &c.levels[held]
	l.set[place>>6] |= 1 << (place & 63)
	l.n++
	c.least = min(c.least, held)
}

func (c *crowd) take(place, held int) {
	if c.unseen {
		return
	}
	l := &c.levels[held]
	l.set[place>>6] &^= 1 << (place & 63)
	if l.n--; l.n == 0 {
		c.emptied(held)
	}
}

// widen makes room for a level and for word w of its set.
func (c *crowd) widen(held, w int) {
	for len(c.levels) <= held {
		c.levels = append(c.levels, level{})
	}
	if l := &c.levels[held]; len(l.set) <= w {
		l.set = c.grow(l.set, w+1)
	}
}

// emptied tells that no instance is at a level any more.
func (c *crowd) emptied(held int) {
	if l := &c.levels[held]; held > 64 { // deep levels are rare: their memory serves others
		c.spare = append(c.spare, l.set)
		l.set = nil
	}
	for held == c.least && c.least < len(c.levels) && c.levels[c.least].n == 0 {
		c.least++
		held++
	}
}

// grow makes a set long enough, from spare memory where there is some.
func (c *crowd) grow(set []uint64, n int) []uint64 {
	if set == nil && len(c.spare) > 0 {
		set = c.spare[len(c.spare)-1]
		c.spare = c.spare[:len(c.spare)-1]
	}
	for len(set) < n {
		set = append(set, 0)
	}
	return set
}

// pick is the r-th of the instances at a level, by place.
func (l *level) pick(r int) int {
	for w, word := range l.set {
		if n := bits.OnesCount64(word); r >= n {
			r -= n
			continue
		}
		return w<<6 + nth(word, r)
	}
	return -1
}

// nth is the place of the r-th bit of a word, without a branch: which it is, is chance.
func nth(word uint64, r int) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	s := word - word>>1&0x5555555555555555
	s = s&0x3333333333333333 + s>>2&0x3333333333333333
	s = (s + s>>4) & 0x0f0f0f0f0f0f0f0f * ones                // byte k: the bits in bytes up to k
	k := bits.OnesCount64(((uint64(r)*ones|tops)-s)&tops) * 8 // bytes before the one that holds it
	r -= int(s << 8 >> k & 0xff)
	return k + int(nths[word>>k&0xff][r&7])
}

// nths are the places of the bits of a byte.
var nths = func() (t [256][8]uint8) {
	for b := range t {
		for k, r := 0, 0; k < 8; k++ {
			if b>>k&1 == 1 {
				t[b][r] = uint8(k)
				r++
			}
		}
	}
	return t
}()

// below is how many instances hold fewer than n.
func (c *crowd) below(n int) int {
	sum := 0
	for k := 0; k < min(n, len(c.levels)); k++ {
		sum += c.levels[k].n
	}
	return sum
}

// nth is the r-th of the instances, by what they hold and by place.
func (c *crowd) nth(r int) *instance {
	for k := range c.levels {
		if n := c.levels[k].n; r >= n {
			r -= n
			continue
		}
		return c.at[c.levels[k].pick(r)]
	}
	return nil
}

// uniform is a number in [0, n) from 32 bits of chance.
func uniform(bits32 uint64, n int) int { return int(bits32 & 0xffffffff * uint64(n) >> 32) }

// A balancer chooses an instance for an attempt among those in service that hold fewer than limit; nil if there is none.
// word is the attempt's own chance, 64 bits.
type balancer interface {
	choose(c *crowd, limit int, word uint64) *instance
}

// anyone is the limit of those who may hold any number.
const anyone = int(^uint(0) >> 1)

func newBalancer(name string) balancer {
	switch name {
	case "random":
		return random{}
	case "round-robin":
		return roundRobin{}
	case "two-choices":
		return twoChoices{}
	case "fullest":
		return fullest{}
	default:
		return leastOutstanding{}
	}
}

type random struct{}

func (random) choose(c *crowd, limit int, word uint64) *instance {
	if limit == anyone {
		if c.size == 0 {
			return nil
		}
		return c.order[uniform(word, c.size)]
	}
	n := c.below(limit)
	if n == 0 {
		return nil
	}
	return c.nth(uniform(word, n))
}

// roundRobin goes by launch number and skips no full queue.
type roundRobin struct{}

func (roundRobin) choose(c *crowd, limit int, _ uint64) *instance {
	for range c.size {
		i := c.order[c.next]
		c.last = i.number
		c.next++
		if c.next == len(c.order) {
			c.next = 0
		}
		if i.held < limit {
			return i
		}
	}
	return nil
}

type leastOutstanding struct{}

func (leastOutstanding) choose(c *crowd, limit int, word uint64) *instance {
	if c.size == 0 || c.least >= limit {
		return nil
	}
	l := &c.levels[c.least]
	return c.at[l.pick(uniform(word, l.n))]
}

// fullest takes of those with a free slot one that holds most; where no slot is free, one that holds least: the oldest of them, so
// that the others come empty.
type fullest struct{}

func (fullest) choose(c *crowd, limit int, _ uint64) *instance {
	for k := min(c.slots, limit, len(c.levels)) - 1; k >= 0; k-- {
		if l := &c.levels[k]; l.n > 0 {
			return c.at[l.pick(0)]
		}
	}
	return leastOutstanding{}.choose(c, limit, 0)
}

// twoChoices draws two distinct ones and takes the one that holds less (Mitzenmacher 1996).
type twoChoices struct{}

func (twoChoices) choose(c *crowd, limit int, word uint64) *instance {
	n := c.size
	if limit != anyone {
		n = c.below(limit)
	}
	if n == 0 {
		return nil
	}
	at := func(k int) *instance {
		if limit == anyone {
			return c.order[k]
		}
		return c.nth(k)
	}
	// 31 bits for the first, 32 for the second, one for a tie: uniform to 2⁻³¹ of the fleet's size
	one := uniform(word>>32&^1, n)
	a := at(one)
	if n == 1 {
		return a
	}
	two := uniform(word, n-1)
	if two >= one {
		two++
	}
	b := at(two)
	if b.held < a.held || b.held == a.held && word>>32&1 == 1 {
		return b
	}
	return a
}
