package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// Holder is somebody with their admin roles, as they were read at once.
type Holder struct {
	User    okta.User
	Held    []HeldRole // of what was not asked this time, Targets is Kept
	Factors Read[int]  // how many are enrolled; Kept: not asked
	ReadAt  time.Time  // when the reading began
}

// HolderFunc is told what was just read of somebody's roles, or that they are about
// to be different: then Held is nil and ReadAt zero.
type HolderFunc func(ctx context.Context, h Holder)

// holderOf is what a page has read of somebody's roles; held has their limits, where
// the page shows them.
func holderOf(p Person, held []HeldRole, began time.Time) Holder {
	h := Holder{User: p.User, Held: slices.Clone(held), Factors: Read[int]{Kept: true}, ReadAt: began}
	if held == nil {
		for _, r := range p.Roles.Value {
			h.Held = append(h.Held, HeldRole{Role: r, Through: through(p, r), Targets: Read[[]Target]{Kept: true}})
		}
	}
	for i, r := range h.Held { // of a group's role, or a custom one, a page does not read this for certain
		h.Held[i].Targets.Kept = r.Targets.Kept || r.Targets.Err != nil || !r.Role.Direct() || r.Role.ResourceSet != ""
	}
	return h
}

// changed tells that an act is about to make somebody's roles, or their holder,
// different, or has.
func (d *Desk) changed(ctx context.Context, x *deed) {
	if x.spec.Room == "roles" || x.spec.Room == "targets" || len(x.on.Roles) > 0 {
		d.saw(context.WithoutCancel(ctx), Holder{User: okta.User{ID: x.id}})
	}
}

// Survey reads who holds which admin role, in the background: for the role map. It
// remembers what holders have in common, so that a group's roles are read once, and
// is for one walk, by one process, one call after another.
type Survey struct {
	d     *Desk
	who   Actor
	calls atomic.Int64
	group map[okta.GroupID]*carrier
	sets  map[string]string // names of the resource sets; nil: not read
}

// carrier is a group that carries roles.
type carrier struct {
	name    string
	targets map[okta.RoleID]Read[[]Target]
}

// Survey begins one, for one of the console's own actors.
func (d *Desk) Survey(who Actor) *Survey {
	return &Survey{d: d, who: who, group: map[okta.GroupID]*carrier{}}
}

// Calls is how many calls to Okta were made so far.
func (s *Survey) Calls() int64 { return s.calls.Load() }

// surveyed lets the survey's actor read within its share of the rate limit.
func surveyed[T any](ctx context.Context, s *Survey, a Action, do func(context.Context) (T, error)) (T, error) {
	return view(okta.Within(ctx, s.d.Share(), &s.calls), s.d, s.who, a, do)
}

// defaultShare is how much of a rate window the console's own actors use, per cent.
const defaultShare = 25

// errNoList is what a credential gets that may not list who holds a role.
var errNoList = errors.New("who holds a role cannot be listed")

// NoList reports whether a list of holders is not to be had, so that people have to
// be asked one by one.
func NoList(err error) bool { return errors.Is(err, errNoList) }

// Holders lists who holds a role, directly or through a group, 200 a call. Where the
// credential may not, the error is NoList. Outside the User API: ListRoleHolders.
func (s *Survey) Holders(ctx context.Context, after string) (ids []okta.UserID, next string, err error) {
	page, err := surveyed(ctx, s, "roles.list", func(ctx context.Context) (okta.Page[okta.UserID], error) {
		at, err := cursor("roles.list", after)
		if err != nil {
			return okta.Page[okta.UserID]{}, err
		}
		p, err := s.d.okta.Admins.List(ctx, at, surveyPage)
		if okta.IsForbidden(err) || okta.IsFeatureOff(err) || okta.IsNotFound(err) || lacking(err) != "" {
			return p, errors.Join(errNoList, err)
		}
		return p, err
	})
	return page.Items, page.Next.String(), err
}

// surveyPage is how many people a call lists, which is Okta's most.
const surveyPage = 200

// Everybody lists people, 200 a call, in the order of ids, which is Okta's where none
// is asked for. Operation ListUsers.
func (s *Survey) Everybody(ctx context.Context, after string) (people []okta.User, next string, err error) {
	page, err := surveyed(ctx, s, "users.list", func(ctx context.Context) (okta.Page[okta.User], error) {
		at, err := cursor("users.list", after)
		if err != nil {
			return okta.Page[okta.User]{}, err
		}
		return s.d.okta.Users.List(ctx, okta.UserQuery{Search: everyStatus(), Limit: surveyPage, After: at})
	})
	return page.Items, page.Next.String(), err
}

// everyStatus asks for everybody: a list without a search leaves out who is
// deactivated, and such people still hold their roles.
func everyStatus() okta.Expr {
	var any []okta.Expr
	for _, st := range Statuses() {
		v, _ := okta.ParseValue(string(st))
		any = append(any, okta.Eq(okta.AttrStatus, v))
	}
	return okta.Or(any...)
}

// People reads the accounts of ids, 25 a call; who is not found is left out.
// Operation ListUsers.
func (s *Survey) People(ctx context.Context, ids []okta.UserID) ([]okta.User, error) {
	return surveyed(ctx, s, "users.list", func(ctx context.Context) ([]okta.User, error) { return s.d.okta.Users.ByIDs(ctx, ids) })
}

// Person reads one account. Operation GetUser.
func (s *Survey) Person(ctx context.Context, id okta.UserID) (okta.User, error) {
	return surveyed(ctx, s, "users.get", func(ctx context.Context) (okta.User, error) { return s.d.okta.Users.Get(ctx, id) })
}

// Vanished reports whether an error says that Okta does not know the person.
func Vanished(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == NotFound || okta.IsNotFound(err)
}

// Refused reports whether Okta refuses to tell about one person, and may tell about
// others.
func Refused(err error) bool { return okta.IsForbidden(err) && lacking(err) == "" }

// Broken reports whether Okta answered, and with nothing that can be used: which may be
// about this one person.
func Broken(err error) bool {
	var oe *okta.Error
	return errors.As(err, &oe) && (oe.Status >= http.StatusInternalServerError || oe.Status == http.StatusOK)
}

// Lapsed reports whether Okta does not take a place in a list any more from which it
// was to go on: those age.
func Lapsed(err error) bool {
	var oe *okta.Error
	return errors.As(err, &oe) && oe.Status == http.StatusBadRequest
}

// Read reads what somebody holds: one call, one more for each role over apps, and
// what each group that carries a role of theirs is called and limited to, once. The
// factors are one more, and only for whoever holds something. Operations
// ListAssignedRolesForUser, ListApplicationTargetsForApplicationAdministratorRoleForUser,
// ListGroupTargetsForRole; outside the User API ListFactors, GetGroup,
// ListGroupTargetsForGroupRole, ListAppTargetsForGroupRole, ListResourceSets.
func (s *Survey) Read(ctx context.Context, u okta.User) (Holder, error) {
	return surveyed(ctx, s, "roles.list", func(ctx context.Context) (Holder, error) {
		h := Holder{User: u, ReadAt: s.d.now()}
		roles, err := s.d.okta.Roles.ListWithGroups(ctx, u.ID)
		if err != nil || len(roles) == 0 {
			return h, err
		}
		for _, r := range roles {
			held, err := s.held(ctx, u.ID, r)
			if err != nil {
				return h, err
			}
			h.Held = append(h.Held, held)
		}
		factors := ask(ctx, s.d, "factors.list", func(ctx context.Context) ([]okta.Factor, error) { return s.d.okta.Factors.List(ctx, u.ID) })
		h.Factors.Err = factors.Err
		for _, f := range factors.Value {
			if f.Status == "ACTIVE" {
				h.Factors.Value++
			}
		}
		return h, ctx.Err()
	})
}

// held finds out how far one role reaches.
func (s *Survey) held(ctx context.Context, id okta.UserID, r okta.Role) (h HeldRole, err error) {
	h.Role = r
	switch {
	case !r.Direct():
		h.Through, h.Targets, err = s.carried(ctx, r)
	case r.ResourceSet != "":
		h.Targets.Value = []Target{{Label: s.setName(ctx, r.ResourceSet), Note: "a resource set"}}
	case r.Type.GroupTargets() && r.Told():
		h.Targets.Value = groupTargets(r, r.Targets.Groups)
	default:
		h.Targets = s.d.targets(ctx, id, r, nil)
	}
	if err == nil {
		err = passing(h.Targets.Err)
	}
	return h, err
}

// carried is what a group that carries a role is called, and what the role is limited
// to there. Where Okta refuses to tell, that is said of the role.
func (s *Survey) carried(ctx context.Context, r okta.Role) (string, Read[[]Target], error) {
	id, err := okta.ParseGroupID(r.AssigneeID)
	if err != nil {
		return "a group", Read[[]Target]{Err: asError(translate("targets.groups", err))}, nil
	}
	c := s.group[id]
	if c == nil {
		g := part(s.d.okta.Groups.Get(ctx, id))("groups.get")
		if err := passing(g.Err); err != nil {
			return "", Read[[]Target]{}, err
		}
		c = &carrier{name: cmp.Or(g.Value.Name, id.String()), targets: map[okta.RoleID]Read[[]Target]{}}
		s.group[id] = c
	}
	t, known := c.targets[r.ID]
	if !known {
		t = s.groupTargets(ctx, id, r)
		if err := passing(t.Err); err != nil {
			return "", t, err
		}
		c.targets[r.ID] = t
	}
	return c.name, t, nil
}

func (s *Survey) groupTargets(ctx context.Context, id okta.GroupID, r okta.Role) Read[[]Target] {
	switch {
	case r.ResourceSet != "":
		return Read[[]Target]{Value: []Target{{Label: s.setName(ctx, r.ResourceSet), Note: "a resource set"}}}
	case r.Type.GroupTargets():
		groups, err := s.d.okta.Groups.RoleGroups(ctx, id, r.ID)
		return part(groupTargets(r, groups), err)("targets.groups")
	case r.Type.AppTargets():
		apps, err := s.d.okta.Groups.RoleApps(ctx, id, r.ID)
		return part(appTargets(r, apps), err)("targets.apps")
	}
	return Read[[]Target]{}
}

// setName is what a resource set is called, where Okta tells; they are read once.
func (s *Survey) setName(ctx context.Context, id string) string {
	if s.sets == nil {
		all := ask(ctx, s.d, "roles.sets", s.d.okta.Admins.Sets)
		if s.sets = all.Value; s.sets == nil {
			s.sets = map[string]string{}
		}
	}
	return cmp.Or(s.sets[id], id)
}

// passing is the error of a read that may work in a moment: what it is about stays
// open, where a refusal is an answer.
func passing(e *Error) error {
	if e == nil || e.Off || okta.IsForbidden(e) || okta.IsFeatureOff(e) || okta.IsNotFound(e) || lacking(e) != "" {
		return nil
	}
	return e
}

// Given is an assignment of a role that the record knows of, or Okta's log.
type Given struct {
	Person okta.UserID
	Type   okta.RoleType // empty: the log does not say
	From   time.Time     // when it was begun, and when its end was written
	To     time.Time
	By     string
	Seq    int64 // of the record; 0: it is Okta's log that knows
}

// Grants are the assignments that were made from here to any of ids, the oldest first;
// since is when the record begins.
func (s *Survey) Grants(ctx context.Context, ids []okta.UserID) (all []Given, since time.Time, err error) {
	if dec := s.d.policy.decideActor(s.who, spec("roles.list")); !dec.Allowed {
		return nil, since, denied("roles.list", dec)
	}
	acts, err := s.d.record.DoneTo(ctx, texts(ids), "roles.assign")
	if err != nil {
		return nil, since, unreadable(err)
	}
	for _, a := range acts {
		id, err := okta.ParseUserID(a.TargetID)
		t, _, perr := parseAssignment(a.Params)
		if err == nil && perr == nil {
			all = append(all, Given{Person: id, Type: t, From: a.At.Add(-clocksDiffer), To: a.End.At.Add(clocksDiffer), By: a.ActorName, Seq: a.Seq})
		}
	}
	since, err = s.d.record.Begins(ctx)
	return all, since, err
}

// GivenBy is the newest grant that a role can come from, by its type and time.
func GivenBy(all []Given, id okta.UserID, r okta.Role) (Given, bool) {
	for _, g := range slices.Backward(all) {
		if g.Person == id && (g.Type == r.Type || g.Type == "" && !r.Created.IsZero()) && (r.Created.IsZero() || !r.Created.Before(g.From) && !r.Created.After(g.To)) {
			return g, true
		}
	}
	return Given{}, false
}

// Walked writes into the record that the role map reads everybody's roles anew, or
// has read them.
func (s *Survey) Walked(ctx context.Context, detail string) error {
	r := s.who.row("roles.walk")
	r.Phase, r.Class, r.Detail = audit.PhaseEvent, string(Reading), detail
	if _, err := s.d.record.Add(ctx, r); err != nil {
		return unrecorded("roles.walk", err)
	}
	return nil
}
