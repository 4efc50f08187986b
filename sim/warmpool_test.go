package sim

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"headroom/chance"
	"headroom/policy"
	"headroom/unit"
)

func size(min, desired, max int, prepared *int) int {
	return (&policy.Pool{MinSize: min, Prepared: prepared}).Size(desired, max)
}

func TestWP1(t *testing.T) {
	if n := size(0, 6, 10, nil); n != 4 {
		t.Errorf("desired 6, max 10: pool of %d, want 4", n)
	}
}

func TestWP2(t *testing.T) {
	if n := size(0, 6, 10, new(8)); n != 2 {
		t.Errorf("desired 6, max 10, prepared 8: pool of %d, want 2", n)
	}
}

func TestWP4(t *testing.T) {
	for _, desired := range []int{0, 3, 10, 20} {
		if n := size(10, desired, 30, new(10)); n != 10 {
			t.Errorf("min-size 10 = prepared 10, desired %d: pool of %d, want 10", desired, n)
		}
	}
	if n := size(0, 12, 10, nil); n != 0 {
		t.Errorf("desired above max: pool of %d, want 0", n)
	}
}

// limited is a script that says the group's max.
type limited struct {
	script
	max []want
}

func (l *limited) most(now time.Duration) (n int) {
	for _, m := range l.max {
		if now >= m.at {
			n = m.n
		}
	}
	return n
}
func (l *limited) Begin(now time.Duration, n int) policy.Decision {
	d := l.script.Begin(now, n)
	d.Max = l.most(now)
	return d
}
func (l *limited) Next(now time.Duration) time.Duration {
	next := l.script.Next(now)
	for _, m := range l.max {
		if m.at > now {
			next = min(next, m.at)
		}
	}
	return next
}
func (l *limited) Decide(o policy.Observation) policy.Decision {
	d := l.script.Decide(o)
	d.Max = l.most(o.Now)
	return d
}

// pooling is an idle run of one instance, at 0.001 USD a second, with a warm pool; cold starts take 100 s, warm ones 20 s.
func pooling(pool policy.Pool, max int, wants ...want) Config {
	return small(instants{}, 30*time.Minute, time.Second, func(c *Config) {
		c.Fleet.StartUp.Provision, c.Fleet.StartUp.Load = constant(60*time.Second), constant(40*time.Second)
		pool.StartUp = constant(20 * time.Second)
		c.Platform = policy.Platform{Pool: &pool}
		c.Scaler = func() policy.Scaler { return &limited{script{wants}, []want{{-time.Hour, max}}} }
	})
}

// storage is 0.0001 USD a second.
func storage() *unit.Price { return &unit.Price{Currency: "USD", Nano: 360_000_000} }

// A scale-out takes ready ones first and the rest cold; what was taken is not launched anew, as desired capacity has grown.
func TestPoolIsTakenFirst(t *testing.T) {
	c := pooling(policy.Pool{Storage: storage()}, 4, want{5 * time.Minute, 6})
	r, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	at := func(s time.Duration) (n int) { // in service at the end of a minute
		return r.Minutes[int(s/time.Minute)-1].Serving
	}
	if at(5*time.Minute) != 1 || at(6*time.Minute) != 4 || at(7*time.Minute) != 6 {
		t.Errorf("in service after 5, 6 and 7 minutes: %d %d %d, want 1 4 6", at(5*time.Minute), at(6*time.Minute), at(7*time.Minute))
	}
	// 1 for 1800 s, 3 + 2 from 300 s to the end; 3 stopped for 300 s
	wantCost(t, r, 1800+5*1500, 3*300)
	if r.Hours.Pool != 3*300/3600. {
		t.Errorf("pool hours %v", r.Hours.Pool)
	}
	if m := r.Minutes[3]; m.Pool != 3 || math.Abs(m.PoolCost-3*60*0.0001) > 1e-12 || math.Abs(m.Cost-0.06-m.PoolCost) > 1e-12 {
		t.Errorf("minute 3: pool %v, cost %v of %v", m.Pool, m.PoolCost, m.Cost)
	}
}

// wantCost holds charged instance seconds at 0.001 USD and stored ones at 0.0001 USD.
func wantCost(t *testing.T, r *Result, charged, stored int64) {
	t.Helper()
	store := big.NewRat(stored, 10_000)
	all := new(big.Rat).Add(big.NewRat(charged, 1000), store)
	if r.Cost.Total.Cmp(all) != 0 || r.Cost.By.Storage.Cmp(store) != 0 {
		t.Errorf("cost %s, of it storage %s; want %s and %s", r.Cost.Total.FloatString(4), r.Cost.By.Storage.FloatString(4), all.FloatString(4), store.FloatString(4))
	}
}

// Without reuse a removed instance is gone and the pool launches another one, which runs until it is prepared. With it the instance
// itself goes back and is stopped at once.
func TestPoolReuse(t *testing.T) {
	for _, reuse := range []bool{false, true} {
		c := pooling(policy.Pool{Storage: storage(), Reuse: reuse}, 3, want{5 * time.Minute, 2}, want{10 * time.Minute, 1})
		r, err := Run(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		// two stopped for 300 s; one for 300 s more while the other serves; then the second comes back at 600 s or a new one at 700 s
		charged, stored := int64(1800+300), int64(2*300+300+1200+1200)
		if !reuse {
			charged, stored = charged+100, stored-100
		}
		wantCost(t, r, charged, stored)
	}
}

// Idle instances that are removed at once all go back, and nothing is launched for a place that one of them takes.
func TestPoolReuseOfSeveral(t *testing.T) {
	c := pooling(policy.Pool{Storage: storage(), Reuse: true}, 4, want{5 * time.Minute, 4}, want{10 * time.Minute, 1})
	w := newWorld(context.Background(), &c)
	for now := -clock(c.Settle); now < clock(c.Length); now += clock(c.Step) {
		if now == 0 {
			w.report()
		}
		w.step(now, now+clock(c.Step))
	}
	// three stopped for 300 s, in the group for 300 s, stopped again
	wantCost(t, w.result(clock(c.Length)), 1800+3*300, 3*(300+1200))
	is(t, "launched", w.fleet.launches, 4)
}

// Running ones cost their full price and come without a new start; a max that grows grows the pool, one that shrinks ends the newest.
func TestPoolFollowsMax(t *testing.T) {
	c := pooling(policy.Pool{Running: true}, 0)
	c.Platform.Pool.StartUp = constant(0)
	c.Scaler = func() policy.Scaler {
		return &limited{script{[]want{{20 * time.Minute, 2}}}, []want{{-time.Hour, 2}, {5 * time.Minute, 4}, {10 * time.Minute, 3}}}
	}
	r, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	// the group's one and the first of the pool throughout; two more from 300 s, one of them until 600 s, the other until it is too many at 1200 s
	if got, want := r.Cost.Total, big.NewRat(2*1800+300+1500, 1000); got.Cmp(want) != 0 {
		t.Errorf("cost %s, want %s", got.FloatString(3), want.FloatString(3))
	}
	if m := r.Minutes[20]; m.Serving != 2 || m.ServingMean != 2 {
		t.Errorf("a running one is in service at once: %+v", m)
	}
}

// Seconds are rounded and raised to the minimum for each time that an instance runs, not for its whole life.
func TestPoolBillsEachRun(t *testing.T) {
	c := pooling(policy.Pool{Storage: storage(), Reuse: true}, 2, want{5 * time.Minute, 2}, want{5*time.Minute + 30*time.Second, 1},
		want{10 * time.Minute, 2}, want{10*time.Minute + 30*time.Second, 1})
	c.Fleet.Billing.Minimum = time.Minute
	r, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	wantCost(t, r, 1800+2*60, 300+(600-330)+(1800-630))
}

// The pool's instances of a zone are lost with it, and launched anew elsewhere.
func TestPoolLosesAZone(t *testing.T) {
	c := pooling(policy.Pool{}, 7)
	c.Fleet.Zones = 2
	c.Fleet.Failures = []Failure{{Zone: &ZoneFailure{Number: 2, Begin: 5 * time.Minute, Length: time.Hour}}}
	r, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	// the group's one is in zone 1, three of the pool in each; three prepare for 100 s each
	wantCost(t, r, 1800+3*100, 0)
	if r.Minutes[10].Pool != 6 {
		t.Errorf("pool of %v after the loss, want 6", r.Minutes[10].Pool)
	}
}

// An instance that is used again has a life of its own each time, and nothing of the last one happens to it.
func TestPoolRestartsLives(t *testing.T) {
	c := pooling(policy.Pool{Reuse: true}, 3)
	c.Fleet.Failures = []Failure{{Instance: &InstanceFailure{MeanTime: 20 * time.Minute}}}
	c.Length, c.Source = 200*time.Hour, chance.Source{Seed: 3}
	c.Scaler = func() policy.Scaler {
		s := script{}
		for k := range 1000 {
			s.at = append(s.at, want{time.Duration(k) * 10 * time.Minute, 1 + k%2})
		}
		return &limited{s, []want{{-time.Hour, 3}}}
	}
	r, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for _, h := range r.Happenings {
		if h.What == "lost" {
			lost++
		}
	}
	// one a third of an hour in service; its standard deviation is the root
	if mean := r.Hours.Serving * 3; float64(lost) < mean-4*math.Sqrt(mean) || float64(lost) > mean+4*math.Sqrt(mean) {
		t.Errorf("%d lost in %.0f instance-hours, want about %.0f", lost, r.Hours.Serving, mean)
	}
}

// A launch hook holds an instance back; at its timeout the launch goes on, or is abandoned and tried again for ever.
func TestLaunchHook(t *testing.T) {
	for _, c := range []struct {
		hook    policy.Hook
		serving []int // after 2, 3, 4, 9 minutes; one is ordered at 60 s and takes 30 s
	}{
		{policy.Hook{Time: constant(60 * time.Second), Timeout: time.Hour}, []int{1, 2, 2, 2}},
		{policy.Hook{Time: constant(time.Hour), Timeout: 100 * time.Second}, []int{1, 1, 2, 2}},
		{policy.Hook{Time: constant(time.Hour), Timeout: 100 * time.Second, Abandon: true}, []int{1, 1, 1, 1}},
	} {
		cfg := small(instants{}, 10*time.Minute, time.Second, func(k *Config) {
			k.Fleet.StartUp.Provision = constant(30 * time.Second)
			k.Platform.Hooks.Launch = &c.hook
			k.Scaler = func() policy.Scaler { return &script{[]want{{time.Minute, 2}}} }
		})
		r, err := Run(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, m := range []int{2, 3, 4, 9} {
			got = append(got, r.Minutes[m-1].Serving)
		}
		if !slices.Equal(got, c.serving) {
			t.Errorf("%+v: %v in service, want %v", c.hook, got, c.serving)
		}
		if c.hook.Abandon {
			// 60 → 190 s, noticed 60 s later: 250 → 380, 440 → 570 s; each charged
			if want := big.NewRat(600+3*130, 1000); r.Cost.Total.Cmp(want) != 0 {
				t.Errorf("cost %s, want %s", r.Cost.Total.FloatString(3), want.FloatString(3))
			}
			if n := len(r.Happenings); n != 3+2 || r.Happenings[0].What != "refused" || r.Happenings[1].What != "replaced" {
				t.Errorf("%d things happened, want three abandoned and two launched anew: %v", n, r.Happenings)
			}
			// and an entry of the log for each of the two, after that of the order
			if d := r.Decisions; len(d) != 3 || d[1].At != 190*time.Second || d[1].Until != 570*time.Second || d[2].At != 250*time.Second || d[2].Until != 440*time.Second {
				t.Errorf("the log says %+v", d)
			}
		}
	}
}

// A termination hook keeps a drained instance, and its bill, for its time or until its timeout; the change is complete after it.
func TestTerminateHook(t *testing.T) {
	for _, c := range []struct{ time, timeout, last time.Duration }{{45 * time.Second, time.Minute, 45 * time.Second}, {time.Hour, 100 * time.Second, 100 * time.Second}} {
		cfg := small(instants{}, 10*time.Minute, time.Second, instances(2), func(k *Config) {
			k.Platform.Hooks.Terminate = &policy.Hook{Time: constant(c.time), Timeout: c.timeout}
			k.Scaler = func() policy.Scaler { return &script{[]want{{time.Minute, 1}}} }
		})
		r, err := Run(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Decisions[0].Complete; got != time.Minute+c.last {
			t.Errorf("complete at %v, want %v", got, time.Minute+c.last)
		}
		if want := new(big.Rat).SetFrac64(600+60+int64(c.last/time.Second), 1000); r.Cost.Total.Cmp(want) != 0 {
			t.Errorf("cost %s, want %s", r.Cost.Total.FloatString(3), want.FloatString(3))
		}
	}
}

// Which goes first: the group's zones are evened out, then by age, or by how near the next full hour is.
func TestRemoval(t *testing.T) {
	zone := func(numbers string) []*instance {
		var all []*instance
		for k, z := range numbers {
			all = append(all, &instance{number: k, zone: int(z - 'a'), paid: int64(k) * int64(25*time.Minute)})
		}
		return all
	}
	for _, c := range []struct {
		removal, zones string
		want           int
	}{
		{policy.Oldest, "aaaa", 0}, {policy.Newest, "aaaa", 3}, {policy.Oldest, "abbb", 1}, {policy.Newest, "aaab", 2}, {policy.Oldest, "baba", 0},
		// at 100 min they have run 100, 75, 50 and 25 min: 20, 45, 10 and 35 to the next hour
		{policy.NearestHour, "aaaa", 2}, {policy.DefaultRemoval, "aaaa", 2}, {policy.DefaultRemoval, "aaba", 0}, {policy.NearestHour, "abbb", 2},
	} {
		f := &fleet{removal: c.removal, zoneSize: make([]int, 2)}
		if got := f.chosen(int64(100*time.Minute), zone(c.zones)); got.number != c.want {
			t.Errorf("%s of %s: %d, want %d", c.removal, c.zones, got.number, c.want)
		}
	}
}

// Ties are broken by chance, the same in every run of one seed.
func TestRemovalByChance(t *testing.T) {
	count := map[int]int{}
	for seed := range uint64(400) {
		f := &fleet{removal: policy.DefaultRemoval, zoneSize: make([]int, 1), src: chance.Source{Seed: seed}}
		all := []*instance{{number: 0}, {number: 1}, {number: 2}, {number: 3}}
		count[f.chosen(1, all).number]++
	}
	for n := range 4 {
		if count[n] < 60 || count[n] > 140 {
			t.Errorf("instance %d goes first in %d of 400 seeds, want about 100", n, count[n])
		}
	}
}

// With hourly granularity the order of removal is money: closest to the hour wastes the least.
func TestRemovalIsMoney(t *testing.T) {
	cost := map[string]*big.Rat{}
	for _, removal := range []string{policy.Oldest, policy.Newest, policy.NearestHour} {
		c := small(instants{}, 4*time.Hour, time.Second, func(c *Config) {
			c.Fleet.Billing.Granularity = time.Hour
			c.Platform.Removal = removal
			c.Scaler = func() policy.Scaler {
				return &script{[]want{{30 * time.Minute, 2}, {70 * time.Minute, 3}, {85 * time.Minute, 2}}}
			}
		})
		r, err := Run(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		cost[removal] = r.Cost.Total
	}
	// lives at 85 min: 85, 55 and 15 min. Gone: 2 h, 1 h or 1 h; the others end at 4 h after 240, 210 and 170 min: 4, 4 and 3 h
	for removal, hours := range map[string]int64{policy.Oldest: 2 + 4 + 3, policy.NearestHour: 1 + 4 + 3, policy.Newest: 1 + 4 + 4} {
		if want := big.NewRat(hours*3600, 1000); cost[removal].Cmp(want) != 0 {
			t.Errorf("%s: %s, want %s", removal, cost[removal].FloatString(3), want.FloatString(3))
		}
	}
}

// When a lost zone is open again instances move there: launched first, the group above its max by a tenth or one at a time.
func TestRebalance(t *testing.T) {
	c := small(instants{}, time.Hour, time.Second, instances(6), func(c *Config) {
		c.Fleet.Zones = 3
		c.Fleet.StartUp.Provision = constant(90 * time.Second)
		c.Fleet.Failures = []Failure{{Zone: &ZoneFailure{Number: 2, Begin: 5 * time.Minute, Length: 10 * time.Minute}}}
		c.Platform = policy.Platform{Removal: policy.DefaultRemoval, Rebalance: true}
		c.Scaler = func() policy.Scaler { return &limited{script{}, []want{{-time.Hour, 6}}} }
	})
	w := newWorld(context.Background(), &c)
	most := 0
	for t := clock(0); t < int64(c.Length); t += int64(time.Second) {
		w.step(t, t+int64(time.Second))
		most = max(most, len(w.fleet.serving)+len(w.fleet.starting))
	}
	zones := make([]int, 3)
	for _, i := range w.fleet.serving {
		zones[i.zone]++
	}
	if fmt.Sprint(zones) != "[2 2 2]" || most != 7 || len(w.fleet.serving) != 6 {
		t.Errorf("zones %v, at most %d, in service %d; want [2 2 2], 7 and 6", zones, most, len(w.fleet.serving))
	}
	n := 0
	for _, h := range w.control.happens {
		if h.What == "rebalanced" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d times moved, want 2: one at a time", n)
	}
}

// Whatever happens, the pool is as large as it should be when nothing is under way, the group is what is wanted, and all is billed.
func TestPoolLaws(t *testing.T) {
	traffic := demand(t, 1, always(1.5))
	rapid.Check(t, func(t *rapid.T) {
		pool := policy.Pool{Running: rapid.Bool().Draw(t, "running"), MinSize: rapid.IntRange(0, 3).Draw(t, "min-size"), Reuse: rapid.Bool().Draw(t, "reuse")}
		if rapid.Bool().Draw(t, "prepared") {
			pool.Prepared = new(rapid.IntRange(0, 8).Draw(t, "most prepared"))
		}
		s := &limited{max: []want{{-time.Hour, rapid.IntRange(1, 8).Draw(t, "max")}}}
		for k := range rapid.IntRange(0, 12).Draw(t, "changes") {
			s.at = append(s.at, want{time.Duration(k+1) * time.Duration(rapid.IntRange(20, 90).Draw(t, "gap")) * time.Second, rapid.IntRange(0, 8).Draw(t, "want")})
		}
		slices.SortFunc(s.at, func(a, b want) int { return int(a.at - b.at) })
		c := pooling(pool, 0)
		c.Traffic = traffic
		c.Fleet.Zones = rapid.IntRange(1, 3).Draw(t, "zones")
		c.Fleet.Drain.Finish = rapid.Bool().Draw(t, "finish")
		c.Service.Balancer = rapid.SampledFrom([]string{"least-outstanding", "random"}).Draw(t, "balancer")
		c.Service.Engine = rapid.SampledFrom([]string{"requests", "fluid"}).Draw(t, "engine")
		if rapid.Bool().Draw(t, "fails") {
			c.Fleet.Failures = append(c.Fleet.Failures, Failure{Zone: &ZoneFailure{Number: 1, Begin: 6 * time.Minute, Length: 5 * time.Minute}},
				Failure{Instance: &InstanceFailure{MeanTime: 10 * time.Minute}}, Failure{Launch: &LaunchFailure{Refused: new(unit.Share(0.2))}})
		}
		if rapid.Bool().Draw(t, "hooks") {
			c.Platform.Hooks.Launch = &policy.Hook{Time: chance.Distribution{Exponential: &chance.Exponential{Mean: 40 * time.Second}}, Timeout: time.Minute, Abandon: rapid.Bool().Draw(t, "abandon")}
			c.Platform.Hooks.Terminate = &policy.Hook{Time: constant(45 * time.Second), Timeout: 30 * time.Second}
		}
		c.Platform.Rebalance, c.Platform.Removal = rapid.Bool().Draw(t, "rebalance"), rapid.SampledFrom([]string{"", policy.Oldest, policy.DefaultRemoval}).Draw(t, "removal")
		c.Platform.WarmUp = time.Duration(rapid.IntRange(0, 100).Draw(t, "warm-up")) * time.Second
		c.Scaler = func() policy.Scaler { return s }
		w := newWorld(context.Background(), &c)
		w.report()
		for now := clock(0); now < int64(c.Length); now += int64(time.Second) {
			w.step(now, now+int64(time.Second))
			f := w.fleet
			if n := len(f.starting) + len(f.serving) + len(f.retry) - f.extras; n != f.desired && f.extras == 0 && !moving(f) {
				t.Fatalf("%ds: %d instances, %d are wanted", now/1e9, n, f.desired)
			}
			size, n := f.pool.cfg.Size(f.desired, f.max), len(f.pool.preparing)+len(f.pool.ready)+f.pool.coming
			if n > size || n < size && !f.pool.waiting {
				t.Fatalf("%ds: pool of %d, should be %d", now/1e9, n, size)
			}
			back, warm := 0, 0
			for _, i := range f.draining {
				if i.returns {
					back++
				}
			}
			for _, i := range f.serving {
				if i.warming {
					warm++
				}
			}
			if back != f.pool.coming || int64(warm) != f.inWarming.n {
				t.Fatalf("%ds: %d come back, counted %d; %d warm up, counted %d", now/1e9, back, f.pool.coming, warm, f.inWarming.n)
			}
			zones := make([]int, len(f.zoneSize))
			for _, i := range slices.Concat(f.starting, f.serving, f.draining, f.pool.preparing, f.pool.ready) {
				zones[i.zone]++
			}
			pooled := make([]int, len(f.zoneSize))
			for _, i := range slices.Concat(f.pool.preparing, f.pool.ready) {
				pooled[i.zone]++
			}
			for z, n := range pooled {
				if f.pool.in(z) != n {
					t.Fatalf("%ds: zone %d has %d in the pool, counted %d", now/1e9, z, n, f.pool.in(z))
				}
			}
			if !slices.Equal(zones, f.zoneSize) {
				t.Fatalf("%ds: zones %v, counted %v", now/1e9, zones, f.zoneSize)
			}
		}
		if f := w.fleet; c.Platform.Rebalance && c.Fleet.Failures == nil && len(f.starting)+len(f.draining)+f.extras == 0 {
			zones := make([]int, c.Fleet.Zones)
			for _, i := range f.serving {
				zones[i.zone]++
			}
			if slices.Max(zones)-slices.Min(zones) > 1 {
				t.Fatalf("zones %v at the end: out of balance", zones)
			}
		}
		moves := 0
		for _, h := range w.control.happens {
			if h.What == "rebalanced" {
				moves++
			}
		}
		if most := 2 + 4*len(s.at); c.Fleet.Failures == nil && moves > most {
			t.Fatalf("rebalanced %d times after %d changes", moves, len(s.at))
		}
		r := w.result(int64(c.Length))
		q := r.Requests
		if q.Offered != q.Served+q.Failed+q.WaitingAtEnd+q.InServiceAtEnd {
			t.Fatalf("conservation: %+v", q)
		}
		all, _ := new(big.Rat).SetFrac(r.Cost.Billed, big.NewInt(int64(time.Hour))).Float64()
		hours := r.Hours.Starting + r.Hours.Serving + r.Hours.Draining
		if pool.Running {
			hours += r.Hours.Pool
		}
		// rounding to seconds adds; what prepares for a stopped pool is charged as well
		if all < hours-1e-9 || all > hours+r.Hours.Pool+1 {
			t.Fatalf("billed %.4f h of %.4f h and %.4f h in the pool", all, hours, r.Hours.Pool)
		}
	})
}

// moving tells whether an instance that is to go for balance still drains.
func moving(f *fleet) bool {
	for _, i := range f.draining {
		if i.change < 0 {
			return true
		}
	}
	return false
}
