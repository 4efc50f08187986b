package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"headroom/report"
	"headroom/sim"
	"headroom/unit"
	"headroom/whatif"
)

// runFlags are the flags of run.
type runFlags struct {
	world       worldFlags
	runs        string // a number, or auto
	precision   string
	out         string
	force, json bool
	gate        bool
}

func runCommand(p *program) *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run SCENARIO",
		Short: "Simulate a scenario: verdicts, numbers, decisions that mattered",
		Long: "Simulate a scenario of the library or a file (- is standard input), and say\nwhether what it expects holds.\n\n" +
			"Exit status: 0 it ran (with --gate: and every expectation held), 1 it could not\nrun, 2 misuse of the command line, 3 with --gate: an expectation was missed.",
		Example: "  headroom run promo-week\n  headroom run promo-week --set scaling.aws.min=10 --runs 20\n  headroom run my.yaml --out result --gate",
		Args:    arguments(1, 1, "one SCENARIO"),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c.Context(), args[0], f)
		},
		ValidArgsFunction: completeScenario(1),
	}
	f.world.add(c)
	c.Flags().StringVar(&f.world.variant, "variant", "", "run the variant `NAME` of the file")
	c.Flags().StringVar(&f.runs, "runs", "", "`N` independent runs on all cores (1; of a job 1000); more than 1 gives 95%\nintervals; auto: as many as --precision takes")
	c.Flags().StringVar(&f.precision, "precision", "", "with --runs auto: how narrow the intervals of mean latency, p99, failures\nand cost must be, each side, of their mean (default 2%)")
	c.Flags().StringVar(&f.out, "out", "", "write result.json, timeline.csv, decisions.csv and charts into the folder `DIR`")
	c.Flags().BoolVar(&f.force, "force", false, "with --out: replace an earlier result")
	c.Flags().BoolVar(&f.json, "json", false, "print the result as JSON")
	c.Flags().BoolVar(&f.gate, "gate", false, "exit with status 3 if an expectation is missed")
	return c
}

func (p *program) run(ctx context.Context, name string, f runFlags) error {
	runs, precision, err := f.effort()
	if err != nil {
		return err
	}
	asked, err := p.load(name, f.world)
	if err != nil {
		return err
	}
	if asked.Job != nil {
		return p.runJob(ctx, asked, f)
	}
	q, err := questionOf(asked, f.world.variant)
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := p.ready(f.out, f.force); err != nil {
			return err
		}
	}
	answer, err := p.answer(ctx, q, runs, precision)
	if err != nil {
		return err
	}
	d := answer.Doc()
	text, err := report.JSON(d)
	if err != nil {
		return err
	}
	files := func() ([]file, error) { return p.resultFiles(ctx, answer, d, text) }
	words := func() error { return report.Text(p.stdout, q.Meta, d, answer.First, p.style()) }
	return p.hand(f, text, files, words, held(d))
}

// hand gives an answer to whoever asked: the files where they are wanted, and the JSON or the words.
func (p *program) hand(f runFlags, text []byte, files func() ([]file, error), words func() error, held bool) error {
	if f.out != "" {
		all, err := files()
		if err != nil {
			return err
		}
		if err := p.write(f.out, all); err != nil {
			return err
		}
		fmt.Fprintf(p.stderr, "headroom: %d files in %s\n", len(all), f.out)
	}
	var err error
	if f.json {
		_, err = p.stdout.Write(text)
	} else {
		err = words()
	}
	if err == nil && f.gate && !held {
		return errMissed
	}
	return err
}

// effort is how many runs are asked for; 0 is as many as the precision takes.
func (f runFlags) effort() (runs int, precision float64, err error) {
	if f.runs == "" {
		f.runs = "1"
	}
	if f.runs != "auto" {
		if f.precision != "" {
			return 0, 0, misuse{fmt.Errorf("--precision goes with --runs auto, got --runs %s", f.runs)}
		}
		if runs, err = strconv.Atoi(f.runs); err != nil {
			return 0, 0, misuse{fmt.Errorf("--runs must be 1 to 100000 or auto, got %q", f.runs)}
		}
		return runs, 0, needRuns(runs)
	}
	share := unit.Share(0.02)
	if f.precision != "" {
		if err := share.UnmarshalText([]byte(f.precision)); err != nil {
			return 0, 0, misuse{fmt.Errorf("--precision must be %w", err)}
		}
	}
	if share < 0.0001 || share > 0.5 {
		return 0, 0, misuse{fmt.Errorf("--precision must be 0.01%% to 50%%, got %s", f.precision)}
	}
	return 0, float64(share), nil
}

// answer is a question's answer, with a number of runs or with as many as a precision takes.
func (p *program) answer(ctx context.Context, q whatif.Question, runs int, precision float64) (whatif.Answer, error) {
	if runs > 0 {
		answers, err := p.simulate(ctx, []whatif.Question{q}, runs)
		if err != nil {
			return whatif.Answer{}, err
		}
		return answers[0], nil
	}
	var bar *progress
	stage := 0
	answer, reached, err := whatif.AskUntil(ctx, sim.Run, q, precision, cores(), func(done, of int) {
		if of != stage {
			if bar != nil {
				bar.end()
			}
			bar, stage = p.newProgress(of, "run"), of
		}
		bar.to(done)
	})
	if bar != nil {
		bar.end()
	}
	if err == nil && !reached {
		fmt.Fprintf(p.stderr, "headroom: %d runs are not enough for a precision of %s; the intervals say what they give\n", len(answer.Samples), report.Percent(precision))
	}
	return answer, err
}

// needRuns refuses a number of runs that is none.
func needRuns(n int) error {
	if n < 1 || n > 100_000 {
		return misuse{fmt.Errorf("--runs must be 1 to 100000, got %d", n)}
	}
	return nil
}

// held says whether every expectation was held.
func held(d report.Doc) bool {
	for _, v := range d.Expect {
		if !v.Held {
			return false
		}
	}
	return true
}

// simulate answers questions on all cores, telling the progress.
func (p *program) simulate(ctx context.Context, questions []whatif.Question, runs int) ([]whatif.Answer, error) {
	bar := p.newProgress(len(questions)*runs, "run")
	answers, err := whatif.Ask(ctx, sim.Run, questions, runs, cores(), bar.to)
	bar.end()
	return answers, err
}
