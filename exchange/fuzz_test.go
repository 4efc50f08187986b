package exchange

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"headroom/scenarios"
)

// FuzzImport: no file makes the readers panic or run on, and whatever is made of one passes check as it stands.
func FuzzImport(f *testing.F) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil || len(names) == 0 {
		f.Fatal("no fixtures", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, text := range []string{"", "{", "[]", "{}", "null", `{"ScalableTargets": 1}`, `{"ScalableTargets": [1, null, {}]}`, `{"Resources": {"A": {"Type": "AWS::CloudWatch::Alarm"}}}`,
		`{"format_version": "1.0", "values": {"root_module": {"resources": [{"type": "aws_appautoscaling_policy", "values": {"name": 3}}]}}}`,
		"a: &x [*x]", "a: !Ref b", "Resources: {A: {Type: 'AWS::AutoScaling::ScalingPolicy', Properties: !Sub '${A}'}}", strings.Repeat("[", 2000), strings.Repeat("a:\n ", 300),
		`{"StepAdjustments": [{"ScalingAdjustment": 1e400}], "AdjustmentType": "ExactCapacity"}`, "\ufeff{}", `{"a": "\ud800"}`,
		`{"AWSTemplateFormatVersion": 1, "Resources": {"P": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": {"ScalingTargetId": {"Fn::If": []}}}}}`} {
		f.Add(text)
	}
	base := Source{Name: "base.yaml", Text: []byte("version: 1\nname: b\nclock: {start: 2026-11-23T00:00:00, length: 1h}\ntraffic: {curves: [{constant: {rate: 1rps}}]}\n" +
		"service: {time: 1s}\nscaling: {fixed: {instances: 1}}\nfleet: {price: 1 USD/h, vcpus: 4, gpus: 1}\n")}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Import([]Source{{Name: "fuzzed", Text: []byte(text)}}, "")
		if err != nil {
			return
		}
		made, err := got.Scenario()
		if err == nil {
			if _, err := scenarios.Parse("made.yaml", "", made, nil); err != nil {
				t.Fatalf("%v\n%s", err, made)
			}
		}
		if patched, _, err := got.Into(base); err == nil && !strings.HasPrefix(string(patched), "version: 1\nname: b\n") {
			t.Fatalf("the patch changed more than the scaling:\n%s", patched)
		}
	})
}
