package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRoot is the command with all its subcommands.
func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:                        "headroom",
		Short:                      "What would the autoscaler have done? A what-if simulator for autoscaling",
		SilenceUsage:               true,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		Args:                       noCommand,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
		Version:                    version(),
	}
	root.SetVersionTemplate("headroom {{.Version}}\n")
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(wrongFlag)
	root.AddCommand(runCommand(p), compareCommand(p), listCommand(p), showCommand(p), checkCommand(p), schemaCommand(p),
		plotCommand(p), verifyCommand(p), importCommand(p), exportCommand(p), versionCommand(p))
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages ", "FlagUsagesWrapped 80 "))
	root.SetHelpCommand(helpCommand(root))
	return root
}

// noCommand refuses an unknown command with the nearest ones.
func noCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "headroom help lists them"
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return misuse{fmt.Errorf("unknown command %q (%s)", args[0], hint)}
}

// helpCommand tells about a command; an unknown one is a misuse here too.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		RunE: func(_ *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			if err != nil {
				return misuse{err}
			}
			if about == root {
				if err := noCommand(root, rest); err != nil {
					return err
				}
			}
			about.InitDefaultHelpFlag()
			about.InitDefaultVersionFlag()
			return about.Help()
		},
	}
}

// wrongFlag is a misuse; a value of another kind says which kind, an unknown flag is answered with the nearest one.
func wrongFlag(c *cobra.Command, err error) error {
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		must := "a whole number"
		if value.GetFlag().Value.Type() == "bool" {
			must = "true or false, or given alone"
		}
		return misuse{fmt.Errorf("--%s must be %s, got %q", value.GetFlag().Name, must, value.GetValue())}
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return misuse{err}
	}
	probe := &cobra.Command{SuggestionsMinimumDistance: 2}
	c.Flags().VisitAll(func(f *pflag.Flag) {
		probe.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	hint := c.CommandPath() + " --help lists them"
	if near := probe.SuggestionsFor(strings.TrimLeft(unknown.GetSpecifiedName(), "-")); len(near) > 0 {
		hint = "did you mean --" + strings.Join(near, " or --") + "?"
	}
	return misuse{fmt.Errorf("%w (%s)", err, hint)}
}

// arguments wants between least and most arguments (most < 0: any number), which are called what.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch n := len(args); {
		case n < least:
			return misuse{fmt.Errorf("%s needs %s, got %d (%s)", c.CommandPath(), what, n, c.UseLine())}
		case most >= 0 && n > most:
			return misuse{fmt.Errorf("%s takes %s, got %d: %s (%s)", c.CommandPath(), what, n, strings.Join(args, " "), c.UseLine())}
		}
		return nil
	}
}
