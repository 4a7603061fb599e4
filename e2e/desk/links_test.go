package desk

import (
	"net/http"
	"slices"
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// A manager is set by searching for the person, replaced by another, and removed.
func TestLinks(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	people := v.Ordinary(3)
	p, first, second := people[0], people[1], people[2]
	v.NextCall(p)
	v.Tab("Links")
	v.See("Manager of "+p.FirstName, "Mentor")
	covers(t, v, "GetLinkedObjectsForUser")
	for _, to := range []oktasim.Person{first, second} {
		v.Org.Reset()
		find := v.Role("search", "Find the Mentor")
		find.Role("searchbox", "").Fill(to.Login)
		find.Button("Search").Click()
		v.Press(v.Line(to.Login).Button("Link"), "links.set", console.Why{})
		v.See("Okta set the link.")
		covers(t, v, "SetLinkedObjectForUser")
		sentOnce(t, v, "SetLinkedObjectForUser")
		done(t, v, p, "links.set", console.Reason, "ACTIVE")
		if got := v.Now(p).Links["mentor"]; got != to.ID {
			t.Errorf("the mentor is %q, want %s", got, to.ID)
		}
	}
	v.Org.Reset()
	v.Press(v.Line(second.Login).Button("Remove link"), "links.remove", console.Why{})
	v.See("Okta removed the link.")
	covers(t, v, "RemoveLinkedObjectForUser")
	sentOnce(t, v, "RemoveLinkedObjectForUser")
	if got := v.Now(p).Links["mentor"]; got != "" {
		t.Errorf("the mentor is %q", got)
	}
}

// Where relationships cannot be listed one is asked for by its name, and a name
// that nobody defined is explained.
func TestLinkByName(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "admin")
	all := v.Ordinary(20)
	p := all[slices.IndexFunc(all, func(p oktasim.Person) bool { return p.Links["manager"] != "" })]
	v.Org.Faults([]oktasim.Fault{{Operation: "ListLinkedObjectDefinitions", Status: http.StatusForbidden}})
	v.NextCall(p)
	v.Tab("Links")
	v.See("Switched off:", "okta.linkedObjects.read")
	v.Field("Relationship by name").Fill("manager")
	v.Button("Show").Click()
	v.See("manager of "+p.FirstName, "Remove link")
	v.Field("Relationship by name").Fill("overlord")
	v.Button("Show").Click()
	v.See("The organisation has no relationship of this name")
}

// The helpdesk sees who is whose manager, and who may change that.
func TestLinksAreClosedToTheHelpdesk(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	v.NextCall(v.Ordinary(1)[0])
	v.Tab("Links")
	v.See("Your role, helpdesk, does not include this.", "Ask a member of Keydesk Admins")
	if v.Button("Remove link").Visible() {
		t.Error("it is offered")
	}
	nothingSent(t, v)
}
