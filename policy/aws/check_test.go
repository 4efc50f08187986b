package aws

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"headroom/problem"
)

// good is a target with one of each.
func good() *Settings {
	return &Settings{Service: Endpoint, Min: 1, Max: 10, Policies: []Policy{
		{TargetTracking: trackingOf("InvocationsPerInstance", 300)},
		{Step: &Step{Name: "latency", Alarm: Alarm{Metric: "ModelLatency", Above: dur(500 * time.Millisecond), Datapoints: Datapoints{2, 3}, Period: secs(60)},
			Adjust: "percent", Steps: []Adjustment{{From: num(0), By: 20}}, MinimumStep: new(2)}},
	}, Schedules: []Schedule{{Name: "open", Cron: text[Cron]("cron(45 7 ? * MON-FRI *)"), Min: new(4)}}}
}

func TestCheck(t *testing.T) {
	if found := good().Check(); len(found) > 0 {
		t.Fatalf("good settings are refused: %v", found)
	}
	tracking := func(s *Settings) *TargetTracking { return s.Policies[0].TargetTracking }
	stepping := func(s *Settings) *Step { return s.Policies[1].Step }
	sched := func(s *Settings) *Schedule { return &s.Schedules[0] }
	for _, c := range []struct {
		path, must string
		change     func(*Settings)
	}{
		{"min", "at most max, 10", func(s *Settings) { s.Min = 11 }},
		{"min", "at least 1 for sagemaker-endpoint", func(s *Settings) { s.Min = 0 }},
		{"policies", "at most 50 policies", func(s *Settings) { s.Policies = append(s.Policies, make([]Policy, 49)...) }},
		{"policies.2", "one of target-tracking, step", func(s *Settings) { s.Policies = append(s.Policies, Policy{}) }},
		{"schedules", "at most 200 schedules", func(s *Settings) {
			for i := range 200 {
				sch := s.Schedules[0]
				sch.Name = fmt.Sprint("n", i)
				s.Schedules = append(s.Schedules, sch)
			}
		}},
		{"schedules.0.name", "a name of its own, not that of policies.1.step", func(s *Settings) { sched(s).Name = "latency" }},
		{"policies.0.target-tracking.metric", "a metric of sagemaker-endpoint: Invocations, InvocationsPerInstance,", func(s *Settings) { tracking(s).Metric = "Latency" }},
		{"policies.0.target-tracking.metric", "the time SageMaker adds around the model is not modelled", func(s *Settings) { tracking(s).Metric = "OverheadLatency" }},
		{"policies.0.target-tracking.target", "a bare number in the unit of InvocationsPerInstance (per minute)", func(s *Settings) { tracking(s).Target = *dur(time.Second) }},
		{"policies.0.target-tracking.alarm.period", "10s, 20s, 30s or whole minutes", func(s *Settings) { tracking(s).Alarm.Period = secs(15) }},
		{"policies.0.target-tracking.alarm.in", "at most 1d in all", func(s *Settings) { tracking(s).Alarm.In, tracking(s).Alarm.Period = &Datapoints{30, 30}, secs(3000) }},
		{"policies.0.target-tracking.alarm.out", "at most as many datapoints as assume.evaluation-range, 2", func(s *Settings) { s.Assume.EvaluationRange = &Range{Total: 2} }},
		{"policies.2.target-tracking.metric", "another metric than that of policies.0", func(s *Settings) {
			s.Policies = append(s.Policies, Policy{TargetTracking: trackingOf("InvocationsPerInstance", 200)})
		}},
		{"policies.1.step.alarm.metric", "a metric of", func(s *Settings) { stepping(s).Alarm.Metric = "" }},
		{"policies.1.step.alarm", "exactly one of above, at-or-above, below, at-or-below", func(s *Settings) { stepping(s).Alarm.Above = nil }},
		{"policies.1.step.alarm", "exactly one of above, at-or-above, below, at-or-below", func(s *Settings) { stepping(s).Alarm.Below = num(1) }},
		{"policies.1.step.alarm.above", "the statistic count is not a time", func(s *Settings) { stepping(s).Alarm.Statistic = *text[Statistic]("count") }},
		{"policies.1.step.alarm.datapoints", "M of N with M from 1 to N", func(s *Settings) { stepping(s).Alarm.Datapoints = Datapoints{4, 3} }},
		{"policies.1.step.alarm.datapoints", "at most 7d in all", func(s *Settings) {
			stepping(s).Alarm.Datapoints, stepping(s).Alarm.Period = Datapoints{2, 200}, secs(3600)
		}},
		{"policies.1.step.minimum-step", "only with adjust: percent", func(s *Settings) { stepping(s).Adjust = "change" }},
		{"policies.1.step.steps.0.by", "a capacity, 0 or more", func(s *Settings) {
			stepping(s).Adjust, stepping(s).MinimumStep, stepping(s).Steps[0].By = "exact", nil, -1
		}},
		{"policies.1.step.steps.1.from", "no gap after steps.0", func(s *Settings) {
			stepping(s).Steps = []Adjustment{{From: num(0), To: dur(time.Second), By: 1}, {From: dur(2 * time.Second), By: 2}}
		}},
		{"policies.1.step.steps", "at least one step", func(s *Settings) { stepping(s).Steps = nil }},
		{"schedules.0", "exactly one of cron, at, every", func(s *Settings) { sched(s).Cron = nil }},
		{"schedules.0", "exactly one of cron, at, every", func(s *Settings) { sched(s).Every = text[Every]("5h") }},
		{"schedules.0", "min or max or both", func(s *Settings) { sched(s).Min = nil }},
		{"schedules.0.min", "at most max, 3", func(s *Settings) { sched(s).Max = new(3) }},
		{"schedules.0.min", "at least 1 for sagemaker-endpoint", func(s *Settings) { sched(s).Min = new(0) }},
		{"schedules.0.min", "at most the highest max that is ever set, 10", func(s *Settings) { sched(s).Min = new(11) }},
		{"schedules.0.max", "at least the lowest min that is ever set, 1", func(s *Settings) { sched(s).Min, sched(s).Max = nil, new(0) }},
		{"schedules.0.at", "clocks in Europe/Berlin skip it", func(s *Settings) {
			sched(s).Cron, sched(s).At, sched(s).Zone = nil, text[Stamp]("2026-03-29T02:30:00"), *text[Zone]("Europe/Berlin")
		}},
		{"schedules.0.from", "only with cron or every", func(s *Settings) {
			sched(s).Cron, sched(s).At, sched(s).From = nil, text[Stamp]("1h"), text[Stamp]("1h")
		}},
		{"schedules.0.until", "after from", func(s *Settings) {
			sched(s).From, sched(s).Until = text[Stamp]("2026-03-29T02:30"), text[Stamp]("2026-03-29T02:30Z")
		}},
		{"schedules.0.until", "after from", func(s *Settings) { sched(s).From, sched(s).Until = text[Stamp]("2h"), text[Stamp]("1h") }},
	} {
		t.Run(c.path+" "+c.must, func(t *testing.T) {
			s := good()
			c.change(s)
			if found := s.Check(); !mentions(found, c.path, c.must) {
				t.Errorf("no problem %q at %q among %v", c.must, c.path, found)
			}
		})
	}
}

func mentions(found []problem.Problem, path, must string) bool {
	for _, p := range found {
		if p.Path == path && strings.Contains(p.Must, must) {
			return true
		}
	}
	return false
}

func TestNearestMetric(t *testing.T) {
	for given, want := range map[string]string{
		"InvocationPerInstance": "InvocationsPerInstance", "cpuutilization": "CPUUtilization", "ModelLatencies": "ModelLatency", "Foo": "",
	} {
		s := good()
		s.Policies[0].TargetTracking.Metric = given
		found := s.Check()
		if hint := found[0].Hint; want == "" && hint != "" || want != "" && hint != "did you mean "+want+"?" {
			t.Errorf("%s: %q, want %q", given, hint, want)
		}
	}
}

func TestCheckTiming(t *testing.T) {
	s := good()
	timing := func(metric string) (time.Duration, time.Duration) {
		if metric == "ModelLatency" {
			return 2 * time.Minute, time.Minute
		}
		return time.Minute, time.Minute
	}
	if found := s.CheckTiming(timing); len(found) != 1 || !mentions(found, "policies.1.step.alarm.period", "a multiple of the period of ModelLatency, 2m") {
		t.Errorf("%v", found)
	}
	s.Policies[1].Step.Alarm.Period = secs(240)
	s.Policies[0].TargetTracking.Alarm.Period = secs(300)
	if found := s.CheckTiming(timing); len(found) != 0 {
		t.Errorf("multiples are refused: %v", found)
	}
	s.Policies[0].TargetTracking.Alarm.Period = nil
	slow := func(string) (time.Duration, time.Duration) { return 12 * time.Hour, 0 }
	if found := s.CheckTiming(slow); len(found) != 2 || !mentions(found, "policies.0.target-tracking.alarm", "at most 7d in all") {
		t.Errorf("%v", found)
	}
}

func TestMetricsSayWhatTheyCannotSee(t *testing.T) {
	want := "Invocations InvocationsPerInstance ConcurrentRequestsPerModel ModelLatency CPUUtilization GPUUtilization MemoryUtilization " +
		"ApproximateBacklogSize ApproximateBacklogSizePerInstance Invocation5XXErrors"
	for _, service := range []string{Endpoint, ECS, Custom} {
		if got := strings.Join(names(service), " "); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", service, got)
		}
	}
	all, _ := Services()
	for _, service := range append(all, "") {
		for _, m := range Metrics(service) {
			if !strings.Contains(m.Doc, "cannot see") || m.Unit == "" || m.Kind == "" || len(m.Statistics) == 0 || strings.Contains(m.Doc, "%CPU") {
				t.Errorf("%s of %s: %+v", m.Name, service, m)
			}
			if _, both := elsewhere[m.Name]; both {
				t.Errorf("%s is both known and elsewhere", m.Name)
			}
		}
	}
	if m, _ := Lookup(Endpoint, "CPUUtilization"); !strings.Contains(m.Doc, "0 to 400") {
		t.Errorf("TT16: %s", m.Doc)
	}
	if m, _ := Lookup(ECS, "CPUUtilization"); !strings.Contains(m.Doc, "0 to 100 of the box") {
		t.Errorf("%s", m.Doc)
	}
	if m, ok := Lookup(Custom, "OverheadLatency"); ok {
		t.Errorf("OverheadLatency is modelled: %+v", m)
	}
}

func TestFillWritesEveryDefault(t *testing.T) {
	s := good()
	s.Fill(func(string) (time.Duration, time.Duration) { return time.Minute, time.Minute })
	if a := s.Assume; *a.Formula != "ceil" || *a.MetricForCalc != "last" || *a.FromZero != 1 || a.MaxScaleIn != nil || a.EvaluationRange.String() != "N+2" ||
		*a.CooldownStarts != "completion" || *a.ScaleWhileUpdating || *a.OutCooldownBlocksIn || *a.Base != "point" || *a.FreshBreachOnly != "keep" ||
		*a.PercentBaseInCooldown != "before" || *a.StepMetricForCalc != "average" {
		t.Errorf("%+v", a)
	}
	if found := s.Check(); len(found) > 0 {
		t.Errorf("filled settings are refused: %v", found)
	}
	for period, want := range map[time.Duration]string{time.Minute: "15 of 15", 10 * time.Second: "90 of 90", 20 * time.Second: "45 of 45", 45 * time.Second: "20 of 20"} {
		s := good()
		s.Fill(func(string) (time.Duration, time.Duration) { return period, time.Minute })
		a := s.Policies[0].TargetTracking.Alarm
		if a.In.String() != want || knownPeriod(period) != (a.Period != nil) || a.Period != nil && *a.Period != period {
			t.Errorf("%s: %+v, want %s", period, a, want)
		}
	}
}
