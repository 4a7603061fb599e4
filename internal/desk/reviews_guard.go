package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"keydesk/internal/okta"
)

// mayRevoke says what stands in the way of an order as things are now; the zero
// Revoked: nothing.
func (d *Desk) mayRevoke(ctx context.Context, x *deed, o Order) Revoked {
	left := func(dec Decision) Revoked {
		return Revoked{End: EndLeft, Rule: dec.Rule, Why: dec.Why, Ask: dec.Ask}
	}
	if x.on.Unreadable {
		return Revoked{End: EndAgain, Rule: "protected.unreadable", Why: "The admin roles cannot be read right now; it is tried again.", After: again}
	}
	if dec := d.policy.decideActor(x.who, x.spec); !dec.Allowed {
		return left(dec)
	}
	if r := d.drifted(ctx, x, o); r.End != "" {
		return r
	}
	closer, stopped := d.present(ctx, o.Closed.Who, x.spec)
	if stopped != nil {
		return stands(stopped)
	}
	if o.Decided.Who.OktaID == o.Person {
		return left(refuse("self", "Nobody decides on their own roles.", "It has to be reviewed anew."))
	}
	dec := d.policy.decide(closer, x.spec, x.on)
	if !dec.Allowed {
		return left(dec)
	}
	if x.needs = dec; dec.Second != "" {
		if dec := d.seconds(ctx, x, o); !dec.Allowed {
			return left(dec)
		}
	}
	if dec := d.policy.decide(x.who, x.spec, x.on); !dec.Allowed {
		return left(dec)
	}
	return Revoked{}
}

// stands is the end of an order whose closer may not act as things are: for good, or
// until they can be asked about again.
func stands(e *Error) Revoked {
	if e.Kind == Denied {
		why := strings.NewReplacer("Your own account", "The account of whoever closed the review", "your own account", "the account of whoever closed the review", ", so you may not do this", "").Replace(e.Msg)
		return Revoked{End: EndLeft, Rule: e.Rule, Why: why, Ask: e.Ask}
	}
	return Revoked{End: EndAgain, Rule: e.Rule, Why: e.Msg, After: max(e.RetryAfter, again)}
}

// present is whoever closed the review, as they are now.
func (d *Desk) present(ctx context.Context, who Actor, s Spec) (Actor, *Error) {
	who, e := d.serving(ctx, who, s)
	if e != nil {
		return who, e
	}
	return d.signedInStill(ctx, who, s)
}

// signedInStill is still, with the words of a review for when they are not.
func (d *Desk) signedInStill(ctx context.Context, who Actor, s Spec) (Actor, *Error) {
	now, there, err := d.still(ctx, who)
	switch {
	case err != nil:
		return who, &Error{Kind: Other, Action: s.Action, Rule: "second.asker", Err: err, Msg: who.Name + " cannot be looked up right now; it is tried again."}
	case !there:
		return who, &Error{Kind: Denied, Action: s.Action, Rule: "second.asker", Msg: who.Name + " is not signed in any more, so nobody can tell whether they still may.", Ask: "Whoever may do it carries out what is left."}
	}
	return now, nil
}

// seconds says whether whoever decided counts as the second person: somebody else
// than the closer, with the right to the same as things are now, whose sign-in was
// fresh enough when they decided.
func (d *Desk) seconds(ctx context.Context, x *deed, o Order) Decision {
	by := o.Decided.Who
	if by.ID == o.Closed.Who.ID || !by.OktaID.IsZero() && by.OktaID == o.Closed.Who.OktaID {
		return refuse("second.self", "This takes two people, and "+by.Name+" both decided it and closed the review.", x.needs.Ask)
	}
	if fresh := d.policy.FreshSignIn(x.spec); fresh > 0 && (by.AuthTime.IsZero() || o.Decided.At.Sub(by.AuthTime) > fresh) {
		return refuse("sign_in.fresh", "This takes two people, and "+by.Name+" decided it more than "+minutes(fresh)+" after they had signed in.", x.needs.Ask)
	}
	by, e := d.signedInStill(ctx, by, x.spec)
	if e == nil {
		e = d.approver(ctx, x, by)
	}
	if e != nil {
		return refuse(e.Rule, fmt.Sprintf("This takes two people, and %s, who decided it, may not be the second: %s", by.Name, e.Msg), x.needs.Ask)
	}
	return Decision{Allowed: true}
}

// drifted compares the role with what was decided on; the zero Revoked: it is the same.
func (d *Desk) drifted(ctx context.Context, x *deed, o Order) Revoked {
	drift := func(why string) Revoked { return Revoked{End: EndDrift, Rule: "review.drift", Why: why} }
	i := slices.IndexFunc(x.on.Roles, o.same)
	if i < 0 {
		if slices.ContainsFunc(x.on.Roles, func(r okta.Role) bool { return r.Type == o.Role.Type && r.Type != okta.Custom && r.Direct() }) {
			return drift("The role was taken away and given again since the review began. It was left as it is.")
		}
		return Revoked{End: EndGone, Rule: "roles.gone", Why: "The person does not hold the role any more."}
	}
	now := x.on.Roles[i]
	if !o.Role.Created.IsZero() && now.Created.Sub(o.Role.Created).Abs() > clocksDiffer {
		return drift("The role was taken away and given again since the review began, on " + now.Created.UTC().Format("2 January 2006") + ". It was left as it is.")
	}
	if !o.Known {
		return Revoked{}
	}
	limits := d.targets(ctx, x.id, now, x.on.Roles)
	if limits.Err != nil {
		return Revoked{End: EndAgain, Rule: "targets", Why: limits.Err.Msg, After: max(limits.Err.RetryAfter, again)}
	}
	if ids := idsOf(limits.Value); !slices.Equal(ids, o.Limits) {
		return drift("It reaches " + reachOf(limits.Value) + " now, which is not what was decided on. It was left as it is.")
	}
	return Revoked{}
}

// reachOf says what a role with these limits reaches.
func reachOf(limits []Target) string {
	if len(limits) == 0 {
		return "everything"
	}
	names := make([]string, len(limits))
	for i, t := range limits {
		names[i] = t.Label
	}
	return strings.Join(names, ", ")
}
