package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"keydesk/internal/desk"
	"keydesk/internal/policy"
)

const roles = `roles:
  helpdesk: {groups: [Keydesk Helpdesk], may: [lifecycle.act]}
  owner: {groups: [Keydesk Owners], may: [changing, approvals.act, record.read]}
`

// The printed default is the default.
func TestPrintReadsBack(t *testing.T) {
	big := desk.DefaultPolicy()
	big.Roles[desk.Helpdesk] = desk.RoleRule{
		Groups: []desk.Grant{{Group: "Helpdesk"}, {Group: `Quote " and: colon #`, Scope: "berlin"}, {Group: "yes"}, {Group: "12"}},
		May:    []desk.Word{"restoring", "users.edit"}, Except: []desk.Word{"unlock"},
	}
	big.Scopes = map[string]desk.Scope{"berlin": {Says: "the people in Berlin", Groups: []string{"Staff Berlin", "00g1"}}, "at": {Attribute: "countryCode", Values: []string{"AT", "NO"}}}
	big.BreakGlass, big.VIP.People, big.VIP.Needs = []string{"glass@example.com"}, []string{"00u1", "boss@example.com"}, desk.Owner
	big.Require.Ticket = []desk.Word{"takeover"}
	for name, p := range map[string]desk.Policy{"default": desk.DefaultPolicy(), "demo": desk.DemoPolicy(), "big": big} {
		got, err := policy.Parse([]byte(policy.Print(p)))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, policy.Print(p))
			continue
		}
		if len(got.Name) != 12 {
			t.Errorf("%s: the version is %q", name, got.Name)
		}
		got.Name = p.Name
		if diff := cmp.Diff(p, got, cmp.Comparer(func(a, b []string) bool { return strings.Join(a, "\n") == strings.Join(b, "\n") }),
			cmp.Comparer(func(a, b []desk.Word) bool {
				return cmp.Equal(append([]desk.Word{}, a...), append([]desk.Word{}, b...))
			}),
			cmp.Comparer(func(a, b map[string]desk.Scope) bool {
				return len(a) == len(b) && cmp.Equal(a["berlin"].Says, b["berlin"].Says)
			})); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// What a file leaves out is as in the default; a role left out is nobody's.
func TestLeftOut(t *testing.T) {
	p, err := policy.Parse([]byte(roles))
	if err != nil {
		t.Fatal(err)
	}
	if _, held := p.Roles[desk.Admin]; held || p.Limits[desk.Takeover].Hour != 10 || len(p.RolesOf([]string{"Keydesk Admins"})) != 0 {
		t.Errorf("%+v", p)
	}
	p, err = policy.Parse([]byte("limits:\n  takeover: {hour: 3}\n"))
	if err != nil || p.Limits[desk.Takeover].Hour != 3 || p.Limits[desk.Takeover].Day != 0 || p.Limits[desk.Destructive].Hour != 50 || len(p.Roles) != 4 {
		t.Errorf("%+v %v", p.Limits, err)
	}
}

// Every mistake is refused, with its line.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct{ name, file, says string }{
		{"empty", "", "it is empty"},
		{"comment alone", "# nothing\n", "it is empty"},
		{"not a mapping", "- a\n", "line 1: here must be keys with values, and is a list"},
		{"null", "roles:\n", "line 1: here must be keys with values, and is nothing"},
		{"unknown key", roles + "limit: {}\n", `line 4: there is no key "limit" here; there are limits, protected, require, roles, scopes`},
		{"unknown key inside", "limits:\n  takeover: {hours: 1}\n", `line 2: there is no key "hours"`},
		{"twice", roles + roles, `line 4: the key "roles" stands here twice`},
		{"unknown role", "roles:\n  chief: {groups: [A], may: [changing]}\n", `line 2: there is no key "chief"`},
		{"a role of the console's own", "roles:\n  system:rolemap: {groups: [A], may: [changing]}\n", `line 2: there is no key "system:rolemap"`},
		{"unknown word", "roles:\n  helpdesk:\n    groups: [A]\n    may:\n      - unlock\n      - lock\n", `line 6: "lock" is no class, permission or operation`},
		{"unknown except", "roles:\n  helpdesk:\n    groups: [A]\n    may: [unlock]\n    except: [usres.edit]\n", `line 5: "usres.edit" is no class`},
		{"nobody's", "roles:\n  helpdesk: {may: [unlock]}\n", "line 2: nobody holds the role helpdesk"},
		{"no role", "roles: {}\n", "line 1: there is no role here"},
		{"nothing carried", "roles:\n  helpdesk: {groups: [A]}\n", "line 2: the role helpdesk carries nothing"},
		{"word twice", "roles:\n  helpdesk: {groups: [A], may: [unlock, unlock]}\n", `line 2: "unlock" stands here twice`},
		{"group twice", "roles:\n  helpdesk: {groups: [A, A], may: [unlock]}\n", `line 2: the group "A" stands here twice`},
		{"group is a number", "roles:\n  helpdesk: {groups: [12], may: [unlock]}\n", `line 2: here must be a text, and is "12"`},
		{"group with space", "roles:\n  helpdesk: {groups: [' A'], may: [unlock]}\n", "line 2: this text is empty, too long, or has space around it"},
		{"group without name", "roles:\n  helpdesk: {groups: [{scope: a}], may: [unlock]}\n", "line 2: a group needs a name"},
		{"no such scope", "roles:\n  helpdesk: {groups: [{group: A, scope: b}], may: [unlock]}\n", `line 2: there is no scope "b"`},
		{"owner in a scope", "scopes: {b: {groups: [B]}}\nroles:\n  owner: {groups: [{group: A, scope: b}], may: [changing, approvals.act]}\n", "line 3: owners have no scope"},
		{"a list is wanted", "roles:\n  helpdesk: {groups: A, may: [unlock]}\n", "line 2: here must be a list, and is one value"},
		{"scope of both kinds", "scopes:\n  b: {groups: [B], attribute: {name: city, is: [Berlin]}}\n", "line 2: a scope has either groups, or an attribute"},
		{"scope of neither", "scopes:\n  b: {says: all}\n", "line 2: a scope has either"},
		{"scope of half", "scopes:\n  b: {attribute: {name: city}}\n", "line 2: a scope has either"},
		{"scope's name", "scopes:\n  B@: {groups: [B]}\n", "line 2: a scope's name has small letters"},
		{"attribute's name", "scopes:\n  b: {attribute: {name: 'a\"b', is: [x]}}\n", "cannot be the name of an attribute"},
		{"attribute's value", "scopes:\n  b: {attribute: {name: a, is: [\"x\\u0001\"]}}\n", "Okta cannot search for the value"},
		{"norway is a text", "scopes:\n  b: {attribute: {name: a, is: [true]}}\n", `here must be a text, and is "true"`},
		{"vip without effect", "protected:\n  vip: {people: [a]}\n", "line 2: these accounts are as any other"},
		{"vip's tier", "protected:\n  vip: {people: [a], needs: chief}\n", `line 2: "chief" is none of`},
		{"vip's truth", "protected:\n  vip: {people: [a], second_person: yes}\n", `line 2: here must be true or false, and is "yes"`},
		{"fresh word", "require:\n  fresh_sign_in: {takeovers: 15m}\n", `line 2: "takeovers" is no class`},
		{"fresh time", "require:\n  fresh_sign_in: {takeover: 15}\n", `line 2: here must be a time from 1m to 12h, such as 15m, and is "15"`},
		{"fresh too long", "require:\n  fresh_sign_in: {takeover: 13h}\n", "line 2: here must be a time"},
		{"limit of reading", "limits:\n  reading: {hour: 1}\n", `line 2: there is no key "reading"`},
		{"limit of none", "limits:\n  takeover: {}\n", "line 2: a limit needs hour or day"},
		{"limit of zero", "limits:\n  takeover: {hour: 0}\n", "line 2: here must be a number from 1"},
		{"limit in words", "limits:\n  takeover: {hour: many}\n", `line 2: here must be a number from 1 to 1000000, and is "many"`},
		{"day under hour", "limits:\n  takeover: {hour: 5, day: 4}\n", "line 2: the day's limit is lower"},
		{"nobody approves", "roles:\n  owner: {groups: [A], may: [changing]}\n", "users.erase needs a second person, and no role carries both"},
		{"alias", "limits: &a\n  takeover: {hour: 1}\nroles: *a\n", "line 3: here must be keys with values, and is an alias"},
		{"two documents", roles + "---\n" + roles, "more than one document"},
		{"no yaml", "roles: [\n", "did not find"},
		{"tab", "roles:\n\thelpdesk: 1\n", "line 2"},
		{"large", strings.Repeat("# a\n", 100_000), "more than 256 KiB"},
	} {
		if _, err := policy.Parse([]byte(tt.file)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}

// Several mistakes are told at once, in the order of their lines.
func TestAllAtOnce(t *testing.T) {
	_, err := policy.Parse([]byte("limits:\n  takeover: {hour: x}\nrequire:\n  ticket: [y]\nnothing: 1\n"))
	if err == nil || strings.Count(err.Error(), "\n") != 2 || !strings.HasPrefix(err.Error(), "line 2:") {
		t.Errorf("%v", err)
	}
}

func TestLoad(t *testing.T) {
	if p, err := policy.Load(""); err != nil || p.Name != "default" {
		t.Errorf("without a file: %q %v", p.Name, err)
	}
	path := filepath.Join(t.TempDir(), "policy.yaml")
	if _, err := policy.Load(path); err == nil {
		t.Error("a file that is not there was read")
	}
	if err := os.WriteFile(path, []byte("x: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := policy.Load(path); err == nil || !strings.Contains(err.Error(), path+":\nline 1:") {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(path, []byte("limits: {takeover: {hour: 3}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := policy.Load(path); err != nil || p.Limits[desk.Takeover].Hour != 3 {
		t.Errorf("%+v %v", p.Limits, err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := policy.Load(path); err == nil || !strings.Contains(err.Error(), "chmod go-w") {
		t.Errorf("a policy that everybody may write: %v", err)
	}
}

// Whatever stands in the file: no panic, and what is taken never gives a role to
// somebody who is in none of its groups, nor lets somebody without a role do a thing.
func FuzzParse(f *testing.F) {
	f.Add(policy.Print(desk.DefaultPolicy()))
	f.Add(roles)
	f.Add("scopes: {b: {groups: [B]}}\nroles: {helpdesk: {groups: [{group: A, scope: b}], may: [unlock]}}\n")
	f.Add("protected: {vip: {people: [a], needs: owner, second_person: true}, break_glass: [b]}\n")
	f.Add("limits: {}\nrequire: {fresh_sign_in: {}, reason: [], second_person: []}\nscopes: {}\n")
	f.Add("limits: &a {takeover: *a}\n? [a]: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := policy.Parse([]byte(text))
		if err != nil {
			return
		}
		nobody := desk.Actor{Roles: p.RolesOf([]string{"\x00 in none"})}
		for _, s := range desk.Catalog() {
			if p.May(nobody, s.Perm) {
				t.Fatalf("nobody may %s", s.Perm)
			}
		}
		again, err := policy.Parse([]byte(policy.Print(p)))
		if err != nil {
			t.Fatalf("printed and not read: %v\n%s", err, policy.Print(p))
		}
		if policy.Print(again) != policy.Print(p) {
			t.Fatalf("printed twice:\n%s\n%s", policy.Print(p), policy.Print(again))
		}
	})
}

// What docs/POLICY.md shows as files are ones that hold.
func TestDocsHold(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "docs", "POLICY.md"))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(b), "```yaml\n")
	if len(parts) < 6 {
		t.Fatalf("%d examples", len(parts)-1)
	}
	for _, part := range parts[1:] {
		text, _, _ := strings.Cut(part, "```")
		if _, err := policy.Parse([]byte(text)); err != nil {
			t.Errorf("%v:\n%s", err, text)
		}
	}
	for _, w := range desk.Words() {
		if !strings.Contains(string(b), "`"+string(w)+"`") && strings.HasSuffix(string(w), ".act") {
			t.Errorf("%s is not named", w)
		}
	}
}
