// Package chance is where randomness comes from: named streams and the laws that service times, start-up times and lives
// follow. There is one stream per (seed, run, purpose, name, entity number), so that two variants of a scenario meet the same
// promotions, arrivals, service times and start-up times (common random numbers). Nothing here reads a clock or a global
// source. Lowest floor: imports nothing of ours.
package chance

import (
	"math/rand/v2"
	"time"
)

// A Source names one run's chance: the scenario's seed and the number of the run (0 for the first).
type Source struct {
	Seed uint64
	Run  int
}

// Stream opens the stream of a purpose ("arrivals", "service", "start-up", …), a name within it (a list item's name, or its
// position when it has none) and an entity number (a launch number, a request number × try; 0 where there is only one).
func (s Source) Stream(purpose, name string, entity uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.words(purpose, name, entity)))
}

// words are the two words of PCG state of a stream.
func (s Source) words(purpose, name string, entity uint64) (hi, lo uint64) {
	h := uint64(14695981039346656037) // FNV-1a of the texts, 0 between them, then the numbers through SplitMix64
	for _, text := range [2]string{purpose, name} {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * 1099511628211
		}
		h *= 1099511628211
	}
	hi = mix(mix(s.Seed^0x9e3779b97f4a7c15) + uint64(s.Run)*0xbf58476d1ce4e5b9 + h)
	return hi, mix(hi ^ mix(entity+0x94d049bb133111eb))
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the result depends on every bit of x.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// A Law is a distribution of a duration ≥ 0.
type Law interface {
	Draw(*rand.Rand) time.Duration
	Mean() time.Duration
	CV() float64                      // standard deviation ÷ mean; 0 for a constant
	CDF(time.Duration) float64        // P(X ≤ x)
	Quantile(p float64) time.Duration // the smallest x with CDF(x) ≥ p; 0 ≤ p < 1
}
