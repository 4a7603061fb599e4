// Package desk is the only way in which staff, jobs and reviews act on the
// organisation. Every change passes act, which decides, records and only then
// does; every read passes view. Nothing else may hold the Okta client.
package desk

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"keydesk/internal/approval"
	"keydesk/internal/audit"
	"keydesk/internal/okta"
	"keydesk/internal/once"
)

// Desk acts on one organisation.
type Desk struct {
	okta       *okta.Client
	app        bool // the credential is a service app's
	oktaGroups bool // the issuer's groups are Okta's own
	record     *audit.Log
	asked      *approval.Requests
	once       *once.Secrets
	staff      StaffFunc
	signedIn   SignedInFunc
	policy     Policy
	key        []byte // signs action tokens
	mask       []byte // hides secrets in the record
	now        func() time.Time
	log        *slog.Logger

	acting   turns[string] // two at a time for each operator, so that nobody holds up the changes of others to a person
	changes  turns[string] // one at a time for each person, and for each login that is made
	searches turns[string] // a few at a time for each operator; each process has its own share of the rate
	reading  turns[string] // one at a time for each group; each process keeps its own members
	members  members
	service  service
	refusals refusals
	readers  readers
	share    int
	saw      HolderFunc
	pace     pace
	optional optional
	owner    atomic.Pointer[okta.UserID] // the credential's owner, once known
}

// StaffFunc tells the console role that a person had when they last signed in.
type StaffFunc func(ctx context.Context, id okta.UserID) (Role, error)

// SignedInFunc tells who is signed in, in the session of that name; false: nobody.
type SignedInFunc func(ctx context.Context, session string) (Actor, bool, error)

// Config is what a Desk is made of; every member but ServiceApp, OktaGroups, Share and Saw is required.
type Config struct {
	Okta       *okta.Client
	ServiceApp bool // the client's credential is an app's and belongs to no person
	OktaGroups bool // the groups that give roles are Okta's own, and are read there
	Record     *audit.Log
	Approvals  *approval.Requests
	Once       *once.Secrets
	Staff      StaffFunc
	SignedIn   SignedInFunc
	Policy     Policy
	Share      int        // per cent of Okta's rate that the console's own actors use at most; 0: 25
	Saw        HolderFunc // is told what pages read of people's roles, and whose an act changes; nil: nobody
	Key        []byte     // at least 32 bytes
	Mask       []byte     // the key under which the record keeps what is secret
	Now        func() time.Time
	Log        *slog.Logger
}

// New returns a Desk.
func New(c Config) *Desk {
	d := &Desk{
		okta: c.Okta, app: c.ServiceApp, oktaGroups: c.OktaGroups, record: c.Record, asked: c.Approvals, once: c.Once, staff: c.Staff, signedIn: c.SignedIn, policy: c.Policy,
		share: c.Share, saw: c.Saw, key: c.Key, mask: c.Mask, now: c.Now, log: c.Log,
	}
	if d.saw == nil {
		d.saw = func(context.Context, Holder) {}
	}
	d.acting.atOnce, d.changes.atOnce, d.searches.atOnce, d.reading.atOnce = 2, 1, 2, 1
	return d
}

// Policy is the policy that the desk decides by.
func (d *Desk) Policy() Policy { return d.policy }

// credentialOwner is the person whose token the console uses; nobody may change
// that account from here. It is asked once for each process. A service app has no
// owner.
func (d *Desk) credentialOwner(ctx context.Context) (okta.UserID, error) {
	if d.app {
		return okta.UserID{}, nil
	}
	if id := d.owner.Load(); id != nil {
		return *id, nil
	}
	me, err := d.okta.Users.Me(ctx)
	if err != nil {
		return okta.UserID{}, err
	}
	d.owner.Store(&me.ID)
	return me.ID, nil
}

// Credential asks Okta whether the console's credential works; it is the part of
// readiness that depends on Okta.
func (d *Desk) Credential(ctx context.Context) error {
	_, err := d.credentialOwner(ctx)
	if d.app {
		_, err = d.okta.Users.List(ctx, okta.UserQuery{Limit: 1})
	}
	return translate("credential", err)
}

// view is the small sibling of act: it lets who read with do, or refuses.
func view[T any](ctx context.Context, d *Desk, who Actor, a Action, do func(context.Context) (T, error)) (T, error) {
	var zero T
	if dec := d.policy.decideActor(who, spec(a)); !dec.Allowed {
		return zero, denied(a, dec)
	}
	if !who.System() && d.pace.hurried(d.now(), who.ID) {
		ctx = okta.Background(ctx)
	}
	v, err := do(ctx)
	if err != nil {
		return zero, translate(a, err)
	}
	return v, nil
}

func denied(a Action, dec Decision) *Error {
	kind := Denied
	if strings.HasPrefix(dec.Rule, "protected.") || slices.Contains([]string{"self", "second.owner", "second.staff", "second.vip", "second.policy", "second.reach", "second.erase"}, dec.Rule) {
		kind = Guarded
	}
	return &Error{Kind: kind, Action: a, Msg: dec.Why, Rule: dec.Rule, Ask: dec.Ask}
}
