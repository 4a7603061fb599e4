package views

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func rows(root *html.Node) []string {
	var out []string
	for _, tr := range all(root, func(n *html.Node) bool { return n.Data == "tr" && inside(n, "tbody") }) {
		out = append(out, words(tr))
	}
	return out
}

func TestRolesHeld(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := parse(t, x.rolePages()["roles"])
	table := one(t, root, byID("roles"))
	got := rows(table)
	want := []string{
		"Group Administrator INACTIVE directly Okta gives both the same id, so their limits cannot be told apart here. Berlin Oslo",
		"Group Administrator INACTIVE through Leads changed at the group Okta gives both the same id, so their limits cannot be told apart here. Everything: every group and everybody in it",
		"Application Administrator INACTIVE directly Not known: Okta does not let the console read this.",
		"CUSTOM INACTIVE Custom role cr0Yq Resource set iamQs directly What its resource set holds",
		"ODD INACTIVE LOAN Not known here",
	}
	if !slices.Equal(got, want) {
		t.Errorf("held:\n%s", strings.Join(got, "\n"))
	}
	var held []string
	for _, a := range all(table, byClass("hit")) {
		u, err := url.Parse(attr(a, "href"))
		if err != nil || !strings.HasPrefix(u.Path, "/users/"+annID+"/roles/") {
			t.Errorf("a row leads to %q (%v)", attr(a, "href"), err)
		}
		held = append(held, u.Query().Get("held"))
	}
	if !slices.Equal(held, []string{"USER", "GROUP", "USER", "USER", "LOAN"}) {
		t.Errorf("the rows lead to those held %q", held)
	}
	if got := leads(table, "Assign a role"); !slices.Equal(got, []string{"/users/" + annID + "/roles/new"}) {
		t.Errorf("to assign one leads to %q", got)
	}
}

func TestRolesWithoutAny(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	reads(t, x.rolePages()["roles, none"], "None, neither directly nor through a group.")
	root := reads(t, x.rolePages()["roles, unread"], "Until they can be read, the account counts as protected.", "She holds a role. Ask an owner. Rule protected.admins")
	if len(leads(root, "Assign a role")) != 0 {
		t.Error("what is refused is a link")
	}
}

func TestTwins(t *testing.T) {
	t.Parallel()
	all := []okta.Role{{ID: roleID("r1")}, {ID: roleID("r2")}, {ID: roleID("r1")}}
	for id, want := range map[string]bool{"r1": true, "r2": false, "r3": false} {
		if got := twins(all, roleID(id)); got != want {
			t.Errorf("%s: %v", id, got)
		}
	}
	if got := twinWords(okta.ReadOnlyAdmin); strings.Contains(got, "limits") {
		t.Errorf("a role that has no limits: %q", got)
	}
	x := fixture{plain}
	p := x.limitedRole()
	p.Person.Roles.Value = []okta.Role{p.Role, p.Role}
	reads(t, Role(x.frame(), RoleProps{RolePage: p}), "The person holds this role in more than one way. Okta gives both the same id")
}

// How far a role reaches can be taken for more than it is, never for less: where
// there is no list of limits, no sentence says so little as nothing.
func TestReach(t *testing.T) {
	t.Parallel()
	some := targets(fixture{plain}.group("Berlin"))
	for _, c := range []struct {
		name string
		t    okta.RoleType
		list desk.Read[[]desk.Target]
		tone string
		says string
	}{
		{"no limit", okta.UserAdmin, targets(), "warn", "No limit is set: this role reaches everything, that is every group and everybody in it."},
		{"no limit of apps", okta.AppAdmin, targets(), "warn", "No limit is set: this role reaches everything, that is every app."},
		{"one limit", okta.HelpDeskAdmin, some, "info", "This role reaches 1 group and nothing else."},
		{"two apps", okta.AppAdmin, targets(some.Value[0], some.Value[0]), "info", "This role reaches 2 apps and nothing else."},
		{"unread", okta.UserAdmin, fixture{plain}.unread(), "warn", "How far this role reaches is not known: its limits could not be read. It may reach everything."},
		{"whole", okta.OrgAdmin, targets(), "info", "This role reaches the whole organisation. Roles of this type cannot be limited."},
		{"custom", okta.Custom, targets(), "info", "This role reaches what its resource set holds. That is seen in Okta’s own console."},
		{"unknown", "ODD", targets(), "warn", "How far roles of this type reach is not known here. It may be everything."},
	} {
		if got := roleReaches(okta.Role{Type: c.t}, c.list); got != (reach{c.tone, c.says}) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestRolePage(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := reads(
		t, x.rolePages()["role"], "This role reaches 2 groups and nothing else.", "Type USER_ADMIN", "Held directly", "Assigned to 00g1", "Limited to 2",
		"This is the only limit.", "Limit it to another group",
	)
	limited := one(t, root, byID("targets"))
	if n := len(all(limited, byClass("refused"))); n != 1 {
		t.Errorf("%d limits may not be taken away, want 1", n)
	}
	open := one(t, root, func(n *html.Node) bool { _, open := lookup(n, "open"); return n.Data == "dialog" && open })
	if got := words(one(t, open, byClass("wrong"))); got != "Give a reason." || attr(open, "id") != dialogOf("targets.remove_group", x.group("Berlin").On) {
		t.Errorf("the dialog %s says %q", attr(open, "id"), got)
	}
	seek := one(t, root, byClass("seek"))
	if attr(seek, "method") != "get" || attr(seek, "action") != "/users/"+annID+"/roles/KVJUKUS7IFCE2SKO#find" || formValues(seek).Encode() != "held=USER&q=o" {
		t.Errorf("the search is %s %s?%s", attr(seek, "method"), attr(seek, "action"), formValues(seek).Encode())
	}
	again := one(t, root, byClass("note-warn"))
	if len(all(again, tagged("button"))) != 1 {
		t.Error("what is offered still cannot be tried again from the notice")
	}
}

// formValues are what the form sends when nothing is touched.
func formValues(form *html.Node) url.Values {
	v := url.Values{}
	for _, n := range all(form, tagged("input", "select", "textarea")) {
		_, checked := lookup(n, "checked")
		switch kind := attr(n, "type"); {
		case (kind == "checkbox" || kind == "radio") && !checked:
		case n.Data == "textarea":
			v.Add(attr(n, "name"), areaText(n))
		case n.Data == "select":
			v.Add(attr(n, "name"), selected(n))
		default:
			v.Add(attr(n, "name"), attr(n, "value"))
		}
	}
	return v
}

func areaText(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

func selected(n *html.Node) string {
	for _, o := range all(n, tagged("option")) {
		if _, ok := lookup(o, "selected"); ok {
			return attr(o, "value")
		}
	}
	return ""
}

// Two instances of an app share the offer to add all of its instances: there is
// one dialog for it, and both rows open that.
func TestRoleOverApps(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	root := reads(t, x.rolePages()["role, apps"], "this role reaches everything, that is every app", "Limit it to an app", "Widen to all apps")
	shared := dialogOf("targets.add_app", everyInstance(x.instance("east").On))
	one(t, root, byID(shared))
	if n := len(all(root, func(n *html.Node) bool {
		return attr(n, "commandfor") == shared && n.Data == "button" && inside(n, "li")
	})); n != 2 {
		t.Errorf("%d rows offer every instance", n)
	}
	if n := len(all(root, byClass("act"))); n != 4 {
		t.Errorf("%d dialogs, want those to remove the role, to add either instance, and to add all", n)
	}
}

func TestRoleThatCannotBeChanged(t *testing.T) {
	t.Parallel()
	pages := fixture{plain}.rolePages()
	root := reads(t, pages["role, unread"], "How far this role reaches is not known", "Try again")
	if len(all(root, byClass("seek"))) != 0 || len(all(root, tagged("dialog"))) != 1 { // the one of keys
		t.Error("something of a role whose limits are not known is offered")
	}
	through := reads(t, pages["role, through"], "Held through Leads", "Changed at the group, or by taking the person out of it", "Remove: She holds a role. Ask an owner.")
	if len(all(through, byClass("seek"))) != 0 || len(all(through, byClass("refused"))) != 0 {
		t.Error("each row refuses for the same reason, or there is a search for nothing")
	}
	custom := reads(t, pages["role, custom"], "Custom role cr0Yq", "Resource set iamQs", "what its resource set holds")
	if len(all(custom, byID("targets"))) != 0 {
		t.Error("a custom role has a list of limits")
	}
}
