package oracle

import "slices"

// Stationary is the long-run law of a finite Markov chain.
type Stationary[S comparable] struct {
	States []S
	P      []float64
}

// Mean is E[f].
func (s Stationary[S]) Mean(f func(S) float64) float64 {
	sum := 0.0
	for i, x := range s.States {
		sum += s.P[i] * f(x)
	}
	return sum
}

// Share is the probability of a set of states.
func (s Stationary[S]) Share(in func(S) bool) float64 {
	return s.Mean(func(x S) float64 {
		if in(x) {
			return 1
		}
		return 0
	})
}

// Solve finds the stationary law of the chain that starts in a state and moves as moves says, at rates per second. All states
// that can be reached must be finite in number and reach one another. level orders them (the number in the system, say): the
// less the level changes in one move, the faster it goes.
//
// States are eliminated one by one from the highest level down by Grassmann, Taksar and Heyman's algorithm (1985), which
// subtracts nothing and so keeps the digits of the smallest probabilities, in a band around the diagonal.
func Solve[S comparable](start S, level func(S) int, moves func(s S, to func(S, float64))) Stationary[S] {
	states := []S{start}
	known := map[S]bool{start: true}
	for k := 0; k < len(states); k++ {
		moves(states[k], func(t S, rate float64) {
			if rate > 0 && !known[t] {
				known[t] = true
				states = append(states, t)
			}
		})
	}
	slices.SortStableFunc(states, func(a, b S) int { return level(a) - level(b) })
	index := make(map[S]int, len(states))
	for i, s := range states {
		index[s] = i
	}
	width := 0
	for i, s := range states {
		moves(s, func(t S, rate float64) {
			if rate > 0 {
				width = max(width, index[t]-i, i-index[t])
			}
		})
	}
	b := newBand(len(states), width)
	for i, s := range states {
		moves(s, func(t S, rate float64) {
			if j := index[t]; rate > 0 && j != i {
				b.row(i)[b.at(i, j)] += rate
			}
		})
	}
	return Stationary[S]{states, b.stationary()}
}

// band is a square matrix of rates within width of the diagonal.
type band struct {
	n, width int
	rates    []float64
}

func newBand(n, width int) *band { return &band{n, width, make([]float64, n*(2*width+1))} }

func (b *band) row(i int) []float64 { return b.rates[i*(2*b.width+1) : (i+1)*(2*b.width+1)] }
func (b *band) at(i, j int) int     { return j - i + b.width }

// stationary destroys the matrix.
func (b *band) stationary() []float64 {
	for k := b.n - 1; k > 0; k-- {
		low := max(0, k-b.width)
		from := b.row(k)[b.at(k, low):b.at(k, k)]
		out := 0.0
		for _, r := range from {
			out += r
		}
		for i := low; i < k; i++ {
			row := b.row(i)
			a := row[b.at(i, k)]
			if a == 0 {
				continue
			}
			a /= out
			row[b.at(i, k)] = a
			into := row[b.at(i, low):][:len(from)]
			for j, r := range from {
				into[j] += a * r
			}
		}
	}
	p := make([]float64, b.n)
	p[0] = 1
	sum := 1.0
	for k := 1; k < b.n; k++ {
		for i := max(0, k-b.width); i < k; i++ {
			p[k] += p[i] * b.row(i)[b.at(i, k)]
		}
		sum += p[k]
	}
	for k := range p {
		p[k] /= sum
	}
	return p
}
