package oktasim

import (
	"net/http"
	"slices"
)

// A rule is what the profile's schema says about one property.
type rule struct {
	name, title string
	kind        string // string, number, integer, boolean or array
	items       string // of an array: string, number or integer
	format      string // of a string; only email is enforced
	min, max    int    // length of a string; no limit if zero
	enum        []string
	required    bool
	custom      bool
	self        string // what people may do with their own: READ_ONLY, READ_WRITE or HIDE
}

// A schema lists the rules in the order in which profiles show them.
type schema []rule

func (s schema) find(name string) (rule, bool) {
	i := slices.IndexFunc(s, func(r rule) bool { return r.name == name })
	if i < 0 {
		return rule{}, false
	}
	return s[i], true
}

func (s schema) has(name string) bool {
	_, ok := s.find(name)
	return ok
}

// learn adds a custom attribute of the kind that value is of, unless the name
// is known.
func (s *schema) learn(name string, value any) {
	if s.has(name) {
		return
	}
	r := rule{name: name, title: name, custom: true, self: "READ_ONLY"}
	r.kind = kindOf(value)
	if list, ok := value.([]any); ok {
		r.items = "string"
		if len(list) > 0 {
			r.items = kindOf(list[0])
		}
	}
	*s = append(*s, r)
}

func kindOf(value any) string {
	switch value.(type) {
	case bool:
		return "boolean"
	case float64:
		return "number"
	case []any:
		return "array"
	}
	return "string"
}

// getSchema serves the schema of the one type of person there is, by its id or
// as "default".
func (o *Org) getSchema(c *call, _ *person) (answer, error) {
	id := c.params["schemaId"]
	if id != "default" && id != o.schemaID {
		return answer{}, errNotFound(id, "UserSchema") // the word is not established
	}
	self := c.base + "/api/v1/meta/schemas/user/" + o.schemaID
	return answer{status: http.StatusOK, body: object{
		{"id", self},
		{"$schema", "http://json-schema.org/draft-04/schema#"},
		{"name", "user"},
		{"title", "User"},
		{"description", "Okta user profile template with default permission settings"},
		{"lastUpdated", o.clock.start},
		{"created", o.clock.start.Add(-9 * year)},
		{"definitions", object{
			{"custom", o.schema.definition("#custom", true)},
			{"base", o.schema.definition("#base", false)},
		}},
		{"type", "object"},
		{"properties", object{{"profile", object{{"allOf", []object{
			{{"$ref", "#/definitions/custom"}},
			{{"$ref", "#/definitions/base"}},
		}}}}}},
		{"_links", object{
			{"self", object{{"href", self}, {"method", "GET"}, {"rel", "self"}}},
			{"type", object{{"href", c.base + "/api/v1/meta/types/user/" + o.typeID}, {"method", "GET"}, {"rel", "type"}}},
		}},
	}}, nil
}

func (s schema) definition(id string, custom bool) object {
	properties, required := object{}, []string{}
	for _, r := range s {
		if r.custom != custom {
			continue
		}
		properties = append(properties, member{r.name, r.object()})
		if r.required {
			required = append(required, r.name)
		}
	}
	return object{{"id", id}, {"type", "object"}, {"properties", properties}, {"required", required}}
}

func (r rule) object() object {
	o := object{{"title", r.title}, {"type", r.kind}}
	if r.items != "" {
		o = append(o, member{"items", object{{"type", r.items}}})
	}
	if r.format != "" {
		o = append(o, member{"format", r.format})
	}
	if r.required {
		o = append(o, member{"required", true})
	}
	if len(r.enum) > 0 {
		o = append(o, member{"enum", r.enum})
	}
	if r.min > 0 {
		o = append(o, member{"minLength", r.min})
	}
	if r.max > 0 {
		o = append(o, member{"maxLength", r.max})
	}
	return append(o, member{"mutability", "READ_WRITE"}, member{"scope", "NONE"},
		member{"permissions", []object{{{"principal", "SELF"}, {"action", r.self}}}},
		member{"master", object{{"type", "PROFILE_MASTER"}}})
}
