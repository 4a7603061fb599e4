package desk

import (
	"fmt"
	"time"
)

// Kind sorts what can go wrong into what an operator can do about it.
type Kind int

// The kinds. Other is a fault of the console itself.
const (
	Other      Kind = iota
	Denied          // the actor's roles do not allow it
	Guarded         // the target is protected from the actor
	NotFound        // Okta does not know the person
	Conflict        // the page was stale, or Okta refuses it in this state
	Invalid         // what was typed does not do; Field says where
	Throttled       // Okta's rate limit; RetryAfter says how long
	Upstream        // Okta did not answer, or not as it should
	Unsure          // a change was sent and its outcome is unknown
	Limited         // the operator has done as much of this as the policy allows; RetryAfter says how long
	Unrecorded      // the record could not be written, so nothing was done
	Gone            // it was there, and is not any more
)

// String is the kind in a word, for logs.
func (k Kind) String() string {
	words := []string{"failed", "denied", "guarded", "not found", "conflict", "invalid", "throttled", "upstream", "unsure", "limited", "unrecorded", "gone"}
	if k < 0 || int(k) >= len(words) {
		return "failed"
	}
	return words[k]
}

// Error is every failure of the desk. Msg may be shown to the operator; Err may
// not: it is for the log.
type Error struct {
	Kind       Kind
	Action     Action
	Msg        string            // a sentence or two: what happened, what was not done, what to do
	Rule       string            // the rule that refused; for Denied and Guarded
	Ask        string            // whom to ask; may be empty
	Field      string            // the form field at fault; for Invalid
	Fields     map[string]string // what is wrong with each of several fields, a sentence each; for Invalid
	RetryAfter time.Duration     // for Throttled
	Scope      string            // the permission that the credential lacks; may be empty
	Off        bool              // an optional read that the credential's rights leave out
	Seq        int64             // the row of the record; 0 when there is none
	Recorded   bool              // the record has a row of it, or has counted it
	Person     *Person           // the person as Okta shows them now, where that was read
	Err        error
}

// Error names the action, the kind and the cause; it is for logs. Msg stays out
// of it: it names people.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Action, e.Kind)
	if e.Rule != "" {
		s += " (" + e.Rule + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
