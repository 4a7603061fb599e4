package views

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

func TestSignIns(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.signIns()
	root := reads(t, SignIns(x.frame(), p),
		"What keeps firstName signed in", "End sessions Revoke all consents",
		"Notes 0oaNotes okta.users.read ODD See who is who · given yesterday 09:53 (24 h ago) okta.users.read",
		"0oaBare No consent on this page. Its refresh tokens are on its own.", "0oaGone okta.users.read",
		"Blocked devices 2 Okta blocks sign-in from unknown devices", "ODD, ALL",
		"User login to Okta ODD INVALID_CREDENTIALS · Ann Vo · 10.0.0.9 today 09:53 (just now)",
	)
	user := p.Person.User.ID
	for text, want := range map[string][]string{
		"Notes":           {ClientURL(user, id(okta.ParseClientID, "0oaNotes"))},
		"0oaGone":         {ClientURL(user, id(okta.ParseClientID, "0oaGone"))},
		"okta.users.read": {GrantURL(user, id(okta.ParseGrantID, "oag1")), GrantURL(user, id(okta.ParseGrantID, "oag3")), GrantURL(user, id(okta.ParseGrantID, "oag2"))},
		"More consents":   {"/users/" + annID + "/sign-ins?after=oag3"},
	} {
		if got := leads(root, text); !slices.Equal(got, want) {
			t.Errorf("%s leads to %q, want %q", text, got, want)
		}
	}
	for _, o := range p.offers() {
		one(t, root, byID(dialogID(o)))
	}
}

func TestSignInStates(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	pages := x.rooms()
	none := reads(t, pages["sign-ins, none"], "No app holds a consent or a token.", "Okta blocks no device.", "Nothing about this account in the last days.")
	if n := strings.Count(words(none), "She holds a role."); n != 1 {
		t.Errorf("one reason is given %d times", n)
	}
	failed := reads(t, pages["sign-ins, failed"], "Okta's log of late Switched off", "Blocked devices Switched off")
	if n := len(all(failed, func(n *html.Node) bool { return n.Data == "a" && words(n) == "Try again" })); n != 2 {
		t.Errorf("%d ways to try again", n)
	}
	if got := words(failed); strings.Contains(got, "No app holds") || strings.Contains(got, "Okta blocks no device") {
		t.Errorf("what could not be read is said not to be there: %q", got)
	}
	further := reads(t, pages["sign-ins, further"], "The first consents")
	if got := words(further); strings.Contains(got, "0oaBare") || strings.Contains(got, "More consents") {
		t.Errorf("the last page says %q", got)
	}
	if got := leads(further, "The first consents"); len(got) != 1 || got[0] != "/users/"+annID+"/sign-ins" {
		t.Errorf("to the first lead %q", got)
	}
}

// Every consent of a page stands under its own client, once, whichever clients
// Okta lists.
func TestHolders(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	names := []string{"c1", "c2", "c3", "c4"}
	rapid.Check(t, func(t *rapid.T) {
		p := SignInsProps{After: rapid.SampledFrom([]string{"", "x"}).Draw(t, "after")}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(names), func(s string) string { return s }).Draw(t, "listed") {
			p.Clients.Value = append(p.Clients.Value, okta.OAuthClient{ID: id(okta.ParseClientID, name)})
		}
		for i, name := range rapid.SliceOf(rapid.SampledFrom(names)).Draw(t, "grants") {
			p.Grants.Value.Items = append(p.Grants.Value.Items, x.grant(i, name))
		}
		seen, clients := map[okta.GrantID]bool{}, map[okta.ClientID]bool{}
		for _, h := range p.holders() {
			if clients[h.ID] {
				t.Errorf("%s stands there twice", h.ID)
			}
			clients[h.ID] = true
			if len(h.Grants) == 0 && p.After != "" {
				t.Errorf("%s has nothing on a further page", h.ID)
			}
			for _, g := range h.Grants {
				if g.Client != h.ID || seen[g.ID] {
					t.Errorf("consent %s of %s stands under %s", g.ID, g.Client, h.ID)
				}
				seen[g.ID] = true
			}
		}
		if len(seen) != len(p.Grants.Value.Items) {
			t.Errorf("%d of %d consents are shown", len(seen), len(p.Grants.Value.Items))
		}
		for _, c := range p.Clients.Value {
			if p.After == "" && !clients[c.ID] {
				t.Errorf("the client %s is missing", c.ID)
			}
		}
	})
}

func TestClient(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	p := x.client()
	root := reads(t, Client(x.frame(), p), "Sign-ins Notes", "Client id 0oaNotes", "Says its site is https://elsewhere.example/x", "Consents Revoke its consents", "Refresh tokens Revoke its tokens oar1 ODD openid offline_access · given today")
	user, client := p.Person.User.ID, "/users/"+annID+"/clients/0oaNotes"
	for text, want := range map[string]string{
		"okta.users.read": GrantURL(user, id(okta.ParseGrantID, "oag1")), "oar2": client + "/tokens/oar2", "Sign-ins": "/users/" + annID + "/sign-ins",
		"More consents": client + "?grants=g2&tokens=t1", "More tokens": client + "?tokens=t2", "The first tokens": client,
	} {
		got := leads(root, text)
		if len(got) == 0 || got[len(got)-1] != want {
			t.Errorf("%s leads to %q, want %q", text, got, want)
		}
	}
	if len(leads(root, "The first consents")) != 0 {
		t.Error("the first page of consents leads to itself")
	}
	for _, a := range all(root, tagged("a")) {
		if strings.Contains(attr(a, "href"), "elsewhere") {
			t.Error("the client's own address is a link")
		}
	}
	reads(t, x.rooms()["client, none"], "It holds no consent.", "It holds no refresh token.")
}

func TestGrantAndToken(t *testing.T) {
	t.Parallel()
	x := fixture{plain}
	for name, c := range map[string]struct {
		page *html.Node
		o    desk.Offer
		says []string
	}{
		"grant": {reads(t, Grant(x.frame(), x.grantPage(yes()))), x.grantPage(yes()).Revoke, []string{
			"Sign-ins Consent okta.users.read", "Status ODD Scope okta.users.read Shown as Read people Which means See who is who Given to 0oaNotes Given by LOAN Issuer https://brightwater.example Consent id oag1",
		}},
		"token": {reads(t, Token(x.frame(), x.tokenPage(yes()))), x.tokenPage(yes()).Revoke, []string{
			"Client 0oaNotes Refresh token", "Status ODD Scopes openid offline_access Issuer https://brightwater.example Client id 0oaNotes Token id oar1", "Expires 1 Dec 09:53 (in 7 days)", "known to the app alone",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := words(c.page)
			for _, want := range c.says {
				if !strings.Contains(got, want) {
					t.Errorf("nowhere: %q in %s", want, got)
				}
			}
			form := one(t, one(t, c.page, byID(dialogID(c.o))), tagged("form"))
			if attr(form, "action") != ActionURL(x.user(okta.Active).ID, c.o.Spec.Action, c.o.On) {
				t.Errorf("it is sent to %s", attr(form, "action"))
			}
		})
	}
	refused := reads(t, x.rooms()["grant, refused"], "Consent Revoke consent She holds a role.")
	if len(all(refused, byClass("act"))) != 0 {
		t.Error("there is a dialog for what is refused")
	}
}

func TestWordsOfSignIns(t *testing.T) {
	t.Parallel()
	for b, want := range map[okta.Block]string{
		{Type: "DEVICE_BASED", AppliesTo: "ANY_DEVICES"}:     "Okta blocks sign-in from every device, after too many wrong tries.",
		{Type: "DEVICE_BASED", AppliesTo: "UNKNOWN_DEVICES"}: "Okta blocks sign-in from unknown devices, after too many wrong tries there. Known devices still work.",
		{Type: "DEVICE_BASED", AppliesTo: "ODD"}:             "DEVICE_BASED, ODD",
		{Type: "ODD"}:                                        "ODD",
	} {
		if got := blockWords(b); got != want {
			t.Errorf("%v: %q", b, got)
		}
	}
	for _, c := range []struct {
		look func(string) Look
		says map[string]string
	}{
		{outcomeLook, map[string]string{"SUCCESS": "Success", "FAILURE": "Failure", "DENY": "Denied", "ALLOW": "Allowed", "CHALLENGE": "Challenge", "SKIPPED": "Skipped", "ODD": "ODD"}},
		{heldLook, map[string]string{"ACTIVE": "Active", "REVOKED": "Revoked", "EXPIRED": "Expired", "ODD": "ODD"}},
		{func(s string) Look { return Look{Word: grantedBy(s), Glyph: "x"} }, map[string]string{"END_USER": "the person", "ADMIN": "an administrator", "ODD": "ODD"}},
		{func(s string) Look { return Look{Word: eventWords(okta.LogEvent{Type: s}), Glyph: "x"} }, map[string]string{"user.session.start": "user.session.start"}},
	} {
		for status, want := range c.says {
			if got := c.look(status); got.Word != want || got.Glyph == "" {
				t.Errorf("%s looks like %v", status, got)
			}
		}
	}
}
