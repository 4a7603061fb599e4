package handlers_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// members changes every object that an answer is, or is a list of.
func members(change func(map[string]any)) answering {
	return func(w *way, r *http.Request, _ int) (*http.Response, error) {
		return rewritten(w, r, func(body string) io.Reader { return strings.NewReader(eachObject(body, change)) }, "application/json")
	}
}

func eachObject(body string, change func(map[string]any)) string {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return body
	}
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	for _, item := range list {
		if o, ok := item.(map[string]any); ok {
			change(o)
		}
	}
	b, _ := json.Marshal(v) // it was JSON
	return string(b)
}

func set(name string, value any) func(map[string]any) {
	return func(o map[string]any) { o[name] = value }
}

// oddAttributes gives the attributes of a profile other types than they have, or,
// where there is no profile, the members beside the id.
func oddAttributes(o map[string]any) {
	of := o
	if p, ok := o["profile"].(map[string]any); ok {
		of = p
		for _, name := range []string{"firstName", "lastName", "login", "email", "name", "description", "oddity"} {
			of[name] = ""
		}
	}
	odd := []any{7, map[string]any{"a": markup}, []any{markup, 1, nil}}
	for i, name := range slices.Sorted(maps.Keys(of)) {
		if _, text := of[name].(string); text && name != "id" {
			of[name] = odd[i%len(odd)]
		}
	}
	of["more"] = odd
}

// oddLinks keeps what links there are and has them lead to where nobody should go.
func oddLinks(o map[string]any) {
	links, _ := o["_links"].(map[string]any)
	if links == nil {
		links = map[string]any{}
	}
	for i, rel := range append(slices.Sorted(maps.Keys(links)), "self", "next", "suspend", `"`+markup) {
		links[rel] = []any{
			map[string]any{"href": "javascript:alert(1)", "method": "POST"},
			map[string]any{"href": "https://" + elsewhere + "/api/v1/users/me"},
			[]any{map[string]any{"href": "//" + elsewhere, "name": markup}},
		}[i%3]
	}
	o["_links"] = links
	for _, name := range []string{"linkUrl", "logoUrl"} {
		if _, ok := o[name]; ok {
			o[name] = "javascript:alert(1)"
		}
	}
}

// doubled says every member of every object twice, and a status a third time.
func doubled(body string) string {
	twice := func(o json.RawMessage) string {
		inner := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(o)), "{"), "}")
		if inner != "" {
			inner += "," + inner + ","
		}
		return "{" + inner + `"status":"LOCKED_OUT","status":"SUSPENDED"}`
	}
	var list []json.RawMessage
	if json.Unmarshal([]byte(body), &list) != nil {
		return twice(json.RawMessage(body))
	}
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = twice(o)
	}
	return "[" + strings.Join(out, ",") + "]"
}

// anotherPerson says that the answer is about somebody else.
func anotherPerson(w *way, r *http.Request, n int) (*http.Response, error) {
	return members(func(o map[string]any) {
		o["id"] = w.other
		if _, ok := o["userId"]; ok {
			o["userId"] = w.other
		}
	})(w, r, n)
}

// withHeader sets a header of an answer to what say makes of the call; "" leaves
// it as it is.
func withHeader(name string, say func(*http.Request) string) answering {
	return func(w *way, r *http.Request, _ int) (*http.Response, error) {
		resp, err := w.pass(r)
		if err != nil {
			return nil, err
		}
		if s := say(r); s != "" {
			resp.Header.Set(name, s)
		}
		return resp, nil
	}
}

// nextElsewhere names a next page, on another host, at the first page alone.
func nextElsewhere(r *http.Request) string {
	if r.URL.Query().Has("after") {
		return ""
	}
	return "<https://" + elsewhere + r.URL.Path + `?after=elsewhere>; rel="next"`
}

// circle is a list each of whose pages says that it comes next.
func circle(w *way, r *http.Request, _ int) (*http.Response, error) {
	self := *r.URL
	q := self.Query()
	q.Del("after")
	first := r.Clone(r.Context())
	first.URL.RawQuery = q.Encode()
	resp, err := w.pass(first)
	if err != nil {
		return nil, err
	}
	q.Set("after", "round")
	self.RawQuery = q.Encode()
	resp.Header.Set("Link", "<"+self.String()+`>; rel="next"`)
	return resp, nil
}
