package views

import (
	"cmp"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
)

// holder is a client with the consents that a page shows of it.
type holder struct {
	okta.OAuthClient
	Grants []okta.Grant
}

// Title is the client's name, else its id.
func (h holder) Title() string { return clientName(h.OAuthClient) }

// known is how many there are, or 0 where a page of the list is all that is known.
func known(n int, next okta.Cursor, after string) int {
	if !next.IsZero() || after != "" {
		return 0
	}
	return n
}

func clientName(c okta.OAuthClient) string {
	if c.Name != "" {
		return c.Name
	}
	return c.ID.String()
}

// holders groups the consents of a page under their clients: those that Okta
// lists, then those that it does not. On a further page only clients with
// consents there are named again.
func (p SignInsProps) holders() []holder {
	var out []holder
	at := map[okta.ClientID]int{}
	for _, c := range p.Clients.Value {
		at[c.ID] = len(out)
		out = append(out, holder{OAuthClient: c})
	}
	for _, g := range p.Grants.Value.Items {
		i, known := at[g.Client]
		if !known {
			i = len(out)
			at[g.Client] = i
			out = append(out, holder{OAuthClient: okta.OAuthClient{ID: g.Client}})
		}
		out[i].Grants = append(out[i].Grants, g)
	}
	if p.After == "" {
		return out
	}
	var some []holder
	for _, h := range out {
		if len(h.Grants) > 0 {
			some = append(some, h)
		}
	}
	return some
}

// blockWords says what a block keeps out; of a kind that nobody here knows Okta's
// own words.
func blockWords(b okta.Block) string {
	if b.Type == "DEVICE_BASED" {
		switch b.AppliesTo {
		case "ANY_DEVICES":
			return "Okta blocks sign-in from every device, after too many wrong tries."
		case "UNKNOWN_DEVICES":
			return "Okta blocks sign-in from unknown devices, after too many wrong tries there. Known devices still work."
		}
	}
	return joined(", ", b.Type, b.AppliesTo)
}

// outcomeLook is how an event of Okta's log ended.
func outcomeLook(outcome string) Look {
	switch outcome {
	case "SUCCESS":
		return Look{"Success", "ok", "circle-check"}
	case "FAILURE":
		return Look{"Failure", "bad", "circle-x"}
	case "DENY":
		return Look{"Denied", "bad", "ban"}
	case "ALLOW":
		return Look{"Allowed", "ok", "circle-check"}
	case "CHALLENGE":
		return Look{"Challenge", "info", "smartphone"}
	case "SKIPPED":
		return Look{"Skipped", "off", "circle-x"}
	}
	return Look{outcome, "", "circle-question-mark"}
}

// eventWords is an event as Okta words it, else its type.
func eventWords(e okta.LogEvent) string {
	return cmp.Or(e.Message, e.Type)
}

// heldLook is the state of a consent or a token.
func heldLook(status string) Look {
	switch status {
	case "ACTIVE":
		return Look{"Active", "ok", "circle-check"}
	case "REVOKED":
		return Look{"Revoked", "off", "circle-x"}
	case "EXPIRED":
		return Look{"Expired", "warn", "timer"}
	}
	return Look{status, "", "circle-question-mark"}
}

// offersOf are the offers of a page of sign-ins, in the order in which it shows
// them.
func (p SignInsProps) offers() []desk.Offer { return []desk.Offer{p.Clear, p.RevokeAll} }

func (p ClientProps) offers() []desk.Offer { return []desk.Offer{p.RevokeGrants, p.RevokeTokens} }
