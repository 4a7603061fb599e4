package oktasim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// dropped reports whether a call ended as a cut connection.
func dropped(o *Org, r *http.Request) (cut bool) {
	defer func() {
		err, _ := recover().(error)
		cut = errors.Is(err, http.ErrAbortHandler)
	}()
	o.ServeHTTP(httptest.NewRecorder(), r)
	return false
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault  Fault
		status int
		kind   string
		body   func([]byte) bool
		acts   bool // the change takes effect
	}{
		"status":          {Fault{Status: 500}, 500, "application/json", contains(`"E0000009"`), false},
		"read only":       {Fault{Status: 503}, 503, "application/json", contains(`"E0000010"`), false},
		"forbidden":       {Fault{Status: 403}, 403, "application/json", contains(`"E0000006"`), false},
		"html":            {Fault{Status: 503, Body: "html"}, 503, "text/html", contains("<h1>503 Service Unavailable"), false},
		"html after all":  {Fault{Body: "html"}, 200, "text/html", contains("<h1>200 OK"), true},
		"empty":           {Fault{Status: 502, Body: "empty"}, 502, "", func(b []byte) bool { return len(b) == 0 }, false},
		"empty after all": {Fault{Body: "empty"}, 200, "", func(b []byte) bool { return len(b) == 0 }, true},
		"cut":             {Fault{Status: 500, Body: "cut"}, 500, "application/json", func(b []byte) bool { return len(b) > 20 && !json.Valid(b) }, false},
		"json":            {Fault{Status: 404, Body: "json"}, 404, "application/json", contains(`"E0000008"`), false},
		"rate":            {Fault{Limit: "rate"}, 429, "application/json", contains(`"E0000047"`), false},
		"concurrency":     {Fault{Limit: "concurrency"}, 429, "application/json", contains(`"E0000047"`), false},
		"nothing":         {Fault{}, 200, "application/json", contains("{}"), true},
	} {
		t.Run(name, func(t *testing.T) {
			o := small(t)
			id := o.FirstWith(active).ID
			c.fault.Operation, c.fault.Times = "SuspendUser", 1
			o.Faults([]Fault{c.fault})
			r := post(t, o, userPath(id, "/lifecycle/suspend")).wantCode(c.status)
			if r.head.Get("Content-Type") != c.kind || !c.body(r.body) {
				t.Errorf("%v %s", r.head, r.body)
			}
			if p, _ := o.Person(id); (p.Status == suspended) != c.acts {
				t.Errorf("%s afterwards", p.Status)
			}
			if log := o.Log(); log[0].Status != c.status {
				t.Errorf("logged %+v", log[0])
			}
		})
	}
}

func contains(s string) func([]byte) bool {
	return func(b []byte) bool { return bytes.Contains(b, []byte(s)) }
}

func TestBothKindsOf429(t *testing.T) {
	o := small(t)
	o.Faults([]Fault{{Operation: "*", Limit: "concurrency", Times: 1}, {Operation: "*", Limit: "rate"}})
	limit, remaining, reset := quotaOf(t, get(t, o, "/api/v1/users"))
	if ahead := reset.Sub(o.Now()); limit != 0 || remaining != 0 || ahead < 100*time.Second || ahead > 150*time.Second {
		t.Errorf("concurrency: %d of %d, reset %v ahead", remaining, limit, ahead)
	}
	limit, remaining, reset = quotaOf(t, get(t, o, "/api/v1/users"))
	if ahead := reset.Sub(o.Now()); limit != 600 || remaining != 0 || ahead <= 0 || ahead > time.Minute {
		t.Errorf("rate: %d of %d, reset %v ahead", remaining, limit, ahead)
	}
}

func TestDrops(t *testing.T) {
	for drop, acts := range map[string]bool{"before": false, "after-read": false, "after-act": true} {
		o := small(t)
		id := o.FirstWith(active).ID
		o.Faults([]Fault{{Operation: "SuspendUser", Drop: drop, Times: 1}})
		r := request(o, "POST", userPath(id, "/lifecycle/suspend"))
		body := strings.NewReader(`{"some":"body"}`)
		r.Body = io.NopCloser(body)
		if !dropped(o, r) {
			t.Errorf("%s: answered", drop)
		}
		if p, _ := o.Person(id); (p.Status == suspended) != acts {
			t.Errorf("%s: %s afterwards", drop, p.Status)
		}
		if unread := body.Len() > 0; unread != (drop == "before") {
			t.Errorf("%s: body left unread: %v", drop, unread)
		}
		if log := o.Log(); len(log) != 1 || log[0].Status != 0 || log[0].Operation != "SuspendUser" {
			t.Errorf("%s: %+v", drop, log)
		}
		if dropped(o, request(o, "GET", userPath(id, ""))) {
			t.Errorf("%s: used twice", drop)
		}
	}
}

func TestTimesAndOrder(t *testing.T) {
	o := small(t)
	o.Faults([]Fault{
		{Operation: "GetUser", Times: 2, Status: 500},
		{Operation: "*", Times: 1, Status: 503},
		{Operation: "ListUsers", Status: 502},
	})
	var got []int
	for _, target := range []string{"/api/v1/users/me", "/api/v1/users/me", "/api/v1/users/me", "/api/v1/users/me", "/api/v1/users", "/api/v1/users", "/api/v1/nothing"} {
		got = append(got, get(t, o, target).code)
	}
	want := []int{500, 500, 503, 200, 502, 502, 404}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	o.Reset()
	get(t, o, "/api/v1/users").wantCode(200)
	if len(o.Log()) != 1 {
		t.Errorf("log %v", o.Log())
	}
}

func TestFaultsAreForThoseWhoMayCall(t *testing.T) {
	o := small(t)
	o.Faults([]Fault{{Operation: "*", Status: 500, Times: 1}})
	r := request(o, "GET", "/api/v1/users")
	r.Header.Del("Authorization")
	send(t, o, r).wantCode(403)
	get(t, o, "/api/v1/users").wantCode(500)
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := New(Options{People: 50})
		o.Faults([]Fault{{Operation: "GetUser", Delay: 2 * time.Second}})
		from := time.Now()
		get(t, o, "/api/v1/users/me").wantCode(200)
		if took := time.Since(from); took != 2*time.Second {
			t.Errorf("took %v", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if !dropped(o, request(o, "GET", "/api/v1/users/me").WithContext(ctx)) {
			t.Error("answered a client that left")
		}
		if took := time.Since(from); took != 3*time.Second {
			t.Errorf("a client that left was waited for: %v", took)
		}
	})
}

func TestFaultsThatCannotBeMeant(t *testing.T) {
	o := small(t)
	for want, f := range map[string]Fault{
		"operation is missing":                                  {},
		`operation "Unlock" is not served here`:                 {Operation: "Unlock"},
		"times and delay cannot be negative":                    {Operation: "*", Times: -1},
		"status 99 is none an answer can have":                  {Operation: "*", Status: 99},
		`body "xml" is none of json, html, empty, cut`:          {Operation: "*", Body: "xml"},
		`drop "later" is none of before, after-read, after-act`: {Operation: "*", Drop: "later"},
		`limit "none" is none of rate, concurrency`:             {Operation: "*", Limit: "none"},
	} {
		func() {
			defer func() {
				if got := recover(); got != "oktasim: fault 1: "+want {
					t.Errorf("%v, want %s", got, want)
				}
			}()
			o.Faults([]Fault{f})
		}()
	}
}
