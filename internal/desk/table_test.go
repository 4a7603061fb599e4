package desk

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"keydesk/internal/okta"
)

const legend = `Who may do what to whom in the default policy: every operation of the User API, five
tiers, eleven kinds of target. A test sends a request for each of the 2,805 cells and
holds this table against what the organisation was asked to do.

  r  is read               -  the tier does not have it
  a  is done               p  the account is protected
  2  is done on a second   c  it would take a second person, and cannot wait for one
     person's word         s  one's own account

Each block of eleven, in this order:
  1 person without a role            5 super administrator        9 console staff above (of owners: of the same tier)
  2 admin limited by targets         6 admin through a group     10 the credential's owner
  3 holder of a lesser role          7 custom or unknown role    11 oneself
  4 organization administrator       8 console staff of the same tier
What CreateUser would make somebody of: a member of the group of kinds 6, 8 and 9, else kind 1.

`

// table is the whole policy, a letter for each cell, by room.
func table(p Policy) string {
	var b strings.Builder
	b.WriteString(legend)
	fmt.Fprintf(&b, "%-65s", "")
	for _, r := range ranking() {
		fmt.Fprintf(&b, " %-11s", cmp.Or(r, "none"))
	}
	room := ""
	for _, s := range Catalog() {
		if s.Outside() {
			continue
		}
		if s.Room != room {
			room = s.Room
			fmt.Fprintf(&b, "\n%s\n", room)
		}
		fmt.Fprintf(&b, "  %-63s", s.Op)
		for _, r := range ranking() {
			fmt.Fprintf(&b, " %s", cells(p, s, r))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func cells(p Policy, s Spec, r Role) string {
	me, other := mustUser("00u2222222222222222x"), mustUser("00u1111111111111111x")
	who := Actor{ID: "i#me", OktaID: me, Name: "Me"}
	if r != "" {
		who.Roles = []Role{r}
	}
	var out strings.Builder
	for _, k := range kinds()[:11] {
		on := Standing{ID: other, Name: "Ann Vo", StaffKnown: true}
		k.on(&on, who)
		out.WriteString(letter(s, decideCell(p, who, s, k, on)))
	}
	return out.String()
}

func decideCell(p Policy, who Actor, s Spec, k kind, on Standing) Decision {
	if s.Action != "users.create" {
		return p.decide(who, s, on)
	}
	dec := p.decideNew(who)
	if dec.Allowed && (k.name == "group" || strings.HasPrefix(k.name, "staff")) {
		on.ID = okta.UserID{}
		dec = p.decideSecond(s, on, p.decideTarget(who, on))
	}
	return dec
}

func mustUser(s string) okta.UserID {
	id, err := okta.ParseUserID(s)
	if err != nil {
		panic(err)
	}
	return id
}

func letter(s Spec, d Decision) string {
	switch {
	case d.Allowed && s.Risk == Reading:
		return "r"
	case d.Allowed && d.Second != "":
		return "2"
	case d.Allowed:
		return "a"
	case strings.HasPrefix(d.Rule, "permission."):
		return "-"
	case d.Rule == "self":
		return "s"
	case strings.HasPrefix(d.Rule, "second."):
		return "c"
	case strings.HasPrefix(d.Rule, "protected."):
		return "p"
	}
	return "?"
}

// KEYDESK_TEST_UPDATE=1 writes the table anew; a reviewer reads what changed.
func TestTable(t *testing.T) {
	path := filepath.Join("testdata", "table.golden")
	got := table(DefaultPolicy())
	if os.Getenv("KEYDESK_TEST_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the policy differs from %s:\n%s", path, got)
	}
	n := 0
	_, rows, _ := strings.Cut(got, "else kind 1.\n")
	for _, f := range strings.Fields(rows) {
		if len(f) == 11 && strings.Trim(f, "ra2-pcs") == "" {
			n += 11
		}
	}
	if n != 2805 || strings.Contains(rows, "?") {
		t.Errorf("%d cells", n)
	}
}
