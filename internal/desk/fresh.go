package desk

import (
	"context"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"keydesk/internal/okta"
)

// operatorHolds is how long what was read of an operator's own account counts for
// an action that takes nobody over and hands out no privilege; those read it each
// time.
const operatorHolds = time.Minute

// readTarget reads what a change is decided on: the target and its roles afresh,
// its groups where the page saw them too long ago, and the operator's own
// account, side by side.
func (d *Desk) readTarget(ctx context.Context, x *deed) *Error {
	var rolesErr error
	var notNow *Error
	who := x.who
	x.on = Standing{ID: x.id, In: x.in, Staff: x.shown.Staff, StaffKnown: x.shown.Known, StaffRead: time.UnixMilli(x.shown.Read)}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { x.user, err = d.okta.Users.Get(gctx, x.id); return err })
	g.Go(func() error { x.on.Roles, rolesErr = d.okta.Roles.List(gctx, x.id); return nil })
	g.Go(func() error { who, notNow = d.serving(gctx, x.who, x.stakes()); return nil })
	if d.now().Sub(x.on.StaffRead) > staffHolds {
		g.Go(func() error {
			groups, err := d.okta.Access.Groups(gctx, x.id)
			x.on.readStaff(d.policy, groups, err)
			x.on.StaffRead = d.now()
			return nil
		})
	}
	err := g.Wait()
	if x.who = who; err != nil {
		return asError(translate(x.spec.Action, err))
	}
	owner, err := d.credentialOwner(ctx)
	if err != nil {
		x.user = okta.User{} // half a standing must not dress a page
		return asError(translate(x.spec.Action, err))
	}
	x.on.Name, x.on.Unreadable, x.on.Untouched = x.user.Name(), rolesErr != nil, owner == x.id
	d.policy.listings(&x.on, x.user)
	d.lastTier(ctx, &x.on)
	return notNow
}

// readStaff takes the target's console role out of its groups.
func (s *Standing) readStaff(p Policy, groups []okta.Group, err error) {
	s.Staff, s.StaffKnown = "", err == nil
	for _, g := range groups {
		s.Staff = higher(s.Staff, p.staffOf(g.Name))
	}
}

// lastTier raises the target's console role to the one of their last sign-in,
// which an issuer of its own may know better than Okta's groups.
func (d *Desk) lastTier(ctx context.Context, s *Standing) {
	last, err := d.staff(ctx, s.ID)
	if err != nil {
		s.StaffKnown = false
		return
	}
	s.Staff = higher(s.Staff, last)
}

// service remembers which operators' own accounts were in use, and when that was
// last read. Each process remembers what it read itself: what counts is how long ago
// that was.
type service struct {
	mu sync.Mutex
	at map[okta.UserID]time.Time
}

func (s *service) saw(id okta.UserID, u okta.User, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at = map[okta.UserID]time.Time{}
	}
	if delete(s.at, id); u.Status == okta.Active {
		s.at[id] = now
	}
}

func (s *service) since(id okta.UserID, then time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at[id].After(then)
}

// checkReason refuses to do without a reason and a ticket what the policy asks them
// for.
func (p Policy) checkReason(s Spec, r Reason) *Error {
	wrong := legible(s.Action, r)
	switch {
	case wrong != nil && (wrong.Msg != tooShort || p.NeedsReason(s) || strings.TrimSpace(r.Note) != ""):
		return wrong
	case p.NeedsTicket(s) && strings.TrimSpace(r.Ticket) == "":
		return &Error{Kind: Invalid, Action: s.Action, Field: "ticket", Msg: "Give the number of the ticket: the policy asks for one here."}
	}
	return nil
}

const tooShort = "Give a reason of three letters or more; it goes into the record."

// legible refuses a reason that nobody could read later.
func legible(a Action, r Reason) *Error {
	wrong := func(field, msg string) *Error { return &Error{Kind: Invalid, Action: a, Field: field, Msg: msg} }
	switch {
	case !readable(r.Note):
		return wrong("note", "The reason holds characters that cannot be shown. Type it anew.")
	case !readable(r.Ticket):
		return wrong("ticket", "The ticket holds characters that cannot be shown. Type it anew.")
	case letters(r.Note) < 3:
		return wrong("note", tooShort)
	case utf8.RuneCountInString(strings.TrimSpace(r.Note)) > 500:
		return wrong("note", "Keep the reason to 500 characters.")
	case utf8.RuneCountInString(strings.TrimSpace(r.Ticket)) > 60:
		return wrong("ticket", "A ticket number has at most 60 characters.")
	}
	return nil
}

// readable refuses what would hide, turn around or break a line of the record.
func readable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) })
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
