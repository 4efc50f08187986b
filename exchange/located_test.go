package exchange

import (
	"strings"
	"testing"
)

// TestProblemsPointIntoTheSource: what no scenario can hold is said of the file it was read from, and only what comes from none of the
// scenario that was made.
func TestProblemsPointIntoTheSource(t *testing.T) {
	const target = `{"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/v", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount", `
	const policy = `{"PolicyName": "p", "ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/v", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
		"PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": {"TargetValue": -1, "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}}`
	for text, want := range map[string]string{
		target + `"MinCapacity": 5, "MaxCapacity": 2}`: "t.json: $.MinCapacity: at most max, 2, got 5 (scaling.aws.min of the scenario)",
		policy: "t.json: $.TargetTrackingScalingPolicyConfiguration.TargetValue: ",
		`{"AutoScalingGroupName": "g", "MinSize": 5, "MaxSize": -3}`: "t.json: $.MaxSize: ",
	} {
		got := imported(t, "", Source{Name: "t.json", Text: []byte(text)})
		_, err := got.Scenario()
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
		base := world("scaling: {fixed: {instances: 1}}\n")
		if _, _, err = got.Into(Source{Name: "base.yaml", Text: []byte(base)}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("--into: %s: got %v, want %s", text, err, want)
		}
	}
	// of the scenario around it: without a line of a text that nobody has
	got := imported(t, "", Source{Name: "t.json", Text: []byte(target + `"MinCapacity": 0, "MaxCapacity": 2}`)})
	base := strings.Replace(world("scaling: {fixed: {instances: 1}}\n"), "concurrency: 2", "concurrency: 2, timeout: 60s", 1)
	_, _, err := got.Into(Source{Name: "base.yaml", Text: []byte(base)})
	if err == nil || !strings.HasPrefix(err.Error(), "base.yaml with the import: service.timeout: ") {
		t.Error(err)
	}
}
