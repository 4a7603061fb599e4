package desk

import (
	"context"
	"slices"
	"time"

	"keydesk/internal/okta"
)

// News is what Okta's System Log says has happened to roles.
type News struct {
	People map[okta.UserID]time.Time // whose roles changed, and when last
	Grants []Given                   // who gave whom a role, which the log does not name
	Groups time.Time                 // when the roles of a group changed last, or what a custom role covers: those of many people; zero: they did not
	Next   time.Time                 // there are more from then on; zero: that was all
	Off    bool                      // the credential may not read the log
}

// sameGrant is how far apart Okta's log and Okta's role may say that it was given.
const sameGrant = 5 * time.Second

// groupsAtOnce is how many groups one search of the log names, so that the address
// stays short.
const groupsAtOnce = 20

// News reads what happened to roles since then, and to the membership of groups that
// carry some: one call, and one for each twenty groups. Outside the User API:
// ListLogEvents.
func (s *Survey) News(ctx context.Context, since time.Time, carriers []okta.GroupID) (n News, err error) {
	n.People = map[okta.UserID]time.Time{}
	filters := []okta.Expr{okta.Or(begins("user.account.privilege."), begins("group.privilege."), begins("iam."))}
	for some := range slices.Chunk(carriers, groupsAtOnce) {
		any := make([]okta.Expr, len(some))
		for i, g := range some {
			v, _ := okta.ParseValue(g.String()) // a bad one makes an expression that is refused
			any[i] = okta.Eq(okta.AttrTarget, v)
		}
		filters = append(filters, okta.And(begins("group.user_membership."), okta.Or(any...)))
	}
	for _, f := range filters {
		events, err := surveyed(ctx, s, "roles.list", func(ctx context.Context) (Read[[]okta.LogEvent], error) {
			r := ask(ctx, s.d, "logs.since", func(ctx context.Context) ([]okta.LogEvent, error) { return s.d.okta.Logs.Since(ctx, since, f) })
			if r.Err != nil && !r.Err.Off {
				return r, r.Err
			}
			return r, nil
		})
		if n.Off = events.Err != nil; err != nil || n.Off {
			return n, err
		}
		n.take(events.Value)
	}
	return n, nil
}

func begins(kind string) okta.Expr {
	v, _ := okta.ParseValue(kind)
	return okta.StartsWith(okta.AttrEventType, v)
}

// take adds events to the news.
func (n *News) take(events []okta.LogEvent) {
	for _, e := range events {
		some := false
		for _, a := range e.About {
			if id, err := okta.ParseUserID(a.ID); err == nil && a.Type == "User" {
				some = true
				if n.People[id].Before(e.Published) {
					n.People[id] = e.Published
				}
				if e.Type == "user.account.privilege.grant" && e.Outcome == "SUCCESS" {
					n.Grants = append(n.Grants, Given{Person: id, From: e.Published.Add(-sameGrant), To: e.Published.Add(sameGrant), By: e.Actor})
				}
			}
		}
		if !some && n.Groups.Before(e.Published) {
			n.Groups = e.Published
		}
	}
	if len(events) < surveyPage {
		return
	}
	if last := events[len(events)-1].Published; n.Next.IsZero() || last.Before(n.Next) {
		n.Next = last // the other searches may have come further, and say the same again
	}
}
