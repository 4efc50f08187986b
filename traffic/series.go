package traffic

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"headroom/problem"
	"headroom/unit"
)

// Columns says how a trace file is to be read.
type Columns struct {
	Time  string         // column of the stamps
	Unit  string         // of stamps that are numbers: ns us ms s m h; "" or auto: Unix seconds, or ms, by their size
	Count string         // column of requests per bin
	Rate  string         // or column of requests per second
	Bin   time.Duration  // width of a bin; 0: the smallest gap
	Gaps  string         // zero or last: what a hole means; else it is an error
	Zone  *time.Location // of stamps without an offset; nil is UTC
}

const (
	maxText = 1 << 30 // bytes of a trace, unpacked
	maxRows = 20_000_000
	maxBins = 1e9 // requests per second in a bin
)

// ReadTrace reads a CSV file with a header, gzipped (told by its content) or not. Problems have the keys of a trace as paths:
// file with the line, or time, count, rate with the columns that there are.
func ReadTrace(r io.Reader, c Columns) (*Series, []problem.Problem) {
	text, bad := unpacked(r)
	if bad != nil {
		return nil, []problem.Problem{*bad}
	}
	rows := csv.NewReader(text)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return nil, []problem.Problem{{Path: "file", Must: "a CSV file with a header", Got: "an empty one"}}
		}
		return nil, []problem.Problem{unreadable(err, 1)}
	}
	t := &tracer{Columns: c, rows: rows}
	ps := t.find(header)
	for len(ps) == 0 {
		more, bad := t.row()
		if bad != nil {
			return nil, []problem.Problem{*bad}
		}
		if !more {
			return t.series()
		}
	}
	return nil, ps
}

// unpacked is the text without compression and byte-order mark.
func unpacked(r io.Reader) (io.Reader, *problem.Problem) {
	in := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, &problem.Problem{Path: "file", Must: "a gzip file that is whole", Got: "a damaged one (" + err.Error() + ")"}
		}
		in = bufio.NewReaderSize(z, 1<<16)
	}
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte{0xef, 0xbb, 0xbf}) {
		in.Discard(3)
	}
	return &limited{in, maxText}, nil
}

// limited fails instead of reading more than left bytes.
type limited struct {
	io.Reader
	left int
}

var errTooLong = errors.New("at most 1 GiB of text")

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLong
	}
	n, err := l.Reader.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// unreadable is an error of the CSV or the gzip reader.
func unreadable(err error, line int) problem.Problem {
	var parse *csv.ParseError
	p := problem.Problem{Path: "file", Got: err.Error()}
	switch {
	case errors.As(err, &parse):
		p.Must = "line " + strconv.Itoa(parse.Line) + ": CSV with as many fields as the header"
		p.Got = parse.Err.Error()
	case errors.Is(err, errTooLong):
		p.Must, p.Got = err.Error(), "more"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		p.Must, p.Got = "a gzip file that is whole", "one that breaks off or is damaged after line "+strconv.Itoa(line)
	default:
		p.Must = "a file that can be read"
	}
	return p
}

// A tracer collects the rows of a trace.
type tracer struct {
	Columns
	rows        *csv.Reader
	time, value int           // positions of the columns
	scale       time.Duration // of numbers as stamps; 0 until the first
	near        resolver

	stamps []time.Duration // since 1970 in UTC
	values []float64
	lines  []int32
}

// find looks up the columns.
func (t *tracer) find(header []string) (ps []problem.Problem) {
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = strings.TrimSpace(h)
	}
	look := func(key, name string) int {
		found, n := 0, 0
		for i, h := range names {
			if h == name {
				found = i
				n++
			}
		}
		if n == 1 {
			return found
		}
		p := problem.Problem{Path: key, Must: "one of the file's columns (" + listed(names) + ")", Got: name}
		if n > 1 {
			p.Must, p.Got = "a column that the file has once", name+" "+strconv.Itoa(n)+" times"
		} else if near := nearest(name, names, 1); len(near) > 0 {
			p.Hint = "did you mean " + near[0] + "?"
		}
		ps = append(ps, p)
		return 0
	}
	t.time = look("time", t.Time)
	switch {
	case t.Count != "":
		t.value = look("count", t.Count)
	default:
		t.value = look("rate", t.Rate)
	}
	if t.Zone == nil {
		t.Zone = time.UTC
	}
	return ps
}

// listed is a list of names, cut to what a line can hold.
func listed(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == 20 {
			return b.String() + "… " + strconv.Itoa(len(names)-i) + " more"
		}
		b.WriteString(unit.Show(name))
	}
	return b.String()
}

// row reads one row; false at the end.
func (t *tracer) row() (bool, *problem.Problem) {
	record, err := t.rows.Read()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	before := 1
	if n := len(t.lines); n > 0 {
		before = int(t.lines[n-1])
	}
	if err != nil {
		p := unreadable(err, before)
		return false, &p
	}
	line, _ := t.rows.FieldPos(0)
	fail := func(must, got, hint string) (bool, *problem.Problem) {
		return false, &problem.Problem{Path: "file", Must: "line " + strconv.Itoa(line) + ": " + must, Got: got, Hint: hint}
	}
	if len(t.stamps) >= maxRows {
		return fail("at most 20000000 rows", "more", "")
	}
	raw := strings.TrimSpace(record[t.time])
	at, bad := t.stamp(raw)
	if bad != nil {
		return fail("in "+t.Time+" "+bad.Must, unit.Show(raw), bad.Hint)
	}
	if n := len(t.stamps); n > 0 && at <= t.stamps[n-1] {
		if at == t.stamps[n-1] {
			return fail("each stamp once", unit.Show(raw), "")
		}
		return fail("stamps that ascend", unit.Show(raw)+" after a later one", "")
	}
	name := t.Count + t.Rate
	value, err := strconv.ParseFloat(strings.TrimSpace(record[t.value]), 64)
	if err != nil || !(value >= 0 && value <= math.MaxFloat64) || strings.ContainsAny(record[t.value], "xX_") {
		return fail("in "+unit.Show(name)+" a number, 0 or more", unit.Show(record[t.value]), "")
	}
	t.stamps, t.values, t.lines = append(t.stamps, at), append(t.values, value), append(t.lines, int32(line))
	return true, nil
}

// stamp reads a stamp.
func (t *tracer) stamp(raw string) (time.Duration, *unit.Bad) {
	if s, bad := parseStamp(raw); bad == nil {
		last := time.Duration(math.MinInt64)
		if n := len(t.stamps); n > 0 {
			last = t.stamps[n-1]
		}
		return t.near.resolve(s, t.Zone, raw, last)
	} else if looksLikeDate(raw) {
		return 0, bad
	}
	whole, fraction, _ := strings.Cut(raw, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(fraction) > 18 || strings.Trim(fraction, "0123456789") != "" || whole[0] == '+' {
		return 0, &unit.Bad{Must: "a time (2026-11-25T12:00:00, RFC 3339) or Unix seconds or ms"}
	}
	if t.scale == 0 {
		t.scale = stampUnit(t.Unit, n)
	}
	limit := int64(200 * 366 * day / t.scale)
	if n > limit || n < -limit {
		return 0, &unit.Bad{Must: "a time from 1900 to 2200"}
	}
	at, part := time.Duration(n)*t.scale, float64(t.scale)
	if fraction != "" {
		f, _ := strconv.ParseFloat("0."+fraction, 64)
		if raw[0] == '-' {
			f = -f
		}
		at += time.Duration(math.Round(f * part))
	}
	return at, nil
}

// stampUnit is the unit of numbers as stamps. Seconds of today have ten digits, milliseconds thirteen, and so on; 1e11 s is the
// year 5138 and 1e11 ms is 1973.
func stampUnit(name string, first int64) time.Duration {
	units := map[string]time.Duration{"ns": 1, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour}
	if u := units[name]; u != 0 {
		return u
	}
	switch size := math.Abs(float64(first)); {
	case size < 1e11:
		return time.Second
	case size < 1e14:
		return time.Millisecond
	case size < 1e17:
		return time.Microsecond
	}
	return time.Nanosecond
}

// A resolver finds the instants of ascending local times; it remembers where the last one was.
type resolver struct {
	zone  *time.Location
	seg   segment       // of the last stamp
	until time.Duration // end of seg
}

// resolve is the instant of a stamp after one at last: of a local time that comes twice the second if the first has passed.
func (r *resolver) resolve(s stamp, zone *time.Location, raw string, last time.Duration) (time.Duration, *unit.Bad) {
	if s.own {
		return s.instant(), nil
	}
	if at := s.civil - r.seg.shift; r.zone == zone && at > last && at >= r.seg.begin && at < r.until {
		return at, nil
	}
	first, second, n := occurrences(zone, s.civil)
	if n == 0 {
		return resolve(s, zone, raw)
	}
	if first <= last {
		first = second
	}
	at := time.Unix(0, int64(first)).In(zone)
	_, offset := at.Zone()
	begin, end := at.ZoneBounds()
	r.zone, r.seg, r.until = zone, segment{first, time.Duration(offset) * time.Second}, first+30*day
	if !begin.IsZero() && begin.Year() >= firstYear {
		r.seg.begin = max(time.Duration(begin.UnixNano()), first-30*day)
	}
	if !end.IsZero() && end.Year() <= lastYear {
		r.until = min(r.until, time.Duration(end.UnixNano()))
	}
	return first, nil
}

// series makes bins of the rows.
func (t *tracer) series() (*Series, []problem.Problem) {
	n := len(t.stamps)
	if n == 0 {
		return nil, []problem.Problem{{Path: "file", Must: "at least one row below the header", Got: "none"}}
	}
	bin := t.Bin
	if bin == 0 {
		for i := 1; i < n; i++ {
			if gap := t.stamps[i] - t.stamps[i-1]; bin == 0 || gap < bin {
				bin = gap
			}
		}
	}
	if bin <= 0 {
		return nil, []problem.Problem{{Path: "bin", Must: "given, as one row has no gap to take it from"}}
	}
	s := &Series{}
	for i, at := range t.stamps {
		fail := func(must, got, hint string) (*Series, []problem.Problem) {
			return nil, []problem.Problem{{Path: "file", Must: "line " + strconv.Itoa(int(t.lines[i])) + ": " + must, Got: got, Hint: hint}}
		}
		rate := t.values[i]
		if t.Count != "" {
			rate /= bin.Seconds()
		}
		if rate > maxBins {
			return fail("at most 1e9 requests per second", number(rate), "")
		}
		if i > 0 && at != s.edges[len(s.edges)-1] {
			hole := at - s.edges[len(s.edges)-1]
			switch {
			case hole < 0:
				return fail("stamps at least a bin ("+unit.FormatDuration(bin)+") apart", unit.FormatDuration(bin+hole), "")
			case t.Gaps == "zero":
				s.rates = append(s.rates, 0)
			case t.Gaps == "last":
				s.rates = append(s.rates, s.rates[len(s.rates)-1])
			default:
				return fail("no hole between stamps (bins are "+unit.FormatDuration(bin)+")", "a hole of "+unit.FormatDuration(hole),
					"gaps: zero or gaps: last fills holes, bin: sets the width")
			}
			s.edges = append(s.edges, at)
		}
		if i == 0 {
			s.edges = append(s.edges, at)
		}
		s.rates, s.edges = append(s.rates, rate), append(s.edges, at+bin)
	}
	return s, nil
}
