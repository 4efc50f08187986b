package unit

import "time"

// FormatTime writes a time in a form of its zone's wall clock; one that the clocks show twice that day, as they are set back,
// with the zone's abbreviation: 01:30 EDT, and an hour later 01:30 EST.
func FormatTime(t time.Time, form string) string {
	if twice(t) {
		form += " MST"
	}
	return t.Format(form)
}

// twice tells whether the clocks of its zone show a time at two instants.
func twice(t time.Time) bool {
	_, offset := t.Zone()
	begin, end := t.ZoneBounds()
	if !begin.IsZero() {
		_, before := begin.Add(-1).Zone()
		if t.Sub(begin) < time.Duration(before-offset)*time.Second {
			return true
		}
	}
	if end.IsZero() {
		return false
	}
	_, after := end.Zone()
	return end.Sub(t) <= time.Duration(offset-after)*time.Second
}
