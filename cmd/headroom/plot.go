package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"headroom/plots"
)

func plotCommand(p *program) *cobra.Command {
	var out string
	var force bool
	c := &cobra.Command{
		Use:   "plot RESULT.json… --out DIR",
		Short: "Draw charts again from stored results, several overlaid",
		Long: "Draw the charts of results that run --out or compare --out wrote, without\nrunning anything again. timeline.csv and decisions.csv are read beside each\n" +
			"RESULT.json. Several results are overlaid; they must have one start, zone and\nlength.",
		Args: arguments(1, -1, "at least one RESULT.json"),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return misuse{errors.New("plot needs --out DIR")}
			}
			return p.plot(c.Context(), args, out, force)
		},
	}
	c.Flags().StringVar(&out, "out", "", "write the charts into the folder `DIR`")
	c.Flags().BoolVar(&force, "force", false, "write charts into a folder that holds a result")
	return c
}

func (p *program) plot(ctx context.Context, args []string, out string, force bool) error {
	var in []plots.Input
	var names []string
	for _, path := range args {
		one, err := stored(path)
		if err != nil {
			return err
		}
		in, names = append(in, one), append(names, one.Name)
	}
	for i, name := range unique(names, args) {
		in[i].Name = name
	}
	if err := p.ready(out, force); err != nil {
		return err
	}
	files, err := drawn(ctx, in)
	if err != nil {
		return err
	}
	if err := p.write(out, files); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%d charts in %s\n", len(files), out)
	return err
}

// isJob tells the result of a job.
func isJob(path string) bool {
	text, err := os.ReadFile(path)
	var head struct {
		Kind string `json:"kind"`
	}
	return err == nil && json.Unmarshal(text, &head) == nil && head.Kind == "job"
}

// stored reads a result and the two tables beside it; a folder stands for the result.json in it.
func stored(path string) (in plots.Input, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "result.json")
	}
	if isJob(path) {
		return in, fmt.Errorf("%s: the result of a service, got that of a job: run --out draws a job's charts", path)
	}
	var readers []io.Reader
	for _, name := range []string{path, filepath.Join(filepath.Dir(path), "timeline.csv"), filepath.Join(filepath.Dir(path), "decisions.csv")} {
		f, err := os.Open(name)
		if err != nil {
			if name != path {
				return in, fmt.Errorf("%s: charts need the table beside it: %w", path, plainError(name, err))
			}
			return in, plainError(name, err)
		}
		defer f.Close()
		readers = append(readers, f)
	}
	in, err = plots.Read("", readers[0], readers[1], readers[2])
	if bad := new(plots.FileError); errors.As(err, &bad) {
		if bad.File != "result.json" {
			path = filepath.Join(filepath.Dir(path), bad.File)
		}
		err = fmt.Errorf("%s: %w", path, bad.Err)
	}
	return in, err
}
