package sim

import (
	"math/big"
	"time"

	"headroom/histogram"
	"headroom/policy"
	"headroom/traffic"
)

// Result is what one run leaves: plain data, read by reports, charts and comparisons. Instants are since clock.start.
type Result struct {
	Config   Config
	Requests Requests
	Latency  Summary // first arrival to completion, of served requests
	Wait     Summary // first arrival to the start of the service that served it
	// Serving are instances in service over time.
	ServingMin, ServingMax int
	ServingMean            float64
	Hours                  States      // instance-hours by state, before billing rules
	Utilization            float64     // busy slot-time ÷ slot-time in service and draining; NaN if there is none
	Hosts                  *HostCounts // under the copies of a model; nil: instances are machines themselves
	InFlight               float64     // requests waiting or in service, averaged over time
	Cost                   Cost
	Scaling                Scaling
	Approximations         []string // what the engine only approximates of this scenario, in words
	Unused                 []string // what the scenario says and this way to scale has no use for, by its key
	Minutes                []Minute // whole minutes from clock.start
	Decisions              []Decision
	Happenings             []Happening
	Addresses              *Addresses // that launches did not find; nil: there were enough
	Series                 []Series   // of every metric that the scaler needs, in its order
	Marks                  []traffic.Mark
	// PerInstance is how many requests per second one instance serves with all slots busy and no slowdown (slots ÷ mean
	// service time), to draw capacity.
	PerInstance float64
	// PerLoading is the same of one whose model still loads.
	PerLoading float64
}

// Requests are counts; Offered + CarriedIn = Served + Failed + WaitingAtEnd + InServiceAtEnd, exactly.
type Requests struct {
	Offered, CarriedIn, Served, Failed int64
	FailedBy                           FailedBy
	Retries                            int64
	WaitingAtEnd, InServiceAtEnd       int64
	Wasted                             time.Duration // slot time spent for clients that had given up
	// Invoked are attempts that an environment took, Cold those that had to wait for a new one, Throttled
	// those that none took. All are 0 on a fleet of instances.
	Invoked, Cold, Throttled int64
}

// FailedBy counts failed requests by the cause of their last attempt's failure.
type FailedBy struct {
	Rejected, Timeout, NoCapacity, InstanceLost, Throttled int64
	Error                                                  int64 // answered by an instance whose model still loaded
}

// Summary of a duration over the served requests. Samples is empty if nothing was served: then nothing else exists.
type Summary struct {
	Count   int64
	Mean    float64       // nanoseconds
	Max     time.Duration // −1: not known (fluid)
	Samples *histogram.Histogram
}

// States are instance-hours; Pool are those in a warm pool, stopped or not.
type States struct{ Starting, Serving, Draining, Pool float64 }

// Cost in exact arithmetic.
type Cost struct {
	Currency string
	Total    *big.Rat
	By       CostBy // what it is made of: the parts add up to Total
	// Billed is the charged instance time after the billing rules, in nanoseconds.
	Billed *big.Int
}

// CostBy are the parts of a cost; nil is nothing.
type CostBy struct {
	Instances   *big.Rat // instances, by the time that they are there
	Compute     *big.Rat // service, by its duration
	Requests    *big.Rat // requests, by their number
	Data        *big.Rat // their data
	Provisioned *big.Rat // provisioned environments, by the time that they are there
	Storage     *big.Rat // stopped instances of a warm pool, by the time that they are stopped
}

// Scaling counts decisions that changed desired capacity, schedules included, and the unfulfilled ones by what held them.
type Scaling struct {
	Out, In int
	HeldBy  map[policy.Hold]int
}

// Minute is one whole minute [At, At+60 s). Counts belong to the minute of arrival (Offered, Attempts, Retries), completion
// (Served, latency, wait) or failure (Failed).
type Minute struct {
	At                         time.Duration
	Offered, Attempts, Retries int64
	Served, Failed             int64
	// Mean, Max of latency and wait; Latency and Wait are the quantiles of Config.Quantiles. They mean nothing if Served is 0.
	Mean, WaitMean float64       // nanoseconds
	Max, WaitMax   time.Duration // −1: not known (fluid)
	Latency, Wait  []time.Duration
	// At the end of the minute: requests waiting (backoff included), instances by state, desired capacity.
	Waiting                              int64
	Starting, Serving, Draining, Desired int
	// Time averages over the minute.
	ServingMean, StartingMean, DrainingMean float64
	Utilization                             float64 // NaN: no slot in service or draining
	InFlight                                float64
	Cost                                    float64 // price × charged instance time of this minute, before granularity and minimum
	Hosts                                   float64 // machines under the copies of a model, averaged over the minute
	Pool, PoolCost                          float64 // instances in the warm pool, averaged over the minute, and what of Cost they were
	// Demand is the time of service that arrived in the minute ÷ 60 s: the slots that the offered traffic keeps busy
	// (a mean rate of first attempts × the mean service time then).
	Demand float64
	// ServingMin and ServingMax are the smallest and the largest number in service during the minute.
	ServingMin, ServingMax int
	Lost, Refused          int     // instances lost, launches refused in the minute
	UseCost                float64 // what of Cost is for use: requests and service, not the time that instances or provisioned environments are there
	// Invoked, Cold and Throttled are attempts that an environment took, that waited for a new one, that none could take.
	Invoked, Cold, Throttled int64
	// Loading are instances in service whose models still load: at the end, on average, and how many there were in the minute at some
	// time. Erred are the attempts that they failed.
	Loading     int
	LoadingMean float64
	LoadingSeen int
	Erred       int64
	Slow        bool // a slowdown or outage of the service touches the minute
}

// Decision is one entry of the decision log; a run of equal held wishes is one entry with Until.
type Decision struct {
	At    time.Duration
	Until time.Duration // last time it was decided; At if once
	policy.Entry
	// Complete is when the change was done, −1 if it never was within the run; only of entries that changed capacity.
	Complete time.Duration
}

// Happening is something that happened to instances.
type Happening struct {
	At    time.Duration
	What  string // "lost", "refused" or "replaced" (launched anew), "rebalanced", "renewed" (replaced at its maximum lifetime)
	Count int
	Text  string
}

// Series is a metric as it was published.
type Series struct {
	Metric    string
	Unit      string
	High, Low float64 // thresholds to draw; NaN: none
	// HighAt, LowAt: the alarm fires at the threshold too.
	HighAt, LowAt bool
	Points        []Published
}

// Published is one point: the value of [End−Period, End) by the statistic that its policy looks at, seen from Seen on. Missing:
// nothing was published.
type Published struct {
	End, Seen time.Duration
	Value     float64
	Missing   bool
}
