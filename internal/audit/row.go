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
	V         int       `json:"v" record:"v,public"` // the encoding under its hash
	Seq       int64     `json:"seq" record:"seq,public"`
	At        time.Time `json:"at" record:"at,public"`
	Phase     Phase     `json:"phase" record:"phase,public"`
	Intent    int64     `json:"intent,omitempty" record:"intent,public"`       // for an outcome: the sequence number of its intent
	ActorID   string    `json:"actor_id,omitempty" record:"actor_id,personal"` // issuer and subject of the operator
	ActorName string    `json:"actor_name,omitempty" record:"actor_name,personal"`
	ActorRole string    `json:"actor_role,omitempty" record:"actor_role,public"` // the operator's highest console role
	AuthTime  time.Time `json:"auth_time,omitzero" record:"auth_time,public"`    // when the issuer last saw proof of who the operator is; zero: not known
	Session   string    `json:"session,omitempty" record:"session,personal"`     // names the sign-in session; not its secret
	Address   string    `json:"address,omitempty" record:"address,personal"`
	Policy    string    `json:"policy,omitempty" record:"policy,public"` // the version of the policy that decided
	Action    string    `json:"action,omitempty" record:"action,public"`
	Op        string    `json:"op,omitempty" record:"op,public"` // the operation of Okta's API
	TargetID  string    `json:"target_id,omitempty" record:"target_id,personal"`
	Target    string    `json:"target,omitempty" record:"target,personal"` // the target's login when it was read
	Class     string    `json:"class,omitempty" record:"class,public"`
	Reason    string    `json:"reason,omitempty" record:"reason,personal"`
	Ticket    string    `json:"ticket,omitempty" record:"ticket,public"`
	Params    string    `json:"params,omitempty" record:"params,personal"`       // what was chosen, as Words writes it
	Result    Result    `json:"result,omitempty" record:"result,public"`         // of an outcome
	Detail    string    `json:"detail,omitempty" record:"detail,personal"`       // the rule of a refusal, Okta's error code, what was found
	Status    int       `json:"status,omitempty" record:"status,public"`         // Okta's HTTP status; 0 when there was no answer
	RequestID string    `json:"request_id,omitempty" record:"request_id,public"` // X-Okta-Request-Id
	OktaAt    time.Time `json:"okta_at,omitzero" record:"okta_at,public"`        // the clock of Okta's answer
	Before    string    `json:"before,omitempty" record:"before,public"`         // the person's status before
	After     string    `json:"after,omitempty" record:"after,public"`           // and after
	Prev      string    `json:"prev" record:"prev,public"`                       // hash of the row before, hex
	Hash      string    `json:"hash" record:"hash,public"`                       // hash of this row, hex
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
	Who    string // only operators whose name or id holds this
	Target string // only this person's rows
	Action string
	Result string // of Results
	Class  string
	From   time.Time // not before
	To     time.Time // and before this
	Acts   bool      // acts and refusals alone, no events
	Before int64     // rows with a smaller sequence number: the next page
	After  int64     // rows with a larger one
	Word   string    // that stands in the parameters, as [Words] writes it
	Limit  int
}

// Narrow reports whether the filter leaves any row out.
func (f Filter) Narrow() bool {
	f.Limit, f.Before = 0, 0
	return f != Filter{}
}

// Words are what the filter asks for, as the record keeps it.
func (f Filter) Words() string {
	return Words(nil, struct {
		Text   string `record:"text,personal"`
		Who    string `record:"who,personal"`
		Actor  string `record:"actor,personal"`
		Target string `record:"target,personal"`
		Action string `record:"action,public"`
		Result string `record:"result,public"`
		Class  string `record:"class,public"`
		From   string `record:"from,public"`
		To     string `record:"to,public"`
	}{f.Text, f.Who, f.Actor, f.Target, f.Action, f.Result, f.Class, stamp(f.From), stamp(f.To)})
}

// Results are the ends that a filter can ask for: how an act ended, or that it was
// refused, or that it was no act.
func Results() []string {
	return []string{string(Done), string(Failed), string(Unknown), string(Settled), string(PhaseRefused), string(PhaseEvent)}
}
