package aws

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/policy"
)

// minute is the timing of an ordinary metric.
func minute(string) (time.Duration, time.Duration) { return time.Minute, time.Minute }

// TT13: the cooldowns of each service as AAS-TT-cur lists them, and 300 s for a step policy of any that has them; the alarms of
// DynamoDB's target tracking; which services have no step policies.
func TestTT13CooldownDefaults(t *testing.T) {
	for name, want := range map[string]struct {
		cooldown time.Duration
		steps    bool
		out      string
	}{
		Endpoint: {300 * time.Second, true, "3 of 3"}, AsyncEndpoint: {300 * time.Second, true, "3 of 3"},
		InferenceComponent: {300 * time.Second, true, "3 of 3"}, ServerlessConcurrency: {300 * time.Second, true, "3 of 3"},
		ECS: {300 * time.Second, true, "3 of 3"}, LambdaConcurrency: {0, false, "3 of 3"},
		AuroraReplicas: {300 * time.Second, true, "3 of 3"}, NeptuneReplicas: {300 * time.Second, false, "3 of 3"},
		ElastiCache: {600 * time.Second, false, "3 of 3"}, DynamoDBRead: {0, false, "2 of 2"}, DynamoDBWrite: {0, false, "2 of 2"},
		KeyspacesRead: {0, false, "3 of 3"}, KeyspacesWrite: {0, false, "3 of 3"}, Comprehend: {0, false, "3 of 3"},
		AppStreamFleet: {300 * time.Second, true, "3 of 3"}, WorkSpacesPool: {300 * time.Second, true, "3 of 3"},
		SpotFleet: {300 * time.Second, true, "3 of 3"}, Custom: {300 * time.Second, true, "3 of 3"},
	} {
		metric := names(name)[0]
		s := &Settings{Service: name, Min: 1, Max: 2, Policies: []Policy{
			{TargetTracking: &TargetTracking{Metric: metric, Target: *num(50), ScaleIn: true}},
			{Step: &Step{Alarm: Alarm{Metric: metric, Above: num(50), Datapoints: Datapoints{1, 1}}, Adjust: "change", Steps: []Adjustment{{From: num(0), By: 1}}}},
		}}
		a, c := newActor(s, 0, policy.Run{Timing: minute})
		if c.out != want.cooldown || c.in != want.cooldown || a.form[0].String() != want.out || a.form[1].String() != "15 of 15" {
			t.Errorf("%s: cooldowns %s and %s, alarms %s and %s", name, c.out, c.in, a.form[0], a.form[1])
		}
		if _, c := newActor(s, 1, policy.Run{Timing: minute}); c.out != 300*time.Second || c.in != 300*time.Second {
			t.Errorf("%s: the step policy's cooldowns are %s and %s", name, c.out, c.in)
		}
		low := 45.0
		if want.out == "2 of 2" {
			low = 30
		}
		if !a.low.breached(low*0.9999) || a.low.breached(low) {
			t.Errorf("%s: the low alarm is below %v, want %v", name, a.low.level, low)
		}
		if found := s.Check(); want.steps == mentions(found, "policies.1.step", "step policies do not exist for "+name) || want.steps && len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
		s.Fill(minute)
		if p := s.Policies[0].TargetTracking; *p.ScaleInCooldown != want.cooldown || *p.ScaleOutCooldown != want.cooldown || p.Alarm.Out.String() != want.out || p.Alarm.Low == 0 {
			t.Errorf("%s: Fill wrote %+v", name, p)
		}
		if filled, _ := newActor(s, 0, policy.Run{Timing: minute}); !reflect.DeepEqual(filled.high, a.high) || !reflect.DeepEqual(filled.low, a.low) {
			t.Errorf("%s: filled settings have other alarms", name)
		}
	}
}

// What a policy says itself comes before the service's.
func TestOwnBeforeTheServices(t *testing.T) {
	p := tt("DynamoDBReadCapacityUtilization", 70, 30, 60)
	s := one(DynamoDBRead, 1, 9, p)
	a, c := newActor(s, 0, policy.Run{Timing: minute}) // trackingOf: 3 of 3, 90 %
	if c.out != 30*time.Second || c.in != 60*time.Second || a.form[0].String() != "3 of 3" || a.low.level != 63 {
		t.Errorf("%+v %+v", a.form, c)
	}
}

// Every service of the schema is in the table and has limits that hold.
func TestServicesAreWhatTheFileMaySay(t *testing.T) {
	field, _ := reflect.TypeFor[Settings]().FieldByName("Service")
	all, units := Services()
	if got := strings.Split(field.Tag.Get("enum"), "|"); !slices.Equal(got, all) {
		t.Errorf("the file may say %v, the table has %v", got, all)
	}
	for i, name := range all {
		v := serviceOf(name)
		if units[i] == "" || len(v.metrics) == 0 || v.floor > 0 && v.why == "" {
			t.Errorf("%+v", v)
		}
		for _, m := range v.metrics {
			if _, known := Lookup("", m); !known {
				t.Errorf("%s has %s, which nobody publishes", name, m)
			}
		}
		for m := range v.absent {
			if offers(name, m) {
				t.Errorf("%s has %s, and it has not", name, m)
			}
		}
		s := &Settings{Service: name, Min: v.floor, Max: 9}
		if found := s.Check(); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
		s.Schedules = []Schedule{{At: text[Stamp]("1h"), Min: new(0)}}
		s.Min = 0
		if found := s.Check(); v.floor > 0 != (mentions(found, "min", "at least 1 for "+name) && mentions(found, "schedules.0.min", "at least 1 for "+name)) {
			t.Errorf("%s down to 0: %v", name, found)
		}
		s.Min, s.Max, s.Schedules = 1, v.most+1, []Schedule{{At: text[Stamp]("1h"), Max: new(v.most + 1)}}
		if found := s.Check(); v.most > 0 != (mentions(found, "max", "at most") && mentions(found, "schedules.0.max", "at most")) {
			t.Errorf("%s above its most: %v", name, found)
		}
	}
}

func TestRefusedMetricsSayWhy(t *testing.T) {
	for _, c := range []struct{ service, metric, why string }{
		{AsyncEndpoint, "InvocationsPerInstance", "an asynchronous endpoint does not publish it"},
		{AsyncEndpoint, "TimeInBacklog", "ApproximateAgeOfOldestRequest is"},
		{Endpoint, "HasBacklogWithoutCapacity", "it is one of sagemaker-async"},
		{Endpoint, "InvocationsPerCopy", "it is one of sagemaker-inference-component"},
		{InferenceComponent, "InvocationsPerInstance", "a component's is InvocationsPerCopy"},
		{ECS, "LambdaProvisionedConcurrencyUtilization", "it is one of lambda-provisioned-concurrency"},
		{ElastiCache, "MemoryUtilization", "its data"},
		{Custom, "RequestCountPerTarget", "it is one of ecs-service, spot-fleet"},
	} {
		s := one(c.service, 1, 9, tt(c.metric, 50, 0, 0))
		if found := s.Check(); len(found) != 1 || !mentions(found, "policies.0.target-tracking.metric", c.why) {
			t.Errorf("%s of %s: %v", c.metric, c.service, found)
		}
	}
}

func TestDynamoDBTargets(t *testing.T) {
	for target, good := range map[float64]bool{19: false, 20: true, 70: true, 90: true, 91: false} {
		p := &TargetTracking{Metric: "DynamoDBReadCapacityUtilization", Target: *num(target), ScaleIn: true}
		s := one(DynamoDBRead, 1, 9, Policy{TargetTracking: p})
		if found := s.Check(); good != (len(found) == 0) {
			t.Errorf("target %v: %v", target, found)
		}
		if a, _ := newActor(s, 0, policy.Run{Timing: minute}); target == 20 && (a.low.breached(0.01) || !a.low.breached(0)) {
			t.Errorf("20 points below 20: %v", a.low.level)
		}
	}
}

// AWS's predefined names are read as the metric that they mean, wherever that exists.
func TestAliases(t *testing.T) {
	for given, want := range aliases {
		if _, known := Lookup("", want); !known {
			t.Errorf("%s means %s, which nobody publishes", given, want)
		}
		if _, known := Lookup("", given); known {
			t.Errorf("%s is a metric and another name of one", given)
		}
		p, a := TargetTracking{Metric: given}, Alarm{Metric: given}
		p.Canonical()
		a.Canonical()
		if p.Metric != want || a.Metric != want {
			t.Errorf("%s is read as %s and %s", given, p.Metric, a.Metric)
		}
	}
	if p := (TargetTracking{Metric: "CPUUtilization"}); canonical(p.Metric) != "CPUUtilization" {
		t.Error("a metric's own name is changed")
	}
}

// A table that is updating takes no other change; what is not updated one at a time does.
func TestOneUpdateAtATime(t *testing.T) {
	for service, want := range map[string]string{DynamoDBRead: "3m:10→14 13m:14→20 23m:20→28", LambdaConcurrency: "3m:10→14 4m:14→20 5m:20→28"} {
		metric := names(service)[0]
		s := one(service, 10, 99, Policy{TargetTracking: &TargetTracking{Metric: metric, Target: *num(70), ScaleIn: true, Alarm: TrackingAlarms{Out: Datapoints{2, 2}}, Assume: Assume{Base: new("now")}}})
		w := newWorld(s, 30*time.Minute)
		w.startUp = 10 * time.Minute
		w.metric(metric, func(time.Duration, float64) (float64, float64, bool) { return 98, 98, true })
		w.run()
		if got := story(w.changes()); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", service, got, want)
		}
		if held := w.held(policy.HeldByUpdating); (service == DynamoDBRead) != (len(held) > 0 && strings.HasPrefix(held[0].Why[1].Text, "the table is updating")) {
			t.Errorf("%s: %+v", service, held)
		}
	}
}

// ECS: a capacity outside the limits. A scale-out from below goes to min first, then as far as the policy says; a scale-in does
// nothing. Above max it is the other way round. (Amazon ECS developer guide, service auto scaling)
func TestECSOutsideTheLimits(t *testing.T) {
	for _, c := range []struct {
		what                     string
		current, low, high, wish int
		tracks                   bool
		want                     int
	}{
		{"below min, out by less", 2, 5, 10, 3, false, 5}, {"below min, out by more", 2, 5, 10, 7, false, 7},
		{"below min, in", 2, 5, 10, 1, false, 2}, {"below min, tracking in", 2, 5, 10, 1, true, 2},
		{"above max, in by less", 12, 1, 8, 11, false, 8}, {"above max, in by more", 12, 1, 8, 6, false, 6},
		{"above max, tracking in", 12, 1, 8, 6, true, 6}, {"above max, out", 12, 1, 8, 15, false, 12},
	} {
		f := frame{current: c.current, min: c.low, max: c.high, unready: -1, inWish: -1}
		b := bid{wish: c.wish, reach: c.wish, tied: c.tracks && c.wish < c.current}
		if b.tied {
			f.inWish = c.wish
		}
		if got := combine(f, []bid{b}).to; got != c.want {
			t.Errorf("%s: %d, want %d", c.what, got, c.want)
		}
	}
}
