package sim

import (
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/traffic"
	"headroom/unit"
)

// Config is one run: equal Configs give equal Results. Nothing in it is changed by a run, so one Config can run many times and
// on many cores at once.
type Config struct {
	Start  time.Time     // clock.start in its zone; every other instant is a time.Duration since it
	Length time.Duration // > 0, a multiple of Step
	Step   time.Duration // divides 60 s
	Settle time.Duration // simulated before Start, not reported; whole minutes
	Source chance.Source // seed and number of the run

	Traffic traffic.Demand
	Service Service
	Fleet   Fleet
	Metrics Metrics
	// Platform is what stands beside the scaler: what the vendor does with instances by itself.
	Platform policy.Platform
	// Reach is what instances and metrics can reach.
	Reach Reach
	// Unused are keys of the scenario that its way to scale has no use for; the result names them.
	Unused []string
	// Scaler makes the scaler of one run.
	Scaler func() policy.Scaler
	// Quantiles are the shares (0…1, ascending) of which every minute keeps the latency's and the wait's quantile.
	Quantiles []float64
}

// Service says how one instance serves: the `service` block of a scenario.
type Service struct {
	Engine      string              `yaml:"engine" enum:"requests|fluid" default:"requests" doc:"requests: every request, discrete-event; fluid: rates per step"`
	Concurrency int                 `yaml:"concurrency" default:"1" check:"min=1,max=100000" doc:"requests one instance serves at once (its slots)"`
	Time        chance.Distribution `yaml:"time" required:"true" doc:"how long one request takes a slot"`
	Queue       Queue               `yaml:"queue" default:"unlimited" doc:"waiting requests per instance, beyond it rejected; {shared: N}: one queue of the fleet"`
	Timeout     Timeout             `yaml:"timeout" default:"none" doc:"the client gives up after this (waiting + service), anew for each attempt; {waiting: 250ms}: only while waiting"`
	Abandoned   string              `yaml:"abandoned" enum:"finish|drop" default:"finish" doc:"what a slot does whose client gave up: finish the drawn service, or be free at once"`
	Retries     Retries             `yaml:"retries" doc:"what clients do about failed attempts"`
	Balancer    string              `yaml:"balancer" enum:"random|round-robin|least-outstanding|two-choices|fullest" default:"least-outstanding" doc:"how attempts are spread over the instances in service; fullest packs: the fullest one with a free slot, the oldest of those"`
	Uses        Uses                `yaml:"uses" doc:"what busy slots cost of the instance's cores, GPUs and memory"`
	Events      []ServiceEvent      `yaml:"events" doc:"times in which services take longer or stand still"`
}

// Queue bounds the requests that wait. Exactly one of the two is meant: Shared if it is not nil.
type Queue struct {
	Own    Limit  `yaml:"-"`
	Shared *Limit `yaml:"shared" required:"true" doc:"one first-come queue of the whole fleet with this bound"`
}

// Limit is a count ≥ 0, or Unlimited.
type Limit int

// Unlimited is no bound.
const Unlimited Limit = -1

// Timeout is how long a client stays; zero is for ever.
type Timeout struct {
	Total   time.Duration `yaml:"-"`
	Waiting time.Duration `yaml:"waiting" required:"true" check:"positive" doc:"the client gives up only while it waits"`
}

// Retries of failed attempts. The zero Attempts means 1: no retry.
type Retries struct {
	Attempts int           `yaml:"attempts" default:"1" check:"min=1,max=100" doc:"tries of a request, the first included"`
	Backoff  time.Duration `yaml:"backoff" default:"0s" doc:"before try k+1 the client waits backoff × 2^(k−1)"`
	Jitter   string        `yaml:"jitter" enum:"none|full" default:"none" doc:"full: the wait is drawn from uniform(0, that)"`
	Budget   *unit.Share   `yaml:"budget" doc:"retries are capped at this share of first attempts (a token bucket)"`
}

// Uses says what CPUUtilization, GPUUtilization and MemoryUtilization read.
type Uses struct {
	CPU    Use       `yaml:"cpu" default:"100%" doc:"of the cores when all slots are busy, in proportion; any: 100% as soon as one slot is busy"`
	GPU    Use       `yaml:"gpu" default:"100%" doc:"of the GPUs when all slots are busy, in proportion; any: 100% as soon as one slot is busy"`
	Memory MemoryUse `yaml:"memory" doc:"linear in the busy slots"`
}

// Use is a share of a resource with all slots busy; Any: all of it as soon as one slot is busy.
type Use struct {
	Share unit.Share
	Any   bool
}

// MemoryUse is memory with no slot busy and with all of them busy.
type MemoryUse struct {
	Rest unit.Share `yaml:"rest" default:"0%"`
	Busy unit.Share `yaml:"busy" default:"100%"`
}

// ServiceEvent is a choice of one.
type ServiceEvent struct {
	_        struct{}  `choice:"true"`
	Slowdown *Slowdown `yaml:"slowdown" doc:"services that start in it take longer"`
	Outage   *Outage   `yaml:"outage" doc:"services stand still meanwhile"`
}

// Slowdown multiplies the time of services that start in it: linearly up during Rise, then Hold, linearly back during Fall.
type Slowdown struct {
	Name     string         `yaml:"name"`
	At       traffic.Moment `yaml:"at" required:"true"`
	Multiply float64        `yaml:"multiply" required:"true" check:"positive"`
	Rise     time.Duration  `yaml:"rise" default:"0s"`
	Hold     time.Duration  `yaml:"hold" required:"true"`
	Fall     *time.Duration `yaml:"fall" doc:"rise if it is left out"`
	Begin    time.Duration  `yaml:"-"` // At, resolved by the calendar, since clock.start
}

// Outage stops all services for a while.
type Outage struct {
	Name   string         `yaml:"name"`
	At     traffic.Moment `yaml:"at" required:"true"`
	Length time.Duration  `yaml:"length" required:"true" check:"positive"`
	Begin  time.Duration  `yaml:"-"`
}

// Fleet says what an instance is, how it starts, is paid for and fails: the `fleet` block of a scenario.
type Fleet struct {
	Type         string        `yaml:"type" doc:"instance type, looked up in the price table"`
	Price        *unit.Price   `yaml:"price" doc:"instead of a type, or for it: 1.408 USD/h"`
	VCPUs        int           `yaml:"vcpus" check:"min=1" doc:"cores of one instance, where CPUUtilization counts them and the type is not in the table"`
	GPUs         int           `yaml:"gpus" check:"min=1"`
	Start        *int          `yaml:"start" check:"min=0,max=100000" doc:"instances in service at the begin; min, or fixed.instances, if it is left out"`
	StartUp      StartUp       `yaml:"start-up" doc:"from the order until an instance is in service"`
	Billing      Billing       `yaml:"billing"`
	Drain        Drain         `yaml:"drain" default:"finish" doc:"finish: a removed instance serves out what it holds; a duration cuts that off"`
	Zones        int           `yaml:"zones" default:"1" check:"min=1,max=100"`
	ReplaceAfter time.Duration `yaml:"replace-after" default:"60s" doc:"until a lost instance or a refused launch is noticed and launched anew"`
	Failures     []Failure     `yaml:"failures"`
}

// StartUp is in stages, each a distribution drawn by launch number.
type StartUp struct {
	Preset    string              `yaml:"preset" enum:"llm-endpoint-2024|qwen3-0.6b-ml.g5.xlarge|qwen3-8b-ml.g6.2xlarge|qwen3-8b-ml.g6.2xlarge-cached|p50-ml.g4dn.xlarge|p50-ml.g4dn.xlarge-cached|p50-ml.g5.2xlarge|p50-ml.g5.2xlarge-cached|p50-ml.g5.xlarge|p50-ml.g5.xlarge-cached" instead:"provision,load" doc:"a published start-up of a model server, for what of provision and load is left out (docs/model.md lists them)"`
	Provision chance.Distribution `yaml:"provision" default:"0s" doc:"until the machine runs"`
	Load      chance.Distribution `yaml:"load" default:"0s" doc:"until the model or program is loaded and ready"`
	Ready     *Ready              `yaml:"ready" doc:"in service before it is loaded: its health check passes too early"`
}

// Billing of one instance: its time, rounded up to Granularity and raised to Minimum.
type Billing struct {
	Granularity time.Duration `yaml:"granularity" default:"1s" check:"positive"`
	Minimum     time.Duration `yaml:"minimum" default:"0s"`
	Starting    string        `yaml:"starting" enum:"charged|free" default:"charged" doc:"whether the time until in service is charged"`
	PerRequest  *unit.Amount  `yaml:"per-request" doc:"of each request that is served, besides the price of instances: 0.00001 USD"`
	PerBusy     *unit.Amount  `yaml:"per-busy-second" doc:"of each second of a busy slot, besides the price of instances: 0.00008 USD"`
}

// Drain is how long a removed instance may serve out what it holds. Finish: until it is done.
type Drain struct {
	Finish bool
	Limit  time.Duration // unless Finish
}

// Failure is a choice of one.
type Failure struct {
	_        struct{}         `choice:"true"`
	Zone     *ZoneFailure     `yaml:"zone" doc:"all instances of a zone are lost at once; no launches there meanwhile"`
	Instance *InstanceFailure `yaml:"instance" doc:"instances are lost one by one ({mean-time: 30d}) or some at a time ({count: 2, at})"`
	Launch   *LaunchFailure   `yaml:"launch" doc:"launches are refused by chance ({refused: 2%}) or above a limit for a time ({limit: 20, from, to})"`
}

// ZoneFailure loses all instances of zone Number (1 is the first) at Begin, and lets none be launched there for Length.
type ZoneFailure struct {
	Name   string         `yaml:"name"`
	Number int            `yaml:"number" required:"true" check:"min=1"`
	At     traffic.Moment `yaml:"at" required:"true"`
	Length time.Duration  `yaml:"length" required:"true" check:"positive"`
	Begin  time.Duration  `yaml:"-"`
}

// InstanceFailure is either MeanTime (exponential life in service, drawn by launch number) or Count instances lost at Begin
// (the oldest in service first).
type InstanceFailure struct {
	Name     string          `yaml:"name"`
	MeanTime time.Duration   `yaml:"mean-time" check:"positive" instead:"count,at" doc:"mean of the exponential time in service until an instance is lost"`
	Count    int             `yaml:"count" check:"min=1,max=100000" instead:"mean-time" doc:"instances lost at once, the oldest in service first"`
	At       *traffic.Moment `yaml:"at" instead:"mean-time"`
	Begin    time.Duration   `yaml:"-"`
}

// LaunchFailure is either Refused (by launch number) or a Limit of instances alive (starting, in service, draining) in [From, To).
type LaunchFailure struct {
	Name       string          `yaml:"name"`
	Refused    *unit.Share     `yaml:"refused" instead:"limit,from,to" doc:"share of launches that are refused, tried again after replace-after"`
	Limit      *int            `yaml:"limit" check:"min=0,max=100000" instead:"refused" doc:"instances alive (starting, in service, draining) above which launches are refused"`
	From       *traffic.Moment `yaml:"from" instead:"refused"`
	To         *traffic.Moment `yaml:"to" instead:"refused"`
	Begin, End time.Duration   `yaml:"-"`
}

// Metrics says how metrics are published: the `metrics` block of a scenario.
type Metrics struct {
	Period time.Duration           `yaml:"period" default:"60s" check:"positive" doc:"of published points"`
	Delay  time.Duration           `yaml:"delay" default:"60s" doc:"from the end of a period until a policy can see the point"`
	Each   map[string]MetricTiming `yaml:",inline" doc:"a metric's own period, delay and idle"`
}

// MetricTiming is a metric's own timing; what is left out comes from Metrics (ConcurrentRequestsPerModel: 10 s and 10 s).
type MetricTiming struct {
	Period *time.Duration `yaml:"period" check:"positive"`
	Delay  *time.Duration `yaml:"delay"`
	Idle   string         `yaml:"idle" enum:"zero|missing|last" doc:"what is published for a period in which nothing happened; the metric's own way if left out"`
}
