package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"keydesk/internal/audit"
)

// MePage is what the policy says of the operator who looks.
type MePage struct {
	Policy  string // its version
	Held    []Held
	Reach   string // for whom the roles count, in words; empty: for everybody
	Reads   bool   // whether they may read people
	Record  bool   // whether they see the whole record, and not their own acts alone
	Decides bool   // whether they may be the second person
	Secrets bool   // whether they may see what an act yields
	Classes []MayClass
	Not     []MayNot
}

// Held is a role that somebody holds, by which groups, and for whom it counts.
type Held struct {
	Role   Role
	Groups []string
	Scope  string // in words; empty: everybody
}

// MayClass is what somebody may do of one class, and how much of it.
type MayClass struct {
	Risk   Risk
	May    []MayDo
	Limits []audit.Quota
}

// MayDo is one operation that somebody may do, and what it takes.
type MayDo struct {
	Spec           Spec
	Reason, Ticket bool
	Fresh          time.Duration
	Second         bool
}

// MayNot are operations that somebody may not do, with whom to ask.
type MayNot struct {
	Ask   string
	Specs []Spec
}

// Me says what the actor may do, what that takes, and how much of it is left.
func (d *Desk) Me(ctx context.Context, who Actor) (MePage, error) {
	p := d.policy
	if dec := p.decideActor(who, Spec{Action: "me", Perm: ReadOwnRecord}); !dec.Allowed {
		return MePage{}, denied("me", dec)
	}
	m := MePage{
		Policy: p.Name, Held: p.held(who), Reads: p.May(who, ReadUsers), Record: p.May(who, ReadRecord), Decides: p.May(who, ActApprovals), Secrets: p.May(who, ShowSecrets),
		Not: p.mayNot(who),
	}
	if len(everywhere(who).Roles) < len(who.Roles) {
		m.Reach = p.scopeWords(who)
	}
	for _, risk := range []Risk{Restoring, Takeover, Destructive, Privilege} {
		c := MayClass{Risk: risk, May: p.mayDo(who, risk), Limits: countedFor(who.ID, p.quotas(risk))}
		if len(c.May) == 0 {
			continue
		}
		if err := d.record.Used(ctx, who.ID, c.Limits); err != nil {
			return m, &Error{Kind: Other, Action: "me", Msg: "The record cannot be read right now, so nobody can tell what is left of your limits. Try again.", Err: err}
		}
		m.Classes = append(m.Classes, c)
	}
	return m, nil
}

func (p Policy) held(who Actor) []Held {
	out := make([]Held, len(who.Roles))
	for i, r := range who.Roles {
		tier, scope := r.Parts()
		h := Held{Role: tier}
		if scope != "" {
			h.Scope = p.Scopes[scope].words(scope)
		}
		for _, g := range p.Roles[tier].Groups {
			if g.Scope == scope {
				h.Groups = append(h.Groups, g.Group)
			}
		}
		out[i] = h
	}
	return out
}

// mayEver decides as far as it hangs on the actor alone.
func (p Policy) mayEver(who Actor, s Spec) Decision {
	return allOf(p.decideActor(who, s), decideMapped(who), p.decideScope(who, s, Standing{Name: "this", In: scopesOf(who)}))
}

func (p Policy) mayDo(who Actor, risk Risk) (out []MayDo) {
	for _, s := range catalog {
		if s.Risk == risk && p.mayEver(who, s).Allowed {
			out = append(out, MayDo{s, p.NeedsReason(s), p.NeedsTicket(s), p.FreshSignIn(s), p.TakesTwo(s)})
		}
	}
	return out
}

// mayNot groups what the actor may not do by whom to ask.
func (p Policy) mayNot(who Actor) (out []MayNot) {
	for _, s := range catalog {
		dec := p.mayEver(who, s)
		if dec.Allowed || s.Risk == Reading {
			continue
		}
		i := slices.IndexFunc(out, func(n MayNot) bool { return n.Ask == dec.Ask })
		if i < 0 {
			i, out = len(out), append(out, MayNot{Ask: strings.TrimSpace(dec.Ask)})
		}
		out[i].Specs = append(out[i].Specs, s)
	}
	return out
}
