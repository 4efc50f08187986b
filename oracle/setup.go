package oracle

import "math"

// ServerStart is M/G/1 whose server is off when idle and needs a set-up time before it serves again; with an idle timeout it stays
// on that long first.
type ServerStart struct {
	Lambda float64
	S      Moments // of the service
	Set    Moments // of the set-up
	Idle   float64 // the server stays on for this long when nobody is there (0: off at once)
}

// cold is the chance that nobody comes during the idle timeout.
func (s ServerStart) cold() float64 { return math.Exp(-s.Lambda * s.Idle) }

// Wait is the mean wait: that of M/G/1 plus (2E[I] + λE[I²]) ÷ (2(1 + λE[I])), I the set-up with the chance of a cold start and 0
// else (Welch 1964).
func (s ServerStart) Wait() float64 {
	one, two := s.cold()*s.Set[0], s.cold()*s.Set[1]
	return MG1{s.Lambda, s.S}.Wait() + (2*one+s.Lambda*two)/(2*(1+s.Lambda*one))
}

// Off is the share of time in which the server is off: q(1−ρ) ÷ (1 + λqE[I]).
func (s ServerStart) Off() float64 {
	q := s.cold()
	return q * (1 - s.Lambda*s.S[0]) / (1 + s.Lambda*q*s.Set[0])
}

// ColdStarts are the set-ups per second: λ × Off.
func (s ServerStart) ColdStarts() float64 { return s.Lambda * s.Off() }

// Staggered is the mean response of M/M/k where servers that idle are off and one at most is being set up at a time, exponential
// with rate α: exactly that of M/M/k plus 1/α (Gandhi, Harchol-Balter and Adan 2010).
func Staggered(lambda, mu, alpha float64, k int) float64 {
	return MMc{lambda, mu, k}.Response() + 1/alpha
}

// EndlessSetup is the mean response with servers without number: every arrival sets one up, exponential with rate α; waiting is
// j with chance ∝ Π_{l ≤ j} λ ÷ (λ + lα), whatever is busy (Gandhi, Harchol-Balter and Adan 2010).
func EndlessSetup(lambda, mu, alpha float64) float64 {
	sum, waiting, term := 1.0, 0.0, 1.0
	for j := 1; term > 1e-18*sum; j++ {
		term *= lambda / (lambda + float64(j)*alpha)
		sum += term
		waiting += float64(j) * term
	}
	return 1/mu + waiting/sum/lambda
}

// A Setup is M/M/k whose servers are started on demand: an arrival that finds no idle server starts one, exponential with rate
// Alpha (Gandhi, Doroudi, Harchol-Balter and Scheller-Wolf 2013; Phung-Duc 2014).
type Setup struct {
	Lambda, Mu, Alpha float64
	K                 int
	Off               float64 // an idle server goes off at this rate; Inf: at once
	Kept              bool    // starts go on when the queue that they were for is gone; else the surplus is cancelled
	// Look is how often per second somebody looks who starts, cancels and (with Off = Inf) turns off; 0: always. It tells what a
	// policy that is asked now and then makes of the model: asked every δ, it acts δ/2 late on average, like Look = 2/δ.
	Look float64
}

// SetupAnswer is what holds of a Setup in the long run.
type SetupAnswer struct {
	Response float64 // mean time from arrival to completion
	On       float64 // mean number of servers that are on, busy or idle
	Starting float64 // mean number of servers being set up
}

// fleet is {servers on, being set up, in the system}.
type fleet struct{ on, starting, n int }

// Solve cuts the chain where there are top in the system.
func (s Setup) Solve(top int) SetupAnswer {
	law := Solve(fleet{}, func(x fleet) int { return x.n }, func(x fleet, to func(fleet, float64)) { s.moves(x, top, to) })
	return SetupAnswer{
		Response: law.Mean(func(x fleet) float64 { return float64(x.n) }) / s.Lambda,
		On:       law.Mean(func(x fleet) float64 { return float64(x.on) }),
		Starting: law.Mean(func(x fleet) float64 { return float64(x.starting) }),
	}
}

func (s Setup) moves(x fleet, top int, to func(fleet, float64)) {
	if x.n < top {
		to(s.seen(fleet{x.on, x.starting, x.n + 1}), s.Lambda)
	}
	if busy := min(x.on, x.n); busy > 0 {
		to(s.seen(fleet{x.on, x.starting, x.n - 1}), float64(busy)*s.Mu)
	}
	if x.starting > 0 {
		to(s.seen(fleet{x.on + 1, x.starting - 1, x.n}), float64(x.starting)*s.Alpha)
	}
	if idle := x.on - x.n; idle > 0 && !math.IsInf(s.Off, 1) {
		to(fleet{x.on - 1, x.starting, x.n}, float64(idle)*s.Off)
	}
	if s.Look > 0 {
		to(s.acted(x), s.Look)
	}
}

// seen is what becomes of a state at once, if somebody always looks.
func (s Setup) seen(x fleet) fleet {
	if s.Look == 0 {
		return s.acted(x)
	}
	return x
}

// acted is a state after somebody has looked at it: there is a start for every one who waits, as long as there are servers.
func (s Setup) acted(x fleet) fleet {
	if math.IsInf(s.Off, 1) {
		x.on = min(x.on, x.n)
	}
	wanted := min(max(0, x.n-x.on), s.K-x.on)
	if !s.Kept || x.starting < wanted {
		x.starting = wanted
	}
	return x
}

// A Hysteresis is an autoscaler around M/M/c: with c between Least and Most it launches one at an arrival that makes n ≥ 2c, and
// removes one at a departure that makes n ≤ ⌊c/2⌋, at once; only one launch is under way, and nothing else then. A launch takes
// an exponential time of mean Warm.
type Hysteresis struct {
	Lambda, Mu, Warm float64
	Least, Most      int
}

// HysteresisAnswer is what holds of a Hysteresis in the long run.
type HysteresisAnswer struct {
	Response, InService, Billed float64 // billed: in service or starting
	Launches                    float64 // per second
	PWait                       float64
}

// Solve cuts the chain {in service, starting, in the system} where there are top in the system.
func (h Hysteresis) Solve(top int) (a HysteresisAnswer) {
	law := Solve(fleet{h.Least, 0, 0}, func(x fleet) int { return x.n }, func(x fleet, to func(fleet, float64)) {
		if x.n < top {
			next := fleet{x.on, x.starting, x.n + 1}
			if x.starting == 0 && x.on < h.Most && next.n >= 2*x.on {
				next.starting = 1
			}
			to(next, h.Lambda)
		}
		if busy := min(x.on, x.n); busy > 0 {
			next := fleet{x.on, x.starting, x.n - 1}
			if x.starting == 0 && x.on > h.Least && next.n <= x.on/2 {
				next.on--
			}
			to(next, float64(busy)*h.Mu)
		}
		if x.starting > 0 {
			to(fleet{x.on + 1, 0, x.n}, 1/h.Warm)
		}
	})
	a.Response = law.Mean(func(x fleet) float64 { return float64(x.n) }) / h.Lambda
	a.InService = law.Mean(func(x fleet) float64 { return float64(x.on) })
	starting := law.Mean(func(x fleet) float64 { return float64(x.starting) })
	a.Billed = a.InService + starting
	a.Launches = starting / h.Warm // each takes Warm on average
	a.PWait = law.Share(func(x fleet) bool { return x.n >= x.on })
	return a
}
