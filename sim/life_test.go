package sim

import (
	"testing"
	"time"

	"headroom/unit"
)

// The life of a request, each case by hand. Services take 10 s, on one instance with one slot, unless said otherwise.
func TestLifeOfARequest(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		what   string
		cfg    Config
		want   outcome
		wasted time.Duration
		busy   float64 // busy slot-seconds
	}{
		{"served: it waited 9 s", small(at(0, s), 30*s, 10*s), outcome{served: 2}, 0, 20},
		{"timeout while waiting leaves the queue", small(at(0, s), 30*s, 10*s, patience(3*s)), outcome{served: 1, timeout: 1}, 0, 10},
		{"timeout: waiting does not count service", small(at(0), 30*s, 10*s, patience(3*s)), outcome{served: 1}, 0, 10},
		{"timeout counts waiting and service: 9 + 10 > 18 s", small(at(0, s), 30*s, 10*s, timeout(18*s)), outcome{served: 1, timeout: 1}, 1 * s, 20},
		{"a timeout beyond all time is none", small(at(s), 30*s, 10*s, timeout(1<<63-1)), outcome{served: 1}, 0, 10},
		{"timeout in service: the slot stays busy until the service ends, so the second gives up waiting",
			small(at(0, s), 30*s, 10*s, timeout(4*s)), outcome{timeout: 2}, 6 * s, 10},
		{"abandoned: drop frees the slot: the second starts at 4 and gives up at 5",
			small(at(0, s), 30*s, 10*s, timeout(4*s), drop), outcome{timeout: 2}, 0, 5},
		{"timeout runs anew for each attempt: 0…4, 7…11; the second starts at 10",
			small(at(0), 30*s, 10*s, timeout(4*s), tries(2, 3*s)), outcome{timeout: 1, retries: 1}, 15 * s, 20},
		{"a service abandoned at the end was wasted until then", small(at(0), 8*s, 10*s, timeout(4*s)), outcome{timeout: 1}, 4 * s, 8},
		{"an abandoned service is not in service at the end, its retry in backoff is waiting",
			small(at(0), 8*s, 10*s, timeout(4*s), tries(2, 5*s)), outcome{waiting: 1}, 4 * s, 8},
		{"waiting and in service at the end", small(at(0, s, 2*s), 5*s, 10*s), outcome{inService: 1, waiting: 2}, 0, 5},
		{"no instance in service: no_capacity", small(at(0), 30*s, 10*s, instances(0)), outcome{noCapacity: 1}, 0, 0},
		{"a full queue of its own rejects", small(at(0, s, 2*s, 3*s), 50*s, 10*s, own(2)), outcome{served: 3, rejected: 1}, 0, 30},
		{"queue: 0 holds nobody", small(at(0, s, 10*s), 50*s, 10*s, own(0)), outcome{served: 2, rejected: 1}, 0, 20},
		{"the bound is of the waiting: slots come on top", small(at(0, 0, 0, 0), 30*s, 10*s, slots(2), own(1)), outcome{served: 3, rejected: 1}, 0, 30},
		{"rejected by a full queue, even if another instance has room (from 10 s on)",
			small(at(0, 5*s, 6*s, 7*s, 8*s, 11*s), 50*s, 10*s, instances(2), own(0), balancedBy("round-robin")), outcome{served: 2, rejected: 4}, 0, 20},
		{"the shared queue is bounded by itself, whatever the fleet", small(at(0, s, 2*s, 3*s), 50*s, 10*s, instances(2), sharedQueue(1)), outcome{served: 3, rejected: 1}, 0, 30},
		{"shared: 0 holds nobody", small(at(0, s), 30*s, 10*s, sharedQueue(0)), outcome{served: 1, rejected: 1}, 0, 10},
		{"a shared queue holds requests also when no instance is in service, and rejects beyond its bound",
			small(at(0, s, 2*s), 15*s, 10*s, instances(0), sharedQueue(2), plan(want{3 * s, 1})), outcome{served: 1, inService: 1, rejected: 1}, 0, 12},
		{"the loss of an instance fails what it serves and holds in its own queue",
			small(at(0, s, 2*s), 30*s, 10*s, failing(losing(1, 5*s))), outcome{lost: 3}, 0, 5},
		{"of a shared queue only what it serves fails: the next starts at 65 on the new one",
			small(at(0, s), 80*s, 10*s, sharedQueue(Unlimited), failing(losing(1, 5*s))), outcome{lost: 1, served: 1}, 0, 15},
		{"a client who had given up does not fail again when the instance is lost",
			small(at(0), 30*s, 10*s, timeout(4*s), failing(losing(1, 7*s))), outcome{timeout: 1}, 3 * s, 7},
		{"a draining instance serves out its slots and its queue, and takes no new attempt",
			small(at(0, s, 2*s, 6*s), 60*s, 10*s, plan(want{5 * s, 0})), outcome{served: 3, noCapacity: 1}, 0, 30},
		{"it serves out what it holds, but nothing of a shared queue",
			small(at(0, s), 60*s, 10*s, sharedQueue(Unlimited), plan(want{5 * s, 0})), outcome{served: 1, waiting: 1}, 0, 10},
		{"drain: 7s cuts it off at 12", small(at(0, s, 2*s), 60*s, 10*s, plan(want{5 * s, 0}), drain(7*s)), outcome{served: 1, lost: 2}, 0, 12},
		{"drain: 0s cuts it off at once", small(at(0, s), 60*s, 10*s, plan(want{5 * s, 0}), drain(0)), outcome{lost: 2}, 0, 5},
		{"failed_by is the cause of the last: rejected at 1, no instance at 6",
			small(at(0, s), 30*s, 30*s, own(0), tries(2, 5*s), plan(want{5 * s, 0})), outcome{inService: 1, noCapacity: 1, retries: 1}, 0, 30},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := run(t, c.cfg)
			expect(t, r, c.want)
			is(t, "wasted", r.Requests.Wasted, c.wasted)
			got := 0.0
			if slots := (r.Hours.Serving + r.Hours.Draining) * 3600 * float64(c.cfg.Service.Concurrency); slots > 0 {
				got = r.Utilization * slots
			}
			near(t, "busy slot-seconds", got, c.busy, 1e-9)
		})
	}
}

// Every cause is retried; attempts counts all tries, the first included.
func TestEveryCauseIsRetried(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		what string
		cfg  Config
		want func(n int64) outcome
	}{
		{"rejected", small(at(0, s), 20*s, 100*s, own(0)), func(n int64) outcome { return outcome{inService: 1, rejected: 1, retries: n} }},
		{"timeout", small(at(0, s), 60*s, 100*s, patience(2*s)), func(n int64) outcome { return outcome{inService: 1, timeout: 1, retries: n} }},
		{"no_capacity", small(at(0), 20*s, s, instances(0)), func(n int64) outcome { return outcome{noCapacity: 1, retries: n} }},
		{"instance_lost", small(at(0), 40*s, 100*s, instances(4), failing(losing(4, 5*s), losing(4, 15*s), losing(4, 25*s), losing(4, 35*s)),
			replaceAfter(0)), func(n int64) outcome { return outcome{lost: 1, retries: n} }},
	} {
		for _, n := range []int{1, 2, 4} {
			tries(n, 0)(&c.cfg)
			t.Run(c.what, func(t *testing.T) { expect(t, run(t, c.cfg), c.want(int64(n-1))) })
		}
	}
}

// Before try k+1 the client waits backoff × 2^(k−1): tries at 0, 2, 2 + 4, 6 + 8; latency and wait are from the first arrival.
func TestBackoffDoubles(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		from    time.Duration // an instance serves from here on
		retries int64
		wait    float64
	}{{0, 0, 0}, {1 * s, 1, 2}, {2 * s, 2, 6}, {5 * s, 2, 6}, {6 * s, 3, 14}, {13 * s, 3, 14}, {14 * s, 4, 30}} {
		r := run(t, small(at(0), 60*s, s, instances(0), plan(want{c.from, 1}), tries(5, 2*s)))
		if c.from == 0 { // ordered after the arrival of its instant
			c.retries, c.wait = 1, 2
		}
		expect(t, r, outcome{served: 1, retries: c.retries})
		took(t, "wait", r.Wait, c.wait, c.wait)
		took(t, "latency", r.Latency, c.wait+1, c.wait+1)
	}
	r := run(t, small(at(0), 60*s, s, instances(0), plan(want{14 * s, 1}), tries(4, 2*s)))
	expect(t, r, outcome{noCapacity: 1, retries: 3})
}

// A long backoff times 2^(k−1) is beyond every run, not below zero.
func TestBackoffDoesNotOverflow(t *testing.T) {
	r := run(t, small(at(0), 60*time.Second, time.Second, instances(0), tries(100, 10*365*24*time.Hour)))
	expect(t, r, outcome{waiting: 1})
	r = run(t, small(at(0), 60*time.Second, time.Second, instances(0), tries(100, 1)))
	expect(t, r, outcome{waiting: 1, retries: 35}) // they sum to 2^n − 1 ns: 34.4 s after 35, 68.7 s after 36
}

// jitter: full draws uniform(0, backoff × 2^(k−1)): of 20,000 clients that come back within 10 s, half do before 5 s.
func TestFullJitterIsUniform(t *testing.T) {
	c := small(make(instants, 20000), 60*time.Second, 0, instances(0), slots(20000), tries(2, 10*time.Second), plan(want{5 * time.Second, 1}))
	c.Service.Retries.Jitter = "full"
	r := run(t, c)
	near(t, "share that came too early", float64(r.Requests.FailedBy.NoCapacity)/20000, 0.5, 0.02)
	near(t, "mean wait of the others", r.Wait.Mean/1e9, 7.5, 0.1)
	near(t, "least wait of the others", r.Wait.Samples.Quantile(0).Seconds(), 5, 0.05)
	near(t, "longest", r.Wait.Max.Seconds(), 10, 0.05)
	c.Service.Retries = Retries{Attempts: 3, Backoff: 10 * time.Second, Jitter: "full"}
	plan(want{40 * time.Second, 1})(&c)
	expect(t, run(t, c), outcome{noCapacity: 20000, retries: 40000}) // 10 + 20 s at most
}

// retries.budget caps retries at a share of first attempts, exactly: every tenth pays for one.
func TestRetryBudget(t *testing.T) {
	c := small(every(time.Second, 100), 10*time.Minute, time.Second, instances(0), tries(2, 0))
	budget := func(share unit.Share) int64 {
		c.Service.Retries.Budget = &share
		return run(t, c).Requests.Retries
	}
	is(t, "retries at 10%", budget(0.1), 10)
	is(t, "retries at 20%", budget(0.2), 20)
	is(t, "retries at 30%", budget(0.3), 30)
	is(t, "retries at 0%", budget(0), 0)
	is(t, "retries at 100%", budget(1), 100)
	c.Traffic = every(time.Second, 9)
	is(t, "retries of nine at 10%", budget(0.1), 0)
	// what is not used is kept: 400 served, then 100 that fail
	c = small(every(time.Second, 500), 10*time.Minute, 0, tries(2, 0), plan(want{400 * time.Second, 0}))
	is(t, "retries after quiet times", budget(0.1), 50)
	// but not for ever: the bucket holds what 1,000 first attempts pay for
	c = small(every(10*ms, 50000), 10*time.Minute, 0, tries(2, 0), plan(want{400 * time.Second, 0}))
	is(t, "retries after long quiet times", budget(0.1), 100+999)
}

// Latency is from the first arrival to completion, wait to the start of service.
func TestLatencyAndWait(t *testing.T) {
	r := run(t, small(at(0, 1*time.Second, 2*time.Second), time.Minute, 10*time.Second))
	took(t, "latency", r.Latency, (10.+19+28)/3, 28)
	took(t, "wait", r.Wait, (0.+9+18)/3, 18)
	near(t, "in flight", r.InFlight, (10.+19+28)/60, 1e-12)
}

// Service takes a slot for the drawn time, whatever else runs.
func TestSlotsDoNotSlowEachOther(t *testing.T) {
	r := run(t, small(make(instants, 50), time.Minute, 10*time.Second, slots(50)))
	took(t, "latency", r.Latency, 10, 10)
}

// A slowdown multiplies the time of services that start in it; in an outage services stand still.
func TestServiceEvents(t *testing.T) {
	s := time.Second
	events := func(e ...ServiceEvent) func(*Config) { return func(c *Config) { c.Service.Events = e } }
	down := ServiceEvent{Slowdown: &Slowdown{Begin: 10 * s, Multiply: 3, Rise: 4 * s, Hold: 10 * s}} // full from 14 to 24, over at 28
	out := ServiceEvent{Outage: &Outage{Begin: 12 * s, Length: 20 * s}}
	for _, c := range []struct {
		what    string
		arrival time.Duration
		events  []ServiceEvent
		latency float64
	}{
		{"starts before a slowdown, ends in it", 9 * s, []ServiceEvent{down}, 2},
		{"starts as it begins to rise", 10 * s, []ServiceEvent{down}, 2},
		{"starts half-way up", 12 * s, []ServiceEvent{down}, 4},
		{"starts at the full", 14 * s, []ServiceEvent{down}, 6},
		{"starts at the full, ends after it", 23 * s, []ServiceEvent{down}, 6},
		{"starts half-way down", 26 * s, []ServiceEvent{down}, 4},
		{"starts after it", 28 * s, []ServiceEvent{down}, 2},
		{"two slowdowns multiply", 15 * s, []ServiceEvent{down, down}, 18},
		{"an outage stops it", 11 * s, []ServiceEvent{out}, 22},
		{"it starts in an outage", 13 * s, []ServiceEvent{out}, 21},
		{"it is done as the outage begins", 10 * s, []ServiceEvent{out}, 2},
		{"slow and stopped: 2 × 2 s of work from 12 s on", 12 * s, []ServiceEvent{down, out}, 24},
	} {
		r := run(t, small(at(c.arrival), 2*time.Minute, 2*s, events(c.events...)))
		took(t, c.what, r.Latency, c.latency, c.latency)
	}
	// the client's patience runs on meanwhile, and the slot stays busy
	r := run(t, small(at(11*s), 2*time.Minute, 2*s, events(out), timeout(5*s)))
	expect(t, r, outcome{timeout: 1})
	is(t, "wasted", r.Requests.Wasted, 17*s)
	is(t, "minute 0 is slow", r.Minutes[0].Slow, true)
	is(t, "minute 1 is slow", r.Minutes[1].Slow, false)
}
