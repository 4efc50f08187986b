package traffic

import (
	"io"
	"iter"
	"slices"
	"sort"
	"time"

	"headroom/problem"
)

// Trace is traffic from a CSV file: a bin begins at its stamp and holds its mean rate throughout, so that counts add up. It lies
// where its stamps say; Align "start" moves From (else its first bin) to clock.start. From and To are on its own clock,
// half-open: local times, or durations since its first bin. Before and after it holds After.
type Trace struct {
	Name  string         `yaml:"name"`
	File  string         `yaml:"file" required:"true" doc:"CSV with a header, may be gzipped; relative to the scenario file"`
	Time  string         `yaml:"time" required:"true" doc:"column of the stamps: RFC 3339, local times of clock.zone, or numbers"`
	Unit  string         `yaml:"unit" enum:"auto|ns|us|ms|s|m|h" default:"auto" doc:"unit of stamps that are numbers; auto: Unix seconds, or ms if they are too large for that"`
	Count string         `yaml:"count" doc:"column of requests per bin"`
	Rate  string         `yaml:"rate" doc:"column of requests per second"`
	Scale *float64       `yaml:"scale" check:"min=0,max=1000000" default:"1" doc:"multiplies all of it"`
	From  *Moment        `yaml:"from" doc:"its begin on its own clock"`
	To    *Moment        `yaml:"to" doc:"its end on its own clock"`
	After string         `yaml:"after" enum:"zero|last|repeat|error" default:"error" doc:"what holds before and after it"`
	Align string         `yaml:"align" enum:"stamps|start" default:"stamps" doc:"start: its begin is moved to clock.start"`
	Bin   *time.Duration `yaml:"bin" check:"positive" doc:"width of a bin; the smallest gap between stamps if left out"`
	Gaps  string         `yaml:"gaps" enum:"error|zero|last" default:"error" doc:"what a hole between stamps means"`
	Data  *Series        `yaml:"-"` // what Read found in the file
}

// Check says which columns are needed.
func (t *Trace) Check() []problem.Problem {
	var ps []problem.Problem
	if (t.Count == "") == (t.Rate == "") {
		ps = append(ps, problem.Problem{Must: "exactly one of count and rate", Of: []string{"count", "rate"}})
	}
	if t.Scale != nil && !(*t.Scale >= 0 && *t.Scale <= maxFactor) {
		ps = append(ps, problem.Problem{Path: "scale", Must: "from 0 to 1000000", Got: number(*t.Scale)})
	}
	for _, word := range []struct {
		key, got string
		of       []string
	}{
		{"after", t.After, []string{"", "zero", "last", "repeat", "error"}},
		{"align", t.Align, []string{"", "stamps", "start"}},
		{"gaps", t.Gaps, []string{"", "error", "zero", "last"}},
	} {
		if !slices.Contains(word.of, word.got) {
			ps = append(ps, problem.Problem{Path: word.key, Must: "a word that it knows", Got: word.got})
		}
	}
	return ps
}

// Read reads the file's text, gzipped or not; stamps without an offset are in the zone. Problems have paths below the trace.
func (t *Trace) Read(r io.Reader, zone *time.Location) []problem.Problem {
	c := Columns{Time: t.Time, Unit: t.Unit, Count: t.Count, Rate: t.Rate, Gaps: t.Gaps, Zone: zone}
	if t.Bin != nil {
		c.Bin = *t.Bin
	}
	data, ps := ReadTrace(r, c)
	if len(ps) == 0 {
		t.Data = data
	}
	return ps
}

// A Series is what a trace file holds: a mean rate for each bin, without holes.
type Series struct {
	edges []time.Duration // since 1970 in UTC, ascending, one more than rates
	rates []float64       // requests per second
}

// Bins is the number of bins, those that fill holes included.
func (s *Series) Bins() int { return len(s.rates) }

// Begin and End are the instants at which the first bin begins and the last one ends.
func (s *Series) Begin() time.Time { return time.Unix(0, int64(s.edges[0])).UTC() }

// End is the instant at which the last bin ends.
func (s *Series) End() time.Time { return time.Unix(0, int64(s.edges[len(s.rates)])).UTC() }

// Steps are the bins with their begins, counted from that of the first, and their rates.
func (s *Series) Steps() iter.Seq2[time.Duration, float64] {
	return func(yield func(time.Duration, float64) bool) {
		for i, rate := range s.rates {
			if !yield(s.edges[i]-s.edges[0], rate) {
				return
			}
		}
	}
}

// Total is the number of requests in all bins.
func (s *Series) Total() float64 {
	sum := 0.0
	for i, r := range s.rates {
		sum += r * (s.edges[i+1] - s.edges[i]).Seconds()
	}
	return sum
}

func (t *Trace) shape(set setting) (shape, []problem.Problem) {
	if t.Data == nil {
		return nil, []problem.Problem{{Path: "file", Must: "a file that has been read", Got: t.File, Of: []string{""}}}
	}
	s := &trace{series: t.Data, scale: 1, after: t.After}
	if t.Scale != nil {
		s.scale = *t.Scale
	}
	start := time.Duration(set.calendar.Start.UnixNano())
	first, last := t.Data.edges[0], t.Data.edges[len(t.Data.rates)]
	s.window = span{first, last}
	var ps []problem.Problem
	own := func(key string, m *Moment, edge *time.Duration) {
		if m == nil {
			return
		}
		at, bad := set.at(key, *m)
		if *edge = start + at; !m.stamp.set {
			*edge = first + m.since
		}
		if len(bad) == 0 && (*edge < first || *edge > last) {
			bad = []problem.Problem{{Path: key, Must: "within the trace, " + set.stretch(first-start, last-start), Got: m.String()}}
		}
		ps = append(ps, bad...)
	}
	own("from", t.From, &s.window.begin)
	own("to", t.To, &s.window.end)
	if len(ps) > 0 {
		return nil, ps
	}
	if s.window.end <= s.window.begin {
		key, got := "to", t.To
		if got == nil {
			key, got = "from", t.From
		}
		return nil, []problem.Problem{{Path: key, Must: "from before to", Got: got.String(), Of: []string{"from", "to"}}}
	}
	s.shift = -start
	if t.Align == "start" {
		s.shift = -s.window.begin
	}
	begin, end := s.window.begin+s.shift, s.window.end+s.shift
	if (t.After == "" || t.After == "error") && (begin > set.from || end < set.to) {
		ps = append(ps, problem.Problem{Path: "after", Must: "zero, last or repeat, as the run (" + set.stretch(set.from, set.to) +
			") reaches beyond the trace (" + set.stretch(begin, end) + ")", Got: "error",
			Of: []string{"after", "from", "to", "align"}})
	}
	return s, ps
}

// stretch says from when to when on the wall clock.
func (s setting) stretch(from, to time.Duration) string {
	say := func(t time.Duration) string {
		at := s.calendar.Wall(t)
		if at.Second() == 0 && at.Nanosecond() == 0 {
			return at.Format("2006-01-02T15:04")
		}
		return at.Format("2006-01-02T15:04:05.999999999")
	}
	return say(from) + " to " + say(to)
}

type trace struct {
	series *Series
	scale  float64
	after  string
	window span          // of the series that is used, since 1970 in UTC
	shift  time.Duration // from there to the time since clock.start
}

func (s *trace) at(t time.Duration) line {
	lap, length := time.Duration(0), s.window.end-s.window.begin
	begin := s.window.begin + s.shift
	since := t - begin
	if s.after == "repeat" {
		lap = since / length * length
		if since-lap < 0 {
			lap -= length
		}
		since -= lap
	}
	switch {
	case since < 0 || since >= length:
		l := line{end: Forever}
		if since < 0 {
			l.end = begin
		}
		if s.after == "last" {
			l.value = s.scale * s.series.rates[s.bin(s.window.end-1)]
		}
		return l
	default:
		i := s.bin(s.window.begin + since)
		return line{value: s.scale * s.series.rates[i], end: min(s.series.edges[i+1], s.window.end) + s.shift + lap}
	}
}

// bin is the bin that an instant of the series is in.
func (s *trace) bin(at time.Duration) int {
	edges := s.series.edges
	return sort.Search(len(edges)-2, func(i int) bool { return edges[i+1] > at })
}
