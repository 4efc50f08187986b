package serverless

import (
	"math/big"
	"time"

	"headroom/policy"
	"headroom/unit"
)

// named is a price with its key.
type named struct {
	key    string
	amount *unit.Amount
}

// named are the prices that are given, in the order of their keys.
func (p *Prices) named() (given []named) {
	for _, n := range []named{{"compute", p.Compute}, {"request", p.Request}, {"data", p.Data}, {"provisioned", p.Provisioned},
		{"provisioned-compute", p.ProvisionedCompute}} {
		if n.amount != nil {
			given = append(given, n)
		}
	}
	return given
}

// find is the price of a key, nil if it is not given.
func (p *Prices) find(key string) *unit.Amount {
	for _, n := range p.named() {
		if n.key == key {
			return n.amount
		}
	}
	return nil
}

// defaults are the list prices of a platform in us-east-1, as far as public pages print them: SageMaker's compute from one
// secondary page (unconfirmed), Lambda's from its price page (x86, first tier, without the free tier). Provisioned concurrency of
// Lambda is charged in steps of five minutes.
func defaults(platform string) (p Prices, provisioned time.Duration) {
	usd := func(pico int64) *unit.Amount { return &unit.Amount{Currency: "USD", Pico: pico} }
	if platform == Lambda {
		return Prices{Compute: usd(16_666_700), Request: usd(200_000), Provisioned: usd(4_166_700), ProvisionedCompute: usd(9_722_200)}, 5 * time.Minute
	}
	return Prices{Compute: usd(20_000_000)}, time.Second
}

// filled are the prices with the platform's where nothing is said; what costs nothing is 0 of the same currency.
func (s *Settings) filled() Prices {
	p := s.Price
	known, _ := defaults(s.Vendor)
	either := func(a, b *unit.Amount) *unit.Amount {
		switch {
		case a != nil:
			return a
		case b != nil:
			return b
		}
		return &unit.Amount{Currency: s.currency()}
	}
	return Prices{either(p.Compute, known.Compute), either(p.Request, known.Request), either(p.Data, known.Data),
		either(p.Provisioned, known.Provisioned), either(p.ProvisionedCompute, known.ProvisionedCompute)}
}

// currency is that of the prices.
func (s *Settings) currency() string {
	if given := s.Price.named(); len(given) > 0 {
		return given[0].amount.Currency
	}
	return "USD"
}

// fees are the prices of one environment.
func (s *Settings) fees() policy.Fees {
	p := s.filled()
	_, step := defaults(s.Vendor)
	of := func(a *unit.Amount, size unit.Size) *big.Rat {
		return new(big.Rat).Mul(a.Rat(), big.NewRat(int64(size), int64(unit.GB)))
	}
	return policy.Fees{
		Currency: s.currency(), Compute: of(p.Compute, s.Memory), Warm: of(p.ProvisionedCompute, s.Memory), Provisioned: of(p.Provisioned, s.Memory),
		Request: p.Request.Rat(), Data: of(p.Data, s.Payload), Granularity: time.Millisecond, ProvisionedGranularity: step, ColdStart: s.ChargeCold != "free",
	}
}
