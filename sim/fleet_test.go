package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"headroom/chance"
	"headroom/policy"
	"headroom/traffic"
	"headroom/unit"
)

// livesOf is the life of every instance that was charged, by launch number, in seconds.
func livesOf(t *testing.T, c Config) (*Result, map[int][2]float64) {
	t.Helper()
	r, all := audited(t, c)
	lives := map[int][2]float64{}
	for _, l := range all {
		if _, twice := lives[l.number]; twice {
			t.Fatalf("instance %d is charged twice", l.number)
		}
		lives[l.number] = [2]float64{float64(l.from) / 1e9, float64(l.to) / 1e9}
	}
	return r, lives
}

// Who lives from when to when, by hand. A start takes 30 s.
func TestLivesOfInstances(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		what string
		cfg  Config
		want map[int][2]float64
	}{
		{"the first stand from 0 on", small(at(), 60*s, s, instances(2)), map[int][2]float64{0: {0, 60}, 1: {0, 60}}},
		{"starting ones go first, the newest first", small(at(), 60*s, s, instances(2), startUp(30*s), plan(want{10 * s, 5}, want{20 * s, 3})),
			map[int][2]float64{0: {0, 60}, 1: {0, 60}, 2: {10, 60}, 3: {10, 20}, 4: {10, 20}}},
		{"then those in service, the newest first", small(at(), 60*s, s, instances(2), startUp(30*s), plan(want{10 * s, 4}, want{20 * s, 5}, want{45 * s, 2})),
			map[int][2]float64{0: {0, 60}, 1: {0, 60}, 2: {10, 45}, 3: {10, 45}, 4: {20, 45}}},
		{"one that waits for its new launch goes before both", small(at(), 80*s, s, instances(3), startUp(30*s), failing(losing(1, 10*s)), plan(want{20 * s, 2})),
			map[int][2]float64{0: {0, 10}, 1: {0, 80}, 2: {0, 80}}},
		{"a lost one is launched anew after replace-after", small(at(), 80*s, s, instances(2), startUp(30*s), failing(losing(1, 10*s)), replaceAfter(20*s)),
			map[int][2]float64{0: {0, 10}, 1: {0, 80}, 2: {30, 80}}},
		{"replace-after is 60 s by default", small(at(), 80*s, s, instances(2), failing(losing(1, 10*s))),
			map[int][2]float64{0: {0, 10}, 1: {0, 80}, 2: {70, 80}}},
		{"more than there are cannot be lost", small(at(), 30*s, s, instances(2), failing(losing(5, 10*s))),
			map[int][2]float64{0: {0, 10}, 1: {0, 10}}},
		{"a failure before the run does not happen", small(at(), 30*s, s, failing(losing(1, -10*s))), map[int][2]float64{0: {0, 30}}},
		{"three zones: the first of four is lost with zone 1, and starting ones with it; new ones go to the others",
			small(at(), 90*s, s, instances(3), startUp(30*s), plan(want{10 * s, 4}), func(c *Config) { c.Fleet.Zones = 3 },
				failing(zoneDown(1, 20*s, 100*s), zoneDown(2, 80*s, s))),
			// 0, 3 are in zone 1; 4 and 5 are launched at 80 into zones 2 and 3, just after zone 2 was lost: both into 3
			map[int][2]float64{0: {0, 20}, 1: {0, 80}, 2: {0, 90}, 3: {10, 20}, 4: {80, 90}, 5: {80, 90}}},
		{"a launch goes to the zone with the fewest, the lowest first: the fifth to zone 1, for the fourth is gone",
			small(at(), 60*s, s, instances(4), replaceAfter(time.Hour), plan(want{10 * s, 3}, want{20 * s, 4}), func(c *Config) { c.Fleet.Zones = 3 }, failing(zoneDown(1, 30*s, s))),
			map[int][2]float64{0: {0, 30}, 1: {0, 60}, 2: {0, 60}, 3: {0, 10}, 4: {20, 30}}},
		{"no open zone: refused at 40, 70 and 100, launched at 130",
			small(at(), 150*s, s, replaceAfter(30*s), failing(zoneDown(1, 10*s, 100*s))), map[int][2]float64{0: {0, 10}, 4: {130, 150}}},
		{"a zone is open again at its end", small(at(), 150*s, s, replaceAfter(30*s), failing(zoneDown(1, 10*s, 30*s))),
			map[int][2]float64{0: {0, 10}, 1: {40, 150}}},
		{"a zone that is down before the run and in it is lost at the begin",
			small(at(), 150*s, s, replaceAfter(10*s), failing(zoneDown(1, -10*s, 20*s))), map[int][2]float64{0: {0, 0}, 1: {10, 150}}},
		{"a limit of launches counts all that live: two of five are refused at 10 s, and at 40 s; it ends at 60 s",
			small(at(), 90*s, s, instances(1), replaceAfter(30*s), plan(want{10 * s, 5}), failing(Failure{Launch: &LaunchFailure{Limit: count(3), Begin: 0, End: 60 * s}})),
			map[int][2]float64{0: {0, 90}, 1: {10, 90}, 2: {10, 90}, 7: {70, 90}, 8: {70, 90}}},
		{"a limit holds in its time only", small(at(), 30*s, s, plan(want{10 * s, 3}), failing(Failure{Launch: &LaunchFailure{Limit: count(1), Begin: 10*s + 1, End: 20 * s}})),
			map[int][2]float64{0: {0, 30}, 1: {10, 30}, 2: {10, 30}}},
		{"it holds from its begin on, and no more at its end", small(at(), 40*s, s, replaceAfter(time.Hour), plan(want{10 * s, 2}, want{20 * s, 3}), failing(Failure{Launch: &LaunchFailure{Limit: count(1), Begin: 10 * s, End: 20 * s}})),
			map[int][2]float64{0: {0, 40}, 2: {20, 40}}},
		{"a draining one is gone when it has served out", small(at(0), 60*s, 25*s, plan(want{10 * s, 0})), map[int][2]float64{0: {0, 25}}},
		{"an idle one is gone at once", small(at(), 60*s, s, plan(want{10 * s, 0})), map[int][2]float64{0: {0, 10}}},
		{"drain: 5s", small(at(0), 60*s, 25*s, plan(want{10 * s, 0}), drain(5*s)), map[int][2]float64{0: {0, 15}}},
		{"drain: 0s", small(at(0), 60*s, 25*s, plan(want{10 * s, 0}), drain(0)), map[int][2]float64{0: {0, 10}}},
		{"one lost as it drains is not launched anew", small(at(0), 100*s, 25*s, plan(want{10 * s, 0}), failing(zoneDown(1, 15*s, s))), map[int][2]float64{0: {0, 15}}},
		{"an abandoned service keeps its instance draining", small(at(0), 60*s, 25*s, timeout(5*s), plan(want{10 * s, 0})), map[int][2]float64{0: {0, 25}}},
		{"a client that leaves with its slot lets it go", small(at(0), 60*s, 25*s, timeout(15*s), drop, plan(want{10 * s, 0})), map[int][2]float64{0: {0, 15}}},
	} {
		t.Run(c.what, func(t *testing.T) {
			r, lives := livesOf(t, c.cfg)
			if diff := differ(lives, c.want); diff != "" {
				t.Error(diff)
			}
			changes := 0 // desired capacity does not change with losses, and scaling does not count them
			for _, d := range r.Decisions {
				if d.From != d.To {
					changes++
					is(t, "policy", d.Policy, "script")
				}
			}
			is(t, "scaling", r.Scaling.Out+r.Scaling.In, changes)
		})
	}
}

func count(n int) *int { return &n }

// Scale-in takes the newest by launch number of the starting ones, whichever would be ready first, even if all in service are
// newer.
func TestStartingGoFirstWhateverTheirAge(t *testing.T) {
	mean := 100 * time.Second
	c := small(at(), 10*time.Minute, time.Second, instances(0), plan(want{0, 8}, want{time.Minute, 6}))
	c.Fleet.StartUp.Provision = chance.Distribution{Exponential: &chance.Exponential{Mean: mean}}
	law := c.Fleet.StartUp.Provision.Law()
	var starting []int // at a minute; the newest of all is in service then
	for len(starting) < 2 || starting[len(starting)-1] == 7 {
		starting = nil
		c.Source.Seed++
		for n := range 8 {
			if law.Draw(c.Source.Stream("start-up", "provision", uint64(n))) > time.Minute {
				starting = append(starting, n)
			}
		}
	}
	_, lives := livesOf(t, c)
	for n := range 8 {
		end := 600.
		if slices.Contains(starting[len(starting)-2:], n) {
			end = 60
		}
		is(t, "end of an instance", lives[n][1], end)
	}
}

// Launches are refused by launch number: the same ones whatever was ordered when; each is tried again after replace-after.
func TestLaunchesAreRefusedByNumber(t *testing.T) {
	share := unit.Share(0.3)
	refused := func(n int) bool {
		return chance.Source{Seed: 1}.Stream("launch", "0", uint64(n)).Float64() < 0.3
	}
	for _, p := range [][]want{{{0, 40}}, {{0, 5}, {time.Second, 25}, {5 * time.Second, 40}}} {
		c := small(at(), 10*time.Minute, time.Second, instances(0), plan(p...), replaceAfter(10*time.Second), failing(Failure{Launch: &LaunchFailure{Refused: &share}}))
		r, lives := livesOf(t, c)
		is(t, "in service at last", r.Minutes[9].Serving, 40)
		for n, alive := 0, 0; alive < 40; n++ {
			_, ok := lives[n]
			is(t, "launched", ok, !refused(n))
			if ok {
				alive++
			}
		}
		is(t, "refused in the rows", sum(r, func(m Minute) int { return m.Refused }), happened(r, "refused"))
	}
	n := 0
	for k := range 10000 {
		if refused(k) {
			n++
		}
	}
	near(t, "share refused", float64(n)/10000, 0.3, 0.015)
	is(t, "at 0%", func() int {
		share = 0
		return happened(run(t, small(at(), time.Minute, 0, instances(0), plan(want{0, 99}), failing(Failure{Launch: &LaunchFailure{Refused: &share}}))), "refused")
	}(), 0)
}

// What a decision orders comes last at its instant: its entry stands before that of the launches refused. What repeats itself is one entry.
func TestRefusedStandsAfterItsOrder(t *testing.T) {
	none, from, to := 0, traffic.Moment{}, traffic.Moment{}
	full := Failure{Launch: &LaunchFailure{Limit: &none, From: &from, To: &to, End: time.Minute}}
	r := run(t, small(at(), 2*time.Minute, 0, plan(want{30 * time.Second, 3}), failing(full)))
	var codes []policy.Code
	for _, d := range r.Decisions {
		codes = append(codes, d.Why[0].Code)
	}
	if diff := cmp.Diff([]policy.Code{policy.Schedule, policy.Refused, policy.Replaced}, codes); diff != "" {
		t.Error(diff)
	}
}

func happened(r *Result, what string) (n int) {
	for _, h := range r.Happenings {
		if h.What == what {
			n += h.Count
		}
	}
	return n
}

func sum(r *Result, of func(Minute) int) (n int) {
	for _, m := range r.Minutes {
		n += of(m)
	}
	return n
}

// {instance: {mean-time}} is an exponential life in service, drawn by launch number: with a start of 30 s the k-th instance
// lives 30 s + life(k) from its launch, and the policy does not matter.
func TestMeanTimeLives(t *testing.T) {
	mean := 5 * time.Minute
	life := func(n int) float64 {
		return math.Trunc(chance.Source{Seed: 1}.Stream("failures", "0", uint64(n)).ExpFloat64()*float64(mean)) / 1e9
	}
	for _, p := range [][]want{{{0, 10}}, {{0, 4}, {40 * time.Second, 10}}} {
		c := small(at(), 2*time.Hour, 0, instances(0), plan(p...), startUp(30*time.Second), failing(Failure{Instance: &InstanceFailure{MeanTime: mean}}))
		r, lives := livesOf(t, c)
		if len(lives) < 100 {
			t.Fatalf("%d lives", len(lives))
		}
		for n, l := range lives {
			if l[1] < 7200 {
				near(t, "life", l[1]-l[0], 30+life(n), 1e-6)
			} else if l[0]+30+life(n) < 7200 {
				t.Errorf("instance %d outlived itself", n)
			}
		}
		is(t, "lost in the rows", sum(r, func(m Minute) int { return m.Lost }), happened(r, "lost"))
		is(t, "desired", r.Minutes[119].Desired, 10)
		is(t, "scaling", r.Scaling.Out+r.Scaling.In, len(p))
	}
	sum := 0.0
	for n := range 20000 {
		sum += life(n)
	}
	near(t, "mean life", sum/20000, 300, 8)
}

// A change is complete when all it launched is in service, lost, refused or cancelled, and all it removed is gone.
func TestChangesComplete(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		what string
		cfg  Config
		want []time.Duration
	}{
		{"in service", small(at(), 90*s, s, startUp(30*s), plan(want{10 * s, 3})), []time.Duration{40 * s}},
		{"at once with no start-up", small(at(), 90*s, s, plan(want{10 * s, 3})), []time.Duration{10 * s}},
		{"lost as they start", small(at(), 90*s, s, startUp(30*s), plan(want{10 * s, 3}), failing(zoneDown(1, 20*s, s))), []time.Duration{20 * s}},
		{"refused", small(at(), 90*s, s, startUp(30*s), plan(want{10 * s, 3}), failing(zoneDown(1, 5*s, 20*s))), []time.Duration{10 * s}},
		{"one of two refused", small(at(), 90*s, s, startUp(30*s), plan(want{10 * s, 3}), failing(Failure{Launch: &LaunchFailure{Limit: count(2), End: 60 * s}})), []time.Duration{40 * s}},
		{"cancelled", small(at(), 90*s, s, startUp(30*s), plan(want{10 * s, 3}, want{20 * s, 1})), []time.Duration{20 * s, 20 * s}},
		{"one cancelled, one in service", small(at(), 90*s, s, startUp(30*s), plan(want{10 * s, 3}, want{20 * s, 2})), []time.Duration{40 * s, 20 * s}},
		{"removed ones gone when they have served out", small(at(0, 0), 90*s, 30*s, instances(2), plan(want{10 * s, 0})), []time.Duration{30 * s}},
		{"removed ones cut off", small(at(0, 0), 90*s, 30*s, instances(2), plan(want{10 * s, 0}), drain(5*s)), []time.Duration{15 * s}},
		{"removed ones lost", small(at(0, 0), 90*s, 30*s, instances(2), plan(want{10 * s, 0}), failing(zoneDown(1, 12*s, s))), []time.Duration{12 * s}},
		{"not within the run", small(at(), 30*s, s, startUp(30*s), plan(want{10 * s, 3})), []time.Duration{-1}},
		{"a replacement is no change", small(at(), 90*s, s, startUp(30*s), failing(losing(1, 10*s)), replaceAfter(s)), []time.Duration{-1, -1}},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := run(t, c.cfg)
			var got []time.Duration
			for _, d := range r.Decisions {
				if d.From != d.To || c.want[0] < 0 {
					got = append(got, d.Complete)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("complete at %v, want %v", got, c.want)
			}
		})
	}
}

// Hours by state, before billing rules: starting until in service, draining until gone.
func TestHoursByState(t *testing.T) {
	s := time.Second
	r := run(t, small(at(0), 100*s, 50*s, startUp(30*s), plan(want{10 * s, 3}, want{20 * s, 2}, want{45 * s, 0})))
	// 0 serves 0…45, drains 45…50; 1 starts 10…40, serves 40…45; 2 starts 10…20
	near(t, "starting", r.Hours.Starting*3600, 30+10, 1e-9)
	near(t, "serving", r.Hours.Serving*3600, 45+5, 1e-9)
	near(t, "draining", r.Hours.Draining*3600, 5, 1e-9)
	near(t, "in service", r.ServingMean, 0.5, 1e-12)
	near(t, "utilization", r.Utilization, 50./(50+5), 1e-12)
	is(t, "most in service", r.ServingMax, 2)
	is(t, "least in service", r.ServingMin, 0)
	if u := run(t, small(at(), 100*s, s, instances(0))).Utilization; !math.IsNaN(u) {
		t.Errorf("utilization of nothing is %v", u)
	}
}

// Losses, refusals and new launches are entries of the log; the same refusal again and again is one with an end.
func TestFleetIsLogged(t *testing.T) {
	s := time.Second
	r := run(t, small(at(), 200*s, s, replaceAfter(30*s), failing(zoneDown(1, 10*s, 100*s))))
	var got []string
	for _, d := range r.Decisions {
		got = append(got, string(d.Why[0].Code)+" "+d.At.String()+" "+d.Until.String())
	}
	want := []string{"Lost 10s 10s", "Refused 40s 1m40s", "Replaced 2m10s 2m10s"}
	if !slices.Equal(got, want) {
		t.Errorf("log %q, want %q", got, want)
	}
}
