package sdktest

import (
	"encoding/base32"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/oktasim"
)

// part is what a call is about: the person, and whatever else its path or body
// names.
type part struct {
	oktasim.Person // as before the call

	other           string // the id of somebody else
	client          string // the id of an OAuth client
	role            string // the type of a role
	group           string // the id of a group
	app, appID      string // an app's name in the catalogue, an instance of it
	relation        string
	search          string
	oldPass, newOne string // passwords
}

// roleID is the id of an assignment of a type that takes targets: the type in
// base32.
func (p part) roleID() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(p.role))
}

// call is a row of an SDK's table: it does one operation and returns what the
// SDK read in the answer, in the words of the scene.
type call func(p part) ([]string, error)

// form is an operation that an SDK does not have as the User API has it.
type form struct {
	op   string // the operation
	as   string // the one the organisation sees instead
	said check  // what the SDK can read of the answer, if not what the scene says
	why  string
}

// first is the id of the first of a list, for the call that needs one.
type first struct {
	id  string
	err error
}

func (f first) then(do func(id string) ([]string, error)) ([]string, error) {
	if f.err != nil {
		return nil, f.err
	}
	return do(f.id)
}

func errEmpty() error { return errors.New("the list is empty") }

// words are the answer without what it left out.
func words(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// sdk is one SDK with its table.
type sdk struct {
	name  string
	rows  map[string]call
	forms []form
}

func (s sdk) form(op string) form {
	i := slices.IndexFunc(s.forms, func(f form) bool { return f.op == op })
	if i < 0 {
		return form{op: op, as: op}
	}
	return s.forms[i]
}

// house is an organisation behind TLS, which the SDKs insist on.
type house struct {
	*oktasim.Org
	server *httptest.Server
	seen   map[string]bool // people who had their scene
	last   part            // who was on before,
	said   []string        // and what the answer said
}

func open(t *testing.T) *house {
	t.Helper()
	org := oktasim.New(oktasim.Options{People: 400, Start: time.Date(2031, 3, 4, 9, 0, 0, 0, time.UTC), Limit: 1 << 30})
	h := &house{Org: org, server: httptest.NewTLSServer(org), seen: map[string]bool{org.Heavy().ID: true}}
	t.Cleanup(h.server.Close)
	return h
}

// who returns an ordinary person with a password of their own who fits and had
// no scene yet.
func (h *house) who(fits func(oktasim.Person) bool) part {
	for _, p := range h.People() {
		if h.seen[p.ID] || len(p.Roles) > 0 || p.Blocked || p.Profile["vip"] == true || !fits(p) {
			continue
		}
		h.seen[p.ID] = true
		number, _ := p.Profile["employeeNumber"].(string)
		return part{Person: p, oldPass: "Brightwater-" + number, newOne: "Lantern-2031-harbour"}
	}
	panic("nobody is left for this scene")
}

func (h *house) in(status string) part {
	return h.who(func(p oktasim.Person) bool { return p.Status == status && p.Provider == "OKTA" })
}

func (h *house) now(p part) (oktasim.Person, bool) { return h.Person(p.ID) }

// check reports whether what the SDK read, and what became of the person, is as
// it should be.
type check func(h *house, p part, got []string) bool

func nothing(_ *house, _ part, got []string) bool { return len(got) == 0 }

func says(want ...string) check {
	return func(_ *house, _ part, got []string) bool { return slices.Equal(got, want) }
}

// like holds each word of the answer to a pattern.
func like(patterns ...string) check {
	return func(_ *house, _ part, got []string) bool {
		if len(got) != len(patterns) {
			return false
		}
		for i, pattern := range patterns {
			if !regexp.MustCompile("^" + pattern + "$").MatchString(got[i]) {
				return false
			}
		}
		return true
	}
}

// they is the answer that shows the person in a status.
func they(status string) check {
	return func(_ *house, p part, got []string) bool { return slices.Equal(got, []string{p.ID, status, p.Login}) }
}

func becomes(status string) check {
	return is(func(p oktasim.Person) bool { return p.Status == status })
}

func is(so func(oktasim.Person) bool) check {
	return func(h *house, p part, _ []string) bool {
		now, there := h.now(p)
		return there && so(now)
	}
}

// stays is the aftermath of reading.
func stays(h *house, p part, _ []string) bool {
	now, there := h.now(p)
	return there && now.Status == p.Status && now.Grants == p.Grants && now.Tokens == p.Tokens && len(now.Roles) == len(p.Roles)
}

// played has an SDK act every scene, and looks at what the organisation saw.
func played(t *testing.T, h *house, s sdk) {
	t.Helper()
	for _, sc := range scenes() {
		t.Run(sc.op, func(t *testing.T) { s.play(t, h, sc) })
	}
	answered := map[string]bool{}
	for _, e := range h.Log() {
		if e.Status/100 != http.StatusOK/100 {
			t.Errorf("%s %s was answered %d", e.Method, e.Path, e.Status)
		}
		answered[e.Operation] = true
	}
	for _, op := range userAPI() {
		f := s.form(op)
		if !answered[f.as] {
			t.Errorf("%s: the organisation saw no %s", op, f.as)
		}
		if f.as != op && answered[op] {
			t.Errorf("%s came as itself: its older form is none any more", op)
		}
	}
	t.Logf("%s: %d operations, %d of them in an older form, %d requests", s.name, len(userAPI()), len(s.forms), len(h.Log()))
}

func (s sdk) play(t *testing.T, h *house, sc scene) {
	do, ok := s.rows[sc.op]
	if !ok {
		t.Fatalf("%s has no row for it", s.name)
	}
	f, p, before := s.form(sc.op), sc.cast(h), len(h.Log())
	got, err := do(p)
	if err != nil {
		t.Fatalf("%s: %v", p.Login, err)
	}
	saw := func(e oktasim.Entry) bool { return e.Operation == f.as }
	if !slices.ContainsFunc(h.Log()[before:], saw) {
		t.Errorf("the organisation saw %+v, want %s", h.Log()[before:], f.as)
	}
	h.last, h.said = p, got
	said := sc.said
	if f.said != nil {
		said = f.said
	}
	now, _ := h.now(p)
	if !said(h, p, got) {
		t.Errorf("the SDK read %q of %+v", got, now)
	}
	if !sc.then(h, p, got) {
		t.Errorf("it was %+v and is %+v", p.Person, now)
	}
}

// userAPI returns the names of the operations of the User API; the
// organisation serves three more under a person's path.
func userAPI() []string {
	var names []string
	for _, o := range oktasim.Operations() {
		beside := slices.Contains([]string{"ListFactors", "UnenrollFactor", "ListUserBlocks"}, o.Name)
		if strings.HasPrefix(o.Path, "/api/v1/users") && !beside {
			names = append(names, o.Name)
		}
	}
	return names
}

func TestEveryOperationHasAScene(t *testing.T) {
	played := map[string]bool{}
	for _, sc := range scenes() {
		played[sc.op] = true
	}
	for _, op := range userAPI() {
		if !played[op] {
			t.Errorf("%s has no scene", op)
		}
	}
	if len(played) != 51 || len(userAPI()) != 51 {
		t.Errorf("%d scenes, %d operations", len(played), len(userAPI()))
	}
}

func TestOlderFormsAreWrittenDown(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, s := range []sdk{{name: v2Name, forms: v2Forms()}, {name: v5Name, forms: v5Forms()}} {
		for _, f := range s.forms {
			rows++
			if row := "| " + s.name + " | " + f.op + " | " + f.as + " | " + f.why + " |"; !strings.Contains(string(readme), row) {
				t.Errorf("README.md lacks %s", row)
			}
		}
	}
	if got := strings.Count(string(readme), "\n| v"); got != rows {
		t.Errorf("README.md has %d rows, the tests have %d", got, rows)
	}
}
