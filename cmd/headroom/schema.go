package main

import (
	"github.com/spf13/cobra"

	"headroom/scenarios"
)

func schemaCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "JSON Schema of the scenario file, for editors",
		Args:  arguments(0, 0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			_, err := p.stdout.Write(scenarios.Schema())
			return err
		},
	}
}
