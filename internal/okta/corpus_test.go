package okta

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
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
	files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
	seq, _ := filepath.Glob(filepath.Join(dir, "seq", "*.json"))
	if len(files) == 0 || len(seq) == 0 {
		t.Fatalf("nothing in %s", dir)
	}
	for _, f := range append(files, seq...) {
		b, err := os.ReadFile(f)
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
		into[strings.TrimSuffix(filepath.Base(f), ".json")] = file.Steps
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
	p := strings.TrimSuffix(x.Request.Path, "/")
	if p != x.Request.Path {
		notes = append(notes, trailingSlash)
	}
	return p, q, notes
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

// drive makes the recorded call by the client's own means.
func (x exchange) drive(ctx context.Context, c *Client, q url.Values) (any, []string, error) {
	if x.Operation == "ListUsers" {
		return x.list(ctx, c, q)
	}
	id, err := ParseUserID(strings.Split(x.Request.Path, "/")[4])
	if err != nil {
		return nil, []string{untypedID}, err
	}
	if do, ok := reads(ctx, c, id)[x.Operation]; ok {
		got, err := do()
		return got, nil, err
	}
	got, err := x.change(ctx, c, id, q)
	return got, nil, err
}

func reads(ctx context.Context, c *Client, id UserID) map[string]func() (any, error) {
	return map[string]func() (any, error){
		"GetUser":                  func() (any, error) { return c.Users.Get(ctx, id) },
		"ListUserGroups":           func() (any, error) { return orEmpty(c.Access.Groups(ctx, id)) },
		"ListAssignedRolesForUser": func() (any, error) { return orEmpty(c.Roles.List(ctx, id)) },
		"x-listFactors":            func() (any, error) { return orEmpty(c.Factors.List(ctx, id)) },
	}
}

func orEmpty[T any](list []T, err error) ([]T, error) { return append([]T{}, list...), err }

func (x exchange) change(ctx context.Context, c *Client, id UserID, q url.Values) (any, error) {
	l, none := c.Lifecycle, map[string]any{}
	mail := q.Get("sendEmail") == "true"
	switch x.Operation {
	case "ActivateUser":
		return revealed(l.Activate(ctx, id, mail))
	case "ReactivateUser":
		return revealed(l.Reactivate(ctx, id, mail))
	case "DeactivateUser":
		return none, l.Deactivate(ctx, id, mail)
	case "SuspendUser":
		return none, l.Suspend(ctx, id)
	case "UnsuspendUser":
		return none, l.Unsuspend(ctx, id)
	case "UnlockUser":
		return none, l.Unlock(ctx, id)
	case "ResetFactors":
		return none, l.ResetFactors(ctx, id)
	case "ExpirePassword":
		return l.ExpirePassword(ctx, id)
	case "ExpirePasswordAndGetTemporaryPassword":
		s, err := l.ExpirePasswordAndGetTemporaryPassword(ctx, id, q.Has("revokeSessions"))
		return named("tempPassword", s), err
	case "ResetPassword":
		s, err := l.ResetPassword(ctx, id, mail, q.Has("revokeSessions"))
		return named("resetPasswordUrl", s), err
	}
	return nil, c.Sessions.Clear(ctx, id, q.Get("oauthTokens") == "true", q.Get("forgetDevices") == "true")
}

// named is a secret as Okta sends it; a Secret itself does not encode.
func named(name string, s Secret) map[string]string {
	if s.IsZero() {
		return map[string]string{}
	}
	return map[string]string{name: s.Reveal()}
}

func revealed(a Activation, err error) (any, error) {
	m := named("activationUrl", a.URL)
	maps.Copy(m, named("activationToken", a.Token))
	return m, err
}

func (x exchange) list(ctx context.Context, c *Client, q url.Values) (any, []string, error) {
	limit, _ := strconv.Atoi(q.Get("limit"))
	search, ok1 := rebuild(q.Get("search"))
	filter, ok2 := rebuild(q.Get("filter"))
	p, err := c.Users.List(ctx, UserQuery{Search: search, Filter: filter, Limit: limit, After: Cursor{q.Get("after")}})
	if err == nil && p.Next.String() != x.next() {
		err = errNoCursor
	}
	people := append([]User{}, p.Items...)
	if !ok1 || !ok2 {
		return people, []string{foreignOp}, err
	}
	return people, nil, err
}

// next finds the next page's cursor without the client's parser: in all that was
// recorded it stands in the last address of the header.
func (x exchange) next() string {
	lines, _ := x.Response.Headers["link"].([]any)
	if len(lines) == 0 {
		return ""
	}
	last := lines[len(lines)-1].(string)
	if !strings.HasSuffix(last, `rel="next"`) {
		return ""
	}
	_, query, _ := strings.Cut(last[strings.LastIndex(last, "<")+1:strings.LastIndex(last, ">")], "?")
	v, _ := url.ParseQuery(query)
	return v.Get("after")
}

// rebuild makes a recorded expression by the client's own functions, as far as
// they go.
func rebuild(s string) (Expr, bool) {
	if s == "" {
		return Expr{}, true
	}
	join, word := And, " and "
	if strings.Contains(s, `" or `) {
		join, word = Or, " or "
	}
	var parts []Expr
	for part := range strings.SplitSeq(s, word) {
		name, rest, _ := strings.Cut(part, " ")
		operator, quoted, _ := strings.Cut(rest, " ")
		text, err := strconv.Unquote(quoted)
		v, bad := ParseValue(text)
		make, ok := map[string]func(Attr, Value) Expr{"eq": Eq, "sw": StartsWith}[operator]
		if err != nil || bad != nil || !ok {
			return Expr{text: s}, false
		}
		parts = append(parts, make(Attr(name), v))
	}
	return join(parts...), true
}
