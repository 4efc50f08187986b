package sim

import (
	"math"
	"sync"
)

// An erlang holds Erlang's probabilities of K servers over the load ρ = a ÷ K, ready to be looked up: the recursion is run once
// a table, never once a step. The tables are laid out over θ = (1 − ρ)·√K, the scale on which C changes for any K
// (Halfin and Whitt 1981), so that 128 cells are enough for one server and for a hundred thousand.
type erlang struct {
	servers, root float64
	perCell       float64 // cells to a unit of θ, below saturation
	c             []float64
	y             []float64 // idle ratio over θ from −reach to +knee
}

const (
	erlangCells = 128
	reach       = 6.0  // |θ| beyond which nobody waits, or everybody
	knee        = 0.25 // up to this θ the idle ratio has a table of its own: from C it would be 0 ÷ 0
)

// tables are shared by all runs; what is in them depends on the number of servers alone.
var tables sync.Map

// erlangOf is the table of K servers, K ≥ 1.
func erlangOf(servers int) *erlang {
	servers = min(servers, 1<<20) // beyond, C over θ no longer changes
	if t, ok := tables.Load(servers); ok {
		return t.(*erlang)
	}
	t, _ := tables.LoadOrStore(servers, newErlang(servers))
	return t.(*erlang)
}

func newErlang(servers int) *erlang {
	k := float64(servers)
	e := &erlang{servers: k, root: math.Sqrt(k), c: make([]float64, erlangCells+2), y: make([]float64, erlangCells+2)}
	top := min(reach, e.root) // ρ = 0 is θ = √K
	e.perCell = erlangCells / top
	for i := range e.c {
		rho := 1 - float64(i)/e.perCell/e.root
		e.c[i] = 1 / (1 + (1-rho)*idleRatio(k, rho))
	}
	for i := range e.y {
		rho := 1 - (float64(i)*(reach+knee)/erlangCells-reach)/e.root
		e.y[i] = idleRatio(k, rho)
	}
	return e
}

// idleRatio is P(fewer than K busy) ÷ P(all K busy) of K servers without a queue = 1 ÷ B − 1, with B of Erlang's loss formula:
// Σ K(K−1)…(K−i+1) ÷ a^i over i ≥ 1, whose terms die out within some √K of their largest.
func idleRatio(k, rho float64) float64 {
	if rho <= 0 {
		return math.Inf(1)
	}
	a, term, sum := k*rho, 1.0, 0.0
	for i := 0.0; i < k; i++ {
		term *= (k - i) / a
		sum += term
		if k-i < a && term < 1e-13*sum || math.IsInf(sum, 1) {
			break
		}
	}
	return sum
}

// wait is Erlang's C, the probability that an arrival waits, at the idle share s = 1 − ρ ≥ 0, and its derivative by s.
func (e *erlang) wait(s float64) (c, slope float64) {
	at := s * e.root * e.perCell
	if at >= erlangCells {
		return 0, 0
	}
	i := int(at)
	d := e.c[i+1] - e.c[i]
	return e.c[i] + (at-float64(i))*d, d * e.perCell * e.root
}

// idle is the idle ratio at any load ρ > 0.
func (e *erlang) idle(rho float64) float64 {
	theta := (1 - rho) * e.root
	switch {
	case theta > knee:
		c, _ := e.wait(1 - rho)
		if c <= 0 {
			return math.Inf(1)
		}
		return (1/c - 1) / (1 - rho)
	case theta > -reach:
		at := (theta + reach) * erlangCells / (reach + knee)
		i := int(at)
		return e.y[i] + (at-float64(i))*(e.y[i+1]-e.y[i])
	}
	return idleRatio(e.servers, rho) // far in overload a few terms
}
