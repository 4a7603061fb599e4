package desk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"

	"keydesk/internal/audit"
	"keydesk/internal/okta"
)

// NewPerson is somebody who is to be made.
type NewPerson struct {
	Values   map[string]string // attributes as typed
	Groups   []okta.GroupID
	Activate bool          // else the account is staged
	Password bool          // Keydesk makes a first password and shows it once
	Change   bool          // the first password is good for one sign-in
	Provider okta.Provider // zero: Okta's own
}

// NewPersonPage is the form for somebody new.
type NewPersonPage struct {
	Fields []Field
	Schema *Error // why the organisation's attributes could not be listed
	Chosen []Target
	Text   string // what is searched for among groups
	Found  Read[[]Target]
	Create Offer
}

// NewPersonForm reads what the form for somebody new needs: outside the User API,
// GetUserSchema, and ListGroups for what is searched for.
func (d *Desk) NewPersonForm(ctx context.Context, who Actor, n NewPerson, text string) (NewPersonPage, error) {
	return view(ctx, d, who, "users.list", func(ctx context.Context) (NewPersonPage, error) {
		p := NewPersonPage{Text: text}
		schema := ask(ctx, d, "schema.get", d.okta.Schema.Profile)
		p.Schema = schema.Err
		for _, a := range attributes(schema.Value, leastProfile()) {
			if !a.ReadOnly {
				p.Fields = append(p.Fields, Field{Attr: a, Recovery: recovers(a.Name), Want: formText(n.Values[a.Name])})
			}
		}
		scope := RoleScope{Groups: n.Groups}
		p.Chosen = d.named(ctx, scope)
		p.Found = d.findTargets(ctx, okta.UserAdmin, text, func(t Target) bool { return scope.holds(t.On) })
		s := spec("users.create")
		p.Create = Offer{Spec: s, NoReason: !d.policy.NeedsReason(s), Ticket: d.policy.NeedsTicket(s), Decision: d.policy.decideNew(who)}
		if p.Create.Decision.Allowed {
			p.Create.Proof = !d.Proven(who, s, 0)
			p.Create.Token = d.issue(who, s.Action, okta.User{}, Standing{}, Object{}, "")
		}
		return p, nil
	})
}

// Create makes a person (operation CreateUser). It is act without a target: who
// makes it is decided on, what they would become part of, and everything is
// recorded as for any other change. An *Error of kind Invalid names the fields at
// fault. The outcome's Person has the account and nothing else.
func (d *Desk) Create(ctx context.Context, who Actor, o UserOpts, n NewPerson) (Outcome, error) {
	x := &deed{who: who, spec: spec("users.create"), opts: o}
	if dec := d.policy.decideActor(who, x.spec); !dec.Allowed {
		return Outcome{}, d.refused(ctx, x, denied(x.spec.Action, dec))
	}
	var ok bool
	var err error
	if x.turn, ok, err = d.tryTurn(ctx, loginTurn(n.Values["login"])); err != nil {
		return Outcome{}, unrecorded(x.spec.Action, err)
	}
	if !ok {
		return Outcome{}, &Error{Kind: Conflict, Action: "users.create", Rule: "once", Msg: "Somebody with this login is being created right now. Nothing was sent."}
	}
	defer x.turn.leave()
	made, err := d.readyNew(ctx, x, n)
	if err != nil {
		return Outcome{}, err
	}
	if err := d.begin(ctx, x); err != nil {
		return Outcome{}, err
	}
	u, err := d.okta.Users.Create(x.turn.sending(ctx, &x.got), made)
	return d.created(ctx, x, u, made, err)
}

// readyNew is everything that must hold before somebody is made.
func (d *Desk) readyNew(ctx context.Context, x *deed, n NewPerson) (okta.NewUser, error) {
	made := okta.NewUser{Groups: n.Groups, Activate: n.Activate, ChangeAtNextLogin: n.Password && n.Change && n.Activate, Provider: n.Provider}
	expired, err := d.opened(ctx, x)
	if err != nil {
		return made, err
	}
	if login := strings.TrimSpace(n.Values["login"]); readable(login) && len(login) <= maxLogin { // the record's name for it
		x.user.Profile = okta.Profile{"login": asJSON(login)}
	}
	x.named = RoleScope{Groups: n.Groups}.named()
	x.named.Activate, x.named.Password, x.named.Change = &n.Activate, &n.Password, &made.ChangeAtNextLogin
	if slices.Contains(providers(), n.Provider.Type) && n.Provider.Type != "OKTA" {
		x.named.Provider = n.Provider.Type
	}
	if dec := d.policy.decideNew(x.who); !dec.Allowed {
		return made, d.refused(ctx, x, denied("users.create", dec))
	}
	var stopped *Error
	if x.who, stopped = d.serving(ctx, x.who, x.spec); stopped != nil {
		return made, d.refused(ctx, x, stopped)
	}
	if dec := d.policy.decideActor(x.who, x.spec); !dec.Allowed {
		return made, d.refused(ctx, x, denied(x.spec.Action, dec))
	}
	if e := d.needsProof(x.who, x.spec, 0); e != nil {
		return made, d.refused(ctx, x, e)
	}
	if expired {
		return made, d.refused(ctx, x, &Error{Kind: Conflict, Action: "users.create", Rule: "stale", Msg: "This page is older than " + minutes(tokenLife) + ". Nothing was sent. Send it again."})
	}
	schema := ask(ctx, d, "schema.get", d.okta.Schema.Profile)
	var wrong *Error
	if made.Profile, wrong = newProfile(schema.Value, n.Values); wrong != nil {
		return made, wrong
	}
	if e := d.openGroups(ctx, x, n.Groups); e != nil {
		return made, d.refused(ctx, x, e)
	}
	if dec := d.policy.decideShown(x.who, n.Password); !dec.Allowed {
		return made, d.refused(ctx, x, denied("users.create", dec))
	}
	if n.Password {
		made.Password = firstPassword()
	}
	return made, nil
}

// maxLogin is the longest login that Okta takes.
const maxLogin = 100

// providers are the keepers of a password that somebody new can have.
func providers() []string {
	return []string{"", "OKTA", "FEDERATION", "ACTIVE_DIRECTORY", "LDAP", "SOCIAL", "IMPORT"}
}

func asJSON(s string) json.RawMessage {
	b, _ := json.Marshal(s) // a string always can
	return b
}

// leastProfile has the attributes that nobody can be made without, unset.
func leastProfile() okta.Profile {
	return okta.Profile{"firstName": nil, "lastName": nil, "email": nil, "login": nil}
}

// newProfile is what was typed as a profile; empty fields are left out.
func newProfile(s okta.ProfileSchema, values map[string]string) (okta.Profile, *Error) {
	required := leastProfile()
	out, problems := okta.Profile{}, map[string]string{}
	known := attributes(s, required)
	for name, text := range values {
		if strings.TrimSpace(text) != "" && !knows(known, name) {
			problems[name] = noSuchAttribute
		}
	}
	for _, a := range known {
		_, must := required[a.Name]
		want := strings.TrimSpace(formText(values[a.Name]))
		if want == "" {
			if must || a.Required {
				problems[a.Name] = "This cannot be empty."
			}
			continue
		}
		raw, problem := fieldValue(a, want)
		if problem != "" {
			problems[a.Name] = problem
		}
		out[a.Name] = raw
	}
	if len(problems) > 0 {
		return nil, badFields("users.create", problems)
	}
	return out, nil
}

// openGroups refuses to make somebody a member of what the actor could not make
// them by an act of its own: a group that carries an admin role, or one that
// carries a role in this console. A group that cannot be read is closed.
func (d *Desk) openGroups(ctx context.Context, x *deed, ids []okta.GroupID) *Error {
	for _, id := range ids {
		g, err := d.okta.Groups.Get(ctx, id)
		if err != nil {
			return &Error{Kind: Guarded, Action: "users.create", Rule: "protected.unreadable", Err: err, Msg: "One of the groups cannot be read, so nobody can tell what it gives. Nothing was sent."}
		}
		roles, err := d.okta.Groups.Roles(ctx, id)
		if err != nil {
			return &Error{Kind: Guarded, Action: "users.create", Rule: "protected.unreadable", Err: err, Msg: "The admin roles of " + g.Name + " cannot be read, so the group is closed. Nothing was sent."}
		}
		if dec := d.policy.decideCarried(x.who, g.Name, roles); !dec.Allowed {
			return denied("users.create", dec)
		}
		if d.policy.staffOf(g.Name) != "" && everywhere(x.who).Tier() != Owner {
			return denied("users.create", refuse("protected.staff", "The group "+g.Name+" gives a role in this console, with limits of its own.", d.policy.askFor(Owner)))
		}
		on := Standing{Name: g.Name, Roles: roles, Staff: d.policy.staffOf(g.Name), StaffKnown: true}
		if dec := d.policy.decideSecond(x.spec, on, d.policy.decideTarget(x.who, on)); !dec.Allowed {
			dec.Why = "The group " + dec.Why + " Whoever is in it has that too."
			return denied("users.create", dec)
		}
	}
	return nil
}

// decideCarried answers whether the actor may make somebody what a group's admin roles
// make them: as if each was assigned.
func (p Policy) decideCarried(who Actor, group string, roles []okta.Role) Decision {
	assign := spec("roles.assign")
	switch dec := p.decideActor(who, assign); {
	case len(roles) == 0:
	case !dec.Allowed:
		dec.Why = "The group " + group + " carries an admin role. " + dec.Why
		return dec
	case p.NeedsSecond(assign):
		return refuse("second.policy", "The group "+group+" carries an admin role, and the policy wants a second person for giving one, which this cannot wait for.", "Make the person without the group first.")
	}
	return Decision{Allowed: true}
}

// firstPassword is long enough to need no rule, and has what rules ask for.
func firstPassword() okta.Secret {
	return okta.NewSecret(rand.Text()[:6] + "-" + strings.ToLower(rand.Text()[:6]) + "-" + digits(4))
}

func digits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	return string(b)
}

// created writes the outcome: what Okta answered is what is shown.
func (d *Desk) created(ctx context.Context, x *deed, u okta.User, made okta.NewUser, err error) (Outcome, error) {
	r := x.row()
	r.Result, r.Status, r.RequestID, r.OktaAt = audit.Done, x.got.Status, x.got.IDs(), x.got.Date
	if err == nil {
		r.Params = joined(r.Params, audit.Words(d.mask, handed{made.Password}))
	}
	switch {
	case okta.IsUnsure(err):
		r.Result, r.Detail = audit.Unknown, x.detail("", err, err)
	case err != nil:
		r.Result, r.Detail = audit.Failed, x.detail("", err, nil)
	default:
		r.TargetID, r.After = u.ID.String(), string(u.Status)
	}
	lost := ""
	if !d.end(ctx, x, r) {
		lost = " The record could not take the outcome."
	}
	if err != nil {
		e := asError(d.explainNew(err))
		e.Msg, e.Seq, e.Recorded = e.Msg+lost, x.seq, true
		return Outcome{}, e
	}
	out := Outcome{Label: "Okta created the account." + lost, Seq: x.seq, Person: Person{User: u, ReadAt: d.now()}}
	if !made.Password.IsZero() {
		out.Once.What, out.yield = "first password", made.Password
		x.id, x.user = u.ID, u
	}
	return d.seal(ctx, x, out), nil
}

func (d *Desk) explainNew(err error) error {
	if !okta.IsUnsure(err) {
		return translate("users.create", err)
	}
	return &Error{Kind: Unsure, Action: "users.create", Err: err, Msg: "Okta did not answer. The account may have been created: search for the login before you try again."}
}
