package oktasim

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func usersRoutes() []route {
	return []route{
		reading("ListUsers", "/api/v1/users", bucketUsers, (*Org).listUsers),
		reading("GetUser", under, bucketUser, (*Org).getUser),
		{Operation: Operation{"CreateUser", "POST", "/api/v1/users"}, bucket: bucketUsers, changes: true, serve: (*Org).createUser},
		changing("PartialUpdateUser", "POST", under, (*Org).mergeUser),
		changing("UpdateUser", "PUT", under, (*Org).replaceUser),
		changing("DeactivateOrDeleteUser", "DELETE", under, (*Org).deleteUser),
	}
}

// listUsers serves ListUsers. q is its own world: the first ten people with a
// name or address that starts so, no pages. The rest is paged with a cursor.
func (o *Org) listUsers(c *call, _ *person) (answer, error) {
	q, filter, search := c.query.Get("q"), c.query.Get("filter"), c.query.Get("search")
	switch {
	case q != "" && filter != "":
		return answer{}, errBothQueries()
	case search != "" && (q != "" || filter != ""): // not established; refusing finds the mistake
		return answer{}, errSearch("search cannot be combined with q or filter")
	case q != "":
		return o.listUsersByPrefix(c, q)
	}
	limit, err := c.limitOf(pageMax)
	if err != nil {
		return answer{}, err
	}
	found, order, err := o.query(c, filter, search)
	if err != nil {
		return answer{}, err
	}
	rest, err := o.after(found, order, c.query.Get("after"), search != "")
	if err != nil {
		return answer{}, err
	}
	page, more := cut(o, rest, limit, unkindUsers)
	o.linkUsers(c, limit, page, more)
	return answer{status: http.StatusOK, body: o.userList(c, page)}, nil
}

// listUsersByPrefix answers q, without Link header (recorded).
func (o *Org) listUsersByPrefix(c *call, q string) (answer, error) {
	limit, err := c.limitOf(10)
	if err != nil {
		return answer{}, err
	}
	starts := textTester("sw", q, true)
	var page []*person
	for _, p := range o.indexed(c.now) {
		if len(page) == limit {
			break
		}
		if p.status != deprovisioned && (starts(p.profile.get("firstName")) || starts(p.profile.get("lastName")) || starts(p.profile.get("email"))) {
			page = append(page, p)
		}
	}
	return answer{status: http.StatusOK, body: o.userList(c, page)}, nil
}

// query returns the people a list is about, in its order. The plain list leaves
// DEPROVISIONED people out, filter and search do not. Only search lags.
func (o *Org) query(c *call, filter, search string) ([]*person, func(a, b *person) int, error) {
	byID := func(a, b *person) int { return strings.Compare(a.id, b.id) }
	text, lang, people := filter, filtering(), o.people
	if search != "" {
		text, lang, people = search, o.searching(), o.indexed(c.now)
	}
	fits := func(p *person) bool { return p.status != deprovisioned }
	if text != "" {
		e, err := parse(text)
		if err == nil {
			fits, err = o.compile(e, lang)
		}
		if err != nil {
			return nil, nil, errSearch(err.Error())
		}
	}
	var found []*person
	for _, p := range people {
		if fits(p) {
			found = append(found, p)
		}
	}
	sortBy := c.query.Get("sortBy")
	if sortBy == "" || search == "" { // as created, which is the order of ids
		return found, byID, nil
	}
	if err := lang.allow(sortBy, "eq"); err != nil {
		return nil, nil, errSearch(err.Error())
	}
	order := o.ordering(sortBy, strings.EqualFold(c.query.Get("sortOrder"), "desc"))
	slices.SortFunc(found, order)
	return found, order, nil
}

// ordering sorts by one attribute, people without it last, and ties by id.
func (o *Org) ordering(attr string, descending bool) func(a, b *person) int {
	get := o.getter(attr)
	return func(a, b *person) int {
		x, y := get(a), get(b)
		if n := cmp.Compare(boolInt(!present(x)), boolInt(!present(y))); n != 0 {
			return n
		}
		n := compareValues(x, y)
		if descending {
			n = -n
		}
		return cmp.Or(n, strings.Compare(a.id, b.id))
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func compareValues(x, y any) int {
	switch x := x.(type) {
	case string:
		s, _ := y.(string)
		return strings.Compare(strings.ToLower(x), strings.ToLower(s))
	case float64:
		n, _ := y.(float64)
		return cmp.Compare(x, n)
	case bool:
		b, _ := y.(bool)
		return cmp.Compare(boolInt(x), boolInt(b))
	case time.Time:
		t, _ := y.(time.Time)
		return x.Compare(t)
	}
	return 0
}

// Cursors, opaque to clients: the id of the last person of the page before,
// with a digit in front where there is no search. Both forms were recorded.
const cursorMark = "2"

// after returns what follows the cursor. It goes by order, not by place, so
// nobody is skipped when somebody leaves the list between two pages.
func (o *Org) after(found []*person, order func(a, b *person) int, cursor string, search bool) ([]*person, error) {
	if cursor == "" {
		return found, nil
	}
	id, marked := strings.CutPrefix(cursor, cursorMark)
	last := o.erased[id]
	if i, known := o.byID[id]; known {
		last = o.people[i]
	}
	if marked == search || last == nil {
		return nil, errSearch("Invalid cursor.")
	}
	at, here := slices.BinarySearchFunc(found, last, order)
	return found[at+boolInt(here):], nil
}

func (o *Org) linkUsers(c *call, limit int, page []*person, more bool) {
	sortBy, sortOrder := c.query.Get("sortBy"), ""
	if sortBy != "" {
		sortOrder = c.query.Get("sortOrder") // without sortBy it is left out (recorded)
	}
	at := func(after string) string {
		return href(c.base+"/api/v1/users", pair{"after", after}, pair{"limit", fmt.Sprint(limit)},
			pair{"filter", c.query.Get("filter")}, pair{"search", c.query.Get("search")},
			pair{"sortBy", sortBy}, pair{"sortOrder", sortOrder})
	}
	next := ""
	if more && len(page) > 0 {
		next = page[len(page)-1].id
		if c.query.Get("search") == "" {
			next = cursorMark + next
		}
		next = at(next)
	}
	o.links(c, at(""), next)
}

func (o *Org) userList(c *call, page []*person) []object {
	list := make([]object, len(page))
	for i, p := range page {
		list[i] = o.userObject(p, object{{"self", link(c.userHref(p))}})
	}
	return list
}

// getUser serves GetUser. The ETag covers profile and type alone: it protects
// edits of the profile and says nothing about the status.
func (o *Org) getUser(c *call, p *person) (answer, error) {
	c.head.Set("ETag", o.etag(p))
	return answer{status: http.StatusOK, body: o.fullUser(c, p)}, nil
}

// etag is of what is in the profile, not of its order: a PUT may change that.
func (o *Org) etag(p *person) string {
	byName := sorted(p.profile, func(q property) string { return q.name })
	return fmt.Sprintf(`W/"%x"`, sha256.Sum256(encode([]byte(o.typeID), profile(byName))))
}

func (o *Org) fullUser(c *call, p *person) object {
	return o.userObject(p, o.userLinks(c, p))
}

func (o *Org) userObject(p *person, links object) object {
	return object{
		{"id", p.id},
		{"status", p.status},
		{"created", p.created},
		{"activated", p.activated},
		{"statusChanged", p.statusChanged},
		{"lastLogin", p.lastLogin},
		{"lastUpdated", p.lastUpdated},
		{"passwordChanged", p.passwordChanged},
		{"type", object{{"id", o.typeID}}},
		{"profile", p.profile},
		{"credentials", p.credentials()},
		{"_links", links},
	}
}

func (p *person) credentials() object {
	var c object
	if p.password {
		c = append(c, member{"password", object{}})
	}
	c = append(c, member{"emails", []object{{
		{"value", p.profile.text("email")}, {"status", "VERIFIED"}, {"type", "PRIMARY"},
	}}})
	if p.question != "" {
		c = append(c, member{"recovery_question", object{{"question", p.question}}})
	}
	return append(c, member{"provider", object{{"type", p.provider.kind}, {"name", p.provider.name}}})
}

func (c *call) userHref(p *person) string { return c.base + "/api/v1/users/" + p.id }

// userLinks says what is allowed now, in the recorded order. LOCKED_OUT and
// RECOVERY were never recorded on a single person: chosen after the matrix.
func (o *Org) userLinks(c *call, p *person) object {
	self, meta := c.userHref(p), c.base+"/api/v1/meta/"
	rels := allowedNow(p)
	var links object
	for _, r := range []struct{ rel, path string }{
		{"suspend", "/lifecycle/suspend"},
		{"schema", ""},
		{"unsuspend", "/lifecycle/unsuspend"},
		{"activate", "/lifecycle/activate"},
		{"unlock", "/lifecycle/unlock"},
		{"resetPassword", "/lifecycle/reset_password"},
		{"reactivate", "/lifecycle/reactivate"},
		{"forgotPassword", "/credentials/forgot_password"},
		{"expirePassword", "/lifecycle/expire_password"},
		{"changeRecoveryQuestion", "/credentials/change_recovery_question"},
		{"self", ""},
		{"resetFactors", "/lifecycle/reset_factors"},
		{"type", ""},
		{"changePassword", "/credentials/change_password"},
		{"deactivate", "/lifecycle/deactivate"},
		{"delete", ""},
	} {
		switch {
		case r.rel == "schema":
			links = append(links, member{r.rel, link(meta + "schemas/user/" + o.schemaID)})
		case r.rel == "type":
			links = append(links, member{r.rel, link(meta + "types/user/" + o.typeID)})
		case r.rel == "self":
			links = append(links, member{r.rel, link(self)})
		case r.rel == "delete" && slices.Contains(rels, r.rel):
			links = append(links, member{r.rel, object{{"href", self}, {"method", "DELETE"}}})
		case r.rel == "resetFactors" || slices.Contains(rels, r.rel):
			links = append(links, member{r.rel, object{{"href", self + r.path}, {"method", "POST"}}})
		}
	}
	return links
}

func allowedNow(p *person) []string {
	switch p.status {
	case staged:
		return []string{"activate"}
	case provisioned:
		return []string{"suspend", "resetPassword", "reactivate", "deactivate"}
	case active, passwordExpired:
		rels := []string{"suspend", "resetPassword", "forgotPassword", "deactivate"}
		if p.password {
			rels = append(rels, "expirePassword", "changeRecoveryQuestion", "changePassword")
		}
		return rels
	case recovery:
		return []string{"resetPassword", "reactivate", "deactivate"}
	case lockedOut:
		return []string{"unlock", "resetPassword", "deactivate"}
	case suspended:
		return []string{"unsuspend", "deactivate"}
	}
	return []string{"activate", "delete"} // DEPROVISIONED
}
