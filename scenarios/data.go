package scenarios

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"headroom/chance"
	"headroom/problem"
	"headroom/scenarios/internal/strict"
	"headroom/traffic"
	"headroom/unit"
)

// dataFiles remembers what was read from the files that a scenario names: its variants name the same ones.
type dataFiles struct {
	open   Opener
	mu     sync.Mutex
	traces map[string]readTrace
	laws   map[string]readLaw
}

type readTrace struct {
	data *traffic.Series
	ps   []problem.Problem
}

type readLaw struct {
	samples []time.Duration
	ps      []problem.Problem
}

func newDataFiles(open Opener) *dataFiles {
	return &dataFiles{open: open, traces: map[string]readTrace{}, laws: map[string]readLaw{}}
}

// find is a file's path as it is opened.
func (f *File) find(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(f.dir, name)
}

// trace reads the file of a trace.
func (c *checker) trace(path string, t *traffic.Trace) {
	name := c.find(t.File)
	key := fmt.Sprintf("%q", []any{name, t.Time, t.Unit, t.Count, t.Rate, t.Gaps, t.Bin, c.Clock.Zone})
	if t.Bin != nil {
		key += t.Bin.String()
	}
	d := c.data
	d.mu.Lock()
	defer d.mu.Unlock()
	got, known := d.traces[key]
	if !known {
		if r, err := d.open(name); err != nil {
			got.ps = []problem.Problem{{Path: "file", Must: "a file that can be read", Got: show(name + ": " + plainError(err).Error())}}
		} else {
			got.ps = t.Read(r, c.Clock.Calendar().Start.Location())
			got.data = t.Data
			r.Close()
		}
		d.traces[key] = got
	}
	t.Data = got.data
	c.inFile(name, path, got.ps)
}

// empirical reads the samples of a law.
func (c *checker) empirical(path string, e *chance.Empirical) {
	if e == nil || !c.clean(path) {
		return
	}
	name := c.find(e.File)
	key := fmt.Sprintf("%q", []string{name, e.Column, e.Unit})
	d := c.data
	d.mu.Lock()
	defer d.mu.Unlock()
	got, known := d.laws[key]
	if !known {
		if r, err := d.open(name); err != nil {
			got.ps = []problem.Problem{{Path: "file", Must: "a file that can be read", Got: show(name + ": " + plainError(err).Error())}}
		} else {
			got.samples, got.ps = readSamples(r, e.Column, e.Unit)
			r.Close()
		}
		d.laws[key] = got
	}
	e.Samples = got.samples
	c.inFile(name, path+".empirical", got.ps)
}

// inFile reports problems of a data file: those of a line at that line, the others where the scenario names the file.
func (c *checker) inFile(name, path string, ps []problem.Problem) {
	for _, p := range ps {
		number, must, found := strings.Cut(strings.TrimPrefix(p.Must, "line "), ": ")
		if line, err := strconv.Atoi(number); found && err == nil && p.Must != number {
			c.broken.Add(path)
			c.problems = append(c.problems, Problem{File: name, Line: line, Col: 1, Path: path, Must: must, Got: p.Got, Hint: p.Hint})
			continue
		}
		c.report(problem.Under(path, []problem.Problem{p})...)
	}
}

// maxSamples bounds an empirical law.
const maxSamples = 10_000_000

// readSamples reads the durations in a column of a CSV file with a header, gzipped (told by its content) or not. Problems have
// the keys of an empirical law as paths.
func readSamples(r io.Reader, column, unitName string) ([]time.Duration, []problem.Problem) {
	fail := func(path, must, got, hint string) ([]time.Duration, []problem.Problem) {
		return nil, []problem.Problem{{Path: path, Must: must, Got: got, Hint: hint}}
	}
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return fail("file", "a gzip file that is whole", "a damaged one", "")
		}
		in = bufio.NewReader(io.LimitReader(z, 1<<30))
	}
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		in.Discard(3)
	}
	rows := csv.NewReader(in)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		return fail("file", "a CSV file with a header", unreadable(err), "")
	}
	at := -1
	var names []string
	for i, name := range header {
		if name = strings.TrimSpace(name); name == column {
			at = i
		}
		names = append(names, show(name))
	}
	if at < 0 {
		return fail("column", "one of the file's columns", column, strict.Suggest(column, names))
	}
	var samples []time.Duration
	for {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fail("file", "a CSV file that can be read", unreadable(err), "")
		}
		line, _ := rows.FieldPos(at)
		sample, ok := duration(strings.TrimSpace(record[at]), unitName)
		if !ok {
			return fail("file", fmt.Sprintf("line %d: in %s a number of %s, 0 or more", line, show(column), unitName), show(record[at]), "")
		}
		if samples = append(samples, sample); len(samples) > maxSamples {
			return fail("file", "at most 10000000 samples", "more", "")
		}
	}
	if len(samples) == 0 {
		return fail("file", "at least one sample", "none", "")
	}
	return samples, nil
}

// duration is a number of units; false if it is none, or out of reach.
func duration(text, unitName string) (time.Duration, bool) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x >= 0) || strings.ContainsAny(text, "xXpP_") {
		return 0, false
	}
	of := map[string]time.Duration{"ns": 1, "us": time.Microsecond, "µs": time.Microsecond, "ms": time.Millisecond,
		"s": time.Second, "m": time.Minute, "h": time.Hour}[unitName]
	x *= float64(of)
	return time.Duration(math.Round(x)), x <= float64(unit.MaxDuration)
}

// unreadable says why a CSV file cannot be read.
func unreadable(err error) string {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return "an empty one"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "one that breaks off"
	case errors.As(err, &parse):
		return fmt.Sprintf("in line %d: %v", parse.Line, parse.Err)
	}
	return err.Error()
}

// show is a text of a file as an error can show it.
func show(text string) string {
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:197], "") + "…"
	}
	for _, r := range text {
		if !strconv.IsPrint(r) {
			return strconv.Quote(text)
		}
	}
	return text
}
