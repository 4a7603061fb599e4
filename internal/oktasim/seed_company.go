package oktasim

import (
	"fmt"
	"time"
)

// An office is a place of work with what follows from it.
type office struct{ city, country, zone, prefix string }

// phone makes a number out of a range nobody is called on.
func (o office) phone(rnd *random) string {
	return fmt.Sprintf("%s 5550 %04d", o.prefix, rnd.below(10_000))
}

func offices() []office {
	return []office{
		{"Berlin", "DE", "Europe/Berlin", "+49 30"},
		{"Cape Town", "ZA", "Africa/Johannesburg", "+27 21"},
		{"Dublin", "IE", "Europe/Dublin", "+353 1"},
		{"Kraków", "PL", "Europe/Warsaw", "+48 12"},
		{"London", "GB", "Europe/London", "+44 20"},
		{"Montréal", "CA", "America/Toronto", "+1 514"},
		{"New York", "US", "America/New_York", "+1 212"},
		{"Osaka", "JP", "Asia/Tokyo", "+81 6"},
		{"São Paulo", "BR", "America/Sao_Paulo", "+55 11"},
		{"Singapore", "SG", "Asia/Singapore", "+65"},
	}
}

func officeIn(city string) office {
	for _, o := range offices() {
		if o.city == city {
			return o
		}
	}
	panic("oktasim: no office in " + city)
}

// A department has a share of the people, in percent, and titles to give out.
type department struct {
	name   string
	share  int
	titles []string
}

func departments() []department {
	return []department{
		{"Engineering", 24, []string{"Software engineer", "Senior software engineer", "Staff engineer", "Test engineer", "Engineering manager"}},
		{"Support", 16, []string{"Support engineer", "Support specialist", "Senior support engineer", "Support manager"}},
		{"Sales", 15, []string{"Account executive", "Account manager", "Sales engineer", "Regional sales manager"}},
		{"Operations", 10, []string{"Logistics coordinator", "Site manager", "Operations analyst", "Buyer"}},
		{"Finance", 7, []string{"Accountant", "Payroll specialist", "Controller", "Financial analyst"}},
		{"Marketing", 7, []string{"Content editor", "Campaign manager", "Event manager"}},
		{"Product", 6, []string{"Product manager", "Product analyst"}},
		{"Design", 4, []string{"Product designer", "Illustrator", "User researcher"}},
		{"People", 4, []string{"Recruiter", "People partner", "Benefits specialist"}},
		{"IT", 4, []string{"Systems administrator", "Network engineer", "Service desk agent"}},
		{"Legal", 2, []string{"Counsel", "Paralegal"}},
		{"Security", 1, []string{"Security engineer", "Incident responder"}},
	}
}

func (s *seeder) department() department {
	n := s.rnd.below(100)
	for _, d := range s.departments {
		if n -= d.share; n < 0 {
			return d
		}
	}
	return s.departments[0]
}

// foundGroups makes Everyone, the groups of the console and those that carry a
// role. The groups of departments and offices come with their first member.
func (s *seeder) foundGroups() {
	o, at := s.org, s.start.Add(-9*year-31*day)
	o.everyone = o.newGroup("Everyone", "All users in your organization", at)
	o.everyone.kind = "BUILT_IN"
	for _, g := range []struct{ name, about, role string }{
		{"Keydesk Helpdesk", "Agents of the console", ""},
		{"Keydesk Admins", "Administrators of the console", ""},
		{"Keydesk Auditors", "Readers of the console's record", ""},
		{"Keydesk Owners", "Owners of the console", ""},
		{"Executives", "Handle with care", ""},
		{"Contractors", "", ""},
		{"On call", "Rota of Engineering & Support", ""},
		{"Okta Group Administrators", "Group Administrator for all groups", "USER_ADMIN"},
		{"Okta App Owners", "Application Administrator for all apps", appAdmin},
		{"Okta Break Glass", "Super Administrator, for the worst day", "SUPER_ADMIN"},
	} {
		made := o.newGroup(g.name, g.about, at)
		if g.role != "" {
			made.roles = []*role{o.newRole(g.role, true, at.Add(time.Hour))}
		}
	}
}

// ordinary drafts the nth person who is nobody in particular. The first eight
// have one status each, so that even a small company has them all.
func (s *seeder) ordinary(n int) draft {
	dep := s.department()
	d := draft{
		name: s.names.next(), department: dep.name, title: pick(s.rnd, dep.titles),
		office: pick(s.rnd, s.offices), status: s.status(n), provider: provider{"OKTA", "OKTA"},
	}
	if s.rnd.chance(7) {
		d.groups = append(d.groups, "Contractors")
	}
	if (dep.name == "Engineering" || dep.name == "Support") && s.rnd.chance(15) {
		d.groups = append(d.groups, "On call")
	}
	if n < len(statuses()) {
		return d
	}
	d.fresh = (d.status == active || d.status == passwordExpired) && s.rnd.chance(4)
	if d.status == active {
		switch s.rnd.below(40) {
		case 0, 1:
			d.provider = provider{"ACTIVE_DIRECTORY", "corp." + domain}
		case 2:
			d.provider = provider{"FEDERATION", "FEDERATION"}
		}
	}
	return d
}

// status deals out the rest in the shares of a company that is looked after:
// most people are fine, and every queue of the service desk has somebody in it.
func (s *seeder) status(n int) string {
	if all := statuses(); n < len(all) {
		return all[n]
	}
	k := s.rnd.below(1000)
	if len(s.org.people) > s.org.opts.People*93/100 { // the latest arrivals are still arriving
		switch {
		case k < 280:
			return staged
		case k < 700:
			return provisioned
		}
		return active
	}
	for _, share := range []struct {
		status   string
		perMille int
	}{
		{recovery, 10},
		{passwordExpired, 25},
		{lockedOut, 15},
		{suspended, 10},
		{deprovisioned, 40},
	} {
		if k -= share.perMille; k < 0 {
			return share.status
		}
	}
	return active
}
