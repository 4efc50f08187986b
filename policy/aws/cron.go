package aws

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/cronexpr"

	"headroom/unit"
)

// A Cron is an AWS cron expression: minute, hour, day of month, month, day of week (1–7 are SUN–SAT) and year, of which one of
// the two days is ?. A seventh field in front is the second. Local times that clocks skip do not fire; those that come twice
// fire the first time.
type Cron struct {
	text    string
	expr    *cronexpr.Expression
	warning string
}

// cronFields are the fields in their order: their names and what may stand in them (aws.md §4.2).
var cronFields = [...]struct {
	name    string
	allowed *regexp.Regexp
}{
	{"minute", regexp.MustCompile(`^[0-9,*/-]+$`)},
	{"hour", regexp.MustCompile(`^[0-9,*/-]+$`)},
	{"day of month", regexp.MustCompile(`^(\?|[0-9,*/LW-]+)$`)},
	{"month", regexp.MustCompile(`^[0-9A-Z,*/-]+$`)},
	{"day of week", regexp.MustCompile(`^(\?|[0-9A-Z,*#-]+)$`)},
	{"year", regexp.MustCompile(`^[0-9,*/-]+$`)},
}

const (
	domField = 2
	dowField = 4
)

// UnmarshalText reads cron(…).
func (c *Cron) UnmarshalText(text []byte) error {
	given := string(text)
	bad := func(must string) error { return &unit.Bad{Must: must, Got: strconv.Quote(given)} }
	inner, ok := within("cron", given)
	if !ok || len(given) > 500 {
		return bad("cron(minute hour day-of-month month day-of-week year)")
	}
	fields := strings.Fields(strings.ToUpper(inner))
	second := ""
	if len(fields) == 7 {
		second, fields = fields[0], fields[1:]
		if n, err := strconv.Atoi(second); err != nil || n < 0 || n > 59 {
			return bad("cron(…) with a second from 0 to 59 in front, or without it")
		}
	}
	if len(fields) != len(cronFields) {
		return bad("cron(…) with six fields: minute hour day-of-month month day-of-week year (a Unix cron has five and other weekdays)")
	}
	for i, f := range fields {
		if must := cronField(i, f); must != "" {
			return bad(must)
		}
	}
	warning, must := days(fields[domField], fields[dowField])
	if must != "" {
		return bad(must)
	}
	weekdays, must := weekdayNames(fields[dowField])
	if must != "" {
		return bad(must)
	}
	rewritten := append([]string{}, fields...)
	rewritten[dowField] = weekdays
	if second == "" {
		second = "0"
	}
	expr, err := cronexpr.Parse(second + " " + strings.Join(rewritten, " "))
	if err != nil {
		return bad("cron(…): " + strings.ToLower(err.Error()))
	}
	*c = Cron{text: given, expr: expr, warning: warning}
	return nil
}

// cronField says what is wrong with one field on its own, "" if nothing.
func cronField(i int, f string) string {
	name := cronFields[i].name
	switch {
	case i == domField && strings.Contains(f, "L-"):
		return "cron(…): day of month knows L (the last day), not an offset from it such as L-3"
	case f == "?" && i != domField && i != dowField:
		return "cron(…): ? only as day of month or day of week; * is every " + name
	case !cronFields[i].allowed.MatchString(f):
		return "cron(…): nothing in the " + name + " that does not belong there"
	case strings.HasPrefix(f, ",") || strings.HasSuffix(f, ",") || strings.Contains(f, ",,"):
		return "cron(…): no empty entry in the " + name
	}
	if i == dowField || i == 3 { // names: looked at by the parsers of these fields
		return backwardMonth(i, f)
	}
	for entry := range strings.SplitSeq(f, ",") {
		from, to, ok := strings.Cut(entry, "-")
		to, _, _ = strings.Cut(to, "/")
		a, errA := strconv.Atoi(from)
		b, errB := strconv.Atoi(to)
		if ok && errA == nil && errB == nil && a > b {
			return "cron(…): ranges that go up in the " + name
		}
	}
	return ""
}

var monthNumber = map[string]int{"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6, "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12}

// backwardMonth refuses ranges of months that run backwards, which the parser would take for no month at all.
func backwardMonth(i int, f string) string {
	if i != 3 {
		return ""
	}
	for entry := range strings.SplitSeq(f, ",") {
		from, to, ok := strings.Cut(entry, "-")
		to, _, _ = strings.Cut(to, "/")
		if ok && month(from) > month(to) {
			return "cron(…): ranges that go up in the month"
		}
	}
	return ""
}

// month is a month's number from its number or name; 0 if it is none.
func month(s string) int {
	if n, ok := monthNumber[s]; ok {
		return n
	}
	n, _ := strconv.Atoi(s)
	return n
}

// days holds the rule that one of the two days is ?. AWS's own page breaks it with * as day of month beside a weekday
// (30 6 * * 2 *), which is accepted with a warning.
func days(dom, dow string) (warning, must string) {
	switch {
	case dom == "?" && dow == "?":
		return "", "cron(…) in which one of day of month and day of week is given: both are ?"
	case dom == "?" || dow == "?":
		return "", ""
	case dom == "*" && dow != "*":
		return "AWS asks for ? as day of month where a day of week is given; weekday 2 is MON here, not the Tuesday of Unix", ""
	default:
		return "", "cron(…) in which one of day of month and day of week is ?: both are given"
	}
}

var weekdays = [...]string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

// weekdayNames writes AWS's weekdays (1 is SUN) by name, ranges as lists: the parser counts weekdays from 0, and its ranges do
// not run over Saturday.
func weekdayNames(f string) (names, must string) {
	if f == "?" || f == "*" {
		return f, ""
	}
	var out []string
	for entry := range strings.SplitSeq(f, ",") {
		wrong := "cron(…): a day of week from 1 to 7 or SUN to SAT, not " + entry
		if entry == "L" { // the last day of the week
			out = append(out, "SAT")
			continue
		}
		if from, to, ok := strings.Cut(entry, "-"); ok {
			a, b := weekday(from), weekday(to)
			if a < 0 || b < 0 {
				return "", wrong
			}
			for ; ; a = (a + 1) % 7 {
				if out = append(out, weekdays[a]); a == b {
					break
				}
			}
			continue
		}
		day, rest := entry, ""
		if i := strings.IndexAny(entry, "#"); i > 0 {
			day, rest = entry[:i], entry[i:]
		} else if weekday(entry) < 0 && strings.HasSuffix(entry, "L") {
			day, rest = strings.TrimSuffix(entry, "L"), "L"
		}
		if weekday(day) < 0 || strings.HasPrefix(rest, "#") && (len(rest) != 2 || rest[1] < '1' || rest[1] > '5') {
			return "", wrong
		}
		out = append(out, weekdays[weekday(day)]+rest)
	}
	return strings.Join(out, ","), ""
}

// weekday is 0 for 1 or SUN to 6 for 7 or SAT, and −1 for anything else.
func weekday(s string) int {
	for i, name := range weekdays {
		if s == name || s == strconv.Itoa(i+1) {
			return i
		}
	}
	return -1
}

// Warning says what is odd about an expression that is accepted all the same; "" if nothing is.
func (c Cron) Warning() string { return c.warning }

// String is the expression as it was given.
func (c Cron) String() string { return c.text }

// MarshalText is String.
func (c Cron) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// Pattern is the text of an expression as a regular expression, as far as one can say it.
func (Cron) Pattern() string { return `^cron\(.*\)$` }

// Next is the first firing after t, by the clocks of a zone; the zero time if there is none. It may be called on many cores.
func (c Cron) Next(t time.Time, zone *time.Location) time.Time {
	if c.expr == nil {
		return time.Time{}
	}
	expr := *c.expr // Next writes into its receiver
	// wall clocks are walked as if they were UTC; what clocks show before t has fired by then
	wall := t.In(zone)
	year, month, day := wall.Date()
	hour, minute, second := wall.Clock()
	fields := time.Date(year, month, day, hour, minute, second, 0, time.UTC)
	for at := fields; ; {
		at = expr.Next(at)
		if at.IsZero() {
			return at
		}
		if fires, exists := local(at, zone); exists && fires.After(t) {
			return fires
		}
	}
}
