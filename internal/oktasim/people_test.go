package oktasim

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What the organisation says of a person to whoever runs it is what it says on
// the wire.
func TestPeopleAreAsOnTheWire(t *testing.T) {
	o := New(Options{People: 120, Start: begin(), Limit: 1 << 30})
	for _, p := range o.People() {
		u := get(t, o, userPath(p.ID, "")).wantCode(200)
		for path, want := range map[string]string{
			"id": p.ID, "status": p.Status, "profile/login": p.Login, "profile/email": p.Email,
			"profile/firstName": p.FirstName, "profile/lastName": p.LastName,
			"profile/department": p.Department, "profile/title": p.Title,
		} {
			if got := u.text(path); got != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		listed := func(under, name string) (got []string) {
			for _, e := range get(t, o, userPath(p.ID, under)).decoded().([]any) {
				v := e.(map[string]any)
				if inner, ok := v["profile"].(map[string]any); ok {
					v = inner
				}
				got = append(got, v[name].(string))
			}
			return got
		}
		if got := listed("/groups", "name"); !slices.Equal(got, p.Groups) {
			t.Errorf("%s: groups %v, want %v", p.Login, got, p.Groups)
		}
		if got := listed("/roles", "type"); !slices.Equal(got, p.Roles) {
			t.Errorf("%s: roles %v, want %v", p.Login, got, p.Roles)
		}
		if one, ok := o.Person(p.ID); !ok || one.Login != p.Login {
			t.Errorf("%+v", one)
		}
		if one, ok := o.ByLogin(strings.ToUpper(p.Login)); !ok || one.ID != p.ID {
			t.Errorf("%+v", one)
		}
	}
}

func TestOrdinaryMeansOrdinary(t *testing.T) {
	o := New(Options{Start: begin()})
	for _, status := range statuses() {
		p := o.FirstWith(status)
		whole := o.people[o.byID[p.ID]]
		if whole.staff || whole.vip() || whole.provider.kind != "OKTA" || slices.Contains(p.Groups, "Executives") {
			t.Errorf("%s: %+v", status, p)
		}
		if again := o.FirstWith(status); again.ID != p.ID {
			t.Errorf("%s: %s, then %s", status, p.ID, again.ID)
		}
	}
	executives := 0
	for _, p := range o.people {
		if p.vip() {
			executives++
		}
	}
	if executives != 4 {
		t.Errorf("%d VIPs", executives)
	}
}

func TestPools(t *testing.T) {
	for _, p := range pools() {
		native := strings.Contains(p.first, ":")
		for _, e := range append(strings.Fields(p.first), strings.Fields(p.last)...) {
			latin, own := entry(e)
			if ascii(latin) == "" || (own != "") != native {
				t.Errorf("%s: %q, %q", p.locale, latin, own)
			}
			for _, r := range e {
				if utf8.RuneLen(r) > 3 {
					t.Errorf("%s: %q holds four bytes", p.locale, e)
				}
			}
		}
		if len(p.locale) != 5 || p.share < 1 || p.surname1st && !native {
			t.Errorf("%+v", p)
		}
	}
}

func TestSharesOfDepartments(t *testing.T) {
	sum := 0
	for _, d := range departments() {
		sum += d.share
		if len(d.titles) == 0 {
			t.Errorf("nobody has a title in %s", d.name)
		}
	}
	if sum != 100 {
		t.Errorf("departments add up to %d %%", sum)
	}
	for _, c := range cast() {
		if officeIn(c.city).country == "" || !slices.ContainsFunc(departments(), func(d department) bool { return d.name == c.department }) {
			t.Errorf("%+v", c)
		}
	}
}

func TestErrorsOfStatuses(t *testing.T) {
	for status, code := range map[int]string{
		400: "E0000001", 401: "E0000011", 403: "E0000006", 404: "E0000008", 409: "E0000001",
		429: "E0000047", 500: "E0000009", 502: "E0000009", 503: "E0000010",
	} {
		e := errOf(status)
		if e.status != status || e.code != code || e.summary == "" || !strings.HasPrefix(e.Error(), code+" ") {
			t.Errorf("%d: %+v", status, e)
		}
	}
}

// What is not one of Okta's errors is Okta's own fault.
func TestOtherErrorsAreInternal(t *testing.T) {
	o := small(t)
	if a := o.refusal(http.ErrBodyNotAllowed); a.status != 500 {
		t.Errorf("%+v", a)
	}
}
