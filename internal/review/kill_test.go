package review_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
	"keydesk/internal/storetest"
	"keydesk/internal/testkit"
)

func TestMain(m *testing.M) {
	if !testkit.IsChild() {
		os.Exit(storetest.Main(m))
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// console is a console without a front.
type console struct {
	testkit.Bare
	*review.Reviews
}

// over is a console whose map is what it is told.
func over(b testkit.Bare, held []rolemap.Assignment) *console {
	return &console{b, review.New(review.Config{
		DB: b.Store, Record: b.Record, Desk: b.Desk, Held: func(context.Context) ([]rolemap.Assignment, error) { return held, nil }, Seal: b.Seal, Key: make([]byte, 32), Now: time.Now,
		Proven: func(context.Context, []rolemap.Reviewed) error { return nil }, Log: slog.New(slog.DiscardHandler),
	})}
}

// child carries out what was closed.
func child() error {
	ctx := context.Background()
	b, err := testkit.Inherit(ctx)
	if err != nil {
		return err
	}
	if err := b.Desk.Settle(ctx); err != nil {
		return err
	}
	return over(b, nil).toTheEnd(ctx)
}

// toTheEnd carries out until there is nothing more.
func (c *console) toTheEnd(ctx context.Context) error {
	for {
		wait, err := c.CarryOut(ctx)
		if err != nil || wait == 0 {
			return errors.Join(err, c.Store.Close())
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), c.Store.Close())
		case <-time.After(wait):
		}
	}
}

// killed is a review that is closed over and over.
type killed struct {
	t *testing.T
	testkit.Child
	held []rolemap.Assignment
	id   string
	all  int // items to be revoked
}

// people is how many hold a role in it; every fourth keeps it.
const people = 80

// newKilled starts a review of people with a role each, half of them limited, has it
// decided, and closes it.
func newKilled(t *testing.T) *killed {
	t.Helper()
	org := oktasim.New(oktasim.Options{People: 500, Limit: 1_000_000})
	srv := httptest.NewServer(org)
	t.Cleanup(srv.Close)
	k := &killed{t: t, Child: testkit.Child{Org: org, URL: srv.URL, Place: storetest.Place(t)}}
	for _, p := range k.Org.People() {
		if len(k.held) == people || p.Status != "ACTIVE" || len(p.Roles) > 0 || strings.Contains(fmt.Sprint(p.Groups), "Keydesk") {
			continue
		}
		k.give(p)
	}
	c := k.open()
	defer func() { _ = c.Store.Close() }()
	owner := k.owner()
	v, err := c.Start(t.Context(), owner, review.Plan{Name: "Killed", Due: time.Now().Add(time.Hour), Reviewers: review.Rule{Named: []review.Person{person(owner)}}})
	if err != nil {
		t.Fatal(err)
	}
	items, err := c.Items(t.Context(), owner, review.Query{Review: v.ID})
	if err != nil {
		t.Fatal(err)
	}
	for n, i := range items {
		verdict := review.Revoke
		if n%4 == 3 {
			verdict = review.Keep
		} else {
			k.all++
		}
		if _, err := c.Decide(t.Context(), owner, review.Choice{Review: v.ID, N: i.N, Version: i.Version, Verdict: verdict, Note: "not needed"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := closeAs(t.Context(), c.Reviews, owner, v.ID, false); err != nil {
		t.Fatal(err)
	}
	k.id = v.ID
	k.Org.Reset()
	return k
}

// give makes somebody an administrator, every other one a limited one.
func (k *killed) give(p oktasim.Person) {
	a := rolemap.Assignment{
		Person: rolemap.Person{ID: id(k.t, p.ID), Login: p.Login, Name: p.FirstName + " " + p.LastName, Status: "ACTIVE"}, Type: "HELP_DESK_ADMIN", Label: "Help Desk Administrator",
		How: "USER", Assignee: p.ID, Since: k.Org.Now(), Reach: rolemap.Everything,
	}
	a.Role, _ = okta.ParseRoleID("JBCUYUC7IRCVGS27IFCE2SKO")
	k.Org.GrantRole(p.ID, "HELP_DESK_ADMIN")
	if len(k.held)%2 == 0 {
		k.Org.LimitRole(p.ID, "HELP_DESK_ADMIN", "Finance")
		a.Reach, a.Targets = rolemap.Limited, []rolemap.Target{{Kind: rolemap.Group, ID: k.Org.GroupID("Finance"), Label: "Finance"}}
	}
	k.held = append(k.held, a)
}

func (k *killed) owner() desk.Actor {
	p, _ := k.Org.Person(k.Org.Staff()["owner"])
	return desk.Actor{ID: "iss#" + p.ID, OktaID: id(k.t, p.ID), Name: p.FirstName + " " + p.LastName, Email: p.Email, Roles: []desk.Role{desk.Owner}, Session: "s", AuthTime: time.Now()}
}

func (k *killed) open() *console {
	k.t.Helper()
	b, err := testkit.OpenBare(k.t.Context(), k.Place, k.URL, k.Org.Token())
	if err != nil {
		k.t.Fatal(err)
	}
	return over(b, k.held)
}

// verify holds the end to what the organisation saw: everybody's role is gone who was
// to lose it, taken away once; the others hold theirs, limited as it was; the record
// holds and has each outcome, and the bundle verifies.
func (k *killed) verify() {
	t := k.t
	t.Helper()
	c := k.open()
	defer func() { _ = c.Store.Close() }()
	taken, targets := map[string]int{}, 0
	for _, e := range k.Org.Log() {
		switch {
		case e.Operation == "RemoveRoleFromUser" && e.Status == 204:
			taken[strings.Split(e.Path, "/")[4]]++
		case strings.Contains(e.Path, "/targets/") && e.Method != "GET":
			targets++
		}
	}
	items, err := c.Items(t.Context(), k.owner(), review.Query{Review: k.id})
	if err != nil {
		t.Fatal(err)
	}
	again := 0
	for _, i := range items {
		p, _ := k.Org.Person(i.Evidence.Person.ID)
		keeps := i.Verdict == review.Keep
		switch {
		case keeps != (len(p.Roles) == 1), taken[p.ID] > 1, keeps && taken[p.ID] > 0:
			t.Errorf("%s is to %s, holds %v, taken away %d times", p.Login, i.Verdict, p.Roles, taken[p.ID])
		case keeps && i.Evidence.Reach == review.Limited && len(k.Org.RoleTargets(p.ID, "HELP_DESK_ADMIN")) != 1:
			t.Errorf("%s's role is limited no longer", p.Login)
		case !keeps && (i.Outcome.End != desk.EndDone && i.Outcome.End != desk.EndGone || i.Outcome.Seq == 0):
			t.Errorf("%s: %+v", p.Login, i.Outcome)
		}
		if strings.Contains(i.Outcome.Why, "We looked") || i.Attempt > 0 {
			again++
		}
	}
	if rep, err := c.Record.Verify(t.Context()); err != nil || len(rep.Faults) > 0 || rep.Open > 0 {
		t.Errorf("the record: %+v %v", rep, err)
	}
	v, err := c.Reviews.Get(t.Context(), k.owner(), k.id)
	if err != nil || v.State != review.Closed || !v.Sealed || v.Count.Done != k.all || targets > 0 {
		t.Errorf("%+v, sealed %v, %d changes of limits: %v", v.Count, v.Sealed, targets, err)
	}
	t.Logf("%d revokes, of %d the end was found by looking", k.all, again)
	if again == 0 {
		t.Error("no kill fell between an intent and its outcome: the test shows nothing")
	}
}

// Killed at thirty instants of a close, as a process: after the next start everything
// is revoked that was to be, once, and nothing is lost.
func TestKilledWhileClosing(t *testing.T) {
	k := newKilled(t)
	rnd := rand.New(rand.NewPCG(5, uint64(time.Now().UnixNano()))) //nolint:gosec // when to kill is no secret
	for n := range 30 {
		op := []string{"RemoveRoleFromUser", "RemoveRoleFromUser", "ListAssignedRolesForUser", "GetUser", "ListUserGroups"}[n%5]
		k.Run(t, []string{op}, 1+rnd.IntN(4), time.Duration(rnd.IntN(2500))*time.Microsecond)
	}
	k.Run(t, nil, -1, 0)
	k.verify()
}

// Cut off at thirty instants of a close by its context, between any two statements and
// calls, with a process that goes on with the next.
func TestCutOffWhileClosing(t *testing.T) {
	k := newKilled(t)
	rnd := rand.New(rand.NewPCG(6, uint64(time.Now().UnixNano()))) //nolint:gosec // when to stop is no secret
	for range 30 {
		c := k.open()
		ctx, cancel := context.WithCancel(t.Context())
		left, more := atomic.Int64{}, time.Duration(rnd.IntN(3000))*time.Microsecond
		left.Store(1 + rnd.Int64N(4))
		k.Org.Hook("RemoveRoleFromUser", func(string) {
			if left.Add(-1) == 0 {
				time.AfterFunc(more, cancel)
			}
		})
		if rnd.IntN(2) == 0 { // the answer to one of them is lost too
			k.Org.Faults([]oktasim.Fault{{Operation: "RemoveRoleFromUser", Times: 1, Drop: []string{"after-read", "after-act"}[rnd.IntN(2)]}})
		}
		_ = c.toTheEnd(ctx)
		_ = c.Store.Close()
		cancel()
	}
	k.Org.Faults(nil)
	k.Org.Hook("RemoveRoleFromUser", nil)
	c := k.open()
	if err := c.Desk.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.toTheEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.verify()
}
