package sim

import (
	"strings"
	"testing"
	"time"

	"headroom/policy"
)

func reaching(r Reach) func(*Config) {
	return func(c *Config) { c.Reach, c.Fleet.Zones = r, max(1, len(r.Rooms)) }
}

// Addresses cap the fleet: the third launch finds none, and is tried again until one that goes leaves its own.
func TestRooms(t *testing.T) {
	s := time.Second
	r, lives := livesOf(t, small(at(), 120*s, s, instances(2), startUp(10*s), replaceAfter(20*s), reaching(Reach{Rooms: []int{1, 2}}), plan(want{10 * s, 5})))
	if r.ServingMax != 3 || len(lives) != 3 {
		t.Errorf("%d in service at most, %d lives", r.ServingMax, len(lives))
	}
	refused := 0
	for _, h := range r.Happenings {
		if h.What == "refused" && strings.Contains(h.Text, "no free address") {
			refused++
		}
	}
	if refused != 12 { // two, at 10, 30, 50, 70, 90 and 110
		t.Errorf("%d refused launches", refused)
	}
	is(t, "addresses", *r.Addresses, Addresses{Room: 3, Refused: 12, First: 10 * s, Last: 110 * s, Missing: 2})
	if d := r.Decisions; len(d) != 2 || d[1].Why[0].Text != "no free address in the subnets (12 times in 1m40s; up to 5 instances wanted, 2 in service then)" {
		t.Errorf("the log says %+v", d)
	}
	quiet := run(t, small(at(), 120*s, s, instances(2), startUp(10*s), replaceAfter(20*s), reaching(Reach{Rooms: []int{1, 2}, Silent: true}), plan(want{10 * s, 5})))
	is(t, "addresses where nobody is told", *quiet.Addresses, *r.Addresses)
	enough := run(t, small(at(), 120*s, s, instances(2), startUp(10*s), reaching(Reach{Rooms: []int{1, 2}}), plan(want{10 * s, 3})))
	if enough.Addresses != nil {
		t.Errorf("%+v is lacking where there is enough", enough.Addresses)
	}
}

// What cannot reach its model never comes into service, is charged until it fails, and is tried again.
func TestBrokenLaunches(t *testing.T) {
	s := time.Second
	broken := Reach{Broken: "no path to s3"}
	r, lives := livesOf(t, small(at(), 120*s, s, startUp(30*s), replaceAfter(20*s), reaching(broken), plan(want{10 * s, 2})))
	lived := map[int][2]float64{0: {0, 120}, 1: {10, 40}, 2: {60, 90}, 3: {110, 120}}
	for n, w := range lived {
		if lives[n] != w {
			t.Errorf("instance %d lives %v, should %v", n, lives[n], w)
		}
	}
	if r.ServingMax != 1 || len(lives) != len(lived) {
		t.Errorf("%d in service, %d lives", r.ServingMax, len(lives))
	}
	notes := func(r *Result) (n int) {
		for _, d := range r.Decisions {
			for _, w := range d.Why {
				if w.Code == policy.Refused {
					n++
				}
			}
		}
		return n
	}
	broken.Silent = true
	quiet, _ := livesOf(t, small(at(), 120*s, s, startUp(30*s), replaceAfter(20*s), reaching(broken), plan(want{10 * s, 2})))
	if notes(r) != 1 || notes(quiet) != 0 || quiet.ServingMax != 1 {
		t.Errorf("%d entries, %d where nobody is told", notes(r), notes(quiet))
	}
}

// A metric that cannot reach its destination has no point at all, also where it would be 0.
func TestUnheard(t *testing.T) {
	for _, idle := range []string{"", "zero", "last"} {
		c := small(at(5*time.Second), 5*time.Minute, time.Second, watching(func(policy.Observation) {}, "Invocations"), reaching(Reach{Unheard: []string{"Invocations"}}))
		c.Metrics.Each = map[string]MetricTiming{"Invocations": {Idle: idle}}
		for _, p := range run(t, c).Series[0].Points {
			if !p.Missing {
				t.Errorf("idle %q: a point at %v", idle, p.End)
			}
		}
	}
}
