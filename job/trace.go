package job

import (
	"io"
	"sort"
	"time"

	"headroom/problem"
	"headroom/traffic"
)

// Trace is how many instances there were to have, row by row: each holds until the next one. After its end it begins again, and
// every run begins at a random moment of it, so that the answer is not that of one Monday morning.
type Trace struct {
	File      string `yaml:"file" required:"true" doc:"CSV with a header, may be gzipped; relative to the scenario file"`
	Time      string `yaml:"time" required:"true" doc:"column of the stamps: RFC 3339, or numbers"`
	Unit      string `yaml:"unit" enum:"auto|ns|us|ms|s|m|h" default:"auto" doc:"unit of stamps that are numbers; auto: Unix seconds, or ms if they are too large for that"`
	Available string `yaml:"available" required:"true" doc:"column of the number of instances that could be had"`

	Windows []Window      `yaml:"-"` // in which the gang can be had, ascending, none touching
	Length  time.Duration `yaml:"-"`
}

// A Window is a part of a trace with enough capacity, half-open.
type Window struct{ From, To time.Duration }

// Read reads the file's text, and finds the windows of a gang. Problems have the keys of a trace as paths.
func (t *Trace) Read(r io.Reader, instances int) []problem.Problem {
	series, ps := traffic.ReadTrace(r, traffic.Columns{Time: t.Time, Unit: t.Unit, Rate: t.Available, Gaps: "last", Zone: time.UTC})
	for i := range ps {
		if ps[i].Path == "rate" {
			ps[i].Path = "available"
		}
	}
	if len(ps) > 0 {
		return ps
	}
	t.Windows, t.Length = nil, series.End().Sub(series.Begin())
	open := false
	for at, n := range series.Steps() {
		enough := n >= float64(instances)
		switch {
		case enough && !open:
			t.Windows = append(t.Windows, Window{at, t.Length})
		case !enough && open:
			t.Windows[len(t.Windows)-1].To = at
		}
		open = enough
	}
	if len(t.Windows) == 0 {
		return []problem.Problem{{Path: "available", Must: "at some time as many as the job's instances", Got: "never"}}
	}
	return nil
}

// moment is where a run begins: u of 0…1.
func (t *Trace) moment(u float64) time.Duration { return time.Duration(u * float64(t.Length)) }

// next is the wait from an instant until the gang can be had for longer than it provisions, and the life from there; never and
// never if the trace has no such window.
func (t *Trace) next(at time.Duration, provision time.Duration) (wait, life time.Duration) {
	lap := at / t.Length * t.Length
	now := at - lap
	i := sort.Search(len(t.Windows), func(i int) bool { return t.Windows[i].To > now })
	for tried := 0; tried <= len(t.Windows)+1; tried++ {
		if i == len(t.Windows) {
			lap, i = lap+t.Length, 0
		}
		w := t.Windows[i]
		begin, end := lap+w.From, lap+t.until(i)
		if begin = max(begin, at); end-begin > provision {
			if t.always() {
				return begin - at, never
			}
			return begin - at, end - begin - provision
		}
		i++
	}
	return never, never
}

// until is the end of a window; the last one may go on in the first of the next round.
func (t *Trace) until(i int) time.Duration {
	if w := t.Windows[i]; w.To < t.Length || t.Windows[0].From > 0 {
		return w.To
	}
	return t.Length + t.Windows[0].To
}

// always tells a trace without a gap.
func (t *Trace) always() bool { return t.Windows[0] == Window{0, t.Length} }
