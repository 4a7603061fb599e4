package views

import (
	"strconv"

	"keydesk/internal/approval"
	"keydesk/internal/desk"
)

// ApprovalsProps is what the page of approvals shows.
type ApprovalsProps struct {
	desk.ApprovalsPage
	Notice *Notice

	At, Verb, Typed, Problem string // the request whose dialog was sent wrongly, what was typed into it, and what is wrong
	Again                    bool   // nothing is wrong: it was kept over a fresh sign-in
}

// wrong reports whether the dialog of that verb has to say what is wrong with it.
func (p ApprovalsProps) wrong(w desk.Waiting, verb string) bool {
	return p.Problem != "" && p.open(w, verb)
}

// open reports whether the dialog of that verb stands open in the page.
func (p ApprovalsProps) open(w desk.Waiting, verb string) bool {
	return (p.Problem != "" || p.Again) && p.At == w.ID && p.Verb == verb
}

func (p ApprovalsProps) typed(w desk.Waiting, verb string) string {
	if p.open(w, verb) {
		return p.Typed
	}
	return ""
}

// requestID names the card of a request among those of the page.
func requestID(w desk.Waiting) string { return "request-" + strconv.FormatInt(w.Seq, 10) }

// decideID names the dialog in which a request is decided.
func decideID(w desk.Waiting, verb string) string { return requestID(w) + "-" + verb }

// requestLook says what became of a request.
func requestLook(s approval.State) Look {
	switch s {
	case approval.Approved:
		return Look{"approved", "ok", "circle-check"}
	case approval.Declined:
		return Look{"declined", "held", "ban"}
	case approval.Withdrawn:
		return Look{"withdrawn", "off", "circle-x"}
	case approval.Expired:
		return Look{"expired", "off", "hourglass"}
	case approval.Waiting:
		return Look{"waits", "warn", "hourglass"}
	}
	return Look{string(s), "", "circle-question-mark"}
}

// sends is what the button of an offer's form says: what it does, or that it asks.
func sends(o desk.Offer, does string) string {
	if o.Decision.Second != "" {
		return "Ask for approval"
	}
	return does
}
