package testkit

import (
	"net/http"

	"keydesk/internal/desk"
	"keydesk/views"
)

// Readings are the catalogue's actions that only read, in its order.
func Readings() []desk.Spec {
	var out []desk.Spec
	for _, s := range desk.Catalog() {
		if s.Risk == desk.Reading {
			out = append(out, s)
		}
	}
	return out
}

// PageOf is a page that makes the call of a reading action, about somebody of whom
// there is something to read.
func (k *Kit) PageOf(a desk.Action) string {
	k.t.Helper()
	if a == "users.list" {
		return views.UsersPath + "?q=ann"
	}
	like := map[desk.Action]desk.Action{ // a change that has the same needs
		"roles.get": "targets.remove_group", "targets.groups": "targets.remove_group", "targets.apps": "targets.remove_app",
		"grants.list": "grants.revoke_all", "grants.get": "grants.revoke", "grants.client": "grants.revoke_client",
		"sessions.clients": "grants.revoke_all", "sessions.tokens": "sessions.revoke_tokens", "sessions.token": "sessions.revoke_token",
		"links.list": "links.remove",
	}[a]
	if like != "" {
		return k.Prepare(like, k.somebody(like))
	}
	p := k.somebody("suspend")
	switch a {
	case "access.apps", "access.idps":
		return views.UsersPath + "/" + p.ID + views.AccessPath
	case "roles.list":
		k.Org.GrantRole(p.ID, "READ_ONLY_ADMIN")
		return views.UsersPath + "/" + p.ID + views.RolesPath
	}
	return views.UsersPath + "/" + p.ID
}

// Count resets the organisation's log, does what is given and returns how many
// calls that made, and of which operations.
func (k *Kit) Count(do func()) (n int, by map[string]int) {
	k.Org.Reset()
	do()
	return len(k.Org.Log()), k.Calls()
}

// Writes counts the calls to the organisation that change something, since its log
// was reset.
func (k *Kit) Writes() (n int) {
	for _, e := range k.Org.Log() {
		if e.Method != http.MethodGet {
			n++
		}
	}
	return n
}
