package verify

import (
	"math/rand/v2"
	"time"

	"headroom/chance"
	"headroom/sim"
	"headroom/traffic"
)

// switching is a Markov-modulated Poisson process of two rates: requests per second, and how often per second each is left.
type switching struct{ rates, leave [2]float64 }

// mean is the long-run rate.
func (s switching) mean() float64 {
	return (s.rates[0]*s.leave[1] + s.rates[1]*s.leave[0]) / (s.leave[0] + s.leave[1])
}

// arrive puts the process in the place of a run's traffic.
func (s switching) arrive(c *sim.Config) { c.Traffic = switched{c.Traffic, s} }

// switched is a demand whose requests come by the process; the rest (the profile that charts draw) is that of its mean.
type switched struct {
	traffic.Demand
	process switching
}

func (d switched) Arrivals(src chance.Source, from, to time.Duration) traffic.Arrivals {
	a := &switchedArrivals{switching: d.process, draw: src.Stream("verify", "switching", 0), now: from.Seconds(), to: to}
	if a.draw.Float64() < a.rates[0]/(a.rates[0]+a.rates[1]) {
		a.state = 1
	}
	return a
}

// switchedArrivals lives the process: the next event is a request or a change of the rate.
type switchedArrivals struct {
	switching
	draw  *rand.Rand
	state int
	now   float64 // seconds since clock.start
	to    time.Duration
}

func (a *switchedArrivals) Next() time.Duration {
	for {
		all := a.rates[a.state] + a.leave[a.state]
		a.now += a.draw.ExpFloat64() / all
		t := time.Duration(a.now * second)
		if t >= a.to {
			return traffic.Forever
		}
		if a.draw.Float64()*all < a.rates[a.state] {
			return t
		}
		a.state = 1 - a.state
	}
}
