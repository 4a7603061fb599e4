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

// Row is one line of the record. Nothing in it is ever a secret. A tag names the
// column and says what its content is: public, or personal where it leads to
// somebody.
type Row struct {
	V         int       `record:"v,public"` // the encoding under its hash
	Seq       int64     `record:"seq,public"`
	At        time.Time `record:"at,public"`
	Phase     Phase     `record:"phase,public"`
	Intent    int64     `record:"intent,public"`     // for an outcome: the sequence number of its intent
	ActorID   string    `record:"actor_id,personal"` // issuer and subject of the operator
	ActorName string    `record:"actor_name,personal"`
	ActorRole string    `record:"actor_role,public"` // the operator's highest console role
	AuthTime  time.Time `record:"auth_time,public"`  // when the issuer last saw proof of who the operator is; zero: not known
	Session   string    `record:"session,personal"`  // names the sign-in session; not its secret
	Address   string    `record:"address,personal"`
	Policy    string    `record:"policy,public"` // the version of the policy that decided
	Action    string    `record:"action,public"`
	Op        string    `record:"op,public"` // the operation of Okta's API
	TargetID  string    `record:"target_id,personal"`
	Target    string    `record:"target,personal"` // the target's login when it was read
	Class     string    `record:"class,public"`
	Reason    string    `record:"reason,personal"`
	Ticket    string    `record:"ticket,public"`
	Params    string    `record:"params,personal"`   // what was chosen, as Words writes it
	Result    Result    `record:"result,public"`     // of an outcome
	Detail    string    `record:"detail,personal"`   // the rule of a refusal, Okta's error code, what was found
	Status    int       `record:"status,public"`     // Okta's HTTP status; 0 when there was no answer
	RequestID string    `record:"request_id,public"` // X-Okta-Request-Id
	OktaAt    time.Time `record:"okta_at,public"`    // the clock of Okta's answer
	Before    string    `record:"before,public"`     // the person's status before
	After     string    `record:"after,public"`      // and after
	Prev      string    `record:"prev,public"`       // hash of the row before, hex
	Hash      string    `record:"hash,public"`       // hash of this row, hex
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
