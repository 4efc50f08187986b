package scenarios

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"headroom/problem"
	"headroom/scenarios/internal/strict"
	"headroom/sim"
	"headroom/unit"

	"gopkg.in/yaml.v3"
)

// A Problem is one thing wrong in a scenario, and where: `file:line:col: path: what must hold, got what (hint)`.
type Problem = strict.Problem

// Problems are all that is wrong, in the order of the file. Error is a line for each, Text(true) quotes the lines of the file
// below them, with a caret.
type Problems = strict.Problems

// An Opener opens a file by its path; "-" is standard input.
type Opener func(path string) (io.ReadCloser, error)

// OS opens files of the operating system.
func OS(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(path)
}

// A File is a scenario that has passed every check: its settings with all defaults, its variants, and its edits. It is not
// changed once it is there, so many goroutines may use it at once.
type File struct {
	Scenario
	Source string // the name of the file, or of the library scenario

	text  []byte
	dir   string           // where the files that it names are
	tree  *strict.Document // as it was written
	doc   *strict.Document // with the edits
	edits []Edit
	names []string // of the variants, in the order of the file
	data  *dataFiles
	cfg   sim.Config
}

// An Edit changes a scenario before it is checked. Edits are made in this order, whatever order they are given in: variants,
// sets, seed and engine.
type Edit struct {
	kind        editKind
	path, value string
	label       string // what its problems are reported as
}

type editKind int

const (
	variantEdit editKind = iota
	setEdit
	flagEdit
)

// Set puts a value, written in YAML, at a path: --set PATH=VALUE.
func Set(path, value string) Edit {
	label := path + "=" + value
	if len(label) > 160 {
		label = strings.ToValidUTF8(label[:157], "") + "…"
	}
	return Edit{kind: setEdit, path: path, value: value, label: "--set " + label}
}

// ParseSet reads PATH=VALUE.
func ParseSet(text string) (Edit, error) {
	path, value, found := strings.Cut(text, "=")
	if !found || strings.TrimSpace(path) == "" {
		return Edit{}, &unit.Bad{Must: "PATH=VALUE, such as scaling.aws.min=10", Got: strconv.Quote(text)}
	}
	return Set(strings.TrimSpace(path), value), nil
}

// Variant makes the changes of one of the file's variants.
func Variant(name string) Edit { return Edit{kind: variantEdit, value: name} }

// Seed takes another seed: --seed N.
func Seed(seed uint64) Edit {
	text := strconv.FormatUint(seed, 10)
	return Edit{kind: flagEdit, path: "clock.seed", value: text, label: "--seed " + text}
}

// Engine takes another engine: --engine E.
func Engine(name string) Edit {
	return Edit{kind: flagEdit, path: "service.engine", value: name, label: "--engine " + unit.Show(name)}
}

// IsPath tells whether a SCENARIO is a path (it has a / in it or ends in .yaml) or standard input, not a library scenario.
func IsPath(name string) bool {
	return name == "-" || strings.Contains(name, "/") || strings.HasSuffix(name, ".yaml")
}

// Load reads a SCENARIO (a library scenario by its name, a path, or - for standard input), makes the edits, and checks the
// whole: also every variant and every file that it names. open is how files are opened; nil is OS. The error is Problems.
func Load(name string, open Opener, edits ...Edit) (*File, error) {
	if open == nil {
		open = OS
	}
	if !IsPath(name) {
		text := libraryText(name)
		if text == nil {
			return nil, Problems{{File: name, Must: "a scenario of the library, or a path (with / in it, or ending in .yaml)",
				Got: unit.Show(name), Hint: strict.Suggest(name, libraryNames())}}
		}
		return parse(name, "", text, open, edits)
	}
	text, err := readAll(name, open)
	if err != nil {
		return nil, Problems{{File: name, Must: "a file that can be read", Got: err.Error()}}
	}
	dir := ""
	if name != "-" {
		dir = filepath.Dir(name)
	}
	return parse(name, dir, text, open, edits)
}

// Parse reads a scenario from its text; files that it names are relative to dir.
func Parse(name, dir string, text []byte, open Opener, edits ...Edit) (*File, error) {
	if open == nil {
		open = OS
	}
	return parse(name, dir, text, open, edits)
}

// readAll reads a file, at most a byte more than a scenario may have.
func readAll(name string, open Opener) ([]byte, error) {
	r, err := open(name)
	if err != nil {
		return nil, plainError(err)
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, strict.MaxBytes+1))
	return text, plainError(err)
}

// plainError is what went wrong without the name of the file, which stands before it anyway.
func plainError(err error) error {
	if path, ok := err.(*os.PathError); ok {
		return path.Err
	}
	return err
}

func parse(name, dir string, text []byte, open Opener, edits []Edit) (*File, error) {
	if name == "-" {
		name = "standard input"
	}
	f := &File{Source: name, text: text, dir: dir, data: newDataFiles(open)}
	tree, ps := strict.Parse(name, text)
	if ps != nil {
		return nil, tree.Finish(ps)
	}
	f.tree = tree
	f.names = variantNames(tree.Root)
	out, ps := f.with(edits)
	all := append(ps, f.checkVariants(edits, ps)...)
	if len(all) > 0 {
		return nil, tree.Finish(all)
	}
	return out, nil
}

// variantNames are the keys of the variants block, whatever else is wrong with it.
func variantNames(root *yaml.Node) (names []string) {
	for _, entry := range entries(root, "variants") {
		if !slices.Contains(names, entry.key.Value) {
			names = append(names, entry.key.Value)
		}
	}
	return names
}

type entry struct{ key, value *yaml.Node }

// entries are the keys and values of the mapping at a key; none if there is no mapping.
func entries(n *yaml.Node, key string) (found []entry) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if block := n.Content[i+1]; n.Content[i].Value == key && block.Kind == yaml.MappingNode {
			for j := 0; j+1 < len(block.Content); j += 2 {
				found = append(found, entry{block.Content[j], block.Content[j+1]})
			}
		}
	}
	return found
}

// maxVariants bounds the variants of a file: each is checked as a scenario of its own.
const maxVariants = 200

// checkVariants says what is wrong with the variants, each on top of the file alone. What is wrong without them is not said
// again.
func (f *File) checkVariants(edits []Edit, known Problems) (ps Problems) {
	if len(edits) > 0 {
		_, known = f.with(nil)
	}
	if len(f.names) > maxVariants {
		return Problems{f.tree.Problem(problem.Problem{Path: "variants", Must: "at most 200 variants", Got: strconv.Itoa(len(f.names))})}
	}
	said := map[string]bool{}
	for _, p := range known {
		said[p.String()] = true
	}
	for _, name := range f.names {
		_, wrong := f.with([]Edit{Variant(name)})
		for _, p := range wrong {
			if said[p.String()] {
				continue
			}
			said[p.String()] = true
			p.Path = strings.TrimSuffix("variants."+name+": "+p.Path, ": ")
			ps = append(ps, p)
		}
	}
	return ps
}

// Variants are the names of the variants in the order of the file.
func (f *File) Variants() []string { return slices.Clone(f.names) }

// Text is the file as it stands, without the edits.
func (f *File) Text() []byte { return slices.Clone(f.text) }

// With is the scenario with further edits, checked as a whole. The error is Problems.
func (f *File) With(edits ...Edit) (*File, error) {
	out, ps := f.with(slices.Concat(f.edits, edits))
	if len(ps) > 0 {
		return nil, f.tree.Finish(ps)
	}
	return out, nil
}

// with makes the edits on the file as written, and checks the whole.
func (f *File) with(edits []Edit) (*File, Problems) {
	out := &File{Source: f.Source, text: f.text, dir: f.dir, tree: f.tree, names: f.names, data: f.data}
	out.edits = slices.Clone(edits)
	slices.SortStableFunc(out.edits, func(a, b Edit) int { return int(a.kind - b.kind) })
	out.doc = f.tree.Clone()
	var ps Problems
	for _, e := range out.edits {
		ps = append(ps, out.apply(e)...)
	}
	wrong := out.check()
	out.spotEdits(ps)
	return out, append(ps, wrong...)
}

// apply makes one edit.
func (f *File) apply(e Edit) (ps Problems) {
	if e.kind != variantEdit {
		value, ps := f.doc.ParseValue(e.value, e.label)
		if ps != nil {
			return ps
		}
		path, refused := f.flagPath(e)
		if refused != nil {
			return Problems{*refused}
		}
		if p := f.set(path, value, nil, e.label); p != nil {
			return Problems{*p}
		}
		return nil
	}
	for _, variant := range entries(f.tree.Root, "variants") {
		if variant.key.Value != e.value {
			continue
		}
		for i := 0; i+1 < len(variant.value.Content) && variant.value.Kind == yaml.MappingNode; i += 2 {
			key, value := variant.value.Content[i], variant.value.Content[i+1]
			if p := f.set(key.Value, value, key, ""); p != nil {
				ps = append(ps, *p)
			}
		}
		return ps
	}
	return Problems{{File: f.Source, Must: "a variant of the file", Got: unit.Show(e.value), Hint: strict.Suggest(e.value, f.names)}}
}

// set puts a value at a path of the scenario.
func (f *File) set(path string, value, from *yaml.Node, label string) *Problem {
	if path == "variants" || strings.HasPrefix(path, "variants.") {
		p := Problem{File: label, Path: path, Must: "a path into the scenario", Got: unit.Show(path), Hint: "variants are part of the file: change them there"}
		if label == "" {
			p.File, p.Line, p.Col = f.Source, from.Line, from.Column
		}
		return &p
	}
	return f.doc.Set(reflect.TypeFor[Scenario](), path, value, from, label)
}

// from is an error of a setting as a problem.
func from(path string, err error, got string) problem.Problem {
	if bad, ok := err.(*unit.Bad); ok {
		return problem.Problem{Path: path, Must: bad.Must, Got: bad.Got, Hint: bad.Hint}
	}
	return problem.Problem{Path: path, Must: err.Error(), Got: got}
}

// Config is the run that the scenario describes: run 0 of its seed. Runs do not change it.
func (f *File) Config() (sim.Config, error) {
	if f.Job != nil {
		return sim.Config{}, fmt.Errorf("%s: a service under traffic is needed here, got a job: job questions have no traffic", f.Source)
	}
	if f.cfg.Traffic == nil {
		return sim.Config{}, fmt.Errorf("%s: not a scenario that was loaded", f.Source)
	}
	return f.cfg, nil
}

// Full is the file with its edits and every default written out; it loads again to the same Config. The variants are left out
// of a file with edits: they are changes of the file alone.
func (f *File) Full() ([]byte, error) {
	s := f.filled()
	if len(f.edits) > 0 {
		s.WhatIfs = nil
		return f.doc.Encode(&s)
	}
	return f.doc.Encode(&s, "variants")
}
