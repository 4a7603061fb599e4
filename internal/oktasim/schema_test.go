package oktasim

import (
	"slices"
	"testing"
)

const schemaPath = "/api/v1/meta/schemas/user/"

func TestSchemaByItsNames(t *testing.T) {
	o := small(t)
	byDefault := get(t, o, schemaPath+"default").wantCode(200)
	byID := get(t, o, schemaPath+o.schemaID).wantCode(200)
	if string(byDefault.body) != string(byID.body) {
		t.Error("two schemas")
	}
	get(t, o, schemaPath+"osc0").wantError(404, "E0000007")
	user := get(t, o, "/api/v1/users/me")
	if user.text("_links/schema/href") != byID.text("id") {
		t.Errorf("a person links to %s, the schema is %s", user.text("_links/schema/href"), byID.text("id"))
	}
	if byID.text("properties/profile/allOf/0/$ref") != "#/definitions/custom" || byID.text("type") != "object" {
		t.Errorf("%s", byID.body)
	}
}

// The schema says what a form needs to know, of every kind of attribute.
func TestSchemaDescribesAttributes(t *testing.T) {
	r := get(t, small(t), schemaPath+"default")
	for path, want := range map[string]any{
		"base/properties/login/title":                        "Username",
		"base/properties/login/required":                     true,
		"base/properties/login/minLength":                    5.0,
		"base/properties/login/permissions/0/action":         "READ_ONLY",
		"base/properties/login/master/type":                  "PROFILE_MASTER",
		"base/properties/email/format":                       "email",
		"base/properties/firstName/maxLength":                50.0,
		"base/properties/lastName/required":                  nil,
		"base/properties/postalAddress/permissions/0/action": "HIDE",
		"base/properties/vip":                                nil,
		"base/id":                                            "#base",
		"base/required/0":                                    "firstName",
		"custom/properties/vip/type":                         "boolean",
		"custom/properties/badgeNumber/type":                 "number",
		"custom/properties/holidayDays/type":                 "integer",
		"custom/properties/startDate/type":                   "string",
		"custom/properties/skills/type":                      "array",
		"custom/properties/skills/items/type":                "string",
		"custom/properties/floors/items/type":                "integer",
		"custom/properties/dayHours/items/type":              "number",
		"custom/properties/workplace/enum/0":                 "office",
		"custom/properties/login":                            nil,
		"custom/id":                                          "#custom",
	} {
		if got := r.at("definitions/" + path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}

// Everybody of the seed keeps to the schema, and somebody has each of the
// custom attributes.
func TestTheCompanyKeepsToItsSchema(t *testing.T) {
	o := New(Options{Start: begin()})
	seen := map[string]int{}
	for _, p := range o.People() {
		if flaws := o.schema.checkAll(p.Profile); len(flaws) > 0 {
			t.Errorf("%s: %v", p.Login, flaws)
		}
		for name := range p.Profile {
			if !o.schema.has(name) {
				t.Errorf("%s: %s is not in the schema", p.Login, name)
			}
			seen[name]++
		}
	}
	for _, r := range o.schema {
		if r.custom && (seen[r.name] < 4 || seen[r.name] == len(o.People())) {
			t.Errorf("%d people have %s", seen[r.name], r.name)
		}
	}
	if kinds := customKinds(o); len(kinds) != 7 {
		t.Errorf("custom attributes of %v", kinds)
	}
}

func customKinds(o *Org) map[string]bool {
	kinds := map[string]bool{}
	for _, r := range o.schema {
		if r.custom {
			kinds[r.kind+" "+r.items] = true
		}
	}
	return kinds
}

// Profiles are written in the schema's order: what a client sends makes the
// same profile in whatever order.
func TestWholeKeepsTheOrder(t *testing.T) {
	o := small(t)
	p := o.schema.whole(map[string]any{"email": "e", "login": "l", "firstName": "f", "vip": true, "city": nil})
	var names []string
	for _, q := range p {
		names = append(names, q.name)
	}
	if want := []string{"firstName", "mobilePhone", "vip", "secondEmail", "login", "email"}; !slices.Equal(names, want) {
		t.Errorf("%v", names)
	}
}

func TestTheSchemaLearns(t *testing.T) {
	o := small(t)
	id := o.FirstWith(active).ID
	for name, c := range map[string]struct {
		value any
		kind  string
	}{
		"shoe": {43, "number "}, "hat": {"felt", "string "}, "left": {true, "boolean "}, "pets": {[]any{}, "array string"}, "odds": {[]any{1.0}, "array number"},
	} {
		o.SetProfile(id, name, c.value)
		o.SetProfile(id, name, nil) // known is known
		r, ok := o.schema.find(name)
		if got := r.kind + " " + r.items; !ok || got != c.kind || !r.custom {
			t.Errorf("%s: %s", name, got)
		}
		if get(t, o, schemaPath+"default").at("definitions/custom/properties/"+name+"/type") == nil {
			t.Errorf("%s is not in the schema's answer", name)
		}
	}
}
