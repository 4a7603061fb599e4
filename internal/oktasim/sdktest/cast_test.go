package sdktest

import (
	"slices"

	"keydesk/internal/oktasim"
)

// Who plays in which scene, and what is particular about it.

const question = "What did the lighthouse say?"

func finance(h *house) part {
	p := h.in("ACTIVE")
	p.search = `profile.department eq "Finance"`
	return p
}

func allOfFinance(h *house, _ part, got []string) bool {
	var want []string
	for _, p := range h.People() {
		if p.Department == "Finance" {
			want = append(want, p.ID)
		}
	}
	return len(want) > 10 && slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want)))
}

func newcomer(h *house) part {
	return part{Person: oktasim.Person{Login: "zelda.quist@brightwater.example"}, group: h.GroupID("Finance"), newOne: "Lantern-2031-harbour"}
}

func newcomerCame(h *house, p part, got []string) bool {
	now, there := h.ByLogin(p.Login)
	return there && now.ID == got[0] && now.LastName == "Quist" && slices.Contains(now.Groups, "Finance")
}

// profile checks the title that was set, and whether what was not named stayed.
func profile(title string, kept bool) check {
	return func(h *house, p part, _ []string) bool {
		now, _ := h.now(p)
		return now.Title == title && now.LastName == p.LastName && (now.Department == p.Department) == kept
	}
}

func gone(h *house, p part, _ []string) bool {
	_, there := h.now(p)
	return !there
}

// withTemporary goes on with the person of the scene before, who knows the
// password that its answer named.
func withTemporary(h *house) part {
	p := h.last
	p.oldPass = h.said[0]
	return p
}

// withChosen goes on with the person of the scene before, who chose a password.
func withChosen(h *house) part {
	p := h.last
	p.oldPass, p.newOne = p.newOne, "Harbour-2031-lantern"
	return p
}

func active(p oktasim.Person) bool { return p.Status == "ACTIVE" && p.Provider == "OKTA" }

func equipped(h *house) part {
	return h.who(func(p oktasim.Person) bool { return active(p) && p.Factors > 0 })
}

func questioned(h *house) part {
	return h.who(func(p oktasim.Person) bool { return active(p) && p.Question != "" })
}

func signedIn(h *house) part {
	return h.who(func(p oktasim.Person) bool { return active(p) && p.Sessions > 0 })
}

func consenting(h *house) part {
	return h.who(func(p oktasim.Person) bool { return active(p) && p.Grants > 0 })
}

func federated(h *house) part {
	return h.who(func(p oktasim.Person) bool { return p.Provider == "FEDERATION" })
}

// partner is the provider of all who are federated; some have another besides.
func partner(_ *house, _ part, got []string) bool {
	return slices.Contains(got, "Northgate Logistics")
}

func mentee(h *house) part {
	p := h.who(func(p oktasim.Person) bool { return active(p) && p.Links["mentor"] == "" })
	p.relation, p.other = "mentor", h.Staff()["owner"]
	return p
}

func managed(h *house) part {
	p := h.who(func(p oktasim.Person) bool { return active(p) && p.Links["manager"] != "" })
	p.relation, p.other = "manager", p.Links["manager"]
	return p
}

func toOther(h *house, p part, got []string) bool {
	return slices.Equal(got, []string{h.server.URL + "/api/v1/users/" + p.other})
}

func linked(h *house, p part, _ []string) bool {
	now, _ := h.now(p)
	return now.Links[p.relation] == p.other
}

func unlinked(h *house, p part, _ []string) bool {
	now, _ := h.now(p)
	return now.Links[p.relation] == ""
}

// heavy is the one person whose lists have many pages.
func heavy(h *house) part {
	p := part{Person: h.Heavy()}
	if clients := h.ClientsOf(p.ID); len(clients) > 0 {
		p.client = clients[0]
	}
	return p
}

func groupNames(_ *house, p part, got []string) bool {
	return len(got) > 200 && slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(p.Groups)))
}

func appLinks(h *house, p part, got []string) bool {
	return len(got) == p.AppLinks && slices.Contains(got, h.AppID("Slack Brightwater"))
}

func clientIDs(h *house, p part, got []string) bool { return slices.Equal(got, h.ClientsOf(p.ID)) }

func unprivileged(h *house) part {
	p := h.in("ACTIVE")
	p.role = helpDesk
	return p
}

func agent(h *house) part { return part{Person: h.AdminWith(helpDesk), role: helpDesk} }

func groupTarget(name string) func(*house) part {
	return func(h *house) part {
		return part{Person: h.LimitedAdmin(helpDesk), role: helpDesk, group: h.GroupID(name)}
	}
}

func appTarget(app, label string) func(*house) part {
	return func(h *house) part {
		return part{Person: h.LimitedAdmin(appAdmin), role: appAdmin, app: app, appID: h.AppID(label)}
	}
}
