package sim

import (
	"encoding"
	"regexp"
	"testing"
	"time"

	"headroom/problem"
	"headroom/traffic"
	"headroom/unit"

	"github.com/google/go-cmp/cmp"
)

// Every text of a setting reads to its value, and the value writes the text back, as the schema's pattern allows it.
func TestSettingsTexts(t *testing.T) {
	type setting interface {
		encoding.TextMarshaler
		Pattern() string
	}
	for _, c := range []struct {
		text string
		into encoding.TextUnmarshaler
		want setting
	}{
		{"100", new(Queue), Queue{Own: 100}},
		{"0", new(Queue), Queue{}},
		{"unlimited", new(Queue), Queue{Own: Unlimited}},
		{"unlimited", new(Limit), Unlimited},
		{"1000", new(Limit), Limit(1000)},
		{"none", new(Timeout), Timeout{}},
		{"250ms", new(Timeout), Timeout{Total: 250 * time.Millisecond}},
		{"any", new(Use), Use{Share: 1, Any: true}},
		{"60%", new(Use), Use{Share: 0.6}},
		{"finish", new(Drain), Drain{Finish: true}},
		{"0s", new(Drain), Drain{}},
		{"30s", new(Drain), Drain{Limit: 30 * time.Second}},
	} {
		if err := c.into.UnmarshalText([]byte(c.text)); err != nil {
			t.Errorf("%T %s: %v", c.into, c.text, err)
		}
		text, err := c.want.MarshalText()
		if err != nil || string(text) != c.text {
			t.Errorf("%+v writes as %s, %v, want %s", c.want, text, err, c.text)
		}
		if !regexp.MustCompile(c.want.Pattern()).MatchString(c.text) {
			t.Errorf("%s is not allowed by %s", c.text, c.want.Pattern())
		}
		switch got := c.into.(type) {
		case *Queue:
			equal(t, c.text, *got, c.want)
		case *Limit:
			equal(t, c.text, *got, c.want)
		case *Timeout:
			equal(t, c.text, *got, c.want)
		case *Use:
			equal(t, c.text, *got, c.want)
		case *Drain:
			equal(t, c.text, *got, c.want)
		}
	}
	shared := Limit(5)
	for _, m := range []encoding.TextMarshaler{Queue{Shared: &shared}, Timeout{Waiting: time.Second}} {
		if text, err := m.MarshalText(); text != nil || err != nil {
			t.Errorf("%+v writes as %q: only a mapping can say it", m, text)
		}
	}
}

func equal(t *testing.T, text string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", text, diff)
	}
}

func TestSettingsRefuse(t *testing.T) {
	for _, c := range []struct {
		into encoding.TextUnmarshaler
		text string
		want string
	}{
		{new(Queue), "-1", "a whole number, 0 or more, or unlimited, got -1"},
		{new(Queue), "0600", "a whole number, 0 or more, or unlimited, got 0600 (leading zeros mean octal in YAML: write 600)"},
		{new(Queue), "2000000000", "a whole number up to 1000000000, or unlimited, got 2000000000"},
		{new(Timeout), "60", "a duration with its unit (90s, 250ms, 5m, 1d12h), or none, got 60 (did you mean 60s, 60ms, 1m?)"},
		{new(Timeout), "0s", "a duration above 0s, or none, got 0s"},
		{new(Use), "0.6", "a share from 0% to 100%, or any, got 0.6 (did you mean 60%?)"},
		{new(Drain), "30", "a duration with its unit (90s, 250ms, 5m, 1d12h), or finish, got 30 (did you mean 30s, 30ms?)"},
	} {
		if err := c.into.UnmarshalText([]byte(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%T %s: %v, want %s", c.into, c.text, err, c.want)
		}
	}
}

func TestSettingsCheck(t *testing.T) {
	share := unit.Share(0.02)
	two, moment, price, long := 2, traffic.MomentAt(0), unit.Price{Currency: "USD"}, time.Minute
	for name, c := range map[string]struct {
		check interface{ Check() []problem.Problem }
		paths []string
	}{
		"price":              {Fleet{Price: &price, Zones: 1}, nil},
		"zone 4 of 3":        {Fleet{Type: "x", Zones: 3, Failures: []Failure{{}, {Zone: &ZoneFailure{Number: 4}}}}, []string{"failures.1.zone.number"}},
		"zone 3 of 3":        {Fleet{Type: "x", Zones: 3, Failures: []Failure{{Zone: &ZoneFailure{Number: 3}}}}, nil},
		"mean time":          {InstanceFailure{MeanTime: time.Hour}, nil},
		"count at":           {InstanceFailure{Count: 2, At: &moment}, nil},
		"count without at":   {InstanceFailure{Count: 2}, []string{""}},
		"mean time at":       {InstanceFailure{MeanTime: time.Hour, At: &moment}, []string{""}},
		"refused":            {LaunchFailure{Refused: &share}, nil},
		"limit":              {LaunchFailure{Limit: &two, From: &moment, To: &moment}, nil},
		"nothing":            {LaunchFailure{}, []string{""}},
		"limit for ever":     {LaunchFailure{Limit: &two}, []string{""}},
		"refused and limit":  {LaunchFailure{Refused: &share, Limit: &two, From: &moment, To: &moment}, []string{""}},
		"retries":            {Retries{Attempts: 20, Backoff: time.Second}, nil},
		"retries for ages":   {Retries{Attempts: 100, Backoff: time.Nanosecond}, []string{"backoff"}},
		"one long wait":      {Retries{Attempts: 2, Backoff: 1000 * time.Hour}, nil},
		"slowdown":           {Slowdown{Hold: 1}, nil},
		"only a fall":        {Slowdown{Fall: &long}, nil},
		"no slowdown at all": {Slowdown{}, []string{"hold"}},
	} {
		var paths []string
		for _, p := range c.check.Check() {
			paths = append(paths, p.Path)
		}
		if diff := cmp.Diff(c.paths, paths); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
