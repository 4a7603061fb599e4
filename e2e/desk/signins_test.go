package desk

import (
	"testing"

	"keydesk/e2e/console"
	"keydesk/internal/oktasim"
)

// apps is somebody with consents and refresh tokens, and the client that holds
// most of them.
func apps(t *testing.T, v *console.Visit) (p oktasim.Person, client string) {
	t.Helper()
	for _, p := range v.Ordinary(60) {
		if clients := v.Org.ClientsOf(p.ID); p.Grants > 1 && p.Tokens > 1 && len(clients) > 0 {
			return p, clients[0]
		}
	}
	t.Fatal("nobody has consents and tokens")
	return oktasim.Person{}, ""
}

// A consent is read with its scope and issuer, and revoked alone; those to one
// client, and all of them, in one go each.
func TestConsents(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Org.Heavy()
	v.NextCall(p)
	v.Org.Reset()
	v.Tab("Sign-ins")
	v.See("What keeps "+p.FirstName+" signed in", "Pocket Mail", "archive.000")
	covers(t, v, "ListUserClients", "ListUserGrants")
	v.Go(v.Link("More consents"))
	v.See("archive.050", "The first consents")
	v.Go(v.Link("archive.050"))
	covers(t, v, "GetUserGrant")
	v.See("Consent", "Scope", "Issuer")
	v.Org.Reset()
	v.Press(v.Button("Revoke consent"), "grants.revoke", console.Why{})
	v.See("Okta revoked the consent.", "What keeps")
	covers(t, v, "RevokeUserGrant")
	sentOnce(t, v, "RevokeUserGrant")
	done(t, v, p, "grants.revoke", console.Reason, "ACTIVE")
	if got := v.Now(p).Grants; got != p.Grants-1 {
		t.Errorf("%d consents are left of %d", got, p.Grants)
	}
	v.Org.Reset()
	v.Go(v.Link("Pocket Mail"))
	covers(t, v, "ListGrantsForUserAndClient")
	v.Press(v.Button("Revoke its consents"), "grants.revoke_client", console.Why{})
	v.See("Okta revoked the consents to this client.")
	covers(t, v, "RevokeGrantsForUserAndClient")
	sentOnce(t, v, "RevokeGrantsForUserAndClient")
	if got := v.Now(p).Tokens; got != p.Tokens {
		t.Errorf("%d tokens are left of %d", got, p.Tokens)
	}
}

// Every consent of a person goes at one word.
func TestRevokeEveryConsent(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p, _ := apps(t, v)
	v.NextCall(p)
	v.Tab("Sign-ins")
	v.Org.Reset()
	v.Press(v.Button("Revoke all consents"), "grants.revoke_all", console.Why{})
	v.See("Okta revoked every consent.")
	covers(t, v, "RevokeUserGrants")
	sentOnce(t, v, "RevokeUserGrants")
	done(t, v, p, "grants.revoke_all", console.Reason, "ACTIVE")
	if got := v.Now(p).Grants; got != 0 {
		t.Errorf("%d consents are left", got)
	}
}

// One refresh token is looked at and revoked; then all that the client holds.
func TestRefreshTokens(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	p := v.Org.Heavy()
	v.NextCall(p)
	v.Tab("Sign-ins")
	v.Org.Reset()
	v.Go(v.Link("Pocket Mail"))
	covers(t, v, "ListRefreshTokensForUserAndClient")
	v.See("Refresh tokens", "offline_access", "More tokens")
	first := v.Role("link", "").Having("oar").At(0).Words()
	v.Go(v.Link("More tokens"))
	v.See("The first tokens")
	v.Gone(first)
	v.Go(v.Role("link", "").Having("oar").At(0))
	covers(t, v, "GetRefreshTokenForUserAndClient")
	v.Org.Reset()
	v.Press(v.Button("Revoke token"), "sessions.revoke_token", console.Why{})
	v.See("Okta revoked the token.", "Refresh tokens")
	covers(t, v, "RevokeTokenForUserAndClient")
	sentOnce(t, v, "RevokeTokenForUserAndClient")
	done(t, v, p, "sessions.revoke_token", console.Reason, "ACTIVE")
	if got := v.Now(p).Tokens; got != p.Tokens-1 {
		t.Errorf("%d tokens are left of %d", got, p.Tokens)
	}
	v.Org.Reset()
	v.Press(v.Button("Revoke its tokens"), "sessions.revoke_tokens", console.Why{})
	v.See("Okta revoked the client's tokens.", "It holds no refresh token.")
	covers(t, v, "RevokeTokensForUserAndClient")
	sentOnce(t, v, "RevokeTokensForUserAndClient")
	if got := v.Now(p).Tokens; got != 0 {
		t.Errorf("%d tokens are left", got)
	}
}

// An auditor sees what keeps somebody signed in and ends nothing of it.
func TestSignInsAreClosedToAuditors(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "auditor")
	p, client := apps(t, v)
	v.NextCall(p)
	v.Tab("Sign-ins")
	v.See("Your role, auditor, does not include this.", "Ask a member of Keydesk Helpdesk")
	v.Page.Open("/users/" + p.ID + "/clients/" + client)
	v.See("Your role, auditor, does not include this.")
	if v.Button("Revoke its tokens").Visible() || v.Button("Revoke its consents").Visible() {
		t.Error("it is offered")
	}
	nothingSent(t, v)
}

// One lost factor is reset and the others stay.
func TestResetOneFactor(t *testing.T) {
	t.Parallel()
	v := console.Open(t, "helpdesk")
	all := v.Ordinary(60)
	i := 0
	for all[i].Factors < 2 {
		i++
	}
	p := all[i]
	v.NextCall(p)
	v.Org.Reset()
	v.Press(v.Role("table", "").Button("Reset").At(0), "factors.reset", console.Why{})
	v.See("Okta reset the factor.")
	covers(t, v, "UnenrollFactor")
	sentOnce(t, v, "UnenrollFactor")
	done(t, v, p, "factors.reset", console.Reason, "ACTIVE")
	if got := v.Now(p).Factors; got != p.Factors-1 {
		t.Errorf("%d factors are left of %d", got, p.Factors)
	}
}
