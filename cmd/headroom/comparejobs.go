package main

import (
	"context"
	"fmt"

	"headroom/plots"
	"headroom/report"
	"headroom/whatif"
)

// onlyJobs tells whether all subjects are jobs; a mixture is refused.
func onlyJobs(all []subject) (bool, error) {
	jobs := all[0].file.Job != nil
	for _, s := range all {
		if (s.file.Job != nil) != jobs {
			return false, fmt.Errorf("what is compared must be of one kind, got a job and a service: %s and %s", all[0].name, s.name)
		}
	}
	return jobs, nil
}

// compareJobs puts jobs side by side.
func (p *program) compareJobs(ctx context.Context, all []subject, f compareFlags) error {
	runs := f.runs
	if !f.asked {
		runs = jobRuns
	}
	if f.out != "" {
		if err := p.ready(f.out, f.force); err != nil {
			return err
		}
	}
	var names []string
	var answers []whatif.JobAnswer
	for _, s := range all {
		answer, err := p.askJob(ctx, s.file, runs)
		if err != nil {
			return err
		}
		names, answers = append(names, s.name), append(answers, whatif.JobAnswer{Meta: metaOf(s.file, s.variant), Asks: s.file.Expect, Answer: answer})
	}
	c, err := whatif.CompareJobs(names, answers)
	if err != nil {
		return err
	}
	text, err := report.JSON(c)
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := p.writeJobs(f.out, c, answers, text); err != nil {
			return err
		}
	}
	if f.json {
		_, err = p.stdout.Write(text)
	} else {
		err = whatif.JobText(p.stdout, c)
	}
	for _, v := range c.Variants {
		if err == nil && f.gate && !jobHeld(v.Result) {
			return errMissed
		}
	}
	return err
}

// writeJobs writes the comparison, the distributions overlaid, and a folder for each job.
func (p *program) writeJobs(dir string, c whatif.JobComparison, answers []whatif.JobAnswer, text []byte) error {
	files := []file{{"compare.json", text}}
	var overlaid []plots.Job
	var folders []string
	for i, a := range answers {
		one, err := report.JSON(c.Variants[i].Result)
		if err != nil {
			return err
		}
		own, err := jobFiles(a.Answer, c.Variants[i].Result, one)
		if err != nil {
			return err
		}
		folders = append(folders, folderName(c.Variants[i].Name))
		files = append(files, under(unique(folders, nil)[i], own)...)
		overlaid = append(overlaid, plots.Job{Name: c.Variants[i].Name, Answer: a.Answer})
	}
	pictures, err := plots.JobFiles(overlaid...)
	if err != nil {
		return err
	}
	for _, f := range pictures {
		files = append(files, file{f.Name, f.Data})
	}
	if err := p.write(dir, files); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "headroom: %d files in %s\n", len(files), dir)
	return nil
}
