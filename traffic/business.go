package traffic

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strconv"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// BusinessHours is Busy while open and Quiet else. The rate leaves Quiet at Open and reaches Busy at Open + Ramp, leaves Busy
// at Close and reaches Quiet at Close + Ramp, linearly in elapsed time. Open and Close are on the wall clock; a Close before
// Open is on the next day. Where a ramp down meets the next ramp up, the one further from Quiet holds; hours that touch (until
// 24:00, from 00:00) are one opening.
type BusinessHours struct {
	Name     string         `yaml:"name"`
	Days     Days           `yaml:"days" default:"mon-fri" doc:"days on which it opens: names, ranges, lists"`
	Open     Clock          `yaml:"open" required:"true"`
	Close    Clock          `yaml:"close" required:"true" doc:"before open: on the next day"`
	Ramp     time.Duration  `yaml:"ramp" default:"0s" doc:"how long the rate takes from quiet to busy, and back"`
	Busy     unit.Rate      `yaml:"busy" required:"true"`
	Quiet    unit.Rate      `yaml:"quiet" default:"0rps"`
	Holidays []Date         `yaml:"holidays" doc:"days that are quiet from midnight to midnight"`
	Except   []DayException `yaml:"except" doc:"days with other hours or another rate"`
}

// DayException is one day that opens although it may not be among the days, with what it sets of its own.
type DayException struct {
	Date  Date       `yaml:"date" required:"true"`
	Open  *Clock     `yaml:"open"`
	Close *Clock     `yaml:"close"`
	Busy  *unit.Rate `yaml:"busy"`
}

// Check says what the keys must be.
func (b *BusinessHours) Check() []problem.Problem {
	ps := append(rateProblems("busy", b.Busy), rateProblems("quiet", b.Quiet)...)
	ps = append(ps, lengthProblems("ramp", b.Ramp)...)
	if len(b.Days) == 0 && len(b.Except) == 0 {
		ps = append(ps, problem.Problem{Path: "days", Must: "at least one day"})
	}
	ps = append(ps, b.hoursProblems(b.Open, b.Close, "close", "open", "ramp")...)
	seen := map[time.Duration]bool{}
	for i, h := range b.Holidays {
		if seen[h.civil] {
			ps = append(ps, problem.Problem{Path: "holidays." + strconv.Itoa(i), Must: "a date that is not in the list twice", Got: h.String()})
		}
		seen[h.civil] = true
	}
	for i, e := range b.Except {
		under := "except." + strconv.Itoa(i)
		if seen[e.Date.civil] {
			ps = append(ps, problem.Problem{Path: under + ".date", Must: "a date that is no holiday and not in the list twice", Got: e.Date.String()})
		}
		seen[e.Date.civil] = true
		o := b.on(e)
		ps = append(ps, b.hoursProblems(o.open, o.close, under+".close", under+".open", "close", "open", "ramp")...)
		if e.Busy != nil {
			ps = append(ps, rateProblems(under+".busy", *e.Busy)...)
		}
	}
	return ps
}

// hoursProblems are those of one day's hours; of are the paths that they come from, the close itself first.
func (b *BusinessHours) hoursProblems(open, closed Clock, of ...string) []problem.Problem {
	if open == closed {
		return []problem.Problem{{Path: of[0], Must: `another time than open ("00:00" to "24:00" is the whole day)`, Got: closed.String(), Of: of}}
	}
	if b.Ramp > hours(open, closed) {
		return []problem.Problem{{Path: of[0], Must: "at least the ramp, " + unit.FormatDuration(b.Ramp) + ", after open, " + open.String(), Got: closed.String(), Of: of}}
	}
	return nil
}

// hours is how long it is open by the wall clock.
func hours(open, closed Clock) time.Duration {
	if closed < open {
		closed += Clock(day)
	}
	return time.Duration(closed - open)
}

// trading is how a day opens.
type trading struct {
	open, close Clock
	busy        float64
}

// on is how the day of an exception opens.
func (b *BusinessHours) on(e DayException) trading {
	o := trading{b.Open, b.Close, float64(b.Busy)}
	if e.Open != nil {
		o.open = *e.Open
	}
	if e.Close != nil {
		o.close = *e.Close
	}
	if e.Busy != nil {
		o.busy = float64(*e.Busy)
	}
	return o
}

func (b *BusinessHours) shape(set setting) (shape, []problem.Problem) {
	s := &business{quiet: float64(b.Quiet), ramp: b.Ramp}
	holidays, except := map[time.Duration]bool{}, map[time.Duration]trading{}
	for _, h := range b.Holidays {
		holidays[h.civil] = true
	}
	for _, e := range b.Except {
		except[e.Date.civil] = b.on(e)
	}
	reach := 3*day + b.Ramp
	first, _ := set.clock.at(set.from - reach)
	last, _ := set.clock.at(set.to + 9*day)
	for d := midnight(first); d <= last; d += day {
		o, special := except[d]
		if !special {
			o = trading{b.Open, b.Close, float64(b.Busy)}
		}
		if holidays[d] || !special && !b.Days.Has(weekday(d)) {
			continue
		}
		open := d + time.Duration(o.open)
		closed := open + hours(o.open, o.close)
		if holidays[d+day] {
			closed = min(closed, d+day)
		}
		for _, w := range set.clock.spans(open, closed) {
			s.openings = append(s.openings, opening{w, o.busy})
		}
	}
	s.join()
	return s, nil
}

// An opening is a stretch of time that is open, without the ramp down after it.
type opening struct {
	span
	busy float64
}

type business struct {
	quiet    float64
	ramp     time.Duration
	openings []opening // by begin
	longest  time.Duration
}

// join makes one opening of those that touch.
func (b *business) join() {
	slices.SortStableFunc(b.openings, func(x, y opening) int { return cmp.Compare(x.begin, y.begin) })
	n := 0
	for _, o := range b.openings {
		if n > 0 && b.openings[n-1].end >= o.begin && b.openings[n-1].busy == o.busy {
			b.openings[n-1].end = max(b.openings[n-1].end, o.end)
			continue
		}
		b.openings[n] = o
		n++
	}
	b.openings = b.openings[:n]
	for _, o := range b.openings {
		b.longest = max(b.longest, o.end-o.begin+b.ramp)
	}
}

// opened is how far an opening is from quiet, 0…1.
func (b *business) opened(o opening, t time.Duration) line {
	ramp := b.ramp.Seconds()
	switch since := t - o.begin; {
	case t < o.end && since < b.ramp:
		return line{value: since.Seconds() / ramp, slope: 1 / ramp, end: min(o.begin+b.ramp, o.end)}
	case t < o.end:
		return line{value: 1, end: o.end}
	}
	top := 1.0 // less only where the clocks were set forward and left no time for the whole ramp
	if o.end-o.begin < b.ramp {
		top = (o.end - o.begin).Seconds() / ramp
	}
	return line{value: top * (o.end + b.ramp - t).Seconds() / ramp, slope: -top / ramp, end: o.end + b.ramp}
}

func (b *business) at(t time.Duration) line {
	type reach struct{ far, speed float64 } // how far from quiet, to either side, and how fast it changes
	best, furthest, end := line{value: b.quiet}, reach{}, Forever
	var few [4]reach
	all := few[:0]
	first := sort.Search(len(b.openings), func(i int) bool { return b.openings[i].begin > t-b.longest })
	for _, o := range b.openings[first:] {
		if o.begin > t {
			end = min(end, o.begin)
			break
		}
		if t >= o.end+b.ramp {
			continue
		}
		l, most := b.opened(o, t), math.Abs(o.busy-b.quiet)
		r := reach{l.value * most, l.slope * most}
		if r.far > furthest.far || r.far == furthest.far && r.speed > furthest.speed {
			best, furthest = l.between(b.quiet, o.busy), r
		}
		all = append(all, r)
		end = min(end, l.end)
	}
	for _, r := range all {
		if r.speed > furthest.speed { // it overtakes, perhaps after the end
			end = min(end, t+max(1, nanos((furthest.far-r.far)/(r.speed-furthest.speed))))
		}
	}
	best.end = end
	return best
}

// nanos is a number of seconds as a duration, rounded up; a year at most.
func nanos(seconds float64) time.Duration {
	return time.Duration(math.Ceil(math.Min(seconds, 366*86400) * 1e9))
}
