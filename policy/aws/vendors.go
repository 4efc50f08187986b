package aws

import "strings"

// vendors are the metrics that only some services have, by the names under which AWS publishes or predefines them.
var vendors = []Metric{
	{"InvocationsPerCopy", "per minute", Rate,
		"Attempts per copy in service and minute, each counted as one over the copies in service at that moment. Rejected attempts and retries count; how long an attempt takes it cannot see, nor anything that arrives while no copy is in service.",
		single},
	{"ConcurrentRequestsPerCopy", "requests", InFlight,
		"Requests in service and waiting, per copy, averaged over the period. It goes on rising when all slots are busy, up to the bound of the queue; rejected attempts it cannot see. No copy in service: no point.",
		single},
	{"NoCapacityInvocationFailures", "a period", Errors,
		"Attempts that failed because no copy was in service. What fails for any other cause it cannot see.",
		[]string{"sum", "average", "min", "max"}},
	{"HasBacklogWithoutCapacity", "0 or 1", Backlog,
		"1 when requests wait at the end of the period and no instance is in service, else 0. How many wait it cannot see.",
		[]string{"average", "max", "min", "sum"}},
	{"ApproximateAgeOfOldestRequest", "s", Backlog,
		"How long the oldest of the requests that wait at the end of the period has waited. How many wait behind it, it cannot see; it does not fall in proportion to capacity.",
		single},
	{"ExpiredRequests", "a period", Errors,
		"Requests that left the queue because they had waited for as long as they may. Those that still wait it cannot see.",
		[]string{"sum", "average", "min", "max"}},
	{"RequestCountPerTarget", "per minute", Rate,
		"Attempts per target in service and minute, as the load balancer counts them. How long an attempt takes it cannot see, nor anything that arrives while no target is in service. No request: no point, which is not low use.",
		single},
	{"ECSServiceAverageCPUUtilizationHighResolution", "%", Utilisation,
		"CPUUtilization every 20 s, 0 to 100 of the task. It stops where all are busy: how much more traffic there is, and what is rejected, it cannot see. No task in service: no point.",
		single},
	{"ECSServiceAverageMemoryUtilizationHighResolution", "%", Utilisation,
		"MemoryUtilization every 20 s. Traffic beyond the busy slots it cannot see, and at rest it does not fall to 0, which can keep a service from scaling in. No task in service: no point.",
		single},
	{"DatabaseConnections", "connections", InFlight,
		"Requests in service and waiting, per replica, averaged over the period: each holds a connection. Rejected ones it cannot see, nor connections that a pool keeps open. No replica in service: no point.",
		single},
	{"LambdaProvisionedConcurrencyUtilization", "0 to 1", Ratio,
		"Provisioned concurrency in use ÷ what is in service, as a ratio. It stops at 1: what spills over it cannot see. No invocation: no point, which is not low use.",
		single},
	{"ServerlessProvisionedConcurrencyUtilization", "0 to 1", Ratio,
		"Provisioned concurrency in use ÷ what is in service, as a ratio. It stops at 1: what spills over it cannot see.",
		single},
	{"DynamoDBReadCapacityUtilization", "%", Utilisation,
		"Read capacity consumed of that provisioned. It stops at 100: what is throttled it cannot see. Nothing consumed: no point, which is not low use.",
		single},
	{"DynamoDBWriteCapacityUtilization", "%", Utilisation,
		"Write capacity consumed of that provisioned. It stops at 100: what is throttled it cannot see. Nothing consumed: no point, which is not low use.",
		single},
	{"CassandraReadCapacityUtilization", "%", Utilisation,
		"Read capacity consumed of that provisioned. It stops at 100: what is throttled it cannot see. Nothing consumed: no point, which is not low use.",
		single},
	{"CassandraWriteCapacityUtilization", "%", Utilisation,
		"Write capacity consumed of that provisioned. It stops at 100: what is throttled it cannot see. Nothing consumed: no point, which is not low use.",
		single},
	{"InferenceUtilization", "%", Utilisation,
		"Inference units in use of those in service. It stops at 100: what is throttled it cannot see.",
		single},
	{"CapacityUtilization", "%", Utilisation,
		"Places for sessions in use of those in service. It stops at 100: who finds no place it cannot see.",
		single},
	{"UserSessionsCapacityUtilization", "%", Utilisation,
		"Places for sessions in use of those in service. It stops at 100: who finds no place it cannot see.",
		single},
}

// aliases are AWS's names of predefined metrics (PredefinedMetricSpecification), and of some metrics in CloudWatch, that mean a
// metric of another name here.
var aliases = map[string]string{
	"ALBRequestCountPerTarget":                                           "RequestCountPerTarget",
	"ASGAverageCPUUtilization":                                           "CPUUtilization",
	"AppStreamAverageCapacityUtilization":                                "CapacityUtilization",
	"ComprehendInferenceUtilization":                                     "InferenceUtilization",
	"EC2SpotFleetRequestAverageCPUUtilization":                           "CPUUtilization",
	"ECSServiceAverageCPUUtilization":                                    "CPUUtilization",
	"ECSServiceAverageMemoryUtilization":                                 "MemoryUtilization",
	"ElastiCacheEngineCPUUtilization":                                    "CPUUtilization",
	"ElastiCachePrimaryEngineCPUUtilization":                             "CPUUtilization",
	"ElastiCacheReplicaEngineCPUUtilization":                             "CPUUtilization",
	"EngineCPUUtilization":                                               "CPUUtilization",
	"NeptuneReaderAverageCPUUtilization":                                 "CPUUtilization",
	"ProvisionedConcurrencyUtilization":                                  "LambdaProvisionedConcurrencyUtilization",
	"RDSReaderAverageCPUUtilization":                                     "CPUUtilization",
	"RDSReaderAverageDatabaseConnections":                                "DatabaseConnections",
	"SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution": "ConcurrentRequestsPerCopy",
	"SageMakerInferenceComponentInvocationsPerCopy":                      "InvocationsPerCopy",
	"SageMakerVariantConcurrentRequestsPerModelHighResolution":           "ConcurrentRequestsPerModel",
	"SageMakerVariantInvocationsPerInstance":                             "InvocationsPerInstance",
	"SageMakerVariantProvisionedConcurrencyUtilization":                  "ServerlessProvisionedConcurrencyUtilization",
	"WorkSpacesAverageUserSessionsCapacityUtilization":                   "UserSessionsCapacityUtilization",
}

// canonical is a metric's name here.
func canonical(metric string) string {
	if name, ok := aliases[metric]; ok {
		return name
	}
	return metric
}

// Canonical puts the name that the metric has here in the place of AWS's name for it as a predefined one.
func (t *TargetTracking) Canonical() { t.Metric = canonical(t.Metric) }

// Canonical puts the name that the metric has here in the place of AWS's name for it as a predefined one.
func (a *Alarm) Canonical() { a.Metric = canonical(a.Metric) }

// absence is why a metric is none of a service's: "" if nothing is known of it.
func absence(service, metric string) string {
	if why, ok := serviceOf(service).absent[metric]; ok {
		return why
	}
	if why, ok := elsewhere[metric]; ok {
		return why
	}
	var of []string
	for i := range services {
		if offers(services[i].name, metric) {
			of = append(of, services[i].name)
		}
	}
	if len(of) == 0 {
		return ""
	}
	return "it is one of " + strings.Join(of, ", ")
}
