package oktasim

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func unkind(t *testing.T) *Org {
	t.Helper()
	return New(Options{People: 63, Start: begin(), Unkind: true, Limit: 1 << 30})
}

// patient repeats a call that was refused for its number, as a client would.
func patient(t *testing.T, o *Org, target string) reply {
	t.Helper()
	r := get(t, o, target)
	for range 5 {
		if r.code != 429 {
			break
		}
		r = get(t, o, target)
	}
	return r.wantCode(200)
}

func TestUnkindPagesAreSmallAndTheLastIsEmpty(t *testing.T) {
	o := unkind(t)
	var all []string
	var sizes []int
	for target := search("id pr"); target != ""; {
		r := patient(t, o, target)
		all, sizes = append(all, r.ids()...), append(sizes, len(r.ids()))
		target = r.rel("next")
		if lines := r.head["Link"]; target != "" && !strings.HasSuffix(lines[0], `rel="next"`) {
			t.Errorf("relations in the usual order: %q", lines)
		}
	}
	slices.Sort(all)
	if len(slices.Compact(all)) != 63 || len(sizes) != 10 || sizes[9] != 0 || sizes[0] != unkindUsers {
		t.Errorf("%d people in pages of %v", len(all), sizes)
	}
	groups := patient(t, o, userPath(o.TokenOwner(), "/groups"))
	if len(groups.ids()) != unkindGroups || groups.rel("next") == "" {
		t.Errorf("groups: %v", groups.ids())
	}
}

// Shuffled and with strangers in it, an answer still says the same.
func TestUnkindBodiesSayTheSame(t *testing.T) {
	kind := New(Options{People: 63, Start: begin()})
	o := unkind(t)
	id := kind.FirstWith(active).ID
	plain := get(t, kind, userPath(id, ""))
	strangers, orders := 0, map[string]bool{}
	for range 60 {
		r := patient(t, o, userPath(id, ""))
		orders[strings.Join(keys(t, r.body), " ")] = true
		var a, b map[string]any
		if json.Unmarshal(plain.body, &a) != nil || json.Unmarshal(r.body, &b) != nil {
			t.Fatal("not JSON")
		}
		strangers += dropStrangers(b)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("another person: %v\n%v", a, b)
		}
	}
	if strangers == 0 || len(orders) < 30 {
		t.Errorf("%d strangers, %d orders", strangers, len(orders))
	}
}

func dropStrangers(o map[string]any) (n int) {
	for name, v := range o {
		if inner, ok := v.(map[string]any); ok {
			if inner["since"] == "2031.01" {
				delete(o, name)
				n++
				continue
			}
			n += dropStrangers(inner)
		}
		list, _ := v.([]any)
		for _, e := range list {
			if inner, ok := e.(map[string]any); ok {
				n += dropStrangers(inner)
			}
		}
	}
	return n
}

func TestUnkindRefusalsAreFewAndOfBothKinds(t *testing.T) {
	o := unkind(t)
	id := o.FirstWith(lockedOut).ID
	limits := map[string]int{}
	for range 1000 {
		before := o.Snapshot()
		r := post(t, o, userPath(id, "/lifecycle/reset_factors"))
		if r.code == 429 {
			limits[r.head.Get("X-Rate-Limit-Limit")]++
			if o.Snapshot() != before {
				t.Fatal("a refused call took effect")
			}
		}
	}
	if len(limits) != 2 || limits["0"] == 0 || limits["0"] > 30 {
		t.Errorf("refusals by limit: %v", limits)
	}
}

func TestUnkindnessRepeatsItself(t *testing.T) {
	a, b := unkind(t), unkind(t)
	for range 200 {
		x, y := get(t, a, "/api/v1/users?limit=2"), get(t, b, "/api/v1/users?limit=2")
		if x.code != y.code || string(x.body) != string(y.body) {
			t.Fatal("the same seed and calls, and another answer")
		}
	}
}

func TestUnkindSearchLags(t *testing.T) {
	if d := unkind(t).opts.IndexDelay; d <= 0 {
		t.Errorf("index delay %v", d)
	}
}
