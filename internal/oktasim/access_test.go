package oktasim

import (
	"slices"
	"strings"
	"testing"
)

func TestGroupsBeginWithEveryone(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	r := get(t, o, userPath(p.ID, "/groups")).wantCode(200)
	if r.text("0/profile/name") != "Everyone" || r.text("0/type") != "BUILT_IN" {
		t.Errorf("%s", r.body)
	}
	var names []string
	for _, g := range r.decoded().([]any) {
		names = append(names, g.(map[string]any)["profile"].(map[string]any)["name"].(string))
	}
	if !slices.Equal(names, p.Groups) {
		t.Errorf("%v, want %v", names, p.Groups)
	}
	if self := r.rel("self"); self != userPath(p.ID, "/groups?limit=200") || r.rel("next") != "" {
		t.Errorf("Link %v", r.head["Link"])
	}
}

func TestGroupShape(t *testing.T) {
	o := small(t)
	r := get(t, o, userPath(o.TokenOwner(), "/groups?limit=1")).wantCode(200)
	inner := r.body[1 : len(r.body)-1]
	want := strings.Fields("id created lastUpdated lastMembershipUpdated objectClass type profile _links")
	if got := keys(t, inner); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if id := r.text("0/id"); len(id) != 20 || !strings.HasPrefix(id, "00g") {
		t.Errorf("id %s", id)
	}
}

func TestGroupPages(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	for _, name := range []string{"A", "B", "C", "D"} {
		o.JoinGroup(p.ID, name)
	}
	whole := get(t, o, userPath(p.ID, "/groups")).ids()
	pages := walk(t, o, userPath(p.ID, "/groups?limit=3"))
	if !slices.Equal(slices.Concat(pages...), whole) || len(pages) != (len(whole)+2)/3 {
		t.Errorf("%v, want %v", pages, whole)
	}
}

func TestJoiningTwiceIsJoiningOnce(t *testing.T) {
	o := small(t)
	p := o.FirstWith(active)
	o.JoinGroup(p.ID, "New")
	once := get(t, o, userPath(p.ID, "/groups")).ids()
	o.JoinGroup(p.ID, "New")
	if twice := get(t, o, userPath(p.ID, "/groups")).ids(); !slices.Equal(once, twice) || len(once) != len(p.Groups)+1 {
		t.Errorf("%v, then %v", once, twice)
	}
}
