package desk_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/store"
)

// The child of TestKill is this test binary under another name.
const childVar = "KEYDESK_TEST_KILL_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVar); dir != "" {
		if err := child(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const kills = 20

// Killing the process at random instants, most of them between an intent and
// its outcome, loses no row and repeats no call.
func TestKill(t *testing.T) {
	t.Parallel()
	org := oktasim.New(oktasim.Options{People: 600, Limit: 1_000_000})
	srv := httptest.NewServer(org)
	defer srv.Close()
	dir := t.TempDir()
	ids := bystanders(org, 200)
	env := childEnv(org, srv.URL, dir, "helpdesk", ids)
	rnd := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano()))) //nolint:gosec // when to kill is no secret
	for range kills {
		runChild(t, env, org, []string{"SuspendUser"}, 1+rnd.IntN(8), time.Duration(rnd.IntN(3000))*time.Microsecond)
	}
	runChild(t, env, org, nil, -1, 0)
	verifyAfterKills(t, org, dir, ids)
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

// childEnv tells the child what to work on, as which member of the staff.
func childEnv(org *oktasim.Org, url, dir, staff string, ids []string) []string {
	return append(os.Environ(), childVar+"="+dir, "KEYDESK_TEST_OKTA="+url, "KEYDESK_TEST_TOKEN="+org.Token(),
		"KEYDESK_TEST_IDS="+strings.Join(ids, ","), "KEYDESK_TEST_SELF="+org.Staff()[staff])
}

// runChild runs the child until it has sent so many calls of the operations, and a
// moment more, and kills it; with -1 until its end.
func runChild(t *testing.T, env []string, org *oktasim.Org, ops []string, after int, more time.Duration) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env, cmd.Stderr = env, os.Stderr
	sent := make(chan struct{}, 1000)
	for _, op := range ops {
		org.Hook(op, func(string) { sent <- struct{}{} })
		defer org.Hook(op, nil)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for range after {
		select {
		case <-sent:
		case err := <-ended:
			t.Fatalf("the child ended too early: %v", err)
		}
	}
	if after >= 0 {
		<-time.NewTimer(more).C
		_ = cmd.Process.Kill()
	}
	if err := <-ended; err != nil && after < 0 {
		t.Fatal(err)
	}
}

func verifyAfterKills(t *testing.T, org *oktasim.Org, dir string, ids []string) {
	t.Helper()
	db, err := store.OpenForReading(t.Context(), filepath.Join(dir, "keydesk.db"))
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
func child(dir string) error {
	ctx := context.Background()
	client, err := okta.New(okta.Config{URL: os.Getenv("KEYDESK_TEST_OKTA"), Token: okta.NewSecret(os.Getenv("KEYDESK_TEST_TOKEN"))})
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, filepath.Join(dir, "keydesk.db"))
	if err != nil {
		return err
	}
	record := audit.New(db, time.Now)
	d := desk.New(desk.Config{
		Okta: client, Record: record, Key: make([]byte, 32), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Policy: desk.DemoPolicy(), Staff: func(context.Context, okta.UserID) (desk.Role, error) { return "", nil },
	})
	if err := d.Settle(ctx); err != nil {
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
		before, err := record.Acts(ctx, audit.Filter{Target: ids.Text()})
		if err == nil && len(before) == 0 {
			err = do(ctx, d, who, ids.Text())
		}
		if err != nil {
			return err
		}
	}
	return db.Close()
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
