package scenarios

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nothing opens no file: what a fuzzed scenario names does not exist.
func nothing(path string) (io.ReadCloser, error) {
	return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
}

func seeds(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.yaml", "testdata/good/*.yaml", "library/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
}

// Whatever a file holds, Load either gives a scenario that shows itself in full and loads again, or says what is wrong, line
// by line, without a character that could change a terminal.
func FuzzLoad(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("fuzz.yaml", "", []byte(text), nothing)
		if err != nil {
			said := err.Error()
			if said == "" {
				t.Error("refused without a word")
			}
			printable(t, err)
			return
		}
		full, err := file.Full()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse("full.yaml", "", full, nothing); err != nil {
			t.Errorf("in full it does not load: %v\n%s", err, full)
		}
	})
}

// Whatever a path and a value are, they are set or refused.
func FuzzSet(f *testing.F) {
	text, err := os.ReadFile("testdata/good/every-key.yaml")
	if err != nil {
		f.Fatal(err)
	}
	file, err := Parse("every-key.yaml", "", text, nothing)
	if err != nil {
		f.Fatal(err)
	}
	for _, set := range []string{
		"scaling.aws.min=10", "scaling.aws.schedules.open.min=12", "scaling.aws.policies.0.target-tracking.target=50",
		"scaling.aws.policies.latency=off", "expect.+=p99 < 1s", "service.time.lognormal={median: 1ms, p99: 2ms}", "scaling.fixed.instances=3",
		"traffic.curves.4.weekly.mon.3=7rps", "metrics.CPUUtilization.delay=5s", "a..b=1", ".=", "service=~", "clock.seed=0600", "name=*x", "name=&x y",
		"scaling.aws.policies.1.step.steps.far.to=1s", "traffic.curves.+.constant.rate=1rps", "service.queue.shared=-1", "\x1b[2J=x", "name=\x1b[2J", "fleet.\n=1", "name=a\nb: c", "variants.far=off",
	} {
		path, value, _ := strings.Cut(set, "=")
		f.Add(path, value)
	}
	f.Fuzz(func(t *testing.T, path, value string) {
		out, err := file.With(Set(path, value))
		if err == nil {
			if _, err := out.Full(); err != nil {
				t.Error(err)
			}
			return
		}
		if err.Error() == "" {
			t.Error("refused without a word")
		}
		printable(t, err)
	})
}

// printable holds that problems cannot change a terminal.
func printable(t *testing.T, err error) {
	for _, line := range strings.Split(err.(Problems).Text(true), "\n") {
		for _, r := range line {
			if r < ' ' || r == 0x7f {
				t.Fatalf("a control character in %q", line)
			}
		}
	}
}
