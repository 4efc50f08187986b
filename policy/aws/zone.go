package aws

import (
	"strconv"
	"strings"
	"time"

	"headroom/unit"
)

// A Zone is an IANA time zone. The zero value is UTC.
type Zone struct{ location *time.Location }

// UnmarshalText loads a zone by its IANA name. "Local" is refused: a scenario means the same everywhere.
func (z *Zone) UnmarshalText(text []byte) error {
	name := string(text)
	bad := &unit.Bad{Must: "an IANA time zone (Europe/Berlin, UTC)", Got: strconv.Quote(name)}
	if name == "" || strings.EqualFold(name, "local") {
		return bad
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return bad
	}
	z.location = location
	return nil
}

// Location is the zone's location.
func (z Zone) Location() *time.Location {
	if z.location == nil {
		return time.UTC
	}
	return z.location
}

// String is the zone's name.
func (z Zone) String() string { return z.Location().String() }

// MarshalText is String.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.String()), nil }

// A Stamp is an instant of a schedule: a local time in the schedule's zone, a time with its own offset, or a duration since
// clock.start.
type Stamp struct {
	text  string
	wall  time.Time     // the fields of a local time, in UTC; or the instant, if fixed
	fixed bool          // it carries its own offset
	since time.Duration // if it is a duration since clock.start
	after bool          // it is one
}

// UnmarshalText reads 2026-11-27T07:00:00 (T or a blank, seconds may be left out), the same with Z or an offset, at(…) around a
// local time as AWS writes it, or a duration.
func (s *Stamp) UnmarshalText(text []byte) error {
	given := string(text)
	if inner, ok := within("at", given); ok {
		given = inner
	}
	if d, err := unit.ParseDuration(given); err == nil {
		*s = Stamp{text: unit.FormatDuration(d), since: d, after: true}
		return nil
	}
	normal := strings.Replace(given, " ", "T", 1)
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, normal); err == nil {
			*s = Stamp{text: given, wall: t}
			return nil
		}
		if t, err := time.Parse(layout+"Z07:00", normal); err == nil {
			*s = Stamp{text: given, wall: t.UTC(), fixed: true}
			return nil
		}
	}
	return &unit.Bad{Must: "a local time (2026-11-27T07:00:00), one with an offset, or a duration since clock.start", Got: strconv.Quote(string(text))}
}

// String is what UnmarshalText reads to the same stamp.
func (s Stamp) String() string { return s.text }

// MarshalText is String.
func (s Stamp) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// in is the stamp as time since start, in a zone; exists is false if clocks in the zone skip this local time.
func (s Stamp) in(zone *time.Location, start time.Time) (at time.Duration, exists bool) {
	switch {
	case s.after:
		return s.since, true
	case s.fixed:
		return s.wall.Sub(start), true
	}
	t, exists := local(s.wall, zone)
	return t.Sub(start), exists
}

// exists tells whether the stamp is a time that clocks in the zone show.
func (s Stamp) exists(zone *time.Location) bool {
	if s.after || s.fixed {
		return true
	}
	_, ok := local(s.wall, zone)
	return ok
}

// before tells whether a stamp is earlier than another, as far as that can be told without knowing clock.start: a local time and
// a duration since it cannot be compared, and pass.
func (s Stamp) before(t Stamp, zone *time.Location) bool {
	if s.after != t.after {
		return true
	}
	// any start will do: both are moved alike
	start := time.Unix(0, 0)
	if !s.after {
		start = s.wall
	}
	a, _ := s.in(zone, start)
	b, _ := t.in(zone, start)
	return a < b
}

// local is the instant at which clocks in a zone show the fields of wall (in UTC): the first one if they show it twice, and
// none, exists = false, if they skip it.
func local(wall time.Time, zone *time.Location) (t time.Time, exists bool) {
	year, month, day := wall.Date()
	hour, minute, second := wall.Clock()
	t = time.Date(year, month, day, hour, minute, second, wall.Nanosecond(), zone)
	if h, m, s := t.Clock(); h != hour || m != minute || s != second || t.Day() != day {
		return t, false
	}
	// time.Date does not promise which of two it takes: look whether the same fields stood before the last change of clocks
	if begin, _ := t.ZoneBounds(); !begin.IsZero() {
		_, now := t.Zone()
		_, before := begin.Add(-time.Nanosecond).Zone()
		if earlier := t.Add(time.Duration(now-before) * time.Second); before > now && earlier.Before(begin) {
			return earlier, true
		}
	}
	return t, true
}
