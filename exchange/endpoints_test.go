package exchange

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/policy/aws"
	"headroom/scenarios"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// world is a scenario around a scaling block.
func world(block string) string {
	return "version: 1\nname: world\nclock: {start: 2026-11-23T00:00:00, length: 1h}\ntraffic: {curves: [{constant: {rate: 1rps}}]}\n" +
		"service: {time: 1s, concurrency: 2}\nfleet: {price: 1 USD/h, vcpus: 4, gpus: 1}\n" + block
}

func parsed(t testing.TB, text string) *scenarios.File {
	t.Helper()
	file, err := scenarios.Parse("world.yaml", "", []byte(text), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return file
}

// blockText is a scaling block as text.
func blockText(t testing.TB, key string, settings any) string {
	t.Helper()
	n, err := scenarios.Tree(settings)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := encodeBlock(&b, mapping("scaling", mapping(key, n))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// someAsync and someComponents are random blocks that pass check.
func someAsync(t *rapid.T) (string, any) {
	s := drawnOf(t, aws.AsyncEndpoint)
	return asyncKey, aws.Async{Max: s.Max, Expire: time.Duration(rapid.IntRange(60, 21600).Draw(t, "expire")) * time.Second, Policies: s.Policies, Schedules: s.Schedules, Suspended: s.Suspended}
}

func someComponents(t *rapid.T) (string, any) {
	s := drawnOf(t, aws.InferenceComponent)
	m := aws.Managed{Min: rapid.IntRange(0, 3).Draw(t, "instances"), Max: s.Max, ScaleIn: rapid.SampledFrom([]string{"idle-release", "consolidation"}).Draw(t, "scale-in"),
		IdleAfter: time.Duration(rapid.IntRange(1, 30).Draw(t, "idle")) * time.Minute, Cooldown: 20 * time.Minute, MaxStep: 1}
	m.Max = max(m.Max, m.Min)
	if m.ScaleIn == "consolidation" {
		m.Cooldown, m.MaxStep = time.Duration(rapid.IntRange(5, 1440).Draw(t, "cooldown"))*time.Minute, rapid.IntRange(1, 100).Draw(t, "step")
	}
	return componentsKey, aws.Components{Min: s.Min, Max: s.Max, PerInstance: rapid.IntRange(1, 4).Draw(t, "room"), Instances: m, Policies: s.Policies, Schedules: s.Schedules, Suspended: s.Suspended}
}

// TestEndpointsThereAndBack: a scenario with scaling.async or scaling.inference-components, exported in each form and imported into the
// same file, is the same scenario: what no policy says (expire, copies-per-instance, idle-after) is kept from it.
func TestEndpointsThereAndBack(t *testing.T) {
	valid, all := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		key, settings := rapid.SampledFrom([]func(*rapid.T) (string, any){someAsync, someComponents}).Draw(r, "family")(r)
		text := world(blockText(t, key, settings))
		all++
		before, err := scenarios.Parse("world.yaml", "", []byte(text), nil)
		if err != nil {
			return // what a scenario cannot hold is not exported
		}
		valid++
		for _, as := range []string{CLI, CloudFormation, Terraform} {
			document, _, err := Export(before, as, "")
			if err != nil {
				r.Fatalf("%s: %v\n%s", as, err, text)
			}
			sources := []Source{{Name: "exported", Text: document}}
			switch as {
			case CLI:
				s, _ := endpoint(&before.Scaling)
				tree, bad := Scaled{Scenario: "world", Settings: s, Start: before.Clock.Calendar().Start, Timing: before.Metrics.Timing}.build("")
				if len(bad) > 0 {
					r.Fatal(bad)
				}
				sources = inputs(tree)
			case Terraform:
				sources[0].Text = shown(r, document)
			}
			if c := before.Scaling.Components; c != nil { // beside the policies: the production variant, as the comment has it
				sources = append(sources, variantOf(r, as, document))
			}
			got, err := Import(sources, "")
			if err != nil {
				r.Fatalf("%s: %v", as, err)
			}
			if len(got.Notes) > 0 {
				r.Fatalf("%s: not understood: %v", as, whys(got.Notes))
			}
			if file := parsed(t, string(scenarioOf(t, got))); got.key() != key || "scaling."+key != at(file) {
				r.Fatalf("%s: made as %s", as, at(file))
			}
			into, kept, err := got.Into(Source{Name: "world.yaml", Text: []byte(text)})
			if err != nil {
				r.Fatalf("%s: %v", as, err)
			}
			after := parsed(t, string(into))
			if diff := cmp.Diff(normal(t, before), normal(t, after)); diff != "" {
				r.Fatalf("%s: kept %v\n%s\n%s", as, kept, diff, into)
			}
		}
	})
	if valid*2 < all {
		t.Errorf("only %d of %d scenarios that were drawn pass check", valid, all)
	}
}

func at(file *scenarios.File) string {
	_, path := endpoint(&file.Scaling)
	return path
}

func scenarioOf(t testing.TB, got *Imported) []byte {
	t.Helper()
	text, err := got.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// normal is what of an endpoint's block a round trip must keep, in one form.
func normal(t testing.TB, file *scenarios.File) string {
	settings, path := endpoint(&file.Scaling)
	text := path + "\n" + canonical(t, instants(t, settings))
	if a := file.Scaling.Async; a != nil {
		return text + fmt.Sprint(a.Expire)
	}
	c := file.Scaling.Components
	return text + fmt.Sprintf("%d %+v", c.PerInstance, c.Instances)
}

// variantOf is the production variant that the comment of an export describes, as a file that import reads.
func variantOf(t *rapid.T, as string, document []byte) Source {
	_, text, found := strings.Cut(string(document), "# "+managedWhy+"\n")
	if !found {
		t.Fatalf("%s says nothing of managed instance scaling:\n%s", as, document)
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		line, in := strings.CutPrefix(line, "#   ")
		if !in {
			break
		}
		lines = append(lines, line)
	}
	body := strings.Join(lines, "\n")
	const name = `"VariantName": "v", "InstanceType": "ml.g5.xlarge", `
	switch as {
	case CLI:
		return Source{Name: "variant.json", Text: []byte(`{"ProductionVariants": [{` + name + body + `}]}`)}
	case CloudFormation:
		return Source{Name: "variant.yaml", Text: []byte("Resources:\n  C:\n    Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants:\n" +
			"        - VariantName: v\n          InstanceType: ml.g5.xlarge\n          " + strings.ReplaceAll(body, "\n", "\n          ") + "\n")}
	}
	return Source{Name: "variant.json", Text: shown(t, []byte("resource \"aws_sagemaker_endpoint_configuration\" \"c\" {\nproduction_variants {\n"+
		"variant_name = \"v\"\ninstance_type = \"ml.g5.xlarge\"\n"+body+"\n}\n}\n"))}
}

// TestAsyncQueueComesBack: the library's asynchronous endpoint with its schedule, exported and imported into the file it is shown as.
func TestAsyncQueueComesBack(t *testing.T) {
	file := library(t, "async-queue", "wake-and-schedule")
	document, _, err := Export(file, CloudFormation, "")
	if err != nil {
		t.Fatal(err)
	}
	got := imported(t, "", Source{Name: "async.yaml", Text: document})
	base := Source{Name: "base.yaml", Text: []byte(strings.Replace(world("scaling: {async: {max: 4, expire: 1h # a while\n}}\n"), "world", "base", 1))}
	text, kept, err := got.Into(base)
	if err != nil {
		t.Fatal(err)
	}
	after := parsed(t, string(text))
	if a := after.Scaling.Async; a == nil || a.Expire != time.Hour || a.Max != 10 || len(a.Policies) != 2 || len(a.Schedules) != 2 {
		t.Errorf("%+v", a)
	}
	if strings.Join(kept, ",") != "expire" {
		t.Errorf("kept %v", kept)
	}
	if lines := Unsaid(file); len(lines) != 1 || !strings.HasPrefix(lines[0], "scaling.async.expire is no setting of a policy") {
		t.Errorf("unsaid: %v", lines)
	}
	if made := string(scenarioOf(t, got)); !strings.Contains(made, "\n  async:\n") || !strings.Contains(made, "expire: 6h # AWS's default") {
		t.Errorf("%s", made)
	}
}

// TestVariantsThatDoNotHold: into the library's own file, whose variants add a policy that is there now: they become comments, each is
// listed with why, and the others hold as before.
func TestVariantsThatDoNotHold(t *testing.T) {
	for _, name := range []string{"async-queue", "scale-to-zero"} {
		variant := map[string]string{"async-queue": "wake-and-schedule", "scale-to-zero": "no-step-policy"}[name]
		document, _, err := Export(library(t, name, variant), Terraform, "")
		if err != nil {
			t.Fatal(err)
		}
		base := Source{Name: name + ".yaml", Text: library(t, name, "").Text()}
		var text []byte
		var got *Imported
		rapid.Check(t, func(r *rapid.T) { // shown needs one of rapid's
			if text == nil {
				got = imported(t, "", Source{Name: "state.json", Text: shown(r, document)})
				if text, _, err = got.Into(base); err != nil {
					r.Fatal(err)
				}
			}
		})
		before, after := parsed(t, string(base.Text)), parsed(t, string(text))
		gone := 0
		for _, v := range before.Variants() {
			if !slices.Contains(after.Variants(), v) {
				gone++
				if !strings.Contains(string(text), "\n  # "+v+":") || !slices.ContainsFunc(got.Aside, func(line string) bool { return strings.HasPrefix(line, "variants."+v+": ") }) {
					t.Errorf("%s: %s is gone, listed %v\n%s", name, v, got.Aside, text)
				}
			}
		}
		if want := map[string]int{"async-queue": 3, "scale-to-zero": 1}[name]; gone != want || len(got.Aside) != want {
			t.Errorf("%s: %d variants became comments, %d listed, want %d", name, gone, len(got.Aside), want)
		}
	}
	all, err := commented([]byte("a: 1\nvariants:\n  # of one\n  one:\n    x: 1\n\n# the end\nb: 2\n"), map[string]string{"one": "why"})
	if want := "a: 1\n# variants:\n  # of one\n  # does not hold with the import: why\n  # one:\n  #   x: 1\n\n# the end\nb: 2\n"; err != nil || string(all) != want {
		t.Errorf("%v\n%s", err, all)
	}
}

// library is a scenario of the library as one of its variants.
func library(t testing.TB, name, variant string) *scenarios.File {
	t.Helper()
	var edits []scenarios.Edit
	if variant != "" {
		edits = append(edits, scenarios.Variant(variant))
	}
	file, err := scenarios.Load(name, scenarios.OS, edits...)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestAssumedInstances: a component's target alone says nothing of the instances, and the scenario says that they are assumed.
func TestAssumedInstances(t *testing.T) {
	got := imported(t, "", Source{Name: "target.json", Text: []byte(`{"ServiceNamespace": "sagemaker", "ResourceId": "inference-component/c",
		"ScalableDimension": "sagemaker:inference-component:DesiredCopyCount", "MinCapacity": 0, "MaxCapacity": 6}`)})
	text := string(scenarioOf(t, got))
	c := parsed(t, text).Scaling.Components
	if c == nil || c.Max != 6 || c.PerInstance != 1 || c.Instances.Max != 6 || c.Instances.IdleAfter != 12*time.Minute {
		t.Fatalf("%s", text)
	}
	for _, line := range []string{"copies-per-instance: 1 # assumed", "# assumed: the files hold no ManagedInstanceScaling"} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
}

// TestOldFormStays: a scenario whose variants point into scaling.aws keeps that block, since nothing else would hold them.
func TestOldFormStays(t *testing.T) {
	const old = "scaling:\n  aws: {service: sagemaker-async, min: 0, max: 4}\nvariants:\n  more: {scaling.aws.max: 9}\n"
	got := imported(t, "", Source{Name: "target.json", Text: []byte(`{"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/v",
		"ScalableDimension": "sagemaker:variant:DesiredInstanceCount", "MinCapacity": 0, "MaxCapacity": 6}`)})
	text, _, err := got.Into(Source{Name: "base.yaml", Text: []byte(world(old))})
	if err != nil {
		t.Fatal(err)
	}
	if s := parsed(t, string(text)).Scaling.AWS; s == nil || s.Max != 6 {
		t.Errorf("%s", text)
	}
}

// TestRefusalsNameTheWay: each way to scale can be written, or is refused by its name and with why.
func TestRefusalsNameTheWay(t *testing.T) {
	blocks := map[string]string{
		"fixed": "{instances: 3}", "target": "{metric: ConcurrentRequestsPerModel, target: 2, min: 1, max: 3, every: 60s}", "spare": "{slots: 2, min: 1, max: 4}",
		"serverless": "{memory: 2GB, max-concurrency: 5, cold-start: 1s}",
	}
	written := map[string]bool{"aws": true, "async": true, "inference-components": true, "ec2-asg": true}
	keys := reflect.TypeFor[scenarios.Scaling]()
	for i := range keys.NumField() {
		key := keys.Field(i).Tag.Get("yaml")
		if key == "" || written[key] {
			continue
		}
		text := world("scaling: {" + key + ": " + blocks[key] + "}\n")
		if key == "serverless" {
			text = strings.NewReplacer(", concurrency: 2", "", ", gpus: 1", "").Replace(text)
		}
		file := parsed(t, text)
		_, _, err := Export(file, Terraform, "")
		if err == nil || !strings.Contains(err.Error(), "scaling."+key+": ") || !strings.Contains(err.Error(), "got "+key+" (") {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, _, err := Export(library(t, "spot-training", ""), CLI, "")
	if err == nil || !strings.Contains(err.Error(), "job: ") || !strings.Contains(err.Error(), "nothing scales it") {
		t.Error(err)
	}
}
