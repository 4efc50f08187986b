package aws

import (
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/cronexpr"

	"headroom/unit"
)

// A UnixCron is a cron expression of five fields: minute, hour, day of month, month and day of week (0 and 7 are SUN). Where both
// days are given, either fires. Local times that clocks skip do not fire; those that come twice fire the first time.
type UnixCron struct{ cron Cron }

// UnmarshalText reads five fields.
func (c *UnixCron) UnmarshalText(text []byte) error {
	given := string(text)
	bad := func(must string) error { return &unit.Bad{Must: must, Got: strconv.Quote(given)} }
	fields := strings.Fields(strings.ToUpper(given))
	if strings.HasPrefix(fields0(fields), "CRON(") {
		return &unit.Bad{Must: "a Unix cron of five fields", Got: strconv.Quote(given), Hint: "cron(…) with six fields is Application Auto Scaling's; here weekdays are 0-7 from SUN"}
	}
	if len(fields) != 5 || len(given) > 500 {
		return bad("five fields: minute hour day-of-month month day-of-week (0 18 * * 1-5)")
	}
	for i, f := range fields {
		if strings.ContainsAny(f, "?LW#") && !letters(f) {
			return bad("a Unix cron without ?, L, W and #, which are Application Auto Scaling's")
		}
		if i < 4 {
			if must := cronField(i, f); must != "" {
				return bad(strings.Replace(must, "cron(…)", "a Unix cron", 1))
			}
		}
	}
	weekdays, ok := unixWeekdays(fields[4])
	if !ok {
		return bad("a day of week from 0 to 7 (0 and 7 are SUN) or SUN to SAT")
	}
	expr, err := cronexpr.Parse("0 " + strings.Join(fields[:4], " ") + " " + weekdays + " *")
	if err != nil {
		return bad("a Unix cron: " + strings.ToLower(err.Error()))
	}
	*c = UnixCron{Cron{text: given, expr: expr}}
	return nil
}

// fields0 is the first field, if there is one.
func fields0(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return fields[0]
}

// letters tells a field that names months or weekdays.
func letters(f string) bool {
	for entry := range strings.FieldsFuncSeq(f, func(r rune) bool { return strings.ContainsRune(",-/", r) }) {
		if _, ok := monthNumber[entry]; ok || len(entry) == 3 && weekday(entry) >= 0 {
			return true
		}
	}
	return false
}

// unixWeekdays writes weekdays by name, ranges as lists: the parser's ranges do not reach 7.
func unixWeekdays(f string) (names string, ok bool) {
	if f == "*" {
		return f, true
	}
	number := func(s string) int {
		if n, err := strconv.Atoi(s); err == nil && len(s) == 1 && n <= 7 {
			return n
		}
		if len(s) == 3 {
			return weekday(s)
		}
		return -1
	}
	var out []string
	for entry := range strings.SplitSeq(f, ",") {
		span, every, stepped := strings.Cut(entry, "/")
		from, to, ranged := strings.Cut(span, "-")
		a, b := number(from), number(to)
		step, err := strconv.Atoi(every)
		switch {
		case span == "*" && stepped:
			a, b = 0, 6
		case !ranged:
			if b = a; stepped {
				b = 6
			}
		}
		if !stepped {
			step = 1
		} else if err != nil || step < 1 {
			return "", false
		}
		if a < 0 || b < a {
			return "", false
		}
		for ; a <= b; a += step {
			out = append(out, weekdays[a%7])
		}
	}
	return strings.Join(out, ","), true
}

// String is the expression as it was given.
func (c UnixCron) String() string { return c.cron.text }

// MarshalText is String.
func (c UnixCron) MarshalText() ([]byte, error) { return []byte(c.cron.text), nil }

// Pattern is the text of an expression as a regular expression, as far as one can say it.
func (UnixCron) Pattern() string { return `^\s*\S+(\s+\S+){4}\s*$` }

// Next is the first firing after t, by the clocks of a zone; the zero time if there is none. It may be called on many cores.
func (c UnixCron) Next(t time.Time, zone *time.Location) time.Time { return c.cron.Next(t, zone) }
