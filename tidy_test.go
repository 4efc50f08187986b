// Package headroom_test holds what is true of the whole repository: its floors, its purity, its sizes and its docs.
package headroom_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors: a package may import only packages of lower floors.
var floors = [][]string{
	{"unit", "problem", "histogram", "oracle", "internal/kernel"},
	{"chance"},
	{"traffic", "policy", "policy/forecast"},
	{"policy/aws"},
	{"policy/plain", "policy/serverless"},
	{"sim", "job"},
	{"expect", "plots"},
	{"scenarios/internal/strict"},
	{"scenarios", "report"},
	{"whatif", "verify", "exchange", "lint"},
	{"cmd/headroom"},
}

// pure packages read no clock, open nothing and share no randomness: time and chance are arguments.
var pure = []string{"unit", "problem", "histogram", "oracle", "internal/kernel", "chance", "traffic", "policy", "policy/forecast", "policy/aws", "policy/plain", "policy/serverless", "sim", "job"}

// source is one Go file that is not a test.
type source struct {
	pkg, path string
	file      *ast.File
	fset      *token.FileSet
	lines     int
}

func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(filepath.Dir(path)), path, f, fset, strings.Count(string(text), "\n")})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func floor(pkg string) int {
	return slices.IndexFunc(floors, func(f []string) bool { return slices.Contains(f, pkg) })
}

func TestImportsPointDown(t *testing.T) {
	for _, s := range sources(t) {
		here := floor(s.pkg)
		if here < 0 {
			t.Errorf("%s: package %s stands on no floor", s.path, s.pkg)
			continue
		}
		for _, i := range s.file.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			if pkg, ours := strings.CutPrefix(path, "headroom/"); ours && floor(pkg) >= here {
				t.Errorf("%s imports %s, which is not on a lower floor", s.path, path)
			}
		}
	}
}

func TestPurity(t *testing.T) {
	forbidden := []string{"os", "net", "log", "log/slog", "os/exec", "net/http", "gopkg.in/yaml.v3", "math/rand", "crypto/rand"}
	for _, s := range sources(t) {
		if !slices.Contains(pure, s.pkg) {
			continue
		}
		for _, i := range s.file.Imports {
			if path, _ := strconv.Unquote(i.Path.Value); slices.Contains(forbidden, path) {
				t.Errorf("%s imports %s", s.path, path)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := call.X.(*ast.Ident)
			if !ok || pkg.Obj != nil {
				return true
			}
			name := pkg.Name + "." + call.Sel.Name
			global := pkg.Name == "rand" && !slices.Contains([]string{"New", "NewPCG", "Rand", "PCG", "Source", "NewZipf"}, call.Sel.Name)
			if name == "time.Now" || name == "time.Since" || name == "time.Until" || name == "time.Sleep" || name == "time.After" || global {
				t.Errorf("%s: %s", s.fset.Position(n.Pos()), name)
			}
			return true
		})
		ast.Inspect(s.file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: init", s.fset.Position(n.Pos()))
			}
			return true
		})
	}
}

func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > 500 {
			t.Errorf("%s has %d lines", s.path, s.lines)
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line; n > 70 {
					t.Errorf("%s: %s has %d lines", s.fset.Position(f.Pos()), f.Name.Name, n)
				}
			}
		}
	}
}

// Everything exported says what it is; every package explains its model.
func TestDocComments(t *testing.T) {
	explained := map[string]bool{}
	for _, s := range sources(t) {
		if s.file.Doc != nil {
			explained[s.pkg] = true
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && !obvious(d) {
					t.Errorf("%s: %s has no comment", s.fset.Position(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if ty, ok := spec.(*ast.TypeSpec); ok && ty.Name.IsExported() && d.Doc == nil && ty.Doc == nil {
						t.Errorf("%s: %s has no comment", s.fset.Position(ty.Pos()), ty.Name.Name)
					}
				}
			}
		}
	}
	for _, f := range floors {
		for _, pkg := range f {
			if !explained[pkg] {
				t.Errorf("package %s has no package comment", pkg)
			}
		}
	}
}

// obvious methods are those of well-known interfaces, and methods of types that are not exported.
func obvious(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}
	if slices.Contains([]string{"Len", "Less", "Swap", "Push", "Pop", "String", "Error", "Needs", "Next", "Begin", "Decide"}, f.Name.Name) {
		return true
	}
	recv := f.Recv.List[0].Type
	if p, ok := recv.(*ast.StarExpr); ok {
		recv = p.X
	}
	id, ok := recv.(*ast.Ident)
	return ok && !id.IsExported()
}
