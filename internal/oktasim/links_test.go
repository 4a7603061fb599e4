package oktasim

import (
	"path"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// linked returns the ids under a name, as the wire has them.
func linked(t *testing.T, o *Org, id, name string) []string {
	t.Helper()
	var ids []string
	for _, e := range get(t, o, userPath(id, "/linkedObjects/"+name)).wantCode(200).decoded().([]any) {
		ids = append(ids, path.Base(e.(map[string]any)["_links"].(map[string]any)["self"].(map[string]any)["href"].(string)))
	}
	return ids
}

func TestManagersOfTheSeedAreLinked(t *testing.T) {
	o := New(Options{People: 200, Start: begin(), Limit: 1 << 30})
	managed, mentored := 0, 0
	for _, p := range o.People() {
		login, _ := p.Profile["managerId"].(string)
		manager, ok := o.ByLogin(login)
		switch got := linked(t, o, p.ID, "manager"); {
		case ok && !slices.Equal(got, []string{manager.ID}), !ok && len(got) > 0, p.Links["manager"] != manager.ID:
			t.Errorf("%s: manager %v, want %s", p.Login, got, manager.ID)
		case ok:
			managed++
			if !slices.Contains(linked(t, o, manager.ID, "subordinate"), p.ID) {
				t.Errorf("%s is not among %s's", p.Login, manager.Login)
			}
		}
		mentored += len(linked(t, o, p.ID, "mentor"))
	}
	if managed < 150 || mentored < 5 {
		t.Errorf("%d have a manager, %d a mentor", managed, mentored)
	}
}

func TestSetAndRemoveLinks(t *testing.T) {
	o := small(t)
	a, b, c := o.FirstWith(active).ID, o.People()[20].ID, o.People()[30].ID
	set := func(id, name, primary string) reply {
		return call1(t, o, "PUT", userPath(id, "/linkedObjects/"+name+"/"+primary))
	}
	set(a, "mentor", b).wantCode(204)
	if got := linked(t, o, a, "mentor"); !slices.Equal(got, []string{b}) {
		t.Errorf("%v", got)
	}
	set(a, "mentor", c).wantCode(204) // replaces
	set(b, "mentor", "ann.vo").wantCode(204)
	if got := linked(t, o, b, "mentee"); len(got) != 0 {
		t.Errorf("%v is left", got)
	}
	for range 2 {
		call1(t, o, "DELETE", userPath(a, "/linkedObjects/mentor")).wantCode(204)
	}
	if p, _ := o.Person(a); len(linked(t, o, a, "mentor")) != 0 || p.Links["mentor"] != "" || p.Links["manager"] == "" {
		t.Errorf("%v", p.Links)
	}
}

func TestLinksRefuse(t *testing.T) {
	o := small(t)
	a, b := o.People()[10].ID, o.People()[20].ID
	before := o.Snapshot()
	for _, c := range []struct {
		method, target string
		status         int
		code, summary  string
	}{
		{"GET", a + "/linkedObjects/boss", 404, "E0000007", "boss (LinkedObjectProperty)"},
		{"GET", a + "/linkedObjects/Manager", 404, "E0000007", "Manager (LinkedObjectProperty)"},
		{"PUT", a + "/linkedObjects/subordinate/" + b, 404, "E0000007", "subordinate (LinkedObjectProperty)"},
		{"DELETE", a + "/linkedObjects/boss", 404, "E0000007", "boss (LinkedObjectProperty)"},
		{"PUT", a + "/linkedObjects/manager/00u0", 404, "E0000007", "00u0 (User)"},
		{"PUT", "00u0/linkedObjects/manager/" + a, 404, "E0000007", "00u0 (User)"},
	} {
		r := call1(t, o, c.method, "/api/v1/users/"+c.target)
		r.wantError(c.status, c.code)
		if got := r.text("errorSummary"); got != "Not found: Resource not found: "+c.summary {
			t.Errorf("%s: %s", c.target, got)
		}
	}
	call1(t, o, "PUT", userPath(a, "/linkedObjects/manager/"+a)).wantError(400, "E0000001", "A user cannot be linked to itself")
	if o.Snapshot() != before {
		t.Error("a refusal changed something")
	}
}

func TestLinkDefinitions(t *testing.T) {
	r := get(t, small(t), "/api/v1/meta/schemas/user/linkedObjects").wantCode(200)
	if r.text("0/primary/name") != "manager" || r.text("0/associated/name") != "subordinate" || r.text("0/primary/type") != "USER" ||
		r.text("0/_links/self/href") != "https://brightwater.okta.example/api/v1/meta/schemas/user/linkedObjects/manager" {
		t.Errorf("%s", r.body)
	}
}

// Whatever is linked and erased, both ends tell the same story.
func TestLinksAgreeFromBothEnds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := New(Options{People: 50, Start: begin(), Limit: 1 << 30})
		var ids []string
		for _, p := range o.People()[20:28] {
			ids = append(ids, p.ID)
		}
		want := map[string]string{}
		for _, id := range ids {
			o.change(id, func(p *person, _ time.Time) { p.bonds = nil })
		}
		one := rapid.SampledFrom(ids)
		rt.Repeat(map[string]func(*rapid.T){
			"set": func(rt *rapid.T) {
				a, b := one.Draw(rt, "a"), one.Draw(rt, "b")
				if r := call1(t, o, "PUT", userPath(a, "/linkedObjects/mentor/"+b)); r.code == 204 {
					want[a] = b
				}
			},
			"remove": func(rt *rapid.T) {
				a := one.Draw(rt, "a")
				call1(t, o, "DELETE", userPath(a, "/linkedObjects/mentor"))
				delete(want, a)
			},
			"erase": func(rt *rapid.T) {
				a := one.Draw(rt, "a")
				for range 2 {
					call1(t, o, "DELETE", userPath(a, ""))
				}
				delete(want, a)
				for other, primary := range want {
					if primary == a {
						delete(want, other)
					}
				}
			},
			"": func(rt *rapid.T) { agree(t, rt, o, ids, want) },
		})
	})
}

func agree(t *testing.T, rt *rapid.T, o *Org, ids []string, want map[string]string) {
	t.Helper()
	for _, id := range ids {
		if _, there := o.Person(id); !there {
			continue
		}
		got := append(linked(t, o, id, "mentor"), "")[0]
		if got != want[id] {
			rt.Fatalf("%s has %s, want %s", id, got, want[id])
		}
		for _, mentee := range linked(t, o, id, "mentee") {
			if slices.Contains(ids, mentee) && want[mentee] != id {
				rt.Fatalf("%s has the mentee %s", id, mentee)
			}
		}
	}
}
