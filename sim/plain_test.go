package sim

import (
	"container/heap"
	"testing"
	"time"

	"headroom/chance"
	"headroom/policy"
)

// The same worlds a second time, as the plainest event loop: a heap of closures, a list of servers, a queue. It shares the
// draws with the engine and nothing else, and must agree with it request by request.
type plain struct {
	events  closures
	seq     int
	servers []*plainServer // in service, by number
	queue   []int
	arrived []int64
	work    []int64
	begun   []int64
	done    []int64
	last    int // round robin
	numbers int
	inside  int
}

type plainServer struct {
	number        int
	busy, leaving bool
}

type closure struct {
	at       int64
	rank     int // capacity, departures, arrivals, decisions
	seq      int
	happened func(t int64)
}

type closures []closure

func (c closures) Len() int { return len(c) }
func (c closures) Less(i, j int) bool {
	a, b := c[i], c[j]
	return a.at < b.at || a.at == b.at && (a.rank < b.rank || a.rank == b.rank && a.seq < b.seq)
}
func (c closures) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *closures) Push(x any)   { *c = append(*c, x.(closure)) }
func (c *closures) Pop() any     { old := *c; x := old[len(old)-1]; *c = old[:len(old)-1]; return x }

func (p *plain) at(t int64, rank int, f func(int64)) {
	p.seq++
	heap.Push(&p.events, closure{t, rank, p.seq, f})
}

func (p *plain) run(until int64) {
	for p.events.Len() > 0 && p.events[0].at < until {
		e := heap.Pop(&p.events).(closure)
		e.happened(e.at)
	}
}

// join brings a new server into service after a start-up.
func (p *plain) join(t, startUp int64) {
	s := &plainServer{number: p.numbers}
	p.numbers++
	p.at(t+startUp, 0, func(t int64) {
		k := 0
		for k < len(p.servers) && p.servers[k].number < s.number {
			k++
		}
		p.servers = append(p.servers[:k], append([]*plainServer{s}, p.servers[k:]...)...)
		p.next(t, s)
	})
}

// remove takes the newest server out; it serves out what it has.
func (p *plain) remove() {
	s := p.servers[len(p.servers)-1]
	p.servers, s.leaving = p.servers[:len(p.servers)-1], true
}

func (p *plain) arrive(t int64, r int) {
	p.inside++
	for pass := range 2 { // round robin: those after the last one first
		for _, s := range p.servers {
			if (s.number > p.last) == (pass == 0) && !s.busy {
				p.last = s.number
				p.start(t, s, r)
				return
			}
		}
	}
	p.queue = append(p.queue, r)
}

func (p *plain) start(t int64, s *plainServer, r int) {
	s.busy = true
	p.begun[r] = t
	p.at(t+p.work[r], 1, func(t int64) {
		s.busy = false
		p.done[r] = t
		p.inside--
		p.next(t, s)
	})
}

func (p *plain) next(t int64, s *plainServer) {
	if !s.leaving && len(p.queue) > 0 {
		r := p.queue[0]
		p.queue = p.queue[1:]
		p.start(t, s, r)
	}
}

// plainOf is the plain world of a configuration: its arrivals and services drawn as the engine draws them.
func plainOf(c *Config, n int) *plain {
	p := &plain{last: -1}
	arrivals, law, draws := c.Traffic.Arrivals(c.Source, 0, c.Length), c.Service.Time.Law(), c.Source.Stream("service", "", 0)
	for t := int64(arrivals.Next()); t < int64(c.Length); t = int64(arrivals.Next()) {
		r := len(p.arrived)
		p.arrived = append(p.arrived, t)
		p.work = append(p.work, int64(law.Draw(draws)))
		p.at(t, 2, func(t int64) { p.arrive(t, r) })
	}
	p.begun, p.done = make([]int64, len(p.arrived)), make([]int64, len(p.arrived))
	for range n {
		p.join(0, 0)
	}
	return p
}

// agrees runs the engine and compares every request that was served within the run.
func agrees(t *testing.T, c Config, p *plain, engine *requests) {
	t.Helper()
	served := 0
	engine.witness = func(number uint64, born, began, done clock) {
		served++
		if p.arrived[number] != born || p.begun[number] != began || p.done[number] != done {
			t.Fatalf("request %d: engine %d %d %d, plainly %d %d %d", number, born, began, done, p.arrived[number], p.begun[number], p.done[number])
		}
	}
	t.Cleanup(func() {
		want := 0
		for _, d := range p.done {
			if d > 0 && d < int64(c.Length) {
				want++
			}
		}
		if served != want || want == 0 {
			t.Errorf("%d served, plainly %d", served, want)
		}
	})
}

// all lives a whole world.
func (w *world) all() {
	for t := int64(0); t < int64(w.cfg.Length); t += int64(w.cfg.Step) {
		w.step(t, t+int64(w.cfg.Step))
	}
}

func roundRobinShared(c *Config) {
	sharedQueue(Unlimited)(c)
	c.Service.Balancer = "round-robin"
}

func TestPlainMMc(t *testing.T) {
	c := small(poisson(9), 2*time.Hour, 0, roundRobinShared, instances(10), exponentially(time.Second))
	p := plainOf(&c, 10)
	p.run(int64(c.Length))
	w := newWorld(t.Context(), &c)
	agrees(t, c, p, w.service.(*requests))
	w.all()
}

// The flash crowd: load above capacity from two minutes on, twice the servers from four.
func TestPlainFlashCrowd(t *testing.T) {
	base, crowd := firstAtRate(7, 0, 2*time.Minute), firstAtRate(15, 2*time.Minute, 10*time.Minute)
	c := small(append(base, crowd...), 10*time.Minute, 0, roundRobinShared, instances(10), exponentially(time.Second), plan(want{4 * time.Minute, 20}))
	p := plainOf(&c, 10)
	p.at(int64(4*time.Minute), 3, func(t int64) {
		for range 10 {
			p.join(t, 0)
		}
	})
	p.run(int64(c.Length))
	w := newWorld(t.Context(), &c)
	agrees(t, c, p, w.service.(*requests))
	w.all()
}

// firstAtRate is a Poisson demand of a rate in [from, to).
func firstAtRate(rate float64, from, to time.Duration) (d instants) {
	r := chance.Source{Seed: 5}.Stream("crowd", "", uint64(from))
	for t := float64(from); ; {
		t += r.ExpFloat64() / rate * 1e9
		if time.Duration(t) >= to {
			return d
		}
		d = append(d, time.Duration(t))
	}
}

// hysteresis launches one when there are 2c requests inside, and removes one when there are c/2, one change at a time; it looks
// each second. c is 4 to 12.
type hysteresis struct {
	script
	inside func() int64
	ready  func() bool
}

func (h *hysteresis) Next(now time.Duration) time.Duration { return now + time.Second }
func (h *hysteresis) Decide(o policy.Observation) policy.Decision {
	d := policy.Decision{Want: o.Fleet.Desired}
	if h.ready() {
		d.Want += direction(h.inside(), int64(o.Fleet.Desired))
	}
	return d
}

func direction(inside, c int64) int {
	switch {
	case inside >= 2*c && c < 12:
		return 1
	case inside <= c/2 && c > 4:
		return -1
	}
	return 0
}

func TestPlainHysteresis(t *testing.T) {
	scaler := &hysteresis{}
	warm := chance.Distribution{Exponential: &chance.Exponential{Mean: 20 * time.Second}}
	c := small(poisson(6), 3*time.Hour, 0, roundRobinShared, instances(4), exponentially(time.Second), func(c *Config) {
		c.Fleet.StartUp.Provision = warm
		c.Scaler = func() policy.Scaler { return scaler }
	})
	w := newWorld(t.Context(), &c)
	engine := w.service.(*requests)
	scaler.inside = func() int64 { return engine.alive.n }
	scaler.ready = func() bool { return len(w.fleet.starting) == 0 }

	p := plainOf(&c, 4)
	pending := false
	var look func(t int64)
	look = func(t int64) {
		if n := int64(len(p.servers)); !pending {
			switch direction(int64(p.inside), n) {
			case 1:
				pending = true
				start := int64(warm.Law().Draw(c.Source.Stream("start-up", "provision", uint64(p.numbers))))
				p.join(t, start)
				p.at(t+start, 0, func(int64) { pending = false })
			case -1:
				p.remove()
			}
		}
		p.at(t+1e9, 3, look)
	}
	p.at(0, 3, look)
	p.run(int64(c.Length))
	agrees(t, c, p, engine)
	w.all()
	if w.fleet.launches < 20 {
		t.Errorf("only %d launches: the loop does not move", w.fleet.launches)
	}
}
