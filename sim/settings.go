package sim

import (
	"strconv"

	"headroom/problem"
	"headroom/unit"
)

// maxLimit bounds what a queue may be said to hold; more is unlimited.
const maxLimit = 1_000_000_000

// UnmarshalText reads a count, or unlimited.
func (l *Limit) UnmarshalText(text []byte) error {
	if string(text) == "unlimited" {
		*l = Unlimited
		return nil
	}
	n, err := unit.ParseCount(string(text))
	if err != nil {
		if bad, ok := err.(*unit.Bad); ok {
			bad.Must += ", or unlimited"
		}
		return err
	}
	if n > maxLimit {
		return &unit.Bad{Must: "a whole number up to " + strconv.Itoa(maxLimit) + ", or unlimited", Got: string(text)}
	}
	*l = Limit(n)
	return nil
}

// String is the limit as a file writes it.
func (l Limit) String() string {
	if l == Unlimited {
		return "unlimited"
	}
	return strconv.Itoa(int(l))
}

// MarshalText writes what UnmarshalText reads to the same limit.
func (l Limit) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Pattern is the text of a limit as a regular expression.
func (Limit) Pattern() string { return `^(unlimited|0|[1-9][0-9]*)$` }

// UnmarshalText reads the bound of each instance's own queue.
func (q *Queue) UnmarshalText(text []byte) error {
	*q = Queue{}
	return q.Own.UnmarshalText(text)
}

// MarshalText is the bound of each instance's own queue; nil of a shared queue, which only a mapping can write.
func (q Queue) MarshalText() ([]byte, error) {
	if q.Shared != nil {
		return nil, nil
	}
	return q.Own.MarshalText()
}

// Pattern is the text of a queue as a regular expression.
func (Queue) Pattern() string { return Limit(0).Pattern() }

// UnmarshalText reads a duration, or none.
func (t *Timeout) UnmarshalText(text []byte) error {
	*t = Timeout{}
	if string(text) == "none" {
		return nil
	}
	d, err := unit.ParseDuration(string(text))
	if err != nil {
		if bad, ok := err.(*unit.Bad); ok {
			bad.Must += ", or none"
		}
		return err
	}
	if d == 0 {
		return &unit.Bad{Must: "a duration above 0s, or none", Got: string(text)}
	}
	t.Total = d
	return nil
}

// MarshalText is the duration or none; nil of a timeout of waiting only, which only a mapping can write.
func (t Timeout) MarshalText() ([]byte, error) {
	switch {
	case t.Waiting != 0:
		return nil, nil
	case t.Total == 0:
		return []byte("none"), nil
	}
	return []byte(unit.FormatDuration(t.Total)), nil
}

// Pattern is the text of a timeout as a regular expression.
func (Timeout) Pattern() string { return `^none$|` + unit.DurationPattern }

// UnmarshalText reads a share, or any.
func (u *Use) UnmarshalText(text []byte) error {
	if string(text) == "any" {
		*u = Use{Share: 1, Any: true}
		return nil
	}
	share, err := unit.ParseShare(string(text))
	if err != nil {
		if bad, ok := err.(*unit.Bad); ok {
			bad.Must += ", or any"
		}
		return err
	}
	*u = Use{Share: share}
	return nil
}

// MarshalText writes what UnmarshalText reads to the same use.
func (u Use) MarshalText() ([]byte, error) {
	if u.Any {
		return []byte("any"), nil
	}
	return u.Share.MarshalText()
}

// Pattern is the text of a use as a regular expression.
func (Use) Pattern() string { return `^any$|` + unit.Share(0).Pattern() }

// UnmarshalText reads finish, or how long a removed instance may go on; 0s is not at all.
func (d *Drain) UnmarshalText(text []byte) error {
	if string(text) == "finish" {
		*d = Drain{Finish: true}
		return nil
	}
	limit, err := unit.ParseDuration(string(text))
	if err != nil {
		if bad, ok := err.(*unit.Bad); ok {
			bad.Must += ", or finish"
		}
		return err
	}
	*d = Drain{Limit: limit}
	return nil
}

// MarshalText writes what UnmarshalText reads to the same way to drain.
func (d Drain) MarshalText() ([]byte, error) {
	if d.Finish {
		return []byte("finish"), nil
	}
	return []byte(unit.FormatDuration(d.Limit)), nil
}

// Pattern is the text of a way to drain as a regular expression.
func (Drain) Pattern() string { return `^finish$|` + unit.DurationPattern }

// maxPause is the longest wait before a try that can be meant: the doubling reaches it in 100 tries from any backoff.
const maxPause = 365 * unit.Day

// Check says whether the doubled backoff stays within reason.
func (r Retries) Check() []problem.Problem {
	pause := r.Backoff
	for k := 2; k < r.Attempts && pause > 0; k++ {
		if pause *= 2; pause > maxPause {
			return []problem.Problem{{Path: "backoff", Must: "a wait of at most 365d before the last try (it doubles with each)",
				Got: unit.FormatDuration(r.Backoff) + " with " + strconv.Itoa(r.Attempts) + " attempts", Of: []string{"backoff", "attempts"}}}
		}
	}
	return nil
}

// Check says whether a slowdown lasts at all.
func (s Slowdown) Check() []problem.Problem {
	if s.Rise+s.Hold > 0 || s.Fall != nil && *s.Fall > 0 {
		return nil
	}
	return []problem.Problem{{Path: "hold", Must: "rise, hold and fall of more than 0s in all", Got: "0s", Of: []string{"rise", "hold", "fall"}}}
}

// Check says what the fleet's keys cannot mean together. What needs the calendar or the price table is checked with them.
func (f Fleet) Check() (ps []problem.Problem) {
	for i, failure := range f.Failures {
		at := "failures." + strconv.Itoa(i)
		if z := failure.Zone; z != nil && z.Number > f.Zones {
			ps = append(ps, problem.Problem{Path: at + ".zone.number", Must: "at most " + strconv.Itoa(f.Zones) + ", the number of zones",
				Got: strconv.Itoa(z.Number), Of: []string{at + ".zone.number", "zones"}})
		}
	}
	return ps
}

// Check says that the instance failures are of one kind: by chance, or a count at a time.
func (f InstanceFailure) Check() []problem.Problem {
	if f.MeanTime > 0 && f.Count == 0 && f.At == nil || f.MeanTime == 0 && f.Count > 0 && f.At != nil {
		return nil
	}
	return []problem.Problem{{Must: "mean-time, or count and at"}}
}

// Check says that the refused launches are of one kind: by chance, or above a limit for a time.
func (f LaunchFailure) Check() []problem.Problem {
	byChance := f.Refused != nil && f.Limit == nil && f.From == nil && f.To == nil
	byLimit := f.Refused == nil && f.Limit != nil && f.From != nil && f.To != nil
	if byChance || byLimit {
		return nil
	}
	return []problem.Problem{{Must: "refused, or limit with from and to"}}
}
