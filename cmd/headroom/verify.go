package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"headroom/report"
	"headroom/verify"
)

// verifyFlags are the flags of verify.
type verifyFlags struct {
	quick, json, markdown bool
	only                  string
}

func verifyCommand(p *program) *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify",
		Short: "Hold the simulator against exact values, on this machine",
		Long: "Run models whose answer is known through the simulator, as ordinary scenarios, and compare: waits, percentiles, rejected\n" +
			"and lost requests, failures, set-ups, an autoscaler. An anchor holds when it is at most four standard errors off.\n\n" +
			"Exit status: 0 all hold, 1 one does not.",
		Example: "  headroom verify --quick\n  headroom verify --only '^mm10-'\n  headroom verify --json > accuracy.json",
		Args:    arguments(0, 0, "no argument"),
		RunE:    func(c *cobra.Command, _ []string) error { return p.verify(c.Context(), f) },
	}
	c.Flags().BoolVar(&f.quick, "quick", false, "a few of the models with fewer runs: seconds instead of minutes")
	c.Flags().StringVar(&f.only, "only", "", "only the models whose names match this regular expression")
	c.Flags().BoolVar(&f.json, "json", false, "print the anchors as JSON")
	c.Flags().BoolVar(&f.markdown, "markdown", false, "print the tables of docs/accuracy.md")
	return c
}

func (p *program) verify(ctx context.Context, f verifyFlags) error {
	if f.json && f.markdown {
		return misuse{errors.New("--json and --markdown cannot both be printed")}
	}
	only, err := regexp.Compile(f.only)
	if err != nil {
		return misuse{fmt.Errorf("--only must be a regular expression, got %q", f.only)}
	}
	o := verify.Options{Quick: f.quick, Only: only, Cores: cores()}
	if o.Runs() == 0 {
		return misuse{fmt.Errorf("--only must match the name of a model (what stands before / in an anchor's id), got %q", f.only)}
	}
	bar := p.newProgress(o.Runs(), "run")
	o.Progress = func(done, _ int) { bar.to(done) }
	r, err := verify.Run(ctx, o)
	bar.end()
	if err != nil {
		return err
	}
	switch {
	case f.json:
		var text []byte
		if text, err = report.JSON(r); err == nil {
			_, err = p.stdout.Write(text)
		}
	case f.markdown:
		err = r.Markdown(p.stdout)
	default:
		err = r.Text(p.stdout)
	}
	if err == nil && !r.Family.Pass {
		return errOff
	}
	return err
}

// errOff: the simulator and theory disagree. Which anchors has been printed.
var errOff = errors.New("an anchor does not hold")
