package kernel

import (
	"math"
	"math/bits"
)

// The autoscaled fleet: instances of four slots with own first-come queues behind least outstanding, lognormal services of mean
// 0.25 s and variation 1, Poisson arrivals at a daily wave, held for each second; every minute ceil(ready × utilisation ÷ 0.7)
// instances in 2…200; 120 s until a new one is ready, removed ones drain.
const (
	fleetSlots  = 4
	fleetStart  = 90
	fleetMost   = 200
	fleetTarget = 0.7
	tick        = int64(60e9)
	warmUp      = 2 // ticks
	places      = 256
)

// WaveRate is the rate at a second, in requests a second.
func WaveRate(second int) float64 {
	return 1000 * (1 + 0.8*math.Sin(2*math.Pi*float64(second)/86400))
}

type host struct {
	held, busy int32
	head, tail uint32
	gone       bool // draining
}

type live struct {
	born, work int64
	next       uint32
	at         uint8 // place of its instance
}

type fleet struct {
	hosts  [places]host
	levels [][places / 64]uint64 // ready instances by what they hold
	least  int
	spare  []int // places
	order  []int // ready instances, oldest first
	all    []live
	free   []uint32
	wheel  *wheel

	starting [warmUp]int // ordered at the last ticks
	busy     int64       // slots busy on ready instances
	area     int64       // −Σ instants of change × change
	launched int
}

// Fleet lives some seconds of the autoscaled fleet by a general event list.
func Fleet(seed uint64, seconds int) Result {
	f := &fleet{levels: make([][places / 64]uint64, 64), all: make([]live, 1), wheel: newWheel()}
	for p := places - 1; p >= 0; p-- {
		f.spare = append(f.spare, p)
	}
	f.launch(fleetStart)
	gaps, services := newDice(seed), newDice(^seed)
	sigma := math.Sqrt(math.Ln2)
	median := 0.25e9 * math.Exp(-sigma*sigma/2)
	var latency histogram[uint32]
	count := int64(0)
	second, rate := 0, WaveRate(0)
	arrival, end, next, last := int64(0), int64(seconds)*1e9, tick, int64(0)
	draw := func(now int64) int64 {
		need := gaps.exponential() * 1e9
		for {
			edge := int64(second+1) * 1e9
			if room := float64(edge-now) * rate; need >= room {
				need -= room
				now = edge
				second++
				rate = WaveRate(second)
				continue
			}
			return now + int64(need/rate)
		}
	}
	arrival = draw(0)
	for {
		now := min(arrival, f.wheel.first, next)
		switch {
		case now >= end:
			return Result{Requests: count, P50: latency.quantile(.5), P99: latency.quantile(.99), Launched: f.launched}
		case now == f.wheel.first:
			at, r := f.wheel.pop()
			latency.counts[bucket(at-f.all[r].born)]++
			f.depart(at, r)
		case now == arrival:
			count++
			f.arrive(now, int64(median*exp(sigma*services.normal())))
			arrival = draw(now)
		default:
			busy := f.busy*now + f.area
			f.decide(now, float64(busy-last)/float64(tick))
			last = f.busy*now + f.area
			next += tick
		}
	}
}

func (f *fleet) arrive(now, work int64) {
	var r uint32
	if n := len(f.free); n > 0 {
		r, f.free = f.free[n-1], f.free[:n-1]
	} else {
		r = uint32(len(f.all))
		f.all = append(f.all, live{})
	}
	p := f.pick()
	h := &f.hosts[p]
	f.all[r] = live{now, work, 0, uint8(p)}
	f.move(p, h.held, h.held+1)
	h.held++
	if h.busy < fleetSlots {
		h.busy++
		f.change(now, 1)
		f.wheel.push(now+work, r)
		return
	}
	if h.tail == 0 {
		h.head = r
	} else {
		f.all[h.tail].next = r
	}
	h.tail = r
}

func (f *fleet) depart(now int64, r uint32) {
	p := int(f.all[r].at)
	h := &f.hosts[p]
	f.free = append(f.free, r)
	if !h.gone {
		f.move(p, h.held, h.held-1)
	}
	h.held--
	if q := h.head; q != 0 {
		if h.head = f.all[q].next; h.head == 0 {
			h.tail = 0
		}
		f.wheel.push(now+f.all[q].work, q)
		return
	}
	h.busy--
	if !h.gone {
		f.change(now, -1)
	} else if h.busy == 0 {
		f.spare = append(f.spare, p)
	}
}

func (f *fleet) change(now, d int64) {
	f.busy += d
	f.area -= d * now
}

// pick is a ready instance that holds least.
func (f *fleet) pick() int {
	for w, word := range &f.levels[f.least] {
		if word != 0 {
			return w<<6 + bits.TrailingZeros64(word)
		}
	}
	return -1
}

func (f *fleet) move(p int, from, to int32) {
	f.take(p, from)
	f.put(p, to)
	for f.levels[f.least] == [places / 64]uint64{} {
		f.least++
	}
}

func (f *fleet) put(p int, held int32) {
	for int(held) >= len(f.levels) {
		f.levels = append(f.levels, [places / 64]uint64{})
	}
	f.levels[held][p>>6] |= 1 << (p & 63)
	f.least = min(f.least, int(held))
}

func (f *fleet) take(p int, held int32) { f.levels[held][p>>6] &^= 1 << (p & 63) }

// decide is the minute's decision; busy is the mean number of busy slots.
func (f *fleet) decide(now int64, busy float64) {
	ready := len(f.order)
	want := min(max(int(math.Ceil(busy/fleetSlots/fleetTarget)), 2), fleetMost)
	coming := f.starting[0] + f.starting[1]
	f.launch(f.starting[0]) // those ordered two ticks ago
	f.starting[0], f.starting[1] = f.starting[1], max(0, want-ready-coming)
	if less := ready + coming - want; less > 0 {
		cancel := min(less, f.starting[0])
		f.starting[0] -= cancel
		for range less - cancel {
			f.drain(now)
		}
	}
}

func (f *fleet) launch(n int) {
	f.launched += n
	for range n {
		last := len(f.spare) - 1
		p := f.spare[last]
		f.spare = f.spare[:last]
		f.hosts[p] = host{}
		f.order = append(f.order, p)
		f.put(p, 0)
	}
}

// drain removes the newest.
func (f *fleet) drain(now int64) {
	p := f.order[len(f.order)-1]
	f.order = f.order[:len(f.order)-1]
	h := &f.hosts[p]
	f.take(p, h.held)
	for f.levels[f.least] == [places / 64]uint64{} {
		f.least++
	}
	h.gone = true
	f.change(now, -int64(h.busy))
	if h.busy == 0 {
		f.spare = append(f.spare, p)
	}
}
