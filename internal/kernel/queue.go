package kernel

// M/M/10 at 80 %: rate 8, mean service 1 s, one first-come queue.
const (
	queueServers = 10
	gapMean      = 1e9 / 8.0
	serviceMean  = 1e9
)

// KieferWolfowitz lives n requests of M/M/10 without any event: the instants at which the servers are free, in order, are all
// that the next request needs (Kiefer, Wolfowitz 1955).
func KieferWolfowitz(seed uint64, n int) Result {
	gaps, services := newDice(seed), newDice(^seed)
	var free [queueServers]int64
	var latency histogram[uint32]
	now, waited := int64(0), 0.0
	for range n {
		now += int64(gaps.exponential() * gapMean)
		start := max(now, free[0])
		end := start + int64(services.exponential()*serviceMean)
		waited += float64(start - now)
		latency.counts[bucket(end-now)]++
		for i := range queueServers - 1 { // the first goes out, end goes in, without a branch
			next := free[i+1]
			free[i], end = min(next, end), max(next, end)
		}
		free[queueServers-1] = end
	}
	return Result{Requests: int64(n), MeanWait: waited / float64(n) / 1e9, P50: latency.quantile(.5), P99: latency.quantile(.99)}
}

// departure is an event of the general list: who ends when.
type departure struct {
	at, born int64
}

// heap is a list of departures with four children a node.
type heap struct{ s []departure }

func (h *heap) push(e departure) {
	h.s = append(h.s, e)
	i := len(h.s) - 1
	for i > 0 {
		p := (i - 1) / 4
		if h.s[p].at <= e.at {
			break
		}
		h.s[i] = h.s[p]
		i = p
	}
	h.s[i] = e
}

// replace takes the first out and puts e in.
func (h *heap) replace(e departure) {
	s, i := h.s, 0
	for {
		c := 4*i + 1
		if c >= len(s) {
			break
		}
		first, at := c, s[c].at
		for k := c + 1; k < min(c+4, len(s)); k++ {
			if s[k].at < at {
				first, at = k, s[k].at
			}
		}
		if e.at <= at {
			break
		}
		s[i] = s[first]
		i = first
	}
	s[i] = e
}

func (h *heap) pop() {
	n := len(h.s) - 1
	e := h.s[n]
	h.s = h.s[:n]
	if n > 0 {
		h.replace(e)
	}
}

// EventList lives n requests of M/M/10 by a general event list: arrivals, starts and departures are events, and departures live
// in a heap.
func EventList(seed uint64, n int) Result {
	gaps, services := newDice(seed), newDice(^seed)
	var latency histogram[uint32]
	departures := heap{make([]departure, 0, queueServers)}
	ring, head, tail := make([][2]int64, 1<<12), 0, 0 // born and service of those that wait
	arrival := int64(gaps.exponential() * gapMean)
	waited := 0.0
	for left := n; left > 0 || len(departures.s) > 0; {
		if left > 0 && (len(departures.s) == 0 || arrival < departures.s[0].at) {
			now := arrival
			left--
			arrival += int64(gaps.exponential() * gapMean)
			service := int64(services.exponential() * serviceMean)
			if len(departures.s) < queueServers {
				departures.push(departure{now + service, now})
				continue
			}
			if tail-head == len(ring) {
				ring, head, tail = twice(ring, head)
			}
			ring[tail&(len(ring)-1)] = [2]int64{now, service}
			tail++
			continue
		}
		d := departures.s[0]
		latency.counts[bucket(d.at-d.born)]++
		if head == tail {
			departures.pop()
			continue
		}
		next := ring[head&(len(ring)-1)]
		head++
		waited += float64(d.at - next[0])
		departures.replace(departure{d.at + next[1], next[0]})
	}
	return Result{Requests: int64(n), MeanWait: waited / float64(n) / 1e9, P50: latency.quantile(.5), P99: latency.quantile(.99)}
}

// twice is a full ring in one of twice the length.
func twice(ring [][2]int64, head int) (bigger [][2]int64, newHead, newTail int) {
	n := len(ring)
	bigger = make([][2]int64, 2*n)
	for i := range n {
		bigger[i] = ring[(head+i)&(n-1)]
	}
	return bigger, 0, n
}
