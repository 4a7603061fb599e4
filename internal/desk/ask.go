package desk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"keydesk/internal/approval"
	"keydesk/internal/audit"
)

// approved is a request that a second person has said yes to, on its way through
// act in the name of the one who asked.
type approved struct {
	seq    int64 // the request's row in the record
	by     Actor
	shown  shown
	params string // what was asked for, as the record keeps it
}

// stakes is the deed's row of the catalogue with the class that counts for how fresh
// an operator's own standing has to be: what takes two is as grave as a privilege.
func (x *deed) stakes() Spec {
	s := x.spec
	if x.opts.approved != nil {
		s.Risk = Privilege
	}
	return s
}

// asked is what a request keeps of a deed: everything that the same act needs when
// it is done later, and nothing secret.
type asked struct {
	Opts  UserOpts        `json:"opts"`
	Shown shown           `json:"shown"`
	Input json.RawMessage `json:"input"`
}

// needsSecond takes over the decision that asks for the highest second person.
func (x *deed) needsSecond(dec Decision) { x.needs = x.needs.stricter(dec) }

// ask keeps a change until a second person has decided. Nothing is sent to Okta.
// The page's token is spent by it, so that it is asked for once.
func (d *Desk) ask(ctx context.Context, x *deed, input any) (Outcome, error) {
	if mailable(x.spec.Action) {
		x.opts.SendEmail = true
	}
	if err := d.fewAsked(ctx, x); err != nil {
		return Outcome{}, err
	}
	r, err := d.request(ctx, x, input)
	if err != nil {
		return Outcome{}, &Error{Kind: Other, Action: x.spec.Action, Msg: "The request could not be kept. Nothing was sent.", Err: err}
	}
	row := x.row()
	row.Phase, row.Detail = audit.PhaseEvent, "asked for approval: "+x.needs.Rule
	r.Seq, err = d.record.Once(ctx, row, x.shown.Nonce)
	var spent *audit.SpentError
	if errors.As(err, &spent) {
		return Outcome{}, d.again(ctx, x, spent.Seq, nil)
	}
	if err != nil {
		return Outcome{}, unrecorded(x.spec.Action, err)
	}
	until, err := d.asked.Add(ctx, r)
	if err != nil {
		return Outcome{}, &Error{Kind: Unrecorded, Action: x.spec.Action, Msg: "The request could not be kept, so nobody was asked. Nothing was sent to Okta.", Seq: r.Seq, Err: err}
	}
	return Outcome{Label: x.needs.Why + " Nothing was sent to Okta yet.", Seq: r.Seq, Until: until, Person: *d.after(x, x.user)}, nil
}

// maxWaiting is how many requests of one operator may wait at once.
const maxWaiting = 50

// fewAsked refuses whoever has asked for so much that nobody could look at it.
func (d *Desk) fewAsked(ctx context.Context, x *deed) error {
	waiting, err := d.asked.Waiting(ctx)
	if err != nil {
		return &Error{Kind: Other, Action: x.spec.Action, Msg: "The request could not be kept. Nothing was sent.", Err: err}
	}
	mine := slices.DeleteFunc(waiting, func(r approval.Request) bool { return r.ActorID != x.who.ID })
	if len(mine) < maxWaiting {
		return nil
	}
	return d.refused(ctx, x, &Error{
		Kind: Denied, Action: x.spec.Action, Rule: "second.many",
		Msg: fmt.Sprintf("%d of your requests wait already, so nobody was asked. Nothing was sent.", maxWaiting), Ask: "Have some of them decided, or withdraw them.",
	})
}

func (d *Desk) request(ctx context.Context, x *deed, input any) (approval.Request, error) {
	more, err1 := json.Marshal(input)
	keep, err2 := json.Marshal(asked{x.opts, x.shown, more})
	who, err3 := json.Marshal(x.who)
	return approval.Request{
		ID: rand.Text(), Actor: who, ActorID: x.who.ID, ActorName: x.who.Name, Action: string(x.spec.Action), Needs: string(x.needs.Second), Why: x.needs.Why,
		TargetID: x.id.String(), Target: x.user.Profile.Login(), Name: x.user.Name(), Params: x.chosen(), Effects: d.willHappen(ctx, x), Input: keep,
		Note: strings.TrimSpace(x.opts.Note), Ticket: strings.TrimSpace(x.opts.Ticket),
	}, errors.Join(err1, err2, err3)
}

// willHappen is the effects that the dialog showed, with what was chosen in it.
func (d *Desk) willHappen(ctx context.Context, x *deed) []string {
	out := effects(x.spec.Action, x.user)
	if x.spec.Action == "roles.assign" {
		return assignEffects(RoleChoice{Type: x.opts.On.Type, Scope: x.opts.Scope}, d.named(ctx, x.opts.Scope))
	}
	picked := strings.Fields(audit.Words(nil, x.opts.chosen(x.spec.Action)))
	for _, c := range choices(x.spec.Action) {
		if c.Name != sendEmail && slices.Contains(picked, c.Name+"=true") {
			out = append(out, c.Label+".")
		}
	}
	if x.becomes != nil {
		return append(out, x.attributes()...)
	}
	if n := x.named.String(); n != "" {
		out = append(out, n)
	}
	return out
}

// attributes say of each attribute that a profile's change touches what it is and
// what it becomes: nobody approves what they do not see.
func (x *deed) attributes() (out []string) {
	say := func(raw json.RawMessage) string {
		if text := strings.ReplaceAll(fieldText(raw), "\n", ", "); text != "" {
			return "“" + text + "”"
		}
		return "nothing"
	}
	for _, name := range slices.Concat(x.named.Changed, x.named.Removed) {
		out = append(out, name+": "+say(x.user.Profile[name])+" becomes "+say(x.becomes[name])+".")
	}
	return out
}
