package oktasim

import (
	"net/http"
	"slices"
	"time"
)

// Streams of chance for what people consented to and for custom roles; those
// of apps.go begin at 1.
const (
	streamClients = 100 + iota
	streamHabits
	streamIAM
	streamHeavy
	streamAdmins
)

// A server is an authorization server. The organisation's own has no name.
type server struct {
	name, label string
	scopes      []*scope
}

// A scope is something a client may ask for. On the organisation's own server
// its id is its name.
type scope struct {
	id, name, label string
	server          *server
	silent          bool // nobody is asked for consent
}

// A client is an application that speaks OAuth for people.
type client struct {
	application
	uri    string
	server *server
	scopes []*scope
}

// A consent is one grant: a person allowed a client one scope.
type consent struct {
	id      string
	client  *client
	scope   *scope
	created time.Time
}

// A refreshToken keeps a client signed in for a person.
type refreshToken struct {
	id            string
	client        *client
	created, used time.Time
}

// foundClients sets up the authorization servers and the clients of the
// company. All of it has chance of its own: without it the people are the same.
func (s *seeder) foundClients() {
	o := s.org
	rnd := o.stream(streamClients)
	made := &ids{rnd: rnd}
	s.habit = o.stream(streamHabits)
	s.habitIDs = &ids{rnd: s.habit}
	own, standard := &server{label: "Brightwater"}, &server{name: "default", label: "default"}
	o.servers = []*server{own, standard}
	at := s.start.Add(-6 * year)
	for _, d := range clientDrafts() {
		sv := standard
		if d.own {
			sv = own
		}
		at = at.Add(rnd.span(200 * day))
		c := &client{server: sv, uri: d.uri, application: application{
			id: made.next("0oa"), name: "oidc_client", label: d.label, status: "ACTIVE", signOnMode: "OPENID_CONNECT", created: at,
		}}
		for _, sc := range append(silentScopes(), d.scopes...) {
			c.scopes = append(c.scopes, sv.scope(sc, made))
		}
		o.clients = append(o.clients, c)
	}
}

// scope finds or makes a scope of the server.
func (sv *server) scope(like scope, made *ids) *scope {
	i := slices.IndexFunc(sv.scopes, func(sc *scope) bool { return sc.name == like.name })
	if i >= 0 {
		return sv.scopes[i]
	}
	like.server, like.id = sv, like.name
	if sv.name != "" {
		like.id = made.next("scp")
	}
	sv.scopes = append(sv.scopes, &like)
	return &like
}

// silentScopes are what every client asks for; nobody consents to them.
func silentScopes() []scope {
	return []scope{
		{name: "openid", label: "Sign in", silent: true},
		{name: "offline_access", label: "Stay signed in", silent: true},
	}
}

// A clientDraft is a client before it has ids.
type clientDraft struct {
	label, uri string
	own        bool // at the organisation's own server
	scopes     []scope
}

func clientDrafts() []clientDraft {
	return []clientDraft{
		{"Pocket Mail", "https://mail." + domain, false, []scope{{name: "mail.read", label: "Read your mail"}, {name: "mail.send", label: "Send mail as you"}}},
		{"bw command line", "", true, []scope{{name: "okta.users.read.self", label: "Read your own account"}, {name: "okta.myAccount.profile.read", label: "Read your profile"}}},
		{"Tidewater BI", "https://reports." + domain, false, []scope{{name: "reports.read", label: "Read reports"}, {name: "reports.export", label: "Export reports"}}},
		{"Intranet portal", "https://intranet." + domain, false, []scope{{name: "calendar.read", label: "Read your calendar"}, {name: "news.read", label: "Read the news"}}},
		{"Warehouse Scanner", "https://yard." + domain, false, []scope{{name: "stock.read", label: "Read stock"}, {name: "stock.write", label: "Change stock"}}},
		{"Timesheets", "https://time." + domain, false, []scope{{name: "hours.read", label: "Read your hours"}, {name: "hours.write", label: "Enter your hours"}}},
		{"My account", "https://me." + domain, true, []scope{{name: "okta.myAccount.profile.manage", label: "Change your profile"}, {name: "okta.myAccount.phone.manage", label: "Change your phones"}}},
		{"Whiteboard", "https://boards." + domain, false, []scope{{name: "boards.read", label: "Read boards"}, {name: "boards.write", label: "Draw on boards"}}},
		{"Room finder", "https://rooms." + domain, false, []scope{{name: "calendar.read", label: "Read your calendar"}, {name: "rooms.book", label: "Book rooms"}}},
	}
}

// consent gives a person as many refresh tokens as the seed says, the grants
// that go with them, and now and then grants that outlived their token.
func (s *seeder) consent(p *person, tokens int) {
	var used []*client
	times := s.moments(p, tokens)
	for _, at := range times {
		c := pick(s.habit, s.org.clients)
		used = append(used, c)
		p.refresh = append(p.refresh, refreshToken{
			s.habitIDs.next("oar"), c, at, at.Add(s.habit.span(s.start.Sub(at) + time.Second)),
		})
	}
	if s.habit.chance(30) {
		used = append(used, pick(s.habit, s.org.clients))
		times = append(times, s.moments(p, 1)...)
	}
	for i, c := range used {
		p.allow(c, times[i], s.habitIDs)
	}
}

// moments are n instants since the person was activated, in order.
func (s *seeder) moments(p *person, n int) []time.Time {
	age := s.start.Sub(p.activated)
	times := make([]time.Time, n)
	for i := range times {
		times[i] = s.start.Add(-s.habit.span(min(age, year))).Truncate(time.Second)
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}

// allow grants a client all it asks for, unless it has that already.
func (p *person) allow(c *client, at time.Time, made *ids) {
	if slices.ContainsFunc(p.consents, func(g consent) bool { return g.client == c }) {
		return
	}
	for _, sc := range c.scopes {
		if !sc.silent {
			p.consents = append(p.consents, consent{made.next("oag"), c, sc, at})
		}
	}
}

// clientsOf are the clients a person granted anything or is signed in with.
func (o *Org) clientsOf(p *person) []*client {
	return slices.DeleteFunc(slices.Clone(o.clients), func(c *client) bool {
		return !slices.ContainsFunc(p.consents, func(g consent) bool { return g.client == c }) &&
			!slices.ContainsFunc(p.refresh, func(t refreshToken) bool { return t.client == c })
	})
}

// listClients serves ListUserClients. Snake case is spoken here alone; the list
// has no pages and no Link header (recorded).
func (o *Org) listClients(c *call, p *person) (answer, error) {
	list := objects(o.clientsOf(p), func(cl *client) object {
		below := c.userHref(p) + "/clients/" + cl.id
		return object{
			{"client_id", cl.id},
			{"client_name", cl.label},
			{"client_uri", orNull(cl.uri)},
			{"logo_uri", c.base + "/assets/img/logos/default.png"},
			{"_links", object{
				{"grants", hint(below+"/grants", "GET", "DELETE")},
				{"tokens", hint(below+"/tokens", "GET", "DELETE")},
			}},
		}
	})
	return answer{status: http.StatusOK, body: list}, nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// client is the one of the path. That an unknown one is refused was seen for
// tokens; for grants it is chosen.
func (o *Org) client(c *call) (*client, error) {
	id := c.params["clientId"]
	i := slices.IndexFunc(o.clients, func(cl *client) bool { return cl.id == id })
	if i < 0 {
		return nil, errNotFound(id, "PublicClientApp")
	}
	return o.clients[i], nil
}

// appendConsents writes who is trusted by the person, for Snapshot.
func (p *person) appendConsents(b []byte) []byte {
	for _, g := range p.consents {
		b = encode(b, object{{g.id, g.scope.id}})
	}
	for _, t := range p.refresh {
		b = encode(b, object{{t.id, t.client.id}})
	}
	return b
}
