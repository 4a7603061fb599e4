package oktasim

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The tests below hold the organisation to traffic recorded from real ones, in
// the folder that OKTA_CORPUS names. Without it they say so and check nothing;
// testdata/shapes.txt holds the decisive shapes in any case.

type exchange struct {
	file            string
	Operation       string
	Recorded        string
	HeadersComplete bool `json:"headers_complete"`
	Request         struct {
		Method, Path string
		Query        map[string]string
	}
	Response struct {
		Status  int
		Headers map[string]json.RawMessage
		Body    json.RawMessage
	}
}

func corpus(t *testing.T) []exchange {
	t.Helper()
	dir := os.Getenv("OKTA_CORPUS")
	if dir == "" {
		t.Log("OKTA_CORPUS is not set: nothing recorded was compared")
		return nil
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", dir, err)
	}
	var all []exchange
	for _, file := range files {
		e := exchange{file: filepath.Base(file)}
		readJSON(t, file, &e)
		if e.Operation == "x-listFactors" {
			e.Operation = "ListFactors"
		}
		all = append(all, e)
	}
	return all
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// ours sends enough calls to see every form an answer of an operation takes
// here, as their outlines.
func ours(t *testing.T, operation string) []map[string]bool {
	t.Helper()
	o := New(Options{Start: begin(), Limit: 1 << 30})
	var seen []map[string]bool // the first of many is enough for lists
	for _, op := range Operations() {
		for i, p := range o.People() {
			if op.Name != operation || len(seen) > 300 {
				break
			}
			query := []string{"?sendEmail=true&limit=7", "?sendEmail=false"}[i%2]
			r := call1(t, o, op.Method, strings.Replace(op.Path, "{userId}", p.ID, 1)+query)
			if r.code < 300 && len(r.body) > 0 {
				seen = append(seen, lineSet(withoutProfile(outline(t, r.body))))
			}
		}
	}
	return seen
}

func lineSet(lines []string) map[string]bool {
	set := map[string]bool{}
	for _, l := range lines {
		set[l] = true
	}
	return set
}

// lenient are recorded lines this organisation never writes: realms and owners
// of groups are for other kinds of organisation, factors to be set up are not
// listed, and a phone's link to send a code again belongs to those.
var lenient = regexp.MustCompile(`^(\[\]\.)?(realmId|_links\.owners\.|_links\.(enroll|activate|resend)\b)`)

// dated are lines that older recordings, Classic organisations, or some people
// go without.
var dated = regexp.MustCompile(`^(\[\]\.)?(type\.id|credentials\.(emails|recovery_question|password)|_links\.(schema|type|resetFactors|forgotPassword|reactivate)\b)`)

func TestRecordedAnswersHaveOurShape(t *testing.T) {
	forms := map[string][]map[string]bool{}
	for _, e := range corpus(t) {
		if e.Response.Status >= 300 || len(e.Response.Body) < len("null") {
			continue
		}
		if _, done := forms[e.Operation]; !done {
			forms[e.Operation] = ours(t, e.Operation)
		}
		compareShapes(t, e, forms[e.Operation])
	}
}

func compareShapes(t *testing.T, e exchange, forms []map[string]bool) {
	t.Helper()
	body := string(e.Response.Body)
	if len(forms) == 0 || body == "null" || body == "[]" {
		return // of another room, or without anything to compare
	}
	known := map[string]bool{}
	for _, f := range forms {
		maps.Copy(known, f)
	}
	lines := withoutProfile(outline(t, e.Response.Body))
	for _, line := range lines {
		if !known[line] && !lenient.MatchString(line) {
			t.Errorf("%s: recorded %q is never written here", e.file, line)
		}
	}
	recorded := lineSet(paths(lines))
	for line := range forms[0] {
		always := !slices.ContainsFunc(forms, func(f map[string]bool) bool { return !f[line] })
		if path, _, _ := strings.Cut(line, " "); always && !recorded[path] && !dated.MatchString(path) {
			t.Errorf("%s: %q is always written here and was not recorded", e.file, line)
		}
	}
}

func paths(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i], _, _ = strings.Cut(l, " ")
	}
	return out
}

// A recorded person's links are what a person in that status has here, apart
// from what a Classic organisation leaves out.
func TestRecordedLinksByStatus(t *testing.T) {
	o := New(Options{Start: begin()})
	id := o.FirstWith(active).ID
	for _, e := range corpus(t) {
		var u struct {
			Status      string
			Links       map[string]any `json:"_links"`
			Credentials struct{ Password any }
		}
		if e.Operation != "GetUser" || e.Response.Status != 200 || json.Unmarshal(e.Response.Body, &u) != nil {
			continue
		}
		o.SetStatus(id, u.Status)
		here := get(t, o, userPath(id, "")).at("_links").(map[string]any)
		for rel := range u.Links {
			if here[rel] == nil {
				t.Errorf("%s: %s was recorded with %s", e.file, u.Status, rel)
			}
		}
		for rel := range here {
			if u.Links[rel] == nil && !dated.MatchString("_links."+rel) {
				t.Errorf("%s: %s has %s here and had not when recorded", e.file, u.Status, rel)
			}
		}
	}
}

// Headers are compared with recordings that kept them all and are young enough.
func TestRecordedHeaders(t *testing.T) {
	o := New(Options{Start: begin(), Limit: 1 << 30})
	for _, e := range corpus(t) {
		if !e.HeadersComplete || e.Recorded < "2025" || !o.knows(e.Operation) || e.Response.Status != 200 && e.Response.Status != 204 {
			continue
		}
		var op Operation
		for _, op = range Operations() {
			if op.Name == e.Operation {
				break
			}
		}
		status := active
		switch e.Operation {
		case "ActivateUser":
			status = staged
		case "UnsuspendUser":
			status = suspended
		}
		r := call1(t, o, op.Method, strings.Replace(op.Path, "{userId}", o.FirstWith(status).ID, 1)).wantCode(e.Response.Status)
		for name := range r.head {
			if e.Response.Headers[strings.ToLower(name)] == nil && name != "Content-Length" {
				t.Errorf("%s: %s was not recorded", e.file, name)
			}
		}
		for name := range e.Response.Headers {
			if r.head.Get(name) == "" {
				t.Errorf("%s: recorded %s is missing", e.file, name)
			}
		}
	}
}

// Errors are the recorded ones to the letter, but for ids.
func TestRecordedErrors(t *testing.T) {
	o := New(Options{Start: begin()})
	for _, e := range corpus(t) {
		if e.Response.Status < 400 || !o.knows(e.Operation) {
			continue
		}
		target := e.Request.Path
		if e.Response.Status == 403 && e.Operation != "ListUsers" {
			target = regexp.MustCompile(`00u[0-9A-Za-z]{17}`).ReplaceAllString(target, o.FirstWith(staged).ID)
		}
		r := request(o, e.Request.Method, target)
		switch e.Response.Status {
		case 401:
			r.Header.Set("Authorization", "SSWS none")
		case 403:
			if e.Operation == "ListUsers" {
				r.Header.Del("Authorization")
			}
		}
		got := send(t, o, r).wantCode(e.Response.Status)
		errorID := regexp.MustCompile(`"oae[^"]*"`)
		var a, b any
		if json.Unmarshal(errorID.ReplaceAll(got.body, []byte(`""`)), &a) != nil || json.Unmarshal(errorID.ReplaceAll(e.Response.Body, []byte(`""`)), &b) != nil {
			t.Fatalf("%s: no JSON", e.file)
		}
		if x, _ := json.Marshal(a); string(x) != string(must(json.Marshal(b))) {
			t.Errorf("%s: %s, recorded %s", e.file, got.body, e.Response.Body)
		}
	}
}

func must(b []byte, _ error) []byte { return b }

// Whole recorded conversations about one person are led again, as far as this
// organisation takes part: it must give the same statuses of both kinds.
func TestRecordedConversations(t *testing.T) {
	dir := os.Getenv("OKTA_CORPUS")
	if dir == "" {
		t.Log("OKTA_CORPUS is not set: no conversation was led")
		return
	}
	files, _ := filepath.Glob(filepath.Join(dir, "seq", "*.json"))
	led := 0
	for _, file := range files {
		var c struct{ Steps []exchange }
		readJSON(t, file, &c)
		led += converse(t, filepath.Base(file), c.Steps)
	}
	if led < 40 {
		t.Errorf("only %d steps were led", led)
	}
}

func converse(t *testing.T, file string, steps []exchange) (led int) {
	t.Helper()
	o := New(Options{Start: begin()})
	var mine, theirs string
	like := func(status string, password bool) string {
		i := slices.IndexFunc(o.people, func(p *person) bool { return p.status == status && p.password == password })
		return o.people[i].id
	}
	for i, e := range steps {
		var u struct{ ID, Status string }
		_ = json.Unmarshal(e.Response.Body, &u) // lists have neither
		switch {
		case e.Operation == "CreateUser" && mine == "":
			mine, theirs = like(u.Status, strings.Contains(string(e.Response.Body), `"password":`)), u.ID
			continue
		case slices.Contains([]string{"CreateUser", "DeactivateOrDeleteUser", "AssignRoleToUser"}, e.Operation):
			return led // changes that cannot be led here
		case mine == "" || !o.knows(e.Operation) || !strings.Contains(e.Request.Path, theirs):
			continue
		}
		query := url.Values{}
		for name, v := range e.Request.Query {
			query.Set(name, v)
		}
		o.Advance(time.Second)
		r := call1(t, o, e.Request.Method, strings.Replace(e.Request.Path, theirs, mine, 1)+"?"+query.Encode())
		led++
		if r.code != e.Response.Status {
			t.Errorf("%s, step %d: %s is %d, recorded %d", file, i, e.Operation, r.code, e.Response.Status)
		}
		if e.Operation == "GetUser" && r.text("status") != u.Status {
			t.Errorf("%s, step %d: now %s, recorded %s", file, i, r.text("status"), u.Status)
		}
	}
	return led
}
