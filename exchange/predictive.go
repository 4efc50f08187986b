package exchange

import (
	"time"

	"headroom/policy/aws"
	"headroom/unit"
)

// pairs are AWS's predefined pairs of a load and a metric for predictive scaling, by the metric that they hold at the target.
var pairs = []struct {
	metric, pair string
	label        bool
}{{"CPUUtilization", "ASGCPUUtilization", false}, {"InvocationsPerInstance", "ALBRequestCount", true}}

// predictive reads a predictive policy of a group; nil, and a note, if it is not one on a predefined pair.
func (b *builder) predictive(n *node, label string) *aws.Predictive {
	specs := n.list("MetricSpecifications")
	if len(specs) == 0 {
		specs = n.list("MetricSpecification") // Terraform's name
	}
	p := &aws.Predictive{Name: label, Mode: "forecast-only", AtMax: "honor", Forecaster: "seasonal-naive"}
	var pair *node
	if len(specs) == 1 {
		pair = specs[0].at("PredefinedMetricPairSpecification")
	}
	word, _ := b.text(pair, "PredefinedMetricType")
	for _, known := range pairs {
		if known.pair == word {
			p.Metric = known.metric
		}
	}
	if p.Metric == "" {
		b.note(n, "a predictive policy on something else than a predefined pair of metrics: it is left out")
		return nil
	}
	b.skip(pair, "ResourceLabel")
	target, ok := b.number(specs[0], "TargetValue")
	if !ok {
		b.note(n, "a predictive policy without a target: it is left out")
		return nil
	}
	p.Target = aws.Level{Number: target}
	if mode, _ := b.text(n, "Mode"); mode == "ForecastAndScale" {
		p.Mode = "forecast-and-scale"
	}
	if v, given := b.number(n, "SchedulingBufferTime"); given {
		p.Buffer = new(seconds(v))
	}
	if at, _ := b.text(n, "MaxCapacityBreachBehavior"); at == "IncreaseMaxCapacity" {
		p.AtMax = "increase"
	}
	if v, given := b.number(n, "MaxCapacityBuffer"); given && p.AtMax == "increase" {
		p.MaxBuffer = new(unit.Share(v / 100))
	}
	b.filled("predictive.forecaster", "AWS's own is not published")
	return p
}

// predicted writes a predictive policy.
func (w *treeWriter) predicted(p *aws.Predictive) props {
	pair := props{}
	for _, known := range pairs {
		if known.metric == p.Metric {
			pair = append(pair, prop{"PredefinedMetricType", known.pair})
			if known.label {
				pair = append(pair, prop{"ResourceLabel", w.open(targetGroup)})
			}
		}
	}
	mode, breach := "ForecastOnly", "HonorMaxCapacity"
	if p.Mode == "forecast-and-scale" {
		mode = "ForecastAndScale"
	}
	if p.AtMax == "increase" {
		breach = "IncreaseMaxCapacity"
	}
	out := props{{"MetricSpecifications", []any{props{{"TargetValue", p.Target.Value()}, {"PredefinedMetricPairSpecification", pair}}}},
		{"Mode", mode}, {"MaxCapacityBreachBehavior", breach}}
	if p.Buffer != nil {
		out = append(out, prop{"SchedulingBufferTime", whole(*p.Buffer)})
	}
	if p.AtMax == "increase" && p.MaxBuffer != nil {
		out = append(out, prop{"MaxCapacityBuffer", int(float64(*p.MaxBuffer)*100 + 0.5)})
	}
	return out
}

// predictive refuses what has no counterpart there: a metric without a pair, a forecaster of one's own, parts of a percent.
func (r *refuser) predictive(path string, p *aws.Predictive) {
	known := false
	for _, pair := range pairs {
		known = known || pair.metric == p.Metric
	}
	if !known {
		r.add(path+".metric", p.Metric, "a metric of a predefined pair: CPUUtilization or InvocationsPerInstance")
	}
	if p.Forecaster != "seasonal-naive" {
		r.add(path+".forecaster", p.Forecaster, "the default, seasonal-naive: which forecaster AWS uses cannot be set")
	}
	if b := p.Buffer; b != nil && *b%time.Second != 0 {
		r.add(path+".scheduling-buffer", unit.FormatDuration(*b), "whole seconds")
	}
	if m := p.MaxBuffer; m != nil && !near(float64(*m)*100, float64(int(float64(*m)*100+0.5))) {
		r.add(path+".max-capacity-buffer", m.String(), "whole percent")
	}
}
