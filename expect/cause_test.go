package expect

import (
	"strings"
	"testing"
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/sim"
)

func TestBreaches(t *testing.T) {
	fast, slow := served(10, second/2), served(10, 2*second)
	slower := served(10, 3*second)
	r := run(slow, fast, idle, slow, idle, slower, fast, failed(1), idle)
	got := Breaches([]Ask{must(t, "p99 < 1s in 99% of minutes"), must(t, "p99  < 1000ms"), must(t, "cost < 1"), must(t, "failed < 1%")}, r)
	want := []struct {
		from, to time.Duration
		ask      string
		minutes  int
		worst    float64
	}{
		{0, time.Minute, "p99 < 1s", 1, 2},
		{3 * time.Minute, 6 * time.Minute, "p99 < 1s", 2, 3}, // the empty minute between does not end it
		{7 * time.Minute, 8 * time.Minute, "p99 < 1s", 1, 0},
		{7 * time.Minute, 8 * time.Minute, "failed < 1%", 1, 1},
	}
	if len(got) != len(want) {
		t.Fatalf("%d breaches, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		if g.From != w.from || g.To != w.to || g.Ask.InOneMinute() != w.ask || g.Minutes != w.minutes || (w.worst != 0 && g.Worst != w.worst) {
			t.Errorf("breach %d: %+v, want %+v", i, g, w)
		}
		if i == 2 && g.Worst == g.Worst {
			t.Errorf("nothing was served: worst must not exist, got %v", g.Worst)
		}
	}
}

// world is a result of minutes with one slot an instance and nothing in it but load and capacity.
func world(minutes ...sim.Minute) *sim.Result {
	r := run(minutes...)
	r.Config.Service.Time = chance.Fixed(100 * time.Millisecond)
	return r
}

// at is a missed minute with this load on this many instances in service.
func at(load, serving float64) sim.Minute {
	m := served(10, 2*second)
	m.Demand, m.ServingMean, m.Serving, m.ServingMin, m.ServingMax, m.Desired = load, serving, int(serving), int(serving), int(serving), int(serving)
	return m
}

// with changes a minute.
func with(m sim.Minute, change func(*sim.Minute)) sim.Minute {
	change(&m)
	return m
}

func starting(m sim.Minute, n int) sim.Minute {
	m.Starting, m.StartingMean, m.Desired = n, float64(n), m.Serving+n
	return m
}

func out(at time.Duration, from, to int, complete time.Duration) sim.Decision {
	return sim.Decision{At: at, Until: at, Complete: complete, Entry: policy.Entry{Policy: "tracking", From: from, To: to}}
}

func hold(at, until time.Duration, n, wish int, by policy.Hold) sim.Decision {
	return sim.Decision{At: at, Until: until, Complete: -1, Entry: policy.Entry{Policy: "tracking", From: n, To: n, Wish: wish, HasWish: true, HeldBy: by}}
}

func TestCauses(t *testing.T) {
	min := time.Minute
	for name, c := range map[string]struct {
		ask  string
		r    *sim.Result
		code Code
		says []string
	}{
		"nobody has noticed": {r: world(at(8, 4), at(8, 4), at(8, 4)), code: Detecting, says: []string{"8 slots from 08:00", "4 in service", "no wish for more"}},
		"noticed at last": {code: Detecting, says: []string{"first wish for more came at 08:02:30", "2 of 3 minutes (others: starting 1)"},
			r: func() *sim.Result {
				r := world(at(8, 4), at(8, 4), starting(at(8, 4), 6))
				r.Decisions = []sim.Decision{out(2*min+30*second, 4, 10, -1)}
				return r
			}()},
		"ordered and on its way": {code: Starting, says: []string{"4 → 10 instances ordered at 08:00", "all in service at 08:03", "needed 9"},
			r: func() *sim.Result {
				r := world(starting(at(8, 4), 6), starting(at(8, 4), 6), starting(at(8, 4), 6))
				r.Decisions = []sim.Decision{out(0, 4, 10, 3*min)}
				return r
			}()},
		"nobody in service, and only old requests wait": {code: Detecting, says: []string{"requests waited from 08:00, with no instance in service", "no wish for more"},
			r: world(with(at(0, 0), func(m *sim.Minute) { m.Waiting = 1 }), with(at(0, 0), func(m *sim.Minute) { m.Waiting = 1 }))},
		"nobody in service, one on its way": {code: Starting, says: []string{"0 → 1 instance ordered at 08:00"},
			r: func() *sim.Result {
				r := world(starting(with(at(0, 0), func(m *sim.Minute) { m.Waiting = 1 }), 1), starting(with(at(0, 0), func(m *sim.Minute) { m.Waiting = 1 }), 1))
				r.Decisions = []sim.Decision{out(0, 0, 1, 3*min)}
				return r
			}()},
		"switched off": {code: Suspended, says: []string{"wish for 10 instances at 08:00 (now 4)", "held by a suspension until 08:02"},
			r: func() *sim.Result {
				r := world(at(8, 4), at(8, 4), at(8, 4))
				r.Decisions = []sim.Decision{hold(0, 2*min, 4, 10, policy.HeldBySuspended)}
				return r
			}()},
		"cooling down": {code: Cooldown, says: []string{"wish for 10 instances at 08:00 (now 4)", "until 08:02"},
			r: func() *sim.Result {
				r := world(at(8, 4), at(8, 4), at(8, 4))
				r.Decisions = []sim.Decision{hold(0, 2*min, 4, 10, policy.HeldByCooldown)}
				return r
			}()},
		"cooling down again and again": {code: Cooldown, says: []string{"wish for 5 instances at 08:00 (now 4) was held by a cooldown until 08:00, the first of 2 such wishes; the load needed 5, later 9"},
			r: func() *sim.Result {
				r := world(at(4, 4), at(8, 4))
				r.Decisions = []sim.Decision{hold(0, 0, 4, 5, policy.HeldByCooldown), hold(min, min, 4, 6, policy.HeldByCooldown)}
				return r
			}()},
		"an update is under way": {code: Updating, says: []string{"a change under way"},
			r: func() *sim.Result {
				r := world(starting(at(8, 4), 1), starting(at(8, 4), 1))
				r.Decisions = []sim.Decision{out(0, 4, 5, -1), hold(0, min, 5, 10, policy.HeldByUpdating)}
				return r
			}()},
		"at the limit": {code: AtMax, says: []string{"4 instances is the limit; 10 were wished for", "needed 10"},
			r: func() *sim.Result {
				r := world(at(8, 4), at(9, 4))
				r.Decisions = []sim.Decision{hold(0, min, 4, 10, policy.HeldByMax)}
				return r
			}()},
		"a change under way below the limit": {code: AtMax, says: []string{"max is 6; 10 were wished for at 08:00, the load needed 9"},
			r: func() *sim.Result {
				r := world(at(8, 4))
				h := hold(0, 0, 4, 10, policy.HeldByMax)
				h.Why = []policy.Reason{{Code: policy.Step, Text: "+6 makes 10"}, {Code: policy.AtMax, Text: "max is 6"}, {Code: policy.Updating, Text: "updating"}}
				r.Decisions = []sim.Decision{h}
				return r
			}()},
		"the limit outlasts a cooldown": {code: AtMax,
			r: func() *sim.Result {
				r := world(at(8, 4), at(8, 4))
				r.Decisions = []sim.Decision{hold(0, min, 4, 10, policy.HeldByMax), hold(0, min, 4, 6, policy.HeldByCooldown)}
				return r
			}()},
		"fixed": {code: AtMax, says: []string{"fixed at 4 instances", "needed 9"},
			r: func() *sim.Result {
				r := world(at(8, 4))
				r.Config.Scaler = func() policy.Scaler { return policy.Fixed{} }
				return r
			}()},
		"lost until made up for": {code: Lost, says: []string{"4 instances of 8 lost at 08:00:30", "made up for by 08:03"},
			r: func() *sim.Result {
				a := with(at(7, 4), func(m *sim.Minute) { m.Lost, m.Desired = 4, 8 })
				r := world(a, starting(at(7, 4), 4), with(at(1, 8), func(m *sim.Minute) {}))
				r.Minutes[1].Desired = 8
				r.Happenings = []sim.Happening{{At: 30 * second, What: "lost", Count: 4}}
				return r
			}()},
		"a loss that fails requests and takes no capacity": {ask: "failed < 1%", code: Lost,
			r: world(with(at(1, 4), func(m *sim.Minute) { m.Lost, m.Failed, m.Desired = 1, 5, 4 }))},
		"launches refused": {code: Refused, says: []string{"from 08:00 on; 4 of 8"},
			r: func() *sim.Result {
				a := with(at(7, 4), func(m *sim.Minute) { m.Refused, m.Desired = 4, 8 })
				b := with(at(7, 4), func(m *sim.Minute) { m.Desired = 8 })
				return world(a, b)
			}()},
		"what had waited": {code: Backlog, says: []string{"from 08:01 on, but 500 requests still waited"},
			r: world(with(at(1, 4), func(m *sim.Minute) { m.Waiting, m.Latency = 500, served(1, second/2).Latency }), at(1, 4))},
		"scaled in too early": {code: ScaledIn, says: []string{"8 → 4 instances at 08:00 (tracking)", "needed 7"},
			r: func() *sim.Result {
				r := world(at(6, 4), starting(at(6, 4), 4), starting(at(6, 4), 4))
				r.Decisions = []sim.Decision{out(0, 8, 4, 0), out(min, 4, 8, -1)}
				return r
			}()},
		"an old scale-in is not to blame": {code: Detecting,
			r: func() *sim.Result {
				ms := make([]sim.Minute, 20)
				for i := range ms {
					ms[i] = with(at(2, 4), func(m *sim.Minute) { m.Latency = served(1, second/2).Latency })
				}
				r := world(append(ms, at(6, 4))...)
				r.Decisions = []sim.Decision{out(0, 8, 4, 0)}
				return r
			}()},
		"enough": {code: Noise, says: []string{"capacity was enough", "a load of 2 on 8 slots"}, r: world(at(2, 8))},
		"second tries are load too": {code: Detecting,
			r: world(with(at(3, 4), func(m *sim.Minute) { m.Attempts = 2 * m.Offered }))},
		"too idle is not too little": {ask: "utilization > 50%", code: Noise, r: world(with(at(2, 8), func(m *sim.Minute) { m.Utilization = .25 }))},
		"too few instances":          {ask: "instances >= 5", code: Detecting, r: world(at(8, 4))},
		"a slow hour": {code: Slow, says: []string{"from 08:00 to 08:01"},
			r: world(with(at(8, 4), func(m *sim.Minute) { m.Slow = true }))},
		"slow by itself": {ask: "p99 < 100ms", code: Slow, says: []string{"p99 of 100ms"}, r: world(at(8, 4))},
		"a gap inside the minute": {code: Detecting,
			r: world(with(at(4, 8), func(m *sim.Minute) { m.ServingMin = 1 }))},
	} {
		t.Run(name, func(t *testing.T) {
			ask := c.ask
			if ask == "" {
				ask = "p99 < 1s"
			}
			got := Breaches([]Ask{must(t, ask)}, c.r)
			if len(got) != 1 {
				t.Fatalf("%d breaches, want 1: %+v", len(got), got)
			}
			if got[0].Cause.Code != c.code {
				t.Errorf("cause %s, want %s", got[0].Cause, c.code)
			}
			for _, s := range c.says {
				if !strings.Contains(got[0].Cause.Text, s) {
					t.Errorf("%q does not say %q", got[0].Cause, s)
				}
			}
		})
	}
}

func TestClock(t *testing.T) {
	r := run(idle)
	if got := Clock(r, 90*second); got != "08:01:30" {
		t.Error(got)
	}
	r.Config.Length = 7 * 24 * time.Hour
	if got := Clock(r, 26*time.Hour); got != "Tue 3 Mar 10:00" {
		t.Error(got)
	}
}
