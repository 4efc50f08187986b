// Package chance is where randomness comes from: named streams and the laws that service times, start-up times and lives
// follow. There is one stream per (seed, run, purpose, name, entity number), so that two variants of a scenario meet the same
// promotions, arrivals, service times and start-up times (common random numbers). A law draws its shape from the stream and
// multiplies it by its scale, so that twice the median is twice every draw. Nothing here reads a clock or a global source.
// Lowest floor: of ours it imports only how problems are said and durations are written.
package chance

import "math/rand/v2"

// A Source names one run's chance: the scenario's seed and the number of the run (0 for the first).
type Source struct {
	Seed uint64
	Run  int
}

// A Key is the purpose and the name of a stream in one run, ready to be given entity numbers without a look at the texts
// again.
type Key uint64

// Key prepares the streams of a purpose ("arrivals", "service", "start-up", …) and a name within it (a list item's name, or
// its position when it has none).
func (s Source) Key(purpose, name string) Key {
	h := uint64(14695981039346656037) // FNV-1a of the texts, a 0 after each, then the numbers through SplitMix64
	for _, text := range [2]string{purpose, name} {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * 1099511628211
		}
		h *= 1099511628211
	}
	return Key(mix(mix(s.Seed^0x9e3779b97f4a7c15) + uint64(s.Run)*0xbf58476d1ce4e5b9 + h))
}

// Stream opens the stream of a purpose, a name within it and an entity number (a launch number, a request number × try; 0
// where there is only one).
func (s Source) Stream(purpose, name string, entity uint64) *rand.Rand {
	return s.Key(purpose, name).Stream(entity)
}

// Word is one random word of its own for an entity, cheaper than a stream and without allocation.
func (s Source) Word(purpose, name string, entity uint64) uint64 {
	return s.Key(purpose, name).Word(entity)
}

// Stream opens the stream of an entity.
func (k Key) Stream(entity uint64) *rand.Rand { return rand.New(rand.NewPCG(k.words(entity))) }

// Reset puts a generator at the begin of an entity's stream: what Stream does, without allocation (6 ns).
func (k Key) Reset(p *rand.PCG, entity uint64) { p.Seed(k.words(entity)) }

// Word is one random word of its own for an entity; it is none of the words of the entity's stream.
func (k Key) Word(entity uint64) uint64 {
	hi, lo := k.words(entity)
	return mix(lo + hi)
}

// Nth is the nth word of the key's own sequence (SplitMix64), in a third of the time of a Word: for keys of which nothing else is used.
func (k Key) Nth(n uint64) uint64 { return mix(uint64(k) + n*0x9e3779b97f4a7c15) }

// words are the two words of PCG state of a stream. Within one key no two entities share them, as mix is one-to-one.
func (k Key) words(entity uint64) (hi, lo uint64) {
	return uint64(k), mix(uint64(k) ^ mix(entity+0x94d049bb133111eb))
}

// Uniform turns a random word into a number in [0, 1), as rand.Float64 does.
func Uniform(word uint64) float64 { return float64(word>>11) / (1 << 53) }

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014): every bit of the result depends on every bit of x.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
