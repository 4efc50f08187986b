package scenarios

import (
	"strconv"

	"headroom/problem"
	"headroom/sim"
	"headroom/unit"
)

// currency is what the scenario's prices are in, "" if that is not known.
func (c *checker) currency() string {
	_, family := c.Scaling.family()
	switch d := family.Platform().OnDemand; {
	case d != nil:
		return d.Fees.Currency
	case c.Fleet.Price != nil && c.clean("fleet.price"):
		return c.Fleet.Price.Currency
	}
	return ""
}

// serverless refuses what an environment that serves one request at a time does not have (facts of the developer guide's page
// serverless-endpoints: no GPU, no VPC, one model), and what a fleet charges for in another currency than use.
func (c *checker) serverless() {
	if b := &c.Fleet.Billing; c.Fleet.Price != nil && c.clean("fleet.price") {
		if c.Scaling.Serverless == nil {
			c.use("fleet.billing.per-request", b.PerRequest)
			c.use("fleet.billing.per-busy-second", b.PerBusy)
		}
	}
	if c.Scaling.Serverless == nil {
		return
	}
	none := func(path, must, got string, of ...string) {
		c.conclude([]problem.Problem{{Path: path, Must: must, Got: got, Of: append(of, path)}})
	}
	if n := c.Service.Concurrency; n > 1 {
		none("service.concurrency", "1 beside scaling.serverless: an environment serves one request at a time", strconv.Itoa(n))
	}
	if u := c.Service.Uses.GPU; u != (sim.Use{Share: 1}) { // what stands for nothing said
		none("service.uses.gpu", "left out beside scaling.serverless: serverless environments have no GPU", "a use of GPUs")
	}
	if c.Fleet.GPUs > 0 {
		none("fleet.type", "a type without GPUs beside scaling.serverless: serverless environments have none, so times measured on one do not hold",
			c.Fleet.Type, "fleet.gpus")
	}
	if c.doc.Has("network") {
		none("network", "left out beside scaling.serverless: a serverless endpoint has no VPC", "a network")
	}
	if c.clean("scaling.serverless.cold-start") {
		c.empirical("scaling.serverless.cold-start", c.Scaling.Serverless.ColdStart.Empirical)
	}
}

// use holds a price of use to the currency of the fleet's.
func (c *checker) use(path string, a *unit.Amount) {
	if a != nil && c.clean(path) && a.Currency != c.Fleet.Price.Currency {
		c.add(path, "the currency of fleet.price, "+c.Fleet.Price.Currency, a.Currency, "")
	}
}

// unused are the keys that the file has and a family has no use for.
func (f *File) unused() (keys []string) {
	_, family := f.Scaling.family()
	if family.Platform().OnDemand == nil {
		return nil
	}
	for _, key := range []string{"fleet", "service.queue", "service.balancer"} {
		if f.doc.Has(key) {
			keys = append(keys, key)
		}
	}
	return keys
}
