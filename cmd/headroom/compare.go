package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"headroom/expect"
	"headroom/plots"
	"headroom/report"
	"headroom/scenarios"
	"headroom/whatif"
)

// compareFlags are the flags of compare.
type compareFlags struct {
	world       worldFlags
	runs        int
	asked       bool // whether runs was given
	out         string
	force, json bool
	gate        bool
}

func compareCommand(p *program) *cobra.Command {
	var f compareFlags
	c := &cobra.Command{
		Use:   "compare SCENARIO…",
		Short: "Variants of a scenario, or several scenarios, side by side",
		Long: "Run the variants of one scenario, or several scenarios, on the same random\nnumbers, and say what differs from the first with 95% intervals of the paired\n" +
			"differences. Scenarios must have the same start, length and zone.",
		Example: "  headroom compare promo-week\n  headroom compare a.yaml b.yaml --runs 50 --json",
		Args:    arguments(1, -1, "at least one SCENARIO"),
		RunE: func(c *cobra.Command, args []string) error {
			f.asked = c.Flags().Changed("runs")
			return p.compare(c.Context(), args, f)
		},
		ValidArgsFunction: completeScenario(0),
	}
	f.world.add(c)
	c.Flags().IntVar(&f.runs, "runs", 20, "`N` runs of each (of jobs 1000 if it is left out)")
	c.Flags().StringVar(&f.out, "out", "", "write compare.json, overlaid charts and a folder with the result of each into the folder `DIR`")
	c.Flags().BoolVar(&f.force, "force", false, "with --out: replace an earlier result")
	c.Flags().BoolVar(&f.json, "json", false, "print the comparison as JSON")
	c.Flags().BoolVar(&f.gate, "gate", false, "exit with status 3 if an expectation of any of them is missed")
	return c
}

func (p *program) compare(ctx context.Context, args []string, f compareFlags) error {
	if err := needRuns(f.runs); err != nil {
		return err
	}
	all, err := p.subjects(args, f.world)
	if err != nil {
		return err
	}
	if jobs, err := onlyJobs(all); err != nil {
		return err
	} else if jobs {
		return p.compareJobs(ctx, all, f)
	}
	names, questions, err := questionsOf(all)
	if err != nil {
		return err
	}
	if err := whatif.Comparable(questions); err != nil {
		return err
	}
	if f.out != "" {
		if err := p.ready(f.out, f.force); err != nil {
			return err
		}
	}
	answers, err := p.simulate(ctx, questions, f.runs)
	if err != nil {
		return err
	}
	c := whatif.Compare(names, answers)
	text, err := report.JSON(c)
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := p.writeComparison(ctx, f.out, c, answers, text); err != nil {
			return err
		}
	}
	if f.json {
		_, err = p.stdout.Write(text)
	} else {
		err = whatif.Text(p.stdout, c)
	}
	for _, v := range c.Variants {
		if err == nil && f.gate && !held(v.Result) {
			return errMissed
		}
	}
	return err
}

// A subject is one of what is compared.
type subject struct {
	name, variant string
	file          *scenarios.File
}

// subjects are the file and its variants, or several files as they are. With one name given twice the arguments themselves are
// the names.
func (p *program) subjects(args []string, f worldFlags) (all []subject, err error) {
	var names []string
	for _, arg := range args {
		file, err := p.load(arg, f)
		if err != nil {
			return nil, err
		}
		all, names = append(all, subject{file.Name, f.variant, file}), append(names, file.Name)
		if len(args) > 1 {
			continue
		}
		for _, variant := range file.Variants() {
			changed, err := file.With(scenarios.Variant(variant))
			if err != nil {
				return nil, err
			}
			all, names = append(all, subject{variant, variant, changed}), append(names, variant)
		}
	}
	if len(args) == 1 {
		args = nil
	}
	for i, name := range unique(names, args) {
		all[i].name = name
	}
	return all, nil
}

// questionsOf are the subjects ready to run, and what they are called.
func questionsOf(all []subject) (names []string, questions []whatif.Question, err error) {
	for _, s := range all {
		q, err := questionOf(s.file, s.variant)
		if err != nil {
			return nil, nil, err
		}
		names, questions = append(names, s.name), append(questions, q)
	}
	var asks []expect.Ask
	for _, q := range questions {
		asks = append(asks, q.Asks...)
	}
	for i := range questions { // what one asks for is drawn of all
		questions[i].Config.Quantiles = expect.Quantiles(asks)
	}
	return names, questions, nil
}

// unique makes names that differ: by the arguments where there are some, and by a number where even they are equal.
func unique(names, args []string) []string {
	count := map[string]int{}
	for _, n := range names {
		count[n]++
	}
	out, seen := make([]string, len(names)), map[string]bool{}
	for i, n := range names {
		if count[n] > 1 && args != nil {
			n = args[i]
		}
		name := n
		for k := 2; seen[name]; k++ {
			name = fmt.Sprintf("%s (%d)", n, k)
		}
		seen[name] = true
		out[i] = name
	}
	return out
}

// writeComparison writes the comparison, the charts of all overlaid, and a folder for each.
func (p *program) writeComparison(ctx context.Context, dir string, c whatif.Comparison, answers []whatif.Answer, text []byte) error {
	files := []file{{"compare.json", text}}
	var all []plots.Input
	var folders []string
	for i, a := range answers {
		one, err := report.JSON(c.Variants[i].Result)
		if err != nil {
			return err
		}
		own, err := p.resultFiles(ctx, a, c.Variants[i].Result, one)
		if err != nil {
			return err
		}
		folders = append(folders, folderName(c.Variants[i].Name))
		files = append(files, under(unique(folders, nil)[i], own)...)
		all = append(all, input(a, c.Variants[i].Name))
	}
	overlaid, err := drawn(ctx, all)
	if err != nil {
		return err
	}
	files = append(files, overlaid...)
	if err := p.write(dir, files); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "headroom: %d files in %s\n", len(files), dir)
	return nil
}

// folderName is a name as a folder that every system takes.
func folderName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r == '_' || r == ' ' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, name)
	if safe = strings.Trim(safe, ". "); safe == "" {
		return "variant"
	}
	return safe
}
