package okta

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	testToken = "00TestTokenOfNoOrganisation-_x"
	annID     = "00uAnnVo000000000001"
	bobID     = "00uBobLi000000000002"
)

var ann = mustID(annID)

func mustID(s string) UserID {
	id, err := ParseUserID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// client returns a client of h, which is served on a loopback socket.
func client(t *testing.T, h http.Handler) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return clientOf(t, Config{URL: srv.URL})
}

func clientOf(t *testing.T, cfg Config) *Client {
	t.Helper()
	cfg.Token = NewSecret(testToken)
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if own, ok := c.transport.base.(*http.Transport); ok {
		t.Cleanup(own.CloseIdleConnections)
	}
	return c
}

// says answers every call alike. Headers are "Name: value".
func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if body != "" {
			w.Header().Set("Content-Type", "application/json")
		}
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// quiet is a server that keeps what it thinks of its clients to itself.
func quiet(h http.Handler) *httptest.Server {
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	return srv
}

// tripper is a transport without a network.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reply is an answer as a tripper gives it.
func reply(status int, body string, header http.Header) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

func person(id string) string { return `{"id":"` + id + `","status":"ACTIVE","profile":{}}` }

// call is one operation as it is pinned: how it is made, what then goes out,
// and an answer that it takes for success.
type call struct {
	name   string
	do     func(context.Context, *Client) error
	method string
	uri    string
	status int
	body   string
	sent   string // the call's own body
}

func (c call) change() bool { return c.method != http.MethodGet }

// calls has every operation of the client, and those with switches in both
// positions.
func calls() []call {
	return slices.Concat(firstCalls(), peopleCalls(), credentialCalls(), accessCalls(), roleCalls(), targetCalls(), grantCalls(), tokenCalls(), besideCalls())
}

func firstCalls() []call {
	const user = "/api/v1/users/" + annID
	value, _ := ParseValue(`An"n`)
	return []call{
		{"ListUsers", func(ctx context.Context, c *Client) error {
			_, err := c.Users.List(ctx, UserQuery{})
			return err
		}, "GET", "/api/v1/users", 200, `[]`, ``},
		{"ListUsers", func(ctx context.Context, c *Client) error {
			_, err := c.Users.List(ctx, UserQuery{Q: "Ann Vo&limit=3", Limit: 8})
			return err
		}, "GET", "/api/v1/users?limit=8&q=Ann+Vo%26limit%3D3", 200, `[]`, ``},
		{"ListUsers", func(ctx context.Context, c *Client) error {
			_, err := c.Users.List(ctx, UserQuery{Search: StartsWith(AttrLastName, value), SortBy: AttrLastName, Descending: true, After: Cursor{"a/b="}})
			return err
		}, "GET", "/api/v1/users?after=a%2Fb%3D&search=profile.lastName+sw+%22An%5C%22n%22&sortBy=profile.lastName&sortOrder=desc", 200, `[]`, ``},
		{"ListUsers", func(ctx context.Context, c *Client) error {
			_, err := c.Users.List(ctx, UserQuery{Filter: Eq(AttrStatus, value), SortBy: AttrLogin})
			return err
		}, "GET", "/api/v1/users?filter=status+eq+%22An%5C%22n%22&sortBy=profile.login&sortOrder=asc", 200, `[]`, ``},
		{"GetUser", func(ctx context.Context, c *Client) error {
			_, err := c.Users.Get(ctx, ann)
			return err
		}, "GET", user, 200, person(annID), ``},
		{"GetUser", func(ctx context.Context, c *Client) error {
			_, err := c.Users.Me(ctx)
			return err
		}, "GET", "/api/v1/users/me", 200, person(bobID), ``},
		{"ActivateUser", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.Activate(ctx, ann, true)
			return err
		}, "POST", user + "/lifecycle/activate?sendEmail=true", 200, `{}`, ``},
		{"ActivateUser", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.Activate(ctx, ann, false)
			return err
		}, "POST", user + "/lifecycle/activate?sendEmail=false", 200, `{"activationUrl":"https://x/welcome/T","activationToken":"T"}`, ``},
		{"ReactivateUser", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.Reactivate(ctx, ann, true)
			return err
		}, "POST", user + "/lifecycle/reactivate?sendEmail=true", 200, `{}`, ``},
		{"ReactivateUser", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.Reactivate(ctx, ann, false)
			return err
		}, "POST", user + "/lifecycle/reactivate?sendEmail=false", 200, `{"activationToken":"T"}`, ``},
		{"DeactivateUser", func(ctx context.Context, c *Client) error {
			return c.Lifecycle.Deactivate(ctx, ann, false)
		}, "POST", user + "/lifecycle/deactivate", 200, `{}`, ``},
		{"DeactivateUser", func(ctx context.Context, c *Client) error {
			return c.Lifecycle.Deactivate(ctx, ann, true)
		}, "POST", user + "/lifecycle/deactivate?sendEmail=true", 200, `{}`, ``},
		{"SuspendUser", func(ctx context.Context, c *Client) error {
			return c.Lifecycle.Suspend(ctx, ann)
		}, "POST", user + "/lifecycle/suspend", 200, `{}`, ``},
		{"UnsuspendUser", func(ctx context.Context, c *Client) error {
			return c.Lifecycle.Unsuspend(ctx, ann)
		}, "POST", user + "/lifecycle/unsuspend", 200, `{}`, ``},
		{"UnlockUser", func(ctx context.Context, c *Client) error {
			return c.Lifecycle.Unlock(ctx, ann)
		}, "POST", user + "/lifecycle/unlock", 200, `{}`, ``},
		{"ResetFactors", func(ctx context.Context, c *Client) error {
			return c.Lifecycle.ResetFactors(ctx, ann)
		}, "POST", user + "/lifecycle/reset_factors", 200, `{}`, ``},
		{"ExpirePassword", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.ExpirePassword(ctx, ann)
			return err
		}, "POST", user + "/lifecycle/expire_password", 200, person(annID), ``},
		{"ExpirePasswordAndGetTemporaryPassword", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.ExpirePasswordAndGetTemporaryPassword(ctx, ann, false)
			return err
		}, "POST", user + "/lifecycle/expire_password_with_temp_password", 200, `{"tempPassword":"P"}`, ``},
		{"ExpirePasswordAndGetTemporaryPassword", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.ExpirePasswordAndGetTemporaryPassword(ctx, ann, true)
			return err
		}, "POST", user + "/lifecycle/expire_password_with_temp_password?revokeSessions=true", 200, `{"tempPassword":"P"}`, ``},
		{"ResetPassword", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.ResetPassword(ctx, ann, true, false)
			return err
		}, "POST", user + "/lifecycle/reset_password?sendEmail=true", 200, `{}`, ``},
		{"ResetPassword", func(ctx context.Context, c *Client) error {
			_, err := c.Lifecycle.ResetPassword(ctx, ann, false, true)
			return err
		}, "POST", user + "/lifecycle/reset_password?revokeSessions=true&sendEmail=false", 200, `{"resetPasswordUrl":"https://x/reset_password/T"}`, ``},
		{"ListUserGroups", func(ctx context.Context, c *Client) error {
			_, err := c.Access.Groups(ctx, ann)
			return err
		}, "GET", user + "/groups", 200, `[]`, ``},
		{"ListAssignedRolesForUser", func(ctx context.Context, c *Client) error {
			_, err := c.Roles.List(ctx, ann)
			return err
		}, "GET", user + "/roles", 200, `[]`, ``},
		{"ListAssignedRolesForUser", func(ctx context.Context, c *Client) error {
			_, err := c.Roles.ListWithTargets(ctx, ann)
			return err
		}, "GET", user + "/roles?expand=targets%2Fgroups&expand=targets%2Fcatalog%2Fapps", 200, `[]`, ``},
		{"ClearUserSessions", func(ctx context.Context, c *Client) error {
			return c.Sessions.Clear(ctx, ann, false, true)
		}, "DELETE", user + "/sessions?forgetDevices=true&oauthTokens=false", 204, ``, ``},
		{"ListFactors", func(ctx context.Context, c *Client) error {
			_, err := c.Factors.List(ctx, ann)
			return err
		}, "GET", user + "/factors", 200, `[]`, ``},
	}
}

// within ends the test's calls early, so that what would take long fails.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// sameJSON compares two texts as JSON where null is the same as absent and a
// time is the same in every way of writing it.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	return reflect.DeepEqual(asAny(t, a), asAny(t, b))
}

func asAny(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return canonical(v)
}

// covers reports whether all that some says, all says too.
func covers(all, some any) bool {
	switch some := some.(type) {
	case map[string]any:
		all, ok := all.(map[string]any)
		for k := range some {
			ok = ok && covers(all[k], some[k])
		}
		return ok
	case []any:
		all, ok := all.([]any)
		ok = ok && len(all) == len(some)
		for i := range some {
			ok = ok && covers(all[i], some[i])
		}
		return ok
	}
	return reflect.DeepEqual(all, some)
}

func canonical(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if v[k] = canonical(x); x == nil {
				delete(v, k)
			}
		}
	case []any:
		for i := range v {
			v[i] = canonical(v[i])
		}
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return v
}
