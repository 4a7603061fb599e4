package desk

import "time"

// typingTime is how much longer the proof has to be good when a counter is opened,
// so that nobody types a password for nothing.
const typingTime = 5 * time.Minute

// Proven reports whether the actor's sign-in is fresh enough for an action, and
// stays so for a while.
func (d *Desk) Proven(who Actor, s Spec, still time.Duration) bool {
	limit := d.policy.FreshSignIn(s)
	return limit == 0 || !who.AuthTime.IsZero() && d.now().Add(still).Sub(who.AuthTime) <= limit
}

// needsProof refuses what asks for a fresh sign-in to a session whose issuer saw
// proof too long ago, or never said when.
func (d *Desk) needsProof(who Actor, s Spec, still time.Duration) *Error {
	if d.Proven(who, s, still) {
		return nil
	}
	return &Error{
		Kind: NeedsProof, Action: s.Action, Rule: "sign_in.fresh", Ask: "Sign in again; it takes a moment and nothing that you typed is lost.",
		Msg: "This needs a fresh sign-in: you proved who you are more than " + minutes(d.policy.FreshSignIn(s)) + " ago. Nothing was sent.",
	}
}
