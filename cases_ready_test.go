package headroom_test

import (
	"math"
	"testing"
	"time"

	"headroom/scenarios"
	"headroom/sim"
)

func TestG07ReadyTooEarly(t *testing.T) {
	const slow = "service.time={constant: 500ms}"
	for _, engine := range []string{"requests", "fluid"} {
		of := func(variant string, sets ...string) (*sim.Result, float64) {
			r := ask(t, "g07-ready-too-early", variant, append(sets, "service.engine="+engine)...)
			if r.Requests.FailedBy.Error != r.Requests.Failed {
				t.Errorf("%s %s: %+v", engine, variant, r.Requests.FailedBy)
			}
			return r, float64(r.Requests.Failed)
		}
		// 39 s of 20 rps: 780 attempts meet an instance that fails.
		turns, a := of("")
		about(t, engine+" (a) round robin", a, 390, 20)
		// Two services of load on four slots: half of those who find the old one empty go there, and in 100 ms two more come. A third is
		// served (Poisson traffic, which the fluid engine takes: a quarter). The busier it is, the more fail: with 500 ms one in eleven of
		// those 780 is served, of the arrivals at half chance each and the nine after one that was.
		_, b := of("least")
		about(t, engine+" (b) least outstanding", b, map[string]float64{"requests": 780 * 2. / 3, "fluid": 780 * 3. / 4}[engine], 30)
		_, busy := of("least", slow, "service.concurrency=16")
		about(t, engine+" (b) and busy", busy, 780*10./11, 30)
		if b < a+100 || busy < b+100 {
			t.Errorf("%s: %v, %v and %v fail: the black hole must be worse", engine, a, b, busy)
		}
		// (c)
		honest, c := of("honest")
		about(t, engine+" (c) honest", c, 0, 0)
		between(t, engine+" (c) in service", servesAt(honest, 2)-servesAt(turns, 2), 39*time.Second-time.Millisecond, 39*time.Second+time.Millisecond)
		// (d) each second try is by chance again; one that comes at once is the old one's turn, and then it is always the new one's.
		retried, d := of("retries")
		about(t, engine+" (d) retries: failed", d, 195, 30)
		about(t, engine+" (d) retries: retries", float64(retried.Requests.Retries), 390, 40)
	}
	atOnce := ask(t, "g07-ready-too-early", "", "service.retries={attempts: 2}")
	about(t, "(d) at once: failed", float64(atOnce.Requests.Failed), 0, 0)
	about(t, "(d) at once: retries", float64(atOnce.Requests.Retries), 780, 1)
}

// servesAt is when n instances are in service for the first time, from the minutes' averages.
func servesAt(r *sim.Result, n int) time.Duration {
	for _, m := range r.Minutes {
		if m.ServingMax >= n {
			return m.At + time.Duration((float64(n)-m.ServingMean)*float64(time.Minute))
		}
	}
	return -1
}

// What the library's scenario shows: behind least outstanding the average of an endpoint that gets more instances falls below the low
// alarm, though traffic grows, and the policy takes away what it has just ordered, before it is loaded.
func TestReadyTooEarlyScalesIn(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		_, r := judged(t, "ready-too-early", set(t, "service.engine="+engine))
		_, honest := judged(t, "ready-too-early", scenarios.Variant("honest"), set(t, "service.engine="+engine))
		cut := 0
		for _, d := range changes(r) {
			if in(d) && d.Policy == "in" && r.Minutes[int((d.At-1)/minute)].Loading > 0 {
				cut++
			}
		}
		if cut < 15 || honest.Scaling.In > 0 {
			t.Errorf("%s: %d times an instance was removed while one loaded; %d of an honest fleet", engine, cut, honest.Scaling.In)
		}
		if last := r.Minutes[len(r.Minutes)-1]; last.Serving-last.Loading > 4 || honest.ServingMax < 5 {
			t.Errorf("%s: %d serve at the end; of an honest fleet at most %d", engine, last.Serving-last.Loading, honest.ServingMax)
		}
		least := math.Inf(1)
		for _, p := range r.Series[0].Points {
			if p.End > time.Hour {
				least = math.Min(least, p.Value)
			}
		}
		about(t, engine+": CPU at the least, with traffic for three busy instances", least, 12, 5)
	}
}

// set is an edit PATH=VALUE.
func set(t *testing.T, text string) scenarios.Edit {
	t.Helper()
	e, err := scenarios.ParseSet(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
