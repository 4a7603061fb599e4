package okta

import (
	"encoding/json"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// exchange is one recorded call and its answer.
type exchange struct {
	Operation string
	Request   struct {
		Method, Path string
		Query        map[string]string
		Body         json.RawMessage
	}
	Response struct {
		Status  int
		Headers map[string]any
		Body    json.RawMessage
	}
}

// recordings are conversations by the name of their file: those written by hand
// for this test, and those in $OKTA_CORPUS, which was recorded from Okta.
func recordings(t *testing.T) map[string][]exchange {
	t.Helper()
	all := map[string][]exchange{}
	load(t, "testdata", all)
	if dir := os.Getenv("OKTA_CORPUS"); dir != "" {
		load(t, dir, all)
	} else {
		t.Log("OKTA_CORPUS is not set: the rows are those of testdata alone")
	}
	return all
}

func load(t *testing.T, dir string, into map[string][]exchange) {
	t.Helper()
	folder := os.DirFS(dir)
	files, _ := fs.Glob(folder, "*.json")
	seq, _ := fs.Glob(folder, "seq/*.json")
	if len(files) == 0 || len(seq) == 0 {
		t.Fatalf("nothing in %s", dir)
	}
	for _, f := range append(files, seq...) {
		b, err := fs.ReadFile(folder, f)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			exchange
			Steps []exchange
		}
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if file.Steps == nil {
			file.Steps = []exchange{file.exchange}
		}
		into[strings.TrimSuffix(path.Base(f), ".json")] = file.Steps
	}
}

// ours reports whether the client has the operation.
func (x exchange) ours() bool {
	name := opName(strings.Replace(x.Operation, "x-l", "L", 1))
	return slices.ContainsFunc(Operations(), func(o Operation) bool { return opName(o.Name) == name })
}

// The ways in which the client, on purpose, does not say a thing as the
// recording's client did.
const (
	trailingSlash = "a slash at the path's end"
	capitalFalse  = "a truth value with a capital letter"
	idleOrder     = "sortOrder without sortBy"
	writtenOut    = "a default that is written out, because it is not the same everywhere"
	emptyObject   = "{} as the body of a call that has none"
	foreignOp     = "an operator that the client does not offer; the text is sent as recorded"
	untypedID     = "a login or a made-up id in the path, which the typed ids refuse"
)

// asOurs returns the recorded call as the client makes it, and what was changed
// for that.
func (x exchange) asOurs() (string, url.Values, []string) {
	var notes []string
	q := url.Values{}
	for k, v := range x.Request.Query {
		if b, err := strconv.ParseBool(v); err == nil && strings.ToLower(v) != v {
			notes, v = append(notes, capitalFalse), strconv.FormatBool(b)
		}
		q.Set(k, v)
	}
	if q.Has("sortOrder") && !q.Has("sortBy") {
		q.Del("sortOrder")
		notes = append(notes, idleOrder)
	}
	for k, v := range map[string]map[string]string{
		"ActivateUser":      {"sendEmail": "true"},
		"ResetPassword":     {"sendEmail": "true"},
		"ClearUserSessions": {"oauthTokens": "false", "forgetDevices": "true"},
	}[x.Operation] {
		if !q.Has(k) {
			q.Set(k, v)
			notes = append(notes, writtenOut)
		}
	}
	if len(x.Request.Body) > 0 && string(x.Request.Body) != "null" {
		notes = append(notes, emptyObject)
	}
	uri := strings.TrimSuffix(x.Request.Path, "/")
	if uri != x.Request.Path {
		notes = append(notes, trailingSlash)
	}
	return uri, q, notes
}

// answer is what the recording's server said.
func (x exchange) answer() *http.Response {
	h := http.Header{}
	for k, v := range x.Response.Headers {
		switch v := v.(type) {
		case string:
			h.Set(k, v)
		case []any:
			for _, line := range v {
				h.Add(k, line.(string))
			}
		}
	}
	body := string(x.Response.Body)
	if x.Response.Status == http.StatusNoContent {
		body = ""
	}
	return reply(x.Response.Status, body, h)
}

func TestRecordings(t *testing.T) {
	notes := map[string]int{}
	ops := map[string]int{}
	all := recordings(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) { replayAll(t, all[name], notes, ops) })
	}
	for _, o := range Operations() {
		if ops[o.Name] == 0 && ops["x-"+strings.ToLower(o.Name[:1])+o.Name[1:]] == 0 {
			t.Errorf("no row for %s", o.Name)
		}
	}
	t.Logf("replayed: %v", ops)
	t.Logf("said otherwise than recorded: %v", notes)
	if want := 4; os.Getenv("OKTA_CORPUS") != "" && notes[untypedID] != want {
		t.Errorf("%d calls with %s, not %d", notes[untypedID], untypedID, want)
	}
}

// replayAll has one client go through one conversation.
func replayAll(t *testing.T, steps []exchange, notes, ops map[string]int) {
	t.Helper()
	var now exchange
	var uris []string
	c := clientOf(t, Config{URL: "https://example.okta.com", Transport: tripper(func(r *http.Request) (*http.Response, error) {
		uris = append(uris, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery)
		return now.answer(), nil
	})})
	for _, now = range steps {
		if !now.ours() {
			checkRefusal(t, c, now)
			continue
		}
		uris = nil
		p, q, differs := now.asOurs()
		got, more, err := now.drive(t.Context(), c, q)
		for _, n := range append(differs, more...) {
			notes[n]++
		}
		if slices.Contains(more, untypedID) {
			continue
		}
		ops[now.Operation]++
		if want := now.Request.Method + " " + p + "?" + q.Encode(); !slices.Equal(uris, []string{want}) {
			t.Errorf("sent %q\nrecorded %q", uris, want)
		}
		now.check(t, got, err)
	}
}

// check compares what the client made of an answer with the answer.
func (x exchange) check(t *testing.T, got any, err error) {
	t.Helper()
	if x.Response.Status >= 400 {
		e, ok := asError(err)
		if !ok || IsUnsure(err) || e.Status != x.Response.Status {
			t.Fatalf("%s: %v", x.Operation, err)
		}
		x.sameError(t, e)
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", x.Operation, err)
	}
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if !sameJSON(t, b, x.Response.Body) {
		t.Errorf("%s lost something:\n%s\nrecorded\n%s", x.Operation, b, x.Response.Body)
	}
}

// sameError holds an error to the recorded body.
func (x exchange) sameError(t *testing.T, e *Error) {
	t.Helper()
	var b struct {
		ErrorCode, ErrorSummary, ErrorID string
		ErrorCauses                      []struct{ ErrorSummary string }
	}
	if err := json.Unmarshal(x.Response.Body, &b); err != nil {
		t.Fatal(err)
	}
	if e.Code != b.ErrorCode || e.Summary != b.ErrorSummary || e.ID != b.ErrorID || len(e.Causes) != len(b.ErrorCauses) {
		t.Errorf("%+v\nrecorded\n%s", e, x.Response.Body)
	}
	for i, cause := range b.ErrorCauses {
		if e.Causes[i] != cause.ErrorSummary {
			t.Errorf("cause %q, recorded %q", e.Causes[i], cause.ErrorSummary)
		}
	}
}

// checkRefusal reads the errors of operations that the client does not have.
func checkRefusal(t *testing.T, c *Client, x exchange) {
	t.Helper()
	if x.Response.Status < 400 || !strings.Contains(string(x.Response.Body), "errorCode") {
		return
	}
	x.sameError(t, c.refusal(Operation{}, answer{status: x.Response.Status, body: x.Response.Body}))
}
