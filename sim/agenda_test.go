package sim

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The agenda gives events in the order of (at, key), whatever comes when: it is a list that is sorted at each step.
func TestAgendaIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean := rapid.SampledFrom([]int64{0, 1, 1000, 250e6, 3600e9}).Draw(t, "mean")
		a := newAgenda(mean, rapid.IntRange(0, 1000).Draw(t, "slots"))
		now := -rapid.Int64Range(0, int64(time.Hour)).Draw(t, "settle")
		var list []event
		order := func(a, b event) int { return less(&b, &a) - less(&a, &b) }
		for k := range rapid.IntRange(1, 400).Draw(t, "steps") {
			if rapid.IntRange(0, 9).Draw(t, "what") < 6 {
				reach := rapid.SampledFrom([]int64{0, mean, 10 * mean, 1000 * mean, 1 << 50}).Draw(t, "reach")
				e := newEvent(now+rapid.Int64Range(0, reach).Draw(t, "ahead"), uint32(rapid.IntRange(0, 3).Draw(t, "ticket")), uint32(k))
				a.push(e)
				list = append(list, e)
				slices.SortFunc(list, order)
			} else if len(list) > 0 {
				now = list[0].at
				if got := a.pop(); got != list[0] {
					t.Fatalf("got %v, want %v", got, list[0])
				}
				list = list[1:]
			}
			want := nothing
			if len(list) > 0 {
				want = list[0]
			}
			if a.first != want {
				t.Fatalf("first is %v, want %v", a.first, want)
			}
		}
	})
}

// What never ends does not come.
func TestAgendaWithoutEnd(t *testing.T) {
	a := newAgenda(0, 1)
	a.push(newEvent(never, 1, 1))
	a.push(newEvent(-5, 2, 2))
	a.push(newEvent(never, 3, 3))
	is(t, "first", a.pop().req(), uint32(2))
	is(t, "then", a.first.at, never)
}
