package desk_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/store"
	"keydesk/internal/testkit"
)

func TestMain(m *testing.M) {
	if !testkit.IsChild() {
		os.Exit(m.Run())
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const kills = 20

// Killing the process at random instants, most of them between an intent and
// its outcome, loses no row and repeats no call.
func TestKill(t *testing.T) {
	t.Parallel()
	org := oktasim.New(oktasim.Options{People: 600, Limit: 1_000_000})
	srv := httptest.NewServer(org)
	defer srv.Close()
	place := filepath.Join(t.TempDir(), "keydesk.db")
	ids := bystanders(org, 200)
	c := childOf(org, srv.URL, place, "helpdesk", ids)
	rnd := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano()))) //nolint:gosec // when to kill is no secret
	for range kills {
		c.Run(t, []string{"SuspendUser"}, 1+rnd.IntN(8), time.Duration(rnd.IntN(3000))*time.Microsecond)
	}
	c.Run(t, nil, -1, 0)
	verifyAfterKills(t, org, place, ids)
}

// bystanders are so many active people without any role, in Okta or here.
func bystanders(org *oktasim.Org, most int) []string {
	var ids []string
	for _, p := range org.People() {
		if p.Status == "ACTIVE" && len(p.Roles) == 0 && !strings.Contains(strings.Join(p.Groups, ","), "Keydesk") && len(ids) < most {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// childOf is a child that works on people, as one of the staff.
func childOf(org *oktasim.Org, url, place, staff string, ids []string) testkit.Child {
	return testkit.Child{Org: org, URL: url, Place: place, Env: []string{"KEYDESK_TEST_IDS=" + strings.Join(ids, ","), "KEYDESK_TEST_SELF=" + org.Staff()[staff]}}
}

func verifyAfterKills(t *testing.T, org *oktasim.Org, place string, ids []string) {
	t.Helper()
	db, err := store.OpenForReading(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	record := audit.New(db, time.Now)
	rep, err := record.Verify(t.Context())
	if err != nil || len(rep.Faults) > 0 || rep.Open > 0 {
		t.Errorf("the record: %+v %v", rep, err)
	}
	calls := map[string]int{}
	for _, e := range org.Log() {
		if e.Operation == "SuspendUser" {
			calls[strings.Split(e.Path, "/")[4]]++
		}
	}
	settled := 0
	for _, id := range ids {
		acts, err := record.Acts(t.Context(), audit.Filter{Target: id, Action: "suspend"})
		if err != nil || len(acts) != 1 || acts[0].End == nil {
			t.Fatalf("%s: %d acts (%v)", id, len(acts), err)
		}
		p, _ := org.Person(id)
		if calls[id] > 1 || (calls[id] == 1) != (p.Status == "SUSPENDED") {
			t.Errorf("%s: sent %d times, status %s", id, calls[id], p.Status)
		}
		if acts[0].End.Result == audit.Settled {
			settled++
		} else if calls[id] == 0 {
			t.Errorf("%s: recorded as %s, never sent", id, acts[0].End.Result)
		}
	}
	t.Logf("%d rows, %d acts cut off and settled, %d people suspended", rep.Rows, settled, len(calls))
	if settled == 0 {
		t.Error("no kill fell between an intent and its outcome: the test shows nothing")
	}
}

// child is a console without a front: it settles what the last one left, then
// suspends whoever was not acted on before.
func child() error {
	ctx := context.Background()
	c, err := testkit.Inherit(ctx)
	if err != nil {
		return err
	}
	if err := c.Desk.Settle(ctx); err != nil {
		return err
	}
	self, err := okta.ParseUserID(os.Getenv("KEYDESK_TEST_SELF"))
	if err != nil {
		return err
	}
	do, role := suspendOne, desk.Helpdesk
	if os.Getenv("KEYDESK_TEST_JOB") == "assign" {
		do, role = assignOne, desk.Admin
	}
	who := desk.Actor{ID: "test#1", Name: "Dana Kim", OktaID: self, Roles: []desk.Role{role}, Session: "s", AuthTime: time.Now()}
	ids := bufio.NewScanner(strings.NewReader(strings.ReplaceAll(os.Getenv("KEYDESK_TEST_IDS"), ",", "\n")))
	for ids.Scan() {
		before, err := c.Record.Acts(ctx, audit.Filter{Target: ids.Text()})
		if err == nil && len(before) == 0 {
			err = do(ctx, c.Desk, who, ids.Text())
		}
		if err != nil {
			return err
		}
	}
	return c.Store.Close()
}

func suspendOne(ctx context.Context, d *desk.Desk, who desk.Actor, text string) error {
	id, err := okta.ParseUserID(text)
	if err != nil {
		return err
	}
	p, err := d.Person(ctx, who, id)
	if err != nil || p.User.Status != okta.Active {
		return err
	}
	for _, o := range p.Offers {
		if o.Spec.Action == "suspend" {
			_, err = d.Suspend(ctx, who, id, desk.UserOpts{Reason: desk.Reason{Note: "left the company"}, Token: o.Token})
		}
	}
	return err
}
