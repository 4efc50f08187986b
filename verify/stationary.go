package verify

import (
	"fmt"
	"math"

	"headroom/oracle"
)

// worlds are all worlds, in the order of the table.
func worlds() (all []*world) {
	for _, more := range []func() []*world{manyServers, bounded, constantService, generalService, otherArrivals, impatient, balanced,
		retried, failing, modulated, periodic, crowds, alarms, onDemand, closedLoop} {
		all = append(all, more()...)
	}
	return all
}

const (
	exponential = "time: {exponential: {mean: 1s}}"
	oneQueue    = ", queue: {shared: unlimited}"
)

// the loads and sizes of the table.
var (
	loads = []float64{0.3, 0.5, 0.7, 0.8, 0.9, 0.95}
	sizes = []int{1, 2, 10, 50, 100}
)

// effort is how many requests all runs of a world meet, by its load: waits are alike for longer at high load, so that more are
// needed for the same precision.
func effort(load float64) float64 {
	switch {
	case load > 0.92:
		return 40e6
	case load > 0.85:
		return 24e6
	case load > 0.75:
		return 16e6
	case load > 0.6:
		return 10e6
	}
	return 6e6
}

// manyServers is M/M/c by load and size, and four systems of the given references beside them.
func manyServers() (all []*world) {
	quick := map[string]bool{"mm1-0.5": true, "mm10-0.8": true, "mm10-0.9": true, "mm50-0.7": true}
	for _, c := range sizes {
		for _, rho := range loads {
			w := mmc(fmt.Sprintf("mm%d-%g", c, rho), math.Round(rho*float64(c)*1e6)/1e6, 1, c)
			if quick[w.id] {
				w.brief()
			}
			all = append(all, w)
		}
	}
	slots := mmc("slots10-0.8", 8, 1, 10)
	slots.model = "M/M/10, one instance with ten slots"
	slots.file.service, slots.file.scaling = exponential+", concurrency: 10", fixed(1)
	return append(all, slots, mmc("mm20-0.9", 18, 1, 20), mmc("mm200-0.95", 190, 1, 200), mmc("mm10-fast-0.7", 70, 10, 10))
}

// mmc is one M/M/c on one shared queue. Quantiles of the wait are there where clearly more than that share waits.
func mmc(id string, lambda, mu float64, c int) *world {
	m := oracle.MMc{Lambda: lambda, Mu: mu, C: c}
	w := &world{id: id, family: "M/M/c", model: fmt.Sprintf("M/M/%d", c), load: m.Load(), servers: c, runs: 20}
	if mu != 1 {
		w.model += fmt.Sprintf(", mean service %gs", 1/mu)
	}
	w.file = file{traffic: constant(lambda), service: fmt.Sprintf("time: {exponential: {mean: %gs}}", 1/mu) + oneQueue, scaling: fixed(c)}
	w.file.span(effort(m.Load()), lambda, forget(lambda/mu, c, 1)/mu, w.runs)
	waits := m.PWait()
	if waits > 1e-3 {
		w.quantities = append(w.quantities, meanWait(m.Wait), pWait(m.PWait))
	}
	for _, p := range []float64{0.95, 0.99} {
		if waits > 1.5*(1-p) {
			w.quantities = append(w.quantities, percentile("wait", p, func() float64 { return m.WaitQuantile(p) }))
		}
	}
	if waits > 0.02 {
		w.quantities = append(w.quantities, above(0.5/mu, func() float64 { return m.WaitTail(0.5 / mu) }))
	}
	w.quantities = append(w.quantities, meanResponse(m.Response))
	for _, p := range []float64{0.5, 0.95, 0.99, 0.999} {
		w.quantities = append(w.quantities, percentile("response", p, func() float64 { return m.ResponseQuantile(p) }))
	}
	w.quantities = append(w.quantities, utilization(m.Load))
	return w
}

// bounded is M/M/c/K, and systems that lose who finds all slots busy, with three laws of services.
func bounded() (all []*world) {
	for _, x := range []struct {
		lambda float64
		c, k   int
		quick  int
	}{{0.9, 1, 10, 0}, {1.2, 1, 10, 0}, {9, 10, 20, 20}, {12, 10, 30, 0}, {95, 100, 110, 0}} {
		m := oracle.MMcK{Lambda: x.lambda, Mu: 1, C: x.c, K: x.k}
		w := &world{id: fmt.Sprintf("mmck%d-%d-%g", x.c, x.k, x.lambda), family: "M/M/c/K", model: fmt.Sprintf("M/M/%d/%d", x.c, x.k),
			load: x.lambda / float64(x.c), servers: x.c, runs: 20, quick: x.quick}
		w.file = file{traffic: constant(x.lambda), service: fmt.Sprintf("%s, queue: {shared: %d}", exponential, x.k-x.c), scaling: fixed(x.c)}
		w.file.span(8e6, x.lambda, float64(x.k), w.runs)
		w.quantities = []quantity{failed("blocked", "share rejected", m.Block), meanWait(m.Wait), pWait(m.PWait), present(m.Present), utilization(m.Busy)}
		all = append(all, w)
	}
	for _, x := range []struct {
		c    int
		a    float64
		law  string
		name string
	}{{1, 1, exponential, "M/M/1/1"}, {2, 1, exponential, "M/M/2/2"}, {10, 5, "time: 1s", "M/D/10/10"},
		{10, 10, "time: {lognormal: {mean: 1s, cv: 1.5}}", "M/LN/10/10"}, {100, 100, "time: {gamma: {mean: 1s, cv: 0.5}}", "M/Gamma/100/100"},
		{200, 180, exponential, "M/M/200/200"}} {
		w := &world{id: fmt.Sprintf("loss%d-%g", x.c, x.a), family: "M/M/c/K", model: x.name, load: x.a / float64(x.c), servers: x.c, runs: 20}
		w.file = file{traffic: constant(x.a), service: x.law + ", queue: {shared: 0}", scaling: fixed(x.c)}
		w.file.span(8e6, x.a, 4, w.runs)
		b := func() float64 { return oracle.ErlangB(x.c, x.a) }
		w.quantities = []quantity{failed("blocked", "share rejected", b), utilization(func() float64 { return x.a * (1 - b()) / float64(x.c) })}
		all = append(all, w)
	}
	return all
}

// constantService is M/D/c on one queue, and by round robin, which is the same.
func constantService() (all []*world) {
	for _, x := range []struct {
		c   int
		rho []float64
	}{{1, []float64{0.3, 0.5, 0.8, 0.9, 0.95}}, {2, []float64{0.5, 0.8, 0.9}}, {5, []float64{0.8, 0.9}}, {10, []float64{0.8, 0.9, 0.95}},
		{20, []float64{0.9}}, {50, []float64{0.9, 0.95}}} {
		for _, rho := range x.rho {
			all = append(all, mdc("md", x.c, rho, oneQueue, "M/D/%d"))
		}
	}
	all[6].brief() // M/D/2 at 0.8
	return append(all, mdc("rrd", 2, 0.8, ", balancer: round-robin", "round robin over %d, constant services (= M/D/c)"),
		mdc("rrd", 10, 0.9, ", balancer: round-robin", "round robin over %d, constant services (= M/D/c)"))
}

func mdc(prefix string, c int, rho float64, how, model string) *world {
	m := oracle.MDc{Lambda: math.Round(rho*float64(c)*1e6) / 1e6, D: 1, C: c}
	w := &world{id: fmt.Sprintf("%s%d-%g", prefix, c, rho), family: "M/D/c", model: fmt.Sprintf(model, c), load: rho, servers: c, runs: 20}
	w.file = file{traffic: constant(m.Lambda), service: "time: 1s" + how, scaling: fixed(c)}
	w.file.span(effort(rho), m.Lambda, forget(m.Lambda, c, 1), w.runs)
	w.quantities = []quantity{meanWait(m.Wait), pWait(m.PWait)}
	for _, p := range []float64{0.9, 0.95, 0.99} {
		if m.PWait() > 1.5*(1-p) {
			w.quantities = append(w.quantities, percentile("wait", p, func() float64 { return m.WaitQuantile(p) }))
		}
	}
	return w
}

// generalService is M/G/1: lognormal and gamma services of four variations, and M/E2/c.
func generalService() (all []*world) {
	for _, law := range []string{"lognormal", "gamma"} {
		for _, scv := range []float64{0.5, 2, 4, 10} {
			m := oracle.MG1{Lambda: 0.7, S: oracle.Lognormal(1, scv)}
			short := "ln"
			if law == "gamma" {
				m.S, short = oracle.Gamma(1, scv), "ga"
			}
			w := &world{id: fmt.Sprintf("m%s1-%g", short, scv), family: "M/G/1", model: fmt.Sprintf("M/G/1, %s services, c² = %g", law, scv),
				load: 0.7, servers: 1, runs: 20}
			w.file = file{traffic: constant(0.7), scaling: fixed(1),
				service: fmt.Sprintf("time: {%s: {mean: 1s, cv: %s}}", law, number(math.Sqrt(scv))) + oneQueue}
			w.file.span(8e6, 0.7, forget(0.7, 1, scv), w.runs)
			w.quantities = []quantity{meanWait(m.Wait), sdWait(m.WaitSD), pWait(m.Load), utilization(m.Load)}
			if scv > 2 && law == "lognormal" { // its spread over days is that of its fourth moment: no run is long enough for an interval
				w.quantities = append(w.quantities[:1], w.quantities[2:]...)
			}
			if scv == 0.5 && law == "gamma" {
				w.brief()
			}
			all = append(all, w)
		}
	}
	for _, c := range []int{2, 10} {
		lambda := 0.9 * float64(c)
		w := &world{id: fmt.Sprintf("me%d-0.9", c), family: "M/G/c", model: fmt.Sprintf("M/E2/%d", c), load: 0.9, servers: c, runs: 20}
		w.file = file{traffic: constant(lambda), scaling: fixed(c),
			service: "time: {gamma: {mean: 1s, cv: " + number(math.Sqrt(0.5)) + "}}" + oneQueue}
		w.file.span(effort(0.9), lambda, forget(lambda, c, 1), w.runs)
		w.quantities = []quantity{meanWait(func() float64 { return oracle.MPhcWait(lambda, oracle.ErlangTwo(1), c, 400) }), utilization(known(0.9))}
		all = append(all, w)
	}
	return all
}

// otherArrivals is GI/M/c: requests at equal distances (smooth), and in bunches (bursty: hyperexponential gaps).
func otherArrivals() (all []*world) {
	add := func(id, model, arrivals string, m oracle.GIMc, scv float64) {
		w := &world{id: id, family: "GI/M/c", model: model, load: m.Lambda / float64(m.C), servers: m.C, runs: 20}
		w.file = file{traffic: "arrivals: " + arrivals + ", " + constant(m.Lambda), service: exponential + oneQueue, scaling: fixed(m.C)}
		w.file.span(effort(w.load), m.Lambda, forget(m.Lambda, m.C, (1+scv)/2), w.runs)
		w.quantities = []quantity{meanWait(m.Wait), pWait(m.PWait), percentile("wait", 0.95, func() float64 { return m.WaitQuantile(0.95) }),
			percentile("wait", 0.99, func() float64 { return m.WaitQuantile(0.99) })}
		all = append(all, w)
	}
	for _, rho := range []float64{0.8, 0.9, 0.95} {
		add(fmt.Sprintf("dm1-%g", rho), "D/M/1", "smooth", oracle.GIMc{Gap: oracle.Regular(rho), Lambda: rho, Mu: 1, C: 1}, 0)
	}
	add("dm10-0.9", "D/M/10", "smooth", oracle.GIMc{Gap: oracle.Regular(9), Lambda: 9, Mu: 1, C: 10}, 0)
	for _, x := range []struct {
		c           int
		lambda, scv float64
	}{{1, 0.8, 4}, {10, 9, 4}, {10, 8.3, 10}} {
		add(fmt.Sprintf("h2m%d-%g", x.c, x.lambda), fmt.Sprintf("H2/M/%d, c² = %g", x.c, x.scv), fmt.Sprintf("{bursty: {dispersion: %g}}", x.scv),
			oracle.GIMc{Gap: oracle.Hyperexponential(x.lambda, x.scv), Lambda: x.lambda, Mu: 1, C: x.c}, x.scv)
	}
	return all
}

// modulated is MMPP2/M/10: arrivals between two rates, which no file can say.
func modulated() []*world {
	m := switching{rates: [2]float64{14, 4}, leave: [2]float64{0.05, 0.05}}
	exact := func(k int) func() float64 {
		return func() float64 {
			wait, waits := oracle.Modulated(m.rates, m.leave, 1, 10, 6000)
			return [2]float64{wait, waits}[k]
		}
	}
	w := &world{id: "mmpp10-0.9", family: "MMPP2/M/c", model: "MMPP2/M/10, rates 14/s and 4/s, each left at 0.05/s", load: 0.9, servers: 10, runs: 40}
	w.file = file{traffic: constant(m.mean()), service: exponential + oneQueue, scaling: fixed(10)}
	w.file.span(30e6, m.mean(), 1500, w.runs)
	w.own, w.through = m.arrive, "own arrivals"
	w.quantities = []quantity{meanWait(exact(0)), pWait(exact(1)), utilization(known(0.9))}
	return []*world{w}
}
