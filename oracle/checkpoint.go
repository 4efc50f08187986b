package oracle

import "math"

// Young is the first-order best time between checkpoints that take cost each, where work is interrupted every m on average:
// √(2·cost·m) (Young 1974, Communications of the ACM 17, 530).
func Young(cost, m float64) float64 { return math.Sqrt(2 * cost * m) }

// Daly is the higher-order best time between checkpoints: √(2·cost·m)·(1 + ⅓·√(cost ÷ 2m) + ⅑·(cost ÷ 2m)) − cost, and m where
// cost ≥ 2m (Daly 2006, Future Generation Computer Systems 22, 303, equation 37).
func Daly(cost, m float64) float64 {
	if cost >= 2*m {
		return m
	}
	x := cost / (2 * m)
	return Young(cost, m)*(1+math.Sqrt(x)/3+x/9) - cost
}

// BestInterval is the time between checkpoints that makes the expected time of endless work least under exponential
// interruptions: the τ that solves 1 − τ ÷ m = e^(−(τ + cost) ÷ m), where the derivative of (e^((τ + cost) ÷ m) − 1) ÷ τ is 0.
func BestInterval(cost, m float64) float64 {
	if cost <= 0 {
		return 0
	}
	low, high := 0.0, m // the left side is above the right one at 0 and below it at m
	for range 200 {
		if mid := (low + high) / 2; -math.Expm1(-(mid+cost)/m) > mid/m {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// Checkpointed is work that exponential interruptions throw back to its last checkpoint. Times in one unit.
type Checkpointed struct {
	Work    float64 // without interruptions and checkpoints
	Every   float64 // work between two checkpoints; +Inf: none
	Cost    float64 // of one checkpoint; the last piece of work needs none
	Load    float64 // at the begin of each start, before anything else; it can be interrupted
	Restore float64 // after Load, where there is a checkpoint to restore; it can be interrupted
	Off     float64 // mean from an interruption until the machine runs again: of any law, not interrupted
	Rate    float64 // of interruptions while the machine runs; 0: none
}

// pieces are the lengths of what must go through without an interruption, and how many there are of each: the first with the
// load before it, those in the middle, and the last without a checkpoint after it.
func (c Checkpointed) pieces() (first, middle, last float64, between int) {
	n := math.Ceil(c.Work/c.Every - 1e-12)
	if n <= 1 {
		return 0, 0, c.Work, 0
	}
	return c.Load + c.Every + c.Cost, c.Every + c.Cost, c.Work - (n-1)*c.Every, int(n) - 2
}

// sum adds up a function of the pieces; again is what a restart in a piece has to go through before it.
func (c Checkpointed) sum(of func(length, again float64) float64) float64 {
	first, middle, last, between := c.pieces()
	if first == 0 {
		return of(c.Load+last, 0)
	}
	again := c.Load + c.Restore
	total := of(first, 0) + of(last, again)
	if between > 0 {
		total += float64(between) * of(middle, again)
	}
	return total
}

// Interruptions is the expected number of them. A piece of length x whose restarts cost r more is interrupted at its first try
// with probability 1 − e^(−Λx), and then as long as r + x does not go through: in all (1 − e^(−Λx))·e^(Λ(r + x)) times.
func (c Checkpointed) Interruptions() float64 {
	return c.sum(func(x, r float64) float64 { return math.Exp(c.Rate*r) * math.Expm1(c.Rate*x) })
}

// Running is the expected time that the machine runs: (1 ÷ Λ)·e^(Λr)·(e^(Λx) − 1) a piece, the mean number of interruptions ×
// the mean time between two. It is Daly's equation 20 with the load and the restore as R, summed over unequal pieces.
func (c Checkpointed) Running() float64 {
	if c.Rate == 0 {
		return c.sum(func(x, _ float64) float64 { return x })
	}
	return c.Interruptions() / c.Rate
}

// Completion is the expected time from the first start until the work is done: the running time and, after each interruption,
// Off.
func (c Checkpointed) Completion() float64 { return c.Running() + c.Interruptions()*c.Off }
