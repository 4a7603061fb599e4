package handlers

import (
	"net/http"
	"strings"
	"time"

	"keydesk/internal/okta"
	"keydesk/internal/rolemap"
	"keydesk/views"
)

// compare holds two people side by side, or everybody at two moments.
func (h *Handlers) compare(c Ctx) error {
	f, _, err := mapFilter(only("q", c.QueryParam("q")))
	if err != nil {
		return err
	}
	p := views.CompareProps{Text: f.Text, A: views.Side{Typed: strings.TrimSpace(c.QueryParam("a"))}, B: views.Side{Typed: strings.TrimSpace(c.QueryParam("b"))}}
	if p.Dates = c.QueryParam("from") != ""; p.Dates {
		err = h.compareDates(c, f, &p)
	} else {
		err = h.comparePeople(c, &p)
	}
	if err != nil {
		return err
	}
	return h.render(c, http.StatusOK, views.RoleCompare(h.frame(c, "Compare roles", "roles"), p))
}

func (h *Handlers) compareDates(c Ctx, f rolemap.Filter, p *views.CompareProps) (err error) {
	ctx := c.Request().Context()
	if err := h.c.Desk.MapShown(ctx, actor(c), "the role map compared at two moments"); err != nil {
		return err
	}
	if p.Moments, err = h.moments(c); err != nil || p.Moments.First.IsZero() || p.Moments.Problem != "" {
		return err
	}
	p.Found, err = h.c.Map.CompareDates(ctx, p.Moments.From, p.Moments.To, f)
	p.Done = true
	return err
}

func (h *Handlers) comparePeople(c Ctx, p *views.CompareProps) (err error) {
	ctx := c.Request().Context()
	if err := h.c.Desk.MapShown(ctx, actor(c), "the roles of two people compared"); err != nil {
		return err
	}
	if p.Moments, err = h.moments(c); err != nil {
		return err
	}
	p.Moments.From = time.Time{} // nothing was chosen
	for _, s := range []string{p.A.Typed, p.B.Typed} {
		if len(s) > maxText {
			return mapWrong("a", "A name or login has at most 200 characters.")
		}
	}
	all, err := h.c.Map.At(ctx, time.Time{})
	if err != nil {
		return err
	}
	meant(&p.A, all)
	meant(&p.B, all)
	if p.Done = p.A.Found() && p.B.Found(); p.Done {
		p.Found, err = h.c.Map.ComparePeople(ctx, p.A.Person.ID, p.B.Person.ID)
	}
	return err
}

// amongMost is how many people are offered who may be meant.
const amongMost = 20

// meant finds who is meant: by id, login or whole name, else by words that begin theirs.
func meant(s *views.Side, all []rolemap.Assignment) {
	if s.Typed == "" {
		return
	}
	seen := map[okta.UserID]bool{}
	var exact []rolemap.Person
	for _, a := range all {
		p := a.Person
		if seen[p.ID] {
			continue
		}
		seen[p.ID] = true
		switch {
		case p.ID.String() == s.Typed, strings.EqualFold(p.Login, s.Typed), strings.EqualFold(p.Name, s.Typed):
			exact = append(exact, p)
		case len(s.Among) < amongMost && begins(p.Name+" "+p.Login, s.Typed):
			s.Among = append(s.Among, p)
		}
	}
	switch {
	case len(exact) == 1:
		s.Person, s.Among = exact[0], nil
	case len(exact) > 1:
		s.Among = exact
	case len(s.Among) == 1:
		s.Person, s.Among = s.Among[0], nil
	}
	if s.Found() {
		s.Typed = s.Person.Login
	}
}

// begins reports whether each word typed begins one of the text's.
func begins(text, typed string) bool {
	text = " " + strings.ToLower(text)
	for w := range strings.FieldsSeq(strings.ToLower(typed)) {
		if !strings.Contains(text, " "+w) {
			return false
		}
	}
	return true
}

// changes says what changed in the map since a moment.
func (h *Handlers) changes(c Ctx) error {
	ctx := c.Request().Context()
	if err := h.c.Desk.MapShown(ctx, actor(c), "changes of the role map shown"); err != nil {
		return err
	}
	m, err := h.moments(c)
	if err != nil {
		return err
	}
	p := views.ChangesProps{Moments: m}
	if !m.First.IsZero() && m.Problem == "" {
		if p.Changes, err = h.c.Map.Changes(ctx, m.From, m.To); err != nil {
			return err
		}
	}
	return h.render(c, http.StatusOK, views.RoleChanges(h.frame(c, "What changed", "roles"), p))
}

const (
	lookBack   = 30 * 24 * time.Hour // how far back is looked where nobody says
	walksShown = 8
)

// moments reads from when until when out of the address. Times are those of the
// console's zone.
func (h *Handlers) moments(c Ctx) (m views.Moments, err error) {
	ctx := c.Request().Context()
	if m.From, err = h.moment(c, "from"); err != nil {
		return m, err
	}
	if m.To, err = h.moment(c, "to"); err != nil {
		return m, err
	}
	if !m.To.IsZero() && m.To.Before(m.From) {
		m.Problem = "This moment comes before the first one."
	}
	s, err := h.c.Map.State(ctx)
	if err != nil {
		return m, err
	}
	if m.First = s.First; m.From.IsZero() {
		if m.From = h.c.Now().Add(-lookBack); m.From.Before(s.First) {
			m.From = s.First
		}
	}
	m.Walks, err = h.c.Map.Walks(ctx, walksShown)
	return m, err
}

func (h *Handlers) moment(c Ctx, name string) (time.Time, error) {
	s := c.QueryParam(name)
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, h.c.Zone); err == nil && t.Year() > 1990 && t.Year() < 2200 {
			return t, nil
		}
	}
	return time.Time{}, mapWrong(name, "Write a moment as 2026-11-30T09:30.")
}
