package handlers

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"keydesk/internal/desk"
	"keydesk/internal/review"
	"keydesk/views"
)

// The ways to say who decides, as the form names them.
const (
	byMe      = "me"
	byManager = "manager"
	byNamed   = "named"
	byRole    = "roles"
)

// ruleOf reads who decides. What was filled in for another way than the one chosen is
// never passed over: the way is chosen that it belongs to, and the operator looks again.
func (h *Handlers) ruleOf(c Ctx, p *views.NewReviewProps) error {
	logins := listed(p.Others)
	rule := &p.Plan.Reviewers
	switch named := len(logins)+len(rule.Named) > 0; {
	case len(logins)+len(rule.Named) > review.MaxNamed || len(p.Owners) > review.MaxNamed:
		return wrongPlan("others", fmt.Sprintf("Name %d reviewers at most.", review.MaxNamed))
	case named && p.By != byNamed:
		p.By = byNamed
		return wrongPlan("others", "You named reviewers, and had not chosen “People I name”. It is chosen now: look, then start. Or take the names out and choose another way.")
	case len(p.Owners) > 0 && p.By != byRole:
		p.By = byRole
		return wrongPlan("owners", "You named who answers for a role, and had not chosen that. It is chosen now: look, then start. Or take the names out and choose another way.")
	case p.By == byNamed && !named:
		return wrongPlan("others", "Tick or write who decides, or choose another way.")
	case p.By == byRole && len(p.Owners) == 0:
		return wrongPlan("owners", "Write who answers for at least one role, or choose another way.")
	}
	if err := h.people(c, p, logins); err != nil {
		return err
	}
	switch p.By {
	case byManager:
		rule.Manager = managers
	case byMe:
		if me := actor(c); !me.OktaID.IsZero() {
			rule.Named = []review.Person{{ID: me.OktaID.String(), Name: me.Name}}
		}
	}
	return nil
}

// people finds whom the form names, each text once.
func (h *Handlers) people(c Ctx, p *views.NewReviewProps, logins []string) error {
	known := map[string]review.Person{}
	find := func(text, field string) (review.Person, error) {
		key := strings.ToLower(text)
		if who, ok := known[key]; ok {
			return who, nil
		}
		who, err := h.byLogin(c, text)
		known[key] = who
		return who, onField(err, field)
	}
	rule := &p.Plan.Reviewers
	for _, login := range logins {
		who, err := find(login, "others")
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(rule.Named, func(p review.Person) bool { return p.ID == who.ID }) {
			rule.Named = append(rule.Named, who)
		}
	}
	for _, role := range slices.Sorted(maps.Keys(p.Owners)) {
		who, err := find(p.Owners[role], "owner."+role)
		if err != nil {
			return err
		}
		if rule.Roles == nil {
			rule.Roles = map[string]review.Person{}
		}
		rule.Roles[role] = who
	}
	var err error
	if text := strings.TrimSpace(p.Fallback); text != "" {
		rule.Fallback, err = find(text, "fallback")
	}
	return err
}

// listed are the names that somebody wrote one after the other, each once. Names hold
// spaces, so only commas and new lines part them.
func listed(text string) (out []string) {
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		s = strings.Join(strings.Fields(s), " ")
		if s != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// onField puts a problem beside the field that it is about.
func onField(err error, field string) error {
	var de *desk.Error
	if errors.As(err, &de) && de.Kind == desk.Invalid {
		return wrongPlan(field, de.Msg)
	}
	return err
}

// candidates is how many people are named to somebody whose words mean no one person.
const candidates = 5

// byLogin is the one person who has a login, or alone an e-mail address or a full name.
// Part of a name means nobody: whom it might mean is said, and nobody is chosen.
func (h *Handlers) byLogin(c Ctx, text string) (review.Person, error) {
	text = strings.TrimSpace(text)
	found, err := h.c.Desk.Find(c.Request().Context(), actor(c), desk.Query{Text: text})
	if err != nil {
		return review.Person{}, err
	}
	var exact []review.Person
	var near []string
	for _, u := range found.People {
		p := review.Person{ID: u.ID.String(), Name: u.Name(), Login: u.Profile.Login()}
		switch {
		case strings.EqualFold(p.Login, text) || p.ID == text:
			return p, nil
		case strings.EqualFold(u.Profile.Email(), text) || strings.EqualFold(p.Name, text):
			exact = append(exact, p)
		}
		near = append(near, p.Name+" ("+p.Login+")")
	}
	if len(exact) == 1 && found.Next == "" {
		return exact[0], nil
	}
	msg := "Nobody has the login, e-mail address or full name “" + text + "”."
	if len(near) > 0 {
		msg = "“" + text + "” is not the login, e-mail address or full name of one person. Write the login of whom you mean: " + strings.Join(near[:min(len(near), candidates)], ", ")
		if msg += "."; len(near) > candidates || found.Next != "" {
			msg = strings.TrimSuffix(msg, ".") + " or another."
		}
	}
	return review.Person{}, &desk.Error{Kind: desk.Invalid, Action: "review.started", Field: "reviewers", Msg: msg}
}
