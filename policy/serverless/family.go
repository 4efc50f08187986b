package serverless

import (
	"math"
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/problem"
)

// Start is how many environments are provisioned.
func (s *Settings) Start() int {
	if s.Provisioned == nil {
		return 0
	}
	return s.Provisioned.Concurrency
}

// The metrics' names: SageMaker's are all that a serverless endpoint publishes (serverless-endpoints-monitoring), but for
// OverheadLatency, most of which is not modelled.
var (
	sageMaker = []string{"Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency", "ModelSetupTime", "MemoryUtilization",
		"ServerlessConcurrentExecutionsUtilization"}
	sageMakerProvisioned = []string{"ServerlessProvisionedConcurrencyExecutions", "ServerlessProvisionedConcurrencyInvocations",
		"ServerlessProvisionedConcurrencySpilloverInvocations", "ServerlessProvisionedConcurrencyUtilization"}
	lambda            = []string{"Invocations", "Throttles", "ConcurrentExecutions"}
	lambdaProvisioned = []string{"ProvisionedConcurrentExecutions", "ProvisionedConcurrencyInvocations",
		"ProvisionedConcurrencySpilloverInvocations", "LambdaProvisionedConcurrencyUtilization"}
)

// Metrics are the names of the platform's metrics.
func (s *Settings) Metrics() []string {
	plain, provisioned := sageMaker, sageMakerProvisioned
	if s.Vendor == Lambda {
		plain, provisioned = lambda, lambdaProvisioned
	}
	all := append([]string(nil), plain...)
	if s.Provisioned != nil {
		all = append(all, provisioned...)
	}
	return all
}

// shown are those that are published for a reader of the result: how near the limit it is, and what the limit cost.
func (s *Settings) shown() []string {
	shown := []string{"ServerlessConcurrentExecutionsUtilization", "Invocation4XXErrors"}
	if s.Vendor == Lambda {
		shown = []string{"ConcurrentExecutions", "Throttles"}
	}
	if s.Provisioned != nil && s.Vendor == Lambda {
		return append(shown, "ProvisionedConcurrencySpilloverInvocations")
	} else if s.Provisioned != nil {
		return append(shown, "ServerlessProvisionedConcurrencySpilloverInvocations")
	}
	return shown
}

// Watches are none: nothing scales.
func (s *Settings) Watches() []policy.Watch { return nil }

// CheckTiming finds nothing.
func (s *Settings) CheckTiming(policy.Timing) []problem.Problem { return nil }

// Fill writes the platform's prices into those that were left out.
func (s *Settings) Fill(policy.Timing) {
	p := s.filled()
	if s.Provisioned == nil {
		p.Provisioned, p.ProvisionedCompute = s.Price.Provisioned, s.Price.ProvisionedCompute
	}
	s.Price = p
}

// Platform is what the platform does by itself: all of it.
func (s *Settings) Platform() policy.Platform {
	d := &policy.OnDemand{MaxConcurrency: s.MaxConcurrency, Idle: s.Idle, ColdStart: s.ColdStart, Provision: chance.Fixed(0),
		CountsThrottled: s.Vendor != Lambda, Fees: s.fees()}
	if s.Provisioned != nil {
		d.Provision = s.Provisioned.StartUp
	}
	return policy.Platform{Name: s.Vendor, OnDemand: d}
}

// New is the scaler of one run: it keeps what is provisioned.
func (s *Settings) New(policy.Run) policy.Scaler { return &keeper{shown: s.shown()} }

// A keeper keeps the provisioned environments as they are.
type keeper struct {
	policy.Fixed
	shown []string
}

// Needs are metrics for a reader.
func (k *keeper) Needs() (needs []policy.Need) {
	for _, name := range k.shown {
		var sees func(policy.Point) float64
		if i := k.shown[0]; name == i { // concurrency is looked at by its maximum
			sees = func(p policy.Point) float64 { return p.Max }
		}
		needs = append(needs, policy.Need{Metric: name, Lookback: time.Minute, High: math.NaN(), Low: math.NaN(), Sees: sees})
	}
	return needs
}
