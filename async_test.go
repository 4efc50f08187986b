package headroom_test

import (
	"testing"
	"time"

	"headroom/policy"
	"headroom/scenarios"
	"headroom/sim"
)

// endpoint is an asynchronous endpoint at zero: three requests at once, five minutes after the start.
func endpoint(t *testing.T, engine string, sets ...string) *sim.Result {
	t.Helper()
	text := `
version: 1
name: async
clock: {start: 2026-03-02T00:00:00, length: 2h}
traffic:
  arrivals: smooth
  curves: [{step: {rate: 3rps, from: 5m, to: 301s}}]
service: {engine: ` + engine + `, time: 20s}
fleet: {price: 1 USD/h, start-up: {provision: 2m, load: 1m}}
scaling:
  async:
    max: 5
    expire: 30m
    policies: [{target-tracking: {name: tracking, metric: ApproximateBacklogSizePerInstance, target: 5}}]
`
	f, err := scenarios.Parse("async.yaml", "", []byte(text), nil, editsOf(t, sets)...)
	if err != nil {
		t.Fatal(err)
	}
	return lived(t, f)
}

const wake = `scaling.async.policies.+={step: {name: wake, alarm: {metric: HasBacklogWithoutCapacity, at-or-above: 1, datapoints: 2 of 2}, adjust: change, steps: [{from: 0, by: 1}]}}`

// SM1 through the whole of it, on both engines: three requests are not more than the target of five, so they wait until they expire.
func TestSM1ThroughTheScenario(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		r := endpoint(t, engine)
		if q := r.Requests; q.Offered != 3 || q.FailedBy != (sim.FailedBy{Timeout: 3}) || q.Served != 0 || r.Scaling.Out != 0 {
			t.Errorf("%s: %+v, %d out", engine, q, r.Scaling.Out)
		}
		// none is lost before its half hour
		for _, m := range r.Minutes {
			if late := m.At >= 35*minute; m.Failed > 0 && !late {
				t.Errorf("%s: expired in the minute at %v", engine, m.At)
			}
		}
		if r := endpoint(t, engine, "scaling.async.policies.tracking.target-tracking.target=2"); r.Requests.Served != 3 {
			t.Errorf("%s, target 2: %+v", engine, r.Requests)
		}
	}
}

// SM2 through the whole of it: requests wait from 5:00; the minutes that end at 6:00 and 7:00 are seen at 7:00 and 8:00; the
// instance is there three minutes later and serves them one after the other.
func TestSM2ThroughTheScenario(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		r := endpoint(t, engine, wake)
		c := changes(r)
		if len(c) != 2 || c[0].At != 8*minute || c[0].From != 0 || c[0].To != 1 || c[0].Policy != "wake" || c[0].Complete != 11*minute {
			t.Fatalf("%s: %+v", engine, c)
		}
		// three waiting are below 4.5 too, so what allows the scale-in is 15 minutes of data, seen at 16:00, and an empty queue
		if c[1].At != 16*minute || c[1].To != 0 || c[1].Policy != "tracking" || c[1].Why[0].Code != policy.AlarmLow {
			t.Errorf("%s: %+v", engine, c[1])
		}
		if r.Requests.Served != 3 || r.Requests.Failed != 0 || r.Wait.Max > 7*minute && engine == "requests" {
			t.Errorf("%s: %+v, longest wait %v", engine, r.Requests, r.Wait.Max)
		}
	}
	// after an hour of rest the low alarm is in ALARM when the instance comes: it stays until a minute that ends with an empty queue
	for _, engine := range []string{"requests", "fluid"} {
		c := changes(endpoint(t, engine, wake, "traffic.curves.0.step={rate: 3rps, from: 65m, to: 3901s}"))
		if len(c) != 2 || c[0].At != 68*minute || c[1].At != 73*minute || c[1].To != 0 {
			t.Errorf("%s: %+v", engine, c)
		}
	}
	// a request in service does not expire
	if r := endpoint(t, "requests", wake, "service.time=40m", "scaling.async.expire=7m"); r.Requests.Served+r.Requests.InServiceAtEnd != 1 || r.Requests.FailedBy.Timeout != 2 {
		t.Errorf("%+v", r.Requests)
	}
}

// Suspended schedules and scaling, through the whole of it: SC15.
func TestSC15ThroughTheScenario(t *testing.T) {
	r := endpoint(t, "requests", wake, "scaling.async.suspensions=[{from: 0s, until: 20m, scale-out: true, schedules: true}]",
		`scaling.async.schedules=[{name: skipped, at: 2026-03-02T00:10:00, min: 4}]`)
	c := changes(r)
	if len(c) != 2 || c[0].At != 20*minute || c[0].Policy != "wake" {
		t.Errorf("%+v", c)
	}
	if held := r.Scaling.HeldBy[policy.HeldBySuspended]; held != 2 { // the schedule, and the step policy from 8:00 on
		t.Errorf("%d held: %+v", held, r.Decisions)
	}
	if d := first(r.Decisions, func(d sim.Decision) bool { return d.Policy == "skipped" }); d.At != 10*minute || d.HeldBy != policy.HeldBySuspended || d.From != d.To {
		t.Errorf("%+v", d)
	}
	if r.Wait.Max < 17*time.Minute {
		t.Errorf("nobody has waited for the resumption: %v", r.Wait.Max)
	}
}
