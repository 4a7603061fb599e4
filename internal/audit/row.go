// Package audit keeps the record: rows that are only ever added, each carrying
// the hash of the one before it. A change is written twice, once before it is
// sent (the intent) and once when its end is known (the outcome).
package audit

import "time"

// Phase says which half of an act a row is.
type Phase string

// The phases. A refusal stands alone; an intent is followed by its outcome,
// and by another when one that was unknown is settled later.
const (
	PhaseIntent  Phase = "intent"
	PhaseOutcome Phase = "outcome"
	PhaseRefused Phase = "refused"
	PhaseEvent   Phase = "event" // something that is not an act on a person: a sign-in, a start
)

// Result is how an act ended.
type Result string

// The results of an outcome row.
const (
	Done    Result = "done"    // Okta confirmed it
	Failed  Result = "failed"  // not done: Okta refused it, or it was not sent
	Unknown Result = "unknown" // no answer: it may or may not have happened
	Settled Result = "settled" // was unknown; the person was read again since
)

// Row is one line of the record. Nothing in it is ever a secret.
type Row struct {
	Seq       int64
	At        time.Time
	Phase     Phase
	Intent    int64 // for an outcome: the sequence number of its intent
	ActorID   string
	ActorName string
	ActorRole string
	Session   string
	Address   string
	Action    string
	Op        string
	TargetID  string
	Target    string // the target's login when it was read
	Class     string
	Reason    string
	Ticket    string
	Params    string // what was chosen, as "name=value" words; never a secret
	Result    Result // of an outcome
	Detail    string // the rule of a refusal, Okta's error code, what was found
	Status    int    // Okta's HTTP status; 0 when there was no answer
	RequestID string // X-Okta-Request-Id
	Before    string // the person's status before
	After     string // and after
	Prev      string // hash of the row before, hex
	Hash      string // hash of this row, hex
}

// Act is an intent with its outcome, as the record's page shows it: one line
// for one thing that somebody did or was refused.
type Act struct {
	Row      // the intent, refusal or event
	End *Row // the outcome; nil while unknown
}

// Filter narrows the record.
type Filter struct {
	Text   string // matches operator, target, ticket, reason, request id
	Actor  string // only this actor's rows
	Target string // only this person's rows
	Action string
	Acts   bool  // acts and refusals alone, no events
	Before int64 // rows with a smaller sequence number: the next page
	Limit  int
}
