package traffic

import (
	"strings"
	"time"

	"headroom/unit"
)

// A Moment is an instant as a scenario file writes it: a local time of clock.zone (2026-11-25T12:00:00, with T or a blank,
// with or without seconds), a date alone (its midnight), a time with its own offset (…Z, …-05:00), or a duration since
// clock.start (90m). A Calendar resolves it. The zero value is clock.start.
type Moment struct {
	text  string
	since time.Duration // if stamp is not set
	stamp stamp
}

// MomentAt is the moment at a duration since clock.start.
func MomentAt(since time.Duration) Moment { return Moment{since: since} }

// ParseMoment reads a moment.
func ParseMoment(text string) (Moment, error) {
	since, err := unit.ParseDuration(text)
	if err == nil {
		return Moment{text: text, since: since}, nil
	}
	s, bad := parseStamp(text)
	if bad != nil {
		if !looksLikeDate(text) {
			bad.Must = "a local time (2026-11-25T12:00:00), a time with its offset (2026-11-25T12:00:00Z), a date, or a duration since the start (90m)"
			if d, ok := err.(*unit.Bad); ok {
				bad.Hint = d.Hint
			}
		}
		return Moment{}, bad
	}
	return Moment{text: text, stamp: s}, nil
}

// UnmarshalText reads a moment.
func (m *Moment) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMoment(string(text))
	return err
}

// String is the moment as it was written.
func (m Moment) String() string {
	if m.text == "" {
		return unit.FormatDuration(m.since)
	}
	return m.text
}

// MarshalText writes what UnmarshalText reads to the same moment.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// Pattern is the text of a moment as a regular expression.
func (Moment) Pattern() string {
	return `^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$|` + unit.DurationPattern
}

// A Date is a day of the calendar, written 2026-12-25.
type Date struct{ civil time.Duration }

// UnmarshalText reads a date.
func (d *Date) UnmarshalText(text []byte) error {
	s, bad := parseStamp(string(text))
	if bad == nil && len(text) != len("2026-12-25") {
		bad = &unit.Bad{Got: string(text)}
	}
	if bad != nil {
		if bad.Must == "" || !looksLikeDate(string(text)) {
			bad.Must = "a date (2026-12-25)"
		}
		return bad
	}
	d.civil = s.civil
	return nil
}

// String is the date as it is written.
func (d Date) String() string { return civilTime(d.civil).Format(time.DateOnly) }

// MarshalText writes what UnmarshalText reads to the same date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Pattern is the text of a date as a regular expression.
func (Date) Pattern() string { return `^[0-9]{4}-[0-9]{2}-[0-9]{2}$` }

// A stamp is a date and time of day as written. Local time is counted as if there were no zones: nanoseconds since
// 1970-01-01T00:00 on the same wall clock.
type stamp struct {
	set    bool
	civil  time.Duration
	own    bool          // it carries its own offset
	offset time.Duration // from UTC, to the east; if own
}

// instant is the time since 1970 in UTC of a stamp that carries its offset.
func (s stamp) instant() time.Duration { return s.civil - s.offset }

// The years in which a calendar can be used: a time.Duration reaches 292 years.
const (
	firstYear = 1900
	lastYear  = 2200
)

func civilTime(civil time.Duration) time.Time { return time.Unix(0, int64(civil)).UTC() }

// looksLikeDate tells a date with a mistake in it from something else.
func looksLikeDate(text string) bool {
	return len(text) >= 8 && strings.Count(text[:8], "-") >= 1 && text[0] >= '0' && text[0] <= '9'
}

// parseStamp reads date[T| ]hh:mm[:ss[.fraction]][Z|±hh:mm], or a date alone.
func parseStamp(text string) (stamp, *unit.Bad) {
	bad := &unit.Bad{Must: "a date and time (2026-11-25T12:00:00)", Got: unit.Show(text)}
	c := cursor{text: text, ok: true}
	year, month, day := c.digits(4), c.after('-', 2), c.after('-', 2)
	var hour, minute, second, nanos int
	s := stamp{set: true}
	if c.ok && c.rest() != "" {
		if c.peek() == 'T' || c.peek() == ' ' {
			c.i++
		} else {
			c.ok = false
		}
		hour, minute = c.digits(2), c.after(':', 2)
		if c.ok && c.peek() == ':' {
			second = c.after(':', 2)
			nanos = c.fraction()
		}
		s.own, s.offset = c.zone()
	}
	if !c.ok || c.rest() != "" {
		return stamp{}, bad
	}
	if hour == 24 {
		bad.Must = "an hour from 00 to 23 (midnight is 00:00 of the next day)"
		return stamp{}, bad
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		bad.Must = "a date and time that exist"
		return stamp{}, bad
	}
	if year < firstYear || year > lastYear {
		bad.Must = "a year from 1900 to 2200"
		return stamp{}, bad
	}
	s.civil = time.Duration(time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC).UnixNano())
	return s, nil
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// A cursor reads fixed-width numbers; ok turns false at the first thing that does not fit.
type cursor struct {
	text string
	i    int
	ok   bool
}

func (c *cursor) rest() string { return c.text[c.i:] }

func (c *cursor) peek() byte {
	if c.i < len(c.text) {
		return c.text[c.i]
	}
	return 0
}

func (c *cursor) digits(n int) (value int) {
	if c.i+n > len(c.text) {
		c.ok = false
		return 0
	}
	for range n {
		d := c.text[c.i]
		if d < '0' || d > '9' {
			c.ok = false
		}
		value = 10*value + int(d-'0')
		c.i++
	}
	return value
}

func (c *cursor) after(separator byte, n int) int {
	if c.peek() != separator {
		c.ok = false
		return 0
	}
	c.i++
	return c.digits(n)
}

// fraction reads .d… as nanoseconds; more digits than nine are cut.
func (c *cursor) fraction() (nanos int) {
	if c.peek() != '.' {
		return 0
	}
	c.i++
	begin, weight := c.i, int(time.Second)
	for c.peek() >= '0' && c.peek() <= '9' {
		weight /= 10
		nanos += weight * int(c.peek()-'0')
		c.i++
	}
	if c.i == begin {
		c.ok = false
	}
	return nanos
}

// zone reads Z or ±hh:mm.
func (c *cursor) zone() (own bool, offset time.Duration) {
	sign := time.Duration(1)
	switch c.peek() {
	case 'Z':
		c.i++
		return true, 0
	case '-':
		sign = -1
	case '+':
	default:
		return false, 0
	}
	c.i++
	hours, minutes := c.digits(2), c.after(':', 2)
	if hours > 18 || minutes > 59 {
		c.ok = false
	}
	return true, sign * (time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
}
