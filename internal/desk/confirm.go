package desk

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"keydesk/internal/okta"
)

// ErrTakenBack is returned by Actor.Groups when the issuer no longer answers for
// the operator.
var ErrTakenBack = errors.New("the issuer no longer answers for the operator")

// Confirm asks what of an operator's roles is still held: whether their account in
// Okta is in use, and their groups where those can be read, in Okta or at the
// issuer; told is false where they cannot. A role that was gained since the sign-in
// is not among them. An *Error of kind Denied means that they may not be here.
func (d *Desk) Confirm(ctx context.Context, who Actor) (roles []Role, told bool, err error) {
	var groups []string
	var stopped *Error
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { stopped = d.inUse(gctx, who); return nil })
	g.Go(func() (err error) { groups, told, err = d.groupsOf(gctx, who); return err })
	err = g.Wait()
	switch {
	case stopped != nil:
		return nil, false, stopped
	case errors.Is(err, ErrTakenBack):
		return nil, false, &Error{Kind: Denied, Rule: "actor.standing", Err: err, Msg: "The sign-in service no longer answers for you, so nothing was sent.", Ask: "Sign out and in again."}
	case err != nil:
		return nil, false, &Error{Kind: Upstream, Rule: "actor.standing", Err: err, Msg: "Your own groups could not be read, so nothing was sent. Try again."}
	case !told:
		return who.Roles, false, nil
	}
	held := d.policy.RolesOf(groups)
	return slices.DeleteFunc(slices.Clone(who.Roles), func(r Role) bool { return !slices.Contains(held, r) }), true, nil
}

// AsksOkta reports whether Okta can tell the operator's groups.
func (d *Desk) AsksOkta(who Actor) bool { return d.oktaGroups && !who.OktaID.IsZero() }

func (d *Desk) groupsOf(ctx context.Context, who Actor) (names []string, told bool, err error) {
	switch {
	case d.AsksOkta(who):
		list, err := d.okta.Access.Groups(ctx, who.OktaID)
		if okta.IsForbidden(err) && who.Groups != nil { // the credential may not read groups: the issuer may tell them
			return who.Groups(ctx)
		}
		for _, g := range list {
			names = append(names, g.Name)
		}
		return names, err == nil, err
	case who.Groups != nil:
		return who.Groups(ctx)
	}
	return nil, false, nil
}

// serving is the actor with the roles still held when something is to be done, and
// why they may not do it: what takes an account over or hands out a privilege asks
// each time, all else about the account once a minute.
func (d *Desk) serving(ctx context.Context, who Actor, s Spec) (Actor, *Error) {
	if s.Risk != Takeover && s.Risk != Privilege {
		if who.OktaID.IsZero() || d.service.since(who.OktaID, d.now().Add(-operatorHolds)) {
			return who, nil
		}
		return who, d.inUse(ctx, who).about(s)
	}
	roles, _, err := d.Confirm(ctx, who)
	if err != nil {
		return who, asError(err).about(s)
	}
	who.Roles = roles
	return who, nil
}

// inUse stops an operator whose own account is no longer in use: a session of the
// console may outlive the job.
func (d *Desk) inUse(ctx context.Context, who Actor) *Error {
	if who.OktaID.IsZero() {
		return nil
	}
	self, err := d.okta.Users.Get(ctx, who.OktaID)
	switch {
	case okta.IsNotFound(err):
		return &Error{Kind: Denied, Rule: "actor.standing", Err: err, Ask: "Ask whoever runs Keydesk.", Msg: "Okta no longer knows your own account, so you may not do this."}
	case err != nil:
		return &Error{Kind: Upstream, Rule: "actor.standing", Err: err, Msg: "Your own account could not be read in Okta, so nothing was sent. Try again."}
	}
	d.service.saw(who.OktaID, self, d.now())
	if self.Status == okta.Active {
		return nil
	}
	return &Error{
		Kind: Denied, Rule: "actor.standing", Ask: "Ask whoever runs Keydesk.",
		Msg: "Your own account is " + StatusWord(self.Status) + " in Okta, so you may not do this.",
	}
}

// about names the action that an error stopped.
func (e *Error) about(s Spec) *Error {
	if e != nil {
		e.Action = s.Action
	}
	return e
}
