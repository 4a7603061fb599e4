package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keydesk/internal/config"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
)

// serviceApp are the settings of a console whose credential is a service app with
// these scopes.
func serviceApp(t *testing.T, org *oktasim.Org, granted ...string) config.Serve {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "app.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	org.RegisterApp(oktasim.App{ClientID: "0oaKeydesk", Key: key.Public(), Scopes: granted, DPoP: true})
	s, _ := settings(t, org)
	s.OktaToken, s.OktaClientID, s.OktaPrivateKeyFile, s.OktaScopes = "", "0oaKeydesk", path, granted
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	return s
}

// With a service app in place of a token the console reads and acts as ever. When
// its access tokens end, or Okta wants another nonce, nobody notices.
func TestServiceApp(t *testing.T) {
	org := oktasim.New(oktasim.Options{People: 60})
	a := serveNew(t, serviceApp(t, org, "okta.users.read", "okta.users.manage", "okta.roles.read"), "http://127.0.0.1:1")
	defer func() { _ = a.Close() }()
	if err := a.Desk.Credential(t.Context()); err != nil {
		t.Fatal(err)
	}
	who := desk.Actor{ID: "i#1", Name: "Omar Reyes", Roles: []desk.Role{desk.Admin}, Session: "s"}
	if err := who.OktaID.UnmarshalText([]byte(org.Staff()["admin"])); err != nil {
		t.Fatal(err)
	}
	id, err := okta.ParseUserID(org.FirstWith("LOCKED_OUT").ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, upset := range map[string]func(){"as it is": func() {}, "tokens ended": org.ExpireAccessTokens, "another nonce": org.RotateNonce} {
		upset()
		org.SetStatus(id.String(), "LOCKED_OUT")
		p, err := a.Desk.Person(t.Context(), who, id)
		if err != nil {
			t.Fatal(name, err)
		}
		i := 0
		for p.Offers[i].Spec.Action != "unlock" {
			i++
		}
		org.Reset()
		upset()
		if _, err := a.Desk.Unlock(t.Context(), who, id, desk.UserOpts{Reason: desk.Reason{Note: "called in"}, Token: p.Offers[i].Token}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if now, _ := org.Person(id.String()); now.Status != "ACTIVE" {
			t.Errorf("%s: %s", name, now.Status)
		}
	}
}

// A scope that is missing is named, and what it hides is said to be off.
func TestServiceAppLacksAScope(t *testing.T) {
	org := oktasim.New(oktasim.Options{People: 60})
	a := serveNew(t, serviceApp(t, org, "okta.users.read", "okta.roles.read"), "http://127.0.0.1:1")
	defer func() { _ = a.Close() }()
	who := desk.Actor{ID: "i#1", Roles: []desk.Role{desk.Admin}, Session: "s"}
	id, err := okta.ParseUserID(org.FirstWith("ACTIVE").ID)
	if err != nil {
		t.Fatal(err)
	}
	links, err := a.Desk.Links(t.Context(), who, id, desk.LinkQuery{})
	if err != nil || links.Kinds.Err == nil || !links.Kinds.Err.Off || links.Kinds.Err.Scope != "okta.linkedObjects.read" {
		t.Errorf("%+v %v", links.Kinds.Err, err)
	}
	s := serviceApp(t, org, "okta.users.read")
	s.OktaScopes = append(s.OktaScopes, "okta.logs.read")
	b := serveNew(t, s, "http://127.0.0.1:2")
	defer func() { _ = b.Close() }()
	err = b.Desk.Credential(t.Context())
	var de *desk.Error
	if !errors.As(err, &de) || !strings.Contains(de.Msg, "okta.logs.read") {
		t.Errorf("%v", err)
	}
}
