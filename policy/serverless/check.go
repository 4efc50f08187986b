package serverless

import (
	"strconv"

	"headroom/problem"
	"headroom/unit"
)

// The limits of SageMaker serverless endpoints and of Lambda functions.
const (
	MaxConcurrencySageMaker = 200
	leastLambda             = 128 * unit.MB
	mostLambda              = 10240 * unit.MB
	leastSageMaker          = 1 * unit.GB
	mostSageMaker           = 6 * unit.GB
)

// Check says what the platform does not offer.
func (s *Settings) Check() (ps []problem.Problem) {
	add := func(path, must, got string, of ...string) {
		ps = append(ps, problem.Problem{Path: path, Must: must, Got: got, Of: of})
	}
	lambda := s.Vendor == Lambda
	switch {
	case lambda && (s.Memory < leastLambda || s.Memory > mostLambda || s.Memory%unit.MB != 0):
		add("memory", "128 MB to 10240 MB in whole MB for lambda", s.Memory.String(), "memory", "platform")
	case !lambda && (s.Memory < leastSageMaker || s.Memory > mostSageMaker || s.Memory%unit.GB != 0):
		add("memory", "1024 MB to 6144 MB in steps of 1024 MB for sagemaker", s.Memory.String(), "memory", "platform")
	}
	if !lambda && s.MaxConcurrency > MaxConcurrencySageMaker {
		add("max-concurrency", "at most 200 for sagemaker", strconv.Itoa(s.MaxConcurrency), "max-concurrency", "platform")
	}
	if p := s.Provisioned; p != nil {
		ps = append(ps, s.checkProvisioned(p)...)
	}
	return append(ps, s.checkPrices()...)
}

// checkProvisioned holds what is provisioned to the limit, and its scaling to the service's rules.
func (s *Settings) checkProvisioned(p *Provisioned) (ps []problem.Problem) {
	limit := func(path string, n int) {
		if n > s.MaxConcurrency {
			ps = append(ps, problem.Problem{Path: path, Must: "at most max-concurrency, " + strconv.Itoa(s.MaxConcurrency), Got: strconv.Itoa(n),
				Of: []string{path, "max-concurrency"}})
		}
	}
	switch {
	case (p.Concurrency == nil) == (p.Scaling == nil):
		got := "neither"
		if p.Scaling != nil {
			got = "both"
		}
		return []problem.Problem{{Path: "provisioned", Must: "concurrency, or scaling", Got: got, Of: []string{"provisioned.concurrency", "provisioned.scaling"}}}
	case p.Concurrency != nil:
		limit("provisioned.concurrency", *p.Concurrency)
	default:
		limit("provisioned.scaling.max", p.Scaling.Max)
		ps = append(ps, problem.Under(scalingKey, s.target().Check())...)
	}
	return ps
}

// checkPrices holds the prices to one currency, and asks for those that no public page prints.
func (s *Settings) checkPrices() (ps []problem.Problem) {
	given := s.Price.named()
	for _, n := range given {
		if first := given[0]; n.amount.Currency != first.amount.Currency {
			ps = append(ps, problem.Problem{Path: "price." + n.key, Must: "the currency of price." + first.key + ", " + first.amount.Currency,
				Got: n.amount.Currency, Of: []string{"price." + n.key, "price." + first.key}})
		}
	}
	known, _ := defaults(s.Vendor)
	for _, n := range known.named() { // defaults are in dollars
		if s.Price.find(n.key) == nil && len(given) > 0 && given[0].amount.Currency != n.amount.Currency && (s.Provisioned != nil || !provisionedKey(n.key)) {
			ps = append(ps, problem.Problem{Path: "price." + n.key, Must: "given, as price." + given[0].key + " is in " + given[0].amount.Currency,
				Got: "nothing", Of: []string{"price." + n.key, "price." + given[0].key, "platform"}})
		}
	}
	for _, key := range []string{"provisioned", "provisioned-compute"} {
		if s.Provisioned != nil && s.Vendor == SageMaker && s.Price.find(key) == nil {
			ps = append(ps, problem.Problem{Path: "price." + key, Must: "given with provisioned concurrency on sagemaker: no public figure is known",
				Got: "nothing", Of: []string{"price." + key, "platform", "provisioned"}})
		}
	}
	return ps
}

func provisionedKey(key string) bool { return key == "provisioned" || key == "provisioned-compute" }
