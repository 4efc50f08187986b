package traffic

import (
	"cmp"
	"slices"
	"sort"
	"time"

	"headroom/unit"
)

// A Calendar ties the time since clock.start to the wall clock of clock.zone.
type Calendar struct {
	Start time.Time // clock.start in its zone
}

// Wall is what the wall clock shows at t.
func (c Calendar) Wall(t time.Duration) time.Time { return c.Start.Add(t) }

// At is when a moment is, since clock.start. A local time that the clocks skip is an error; one that comes twice means the
// first.
func (c Calendar) At(m Moment) (time.Duration, error) {
	if !m.stamp.set {
		return m.since, nil
	}
	unix, bad := resolve(m.stamp, c.Start.Location(), m.String())
	if bad != nil {
		return 0, bad
	}
	return unix - time.Duration(c.Start.UnixNano()), nil
}

// ParseStart reads clock.start: a local time of the zone on a whole minute, a date (its midnight), or a time with its own
// offset, which is moved to the zone.
func ParseStart(text string, zone *time.Location) (time.Time, error) {
	s, bad := parseStamp(text)
	if bad != nil {
		if !looksLikeDate(text) {
			bad.Must = "a local time (2026-11-23T00:00:00)"
		}
		return time.Time{}, bad
	}
	unix, bad := resolve(s, zone, text)
	if bad != nil {
		return time.Time{}, bad
	}
	if s.civil%time.Minute != 0 {
		return time.Time{}, &unit.Bad{Must: "on a whole minute", Got: text}
	}
	return time.Unix(0, int64(unix)).In(zone), nil
}

// resolve is the time since 1970 in UTC of a stamp: the first of its local times.
func resolve(s stamp, zone *time.Location, text string) (time.Duration, *unit.Bad) {
	if s.own {
		return s.instant(), nil
	}
	first, _, n := occurrences(zone, s.civil)
	if n > 0 {
		return first, nil
	}
	bad := &unit.Bad{Must: "a local time that exists in " + zone.String(), Got: text}
	for _, seg := range zoneSegments(zone, s.civil-2*day, s.civil+2*day) {
		_, before := time.Unix(0, int64(seg.begin)-1).In(zone).Zone()
		left := seg.begin + time.Duration(before)*time.Second
		if left <= s.civil && s.civil < seg.begin+seg.shift {
			bad.Hint = "on " + civilTime(left).Format(time.DateOnly) + " the clocks go from " + civilTime(left).Format("15:04") +
				" to " + civilTime(seg.begin+seg.shift).Format("15:04")
			if d := seg.begin + seg.shift; d-left >= day {
				bad.Hint = "the clocks go from " + civilTime(left).Format("2006-01-02T15:04") + " to " + civilTime(d).Format("2006-01-02T15:04")
			}
		}
	}
	return 0, bad
}

const day = 24 * time.Hour

// occurrences are the instants (since 1970 in UTC) at which the wall clock of a zone shows a local time: n of them, 0 to 2.
func occurrences(zone *time.Location, civil time.Duration) (first, last time.Duration, n int) {
	segs := zoneSegments(zone, civil-2*day, civil+2*day)
	for i, seg := range segs {
		t := civil - seg.shift
		if t < seg.begin && i > 0 || i+1 < len(segs) && t >= segs[i+1].begin {
			continue
		}
		if n == 0 {
			first = t
		}
		last = t
		n++
	}
	return first, last, n
}

// A segment is a time in which the wall clock runs evenly: from begin until the next segment it shows t + shift.
type segment struct{ begin, shift time.Duration }

// zoneSegments are the segments of a zone that overlap [from, to), in time since 1970 in UTC; shift is the offset.
func zoneSegments(zone *time.Location, from, to time.Duration) []segment {
	var segs []segment
	for t := from; ; {
		at := time.Unix(0, int64(t)).In(zone)
		_, offset := at.Zone()
		_, end := at.ZoneBounds()
		segs = append(segs, segment{begin: t, shift: time.Duration(offset) * time.Second})
		if end.IsZero() || end.Year() > lastYear+1 || time.Duration(end.UnixNano()) >= to {
			return segs
		}
		t = time.Duration(end.UnixNano())
	}
}

// A wall is the wall clock of a run: local time as a function of the time since clock.start. Local time is counted as in a
// stamp. It is exact within [from, to) as it was made, and goes on evenly outside.
type wall struct{ segs []segment }

// newWall makes the wall clock of [from, to), since clock.start.
func newWall(c Calendar, from, to time.Duration) *wall {
	start := time.Duration(c.Start.UnixNano())
	w := &wall{segs: zoneSegments(c.Start.Location(), start+from, start+to)}
	for i := range w.segs {
		w.segs[i].begin -= start
		w.segs[i].shift += start
	}
	w.segs[0].begin = -Forever
	return w
}

// at is the local time at t, and the instant at which the clocks change next.
func (w *wall) at(t time.Duration) (civil, until time.Duration) {
	i := sort.Search(len(w.segs), func(i int) bool { return w.segs[i].begin > t }) - 1
	until = Forever
	if i+1 < len(w.segs) {
		until = w.segs[i+1].begin
	}
	return t + w.segs[i].shift, until
}

// A span is a stretch of time [begin, end).
type span struct{ begin, end time.Duration }

// spans are the stretches in which the wall clock shows a local time of [from, to): usually one; two if the clocks are set
// back past its begin or its end; none if it is skipped as a whole.
func (w *wall) spans(from, to time.Duration) []span {
	var found []span
	for i, seg := range w.segs {
		s := span{max(from-seg.shift, seg.begin), to - seg.shift}
		if i+1 < len(w.segs) {
			s.end = min(s.end, w.segs[i+1].begin)
		}
		if s.begin < s.end {
			found = append(found, s)
		}
	}
	return union(found)
}

// union puts spans in order and makes one of those that touch.
func union(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.begin, b.begin) })
	n := 0
	for _, s := range spans {
		if n > 0 && s.begin <= spans[n-1].end {
			spans[n-1].end = max(spans[n-1].end, s.end)
			continue
		}
		spans[n] = s
		n++
	}
	return spans[:n]
}

// midnight is the local midnight that begins a local time's day.
func midnight(civil time.Duration) time.Duration {
	d := civil % day
	if d < 0 {
		d += day
	}
	return civil - d
}

// weekday of a local time; 1970-01-01 was a Thursday.
func weekday(civil time.Duration) time.Weekday {
	days := int64(midnight(civil)/day) + int64(time.Thursday)
	return time.Weekday((days%7 + 7) % 7)
}
