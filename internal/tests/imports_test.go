package tests

import (
	"fmt"
	"go/ast"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "keydesk"

// floor says what the source of one package may import: of ours by folder, of
// others by the start of the path. The standard library is open to all.
type floor struct {
	ours   []string
	others []string
}

const (
	anything = "*"
	echo     = "github.com/labstack/echo/v4"
	jose     = "github.com/go-jose/go-jose/v4"
	xsync    = "golang.org/x/sync/"
	templ    = "github.com/a-h/templ"
)

// floors is the table of docs/ARCHITECTURE.md: imports point down only. A new
// package gets a line here before it gets an import.
func floors() map[string]floor {
	return map[string]floor{
		".":                        {ours: []string{"internal/app", "internal/config"}, others: []string{"github.com/alecthomas/kong"}},
		"internal/app":             {ours: []string{anything}, others: []string{echo}},
		"internal/config":          {ours: []string{"internal/store"}, others: []string{"github.com/alecthomas/kong"}},
		"handlers":                 {ours: []string{"views", "static", "internal/desk", "internal/login", "internal/audit", "internal/rolemap", "internal/review", "internal/okta"}, others: []string{echo, templ}},
		"views":                    {ours: []string{"static", "internal/desk", "internal/audit", "internal/approval", "internal/rolemap", "internal/review", "internal/okta"}, others: []string{templ}},
		"static":                   {},
		"internal/login":           {ours: []string{"internal/desk", "internal/store"}, others: []string{echo, xsync, "github.com/coreos/go-oidc/v3", "github.com/gorilla/sessions", "golang.org/x/oauth2"}},
		"internal/approval":        {ours: []string{"internal/store"}},
		"internal/once":            {ours: []string{"internal/store"}},
		"internal/desk":            {ours: []string{"internal/okta", "internal/audit", "internal/approval", "internal/once"}, others: []string{xsync}},
		"internal/policy":          {ours: []string{"internal/desk", "internal/okta"}, others: []string{"go.yaml.in/yaml/v3"}},
		"internal/rolemap":         {ours: []string{"internal/desk", "internal/audit", "internal/store", "internal/okta"}, others: []string{"golang.org/x/text/unicode/norm"}},
		"internal/review":          {ours: []string{"internal/rolemap", "internal/desk", "internal/audit", "internal/store", "internal/okta"}},
		"internal/audit":           {ours: []string{"internal/store"}},
		"internal/store":           {others: []string{"github.com/jackc/pgx/v5", "github.com/pressly/goose/v3", "modernc.org/sqlite"}},
		"internal/storetest":       {ours: []string{"internal/store"}, others: []string{"github.com/jackc/pgx/v5"}},
		"internal/okta":            {others: []string{xsync, jose}},
		"internal/oktasim":         {},
		"internal/oktasim/sdktest": {ours: []string{"internal/oktasim"}, others: []string{"github.com/okta/okta-sdk-golang/"}},
		"internal/idp":             {others: []string{jose}},
		"internal/inproc":          {},
		"internal/sinks":           {ours: []string{"internal/audit"}},
		"internal/tests":           {},
		"internal/testkit":         {ours: []string{anything}, others: []string{"golang.org/x/net/html"}},
		"internal/bars":            {ours: []string{anything}},
		"internal/bench":           {ours: []string{anything}, others: []string{templ}},
		"e2e/browser":              {others: []string{"github.com/playwright-community/playwright-go"}},
	}
}

// testOnly is what tests may import beside what their package may.
func testOnly() []string {
	return []string{"github.com/google/go-cmp/", "github.com/coreos/go-oidc/v3", "golang.org/x/oauth2", "pgregory.net/rapid", "go.uber.org/goleak", "golang.org/x/net/html", jose}
}

func TestImportsPointDown(t *testing.T) { report(t, importFaults(sources(t, true))) }

func importFaults(files []source) (faults []string) {
	table := floors()
	for _, s := range files {
		f, known := table[s.dir()]
		if strings.HasPrefix(s.dir(), "e2e/") && !known {
			f, known = floor{ours: []string{anything}, others: []string{"github.com/playwright-community/playwright-go"}}, true
		}
		if !known {
			faults = append(faults, s.dir()+" is not in the table of floors")
			continue
		}
		for _, spec := range s.file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err == nil && !f.allows(s, name) {
				faults = append(faults, fmt.Sprintf("%s imports %s, which its floor may not", s.path, name))
			}
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

func (f floor) allows(s source, name string) bool {
	if first, _, _ := strings.Cut(name, "/"); first != module && !strings.Contains(first, ".") {
		return true // standard library
	}
	if folder, ours := strings.CutPrefix(name, module+"/"); ours {
		switch {
		case twins(s.dir(), folder):
			return false
		case s.isTest():
			return true
		}
		return slices.Contains(f.ours, anything) || slices.Contains(f.ours, folder)
	}
	for _, prefix := range f.others {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return s.isTest() && slices.ContainsFunc(testOnly(), func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// twins are the client and the embedded organisation: two independent readings
// of the wire, which share nothing, not even in their tests, so that one wrong
// tag cannot cancel out another.
func twins(a, b string) bool {
	pair := []string{"internal/okta", "internal/oktasim"}
	return a != b && slices.Contains(pair, a) && slices.Contains(pair, b)
}

// Whoever holds a client of Okta could act past the desk, so nobody above it does.
func TestOnlyTheDeskHoldsAClient(t *testing.T) { report(t, clientFaults(sources(t, false))) }

func clientFaults(files []source) (faults []string) {
	ids := []string{"UserID", "ParseUserID", "Status"}
	for _, s := range files {
		if s.isTest() || slices.Contains([]string{"internal/desk", "internal/app", "internal/testkit"}, s.dir()) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "okta" {
				return true
			}
			name := sel.Sel.Name
			if name == "Client" || name == "New" || s.dir() == "handlers" && !slices.Contains(ids, name) {
				line, _ := s.lines(sel)
				faults = append(faults, fmt.Sprintf("%s:%d uses okta.%s", s.path, line, name))
			}
			return true
		})
	}
	return faults
}

func TestImportRulesBite(t *testing.T) {
	for name, c := range map[string]struct {
		path, imports string
		want          int
	}{
		"up":                        {"internal/desk/x.go", "keydesk/handlers", 1},
		"sideways":                  {"internal/audit/x.go", "keydesk/internal/okta", 1},
		"echo in the desk":          {"internal/desk/x.go", echo, 1},
		"the client's twin":         {"internal/okta/x_test.go", "keydesk/internal/oktasim", 1},
		"the simulator's twin":      {"internal/oktasim/x.go", "keydesk/internal/okta", 1},
		"a dependency of nobody":    {"internal/oktasim/x.go", "github.com/google/uuid", 1},
		"testify":                   {"internal/desk/x_test.go", "github.com/stretchr/testify", 1},
		"the browser above e2e":     {"handlers/x_test.go", "github.com/playwright-community/playwright-go", 1},
		"a package nobody declared": {"internal/helpers/x.go", "fmt", 1},
		"down":                      {"internal/desk/x.go", "keydesk/internal/okta", 0},
		"a test across floors":      {"internal/desk/x_test.go", "keydesk/internal/oktasim", 0},
		"the standard library":      {"internal/oktasim/x.go", "net/http", 0},
		"a journey":                 {"e2e/lifecycle/x_test.go", "keydesk/internal/app", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := importFaults(planted(t, c.path, "package x\nimport "+strconv.Quote(c.imports)))
			if len(got) != c.want {
				t.Errorf("%q", got)
			}
		})
	}
	for name, want := range map[string]int{
		"views/x.go": 1, "handlers/x.go": 2, "internal/desk/x.go": 0,
	} {
		got := clientFaults(planted(t, name, "package x\nimport \"keydesk/internal/okta\"\nvar _ *okta.Client\nvar _ okta.User\nvar _ okta.UserID"))
		if len(got) != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
