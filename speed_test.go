package headroom_test

import (
	"bytes"
	"context"
	"runtime"
	"testing"
	"time"

	"headroom/report"
	"headroom/scenarios"
	"headroom/sim"
	"headroom/whatif"
)

// question is a library scenario ready to be asked.
func question(t testing.TB, name string, sets ...string) whatif.Question {
	t.Helper()
	f, err := scenarios.Load(name, scenarios.OS, editsOf(t, sets)...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.Config()
	if err != nil {
		t.Fatal(err)
	}
	return whatif.Question{Meta: report.Meta{Scenario: name}, Config: c, Asks: f.Scenario.Expect}
}

// editsOf are the edits of PATH=VALUE texts.
func editsOf(t testing.TB, sets []string) (edits []scenarios.Edit) {
	t.Helper()
	for _, s := range sets {
		e, err := scenarios.ParseSet(s)
		if err != nil {
			t.Fatal(err)
		}
		edits = append(edits, e)
	}
	return edits
}

// lived is one run of a scenario.
func lived(t testing.TB, f *scenarios.File) *sim.Result {
	t.Helper()
	c, err := f.Config()
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The same question gives the same bytes on one core and on two, with both engines.
func TestCoresGiveTheSameBytes(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		qs := []whatif.Question{
			question(t, "spike-vs-warmup", "service.engine="+engine, "clock.length=2h"),
			question(t, "lost-zone", "service.engine="+engine, "clock.length=2h", "clock.start=2026-11-25T11:00:00"),
		}
		var first []byte
		for _, cores := range []int{1, 2} {
			answers, err := whatif.Ask(context.Background(), sim.Run, qs, 3, cores, nil)
			if err != nil {
				t.Fatal(err)
			}
			var all []byte
			for _, a := range answers {
				text, err := report.JSON(a.Doc())
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, text...)
			}
			if first == nil {
				first = all
			} else if !bytes.Equal(first, all) {
				t.Errorf("%s: other bytes on %d cores", engine, cores)
			}
		}
	}
}

// allocated is how much memory a run takes in all, the freed included: more than it ever holds.
func allocated(t *testing.T, c sim.Config) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := sim.Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A day of 86 million requests takes no more memory than an hour of them, but for its minute rows.
func TestMemoryDoesNotGrow(t *testing.T) {
	ask := func(length string) sim.Config {
		return question(t, "promo-week", "clock.length="+length, "traffic.curves=[{constant: {rate: 1000rps}}]", "traffic.events=[]",
			"service.time={lognormal: {mean: 250ms, cv: 1}}", "fleet.start=95", "scaling.fixed.instances=95").Config
	}
	hour, day := allocated(t, ask("1h")), allocated(t, ask("24h"))
	const row = 700 // bytes of a minute row with its quantiles and of its share of published points
	if limit := hour + 2<<20 + 23*60*row; day > limit {
		t.Errorf("a day takes %d bytes, an hour %d: more than 2 MB and the minute rows", day, hour)
	}
}

// BenchmarkPromoWeek is the README's main job without the printing: about 10 million requests.
func BenchmarkPromoWeek(b *testing.B) { promoWeek(b, "requests") }

// BenchmarkPromoWeekFluid is the same week as rates per second.
func BenchmarkPromoWeekFluid(b *testing.B) { promoWeek(b, "fluid") }

func promoWeek(b *testing.B, engine string) {
	c := question(b, "promo-week", "service.engine="+engine).Config
	var offered int64
	for b.Loop() {
		r, err := sim.Run(context.Background(), c)
		if err != nil {
			b.Fatal(err)
		}
		offered = r.Requests.Offered
	}
	per := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(per/float64(offered), "ns/request")
	b.ReportMetric(per/float64(c.Length/time.Second), "ns/step")
}
