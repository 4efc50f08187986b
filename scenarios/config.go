package scenarios

import (
	"maps"
	"reflect"

	"headroom/chance"
	"headroom/expect"
	"headroom/policy"
	"headroom/sim"
)

// config is the run of settings without a problem. The demand is there already.
func (f *File) config() sim.Config {
	_, family := f.Scaling.family()
	cfg := sim.Config{
		Start:     f.Clock.start,
		Length:    f.Clock.Length,
		Step:      f.Clock.Step,
		Settle:    f.Clock.Settle,
		Source:    chance.Source{Seed: f.Clock.Seed},
		Traffic:   f.cfg.Traffic,
		Service:   f.Service,
		Fleet:     f.Fleet,
		Metrics:   f.Metrics,
		Platform:  family.Platform(),
		Reach:     f.Network.reach(family),
		Quantiles: expect.Quantiles(f.Expect),
	}
	if d := cfg.Platform.OnDemand; d != nil {
		cfg.Fleet, cfg.Unused = sim.ProvisionedFleet(d, family.Start()), f.unused()
	}
	if d := cfg.Platform.Expire; d > 0 {
		cfg.Service.Timeout = sim.Timeout{Waiting: d}
	}
	run := policy.Run{Start: cfg.Start, Begin: -cfg.Settle, End: cfg.Length, Timing: f.Metrics.Timing, Slots: f.Service.Concurrency}
	cfg.Scaler = func() policy.Scaler { return family.New(run) }
	return cfg
}

// filled is a copy of the scenario with the defaults that depend on the service and on the metrics that policies look at.
func (s Scenario) filled() Scenario {
	s.Scaling = deepCopy(reflect.ValueOf(s.Scaling)).Interface().(Scaling)
	_, family := s.Scaling.family()
	family.Fill(s.Metrics.Timing)
	each := maps.Clone(s.Metrics.Each)
	for _, w := range family.Watches() {
		if period, delay := s.Metrics.Timing(w.Metric); period != s.Metrics.Period || delay != s.Metrics.Delay {
			if each == nil {
				each = map[string]sim.MetricTiming{}
			}
			each[w.Metric] = sim.MetricTiming{Period: &period, Delay: &delay, Idle: each[w.Metric].Idle}
		}
	}
	s.Metrics.Each = each
	s.Fleet.StartUp.Preset = "" // its figures are written out
	return s
}

// deepCopy copies what pointers and slices of plain settings point at.
func deepCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(deepCopy(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(deepCopy(v.Index(i)))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
	}
	return out
}
