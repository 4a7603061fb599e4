package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"keydesk/internal/audit"
)

// StaffSession is a browser in which an operator is signed in.
type StaffSession struct {
	Who         Actor  // as of its sign-in; Session names it, Address is where that came from
	Agent       string // what the browser says it is
	Since, Seen time.Time
	Until       time.Time // its end, whatever happens

	Mine, This bool     // the one who looks has it; it is the one they look from
	End        Decision // whether they may end it
}

// StaffSessions keeps those of all sessions that who may know of, their own first,
// then by person, the last used first.
func (d *Desk) StaffSessions(ctx context.Context, who Actor, all []StaffSession) []StaffSession {
	var out []StaffSession
	for _, s := range all {
		s.Mine, s.This = s.Who.ID == who.ID, s.Who.Session == who.Session
		s.End = d.mayEndSession(who, s)
		if s.Mine || d.policy.May(everywhere(who), ActStaff) {
			out = append(out, s)
		}
	}
	if slices.ContainsFunc(out, func(s StaffSession) bool { return !s.Mine }) {
		d.noted(ctx, who, "staff.sessions", "the sessions of colleagues shown")
	}
	slices.SortStableFunc(out, func(a, b StaffSession) int {
		switch {
		case a.This != b.This:
			return first(a.This)
		case a.Mine != b.Mine:
			return first(a.Mine)
		case a.Who.ID != b.Who.ID:
			return strings.Compare(a.Who.Name+a.Who.ID, b.Who.Name+b.Who.ID)
		}
		return b.Seen.Compare(a.Seen)
	})
	return out
}

func first(yes bool) int {
	if yes {
		return -1
	}
	return 1
}

// mayEndSession: one's own always, a colleague's with the right to it, unless they
// stand higher.
func (d *Desk) mayEndSession(who Actor, s StaffSession) Decision {
	switch {
	case s.Who.ID == who.ID:
		return Decision{Allowed: true}
	case !d.policy.May(everywhere(who), ActStaff):
		return d.policy.decideActor(everywhere(who), Spec{Action: "session_end", Perm: ActStaff})
	case s.Who.Tier().rank() > who.Tier().rank():
		return refuse("protected.staff", fmt.Sprintf("%s works in this console as %s.", s.Who.Name, roleWord(s.Who.Tier())), d.policy.askFor(rolesFrom(s.Who.Tier())...))
	}
	return Decision{Allowed: true}
}

// EndSession signs a browser out with end, if who may do that. The record has it
// first, or that it was refused: one row for each.
func (d *Desk) EndSession(ctx context.Context, who Actor, s StaffSession, end func(context.Context) error) error {
	r := who.row("session_end")
	r.Target, r.TargetID = s.Who.Email, s.Who.OktaID.String()
	if dec := d.mayEndSession(who, s); !dec.Allowed {
		return d.notYours(ctx, r, denied("session_end", dec))
	}
	r.Phase, r.Detail = audit.PhaseEvent, "session "+s.Who.Session+" of "+s.Who.Name+" ended"
	if _, err := d.record.Add(ctx, r); err != nil {
		return unrecorded("session_end", err)
	}
	if err := end(ctx); err != nil {
		return &Error{Kind: Other, Action: "session_end", Msg: "The session could not be ended. Try again.", Err: err}
	}
	return nil
}
