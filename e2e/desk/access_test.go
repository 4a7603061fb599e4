package desk

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
	"keydesk/internal/testkit"
)

// The groups are told by name; a long list is folded.
func TestGroups(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	ann := v.Ann()
	for i := range 40 {
		v.Org.JoinGroup(ann.ID, "Project "+strings.Repeat("I", i+1))
	}
	v.Org.Reset()
	v.Find("Ann Vo")
	covers(t, v, "ListUserGroups")
	v.See("Everyone", "Support")
	v.Gone("Project " + strings.Repeat("I", 40))
	v.Link("All 43 groups").Click()
	v.See("Project " + strings.Repeat("I", 40))
}

// nothing answers every question of one kind with an empty list.
type nothing struct {
	suffix string
	next   http.RoundTripper
}

func (n nothing) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, n.suffix) {
		return n.next.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader([]byte("[]"))),
	}, nil
}

// Who is in no group is said to be in none.
func TestNoGroups(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk", testkit.Options{Wrap: func(next http.RoundTripper) http.RoundTripper { return nothing{"/groups", next} }})
	v.Find("Ann Vo")
	v.See("In no group.")
}

// A panel fails alone: it says what is missing, the rest of the page is there,
// and since nobody can tell whether this is a colleague, the account is closed.
func TestGroupsCannotBeRead(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	for name, c := range map[string]struct {
		fault oktasim.Fault
		says  []string
	}{
		"forbidden": {oktasim.Fault{Status: http.StatusForbidden}, []string{"lacks the permission", "okta.users.read"}},
		"down":      {oktasim.Fault{Status: http.StatusServiceUnavailable}, []string{"Okta answered with an error (503)."}},
	} {
		t.Run(name, func(t *testing.T) {
			v := v.With(t)
			c.fault.Operation = "ListUserGroups"
			v.Home()
			v.Org.Faults([]oktasim.Fault{c.fault})
			v.Find("Ann Vo")
			v.See(c.says...)
			v.See("Ann is locked out", "Protected account.", "groups cannot be read right now", "None, neither directly nor through a group.")
			if v.Offered("Unlock") {
				t.Error("unlock is offered")
			}
			v.Key("Escape")
			v.Org.Reset()
			v.Link("Try again").Click()
			v.See("Everyone")
			v.Gone("Protected account.")
			v.Button("Unlock").Shown()
		})
	}
}

// Roles that cannot be read are not the same as none.
func TestRolesCannotBeRead(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.Org.Faults([]oktasim.Fault{{Operation: "ListAssignedRolesForUser", Status: http.StatusForbidden}})
	v.Find("Ann Vo")
	v.See("okta.roles.read", "Until they can be read, the account counts as protected.", "admin roles cannot be read right now")
	v.Org.Reset()
	v.Link("Try again").Click()
	v.See("None, neither directly nor through a group.")
	v.Act("Unlock", console.Why{})
	v.See("Okta unlocked the account.")
	status(t, v, v.Ann(), "ACTIVE")
}
