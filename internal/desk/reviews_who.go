package desk

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// MayReview says whether the actor may see reviews, and decide what they are asked:
// who may read everybody, since what is reviewed is about everybody.
func (d *Desk) MayReview(who Actor) Decision {
	s := spec("roles.list")
	switch wide := everywhere(who); {
	case !d.policy.decideActor(who, s).Allowed:
		return d.policy.decideActor(who, s)
	case !d.policy.allows(wide, s):
		return refuse("scope.reach", "Your role counts for "+d.policy.scopeWords(who)+" alone, and a review is about everybody.", d.policy.askFor(d.policy.Holders(s)...))
	}
	return decideMapped(who)
}

// MayRunReviews says whether the actor may start reviews, hand them on and close them.
func (d *Desk) MayRunReviews(who Actor) Decision {
	return allOf(d.MayReview(who), d.policy.decideActor(everywhere(who), Spec{Action: "reviews", Perm: ActReviews}))
}

// MayExportReview says whether the actor may take a review's evidence away, in which
// all rows of the record stand that were written meanwhile.
func (d *Desk) MayExportReview(who Actor) Decision { return allOf(d.MayReview(who), d.mayExport(who)) }

// TakesTwo reports whether to take a role of a type from somebody takes two people,
// whoever they are.
func TakesTwo(t okta.RoleType) bool { return neededTier(kindOf(okta.Role{Type: t})) == Owner }

// RevokeProof refuses, with a row, an operator who may remove roles and whose sign-in is
// not fresh enough for it. The word of one who may not does not count for that.
func (d *Desk) RevokeProof(ctx context.Context, who Actor, does Action) *Error {
	s := spec("roles.remove")
	if !d.policy.decideActor(who, s).Allowed {
		return nil
	}
	e := d.needsProof(who, s, 0)
	if e == nil {
		return nil
	}
	e.Action = does
	return d.notYours(ctx, who.row(does), e)
}

// RevokesNeed says what the policy asks of whoever takes a role away: a reason, which in
// a review is given with the decision, and a ticket, which is given with the close.
func (d *Desk) RevokesNeed() (reason, ticket bool) {
	s := spec("roles.remove")
	return d.policy.NeedsReason(s), d.policy.NeedsTicket(s)
}

// Ticket refuses the number of a ticket that nobody could read later.
func Ticket(does Action, number string) *Error {
	return legible(does, Reason{Note: "is about the ticket alone", Ticket: number})
}

// Row is a row of the record in which nothing stands yet but who does what.
func (d *Desk) Row(who Actor, does Action) audit.Row {
	r := who.row(does)
	r.Phase = audit.PhaseEvent
	return r
}

// Deny writes the refusal of something that is no act on a person into the record, and
// returns it.
func (d *Desk) Deny(ctx context.Context, who Actor, does Action, dec Decision) *Error {
	return d.notYours(ctx, who.row(does), denied(does, dec))
}

// Legible refuses a sentence that nobody could read later in the record; asked also one
// that is missing.
func Legible(does Action, note string, asked bool) *Error {
	if wrong := legible(does, Reason{Note: note}); wrong != nil && (asked || wrong.Msg != tooShort || note != "") {
		return wrong
	}
	return nil
}

// Colleague is somebody who may be asked to decide in a review.
type Colleague struct {
	ID          okta.UserID
	Name, Login string
	Role        Role   // in the console, for everybody; empty: none
	No          string // why they cannot, as a sentence; empty: they can
}

// Colleague looks somebody up: their account has to be in use, and a group of theirs or
// their last sign-in has to give them a role of the console.
func (d *Desk) Colleague(ctx context.Context, id okta.UserID) (Colleague, error) {
	return view(ctx, d, Reviews(Actor{}), "users.get", func(ctx context.Context) (Colleague, error) {
		u, err := d.okta.Users.Get(ctx, id)
		if okta.IsNotFound(err) {
			return Colleague{ID: id, No: "Okta knows nobody with this id any more."}, nil
		}
		if err != nil {
			return Colleague{}, err
		}
		roles, err := d.rolesOf(ctx, id)
		if err != nil {
			return Colleague{}, err
		}
		as := Actor{Roles: roles}
		return Colleague{id, u.Name(), u.Profile.Login(), everywhere(as).Tier(), d.cannotReview(u, as)}, nil
	})
}

// rolesOf are somebody's roles in the console: those that their groups in Okta give,
// where it goes by them, else the one of their last sign-in.
func (d *Desk) rolesOf(ctx context.Context, id okta.UserID) ([]Role, error) {
	if !d.oktaGroups {
		last, err := d.staff(ctx, id)
		if err != nil || last == "" {
			return nil, err
		}
		return []Role{last}, nil
	}
	groups, err := d.okta.Access.Groups(ctx, id)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, g := range groups {
		names = append(names, g.Name)
	}
	return d.policy.RolesOf(names), nil
}

// cannotReview says why somebody cannot decide in reviews; empty: they can.
func (d *Desk) cannotReview(u okta.User, as Actor) string {
	switch {
	case u.Status != okta.Active:
		return u.Name() + "'s account is " + StatusWord(u.Status) + "."
	case len(as.Roles) == 0 && d.oktaGroups:
		return u.Name() + " has no role in this console."
	case len(as.Roles) == 0:
		return u.Name() + " has never signed in here."
	case everywhere(as).Tier() == "":
		return u.Name() + "'s role in this console counts for a part of the people alone, and a review is about everybody."
	case !d.policy.allows(everywhere(as), spec("roles.list")):
		return u.Name() + "'s role in this console does not include reading people."
	}
	return ""
}

// ownerWait is how long a page of a review waits to be told whose the credential is:
// everything else on it is in the database.
const ownerWait = time.Second

// NeverRevoked says why no review takes a role from an account, whoever decides; empty:
// nothing is known that stands in the way. Whose the credential is it asks at most once.
func (d *Desk) NeverRevoked(ctx context.Context) func(id okta.UserID, login string) string {
	ctx, cancel := context.WithTimeout(ctx, ownerWait)
	defer cancel()
	owner, err := d.credentialOwner(ctx)
	return func(id okta.UserID, login string) string {
		name, _ := json.Marshal(login) // a text
		switch {
		case err == nil && owner == id:
			return "The account owns the credential of this console, so no role is taken from it here."
		case listed(d.policy.BreakGlass, okta.User{ID: id, Profile: okta.Profile{"login": name}}):
			return "It is an emergency account, so no role is taken from it here."
		}
		return ""
	}
}

// Manager is whom a relation names as somebody's manager; a zero ID: nobody, and No
// says why.
func (d *Desk) Manager(ctx context.Context, of okta.UserID, relation okta.LinkName) (Colleague, error) {
	return view(ctx, d, Reviews(Actor{}), "links.list", func(ctx context.Context) (Colleague, error) {
		ids, err := d.okta.Links.List(ctx, of, relation)
		switch {
		case okta.IsNotFound(err):
			return Colleague{No: "The organisation has no relation of this name, or the person is gone."}, nil
		case err != nil:
			return Colleague{}, err
		case len(ids) != 1 || slices.Contains(ids, of):
			return Colleague{No: "Okta names nobody as " + relation.String() + "."}, nil
		}
		return d.Colleague(ctx, ids[0])
	})
}
