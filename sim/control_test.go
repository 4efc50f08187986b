package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"headroom/chance"
	"headroom/policy"
)

// talker is a scaler that says what it is told to at given instants, and notes when it is asked.
type talker struct {
	script
	say   func(o policy.Observation) policy.Decision
	asked []time.Duration
	every time.Duration
}

func (s *talker) Next(now time.Duration) time.Duration { return now + s.every }
func (s *talker) Decide(o policy.Observation) policy.Decision {
	s.asked = append(s.asked, o.Now)
	return s.say(o)
}

func talking(every time.Duration, say func(o policy.Observation) policy.Decision) (*talker, func(*Config)) {
	s := &talker{say: say, every: every}
	return s, func(c *Config) { c.Scaler = func() policy.Scaler { return s } }
}

// A run of equal held wishes is one entry with its end; another wish, another hold, a gap or a change in between begins a new one.
func TestHeldWishesAreOneEntry(t *testing.T) {
	wishes := []struct {
		wish int
		hold policy.Hold
	}{{5, policy.HeldByCooldown}, {5, policy.HeldByCooldown}, {5, policy.HeldByCooldown}, {6, policy.HeldByCooldown}, {6, policy.HeldByMax}, {}, {6, policy.HeldByMax}, {6, policy.HeldByMax}}
	_, talk := talking(time.Minute, func(o policy.Observation) policy.Decision {
		d := policy.Decision{Want: 1}
		if w := wishes[o.Now/time.Minute]; w.hold != "" {
			d.Entries = []policy.Entry{{Policy: "p", From: 1, To: 1, Wish: w.wish, HasWish: true, HeldBy: w.hold}}
		}
		return d
	})
	r := run(t, small(at(), 8*time.Minute, 0, talk))
	var got [][3]int
	for _, d := range r.Decisions {
		got = append(got, [3]int{int(d.At / time.Minute), int(d.Until / time.Minute), d.Wish})
	}
	if want := [][3]int{{0, 2, 5}, {3, 3, 6}, {4, 4, 6}, {6, 7, 6}}; !slices.Equal(got, want) {
		t.Errorf("entries (from, until, wish) %v, want %v", got, want)
	}
	is(t, "held by cooldown", r.Scaling.HeldBy[policy.HeldByCooldown], 2)
	is(t, "held by max", r.Scaling.HeldBy[policy.HeldByMax], 2)
	is(t, "changes", r.Scaling.In+r.Scaling.Out, 0)
}

// A wish that was held before the start and still is has one entry, from the start on.
func TestHeldWishesOfTheSettleTime(t *testing.T) {
	_, talk := talking(time.Minute, func(policy.Observation) policy.Decision {
		return policy.Decision{Want: 1, Entries: []policy.Entry{{Policy: "p", From: 1, To: 1, Wish: 2, HasWish: true, HeldBy: policy.HeldByMax}}}
	})
	r := run(t, small(at(), 3*time.Minute, 0, talk, settled(5*time.Minute)))
	if len(r.Decisions) != 1 || r.Decisions[0].At != 0 || r.Decisions[0].Until != 2*time.Minute {
		t.Errorf("decisions %+v", r.Decisions)
	}
}

// An entry that changes capacity, but less than wished, counts as a change and as held; two entries at one instant are two.
func TestDecisionsAreCounted(t *testing.T) {
	_, talk := talking(time.Second, func(o policy.Observation) policy.Decision {
		switch o.Now {
		case time.Minute: // a schedule moves the capacity, then a policy: both are entries
			return policy.Decision{Want: 7, Entries: []policy.Entry{{Policy: "schedule", From: 1, To: 4}, {Policy: "p", From: 4, To: 7, Wish: 9, HasWish: true, HeldBy: policy.HeldByMax}}}
		case 2 * time.Minute:
			return policy.Decision{Want: 2, Entries: []policy.Entry{{Policy: "p", From: 7, To: 2}}}
		}
		return policy.Decision{Want: o.Fleet.Desired}
	})
	r := run(t, small(at(), 4*time.Minute, 0, talk, startUp(30*time.Second)))
	is(t, "out", r.Scaling.Out, 2)
	is(t, "in", r.Scaling.In, 1)
	is(t, "held by max", r.Scaling.HeldBy[policy.HeldByMax], 1)
	for k, want := range []time.Duration{90 * time.Second, 90 * time.Second, 2 * time.Minute} {
		is(t, "complete", r.Decisions[k].Complete, want)
	}
	for k, want := range []int{1, 7, 2, 2} {
		is(t, "desired", r.Minutes[k].Desired, want)
	}
}

// A scaler is asked at the begin, at the first step at or after it wants to be, and when a change completes; it sees the fleet
// as it is then, and its own past.
func TestScalerIsAsked(t *testing.T) {
	s := time.Second
	var fleets []policy.Fleet
	var past []policy.Moment
	who, talk := talking(25*s, func(o policy.Observation) policy.Decision {
		fleets, past = append(fleets, o.Fleet), slices.Clone(o.Past)
		switch o.Now {
		case 30 * s:
			return policy.Decision{Want: 4, Entries: []policy.Entry{{Policy: "p", From: 3, To: 4}}}
		case 80 * s:
			return policy.Decision{Want: 2, Entries: []policy.Entry{{Policy: "q", From: 4, To: 2}}}
		}
		return policy.Decision{Want: o.Fleet.Desired}
	})
	// a start takes 12 s; one of three is lost at 5 s and launched anew at 55 s; each instance is busy from 68 to 86 s
	run(t, small(at(68*s, 68*s, 68*s, 68*s), 100*s, 18*s, func(c *Config) { c.Step = 10 * s },
		instances(3), talk, startUp(12*s), failing(losing(1, 5*s)), replaceAfter(50*s)))
	// at the begin, at the steps after 25 and 25 s later, after the completion at 42 s, 25 s later, and after that at 86 s
	if want := []time.Duration{0, 30 * s, 50 * s, 80 * s, 90 * s}; !slices.Equal(who.asked, want) {
		t.Fatalf("asked at %v, want %v", who.asked, want)
	}
	for k, want := range []policy.Fleet{
		{Desired: 3, InService: 3},
		{Desired: 3, InService: 2}, // one waits for its new launch
		{Desired: 4, InService: 3},
		{Desired: 4, InService: 4},
		{Desired: 2, InService: 2},
	} {
		is(t, "fleet", fleets[k], want)
	}
	if want := []policy.Moment{{At: 30 * s, From: 3, To: 4, By: "p", Complete: 42 * s, Done: true}, {At: 80 * s, From: 4, To: 2, By: "q", Complete: 86 * s, Done: true}}; !slices.Equal(past, want) {
		t.Errorf("past %+v, want %+v", past, want)
	}
}

// The mean, the longest and counts are exact, percentiles within 0.5 %: against all latencies of a queue that never waits.
func TestPercentilesAgainstAllValues(t *testing.T) {
	c := small(poisson(50), time.Hour, 0, slots(100000), func(c *Config) {
		mean, cv := 300*time.Millisecond, 2.0
		c.Service.Time = chance.Distribution{Lognormal: &chance.Lognormal{Mean: &mean, CV: &cv}}
	})
	draws, law := c.Source.Stream("service", "", 0), c.Service.Time.Law()
	arrivals := c.Traffic.Arrivals(c.Source, 0, c.Length)
	var all []time.Duration
	sum := 0.0
	for t := arrivals.Next(); t < c.Length; t = arrivals.Next() {
		if d := law.Draw(draws); t+d < c.Length {
			all = append(all, d)
			sum += float64(d)
		}
	}
	slices.Sort(all)
	r := run(t, c)
	is(t, "served", int(r.Requests.Served), len(all))
	near(t, "mean", r.Latency.Mean, sum/float64(len(all)), 1e-9*r.Latency.Mean)
	is(t, "max", r.Latency.Max, all[len(all)-1])
	for _, p := range []float64{.5, .9, .95, .99, .999} {
		want := float64(all[int(math.Ceil(p*float64(len(all))))-1])
		near(t, "percentile", float64(r.Latency.Samples.Quantile(p)), want, 0.005*want)
	}
	took(t, "wait", r.Wait, 0, 0)
}
