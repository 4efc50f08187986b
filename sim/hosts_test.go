package sim

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/policy"
)

// onHosts puts copies on machines that take 30 s to provision; a copy takes 10 s to load.
func onHosts(h policy.Hosts) func(*Config) {
	return func(c *Config) {
		c.Platform.Hosts = &h
		c.Fleet.StartUp = StartUp{Provision: constant(30 * time.Second), Load: constant(10 * time.Second)}
	}
}

// Which machines live from when to when, by hand.
func TestLivesOfMachines(t *testing.T) {
	s := time.Second
	two := policy.Hosts{PerHost: 2, Max: 9, IdleAfter: 20 * s, Cooldown: 100 * s, MaxStep: 1}
	least, packs, few := two, two, two
	least.Min = 2
	packs.Consolidates = true
	few.Max = 1
	for _, c := range []struct {
		what    string
		cfg     Config
		lives   map[int][2]float64
		serving map[int]int // copies in service at the end of minutes
	}{
		{"three copies stand on two machines", small(at(), 120*s, s, instances(3), onHosts(two)), map[int][2]float64{0: {0, 120}, 1: {0, 120}}, map[int]int{0: 3}},
		{"one that finds room only loads", small(at(), 120*s, s, instances(1), onHosts(two), plan(want{45 * s, 2})), map[int][2]float64{0: {0, 120}}, map[int]int{0: 2}},
		{"one that does not waits for a machine", small(at(), 120*s, s, instances(2), onHosts(two), plan(want{25 * s, 4})),
			map[int][2]float64{0: {0, 120}, 1: {25, 120}}, map[int]int{0: 2, 1: 4}},
		{"a machine goes when it has been idle for 20 s", small(at(), 120*s, s, instances(3), onHosts(two), plan(want{10 * s, 1})),
			map[int][2]float64{0: {0, 120}, 1: {0, 30}}, map[int]int{0: 1}},
		{"to nothing and back", small(at(), 180*s, s, instances(1), onHosts(two), plan(want{10 * s, 0}, want{60 * s, 1})),
			map[int][2]float64{0: {0, 30}, 1: {60, 180}}, map[int]int{0: 0, 1: 1}},
		{"those that are always there stay", small(at(), 120*s, s, instances(1), onHosts(least), plan(want{10 * s, 0})), map[int][2]float64{0: {0, 120}, 1: {0, 120}}, map[int]int{0: 0}},
		{"an idle one is used again", small(at(), 120*s, s, instances(1), onHosts(two), plan(want{10 * s, 0}, want{25 * s, 1})), map[int][2]float64{0: {0, 120}}, map[int]int{0: 1}},
		{"no room and no more machines: refused", small(at(), 180*s, s, instances(2), onHosts(few), plan(want{10 * s, 3})), map[int][2]float64{0: {0, 180}}, map[int]int{1: 2}},
		// Copies 0 and 1 stand on the first machine, 2 and 3 on the second; the newest of all goes, then one of the first is lost:
		// one copy on each. 100 s after that the copy of the first machine is started anew on the second, and in service at 130.
		{"two half-empty machines become one", small(at(), 240*s, s, instances(4), onHosts(packs), replaceAfter(time.Hour), failing(losing(1, 20*s)), plan(want{10 * s, 3})),
			map[int][2]float64{0: {0, 130}, 1: {0, 240}}, map[int]int{0: 2, 3: 2}},
	} {
		r, lives := livesOf(t, c.cfg)
		if len(lives) != len(c.lives) {
			t.Errorf("%s: machines live %v, should %v", c.what, lives, c.lives)
			continue
		}
		for n, want := range c.lives {
			if lives[n] != want {
				t.Errorf("%s: machine %d lives %v, should %v", c.what, n, lives[n], want)
			}
		}
		sum := 0.0
		for _, l := range lives {
			sum += l[1] - l[0]
		}
		near(t, c.what+": machine-hours", r.Hosts.Hours*3600, sum, 1e-9)
		minutes := 0.0
		for _, m := range r.Minutes {
			minutes += m.Hosts
		}
		near(t, c.what+": machine-minutes", minutes*60, sum, 1e-9)
		if cost, _ := r.Cost.Total.Float64(); cost < sum*0.001-1e-9 || cost > sum*0.001+1e-9 {
			t.Errorf("%s: cost %v of %v machine-seconds", c.what, cost, sum)
		}
		for m, n := range c.serving {
			if r.Minutes[m].Serving != n {
				t.Errorf("%s: %d copies in service after minute %d, should be %d", c.what, r.Minutes[m].Serving, m, n)
			}
		}
	}
}

// In any world: machines stay within their bounds, none holds more copies than it has room for, every copy stands on one, and
// what is paid for is the machines' lives.
func TestLawsOfMachines(t *testing.T) {
	holdOnAll(t, func(t *rapid.T) {
		c := anyWorld(t)
		c.Fleet.Zones, c.Fleet.Billing.Starting = 1, "charged"
		c.Fleet.Failures = nil
		h := policy.Hosts{PerHost: choose(t, "room", 1, 2, 5), Min: choose(t, "least", 0, 1, 3), IdleAfter: choose(t, "idle", 0, 20*time.Second, time.Minute),
			Cooldown: choose(t, "cooldown", 10*time.Second, time.Minute), MaxStep: choose(t, "step", 1, 3), Consolidates: choose(t, "packs", true, false)}
		h.Max = max(h.Min, choose(t, "most", 3, 8, 100), (*c.Fleet.Start+h.PerHost-1)/h.PerHost)
		c.Platform.Hosts = &h
		r, lives := auditedBy(c, func(w *world) {
			f, copies := w.fleet, 0
			if n := len(f.hosts.all); n < h.Min || n > h.Max || int64(n) != f.hosts.alive.n {
				t.Fatalf("%d machines, %d to %d", n, h.Min, h.Max)
			}
			for _, m := range f.hosts.all {
				if copies += len(m.copies); len(m.copies) > h.PerHost {
					t.Fatalf("%d copies on a machine for %d", len(m.copies), h.PerHost)
				}
			}
			if copies != f.alive() || f.desired != len(f.starting)-f.extras+len(f.serving)+len(f.retry) {
				t.Fatalf("%d copies on machines of %d; desired %d of %d starting (%d moving), %d in service, %d waiting", copies, f.alive(), f.desired,
					len(f.starting), f.extras, len(f.serving), len(f.retry))
			}
		})
		conserved(t, r)
		r.Hours = States{Serving: r.Hosts.Hours}
		billedByLife(t, &c, r, lives)
	})
}
