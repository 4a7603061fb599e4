package oktasim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// begin is when the organisations of the tests begin.
func begin() time.Time { return time.Date(2031, time.March, 3, 9, 30, 0, 0, time.UTC) }

func small(t *testing.T) *Org {
	t.Helper()
	return New(Options{People: 120, Start: begin()})
}

// A reply is an answer with the questions tests ask about it.
type reply struct {
	t    *testing.T
	code int
	head http.Header
	body []byte
}

func request(o *Org, method, target string) *http.Request {
	r := httptest.NewRequest(method, "https://brightwater.okta.example"+target, nil)
	r.Header.Set("Authorization", "SSWS "+o.Token())
	return r
}

// requestWith is a request with a body, or without one if that is empty.
func requestWith(o *Org, method, target, body string) *http.Request {
	r := httptest.NewRequest(method, "https://brightwater.okta.example"+target, strings.NewReader(body))
	r.Header.Set("Authorization", "SSWS "+o.Token())
	return r
}

func sendBody(t *testing.T, o *Org, method, target, body string) reply {
	t.Helper()
	return send(t, o, requestWith(o, method, target, body))
}

func send(t *testing.T, o *Org, r *http.Request) reply {
	t.Helper()
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return reply{t, w.Code, w.Header(), w.Body.Bytes()}
}

func call1(t *testing.T, o *Org, method, target string) reply {
	t.Helper()
	return send(t, o, request(o, method, target))
}

func get(t *testing.T, o *Org, target string) reply {
	t.Helper()
	return call1(t, o, "GET", target)
}

func post(t *testing.T, o *Org, target string) reply {
	t.Helper()
	return call1(t, o, "POST", target)
}

func (r reply) wantCode(code int) reply {
	r.t.Helper()
	if r.code != code {
		r.t.Fatalf("status %d, want %d: %s", r.code, code, r.body)
	}
	return r
}

// wantError checks status, code and causes of one of Okta's errors.
func (r reply) wantError(status int, code string, causes ...string) {
	r.t.Helper()
	r.wantCode(status)
	e := r.decoded().(map[string]any)
	if e["errorCode"] != code || e["errorLink"] != code {
		r.t.Errorf("errorCode %v, errorLink %v, want %s", e["errorCode"], e["errorLink"], code)
	}
	if id, _ := e["errorId"].(string); len(id) != 25 || !strings.HasPrefix(id, "oae") {
		r.t.Errorf("errorId %q", id)
	}
	var got []string
	for _, c := range e["errorCauses"].([]any) {
		got = append(got, c.(map[string]any)["errorSummary"].(string))
	}
	if !slices.Equal(got, causes) {
		r.t.Errorf("causes %q, want %q", got, causes)
	}
}

func (r reply) decoded() any {
	r.t.Helper()
	var v any
	if err := json.Unmarshal(r.body, &v); err != nil {
		r.t.Fatalf("not JSON: %v: %s", err, r.body)
	}
	return v
}

// at walks the decoded body: keys of objects, "0" for the first of a list.
func (r reply) at(path string) any {
	r.t.Helper()
	v := r.decoded()
	for _, key := range strings.Split(path, "/") {
		switch c := v.(type) {
		case map[string]any:
			v = c[key]
		case []any:
			if len(c) == 0 {
				return nil
			}
			v = c[0]
		default:
			return nil
		}
	}
	return v
}

func (r reply) text(path string) string {
	r.t.Helper()
	s, _ := r.at(path).(string)
	return s
}

// ids returns the id of everything in a list.
func (r reply) ids() []string {
	r.t.Helper()
	var list []struct{ ID string }
	if err := json.Unmarshal(r.body, &list); err != nil {
		r.t.Fatalf("no list: %v: %s", err, r.body)
	}
	got := make([]string, len(list))
	for i := range list {
		got[i] = list[i].ID
	}
	return got
}

// rel returns the target of a Link header relation, "" if there is none.
func (r reply) rel(name string) string {
	for _, line := range r.head["Link"] {
		if address, ok := strings.CutSuffix(line, `>; rel="`+name+`"`); ok {
			return strings.TrimPrefix(strings.TrimPrefix(address, "<"), "https://brightwater.okta.example")
		}
	}
	return ""
}

func search(expression string, more ...string) string {
	v := url.Values{"search": {expression}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return "/api/v1/users?" + v.Encode()
}

// keys returns an object's members in the order they were written.
func keys(t *testing.T, raw []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	var names []string
	for depth, isKey := 0, false; ; {
		tok, err := d.Token()
		if err != nil {
			return names
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			isKey = depth == 1
			continue
		case string:
			if depth == 1 && isKey {
				names = append(names, v)
				isKey = false
				continue
			}
		}
		isKey = depth == 1
	}
}

func userPath(id, under string) string { return "/api/v1/users/" + id + under }
