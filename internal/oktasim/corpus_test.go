package oktasim

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
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
		Body         json.RawMessage
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
	if !o.knows(operation) {
		return nil
	}
	op := operationNamed(operation)
	var seen []map[string]bool // the first of many is enough for lists
	for i, p := range o.People()[:600] {
		query := []string{"?sendEmail=true&limit=7", "?sendEmail=false", "?activate=false"}[i%3]
		r := requestWith(o, op.Method, strings.Replace(op.Path, "{userId}", p.ID, 1)+query, sampleBody(operation, i, p))
		if got := send(t, o, r); got.code < 300 && len(got.body) > 0 {
			seen = append(seen, lineSet(withoutProfile(outline(t, got.body))))
		}
	}
	return seen
}

func operationNamed(name string) Operation {
	all := Operations()
	return all[slices.IndexFunc(all, func(op Operation) bool { return op.Name == name })]
}

// sampleBody is what an operation wants to hear about the ith person.
func sampleBody(operation string, i int, p Person) string {
	old := fmt.Sprintf(`{"value":"Brightwater-%v"}`, p.Profile["employeeNumber"])
	const fresh, question = `{"value":"Harbour7Lights"}`, `"recovery_question":{"question":"What is far away?","answer":"the sea"}`
	switch {
	case operation == "CreateUser":
		password := []string{"{}", fresh}[i%2]
		return fmt.Sprintf(`{"profile":{"login":"%s-%d@x.example","email":"n@x.example","firstName":"A","lastName":"B"},"credentials":{"password":%s}}`, p.ID, i, password)
	case operation == "UpdateUser" || operation == "PartialUpdateUser":
		return "{}"
	case operation == "ChangePassword":
		return fmt.Sprintf(`{"oldPassword":%s,"newPassword":%s}`, old, fresh)
	case operation == "ChangeRecoveryQuestion":
		return fmt.Sprintf(`{"password":%s,%s}`, old, question)
	case operation == "ForgotPasswordSetNewPassword" || operation == "ForgotPassword" && p.Question != "":
		return fmt.Sprintf(`{"password":%s,"recovery_question":{"answer":"blue"}}`, fresh)
	case operation == "AssignRoleToUser":
		return `{"type":"ORG_ADMIN"}`
	}
	return ""
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
	for i, e := range corpus(t) {
		if !e.HeadersComplete || e.Recorded < "2025" || !o.knows(e.Operation) || e.Response.Status != 200 && e.Response.Status != 204 {
			continue
		}
		op := operationNamed(e.Operation)
		status := active
		switch e.Operation {
		case "ActivateUser":
			status = staged
		case "UnsuspendUser":
			status = suspended
		}
		p := o.FirstWith(status)
		r := send(t, o, requestWith(o, op.Method, strings.Replace(op.Path, "{userId}", p.ID, 1), sampleBody(e.Operation, i, p))).wantCode(e.Response.Status)
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
		if e.Response.Status >= 403 && e.Operation != "ListUsers" && !strings.Contains(string(e.Response.Body), "(User)") {
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
