package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"keydesk/internal/approval"
	"keydesk/internal/okta"
)

// Waiting is a request as somebody's page shows it.
type Waiting struct {
	approval.Request
	Spec   Spec
	Person okta.UserID
	Mine   bool     // who looks is who asked: they may withdraw it
	Decide Decision // whether who looks may decide; the act itself is decided on again
	Proof  bool     // who looks has to sign in again before they approve
}

// ApprovalsPage is what waits for a second person, and what was decided lately.
type ApprovalsPage struct {
	Waiting []Waiting
	Past    []Waiting
}

// pastShown is how many decided requests the page lists.
const pastShown = 20

// Approvals reads what waits for a second person: what the actor asked for, and
// what they may know of because they may do the like.
func (d *Desk) Approvals(ctx context.Context, who Actor) (ApprovalsPage, error) {
	var p ApprovalsPage
	if !d.policy.May(who, ReadOwnRecord) {
		return p, denied("approvals", d.policy.decideActor(who, Spec{Action: "approvals", Perm: ReadOwnRecord}))
	}
	waiting, err1 := d.asked.Waiting(ctx)
	past, err2 := d.asked.Past(ctx, pastShown)
	if err := errors.Join(err1, err2); err != nil {
		return p, &Error{Kind: Other, Action: "approvals", Msg: "What waits for approval cannot be read right now. Try again.", Err: err}
	}
	if p.Waiting, err1 = d.known(ctx, who, waiting); err1 == nil {
		p.Past, err1 = d.known(ctx, who, past)
	}
	return p, translate("approvals", err1)
}

// About is what waits about one person, for whoever may see the person.
func (d *Desk) About(ctx context.Context, who Actor, id okta.UserID) ([]Waiting, error) {
	return view(ctx, d, who, "users.get", func(ctx context.Context) ([]Waiting, error) {
		waiting, err := d.asked.About(ctx, id.String())
		if err != nil {
			return nil, err
		}
		return d.known(ctx, who, waiting)
	})
}

// ToDecide is how many requests wait for the actor.
func (d *Desk) ToDecide(ctx context.Context, who Actor) int {
	waiting, err := d.asked.Waiting(ctx)
	var known []Waiting
	if err == nil {
		known, err = d.known(ctx, who, waiting)
	}
	if err != nil {
		d.log.ErrorContext(ctx, "requests could not be counted", "error", err)
	}
	return ApprovalsPage{Waiting: known}.ToDecide()
}

// ToDecide is how many of them whoever looks may decide.
func (p ApprovalsPage) ToDecide() (n int) {
	for _, w := range p.Waiting {
		if w.Decide.Allowed {
			n++
		}
	}
	return n
}

// known keeps the requests that the actor may know of.
func (d *Desk) known(ctx context.Context, who Actor, all []approval.Request) ([]Waiting, error) {
	var out []Waiting
	var ids []okta.UserID
	for _, r := range all {
		w := d.policy.waiting(who, r)
		w.Proof = !d.Proven(who, w.stakes(), 0)
		if d.policy.limited(who) && w.Spec.Room == "links" { // who stands at the other end may be outside
			w.Params, w.Effects = "", nil
		}
		if !w.Person.IsZero() && (w.Mine || d.policy.May(who, w.Spec.Perm) || d.policy.May(who, ReadRecord)) {
			out = append(out, w)
			ids = append(ids, w.Person)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	may, err := d.knows(ctx, who, ids)
	return slices.DeleteFunc(out, func(w Waiting) bool { return err != nil || !may(w.Person) }), err
}

// waiting is a request as the actor sees it.
func (p Policy) waiting(who Actor, r approval.Request) Waiting {
	w := Waiting{Request: r, Spec: spec(Action(r.Action)), Mine: r.ActorID == who.ID}
	if id, err := okta.ParseUserID(r.TargetID); err == nil {
		w.Person = id
	}
	w.Decide = p.mayDecide(who, w)
	return w
}

// mayDecide says whether the actor can be the second person at all. Nobody is their
// own; what the account is and who else stands where is decided when it is done.
func (p Policy) mayDecide(who Actor, w Waiting) Decision {
	needs := Role(w.Needs)
	var asker Actor
	switch err := json.Unmarshal(w.Actor, &asker); {
	case err != nil:
		return refuse("second.self", "Nobody can tell who asked for this.", "Ask whoever runs Keydesk.")
	case w.Mine || !asker.OktaID.IsZero() && asker.OktaID == who.OktaID:
		return refuse("second.self", "Nobody approves what they asked for themselves.", p.askFor(rolesFrom(needs)...))
	case who.Tier().rank() < needs.rank():
		return refuse("second.role", fmt.Sprintf("Your role, %s, is not enough to decide this.", roleWord(who.Tier())), p.askFor(rolesFrom(needs)...))
	case who.OktaID == w.Person:
		return refuse("self", "This is about your own account.", "Ask a colleague.")
	}
	for _, s := range []Spec{{Action: "approvals", Perm: ActApprovals}, w.Spec} {
		if dec := p.decideActor(who, s); !dec.Allowed {
			return dec
		}
	}
	if dec := p.decideScope(who, w.Spec, Standing{Name: w.Name, In: scopesOf(who)}); !dec.Allowed {
		return dec
	}
	return decideMapped(who)
}

func rolesFrom(low Role) []Role { return ranking()[max(1, low.rank()):] }
