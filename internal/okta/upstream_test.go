package okta

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// elsewhere is a host that an answer names and that must never be called.
func elsewhere(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a foreign host was sent %s %s, with %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// unreadable are answers with status 200 that say nothing we could rely on.
func unreadable() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"html":                says(200, `<html>Sign in</html>`, "Content-Type: text/html"),
		"html called json":    says(200, `<html>Sign in</html>`),
		"empty":               says(200, ``),
		"empty called json":   says(200, ``, "Content-Type: application/json"),
		"no type":             says(200, `{}`, "Content-Type: "),
		"null":                says(200, ` null `),
		"a number":            says(200, `1`),
		"100,000 deep":        says(200, strings.Repeat(`{"a":`, 100_000)),
		"100,000 lists deep":  says(200, strings.Repeat(`[`, 100_000)),
		"garbage behind":      says(200, person(annID)+`{"errorCode":"E0000009"}`),
		"garbage behind list": says(200, `[] x`),
		"64 MB":               endless,
		"64 MB zipped":        zipped(),
		"redirect":            says(302, ``, "Location: /api/v1/users/"+annID),
		"204 promised more":   says(204, ``),
		"206":                 says(206, person(annID)),
	}
}

func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	page := bytes.Repeat([]byte(" "), 1<<20)
	for range 64 {
		if _, err := w.Write(page); err != nil {
			return
		}
	}
}

// zipped is 64 MB that travel as 64 KB.
func zipped() http.HandlerFunc {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.CopyN(z, zeros{}, 64<<20)
	_ = z.Close()
	return says(200, b.String(), "Content-Encoding: gzip")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestUnreadable: an answer that cannot be read is an error of every read, and
// leaves every change unknown.
func TestUnreadable(t *testing.T) {
	for name, h := range unreadable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cl := client(t, h)
			for _, c := range calls() {
				if name == "204 promised more" && needsNothing(c) || strings.HasPrefix(name, "empty") && c.name == "AddAllAppsAsTargetToRole" {
					continue
				}
				checkUnreadable(t, c, c.do(t.Context(), cl))
			}
		})
	}
}

// needsNothing is true of changes that 204 is a full answer to.
func needsNothing(c call) bool {
	switch c.name {
	case "DeactivateUser", "SuspendUser", "UnsuspendUser", "UnlockUser", "ResetFactors", "ClearUserSessions":
		return true
	}
	return c.change() && c.body == ""
}

func checkUnreadable(t *testing.T, c call, err error) {
	t.Helper()
	if IsUnsure(err) != c.change() {
		t.Errorf("%s: %v", c.name, err)
	}
	if e, ok := asError(err); !c.change() && (!ok || e.Status == 0 || e.Op != c.name) {
		t.Errorf("%s: %v", c.name, err)
	}
}

// TestRefusals: 4xx is a no, with or without Okta's body; nothing was changed.
// 5xx is no answer to a change.
func TestRefusals(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 405, 409, 411, 412, 500, 501, 502, 503, 504} {
		for name, body := range map[string]string{"okta": `{"errorCode":"E0000001"}`, "html": `<p>`, "empty": ``} {
			cl := client(t, says(status, body))
			err := cl.Lifecycle.Suspend(t.Context(), ann)
			e, ok := asError(err)
			if !ok || e.Status != status || e.Op != "SuspendUser" || IsUnsure(err) != (status >= 500) {
				t.Errorf("%d %s: %v", status, name, err)
			}
		}
	}
}

// TestForeignHosts: no address in an answer is ever called.
func TestForeignHosts(t *testing.T) {
	evil := elsewhere(t)
	var hits atomic.Int64
	count := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			hits.Add(1)
			if r.URL.Query().Get("after") == "2" {
				h = says(200, `[]`)
			}
			h(w, r)
		}
	}
	redirect := client(t, count(says(302, ``, "Location: "+evil+"/x")))
	if _, err := redirect.Users.Get(t.Context(), ann); err == nil || hits.Load() != 1 {
		t.Errorf("redirect: %d calls, %v", hits.Load(), err)
	}
	if err := redirect.Lifecycle.Unlock(t.Context(), ann); !IsUnsure(err) || hits.Load() != 2 {
		t.Errorf("redirected change: %d calls, %v", hits.Load(), err)
	}
	next := client(t, count(says(200, `[]`, `Link: <`+evil+`/api/v1/users?after=2>; rel="next"`)))
	if _, err := next.Access.Groups(t.Context(), ann); err != nil || hits.Load() != 4 {
		t.Errorf("next: %d calls, %v", hits.Load(), err)
	}
	links := `{"id":"` + annID + `","status":"ACTIVE","profile":{},"_links":{"self":{"href":"javascript:alert(1)"},"suspend":{"href":"` + evil + `"},"x":7}}`
	u, err := client(t, says(200, links)).Users.Get(t.Context(), ann)
	if err != nil || !u.Allows("suspend") || u.Allows("unlock") {
		t.Errorf("links: %+v, %v", u, err)
	}
}

// TestCircles: lists that lead to themselves, or never end.
func TestCircles(t *testing.T) {
	self := client(t, says(200, `[]`, `Link: <https://x/api/v1/users?after=a>; rel="next"`))
	if _, err := self.Users.List(t.Context(), UserQuery{After: Cursor{"a"}}); !isErr(err, errCircle) {
		t.Error(err)
	}
	if _, err := self.Roles.List(t.Context(), ann); !isErr(err, errCircle) {
		t.Error("half a list of roles passed for a whole one:", err)
	}
	for _, link := range []string{`<https://x/api/v1/users>; rel="next"`, `<:>; rel="next"`, `<https://x/?after=a%20b>; rel="next"`} {
		cl := client(t, says(200, `[]`, "Link: "+link))
		if _, err := cl.Access.Groups(t.Context(), ann); !isErr(err, errNoCursor) {
			t.Errorf("%s: %v", link, err)
		}
	}
	n := 0
	endless := clientOf(t, Config{URL: "https://brightwater.okta.com", Transport: tripper(func(*http.Request) (*http.Response, error) {
		n++
		return reply(200, `[]`, http.Header{"Link": {fmt.Sprintf(`<https://x/?after=%d>; rel="next"`, n)}}), nil
	})})
	if _, err := endless.Access.Groups(t.Context(), ann); !isErr(err, errEndless) || n != maxPages {
		t.Error(n, err)
	}
}

// TestOddPeople: what a person can look like without the client failing, and
// without it saying more than Okta did.
func TestOddPeople(t *testing.T) {
	read := func(body string) User {
		t.Helper()
		u, err := client(t, says(200, body)).Users.Get(t.Context(), ann)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	if u := read(`{"id":"` + annID + `","status":"HIBERNATING"}`); u.Status != "HIBERNATING" || u.Status.Known() || u.Name() != annID {
		t.Errorf("unknown status: %+v", u)
	}
	if u := read(`{"id":"` + annID + `","profile":null,"credentials":null,"_links":null,"lastLogin":null}`); u.Profile.Login() != "" || u.Credentials.HasPassword() || u.Allows("self") || !u.LastLogin.IsZero() {
		t.Errorf("nulls: %+v", u)
	}
	u := read(`{"id":"` + annID + `","status":"ACTIVE","status":"LOCKED_OUT","profile":{"login":{"a":1},"firstName":7,"lastName":["x"],"vip":true,"email":null}}`)
	if u.Status != LockedOut || u.Profile.Login() != "" || u.Name() != "7" || u.Profile.Text("vip") != "true" || u.Profile.Email() != "" {
		t.Errorf("odd attributes: %+v, called %q", u, u.Name())
	}
}

// TestAnotherPerson: an answer about somebody else is no answer.
func TestAnotherPerson(t *testing.T) {
	for _, body := range []string{person(bobID), `{"status":"ACTIVE"}`, `{"id":"me"}`, `{"id":null}`} {
		cl := client(t, says(200, body))
		if u, err := cl.Users.Get(t.Context(), ann); err == nil || !u.ID.IsZero() {
			t.Errorf("%s: %+v", body, u)
		}
		if u, err := cl.Lifecycle.ExpirePassword(t.Context(), ann); !IsUnsure(err) || !u.ID.IsZero() {
			t.Errorf("%s: %+v, %v", body, u, err)
		}
	}
	if _, err := client(t, says(200, `[`+person(annID)+`,null]`)).Users.List(t.Context(), UserQuery{}); err == nil {
		t.Error("a list with nobody in it passed")
	}
}

// TestSlowAnswers: each call ends when its time is over.
func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	drip := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server does not see the caller go
		w.Header().Set("Content-Type", "application/json")
		for range 1000 {
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	silent := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	for name, h := range map[string]http.HandlerFunc{"drip": drip, "silent": silent} {
		srv := httptest.NewServer(h)
		defer srv.Close()
		cl := clientOf(t, Config{URL: srv.URL, ReadTimeout: 100 * time.Millisecond, WriteTimeout: 100 * time.Millisecond})
		for some := range slices.Chunk(calls(), 24) { // not more than there are connections: who waits for one has sent nothing
			var all sync.WaitGroup
			for _, c := range some {
				all.Go(func() { checkEnds(t, name, cl, c) })
			}
			all.Wait()
		}
	}
}

func checkEnds(t *testing.T, name string, cl *Client, c call) {
	t.Helper()
	start := time.Now()
	err := c.do(t.Context(), cl)
	if took := time.Since(start); err == nil || IsUnsure(err) != c.change() || took > 10*time.Second {
		t.Errorf("%s: %s: %v after %v", name, c.name, err, took)
	}
}

// TestSecretsStayOut: an answer that is not as promised is not repeated in the
// error, because it may be the secret itself.
func TestSecretsStayOut(t *testing.T) {
	for _, body := range []string{`{"tempPassword":31415926}`, `{"tempPassword":"31415926`, `{"tempPassword":["31415926"]}`, `31415926`, `{"other":"31415926"}`} {
		_, err := client(t, says(200, body)).Lifecycle.ExpirePasswordAndGetTemporaryPassword(t.Context(), ann, false)
		if !IsUnsure(err) || strings.Contains(fmt.Sprintf("%v %+v", err, errors.Unwrap(err)), "31415926") {
			t.Errorf("%s: %v", body, err)
		}
	}
	_, err := client(t, says(500, `the token was `+testToken)).Users.Get(within(t, time.Second/4), ann)
	if err == nil || strings.Contains(err.Error(), testToken) {
		t.Error(err)
	}
}

// TestMarkup: summaries keep what Okta wrote; whoever shows them escapes it.
func TestMarkup(t *testing.T) {
	const markup = `<img src=x onerror=alert(1)>`
	_, err := client(t, says(400, `{"errorCode":"E0000001","errorSummary":"`+markup+`"}`)).Users.Get(t.Context(), ann)
	if e, ok := asError(err); !ok || e.Summary != markup {
		t.Error(err)
	}
}
