package job

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"headroom/chance"
	"headroom/oracle"
)

// An Answer is what the runs of a job gave.
type Answer struct {
	Settings *Settings
	Runs     []Outcome // run by run
	OnDemand []Outcome // the same runs on demand, without checkpoints
	Intervals
}

// Intervals are what other times between checkpoints would have given, on the same chance. They are looked at only where
// there are checkpoints that cost something, on Spot.
type Intervals struct {
	Curve    []Point // by time between checkpoints, ascending
	Best     Point   // the least mean completion time, of those that finish most runs
	Cheapest Point   // the least mean cost, of those
	// Flat is the stretch around Best in which the mean completion time is at most 1 % longer.
	Flat [2]time.Duration
}

// A Point is the mean of the runs with another time between checkpoints.
type Point struct {
	Every    time.Duration
	Finished int           // runs
	End      time.Duration // mean, of stopped runs as well
	Cost     float64       // mean
}

// Searched tells whether intervals were looked at.
func (i Intervals) Searched() bool { return len(i.Curve) > 0 }

// Ask runs a job n times on a number of cores, the runs being 0 … n − 1 of the seed: the same on any number of cores. progress
// (may be nil) is told how many of all runs are done. When ctx ends its error is given.
func Ask(ctx context.Context, s *Settings, n, cores int, progress func(done, of int)) (*Answer, error) {
	a := &Answer{Settings: s, Runs: make([]Outcome, n), OnDemand: make([]Outcome, n)}
	search := newSearch(s, n)
	r := &runner{ctx: ctx, settings: s, n: n, cores: cores, progress: progress, stages: 1}
	if search != nil {
		r.stages = 2
	}
	plan, plain := newPlan(s), newPlan(s.OnDemand())
	laws, plainLaws := newLaws(s), newLaws(s.OnDemand())
	err := r.each(func(k int) {
		w := laws.world(r.source(k))
		a.Runs[k] = plan.live(w)
		a.OnDemand[k] = plain.live(plainLaws.world(r.source(k)))
		search.run(k, w)
	})
	if err != nil || search == nil {
		return a, err
	}
	search.narrow()
	if err := r.each(func(k int) { search.run(k, laws.world(r.source(k))) }); err != nil {
		return nil, err
	}
	a.Intervals = search.intervals()
	return a, nil
}

// A runner does something for every run, on several cores.
type runner struct {
	ctx      context.Context
	settings *Settings
	n, cores int
	progress func(done, of int)
	stage    int
	stages   int
}

func (r *runner) source(k int) chance.Source { return chance.Source{Seed: r.settings.Seed, Run: k} }

// batch is how many runs a core takes at once.
const batch = 16

func (r *runner) each(do func(k int)) error {
	var next, done atomic.Int64
	var all sync.WaitGroup
	var telling sync.Mutex
	for range max(1, min(r.cores, (r.n+batch-1)/batch)) {
		all.Go(func() {
			for r.ctx.Err() == nil {
				from := int(next.Add(batch)) - batch
				if from >= r.n {
					return
				}
				to := min(from+batch, r.n)
				for k := from; k < to && r.ctx.Err() == nil; k++ {
					do(k)
				}
				if now := done.Add(int64(to - from)); r.progress != nil {
					telling.Lock()
					r.progress(r.stage*r.n+int(now), r.stages*r.n)
					telling.Unlock()
				}
			}
		})
	}
	all.Wait()
	r.stage++
	return r.ctx.Err()
}

// A search looks for the best time between checkpoints among whole divisions of the work: W ÷ 1, W ÷ 2, …
type search struct {
	plan
	runs   int
	pieces []int                   // candidates
	ends   map[int][]time.Duration // by pieces, run by run
	billed map[int][]time.Duration
	done   map[int][]bool
	all    []int // every candidate of all stages
}

// ladder is how many candidates each stage has at most.
const ladder = 40

// longestLives bounds the longest candidate, in mean lives of the gang: a piece of five goes through once in 148 tries.
const longestLives = 5

// newSearch is the first stage: pieces in a geometric ladder, from very long ones to an eighth of the best of endless work. nil
// where there is nothing to look for.
func newSearch(s *Settings, runs int) *search {
	if !s.OnSpot() || s.Checkpoint.Every == 0 || s.Checkpoint.Cost == 0 {
		return nil
	}
	c := &search{plan: newPlan(s), runs: runs, ends: map[int][]time.Duration{}, billed: map[int][]time.Duration{}, done: map[int][]bool{}}
	shortest, longest := s.Checkpoint.Cost/4, c.work
	if m := s.MeanLife(); m > 0 {
		longest = min(longest, longestLives*m)
		shortest = max(time.Duration(oracle.BestInterval(s.Checkpoint.Cost.Seconds(), m.Seconds())/8*float64(time.Second)), shortest)
	}
	least := math.Ceil(float64(c.work) / float64(longest))
	most := max(float64(c.work)/float64(max(shortest, c.work/100_000, 1)), least)
	for i := range ladder {
		c.pieces = append(c.pieces, int(math.Round(least*math.Pow(most/least, float64(i)/(ladder-1)))))
	}
	c.pieces = slices.Compact(c.pieces)
	c.open()
	return c
}

// open makes room for the candidates of a stage.
func (c *search) open() {
	for _, n := range c.pieces {
		c.ends[n], c.billed[n], c.done[n] = make([]time.Duration, c.runs), make([]time.Duration, c.runs), make([]bool, c.runs)
	}
	c.all = append(c.all, c.pieces...)
	slices.Sort(c.all)
}

// run tries the candidates of the stage in one run's world.
func (c *search) run(k int, w *world) {
	if c == nil {
		return
	}
	p := c.plan
	for _, n := range c.pieces {
		p.every = interval(c.work, n)
		o := p.live(w)
		c.ends[n][k], c.billed[n][k], c.done[n][k] = o.End, o.Billed, o.Finished
	}
}

// interval is the work between checkpoints that makes n pieces.
func interval(work time.Duration, n int) time.Duration {
	return (work + time.Duration(n) - 1) / time.Duration(n)
}

// narrow makes the candidates of the second stage: between the neighbours of the best one.
func (c *search) narrow() {
	points := c.points()
	i := slices.Index(c.all, c.all[best(points)])
	low, high := c.all[max(i-1, 0)], c.all[min(i+1, len(c.all)-1)]
	c.pieces = nil
	for k := range ladder / 2 {
		n := low + int(math.Round(float64(high-low)*float64(k)/(ladder/2-1)))
		if !slices.Contains(c.all, n) && !slices.Contains(c.pieces, n) {
			c.pieces = append(c.pieces, n)
		}
	}
	c.open()
}

// points are the means of all candidates, in the order of their pieces.
func (c *search) points() []Point {
	var points []Point
	for _, n := range c.all {
		p := Point{Every: interval(c.work, n)}
		end, billed := 0.0, 0.0
		for k := range c.runs {
			end += float64(c.ends[n][k]) / float64(c.runs)
			billed += float64(c.billed[n][k]) / float64(c.runs)
			if c.done[n][k] {
				p.Finished++
			}
		}
		p.End = time.Duration(end)
		p.Cost = c.Cost(Outcome{Billed: time.Duration(billed)})
		points = append(points, p)
	}
	return points
}

// best is the position of the least mean completion time among those that finish most runs.
func best(points []Point) int {
	b := 0
	for i, p := range points {
		if p.Finished > points[b].Finished || p.Finished == points[b].Finished && p.End < points[b].End {
			b = i
		}
	}
	return b
}

// intervals are the result of both stages.
func (c *search) intervals() (all Intervals) {
	points := c.points()
	slices.Reverse(points) // by time between checkpoints
	b := best(points)
	all.Curve, all.Best, all.Cheapest = points, points[b], points[b]
	for _, p := range points {
		if p.Finished == all.Best.Finished && p.Cost < all.Cheapest.Cost {
			all.Cheapest = p
		}
	}
	flat := func(i int) bool {
		return points[i].Finished == points[b].Finished && float64(points[i].End) <= 1.01*float64(points[b].End)
	}
	low, high := b, b
	for low > 0 && flat(low-1) {
		low--
	}
	for high < len(points)-1 && flat(high+1) {
		high++
	}
	all.Flat = [2]time.Duration{points[low].Every, points[high].Every}
	return all
}
