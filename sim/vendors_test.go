package sim

import (
	"math"
	"testing"
	"time"
)

// shown are the values of a metric, period after period; none where nothing was published.
func shown(t *testing.T, metric string, c Config) []float64 {
	t.Helper()
	watching(nil, metric)(&c)
	var got []float64
	for _, p := range run(t, c).Series[0].Points {
		if p.Missing != math.IsNaN(p.Value) {
			t.Errorf("%s: %+v", metric, p)
		}
		got = append(got, p.Value)
	}
	return got
}

// Every metric that only some services have, by hand.
func TestVendorsMetricsByHand(t *testing.T) {
	s, m := time.Second, time.Minute
	type cfg = func(*Config)
	expire := func(d time.Duration) cfg { return func(c *Config) { c.Service.Timeout = Timeout{Waiting: d} } }
	nobody := instances(0)
	for _, c := range []struct {
		what, metric string
		cfg          Config
		want         []float64
	}{
		{"÷ copies in service at that moment", "InvocationsPerCopy", small(at(10*s, 40*s, 50*s, 61*s), 2*m, s, plan(want{30 * s, 2}, want{m, 4})), []float64{1 + .5 + .5, .25}},
		{"every 10 s", "ConcurrentRequestsPerCopy", small(at(0, 2*s), 30*s, 5*s), []float64{1.3, 0, 0}},
		{"no copy in service: no point", "ConcurrentRequestsPerCopy", small(at(0), 20*s, 5*s, nobody, plan(want{10 * s, 1})), []float64{none, 0}},
		{"attempts that found nobody", "NoCapacityInvocationFailures", small(at(0, 10*s, 40*s, 50*s), 2*m, s, nobody, plan(want{30 * s, 1})), []float64{2, 0}},
		{"each try of them", "NoCapacityInvocationFailures", small(at(0), 2*m, s, nobody, tries(3, 20*s)), []float64{2, 1}},
		{"fluid", "NoCapacityInvocationFailures", small(demand(t, 0, always(1)), 2*m, s, nobody, fluidEngine), []float64{60, 60}},

		{"1 while requests wait for nobody", "HasBacklogWithoutCapacity", small(at(70*s), 4*m, 5*s, nobody, sharedQueue(9), plan(want{150 * s, 1})), []float64{0, 1, 0, 0}},
		{"0 with somebody in service, however long the queue", "HasBacklogWithoutCapacity", small(make(instants, 99), m, 5*s, sharedQueue(99)), []float64{0}},
		{"nobody, and nothing waits", "HasBacklogWithoutCapacity", small(at(), m, 5*s, nobody, sharedQueue(9)), []float64{0}},
		{"starting is not in service", "HasBacklogWithoutCapacity", small(at(0), 2*m, 5*s, nobody, sharedQueue(9), startUp(70*s), plan(want{10 * s, 1})), []float64{1, 0}},

		{"of the oldest waiting at the end", "ApproximateAgeOfOldestRequest", small(at(50*s, 55*s), 3*m, s, nobody, sharedQueue(9), plan(want{150 * s, 1})), []float64{10, 70, 0}},
		{"served ones are no longer in the queue", "ApproximateAgeOfOldestRequest", small(at(10*s, 20*s, 30*s), 2*m, 30*s, sharedQueue(9)), []float64{30, 0}},
		{"of all queues", "ApproximateAgeOfOldestRequest", small(at(0, 0, 10*s, 20*s), m, 100*s, instances(2)), []float64{50}},
		{"of a draining instance's queue too", "ApproximateAgeOfOldestRequest", small(at(0, 10*s), m, 100*s, plan(want{20 * s, 0})), []float64{50}},
		{"since the retry came", "ApproximateAgeOfOldestRequest", small(at(0), 2*m, s, nobody, sharedQueue(9), tries(2, 20*s), expire(70*s)), []float64{60, 30}},

		{"fluid: the first of them, then those that came 90 s ago", "ApproximateAgeOfOldestRequest", small(demand(t, 0, always(1)), 3*m, s, nobody, sharedQueue(Unlimited), expire(90*s), fluidEngine), []float64{60, 90, 90}},
		{"time was up while they waited", "ExpiredRequests", small(at(0, 10*s, 100*s), 3*m, s, nobody, sharedQueue(9), expire(65*s)), []float64{0, 2, 1}},
		{"fluid: 1 a second, each after 90 s", "ExpiredRequests", small(demand(t, 0, always(1)), 3*m, s, nobody, sharedQueue(Unlimited), expire(90*s), fluidEngine), []float64{0, 30, 60}},
		{"in service nothing expires", "ExpiredRequests", small(at(0), 2*m, 90*s, sharedQueue(9), expire(30*s)), []float64{0, 0}},

		{"per target and minute", "RequestCountPerTarget", small(at(10*s, 40*s, 50*s, 61*s), 2*m, s, plan(want{30 * s, 2}, want{m, 4})), []float64{2, .25}},
		{"nothing came: no point", "RequestCountPerTarget", small(at(10*s), 3*m, s), []float64{1, none, none}},
		{"no target: no point, whatever came", "RequestCountPerTarget", small(at(10*s), m, s, nobody), []float64{none}},
		{"unless zeros are filled in", "RequestCountPerTarget", small(at(10*s), 2*m, s, timing("RequestCountPerTarget", MetricTiming{Idle: "zero"})), []float64{1, 0}},

		{"every 20 s", "ECSServiceAverageCPUUtilizationHighResolution", small(at(0), m, 30*s, uses(Uses{CPU: Use{Share: .6}})), []float64{60, 30, 0}},
		{"every 20 s", "ECSServiceAverageMemoryUtilizationHighResolution", small(at(0), m, 30*s, uses(Uses{Memory: MemoryUse{Rest: .4, Busy: .6}})), []float64{60, 50, 40}},
		{"held per replica, once a minute", "DatabaseConnections", small(at(0, 2*s), 2*m, 5*s), []float64{13. / 60, 0}},

		{"a ratio", "LambdaProvisionedConcurrencyUtilization", small(at(0), 2*m, 30*s, instances(4)), []float64{.125, none}},
		{"a ratio, published at rest", "ServerlessProvisionedConcurrencyUtilization", small(at(0), 2*m, 30*s, instances(4)), []float64{.125, 0}},
		{"it stops at 1", "LambdaProvisionedConcurrencyUtilization", small(make(instants, 99), m, m, instances(4), own(0)), []float64{1}},
		{"consumed ÷ provisioned; nothing consumed, no point", "DynamoDBReadCapacityUtilization", small(every(s, 60), 2*m, s, instances(4), own(0)), []float64{25, none}},
		{"consumed ÷ provisioned; nothing consumed, no point", "DynamoDBWriteCapacityUtilization", small(every(s, 60), 2*m, s, instances(4), own(0)), []float64{25, none}},
		{"consumed ÷ provisioned", "CassandraReadCapacityUtilization", small(every(s, 60), 2*m, s, instances(4), own(0)), []float64{25, none}},
		{"consumed ÷ provisioned", "CassandraWriteCapacityUtilization", small(every(s, 60), 2*m, s, instances(4), own(0)), []float64{25, none}},
		{"of the units", "InferenceUtilization", small(at(0), 2*m, 30*s, instances(2)), []float64{25, 0}},
		{"sessions ÷ places", "CapacityUtilization", small(at(0, 0), 2*m, 30*s, slots(4)), []float64{25, 0}},
		{"sessions ÷ places", "UserSessionsCapacityUtilization", small(at(0, 0), 2*m, 30*s, slots(4), plan(want{m, 0})), []float64{25, none}},
	} {
		got := shown(t, c.metric, c.cfg)
		if len(got) != len(c.want) {
			t.Errorf("%s, %s: %v, want %v", c.metric, c.what, got, c.want)
			continue
		}
		for k, want := range c.want {
			if math.IsNaN(want) != math.IsNaN(got[k]) || math.Abs(got[k]-want) > 1e-6*math.Abs(want) {
				t.Errorf("%s, %s: %v, want %v", c.metric, c.what, got, c.want)
				break
			}
		}
	}
}
