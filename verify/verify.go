// Package verify holds the simulator against theory. A world is an ordinary scenario file of a model whose answer is known
// (package oracle); it is run several times, each run with chance of its own and a settle time long enough to forget the empty
// start, and each anchor compares one exact number with what the runs say of it.
//
// The interval of an anchor is Student's t over its runs, widened by what the simulator rounds (a percentile is read from a
// histogram, so it is known to half a bucket; a policy that is asked every 20 ms acts 10 ms late). An anchor holds when it is
// no more than four standard errors off, and all of them together when their squared deviations are 0.4 to 2.0 on average: less
// would mean that the intervals are too wide, more that the simulator is biased or the intervals too narrow.
//
// Seeds are fixed, so the same build gives the same answer on any number of cores.
package verify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"

	"headroom/chance"
	"headroom/histogram"
	"headroom/scenarios"
	"headroom/sim"
)

// The bounds within which an anchor, and the mean of the squares of all z, must be; of fewer than Enough anchors the mean says
// too little to be judged.
const (
	MostZ       = 4.0
	LeastSquare = 0.4
	MostSquare  = 2.0
	Enough      = 20
)

// An Anchor is one number of one model: what theory says and what the simulator gives.
type Anchor struct {
	ID        string  `json:"id"` // world/metric
	Family    string  `json:"family"`
	Model     string  `json:"model"`
	Metric    string  `json:"metric"`
	Unit      string  `json:"unit"`    // s, or empty for a share or a number
	Load      float64 `json:"load"`    // ρ, offered load ÷ servers; 0 where that says nothing
	Servers   int     `json:"servers"` // 0 where that says nothing
	Through   string  `json:"through"` // file, or what of the run the file has no word for
	Runs      int     `json:"runs"`
	Exact     float64 `json:"exact"`
	Simulated float64 `json:"simulated"`
	Low       float64 `json:"low"` // of the 95 % interval
	High      float64 `json:"high"`
	Z         float64 `json:"z"` // (simulated − exact) ÷ standard error
	Pass      bool    `json:"pass"`
}

// Off is the relative deviation of the simulated from the exact.
func (a Anchor) Off() float64 { return a.Simulated/a.Exact - 1 }

// A Report is all anchors of one go.
type Report struct {
	Anchors []Anchor `json:"anchors"`
	Family  Family   `json:"all"`
}

// Family is what the anchors say together.
type Family struct {
	MeanSquare float64 `json:"mean_z2"`
	Largest    float64 `json:"largest_z"` // by size
	Failed     int     `json:"failed"`
	Pass       bool    `json:"pass"` // every anchor, and of 20 or more the mean of z² within bounds
}

// Options are how much is run and on what.
type Options struct {
	Quick    bool
	Only     *regexp.Regexp // only worlds whose names match; nil: all
	Cores    int
	Progress func(done, all int) // may be nil; one call at a time
}

// Run makes all runs and compares. Its error is ctx's when that ends first.
func Run(ctx context.Context, o Options) (Report, error) {
	return check(ctx, o.chosen(), o)
}

// chosen are the worlds of a go, with as many runs as it makes of each.
func (o Options) chosen() []*world {
	var out []*world
	for _, w := range worlds() {
		if o.Quick {
			w.runs = w.quick
		}
		if w.runs > 0 && (o.Only == nil || o.Only.MatchString(w.id)) {
			out = append(out, w)
		}
	}
	return out
}

// Runs is how many runs a go makes in all.
func (o Options) Runs() int {
	all := 0
	for _, w := range o.chosen() {
		all += w.runs
	}
	return all
}

// Anchors are the anchors of a go without what is simulated.
func (o Options) Anchors() (all []Anchor) {
	for _, w := range o.chosen() {
		for _, q := range w.quantities {
			all = append(all, w.anchor(q))
		}
	}
	return all
}

// A world is one model, run several times.
type world struct {
	id, family, model string
	load              float64
	servers           int
	file              file
	own               func(*sim.Config) // changes what the file has no word for; run by run
	through           string            // what that is
	runs, quick       int               // runs in a full and in a quick go; quick 0: not in it
	quantities        []quantity
}

func (w *world) anchor(q quantity) Anchor {
	a := Anchor{ID: w.id + "/" + q.key, Family: w.family, Model: w.model, Metric: q.metric, Unit: q.unit,
		Load: w.load, Servers: w.servers, Through: w.through, Runs: w.runs}
	if a.Through == "" {
		a.Through = "file"
	}
	return a
}

// seed is a number from the world's name: a new world changes no other.
func (w *world) seed() uint64 { return chance.Source{}.Word("verify", w.id, 0) >> 32 }

// config is the run that the world's file describes.
func (w *world) config() (sim.Config, error) {
	f, err := scenarios.Parse(w.id+".yaml", "", []byte(w.file.text(w.id, w.seed())), nil)
	if err != nil {
		return sim.Config{}, err
	}
	return f.Config()
}

// tally is what the runs of a world gave: per quantity a value a run, and the pooled histograms.
type tally struct {
	cfg           sim.Config
	values        [][]float64
	latency, wait histogram.Histogram
}

// check runs worlds on the cores and compares. Values are kept by their place, whatever core was first.
func check(ctx context.Context, worlds []*world, o Options) (Report, error) {
	tallies := make([]tally, len(worlds))
	type job struct{ world, run int }
	var jobs []job
	for i, w := range worlds {
		cfg, err := w.config()
		if err != nil {
			return Report{}, err
		}
		tallies[i].cfg = cfg
		for range w.quantities {
			tallies[i].values = append(tallies[i].values, make([]float64, w.runs))
		}
		for k := range w.runs {
			jobs = append(jobs, job{i, k})
		}
	}
	failures := make([]error, len(jobs))
	work, stop := context.WithCancel(ctx)
	defer stop()
	var lock sync.Mutex
	next, done := 0, 0
	take := func() (n int, ok bool) {
		lock.Lock()
		defer lock.Unlock()
		next++
		return next - 1, next <= len(jobs) && work.Err() == nil
	}
	var all sync.WaitGroup
	for range max(1, min(o.Cores, len(jobs))) {
		all.Go(func() {
			for n, ok := take(); ok; n, ok = take() {
				j := jobs[n]
				r, err := worlds[j.world].live(work, tallies[j.world].cfg, j.run)
				lock.Lock()
				if failures[n] = err; err != nil {
					stop()
				} else {
					tallies[j.world].add(worlds[j.world], r, j.run)
					if done++; o.Progress != nil {
						o.Progress(done, len(jobs))
					}
				}
				lock.Unlock()
			}
		})
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return Report{}, err
	}
	for n, err := range failures {
		if err != nil && !errors.Is(err, context.Canceled) {
			return Report{}, fmt.Errorf("%s, run %d: %w", worlds[jobs[n].world].id, jobs[n].run, err)
		}
	}
	var r Report
	for i, w := range worlds {
		r.Anchors = append(r.Anchors, tallies[i].compare(w)...)
	}
	r.judge()
	return r, nil
}

// live makes one run.
func (w *world) live(ctx context.Context, cfg sim.Config, run int) (*sim.Result, error) {
	cfg.Source.Run = run
	if w.own != nil {
		w.own(&cfg)
	}
	return sim.Run(ctx, cfg)
}

func (t *tally) add(w *world, r *sim.Result, run int) {
	for i, q := range w.quantities {
		t.values[i][run] = q.of(r)
	}
	t.latency.Merge(r.Latency.Samples)
	t.wait.Merge(r.Wait.Samples)
}

// compare holds what the runs gave against what is exact.
func (t *tally) compare(w *world) (out []Anchor) {
	for i, q := range w.quantities {
		a := w.anchor(q)
		mean, se := moments(t.values[i])
		a.Exact, a.Simulated = q.exact(), mean
		if q.pooled != nil {
			a.Simulated = q.pooled(t)
		}
		if q.slack != nil {
			// What is rounded is off by anything up to the slack, with the standard deviation slack ÷ √3.
			se = math.Hypot(se, q.slack(a.Exact, t)/math.Sqrt(3))
		}
		half := se * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(w.runs - 1)}.Quantile(0.975)
		a.Low, a.High = a.Simulated-half, a.Simulated+half
		if d := a.Simulated - a.Exact; d != 0 {
			a.Z = math.Max(-1e9, math.Min(1e9, d/se))
		}
		a.Pass = math.Abs(a.Z) <= MostZ // false for NaN too
		out = append(out, a)
	}
	return out
}

// moments are the mean and its standard error.
func moments(x []float64) (mean, se float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		se += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(se / (n - 1) / n)
}

// judge looks at all anchors together.
func (r *Report) judge() {
	f := &r.Family
	for _, a := range r.Anchors {
		f.MeanSquare += a.Z * a.Z / float64(len(r.Anchors))
		f.Largest = math.Max(f.Largest, math.Abs(a.Z))
		if !a.Pass {
			f.Failed++
		}
	}
	f.Pass = f.Failed == 0 && (len(r.Anchors) < Enough || f.MeanSquare >= LeastSquare && f.MeanSquare <= MostSquare)
}
