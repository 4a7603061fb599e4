package okta

import (
	"context"
	"errors"
	"iter"
	"net/http"
)

// Admins is the room of who holds a role, outside the User API. Needs
// okta.roles.read.
type Admins service

var errNoList = errors.New("the answer holds no list")

// List reads a page of the people who hold a role, directly or through a group
// (listUsersWithRoleAssignments of Okta's roles API); limit 0 is Okta's default of
// 100, the most is 200.
func (s *Admins) List(ctx context.Context, after Cursor, limit int) (Page[UserID], error) {
	r, err := request{op: listRoleHolders}.sized(limit)
	if err != nil {
		return Page[UserID]{}, err
	}
	if !after.IsZero() {
		r.set("after", after.after)
	}
	var p Page[UserID]
	_, _, err = one(ctx, s.client, r, func(h holders) (err error) {
		p, err = h.page(after)
		return err
	})
	return p, err
}

// All reads them page by page, as Users.All does.
func (s *Admins) All(ctx context.Context) iter.Seq2[UserID, error] {
	return every(listRoleHolders, func(at Cursor) (Page[UserID], error) { return s.List(ctx, at, maxLimit) })
}

// Sets reads the names of the resource sets, by their ids (listResourceSets of Okta's
// roles API): Okta gives them on one page or several.
func (s *Admins) Sets(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	var at Cursor
	for range maxPages {
		r := request{op: listResourceSets}
		if !at.IsZero() {
			r.set("after", at.after)
		}
		var p sets
		if _, err := s.client.get(ctx, r, &p); err != nil {
			return nil, err
		}
		for _, set := range p.Sets {
			names[set.ID] = set.Label
		}
		next, err := nextCursor(p.Links.Next.Href, at)
		if err != nil || next.IsZero() {
			return names, err
		}
		at = next
	}
	return nil, &Error{Op: string(listResourceSets), Status: http.StatusOK, Err: errEndless}
}

// sets is a page of resource sets.
type sets struct {
	Sets []struct {
		ID    string `json:"id"`
		Label string `json:"label"`
	} `json:"resource-sets"`
	Links struct {
		Next struct {
			Href string `json:"href"`
		} `json:"next"`
	} `json:"_links"`
}

// holders is a list as the newer of Okta's APIs page it: in the body.
type holders struct {
	Value []struct {
		ID UserID `json:"id"`
	} `json:"value"`
	Links struct {
		Next struct {
			Href string `json:"href"`
		} `json:"next"`
	} `json:"_links"`
}

func (h holders) page(at Cursor) (Page[UserID], error) {
	if h.Value == nil {
		return Page[UserID]{}, errNoList
	}
	p := Page[UserID]{Items: make([]UserID, len(h.Value))}
	for i, v := range h.Value {
		if v.ID.IsZero() {
			return Page[UserID]{}, ErrBadID
		}
		p.Items[i] = v.ID
	}
	next, err := nextCursor(h.Links.Next.Href, at)
	if err != nil {
		return Page[UserID]{}, err
	}
	p.Next = next
	return p, nil
}
