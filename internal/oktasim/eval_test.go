package oktasim

import (
	"net/url"
	"slices"
	"testing"
	"time"
)

// searchOrg has one person whose every searched property is known.
func searchOrg(t *testing.T) (*Org, string) {
	t.Helper()
	o := New(Options{People: 50, Start: begin(), Limit: 10_000})
	id := o.FirstWith(lockedOut).ID
	o.SetProfile(id, "firstName", "José")
	o.SetProfile(id, "lastName", `O"Neill`)
	o.SetProfile(id, "middleName", "Élodie Anne")
	o.SetProfile(id, "badgeNumber", 123456)
	o.SetProfile(id, "vip", true)
	o.SetProfile(id, "skills", []any{"Feature", "other", 7.0})
	o.SetProfile(id, "secondEmail", nil)
	o.SetProfile(id, "nickName", "")
	return o, id
}

func TestSearchFinds(t *testing.T) {
	o, id := searchOrg(t)
	for expression, want := range map[string]bool{
		`profile.firstName eq "José"`:                                        true,
		`profile.firstName eq "JOSÉ"`:                                        true,
		`profile.firstName eq "Jose"`:                                        false, // accents count
		`profile.firstName sw "jos"`:                                         true,
		`profile.firstName sw "josé!"`:                                       false,
		`profile.middleName sw "éLO"`:                                        true,
		`profile.middleName sw "lo"`:                                         false,
		`profile.firstName co "OS"`:                                          true,
		`profile.lastName eq "o\"neill"`:                                     true,
		`profile.lastName sw ""`:                                             true,
		`profile.login co "VO@bright"`:                                       true,
		`profile.badgeNumber eq 123456`:                                      true,
		`profile.badgeNumber gt 123455.5`:                                    true,
		`profile.badgeNumber lt 123456`:                                      false,
		`profile.badgeNumber eq "123456"`:                                    false,
		`profile.vip eq true`:                                                true,
		`profile.vip eq false`:                                               false,
		`profile.skills eq "feature"`:                                        true,
		`profile.skills eq "missing"`:                                        false,
		`profile.skills eq 7`:                                                true,
		`profile.secondEmail pr`:                                             false,
		`profile.nickName pr`:                                                true,
		`profile.skills pr`:                                                  true,
		`profile.zipCode pr`:                                                 false,
		`profile.city gt "Aachen" and profile.city lt "Cologne"`:             true,
		`status eq "LOCKED_OUT"`:                                             true,
		`status eq "locked_out"`:                                             true,
		`status lt "LOCKED_OUT" or status gt "LOCKED_OUT"`:                   false,
		`created lt "2031-03-03T09:30:00.000Z"`:                              true,
		`created gt "2031-03-03T09:30:00Z"`:                                  false,
		`activated pr and statusChanged pr`:                                  true,
		`lastUpdated ge "2031-03-03T09:30:00.000Z"`:                          true,
		`type.id eq "` + o.typeID + `"`:                                      true,
		`id eq "` + id + `" and (status eq "ACTIVE" or profile.vip eq true)`: true,
		`id eq "` + id + `" and status eq "ACTIVE" or id eq "x"`:             false,
	} {
		r := get(t, o, search(expression)).wantCode(200)
		if got := slices.Contains(r.ids(), id); got != want {
			t.Errorf("%s: %v", expression, got)
		}
	}
}

func TestSearchRefuses(t *testing.T) {
	o, _ := searchOrg(t)
	for expression, cause := range map[string]string{
		`status ne "ACTIVE"`:                "unsupported operator 'ne'",
		`Status eq "ACTIVE"`:                "unknown attribute 'Status'",
		`profile.shoeSize eq 44`:            "unknown attribute 'profile.shoeSize'",
		`profile.FirstName eq "a"`:          "unknown attribute 'profile.FirstName'",
		`lastLogin pr`:                      "unknown attribute 'lastLogin'",
		`profile.department co "eng"`:       "operator 'co' is not supported for 'profile.department'",
		`status co "ACT"`:                   "operator 'co' is not supported for 'status'",
		`created gt "yesterday"`:            "'yesterday' is no date",
		`created sw "2031-03-03T09:30:00Z"`: "operator 'sw' is not supported for a date",
		`profile.badgeNumber sw 12`:         "operator 'sw' is not supported for a number",
		`profile.vip gt true`:               "operator 'gt' is not supported for a boolean",
		`id pr and status ne "A"`:           "unsupported operator 'ne'",
		`id pr and (id pr or x pr)`:         "unknown attribute 'x'",
	} {
		get(t, o, search(expression)).wantError(400, "E0000031", cause)
	}
}

func TestFilterIsNarrowAndCaseSensitive(t *testing.T) {
	o, id := searchOrg(t)
	filter := func(s string) reply { return get(t, o, "/api/v1/users?filter="+url.QueryEscape(s)) }
	for expression, want := range map[string]bool{
		`status eq "LOCKED_OUT"`:                             true,
		`status eq "locked_out"`:                             false,
		`profile.firstName eq "José"`:                        true,
		`profile.firstName eq "josé"`:                        false,
		`profile.login eq "ann.vo@brightwater.example"`:      true,
		`id eq "` + id + `" or status eq "ACTIVE"`:           true,
		`lastUpdated ge "2031-03-03T00:00:00.000Z"`:          true,
		`lastUpdated lt "2031-03-03T00:00:00.000Z"`:          false,
		`status eq "LOCKED_OUT" and profile.email eq "none"`: false,
	} {
		if got := slices.Contains(filter(expression).wantCode(200).ids(), id); got != want {
			t.Errorf("%s: %v", expression, got)
		}
	}
	for expression, cause := range map[string]string{
		`profile.department eq "IT"`: "unknown attribute 'profile.department'",
		`profile.firstName sw "J"`:   "operator 'sw' is not supported for 'profile.firstName'",
		`status gt "A"`:              "operator 'gt' is not supported for 'status'",
		`status pr`:                  "operator 'pr' is not supported for 'status'",
		`lastUpdated sw "2031"`:      "operator 'sw' is not supported for 'lastUpdated'",
		`created gt "2031-01-01"`:    "unknown attribute 'created'",
	} {
		filter(expression).wantError(400, "E0000031", cause)
	}
}

func TestNullDatesMatchNothing(t *testing.T) {
	o := small(t)
	id := o.FirstWith(staged).ID
	for _, expression := range []string{`activated pr`, `activated lt "2099-01-01T00:00:00.000Z"`, `activated gt "1999-01-01T00:00:00.000Z"`} {
		if slices.Contains(get(t, o, search(expression)).wantCode(200).ids(), id) {
			t.Errorf("%s finds somebody never activated", expression)
		}
	}
}

func BenchmarkSearch100k(b *testing.B) {
	o := New(Options{People: 100_000, Start: begin()})
	e, err := parse(`profile.firstName sw "ann" or profile.lastName sw "ann" or profile.email sw "ann"`)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		fits, err := o.compile(e, o.searching())
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, p := range o.indexed(time.Time{}) {
			if fits(p) {
				n++
			}
		}
		if n == 0 {
			b.Fatal("nobody found")
		}
	}
}

// A time that was read is equal to the time that is asked for.
func TestTimesAreComparedAsShown(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	o.Advance(1500 * time.Millisecond)
	o.SetProfile(id, "title", "Poet")
	shown := get(t, o, userPath(id, "")).text("lastUpdated")
	for target, in := range map[string]bool{
		search(`lastUpdated eq "` + shown + `"`):                                true,
		search(`lastUpdated gt "` + shown + `"`):                                false,
		"/api/v1/users?filter=" + url.QueryEscape(`lastUpdated ge "`+shown+`"`): true,
	} {
		if got := slices.Contains(get(t, o, target).wantCode(200).ids(), id); got != in {
			t.Errorf("%s: %v", target, got)
		}
	}
}
