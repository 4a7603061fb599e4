package okta

import (
	"encoding/json"
	"errors"
	"testing"
)

// decoded reads a value as an answer would be.
func decoded[T any](t *testing.T, body string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestUserName(t *testing.T) {
	for profile, want := range map[string]string{
		`{"firstName":"Ann","lastName":"Vo","login":"a@x"}`: "Ann Vo",
		`{"firstName":"Ann","login":"a@x"}`:                 "Ann",
		`{"lastName":" Vo ","login":"a@x"}`:                 "Vo",
		`{"firstName":"","lastName":" ","login":"a@x"}`:     "a@x",
		`{}`: annID,
	} {
		u := decoded[User](t, `{"id":"`+annID+`","profile":`+profile+`}`)
		if got := u.Name(); got != want {
			t.Errorf("%s: %q", profile, got)
		}
	}
}

func TestProfile(t *testing.T) {
	p := decoded[Profile](t, `{"login":"l","email":"e","secondEmail":null,"mobilePhone":"+49","firstName":"F\u00fc","lastName":"L",
		"n": 12345678901234567890, "b":false, "list":["a"], "object":{"a":1}, "empty":""}`)
	for name, want := range map[string]string{"n": "12345678901234567890", "b": "false", "list": "", "object": "", "empty": "", "none": "", "secondEmail": ""} {
		if got := p.Text(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	got := []string{p.Login(), p.Email(), p.SecondEmail(), p.MobilePhone(), p.FirstName(), p.LastName()}
	for i, want := range []string{"l", "e", "", "+49", "Fü", "L"} {
		if got[i] != want {
			t.Errorf("%q, not %q", got[i], want)
		}
	}
	if broken := (Profile{"x": json.RawMessage(`"\x"`)}); broken.Text("x") != "" {
		t.Error("broken text")
	}
}

func TestUserFields(t *testing.T) {
	const body = `{"id":"` + annID + `","status":"STAGED","transitioningToStatus":"ACTIVE","type":{"id":"oty1"},"realmId":"guo1",
		"credentials":{"password":{},"recovery_question":{"question":"Q?"},"provider":{"type":"LDAP","name":"x"}},"_links":{"self":{},"activate":{"href":"y"}}}`
	u, err := client(t, says(200, body, `ETag: W/"1"`)).Users.Get(t.Context(), ann)
	if err != nil {
		t.Fatal(err)
	}
	c := u.Credentials
	if u.Type.ID != "oty1" || u.RealmID != "guo1" || u.TransitioningTo != Active || u.ETag != `W/"1"` || !u.Allows("activate") || u.Allows("suspend") {
		t.Errorf("%+v", u)
	}
	if !c.HasPassword() || c.RecoveryQuestion.Question != "Q?" || c.Provider != (Provider{"LDAP", "x"}) || c.Emails != nil {
		t.Errorf("%+v", c)
	}
	if b, err := json.Marshal(u); err != nil || !sameJSON(t, b, []byte(`{"profile":null,`+body[1:])) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestUserRefused(t *testing.T) {
	for _, body := range []string{`{"id":"x"}`, `{"id":"` + annID + `","created":"yesterday"}`, `{"id":"` + annID + `","status":7}`, `[]`} {
		if err := json.Unmarshal([]byte(body), new(User)); err == nil {
			t.Error(body)
		}
	}
}

// Nothing could be done for a person without an id, wherever they turn up.
func TestUserWithoutID(t *testing.T) {
	for _, body := range []string{`{}`, `{"id":null}`} {
		if u, err := client(t, says(200, body)).Users.Get(t.Context(), ann); !errors.Is(err, ErrBadID) {
			t.Errorf("%s: %+v, %v", body, u, err)
		}
		if u, err := client(t, says(200, body)).Users.Me(t.Context()); !errors.Is(err, ErrBadID) {
			t.Errorf("%s as the credential's owner: %+v, %v", body, u, err)
		}
		list := `[{"id":"` + annID + `"},` + body + `]`
		if p, err := client(t, says(200, list)).Users.List(t.Context(), UserQuery{}); !errors.Is(err, ErrBadID) || p.Items != nil {
			t.Errorf("%s: %+v, %v", list, p, err)
		}
	}
}

func TestStatusKnown(t *testing.T) {
	known := []Status{Staged, Provisioned, Active, Recovery, PasswordExpired, LockedOut, Suspended, Deprovisioned}
	for _, s := range known {
		if !s.Known() {
			t.Error(s)
		}
	}
	for _, s := range []Status{"", "active", "HIBERNATING"} {
		if s.Known() {
			t.Errorf("%q", s)
		}
	}
}
