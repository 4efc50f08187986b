package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"headroom/expect"
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
	c.Flags().StringArrayVar(&f.sets, "set", nil, "PATH=VALUE: change the scenario, such as scaling.aws.min=10 (repeatable)")
	c.Flags().StringVar(&f.seed, "seed", "", "clock.seed of the scenario")
	c.Flags().StringVar(&f.engine, "engine", "", "service.engine of the scenario: requests or fluid")
	c.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions([]string{"requests\tevery request", "fluid\trates per step, much faster"}, cobra.ShellCompDirectiveNoFileComp))
}

// edits are the changes in the order in which they hold: variant, --set, --seed and --engine.
func (f worldFlags) edits() ([]scenarios.Edit, error) {
	var edits []scenarios.Edit
	for _, s := range f.sets {
		path, value, ok := strings.Cut(s, "=")
		if !ok || strings.TrimSpace(path) == "" {
			return nil, misuse{fmt.Errorf("--set must be PATH=VALUE, such as --set scaling.aws.min=10, got %q", s)}
		}
		edits = append(edits, scenarios.Edit{Path: strings.TrimSpace(path), Value: value, From: "--set " + s})
	}
	if f.seed != "" {
		if _, err := strconv.ParseUint(f.seed, 10, 64); err != nil {
			return nil, misuse{fmt.Errorf("--seed must be a whole number from 0 on, got %q", f.seed)}
		}
		edits = append(edits, scenarios.Edit{Path: "clock.seed", Value: f.seed, From: "--seed " + f.seed})
	}
	if f.engine != "" {
		edits = append(edits, scenarios.Edit{Path: "service.engine", Value: f.engine, From: "--engine " + f.engine})
	}
	return edits, nil
}

// load reads a scenario: a name of the library, a path, or - for standard input.
func (p *program) load(name string) (*scenarios.File, error) {
	return scenarios.Load(name, func(path string) (io.ReadCloser, error) {
		if path == "-" {
			return io.NopCloser(p.stdin), nil
		}
		return os.Open(path)
	})
}

// question reads a scenario, changes it, and makes it ready to run.
func (p *program) question(name string, f worldFlags) (whatif.Question, error) {
	file, err := p.load(name)
	if err != nil {
		return whatif.Question{}, err
	}
	return questionOf(file, f)
}

// questionOf changes a scenario and makes it ready to run.
func questionOf(file *scenarios.File, f worldFlags) (q whatif.Question, err error) {
	edits, err := f.edits()
	if err != nil {
		return q, err
	}
	if f.variant != "" {
		if file, err = file.Variant(f.variant); err != nil {
			return q, err
		}
	}
	if file, err = file.With(edits); err != nil {
		return q, err
	}
	if q.Config, err = file.Config(); err != nil {
		return q, err
	}
	q.Asks = file.Scenario.Expect
	q.Config.Quantiles = expect.Quantiles(q.Asks)
	q.Meta = report.Meta{Scenario: file.Scenario.Name, Variant: f.variant, Ask: file.Scenario.Ask, Because: file.Scenario.Because, Zone: file.Scenario.Clock.Zone}
	return q, nil
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
