package scenarios

import (
	"reflect"

	"headroom/chance"
	"headroom/expect"
	"headroom/policy"
	"headroom/policy/aws"
	"headroom/sim"
)

// config is the run of settings without a problem. The demand is there already.
func (f *File) config() sim.Config {
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
		Scaler:    func() policy.Scaler { return policy.Fixed{} },
		Quantiles: expect.Quantiles(f.Expect),
	}
	if settings := f.Scaling.AWS; settings != nil {
		cfg.CoresCounted = aws.CoresCounted(settings.Service)
		run := aws.Run{Start: cfg.Start, Begin: -cfg.Settle, End: cfg.Length, Timing: f.Metrics.Timing}
		cfg.Scaler = func() policy.Scaler { return settings.New(run) }
	}
	return cfg
}

// filled is a copy of the settings with the defaults that depend on the service.
func filled(s *aws.Settings) *aws.Settings {
	c := deepCopy(reflect.ValueOf(s)).Interface().(*aws.Settings)
	c.Fill()
	return c
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
