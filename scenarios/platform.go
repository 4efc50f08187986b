package scenarios

import (
	"strconv"

	"headroom/policy"
	"headroom/sim"
)

// platform holds the service to what the platform of the family can serve: how many at once, where requests wait, who gives up.
// What the file leaves out is what the platform does.
func (c *checker) platform() {
	path, family := c.Scaling.family()
	if !c.clean(path + ".service") {
		return
	}
	p := family.Platform()
	if p.Slots > 0 && c.clean("service.concurrency") && c.Service.Concurrency > p.Slots {
		c.add("service.concurrency", "at most "+strconv.Itoa(p.Slots)+" for "+p.Name+means(p), strconv.Itoa(c.Service.Concurrency), "")
	}
	if c.clean("service.queue") {
		c.queue(p)
	}
	if p.Hosts != nil {
		c.hosts(p)
	}
	if t := c.Service.Timeout; p.Expire > 0 && t != (sim.Timeout{}) && c.clean("service.timeout") {
		c.add("service.timeout", "none: the client of "+p.Name+" does not wait; "+path+".expire is how long a request may", "a timeout", "")
	}
}

// means says what one instance is, where that bounds what it can serve.
func means(p policy.Platform) string {
	if p.Slots > 1 || p.Unit == "" {
		return ""
	}
	return ", where one instance is " + p.Unit
}

// queue holds service.queue to where requests wait.
func (c *checker) queue(p policy.Platform) {
	q := &c.Service.Queue
	given := c.doc.Has("service.queue")
	none, endless := sim.Limit(0), sim.Unlimited
	switch p.Queue {
	case "shared":
		switch {
		case !given:
			*q = sim.Queue{Shared: &endless}
		case q.Shared == nil:
			c.add("service.queue", "{shared: N}, the one queue of "+p.Name+" (or left out)", q.Own.String(), "")
		}
	case "own":
		if q.Shared != nil {
			c.add("service.queue", "a queue of each instance: "+p.Name+" has no queue of its own, and fails what finds none in service", "{shared: "+q.Shared.String()+"}", "")
		}
	case "none":
		switch {
		case !given:
			*q = sim.Queue{Own: none}
		case q.Shared != nil || q.Own != none:
			c.add("service.queue", "0: "+p.Name+" lets nothing wait, what finds no place is refused (or left out)", "a queue", "")
		}
	}
}

// hosts refuses what is not modelled of machines under copies.
func (c *checker) hosts(p policy.Platform) {
	if c.clean("fleet.zones") && c.Fleet.Zones > 1 {
		c.add("fleet.zones", "1: "+p.Name+" places copies on instances by room, zones of them are not modelled", strconv.Itoa(c.Fleet.Zones), "")
	}
	if c.clean("fleet.start", "scaling") && c.Fleet.Start != nil && *c.Fleet.Start > p.Hosts.Max*p.Hosts.PerHost {
		c.add("fleet.start", "at most the copies that the instances have room for, "+strconv.Itoa(p.Hosts.Max)+" × "+strconv.Itoa(p.Hosts.PerHost), strconv.Itoa(*c.Fleet.Start), "")
	}
	if c.clean("fleet.billing.starting") && c.Fleet.Billing.Starting == "free" {
		c.add("fleet.billing.starting", "charged: an instance under copies is paid for from its launch", "free", "")
	}
}
