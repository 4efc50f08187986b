package sim

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"headroom/policy"
	"headroom/unit"
)

// keeping replaces instances after a time, and keeps what is said meanwhile; no policy if least is below 0.
func keeping(lifetime time.Duration, least, most int) func(*Config) {
	return func(c *Config) {
		c.Platform.MaxLifetime = lifetime
		if least >= 0 {
			c.Platform.Maintenance = &policy.Maintenance{MinHealthy: least, MaxHealthy: most}
		}
	}
}

// Who replaces whom and when, by hand: two instances, a start takes 10 s, the lifetime is 30 s.
func TestMaxLifetime(t *testing.T) {
	s := time.Second
	warmUp := func(d time.Duration) func(*Config) { return func(c *Config) { c.Platform.WarmUp = d } }
	for _, c := range []struct {
		what string
		more []func(*Config)
		want map[int][2]float64
	}{
		{"for ever", []func(*Config){keeping(0, 0, 100)}, map[int][2]float64{0: {0, 75}, 1: {0, 75}}},
		{"110%: of two that is no more than one at a time, launched first", []func(*Config){keeping(30*s, 100, 110)},
			map[int][2]float64{0: {0, 40}, 1: {0, 50}, 2: {30, 75}, 3: {40, 75}, 4: {70, 75}}},
		{"100% and 100% leave no room: one, launched first", []func(*Config){keeping(30*s, 100, 100)},
			map[int][2]float64{0: {0, 40}, 1: {0, 50}, 2: {30, 75}, 3: {40, 75}, 4: {70, 75}}},
		{"200%: both at once, launched first", []func(*Config){keeping(30*s, 100, 200)},
			map[int][2]float64{0: {0, 40}, 1: {0, 40}, 2: {30, 75}, 3: {30, 75}, 4: {70, 75}, 5: {70, 75}}},
		{"50%: one at a time, removed first", []func(*Config){keeping(30*s, 50, 100)},
			map[int][2]float64{0: {0, 30}, 1: {0, 40}, 2: {30, 70}, 3: {40, 75}, 4: {70, 75}}},
		{"90% of two is two, and 100% no more: one all the same, removed first", []func(*Config){keeping(30*s, 90, 100)},
			map[int][2]float64{0: {0, 30}, 1: {0, 40}, 2: {30, 70}, 3: {40, 75}, 4: {70, 75}}},
		{"no policy: one at a time, removed first", []func(*Config){keeping(30*s, -1, 0)},
			map[int][2]float64{0: {0, 30}, 1: {0, 40}, 2: {30, 70}, 3: {40, 75}, 4: {70, 75}}},
		{"0%: all at once", []func(*Config){keeping(30*s, 0, 100)},
			map[int][2]float64{0: {0, 30}, 1: {0, 30}, 2: {30, 70}, 3: {30, 70}, 4: {70, 75}, 5: {70, 75}}},
		{"50% and 150%: one launched first, the other removed first", []func(*Config){keeping(30*s, 50, 150)},
			map[int][2]float64{0: {0, 40}, 1: {0, 30}, 2: {30, 75}, 3: {30, 70}, 4: {70, 75}, 5: {70, 75}}},
		{"the old one stays until the new one is warm", []func(*Config){keeping(30*s, 100, 110), warmUp(5 * s)},
			map[int][2]float64{0: {0, 45}, 1: {0, 60}, 2: {30, 75}, 3: {45, 75}, 4: {70, 75}}},
		{"the next one goes when the new one is warm", []func(*Config){keeping(30*s, 50, 100), warmUp(5 * s)},
			map[int][2]float64{0: {0, 30}, 1: {0, 45}, 2: {30, 70}, 3: {45, 75}, 4: {70, 75}}},
		// at 35 s the starts that were to replace are cancelled; one remains and its successor is launched anew
		{"a scale-in comes first", []func(*Config){keeping(30*s, 100, 200), plan(want{35 * s, 1})},
			map[int][2]float64{0: {0, 45}, 1: {0, 35}, 2: {30, 35}, 3: {30, 35}, 4: {35, 75}}},
		// at 42 s the new ones are in service and not yet warm: they take their places at once, and then one goes
		{"a scale-in while they warm up", []func(*Config){keeping(30*s, 100, 200), warmUp(5 * s), plan(want{42 * s, 1})},
			map[int][2]float64{0: {0, 42}, 1: {0, 42}, 2: {30, 75}, 3: {30, 42}, 4: {70, 75}}},
	} {
		cfg := small(at(), 75*s, s, append([]func(*Config){instances(2), startUp(10 * s)}, c.more...)...)
		for _, engine := range []string{"requests", "fluid"} {
			cfg.Service.Engine, cfg.Traffic = engine, demand(t, 1, always(.01))
			r, got := livesOf(t, cfg)
			if d := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-6)); d != "" {
				t.Errorf("%s, %s: (-want +got)\n%s", c.what, engine, d)
			}
			if engine == "requests" && c.what == "110%: of two that is no more than one at a time, launched first" {
				is(t, "the log", r.Happenings[0].Text, "in service for 30s, max-lifetime: 1 launched, as many go once they are ready")
			}
		}
	}
}

// A maintenance policy says how zones are evened out: up to max-healthy at once, or down to min-healthy.
func TestRebalanceWithin(t *testing.T) {
	for _, c := range []struct {
		least, most         int
		fewest, alive, told int
	}{{100, 200, 6, 8, 1}, {100, 110, 6, 7, 2}, {50, 100, 4, 6, 1}, {90, 100, 5, 6, 2}, {50, 117, 5, 7, 2}} {
		cfg := small(instants{}, time.Hour, time.Second, instances(6), keeping(0, c.least, c.most), func(c *Config) {
			c.Fleet.Zones = 3
			c.Fleet.StartUp.Provision = constant(90 * time.Second)
			c.Fleet.Failures = []Failure{{Zone: &ZoneFailure{Number: 2, Begin: 5 * time.Minute, Length: 10 * time.Minute}}}
			c.Platform.Removal, c.Platform.Rebalance = policy.DefaultRemoval, true
		})
		w := newWorld(context.Background(), &cfg)
		fewest, alive := 6, 0
		for now := clock(0); now < int64(cfg.Length); now += int64(time.Second) {
			if w.step(now, now+int64(time.Second)); now >= int64(15*time.Minute) {
				fewest, alive = min(fewest, len(w.fleet.serving)), max(alive, len(w.fleet.serving)+len(w.fleet.starting))
			}
		}
		zones := make([]int, 3)
		for _, i := range w.fleet.serving {
			zones[i.zone]++
		}
		told := 0
		for _, h := range w.control.happens {
			if h.What == "rebalanced" {
				told++
			}
		}
		if fmt.Sprint(zones) != "[2 2 2]" || fewest != c.fewest || alive != c.alive || told != c.told {
			t.Errorf("%d%% to %d%%: zones %v, %d to %d instances, told %d times; want [2 2 2], %d, %d, %d", c.least, c.most, zones, fewest, alive, told, c.fewest, c.alive, c.told)
		}
	}
}

// Bounds are rounded towards the desired capacity, and there is room for one.
func TestBoundsLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &policy.Maintenance{MinHealthy: rapid.IntRange(0, 100).Draw(t, "min"), MaxHealthy: rapid.IntRange(100, 200).Draw(t, "max")}
		n := rapid.IntRange(1, 500).Draw(t, "desired")
		least, most := m.Bounds(n)
		if least >= n && most <= n || least < 0 || least > n || most < n {
			t.Fatalf("%d: %d to %d leaves no room", n, least, most)
		}
		below, above := 100*least < m.MinHealthy*n, 100*most > m.MaxHealthy*n
		if below && (least != n-1 || most != n) || above && (least != n || most != n+1) {
			t.Fatalf("%d: %d to %d is outside %d%% to %d%%", n, least, most, m.MinHealthy, m.MaxHealthy)
		}
	})
}

// Whatever is wanted: maintenance never takes the group below what is to be kept nor above what may be there, it changes nothing of
// how many are wanted, and everyone who is too old goes.
func TestMaintenanceLaws(t *testing.T) {
	traffic := demand(t, 1, always(1.5))
	rapid.Check(t, func(t *rapid.T) {
		s, secs := &script{}, func(what string, low, high int) time.Duration {
			return time.Duration(rapid.IntRange(low, high).Draw(t, what)) * time.Second
		}
		wanted := rapid.IntRange(0, 12).Draw(t, "start")
		for k, n := 0, rapid.IntRange(0, 5).Draw(t, "changes"); k < n; k++ {
			s.at = append(s.at, want{secs("when", 1, 300), rapid.IntRange(0, 12).Draw(t, "want")})
		}
		slices.SortFunc(s.at, func(a, b want) int { return int(a.at - b.at) })
		start, warm := secs("start-up", 0, 40), secs("warm-up", 0, 40)
		lifetime := secs("lifetime", 20, 200)
		c := small(traffic, 25*time.Minute, 2*time.Second, instances(wanted), startUp(start), keeping(lifetime, rapid.IntRange(-20, 100).Draw(t, "min"), rapid.IntRange(100, 200).Draw(t, "max")))
		c.Service.Engine = rapid.SampledFrom([]string{"requests", "fluid"}).Draw(t, "engine")
		c.Platform.WarmUp, c.Fleet.Zones = warm, rapid.IntRange(1, 3).Draw(t, "zones")
		c.Platform.Rebalance, c.Platform.Removal = rapid.Bool().Draw(t, "rebalance"), rapid.SampledFrom([]string{"", policy.Oldest, policy.DefaultRemoval}).Draw(t, "removal")
		fails := rapid.Bool().Draw(t, "fails")
		if fails {
			c.Fleet.Failures = []Failure{{Instance: &InstanceFailure{MeanTime: 3 * time.Minute}}, {Launch: &LaunchFailure{Refused: new(unit.Share(0.2))}}}
		}
		c.Scaler = func() policy.Scaler { return s }
		w := newWorld(context.Background(), &c)
		since := map[*instance]clock{}
		f := w.fleet
		for now := clock(0); now < int64(c.Length); now += int64(time.Second) {
			was, desired := len(f.serving), f.desired
			w.step(now, now+int64(time.Second))
			least, most := c.Platform.Maintenance.Bounds(f.desired)
			n := f.size()
			switch {
			case n > most && (c.Platform.Maintenance != nil || f.extras == 0) || n != f.desired+f.extras:
				t.Fatalf("%ds: %d instances and %d extra, %d wanted, at most %d", now/1e9, n, f.extras, f.desired, most)
			case !fails && len(f.serving) < was && f.desired == desired && len(f.serving) < least && now > 0:
				t.Fatalf("%ds: %d in service, at least %d are kept", now/1e9, len(f.serving), least)
			}
			if c.Platform.Rebalance && !fails && len(s.at) == 0 && happenings(w, "rebalanced") > 0 {
				t.Fatalf("%ds: moved between zones: whoever replaces another one is launched in its zone", now/1e9)
			}
			extras := 0
			for _, i := range slices.Concat(f.starting, f.serving) {
				if i.extra {
					extras++
				}
			}
			if extras != f.extras {
				t.Fatalf("%ds: %d are extra, counted %d", now/1e9, extras, f.extras)
			}
			for _, i := range f.serving {
				if _, ok := since[i]; !ok {
					since[i] = now
				}
				if age := now - since[i]; age > int64(lifetime+(start+warm+2*time.Second)*time.Duration(14+len(s.at))) && !fails {
					t.Fatalf("%ds: %v has been in service for %ds", now/1e9, i, age/1e9)
				}
			}
		}
		renewals := happenings(w, "renewed")
		if f.desired > 0 && len(s.at) == 0 && !fails && renewals < f.desired {
			t.Fatalf("%d replaced, of %d", renewals, f.desired)
		}
	})
}

// happenings counts the instances that something happened to.
func happenings(w *world, what string) (n int) {
	for _, h := range w.control.happens {
		if h.What == what {
			n += h.Count
		}
	}
	return n
}
