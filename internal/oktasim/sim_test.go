package oktasim

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestOperationsAreServed(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	ops := Operations()
	if len(ops) != 69 {
		t.Errorf("%d operations", len(ops))
	}
	for _, op := range ops {
		r := call1(t, o, op.Method, strings.Replace(op.Path, "{userId}", id, 1))
		if r.code == 405 || r.code == 404 && r.text("errorCode") == "E0000008" {
			t.Errorf("%s: %d %s", op.Name, r.code, r.body)
		}
	}
	for i, e := range o.Log() {
		if e.Operation != ops[i].Name {
			t.Errorf("the log says %s, asked for %s", e.Operation, ops[i].Name)
		}
	}
}

func TestWhoMayCall(t *testing.T) {
	o := small(t)
	for given, want := range map[string]struct {
		status int
		code   string
	}{
		"":                                     {403, "E0000005"},
		"SSWS wrong":                           {401, "E0000011"},
		"SSWS":                                 {401, "E0000011"},
		"Bearer " + o.Token():                  {401, "E0000011"},
		"ssws " + o.Token():                    {401, "E0000011"},
		"SSWS " + o.Token() + "x":              {401, "E0000011"},
		"SSWS " + o.Token()[:len(o.Token())-1]: {401, "E0000011"},
	} {
		r := request(o, "GET", "/api/v1/users")
		r.Header.Del("Authorization")
		if given != "" {
			r.Header.Set("Authorization", given)
		}
		got := send(t, o, r)
		got.wantError(want.status, want.code)
		scheme, _, _ := strings.Cut(got.head.Get("Www-Authenticate"), " ")
		if got.head.Get("X-Rate-Limit-Limit") != "" || (scheme == "SSWS" || scheme == "Bearer") != (want.status == 401) {
			t.Errorf("%q: %v", given, got.head)
		}
	}
}

func TestTheTokenDiesWithItsOwner(t *testing.T) {
	o := small(t)
	get(t, o, "/api/v1/users/me").wantCode(200)
	for _, status := range statuses() {
		o.SetStatus(o.TokenOwner(), status)
		r := get(t, o, "/api/v1/users/me")
		if dead := status == suspended || status == deprovisioned; dead != (r.code == 401) {
			t.Errorf("owner %s: %d", status, r.code)
		}
	}
}

func TestEveryTokenIsAnother(t *testing.T) {
	if a, b := small(t), small(t); a.Token() == b.Token() || len(a.Token()) != 42 || !strings.HasPrefix(a.Token(), "00") {
		t.Errorf("%s, %s", a.Token(), b.Token())
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	for _, c := range []struct {
		method, target string
		status         int
		code           string
	}{
		{"GET", "/", 404, "E0000008"},
		{"GET", "/api/v1/policies", 404, "E0000008"},
		{"GET", "/api/v2/users", 404, "E0000008"},
		{"GET", userPath(id, "/subscriptions"), 404, "E0000008"},
		{"POST", userPath(id, "/lifecycle/delete_sessions"), 404, "E0000008"},
		{"GET", userPath(id, "/lifecycle/unlock/now"), 404, "E0000008"},
		{"GET", "/api/v1/users/../groups", 404, "E0000007"},
		{"GET", "/api/v1/users//groups", 404, "E0000007"},
		{"PUT", "/api/v1/users", 405, "E0000022"},
		{"DELETE", "/api/v1/users", 405, "E0000022"},
		{"PATCH", userPath(id, ""), 405, "E0000022"},
		{"POST", userPath(id, "/linkedObjects/manager"), 405, "E0000022"},
		{"GET", userPath(id, "/lifecycle/unlock"), 405, "E0000022"},
		{"POST", userPath(id, "/sessions"), 405, "E0000022"},
	} {
		before := o.Snapshot()
		call1(t, o, c.method, c.target).wantError(c.status, c.code)
		if o.Snapshot() != before {
			t.Errorf("%s %s changed something", c.method, c.target)
		}
	}
}

func TestHeadersAsRecorded(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	always := []string{"Accept-Ch", "Date"}
	content := []string{"Content-Length", "Content-Type"}
	rate := []string{"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"}
	fresh := []string{"Cache-Control", "Expires", "Pragma"}
	o.Faults([]Fault{{Operation: "ListFactors", Limit: "rate"}})
	for _, c := range []struct {
		reply reply
		want  [][]string
	}{
		{get(t, o, userPath(id, "")), [][]string{content, rate, fresh, {"Etag", "Vary", "X-Okta-Request-Id"}}},
		{get(t, o, "/api/v1/users"), [][]string{content, rate, fresh, {"Link", "Vary", "X-Okta-Request-Id"}}},
		{get(t, o, userPath("nobody", "")), [][]string{content, rate, fresh, {"Vary", "X-Okta-Request-Id"}}},
		{get(t, o, search("x pr")), [][]string{content, rate, fresh, {"X-Okta-Request-Id"}}},
		{call1(t, o, "DELETE", userPath(id, "/sessions")), [][]string{rate, fresh, {"X-Okta-Request-Id"}}},
		{get(t, o, userPath(id, "/factors")), [][]string{content, rate, {"X-Okta-Request-Id"}}},
		{call1(t, o, "PATCH", userPath(id, "")), [][]string{content, {"Vary"}}},
	} {
		want := slices.Sorted(slices.Values(slices.Concat(append(c.want, always)...)))
		if got := slices.Sorted(maps.Keys(c.reply.head)); !slices.Equal(got, want) {
			t.Errorf("%d: headers %v, want %v", c.reply.code, got, want)
		}
	}
	if rid := get(t, o, userPath(id, "")).head.Get("X-Okta-Request-Id"); !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(rid) {
		t.Errorf("request id %q", rid)
	}
}

func TestBodiesHaveToBeJSON(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	for body, code := range map[string]int{"": 200, "{}": 200, `{"provider":{}}`: 200, "{": 400, "a=b": 400, "\xff": 400} {
		o.SetStatus(id, active)
		r := httptest.NewRequest("POST", "https://x.example"+userPath(id, "/lifecycle/suspend"), strings.NewReader(body))
		r.Header.Set("Authorization", "SSWS "+o.Token())
		if got := send(t, o, r); got.code != code {
			t.Errorf("body %q: %d", body, got.code)
		} else if code == 400 {
			got.wantError(400, "E0000003")
		}
	}
}

// Over a socket the length has to be said, in process it has to be known.
func TestLengthRequired(t *testing.T) {
	o := small(t)
	target := userPath(o.FirstWith(active).ID, "/lifecycle/suspend")
	r := httptest.NewRequest("POST", "https://x.example"+target, io.NopCloser(strings.NewReader("{}")))
	r.Header.Set("Authorization", "SSWS "+o.Token())
	r.ContentLength = -1
	if got := send(t, o, r); got.code != 411 || got.head.Get("Content-Type") != "text/html" {
		t.Errorf("%d %s", got.code, got.body)
	}

	srv := httptest.NewServer(o)
	defer srv.Close()
	for head, want := range map[string]string{"": "411", "Content-Length: 0\r\n": "200"} {
		conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "POST "+target+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: SSWS "+o.Token()+"\r\n"+head+"\r\n")
		answer, _ := io.ReadAll(conn)
		_ = conn.Close()
		if !strings.HasPrefix(string(answer), "HTTP/1.1 "+want) {
			t.Errorf("%q: %.80s", head, answer)
		}
	}
}

func TestBaseOf(t *testing.T) {
	o := small(t)
	r := request(o, "GET", "/api/v1/users/me")
	r.URL.Scheme, r.URL.Host = "", ""
	r.TLS = nil
	r.Host = "127.0.0.1:9999"
	if got := send(t, o, r).text("_links/self/href"); !strings.HasPrefix(got, "http://127.0.0.1:9999/") {
		t.Errorf("self is %s", got)
	}
	r.Host, r.URL.Host, r.URL.Scheme = "", "org.example", "https"
	if got := baseOf(r); got != "https://org.example" {
		t.Errorf("base %s", got)
	}
}

func TestConcurrentUse(t *testing.T) {
	o := New(Options{People: 60, Start: begin(), Limit: 1 << 30, IndexDelay: 1, Unkind: true})
	people := o.People()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 60 {
				id := people[(w*7+i)%len(people)].ID
				for _, target := range []string{search("status pr"), userPath(id, "/roles"), userPath(id, "/groups"), userPath(id, "/factors")} {
					o.ServeHTTP(httptest.NewRecorder(), request(o, http.MethodGet, target))
				}
				o.ServeHTTP(httptest.NewRecorder(), request(o, http.MethodPost, userPath(id, "/lifecycle/suspend")))
				o.JoinGroup(id, "Night shift")
				o.SetProfile(id, "nickName", "x")
				_ = o.Snapshot()
				_ = o.Log()
			}
		})
	}
	wg.Wait()
}
