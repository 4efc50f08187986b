package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"headroom/job"
	"headroom/plots"
	"headroom/report"
	"headroom/scenarios"
)

// jobRuns is how many runs a job has where --runs is not given: they take milliseconds.
const jobRuns = 1000

// runJob answers a question about a job.
func (p *program) runJob(ctx context.Context, asked *scenarios.File, f runFlags) error {
	runs, err := f.jobEffort()
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := p.ready(f.out, f.force); err != nil {
			return err
		}
	}
	answer, err := p.askJob(ctx, asked, runs)
	if err != nil {
		return err
	}
	meta := metaOf(asked, f.world.variant)
	d := report.JobDocument(meta, asked.Expect, answer)
	text, err := report.JSON(d)
	if err != nil {
		return err
	}
	files := func() ([]file, error) { return jobFiles(answer, d, text) }
	words := func() error { return report.JobText(p.stdout, meta, d, answer, p.style()) }
	return p.hand(f, text, files, words, jobHeld(d))
}

// jobEffort is how many runs are asked for.
func (f runFlags) jobEffort() (int, error) {
	switch {
	case f.precision != "" || f.runs == "auto":
		return 0, misuse{fmt.Errorf("--runs auto and --precision are for services; a job takes --runs N, %d if it is left out", jobRuns)}
	case f.runs == "":
		return jobRuns, nil
	}
	n, err := strconv.Atoi(f.runs)
	if err != nil {
		return 0, misuse{fmt.Errorf("--runs must be 1 to 100000, got %q", f.runs)}
	}
	return n, needRuns(n)
}

// askJob runs a job, telling the progress.
func (p *program) askJob(ctx context.Context, file *scenarios.File, runs int) (*job.Answer, error) {
	bar := p.newProgress(2*runs, "run")
	answer, err := job.Ask(ctx, file.Job, runs, cores(), func(done, of int) { bar.to(done * 2 * runs / of) })
	bar.end()
	return answer, err
}

// jobFiles are the files of a job's result: its JSON, a table of the runs and the charts.
func jobFiles(a *job.Answer, d report.JobDoc, text []byte) ([]file, error) {
	var runs bytes.Buffer
	if err := report.JobRuns(&runs, a); err != nil {
		return nil, err
	}
	name := d.Scenario
	if d.Variant != "" {
		name += ", " + d.Variant
	}
	files := []file{{"result.json", text}, {"runs.csv", runs.Bytes()}}
	pictures, err := plots.JobFiles(plots.Job{Name: name, Answer: a})
	for _, f := range pictures {
		files = append(files, file{f.Name, f.Data})
	}
	return files, err
}

// jobHeld says whether every expectation was held.
func jobHeld(d report.JobDoc) bool {
	for _, v := range d.Expect {
		if !v.Held {
			return false
		}
	}
	return true
}
