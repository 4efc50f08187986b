package expect

import (
	"testing"

	"headroom/sim"
)

// loading are instances of a minute that count although their models load, and the attempts that they failed.
func loading(m sim.Minute, n int, erred int64) sim.Minute {
	m.LoadingSeen, m.Erred, m.Attempts, m.Offered = n, erred, 100, 100
	m.Failed = erred
	return m
}

func TestCausesOfReadyTooEarly(t *testing.T) {
	ready := func(r sim.Ready, minutes ...sim.Minute) *sim.Result {
		w := world(minutes...)
		w.Config.Fleet.StartUp.Ready = &r
		return w
	}
	fails, slow := sim.Ready{UntilLoaded: "fails"}, sim.Ready{Slow: 5}
	for name, c := range map[string]struct {
		ask  string
		r    *sim.Result
		want string
	}{
		"errors": {"failed < 1%", ready(fails, loading(at(2, 4), 1, 30), loading(at(2, 4), 2, 20)),
			"error: from 08:00 on 2 instances counted as in service while their models loaded; 50 of 200 attempts ended there in an error"},
		"one": {"failed < 1%", ready(fails, loading(at(2, 4), 1, 30)),
			"error: from 08:00 on 1 instance counted as in service while its model loaded; 30 of 100 attempts ended there in an error"},
		"too little as well": {"failed < 1%", ready(fails, loading(at(8, 4), 1, 30)),
			"error: from 08:00 on 1 instance counted as in service while its model loaded; 30 of 100 attempts ended there in an error"},
		"errors were few": {"failed < 1%", ready(fails, with(loading(at(8, 4), 1, 30), func(m *sim.Minute) { m.Failed = 61 })),
			"detecting: the load needed 8 slots from 08:00, 4 in service; no wish for more came after it"},
		"slow": {"p99 < 1s", ready(slow, loading(at(2, 4), 3, 0)),
			"loading: from 08:00 on 3 instances counted as in service while their models loaded; services on them took 5 times as long"},
		"slow, and too little if they were not": {"p99 < 1s", ready(slow, loading(at(8, 4), 3, 0)),
			"detecting: the load needed 8 slots from 08:00, 4 in service; no wish for more came after it"},
	} {
		got := Breaches([]Ask{must(t, c.ask)}, c.r)
		if len(got) != 1 || got[0].Cause.String() != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}
