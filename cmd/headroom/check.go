package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// errBad: a file is bad. What is wrong with it has been printed.
var errBad = errors.New("not every file is a good scenario")

func checkCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE…",
		Short: "Check scenario files, their variants too, and run nothing",
		Args:  arguments(1, -1, "at least one FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			bad := false
			for _, name := range args {
				file, err := p.load(name, worldFlags{})
				if err != nil {
					bad = true
					fmt.Fprintln(p.stderr, p.complaint(err))
					continue
				}
				if _, err := fmt.Fprintf(p.stdout, "%s: good\n", file.Source); err != nil {
					return err
				}
			}
			if bad {
				return errBad
			}
			return nil
		},
		ValidArgsFunction: completeScenario(0),
	}
}
