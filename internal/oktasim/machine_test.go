package oktasim

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A model is what the matrix of lifecycle_test.go says about three people,
// played next to the organisation with acts in any order.
type model struct {
	org      *Org
	people   []string
	status   map[string]string
	sessions map[string]bool // there may be some left
	factors  map[string]bool
	calls    int
}

func newModel() *model {
	o := New(Options{People: 50, Start: begin(), Limit: 1 << 30})
	m := &model{org: o, status: map[string]string{}, sessions: map[string]bool{}, factors: map[string]bool{}}
	for _, status := range []string{active, lockedOut, staged} {
		p := o.FirstWith(status)
		m.people = append(m.people, p.ID)
		m.status[p.ID], m.sessions[p.ID], m.factors[p.ID] = status, p.Sessions > 0, p.Factors > 0
	}
	return m
}

// expected returns the status after act, and whether Okta agrees to it.
func (m *model) expected(id, act string) (string, bool) {
	want := matrix()[act][slices.Index(statuses(), m.status[id])]
	switch {
	case want == "=":
		return m.status[id], true
	case strings.Contains(want, " E"):
		return m.status[id], false
	case m.status[id] == staged && act == "activate" && !m.org.people[m.org.byID[id]].password:
		return provisioned, true
	}
	return want, true
}

func (m *model) act(t *testing.T, rt *rapid.T) {
	id := rapid.SampledFrom(m.people).Draw(rt, "person")
	act := rapid.SampledFrom([]string{
		"activate", "reactivate", "deactivate", "suspend", "unsuspend", "unlock",
		"expire_password", "expire_password_with_temp_password", "reset_password", "reset_factors",
	}).Draw(rt, "act")
	want, agreed := m.expected(id, act)
	if needsPassword := strings.HasPrefix(act, "expire"); needsPassword && !m.org.people[m.org.byID[id]].password {
		want, agreed = m.status[id], false
	}
	m.org.Advance(time.Second)
	m.calls++
	if r := post(t, m.org, userPath(id, "/lifecycle/"+act)); (r.code == 200) != agreed {
		rt.Fatalf("%s from %s: %d %s", act, m.status[id], r.code, r.body)
	}
	m.status[id] = want
	if agreed {
		m.sessions[id] = m.sessions[id] && act != "suspend" && act != "deactivate"
		m.factors[id] = m.factors[id] && act != "reset_factors"
	}
}

func (m *model) clear(t *testing.T, rt *rapid.T) {
	id := rapid.SampledFrom(m.people).Draw(rt, "person")
	m.calls++
	call1(t, m.org, "DELETE", userPath(id, "/sessions")).wantCode(204)
	m.sessions[id] = false
}

// advise looks at the people from every side: they have to agree.
func (m *model) advise(t *testing.T, rt *rapid.T) {
	for _, id := range m.people {
		p, _ := m.org.Person(id)
		if p.Status != m.status[id] || p.Sessions > 0 && !m.sessions[id] || (p.Factors > 0) != m.factors[id] {
			rt.Fatalf("%+v, want %s, sessions %v, factors %v", p, m.status[id], m.sessions[id], m.factors[id])
		}
		m.calls += 3
		if got := get(t, m.org, userPath(id, "")).text("status"); got != p.Status {
			rt.Fatalf("read as %s, is %s", got, p.Status)
		}
		for _, target := range []string{
			"/api/v1/users?filter=" + url.QueryEscape(`status eq "`+p.Status+`"`), search(`status eq "` + p.Status + `"`),
		} {
			if !slices.Contains(get(t, m.org, target).ids(), id) {
				rt.Fatalf("%s does not list %s", target, id)
			}
		}
	}
	if len(m.org.Log()) != m.calls {
		rt.Fatalf("%d entries in the log, %d calls", len(m.org.Log()), m.calls)
	}
}

func TestActsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newModel()
		rt.Repeat(map[string]func(*rapid.T){
			"act":   func(rt *rapid.T) { m.act(t, rt) },
			"clear": func(rt *rapid.T) { m.clear(t, rt) },
			"":      func(rt *rapid.T) { m.advise(t, rt) },
		})
	})
}
