package traffic

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// A Clock is a time of day on the wall clock, since midnight: "08:00", "08:00:30", up to "24:00".
type Clock time.Duration

// UnmarshalText reads a time of day.
func (c *Clock) UnmarshalText(text []byte) error {
	bad := &unit.Bad{Must: `a time of day from "00:00" to "24:00"`, Got: unit.Show(string(text))}
	r := cursor{text: string(text), ok: true}
	hour, minute, second := r.digits(2), r.after(':', 2), 0
	if r.ok && r.rest() != "" {
		second = r.after(':', 2)
	}
	d := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	if !r.ok || r.rest() != "" || minute > 59 || second > 59 || d > day {
		if len(text) == 4 && text[1] == ':' {
			bad.Hint = `did you mean "0` + string(text) + `"?`
		}
		return bad
	}
	*c = Clock(d)
	return nil
}

// String is the time of day as it is written.
func (c Clock) String() string {
	s := int64(time.Duration(c) / time.Second)
	text := fmt.Sprintf("%02d:%02d", s/3600, s/60%60)
	if s%60 != 0 {
		text += fmt.Sprintf(":%02d", s%60)
	}
	return text
}

// MarshalText writes what UnmarshalText reads to the same time of day.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Pattern is the text of a time of day as a regular expression.
func (Clock) Pattern() string { return `^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$|^24:00(:00)?$` }

// Days is a set of days of the week: names, ranges and lists of them (mon-fri, "mon, wed", [mon, sat-sun]). Without any it is
// empty.
type Days []DayRange

// A DayRange is one day of the week, or the days from one to another: fri-mon is four days.
type DayRange struct{ From, To time.Weekday }

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// UnmarshalText reads mon or mon-fri.
func (r *DayRange) UnmarshalText(text []byte) error {
	from, to, isRange := strings.Cut(string(text), "-")
	if !isRange {
		to = from
	}
	i, j := slices.Index(dayNames, strings.TrimSpace(from)), slices.Index(dayNames, strings.TrimSpace(to))
	if i < 0 || j < 0 {
		bad := &unit.Bad{Must: "a day (mon tue wed thu fri sat sun) or a range of them (mon-fri)", Got: unit.Show(string(text))}
		short := func(s string) string {
			s = strings.ToLower(strings.TrimSpace(s))
			return s[:min(3, len(s))]
		}
		if a, b := short(from), short(to); slices.Contains(dayNames, a) && slices.Contains(dayNames, b) {
			bad.Hint = "did you mean " + a + "?"
			if isRange {
				bad.Hint = "did you mean " + a + "-" + b + "?"
			}
		}
		return bad
	}
	*r = DayRange{time.Weekday(i), time.Weekday(j)}
	return nil
}

// String is mon or mon-fri.
func (r DayRange) String() string {
	if r.From == r.To {
		return dayNames[r.From]
	}
	return dayNames[r.From] + "-" + dayNames[r.To]
}

// MarshalText writes what UnmarshalText reads to the same days.
func (r DayRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Pattern is the text of a day range as a regular expression.
func (DayRange) Pattern() string {
	return `^(mon|tue|wed|thu|fri|sat|sun)( ?- ?(mon|tue|wed|thu|fri|sat|sun))?$`
}

// UnmarshalText reads days and ranges with commas between them.
func (d *Days) UnmarshalText(text []byte) error {
	var days Days
	for part := range strings.SplitSeq(string(text), ",") {
		var r DayRange
		if err := r.UnmarshalText([]byte(strings.TrimSpace(part))); err != nil {
			return err
		}
		days = append(days, r)
	}
	*d = days
	return nil
}

// String is the list with commas.
func (d Days) String() string {
	var texts []string
	for _, r := range d {
		texts = append(texts, r.String())
	}
	return strings.Join(texts, ", ")
}

// MarshalText writes what UnmarshalText reads to the same days.
func (d Days) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Pattern is the text of a list of days as a regular expression.
func (Days) Pattern() string {
	const one = ` ?(mon|tue|wed|thu|fri|sat|sun)( ?- ?(mon|tue|wed|thu|fri|sat|sun))? ?`
	return `^` + one + `(,` + one + `)*$`
}

// Has says whether a day is in the set.
func (d Days) Has(day time.Weekday) bool {
	for _, r := range d {
		if (day-r.From+7)%7 <= (r.To-r.From+7)%7 {
			return true
		}
	}
	return false
}

// A Window is a part of every week on the wall clock: on each of the days from From until To; a To at or before From is on
// the next day.
type Window struct {
	Days Days  `yaml:"days" default:"mon-sun" doc:"days on which it begins: names, ranges, lists"`
	From Clock `yaml:"from" default:"00:00"`
	To   Clock `yaml:"to" default:"24:00" doc:"before from: on the next day"`
}

// Check says what cannot be together.
func (w Window) Check() []problem.Problem {
	if w.From == w.To {
		return []problem.Problem{{Path: "to", Must: "another time than from", Got: w.To.String(), Of: []string{"from", "to"}}}
	}
	return nil
}

// spans are the stretches of the window within one stretch of time.
func (w Window) spans(clock *wall, within span) []span {
	length := time.Duration(w.To - w.From)
	if length <= 0 {
		length += day
	}
	first, _ := clock.at(within.begin)
	last, _ := clock.at(within.end)
	var found []span
	for d := midnight(first) - 2*day; d <= last+day; d += day {
		if !w.Days.Has(weekday(d)) {
			continue
		}
		begin := d + time.Duration(w.From)
		for _, s := range clock.spans(begin, begin+length) {
			s.begin, s.end = max(s.begin, within.begin), min(s.end, within.end)
			if s.begin < s.end {
				found = append(found, s)
			}
		}
	}
	return union(found)
}
