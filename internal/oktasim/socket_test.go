package oktasim

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// over sends a request through a socket, as other clients would.
func over(t *testing.T, o *Org, method, address string) (reply, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "SSWS "+o.Token())
	res, err := http.DefaultTransport.RoundTrip(r) // a client would repeat some calls
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return reply{t, res.StatusCode, res.Header, body}, err
}

func TestOverASocket(t *testing.T) {
	o := small(t)
	srv := httptest.NewServer(o)
	defer srv.Close()
	id := o.FirstWith(active).ID
	for _, c := range []struct {
		method, target string
		status         int
		body           func([]byte) bool
	}{
		{"GET", "/api/v1/users?limit=2", 200, contains(srv.URL + "/api/v1/users/00u")},
		{"GET", userPath("ann.vo%40brightwater.example", ""), 200, contains(`"lastName":"Vo"`)},
		{"POST", userPath(id, "/lifecycle/suspend"), 200, contains("{}")},
		{"POST", userPath(id, "/lifecycle/suspend"), 400, contains("E0000001")},
		{"DELETE", userPath(id, "/sessions"), 204, func(b []byte) bool { return len(b) == 0 }},
		{"PATCH", userPath(id, ""), 405, contains("E0000022")},
	} {
		r, err := over(t, o, c.method, srv.URL+c.target)
		if err != nil || r.code != c.status || !c.body(r.body) {
			t.Errorf("%s %s: %v, %d %s", c.method, c.target, err, r.code, r.body)
		}
		if dates := r.head.Values("Date"); len(dates) != 1 || !strings.Contains(dates[0], "2031") {
			t.Errorf("Date %q", dates)
		}
	}
	r, err := over(t, o, "GET", srv.URL+"/api/v1/users?limit=2")
	if links := r.head.Values("Link"); err != nil || len(links) != 2 || !strings.HasPrefix(links[1], "<"+srv.URL+"/api/v1/users?after=") {
		t.Errorf("Link %q, %v", links, err)
	}
}

func TestFaultsOverASocket(t *testing.T) {
	for name, c := range map[string]struct {
		fault Fault
		lost  bool // the client gets no answer
		acts  bool
	}{
		"before":     {Fault{Drop: "before"}, true, false},
		"after-read": {Fault{Drop: "after-read"}, true, false},
		"after-act":  {Fault{Drop: "after-act"}, true, true},
		"cut":        {Fault{Body: "cut"}, false, true},
		"empty":      {Fault{Body: "empty"}, false, true},
		"no content": {Fault{Status: 204}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := small(t)
			srv := httptest.NewServer(o)
			defer srv.Close()
			id := o.FirstWith(active).ID
			c.fault.Operation = "SuspendUser"
			o.Faults([]Fault{c.fault})
			r, err := over(t, o, "POST", srv.URL+userPath(id, "/lifecycle/suspend"))
			if (err != nil) != c.lost {
				t.Errorf("%v, %q", err, r.body)
			}
			if p, _ := o.Person(id); (p.Status == suspended) != c.acts {
				t.Errorf("%s afterwards", p.Status)
			}
		})
	}
}
