package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"sync"
	"time"

	"headroom/chance"
	"headroom/oracle"
	"headroom/sim"
	"headroom/traffic"
)

// periodic is M_t/M/c: a daily sine with services of an hour, and waves of seconds, which no file can say.
func periodic() (all []*world) {
	wave := oracle.Wave{Mean: 10, Amplitude: 8, Period: 24} // hours
	w := &world{id: "mt-endless", family: "periodic load", model: "M_t/M/∞, 10 + 8·sin a hour over a day, services of 1h", runs: 20}
	w.file = file{traffic: `curves: [{sine: {mean: 10rph, amplitude: 8rph, peak: "06:00"}}]`, scaling: fixed(1),
		service: "time: {exponential: {mean: 1h}}, concurrency: 1000", length: 60 * 24 * time.Hour, settle: 24 * time.Hour, step: time.Minute}
	w.quantities = []quantity{
		{key: "at-6h", metric: "mean in service at 06:00", exact: func() float64 { return wave.Endless(1, 6) }, of: atSix},
		{key: "amplitude", metric: "amplitude of the daily wave", exact: func() float64 { return wave.EndlessAmplitude(1) }, of: func(r *sim.Result) float64 {
			return math.Hypot(daily(r))
		}},
		{key: "lag", metric: "lag of its peak", unit: "s", exact: func() float64 { return 3600 * wave.EndlessLag(1) }, of: func(r *sim.Result) float64 {
			a, b := daily(r)
			return math.Atan2(-b, a) / (2 * math.Pi) * 86400
		}},
	}
	all = append(all, w)
	for _, x := range []struct {
		wave     oracle.Wave
		c, top   int
		requests float64
		daily    bool
	}{{oracle.Wave{Mean: 0.5, Amplitude: 0.4, Period: 10}, 1, 120, 3e6, false}, {oracle.Wave{Mean: 0.5, Amplitude: 0.4, Period: 100}, 1, 160, 4e6, false},
		{oracle.Wave{Mean: 5, Amplitude: 2.5, Period: 24}, 8, 160, 3e5, true}, {oracle.Wave{Mean: 5, Amplitude: 2.5, Period: 24}, 8, 160, 4e6, false},
		{oracle.Wave{Mean: 6, Amplitude: 4, Period: 24}, 8, 200, 6e6, false}} {
		unit, text := 1.0, "1s"
		w := &world{id: fmt.Sprintf("mt%d-%g-%g", x.c, x.wave.Period, x.wave.Mean), family: "periodic load", servers: x.c, load: x.wave.Mean / float64(x.c), runs: 20,
			model: fmt.Sprintf("M_t/M/%d, %g + %g·sin over %g services", x.c, x.wave.Mean, x.wave.Amplitude, x.wave.Period)}
		if x.daily {
			unit, text = 3600, "1h"
			w.id, w.model = w.id+"-day", w.model+" of 1h"
			w.file.traffic = fmt.Sprintf(`curves: [{sine: {mean: %grph, amplitude: %grph, peak: "06:00"}}]`, x.wave.Mean, x.wave.Amplitude)
		} else {
			w.file.traffic = constant(x.wave.Mean)
			w.own, w.through = waves{wave: x.wave}.arrive, "own arrivals"
		}
		w.file.service, w.file.scaling = "time: {exponential: {mean: "+text+"}}"+oneQueue, fixed(x.c)
		w.file.span(x.requests, x.wave.Mean/unit, 10*unit, w.runs)
		answer := sync.OnceValues(func() (float64, float64) { return x.wave.Periodic(1, x.c, x.top, 0.02) })
		if w.id == "mt8-24-5" {
			w.quick = w.runs
		}
		w.quantities = []quantity{
			meanWait(func() float64 { wait, _ := answer(); return wait * unit }),
			pWait(func() float64 { _, waits := answer(); return waits }),
		}
		all = append(all, w)
	}
	return all
}

// atSix is the mean number in service from a minute before 06:00 to a minute after, over the days.
func atSix(r *sim.Result) float64 {
	sum, n := 0.0, 0.0
	for _, m := range r.Minutes {
		if of := m.At % (24 * time.Hour); of == 6*time.Hour || of == 6*time.Hour-time.Minute {
			sum, n = sum+m.InFlight, n+1
		}
	}
	return sum / n
}

// daily are the parts a·sin + b·cos of the number in service with the period of a day.
func daily(r *sim.Result) (a, b float64) {
	for _, m := range r.Minutes {
		sin, cos := math.Sincos(2 * math.Pi * (m.At + 30*time.Second).Hours() / 24)
		a, b = a+m.InFlight*sin, b+m.InFlight*cos
	}
	return 2 * a / float64(len(r.Minutes)), 2 * b / float64(len(r.Minutes))
}

// waves is a demand whose requests come at the rate of a wave in seconds; the rest is that of its mean.
type waves struct {
	traffic.Demand
	wave oracle.Wave
}

func (d waves) arrive(c *sim.Config) { d.Demand = c.Traffic; c.Traffic = d }

func (d waves) Arrivals(src chance.Source, from, to time.Duration) traffic.Arrivals {
	return &waveArrivals{d.wave, src.Stream("verify", "wave", 0), from.Seconds(), to}
}

// waveArrivals are thinned from the highest rate (Lewis and Shedler 1979).
type waveArrivals struct {
	oracle.Wave
	draw *rand.Rand
	now  float64
	to   time.Duration
}

func (a *waveArrivals) Next() time.Duration {
	most := a.Mean + a.Amplitude
	for {
		a.now += a.draw.ExpFloat64() / most
		t := time.Duration(a.now * second)
		if t >= a.to {
			return traffic.Forever
		}
		if a.draw.Float64()*most < a.Rate(a.now) {
			return t
		}
	}
}

// crowds are the two flash crowds with late capacity: a schedule brings ten more servers.
func crowds() (all []*world) {
	for _, x := range []struct {
		id          string
		flash       oracle.Flash
		step        float64
		top         int
		runs, quick int
		at          []float64 // instants at which the number in the system is compared
	}{
		{"crowd", oracle.Flash{Before: 7, After: 15, Mu: 1, C: 10, More: 20, Late: 120, End: 360, Limit: 5}, 0.1, 1100, 1000, 150, []float64{30, 60, 180, 300}},
		{"crowd-fast", oracle.Flash{Before: 70, After: 150, Mu: 10, C: 10, More: 20, Late: 60, End: 180, Limit: 1}, 0.05, 4200, 150, 0, []float64{5, 30, 60, 120, 150}},
	} {
		f := x.flash
		answer := sync.OnceValue(func() oracle.FlashAnswer { return f.Solve(x.step, x.top) })
		make := func(id string, length float64) *world {
			w := &world{id: id, family: "flash crowd", servers: f.C, runs: x.runs,
				model: fmt.Sprintf("M/M/%d, %g/s; at 0s %g/s, at %gs %d servers; services of %gs", f.C, f.Before, f.After, f.Late, f.More, 1/f.Mu)}
			late := time.Duration(f.Late) * time.Second
			w.file = file{
				traffic: fmt.Sprintf("curves: [{constant: {rate: %grps}}, {step: {rate: %grps, from: 0s}}]", f.Before, f.After-f.Before),
				service: fmt.Sprintf("time: {exponential: {mean: %gs}}", 1/f.Mu) + oneQueue,
				scaling: fmt.Sprintf("aws: {service: custom, min: %d, max: %d, policies: [], schedules: [{at: 2026-01-05T00:%02d:00, min: %d}]}",
					f.C, f.More, int(late.Minutes()), f.More),
				length: time.Duration(length) * time.Second, settle: 2 * time.Minute, step: time.Second}
			return w
		}
		for _, t := range x.at {
			w := make(fmt.Sprintf("%s-%gs", x.id, t), t)
			w.quantities = []quantity{{key: "present", metric: fmt.Sprintf("mean in the system at %gs", t),
				exact: func() float64 { return answer().Present[int(math.Round(t/x.step))] },
				of:    func(r *sim.Result) float64 { return float64(r.Requests.WaitingAtEnd + r.Requests.InServiceAtEnd) }}}
			all = append(all, w)
		}
		w := make(x.id, f.End)
		w.quick = x.quick
		w.quantities = []quantity{
			{key: "long", metric: fmt.Sprintf("requests that wait longer than %gs", f.Limit), exact: func() float64 { return answer().Long },
				of: func(r *sim.Result) float64 {
					over, in := beyond(r.Wait.Samples, f.Limit)
					return (over + in/2) * float64(r.Wait.Count)
				},
				slack: func(_ float64, t *tally) float64 {
					_, in := beyond(&t.wait, f.Limit)
					return in / 2 * t.wait.Count() / float64(x.runs)
				}},
			{key: "waits", metric: "requests that wait", exact: func() float64 { return answer().Wait + carried(f) }, of: func(r *sim.Result) float64 {
				return (1 - r.Wait.Samples.Share(0)) * float64(r.Wait.Count)
			}},
			{key: "waiting", metric: "time spent waiting by all", unit: "s", exact: func() float64 { return answer().Waiting }, of: func(r *sim.Result) float64 {
				slots := (r.Hours.Serving + r.Hours.Draining) * 3600
				return r.InFlight*r.Config.Length.Seconds() - r.Utilization*slots
			}},
			{key: "present", metric: fmt.Sprintf("mean in the system at %gs", f.End),
				exact: func() float64 { p := answer().Present; return p[len(p)-1] },
				of:    func(r *sim.Result) float64 { return float64(r.Requests.WaitingAtEnd + r.Requests.InServiceAtEnd) }},
		}
		all = append(all, w)
	}
	return all
}

// carried is how many more of those who wait are served within the crowd's time than arrive in it: those in the system at 0 who
// waited or will, less those at the end. In balance they are λ(E[W] + C/μ), by Little's law for them alone.
func carried(f oracle.Flash) float64 {
	present := func(m oracle.MMc) float64 { return m.Lambda * (m.Wait() + m.PWait()/m.Mu) }
	return present(oracle.MMc{Lambda: f.Before, Mu: f.Mu, C: f.C}) - present(oracle.MMc{Lambda: f.After, Mu: f.Mu, C: f.More})
}

// alarms are those of step policies: how often chance alone raises one, and how late one sees a jump.
func alarms() (all []*world) {
	policy := func(n int, above float64, period string) string {
		return fmt.Sprintf("aws: {service: custom, min: %d, max: %d, policies: [{step: {name: alarm, adjust: change, cooldown: 0s, steps: [{from: 0, by: 1}], "+
			"alarm: {metric: InvocationsPerInstance, above: %g, period: %s, datapoints: 3 of 3}}}]}", n, n, above, period)
	}
	for _, x := range []struct {
		count, n, target int
		periods          int
	}{{6, 1, 8, 40_000}, {680, 10, 70, 1200}} {
		w := &world{id: fmt.Sprintf("false-alarm-%d", x.count), family: "alarms", servers: x.n, runs: 20,
			model: fmt.Sprintf("Poisson, %d a minute over %d instances, alarm above %d each, 3 of 3", x.count, x.n, x.target)}
		w.file = file{traffic: fmt.Sprintf("curves: [{constant: {rate: %drpm}}]", x.count), service: "time: 10ms, concurrency: 100", scaling: policy(x.n, float64(x.target), "60s"),
			rest: []string{"metrics: {period: 60s, delay: 0s}"}, length: time.Duration(x.periods) * time.Minute, step: time.Minute}
		w.quantities = []quantity{{key: "per-hour", metric: "false alarms an hour",
			exact: func() float64 { return 60 * oracle.AlarmEpisodes(float64(x.count), float64(x.target*x.n), 3) },
			of:    func(r *sim.Result) float64 { return float64(len(r.Decisions)) / r.Config.Length.Hours() }}}
		all = append(all, w)
	}
	for _, period := range []int{60, 10} {
		w := &world{id: fmt.Sprintf("detect-%ds", period), family: "alarms", runs: 20,
			model: fmt.Sprintf("40 a minute jump to 90 at a uniform instant, alarm above 60, 3 of 3 of %ds", period)}
		w.file = file{traffic: "arrivals: smooth, curves: [{constant: {rate: 40rpm}}], events: [{promotion: {per-week: 40, multiply: 2.25, length: 10m, at: random}}]",
			service: "engine: fluid, time: 10ms, concurrency: 100", scaling: policy(1, 60, fmt.Sprintf("%ds", period)),
			rest: []string{fmt.Sprintf("metrics: {period: %ds, delay: 0s}", period)}, length: 14 * 24 * time.Hour, step: time.Duration(period) * time.Second}
		w.quantities = []quantity{{key: "delay", metric: "mean time from the jump to the alarm", unit: "s",
			exact: func() float64 { return oracle.DetectionDelay(float64(period), 3, 0.4) }, of: detection}}
		all = append(all, w)
	}
	return all
}

// detection is the mean time from a promotion's begin to the first decision in it, over those with nothing else around them.
func detection(r *sim.Result) float64 {
	sum, n := 0.0, 0
	for i, m := range r.Marks {
		const apart = 30 * time.Minute
		if i > 0 && m.From-r.Marks[i-1].To < apart || i+1 < len(r.Marks) && r.Marks[i+1].From-m.To < apart {
			continue
		}
		k := sort.Search(len(r.Decisions), func(k int) bool { return r.Decisions[k].At >= m.From })
		if k < len(r.Decisions) && r.Decisions[k].At < m.To {
			sum, n = sum+(r.Decisions[k].At-m.From).Seconds(), n+1
		}
	}
	return sum / float64(n)
}
