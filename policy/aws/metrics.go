package aws

import (
	"slices"
	"strings"
)

// A Kind is what a metric measures.
type Kind string

// The kinds.
const (
	Rate        Kind = "rate"
	Utilisation Kind = "utilisation"
	Latency     Kind = "latency"
	Backlog     Kind = "backlog"
	Errors      Kind = "errors"
	InFlight    Kind = "in flight"
	Ratio       Kind = "ratio" // a utilisation from 0 to 1
)

// A Metric is one that policies can look at.
type Metric struct {
	Name       string
	Unit       string // of a bare number: "per minute", "%", "µs", …
	Kind       Kind
	Doc        string   // what it is, and what it cannot see
	Statistics []string // those that mean something for it, the usual one first
}

// single are the statistics of a metric with one sample a period.
var single = []string{"average", "sum", "min", "max"}

// all are the metrics of every service, in the order in which they are listed; %CPU and %GPU stand for what a service counts.
var all = append([]Metric{
	{"Invocations", "a period", Rate,
		"Attempts that arrived in the period. Rejected attempts and retries count, so a storm of retries looks like traffic; how many instances share them it cannot see.",
		single},
	{"InvocationsPerInstance", "per minute", Rate,
		"Attempts per instance in service and minute, each counted as one over the instances in service at that moment. Rejected attempts and retries count; how long an attempt takes it cannot see, nor anything that arrives while no instance is in service.",
		single},
	{"ConcurrentRequestsPerModel", "requests", InFlight,
		"Requests in service and waiting, per instance, averaged over the period. It goes on rising when all slots are busy, up to the bound of the queue; rejected attempts it cannot see. No instance in service: no point.",
		single},
	{"ModelLatency", "µs", Latency,
		"Waiting and service on the instance, of the attempts that completed in the period. Attempts that failed, waiting in a shared queue and back-off it cannot see; nothing completed: no point. It does not fall in proportion to capacity.",
		[]string{"average", "p50", "p90", "p99", "max", "min", "count", "sum"}},
	{"CPUUtilization", "%", Utilisation,
		"Busy share of the cores in the period%CPU. It stops where all are busy: how much more traffic there is, and what is rejected, it cannot see. No instance in service: no point.",
		single},
	{"GPUUtilization", "%", Utilisation,
		"Busy share of the GPUs in the period%GPU. It stops where all are busy, and with `gpu: any` already at one busy slot: how much more traffic there is, and what is rejected, it cannot see. No instance in service: no point.",
		single},
	{"MemoryUtilization", "%", Utilisation,
		"Memory in use, 0 to 100, linear in the busy slots. Traffic beyond the busy slots it cannot see, and at rest it does not fall to 0, which can keep a fleet from scaling in. No instance in service: no point.",
		single},
	{"ApproximateBacklogSize", "requests", Backlog,
		"Requests waiting at the end of the period. Those in service it cannot see, nor rejected ones; how many instances share them neither.",
		single},
	{"ApproximateBacklogSizePerInstance", "requests", Backlog,
		"Requests waiting at the end of the period, per instance in service; with none in service the backlog itself. Those in service it cannot see, nor rejected ones.",
		single},
	{"Invocation5XXErrors", "a period", Errors,
		"Attempts that failed in the period; each failed retry counts again. How many succeeded it cannot see.",
		single},
}, vendors...)

// Metrics are the metrics that policies on a service can look at, in a fixed order; of no service (""): all that exist.
func Metrics(service string) []Metric {
	var out []Metric
	for _, m := range all {
		if offers(service, m.Name) {
			m.Doc = counted(m.Doc, service)
			out = append(out, m)
		}
	}
	return out
}

// offers tells whether a metric exists for a service.
func offers(service, metric string) bool {
	return service == "" || slices.Contains(serviceOf(service).metrics, metric)
}

// Lookup is a metric of a service by its name.
func Lookup(service, name string) (Metric, bool) {
	for _, m := range all {
		if m.Name == name && offers(service, name) {
			m.Doc = counted(m.Doc, service)
			return m, true
		}
	}
	return Metric{}, false
}

// kindOf is a metric's kind; "" if it is unknown.
func kindOf(name string) Kind {
	for i := range all {
		if all[i].Name == name {
			return all[i].Kind
		}
	}
	return ""
}

// perUnit tells whether a metric is a share of attempts, so that its load is known with no instance in service too.
func perUnit(metric string) bool {
	return metric == "InvocationsPerInstance" || metric == "InvocationsPerCopy" || metric == "RequestCountPerTarget"
}

// CoresCounted tells whether CPUUtilization and GPUUtilization of a service sum over cores and GPUs (0 to 100 × their number)
// or are 0 to 100 of the box.
func CoresCounted(service string) bool { return serviceOf(service).cores }

// elsewhere are metrics that exist at AWS and are no metric here, with the reason or what to take instead.
var elsewhere = map[string]string{
	"OverheadLatency":                    "the time SageMaker adds around the model is not modelled; ModelLatency is",
	"Invocation4XXErrors":                "requests that are the client's fault are not modelled; Invocation5XXErrors counts failed attempts",
	"GPUMemoryUtilization":               "GPU memory is not modelled; MemoryUtilization and GPUUtilization are",
	"DiskUtilization":                    "disks are not modelled",
	"ModelSetupTime":                     "only a serverless endpoint has cold starts: scaling.serverless",
	"RequestCount":                       "load balancers' metrics are not published; Invocations counts attempts",
	"TargetResponseTime":                 "load balancers' metrics are not published; ModelLatency is the time on the instance",
	"TimeInBacklog":                      "the times of the queue are not published here; ApproximateAgeOfOldestRequest is",
	"TotalProcessingTime":                "the times of the queue are not published here; ModelLatency is the time on the instance",
	"InsufficientCapacityError":          "sessions that found no place are not published here; CapacityUtilization is",
	"ConcurrentExecutions":               "what Lambda counts over all of a function is not published here; LambdaProvisionedConcurrencyUtilization is",
	"ApproximateNumberOfMessagesVisible": "queues' metrics are not published; ApproximateBacklogSize is what waits",
}

// counted puts into a metric's doc what a service counts as 100 %.
func counted(doc, service string) string {
	cpu, gpu := ", 0 to 100 of the box", ", 0 to 100 of the box"
	if CoresCounted(service) {
		cpu, gpu = ", summed over the vCPUs (4 of them: 0 to 400)", ", summed over the GPUs (4 of them: 0 to 400)"
	}
	return strings.NewReplacer("%CPU", cpu, "%GPU", gpu).Replace(doc)
}
