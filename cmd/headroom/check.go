package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"headroom/lint"
	"headroom/report"
	"headroom/scenarios"
)

// errBad: a file is bad. What is wrong with it has been printed.
var errBad = errors.New("not every file is a good scenario")

func checkCommand(p *program) *cobra.Command {
	var strict, list bool
	c := &cobra.Command{
		Use:   "check FILE…",
		Short: "Check scenario files, their variants too, and run nothing",
		Long: "Check scenario files, their variants too, and run nothing.\n\n" +
			"A good file may still have settings that nobody can have meant: these are\nwarnings, each with a code (docs/lints.md), the numbers of the scenario and an\nedit that ends it. `accept: [CODE]` in the file keeps one quiet.",
		Args: func(c *cobra.Command, args []string) error {
			if list {
				return arguments(0, 0, "no FILE with --list")(c, args)
			}
			return arguments(1, -1, "at least one FILE")(c, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if list {
				return listLints(p.stdout)
			}
			return p.check(args, strict)
		},
		ValidArgsFunction: completeScenario(0),
	}
	c.Flags().BoolVar(&strict, "strict", false, "exit with status 1 if there is a warning")
	c.Flags().BoolVar(&list, "list", false, "list the codes of the warnings")
	return c
}

// check says of each file what is wrong with it, or that it is good and what it warns of.
func (p *program) check(names []string, strict bool) error {
	bad := false
	for _, name := range names {
		file, err := p.load(name, worldFlags{})
		if err != nil {
			bad = true
			fmt.Fprintln(p.stderr, p.complaint(err))
			continue
		}
		found := lint.Check(file)
		if _, err := fmt.Fprintf(p.stdout, "%s: good%s\n", file.Source, warned(len(found))); err != nil {
			return err
		}
		for _, found := range found {
			bad = bad || strict
			if _, err := fmt.Fprintln(p.stdout, warningLine(file, found)); err != nil {
				return err
			}
		}
	}
	if bad {
		return errBad
	}
	return nil
}

// warned says how many there are.
func warned(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", with 1 warning"
	}
	return fmt.Sprintf(", with %d warnings", n)
}

// warningLine is `file:line:col: warning: CODE: text (fix: PATH=VALUE)`.
func warningLine(file *scenarios.File, found lint.Finding) string {
	source, line, col := file.Place(found.Path)
	if line > 0 {
		source = fmt.Sprintf("%s:%d:%d", source, line, col)
	}
	text := fmt.Sprintf("%s: warning: %s: %s", source, found.Code, found.Text)
	if found.Fix != "" {
		text += " (fix: " + found.Fix + ")"
	}
	return text
}

// listLints are the codes with what each means.
func listLints(w io.Writer) error {
	longest := 0
	for _, r := range lint.Rules() {
		longest = max(longest, len(r.Code))
	}
	for _, r := range lint.Rules() {
		if _, err := io.WriteString(w, report.Wrap(fmt.Sprintf("%-*s  ", longest, r.Code), r.Title)); err != nil {
			return err
		}
	}
	return nil
}
