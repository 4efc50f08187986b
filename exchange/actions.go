package exchange

import (
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/policy/aws"
)

// schedules reads the target's scheduled actions.
func (b *builder) schedules(s *aws.Settings) {
	b.out.said.schedules = b.any(anAction)
	if b.out.said.schedules {
		s.Schedules = []aws.Schedule{}
	}
	taken := map[string]int{}
	for _, p := range s.Policies {
		if p.TargetTracking != nil {
			taken[p.TargetTracking.Name]++
		} else {
			taken[p.Step.Name]++
		}
	}
	for _, p := range b.mine(anAction) {
		n := p.node
		b.skip(n, "ScheduledActionARN", "ARN", "CreationTime", "Id")
		sch, ok := b.schedule(n)
		if !ok {
			continue
		}
		label, _ := b.text(n, "ScheduledActionName")
		sch.Name = unique(taken, label)
		b.read("schedules."+strconv.Itoa(len(s.Schedules)), n)
		s.Schedules = append(s.Schedules, sch)
	}
}

// schedule reads one scheduled action; false, and a note, if it cannot be simulated.
func (b *builder) schedule(n *node) (sch aws.Schedule, ok bool) {
	when, _ := b.text(n, "Schedule")
	if err := b.when(&sch, when); err != nil {
		b.note(n, "a schedule that is not understood ("+plainLine(err.Error())+"): it is left out")
		return sch, false
	}
	if zone, given := b.text(n, "Timezone"); given {
		if err := sch.Zone.UnmarshalText([]byte(zone)); err != nil {
			b.note(n, "a time zone that is not known, "+plainLine(zone)+": it is left out")
			return sch, false
		}
	}
	sch.From, sch.Until = b.stamp(n, "StartTime"), b.stamp(n, "EndTime")
	if sch.At != nil && (sch.From != nil || sch.Until != nil) {
		b.remark(n, "a start and an end of a schedule that fires once have no effect")
		sch.From, sch.Until = nil, nil
	}
	action := n.at("ScalableTargetAction")
	if v, given := b.whole(action, "MinCapacity"); given {
		sch.Min = &v
	}
	if v, given := b.whole(action, "MaxCapacity"); given {
		sch.Max = &v
	}
	if sch.Min == nil && sch.Max == nil {
		b.note(n, "a scheduled action without limits: it is left out")
		return sch, false
	}
	return sch, true
}

// when reads cron(…), at(…) and rate(…).
func (b *builder) when(s *aws.Schedule, text string) error {
	switch {
	case strings.HasPrefix(text, "at("):
		s.At = new(aws.Stamp)
		return s.At.UnmarshalText([]byte(text))
	case strings.HasPrefix(text, "rate("):
		s.Every = new(aws.Every)
		return s.Every.UnmarshalText([]byte(text))
	}
	s.Cron = new(aws.Cron)
	return s.Cron.UnmarshalText([]byte(text))
}

// stamp reads a time as the CLI writes it: ISO 8601, or seconds since 1970.
func (b *builder) stamp(n *node, key string) *aws.Stamp {
	c := n.at(key)
	if c == nil || c.text == "" {
		return nil
	}
	c.read = true
	t, err := time.Parse(time.RFC3339Nano, c.text)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05", c.text) // UTC, as the API takes it
	}
	if v, bad := strconv.ParseFloat(c.text, 64); bad == nil && math.Abs(v) < 1e11 {
		t, err = time.Unix(int64(math.Floor(v)), 0), nil
	}
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		b.note(c, "must be a time, got "+c.shown())
		return nil
	}
	s := new(aws.Stamp)
	if err := s.UnmarshalText([]byte(t.UTC().Format("2006-01-02T15:04:05") + "Z")); err != nil {
		b.note(c, "must be a time, got "+c.shown())
		return nil
	}
	return s
}
