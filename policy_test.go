package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The commands on the policy: the printed one holds, a wrong one is told with its
// lines, and what is decided of a role and a kind of target says rule and whom to ask.
func TestPolicyCommands(t *testing.T) {
	printed, err := command(t, "policy", "print")
	if err != nil {
		t.Fatal(err)
	}
	good, bad := filepath.Join(t.TempDir(), "good.yaml"), filepath.Join(t.TempDir(), "bad.yaml")
	for path, text := range map[string]string{good: printed, bad: "roles:\n  helpdesk:\n    groups: [A]\n    may: [lock]\nlimit: {}\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	explain := func(as, action, on string) []string {
		return []string{"policy", "explain", "--policy-file", good, "--as", as, "--action", action, "--on", on}
	}
	for _, tt := range []struct {
		args  []string
		says  []string
		fails bool
	}{
		{[]string{"policy", "check", good}, []string{"the policy holds", "helpdesk  22 of the operations that change something; held by Keydesk Helpdesk"}, false},
		{[]string{"policy", "check", bad}, []string{`line 4: "lock" is no class`, `line 5: there is no key "limit"`}, true},
		{[]string{"policy", "check", filepath.Join(t.TempDir(), "none")}, []string{"no such file"}, true},
		{explain("helpdesk", "reset_factors", "super"), []string{"refused: Somebody holds Super Administrator.", "rule: protected.admins", "Ask a member of Keydesk Owners."}, false},
		{explain("owner", "reset_factors", "super"), []string{"allowed, on a second person's word", "rule: second.owner", "It takes a reason."}, false},
		{explain("helpdesk", "unlock", "person"), []string{"allowed\n"}, false},
		{explain("helpdesk", "unlock", "break-glass"), []string{"rule: protected.break_glass"}, false},
		{explain("admin", "unlock", "vip"), []string{"rule: second.vip"}, false},
		{explain("none", "users.get", "person"), []string{"rule: permission.users.read"}, false},
		{explain("chief", "unlock", "person"), []string{"there is no such role"}, true},
		{explain("helpdesk", "lock", "person"), []string{"there is no action"}, true},
		{explain("helpdesk", "unlock", "bob@example.com"), []string{"KEYDESK_OKTA_URL is not set"}, true},
	} {
		out, err := command(t, tt.args...)
		if err != nil {
			out += err.Error()
		}
		for _, want := range tt.says {
			if !strings.Contains(out, want) || (err != nil) != tt.fails {
				t.Errorf("%v: %v\n%s\nwant %q", tt.args, err, out, want)
			}
		}
	}
}
