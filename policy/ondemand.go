package policy

import (
	"math/big"
	"time"

	"headroom/chance"
)

// OnDemand is a platform that makes an environment for each request that finds none idle. An environment serves one request at a
// time; requests above MaxConcurrency are throttled, none waits in a queue. The instances of the fleet are the environments that
// are kept provisioned: they are used first.
type OnDemand struct {
	MaxConcurrency int                 // requests in environments at once, starting ones included
	Idle           time.Duration       // without a request, after which an environment that was made on demand is reclaimed
	ColdStart      chance.Distribution // from the request until its new environment begins to serve it
	Provision      chance.Distribution // from the order until a provisioned environment is ready
	// CountsThrottled: throttled attempts count as Invocations (SageMaker); else not (Lambda).
	CountsThrottled bool
	Fees            Fees
}

// Fees are what use costs, in currency units. Durations are rounded up to Granularity, each by itself.
type Fees struct {
	Currency    string
	Compute     *big.Rat // a second of service in an environment made on demand
	Warm        *big.Rat // a second of service in a provisioned one
	Provisioned *big.Rat // a second of a provisioned environment, in use or not
	Request     *big.Rat // a request that an environment took
	Data        *big.Rat // its data
	Granularity time.Duration
	// ProvisionedGranularity is what the time of a provisioned environment is rounded up to.
	ProvisionedGranularity time.Duration
	ColdStart              bool // cold starts are charged like service
}
