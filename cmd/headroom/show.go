package main

import (
	"github.com/spf13/cobra"
)

func showCommand(p *program) *cobra.Command {
	var full bool
	c := &cobra.Command{
		Use:   "show SCENARIO",
		Short: "The text of a scenario; what it prints is a file that runs",
		Args:  arguments(1, 1, "one SCENARIO"),
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := p.load(args[0], worldFlags{})
			if err != nil {
				return err
			}
			text := file.Text()
			if full {
				if text, err = file.Full(); err != nil {
					return err
				}
			}
			_, err = p.stdout.Write(text)
			return err
		},
		ValidArgsFunction: completeScenario(1),
	}
	c.Flags().BoolVar(&full, "full", false, "with every default written out")
	return c
}
