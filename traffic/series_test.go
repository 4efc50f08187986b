package traffic

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/chance"
	"headroom/problem"
)

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

func read(text string, c Columns) (*Series, []problem.Problem) {
	return ReadTrace(strings.NewReader(text), c)
}

// said writes problems as one line each.
func said(ps []problem.Problem) string {
	var lines []string
	for _, p := range ps {
		line := p.Path + ": " + p.Must
		if p.Got != "" {
			line += ", got " + p.Got
		}
		if p.Hint != "" {
			line += " (" + p.Hint + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestStampForms: the same three minutes in every form that is taken.
func TestStampForms(t *testing.T) {
	zone, err := LoadZone("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	want := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, first := range []string{
		"2026-11-25T12:00:00Z|2026-11-25T12:01:00Z|2026-11-25T12:02:00Z",
		"2026-11-25T12:00Z|2026-11-25T12:01Z|2026-11-25T12:02Z",
		"2026-11-25 13:00:00+01:00|2026-11-25 13:01:00+01:00|2026-11-25 13:02:00+01:00",
		"2026-11-25T07:00:00|2026-11-25T07:01:00|2026-11-25T07:02:00",
		"2026-11-25 07:00:00|2026-11-25 07:01:00|2026-11-25 07:02:00",
		"2026-11-25T07:00|2026-11-25T07:01|2026-11-25T07:02",
		" 2026-11-25 07:00 |2026-11-25 07:01|2026-11-25 07:02",
		"2026-11-25T12:00:00.000Z|2026-11-25T12:01:00.000Z|2026-11-25T12:02:00.000Z",
		"1795608000|1795608060|1795608120",
		"1795608000.0|1795608060|1795608120.000",
		"1795608000000|1795608060000|1795608120000",
		"1795608000000000|1795608060000000|1795608120000000",
		"1795608000000000000|1795608060000000000|1795608120000000000",
	} {
		at := strings.Split(first, "|")
		plain := "when,other,n\n" + at[0] + ",x,60\n" + at[1] + ",y,120.0\n" + at[2] + ",z,0\n"
		for form, text := range map[string]string{
			"plain": plain, "gzip": gzipped(plain), "CRLF": strings.ReplaceAll(plain, "\n", "\r\n"), "byte-order mark": "\ufeff" + plain,
			"all": gzipped("\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n")), "no newline at the end": strings.TrimSuffix(plain, "\n"),
		} {
			s, ps := read(text, Columns{Time: "when", Count: "n", Zone: zone})
			if len(ps) > 0 {
				t.Errorf("%s, %s: %s", at[0], form, said(ps))
				continue
			}
			if !s.Begin().Equal(want) || !s.End().Equal(want.Add(3*time.Minute)) || s.Bins() != 3 || s.Total() != 180 || s.rates[1] != 2 {
				t.Errorf("%s, %s: %v to %v, %d bins, %v requests", at[0], form, s.Begin(), s.End(), s.Bins(), s.Total())
			}
		}
	}
}

func TestNumbersWithAUnit(t *testing.T) {
	s, ps := read("minute,invocations\n0,30\n1,90\n2,60\n", Columns{Time: "minute", Unit: "m", Count: "invocations"})
	if len(ps) > 0 || s.End().Unix() != 180 || s.rates[1] != 1.5 {
		t.Errorf("%v, %s", s, said(ps))
	}
	s, ps = read("s,rps\n-0.5,30\n0.0,90\n0.5,60\n", Columns{Time: "s", Rate: "rps"})
	if len(ps) > 0 || s.Begin().UnixNano() != -5e8 || s.rates[1] != 90 || s.Total() != 90 {
		t.Errorf("%v, %s", s, said(ps))
	}
}

// TestLocalStampsOverTheChanges: a local log of the day that has an hour twice is a log of 25 hours; stamps in the hour that is
// skipped are refused.
func TestLocalStampsOverTheChanges(t *testing.T) {
	zone, _ := LoadZone("America/New_York")
	text := "t,n\n"
	for h := range 25 {
		clock := h
		if h > 1 {
			clock--
		}
		text += fmt.Sprintf("2026-11-01T%02d:00,%d\n2026-11-01T%02d:30,%d\n", clock, h, clock, h)
	}
	s, ps := read(text, Columns{Time: "t", Count: "n", Zone: zone})
	if len(ps) > 0 || s.Bins() != 50 || s.End().Sub(s.Begin()) != 25*time.Hour {
		t.Errorf("%v bins, %s", s, said(ps))
	}
	_, ps = read("t,n\n2026-03-08T01:00,1\n2026-03-08T02:00,1\n2026-03-08T03:00,1\n", Columns{Time: "t", Count: "n", Zone: zone})
	if want := "file: line 3: in t a local time that exists in America/New_York, got 2026-03-08T02:00 (on 2026-03-08 the clocks go from 02:00 to 03:00)"; said(ps) != want {
		t.Error(said(ps))
	}
	s, ps = read("t,n\n2026-03-08T01:00,1\n2026-03-08T03:00,1\n2026-03-08T04:00,1\n", Columns{Time: "t", Count: "n", Zone: zone})
	if len(ps) > 0 || s.Bins() != 3 {
		t.Errorf("the hours of a spring day: %s", said(ps))
	}
}

func TestGaps(t *testing.T) {
	const text = "t,n\n2026-11-25 12:00,10\n2026-11-25 12:05,20\n2026-11-25 12:15,40\n2026-11-25 12:20,5\n"
	c := Columns{Time: "t", Count: "n"}
	if _, ps := read(text, c); said(ps) != "file: line 4: no hole between stamps (bins are 5m), got a hole of 5m (gaps: zero or gaps: last fills holes, bin: sets the width)" {
		t.Error(said(ps))
	}
	for gaps, total := range map[string]float64{"zero": 75, "last": 95} {
		c.Gaps = gaps
		s, ps := read(text, c)
		if len(ps) > 0 || s.Bins() != 5 || math.Abs(s.Total()-total) > 1e-9 {
			t.Errorf("gaps: %s: %v, %s", gaps, s.Total(), said(ps))
		}
	}
	c.Bin = time.Minute // each bin is a minute, what lies between is a hole
	if s, ps := read(text, c); len(ps) > 0 || s.rates[0] != 10.0/60 || s.Bins() != 7 {
		t.Errorf("bin: 1m: %s", said(ps))
	}
	c.Bin = 7 * time.Minute
	if _, ps := read(text, c); said(ps) != "file: line 3: stamps at least a bin (7m) apart, got 5m" {
		t.Error(said(ps))
	}
	if _, ps := read("t,n\n2026-11-25,10\n", Columns{Time: "t", Count: "n"}); said(ps) != "bin: given, as one row has no gap to take it from" {
		t.Error(said(ps))
	}
	if s, ps := read("t,n\n2026-11-25,86400\n", Columns{Time: "t", Count: "n", Bin: day}); len(ps) > 0 || s.Total() != 86400 || s.rates[0] != 1 {
		t.Error(said(ps))
	}
}

var badTraces = []struct{ text, want string }{
	{"", "file: a CSV file with a header, got an empty one"},
	{"t,n\n", "file: at least one row below the header, got none"},
	{"\xef\xbb\xbf", "file: a CSV file with a header, got an empty one"},
	{"time,count\n1,2\n", "time: one of the file's columns (time, count), got t\ncount: one of the file's columns (time, count), got n"},
	{"t,N\n1,2\n", "count: one of the file's columns (t, N), got n (did you mean N?)"},
	{"t,n,n\n1,2,3\n", "count: a column that the file has once, got n 2 times"},
	{"t;n\n1;2\n", "time: one of the file's columns (t;n), got t"},
	{"t,n\n10,2\n20,-3\n", "file: line 3: in n a number, 0 or more, got -3"},
	{"t,n\n10,2\n20,many\n", "file: line 3: in n a number, 0 or more, got many"},
	{"t,n\n10,2\n20,NaN\n", "file: line 3: in n a number, 0 or more, got NaN"},
	{"t,n\n10,2\n20,inf\n", "file: line 3: in n a number, 0 or more, got inf"},
	{"t,n\n10,2\n20,\n", `file: line 3: in n a number, 0 or more, got ""`},
	{"t,n\n10,2\n20,0x10\n", "file: line 3: in n a number, 0 or more, got 0x10"},
	{"t,n\n10,2\n20,1e300\n", "file: line 3: at most 1e9 requests per second, got 1e+299"},
	{"t,n\n10,2\n30,2\n20,2\n", "file: line 4: stamps that ascend, got 20 after a later one"},
	{"t,n\n10,2\n20,2\n20,2\n", "file: line 4: each stamp once, got 20"},
	{"t,n\n10,2\n20,2\n40,2\n", "file: line 4: no hole between stamps (bins are 10s), got a hole of 10s"},
	{"t,n\n10,2\nsoon,2\n", "file: line 3: in t a time (2026-11-25T12:00:00, RFC 3339) or Unix seconds or ms, got soon"},
	{"t,n\n10,2\n,2\n", "file: line 3: in t a time (2026-11-25T12:00:00, RFC 3339) or Unix seconds or ms, got \"\""},
	{"t,n\n2026-02-28,2\n2026-02-29,2\n", "file: line 3: in t a date and time that exist, got 2026-02-29"},
	{"t,n\n2026-02-28 10:61,2\n", "file: line 2: in t a date and time that exist, got 2026-02-28 10:61"},
	{"t,n\n1,2\n99999999999999999,2\n", "file: line 3: in t a time from 1900 to 2200, got 99999999999999999"},
	{"t,n\n10,2\n20\n", "file: line 3: CSV with as many fields as the header, got wrong number of fields"},
	{"t,n\n10,2,3\n", "file: line 2: CSV with as many fields as the header, got wrong number of fields"},
	{"t,n\n10,\"2\n20,3\n", "file: line 3: CSV with as many fields as the header, got extraneous or missing \" in quoted-field"},
	{"t,n\n\"10\"x,2\n", "got extraneous or missing \" in quoted-field"},
	{"\x00\x01\x02\x03", `time: one of the file's columns ("\x00\x01\x02\x03"), got t`},
	{"\x1f\x8b\x08", "file: a gzip file that is whole, got a damaged one (unexpected EOF)"},
}

func TestBadTraces(t *testing.T) {
	long := "t,n\n"
	for i := range 5000 {
		long += fmt.Sprintf("%d,%d\n", 60*i, i*7919%1000)
	}
	whole := gzipped(long)
	if s, ps := read(whole, Columns{Time: "t", Count: "n"}); len(ps) > 0 || s.Bins() != 5000 {
		t.Fatal(said(ps))
	}
	bad := append(badTraces[:len(badTraces):len(badTraces)],
		struct{ text, want string }{whole[:len(whole)/2], "file: a gzip file that is whole, got one that breaks off or is damaged after line "},
		struct{ text, want string }{whole[:len(whole)-4], "file: a gzip file that is whole, got one that breaks off or is damaged after line "},
		struct{ text, want string }{"a" + strings.Repeat(",b", 99) + "\n", "b, … 80 more), got t"})
	for _, k := range bad {
		s, ps := read(k.text, Columns{Time: "t", Count: "n"})
		if s != nil || !strings.Contains(said(ps), k.want) {
			t.Errorf("%.60q: %s, want %s", k.text, said(ps), k.want)
		}
	}
}

// TestTraceLies where its stamps say, or is moved; from and to are on its own clock; before and after holds what after says.
func TestTraceLies(t *testing.T) {
	const text = "t,n\n2026-11-25 12:00,600\n2026-11-25 12:10,1200\n2026-11-25 12:20,1800\n" // 1, 2 and 3 rps
	c := inZone(t, "America/New_York", "2026-11-25T12:00")
	m := func(s string) *Moment { x := moment(t, s); return &x }
	for _, k := range []struct {
		what  string
		trace Trace
		want  map[time.Duration]float64
	}{
		{"as it is", Trace{After: "zero"}, map[time.Duration]float64{-1: 0, 0: 1, 10*minute - 1: 1, 10 * minute: 2, 30*minute - 1: 3, 30 * minute: 0}},
		{"last", Trace{After: "last"}, map[time.Duration]float64{-1: 3, 0: 1, 30 * minute: 3, day: 3}},
		{"repeat", Trace{After: "repeat"}, map[time.Duration]float64{-1: 3, -10 * minute: 3, -30 * minute: 1, 30 * minute: 1, 45 * minute: 2, 119 * minute: 3}},
		{"scaled", Trace{After: "zero", Scale: pointer(1.5)}, map[time.Duration]float64{0: 1.5, 25 * minute: 4.5}},
		{"a part", Trace{After: "zero", From: m("2026-11-25T12:05"), To: m("2026-11-25T12:15")}, map[time.Duration]float64{5*minute - 1: 0, 5 * minute: 1, 10 * minute: 2, 15 * minute: 0}},
		{"a part, with an offset", Trace{After: "last", From: m("2026-11-25T17:05:00Z")}, map[time.Duration]float64{0: 3, 5 * minute: 1}},
		{"a part of a part", Trace{After: "repeat", From: m("5m"), To: m("15m")}, map[time.Duration]float64{5 * minute: 1, 10 * minute: 2, 15 * minute: 1, 20 * minute: 2, 0: 2}},
		{"aligned", Trace{After: "zero", Align: "start", From: m("2026-11-25T12:15")}, map[time.Duration]float64{-1: 0, 0: 2, 5 * minute: 3, 15 * minute: 0}},
	} {
		trace := k.trace
		trace.Time, trace.Count = "t", "n"
		if ps := trace.Read(strings.NewReader(text), c.Start.Location()); len(ps) > 0 {
			t.Fatal(said(ps))
		}
		rates(t, k.what, profileOf(t, curves(Curve{Trace: &trace}), c, 0, day), k.want)
	}
	// A trace of another day is refused unless after says what holds, and aligned it fits.
	other := inZone(t, "America/New_York", "2026-12-01T00:00")
	for _, k := range []struct {
		what     string
		trace    Trace
		from, to time.Duration
		path     string
		problem  string
	}{
		{"fits", Trace{Align: "start"}, 0, 30 * minute, "", ""},
		{"another day", Trace{}, 0, 30 * minute, "curves.0.trace.after", "curves.0.trace.after: zero, last or repeat, as the run (2026-12-01T00:00 to 2026-12-01T00:30) reaches beyond the trace (2026-11-25T12:00 to 2026-11-25T12:30), got error"},
		{"too long", Trace{Align: "start", After: "error"}, 0, 30*minute + 1, "curves.0.trace.after", ""},
		{"settles before it", Trace{Align: "start"}, -minute, 30 * minute, "curves.0.trace.after", ""},
		{"settles with zero", Trace{Align: "start", After: "zero"}, -minute, 30 * minute, "", ""},
		{"from before it", Trace{From: m("2026-11-25T11:00")}, 0, 1, "curves.0.trace.from", "curves.0.trace.from: within the trace, 2026-11-25T12:00 to 2026-11-25T12:30, got 2026-11-25T11:00"},
		{"to after it", Trace{To: m("31m")}, 0, 1, "curves.0.trace.to", ""},
		{"backwards", Trace{From: m("20m"), To: m("10m")}, 0, 1, "curves.0.trace.to", ""},
		{"nothing left", Trace{From: m("30m")}, 0, 1, "curves.0.trace.from", ""},
	} {
		trace := k.trace
		trace.Time, trace.Count = "t", "n"
		if ps := trace.Read(strings.NewReader(text), c.Start.Location()); len(ps) > 0 {
			t.Fatal(said(ps))
		}
		_, ps := curves(Curve{Trace: &trace}).Build(other, k.from, k.to)
		if k.path == "" {
			if len(ps) > 0 {
				t.Errorf("%s: %s", k.what, said(ps))
			}
		} else if refused(t, k.what, ps, k.path); k.problem != "" && said(ps) != k.problem {
			t.Errorf("%s: %s", k.what, said(ps))
		}
	}
}

// TestCountsAreOfferedToTheRequest: awkward bins and counts, cut by other curves' bends: with smooth arrivals each bin sends its
// count, none drifts over an edge.
func TestCountsAreOfferedToTheRequest(t *testing.T) {
	text, counts := "t,n\n", []int{}
	for i := range 3000 {
		n := i * 7919 % 101
		if i%7 == 0 {
			n = 0
		}
		counts = append(counts, n)
		text += fmt.Sprintf("%d,%d\n", 7*i, n)
	}
	trace := Trace{Time: "t", Count: "n", Align: "start"}
	if ps := trace.Read(strings.NewReader(text), time.UTC); len(ps) > 0 {
		t.Fatal(said(ps))
	}
	s := curves(Curve{Trace: &trace}, Curve{Ramp: &Ramp{At: moment(t, "10s"), Length: 13 * time.Second}})
	s.Events = []Event{{Spike: &Spike{At: moment(t, "3s"), Every: pointer(11 * time.Second), Multiply: pointer(1.0), Hold: 2 * time.Second}}}
	const to = 21000 * time.Second
	got := make([]int, len(counts))
	for _, at := range all(built(t, s, inZone(t, "UTC", "2026-11-23T00:00"), 0, to).Arrivals(chance.Source{}, 0, to)) {
		got[at/(7*time.Second)]++
	}
	for i, n := range counts {
		if got[i] != n {
			t.Fatalf("bin %d offers %d, counted %d", i, got[i], n)
		}
	}
}

// realTrace opens a real trace beside the repository.
func realTrace(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "traces", name))
	if err != nil {
		t.Skipf("the real trace %s is not beside the repository: %v", name, err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestWorldCup: the 87 days of the 1998 World Cup's web site hold 1,352,804,107 requests, as published; second by second and as
// one whole, and all of the final's day one by one.
func TestWorldCup(t *testing.T) {
	trace := Trace{Time: "minute_utc", Count: "requests"}
	if ps := trace.Read(realTrace(t, "worldcup98/worldcup98_per_minute.csv.gz"), time.UTC); len(ps) > 0 {
		t.Fatal(said(ps))
	}
	c := Calendar{trace.Data.Begin()}
	to := trace.Data.End().Sub(c.Start)
	d := built(t, curves(Curve{Trace: &trace}), c, 0, to)
	v, sum := d.Volume(chance.Source{}, 0, to), 0.0
	for at := time.Duration(0); at < to; at += time.Second {
		sum += v.Offered(at, at+time.Second)
	}
	if math.Abs(sum-1352804107) > 0.01 {
		t.Errorf("second by second %f", sum)
	}
	f := NewFlow(d.Profile(chance.Source{}), 0, to)
	for f.next() {
	}
	if f.whole != 1352804107 || f.fraction != 0 {
		t.Errorf("Λ is %d + %g", f.whole, f.fraction)
	}
	final := Trace{Time: trace.Time, Count: trace.Count, Data: trace.Data}
	start := Calendar{time.Date(1998, 7, 12, 0, 0, 0, 0, time.UTC)}
	d = built(t, curves(Curve{Trace: &final}), start, 0, day)
	f = NewFlow(d.Profile(chance.Source{}), 0, day)
	for f.next() {
	}
	if n := len(all(d.Arrivals(chance.Source{}, 0, day))); int64(n) != f.whole {
		t.Errorf("the final's day has %d arrivals, Λ is %d", n, f.whole)
	}
}

func TestOtherRealTraces(t *testing.T) {
	for _, k := range []struct {
		file  string
		trace Trace
		bins  int
		total float64
	}{
		{"nab-aws-cloudwatch/elb_request_count_8c0756.csv.gz", Trace{Time: "timestamp", Count: "value", Gaps: "zero"}, 4040, 249327},
		{"azure-functions-2019-sample/total_per_minute.csv", Trace{Time: "minute", Unit: "m", Count: "invocations"}, 1440, 11639447},
		{"burstgpt/burstgpt1_per_hour.csv", Trace{Time: "hour_start_s", Count: "requests"}, 1461, 1429737},
		{"servegen-alibaba/language_m-large_10min.csv.gz", Trace{Time: "window_start_s", Rate: "total_req_per_s"}, 2016, 0},
	} {
		if ps := k.trace.Read(realTrace(t, k.file), time.UTC); len(ps) > 0 {
			t.Errorf("%s: %s", k.file, said(ps))
			continue
		}
		if s := k.trace.Data; s.Bins() != k.bins || k.total > 0 && math.Abs(s.Total()-k.total) > 1e-6 {
			t.Errorf("%s: %d bins with %f requests, want %d with %f", k.file, s.Bins(), s.Total(), k.bins, k.total)
		}
	}
}

func FuzzReadTrace(f *testing.F) {
	for _, k := range badTraces {
		f.Add([]byte(k.text), "", "")
	}
	f.Add([]byte("t,n\n2026-11-25 12:00,10\n2026-11-25 12:05,20\n2026-11-25 12:15,40\n"), "zero", "")
	f.Add([]byte(gzipped("t,n\r\n0,1\r\n1,2\r\n")), "last", "m")
	zone, err := LoadZone("America/New_York")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte, gaps, unit string) {
		s, ps := ReadTrace(bytes.NewReader(text), Columns{Time: "t", Unit: unit, Count: "n", Gaps: gaps, Zone: zone})
		if (s == nil) != (len(ps) > 0) {
			t.Fatalf("%v with %v", s, ps)
		}
		if s == nil {
			return
		}
		for i, r := range s.rates {
			if s.edges[i+1] <= s.edges[i] || !(r >= 0 && r <= maxBins) {
				t.Fatalf("bin %d from %v to %v has rate %v", i, s.edges[i], s.edges[i+1], r)
			}
		}
	})
}
