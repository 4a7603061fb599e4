package tests

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

const (
	maxFile  = 350
	maxTempl = 200
	maxFunc  = 60
)

func TestFilesAreShort(t *testing.T) {
	for _, s := range sources(t, false) {
		if n := s.count(); n > maxFile {
			t.Errorf("%s has %d lines, the norm is %d", s.path, n, maxFile)
		}
	}
	err := walk(".templ", func(name, text string) error {
		if n := strings.Count(text, "\n"); n > maxTempl {
			t.Errorf("%s has %d lines, the norm is %d", name, n, maxTempl)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFunctionsAreShort(t *testing.T) { report(t, lengthFaults(sources(t, false))) }

func lengthFaults(files []source) (faults []string) {
	for _, s := range files {
		for name, n := range lengths(s) {
			if n > maxFunc {
				faults = append(faults, fmt.Sprintf("%s: %s has %d lines outside tables, the norm is %d", s.path, name, n, maxFunc))
			}
		}
	}
	return faults
}

// lengths counts the lines of each function, leaving out those of tables (the
// rows of slice and map literals), but not the functions that stand in a table.
func lengths(s source) map[string]int {
	all := map[string]int{}
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from, to := s.lines(f)
		rows := map[int]bool{}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if isTable(n) {
					mark(s, n, rows, true)
				}
			case *ast.FuncLit:
				mark(s, n, rows, false)
			}
			return true
		})
		name := f.Name.Name
		if f.Recv != nil {
			name = fmt.Sprintf("method %s", name)
		}
		table := 0
		for _, row := range rows {
			if row {
				table++
			}
		}
		all[name] = max(all[name], to-from+1-table)
	}
	return all
}

func isTable(lit *ast.CompositeLit) bool {
	switch lit.Type.(type) {
	case *ast.ArrayType, *ast.MapType:
		return true
	}
	return false
}

// mark notes the lines between the first and the last of a node.
func mark(s source, n ast.Node, rows map[int]bool, row bool) {
	from, to := s.lines(n)
	for line := from + 1; line < to; line++ {
		rows[line] = row
	}
}

// The state that packages may keep, with the reason for it.
func declaredState() map[string]string {
	return map[string]string{
		"internal/desk.catalog":     "the rows of the catalogue, only read and never handed out",
		"e2e/browser.shared":        "one browser per test binary, set by TestMain before any test",
		"internal/storetest.shared": "one PostgreSQL per test binary, started with the first test that needs it",
		"static.assets":             "the hashed names of the embedded files, made once and only read",
	}
}

func TestPackagesKeepNoState(t *testing.T) { report(t, stateFaults(sources(t, false))) }

func stateFaults(files []source) (faults []string) {
	declared := declaredState()
	for _, s := range files {
		if s.isTest() {
			continue
		}
		for _, d := range s.file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			embed := g.Doc != nil && strings.Contains(s.text[g.Doc.Pos()-s.file.FileStart:g.End()-s.file.FileStart], "//go:embed ")
			for _, spec := range g.Specs {
				for i, name := range spec.(*ast.ValueSpec).Names {
					if embed || fixed(spec.(*ast.ValueSpec), i) || declared[s.dir()+"."+name.Name] != "" {
						continue
					}
					faults = append(faults, fmt.Sprintf("%s: var %s is state of the package", s.path, name.Name))
				}
			}
		}
	}
	return faults
}

// fixed reports whether a variable is one in grammar only: an error, a pattern,
// or the proof that a type has its methods.
func fixed(v *ast.ValueSpec, i int) bool {
	if v.Names[i].Name == "_" {
		return true
	}
	if i >= len(v.Values) {
		return false
	}
	call, ok := v.Values[i].(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && slices.Contains([]string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "strings.NewReplacer"}, pkg.Name+"."+sel.Sel.Name)
}

func TestExportedNamesAreDocumented(t *testing.T) { report(t, docFaults(sources(t, false))) }

func docFaults(files []source) (faults []string) {
	for _, s := range files {
		if s.isTest() {
			continue
		}
		for _, d := range s.file.Decls {
			for _, name := range undocumented(d) {
				faults = append(faults, fmt.Sprintf("%s: %s has no comment", s.path, name))
			}
		}
	}
	return faults
}

// undocumented returns the exported names of a declaration that say nothing
// about themselves. One comment may speak for a whole group.
func undocumented(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || receiverExported(d.Recv)) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			return nil
		}
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Doc == nil && spec.Comment == nil && spec.Name.IsExported() {
					names = append(names, spec.Name.Name)
				}
			case *ast.ValueSpec:
				if spec.Doc == nil && spec.Comment == nil && spec.Names[0].IsExported() {
					names = append(names, spec.Names[0].Name)
				}
			}
		}
	}
	return names
}

func receiverExported(recv *ast.FieldList) bool {
	t := recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	name, ok := t.(*ast.Ident)
	return ok && name.IsExported()
}

// The words of unfinished work and of tests that do not test. They are put
// together here so that this file does not hold them.
func TestNothingIsLeftForLater(t *testing.T) {
	words := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X ", "t.Sk" + "ip", "time.Sl" + "eep("}
	look := func(name, text string) error {
		for _, w := range words {
			if i := strings.Index(text, w); i >= 0 {
				t.Errorf("%s:%d: %s", name, 1+strings.Count(text[:i], "\n"), w)
			}
		}
		return nil
	}
	for _, suffix := range []string{".go", ".templ", ".mjs", "app.js", ".css"} {
		if err := walk(suffix, look); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTheWholeKeepsItsShape holds the tree as a whole to the norms that one
// file may miss: short functions mostly, comments that neither lack nor narrate,
// and as many lines of tests as of source.
func TestTheWholeKeepsItsShape(t *testing.T) {
	var sizes []int
	var lines, comments, tests int
	for _, s := range sources(t, false) {
		if s.isTest() {
			tests += s.count()
			continue
		}
		if strings.HasPrefix(s.path, "e2e/") || strings.HasPrefix(s.path, "internal/testkit/") {
			tests += s.count()
		} else {
			lines += s.count()
			for _, c := range s.file.Comments {
				from, to := s.lines(c)
				comments += to - from + 1
			}
		}
		for _, n := range lengths(s) {
			sizes = append(sizes, n)
		}
	}
	slices.Sort(sizes)
	median, p90 := sizes[len(sizes)/2], sizes[len(sizes)*9/10]
	share := 100 * comments / lines
	t.Logf("%d lines of source, %d of tests, %d %% comments, functions of %d lines at the median and %d at the 90th percentile", lines, tests, share, median, p90)
	if median > 12 || p90 > 30 {
		t.Errorf("functions have %d lines at the median and %d at the 90th percentile, the norms are 12 and 30", median, p90)
	}
	if share < 10 || share > 20 {
		t.Errorf("%d %% of the lines are comments, the norm is 10 to 20", share)
	}
	if tests < lines {
		t.Errorf("%d lines of tests for %d lines of source, the norm is as many", tests, lines)
	}
}

func TestNormsBite(t *testing.T) {
	body := strings.Repeat("\tx()\n", 61)
	table := "var _ = []string{\n" + strings.Repeat("\"x\",\n", 61) + "}\n"
	hidden := "var _ = []func(){\nfunc() {\n" + body + "},\n}\n"
	for text, want := range map[string]int{"": 0, body: 1, table: 0, hidden: 1} {
		if got := lengthFaults(planted(t, "x.go", "package x\nfunc f() {\n"+text+"}\n")); len(got) != want {
			t.Errorf("%.20q: %q", text, got)
		}
	}
	for text, want := range map[string]int{
		"var x = 1": 1, "var m = map[string]int{}": 1, "var (a, b int)": 2, "var x *int": 1,
		"var ErrX = errors.New(\"x\")": 0, "var _ io.Reader = T{}": 0, "//go:embed x\nvar fs embed.FS": 0, "const x = 1": 0,
	} {
		if got := stateFaults(planted(t, "x.go", "package x\n"+text+"\n")); len(got) != want {
			t.Errorf("%q: %q", text, got)
		}
	}
	for text, want := range map[string]int{
		"func F() {}": 1, "func f() {}": 0, "// F does.\nfunc F() {}": 0, "func (t *T) M() {}": 1, "func (t t) M() {}": 0,
		"type T int": 1, "const (\nA = 1\nB = 2 // said\n)": 1, "// All of them.\nconst (\nA = 1\nB = 2\n)": 0,
	} {
		if got := docFaults(planted(t, "x.go", "package x\n"+text+"\n")); len(got) != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
