package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// The acts of reading the role map, as the record names them.
const (
	mapShown    Action = "roles.map"
	mapExported Action = "roles.export"
)

// mayMap says whether the actor may see who holds which role: who may read people,
// all of them. It takes no admin role.
func (d *Desk) mayMap(who Actor) Decision {
	s := spec("roles.list")
	if dec := d.policy.decideActor(who, s); !dec.Allowed {
		return dec
	}
	if d.policy.limited(who) || !d.policy.allows(everywhere(who), s) {
		return refuse("scope", "Your role counts for "+d.policy.scopeWords(who)+" alone, and the role map is about everybody.", d.policy.askFor(d.policy.Holders(s)...))
	}
	return Decision{Allowed: true}
}

// RoleAct is something that was done from here to somebody's role.
type RoleAct struct {
	Person okta.UserID
	Action Action
	Role   string // its id; of an assignment its type
	At     time.Time
	By     string
	Seq    int64
}

// RoleActs are what was done to the roles of people and is in the record, the oldest
// first.
func (s *Survey) RoleActs(ctx context.Context, ids []okta.UserID) (out []RoleAct, err error) {
	if dec := s.d.policy.decideActor(s.who, spec("roles.list")); !dec.Allowed {
		return nil, denied("roles.list", dec)
	}
	for some := range slices.Chunk(ids, 200) {
		acts, err := s.d.record.DoneTo(ctx, texts(some), roleActions()...)
		if err != nil {
			return nil, unreadable(err)
		}
		for _, a := range acts {
			id, err := okta.ParseUserID(a.TargetID)
			if err != nil {
				continue
			}
			act := RoleAct{Person: id, Action: Action(a.Action), At: a.At, By: a.ActorName, Seq: a.Seq}
			for _, word := range strings.Fields(a.Params) {
				if name, value, _ := strings.Cut(word, "="); name == "role" || name == "type" {
					act.Role = value
				}
			}
			out = append(out, act)
		}
	}
	return out, nil
}

// roleActions are the actions that change somebody's roles.
func roleActions() (out []string) {
	for _, s := range catalog {
		if s.Perm == ActRoles {
			out = append(out, string(s.Action))
		}
	}
	return out
}

func texts(ids []okta.UserID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

// MapShown lets who see the role map, or refuses; either leaves a row.
func (d *Desk) MapShown(ctx context.Context, who Actor, what string) error {
	if dec := d.mayMap(who); !dec.Allowed {
		row := who.row(mapShown)
		row.Class = string(Reading)
		return d.notYours(ctx, row, denied(mapShown, dec))
	}
	return d.seen(ctx, who, mapShown, okta.User{}, what)
}

// MapExported lets who take the role map away, once the record has taken that: the
// format, and what was left out. Nothing is given out that could not be recorded.
func (d *Desk) MapExported(ctx context.Context, who Actor, as, filter string) error {
	row := who.row(mapExported)
	row.Class = string(Reading)
	if dec := d.mayMap(who); !dec.Allowed {
		return d.notYours(ctx, row, denied(mapExported, dec))
	}
	row.Phase, row.Detail, row.Params = audit.PhaseEvent, "as "+as, filter
	if _, err := d.record.Add(ctx, row); err != nil {
		return unrecorded(mapExported, err)
	}
	return nil
}
