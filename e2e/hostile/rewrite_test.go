package hostile

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// fields are the members of Okta's answers that hold text for people.
func fields() []string {
	return []string{
		"firstName", "lastName", "displayName", "login", "email", "secondEmail", "title", "department", "skills", "description", "label", "client_name", "errorSummary", "linkUrl",
		"profile.name",
	}
}

// poison stands before the organisation and writes a text into the fields of what it
// answers.
type poison struct {
	org http.RoundTripper

	mu    sync.Mutex
	text  string // empty: everything passes as it is
	links int    // how many addresses were written
	spare string // the operator, whose own groups decide what they may see
	wrote map[string]bool
}

func (p *poison) wrap(org http.RoundTripper) http.RoundTripper {
	p.org, p.wrote = org, map[string]bool{}
	return p
}

// use writes a text from now on.
func (p *poison) use(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
}

func (p *poison) written(field string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wrote[field]
}

// RoundTrip implements http.RoundTripper.
func (p *poison) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := p.org.RoundTrip(r)
	if err != nil || strings.Contains(r.URL.Path, "/users/"+p.spare) || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	_ = resp.Body.Close()
	var v any
	if json.Unmarshal(body, &v) == nil {
		if body, err = json.Marshal(p.walk("", "", v)); err != nil {
			return nil, err
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return resp, nil
}

func (p *poison) walk(parent, key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			v[k] = p.walk(key, k, m)
		}
	case []any:
		for i, m := range v {
			v[i] = p.walk(parent, key, m)
		}
	case string:
		for _, f := range fields() {
			if f == key || f == parent+"."+key {
				return p.instead(f, v)
			}
		}
	}
	return v
}

// instead is what stands in a field. An address is one payload and nothing else:
// what matters there is how it begins.
func (p *poison) instead(field, was string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text == "" {
		return was
	}
	p.wrote[field] = true
	if field == "linkUrl" {
		p.links++
		return others()[p.links%len(others())]
	}
	return p.text
}
