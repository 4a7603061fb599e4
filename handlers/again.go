package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"keydesk/internal/login"
	"keydesk/views"
)

// signInAgain sends an operator to prove anew who they are, and back.
func (h *Handlers) signInAgain(c Ctx) error { return h.c.Login.Again(c) }

// startedFrom is the page that a request was sent from, as far as it is known.
func startedFrom(c Ctx) string {
	if u, err := url.Parse(c.Request().Header.Get("HX-Current-URL")); htmx(c) && err == nil && login.LocalPath(u.RequestURI()) {
		return u.RequestURI()
	}
	switch path := c.Request().URL.Path; {
	case path == views.UsersPath && c.Request().Method == http.MethodPost:
		return views.NewPersonPath
	case strings.HasPrefix(path, views.ApprovalsPath+"/"):
		return views.ApprovalsPath
	}
	return c.Request().URL.RequestURI()
}

// keep keeps what was typed into a form until after a fresh sign-in, and has the
// notice say where that cannot be done.
func (h *Handlers) keep(c Ctx, n *views.Notice, d login.Draft) {
	d.Person, d.Values = c.Param("id"), url.Values{}
	for name, values := range c.Request().PostForm {
		if !secretField(name) {
			d.Values[name] = values
		}
	}
	var err error
	n.Draft, err = h.c.Login.KeepDraft(c, d)
	if err != nil {
		h.c.Log.WarnContext(c.Request().Context(), "what was typed could not be kept", "error", err)
	}
	if n.Draft == "" {
		n.Next = "What you typed cannot be kept over it: copy it first."
	}
}

// secretField reports whether a field is not to be kept: a one-time token, which
// the page gives anew, and what is typed at the counter.
func secretField(name string) bool {
	switch name {
	case "token", "old", "new", "again", "answer":
		return true
	}
	return false
}

// draft is what was kept for the page that is come back to; nil: nothing.
func (h *Handlers) draft(c Ctx) (*login.Draft, error) {
	name := c.QueryParam(views.AgainParam)
	if name == "" {
		return nil, nil //nolint:nilnil // the usual case
	}
	return h.c.Login.TakeDraft(c, name, c.Param("id"))
}

// again is the page's form as it was before a fresh sign-in, and its fields.
func (h *Handlers) again(c Ctx) (views.Tab, error) {
	d, err := h.draft(c)
	if d == nil || err != nil {
		return views.Tab{}, err
	}
	c.Request().PostForm = d.Values
	v := d.Values.Get
	return views.Tab{
		Notice: &views.Notice{Tone: "warn", Title: "You have signed in again", Text: "Nothing was sent yet. Look at it once more, then press the button."},
		Form:   views.Form{Action: d.Action, On: d.On, Note: v("note"), Ticket: v("ticket"), Typed: v("typed"), Again: true, Chosen: d.Values},
	}, nil
}
