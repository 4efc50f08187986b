package sim

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// crowdOf is instances in service that hold so many attempts each; their launch numbers are 0, 1, 2, …
func crowdOf(held ...int) (*crowd, []*instance) {
	c, all := newCrowd(1), make([]*instance, len(held))
	for k, n := range held {
		all[k] = &instance{number: k}
		c.join(all[k])
		for range n {
			c.moved(all[k], 1)
		}
	}
	return &c, all
}

// shares is how often a balancer chooses each of a crowd.
func shares(c *crowd, name string, limit, draws int) []float64 {
	b, r, n := newBalancer(name), rand.New(rand.NewPCG(7, 7)), make([]float64, len(c.at))
	for range draws {
		if i := b.choose(c, limit, r.Uint64()); i != nil {
			n[i.number]++
		}
	}
	for k := range n {
		n[k] /= float64(draws)
	}
	return n
}

// Who is chosen how often: by what they hold, ties and the two of two-choices (distinct) at random.
func TestBalancersChoose(t *testing.T) {
	const third, draws = 1. / 3, 60000
	for _, c := range []struct {
		balancer string
		held     []int
		limit    int
		want     []float64
	}{
		{"random", []int{9, 0, 5}, anyone, []float64{third, third, third}},
		{"random", []int{2, 0, 1, 2, 1}, 2, []float64{0, third, third, 0, third}},
		{"least-outstanding", []int{3, 1, 2}, anyone, []float64{0, 1, 0}},
		{"least-outstanding", []int{3, 1, 1, 2, 1}, anyone, []float64{0, third, third, 0, third}},
		{"least-outstanding", []int{0, 0}, anyone, []float64{.5, .5}},
		{"least-outstanding", []int{2, 2}, 2, []float64{0, 0}},
		{"two-choices", []int{0, 5}, anyone, []float64{1, 0}}, // distinct: the pair is always both
		{"two-choices", []int{0, 5, 9}, anyone, []float64{2 * third, third, 0}},
		{"two-choices", []int{4, 4, 9}, anyone, []float64{.5, .5, 0}},
		{"two-choices", []int{4}, anyone, []float64{1}},
		{"two-choices", []int{2, 2, 0, 1}, 2, []float64{0, 0, 1, 0}},
		{"two-choices", []int{2, 1, 2}, 2, []float64{0, 1, 0}},
		{"two-choices", []int{2, 2}, 2, []float64{0, 0}},
		{"round-robin", []int{7, 0, 3}, anyone, []float64{third, third, third}},
		{"round-robin", []int{2, 0, 1, 2}, 2, []float64{0, .5, .5, 0}},
	} {
		crowd, _ := crowdOf(c.held...)
		for k, got := range shares(crowd, c.balancer, c.limit, draws) {
			if d := got - c.want[k]; d > .01 || d < -.01 || c.want[k] == 0 && got != 0 {
				t.Errorf("%s of %v below %d: instance %d is chosen %.3f, want %.3f", c.balancer, c.held, c.limit, k, got, c.want[k])
			}
		}
	}
	for _, name := range []string{"random", "round-robin", "least-outstanding", "two-choices"} {
		crowd, _ := crowdOf()
		if i := newBalancer(name).choose(crowd, anyone, 1); i != nil {
			t.Errorf("%s chooses %v of nobody", name, i)
		}
	}
}

// Ties over a whole fleet are uniform: χ² with 99 degrees of freedom is below 160 but once in 10,000.
func TestTiesAreUniform(t *testing.T) {
	for _, name := range []string{"random", "least-outstanding", "two-choices"} {
		crowd, chi := newCrowd(1), 0.0
		for k := range 100 { // more than a word of the bitset, and with gaps
			i := &instance{number: k}
			crowd.join(i)
			if k%3 == 0 {
				crowd.leave(i)
				crowd.join(i)
			}
		}
		const draws = 200000
		for _, got := range shares(&crowd, name, anyone, draws) {
			chi += (got - 0.01) * (got - 0.01) / 0.01 * draws
		}
		if chi > 160 {
			t.Errorf("%s: χ² = %.1f", name, chi)
		}
	}
}

// Fullest takes the oldest of those that hold most with a free slot, else the oldest of those that hold least, whoever came last.
func TestFullestTakesTheOldest(t *testing.T) {
	holdOnAll(t, func(t *rapid.T) {
		crowd, b := newCrowd(3), newBalancer("fullest")
		crowd.ages = true
		var all []*instance
		for step := range 300 {
			switch k := rapid.IntRange(0, 9).Draw(t, "what"); {
			case k < 2:
				i := &instance{number: rapid.IntRange(0, 1<<20).Draw(t, "age")<<10 + step}
				crowd.join(i)
				all = append(all, i)
			case k < 3 && len(all) > 0:
				k := rapid.IntRange(0, len(all)-1).Draw(t, "who")
				crowd.leave(all[k])
				all = slices.Delete(all, k, k+1)
			case k < 6 && len(all) > 0:
				if i := all[rapid.IntRange(0, len(all)-1).Draw(t, "who")]; i.held > 0 {
					crowd.moved(i, -1)
				}
			case len(all) > 0:
				crowd.moved(all[rapid.IntRange(0, len(all)-1).Draw(t, "who")], 1)
			}
			limit := choose(t, "limit", anyone, 3, 4)
			var want *instance
			for _, i := range all {
				better := want == nil
				if !better {
					free, other := i.held < 3, want.held < 3
					switch {
					case free != other:
						better = free
					case i.held != want.held:
						better = i.held > want.held == free
					default:
						better = i.number < want.number
					}
				}
				if better && i.held < limit {
					want = i
				}
			}
			if got := b.choose(&crowd, limit, rapid.Uint64().Draw(t, "word")); got != want {
				t.Fatalf("%v is chosen, not %v", got, want)
			}
		}
	})
}

// Round robin goes by launch number, also when instances come and go between.
func TestRoundRobinGoesByLaunchNumber(t *testing.T) {
	crowd, all := crowdOf(0, 0, 0, 0)
	b := newBalancer("round-robin")
	next := func(want int) {
		t.Helper()
		is(t, "next", b.choose(crowd, anyone, 0).number, want)
	}
	next(0)
	next(1)
	crowd.leave(all[2])
	next(3)
	next(0)
	crowd.join(all[2])
	next(1)
	next(2)
	crowd.leave(all[2]) // the one that came last
	crowd.join(&instance{number: 9})
	next(3)
	next(9)
	next(0)
}

// The whole engine: round robin spreads evenly and skips no full queue (its rejections are in life_test.go); with a shared
// queue only instances with a free slot are asked.
func TestBalancersInTheEngine(t *testing.T) {
	s := time.Second
	// two slots each: at 0 and 1 s both instances get one; at 2 s the first, at 3 s the second; all are served at once
	r := run(t, small(at(0, s, 2*s, 3*s), time.Minute, 10*s, instances(2), slots(2), own(0), balancedBy("round-robin")))
	expect(t, r, outcome{served: 4})
	for _, name := range []string{"random", "round-robin", "least-outstanding", "two-choices"} {
		// 20 arrivals for 5 × 4 free slots: with a shared queue nobody waits, whoever is asked, but the last one, from 2 to 20 s
		r := run(t, small(every(100*ms, 21), time.Minute, 20*s, instances(5), slots(4), sharedQueue(Unlimited), balancedBy(name)))
		took(t, name+": wait", r.Wait, 18./21, 18)
	}
	// abandoned slots count as held: least-outstanding goes to the instance whose slots are free
	c := small(at(0, 5*s, 6*s), 30*s, 20*s, instances(2), slots(2), timeout(4*s), own(0))
	w := run(t, c)
	expect(t, w, outcome{timeout: 3})
	near(t, "an instance with a busy slot", w.Utilization*2*2*30, 20+20+20, 1e-9)
}

// Least outstanding never leaves one instance two ahead of another while services do not end.
func TestLeastOutstandingSpreads(t *testing.T) {
	c := small(make(instants, 12), time.Minute, time.Hour, instances(5), slots(3))
	w := newWorld(t.Context(), &c)
	w.step(0, int64(time.Second))
	for _, i := range w.fleet.serving {
		if i.held < 2 || i.held > 3 {
			t.Errorf("%v holds %d of 12 attempts", i, i.held)
		}
	}
}

// The r-th bit of a word is the one that is left when r lower ones are taken away, be it sparse or dense.
func TestNthBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word, and, or := rapid.Uint64().Draw(t, "word"), rapid.Uint64().Draw(t, "and"), rapid.Uint64().Draw(t, "or")
		for _, w := range []uint64{word, word & and, word | or, word & and & or, 1 << 63, math.MaxUint64} {
			left := w
			for r := range bits.OnesCount64(w) {
				if got, want := nth(w, r), bits.TrailingZeros64(left); got != want {
					t.Fatalf("bit %d of %x is at %d, want %d", r, w, got, want)
				}
				left &= left - 1
			}
		}
	})
}
