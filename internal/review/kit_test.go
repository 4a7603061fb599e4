package review_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/desk"
	"keydesk/internal/inproc"
	"keydesk/internal/okta"
	"keydesk/internal/oktasim"
	"keydesk/internal/review"
	"keydesk/internal/rolemap"
	"keydesk/internal/testkit"
)

// kit is a console with reviews on an embedded organisation. Its map is the
// organisation itself, read through the desk each time.
type kit struct {
	*testkit.Kit
	*review.Reviews

	t      testing.TB
	seal   audit.Key
	people []string // who the map is about; nil: everybody with a role
	proven []rolemap.Reviewed
}

func newKit(t testing.TB, o ...testkit.Options) *kit {
	t.Helper()
	if len(o) == 0 {
		o = []testkit.Options{{}}
	}
	o[0].Org.People = 100
	k := &kit{Kit: testkit.New(t, o...), t: t, seal: newKey()}
	if err := k.Record.SignedBy(k.seal, ""); err != nil {
		t.Fatal(err)
	}
	k.Reviews = k.reviews()
	return k
}

// newKey is a key that nothing else was sealed with: not what another process of a
// fuzzing run has made either.
func newKey() audit.Key {
	seed := make([]byte, 32)
	_, _ = rand.Read(seed) // it never fails
	return audit.KeyOf(seed)
}

// reviews are those of one more process on the same database.
func (k *kit) reviews() *review.Reviews { return k.with(k.held) }

// with are reviews over another map.
func (k *kit) with(held func(context.Context) ([]rolemap.Assignment, error)) *review.Reviews {
	return k.made(held, k.Now, k.Record)
}

// by are reviews of a process with another clock, and with a record of that.
func (k *kit) by(now func() time.Time, record *audit.Log) *review.Reviews {
	return k.made(k.held, now, record)
}

func (k *kit) made(held func(context.Context) ([]rolemap.Assignment, error), now func() time.Time, record *audit.Log) *review.Reviews {
	key := sha256.Sum256([]byte("reviews"))
	return review.New(review.Config{
		DB: k.Store, Record: record, Desk: k.Desk, Held: held, Seal: k.seal, Key: key[:], Now: now, Log: slog.New(slog.DiscardHandler),
		Proven: func(_ context.Context, all []rolemap.Reviewed) error { k.proven = all; return nil },
		Of: func(ctx context.Context, people ...okta.UserID) ([]rolemap.Assignment, error) {
			all, err := held(ctx)
			return slices.DeleteFunc(slices.Clone(all), func(a rolemap.Assignment) bool { return !slices.Contains(people, a.Person.ID) }), err
		},
	})
}

// link makes somebody a person's manager, as somebody elsewhere would.
func (k *kit) link(of string, to okta.UserID) {
	k.t.Helper()
	owner, who := k.staff("owner"), id(k.t, of)
	if to == owner.OktaID { // nobody does that to themselves
		owner = k.staff("second")
	}
	name, err := okta.ParseLinkName("manager")
	if err != nil {
		k.t.Fatal(err)
	}
	boss, err := k.Desk.Person(k.t.Context(), owner, to)
	if err != nil {
		k.t.Fatal(err)
	}
	page, err := k.Desk.Links(k.t.Context(), owner, who, desk.LinkQuery{Name: name, Text: boss.User.Profile.Login()})
	if err != nil {
		k.t.Fatal(err)
	}
	for _, c := range page.Found.Value {
		if c.User.ID == to {
			if _, err := k.Desk.SetLink(k.t.Context(), owner, who, desk.UserOpts{Reason: desk.Reason{Note: "reports to"}, Token: c.Set.Token, On: c.Set.On}); err != nil {
				k.t.Fatal(err)
			}
			return
		}
	}
	k.t.Fatalf("nobody found under %s", boss.User.Profile.Login())
}

// staff is an operator, signed in a moment ago.
func (k *kit) staff(key string) desk.Actor {
	k.t.Helper()
	p, ok := k.Org.Person(k.Org.Staff()[key])
	if !ok {
		k.t.Fatalf("there is no %s", key)
	}
	role := map[string]desk.Role{"second": desk.Owner}[key]
	if role == "" {
		role = desk.Role(key)
	}
	return desk.Actor{ID: "iss#" + p.ID, OktaID: id(k.t, p.ID), Name: p.FirstName + " " + p.LastName, Email: p.Email, Roles: []desk.Role{role}, Session: "s-" + key, AuthTime: k.Now()}
}

func id(t testing.TB, s string) okta.UserID {
	t.Helper()
	uid, err := okta.ParseUserID(s)
	if err != nil {
		t.Fatal(err)
	}
	return uid
}

func person(a desk.Actor) review.Person {
	return review.Person{ID: a.OktaID.String(), Name: a.Name, Login: a.Email}
}

func (k *kit) held(ctx context.Context) (out []rolemap.Assignment, err error) {
	owner := k.staff("owner")
	for _, p := range k.Org.People() {
		if len(p.Roles) == 0 || k.people != nil && !slices.Contains(k.people, p.ID) {
			continue
		}
		page, err := k.Desk.Roles(ctx, owner, id(k.t, p.ID))
		if err != nil {
			return nil, err
		}
		for _, h := range page.Held {
			out = append(out, assignment(k, p, h))
		}
	}
	return out, nil
}

func assignment(k *kit, p oktasim.Person, h desk.HeldRole) rolemap.Assignment {
	a := rolemap.Assignment{
		Person: rolemap.Person{ID: id(k.t, p.ID), Login: p.Login, Name: p.FirstName + " " + p.LastName, Status: okta.Status(p.Status), Department: p.Department, Factors: p.Factors, ReadAt: k.Now()},
		Role:   h.Role.ID, Type: h.Role.Type, Label: h.Role.Label, Definition: h.Role.Role, ResourceSet: h.Role.ResourceSet, How: h.Role.AssignmentType, Assignee: h.Role.AssigneeID, Through: h.Through,
		Since: h.Role.Created,
	}
	switch {
	case h.Targets.Err != nil:
	case a.ResourceSet != "":
		a.Reach = rolemap.BySet
	case len(h.Targets.Value) == 0:
		a.Reach = rolemap.Everything
		a.Marks = []rolemap.Mark{{Name: rolemap.Wide, Label: rolemap.Wide.Label(), Why: "No limit is set."}}
	default:
		a.Reach = rolemap.Limited
	}
	for _, t := range h.Targets.Value {
		target := rolemap.Target{Kind: rolemap.Group, ID: t.On.Group.String(), Label: t.Label}
		if t.On.Group.IsZero() {
			target.Kind, target.ID = rolemap.App, t.On.App.String()
		}
		if !t.On.Instance.IsZero() {
			target.Kind, target.ID = rolemap.Instance, t.On.Instance.String()
		}
		a.Targets = append(a.Targets, target)
	}
	return a
}

// only narrows the map to people.
func (k *kit) only(people ...oktasim.Person) {
	k.people = []string{}
	for _, p := range people {
		k.people = append(k.people, p.ID)
	}
}

// start starts a review whose items the reviewers divide among them.
func (k *kit) start(reviewers ...desk.Actor) review.Review {
	k.t.Helper()
	p := review.Plan{Name: "Autumn review", Due: k.Now().Add(7 * 24 * time.Hour)}
	for _, r := range reviewers {
		p.Reviewers.Named = append(p.Reviewers.Named, person(r))
	}
	return k.startPlan(p)
}

func (k *kit) startPlan(p review.Plan) review.Review {
	k.t.Helper()
	v, err := k.Start(k.t.Context(), k.staff("owner"), p)
	if err != nil {
		k.t.Fatal(err)
	}
	return v
}

func (k *kit) items(v review.Review, q review.Query) []review.Item {
	k.t.Helper()
	q.Review = v.ID
	items, err := k.Items(k.t.Context(), k.staff("owner"), q)
	if err != nil {
		k.t.Fatal(err)
	}
	return items
}

// reviewer is the operator whom an item was handed to.
func (k *kit) reviewer(i review.Item) desk.Actor {
	k.t.Helper()
	for key, uid := range k.Org.Staff() {
		if uid == i.Reviewer.ID {
			return k.staff(key)
		}
	}
	k.t.Fatalf("item %d is handed to %q", i.N, i.Reviewer)
	return desk.Actor{}
}

// decide decides on an item as its reviewer.
func (k *kit) decide(i review.Item, v review.Verdict) review.Item {
	k.t.Helper()
	out, err := k.Decide(k.t.Context(), k.reviewer(i), review.Choice{Review: i.Review, N: i.N, Version: i.Version, Verdict: v, Note: "seen to it"})
	if err != nil {
		k.t.Fatalf("item %d, %s: %v", i.N, v, err)
	}
	return out
}

// closeAs closes a review as somebody who has read what that comes to.
func closeAs(ctx context.Context, r *review.Reviews, who desk.Actor, id string, undecided bool) (review.Review, error) {
	f, _ := r.Forecast(ctx, who, id) // who may not is told by the close
	return r.Close(ctx, who, id, review.Final{Shown: f.Shown, Undecided: undecided})
}

// Close is closeAs on the kit's own reviews.
func (k *kit) Close(ctx context.Context, who desk.Actor, id string, undecided bool) (review.Review, error) {
	return closeAs(ctx, k.Reviews, who, id, undecided)
}

// carry closes a review as somebody, and carries it out to its end.
func (k *kit) carry(v review.Review, closer desk.Actor) review.Review {
	k.t.Helper()
	if _, err := k.Close(k.t.Context(), closer, v.ID, true); err != nil {
		k.t.Fatal(err)
	}
	return k.finish(v)
}

// finish carries out what was closed, however often it has to wait, and asserts that it
// is sealed.
func (k *kit) finish(v review.Review) review.Review {
	k.t.Helper()
	k.toTheEnd()
	v, err := k.Reviews.Get(k.t.Context(), k.staff("owner"), v.ID)
	if err != nil || v.State != review.Closed || !v.Sealed {
		k.t.Fatalf("it is %s, sealed %v: %v", v.State, v.Sealed, err)
	}
	return v
}

// toTheEnd carries out until there is nothing more.
func (k *kit) toTheEnd() {
	k.t.Helper()
	for range 100 {
		wait, err := k.CarryOut(k.t.Context())
		if err != nil {
			k.t.Fatal(err)
		}
		if wait == 0 {
			return
		}
		k.Advance(wait)
	}
	k.t.Fatal("it does not end")
}

// bundle is the evidence of a review.
func (k *kit) bundle(v review.Review) []byte {
	k.t.Helper()
	var b bytes.Buffer
	if err := k.Bundle(k.t.Context(), k.staff("auditor"), v.ID, func(string) io.Writer { return &b }); err != nil {
		k.t.Fatal(err)
	}
	return b.Bytes()
}

// verified asserts that a bundle holds.
func (k *kit) verified(b []byte) review.Verified {
	k.t.Helper()
	got, err := review.Verify(bytes.NewReader(b), int64(len(b)), []string{k.seal.Public()})
	if err != nil || len(got.Faults) > 0 || !got.Trusted {
		k.t.Fatalf("%+v %v, trusted: %v", got.Faults, err, got.Trusted)
	}
	return got
}

// removals counts, by person and role, how often the organisation took a role away.
func (k *kit) removals() map[string]int {
	n := map[string]int{}
	for _, e := range k.Org.Log() {
		if e.Operation == "RemoveRoleFromUser" && e.Status == 204 {
			n[strings.TrimPrefix(e.Path, "/api/v1/users/")]++
		}
	}
	return n
}

// roleID is the id of a person's first role.
func (k *kit) roleID(p oktasim.Person) string {
	k.t.Helper()
	page, err := k.Desk.Roles(k.t.Context(), k.staff("owner"), id(k.t, p.ID))
	if err != nil {
		k.t.Fatal(err)
	}
	return page.Held[0].Role.ID.String()
}

// client is one of the organisation's API of its own.
func client(t testing.TB, k *kit) *okta.Client {
	t.Helper()
	c, err := okta.New(okta.Config{URL: "https://org.example", Token: okta.NewSecret(k.Org.Token()), Transport: inproc.Transport{Hosts: map[string]http.Handler{"org.example": k.Org}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
