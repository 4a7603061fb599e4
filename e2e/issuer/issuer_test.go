// Package issuer signs in with a certified OpenID Connect provider that nobody
// here wrote, at the console as it is shipped: the binary, its settings, three
// processes and their sockets. .ci/run installs the provider and runs this;
// docs/ISSUER.md says how to do it by hand.
package issuer

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"keydesk/e2e/browser"
	"keydesk/internal/oktasim"
)

func TestMain(m *testing.M) {
	if folder() == "" {
		fmt.Println("e2e: no foreign issuer (KEYDESK_E2E_ISSUER names the folder where it is installed)")
		return
	}
	os.Exit(browser.Main(m))
}

// folder is where provider.mjs and the packages it needs are.
func folder() string { return os.Getenv("KEYDESK_E2E_ISSUER") }

// setup starts organisation, issuer and console, each on a socket of its own.
func setup(t *testing.T) (*oktasim.Org, string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	org := oktasim.New(oktasim.Options{People: 200})
	api := httptest.NewServer(org)
	t.Cleanup(api.Close)

	listen := freeAddress(t)
	base := "http://" + listen
	keydesk := client{
		ID: "keydesk", Secret: "known to these three processes and to nobody else",
		Redirect: []string{base + "/auth/callback"}, SignedOut: []string{base + "/auth/signed-out"},
	}
	issuer := startIssuer(ctx, t, keydesk, []account{
		{"dana", "Dana Kim", "dana.kim@brightwater.example", []string{"Keydesk Helpdesk"}},
		{"noah", "Noah Fischer", "noah.fischer@brightwater.example", nil},
	})
	address := startConsole(ctx, t, map[string]string{
		"KEYDESK_LISTEN": listen, "KEYDESK_DATA_DIR": t.TempDir(),
		"KEYDESK_OKTA_URL": api.URL, "KEYDESK_OKTA_TOKEN": org.Token(),
		"KEYDESK_OIDC_ISSUER": issuer, "KEYDESK_OIDC_CLIENT_ID": keydesk.ID, "KEYDESK_OIDC_CLIENT_SECRET": keydesk.Secret,
	})
	t.Cleanup(cancel) // runs first: the programs end, then their cleanups wait for it
	return org, address
}

// signIn goes through the provider's own pages; any password is right there.
func signIn(p *browser.Page, sub string) {
	p.Expect(http.StatusNotFound, "/favicon.ico") // its pages have no icon
	p.Open("/")
	p.Role("textbox", "Enter any login").Fill(sub)
	p.Role("textbox", "and password").Fill("x")
	p.Button("Sign-in").Click()
	p.See("scopes:", "groups")
	p.Button("Continue").Click()
}

func TestUnlockAfterAForeignSignIn(t *testing.T) {
	org, address := setup(t)
	ann, ok := org.ByLogin("ann.vo@brightwater.example")
	if !ok || ann.Status != "LOCKED_OUT" {
		t.Fatalf("%+v", ann)
	}

	p := browser.New(t, browser.Options{URL: address})
	signIn(p, "dana")
	p.Heading("Who is calling?").Shown()
	p.Role("searchbox", "").Type("Ann Vo")
	p.Role("main", "").Link("Ann Vo").Click()
	p.Heading("Why Ann cannot sign in").Shown()
	p.Button("Unlock").Click()
	d := p.Dialog("Unlock Ann Vo")
	d.Field("Reason").Fill("called from the number on file")
	d.Button("Unlock Ann Vo").Click()
	p.Heading("Ann can sign in").Shown()
	if now, _ := org.Person(ann.ID); now.Status != "ACTIVE" {
		t.Errorf("the organisation says %s", now.Status)
	}

	p.Link("Record").Click()
	p.See("Unlock", "ann.vo@brightwater.example", "Dana Kim", "called from the number on file")

	p.Role("banner", "").Button("Dana Kim Helpdesk").Click()
	p.Button("Sign out").Click()
	p.Heading("You are signed out").Shown()
	p.Link("Sign out everywhere").Click()
	p.Button("Yes, sign me out").Click()
	p.Heading("You are signed out").Shown()
}

func TestNoGroupNoConsole(t *testing.T) {
	org, address := setup(t)
	before := org.Snapshot()
	p := browser.New(t, browser.Options{URL: address})
	p.Expect(http.StatusForbidden, "/")
	signIn(p, "noah")
	p.See("You are signed in as Noah Fischer")
	p.Gone("Who is calling?")
	if org.Snapshot() != before {
		t.Error("somebody without a role changed the organisation")
	}
}
