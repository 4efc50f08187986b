package exchange

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"headroom/policy/aws"
	"headroom/sim"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func timing(metric string) (time.Duration, time.Duration) {
	m := sim.Metrics{Period: time.Minute, Delay: time.Minute}
	return m.Timing(metric)
}

// scaled is settings as those of a scenario.
func scaled(s *aws.Settings) Scaled {
	return Scaled{Scenario: "drawn one", Settings: s, Start: start, Timing: timing}
}

// someName is a name that AWS takes, with what scripts, templates and HCL could stumble over.
func someName(t *rapid.T, label string, taken map[string]bool) string {
	for {
		name := rapid.StringMatching("[a-zA-Z0-9 _.$`'\"{}%\\\\-]{1,12}").Filter(func(s string) bool { return strings.TrimSpace(s) == s }).Draw(t, label)
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
}

func someSeconds(t *rapid.T, label string) *time.Duration {
	if rapid.Bool().Draw(t, label+" given") {
		return new(time.Duration(rapid.IntRange(0, 1000).Draw(t, label)) * time.Second)
	}
	return nil
}

func someLevel(t *rapid.T, label string, timed bool) aws.Level {
	if timed {
		return aws.Level{Timed: true, Duration: time.Duration(rapid.IntRange(1, 1e7).Draw(t, label)) * time.Microsecond}
	}
	return aws.Level{Number: float64(rapid.IntRange(1, 100000).Draw(t, label)) / 8}
}

// someStep is a random step policy on a metric.
func someStep(t *rapid.T, m *counterpart, name string) *aws.Step {
	s := &aws.Step{Name: name, Adjust: rapid.SampledFrom([]string{"percent", "change", "exact"}).Draw(t, "adjust"), Cooldown: someSeconds(t, "cooldown")}
	of := rapid.IntRange(1, 5).Draw(t, "n")
	s.Alarm = aws.Alarm{Metric: m.metric, Datapoints: aws.Datapoints{M: rapid.IntRange(1, of).Draw(t, "m"), N: of}, LowSamples: "evaluate",
		Missing: rapid.SampledFrom([]string{"missing", "ignore", "breaching", "notBreaching"}).Draw(t, "missing")}
	if rapid.Bool().Draw(t, "period given") {
		s.Alarm.Period = new(m.every * time.Duration(rapid.SampledFrom([]int{1, 6, 12}).Draw(t, "periods")))
	}
	word := "average"
	switch {
	case m.counts:
		word = "sum"
	case latency(m.metric):
		if word = rapid.SampledFrom([]string{"average", "sum", "min", "max", "count", "p50", "p99", "p99.9"}).Draw(t, "statistic"); word[0] == 'p' {
			s.Alarm.LowSamples = rapid.SampledFrom([]string{"evaluate", "ignore"}).Draw(t, "low samples")
		}
	}
	if err := s.Alarm.Statistic.UnmarshalText([]byte(word)); err != nil {
		t.Fatal(err)
	}
	timed := latency(m.metric) && word != "count"
	at := someLevel(t, "threshold", timed)
	*rapid.SampledFrom([]**aws.Level{&s.Alarm.Above, &s.Alarm.AtOrAbove, &s.Alarm.Below, &s.Alarm.AtOrBelow}).Draw(t, "side") = &at
	by := func(label string) int {
		if s.Adjust == "exact" {
			return rapid.IntRange(0, 50).Draw(t, label)
		}
		return rapid.IntRange(-60, 60).Draw(t, label)
	}
	middle, zero := someLevel(t, "middle", timed), aws.Level{Timed: timed}
	s.Steps = []aws.Adjustment{{From: &zero, To: &middle, By: by("first")}, {From: &middle, By: by("second")}}
	if s.Adjust == "percent" && rapid.Bool().Draw(t, "least") {
		s.MinimumStep = new(rapid.IntRange(1, 9).Draw(t, "minimum-step"))
	}
	if rapid.Bool().Draw(t, "maximum") {
		s.Assume.StepMetricForCalc = new("max")
	}
	return s
}

// someSchedule is a random scheduled action.
func someSchedule(t *rapid.T, name string) aws.Schedule {
	s := aws.Schedule{Name: name}
	stamp := func(label string, early, late int) *aws.Stamp {
		at := time.Duration(rapid.IntRange(early, late).Draw(t, label)) * time.Minute
		text := start.Add(at).Format("2006-01-02T15:04:05")
		switch rapid.IntRange(0, 2).Draw(t, label+" form") {
		case 0:
			text += "Z"
		case 1:
			text = fmt.Sprintf("%dm", int(at/time.Minute))
		}
		out := new(aws.Stamp)
		if err := out.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if err := s.Zone.UnmarshalText([]byte(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Etc/GMT+9"}).Draw(t, "zone"))); err != nil {
		t.Fatal(err)
	}
	switch rapid.IntRange(0, 2).Draw(t, "when") {
	case 0:
		s.Cron = new(aws.Cron)
		if err := s.Cron.UnmarshalText([]byte(rapid.SampledFrom([]string{"cron(45 7 ? * MON-FRI *)", "cron(0/15 * * * ? *)", "cron(0 8 1 * ? *)", "cron(0 9 ? * 3#2 *)"}).Draw(t, "cron"))); err != nil {
			t.Fatal(err)
		}
	case 1:
		s.Every = new(aws.Every(time.Duration(rapid.IntRange(1, 3000).Draw(t, "every")) * time.Minute))
	default:
		s.At = stamp("at", 0, 100_000)
	}
	if s.At == nil {
		if rapid.Bool().Draw(t, "from given") {
			s.From = stamp("from", 0, 10_000)
		}
		if rapid.Bool().Draw(t, "until given") {
			s.Until = stamp("until", 20_000, 30_000)
		}
	}
	low := rapid.IntRange(1, 5).Draw(t, "low")
	if rapid.Bool().Draw(t, "min given") {
		s.Min = &low
	}
	if s.Min == nil || rapid.Bool().Draw(t, "max given") {
		s.Max = new(low + rapid.IntRange(0, 9).Draw(t, "more"))
	}
	return s
}

// drawn is random settings that AWS can be told.
func drawn(t *rapid.T) *aws.Settings {
	return drawnOf(t, rapid.SampledFrom(scalables).Draw(t, "kind").service)
}

// drawnOf is random settings of one service.
func drawnOf(t *rapid.T, service string) *aws.Settings {
	kind := scalableOf(service)
	low := rapid.IntRange(1, 5).Draw(t, "min")
	s := &aws.Settings{Service: kind.service, Min: low, Max: low + rapid.IntRange(0, 30).Draw(t, "range"), Policies: []aws.Policy{}}
	if kind.service == aws.AsyncEndpoint {
		s.Min = 0 // what tells it from a real-time variant
	}
	s.Suspended = aws.Suspended{ScaleOut: rapid.Bool().Draw(t, "out"), ScaleIn: rapid.Bool().Draw(t, "in"), Schedules: rapid.Bool().Draw(t, "actions")}
	taken := map[string]bool{}
	for i := range counterparts {
		m := &counterparts[i]
		if m.service != kind.service {
			continue
		}
		if rapid.IntRange(0, 3).Draw(t, m.metric) == 0 {
			s.Policies = append(s.Policies, aws.Policy{TargetTracking: &aws.TargetTracking{Name: someName(t, "name", taken), Metric: m.metric, Target: someLevel(t, "target", latency(m.metric)),
				ScaleOutCooldown: someSeconds(t, "out"), ScaleInCooldown: someSeconds(t, "in"), ScaleIn: rapid.Bool().Draw(t, "scale-in")}})
		}
		if rapid.IntRange(0, 4).Draw(t, m.metric+" step") == 0 && m.namespace != "" {
			s.Policies = append(s.Policies, aws.Policy{Step: someStep(t, m, someName(t, "name", taken))})
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "schedules") {
		s.Schedules = append(s.Schedules, someSchedule(t, someName(t, "name", taken)))
	}
	return s
}

// instants puts the times of schedules as UTC stamps, and gives a rate without begin the begin that it has here.
func instants(t testing.TB, s *aws.Settings) *aws.Settings {
	c := *s
	c.Schedules = nil
	for _, sch := range s.Schedules {
		zone := sch.Zone.Location()
		utc := func(at *aws.Stamp) *aws.Stamp {
			if at == nil {
				return nil
			}
			out := new(aws.Stamp)
			if err := out.UnmarshalText([]byte(stampOut(at.Time(zone, start)))); err != nil {
				t.Fatal(err)
			}
			return out
		}
		if sch.Every != nil && sch.From == nil {
			sch.From = new(aws.Stamp)
			if err := sch.From.UnmarshalText([]byte("0s")); err != nil {
				t.Fatal(err)
			}
		}
		if sch.At != nil { // the zone has done its work
			sch.At, sch.Zone = utc(sch.At), aws.Zone{}
		}
		sch.From, sch.Until = utc(sch.From), utc(sch.Until)
		c.Schedules = append(c.Schedules, sch)
	}
	return &c
}

// same holds that import(export(x)) is x.
func same(t *rapid.T, tb testing.TB, how string, want *aws.Settings, sources ...Source) {
	got, err := Import(sources, "")
	if err != nil {
		t.Fatalf("%s: %v\n%s", how, err, sources[0].Text)
	}
	if len(got.Notes) > 0 {
		t.Fatalf("%s: not understood: %v", how, whys(got.Notes))
	}
	if diff := cmp.Diff(canonical(tb, instants(tb, want)), canonical(tb, instants(tb, got.Settings))); diff != "" {
		t.Fatalf("%s: import(export(x)) is not x:\n%s", how, diff)
	}
}

// exported is a random target's tree, with its resource given or left open.
func exported(t *rapid.T, s *aws.Settings) *tree {
	kind, id := scalableOf(s.Service), ""
	if rapid.Bool().Draw(t, "given") {
		id = placeholder.ReplaceAllStringFunc(kind.resource, func(string) string { return rapid.StringMatching(`[a-zA-Z0-9-]{1,9}`).Draw(t, "id") })
	}
	tree, bad := scaled(s).build(id)
	if len(bad) > 0 {
		t.Fatalf("refused: %v", bad)
	}
	return tree
}

// inputs are those of the AWS CLI's commands, with parameters as they stand.
func inputs(tree *tree) (out []Source) {
	for _, r := range tree.resources {
		out = append(out, Source{Name: r.name + ".json", Text: []byte(jsonOf(r.bare(), "", asItIs))})
	}
	return out
}

func TestImportOfExportIsTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := drawn(r)
		tree := exported(r, s)
		same(r, t, "aws-cli", s, inputs(tree)...)
		template, err := tree.cloudFormation()
		if err != nil {
			r.Fatal(err)
		}
		same(r, t, "cloudformation", s, Source{Name: "template.yaml", Text: template})
		same(r, t, "terraform", s, Source{Name: "state.json", Text: shown(r, tree.hcl())})
	})
}

// shown evaluates Terraform's text to what terraform show -json prints of its state: the syntax is checked by HashiCorp's own parser,
// variables get a value, an ARN is made up.
func shown(t *rapid.T, text []byte) []byte {
	file, diags := hclsyntax.ParseConfig(text, "scaling.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	body := file.Body.(*hclsyntax.Body)
	vars := map[string]cty.Value{}
	resources := map[string]map[string]cty.Value{}
	for _, b := range body.Blocks {
		if b.Type == "variable" {
			vars[b.Labels[0]] = cty.StringVal("given-" + b.Labels[0])
			if b.Labels[0] == "subnet_ids" {
				vars[b.Labels[0]] = cty.ListVal([]cty.Value{cty.StringVal("subnet-1")})
			}
		}
	}
	context := func() *hcl.EvalContext {
		c := &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.ObjectVal(vars)}}
		for kind, all := range resources {
			c.Variables[kind] = cty.ObjectVal(all)
		}
		return c
	}
	var out []any
	for _, b := range body.Blocks {
		if b.Type != "resource" {
			continue
		}
		values := evaluated(t, b.Body, context())
		kind, name := b.Labels[0], b.Labels[1]
		checkSchema(t, kind, b.Body, "")
		values["arn"] = "arn:aws:test:" + name
		attributes := map[string]cty.Value{}
		for key, v := range values {
			if s, ok := v.(string); ok {
				attributes[key] = cty.StringVal(s)
			}
		}
		if resources[kind] == nil {
			resources[kind] = map[string]cty.Value{}
		}
		resources[kind][name] = cty.ObjectVal(attributes)
		out = append(out, map[string]any{"address": kind + "." + name, "mode": "managed", "type": kind, "name": name, "values": values})
	}
	doc, err := json.Marshal(map[string]any{"format_version": "1.0", "terraform_version": "1.11.4",
		"values": map[string]any{"root_module": map[string]any{"resources": out}}})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// evaluated is a body's attributes and blocks as Terraform's JSON has them.
func evaluated(t *rapid.T, body *hclsyntax.Body, c *hcl.EvalContext) map[string]any {
	out := map[string]any{}
	for name, a := range body.Attributes {
		v, diags := a.Expr.Value(c)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		text, err := ctyjson.Marshal(v, v.Type())
		if err != nil {
			t.Fatal(err)
		}
		var plain any
		if err := json.Unmarshal(text, &plain); err != nil {
			t.Fatal(err)
		}
		out[name] = plain
	}
	for _, b := range body.Blocks {
		list, _ := out[b.Type].([]any)
		out[b.Type] = append(list, evaluated(t, b.Body, c))
	}
	return out
}

// TestScriptsRun: the script of the AWS CLI runs in a shell, and what a stand-in for the CLI is given there, imported, is the scaling
// that was exported; each alarm gets the ARN of its own policy.
func TestScriptsRun(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh")
	}
	stand := t.TempDir()
	// writes the input of each call to a file of its own; the ARN of a policy is that of its file
	aws := `#!/bin/sh
n=$(ls "$CALLS" | wc -l)
last=
alarm=
input=
for a; do
	case "$last" in
	--cli-input-json) input="$a" ;;
	--alarm-actions) alarm="$a" ;;
	esac
	last="$a"
done
case "$input" in file://*) input="$(cat "${input#file://}")" ;; esac
if [ -n "$alarm" ]; then
	printf '%s' "$input" | sed '1s/{/{ "AlarmActions": ["'"$alarm"'"],/' > "$CALLS/$n.json"
else
	case "$2" in
	put-scaling-policy) printf '%s' "$input" | sed '1s/{/{ "PolicyARN": "arn-'"$n"'",/' > "$CALLS/$n.json" ;;
	*) printf '%s' "$input" > "$CALLS/$n.json" ;;
	esac
fi
case "$2" in put-scaling-policy) echo "arn-$n" ;; esac
`
	if err := os.WriteFile(filepath.Join(stand, "aws"), []byte(aws), 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(r *rapid.T, script string, s *Settings) {
		calls, err := os.MkdirTemp(stand, "calls")
		if err != nil {
			r.Fatal(err)
		}
		c := exec.Command(sh, script)
		c.Dir = stand
		c.Env = append(os.Environ(), "PATH="+stand+":"+os.Getenv("PATH"), "CALLS="+calls, "TARGET_GROUP_LABEL=app/lb/1/targetgroup/tg/2")
		for _, kind := range scalables {
			for _, d := range kind.dimensions {
				c.Env = append(c.Env, strings.ToUpper(snake(d.parameter))+"=my-"+d.parameter)
			}
		}
		if text, err := c.CombinedOutput(); err != nil {
			r.Fatalf("%v\n%s", err, text)
		}
		names, _ := filepath.Glob(filepath.Join(calls, "*.json"))
		var sources []Source
		for i := range names {
			name := filepath.Join(calls, fmt.Sprint(i)+".json")
			text, err := os.ReadFile(name)
			if err != nil {
				r.Fatal(err)
			}
			sources = append(sources, Source{Name: name, Text: text})
		}
		same(r, t, "script", s, sources...)
	}
	checks := 0
	rapid.Check(t, func(r *rapid.T) {
		if checks++; checks > 12 {
			return
		}
		s := drawn(r)
		tree := exported(r, s)
		dir, err := os.MkdirTemp(stand, "files")
		if err != nil {
			r.Fatal(err)
		}
		for _, f := range append(tree.files(), File{"all.sh", tree.shell()}) {
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Text, 0o644); err != nil {
				r.Fatal(err)
			}
		}
		run(r, filepath.Join(dir, "all.sh"), s)
		run(r, filepath.Join(dir, "apply.sh"), s)
	})
}

// Settings is short for what is exported.
type Settings = aws.Settings
