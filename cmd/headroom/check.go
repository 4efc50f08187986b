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
				if err := p.check(name); err != nil {
					bad = true
					fmt.Fprintln(p.stderr, p.complaint(err))
					continue
				}
				if _, err := fmt.Fprintf(p.stdout, "%s: good\n", name); err != nil {
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

// check reads a file and makes it and each of its variants ready to run.
func (p *program) check(name string) error {
	file, err := p.load(name)
	if err != nil {
		return err
	}
	for _, variant := range append([]string{""}, file.Variants()...) {
		if _, err := questionOf(file, worldFlags{variant: variant}); err != nil {
			return err
		}
	}
	return nil
}
