package exchange

import (
	"slices"
	"time"

	"headroom/policy/aws"
)

// A counterpart is a metric of ours and what it is at AWS (aws.md §2.6, §7.1).
type counterpart struct {
	service    string // of scaling.aws
	metric     string // ours
	predefined string // PredefinedMetricType of target tracking; "" if there is none
	namespace  string // "": no alarm of one's own on it is written or read
	name       string // MetricName
	counts     bool   // AWS has a sample a request, so Sum is what ours is as it stands
	every      time.Duration
	only       string // the one dimension that it has; "": all of its target's
	label      bool   // a load balancer's target group must be named beside it (ResourceLabel)
}

// A scalable is a kind of scalable target.
type scalable struct {
	service    string // of scaling.aws
	namespace  string // ServiceNamespace
	dimension  string // ScalableDimension
	resource   string // ResourceId, with parameters
	dimensions []dimension
	slots      string // service.concurrency of an imported scenario
	queue      string // service.queue of one
}

// A dimension of the service's metrics, and the parameter that is its value.
type dimension struct{ name, parameter string }

const (
	minute    = time.Minute
	fast      = 10 * time.Second
	faster    = 20 * time.Second
	sageMaker = "AWS/SageMaker"
	hosts     = "/aws/sagemaker/Endpoints"
	waiting   = "EndpointName" // what the metrics of an endpoint's queue are told apart by
)

// dims are dimensions whose values are parameters of the same names.
func dims(names ...string) (out []dimension) {
	for _, n := range names {
		out = append(out, dimension{n, n})
	}
	return out
}

// one is what an instance is where it serves one request at a time, and others are turned away.
var one = [2]string{"1", "0"}

// scalables are the kinds of targets, each with its id and how its metrics are told apart (botocore, PutScalingPolicy).
var scalables = []scalable{
	{aws.Endpoint, "sagemaker", "sagemaker:variant:DesiredInstanceCount", "endpoint/${EndpointName}/variant/${VariantName}",
		dims("EndpointName", "VariantName"), "4", "100"},
	{aws.AsyncEndpoint, "sagemaker", "sagemaker:variant:DesiredInstanceCount", "endpoint/${EndpointName}/variant/${VariantName}",
		dims("EndpointName", "VariantName"), "4", "{shared: unlimited}"},
	{aws.InferenceComponent, "sagemaker", "sagemaker:inference-component:DesiredCopyCount", "inference-component/${InferenceComponentName}",
		dims("InferenceComponentName"), "4", "100"},
	{aws.ServerlessConcurrency, "sagemaker", "sagemaker:variant:DesiredProvisionedConcurrency", "endpoint/${EndpointName}/variant/${VariantName}",
		dims("EndpointName", "VariantName"), one[0], one[1]},
	{aws.ECS, "ecs", "ecs:service:DesiredCount", "service/${ClusterName}/${ServiceName}", dims("ClusterName", "ServiceName"), "4", "100"},
	{aws.LambdaConcurrency, "lambda", "lambda:function:ProvisionedConcurrency", "function:${FunctionName}:${Alias}", dims("FunctionName", "Alias"), one[0], one[1]},
	{aws.AuroraReplicas, "rds", "rds:cluster:ReadReplicaCount", "cluster:${ClusterName}", dims("ClusterName"), "4", "100"},
	{aws.NeptuneReplicas, "neptune", "neptune:cluster:ReadReplicaCount", "cluster:${ClusterName}", dims("ClusterName"), "4", "100"},
	{aws.ElastiCache, "elasticache", "elasticache:replication-group:NodeGroups", "replication-group/${ReplicationGroup}", dims("ReplicationGroup"), "4", "100"},
	{aws.DynamoDBRead, "dynamodb", "dynamodb:table:ReadCapacityUnits", "table/${TableName}", dims("TableName"), one[0], one[1]},
	{aws.DynamoDBWrite, "dynamodb", "dynamodb:table:WriteCapacityUnits", "table/${TableName}", dims("TableName"), one[0], one[1]},
	{aws.KeyspacesRead, "cassandra", "cassandra:table:ReadCapacityUnits", "keyspace/${Keyspace}/table/${TableName}", dims("Keyspace", "TableName"), one[0], one[1]},
	{aws.KeyspacesWrite, "cassandra", "cassandra:table:WriteCapacityUnits", "keyspace/${Keyspace}/table/${TableName}", dims("Keyspace", "TableName"), one[0], one[1]},
	{aws.AppStreamFleet, "appstream", "appstream:fleet:DesiredCapacity", "fleet/${Fleet}", dims("Fleet"), "4", "100"},
	{aws.WorkSpacesPool, "workspaces", "workspaces:workspacespool:DesiredUserSessions", "workspacespool/${PoolId}", dims("PoolId"), "4", "100"},
	{aws.SpotFleet, "ec2", "ec2:spot-fleet-request:TargetCapacity", "spot-fleet-request/${FleetRequestId}", dims("FleetRequestId"), "4", "100"},
}

// counterparts are the metrics of each.
var counterparts = slices.Concat(
	variant(aws.Endpoint),
	[]counterpart{
		{service: aws.Endpoint, metric: "InvocationsPerInstance", predefined: "SageMakerVariantInvocationsPerInstance", namespace: sageMaker, name: "InvocationsPerInstance", counts: true, every: minute},
		{service: aws.Endpoint, metric: "ConcurrentRequestsPerModel", predefined: "SageMakerVariantConcurrentRequestsPerModelHighResolution", namespace: sageMaker,
			name: "ConcurrentRequestsPerModel", every: fast},
		{service: aws.Endpoint, metric: "Invocations", namespace: sageMaker, name: "Invocations", counts: true, every: minute},
	},
	variant(aws.AsyncEndpoint),
	[]counterpart{
		{service: aws.AsyncEndpoint, metric: "ApproximateBacklogSizePerInstance", namespace: sageMaker, name: "ApproximateBacklogSizePerInstance", every: minute, only: waiting},
		{service: aws.AsyncEndpoint, metric: "ApproximateBacklogSize", namespace: sageMaker, name: "ApproximateBacklogSize", every: minute, only: waiting},
		{service: aws.AsyncEndpoint, metric: "HasBacklogWithoutCapacity", namespace: sageMaker, name: "HasBacklogWithoutCapacity", every: minute, only: waiting},
		{service: aws.AsyncEndpoint, metric: "ApproximateAgeOfOldestRequest", namespace: sageMaker, name: "ApproximateAgeOfOldestRequest", every: minute, only: waiting},
		{service: aws.InferenceComponent, metric: "InvocationsPerCopy", predefined: "SageMakerInferenceComponentInvocationsPerCopy", namespace: sageMaker, name: "InvocationsPerCopy", counts: true, every: minute},
		{service: aws.InferenceComponent, metric: "ConcurrentRequestsPerCopy", predefined: "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution", namespace: sageMaker,
			name: "ConcurrentRequestsPerCopy", every: fast},
		{service: aws.InferenceComponent, metric: "NoCapacityInvocationFailures", namespace: sageMaker, name: "NoCapacityInvocationFailures", counts: true, every: minute},
		{service: aws.InferenceComponent, metric: "ModelLatency", namespace: sageMaker, name: "ModelLatency", every: minute},
		{service: aws.ServerlessConcurrency, metric: "ServerlessProvisionedConcurrencyUtilization", predefined: "SageMakerVariantProvisionedConcurrencyUtilization", namespace: sageMaker,
			name: "ServerlessProvisionedConcurrencyUtilization", every: minute},
		{service: aws.ECS, metric: "CPUUtilization", predefined: "ECSServiceAverageCPUUtilization", namespace: "AWS/ECS", name: "CPUUtilization", every: minute},
		{service: aws.ECS, metric: "MemoryUtilization", predefined: "ECSServiceAverageMemoryUtilization", namespace: "AWS/ECS", name: "MemoryUtilization", every: minute},
		{service: aws.ECS, metric: "ECSServiceAverageCPUUtilizationHighResolution", predefined: "ECSServiceAverageCPUUtilizationHighResolution", every: faster},
		{service: aws.ECS, metric: "ECSServiceAverageMemoryUtilizationHighResolution", predefined: "ECSServiceAverageMemoryUtilizationHighResolution", every: faster},
		{service: aws.ECS, metric: "RequestCountPerTarget", predefined: "ALBRequestCountPerTarget", counts: true, every: minute, label: true},
		{service: aws.LambdaConcurrency, metric: "LambdaProvisionedConcurrencyUtilization", predefined: "LambdaProvisionedConcurrencyUtilization", every: minute},
		{service: aws.AuroraReplicas, metric: "CPUUtilization", predefined: "RDSReaderAverageCPUUtilization", every: minute},
		{service: aws.AuroraReplicas, metric: "DatabaseConnections", predefined: "RDSReaderAverageDatabaseConnections", every: minute},
		{service: aws.NeptuneReplicas, metric: "CPUUtilization", predefined: "NeptuneReaderAverageCPUUtilization", every: minute},
		{service: aws.ElastiCache, metric: "CPUUtilization", predefined: "ElastiCachePrimaryEngineCPUUtilization", every: minute},
		{service: aws.DynamoDBRead, metric: "DynamoDBReadCapacityUtilization", predefined: "DynamoDBReadCapacityUtilization", every: minute},
		{service: aws.DynamoDBWrite, metric: "DynamoDBWriteCapacityUtilization", predefined: "DynamoDBWriteCapacityUtilization", every: minute},
		{service: aws.KeyspacesRead, metric: "CassandraReadCapacityUtilization", predefined: "CassandraReadCapacityUtilization", every: minute},
		{service: aws.KeyspacesWrite, metric: "CassandraWriteCapacityUtilization", predefined: "CassandraWriteCapacityUtilization", every: minute},
		{service: aws.AppStreamFleet, metric: "CapacityUtilization", predefined: "AppStreamAverageCapacityUtilization", namespace: "AWS/AppStream", name: "CapacityUtilization", every: minute},
		{service: aws.WorkSpacesPool, metric: "UserSessionsCapacityUtilization", predefined: "WorkSpacesAverageUserSessionsCapacityUtilization", every: minute},
		{service: aws.ASG, metric: "CPUUtilization", predefined: "ASGAverageCPUUtilization", namespace: "AWS/EC2", name: "CPUUtilization", every: minute},
		{service: aws.ASG, metric: "InvocationsPerInstance", predefined: "ALBRequestCountPerTarget", counts: true, every: minute, label: true},
		{service: aws.SpotFleet, metric: "CPUUtilization", predefined: "EC2SpotFleetRequestAverageCPUUtilization", namespace: "AWS/EC2Spot", name: "CPUUtilization", every: minute},
		{service: aws.SpotFleet, metric: "RequestCountPerTarget", predefined: "ALBRequestCountPerTarget", counts: true, every: minute, label: true},
	},
)

// variant are the metrics that every variant with instances has.
func variant(service string) []counterpart {
	return []counterpart{
		{service: service, metric: "ModelLatency", namespace: sageMaker, name: "ModelLatency", every: minute},
		{service: service, metric: "Invocation5XXErrors", namespace: sageMaker, name: "Invocation5XXErrors", counts: true, every: minute},
		{service: service, metric: "CPUUtilization", namespace: hosts, name: "CPUUtilization", every: minute},
		{service: service, metric: "GPUUtilization", namespace: hosts, name: "GPUUtilization", every: minute},
		{service: service, metric: "MemoryUtilization", namespace: hosts, name: "MemoryUtilization", every: minute},
	}
}

// scalableOf is a kind of target by our name for its service.
func scalableOf(service string) *scalable {
	if service == aws.ASG {
		return &groupKind
	}
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
	return pick(func(c *counterpart) bool {
		return c.service == service && c.namespace == namespace && c.name == name && name != ""
	})
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
		if name != "" && (c.predefined == name || c.namespace == name) {
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
