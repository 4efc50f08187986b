package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"headroom/report"
	"headroom/scenarios"
)

func listCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "The scenarios of the library, each with its question",
		Args:  arguments(0, 0, "no argument"),
		RunE: func(*cobra.Command, []string) error {
			var b strings.Builder
			longest := 0
			for _, e := range scenarios.Library() {
				longest = max(longest, len(e.Name))
			}
			for _, e := range scenarios.Library() {
				b.WriteString(report.Wrap(fmt.Sprintf("%-*s  ", longest, e.Name), e.Ask))
			}
			_, err := fmt.Fprint(p.stdout, b.String())
			return err
		},
	}
}
