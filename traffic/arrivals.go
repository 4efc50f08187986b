package traffic

import (
	"math"
	"math/rand/v2"
	"time"
)

// smoothArrivals sends request k when Λ first exceeds k − 1.
type smoothArrivals struct {
	flow *Flow
	sent int64
}

func (a *smoothArrivals) Next() time.Duration {
	for {
		need := float64(a.sent-a.flow.whole) - a.flow.fraction
		if need < a.flow.total-a.flow.doubt {
			a.sent++
			return a.flow.at(need)
		}
		if !a.flow.next() {
			return Forever
		}
	}
}

// A renewal is a sequence of instants that lie apart by gaps of Λ.
type renewal struct {
	flow *Flow
	need float64 // Λ from the begin of the piece to the next request
}

// found goes to the piece in which the next request comes; false if none comes any more.
func (a *renewal) found() bool {
	for a.need >= a.flow.total {
		a.need -= a.flow.total
		if !a.flow.next() {
			return false
		}
	}
	return true
}

// poissonArrivals come at unit-exponential gaps of Λ: a non-homogeneous Poisson process, by exact inversion.
type poissonArrivals struct {
	renewal
	draw *rand.Rand
}

func (a *poissonArrivals) Next() time.Duration {
	if !a.found() {
		return Forever
	}
	t := a.flow.at(a.need)
	a.need += a.draw.ExpFloat64()
	return t
}

// burstyArrivals come at gaps of Λ from a hyperexponential law.
type burstyArrivals struct {
	renewal
	draw *rand.Rand
	gap  hyperexponential
}

func (a *burstyArrivals) Next() time.Duration {
	if !a.found() {
		return Forever
	}
	t := a.flow.at(a.need)
	a.need += a.gap.draw(a.draw)
	return t
}

// A hyperexponential law has two phases, exponential with their means, of which one is drawn for each gap. It is balanced:
// both phases contribute half of the mean 1. With d the squared coefficient of variation, p = (1 + √((d − 1)/(d + 1)))/2 is the
// chance of the first and 1/(2p), 1/(2(1 − p)) are the means.
type hyperexponential struct{ p, mean, otherMean float64 }

func newHyperexponential(d float64) hyperexponential {
	p := (1 + math.Sqrt((d-1)/(d+1))) / 2
	return hyperexponential{p, 1 / (2 * p), 1 / (2 * (1 - p))}
}

func (h hyperexponential) draw(r *rand.Rand) float64 {
	if r.Float64() < h.p {
		return r.ExpFloat64() * h.mean
	}
	return r.ExpFloat64() * h.otherMean
}
