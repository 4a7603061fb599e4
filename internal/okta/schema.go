package okta

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
)

// Schema is the room of which attributes people have, outside the User API. Needs
// okta.schemas.read.
type Schema service

// ProfileSchema says which attributes a person of the organisation can have.
type ProfileSchema struct {
	Attributes []Attribute // Okta's first, then the organisation's own
}

// Attribute is one of them.
type Attribute struct {
	Name        string
	Title       string
	Type        string // string, number, integer, boolean or array
	Items       string // of an array: the type of what is in it
	Required    bool
	Custom      bool
	ReadOnly    bool
	Enum        []string // the values that there are, of an array those of its items; none: any
	MaxLength   int      // 0: not said
	Description string
}

var errNoSchema = errors.New("the answer names no attributes")

// Profile reads the attributes in the order that Okta has them in
// (getUserSchema of Okta's schemas API).
func (s *Schema) Profile(ctx context.Context) (ProfileSchema, error) {
	type document struct {
		Definitions struct {
			Base   attributes `json:"base"`
			Custom attributes `json:"custom"`
		} `json:"definitions"`
	}
	d, _, err := one(ctx, s.client, request{op: getUserSchema}, func(d document) error {
		if len(d.Definitions.Base.Properties) == 0 {
			return errNoSchema
		}
		return nil
	})
	if err != nil {
		return ProfileSchema{}, err
	}
	return ProfileSchema{slices.Concat(d.Definitions.Base.list(false), d.Definitions.Custom.list(true))}, nil
}

// attributes is one half of a schema.
type attributes struct {
	Properties properties `json:"properties"`
	Required   []string   `json:"required"`
}

func (a attributes) list(custom bool) []Attribute {
	var list []Attribute
	for _, p := range a.Properties {
		at := Attribute{
			Name: p.name, Title: cmp.Or(p.Title, p.name), Type: p.Type, Items: p.Items.Type, Custom: custom,
			Required:  p.Required || slices.Contains(a.Required, p.name),
			ReadOnly:  p.Mutability == "READ_ONLY",
			MaxLength: p.MaxLength, Description: p.Description,
		}
		for _, v := range append(p.Enum, p.Items.Enum...) {
			at.Enum = append(at.Enum, textOf(v))
		}
		list = append(list, at)
	}
	return list
}

type property struct {
	name        string
	Title       string            `json:"title"`
	Type        string            `json:"type"`
	Required    bool              `json:"required"`
	Mutability  string            `json:"mutability"`
	MaxLength   int               `json:"maxLength"`
	Description string            `json:"description"`
	Enum        []json.RawMessage `json:"enum"`
	Items       struct {
		Type string            `json:"type"`
		Enum []json.RawMessage `json:"enum"`
	} `json:"items"`
}

// properties is an object whose order counts: forms show attributes in it.
type properties []property

// UnmarshalJSON reads the members one by one, because a map would lose the order.
func (ps *properties) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errNoSchema
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var p property
		if err := d.Decode(&p); err != nil {
			return err
		}
		p.name, _ = name.(string) // the grammar lets a member's name be nothing else
		*ps = append(*ps, p)
	}
	return nil
}
