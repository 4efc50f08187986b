package headroom_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"headroom/plots"
	"headroom/policy/aws"
	"headroom/scenarios"
	"headroom/sim"
	"headroom/traffic"
)

var update = flag.Bool("update", false, "write the README's figures anew")

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// keys are the yaml keys of a choice.
func keys(of any) (out []string) {
	ty := reflect.TypeOf(of)
	for i := range ty.NumField() {
		if key, _, _ := strings.Cut(ty.Field(i).Tag.Get("yaml"), ","); key != "" && key != "-" {
			out = append(out, key)
		}
	}
	return out
}

func TestDocsNameEverything(t *testing.T) {
	model, readme := read(t, "docs/model.md"), read(t, "README.md")
	named := func(where, text, what string, names ...string) {
		for _, n := range names {
			if !strings.Contains(text, "`"+n+"`") {
				t.Errorf("%s does not name the %s `%s`", where, what, n)
			}
		}
	}
	named("docs/model.md", model, "curve", keys(traffic.Curve{})...)
	named("docs/model.md", model, "event", keys(traffic.Event{})...)
	named("docs/model.md", model, "policy", keys(aws.Policy{})...)
	for _, k := range keys(scenarios.Scaling{}) {
		if k != "fixed" {
			named("docs/model.md", model, "scaling", "scaling."+k)
		}
	}
	named("docs/model.md", model, "metric", sim.MetricNames()...)
	named("docs/model.md", model, "metric", sim.OnDemandMetricNames()...)
	services, _ := aws.Services()
	named("docs/model.md", model, "service", services...)
	named("docs/model.md", model, "key", keys(aws.Async{})...)
	named("docs/model.md", model, "key", keys(aws.Suspension{})...)
	for _, c := range append(plots.Charts(), plots.JobCharts()...) {
		named("docs/model.md", model, "chart", c.Name)
	}
	for _, e := range scenarios.Library() {
		named("README.md or docs/library.md", readme+read(t, "docs/library.md"), "scenario", e.Name)
	}
	knobs := read(t, "docs/decisions/0006-what-aws-does-not-print.md")
	named("docs/decisions/0006", knobs, "knob", keys(aws.Assume{})...)
	modules := read(t, "docs/decisions/0002-dependencies.md")
	for _, line := range strings.Split(read(t, "go.mod"), "\n") {
		if f := strings.Fields(line); len(f) == 2 && strings.Contains(f[0], ".") {
			named("docs/decisions/0002", modules, "module", f[0])
		}
	}
}

// Metrics that policies may name are those that are published.
func TestMetricsAgree(t *testing.T) {
	var names []string
	for _, m := range aws.Metrics("") {
		names = append(names, m.Name)
	}
	if got := sim.MetricNames(); !reflect.DeepEqual(got, names) {
		t.Errorf("sim publishes %v, policy/aws knows %v", got, names)
	}
}

// program builds the command once.
func program(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "headroom")
	if text, err := exec.Command("go", "build", "-o", bin, "./cmd/headroom").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return bin
}

// lines is how much of the answer the README shows.
const lines = 17

func TestReadmeShowsTheAnswer(t *testing.T) {
	dir := t.TempDir()
	run := exec.Command(program(t), "run", "promo-week", "--out", filepath.Join(dir, "out"))
	text, err := run.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSpace(strings.Join(strings.Split(string(text), "\n")[:lines], "\n"))
	chart, err := os.ReadFile(filepath.Join(dir, "out", "timeline.png"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```text\n(.*?)\n```")
	readme := read(t, "README.md")
	if *update {
		readme = block.ReplaceAllLiteralString(readme, "```text\n"+want+"\n```")
		if err := errors.Join(os.WriteFile("README.md", []byte(readme), 0o644), os.WriteFile("docs/promo-week.png", chart, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if got := block.FindStringSubmatch(readme); got == nil || got[1] != want {
		t.Errorf("README.md shows another answer than run promo-week gives (go test . -run Readme -update):\n%s", want)
	}
	if kept, err := os.ReadFile("docs/promo-week.png"); err != nil || !bytes.Equal(kept, chart) {
		t.Errorf("docs/promo-week.png is not the chart that run promo-week draws (go test . -run Readme -update): %v", err)
	}
}

// Every command of the README works as it stands, in its order.
func TestReadmeCommands(t *testing.T) {
	bin, dir := program(t), t.TempDir()
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(read(t, "README.md"), -1) {
		for _, line := range strings.Split(block[1], "\n") {
			command, _, _ := strings.Cut(line, " #")
			arguments, ours := strings.CutPrefix(strings.TrimSpace(command), "go run ./cmd/headroom ")
			if !ours || arguments == "run promo-week" {
				continue // that one has a test of its own
			}
			c := exec.Command("sh", "-c", bin+" "+arguments)
			c.Dir = dir
			text, err := c.CombinedOutput()
			var exit *exec.ExitError
			if errors.As(err, &exit) && exit.ExitCode() == 3 && strings.Contains(arguments, "--gate") {
				err = nil
			}
			if err != nil {
				t.Errorf("%s: %v\n%s", arguments, err, text)
			}
		}
	}
}
