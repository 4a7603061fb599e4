package okta

import (
	"context"
	"encoding/json"
	"time"
)

// Factors is the room of second factors. It stands outside the User API.
type Factors service

// List reads the factors that the person has enrolled (listFactors of Okta's
// factors API), or begun to.
func (s *Factors) List(ctx context.Context, id UserID) ([]Factor, error) {
	return whole[Factor](ctx, s.client, on(id, listFactors, nil))
}

// Reset takes one factor away (unenrollFactor of Okta's factors API). It is a
// change: it may return *Unsure.
func (s *Factors) Reset(ctx context.Context, id UserID, factor FactorID) error {
	return s.client.run(ctx, on(id, unenrollFactor, nil, factor.segment()))
}

// Factor is one second factor of a person.
type Factor struct {
	ID          FactorID                   `json:"id"`
	Type        string                     `json:"factorType"` // such as push, sms, webauthn
	Provider    string                     `json:"provider"`
	Vendor      string                     `json:"vendorName"`
	Status      string                     `json:"status"` // ACTIVE, PENDING_ACTIVATION ...
	Created     time.Time                  `json:"created,omitzero"`
	LastUpdated time.Time                  `json:"lastUpdated,omitzero"`
	Profile     map[string]json.RawMessage `json:"profile,omitzero"`
	Links       Links                      `json:"_links,omitzero"`
	Embedded    map[string]json.RawMessage `json:"_embedded,omitzero"`
}
