package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"headroom/lint"
	"headroom/report"
	"headroom/scenarios"
	"headroom/whatif"
)

// worldFlags are what changes a scenario before it runs.
type worldFlags struct {
	sets    []string
	seed    string
	engine  string
	variant string
}

func (f *worldFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.sets, "set", nil, "change the scenario by `PATH=VALUE`, such as scaling.aws.min=10 (repeatable)")
	c.Flags().StringVar(&f.seed, "seed", "", "run with the seed `N` (clock.seed)")
	c.Flags().StringVar(&f.engine, "engine", "", "run on the `ENGINE` requests or fluid (service.engine)")
	c.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions([]string{"requests\tevery request", "fluid\trates per step, much faster"}, cobra.ShellCompDirectiveNoFileComp))
}

// edits are the changes that the flags make: variant, --set, --seed and --engine.
func (f worldFlags) edits() (edits []scenarios.Edit, err error) {
	if f.variant != "" {
		edits = append(edits, scenarios.Variant(f.variant))
	}
	for _, text := range f.sets {
		set, err := scenarios.ParseSet(text)
		if err != nil {
			return nil, misuse{fmt.Errorf("--set must be %w", err)}
		}
		edits = append(edits, set)
	}
	if f.seed != "" {
		seed, err := strconv.ParseUint(f.seed, 10, 64)
		if err != nil {
			return nil, misuse{fmt.Errorf("--seed must be a whole number from 0 on, got %q", f.seed)}
		}
		edits = append(edits, scenarios.Seed(seed))
	}
	if f.engine != "" {
		edits = append(edits, scenarios.Engine(f.engine))
	}
	return edits, nil
}

// load reads a scenario (a name of the library, a path, or - for standard input), changes it and checks it.
func (p *program) load(name string, f worldFlags) (*scenarios.File, error) {
	edits, err := f.edits()
	if err != nil {
		return nil, err
	}
	return scenarios.Load(name, p.open, edits...)
}

// open opens a file of the system, or standard input.
func (p *program) open(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(p.stdin), nil
	}
	return os.Open(path)
}

// questionOf is a scenario, already changed, ready to run.
func questionOf(file *scenarios.File, variant string) (q whatif.Question, err error) {
	q.Config, err = file.Config()
	q.Asks = file.Expect
	q.Meta = metaOf(file, variant)
	return q, err
}

// metaOf is what a report says of a scenario beside its numbers.
func metaOf(file *scenarios.File, variant string) report.Meta {
	return report.Meta{Scenario: file.Name, Variant: variant, Ask: file.Ask, Because: file.Because, Notes: file.Notes(), Zone: file.Clock.Zone,
		Warnings: warnings(file)}
}

// warnings are what the lints find in a scenario.
func warnings(file *scenarios.File) (out []report.Warning) {
	for _, found := range lint.Check(file) {
		out = append(out, report.Warning{Code: found.Code, Path: found.Path, Text: found.Text, Fix: found.Fix})
	}
	return out
}

// problems is the text of what is wrong with a scenario file: on a terminal with the lines and a caret.
func problems(err error, terminal bool) (string, bool) {
	var ps scenarios.Problems
	if !errors.As(err, &ps) {
		return "", false
	}
	return ps.Text(terminal), true
}

// cores is how many runs go on at once.
func cores() int { return runtime.GOMAXPROCS(0) }

// completeScenario completes names of the library, then files.
func completeScenario(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if most > 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []cobra.Completion
		for _, e := range scenarios.Library() {
			names = append(names, cobra.CompletionWithDesc(e.Name, e.Ask))
		}
		return names, cobra.ShellCompDirectiveDefault
	}
}
