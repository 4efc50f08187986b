package exchange

import (
	"strings"
	"testing"
)

// TestIntoKeepsWhatPoliciesAssume: a policy that is read again keeps what no file of AWS says of it, and takes all that one does say.
func TestIntoKeepsWhatPoliciesAssume(t *testing.T) {
	const block = `scaling:
  aws:
    service: sagemaker-endpoint
    min: 1
    max: 4
    policies:
      - target-tracking: {name: track, metric: InvocationsPerInstance, target: 70, alarm: {out: 2 of 2}, assume: {max-scale-in: 25%}}
      - target-tracking: {name: other, metric: ModelLatency, target: 70ms, alarm: {out: 1 of 1}}
`
	const head = `"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/e/variant/v", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"`
	policy := Source{Name: "policy.json", Text: []byte(`{"PolicyName": "track", ` + head + `, "PolicyType": "TargetTrackingScaling",
		"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 99, "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}}`)}
	high := Source{Name: "alarm.json", Text: []byte(`{"AlarmName": "track-alarm", "MetricName": "InvocationsPerInstance", "Namespace": "AWS/SageMaker", "Statistic": "Sum", "Period": 60,
		"EvaluationPeriods": 4, "Threshold": 99, "ComparisonOperator": "GreaterThanThreshold"}`)}
	base := Source{Name: "base.yaml", Text: []byte(world(block))}
	for _, c := range []struct {
		sources   []Source
		out, kept string
	}{
		{[]Source{policy}, "2 of 2", "max min policies.0.target-tracking.alarm policies.0.target-tracking.assume.max-scale-in"},
		{[]Source{policy, high}, "4 of 4", "max min policies.0.target-tracking.assume.max-scale-in"},
	} {
		text, kept, err := imported(t, "", c.sources...).Into(base)
		if err != nil {
			t.Fatal(err)
		}
		s := parsed(t, string(text)).Scaling.AWS
		track := s.Policies[0].TargetTracking
		if len(s.Policies) != 1 || track.Target.Value() != 99 || track.Alarm.Out.String() != c.out || track.Assume.MaxScaleIn == nil || track.Assume.MaxScaleIn.String() != "25%" {
			t.Errorf("%s", text)
		}
		if strings.Join(kept, " ") != c.kept {
			t.Errorf("kept %v, want %s", kept, c.kept)
		}
	}
}
