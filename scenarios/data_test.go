package scenarios

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/problem"

	"github.com/google/go-cmp/cmp"
)

// The files that a scenario names are found beside it, absolute ones where they are, each read once for all variants.
func TestDataFiles(t *testing.T) {
	text := strings.Replace(base, "[{constant: {rate: 1rps}}]", "[{trace: {file: t.csv, time: t, count: n, after: zero}}, {trace: {file: /abs/t.csv, time: t, rate: n, after: last}}]", 1)
	text = strings.Replace(text, "time: 80ms", "time: {empirical: {file: sub/s.csv, column: s, unit: s}}", 1) + "variants: {a: {clock.seed: 2}, b: {traffic.curves.1: off}}\n"
	csv := "t,n\n2026-03-02T00:00:00,60\n2026-03-02T00:01:00,120\n"
	var opened []string
	files := memory(map[string]string{"dir/x.yaml": text, "dir/t.csv": csv, "/abs/t.csv": csv, "dir/sub/s.csv": "s\n0.5\n1.5\n"})
	f, err := Load("dir/x.yaml", func(path string) (io.ReadCloser, error) {
		opened = append(opened, path)
		return files(path)
	})
	if err != nil {
		t.Fatal(texts(err))
	}
	if want := []string{"dir/x.yaml", "dir/sub/s.csv", "dir/t.csv", "/abs/t.csv"}; !reflect.DeepEqual(opened, want) {
		t.Errorf("opened %v, want %v", opened, want)
	}
	if got := f.Service.Time.Law().Mean(); got != time.Second {
		t.Errorf("the mean of the samples is %v", got)
	}
	cfg, _ := f.Config()
	volume := cfg.Traffic.Volume(cfg.Source, 0, time.Minute)
	if got := volume.Offered(0, time.Minute); got < 1 {
		t.Errorf("the traces offer %v in their first minute", got)
	}
}

func TestReadSamples(t *testing.T) {
	zip := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(text))
		z.Close()
		return b.String()
	}
	for name, c := range map[string]struct {
		text, column, unit string
		want               []time.Duration
		said               string
	}{
		"plain":          {"a,b\n1,2\n3,4\n", "b", "ms", []time.Duration{2e6, 4e6}, ""},
		"gzip and BOM":   {zip("\xef\xbb\xbfa\r\n0.5\r\n"), "a", "us", []time.Duration{500}, ""},
		"zero":           {"a\n0\n", "a", "s", []time.Duration{0}, ""},
		"no column":      {"a,b\n1,2\n", "c", "s", nil, "column: one of the file's columns, got c (known: a, b)"},
		"negative":       {"a\n1\n-1\n", "a", "s", nil, "file: line 3: in a a number of s, 0 or more, got -1"},
		"text":           {"a\nfast\n", "a", "s", nil, "file: line 2: in a a number of s, 0 or more, got fast"},
		"nan":            {"a\nNaN\n", "a", "s", nil, "file: line 2: in a a number of s, 0 or more, got NaN"},
		"infinite":       {"a\n+Inf\n", "a", "s", nil, "file: line 2: in a a number of s, 0 or more, got +Inf"},
		"hex":            {"a\n0x1p3\n", "a", "s", nil, "file: line 2: in a a number of s, 0 or more, got 0x1p3"},
		"ages":           {"a\n1e9\n", "a", "h", nil, "file: line 2: in a a number of h, 0 or more, got 1e9"},
		"empty":          {"", "a", "s", nil, "file: a CSV file with a header, got an empty one"},
		"no rows":        {"a\n", "a", "s", nil, "file: at least one sample, got none"},
		"ragged":         {"a,b\n1\n", "a", "s", nil, "file: a CSV file that can be read, got in line 2: wrong number of fields"},
		"truncated gzip": {zip("a\n1\n2\n")[:12], "a", "s", nil, "file: a CSV file with a header, got one that breaks off"},
	} {
		got, ps := readSamples(strings.NewReader(c.text), c.column, c.unit)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if said := say(ps); said != c.said {
			t.Errorf("%s: %s, want %s", name, said, c.said)
		}
	}
}

// say is a problem in one line.
func say(ps []problem.Problem) string {
	var lines []string
	for _, p := range ps {
		line := p.Path + ": " + p.Must + ", got " + p.Got
		if p.Hint != "" {
			line += " (" + p.Hint + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func FuzzReadSamples(f *testing.F) {
	for _, text := range []string{"a\n1\n", "a,b\n1,2\n", "\x1f\x8b", "\xef\xbb\xbfa\n-1", "a\n\"", ""} {
		f.Add(text, "a")
	}
	f.Fuzz(func(t *testing.T, text, column string) {
		samples, ps := readSamples(strings.NewReader(text), column, "ms")
		if (len(samples) == 0) != (len(ps) > 0) {
			t.Errorf("%d samples and %s", len(samples), fmt.Sprint(ps))
		}
		for _, s := range samples {
			if s < 0 {
				t.Errorf("a sample of %v", s)
			}
		}
	})
}
