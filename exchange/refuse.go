package exchange

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"headroom/policy/aws"
	"headroom/unit"
)

// A refusal is something of a scenario that has no counterpart where it is to go: its path, what could be written, and what is there.
type refusal struct{ path, must, got string }

// refuser collects refusals.
type refuser struct {
	scaled Scaled
	out    []refusal
}

func (r *refuser) add(path, got, must string) { r.out = append(r.out, refusal{path, must, got}) }

// refusals is all of the settings that Application Auto Scaling cannot be told.
func (s Scaled) refusals(filled *aws.Settings) []refusal {
	r := &refuser{scaled: s}
	if scalableOf(filled.Service) == nil {
		r.add("scaling.aws.service", filled.Service, "a service whose metrics are known: neither their namespace nor their dimensions are in a scenario")
		return r.out
	}
	r.name("name", s.Scenario, func(name string) string {
		if len(name) > 100 {
			return "at most 100 bytes, as it begins the names of alarms"
		}
		return ""
	})
	r.assumed("scaling.aws.assume", s.Settings.Assume)
	for i := range filled.Policies {
		path := fmt.Sprintf("scaling.aws.policies.%d", i)
		given := s.Settings.Policies[i]
		if t := filled.Policies[i].TargetTracking; t != nil {
			path += ".target-tracking"
			r.name(path+".name", t.Name, printable)
			r.tracking(path, filled.Service, t)
			r.assumed(path+".assume", given.TargetTracking.Assume)
			r.cooldown(path+".scale-out-cooldown", *t.ScaleOutCooldown)
			r.cooldown(path+".scale-in-cooldown", *t.ScaleInCooldown)
			continue
		}
		path += ".step"
		t := filled.Policies[i].Step
		r.name(path+".name", t.Name, printable)
		r.step(path, filled.Service, t)
		r.assumed(path+".assume", given.Step.Assume)
		r.cooldown(path+".cooldown", *t.Cooldown)
	}
	for i := range filled.Suspensions {
		r.add(fmt.Sprintf("scaling.aws.suspensions.%d", i), "a time", "scaling.aws.suspended: AWS suspends until it is told otherwise")
	}
	if m := s.Managed; m != nil && m.ScaleIn == "consolidation" && m.Cooldown%time.Minute != 0 {
		r.add("scaling.aws.instances.cooldown", unit.FormatDuration(m.Cooldown), "whole minutes (CooldownInMinutes)")
	}
	for i, sch := range filled.Schedules {
		r.name(fmt.Sprintf("scaling.aws.schedules.%d.name", i), sch.Name, actionName)
	}
	return r.out
}

// assumed refuses knobs that say AWS behaves otherwise than is taken to be so: they cannot be set there. What a step policy measures
// its breach by can, as far as aggregation is AWS's word for it.
func (r *refuser) assumed(path string, given aws.Assume) {
	var usual aws.Settings
	usual.Fill(r.scaled.Timing)
	v, d := reflect.ValueOf(given), reflect.ValueOf(usual.Assume)
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("yaml")
		own, normal := v.Field(i), d.Field(i)
		if own.IsNil() || !normal.IsNil() && reflect.DeepEqual(own.Elem().Interface(), normal.Elem().Interface()) {
			continue
		}
		value, usually := fmt.Sprint(own.Elem().Interface()), "no"
		if !normal.IsNil() {
			usually = fmt.Sprint(normal.Elem().Interface())
		}
		if key == "step-metric-for-calc" && value == "max" {
			continue // MetricAggregationType
		}
		r.add(path+"."+key, value, "the default, "+usually+", or nothing: what AWS does there cannot be set")
	}
}

// tracking refuses metrics without a counterpart, and forms of alarms that AWS does not make.
func (r *refuser) tracking(path, service string, t *aws.TargetTracking) {
	m := r.metric(path+".metric", service, t.Metric)
	if m == nil {
		return
	}
	usual := m.usual(t.Target).Alarm
	for _, part := range []struct{ key, own, aws string }{
		{"period", spanned(t.Alarm.Period), spanned(usual.Period)}, {"out", t.Alarm.Out.String(), usual.Out.String()},
		{"in", t.Alarm.In.String(), usual.In.String()}, {"low", t.Alarm.Low.String(), usual.Low.String()},
	} {
		if part.own != part.aws {
			r.add(path+".alarm."+part.key, part.own, part.aws+": AWS makes the alarms of target tracking itself")
		}
	}
}

func spanned(d *time.Duration) string {
	if d == nil {
		return "none"
	}
	return unit.FormatDuration(*d)
}

// step refuses metrics and statistics without a counterpart.
func (r *refuser) step(path, service string, t *aws.Step) {
	m := r.metric(path+".alarm.metric", service, t.Alarm.Metric)
	if m == nil {
		return
	}
	switch {
	case m.namespace == "":
		r.add(path+".alarm.metric", m.metric, "a metric on which an alarm of one's own is known; target tracking has this one predefined")
	case t.Alarm.Period == nil:
		r.add(path+".alarm.period", "none", "10s, 20s, 30s or whole minutes")
	case statisticOut(m, &t.Alarm) == "":
		must := "average: over several instances AWS takes any other of each, and here is one value of the fleet"
		if m.counts {
			must = "sum (or average over one period of the metric): AWS has a sample a request"
		}
		r.add(path+".alarm.statistic", t.Alarm.Statistic.String(), must)
	}
}

// metric is AWS's counterpart of a metric; refused if there is none, or if the scenario publishes it otherwise than AWS does.
func (r *refuser) metric(path, service, name string) *counterpart {
	m := ourMetric(service, name)
	if m == nil {
		r.add(path, name, "a metric that AWS publishes of "+service)
		return nil
	}
	if every, _ := r.scaled.Timing(name); every != m.every {
		r.add("metrics."+name+".period", unit.FormatDuration(every), unit.FormatDuration(m.every)+", as AWS publishes it")
	}
	return m
}

// cooldown refuses parts of a second.
func (r *refuser) cooldown(path string, d time.Duration) {
	if d%time.Second != 0 {
		r.add(path, unit.FormatDuration(d), "whole seconds")
	}
}

// printable and actionName say what AWS takes as names of policies and of scheduled actions, "" if it takes this one.
func printable(name string) string {
	if len(name) > 140 || plainLine(name) != name {
		return "at most 140 printable bytes, as it is part of an alarm's name"
	}
	return ""
}

func actionName(name string) string {
	if len(name) > 256 || plainLine(name) != name || strings.ContainsAny(name, ":/|") || strings.TrimSpace(name) != name {
		return "at most 256 printable bytes, none of : / |, and no blank at the ends"
	}
	return ""
}

func (r *refuser) name(path, name string, wrong func(string) string) {
	if must := wrong(name); must != "" {
		r.add(path, unit.Show(plainLine(name)), must)
	}
}
