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
	Path   string // with {userId}, {roleId}, ...
}

// A route is an operation with what serves it. A serve that belongs to a
// changing route gets a copy of the person to change; returning an error
// leaves everything as it was.
type route struct {
	Operation
	segments []string
	bucket   string
	changes  bool
	open     bool // asks for no credential and takes a form: it is where credentials come from
	serve    func(*Org, *call, *person) (answer, error)
}

// The rate buckets. Recorded: reading one person counts apart, the rest of
// what lies under a person counts together.
const (
	bucketUser  = "/api/v1/users/{id}"
	bucketUsers = "/api/v1/users"
	bucketUnder = "/api/v1/users/{id}/*"
)

const under = "/api/v1/users/{userId}"

// reading is the route of an operation that changes nothing.
func reading(name, path, bucket string, serve func(*Org, *call, *person) (answer, error)) route {
	return route{Operation: Operation{name, "GET", path}, bucket: bucket, serve: serve}
}

// changing is the route of an operation that changes the person of its path.
func changing(name, method, path string, serve func(*Org, *call, *person) (answer, error)) route {
	return route{Operation: Operation{name, method, path}, bucket: bucketUnder, changes: true, serve: serve}
}

// routes joins what the rooms serve, each in a file of its own.
func routes() []route {
	all := slices.Concat(usersRoutes(), lifecycleRoutes(), credentialsRoutes(), sessionsRoutes(), rolesRoutes(), targetsRoutes(),
		accessRoutes(), linksRoutes(), grantsRoutes(), factorsRoutes(), logsRoutes(), besideRoutes(), oauthRoutes())
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

// match finds the route of a call and the parameters of its path. It reports
// whether the path is known at all, under whatever method. Like Okta it takes a
// trailing slash.
func (o *Org) match(c *call) (known bool) {
	path := strings.TrimSuffix(c.r.URL.EscapedPath(), "/")
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i := range o.routes {
		params, ok := o.routes[i].matches(parts)
		if !ok {
			continue
		}
		known = true
		if o.routes[i].Method == c.r.Method {
			c.route, c.params, c.user = &o.routes[i], params, params["userId"]
			return true
		}
	}
	return known
}

func (r *route) matches(parts []string) (params map[string]string, ok bool) {
	if len(parts) != len(r.segments) {
		return nil, false
	}
	params = map[string]string{}
	for i, want := range r.segments {
		got, err := url.PathUnescape(parts[i])
		switch {
		case err != nil:
			return nil, false
		case strings.HasPrefix(want, "{"):
			params[strings.Trim(want, "{}")] = got
		case got != want:
			return nil, false
		}
	}
	return params, true
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
