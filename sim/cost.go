package sim

import (
	"math/big"
	"time"
)

// hourly is the price of an instance or of a provisioned environment for an hour.
func (c *Config) hourly() *big.Rat {
	if d := c.Platform.OnDemand; d != nil {
		return new(big.Rat).Mul(d.Fees.Provisioned, big.NewRat(3600, 1))
	}
	return c.Fleet.Price.Hourly()
}

// perUse are the prices of a served request and of a second of a busy slot.
func (b *Billing) perUse() (request, second float64) {
	if b.PerRequest != nil {
		request = float64(b.PerRequest.Pico) * 1e-12
	}
	if b.PerBusy != nil {
		second = float64(b.PerBusy.Pico) * 1e-12
	}
	return request, second
}

// cost is what the run cost, exactly: price × charged time, and use × its price.
func (l *ledger) cost(r *Result) {
	billed, hours := l.fleet.bill.hours()
	c := &r.Cost
	c.Billed = billed
	held := new(big.Rat).Mul(l.cfg.hourly(), hours)
	if d := l.cfg.Platform.OnDemand; d != nil {
		c.Currency, c.By.Provisioned = d.Fees.Currency, held // the engine has booked the rest
	} else {
		c.Currency, c.By.Instances = l.cfg.Fleet.Price.Currency, held
		b := &l.cfg.Fleet.Billing
		if b.PerRequest != nil {
			c.By.Requests = new(big.Rat).Mul(b.PerRequest.Rat(), new(big.Rat).SetInt64(r.Requests.Served))
		}
		if b.PerBusy != nil {
			c.By.Compute = new(big.Rat).Mul(b.PerBusy.Rat(), new(big.Rat).SetFrac(l.sumBusy.exact(), big.NewInt(int64(time.Second))))
		}
	}
	c.By.Storage = l.fleet.pool.storage()
	c.Total = new(big.Rat)
	for _, part := range []*big.Rat{c.By.Instances, c.By.Compute, c.By.Requests, c.By.Data, c.By.Provisioned, c.By.Storage} {
		if part != nil {
			c.Total.Add(c.Total, part)
		}
	}
}

// exact is the total in nanoseconds × count.
func (s total) exact() *big.Int {
	n := new(big.Int).Mul(big.NewInt(s.seconds), big.NewInt(1e9))
	return n.Add(n, big.NewInt(s.nanos))
}
