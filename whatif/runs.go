// Package whatif runs a question many times, and several questions side by side on the same random numbers: run k of every
// variant meets the same arrivals, service draws, start-ups and failures, so that what differs is the variant's doing. Results
// are taken by their index, whatever core finished first: the same on any number of cores.
package whatif

import (
	"context"
	"errors"
	"sync"

	"headroom/expect"
	"headroom/report"
	"headroom/sim"
)

// A Question is one world and what is expected of it.
type Question struct {
	Meta   report.Meta
	Config sim.Config
	Asks   []expect.Ask
}

// An Answer is what the runs of a question gave: the whole first run and a sample of every run, the first included.
type Answer struct {
	Question Question
	First    *sim.Result
	Samples  []report.Sample
}

// Doc is the answer as it is printed and stored.
func (a Answer) Doc() report.Doc {
	return report.Document(a.Question.Meta, a.Question.Asks, a.First, a.Samples)
}

// A Simulator runs one world: sim.Run.
type Simulator func(context.Context, sim.Config) (*sim.Result, error)

// Ask answers questions with n runs each, on a number of cores. progress (may be nil) is told how many runs are done, one
// call at a time. If a run fails the first failure in order of questions and runs is the error, and no answer is given; when
// ctx ends all runs stop and its error is given.
func Ask(ctx context.Context, run Simulator, questions []Question, n, cores int, progress func(done int)) ([]Answer, error) {
	answers, each := make([]Answer, len(questions)), make([]*Answer, len(questions))
	for i, q := range questions {
		answers[i], each[i] = Answer{Question: q}, &answers[i]
	}
	if err := extend(ctx, run, each, n, cores, progress); err != nil {
		return nil, err
	}
	return answers, nil
}

// extend adds runs to answers until each has n of them; all have the same number so far.
func extend(ctx context.Context, run Simulator, answers []*Answer, n, cores int, progress func(done int)) error {
	if len(answers) == 0 {
		return nil
	}
	have := len(answers[0].Samples)
	more := n - have
	for _, a := range answers {
		a.Samples = append(a.Samples, make([]report.Sample, more)...)
	}
	failures := make([]error, len(answers)*more)
	work, stop := context.WithCancel(ctx)
	defer stop()
	var next, done int
	var lock sync.Mutex
	take := func() (job int, ok bool) {
		lock.Lock()
		defer lock.Unlock()
		next++
		return next - 1, next <= len(failures) && work.Err() == nil
	}
	var all sync.WaitGroup
	for range max(1, min(cores, len(failures))) {
		all.Go(func() {
			for job, ok := take(); ok; job, ok = take() {
				failures[job] = one(work, run, answers[job/more], have+job%more)
				lock.Lock()
				if failures[job] != nil {
					stop()
				} else if done++; progress != nil {
					progress(done)
				}
				lock.Unlock()
			}
		})
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, err := range failures {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return nil
}

// one makes run k of an answer.
func one(ctx context.Context, run Simulator, a *Answer, k int) error {
	cfg := a.Question.Config
	cfg.Source.Run = k
	r, err := run(ctx, cfg)
	if err != nil {
		return err
	}
	a.Samples[k] = report.Take(a.Question.Asks, r)
	if k == 0 {
		a.First = r
	}
	return nil
}
