package oktasim

import (
	"fmt"
	"math"
	"strings"
	"time"
)

const (
	domain = "brightwater.example"

	day  = 24 * time.Hour
	year = 365 * day
)

// seed fills the organisation: the groups, the cast that tests and the demo
// count on, and then ordinary people until there are enough.
func (o *Org) seed(start time.Time) {
	o.typeID, o.schemaID = o.ids.next("oty"), o.ids.next("osc")
	s := &seeder{org: o, rnd: o.rnd, start: start, names: newNames(o.rnd), heads: map[string]*person{}, taken: map[string]int{}}
	s.offices, s.departments = offices(), departments()
	s.schema()
	s.foundGroups()
	o.foundApps(start)
	o.foundProviders(start)
	s.foundClients()
	for _, c := range cast() {
		s.add(s.fromCast(c))
	}
	for n := 0; len(o.people) < o.opts.People; n++ {
		s.add(s.ordinary(n))
	}
	o.foundIAM(start)
	s.belongings()
	s.foundEvents()
	s.appoint()
}

// A seeder is what is needed while the company is founded, and no longer.
type seeder struct {
	org         *Org
	rnd         *random
	start       time.Time
	names       names
	offices     []office
	departments []department
	heads       map[string]*person // by department
	taken       map[string]int     // logins before the @, and how often
	habit       *random            // who consents to what, apart from all else
	habitIDs    *ids

	byDepartment map[string][]*application // whose people have which
}

// draft is a person on the way in: who it is, before ids and dates.
type draft struct {
	name        fullName
	department  string
	title       string
	office      office
	status      string
	provider    provider
	groups      []string
	roles       []grant
	key         string // of the console's staff
	staff, vip  bool
	head, owner bool
	fresh       bool // has a password and never signed in
}

// A grant is a role for a draft, limited to groups or apps by name.
type grant struct {
	kind   string
	groups []string
	apps   []app
}

func (s *seeder) add(d draft) {
	o := s.org
	login := s.login(d.name) + "@" + domain
	p := &person{
		id: o.ids.next("00u"), status: d.status, provider: d.provider, staff: d.staff || d.key != "",
		profile: s.profile(d, login),
	}
	s.dates(p)
	s.credentials(p)
	if !d.fresh {
		s.habits(p)
	} else {
		p.lastLogin = time.Time{}
	}
	for _, name := range append([]string{d.department, d.office.city + " Office"}, d.groups...) {
		p.groups = append(p.groups, s.group(name))
	}
	for _, g := range d.roles {
		p.roles = append(p.roles, s.role(g, p.created))
	}
	o.byID[p.id], o.byLogin[login] = len(o.people), len(o.people)
	o.people = append(o.people, p)
	if d.head || s.heads[d.department] == nil {
		s.heads[d.department] = p
	}
	if d.key != "" {
		o.staff[d.key] = p.id
	}
	if d.owner {
		o.owner = p.id
	}
}

// login makes first.last out of a name, and first.last2 for the next such.
func (s *seeder) login(n fullName) string {
	base := ascii(n.first)
	if n.last != "" {
		base += "." + ascii(n.last)
	}
	s.taken[base]++
	if k := s.taken[base]; k > 1 {
		return fmt.Sprint(base, k)
	}
	return base
}

// profile writes the properties in Okta's order: names first, addresses last.
func (s *seeder) profile(d draft, login string) profile {
	mobile, second := any(nil), any(nil)
	if s.rnd.chance(82) && !d.owner { // a service account has no phone
		mobile = d.office.phone(s.rnd)
	}
	if s.rnd.chance(25) && !d.owner {
		second = strings.Replace(login, "@"+domain, "@mail.example", 1)
	}
	p := profile{{"firstName", d.name.first}, {"lastName", d.name.last}, {"mobilePhone", mobile}}
	add := func(name string, value any) { p = append(p, property{name, value}) }
	if d.name.native != "" {
		add("displayName", d.name.native)
	}
	add("title", d.title)
	add("department", d.department)
	add("city", d.office.city)
	add("countryCode", d.office.country)
	add("timezone", d.office.zone)
	add("locale", d.name.locale)
	add("employeeNumber", fmt.Sprint(10_000+len(s.org.people)))
	add("organization", "Brightwater")
	add("userType", "Employee")
	if s.rnd.chance(45) && !d.owner {
		add("primaryPhone", d.office.phone(s.rnd))
	}
	if head := s.heads[d.department]; head != nil {
		add("managerId", head.login()) // Okta leaves open what stands there; a login can be looked up
		add("manager", head.display())
	}
	if d.vip {
		add("vip", true)
	}
	if s.rnd.chance(60) {
		add("badgeNumber", float64(400_000+s.rnd.below(90_000)))
	}
	if s.rnd.chance(8) {
		add("skills", []any{pick(s.rnd, []string{"first aid", "fire warden"}), pick(s.rnd, []string{"Deutsch", "日本語", "Português"})})
	}
	add("secondEmail", second)
	add("login", login)
	add("email", login)
	return p
}

// arrival is when the nth person came: nine years ago the first, two days ago
// the last, and more and more in between, as a company grows.
func (s *seeder) arrival(n int) time.Time {
	left := max(0, 1-float64(n)/float64(s.org.opts.People))
	return s.start.Add(-2*day - time.Duration(left*math.Sqrt(left)*float64(9*year))).Truncate(time.Second)
}

// dates gives a history that fits the status and the order of arrival.
func (s *seeder) dates(p *person) {
	from, to := s.arrival(len(s.org.people)), s.arrival(len(s.org.people)+1)
	p.created = from.Add(s.rnd.span(to.Sub(from)))
	p.lastUpdated = p.created
	if p.status == staged {
		return
	}
	p.activated = p.created.Add(time.Duration(s.rnd.below(4)) * time.Second)
	p.statusChanged, p.lastUpdated = p.activated, p.activated
	if p.status == provisioned {
		return
	}
	age := s.start.Sub(p.activated)
	p.lastLogin = s.start.Add(-s.rnd.span(min(age, 20*day))).Truncate(time.Second)
	p.passwordChanged = s.start.Add(-s.rnd.span(min(age, 400*day))).Truncate(time.Second)
	if p.status == active {
		p.lastUpdated = p.passwordChanged
		return
	}
	p.statusChanged = s.start.Add(-s.rnd.span(min(age, statusAge(p.status)))).Truncate(time.Second)
	p.lastUpdated = p.statusChanged
	if p.lastLogin.After(p.statusChanged) {
		p.lastLogin = p.statusChanged.Add(-s.rnd.span(9 * day))
	}
	if p.passwordChanged.After(p.statusChanged) {
		p.passwordChanged = p.statusChanged
	}
}

// statusAge is how long people stay in a status before somebody helps.
func statusAge(status string) time.Duration {
	switch status {
	case lockedOut:
		return 6 * time.Hour
	case recovery, passwordExpired:
		return 5 * day
	case suspended:
		return 60 * day
	}
	return 2 * year
}

// credentials: PROVISIONED and DEPROVISIONED people have no password, a STAGED
// one may; a federated person never has one here.
func (s *seeder) credentials(p *person) {
	switch p.status {
	case staged:
		p.password = s.rnd.chance(50)
	case provisioned, deprovisioned:
	default:
		p.password = p.provider.kind != "FEDERATION"
	}
	if p.password && s.rnd.chance(30) {
		p.question = pick(s.rnd, []string{
			"What is the name of your first stuffed animal?", "In what town did your parents meet?",
			"What was the first thing you learned to cook?",
		})
	}
}

// habits are what gathers around somebody who signs in.
func (s *seeder) habits(p *person) {
	s.factors(p)
	if p.status == active || p.status == passwordExpired {
		sessions, tokens, devices := 1+s.rnd.below(3), s.rnd.below(5), 1+s.rnd.below(2)
		p.sessions, p.devices = sessions, devices
		s.consent(p, tokens)
	}
}

func (s *seeder) group(name string) *group {
	if g := s.org.groups[name]; g != nil {
		return g
	}
	return s.org.newGroup(name, "", s.start.Add(-9*year-31*day))
}

func (o *Org) newGroup(name, description string, now time.Time) *group {
	g := &group{
		id: o.ids.next("00g"), name: name, description: description, kind: "OKTA_GROUP",
		created: now, updated: now, members: now,
	}
	o.groups[name] = g
	return g
}

func (s *seeder) role(g grant, now time.Time) *role {
	r := s.org.newRole(g.kind, false, now)
	for _, name := range g.groups {
		r.groups = append(r.groups, s.group(name))
	}
	r.apps = g.apps
	for i := range r.apps {
		if r.apps[i].id == "instance" {
			s.org.ids.next("0oa") // not used; without it everybody behind gets another id
			r.apps[i].id = s.org.AppID(r.apps[i].label)
		}
	}
	return r
}

// factors enrols what people in a status that signs in usually have.
func (s *seeder) factors(p *person) {
	switch p.status {
	case staged, provisioned, deprovisioned:
		return
	case active:
		if s.rnd.chance(6) { // a few never enrolled
			return
		}
	}
	login, since := p.login(), p.activated.Add(s.rnd.span(day))
	enrol := func(prefix, kind, vendor string, profile profile) {
		p.factors = append(p.factors, factor{s.org.ids.next(prefix), kind, vendor, vendor, "ACTIVE", since, profile})
	}
	if s.rnd.chance(75) {
		phone := pick(s.rnd, []property{{"IOS", "SmartPhone_IPhone"}, {"ANDROID", "SmartPhone_Android"}})
		device := strings.ToUpper(s.rnd.text(base62, 10))
		enrol("opf", "push", "OKTA", profile{
			{"credentialId", login}, {"deviceType", phone.value}, {"name", device}, {"platform", phone.name}, {"version", "18.3.2"},
		})
	}
	if mobile := p.profile.text("mobilePhone"); mobile != "" && s.rnd.chance(30) {
		enrol("mbl", "sms", "OKTA", profile{{"phoneNumber", mobile}})
	}
	if s.rnd.chance(15) {
		enrol("fwf", "webauthn", "FIDO", profile{{"credentialId", login}, {"authenticatorName", "YubiKey 5C NFC"}})
	}
	if p.question != "" && s.rnd.chance(40) {
		enrol("ufs", "question", "OKTA", profile{{"question", "disliked_food"}, {"questionText", "What is the food you least liked as a child?"}})
	}
	if len(p.factors) == 0 || s.rnd.chance(40) {
		enrol("ost", "token:software:totp", "OKTA", profile{{"credentialId", login}})
	}
}
