package views

import (
	"github.com/a-h/templ"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func roleID(s string) okta.RoleID   { return id(okta.ParseRoleID, s) }
func groupID(s string) okta.GroupID { return id(okta.ParseGroupID, s) }
func appID(s string) okta.AppID     { return id(okta.ParseAppID, s) }
func appName(s string) okta.AppName { return id(okta.ParseAppName, s) }

func (x fixture) role(t okta.RoleType, held string) okta.Role {
	return okta.Role{ID: roleID("KVJUKUS7IFCE2SKO"), Type: t, Label: x.say(t.Label()), Status: x.say("INACTIVE"), AssignmentType: held, AssigneeID: x.say("00g1"), Created: now.AddDate(0, -2, 0)}
}

func (x fixture) group(name string) desk.Target {
	return desk.Target{Label: x.say(name), Note: x.say("A group"), On: desk.Object{Role: roleID("KVJUKUS7IFCE2SKO"), Group: groupID("00g" + name)}}
}

func (x fixture) instance(name string) desk.Target {
	return desk.Target{Label: x.say(name), Note: x.say("an instance of salesforce"), On: desk.Object{Role: roleID("ra1"), App: appName("salesforce"), Instance: appID("0oa" + name)}}
}

func (x fixture) unread() desk.Read[[]desk.Target] {
	return desk.Read[[]desk.Target]{Err: x.failed()}
}

func targets(list ...desk.Target) desk.Read[[]desk.Target] {
	return desk.Read[[]desk.Target]{Value: list}
}

func (x fixture) held() []desk.HeldRole {
	custom := x.role(okta.Custom, "USER")
	custom.ID, custom.Role, custom.ResourceSet = roleID("irb1"), x.say("cr0Yq"), x.say("iamQs")
	app := x.role(okta.AppAdmin, "USER")
	app.ID = roleID("ra1")
	odd := x.role("ODD", x.say("LOAN"))
	odd.ID = roleID("odd1")
	return []desk.HeldRole{
		{Role: x.role(okta.UserAdmin, "USER"), Targets: targets(x.group("Berlin"), x.group("Oslo"))},
		{Role: x.role(okta.UserAdmin, "GROUP"), Through: x.say("Leads")},
		{Role: app, Targets: x.unread()},
		{Role: custom},
		{Role: odd},
	}
}

// limitedRole is a role with two limits, one of which may not be taken away, and
// two groups found.
func (x fixture) limitedRole() desk.RolePage {
	p := desk.RolePage{Person: x.bare(), Role: x.role(okta.UserAdmin, "USER"), Text: x.say("o"), Targets: targets(x.group("Berlin"), x.group("Oslo")), Found: targets(x.group("Rome"), x.group("Riga"))}
	p.Remove = x.on("roles.remove", desk.Object{Role: p.Role.ID, Type: p.Role.Type}, yes())
	for i, d := range []desk.Decision{yes(), {Rule: "targets.last", Why: x.say("This is the only limit.")}} {
		p.Targets.Value[i].Offers = []desk.Offer{x.on("targets.remove_group", p.Targets.Value[i].On, d)}
		p.Found.Value[i].Offers = []desk.Offer{x.on("targets.add_group", p.Found.Value[i].On, yes())}
	}
	return p
}

// appRole is a role over every app, with two instances of one app found.
func (x fixture) appRole() desk.RolePage {
	p := desk.RolePage{Person: x.bare(), Role: x.role(okta.AppAdmin, "USER"), Text: x.say("sales"), Found: targets(x.instance("east"), x.instance("west"))}
	about := desk.Object{Role: p.Role.ID, Type: p.Role.Type}
	p.Remove, p.AllApps = x.on("roles.remove", about, yes()), x.on("targets.add_all_apps", about, x.no())
	for i, t := range p.Found.Value {
		p.Found.Value[i].Offers = []desk.Offer{x.on("targets.add_instance", t.On, yes()), x.on("targets.add_app", everyInstance(t.On), yes())}
	}
	return p
}

func (x fixture) assigning(t okta.RoleType) desk.AssignPage {
	p := desk.AssignPage{Person: x.bare(), Choice: desk.RoleChoice{Type: t, Text: x.say("b")}}
	p.Types = []desk.RoleOption{{Type: okta.UserAdmin, Decision: yes()}, {Type: okta.AppAdmin, Decision: yes()}, {Type: okta.ReadOnlyAdmin, Decision: yes()}, {Type: okta.SuperAdmin, Decision: x.no()}}
	p.Assign = x.on("roles.assign", desk.Object{Type: t}, yes())
	return p
}

// limitedChoice has two groups chosen and one found.
func (x fixture) limitedChoice() desk.AssignPage {
	p := x.assigning(okta.UserAdmin)
	p.Choice.Scope.Groups = []okta.GroupID{groupID("00gBerlin"), groupID("00gOslo")}
	p.Chosen, p.Found = []desk.Target{x.group("Berlin"), x.group("Oslo")}, targets(x.group("Rome"))
	return p
}

// instanceChoice has one app chosen and an instance of another found.
func (x fixture) instanceChoice() desk.AssignPage {
	p := x.assigning(okta.AppAdmin)
	p.Choice.Scope.Apps = []desk.AppTarget{{App: appName("zendesk")}}
	p.Chosen = []desk.Target{{Label: x.say("every instance of zendesk"), On: desk.Object{App: appName("zendesk")}}}
	p.Found = targets(x.instance("east"))
	return p
}

func (x fixture) rolePages() map[string]templ.Component {
	f, n := x.frame(), x.notice()
	n.Retry = "roles.remove"
	refused := x.assigning(okta.SuperAdmin)
	refused.Assign.Decision = x.no()
	lost := x.limitedRole()
	lost.Targets, lost.Found, lost.Remove.Decision = x.unread(), desk.Read[[]desk.Target]{}, x.no()
	through := x.limitedRole()
	through.Role.AssignmentType, through.Through, through.Found = "GROUP", x.say("Leads"), x.unread()
	for i := range through.Targets.Value {
		through.Targets.Value[i].Offers[0].Decision = x.no()
	}
	custom := desk.RolePage{Person: x.bare(), Role: x.held()[3].Role}
	unreadRoles := desk.RolesPage{Person: x.bare(), Assign: x.no()}
	unreadRoles.Person.Roles = desk.Read[[]okta.Role]{Err: x.failed()}
	noHit := x.limitedChoice()
	noHit.Found = desk.Read[[]desk.Target]{}
	unreadable := x.instanceChoice()
	unreadable.Found = x.unread()
	form := Form{Action: "targets.remove_group", On: x.group("Berlin").On, Note: x.say("x"), Field: "note", Problem: x.say("Give a reason.")}
	return map[string]templ.Component{
		"roles":               Roles(f, RolesProps{Tab: Tab{Notice: &n}, RolesPage: desk.RolesPage{Person: x.bare(), Held: x.held(), Assign: yes()}}),
		"roles, none":         Roles(f, RolesProps{RolesPage: desk.RolesPage{Person: x.bare(), Assign: yes()}}),
		"roles, unread":       Roles(f, RolesProps{RolesPage: unreadRoles}),
		"role":                Role(f, RoleProps{Tab: Tab{Notice: &n, Form: form}, RolePage: x.limitedRole()}),
		"role, apps":          Role(f, RoleProps{RolePage: x.appRole()}),
		"role, unread":        Role(f, RoleProps{RolePage: lost}),
		"role, through":       Role(f, RoleProps{RolePage: through}),
		"role, custom":        Role(f, RoleProps{RolePage: custom}),
		"assign":              Assign(f, AssignProps{AssignPage: desk.AssignPage{Person: x.bare(), Types: x.assigning("").Types}}),
		"assign, groups":      Assign(f, AssignProps{AssignPage: x.limitedChoice()}),
		"assign, nothing hit": Assign(f, AssignProps{AssignPage: noHit}),
		"assign, apps":        Assign(f, AssignProps{AssignPage: x.instanceChoice()}),
		"assign, unread":      Assign(f, AssignProps{AssignPage: unreadable}),
		"assign, refused":     Assign(f, AssignProps{AssignPage: refused}),
	}
}
