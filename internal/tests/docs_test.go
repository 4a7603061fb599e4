package tests

import (
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Tests and paths that the docs name exist.
func TestDocsNameWhatIsThere(t *testing.T) {
	in := newPlaces(t)
	for _, page := range []string{"docs/SECURITY.md", "docs/ARCHITECTURE.md", "README.md"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		report(t, in.missing(page, string(text)))
	}
}

func TestDocsNamesBite(t *testing.T) {
	in := newPlaces(t)
	const good = "`TestDocsNamesBite` `TestDocs*` `internal/tests` `internal/tests/docs_test.go` `docs_test.go` `handlers/rooms_*_test.go` `.ci/run` `testdata/policy.golden` `/users/:id` `okta.users.read` `keydesk serve`"
	if f := in.missing("good", good); len(f) != 0 {
		t.Error(f)
	}
	for _, bad := range []string{"TestNoSuchThing", "TestNoSuch*", "internal/nowhere", "internal/tests/nothing.go", "nothing_test.go", "handlers/nothing_*_test.go", ".ci/nothing"} {
		if len(in.missing("bad", "`"+bad+"`")) != 1 {
			t.Errorf("%s is not missed", bad)
		}
	}
}

// places are what a page can name.
type places struct{ tests, files []string }

func newPlaces(t *testing.T) places {
	t.Helper()
	var in places
	for _, s := range sources(t, false) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.isTest() && f.Recv == nil {
				in.tests = append(in.tests, f.Name.Name)
			}
		}
	}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ".git" || d.Name() == "node_modules" {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, name)
		in.files = append(in.files, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

var (
	quotedName = regexp.MustCompile("`([^`\\s]+)`")
	testName   = regexp.MustCompile(`^(Test|Fuzz|Benchmark)[A-Z]\w*\*?$`)
	fileName   = regexp.MustCompile(`^([\w.*-]+/)*([\w.*-]+\.(go|templ|sql|golden|txt|js|mjs|css|yml|mod|md)|Dockerfile|Makefile)$`)
	pathName   = regexp.MustCompile(`^[\w.-]+(/[\w.*-]+)+/?$`)
)

// namesIn are the tests and paths that stand in backticks.
func namesIn(text string) (names []string) {
	for _, m := range quotedName.FindAllStringSubmatch(text, -1) {
		if testName.MatchString(m[1]) || fileName.MatchString(m[1]) || pathName.MatchString(m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}

// missing lists what a page names and nobody has.
func (in places) missing(page, text string) (faults []string) {
	for _, name := range namesIn(text) {
		if !in.has(name) {
			faults = append(faults, fmt.Sprintf("%s names %s, which does not exist", page, name))
		}
	}
	return faults
}

// has looks for a test by its name or the start of it, for a file by its path or the
// end of it, for a folder by its path. What does not begin in the repository is no
// path of it.
func (in places) has(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	switch {
	case testName.MatchString(name):
		return like(in.tests, name)
	case like(in.files, strings.TrimSuffix(name, "/")):
		return true
	case fileName.MatchString(name):
		return slices.ContainsFunc(in.files, func(file string) bool { return strings.HasSuffix(file, "/"+name) })
	}
	return !slices.Contains(in.files, first)
}

func like(all []string, pattern string) bool {
	return slices.ContainsFunc(all, func(s string) bool { ok, err := path.Match(pattern, s); return ok && err == nil })
}
