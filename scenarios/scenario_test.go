package scenarios

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"headroom/sim"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files and the schema anew")

// texts gives all problems of a file as text.
func texts(err error) string {
	var ps Problems
	switch {
	case err == nil:
		return ""
	case errors.As(err, &ps):
		return ps.Text(true) + "\n"
	}
	return "NOT Problems: " + err.Error()
}

func goodFiles(t *testing.T) []string {
	files, err := filepath.Glob("testdata/good/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d good files, %v", len(files), err)
	}
	shipped, _ := filepath.Glob("library/*.yaml")
	return append(files, shipped...)
}

// Good files load, with every variant; shown in full they load again to the same settings.
func TestGoodFiles(t *testing.T) {
	for _, name := range goodFiles(t) {
		f, err := Load(name, nil)
		if err != nil {
			t.Errorf("%s", texts(err))
			continue
		}
		for _, v := range f.Variants() {
			if _, err := f.With(Variant(v)); err != nil {
				t.Errorf("%s: variant %s: %s", name, v, texts(err))
			}
		}
		full, err := f.Full()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := Parse("full", filepath.Dir(name), full, nil)
		if err != nil {
			t.Errorf("%s in full: %s\n%s", name, texts(err), full)
			continue
		}
		a, b := f.filled(), again.filled()
		a.WhatIfs, b.WhatIfs = nil, nil
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s in full is another scenario:\n%s", name, full)
		}
		if !reflect.DeepEqual(f.Variants(), again.Variants()) {
			t.Errorf("%s in full has the variants %v, not %v", name, again.Variants(), f.Variants())
		}
		if twice, err := again.Full(); err != nil || !bytes.Equal(full, twice) {
			t.Errorf("%s in full, in full, is another text: %v\n%s", name, err, cmp.Diff(string(full), string(twice)))
		}
	}
}

// What a file leaves out is what semantics.md §9 says.
func TestDefaults(t *testing.T) {
	f, err := Load("testdata/good/least.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}
	full, err := f.Full()
	if err != nil {
		t.Fatal(err)
	}
	const want = `version: 1
name: least
clock:
  start: "2026-03-02"
  zone: UTC
  length: 1h
  step: 1s
  seed: 1
  settle: 0s
traffic:
  arrivals: poisson
  curves:
    - constant:
        rate: 1rps
service:
  engine: requests
  concurrency: 1
  time: 80ms
  queue: unlimited
  timeout: none
  abandoned: finish
  retries:
    attempts: 1
    backoff: 0s
    jitter: none
  balancer: least-outstanding
  uses:
    cpu: 100%
    gpu: 100%
    memory:
      rest: 0%
      busy: 100%
fleet:
  price: 0.1 USD/h
  start: 1
  start-up:
    provision: 0s
    load: 0s
  billing:
    granularity: 1s
    minimum: 0s
    starting: charged
  drain: finish
  zones: 1
  replace-after: 1m
metrics:
  period: 1m
  delay: 1m
scaling:
  fixed:
    instances: 1
`
	if diff := cmp.Diff(want, string(full)); diff != "" {
		t.Error(diff)
	}
}

// Bad files are refused, each for all that is wrong with it, as its golden text says.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d bad files, %v", len(files), err)
	}
	for _, name := range files {
		f, err := Load(name, nil)
		if err == nil {
			t.Errorf("%s loads: %v", name, f.Name)
			continue
		}
		golden := strings.TrimSuffix(name, ".yaml") + ".txt"
		got := texts(err)
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, _ := os.ReadFile(golden)
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The scenario of the contract and the real cases load, as far as they can be said; where they cannot, the reason is given.
func TestCases(t *testing.T) {
	refused := map[string]string{ // by the file's name: what the semantics refuse in it
		"two-policies":   "fleet.vcpus", // CPUUtilization of a SageMaker endpoint without a type or vcpus
		"bounded-metric": "fleet.vcpus",
		"night-silence":  "fleet.vcpus",
		"keda-cooldown":  "fleet.start", // another start than fixed.instances
	}
	for _, name := range []string{"contract.md", "cases.md"} {
		text, err := os.ReadFile(filepath.Join("../../shared", name))
		if err != nil {
			t.Skip("needs ../shared beside the repository: " + err.Error())
		}
		for i, block := range strings.Split(string(text), "```yaml\n")[1:] {
			block, _, _ = strings.Cut(block, "```")
			_, title, _ := strings.Cut(block, "\nname: ")
			title, _, _ = strings.Cut(title, "\n")
			_, err := Parse(fmt.Sprintf("%s %d", name, i), "", []byte(block), nil)
			switch why := refused[title]; {
			case why == "" && err != nil:
				t.Errorf("%s: %s", title, texts(err))
			case why != "" && (err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), why)):
				t.Errorf("%s: want one problem, of %s: %v", title, why, err)
			}
		}
	}
}

// memory opens files from a map.
func memory(files map[string]string) Opener {
	return func(path string) (io.ReadCloser, error) {
		text, ok := files[path]
		if !ok {
			return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
}

const base = `version: 1
name: base
clock: {start: 2026-03-02T00:00:00, zone: UTC, length: 1h}
traffic: {curves: [{constant: {rate: 1rps}}]}
service: {time: 80ms}
fleet: {price: 0.1 USD/h}
scaling: {fixed: {instances: 1}}
`

// A SCENARIO is a path if it has a / or ends in .yaml, standard input if it is -, else a name of the library.
func TestWhichFile(t *testing.T) {
	open := memory(map[string]string{"a/b": base, "x.yaml": base, "-": base, "promo": base})
	for name, want := range map[string]string{
		"a/b": "", "x.yaml": "", "-": "",
		"promo-weak":  "promo-weak: a scenario of the library, or a path (with / in it, or ending in .yaml), got promo-weak (did you mean promo-week?)",
		"prom":        "prom: a scenario of the library, or a path (with / in it, or ending in .yaml), got prom (did you mean promo-week?)",
		"to":          "to: a scenario of the library, or a path (with / in it, or ending in .yaml), got to (known: " + strings.Join(libraryNames(), ", ") + ")",
		"other.yaml":  "other.yaml: a file that can be read, got file does not exist",
		"./promo-wek": "./promo-wek: a file that can be read, got file does not exist",
	} {
		_, err := Load(name, open)
		if got := fmt.Sprint(err); err != nil && got != want || err == nil && want != "" {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if _, err := Load("/", nil); err == nil || !strings.Contains(err.Error(), "a file that can be read, got is a directory") {
		t.Errorf("a directory: %v", err)
	}
}

// Edits are made in one order, whatever order they are given in, and the whole is checked after.
func TestEdits(t *testing.T) {
	text := base + "variants:\n  two: {scaling.fixed.instances: 2, clock.seed: 7}\n  aws: {scaling.aws: {service: custom, min: 3, max: 5}}\n"
	f, err := Parse("x.yaml", "", []byte(text), nil)
	if err != nil {
		t.Fatal(texts(err))
	}
	seen := func(edits ...Edit) string {
		g, err := f.With(edits...)
		if err != nil {
			return texts(err)
		}
		cfg, err := g.Config()
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintln(*cfg.Fleet.Start, cfg.Source.Seed, cfg.Service.Engine)
	}
	for want, edits := range map[string][]Edit{
		"1 1 requests\n":  nil,
		"2 7 requests\n":  {Variant("two")},
		"4 7 requests\n":  {Set("scaling.fixed.instances", "4"), Variant("two")},
		"3 1 requests\n":  {Variant("aws")},
		"1 5 fluid\n":     {Seed(5), Engine("fluid"), Set("clock.seed", "6"), Set("service.engine", "requests")},
		"1 6 requests\n":  {Set("clock.seed", "5"), Set("clock.seed", "6")},
		"9 1 requests\n":  {Variant("aws"), Set("scaling.fixed.instances", "9")},
		"20 7 requests\n": {Variant("two"), Set("scaling.aws", "{service: custom, min: 20, max: 30}")},
		"--set scaling.aws.min=3: scaling.aws.service: required: one of sagemaker-endpoint, sagemaker-async, sagemaker-inference-component, sagemaker-serverless-concurrency, ecs-service, lambda-provisioned-concurrency, aurora-replicas, neptune-replicas, elasticache, dynamodb-read-capacity, dynamodb-write-capacity, keyspaces-read-capacity, keyspaces-write-capacity, comprehend, appstream-fleet, workspaces-pool, spot-fleet, custom, got nothing\n--set scaling.aws.min=3: scaling.aws.max: required: a whole number, got nothing\n": {Set("scaling.aws.min", "3")},
		"--set fleet.start=3: fleet.start: the same as scaling.fixed.instances, 1 (or left out), got 3 (set both: --set fleet.start=3 --set scaling.fixed.instances=3)\n": {Set("fleet.start", "3")},
		"--engine gas: service.engine: one of requests, fluid, got gas\n":                                                                                                 {Engine("gas")},
		"--set fleet.strat=3: fleet.strat: a known path, got fleet.strat (did you mean fleet.start?)\n":                                                                   {Set("fleet.strat", "3")},
		"--set fleet.start=: PATH=VALUE with a value, got none\n":                                                                                                         {Set("fleet.start", "")},
		"--set fleet.start=~: fleet.start: a value, got nothing (leave the key out to get its default)\n":                                                                 {Set("fleet.start", "~")},
		"--set variants.x.y=1: variants.x.y: a path into the scenario, got variants.x.y (variants are part of the file: change them there)\n":                             {Set("variants.x.y", "1")},
		"x.yaml: a variant of the file, got tow (did you mean two?)\n":                                                                                                    {Variant("tow")},
	} {
		if got := seen(edits...); got != want {
			t.Errorf("%v:\n got %s\nwant %s", edits, got, want)
		}
	}
	two, err := f.With(Variant("two"))
	if err != nil {
		t.Fatal(err)
	}
	three, err := two.With(Set("scaling.fixed.instances", "3"))
	if err != nil || *three.Fleet.Start != 3 || three.Clock.Seed != 7 || *two.Fleet.Start != 2 || *f.Fleet.Start != 1 {
		t.Errorf("edits on edits: %v, %v", three, err)
	}
}

// A --set may mend a file, and a variant's problem is said at its line.
func TestEditsMend(t *testing.T) {
	broken := strings.Replace(base, "1rps", "1", 1)
	if _, err := Parse("x.yaml", "", []byte(broken), nil, Set("traffic.curves.0.constant.rate", "2rps")); err != nil {
		t.Error(texts(err))
	}
	_, err := Parse("x.yaml", "", []byte(base+"variants:\n  a: {fleet.start: 2}\n  b: {fleet.zoness: 2}\n  c: {fleet.zones: two}\n"), nil, Set("clock.seed", "3"))
	want := `x.yaml:9:20: variants.a: fleet.start: the same as scaling.fixed.instances, 1 (or left out), got 2 (a variant sets both, scaling.fixed.instances and fleet.start)
     9 |   a: {fleet.start: 2}
       |                    ^
x.yaml:10:7: variants.b: fleet.zoness: a known path, got fleet.zoness (did you mean fleet.zones?)
    10 |   b: {fleet.zoness: 2}
       |       ^
x.yaml:11:20: variants.c: fleet.zones: a whole number, got two
    11 |   c: {fleet.zones: two}
       |                    ^
`
	if got := texts(err); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Local times on the days when the clocks change.
func TestDaylightSaving(t *testing.T) {
	load := func(start, zone, more string) (*File, error) {
		text := strings.Replace(base, "start: 2026-03-02T00:00:00, zone: UTC", "start: "+start+", zone: "+zone, 1)
		return Parse("x.yaml", "", []byte(text+more), nil)
	}
	f, err := load("2026-11-01T01:30:00", "America/New_York", "")
	if err != nil {
		t.Fatal(texts(err))
	}
	if cfg, _ := f.Config(); cfg.Start.UTC() != time.Date(2026, 11, 1, 5, 30, 0, 0, time.UTC) {
		t.Errorf("a start that comes twice is %v, not the first", cfg.Start.UTC())
	}
	f, err = load(`"2026-11-01T01:30:00-05:00"`, "America/New_York", "")
	if err != nil {
		t.Fatal(texts(err))
	}
	if cfg, _ := f.Config(); cfg.Start.UTC() != time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC) {
		t.Errorf("a start with the second offset is %v", cfg.Start.UTC())
	}
	_, err = load("2026-03-08T02:30:00", "America/New_York", "")
	if got := fmt.Sprint(err); got != "x.yaml:3:16: clock.start: a local time that exists in America/New_York, got 2026-03-08T02:30:00 (on 2026-03-08 the clocks go from 02:00 to 03:00)" {
		t.Error(got)
	}
}

// What is resolved for the run: instants, the price table's line, the number at the start.
func TestConfig(t *testing.T) {
	text := `version: 1
name: x
clock: {start: 2026-03-27T12:00:00, zone: Europe/Berlin, length: 4d, step: 500ms, settle: 5m, seed: 9}
traffic: {curves: [{constant: {rate: 1rps}}]}
service:
  time: 80ms
  events: [{slowdown: {at: 2026-03-29T12:00:00, multiply: 2, hold: 1m}}, {outage: {at: 90m, length: 1m}}]
fleet:
  type: ml.g4dn.xlarge
  zones: 2
  failures:
    - zone: {number: 2, at: 2026-03-28, length: 1h}
    - launch: {limit: 3, from: 2026-03-27T11:55:00, to: 2026-03-27T10:55:00-04:00}
scaling: {aws: {service: sagemaker-endpoint, min: 2, max: 9, policies: [{target-tracking: {metric: GPUUtilization, target: 60}}]}}
`
	f, err := Parse("x.yaml", "", []byte(text), nil)
	if err != nil {
		t.Fatal(texts(err))
	}
	cfg, err := f.Config()
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Service.Events[0].Slowdown.Begin; got != 47*time.Hour { // one hour is skipped on the 29th
		t.Errorf("a local time after the clocks change: %v", got)
	}
	if got := cfg.Service.Events[1].Outage.Begin; got != 90*time.Minute {
		t.Errorf("a duration: %v", got)
	}
	if got := cfg.Fleet.Failures[0].Zone.Begin; got != 12*time.Hour {
		t.Errorf("a date: %v", got)
	}
	if l := cfg.Fleet.Failures[1].Launch; l.Begin != -5*time.Minute || l.End != 3*time.Hour+55*time.Minute {
		t.Errorf("from %v to %v", l.Begin, l.End)
	}
	if *cfg.Fleet.Start != 2 || cfg.Fleet.Price.String() != "0.7364 USD/h" || cfg.Fleet.VCPUs != 4 || cfg.Fleet.GPUs != 1 || !cfg.Platform.CoresCounted {
		t.Errorf("fleet %+v", cfg.Fleet)
	}
	if cfg.Step != 500*time.Millisecond || cfg.Settle != 5*time.Minute || cfg.Source.Seed != 9 || cfg.Source.Run != 0 || len(cfg.Quantiles) != 2 {
		t.Errorf("config %+v", cfg)
	}
	if needs := cfg.Scaler().Needs(); len(needs) != 1 || needs[0].Metric != "GPUUtilization" {
		t.Errorf("needs %v", needs)
	}
}

// The price table is what facts say: no name twice, every price with its source, and the unsure ones marked.
func TestPrices(t *testing.T) {
	seen := map[string]bool{}
	for _, i := range InstanceTypes() {
		if seen[i.Name] || i.Source == "" || i.Price.Nano <= 0 || i.Price.Currency != "USD" || i.VCPUs < 1 {
			t.Errorf("%+v", i)
		}
		seen[i.Name] = true
	}
	for name, want := range map[string]string{"ml.m5.large": "0.115 USD/h", "ml.g5.xlarge": "1.408 USD/h", "ml.p3.2xlarge": "3.825 USD/h",
		"m7g.large": "0.0816 USD/h", "fargate-1vcpu-2gb": "0.04937 USD/h", "fargate-arm-4vcpu-8gb": "0.158 USD/h"} {
		if got, ok := LookupType(name); !ok || got.Price.String() != want {
			t.Errorf("%s: %v, want %s", name, got.Price, want)
		}
	}
	if g6, _ := LookupType("ml.g6.xlarge"); !g6.Unconfirmed {
		t.Error("sources disagree about ml.g6.xlarge")
	}
}

// The library is listed in its order, each with its question; what is shown loads from anywhere.
func TestLibrary(t *testing.T) {
	entries := Library()
	for i, e := range entries {
		if i < len(order) && len(entries) >= len(order) && e.Name != order[i] {
			t.Errorf("%d is %s, not %s", i, e.Name, order[i])
		}
		f, err := Load(e.Name, func(path string) (io.ReadCloser, error) { return nil, fmt.Errorf("%s needs %s", e.Name, path) })
		if err != nil {
			t.Error(texts(err))
			continue
		}
		if e.Ask == "" || e.Ask != f.Ask || f.Name != e.Name {
			t.Errorf("%s is called %s and asks %q", e.Name, f.Name, e.Ask)
		}
		if !bytes.HasPrefix(f.Text(), []byte("# yaml-language-server: $schema=../scenario.schema.json\n")) || !bytes.Equal(f.Text(), libraryText(e.Name)) {
			t.Errorf("%s names no schema for editors in its first line", e.Name)
		}
	}
}

// In full a policy's alarms say what follows from its metric's timing too, and the timing itself.
func TestFullHasTheAlarms(t *testing.T) {
	f, err := Parse("x", "", []byte(`version: 1
name: x
clock: {start: 2026-03-02, length: 1h}
traffic: {curves: [{constant: {rate: 1rps}}]}
service: {time: 80ms}
fleet: {price: 0.1 USD/h}
scaling:
  aws:
    {service: sagemaker-endpoint, min: 1, max: 9, policies: [
      {target-tracking: {metric: InvocationsPerInstance, target: 60}},
      {target-tracking: {metric: ConcurrentRequestsPerModel, target: 2}},
      {step: {alarm: {metric: ModelLatency, above: 1s}, adjust: change, steps: [{from: 0, by: 1}]}}]}
`), nil)
	if err != nil {
		t.Fatal(texts(err))
	}
	full, err := f.Full()
	if err != nil {
		t.Fatal(err)
	}
	flat := strings.Join(strings.Fields(string(full)), " ")
	for _, want := range []string{
		"period: 1m delay: 1m ConcurrentRequestsPerModel: period: 10s delay: 10s",
		"alarm: period: 1m out: 3 of 3 in: 15 of 15 low: 90%",
		"alarm: period: 10s out: 3 of 3 in: 90 of 90 low: 90%",
		"period: 1m datapoints: 1 of 1 missing: missing",
	} {
		if !strings.Contains(flat, want) {
			t.Errorf("not in full: %s\n%s", want, full)
		}
	}
}

// A scenario and the same one in full give the same run; a variant gives another.
func TestFullRunsAlike(t *testing.T) {
	run := func(f *File, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(texts(err))
		}
		cfg, err := f.Config()
		if err != nil {
			t.Fatal(err)
		}
		r, err := sim.Run(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(r.Requests, r.ServingMean, r.Cost.Total, r.Scaling, len(r.Decisions))
	}
	const file = "testdata/good/trace.yaml"
	f, err := Load(file, nil)
	first := run(f, err)
	full, err := f.Full()
	if err != nil {
		t.Fatal(err)
	}
	if again := run(Parse("full", filepath.Dir(file), full, nil)); again != first {
		t.Errorf("in full it runs to %s, not %s", again, first)
	}
	if other := run(f.With(Set("scaling.fixed.instances", "2"))); other == first {
		t.Errorf("with fewer instances it runs to the same %s", other)
	}
	if seeded := run(f.With(Set("traffic.arrivals", "poisson"), Seed(2))); seeded == first {
		t.Errorf("with another seed it runs to the same %s", seeded)
	}
}
