package desk

import (
	"context"
	"maps"
	"slices"
	"strings"

	"keydesk/internal/okta"
)

// ProfilePage is a person's attributes, to be read and edited.
type ProfilePage struct {
	Person  Person
	Fields  []Field
	Schema  *Error // why the organisation's attributes could not be listed; nil when they could
	Raw     string // the profile as Okta has it, indented JSON
	Edit    Offer
	Replace Offer
}

// Field is one attribute in a form.
type Field struct {
	Attr     okta.Attribute
	Recovery bool   // recovery goes through it: whoever sets it can become the person
	Was      string // as Okta has it, in the words of a form: an array has a line for each value
	Set      bool   // Okta has a value
	Want     string // as it was typed, or else Was
	Problem  string // what is wrong with it, as a sentence
	Theirs   bool   // somebody else has changed it since it was shown
}

// Edit is what was typed into the form of a profile, by attribute.
type Edit struct {
	Want  map[string]string // as typed
	Was   map[string]string // as the form showed it
	Clear map[string]bool   // attributes whose value is to be cleared, on purpose
}

// Profile reads a person's attributes and, where it may, which ones there are.
// Operation GetUser; outside the User API, GetUserSchema.
func (d *Desk) Profile(ctx context.Context, who Actor, id okta.UserID) (ProfilePage, error) {
	return view(ctx, d, who, "users.get", func(ctx context.Context) (ProfilePage, error) {
		var p ProfilePage
		var schema Read[okta.ProfileSchema]
		var on Standing
		var err error
		p.Person, on, err = d.look(ctx, who, id, func(ctx context.Context) { schema = ask(ctx, d, "schema.get", d.okta.Schema.Profile) })
		if err != nil {
			return p, err
		}
		p.Schema = schema.Err
		for _, a := range attributes(schema.Value, p.Person.User.Profile) {
			raw := p.Person.User.Profile[a.Name]
			p.Fields = append(p.Fields, Field{Attr: a, Recovery: recovers(a.Name), Was: fieldText(raw), Want: fieldText(raw), Set: isSet(raw)})
		}
		p.Raw = indented(p.Person.User.Profile)
		p.Edit = d.offer(who, p.Person.User, on, "users.update", Object{}, "")
		p.Replace = d.offer(who, p.Person.User, on, "users.replace", Object{}, "")
		return p, nil
	})
}

// RawProfile is Profile for the page that shows all of it at once, which is recorded.
func (d *Desk) RawProfile(ctx context.Context, who Actor, id okta.UserID) (ProfilePage, error) {
	p, err := d.Profile(ctx, who, id)
	if err == nil {
		err = d.seen(ctx, who, "users.get", p.Person.User, "whole profile shown")
	}
	return p, err
}

// Typed puts what was typed back into the fields, and marks those that somebody
// else has changed since.
func (p *ProfilePage) Typed(e Edit, problems map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(problems)) {
		if _, typed := e.Want[name]; typed && !slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Attr.Name == name }) {
			p.Fields = append(p.Fields, Field{Attr: okta.Attribute{Name: name, Title: name, Type: "string", Custom: true}})
		}
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		if was, shown := e.Was[f.Attr.Name]; shown {
			f.Theirs = formText(was) != f.Was
		}
		if want, typed := e.Want[f.Attr.Name]; typed && (formText(want) != formText(e.Was[f.Attr.Name]) || !f.Theirs) {
			f.Want = formText(want)
		}
		f.Problem = problems[f.Attr.Name]
	}
}

// UpdateProfile changes the attributes that were edited and no others (operation
// PartialUpdateUser). It is bound to the profile as it was read a moment before, so
// two editors never overwrite each other. An *Error of kind Invalid names the
// fields at fault.
func (d *Desk) UpdateProfile(ctx context.Context, who Actor, id okta.UserID, o UserOpts, e Edit) (Outcome, error) {
	var changes okta.Profile
	var etag string
	return d.actOn(ctx, who, id, change{
		action: "users.update", opts: o, input: e,
		check: func(ctx context.Context, x *deed) *Error {
			schema := ask(ctx, d, "schema.get", d.okta.Schema.Profile)
			var wrong *Error
			changes, wrong = changed(attributes(schema.Value, x.user.Profile), x.user.Profile, e)
			x.becomes = changes
			x.named.Changed, etag = slices.Sorted(maps.Keys(changes)), x.user.ETag
			if wrong == nil {
				wrong = d.policy.movesNobody(x)
			}
			return wrong
		},
		do: func(ctx context.Context) (Outcome, error) {
			_, err := d.okta.Users.Update(ctx, id, changes, etag)
			return said("Okta saved the profile.", err)
		},
	})
}

// ReplaceProfile makes the profile exactly what body says, a JSON object
// (operation UpdateUser). What it leaves out is removed, which o.Confirm must say
// is meant.
func (d *Desk) ReplaceProfile(ctx context.Context, who Actor, id okta.UserID, o UserOpts, body string) (Outcome, error) {
	var profile okta.Profile
	var etag string
	return d.actOn(ctx, who, id, change{
		action: "users.replace", opts: o, input: body,
		check: func(_ context.Context, x *deed) *Error {
			wrong := func(field, msg string) *Error {
				return &Error{Kind: Invalid, Action: "users.replace", Field: field, Msg: msg}
			}
			var problem string
			if profile, problem = parseProfile(body); problem != "" {
				return wrong("profile", problem)
			}
			changes, removed := compare(x.user.Profile, profile)
			etag, x.becomes = x.user.ETag, profile
			x.named.Changed, x.named.Removed = append([]string{}, changes...), append([]string{}, removed...)
			switch {
			case len(changes)+len(removed) == 0:
				return wrong("profile", "Nothing differs from what Okta has. Nothing was sent.")
			case len(removed) > 0 && !o.Confirm:
				return wrong("confirm", "This removes "+strings.Join(removed, ", ")+". Tick the box if that is meant.")
			}
			return d.policy.movesNobody(x)
		},
		do: func(ctx context.Context) (Outcome, error) {
			_, err := d.okta.Users.Replace(ctx, id, profile, etag)
			return said("Okta replaced the profile.", err)
		},
	})
}

// compare names the attributes that differ and those that are left out.
func compare(was, want okta.Profile) (changes, removed []string) {
	for name, raw := range want {
		if !isSet(raw) {
			continue
		}
		if !sameJSON(raw, was[name]) {
			changes = append(changes, name)
		}
	}
	for name, raw := range was {
		if isSet(raw) && !isSet(want[name]) {
			removed = append(removed, name)
		}
	}
	slices.Sort(changes)
	slices.Sort(removed)
	return changes, removed
}

// Erase makes Okta forget a deactivated account for good (operation
// DeactivateOrDeleteUser). The login must have been typed out. Of an account that
// is not deactivated the operation would deactivate it, which is another act: the
// status is read right before.
func (d *Desk) Erase(ctx context.Context, who Actor, id okta.UserID, o UserOpts) (Outcome, error) {
	return d.actOn(ctx, who, id, change{
		action: "users.erase", opts: o,
		check: func(_ context.Context, x *deed) *Error {
			if strings.TrimSpace(o.Typed) != x.user.Profile.Login() {
				return &Error{Kind: Invalid, Action: "users.erase", Field: "typed", Msg: "Type the login, " + x.user.Profile.Login() + ", exactly. Nothing was sent."}
			}
			return nil
		},
		do: func(ctx context.Context) (Outcome, error) {
			return said("Okta erased the account.", d.okta.Users.Erase(ctx, id))
		},
	})
}
