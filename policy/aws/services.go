package aws

import (
	"fmt"
	"slices"
	"time"

	"headroom/unit"
)

// The services that Application Auto Scaling scales and a scenario can ask about. What an instance stands for, and what each
// does differently, is in the table below.
const (
	Endpoint              = "sagemaker-endpoint"               // a real-time variant
	AsyncEndpoint         = "sagemaker-async"                  // an asynchronous endpoint
	InferenceComponent    = "sagemaker-inference-component"    // copies of a model
	ServerlessConcurrency = "sagemaker-serverless-concurrency" // provisioned concurrency
	ECS                   = "ecs-service"                      // tasks
	LambdaConcurrency     = "lambda-provisioned-concurrency"
	AuroraReplicas        = "aurora-replicas"
	NeptuneReplicas       = "neptune-replicas"
	ElastiCache           = "elasticache" // shards, or replicas of each
	DynamoDBRead          = "dynamodb-read-capacity"
	DynamoDBWrite         = "dynamodb-write-capacity"
	KeyspacesRead         = "keyspaces-read-capacity"
	KeyspacesWrite        = "keyspaces-write-capacity"
	Comprehend            = "comprehend" // inference units
	AppStreamFleet        = "appstream-fleet"
	WorkSpacesPool        = "workspaces-pool"
	SpotFleet             = "spot-fleet"
	Custom                = "custom" // a custom resource
)

// A service is what Application Auto Scaling does differently for one kind of target.
type service struct {
	name  string
	unit  string        // what one instance of the scenario stands for
	cools time.Duration // both cooldowns of target tracking (AAS-TT-cur); step policies have 300 s everywhere
	floor int           // least min
	why   string        // of the floor
	most  int           // most max; 0: none of its own
	high  Datapoints    // of target tracking's high alarm; zero: 3 of 3
	below float64       // the low alarm is so many points below the target; 0: at 90 % of it
	// noSteps: step policies do not exist (botocore, PutScalingPolicy).
	noSteps bool
	// busy is what an update makes wait for its end before the next one, as messages call it; "": updates overlap.
	busy  string
	cores bool // CPUUtilization and GPUUtilization sum over cores and GPUs
	slots int  // most service.concurrency, 1 where the unit is a slot; 0: any
	queue string
	// metrics are those that exist there; nil: all that any service has.
	metrics []string
	absent  map[string]string // metrics that people look for there, and why there are none
}

// SageMaker's own lists of metrics. The three queue lengths of a plain variant are for those who publish them themselves.
var (
	boxed   = []string{"CPUUtilization", "GPUUtilization", "MemoryUtilization"}
	plainly = append([]string{"Invocations", "InvocationsPerInstance", "ConcurrentRequestsPerModel", "ModelLatency"},
		append(slices.Clone(boxed), "ApproximateBacklogSize", "ApproximateBacklogSizePerInstance", "Invocation5XXErrors")...)
	queued = append(slices.Clone(boxed), "ModelLatency", "ApproximateBacklogSize", "ApproximateBacklogSizePerInstance", "Invocation5XXErrors",
		"HasBacklogWithoutCapacity", "ApproximateAgeOfOldestRequest", "ExpiredRequests")
)

// unqueued is why metrics of a real-time variant do not exist for an asynchronous endpoint (async-inference-monitor).
const unqueued = "an asynchronous endpoint does not publish it: its requests wait in a queue; track ApproximateBacklogSizePerInstance"

// services are all of them. Sources: facts of AAS-TT-cur (cooldowns), AAS-CW-cur (metrics), botocore (minima: RegisterScalableTarget;
// step policies: PutScalingPolicy) and each service's own guide. That only one update runs at a time is documented of SageMaker endpoints, Aurora and DynamoDB, and
// assumed of those whose resource cannot be changed while it is updating (assume.scale-while-updating).
var services = []service{
	{name: Endpoint, unit: "an instance of the variant", cools: 300 * time.Second, busy: "the endpoint", cores: true, metrics: plainly,
		floor: 1, why: "a real-time variant does not scale to zero"},
	{name: AsyncEndpoint, unit: "an instance of the endpoint", cools: 300 * time.Second, busy: "the endpoint", cores: true, metrics: queued,
		slots: 1000, queue: "shared",
		absent: map[string]string{"Invocations": unqueued, "InvocationsPerInstance": unqueued, "ConcurrentRequestsPerModel": unqueued}},
	{name: InferenceComponent, unit: "a copy of the model", cools: 300 * time.Second, busy: "the component", queue: "own",
		metrics: []string{"Invocations", "ModelLatency", "Invocation5XXErrors", "InvocationsPerCopy", "ConcurrentRequestsPerCopy", "NoCapacityInvocationFailures"},
		absent: map[string]string{"InvocationsPerInstance": "a component's is InvocationsPerCopy", "ConcurrentRequestsPerModel": "a component's is ConcurrentRequestsPerCopy",
			"CPUUtilization": "copies share the cores of an instance; track InvocationsPerCopy or ConcurrentRequestsPerCopy"}},
	{name: ServerlessConcurrency, unit: "one provisioned concurrency: a warm place for one request", cools: 300 * time.Second, busy: "the endpoint",
		most: 200, slots: 1, queue: "none",
		metrics: []string{"Invocations", "ModelLatency", "ServerlessProvisionedConcurrencyUtilization"}},
	{name: ECS, unit: "a task", cools: 300 * time.Second, metrics: append(slices.Clone(plainly), "RequestCountPerTarget",
		"ECSServiceAverageCPUUtilizationHighResolution", "ECSServiceAverageMemoryUtilizationHighResolution")},
	{name: LambdaConcurrency, unit: "one provisioned concurrency: a warm place for one request",
		noSteps: true, slots: 1, queue: "none", metrics: []string{"LambdaProvisionedConcurrencyUtilization"}},
	{name: AuroraReplicas, unit: "a read replica", cools: 300 * time.Second, most: 15, busy: "the cluster",
		metrics: []string{"CPUUtilization", "DatabaseConnections"}},
	{name: NeptuneReplicas, unit: "a read replica", cools: 300 * time.Second, floor: 1, why: "without a replica it publishes no metric, and nothing would ever scale out", most: 15, noSteps: true, busy: "the cluster",
		metrics: []string{"CPUUtilization"}},
	{name: ElastiCache, unit: "a shard, or a replica of each shard", cools: 600 * time.Second, floor: 1, why: "a cluster has at least one", most: 500,
		noSteps: true, busy: "the cluster", metrics: []string{"CPUUtilization"},
		absent: map[string]string{"MemoryUtilization": "a cache's memory holds its data, which a scenario has none of"}},
	{name: DynamoDBRead, unit: "a read capacity unit: one read a second of up to 4 KB (service.time: 1s)", floor: 1, why: "a table has at least one unit",
		high: Datapoints{2, 2}, below: 20, noSteps: true, busy: "the table", slots: 1, queue: "none", metrics: []string{"DynamoDBReadCapacityUtilization"}},
	{name: DynamoDBWrite, unit: "a write capacity unit: one write a second of up to 1 KB (service.time: 1s)", floor: 1, why: "a table has at least one unit",
		high: Datapoints{2, 2}, below: 20, noSteps: true, busy: "the table", slots: 1, queue: "none", metrics: []string{"DynamoDBWriteCapacityUtilization"}},
	{name: KeyspacesRead, unit: "a read capacity unit: one read a second of up to 4 KB (service.time: 1s)", floor: 1, why: "a table has at least one unit",
		noSteps: true, busy: "the table", slots: 1, queue: "none", metrics: []string{"CassandraReadCapacityUtilization"}},
	{name: KeyspacesWrite, unit: "a write capacity unit: one write a second of up to 1 KB (service.time: 1s)", floor: 1, why: "a table has at least one unit",
		noSteps: true, busy: "the table", slots: 1, queue: "none", metrics: []string{"CassandraWriteCapacityUtilization"}},
	{name: Comprehend, unit: "an inference unit: 100 characters a second (a request takes it for its characters ÷ 100)", floor: 1,
		why: "an endpoint has at least one unit", noSteps: true, busy: "the endpoint", slots: 1, queue: "none", metrics: []string{"InferenceUtilization"}},
	{name: AppStreamFleet, unit: "a streaming instance; a request is a session", cools: 300 * time.Second, metrics: []string{"CapacityUtilization"}},
	{name: WorkSpacesPool, unit: "a WorkSpace; a request is a session", cools: 300 * time.Second, metrics: []string{"UserSessionsCapacityUtilization"}},
	{name: SpotFleet, unit: "a unit of target capacity; interruptions are fleet.failures", cools: 300 * time.Second,
		metrics: []string{"CPUUtilization", "RequestCountPerTarget"}},
	{name: Custom, unit: "whatever the resource counts", cools: 300 * time.Second, metrics: plainly},
}

// unknown stands for a service that is none of them: another family's platform, or one that could not be read.
var unknown = service{cools: CooldownDefault, metrics: plainly}

// serviceOf is a service by its name.
func serviceOf(name string) *service {
	for i := range services {
		if services[i].name == name {
			return &services[i]
		}
	}
	return &unknown
}

// Services are the names of all services, as the file may say them, and what one instance of each stands for.
func Services() (names, units []string) {
	for i := range services {
		names, units = append(names, services[i].name), append(units, services[i].unit)
	}
	return names, units
}

// lowest is the least low alarm, as a share of the target: nothing but zero is below it.
const lowest = 0.0001

// tracking is a target-tracking policy with the service's own defaults in what it leaves out.
func (v *service) tracking(t *TargetTracking) *TargetTracking {
	own := *t
	own.ScaleOutCooldown, own.ScaleInCooldown = orDefault(t.ScaleOutCooldown, v.cools), orDefault(t.ScaleInCooldown, v.cools)
	if own.Alarm.Out == (Datapoints{}) && v.high != (Datapoints{}) {
		own.Alarm.Out = v.high
	}
	if target := t.Target.Value(); own.Alarm.Low == 0 && v.below > 0 && target > 0 {
		own.Alarm.Low = unit.Share(max(lowest, (target-v.below)/target))
	}
	own.Alarm = own.Alarm.filled()
	return &own
}

// limits holds min and max, where given, to the service's own; at is what stands before the keys.
func (v *service) limits(out *report, at string, low, high *int) {
	if low != nil && *low < v.floor {
		out.add(at+"min", fmt.Sprintf("at least %d for %s: %s", v.floor, v.name, v.why), fmt.Sprint(*low), at+"min", "service")
	}
	if high != nil && v.most > 0 && *high > v.most {
		out.add(at+"max", fmt.Sprintf("at most %d for %s", v.most, v.name), fmt.Sprint(*high), at+"max", "service")
	}
}
