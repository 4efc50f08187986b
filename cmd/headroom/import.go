package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"headroom/exchange"
	"headroom/scenarios"
)

// importFlags are the flags of import.
type importFlags struct {
	target, into, out string
	json, force       bool
}

func importCommand(p *program) *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use:   "import FILE…",
		Short: "A scenario of the scaling that an account or template holds",
		Long: "Make a scenario of what people have: JSON of the AWS CLI (describe-… answers,\n" +
			"put-… inputs, and the inner objects that it takes from files), CloudFormation\n" +
			"(YAML or JSON), terraform show -json. The kind of a file is told by what is in\n" +
			"it. Several files make one scenario. Nothing is asked of any network.\n\n" +
			"What is not understood is listed with its path on standard error and in the\n" +
			"scenario. What no such file can tell (traffic, service time, price) is assumed\n" +
			"and says so; --into puts the scaling into a scenario of yours instead.",
		Example: "  headroom import targets.json policies.json alarms.json actions.json\n  headroom import template.yaml --into mine.yaml --out mine.yaml --force",
		Args:    arguments(1, -1, "at least one FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			return p.importFiles(args, f)
		},
	}
	c.Flags().StringVar(&f.target, "target", "", "the resource `ID` whose scaling is meant, where the files hold several")
	c.Flags().StringVar(&f.into, "into", "", "put the scaling into this `SCENARIO` file; all else of it stays as it stands")
	c.Flags().StringVar(&f.out, "out", "", "write the scenario to this `FILE` instead of standard output")
	c.Flags().BoolVar(&f.force, "force", false, "with --out: replace a file that is there")
	c.Flags().BoolVar(&f.json, "json", false, "print the scenario and what was not understood as JSON")
	return c
}

func (p *program) importFiles(names []string, f importFlags) error {
	var sources []exchange.Source
	for _, name := range names {
		sources = append(sources, p.source(name))
	}
	got, err := exchange.Import(sources, f.target)
	if err != nil {
		return err
	}
	var text []byte
	var kept exchange.Kept
	if f.into == "" {
		text, err = got.Scenario()
	} else {
		base := p.source
		if !scenarios.IsPath(f.into) {
			base = p.librarySource
		}
		text, kept, err = got.Into(base(f.into))
	}
	if err != nil {
		return err
	}
	p.tellImport(got, kept, f.into != "")
	if f.json {
		if text, err = importJSON(got, kept, text); err != nil {
			return err
		}
	}
	if f.out == "" {
		_, err = p.stdout.Write(text)
		return err
	}
	return writeNew(f.out, text, f.force)
}

// source reads a file; why it could not be read is said with all else that is wrong.
func (p *program) source(name string) exchange.Source {
	s := exchange.Source{Name: name}
	r, err := p.open(name)
	if err == nil {
		s.Text, err = io.ReadAll(io.LimitReader(r, 65<<20))
		r.Close()
	}
	if err != nil {
		var at *fs.PathError
		if s.Err = err; errors.As(err, &at) {
			s.Err = at.Err
		}
	}
	return s
}

// librarySource is the text of a library scenario.
func (p *program) librarySource(name string) exchange.Source {
	file, err := p.load(name, worldFlags{})
	if err != nil {
		return exchange.Source{Name: name, Err: err}
	}
	return exchange.Source{Name: name, Text: besides(file.Text())}
}

// tellImport says on standard error what was not understood and what was put aside.
func (p *program) tellImport(got *exchange.Imported, kept exchange.Kept, patched bool) {
	say := func(format string, args ...any) { fmt.Fprintf(p.stderr, "headroom: "+format+"\n", args...) }
	for _, n := range got.Notes {
		say("not understood: %s", n)
	}
	for _, n := range got.Others {
		say("left aside: %s", n)
	}
	for _, line := range got.Effectless() {
		say("without effect here: %s", line)
	}
	if len(kept) > 0 {
		say("kept from the scenario, since the files say nothing of it: %s", strings.Join(kept, ", "))
	}
	if len(got.Gone) > 0 {
		say("taken out of the scenario, since the files have the target without it: %s", strings.Join(got.Gone, ", "))
	}
	for _, line := range got.Aside {
		say("made a comment, since it does not hold with the import: %s", line)
	}
	if !patched {
		return
	}
	for _, line := range got.Beside() {
		say("%s", line)
	}
}

// importJSON is the import as one JSON document.
func importJSON(got *exchange.Imported, kept exchange.Kept, text []byte) ([]byte, error) {
	type note struct {
		File string `json:"file"`
		Path string `json:"path"`
		Why  string `json:"why"`
	}
	notes := func(from []exchange.Note) []note {
		out := []note{}
		for _, n := range from {
			out = append(out, note(n))
		}
		return out
	}
	out, err := json.MarshalIndent(struct {
		Version  int      `json:"version"`
		Target   string   `json:"target"`
		Files    []string `json:"files"`
		Scenario string   `json:"scenario"`
		Not      []note   `json:"not_understood"`
		Aside    []note   `json:"left_aside"`
		Kept     []string `json:"kept"`
		Gone     []string `json:"taken_out"`
		Comment  []string `json:"made_comments"`
	}{1, got.Target, got.Files, string(text), notes(got.Notes), notes(got.Others), append([]string{}, kept...), append([]string{}, got.Gone...), append([]string{}, got.Aside...)}, "", "  ")
	return append(out, '\n'), err
}

// writeNew writes a file beside its place and renames it into it: complete, or not at all.
func writeNew(path string, text []byte, force bool) error {
	if _, err := os.Lstat(path); err == nil && !force {
		return fmt.Errorf("--out %s is there already: another file, or --force to replace it", path)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".headroom-*")
	if err != nil {
		return plainError("--out "+path, err)
	}
	name := temp.Name()
	temp.Close()
	err = writeFile(name, text)
	if err == nil {
		err = os.Chmod(name, 0o644)
	}
	if err == nil {
		err = os.Rename(name, path)
	}
	if err != nil {
		os.Remove(name)
		return fmt.Errorf("%w; nothing was written", plainError("--out "+path, err))
	}
	return nil
}
