package verify

import (
	"fmt"

	"headroom/oracle"
	"headroom/sim"
)

// impatient is M/M/c with clients who give up after a fixed time, but only while they wait.
func impatient() (all []*world) {
	for _, x := range []struct {
		lambda, tau float64
		c           int
		quick       int
	}{{0.8, 1, 1, 0}, {9, 0.25, 10, 20}, {12, 2, 10, 0}, {100, 0.1, 100, 0}, {110, 0.5, 100, 0}} {
		answer := oracle.FixedPatience(x.lambda, 1, x.tau, x.c)
		w := &world{id: fmt.Sprintf("mmcd%d-%g", x.c, x.lambda), family: "client timeout", load: x.lambda / float64(x.c), servers: x.c, runs: 20, quick: x.quick,
			model: fmt.Sprintf("M/M/%d, clients give up after waiting %gs", x.c, x.tau)}
		w.file = file{traffic: constant(x.lambda), scaling: fixed(x.c), service: exponential + oneQueue + fmt.Sprintf(", timeout: {waiting: %gs}", x.tau)}
		w.file.span(8e6, x.lambda, 10, w.runs)
		w.quantities = []quantity{
			failed("gave-up", "share that gives up", known(answer.Abandon)),
			{key: "pwait", metric: "P(wait), of all", exact: known(answer.PWait), of: func(r *sim.Result) float64 {
				return 1 - r.Wait.Samples.Share(0)*served(r)
			}},
			meanWait(known(answer.WaitServed)),
			{key: "wait-all", metric: "mean wait of all", unit: "s", exact: known(answer.Wait), of: func(r *sim.Result) float64 {
				return r.Wait.Mean/second*served(r) + x.tau*(1-served(r))
			}},
			utilization(known(x.lambda * (1 - answer.Abandon) / float64(x.c))),
		}
		w.quantities[2].metric = "mean wait of the served"
		all = append(all, w)
	}
	return all
}

// served is the share of the ended that were served.
func served(r *sim.Result) float64 {
	return float64(r.Requests.Served) / float64(r.Requests.Served+r.Requests.Failed)
}

// balanced are fleets whose instances have queues of their own.
func balanced() (all []*world) {
	add := func(id, model, balancer string, n int, rho float64, quick bool, quantities ...quantity) {
		w := &world{id: id, family: "balancers", model: model, load: rho, servers: n, runs: 20, quantities: quantities}
		lambda := rho * float64(n)
		w.file = file{traffic: constant(lambda), service: exponential + ", balancer: " + balancer, scaling: fixed(n)}
		w.file.span(effort(rho), lambda, forget(rho, 1, 1), w.runs)
		if quick {
			w.brief()
		}
		all = append(all, w)
	}
	for _, rho := range []float64{0.5, 0.8, 0.9} {
		m := oracle.MMc{Lambda: rho, Mu: 1, C: 1}
		add(fmt.Sprintf("random10-%g", rho), "random over 10 (M/M/1 each)", "random", 10, rho, false, meanWait(m.Wait), pWait(m.PWait),
			percentile("wait", 0.95, func() float64 { return m.WaitQuantile(0.95) }),
			percentile("response", 0.99, func() float64 { return m.ResponseQuantile(0.99) }))
	}
	for _, x := range []struct {
		n     int
		rho   float64
		quick bool
	}{{2, 0.8, false}, {4, 0.9, false}, {10, 0.5, false}, {10, 0.8, true}, {10, 0.9, false}, {50, 0.9, false}} {
		m := oracle.RoundRobin(x.n, x.rho*float64(x.n), 1)
		add(fmt.Sprintf("rr%d-%g", x.n, x.rho), fmt.Sprintf("round robin over %d (E%d/M/1 each)", x.n, x.n), "round-robin", x.n, x.rho, x.quick,
			meanWait(m.Wait), pWait(m.PWait), percentile("wait", 0.95, func() float64 { return m.WaitQuantile(0.95) }),
			percentile("response", 0.99, func() float64 { return m.ResponseQuantile(0.99) }))
	}
	for _, x := range []struct {
		n, d       int
		rho        float64
		apart, top int
		quick      bool
	}{{2, 2, 0.5, 40, 300, true}, {2, 2, 0.8, 40, 300, false}, {2, 2, 0.9, 40, 500, false}, {3, 3, 0.8, 20, 150, false}, {4, 4, 0.8, 12, 130, false},
		{3, 2, 0.8, 30, 150, false}, {4, 2, 0.5, 14, 60, false}} {
		id, model, balancer := "jsq", "shortest of %d queues", "least-outstanding"
		if x.d < x.n {
			id, model, balancer = "two-choices", "shorter of two of %d queues", "two-choices"
		}
		add(fmt.Sprintf("%s%d-%g", id, x.n, x.rho), fmt.Sprintf(model, x.n), balancer, x.n, x.rho, x.quick,
			meanResponse(func() float64 { return oracle.ShortestQueue(x.n, x.d, x.rho, x.apart, x.top) }), utilization(known(x.rho)))
	}
	return all
}

// retried are clients who give up on an attempt after a while and try again, on slots enough for all.
func retried() (all []*world) {
	for _, x := range []struct {
		id, more string
		retries  oracle.Retries
		dropped  bool
		quick    int
	}{
		{"retry3", "attempts: 3, backoff: 500ms", oracle.Retries{Mu: 1, Tau: 1.5, Attempts: 3, Backoff: 0.5}, false, 20},
		{"retry5-jitter", "attempts: 5, backoff: 200ms, jitter: full", oracle.Retries{Mu: 1, Tau: 0.5, Attempts: 5, Backoff: 0.1}, true, 0},
	} {
		const lambda, slots = 20.0, 400
		how, abandoned := "finish", "the slot goes on"
		if x.dropped {
			how, abandoned = "drop", "the slot is freed"
		}
		w := &world{id: x.id, family: "retries", runs: 20, quick: x.quick,
			model: fmt.Sprintf("M/M/∞, a try is given up after %gs (%s), %d tries", x.retries.Tau, abandoned, x.retries.Attempts)}
		w.file = file{traffic: constant(lambda), scaling: fixed(1), service: fmt.Sprintf("%s, concurrency: %d, queue: 0, timeout: %gs, abandoned: %s, retries: {%s}",
			exponential, slots, x.retries.Tau, how, x.more)}
		w.file.span(3e6, lambda, 10, w.runs)
		w.quantities = []quantity{
			failed("failed", "share failed after all tries", x.retries.Failed),
			{key: "retries", metric: "retries per request", exact: func() float64 { return x.retries.PerRequest() - 1 }, of: func(r *sim.Result) float64 {
				return float64(r.Requests.Retries) / float64(r.Requests.Offered)
			}},
			meanResponse(x.retries.Latency),
			utilization(func() float64 { return x.retries.Busy(lambda, x.dropped) / slots }),
		}
		all = append(all, w)
	}
	return all
}

// failing are fleets that lose instances.
func failing() (all []*world) {
	const life, replace = 100.0, 10.0 // seconds
	w := &world{id: "lost10", family: "failures", servers: 10, runs: 20, quick: 20,
		model: "10 instances that live 100s and are replaced after 10s; services of 1s are lost with them"}
	w.file = file{traffic: constant(20), scaling: fixed(10), service: exponential + ", concurrency: 100, queue: 0",
		fleet: ", replace-after: 4s, start-up: {provision: {exponential: {mean: 2s}}, load: {gamma: {mean: 4s, cv: 0.5}}}, failures: [{instance: {mean-time: 100s}}]"}
	w.file.span(3e6, 20, life, w.runs)
	lost := oracle.ServiceLost(1, 1/life)
	w.quantities = []quantity{
		inService(known(10 * oracle.Availability(life, replace))),
		{key: "starting", metric: "instances starting", exact: known(10 * 6 / (life + replace)), of: func(r *sim.Result) float64 {
			return r.Hours.Starting * 3600 / r.Config.Length.Seconds()
		}},
		failed("lost", "share lost with their instance", known(lost)),
		meanResponse(known(1 / (1 + 1/life))),
	}
	all = append(all, w)
	// Interrupted requests go back to the queue at once: with exponential services that is the service going on elsewhere.
	spot := func(id, model string, lambda, fail, repair float64, c int, exact func() float64) {
		w := &world{id: id, family: "failures", model: model, load: lambda / float64(c), servers: c, runs: 20}
		w.file = file{traffic: constant(lambda), scaling: fixed(c), service: exponential + oneQueue + ", retries: {attempts: 100, backoff: 0s}",
			fleet: fmt.Sprintf(", replace-after: 0s, start-up: {provision: {exponential: {mean: %gs}}}, failures: [{instance: {mean-time: %gs}}]", 1/repair, 1/fail)}
		w.file.span(8e6, lambda, 40+forget(lambda*(1+fail/repair), c, 1), w.runs)
		w.quantities = []quantity{meanResponse(exact), inService(known(float64(c) * oracle.Availability(1/fail, 1/repair)))}
		all = append(all, w)
	}
	spot("spot10", "M/M/10, servers fail at 0.01/s, back after 10s", 7, 0.01, 0.1, 10, func() float64 { return oracle.Spot(7, 1, 0.01, 0.1, 10, 600) })
	spot("breakdown1", "M/M/1, the server fails at 0.05/s, back after 5s", 0.5, 0.05, 0.2, 1, func() float64 { return oracle.Breakdown(0.5, 1, 0.05, 0.2) / 0.5 })
	return all
}
