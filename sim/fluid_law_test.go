package sim

import (
	"sync"
	"testing"
	"time"

	"headroom/chance"
)

// Equal laws share a table, whoever asks at once; there are never more than mostLaws; two lists of samples have two.
func TestLawTablesAreShared(t *testing.T) {
	law := func(k int) chance.Law {
		mean, cv := time.Duration(k+1)*time.Second, 1.0
		return chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}.Law()
	}
	got := make([]*lawTable, 8)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			got[i] = lawTableOf(law(0))
			got[i].longest(3)
		})
	}
	all.Wait()
	for _, l := range got {
		if l != got[0] {
			t.Error("equal laws have different tables")
		}
	}
	for k := range 3 * mostLaws {
		lawTableOf(law(k))
		if len(laws.of) > mostLaws {
			t.Fatalf("%d tables are kept", len(laws.of))
		}
	}
	near(t, "the same table again", lawTableOf(law(0)).longest(3), got[0].longest(3), 0)
	if lawTableOf(chance.Samples([]time.Duration{1, 2})) == lawTableOf(chance.Samples([]time.Duration{1, 3})) {
		t.Error("two lists of samples share a table")
	}
}
