package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// ground is what an order is decided on beside the person's standing: read afresh when
// it is carried out, and as far as it is known where somebody asks beforehand.
type ground struct {
	limits  func(context.Context, okta.Role) (Limits, *Error)  // what the role is limited to
	present func(context.Context, Actor, Spec) (Actor, *Error) // an operator as they are now
}

// afresh is the ground of an order that is carried out.
func (d *Desk) afresh(x *deed) ground {
	return ground{
		limits: func(ctx context.Context, r okta.Role) (Limits, *Error) {
			now := d.targets(ctx, x.id, r, x.on.Roles)
			return Limits{idsOf(now.Value), reachOf(now.Value)}, now.Err
		},
		present: d.present,
	}
}

// never says why an order is not carried out whoever gives it, and whatever is read.
func (o Order) never() Revoked {
	if o.Role.Direct() {
		return Revoked{}
	}
	return Revoked{
		End: EndLeft, Rule: "roles.group",
		Why: "The role is held through " + o.Through + " and cannot be taken from the person: take it from the group, or the person out of the group.", Ask: "Use Okta's own console.",
	}
}

// mayRevoke says what stands in the way of an order as things are on a ground; the zero
// Revoked: nothing. It is the one place that answers, whether it is done now or
// somebody asks what a close would come to.
func (d *Desk) mayRevoke(ctx context.Context, x *deed, o Order, g ground) Revoked {
	left := func(dec Decision) Revoked {
		return Revoked{End: EndLeft, Rule: dec.Rule, Why: dec.Why, Ask: dec.Ask}
	}
	if x.on.Unreadable {
		return Revoked{End: EndAgain, Rule: "protected.unreadable", Why: "The admin roles cannot be read right now.", After: again}
	}
	for _, dec := range []Decision{d.policy.decideActor(x.who, x.spec), d.wordHolds(o), d.policy.asksOfRevokes(x.spec, o)} {
		if !dec.Allowed {
			return left(dec)
		}
	}
	if r := d.drifted(ctx, x, o, g); r.End != "" {
		return r
	}
	closer, stopped := g.present(ctx, o.Closed.Who, x.spec)
	if stopped != nil {
		return stands(stopped)
	}
	if o.Decided.Who.OktaID == o.Person {
		return left(refuse("self", "Nobody decides on their own roles.", "It has to be reviewed anew."))
	}
	dec := d.policy.decide(closer, x.spec, x.on)
	if !dec.Allowed {
		return left(pressed(dec))
	}
	if x.needs = dec; dec.Second != "" {
		if r := d.seconds(ctx, x, o, g); r.End != "" {
			return r
		}
	}
	if dec := d.policy.decide(x.who, x.spec, x.on); !dec.Allowed {
		return left(dec)
	}
	return Revoked{}
}

// wordHolds refuses what was closed too long ago to be begun now: the console was down,
// or somebody opened an old close again.
func (d *Desk) wordHolds(o Order) Decision {
	if d.now().Sub(o.Closed.At) <= closeHolds {
		return Decision{Allowed: true}
	}
	return refuse("review.late", "The review was closed more than a day ago, and what was decided in it is carried out within a day or not at all.", "Press "+onceMore+", if it is still meant.")
}

// asksOfRevokes refuses without the reason and the ticket that the policy asks of whoever
// takes a role away.
func (p Policy) asksOfRevokes(s Spec, o Order) Decision {
	switch {
	case p.NeedsReason(s) && letters(o.Note) < 3:
		return refuse("review.reason", "The policy asks for a reason here, and "+o.Decided.Who.Name+" gave none.", "It has to be decided anew, with a reason.")
	case p.NeedsTicket(s) && strings.TrimSpace(o.Ticket) == "":
		return refuse("review.ticket", "The policy asks for the number of a ticket here, and the review was closed without one.", "It has to be decided anew, in another review.")
	}
	return Decision{Allowed: true}
}

// pressed is a decision in a closed review: whom to ask, and what they do there.
func pressed(dec Decision) Decision {
	if ask, is := strings.CutPrefix(dec.Ask, "Ask a member of "); is {
		dec.Ask = "A member of " + strings.TrimSuffix(ask, ".") + " has to press " + onceMore + "."
	}
	return dec
}

// closerAtLimit is the end of an order whose closer has done as much as the policy lets
// one operator do.
func (d *Desk) closerAtLimit(closer Actor, q audit.Quota, at time.Time) Revoked {
	return Revoked{
		End: EndLeft, Rule: "limit." + q.Class + "." + q.Word(),
		Why: fmt.Sprintf("The policy lets one operator do %d of these acts within the %s, and %s has: what a review takes away counts for whoever closes it.", q.Most, q.Word(), closer.Name),
		Ask: "Press " + onceMore + " when the limit opens, " + opens(at, d.now()) + "; or a colleague who may do this presses it now.",
	}
}

// stands is the end of an order whose closer may not act as things are: for good, or
// until they can be asked about again.
func stands(e *Error) Revoked {
	why := strings.NewReplacer("Your own account", "The account of whoever closed the review", "your own account", "the account of whoever closed the review",
		"Your own groups", "The groups of whoever closed the review", ", so you may not do this", "", ", so nothing was sent. Try again.", ".").Replace(e.Msg)
	if e.Kind == Denied {
		return Revoked{End: EndLeft, Rule: e.Rule, Why: why, Ask: e.Ask}
	}
	return Revoked{End: EndAgain, Rule: e.Rule, Why: why, After: max(e.RetryAfter, again)}
}

// present is whoever closed the review or decided, as they are now.
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
		return who, &Error{Kind: Other, Action: s.Action, Rule: "second.asker", Err: err, Msg: who.Name + " cannot be looked up right now."}
	case !there:
		return who, &Error{Kind: Denied, Action: s.Action, Rule: "second.asker", Msg: who.Name + " is not signed in any more, so nobody can tell whether they still may.", Ask: "Whoever may do it has to press " + onceMore + "."}
	}
	return now, nil
}

// seconds says why whoever decided does not count as the second person; the zero
// Revoked: they do. It takes somebody else than the closer, with the right to the same
// as things are now, whose sign-in was fresh enough when they decided, not too long ago.
func (d *Desk) seconds(ctx context.Context, x *deed, o Order, g ground) Revoked {
	by := o.Decided.Who
	left := func(rule, why, ask string) Revoked { return Revoked{End: EndLeft, Rule: rule, Why: why, Ask: ask} }
	anew := "It has to be decided anew, in another review, by somebody who may do it themselves."
	if by.ID == o.Closed.Who.ID || !by.OktaID.IsZero() && by.OktaID == o.Closed.Who.OktaID {
		groups := d.policy.groupsOf(rolesFrom(x.needs.Second)...)
		return left("second.self", "This takes two people, and "+by.Name+" both decided it and closed the review.", "A member of "+groups+" other than "+by.Name+" has to press "+onceMore+".")
	}
	if o.Closed.At.Sub(o.Decided.At) > wordHolds {
		return left("second.old", "This takes two people, and "+by.Name+" decided it on "+o.Decided.At.UTC().Format("2 January 2006")+", more than 30 days before the close.", anew)
	}
	if fresh := d.policy.FreshSignIn(x.spec); fresh > 0 && (by.AuthTime.IsZero() || o.Decided.At.Sub(by.AuthTime) > fresh) {
		return left("sign_in.fresh", "This takes two people, and "+by.Name+" decided it more than "+minutes(fresh)+" after they had signed in.", anew)
	}
	by, e := g.present(ctx, by, x.spec)
	if e != nil && e.Kind != Denied {
		return Revoked{End: EndAgain, Rule: e.Rule, Why: by.Name + ", who decided it, cannot be looked up right now.", After: max(e.RetryAfter, again)}
	}
	if e == nil {
		e = d.mayApprove(ctx, x, by)
	}
	if e != nil {
		return left(e.Rule, fmt.Sprintf("This takes two people, and %s, who decided it, may not be the second: %s", by.Name, e.Msg), anew)
	}
	return Revoked{}
}

// drifted compares the role with what was decided on; the zero Revoked: it is the same.
func (d *Desk) drifted(ctx context.Context, x *deed, o Order, g ground) Revoked {
	drift := func(why string) Revoked {
		return Revoked{End: EndDrift, Rule: "review.drift", Why: why, Ask: "Decide it anew, in another review."}
	}
	i := slices.IndexFunc(x.on.Roles, o.same)
	if i < 0 {
		if slices.ContainsFunc(x.on.Roles, func(r okta.Role) bool { return r.Type == o.Role.Type && r.Type != okta.Custom && r.Direct() }) {
			return drift("The role was taken away and given again since the review began, so it stays as it is.")
		}
		return Revoked{End: EndGone, Rule: "roles.gone", Why: "The person does not hold the role any more."}
	}
	now := x.on.Roles[i]
	if why := o.another(now, x.user.Profile.Login()); why != "" {
		return drift(why)
	}
	if !o.Role.Created.IsZero() && now.Created.Sub(o.Role.Created).Abs() > clocksDiffer {
		return drift("The role was taken away and given again since the review began, on " + now.Created.UTC().Format("2 January 2006") + ", so it stays as it is.")
	}
	if !o.Known {
		return Revoked{}
	}
	limits, e := g.limits(ctx, now)
	if e != nil {
		return Revoked{End: EndAgain, Rule: "targets", Why: e.Msg, After: max(e.RetryAfter, again)}
	}
	if !slices.Equal(limits.IDs, o.Limits) {
		return drift("It reaches " + limits.Words + " now, which is not what was decided on, so it stays as it is.")
	}
	return Revoked{}
}

// another says why a role is not the one that was shown to whoever decided, whatever its
// id: what is shown comes from the map, and somebody may have changed it there.
func (o Order) another(now okta.Role, login string) string {
	switch {
	case !strings.EqualFold(login, o.Login):
		return "It was decided on as a role of " + o.Login + ", and the account is " + login + " in Okta, so it stays as it is."
	case now.Type != o.Role.Type:
		return "It was decided on as " + heldAs(o.Role) + ", and in Okta it is " + heldAs(now) + ", so it stays as it is."
	case now.Role != o.Role.Role || now.ResourceSet != o.Role.ResourceSet:
		return "What the custom role is made of is not what was decided on, so it stays as it is."
	}
	return ""
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
