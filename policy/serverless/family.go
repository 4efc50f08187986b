package serverless

import (
	"math"
	"slices"
	"time"

	"headroom/chance"
	"headroom/policy"
	"headroom/policy/aws"
	"headroom/problem"
)

// Start is how many environments are provisioned.
func (s *Settings) Start() int {
	switch p := s.Provisioned; {
	case p == nil:
		return 0
	case p.Scaling != nil:
		return p.Scaling.Min
	case p.Concurrency != nil:
		return *p.Concurrency
	}
	return 0
}

// scalingKey is where the scaling of provisioned concurrency stands.
const scalingKey = "provisioned.scaling"

// target is provisioned concurrency as a scalable target; nil where it does not scale.
func (s *Settings) target() *aws.Settings {
	if s.Provisioned == nil || s.Provisioned.Scaling == nil {
		return nil
	}
	service := aws.ServerlessConcurrency
	if s.Vendor == Lambda {
		service = aws.LambdaConcurrency
	}
	return s.Provisioned.Scaling.Target(service, "scaling.serverless."+scalingKey)
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

// Watches are the metrics that the policies on provisioned concurrency look at.
func (s *Settings) Watches() (all []policy.Watch) {
	if t := s.target(); t != nil {
		for _, w := range t.Watches() {
			w.At, w.Policy = scalingKey+"."+w.At, scalingKey+"."+w.Policy
			all = append(all, w)
		}
	}
	return all
}

// CheckTiming says where an alarm does not fit its metric's timing.
func (s *Settings) CheckTiming(timing policy.Timing) []problem.Problem {
	if t := s.target(); t != nil {
		return problem.Under(scalingKey, t.CheckTiming(timing))
	}
	return nil
}

// Fill writes the platform's prices into those that were left out, and into policies the defaults of their metrics' timing.
func (s *Settings) Fill(timing policy.Timing) {
	if t := s.target(); t != nil {
		t.Fill(timing)
		s.Provisioned.Scaling.Assume = t.Assume
	}
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

// New is the scaler of one run: of what is provisioned.
func (s *Settings) New(run policy.Run) policy.Scaler {
	if t := s.target(); t != nil {
		return &keeper{t.New(run), s.shown()}
	}
	return &keeper{policy.Fixed{}, s.shown()}
}

// A keeper keeps provisioned environments as its scaler wants, and shows metrics that it does not look at.
type keeper struct {
	policy.Scaler
	shown []string
}

// Needs are what the scaler looks at, and metrics for a reader.
func (k *keeper) Needs() []policy.Need {
	needs := slices.Clone(k.Scaler.Needs())
	for _, name := range k.shown {
		if slices.ContainsFunc(needs, func(n policy.Need) bool { return n.Metric == name }) {
			continue
		}
		var sees func(policy.Point) float64
		if i := k.shown[0]; name == i { // concurrency is looked at by its maximum
			sees = func(p policy.Point) float64 { return p.Max }
		}
		needs = append(needs, policy.Need{Metric: name, Lookback: time.Minute, High: math.NaN(), Low: math.NaN(), Sees: sees})
	}
	return needs
}
