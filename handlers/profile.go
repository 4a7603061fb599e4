package handlers

import (
	"errors"
	"net/http"
	"strings"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/views"
)

func (h *Handlers) showProfile(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	return h.showEdit(c, status, id, tab, desk.Edit{}, nil)
}

// showEdit draws the form of a profile, with what was typed before and what was
// wrong with it.
func (h *Handlers) showEdit(c Ctx, status int, id okta.UserID, tab views.Tab, e desk.Edit, problems map[string]string) error {
	page, err := h.c.Desk.Profile(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	page.Typed(e, problems)
	p := views.ProfileProps{Tab: tab, ProfilePage: page, Clear: e.Clear}
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Profile, views.ProfileBody)
}

// edit saves a profile. What cannot be saved comes back with nothing lost.
func (h *Handlers) edit(c Ctx) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	o, err := options(c)
	if err != nil {
		return err
	}
	e := editOf(c)
	out, err := h.c.Desk.UpdateProfile(c.Request().Context(), actor(c), id, o, e)
	if err == nil {
		n := outcomeNotice(out)
		return h.showProfile(c, http.StatusOK, id, views.Tab{Notice: &n})
	}
	var de *desk.Error
	if !errors.As(err, &de) || de.Kind == desk.Denied {
		return err
	}
	return h.formAgain(c, "users.update", de, func(status int, tab views.Tab) error {
		return h.showEdit(c, status, id, tab, e, de.Fields)
	})
}

// formAgain shows a form that was not taken, with why; where it cannot be drawn,
// why it was not taken alone.
func (h *Handlers) formAgain(c Ctx, a desk.Action, de *desk.Error, draw func(status int, tab views.Tab) error) error {
	tab, status := h.tabOf(c, a, desk.Object{}, de)
	tab.Notice.Retry = "" // the form itself is there
	if draw(status, tab) != nil {
		return de
	}
	return nil
}

// editOf are the fields of a profile's form: want.NAME, was.NAME and clear.NAME.
func editOf(c Ctx) desk.Edit {
	e := desk.Edit{Want: map[string]string{}, Was: map[string]string{}, Clear: map[string]bool{}}
	for name, values := range c.Request().PostForm {
		kind, attr, _ := strings.Cut(name, ".")
		switch kind {
		case "want":
			e.Want[attr] = values[0]
		case "was":
			e.Was[attr] = values[0]
		case "clear":
			e.Clear[attr] = values[0] == "true"
		}
	}
	return e
}

func (h *Handlers) showRaw(c Ctx, status int, id okta.UserID, tab views.Tab) error {
	return h.showJSON(c, status, id, tab, views.RawProps{})
}

// showJSON draws the bare profile, with what was typed to replace it.
func (h *Handlers) showJSON(c Ctx, status int, id okta.UserID, tab views.Tab, p views.RawProps) error {
	page, err := h.c.Desk.RawProfile(c.Request().Context(), actor(c), id)
	if err != nil {
		return err
	}
	p.Tab, p.ProfilePage = tab, page
	return answer(h, c, status, page.Person.User.Name(), &p, &p.Tab, views.Raw, views.RawBody)
}

// replace makes a profile what was typed as JSON.
func (h *Handlers) replace(c Ctx) error {
	id, err := userID(c)
	if err != nil {
		return err
	}
	o, err := options(c)
	if err != nil {
		return err
	}
	typed := c.Request().PostFormValue("profile")
	out, err := h.c.Desk.ReplaceProfile(c.Request().Context(), actor(c), id, o, typed)
	if err == nil {
		n := outcomeNotice(out)
		return h.showRaw(c, http.StatusOK, id, views.Tab{Notice: &n})
	}
	var de *desk.Error
	if !errors.As(err, &de) || de.Kind == desk.Denied {
		return err
	}
	return h.formAgain(c, "users.replace", de, func(status int, tab views.Tab) error {
		return h.showJSON(c, status, id, tab, views.RawProps{Typed: typed, Confirm: de.Field == "confirm" || o.Confirm})
	})
}

// newPerson shows the form for somebody new.
func (h *Handlers) newPerson(c Ctx) error {
	return h.showNew(c, http.StatusOK, views.Tab{}, desk.NewPerson{Activate: true, Password: false, Change: true}, nil)
}

func (h *Handlers) showNew(c Ctx, status int, tab views.Tab, n desk.NewPerson, problems map[string]string) error {
	page, err := h.c.Desk.NewPersonForm(c.Request().Context(), actor(c), n, c.Request().PostFormValue("q"))
	if err != nil {
		return err
	}
	for i := range page.Fields {
		page.Fields[i].Problem = problems[page.Fields[i].Attr.Name]
	}
	p := views.NewPersonProps{Tab: tab, NewPersonPage: page, Values: n}
	return answer(h, c, status, "New person", &p, &p.Tab, views.NewPerson, views.NewPersonBody)
}

// create makes a person, or with the button "find" only looks for groups and gives
// the form back as it was.
func (h *Handlers) create(c Ctx) error {
	o, bad := options(c)
	field := c.Request().PostFormValue
	n := desk.NewPerson{
		Values: editOf(c).Want, Groups: o.Scope.Groups,
		Activate: field("activate") == "true", Password: field("password") == "true", Change: field("change") == "true",
	}
	n.Provider.Type, n.Provider.Name = field("provider"), field("provider_name")
	if field("find") != "" {
		return h.showNew(c, http.StatusOK, views.Tab{Form: views.Form{Action: "users.create", Note: field("note"), Ticket: field("ticket")}}, n, nil)
	}
	out, err := desk.Outcome{}, bad
	if bad == nil {
		out, err = h.c.Desk.Create(c.Request().Context(), actor(c), o, n)
	}
	if err == nil {
		note := outcomeNotice(out)
		moved(c, views.UserURL(out.Person.User.ID))
		return h.showWhole(c, http.StatusOK, out.Person.User.ID, views.PersonProps{Person: out.Person, Tab: views.Tab{Notice: &note}})
	}
	var de *desk.Error
	if !errors.As(err, &de) || de.Kind == desk.Denied && de.Rule != "token" {
		return err
	}
	return h.formAgain(c, "users.create", de, func(status int, tab views.Tab) error {
		return h.showNew(c, status, tab, n, de.Fields)
	})
}
