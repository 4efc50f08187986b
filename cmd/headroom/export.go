package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"headroom/exchange"
)

// exportFlags are the flags of export.
type exportFlags struct {
	world    worldFlags
	as       string
	resource string
	out      string
	force    bool
}

func exportCommand(p *program) *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:   "export SCENARIO --as FORM",
		Short: "The scaling as it can be applied, or the traffic as a load test",
		Long: "Write the scaling of a scenario, exactly as it is simulated, for AWS:\n" +
			"  aws-cli          a shell script of AWS CLI commands with their inputs\n" +
			"  cloudformation   a template\n" +
			"  terraform        resources in HCL\n" +
			"or its traffic as a load test:\n" +
			"  k6 | locust | vegeta\n\n" +
			"What of the scenario has no counterpart there is refused by name, all at once.",
		Example: "  headroom export promo-week --variant schedule --as terraform\n  headroom export mine.yaml --as aws-cli --resource endpoint/E/variant/V --out apply\n  headroom export mine.yaml --as k6 > load.js",
		Args:    arguments(1, 1, "one SCENARIO"),
		RunE: func(_ *cobra.Command, args []string) error {
			return p.export(args[0], f)
		},
		ValidArgsFunction: completeScenario(1),
	}
	f.world.add(c)
	c.Flags().StringVar(&f.world.variant, "variant", "", "export the variant `NAME` of the file")
	c.Flags().StringVar(&f.as, "as", "", "the `FORM`: "+strings.Join(exchange.Forms(), ", "))
	c.Flags().StringVar(&f.resource, "resource", "", "the `ID` of what scales, such as endpoint/E/variant/V;\nwithout it the document asks for it")
	c.Flags().StringVar(&f.out, "out", "", "write files into the folder `DIR` instead of standard output")
	c.Flags().BoolVar(&f.force, "force", false, "with --out: replace files that are there")
	c.RegisterFlagCompletionFunc("as", cobra.FixedCompletions(exchange.Forms(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (p *program) export(name string, f exportFlags) error {
	if !slices.Contains(exchange.Forms(), f.as) {
		return misuse{fmt.Errorf("--as must be one of %s, got %q", strings.Join(exchange.Forms(), ", "), f.as)}
	}
	if f.resource != "" && !slices.Contains(exchange.Forms()[:3], f.as) {
		return misuse{fmt.Errorf("--resource goes with %s, got --as %s", strings.Join(exchange.Forms()[:3], ", "), f.as)}
	}
	scenario, err := p.load(name, f.world)
	if err != nil {
		return err
	}
	text, files, err := exchange.Export(scenario, f.as, f.resource)
	if err != nil {
		return err
	}
	if slices.Contains(exchange.Forms()[:3], f.as) {
		for _, line := range exchange.Unsaid(scenario) {
			fmt.Fprintf(p.stderr, "headroom: %s\n", line)
		}
	}
	if f.out == "" {
		_, err = p.stdout.Write(text)
		return err
	}
	var out []file
	for _, one := range files {
		if _, err := os.Lstat(filepath.Join(f.out, one.Name)); err == nil && !f.force {
			return fmt.Errorf("--out %s holds a %s already: another folder, or --force to replace it", f.out, one.Name)
		}
		out = append(out, file{one.Name, one.Text})
	}
	if err := p.ready(f.out, true); err != nil {
		return err
	}
	if err := p.write(f.out, out); err != nil {
		return err
	}
	fmt.Fprintf(p.stderr, "headroom: %d files in %s\n", len(out), f.out)
	return nil
}
