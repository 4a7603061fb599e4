package oktasim

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func BenchmarkSeed2000(b *testing.B) {
	for b.Loop() {
		New(Options{Start: begin()})
	}
}

func BenchmarkSeed100k(b *testing.B) {
	for b.Loop() {
		New(Options{People: 100_000, Start: begin()})
	}
}

func TestOneSeedOneCompany(t *testing.T) {
	a, b, c := New(Options{Start: begin()}), New(Options{Start: begin()}), New(Options{Start: begin(), Seed: 2})
	if a.Snapshot() != b.Snapshot() {
		t.Error("one seed gave two companies")
	}
	if a.Snapshot() == c.Snapshot() {
		t.Error("two seeds gave one company")
	}
	for _, target := range []string{"/api/v1/users/me", "/api/v1/users", userPath(a.TokenOwner(), "/groups"), "/api/v1/nothing"} {
		x, y := get(t, a, target), get(t, b, target)
		if string(x.body) != string(y.body) || x.head.Get("X-Okta-Request-Id") != y.head.Get("X-Okta-Request-Id") {
			t.Errorf("%s: the same seed and history, another answer", target)
		}
	}
	id := a.FirstWith(active).ID
	x, y := post(t, a, userPath(id, "/lifecycle/expire_password_with_temp_password")), post(t, b, userPath(id, "/lifecycle/expire_password_with_temp_password"))
	if string(x.body) != string(y.body) {
		t.Errorf("%s, %s", x.body, y.body)
	}
}

func TestIDs(t *testing.T) {
	o := New(Options{Start: begin()})
	form := regexp.MustCompile(`^00u[0-9A-Za-z]{17}$`)
	people := o.People()
	if len(people) != 2000 || !slices.IsSortedFunc(people, func(a, b Person) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("people are not in order of id")
	}
	for i, p := range people {
		if !form.MatchString(p.ID) || i > 0 && p.ID == people[i-1].ID {
			t.Fatalf("id %q", p.ID)
		}
		if o.people[i].created.Before(o.people[max(i, 1)-1].created) {
			t.Fatalf("%s was created before its predecessor", p.ID)
		}
	}
}

func TestEveryStatusInBelievableShares(t *testing.T) {
	share := map[string]float64{}
	for _, p := range New(Options{People: 10_000, Start: begin()}).People() {
		share[p.Status] += 0.01
	}
	for status, want := range map[string][2]float64{
		active: {80, 90}, staged: {1, 3}, provisioned: {2, 4}, recovery: {0.5, 2},
		passwordExpired: {1.5, 4}, lockedOut: {1, 2}, suspended: {0.5, 2}, deprovisioned: {3, 5},
	} {
		if got := share[status]; got < want[0] || got > want[1] {
			t.Errorf("%s: %.2f %%", status, got)
		}
	}
}

func TestEvenASmallCompanyHasEverybody(t *testing.T) {
	for seed := range uint64(20) {
		o := New(Options{People: 1, Seed: seed + 1, Start: begin()})
		if n := len(o.People()); n != 50 {
			t.Fatalf("%d people", n)
		}
		for _, status := range statuses() {
			p := o.FirstWith(status)
			if p.Status != status || len(p.Roles) > 0 {
				t.Errorf("%s: %+v", status, p)
			}
			if enrolled := !slices.Contains([]string{staged, provisioned, deprovisioned}, status); enrolled && p.Factors == 0 {
				t.Errorf("%s: nobody ordinary has a factor", status)
			}
		}
		ann, _ := o.ByLogin("ann.vo@brightwater.example")
		if ann.Status != lockedOut || ann.Title != "Support engineer" || o.FirstWith(lockedOut).ID != ann.ID || !slices.Contains(ann.Groups, "Berlin Office") {
			t.Errorf("%+v", ann)
		}
	}
}

func TestStaff(t *testing.T) {
	o := small(t)
	staff := o.Staff()
	for key, want := range map[string]struct{ login, group string }{
		"helpdesk": {"dana.kim", "Keydesk Helpdesk"},
		"admin":    {"omar.reyes", "Keydesk Admins"},
		"auditor":  {"ingrid.solberg", "Keydesk Auditors"},
		"owner":    {"thandi.mokoena", "Keydesk Owners"},
		"visitor":  {"noah.fischer", ""},
	} {
		p, ok := o.Person(staff[key])
		if !ok || p.Login != want.login+"@brightwater.example" || p.Status != active || len(p.Roles) > 0 {
			t.Errorf("%s: %+v", key, p)
		}
		keydesk := slices.DeleteFunc(p.Groups, func(g string) bool { return !strings.HasPrefix(g, "Keydesk ") })
		if strings.Join(keydesk, ",") != want.group {
			t.Errorf("%s: %v", key, keydesk)
		}
	}
	for login, group := range map[string]string{"paul.ferrant": "Keydesk Owners", "mei.tanaka": "Keydesk Helpdesk"} {
		if p, _ := o.ByLogin(login + "@brightwater.example"); !slices.Contains(p.Groups, group) || len(p.Roles) > 0 {
			t.Errorf("%+v", p)
		}
	}
	if owner, _ := o.Person(o.TokenOwner()); owner.FirstName+" "+owner.LastName != "Keydesk Service" || !slices.Equal(owner.Roles, []string{"SUPER_ADMIN"}) {
		t.Errorf("%+v", owner)
	}
	staff["helpdesk"] = ""
	if o.Staff()["helpdesk"] == "" {
		t.Error("the map is the organisation's own")
	}
}

func TestNamesOfManyLanguages(t *testing.T) {
	o := New(Options{Start: begin()})
	login := regexp.MustCompile(`^[a-z][a-z-]*(\.[a-z][a-z-]*[0-9]*)?@brightwater\.example$`)
	kinds := map[string]bool{}
	logins := map[string]bool{}
	for _, p := range o.people {
		if !login.MatchString(p.login()) || logins[p.login()] {
			t.Errorf("login %q of %s", p.login(), p.display())
		}
		logins[p.login()] = true
		for _, name := range []string{"firstName", "lastName", "displayName"} {
			for _, r := range p.profile.text(name) {
				if utf8.RuneLen(r) > 3 {
					t.Errorf("%q holds four bytes, which Okta does not support", p.profile.text(name))
				}
			}
		}
		name := p.display()
		kinds["apostrophe"] = kinds["apostrophe"] || strings.Contains(name, "'")
		kinds["hyphen"] = kinds["hyphen"] || strings.Contains(name, "-")
		kinds["accent"] = kinds["accent"] || strings.ContainsAny(name, "éüñłşøçã")
		kinds["markup"] = kinds["markup"] || strings.Contains(name, "<b>")
		for _, r := range p.profile.text("displayName") {
			kinds["other letters"] = kinds["other letters"] || r > 0x370
		}
		if p.profile.text("firstName") == "" || p.profile.text("department") == "" {
			t.Errorf("%v", p.profile)
		}
	}
	for _, k := range []string{"apostrophe", "hyphen", "accent", "other letters", "markup"} {
		if !kinds[k] {
			t.Errorf("nobody with %s in the name", k)
		}
	}
}

func TestManagersExist(t *testing.T) {
	o := New(Options{Start: begin()})
	without := 0
	for _, p := range o.people {
		m := p.profile.text("managerId")
		if m == "" {
			without++
			continue
		}
		if boss, ok := o.ByLogin(m); !ok || boss.FirstName+" "+boss.LastName != p.profile.text("manager") {
			t.Fatalf("manager %q, %q", m, p.profile.text("manager"))
		}
	}
	if without > 40 {
		t.Errorf("%d people without a manager", without)
	}
}

// A history never contradicts itself or the status.
func TestHistoriesFitTheStatus(t *testing.T) {
	o := New(Options{Start: begin()})
	for _, p := range o.people {
		for _, at := range []struct {
			name string
			null bool
			time int64
		}{
			{"activated", p.status == staged, p.activated.Unix()},
			{"statusChanged", p.status == staged, p.statusChanged.Unix()},
			{"lastLogin", p.sessions == 0 && p.lastLogin.IsZero(), p.lastLogin.Unix()},
			{"passwordChanged", p.status == staged || p.status == provisioned, p.passwordChanged.Unix()},
		} {
			if null := at.time < 0; null != at.null || !null && (at.time < p.created.Unix()-9*86400 || at.time > begin().Unix()) {
				t.Errorf("%s %s: %s at %d, created %d", p.status, p.id, at.name, at.time, p.created.Unix())
			}
		}
		if never := p.status == staged || p.status == provisioned; never && !p.lastLogin.IsZero() {
			t.Errorf("%s %s signed in", p.status, p.id)
		}
		if p.status != active && p.status != staged && (p.lastLogin.After(p.statusChanged) || p.passwordChanged.After(p.statusChanged)) {
			t.Errorf("%s %s lived on after %v", p.status, p.id, p.statusChanged)
		}
		if p.statusChanged.After(p.lastUpdated) {
			t.Errorf("%s %s: lastUpdated before statusChanged", p.status, p.id)
		}
		if signedIn := p.sessions > 0; signedIn && p.status != active && p.status != passwordExpired {
			t.Errorf("%s %s has sessions", p.status, p.id)
		}
	}
}

func TestEveryGrantOfTheCastIsThere(t *testing.T) {
	o := small(t)
	held := map[string]bool{}
	for _, p := range o.People() {
		for _, r := range p.Roles {
			held[r] = true
		}
	}
	for _, kind := range []string{
		"SUPER_ADMIN", "ORG_ADMIN", "APP_ADMIN", "USER_ADMIN", "HELP_DESK_ADMIN", "GROUP_MEMBERSHIP_ADMIN", "READ_ONLY_ADMIN",
		"REPORT_ADMIN", "API_ACCESS_MANAGEMENT_ADMIN", "MOBILE_ADMIN", "CUSTOM",
	} {
		if !held[kind] {
			t.Errorf("nobody is %s; held are %v", kind, slices.Sorted(maps.Keys(held)))
		}
	}
}

func TestASCII(t *testing.T) {
	for name, want := range map[string]string{
		"Jürgen": "jurgen", "Weiß": "weiss", "O'Shaughnessy": "oshaughnessy", "Álvarez Núñez": "alvareznunez",
		"Łukasz": "lukasz", "İpek": "ipek", "Wei-Ling": "wei-ling", "Nguyễn": "nguyen", "明美": "", "Yıldız": "yildiz", "Dvořáková": "dvorakova",
	} {
		if got := ascii(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
