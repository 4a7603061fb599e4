package pages

import (
	"testing"

	"keydesk/e2e/browser"
	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// room is one page of somebody that has much to show, under the name of its
// picture.
type room struct{ name, path string }

func rooms(v *console.Visit) []room {
	heavy, limited, apps := v.Org.Heavy(), v.Org.LimitedAdmin("HELP_DESK_ADMIN"), v.Org.LimitedAdmin("APP_ADMIN")
	p := v.Ordinary(1)[0]
	at := func(p oktasim.Person, path string) string { return "/users/" + p.ID + path }
	return []room{
		{"role-map", "/roles"},
		{"role-changes", "/roles/changes"},
		{"role-compare", "/roles/compare?a=" + limited.ID + "&b=" + apps.ID},
		{"role-map-grouped", "/roles?group=role&reach=everything"},
		{"sessions", "/sessions"},
		{"access", at(p, "/access")},
		{"access-many", at(heavy, "/access")},
		{"person-many", at(heavy, "")},
		{"roles", at(v.Org.GroupAdmin("USER_ADMIN"), "/roles")},
		{"roles-none", at(p, "/roles")},
		{"role", at(limited, "/roles/JBCUYUC7IRCVGS27IFCE2SKO?held=USER&q=Sales")},
		{"role-apps", at(apps, "/roles/IFIFAX2BIRGUSTQ?held=USER&q=S")},
		{"assign", at(p, "/roles/new?type=HELP_DESK_ADMIN&q=S&group="+v.Org.GroupID("Support"))},
		{"sign-ins", at(heavy, "/sign-ins")},
		{"client", at(heavy, "/clients/"+v.Org.ClientsOf(heavy.ID)[0])},
		{"links", at(p, "/links?name=manager&q=ann")},
		{"profile", at(p, "/profile")},
		{"raw", at(p, "/raw")},
		{"new-person", "/users/new"},
	}
}

// Every page of the rooms, in both themes.
func TestAxeOnRooms(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Mapped(t).Enter(t, "admin", wide)
	for _, r := range rooms(v) {
		v.Page.Open(r.path)
		v.Ready()
		v.Axe()
		v.Picture(r.name)
	}
}

// What is refused has to be readable as well.
func TestAxeOnRoomsOfAnAuditor(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Mapped(t).Enter(t, "auditor", wide)
	for _, r := range rooms(v) {
		v.Page.Open(r.path)
		v.Ready()
		v.Reasons()
		v.Axe()
	}
}

// On a telephone no room has to be scrolled sideways for.
func TestPhoneRooms(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Mapped(t).Enter(t, "admin", browser.Options{Width: 390, Height: 844, Touch: true})
	for _, r := range rooms(v) {
		v.Page.Open(r.path)
		v.Ready()
		v.Reasons()
		fits(t, v)
		if r.name == "assign" || r.name == "profile" || r.name == "role-map" {
			v.Picture(r.name + "-phone")
		}
	}
}

// The dialogs of the rooms, and the counter.
func TestAxeOnRoomDialogs(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "admin", wide)
	p := v.Ordinary(1)[0]
	v.NextCall(p)
	v.Tab("Roles")
	v.Page.Open("/users/" + p.ID + "/roles/new?type=HELP_DESK_ADMIN&group=" + v.Org.GroupID("Support"))
	v.Opens(v.Button("Assign Help Desk Administrator"), "roles.assign")
	v.Axe()
	v.Picture("assign-dialog")
	v.Key("Escape")
	v.Tab("Links")
	v.Tab("Overview")
	v.Offered("Change password")
	console.Why{}.Fill(v.Opens(v.Button("Change password"), "change_password"))
	v.Axe()
	v.Confirms("change_password")
	v.See("opened this page for you")
	v.Axe()
	v.Picture("counter")
	v.Button("Stop").Click()
	v.Heading("You are signed out").Shown()
}

// Without script a role is put together and a profile saved: every step is a link
// or a form.
func TestRoomsWithoutScript(t *testing.T) {
	t.Parallel()
	v := console.Serve(t).Enter(t, "admin", browser.Options{NoScript: true})
	p := v.Ordinary(1)[0]
	v.FindBy(p.Login, console.Name(p))
	v.Tab("Profile")
	v.Field("Title").Fill("Keeper of keys")
	v.Field("Reason").Fill(console.Reason)
	v.Button("Save").Click()
	v.See("Okta saved the profile.")
	v.Tab("Roles")
	v.Go(v.Link("Assign a role"))
	v.Go(v.Link("Report Administrator The whole organisation"))
	v.Press(v.Button("Assign Report Administrator"), "roles.assign", console.Why{})
	v.See("Okta assigned the role.")
	v.Go(v.Link("Report Administrator"))
	v.Press(v.Button("Remove role"), "roles.remove", console.Why{})
	v.See("Okta removed the role.")
	if now := v.Now(p); now.Title != "Keeper of keys" || len(now.Roles) != 0 {
		t.Errorf("the organisation has %+v", now)
	}
}
