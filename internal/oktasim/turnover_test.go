package oktasim

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A turnover is the model of people who come, change their login and go: what
// the organisation has to know of them.
type turnover struct {
	org    *Org
	logins map[string]string // id -> login
	left   map[string]bool   // deactivated
	gone   []string
}

func newTurnover() *turnover {
	o := New(Options{People: 50, Start: begin(), Limit: 1 << 30})
	return &turnover{org: o, logins: map[string]string{}, left: map[string]bool{}}
}

func (m *turnover) taken(login, except string) bool {
	for id, l := range m.logins {
		if id != except && strings.EqualFold(l, login) {
			return true
		}
	}
	return false
}

func drawLogin(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"Ada", "ada", "bob", "cem", "dee"}).Draw(rt, "login") + "@new.example"
}

func (m *turnover) come(t *testing.T, rt *rapid.T) {
	login := drawLogin(rt)
	r := sendBody(t, m.org, "POST", "/api/v1/users", fmt.Sprintf(`{"profile":{"login":%q,"email":%q,"firstName":"Neu","lastName":"Ling"}}`, login, login))
	if free := !m.taken(login, ""); free != (r.code == 200) {
		rt.Fatalf("%s, free %v: %d %s", login, free, r.code, r.body)
	}
	if r.code == 200 {
		m.logins[r.text("id")] = login
	}
}

// someone came, has gone again, or never was.
func (m *turnover) someone(rt *rapid.T) string {
	ids := append([]string{"00u0"}, m.gone...)
	for id := range m.logins {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return rapid.SampledFrom(ids).Draw(rt, "person")
}

func (m *turnover) rename(t *testing.T, rt *rapid.T) {
	id, login := m.someone(rt), drawLogin(rt)
	want := 200
	switch {
	case m.left[id] || m.logins[id] == "":
		want = 404
	case m.taken(login, id):
		want = 400
	}
	if r := edit(t, m.org, "POST", id, fmt.Sprintf(`{"profile":{"login":%q}}`, login)); r.code != want {
		rt.Fatalf("to %s: %d, want %d: %s", login, r.code, want, r.body)
	}
	if want == 200 {
		m.logins[id] = login
	}
}

func (m *turnover) leave(t *testing.T, rt *rapid.T) {
	id := m.someone(rt)
	there := m.logins[id] != ""
	if r := call1(t, m.org, "DELETE", userPath(id, "")); (r.code == 204) != there {
		rt.Fatalf("%s, there %v: %d", id, there, r.code)
	}
	if there && m.left[id] {
		delete(m.logins, id)
		m.gone = append(m.gone, id)
	}
	m.left[id] = true
}

// look asks for everybody in every way there is.
func (m *turnover) look(t *testing.T, rt *rapid.T) {
	listed := get(t, m.org, search(`profile.firstName eq "Neu"`)).ids()
	active := get(t, m.org, "/api/v1/users?limit=200").ids()
	if len(listed) != len(m.logins) || len(m.org.People()) != 50+len(m.logins) || len(m.org.byLogin) != 50+len(m.logins) {
		rt.Fatalf("%d listed, %d people, want %d newcomers", len(listed), len(m.org.People()), len(m.logins))
	}
	for id, login := range m.logins {
		byLogin, _ := m.org.ByLogin(login)
		if byLogin.ID != id || byLogin.Login != login || !slices.Contains(listed, id) || slices.Contains(active, id) == m.left[id] {
			rt.Fatalf("%s, %s: %+v", id, login, byLogin)
		}
	}
	for _, id := range m.gone {
		if _, there := m.org.Person(id); there || get(t, m.org, userPath(id, "")).code != 404 {
			rt.Fatalf("%s is not gone", id)
		}
	}
}

func TestPeopleComeAndGo(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newTurnover()
		rt.Repeat(map[string]func(*rapid.T){
			"come":   func(rt *rapid.T) { m.come(t, rt) },
			"rename": func(rt *rapid.T) { m.rename(t, rt) },
			"leave":  func(rt *rapid.T) { m.leave(t, rt) },
			"":       func(rt *rapid.T) { m.look(t, rt) },
		})
	})
}
