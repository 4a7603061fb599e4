package okta

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// seen is a request as it came out of the socket.
type seen struct {
	method, uri, body string
	length            []string
	header            http.Header
}

func record(into *[]seen, next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*into = append(*into, seen{r.Method, r.RequestURI, string(body), r.Header["Content-Length"], r.Header})
		next.ServeHTTP(w, r)
	}
}

// TestCalls pins what every operation puts on the wire.
func TestCalls(t *testing.T) {
	for _, c := range calls() {
		t.Run(c.name+" "+c.uri, func(t *testing.T) {
			var got []seen
			cl := client(t, record(&got, says(c.status, c.body)))
			if err := c.do(t.Context(), cl); err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].method != c.method || got[0].uri != c.uri || got[0].body != c.sent {
				t.Fatalf("sent %+v", got)
			}
			checkHeader(t, got[0])
		})
	}
}

func checkHeader(t *testing.T, s seen) {
	t.Helper()
	length := []string{strconv.Itoa(len(s.body))}
	if (s.method == http.MethodPost || s.method == http.MethodPut) && !slices.Equal(s.length, length) {
		t.Errorf("a POST or PUT without Content-Length is answered 411; sent %q for %d bytes", s.length, len(s.body))
	}
	if kind := s.header.Values("Content-Type"); len(kind) > 0 != (s.body != "") || len(kind) > 0 && kind[0] != "application/json" {
		t.Errorf("%d bytes of %q", len(s.body), kind)
	}
	if s.header.Get("Authorization") != "SSWS "+testToken || s.header.Get("Accept") != "application/json" {
		t.Errorf("headers %v", s.header)
	}
	if !strings.HasPrefix(s.header.Get("User-Agent"), "Keydesk/dev (go") {
		t.Errorf("User-Agent %q", s.header.Get("User-Agent"))
	}
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "Cookie", "If-Match"} {
		if _, ok := s.header[name]; ok {
			t.Errorf("header %s is set", name)
		}
	}
}

// TestEveryOperationIsPinned keeps the table of calls and the declared
// operations the same.
func TestEveryOperationIsPinned(t *testing.T) {
	pinned := map[string]bool{}
	for _, c := range calls() {
		pinned[c.name] = true
	}
	outside := 0
	for _, o := range Operations() {
		if !pinned[o.Name] {
			t.Errorf("%s is declared and not pinned", o.Name)
		}
		delete(pinned, o.Name)
		if o.Outside {
			outside++
		}
	}
	if len(pinned) > 0 || outside != 16 || len(Operations()) != 67 {
		t.Errorf("pinned and not declared: %v; %d of %d operations outside the User API", pinned, outside, len(Operations()))
	}
}

func TestBuckets(t *testing.T) {
	buckets := map[string][]string{}
	for _, o := range Operations() {
		buckets[o.bucket()] = append(buckets[o.bucket()], o.Name)
	}
	if n := len(buckets["change /api/v1/users/{userId}/lifecycle/*"]); n != 10 {
		t.Errorf("%d lifecycle calls share a window, not ten: %v", n, buckets)
	}
	if len(buckets) != 53 {
		t.Errorf("%d windows: %v", len(buckets), buckets)
	}
}

// TestZeroID: an id that was never parsed makes no call at all. So revoking one
// thing without saying which never becomes revoking all.
func TestZeroID(t *testing.T) {
	var got []seen
	cl := client(t, record(&got, says(200, `{}`)))
	ctx, nobody, secret := t.Context(), UserID{}, NewSecret("x")
	for i, err := range []error{
		cl.Lifecycle.Unlock(ctx, nobody),
		cl.Sessions.Clear(ctx, nobody, true, true),
		second(cl.Users.Get(ctx, nobody)),
		second(cl.Roles.List(ctx, nobody)),
		cl.Users.Erase(ctx, nobody),
		second(cl.Users.Update(ctx, nobody, Profile{"a": []byte("1")}, "")),
		cl.Credentials.ChangePassword(ctx, nobody, secret, secret, false, false),
		cl.Links.Set(ctx, ann, LinkName{}, bob),
		cl.Links.Set(ctx, ann, aLink, nobody),
		cl.Links.Remove(ctx, ann, LinkName{}),
		cl.Roles.Remove(ctx, ann, RoleID{}),
		cl.Targets.RemoveGroup(ctx, ann, aRole, GroupID{}),
		cl.Targets.AddApp(ctx, ann, aRole, AppName{}),
		cl.Targets.AddAllApps(ctx, ann, RoleID{}),
		cl.Targets.AddInstance(ctx, ann, aRole, AppName{}, anApp),
		cl.Targets.RemoveInstance(ctx, ann, aRole, anAppName, AppID{}),
		cl.Grants.Revoke(ctx, ann, GrantID{}),
		cl.Grants.RevokeAll(ctx, nobody),
		cl.Grants.RevokeForClient(ctx, ann, ClientID{}),
		cl.Sessions.RevokeToken(ctx, ann, aClient, TokenID{}),
		cl.Sessions.RevokeToken(ctx, ann, ClientID{}, aToken),
		cl.Sessions.RevokeTokens(ctx, ann, ClientID{}),
		cl.Factors.Reset(ctx, ann, FactorID{}),
		second(cl.Groups.Get(ctx, GroupID{})),
		second(cl.Apps.Get(ctx, AppID{})),
		second(cl.Logs.About(ctx, nobody, time.Time{}, 0)),
	} {
		if e, ok := asError(err); !ok || e.Op == "" || e.Status != 0 || !isErr(err, ErrBadID) || IsUnsure(err) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if len(got) > 0 {
		t.Errorf("sent %+v", got)
	}
}

func TestReceipt(t *testing.T) {
	header := []string{"X-Okta-Request-Id: 8a1f", "Date: Tue, 24 Nov 2026 10:00:00 GMT"}
	for name, h := range map[string]http.HandlerFunc{
		"good":   says(200, person(annID), header...),
		"error":  says(404, `{"errorCode":"E0000007"}`, header...),
		"html":   says(200, `<html>`, header...),
		"noDate": says(200, person(annID), "X-Okta-Request-Id: 8a1f", "Date: yesterday"),
	} {
		r := Receipt{RequestID: "of the call before"}
		_, _ = client(t, h).Users.Get(WithReceipt(t.Context(), &r), ann)
		if r.RequestID != "8a1f" || r.Status < 200 || r.Date.IsZero() != (name == "noDate") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	r := Receipt{RequestID: "of the call before"}
	srv := httptest.NewServer(says(200, ``))
	srv.Close()
	_, _ = clientOf(t, Config{URL: srv.URL, ReadTimeout: 100 * time.Millisecond}).Users.Get(WithReceipt(t.Context(), &r), ann)
	if r != (Receipt{}) {
		t.Errorf("without an answer: %+v", r)
	}
}

// TestRequestIDIsOneWord: it goes into logs and records as it is.
func TestRequestIDIsOneWord(t *testing.T) {
	for _, id := range []string{"a b", "a\tb", strings.Repeat("x", 129), "ä"} {
		_, err := client(t, says(404, `{}`, "X-Okta-Request-Id: "+id)).Users.Get(t.Context(), ann)
		if e, ok := asError(err); !ok || e.RequestID != "" {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
