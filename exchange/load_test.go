package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/scenarios"
	"headroom/traffic"
)

// loaded is a scenario with traffic of every kind: hours with ramps, a wave, a spike and random promotions, a jump.
func loaded(t testing.TB, edits ...scenarios.Edit) *scenarios.File {
	t.Helper()
	text := `version: 1
name: everything
clock: {start: 2026-11-23T00:00:00, zone: America/New_York, length: 2d}
traffic:
  curves:
    - business-hours: {days: mon-fri, open: "08:00", close: "18:00", busy: 50rps, quiet: 2rps, ramp: 30m}
    - sine: {mean: 5rps, amplitude: 4rps, peak: "14:00"}
    - step: {rate: 20rps, from: 3h30m20s, to: 4h}
  events:
    - promotion: {per-week: 7, multiply: 2, length: 45m, rise: 2m, at: random}
    - spike: {at: 26h, multiply: 5, rise: 30s, hold: 10m, fall: 20m}
service: {time: 100ms, timeout: 20s}
fleet: {price: 1 USD/h}
scaling: {fixed: {instances: 10}}
`
	file, err := scenarios.Parse("everything.yaml", "", []byte(text), nil, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func offered(t testing.TB, file *scenarios.File) (*traffic.Flow, time.Duration) {
	t.Helper()
	cfg, err := file.Config()
	if err != nil {
		t.Fatal(err)
	}
	return traffic.NewFlow(cfg.Traffic.Profile(cfg.Source), 0, cfg.Length), cfg.Length
}

// agrees holds that what a tool would send in each ten minutes is what the scenario means, within a share and some requests.
func agrees(t *testing.T, file *scenarios.File, share, some float64, sent func(from, to float64) float64) {
	t.Helper()
	flow, length := offered(t, file)
	all, want := 0.0, 0.0
	const wide = 10 * time.Minute
	for at := time.Duration(0); at < length; at += wide {
		mean := flow.Offered(at, at+wide)
		got := sent(at.Seconds(), (at + wide).Seconds())
		if math.Abs(got-mean) > share*mean+some {
			t.Errorf("from %v on: %.1f requests in %v, the scenario has %.1f", at, got, wide, mean)
		}
		all, want = all+got, want+mean
	}
	if math.Abs(all-want) > 0.002*want+1 {
		t.Errorf("%.1f requests in all, the scenario has %.1f", all, want)
	}
}

func TestStretchesAreTheTraffic(t *testing.T) {
	file := loaded(t)
	l, err := loadOf(file)
	if err != nil {
		t.Fatal(err)
	}
	agrees(t, file, 1e-4, 1e-3, func(from, to float64) float64 { return area(l.stretches, from, to) })
	if n := len(l.stretches); n > 2*24*60+60 {
		t.Errorf("%d stretches", n)
	}
	flat := loaded(t, scenarios.Set("traffic.curves", "[constant: {rate: 3rps}]"), scenarios.Set("traffic.events", "[]"))
	if l, err := loadOf(flat); err != nil || len(l.stretches) != 1 || l.total != 3*2*86400 {
		t.Errorf("a constant rate is one stretch: %v %v", l.stretches, err)
	}
}

// area is the integral of stretches from one second to another.
func area(all []stretch, from, to float64) (sum float64) {
	for _, s := range all {
		a, b := max(from, s.from.Seconds()), min(to, s.to.Seconds())
		if a < b {
			at := func(t float64) float64 {
				return s.begin + (s.end-s.begin)*(t-s.from.Seconds())/(s.to-s.from).Seconds()
			}
			sum += (b - a) * (at(a) + at(b)) / 2
		}
	}
	return sum
}

// TestK6: node reads the script as a module, and the stages that it gives k6 send what the scenario means.
func TestK6(t *testing.T) {
	node := tool(t, "node")
	for _, edit := range []scenarios.Edit{scenarios.Set("clock.length", "2d"), scenarios.Set("traffic.curves", "[constant: {rate: 0.2rps}]")} {
		file := loaded(t, edit)
		text, _, err := Export(file, K6, "")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		name := filepath.Join(dir, "load.mjs")
		write(t, name, text)
		if out, err := exec.Command(node, "--check", name).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		// k6's own module does not exist for node: one stands in that counts calls
		own := filepath.Join(dir, "node_modules", "k6")
		if err := os.MkdirAll(own, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(own, "package.json"), []byte(`{"name": "k6", "exports": {"./http": "./http.js"}, "type": "module"}`))
		write(t, filepath.Join(own, "http.js"), []byte("export default { get(url, p) { if (url !== 'u') throw url; globalThis.timeout = p.timeout; } };\n"))
		run := `globalThis.__ENV = {URL: 'u'}; const m = await import('./load.mjs'); m.default();
console.log(JSON.stringify({...m.options.scenarios.traffic, timeout: globalThis.timeout}));`
		write(t, filepath.Join(dir, "run.mjs"), []byte(run))
		c := exec.Command(node, "run.mjs")
		c.Dir = dir
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		var given struct {
			Executor, TimeUnit, Timeout string
			StartRate                   float64
			PreAllocatedVUs, MaxVUs     int
			Stages                      []struct {
				Duration string
				Target   float64
			}
		}
		if err := json.Unmarshal(out, &given); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		per, err := time.ParseDuration(given.TimeUnit)
		if err != nil || given.Executor != "ramping-arrival-rate" || given.Timeout != "20s" || given.PreAllocatedVUs < 10 || given.MaxVUs < given.PreAllocatedVUs {
			t.Fatalf("%+v", given)
		}
		var all []stretch
		at, rate := time.Duration(0), given.StartRate/per.Seconds()
		for _, s := range given.Stages {
			d, err := time.ParseDuration(s.Duration)
			if err != nil || s.Target != math.Trunc(s.Target) || s.Target < 0 {
				t.Fatalf("%+v: %v", s, err)
			}
			if d > 0 {
				all = append(all, stretch{at, at + d, rate, s.Target / per.Seconds()})
			}
			at, rate = at+d, s.Target/per.Seconds()
		}
		if at != 48*time.Hour {
			t.Errorf("the stages last %v", at)
		}
		agrees(t, file, 0.01, 1, func(from, to float64) float64 { return area(all, from, to) })
	}
}

// TestLocust: python compiles the file, and the users that its shape asks for send what the scenario means.
func TestLocust(t *testing.T) {
	python := tool(t, "python3")
	file := loaded(t)
	text, _, err := Export(file, Locust, "")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "locustfile.py"), text)
	if out, err := exec.Command(python, "-m", "py_compile", filepath.Join(dir, "locustfile.py")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	write(t, filepath.Join(dir, "locust.py"), []byte(`
class HttpUser: pass
class LoadTestShape:
    def get_run_time(self): return self.now
def constant_throughput(rate): return rate
def task(f): return f
`))
	write(t, filepath.Join(dir, "run.py"), []byte(`
import locustfile
shape = locustfile.Traffic()
now = 0
while True:
    shape.now = now + 0.5
    users = shape.tick()
    if users is None: break
    print(users[0] * locustfile.Client.wait_time, users[1] >= max(1, users[0]))
    now += 1
`))
	c := exec.Command(python, "run.py")
	c.Dir = dir
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var rates []float64
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		rate, err := strconv.ParseFloat(f[0], 64)
		if err != nil || f[1] != "True" {
			t.Fatal(line, err)
		}
		rates = append(rates, rate)
	}
	if len(rates) != 2*86400 {
		t.Errorf("the shape lasts %d s", len(rates))
	}
	agrees(t, file, 0.01, 31, func(from, to float64) (sum float64) { // a user more or less is 0.1 requests a second
		for _, r := range rates[min(int(from), len(rates)):min(int(to), len(rates))] {
			sum += r
		}
		return sum
	})
}

// TestVegeta: the script runs, and its attacks, as a stand-in sees them, begin on their second and send what the scenario means.
func TestVegeta(t *testing.T) {
	sh := tool(t, "sh")
	file := loaded(t, scenarios.Set("clock.length", "100m"), scenarios.Set("traffic.events.1.spike.at", "40m"), scenarios.Set("traffic.curves.2.step.from", "20m20s"), scenarios.Set("traffic.curves.2.step.to", "1h"))
	text, _, err := Export(file, Vegeta, "")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// the clock stands still but for sleeps
	write(t, filepath.Join(dir, "clock"), []byte("1000"))
	write(t, filepath.Join(dir, "date"), []byte("#!/bin/sh\ncat \"$STAND/clock\"\n"))
	write(t, filepath.Join(dir, "sleep"), []byte("#!/bin/sh\nn=$(cat \"$STAND/clock\")\necho $((n + $1)) > \"$STAND/clock\"\n"))
	write(t, filepath.Join(dir, "vegeta"), []byte("#!/bin/sh\n[ \"$1\" = report ] || echo \"$(cat \"$3\") $5 $7 $9\" > \"${11}\"\n"))
	for _, name := range []string{"date", "sleep", "vegeta"} {
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(sh)
	c.Dir, c.Stdin = dir, bytes.NewReader(text)
	c.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "STAND="+dir, "URL=http://there/")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "results", "*.bin"))
	var all []stretch
	for _, name := range names {
		line, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var requests, seconds, lasts, patience int64
		if _, err := fmt.Sscanf(string(line), "GET http://there/ %d/%ds %ds %ds", &requests, &seconds, &lasts, &patience); err != nil || seconds != lasts || patience != 20 {
			t.Fatalf("%q: %v", line, err)
		}
		at, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(name), ".bin"))
		if err != nil {
			t.Fatal(err)
		}
		rate := float64(requests) / float64(seconds)
		all = append(all, stretch{time.Duration(at) * time.Second, time.Duration(at)*time.Second + time.Duration(seconds)*time.Second, rate, rate})
	}
	agrees(t, file, 1e-3, 1.5, func(from, to float64) float64 { return area(all, from, to) })
	if clock, err := os.ReadFile(filepath.Join(dir, "clock")); err != nil || strings.TrimSpace(string(clock)) != fmt.Sprint(1000+99*60) {
		t.Errorf("the last attack begins at %s, %v", clock, err)
	}
}

func write(t testing.TB, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}
