package oktasim

import (
	"net/url"
	"slices"
	"strings"
)

// An Operation is one call the organisation serves.
type Operation struct {
	Name   string // as in Okta's list of the users API
	Method string
	Path   string // with {userId}
}

// A route is an operation with what serves it. A serve that belongs to a
// changing route gets a copy of the person to change; returning an error
// leaves everything as it was.
type route struct {
	Operation
	segments []string
	bucket   string
	changes  bool
	serve    func(*Org, *call, *person) (answer, error)
}

// The rate buckets. Recorded: reading one person counts apart, the rest of
// what lies under a person counts together.
const (
	bucketUser  = "/api/v1/users/{id}"
	bucketUsers = "/api/v1/users"
	bucketUnder = "/api/v1/users/{id}/*"
)

func routes() []route {
	read := func(name, path, bucket string, serve func(*Org, *call, *person) (answer, error)) route {
		return route{Operation: Operation{name, "GET", path}, bucket: bucket, serve: serve}
	}
	post := func(name, act string, serve func(*Org, *call, *person) (answer, error)) route {
		op := Operation{name, "POST", "/api/v1/users/{userId}/lifecycle/" + act}
		return route{Operation: op, bucket: bucketUnder, changes: true, serve: serve}
	}
	all := []route{
		read("ListUsers", "/api/v1/users", bucketUsers, (*Org).listUsers),
		read("GetUser", "/api/v1/users/{userId}", bucketUser, (*Org).getUser),
		post("ActivateUser", "activate", (*Org).activate),
		post("ReactivateUser", "reactivate", (*Org).reactivate),
		post("DeactivateUser", "deactivate", (*Org).deactivate),
		post("SuspendUser", "suspend", (*Org).suspend),
		post("UnsuspendUser", "unsuspend", (*Org).unsuspend),
		post("UnlockUser", "unlock", (*Org).unlock),
		post("ExpirePassword", "expire_password", (*Org).expirePassword),
		post("ExpirePasswordAndGetTemporaryPassword", "expire_password_with_temp_password", (*Org).temporaryPassword),
		post("ResetPassword", "reset_password", (*Org).resetPassword),
		post("ResetFactors", "reset_factors", (*Org).resetFactors),
		{
			Operation: Operation{"ClearUserSessions", "DELETE", "/api/v1/users/{userId}/sessions"},
			bucket:    bucketUnder, changes: true, serve: (*Org).clearSessions,
		},
		read("ListAssignedRolesForUser", "/api/v1/users/{userId}/roles", bucketUnder, (*Org).listRoles),
		read("ListUserGroups", "/api/v1/users/{userId}/groups", bucketUnder, (*Org).listGroups),
		read("ListFactors", "/api/v1/users/{userId}/factors", bucketUnder, (*Org).listFactors),
	}
	for i := range all {
		all[i].segments = strings.Split(all[i].Path[1:], "/")
	}
	return all
}

// Operations returns what the organisation serves, in the order of its rooms.
func Operations() []Operation {
	all := routes()
	ops := make([]Operation, len(all))
	for i := range all {
		ops[i] = all[i].Operation
	}
	return ops
}

// match finds the route of a call and its person. It reports whether the path
// is known at all, under whatever method. Like Okta it takes a trailing slash.
func (o *Org) match(c *call) (known bool) {
	path := strings.TrimSuffix(c.r.URL.EscapedPath(), "/")
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i := range o.routes {
		user, ok := o.routes[i].matches(parts)
		if !ok {
			continue
		}
		known = true
		if o.routes[i].Method == c.r.Method {
			c.route, c.user = &o.routes[i], user
			return true
		}
	}
	return known
}

func (r *route) matches(parts []string) (user string, ok bool) {
	if len(parts) != len(r.segments) {
		return "", false
	}
	for i, want := range r.segments {
		got, err := url.PathUnescape(parts[i])
		switch {
		case err != nil:
			return "", false
		case want == "{userId}":
			user = got
		case got != want:
			return "", false
		}
	}
	return user, true
}

// person reports whether the route is about one person.
func (r *route) person() bool { return slices.Contains(r.segments, "{userId}") }

// mustKnow stops a test that misspells an operation.
func (o *Org) mustKnow(operation string) {
	if !o.knows(operation) {
		panic("oktasim: no operation " + operation)
	}
}

func (o *Org) knows(operation string) bool {
	return slices.ContainsFunc(o.routes, func(r route) bool { return r.Name == operation })
}
