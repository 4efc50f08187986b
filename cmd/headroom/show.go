package main

import (
	"bytes"

	"github.com/spf13/cobra"
)

// besides is the text of a library scenario as a file of its own: its first line, for editors, names the schema beside it.
// Other texts stay as they are.
func besides(text []byte) []byte {
	const line, schema = "# yaml-language-server: $schema=", "scenario.schema.json\n"
	rest, found := bytes.CutPrefix(text, []byte(line+"../"+schema))
	if !found {
		return text
	}
	return append([]byte(line+schema+"# headroom schema > scenario.schema.json writes what the line above names\n"), rest...)
}

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
			text := besides(file.Text())
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
