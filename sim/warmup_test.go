package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"headroom/policy"
)

// needing is a script that looks at metrics.
type needing struct {
	script
	needs []policy.Need
	fleet []policy.Fleet // what it saw
}

func (n *needing) Needs() []policy.Need { return n.needs }
func (n *needing) Decide(o policy.Observation) policy.Decision {
	n.fleet = append(n.fleet, o.Fleet)
	return n.script.Decide(o)
}

// warming is a run of one busy instance of two; the second comes at 60 s, with one slot always busy on each, and warms up 90 s.
func warming(engine string, change ...func(*Config)) (Config, *needing) {
	s := &needing{script: script{[]want{{time.Minute, 2}}}}
	for _, m := range []string{"CPUUtilization", "GPUUtilization", "MemoryUtilization", "InvocationsPerInstance"} {
		s.needs = append(s.needs, policy.Need{Metric: m, Lookback: time.Hour, High: math.NaN(), Low: math.NaN()})
	}
	c := small(nil, 6*time.Minute, time.Second, slots(2), sharedQueue(Unlimited), func(c *Config) {
		c.Service.Engine = engine
		c.Service.Uses.GPU.Any = true
		c.Platform = policy.Platform{WarmUps: map[string]time.Duration{"script": 90 * time.Second}}
		c.Scaler = func() policy.Scaler { return s }
	})
	for _, f := range change {
		f(&c)
	}
	return c, s
}

func published(t *testing.T, r *Result, metric string) []float64 {
	t.Helper()
	for _, s := range r.Series {
		if s.Metric == metric {
			var v []float64
			for _, p := range s.Points {
				v = append(v, p.Value)
			}
			return v
		}
	}
	t.Fatalf("no series %s", metric)
	return nil
}

// Two requests a second of 1 s each fill the two slots of the old instance; the new one gets some of them in its warm-up, and the
// group's CPU, GPU and memory are of the old one alone until then. The balancer's count per instance knows no warm-up.
func TestWarmUpLeavesGroupMetrics(t *testing.T) {
	c, _ := warming("requests", func(c *Config) {
		c.Service.Balancer = "round-robin"
		c.Service.Queue.Shared = nil
	})
	c.Traffic = every(500*time.Millisecond, 720)
	r, err := Run(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	// by turns: one busy slot of two on each; in the first minute both of the only one
	for metric, want := range map[string][]float64{
		"CPUUtilization":         {100, 50, 50, 50, 50, 50},
		"GPUUtilization":         {100, 100, 100, 100, 100, 100},
		"MemoryUtilization":      {100, 50, 50, 50, 50, 50},
		"InvocationsPerInstance": {120, 60, 60, 60, 60, 60},
	} {
		for k, v := range published(t, r, metric) {
			if math.Abs(v-want[k]) > 2 {
				t.Errorf("%s in minute %d: %.2f, want about %v", metric, k, v, want[k])
			}
		}
	}
}

// Both slots of the old instance are busy throughout; the new one comes idle at 60 s, gets one request at 70 s and is warm at 150 s.
func TestWarmUpEnds(t *testing.T) {
	for _, apart := range []bool{false, true} {
		c, _ := warming("requests", func(c *Config) {
			c.Service.Time = constant(10 * time.Minute)
			if c.Service.Queue.Shared = nil; apart {
				c.Service.Balancer = "round-robin"
			}
		})
		c.Traffic = instants{0, time.Second, 70 * time.Second}
		if apart {
			c.Traffic = instants{0, time.Second, 61 * time.Second, 70 * time.Second}
		}
		r, err := Run(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		for metric, want := range map[string][]float64{
			"CPUUtilization":    {100 * 119. / 120, 100, 100 * (120. + 30) / 180, 75, 75, 75},
			"GPUUtilization":    {100, 100, 100, 100, 100, 100},
			"MemoryUtilization": {100 * 119. / 120, 100, 100 * (120. + 30) / 180, 75, 75, 75},
		} {
			for k, v := range published(t, r, metric) {
				if math.Abs(v-want[k]) > 1e-9 {
					t.Errorf("apart %v: %s in minute %d: %.4f, want %.4f", apart, metric, k, v, want[k])
				}
			}
		}
	}
}

// While all that are in service warm up there is nothing to publish of the group.
func TestNothingWarmNoPoint(t *testing.T) {
	for _, engine := range []string{"requests", "fluid"} {
		c, s := warming(engine, instances(0))
		s.at = []want{{time.Minute, 1}}
		c.Traffic = demand(t, 0, always(1))
		r, err := Run(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range published(t, r, "CPUUtilization") {
			if exists := k >= 2; exists == math.IsNaN(v) {
				t.Errorf("%s: minute %d: %v", engine, k, v)
			}
		}
	}
}

// The fluid engine's instances are alike: leaving some out changes nothing of their mean but its weights within a minute.
func TestWarmUpFluid(t *testing.T) {
	var with [2][]float64
	for k := range with {
		c, _ := warming("fluid")
		if c.Traffic = demand(t, 0, always(1)); k == 0 {
			c.Platform = policy.Platform{}
		}
		r, err := Run(context.Background(), c)
		if err != nil {
			t.Fatal(err)
		}
		with[k] = published(t, r, "CPUUtilization")
	}
	for m, v := range with[0] {
		if math.Abs(v-with[1][m]) > 0.3 {
			t.Errorf("minute %d: %.4f without warm-up, %.4f with it", m, v, with[1][m])
		}
	}
}

// Warm-up counts from when an instance is in service, and an instance that is removed or lost in it warms up no more.
func TestWarmingIsCounted(t *testing.T) {
	s := &needing{script: script{[]want{{time.Minute, 3}, {2 * time.Minute, 3}, {3 * time.Minute, 2}, {4 * time.Minute, 2}, {5 * time.Minute, 2}}}}
	c := small(every(time.Second, 300), 6*time.Minute, 100*time.Millisecond, func(c *Config) {
		c.Fleet.StartUp.Provision = constant(30 * time.Second)
		c.Platform = policy.Platform{WarmUp: 200 * time.Second}
		c.Scaler = func() policy.Scaler { return s }
	})
	if _, err := Run(context.Background(), c); err != nil {
		t.Fatal(err)
	}
	var at []int
	for _, f := range s.fleet {
		at = append(at, f.Starting, f.Warming)
	}
	// asked at 0, 1, (complete at 1:30), 2, 3, (complete 3:00), 4, 5 minutes
	want := []int{0, 0, 0, 0, 0, 2, 0, 2, 0, 2, 0, 1, 0, 1, 0, 0}
	if len(at) != len(want) {
		t.Fatalf("seen %v, want %v", at, want)
	}
	for k := range want {
		if at[k] != want[k] {
			t.Fatalf("starting and warming %v, want %v", at, want)
		}
	}
}
