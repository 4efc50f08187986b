package exchange

import (
	"time"

	"headroom/policy/aws"
)

// A counterpart is a metric of ours and what it is at AWS (aws.md §2.6, §7.1).
type counterpart struct {
	service    string // of scaling.aws
	metric     string // ours
	predefined string // PredefinedMetricType of target tracking; "" if there is none
	namespace  string
	name       string // MetricName
	counts     bool   // AWS has a sample a request, so Sum is what ours is as it stands
	every      time.Duration
}

// A scalable is a kind of scalable target.
type scalable struct {
	service    string // of scaling.aws
	namespace  string // ServiceNamespace
	dimension  string // ScalableDimension
	resource   string // ResourceId, with parameters
	dimensions []dimension
}

// A dimension of the service's metrics, and the parameter that is its value.
type dimension struct{ name, parameter string }

const (
	minute    = time.Minute
	fast      = 10 * time.Second
	sageMaker = "AWS/SageMaker"
	hosts     = "/aws/sagemaker/Endpoints"
)

var scalables = []scalable{
	{aws.Endpoint, "sagemaker", "sagemaker:variant:DesiredInstanceCount", "endpoint/${EndpointName}/variant/${VariantName}",
		[]dimension{{"EndpointName", "EndpointName"}, {"VariantName", "VariantName"}}},
	{aws.ECS, "ecs", "ecs:service:DesiredCount", "service/${ClusterName}/${ServiceName}",
		[]dimension{{"ClusterName", "ClusterName"}, {"ServiceName", "ServiceName"}}},
}

var counterparts = []counterpart{
	{aws.Endpoint, "InvocationsPerInstance", "SageMakerVariantInvocationsPerInstance", sageMaker, "InvocationsPerInstance", true, minute},
	{aws.Endpoint, "ConcurrentRequestsPerModel", "SageMakerVariantConcurrentRequestsPerModelHighResolution", sageMaker, "ConcurrentRequestsPerModel", false, fast},
	{aws.Endpoint, "Invocations", "", sageMaker, "Invocations", true, minute},
	{aws.Endpoint, "ModelLatency", "", sageMaker, "ModelLatency", false, minute},
	{aws.Endpoint, "Invocation5XXErrors", "", sageMaker, "Invocation5XXErrors", true, minute},
	{aws.Endpoint, "CPUUtilization", "", hosts, "CPUUtilization", false, minute},
	{aws.Endpoint, "GPUUtilization", "", hosts, "GPUUtilization", false, minute},
	{aws.Endpoint, "MemoryUtilization", "", hosts, "MemoryUtilization", false, minute},
	{aws.ECS, "CPUUtilization", "ECSServiceAverageCPUUtilization", "AWS/ECS", "CPUUtilization", false, minute},
	{aws.ECS, "MemoryUtilization", "ECSServiceAverageMemoryUtilization", "AWS/ECS", "MemoryUtilization", false, minute},
}

// scalableOf is a kind of target by our name for its service.
func scalableOf(service string) *scalable {
	for i := range scalables {
		if scalables[i].service == service {
			return &scalables[i]
		}
	}
	return nil
}

// dimensioned is a kind of target by its dimension.
func dimensioned(dimension string) *scalable {
	for i := range scalables {
		if scalables[i].dimension == dimension {
			return &scalables[i]
		}
	}
	return nil
}

// ourMetric is AWS's counterpart of a metric of ours.
func ourMetric(service, metric string) *counterpart {
	return pick(func(c *counterpart) bool { return c.service == service && c.metric == metric })
}

// predefined is a predefined metric of target tracking.
func predefined(service, name string) *counterpart {
	return pick(func(c *counterpart) bool { return c.service == service && c.predefined == name && name != "" })
}

// published is a metric of CloudWatch.
func published(service, namespace, name string) *counterpart {
	return pick(func(c *counterpart) bool { return c.service == service && c.namespace == namespace && c.name == name })
}

func pick(is func(*counterpart) bool) *counterpart {
	for i := range counterparts {
		if is(&counterparts[i]) {
			return &counterparts[i]
		}
	}
	return nil
}

// serviceOf is the service that a predefined metric or a namespace belongs to, for policies without a target; "" if unknown.
func serviceOf(name string) string {
	for _, c := range counterparts {
		if c.predefined == name || c.namespace == name {
			return c.service
		}
	}
	return ""
}

// trackingStatistic is the statistic by which target tracking follows a metric.
func (c *counterpart) trackingStatistic() string {
	if c.counts {
		return "Sum"
	}
	return "Average"
}

// usual is a target-tracking policy on the metric with all that AWS does by itself: its cooldowns, and the form of its two alarms.
func (c *counterpart) usual(target aws.Level) aws.TargetTracking {
	t := aws.TargetTracking{Metric: c.metric, Target: target, ScaleIn: true}
	s := aws.Settings{Service: c.service, Policies: []aws.Policy{{TargetTracking: &t}}}
	s.Fill(func(string) (period, delay time.Duration) { return c.every, c.every })
	t.Assume = aws.Assume{}
	return t
}

// latency tells a metric whose values are times, in µs.
func latency(metric string) bool { return metric == "ModelLatency" }
