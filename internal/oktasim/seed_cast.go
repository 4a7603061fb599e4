package oktasim

// A role in the cast: somebody who is always there, under the same login,
// whatever the seed.
type part struct {
	first, last, native string
	title, department   string
	city                string
	status              string // ACTIVE if ""
	key                 string // of the console's staff
	groups              []string
	roles               []grant
	vip, staff          bool
	head, owner         bool
}

func direct(kinds ...string) []grant {
	var list []grant
	for _, k := range kinds {
		list = append(list, grant{kind: k})
	}
	return list
}

// cast lists the company's leaders, the staff of the console, one holder of
// every standard role, and the person who is always locked out.
func cast() []part {
	return []part{
		{first: "Isaura", last: "Lindqvist", title: "Chief executive officer", department: "Operations", city: "London", groups: []string{"Executives"}, vip: true, head: true},
		{first: "Rodrigo", last: "Álvarez Núñez", title: "Chief financial officer", department: "Finance", city: "São Paulo", groups: []string{"Executives"}, vip: true, head: true},
		{first: "Yasmin", last: "El-Sayed", native: "ياسمين السيد", title: "Chief technology officer", department: "Engineering", city: "Berlin", groups: []string{"Executives"}, vip: true, head: true},
		{first: "Brónach", last: "O'Shaughnessy", title: "General counsel", department: "Legal", city: "Dublin", groups: []string{"Executives"}, vip: true, head: true},
		{first: "Keydesk", last: "Service", title: "Service account", department: "IT", city: "London", roles: direct("SUPER_ADMIN"), owner: true},

		{first: "Dana", last: "Kim", native: "김다나", title: "Service desk agent", department: "IT", city: "Dublin", key: "helpdesk", groups: []string{"Keydesk Helpdesk"}},
		{first: "Mei", last: "Tanaka", native: "田中 芽衣", title: "Service desk agent", department: "IT", city: "Osaka", staff: true, groups: []string{"Keydesk Helpdesk"}},
		{first: "Omar", last: "Reyes", title: "Identity engineer", department: "IT", city: "New York", key: "admin", groups: []string{"Keydesk Admins"}, head: true},
		{first: "Ingrid", last: "Solberg", title: "Internal auditor", department: "Finance", city: "Berlin", key: "auditor", groups: []string{"Keydesk Auditors"}},
		{first: "Thandi", last: "Mokoena", title: "Head of identity", department: "Security", city: "Cape Town", key: "owner", groups: []string{"Keydesk Owners"}, head: true},
		{first: "Paul", last: "Ferrant", title: "Head of service", department: "Support", city: "Montréal", key: "second", groups: []string{"Keydesk Owners"}, head: true},
		{first: "Noah", last: "Fischer", title: "Account manager", department: "Sales", city: "Berlin", key: "visitor"},

		{first: "Ann", last: "Vo", title: "Support engineer", department: "Support", city: "Berlin", status: lockedOut},

		{first: "Søren", last: "Ångström-Bjørn", title: "Systems administrator", department: "IT", city: "Berlin", roles: direct("SUPER_ADMIN")},
		{first: "Nokuthula", last: "Dlamini", title: "Systems administrator", department: "IT", city: "Cape Town", roles: direct("ORG_ADMIN")},
		{first: "Łukasz", last: "Żółkiewski", title: "Application owner", department: "IT", city: "Kraków", roles: direct(appAdmin)},
		{first: "Chidinma", last: "Okonkwo", title: "People partner", department: "People", city: "London", roles: direct("USER_ADMIN")},
		{first: "Aoife", last: "Ní Bhriain", title: "Service desk agent", department: "IT", city: "Dublin", roles: direct("HELP_DESK_ADMIN")},
		{first: "Héctor", last: "Ibáñez", title: "Team lead", department: "Support", city: "New York", roles: direct("GROUP_MEMBERSHIP_ADMIN")},
		{first: "Marguerite", last: "D'Angelo", title: "Compliance analyst", department: "Legal", city: "Montréal", roles: direct("READ_ONLY_ADMIN")},
		{first: "Wei-Ling", last: "Ong", title: "Data analyst", department: "Product", city: "Singapore", roles: direct("REPORT_ADMIN")},
		{first: "Jürgen", last: "Weiß", title: "Platform engineer", department: "Engineering", city: "Berlin", roles: direct("API_ACCESS_MANAGEMENT_ADMIN")},
		{first: "Priyanka", last: "Subramaniam", title: "Device engineer", department: "IT", city: "Singapore", roles: direct("MOBILE_ADMIN")},
		{first: "Zdeňka", last: "Dvořáková", title: "Governance analyst", department: "Security", city: "Kraków", roles: direct("ACCESS_CERTIFICATIONS_ADMIN")},
		{first: "Tomás", last: "Guimarães", title: "Governance analyst", department: "Security", city: "São Paulo", roles: direct("ACCESS_REQUESTS_ADMIN")},
		{first: "Emeka", last: "Nwosu", title: "Automation engineer", department: "IT", city: "London", roles: direct("WORKFLOWS_ADMIN")},
		{first: "Saoirse", last: "Mac Giolla", title: "Service desk lead", department: "IT", city: "Dublin", roles: direct("CUSTOM")},
		{first: "Kwabena", last: "Asante", title: "Systems administrator", department: "IT", city: "London", roles: direct("ORG_ADMIN", "READ_ONLY_ADMIN")},

		{first: "Bérénice", last: "Lefèvre", title: "Service desk agent", department: "IT", city: "Montréal", roles: []grant{{kind: "HELP_DESK_ADMIN", groups: []string{"Support", "Montréal Office"}}}},
		{first: "Haruka", last: "Kobayashi", native: "小林 遥", title: "People partner", department: "People", city: "Osaka", roles: []grant{{kind: "USER_ADMIN", groups: []string{"Osaka Office"}}}},
		{first: "Ömer", last: "Yıldız", title: "Application owner", department: "Marketing", city: "Berlin", roles: []grant{{kind: appAdmin, apps: []app{{name: "salesforce", label: "Salesforce"}, {name: "slack", label: "Slack Brightwater", id: "instance"}}}}},

		{first: "Katarzyna", last: "Wójcik", title: "Team lead", department: "Engineering", city: "Kraków", groups: []string{"Okta Group Administrators"}},
		{first: "Malik", last: "Robinson", title: "Application owner", department: "Sales", city: "New York", groups: []string{"Okta App Owners"}},
		{first: "Vigdís", last: "Jónsdóttir", title: "Incident responder", department: "Security", city: "London", groups: []string{"Okta Break Glass"}},
		{first: "Renée", last: "Castellanos-Park", title: "Application owner", department: "Product", city: "Montréal", groups: []string{"Okta App Owners"}, roles: direct(appAdmin)},
	}
}

func (s *seeder) fromCast(c part) draft {
	if c.status == "" {
		c.status = active
	}
	return draft{
		name: fullName{c.first, c.last, c.native, "en_US"}, department: c.department, title: c.title,
		office: officeIn(c.city), status: c.status, provider: provider{"OKTA", "OKTA"}, groups: c.groups,
		roles: c.roles, key: c.key, staff: c.staff, vip: c.vip, head: c.head, owner: c.owner,
	}
}
