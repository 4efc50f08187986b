package chance

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// TestStreamsAreStable: a change of these words changes every result of every scenario, and belongs into the changelog as
// [MODEL].
func TestStreamsAreStable(t *testing.T) {
	for _, c := range []struct {
		src           Source
		purpose, name string
		entity, word  uint64
		first, second uint64
	}{
		{Source{1, 0}, "arrivals", "", 0, 0x4df7797bf06c9a48, 0xb320629e514fe9b9, 0x41984489c38cd300},
		{Source{1, 1}, "arrivals", "", 0, 0xcce8e1f2522f958, 0x40fe9ed5a5dec906, 0x83516efc39c8fe3e},
		{Source{7, 3}, "service", "web", 12, 0x26f3ad6052b65960, 0x69f0c58b6b8f2b70, 0xf611022994213dfc},
	} {
		r := c.src.Stream(c.purpose, c.name, c.entity)
		first, second := r.Uint64(), r.Uint64()
		word := c.src.Word(c.purpose, c.name, c.entity)
		if first != c.first || second != c.second || word != c.word {
			t.Errorf("%v %s %q %d: {%#x, %#x, %#x}", c.src, c.purpose, c.name, c.entity, word, first, second)
		}
	}
}

func TestResetIsTheStream(t *testing.T) {
	src := Source{Seed: 9, Run: 2}
	key := src.Key("service", "0")
	var p rand.PCG
	for entity := range uint64(50) {
		key.Reset(&p, entity)
		r := src.Stream("service", "0", entity)
		for range 3 {
			if a, b := p.Uint64(), r.Uint64(); a != b {
				t.Fatalf("entity %d: %#x from Reset, %#x from Stream", entity, a, b)
			}
		}
		if key.Word(entity) != src.Word("service", "0", entity) {
			t.Fatalf("entity %d: two words", entity)
		}
	}
	if n := testing.AllocsPerRun(100, func() { key.Reset(&p, 5); _ = src.Word("a", "b", 1) }); n != 0 {
		t.Errorf("%v allocations to open a stream for one entity", n)
	}
}

// TestStreamsDiffer: whatever part of the address differs, also where the texts put together are the same, the words have
// about half of their bits in common, no more.
func TestStreamsDiffer(t *testing.T) {
	type address struct {
		src           Source
		purpose, name string
		entity        uint64
	}
	var all []address
	for seed := range uint64(4) {
		for run := range 4 {
			for _, text := range [][2]string{{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}, {"arrivals", ""}, {"arrivals", "0"}} {
				for entity := range uint64(4) {
					all = append(all, address{Source{seed, run}, text[0], text[1], entity})
				}
			}
		}
	}
	words := map[uint64]address{}
	same := 0
	var before uint64
	for i, a := range all {
		for _, w := range []uint64{a.src.Word(a.purpose, a.name, a.entity), a.src.Stream(a.purpose, a.name, a.entity).Uint64()} {
			if other, twice := words[w]; twice {
				t.Fatalf("%v and %v have the same word", a, other)
			}
			words[w] = a
			if i > 0 {
				same += 64 - bits.OnesCount64(w^before)
			}
			before = w
		}
	}
	if mean := float64(same) / float64(len(words)); mean < 31 || mean > 33 {
		t.Errorf("neighbours have %.2f of 64 bits in common, not about 32", mean)
	}
}

// TestNeighboursAreIndependent: first words of neighbouring entities and runs are uniform and not correlated.
func TestNeighboursAreIndependent(t *testing.T) {
	const n = 100_000
	series := map[string]func(i int) float64{
		"entities, stream": func(i int) float64 { return Source{Seed: 1}.Stream("service", "", uint64(i)).Float64() },
		"entities, word":   func(i int) float64 { return Uniform(Source{Seed: 1}.Word("service", "", uint64(i))) },
		"runs":             func(i int) float64 { return Source{Seed: 1, Run: i}.Stream("service", "", 0).Float64() },
		"seeds":            func(i int) float64 { return Source{Seed: uint64(i)}.Stream("service", "", 0).Float64() },
	}
	for name, draw := range series {
		var cells [64]float64
		sum, before := 0.0, draw(0)
		for i := 1; i <= n; i++ {
			u := draw(i)
			cells[int(u*64)]++
			sum += (u - 0.5) * (before - 0.5)
			before = u
		}
		chi := 0.0
		for _, c := range cells {
			chi += (c - n/64.0) * (c - n/64.0) / (n / 64.0)
		}
		if chi > 63+5*math.Sqrt(2*63) { // five standard deviations
			t.Errorf("%s: chi² %.1f on 63 degrees of freedom", name, chi)
		}
		if r := 12 * sum / n; math.Abs(r) > 5/math.Sqrt(n) {
			t.Errorf("%s: correlation of neighbours %.4f", name, r)
		}
	}
}

// TestStreamsOfPurposesAreIndependent: two purposes' streams are not correlated word by word.
func TestStreamsOfPurposesAreIndependent(t *testing.T) {
	const n = 100_000
	a, b := Source{Seed: 1}.Stream("arrivals", "", 0), Source{Seed: 1}.Stream("service", "", 0)
	sum := 0.0
	for range n {
		sum += (a.Float64() - 0.5) * (b.Float64() - 0.5)
	}
	if r := 12 * sum / n; math.Abs(r) > 5/math.Sqrt(n) {
		t.Errorf("correlation %.4f", r)
	}
}

func BenchmarkWord(b *testing.B) {
	key := Source{Seed: 1}.Key("service", "")
	sum := uint64(0)
	for i := range b.N {
		sum += key.Word(uint64(i))
	}
	sink = sum
}

func BenchmarkReset(b *testing.B) {
	key := Source{Seed: 1}.Key("service", "")
	var p rand.PCG
	for i := range b.N {
		key.Reset(&p, uint64(i))
		sink += p.Uint64()
	}
}

var sink uint64
