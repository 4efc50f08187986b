package plots

import (
	"fmt"
	"time"
)

// A clock is a wall-clock axis. Ticks stand on round local times, whatever the start; where the local clock jumps, their
// distance changes with it, as an hour is skipped or comes twice.
type clock struct {
	ticks  []tick
	names  []stretch // first row: names centred in their stretch (days, months)
	groups []stretch // second row: the day, month or year
	edges  []time.Duration
}

// A tick is a mark at an instant; its label may be empty.
type tick struct {
	at    time.Duration
	label string
}

// A stretch is a named part of the axis [from, to), cut to the run.
type stretch struct {
	from, to time.Duration
	label    string
}

// day is 24 hours of elapsed time, to choose steps by; calendar days may be longer or shorter.
const day = 24 * time.Hour

// withinDay are the steps below a day, by which the local clock can be divided evenly.
var withinDay = []time.Duration{
	5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// clockAxis lays out the axis of a run for a given number of labels at most.
func clockAxis(start time.Time, length time.Duration, labels int) clock {
	labels = max(labels, 2)
	for _, step := range withinDay {
		if length <= step*time.Duration(labels) {
			return hours(start, length, step)
		}
	}
	for _, n := range []int{1, 2, 7, 14} {
		if length <= time.Duration(n)*day*time.Duration(labels) {
			return days(start, length, n)
		}
	}
	return months(start, length, labels)
}

// shifted moves everything later, for a view that begins after the run.
func (c clock) shifted(by time.Duration) clock {
	for i := range c.ticks {
		c.ticks[i].at += by
	}
	for _, s := range [][]stretch{c.names, c.groups} {
		for i := range s {
			s[i].from += by
			s[i].to += by
		}
	}
	for i := range c.edges {
		c.edges[i] += by
	}
	return c
}

// hours has a tick on every round step of the local clock, and the days below.
func hours(start time.Time, length, step time.Duration) clock {
	form := "15:04"
	if step < time.Minute {
		form = "15:04:05"
	}
	grain := min(step, 15*time.Minute) // local clocks jump by whole quarters of an hour
	var c clock
	for at := time.Duration(0); at <= length; {
		wall := start.Add(at)
		past := sinceMidnight(wall)
		if off := past % grain; off != 0 {
			at += grain - off
			continue
		}
		if past%step == 0 {
			t := tick{at: at, label: wall.Format(form)}
			if n := len(c.ticks); n > 0 && at-c.ticks[n-1].at < step*2/3 && step > time.Hour {
				t.label = "" // a midnight that comes twice
			}
			c.ticks = append(c.ticks, t)
		}
		at += grain
	}
	c.groups, c.edges = parts(start, length, nextDay, "Mon 2 Jan") // the year stands in the subtitle
	return c
}

// days has a tick at the begin of every n-th calendar day, weeks on Mondays.
func days(start time.Time, length time.Duration, n int) clock {
	var c clock
	all, edges := parts(start, length, nextDay, "Mon 2")
	c.groups, c.edges = parts(start, length, nextMonth, "January 2006")
	if n == 1 {
		c.names, c.edges = all, edges
		for _, e := range edges {
			c.ticks = append(c.ticks, tick{at: e})
		}
		return c
	}
	for _, d := range all {
		if d.from == 0 && sinceMidnight(start) != 0 {
			continue // the first day is not there from its begin
		}
		y, m, dom := start.Add(d.from).Date()
		number := int(time.Date(y, m, dom, 0, 0, 0, 0, time.UTC).Unix()/86400) - 4 // 1970-01-05 was a Monday
		if number%n == 0 {
			c.ticks = append(c.ticks, tick{at: d.from, label: d.label})
		}
	}
	return c
}

// months has a tick at the begin of every month, and years below.
func months(start time.Time, length time.Duration, labels int) clock {
	var c clock
	c.names, c.edges = parts(start, length, nextMonth, "Jan")
	for _, e := range c.edges {
		c.ticks = append(c.ticks, tick{at: e})
	}
	if every := (len(c.names) + labels - 1) / labels; every > 1 {
		for i := range c.names {
			if i%every != 0 {
				c.names[i].label = ""
			}
		}
	}
	c.groups, _ = parts(start, length, nextYear, "2006")
	return c
}

// parts cuts the run into calendar days, months or years; edges are where one begins inside the run.
func parts(start time.Time, length time.Duration, next func(time.Time) time.Time, form string) (all []stretch, edges []time.Duration) {
	for from := time.Duration(0); from < length; {
		begin := start.Add(from)
		to := next(begin).Sub(start)
		all = append(all, stretch{from, min(to, length), begin.Format(form)})
		if to < length {
			edges = append(edges, to)
		}
		from = to
	}
	return all, edges
}

// sinceMidnight is what the local clock shows.
func sinceMidnight(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(t.Nanosecond())
}

func nextDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return firstInstant(time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC), t.Location())
}

func nextMonth(t time.Time) time.Time {
	y, m, _ := t.Date()
	return firstInstant(time.Date(y, m+1, 1, 0, 0, 0, 0, time.UTC), t.Location())
}

func nextYear(t time.Time) time.Time {
	return firstInstant(time.Date(t.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC), t.Location())
}

// firstInstant is when a local date begins: midnight, the first of two midnights, or the end of the jump that skips it.
func firstInstant(date time.Time, zone *time.Location) time.Time {
	y, m, d := date.Date()
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	const quarter = 15 * time.Minute
	before := func(t time.Time) bool {
		ty, tm, td := t.Date()
		return time.Date(ty, tm, td, 0, 0, 0, 0, time.UTC).Before(date)
	}
	for before(t) {
		t = t.Add(quarter)
	}
	for !before(t.Add(-quarter)) {
		t = t.Add(-quarter)
	}
	return t
}

// clockNote says in words that the local clock jumps within the run; empty if it does not.
func clockNote(start time.Time, length time.Duration) string {
	_, was := start.Zone()
	all, _ := parts(start, length, nextDay, "Mon 2 Jan")
	for _, d := range all {
		_, is := start.Add(d.to).Zone()
		if is == was {
			continue
		}
		way := "forward"
		if is < was {
			way = "back"
		}
		return fmt.Sprintf("clocks go %s on %s", way, d.label)
	}
	return ""
}

// axisTime is an instant as an event's label shows it: with the day where the run has several.
func axisTime(start time.Time, length, at time.Duration) string {
	form := "15:04"
	switch {
	case length > 7*day:
		form = "2 Jan 15:04"
	case length > day:
		form = "Mon 15:04"
	}
	return start.Add(at).Format(form)
}
