package oktasim

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestProfileWith(t *testing.T) {
	p := profile{{"firstName", "A"}, {"mobilePhone", nil}, {"title", "x"}}
	for name, c := range map[string]struct {
		set   string
		value any
		want  profile
	}{
		"changed":            {"title", "y", profile{{"firstName", "A"}, {"mobilePhone", nil}, {"title", "y"}}},
		"added":              {"city", "Osaka", profile{{"firstName", "A"}, {"mobilePhone", nil}, {"title", "x"}, {"city", "Osaka"}}},
		"removed":            {"title", nil, profile{{"firstName", "A"}, {"mobilePhone", nil}}},
		"never there":        {"city", nil, p},
		"always there":       {"mobilePhone", nil, p},
		"always there, set":  {"mobilePhone", "1", profile{{"firstName", "A"}, {"mobilePhone", "1"}, {"title", "x"}}},
		"empty is a value":   {"title", "", profile{{"firstName", "A"}, {"mobilePhone", nil}, {"title", ""}}},
		"a list is a value":  {"title", []any{}, profile{{"firstName", "A"}, {"mobilePhone", nil}, {"title", []any{}}}},
		"second mail is not": {"secondEmail", nil, p},
	} {
		if got := p.with(c.set, c.value); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if !reflect.DeepEqual(p, profile{{"firstName", "A"}, {"mobilePhone", nil}, {"title", "x"}}) {
		t.Errorf("the original changed: %v", p)
	}
}

// Whatever is set one after the other, a profile behaves as a map with order.
func TestProfileIsAMapWithOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p profile
		want := map[string]any{}
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			name := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "name")
			value := rapid.SampledFrom([]any{nil, "x", 1.0, true}).Draw(t, "value")
			before := slices.Clone(p)
			q := p.with(name, value)
			if !slices.Equal(p, before) {
				t.Fatalf("with changed its receiver: %v, was %v", p, before)
			}
			p = q
			if want[name] = value; value == nil {
				delete(want, name)
			}
		}
		if len(p) != len(want) {
			t.Fatalf("%v, want %v", p, want)
		}
		for name, value := range want {
			if p.get(name) != value {
				t.Fatalf("%s is %v, want %v", name, p.get(name), value)
			}
		}
	})
}

func TestSetStatusKeepsTheDateOfAStatusThatStays(t *testing.T) {
	p := person{status: active, statusChanged: begin()}
	p.setStatus(active, begin().Add(time.Hour))
	if !p.statusChanged.Equal(begin()) || !p.lastUpdated.Equal(begin().Add(time.Hour)) {
		t.Errorf("%+v", p)
	}
	p.setStatus(suspended, begin().Add(2*time.Hour))
	if p.status != suspended || !p.statusChanged.Equal(p.lastUpdated) {
		t.Errorf("%+v", p)
	}
}
