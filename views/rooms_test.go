package views

import (
	"fmt"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// off is a read that the credential's rights leave out.
func (x fixture) off() *desk.Error {
	return &desk.Error{Msg: x.say("Not for this credential."), Scope: x.say("okta.logs.read"), Off: true}
}

// bare is the person as pages other than the first have them.
func (x fixture) bare() desk.Person {
	p := x.person()
	p.Offers, p.FactorOffers, p.Cause = nil, nil, desk.Cause{}
	return p
}

func (x fixture) access() AccessProps {
	p := AccessProps{AccessPage: desk.AccessPage{Person: x.bare()}}
	p.Apps.Value = []okta.AppLink{
		{Label: x.say("Salesforce"), AppName: x.say("salesforce"), LinkURL: "https://elsewhere.example/" + x.say("x")},
		{Label: x.say("Old CRM"), AppName: x.say("crm"), Hidden: true},
	}
	p.IDPs.Value = []okta.IdentityProvider{{ID: x.say("0oa1"), Name: x.say("Partner"), Type: x.say("SAML2"), Status: x.say("ODD")}}
	return p
}

// long is a person with 500 groups, which the filter makes fewer.
func (x fixture) long(filter string) AccessProps {
	p := x.access()
	p.Person.Groups.Value = nil
	for i := range 500 {
		p.Person.Groups.Value = append(p.Person.Groups.Value, okta.Group{Type: "OKTA_GROUP", Name: x.say("Project ") + fmt.Sprintf("%03d", i)})
	}
	p.Filter = filter
	return p
}

func (x fixture) manager() okta.LinkDefinition {
	return okta.LinkDefinition{
		Primary:    okta.LinkEnd{Name: id(okta.ParseLinkName, "manager"), Title: x.say("Manager"), Description: x.say("Who approves")},
		Associated: okta.LinkEnd{Name: id(okta.ParseLinkName, "report"), Title: x.say("Report"), Description: x.say("Whom they lead")},
	}
}

// other is somebody else.
func (x fixture) other(n int) okta.User {
	u := x.user(okta.Active)
	u.ID = id(okta.ParseUserID, fmt.Sprintf("00u%017d", n))
	return u
}

func (x fixture) links(set desk.Decision) LinksProps {
	p := LinksProps{LinksPage: desk.LinksPage{Person: x.bare()}}
	def, bob := x.manager(), x.other(1)
	p.Kinds.Value = []desk.LinkKind{
		{
			Def: def, Primary: desk.Read[[]okta.User]{Value: []okta.User{bob}}, Associated: desk.Read[[]okta.User]{Value: []okta.User{x.other(2), {ID: x.other(3).ID}}},
			Set: set, Remove: x.on("links.remove", desk.Object{Link: def.Primary.Name, To: bob.ID}, set),
		},
		{Def: okta.LinkDefinition{Primary: okta.LinkEnd{Name: id(okta.ParseLinkName, "mentor")}}, Primary: desk.Read[[]okta.User]{Err: x.failed()}, Set: set},
	}
	return p
}

func (x fixture) searched() LinksProps {
	p := x.links(yes())
	p.Query = desk.LinkQuery{Name: p.Kinds.Value[0].Def.Primary.Name, Text: x.say("lee")}
	for i := range 2 {
		to := x.other(4 + i)
		p.Found.Value = append(p.Found.Value, desk.Candidate{User: to, Set: x.on("links.set", desk.Object{Link: p.Query.Name, To: to.ID}, yes())})
	}
	p.Found.Value = append(p.Found.Value, desk.Candidate{User: x.other(6), Set: x.on("links.set", desk.Object{Link: p.Query.Name, To: x.other(6).ID}, x.no())})
	return p
}

func (x fixture) grant(n int, client string) okta.Grant {
	return okta.Grant{
		ID: id(okta.ParseGrantID, fmt.Sprintf("oag%d", n)), Status: x.say("ODD"), Created: now.AddDate(0, 0, -n), Issuer: x.say("https://brightwater.example"),
		Client: id(okta.ParseClientID, client), Person: x.user(okta.Active).ID, Source: x.say("LOAN"),
		Scope: okta.Scope{Name: x.say("okta.users.read"), DisplayName: x.say("Read people"), Description: x.say("See who is who")},
	}
}

func (x fixture) signIns() SignInsProps {
	p := SignInsProps{SignInsPage: desk.SignInsPage{Person: x.bare()}, After: ""}
	p.Clients.Value = []okta.OAuthClient{
		{ID: id(okta.ParseClientID, "0oaNotes"), Name: x.say("Notes"), URI: "https://elsewhere.example/" + x.say("x")},
		{ID: id(okta.ParseClientID, "0oaBare")},
	}
	p.Grants.Value = okta.Page[okta.Grant]{Items: []okta.Grant{x.grant(1, "0oaNotes"), x.grant(2, "0oaGone"), x.grant(3, "0oaNotes")}, Next: id(okta.ParseCursor, "oag3")}
	p.Blocks.Value = []okta.Block{{Type: "DEVICE_BASED", AppliesTo: "UNKNOWN_DEVICES"}, {Type: x.say("ODD"), AppliesTo: x.say("ALL")}}
	p.Events.Value = []okta.LogEvent{
		{Published: now, Type: "user.session.start", Message: x.say("User login to Okta"), Outcome: x.say("ODD"), Reason: x.say("INVALID_CREDENTIALS"), Actor: x.say("Ann Vo"), Client: x.say("10.0.0.9")},
	}
	p.Clear, p.RevokeAll = x.offer("clear_sessions", yes()), x.offer("grants.revoke_all", yes())
	return p
}

func (x fixture) token(n int) okta.RefreshToken {
	return okta.RefreshToken{
		ID: id(okta.ParseTokenID, fmt.Sprintf("oar%d", n)), Status: x.say("ODD"), Created: now, ExpiresAt: now.AddDate(0, 0, 7),
		Issuer: x.say("https://brightwater.example"), Client: id(okta.ParseClientID, "0oaNotes"), Scopes: []string{x.say("openid"), x.say("offline_access")},
	}
}

func (x fixture) client() ClientProps {
	p := ClientProps{ClientPage: desk.ClientPage{Person: x.bare(), Client: x.signIns().Clients.Value[0]}}
	about := desk.Object{Client: p.Client.ID}
	p.Grants.Value = okta.Page[okta.Grant]{Items: []okta.Grant{x.grant(1, "0oaNotes")}, Next: id(okta.ParseCursor, "g2")}
	p.Tokens.Value = okta.Page[okta.RefreshToken]{Items: []okta.RefreshToken{x.token(1), x.token(2)}, Next: id(okta.ParseCursor, "t2")}
	p.After = desk.ClientCursors{Tokens: "t1"}
	p.RevokeGrants, p.RevokeTokens = x.on("grants.revoke_client", about, yes()), x.on("sessions.revoke_tokens", about, yes())
	return p
}

func (x fixture) grantPage(d desk.Decision) GrantProps {
	g := x.grant(1, "0oaNotes")
	return GrantProps{GrantPage: desk.GrantPage{Person: x.bare(), Grant: g, Revoke: x.on("grants.revoke", desk.Object{Grant: g.ID}, d)}}
}

func (x fixture) tokenPage(d desk.Decision) TokenProps {
	t := x.token(1)
	return TokenProps{TokenPage: desk.TokenPage{Person: x.bare(), Token: t, Revoke: x.on("sessions.revoke_token", desk.Object{Client: t.Client, Token: t.ID}, d)}}
}

// rooms are the pages of a person beside the first, in the states that differ in
// markup.
func (x fixture) rooms() map[string]templ.Component {
	f := x.frame()
	empty := desk.Person{User: x.user(okta.Active)}
	noAccess := AccessProps{AccessPage: desk.AccessPage{Person: empty}}
	lost := noAccess
	lost.Person.Groups.Err, lost.Apps.Err, lost.IDPs.Err = x.failed(), x.failed(), x.off()
	noLinks := LinksProps{LinksPage: desk.LinksPage{Person: empty}}
	unlisted := noLinks
	unlisted.Kinds.Err = x.off()
	nobody := x.searched()
	nobody.Found.Value = nil
	idle := SignInsProps{SignInsPage: desk.SignInsPage{Person: empty, Clear: x.offer("clear_sessions", x.no()), RevokeAll: x.offer("grants.revoke_all", x.no())}}
	dark := idle
	dark.Clients.Err, dark.Grants.Err, dark.Blocks.Err, dark.Events.Err = x.failed(), x.failed(), x.off(), x.off()
	further := x.signIns()
	further.After, further.Grants.Value.Next = "oag3", okta.Cursor{}
	nothing := ClientProps{ClientPage: desk.ClientPage{Person: empty, Client: okta.OAuthClient{ID: id(okta.ParseClientID, "0oaBare")}}}
	broken := nothing
	broken.Grants.Err, broken.Tokens.Err = x.failed(), x.failed()
	return map[string]templ.Component{
		"access": Access(f, x.access()), "access, empty": Access(f, noAccess), "access, failed": Access(f, lost), "access, long": Access(f, x.long("")), "access, filtered": Access(f, x.long(x.say("zzz"))),
		"links": LinkedPeople(f, x.links(yes())), "links, searched": LinkedPeople(f, x.searched()), "links, refused": LinkedPeople(f, x.links(x.no())),
		"links, nobody": LinkedPeople(f, nobody), "links, none": LinkedPeople(f, noLinks), "links, off": LinkedPeople(f, unlisted),
		"sign-ins": SignIns(f, x.signIns()), "sign-ins, none": SignIns(f, idle), "sign-ins, failed": SignIns(f, dark), "sign-ins, further": SignIns(f, further),
		"client": Client(f, x.client()), "client, none": Client(f, nothing), "client, failed": Client(f, broken),
		"grant": Grant(f, x.grantPage(yes())), "grant, refused": Grant(f, x.grantPage(x.no())),
		"token": Token(f, x.tokenPage(yes())), "token, refused": Token(f, x.tokenPage(x.no())),
	}
}

// reads are the words of each named part of a page that must stand there.
func reads(t *testing.T, c templ.Component, has ...string) *html.Node {
	t.Helper()
	root := parse(t, c)
	got := words(root)
	for _, want := range has {
		if !strings.Contains(got, want) {
			t.Errorf("nowhere: %q in\n%s", want, got)
		}
	}
	return root
}

// leads are the addresses of the links with that text.
func leads(root *html.Node, text string) []string {
	var out []string
	for _, a := range all(root, tagged("a")) {
		if words(a) == text {
			out = append(out, attr(a, "href"))
		}
	}
	return out
}
