package okta

import (
	"context"
	"errors"
)

// LinkedObjects is the room of how people are related: who is whose manager, and
// what else the organisation has defined.
type LinkedObjects service

var errNoPerson = errors.New("a link in the answer leads to no person")

// List reads whom the person is related to by name, which is either end of a
// relation (GetLinkedObjectsForUser): by the primary end one at most. A name that
// is not defined is an error that IsNotFound.
func (s *LinkedObjects) List(ctx context.Context, id UserID, name LinkName) ([]UserID, error) {
	type item struct {
		Links Links `json:"_links"`
	}
	var people []UserID
	r := on(id, getLinkedObjectsForUser, nil, name.segment())
	for i, err := range every(r.op, func(at Cursor) (Page[item], error) {
		return page(ctx, s.client, r, at, func(i item) error {
			if _, err := ParseUserID(lastSegment(i.Links["self"])); err != nil {
				return errNoPerson
			}
			return nil
		})
	}) {
		if err != nil {
			return nil, err
		}
		person, _ := ParseUserID(lastSegment(i.Links["self"]))
		people = append(people, person)
	}
	return people, nil
}

// Set relates the person to primary, in the place of whom they were related to
// before (SetLinkedObjectForUser). It is a change: it may return *Unsure.
func (s *LinkedObjects) Set(ctx context.Context, id UserID, primaryName LinkName, primary UserID) error {
	return s.client.run(ctx, on(id, setLinkedObjectForUser, nil, primaryName.segment(), primary.segment()))
}

// Remove ends the relation of the person to their primary, and is content when
// there is none (RemoveLinkedObjectForUser). It is a change: it may return
// *Unsure.
func (s *LinkedObjects) Remove(ctx context.Context, id UserID, primaryName LinkName) error {
	return s.client.run(ctx, on(id, removeLinkedObjectForUser, nil, primaryName.segment()))
}

// Definitions reads which relations there are (listLinkedObjectDefinitions of
// Okta's linked objects API).
func (s *LinkedObjects) Definitions(ctx context.Context) ([]LinkDefinition, error) {
	return whole[LinkDefinition](ctx, s.client, request{op: listLinkedObjectDefinitions})
}

// LinkDefinition is a relation: one Primary, such as a manager, has many
// Associated, such as the managed.
type LinkDefinition struct {
	Primary    LinkEnd `json:"primary"`
	Associated LinkEnd `json:"associated"`
}

// LinkEnd is one end of a relation.
type LinkEnd struct {
	Name        LinkName `json:"name"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
}
