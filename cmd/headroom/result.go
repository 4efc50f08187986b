package main

import (
	"bytes"
	"context"
	"path"

	"headroom/expect"
	"headroom/plots"
	"headroom/report"
	"headroom/sim"
	"headroom/whatif"
)

// resultFiles are the files of one result: its JSON, two tables and the charts of its first run.
func (p *program) resultFiles(ctx context.Context, a whatif.Answer, d report.Doc, text []byte) ([]file, error) {
	var timeline, decisions bytes.Buffer
	if err := report.Timeline(&timeline, a.First); err != nil {
		return nil, err
	}
	if err := report.Decisions(&decisions, a.First); err != nil {
		return nil, err
	}
	charts, err := drawn(ctx, []plots.Input{input(a, title(a))})
	return append([]file{{"result.json", text}, {"timeline.csv", timeline.Bytes()}, {"decisions.csv", decisions.Bytes()}}, charts...), err
}

// title is what an answer is called beside others.
func title(a whatif.Answer) string {
	if v := a.Question.Meta.Variant; v != "" {
		return a.Question.Meta.Scenario + ", " + v
	}
	return a.Question.Meta.Scenario
}

// drawn are the charts of runs, overlaid if they are several. An interrupt is noticed between two charts.
func drawn(ctx context.Context, in []plots.Input) (files []file, err error) {
	for _, c := range plots.Charts() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pictures, err := c.Files(in)
		if err != nil {
			return nil, err
		}
		for _, f := range pictures {
			files = append(files, file{f.Name, f.Data})
		}
	}
	return files, nil
}

// input is the first run of an answer as charts need it.
func input(a whatif.Answer, name string) plots.Input {
	return chartInput(name, a.First, a.Question.Asks)
}

func chartInput(name string, r *sim.Result, asks []expect.Ask) plots.Input {
	in := plots.FromResult(name, r)
	for _, a := range asks {
		if l, ok := plots.ParseLine(a.String()); ok {
			in.SLOs = append(in.SLOs, l)
		}
	}
	for _, v := range expect.Judge(asks, r) {
		in.Verdicts = append(in.Verdicts, plots.Verdict{Ask: v.Ask.String(), Value: v.Value, Held: v.Held})
	}
	for _, b := range expect.Breaches(asks, r) {
		in.Breaches = append(in.Breaches, plots.Span{From: b.From, To: b.To, Text: b.Ask.InOneMinute() + ": " + b.Cause.String()})
	}
	return in
}

// under puts files into a folder of the result.
func under(folder string, files []file) []file {
	for i := range files {
		files[i].name = path.Join(folder, files[i].name)
	}
	return files
}
