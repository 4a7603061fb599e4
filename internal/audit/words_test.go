package audit_test

import (
	"reflect"
	"strings"
	"testing"

	"keydesk/internal/audit"
)

type hidden struct{ v string }

func (h hidden) Reveal() string { return h.v }

func (hidden) String() string { return "[secret]" }

func TestWords(t *testing.T) {
	type inner struct {
		Group string `record:"group,public"`
	}
	yes, no := true, false
	v := struct {
		Mail   *bool `record:"mail,public"`
		Revoke *bool `record:"revoke,public"`
		Absent *bool `record:"absent,public"`
		inner
		Login  string   `record:"login,personal"`
		Names  []string `record:"names,public"`
		None   []string `record:"none,public"`
		Link   hidden   `record:"link,secret"`
		Forgot string
		silent string
	}{&yes, &no, nil, inner{"00g1"}, `a b="c"`, []string{"x", "y"}, []string{}, hidden{"https://secret"}, "canary", "canary"}
	got := audit.Words([]byte("key"), v)
	if !strings.HasPrefix(got, `mail=true revoke=false group=00g1 login="a b=\"c\"" names=x,y none= link=hmac:`) || !strings.HasSuffix(got, ` Forgot=[string] silent=[string]`) {
		t.Errorf("words are %s", got)
	}
	for _, secret := range []string{"canary", "https://secret"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is in %s", secret, got)
		}
	}
	if got == audit.Words([]byte("other key"), v) {
		t.Error("the mask does not depend on the key")
	}
	if got := audit.Words(nil, v); strings.Contains(got, "hmac") || !strings.Contains(got, "Link=[audit_test.hidden]") {
		t.Errorf("without a key a secret is written as %s", got)
	}
}

// Every column of a row says what it may hold, and is written and hashed.
func TestEveryColumnIsClassified(t *testing.T) {
	for f := range reflect.TypeFor[audit.Row]().Fields() {
		name, class, _ := strings.Cut(f.Tag.Get(audit.Tag), ",")
		if name == "" || class != "public" && class != "personal" {
			t.Errorf("Row.%s is not classified: %q", f.Name, f.Tag)
		}
	}
}
