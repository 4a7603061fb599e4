package desk

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"keydesk/internal/okta"
)

// membersHold is how long what was read of a group's members counts for lists.
// Every page of a person and every act asks afresh.
const membersHold = 5 * time.Minute

// membersMost is how many members a group may have that a scope names.
const membersMost = 20_000

// members remembers who is in the groups that scopes name.
type members struct {
	mu sync.Mutex
	by map[string]memberSet
}

// memberSet is a group's members as they were at a moment.
type memberSet struct {
	at     time.Time
	people []okta.User // with what lists show of them
	has    map[okta.UserID]bool
}

func (m *members) get(group string) memberSet {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.by[group]
}

func (m *members) put(group string, s memberSet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by == nil {
		m.by = map[string]memberSet{}
	}
	m.by[group] = s
}

// membersOf are the members of a group that a scope names.
func (d *Desk) membersOf(ctx context.Context, group string) (memberSet, error) {
	done, err := d.reading.enter(ctx, group) // one reads, the others wait for it
	if err != nil {
		return memberSet{}, err
	}
	defer done()
	if s := d.members.get(group); d.now().Sub(s.at) < membersHold {
		return s, nil
	}
	s, err := d.readMembers(ctx, group)
	if err == nil {
		d.members.put(group, s)
	}
	return s, err
}

func (d *Desk) readMembers(ctx context.Context, group string) (memberSet, error) {
	s := memberSet{at: d.now(), has: map[okta.UserID]bool{}}
	id, err := d.scopeGroup(ctx, group)
	if err != nil || id.IsZero() {
		return s, err
	}
	for u, err := range d.okta.Groups.Members(ctx, id) {
		if err != nil {
			return s, err
		}
		if len(s.people) == membersMost {
			return s, fmt.Errorf("the group %q, which a scope names, has more than %d members: use a scope by attribute", group, membersMost)
		}
		s.has[u.ID] = true
		s.people = append(s.people, listedUser(u))
	}
	slices.SortStableFunc(s.people, func(a, b okta.User) int {
		return cmp.Compare(strings.ToLower(a.Profile.LastName()), strings.ToLower(b.Profile.LastName()))
	})
	return s, nil
}

// scopeGroup is the id of the group that a scope names by id or name. A name that
// no single group of Okta's own has is nobody's.
func (d *Desk) scopeGroup(ctx context.Context, group string) (okta.GroupID, error) {
	if id, err := okta.ParseGroupID(group); err == nil && strings.HasPrefix(group, "00g") {
		return id, nil
	}
	found, err := d.okta.Groups.Find(ctx, group, 0)
	named := slices.DeleteFunc(found, func(g okta.Group) bool { return g.Name != group || g.Type != "OKTA_GROUP" })
	if err != nil || len(named) != 1 {
		return okta.GroupID{}, err
	}
	return named[0].ID, nil
}

// listedUser is what a list shows of somebody.
func listedUser(u okta.User) okta.User {
	kept := okta.Profile{}
	for _, name := range []string{"firstName", "lastName", "displayName", "login", "email", "title", "department"} {
		if v, ok := u.Profile[name]; ok {
			kept[name] = v
		}
	}
	return okta.User{ID: u.ID, Status: u.Status, Created: u.Created, LastUpdated: u.LastUpdated, LastLogin: u.LastLogin, Profile: kept}
}

// ofMembers marks a cursor of a list that is cut from members.
const ofMembers = "~"

// searchWithin is search for an actor of limited reach. Members of groups are
// searched here, so that nothing of what Okta would find besides shows in the
// length of a page; people with an attribute by Okta, with it in the expression.
// A cursor is one that this session was given: where a list goes on after somebody
// would tell whether they exist.
func (d *Desk) searchWithin(ctx context.Context, who Actor, q Query) (Results, error) {
	asked, ours := q, false
	if q.After, ours = d.given(who, q.After); !ours {
		return Results{}, noSuchPage(nil)
	}
	res, err := d.lookWithin(ctx, who, q)
	res.Query, res.Next = asked, d.handOut(who, res.Next)
	return res, err
}

// handOut marks a cursor as one that a page of this session was given.
func (d *Desk) handOut(who Actor, cursor string) string {
	if cursor == "" {
		return ""
	}
	return encode(d.mac(who, "users.list", okta.UserID{}, Object{}, []byte(cursor))) + cursor
}

// given is the cursor of a page that handOut marked; false where it did not.
func (d *Desk) given(who Actor, marked string) (string, bool) {
	long := base64.RawURLEncoding.EncodedLen(sha256.Size)
	if len(marked) < long {
		return "", marked == ""
	}
	cursor := marked[long:]
	return cursor, hmac.Equal([]byte(marked), []byte(d.handOut(who, cursor)))
}

func (d *Desk) lookWithin(ctx context.Context, who Actor, q Query) (Results, error) {
	res := Results{Query: q, Asked: true}
	expr, err := expression(q)
	if err != nil {
		return res, err
	}
	scopes := d.policy.seen(who)
	if from, cut := strings.CutPrefix(q.After, ofMembers); cut || q.After == "" {
		q.After = ""
		more, err := d.cutMembers(ctx, &res, scopes, from)
		if err != nil || more {
			return res, err
		}
	}
	of := attributeOf(scopes)
	if of.IsZero() {
		return res, nil
	}
	page, err := d.list(ctx, okta.And(expr, of), q.After)
	for _, u := range page.Items {
		if !slices.ContainsFunc(res.People, func(have okta.User) bool { return have.ID == u.ID }) {
			res.People = append(res.People, u)
		}
	}
	res.Next = page.Next.String()
	return res, err
}

// attributeOf asks for the people in any of the scopes that go by an attribute.
func attributeOf(scopes []Scope) okta.Expr {
	var any []okta.Expr
	for _, s := range scopes {
		for _, text := range s.Values {
			v, _ := okta.ParseValue(text) // a bad one makes an expression that is refused
			any = append(any, okta.Eq(okta.Attr("profile."+s.Attribute), v))
		}
	}
	return okta.Or(any...)
}

// cutMembers adds a page of the members who fit, and reports whether there are more.
func (d *Desk) cutMembers(ctx context.Context, res *Results, scopes []Scope, from string) (more bool, err error) {
	var fit []okta.User
	for _, s := range scopes {
		for _, g := range s.Groups {
			set, err := d.membersOf(ctx, g)
			if err != nil {
				return false, err
			}
			for _, u := range set.people {
				if matches(u, res.Query) && !slices.ContainsFunc(fit, func(have okta.User) bool { return have.ID == u.ID }) {
					fit = append(fit, u)
				}
			}
		}
	}
	at, _ := strconv.Atoi(from)
	at = min(max(at, 0), len(fit))
	end := min(at+pageSize, len(fit))
	res.People = fit[at:end]
	if end < len(fit) {
		res.Next = ofMembers + strconv.Itoa(end)
	}
	return end < len(fit), nil
}

// matches is expression for somebody who is at hand.
func matches(u okta.User, q Query) bool {
	if q.Status != "" && u.Status != q.Status {
		return false
	}
	begins := func(name, text string) bool {
		return strings.HasPrefix(strings.ToLower(u.Profile.Text(name)), strings.ToLower(strings.TrimSpace(text)))
	}
	both := func(first, last string) bool { return begins("firstName", first) && begins("lastName", last) }
	for _, name := range []string{"firstName", "lastName", "login", "email"} {
		if begins(name, q.Text) {
			return true
		}
	}
	if last, first, ok := strings.Cut(q.Text, ","); ok {
		return both(first, last)
	}
	for i, c := range q.Text {
		if c == ' ' && (both(q.Text[:i], q.Text[i+1:]) || both(q.Text[i+1:], q.Text[:i])) {
			return true
		}
	}
	return false
}
