package oktasim

import "slices"

// belongings gives everybody what came into the company's books later: custom
// attributes, applications, accounts elsewhere, links and device blocks. The
// chance in it is a stream of its own, so the people of a seed stay who they
// were.
func (s *seeder) belongings() {
	rnd := s.org.stream(streamBelongings)
	s.byDepartment = map[string][]*application{}
	for i, p := range s.org.people {
		p.foundSecrets()
		s.customise(rnd, p)
		s.assign(p)
		s.identify(rnd, p)
		s.bond(rnd, p)
		p.blocked = i > 50 && p.status == active && !p.staff && rnd.chance(1)
	}
}

// customise fills the custom attributes, each for some.
func (s *seeder) customise(rnd *random, p *person) {
	if p.id == s.org.owner {
		return
	}
	var more profile
	add := func(percent int, name string, value any) {
		if rnd.chance(percent) {
			more = append(more, property{name, value})
		}
	}
	add(70, "startDate", p.created.Format("2006-01-02"))
	add(40, "weeklyHours", pick(rnd, []float64{20, 30, 37.5, 40}))
	add(40, "holidayDays", float64(25+rnd.below(6)))
	add(30, "floors", pick(rnd, [][]any{{1.0}, {1.0, 2.0}, {3.0, 4.0, 7.0}, {-1.0, 0.0}}))
	add(10, "dayHours", pick(rnd, [][]any{{8.0, 8.0, 8.0, 8.0, 5.5}, {4.0, 4.0, 4.0, 4.0, 4.0}}))
	add(50, "workplace", pick(rnd, []string{"office", "hybrid", "remote"}))
	addresses := slices.IndexFunc(p.profile, func(q property) bool { return q.name == "secondEmail" })
	p.profile = slices.Insert(p.profile, addresses, more...)
}

// assign gives the applications of the department to whoever has an account in
// use.
func (s *seeder) assign(p *person) {
	if slices.Contains([]string{staged, provisioned, deprovisioned}, p.status) || p.id == s.org.owner {
		return
	}
	name := p.profile.text("department")
	if s.byDepartment[name] == nil {
		s.byDepartment[name] = slices.DeleteFunc(slices.Clone(s.org.apps), func(a *application) bool {
			return a.status != "ACTIVE" || len(a.departments) > 0 && !slices.Contains(a.departments, name)
		})
	}
	p.apps = s.byDepartment[name]
}

// identify links people to providers: the federated to the partner, and a few
// others to networks, rarely to two.
func (s *seeder) identify(rnd *random, p *person) {
	for i, in := range s.org.idps {
		if i == 0 && p.provider.kind == "FEDERATION" || i > 0 && p.status == active && rnd.chance(4) {
			p.idps = append(p.idps, in)
		}
	}
}

// bond makes the profile's manager a link, and gives newcomers a mentor who
// came before them.
func (s *seeder) bond(rnd *random, p *person) {
	login, _ := p.profile.get("managerId").(string)
	if i, ok := s.org.byLogin[login]; ok && s.org.people[i].id != p.id {
		p.bind("manager", s.org.people[i].id)
	}
	if n := s.org.byID[p.id]; n > 60 && rnd.chance(10) {
		p.bind("mentor", s.org.people[40+rnd.below(n-40)].id)
	}
}
