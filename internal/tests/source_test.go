// Package tests holds the checks of the source itself: who imports whom, and
// the norms that keep the house readable. They parse; they build nothing.
package tests

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

// source is one Go file.
type source struct {
	path string // from the root of the module, with slashes
	text string
	file *ast.File
	set  *token.FileSet
}

func (s source) dir() string     { return path.Dir(s.path) }
func (s source) isTest() bool    { return strings.HasSuffix(s.path, "_test.go") }
func (s source) generated() bool { return ast.IsGenerated(s.file) }

// lines returns the first and the last line of a node.
func (s source) lines(n ast.Node) (from, to int) {
	return s.set.Position(n.Pos()).Line, s.set.Position(n.End()).Line
}

func (s source) count() int { return strings.Count(s.text, "\n") }

func parse(name, text string) (source, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	return source{path: name, text: text, file: f, set: set}, err
}

// walk calls visit with every file of the module whose name ends in suffix.
func walk(suffix string, visit func(name, text string) error) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || base == "vendor") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, suffix) {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(rel), string(text))
	})
}

// tree parses the module's own Go files, once for all tests of this package.
var tree = sync.OnceValues(func() ([]source, error) {
	var all []source
	err := walk(".go", func(name, text string) error {
		s, err := parse(name, text)
		all = append(all, s)
		return err
	})
	return all, err
})

// sources returns the module's Go files; written ones only, unless generated.
func sources(t *testing.T, generated bool) []source {
	t.Helper()
	all, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 50 {
		t.Fatalf("only %d files found: this looks at the wrong folder", len(all))
	}
	if generated {
		return all
	}
	var own []source
	for _, s := range all {
		if !s.generated() {
			own = append(own, s)
		}
	}
	return own
}

// planted parses a file that breaks a rule, to prove that the rule bites.
func planted(t *testing.T, name, text string) []source {
	t.Helper()
	s, err := parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return []source{s}
}

func report(t *testing.T, faults []string) {
	t.Helper()
	for _, f := range faults {
		t.Error(f)
	}
}
