package desk_test

import (
	"context"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/store"
)

// Okta assigns a role first and takes its limit after. Killed at thirty instants
// between those calls, the console leaves nobody with a role that reaches further
// than was chosen: the next start finishes the assignment.
func TestKillBetweenRoleAndLimit(t *testing.T) {
	t.Parallel()
	org := oktasim.New(oktasim.Options{People: 400, Limit: 1_000_000})
	srv := httptest.NewServer(org)
	defer srv.Close()
	place := filepath.Join(t.TempDir(), "keydesk.db")
	ids := bystanders(org, 80)
	c := childOf(org, srv.URL, place, "admin", ids)
	c.Env = append(c.Env, "KEYDESK_TEST_JOB=assign", "KEYDESK_TEST_GROUPS="+org.GroupID("Support")+","+org.GroupID("Finance"))
	rnd := rand.New(rand.NewPCG(2, uint64(time.Now().UnixNano()))) //nolint:gosec // when to kill is no secret
	for range 30 {
		c.Run(t, []string{"AssignRoleToUser", "AddGroupTargetToRole"}, 1+rnd.IntN(5), time.Duration(rnd.IntN(2000))*time.Microsecond)
	}
	c.Run(t, nil, -1, 0)
	sent := assignments(org)
	for _, id := range ids {
		p, _ := org.Person(id)
		if len(p.Roles) == 0 && !sent[id] { // killed before the first call
			continue
		}
		if got := org.RoleTargets(id, "HELP_DESK_ADMIN"); len(p.Roles) != 1 || !slices.Equal(sorted(got), []string{"Finance", "Support"}) {
			t.Errorf("%s holds %v, limited to %v", p.Login, p.Roles, got)
		}
	}
	t.Logf("a role stood without its whole limit for at most %s", unscoped(org))
	noneOpen(t, place, ids)
}

// assignments are the people for whom the organisation was asked to assign a role.
func assignments(org *oktasim.Org) map[string]bool {
	asked := map[string]bool{}
	for _, e := range org.Log() {
		if e.Operation == "AssignRoleToUser" {
			asked[strings.Split(e.Path, "/")[4]] = true
		}
	}
	return asked
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// unscoped is the longest time between an assignment and the last of its limits.
func unscoped(org *oktasim.Org) (longest time.Duration) {
	assigned := map[string]time.Time{}
	for _, e := range org.Log() {
		person := strings.Split(e.Path, "/")[4]
		switch e.Operation {
		case "AssignRoleToUser":
			assigned[person] = e.At
		case "AddGroupTargetToRole":
			longest = max(longest, e.At.Sub(assigned[person]))
		}
	}
	return longest
}

// noneOpen asserts that the record's chain holds and that each act has one intent
// and an end, and that some were indeed cut off.
func noneOpen(t *testing.T, place string, ids []string) {
	t.Helper()
	db, err := store.OpenForReading(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	record := audit.New(db, time.Now)
	if rep, err := record.Verify(t.Context()); err != nil || len(rep.Faults) > 0 || rep.Open > 0 {
		t.Errorf("the record: %+v %v", rep, err)
	}
	finished := 0
	for _, id := range ids {
		acts, err := record.Acts(t.Context(), audit.Filter{Target: id, Action: "roles.assign"})
		if err != nil || len(acts) == 0 || acts[0].End == nil {
			t.Fatalf("%s: %d acts (%v)", id, len(acts), err)
		}
		if strings.Contains(acts[0].End.Detail, "the role was limited now") {
			finished++
		}
	}
	if finished == 0 {
		t.Error("no kill fell between a role and its limit: the test shows nothing")
	}
	t.Logf("%d of %d assignments were finished after a kill", finished, len(ids))
}

// assignOne gives somebody a role limited to two groups, as the page does.
func assignOne(ctx context.Context, d *desk.Desk, who desk.Actor, text string) error {
	id, err := okta.ParseUserID(text)
	if err != nil {
		return err
	}
	scope, err := desk.ParseScope(strings.Split(os.Getenv("KEYDESK_TEST_GROUPS"), ","), nil)
	if err != nil {
		return err
	}
	p, err := d.Assigning(ctx, who, id, desk.RoleChoice{Type: okta.HelpDeskAdmin, Scope: scope})
	if err != nil || !p.Assign.Decision.Allowed {
		return err
	}
	_, err = d.AssignRole(ctx, who, id, desk.UserOpts{Reason: desk.Reason{Note: "covers the late shift"}, Token: p.Assign.Token, On: p.Assign.On, Scope: scope})
	return err
}
