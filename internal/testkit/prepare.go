package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"keydesk/internal/desk"
	"keydesk/internal/inproc"
	"keydesk/internal/oktasim"
	"keydesk/views"
)

// Prepare brings the person into the state that an action needs, and returns the
// page on which its form stands then.
func (k *Kit) Prepare(a desk.Action, p oktasim.Person) string {
	k.t.Helper()
	page := views.UsersPath + "/" + p.ID
	if status := From(a); p.ID != "" && status != "ACTIVE" {
		k.Org.SetStatus(p.ID, status)
	}
	s, _ := desk.SpecOf(a)
	switch {
	case a == "users.create":
		return views.NewPersonPath
	case a == "users.update":
		return page + views.ProfilePath
	case a == "users.replace":
		return page + views.RawPath
	case a == "links.set":
		return page + views.LinksPath + "?name=manager&q=ann.vo"
	case a == "links.remove":
		return page + views.LinksPath
	case a == "roles.assign":
		return page + views.AssignPath + "?type=HELP_DESK_ADMIN&group=" + k.Org.GroupID("Support")
	case s.Room == "roles" || s.Room == "targets":
		return k.prepareRole(a, p, page)
	case a == "grants.revoke_all":
		return page + views.SignInsPath
	case s.Room == "grants" || s.Room == "sessions" && a != "clear_sessions":
		return k.prepareClient(a, p, page)
	}
	return page
}

const (
	helpDesk = "JBCUYUC7IRCVGS27IFCE2SKO" // ids of roles, the same for everybody
	appAdmin = "IFIFAX2BIRGUSTQ"
)

// prepareRole gives the person the role that a change of its limits needs.
func (k *Kit) prepareRole(a desk.Action, p oktasim.Person, page string) string {
	id, kind, search := helpDesk, "HELP_DESK_ADMIN", ""
	switch a {
	case "targets.add_group":
		search = "&q=Support"
	case "targets.add_all_apps", "targets.add_app", "targets.add_instance", "targets.remove_app", "targets.remove_instance":
		id, kind, search = appAdmin, "APP_ADMIN", "&q=Sales"
	}
	k.Org.GrantRole(p.ID, kind)
	apps := "/api/v1/users/" + p.ID + "/roles/" + id + "/targets/catalog/apps/"
	switch a {
	case "targets.remove_group":
		k.Org.LimitRole(p.ID, kind, "Support", "Finance")
	case "targets.remove_app", "targets.add_all_apps":
		k.Okta(http.MethodPut, apps+"slack", nil)
		k.Okta(http.MethodPut, apps+"salesforce", nil)
	case "targets.remove_instance":
		k.Okta(http.MethodPut, apps+"slack", nil)
		k.Okta(http.MethodPut, apps+"salesforce/"+k.Org.AppID("Salesforce"), nil)
	}
	return page + "/roles/" + id + "?held=USER" + search
}

// prepareClient is the page of a client that holds consents and tokens of the
// person, or of one of those.
func (k *Kit) prepareClient(a desk.Action, p oktasim.Person, page string) string {
	k.t.Helper()
	under := "/api/v1/users/" + p.ID
	for _, client := range k.Org.ClientsOf(p.ID) {
		tokens := ids(k.Okta(http.MethodGet, under+"/clients/"+client+"/tokens", nil))
		grants := ids(k.Okta(http.MethodGet, under+"/clients/"+client+"/grants", nil))
		switch {
		case a == "sessions.revoke_token" && len(tokens) > 0:
			return page + "/clients/" + client + "/tokens/" + tokens[0]
		case a == "grants.revoke" && len(grants) > 0:
			return page + "/grants/" + grants[0]
		case a == "sessions.revoke_tokens" && len(tokens) > 0, a == "grants.revoke_client" && len(grants) > 0:
			return page + "/clients/" + client
		}
	}
	k.t.Fatalf("%s has nothing for %s", p.Login, a)
	return ""
}

func ids(body []byte) (out []string) {
	var list []struct{ ID string }
	_ = json.Unmarshal(body, &list) // no list has no ids
	for _, v := range list {
		out = append(out, v.ID)
	}
	return out
}

// Okta makes a call to the organisation past the console, as an administrator
// elsewhere would.
func (k *Kit) Okta(method, path string, body []byte) []byte {
	k.t.Helper()
	req, err := http.NewRequestWithContext(k.t.Context(), method, "https://okta.test"+path, bytes.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+k.Org.Token())
	resp, err := inproc.Transport{Hosts: map[string]http.Handler{"okta.test": k.Org}}.RoundTrip(req)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= http.StatusBadRequest {
		k.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, b, err)
	}
	return b
}

// Fill types into an exercise's form what the action wants beside a reason.
func (k *Kit) Fill(e Exercise) {
	v := e.Form.Values
	switch e.Action {
	case "users.create":
		v.Set("want.firstName", "Nell")
		v.Set("want.lastName", "Abara")
		login := "nell.abara" + k.serial() + "@brightwater.example"
		v.Set("want.login", login)
		v.Set("want.email", login)
	case "users.update":
		v.Set("want.title", "Keeper of keys")
	case "users.replace":
		v.Set("profile", replaced(v))
	case "users.erase":
		v.Set("typed", e.Person.Login)
	case "change_password":
		v.Set("old", k.password(e.Person))
		v.Set("new", newPassword)
		v.Set("again", newPassword)
	case "change_recovery_question":
		v.Set("old", k.password(e.Person))
		v.Set("question", "What was the name of the first ship?")
		v.Set("answer", "Argo")
	case "forgot_password_recovery_question":
		v.Set("answer", "blue")
		v.Set("new", newPassword)
		v.Set("again", newPassword)
	}
}

const newPassword = "Nine-lanterns-77"

// replaced is the profile of a form with another title.
func replaced(v url.Values) string {
	var p map[string]any
	_ = json.Unmarshal([]byte(v.Get("profile")), &p) // what is no object stays as it is
	if p == nil {
		return v.Get("profile")
	}
	p["title"] = "Keeper of keys"
	b, _ := json.Marshal(p) // it was JSON
	return string(b)
}
