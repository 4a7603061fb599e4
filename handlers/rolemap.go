package handlers

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/okta"
	"keydesk/internal/rolemap"
	"keydesk/views"
)

// mapPage is how many assignments one page of the role map shows.
const mapPage = 100

// mapRoutes are the doors of the role map. It is taken away by POST, for that leaves
// a row.
func (h *Handlers) mapRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: views.MapPath, Perm: desk.ReadUsers, do: h.roleMap},
		{Method: http.MethodGet, Path: views.MapProgressPath, Perm: desk.ReadUsers, do: h.mapProgress},
		{Method: http.MethodPost, Path: views.MapCSVPath, Perm: desk.ReadUsers, do: h.mapOut(rolemap.CSV)},
		{Method: http.MethodPost, Path: views.MapJSONPath, Perm: desk.ReadUsers, do: h.mapOut(rolemap.JSON)},
		{Method: http.MethodGet, Path: views.ComparePath, Perm: desk.ReadUsers, do: h.compare},
		{Method: http.MethodGet, Path: views.ChangesPath, Perm: desk.ReadUsers, do: h.changes},
		{Method: http.MethodGet, Path: views.AdminsPath, Perm: desk.ReadUsers, do: h.admins},
	}
}

// roleMap shows who holds which role over what.
func (h *Handlers) roleMap(c Ctx) error {
	f, page, err := mapFilter(c.QueryParam)
	if err != nil {
		return err
	}
	who, ctx := actor(c), c.Request().Context()
	dec := h.c.Desk.MayMap(who)
	if dec.Rule == "scope" {
		return h.holders(c, dec.Why+" These are those of them within it.", dec.Ask)
	}
	state, err := h.c.Map.State(ctx)
	if err != nil {
		return err
	}
	if dec.Allowed && !h.c.Mapped && state.AsOf.IsZero() {
		return h.holders(c, "The role map is switched off here, by KEYDESK_ROLEMAP_SHARE=0: what these people hold is on their pages.", "whoever runs Keydesk")
	}
	all, sum, err := h.c.Map.Show(ctx, who, f)
	if err != nil {
		return err
	}
	p := views.MapProps{Filter: f, State: state, Sum: sum, Off: !h.c.Mapped, Change: h.c.Desk.Policy().May(who, desk.ActRoles), Review: h.c.Desk.Policy().May(who, desk.ActReviews)}
	p.Pages = max(1, (len(all)+mapPage-1)/mapPage)
	p.Page = min(page, p.Pages)
	p.First = (p.Page - 1) * mapPage
	p.Rows = all[p.First:min(len(all), p.First+mapPage)]
	h.leaveMap(c, f, p.Page)
	fr := h.frame(c, "Role map", "roles")
	if partial(c) {
		c.Response().Header().Set("HX-Push-Url", views.MapURL(f, p.Page))
		return h.render(c, http.StatusOK, views.RoleMapBody(fr, p))
	}
	return h.render(c, http.StatusOK, views.RoleMap(fr, p))
}

// mapProgress is how far a reading of the map is.
func (h *Handlers) mapProgress(c Ctx) error {
	state, err := h.c.Map.Progress(c.Request().Context(), actor(c))
	if err != nil {
		return err
	}
	return h.render(c, http.StatusOK, views.MapProgress(h.frame(c, "", ""), views.MapProps{State: state, Off: !h.c.Mapped}))
}

// holders lists who holds a role, as Okta lists them, with why there is no map.
func (h *Handlers) holders(c Ctx, why, ask string) error {
	page, err := h.c.Desk.Admins(c.Request().Context(), actor(c), c.QueryParam("after"))
	if err != nil {
		return err
	}
	return h.render(c, http.StatusOK, views.Admins(h.frame(c, "Admins", "roles"), views.HoldersProps{AdminsPage: page, Why: why, Ask: ask}))
}

// admins is where the list of admins was.
func (h *Handlers) admins(c Ctx) error { return c.Redirect(http.StatusMovedPermanently, views.MapPath) }

// mapOut sends what the map shows as a file.
func (h *Handlers) mapOut(as rolemap.Format) echo.HandlerFunc {
	kind := map[rolemap.Format]string{rolemap.CSV: "text/csv; charset=utf-8", rolemap.JSON: "application/json; charset=utf-8"}[as]
	return func(c Ctx) error {
		f, _, err := mapFilter(c.Request().PostFormValue)
		if err != nil {
			return err
		}
		return h.download(c, "an export of the role map", func(begin beginFile) error {
			return h.c.Map.Export(c.Request().Context(), actor(c), f, as, func() io.Writer { return begin(h.dated("keydesk-roles", string(as)), kind) })
		})
	}
}

// mapFilter reads how the map is narrowed, sorted and grouped out of an address or a
// form, and which of its pages is wanted.
func mapFilter(field func(string) string) (f rolemap.Filter, page int, err error) {
	f = rolemap.Filter{
		Text: strings.TrimSpace(field("q")), Role: field("role"), Reach: field("reach"), Mark: rolemap.MarkName(field("mark")), Status: okta.Status(field("status")),
		How: field("how"), Department: field("department"), Target: field("target"), Group: field("group"), Sort: field("sort"), Desc: field("desc") == "1",
	}
	for _, s := range []string{f.Text, f.Role, string(f.Status), f.Department, f.Target} {
		if len(s) > maxText || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return f, 0, mapWrong("q", "Narrow the map by at most 200 ordinary characters.")
		}
	}
	for name, of := range map[string][]string{
		"reach": rolemap.ReachNames(), "mark": texts(append(rolemap.MarkNames(), rolemap.AnyMark)), "how": {"USER", "GROUP"}, "group": rolemap.Groups(), "sort": rolemap.Sorts(),
	} {
		if v := field(name); v != "" && !slices.Contains(of, v) {
			return f, 0, mapWrong(name, "The map knows nothing by that name.")
		}
	}
	if id := field("person"); id != "" {
		if f.Person, err = okta.ParseUserID(id); err != nil {
			return f, 0, mapWrong("person", "This is not the id of anybody in Okta.")
		}
	}
	page, err = strconv.Atoi(field("page"))
	if err != nil || page < 1 {
		page = 1
	}
	return f, page, nil
}

func mapWrong(field, msg string) error {
	return &desk.Error{Kind: desk.Invalid, Action: "roles.list", Field: field, Msg: msg}
}

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}

const mapCookie = "keydesk-map"

// leaveMap remembers the page of the map that is shown, as the way back from where
// its links lead.
func (h *Handlers) leaveMap(c Ctx, f rolemap.Filter, page int) {
	c.SetCookie(&http.Cookie{ //nolint:gosec // Secure where the console is reached by https
		Name: h.cookieName(mapCookie), Value: url.QueryEscape(views.MapQuery(f, page)), Path: "/", HttpOnly: true, Secure: h.secure(), SameSite: http.SameSiteLaxMode})
}

// backToMap is the page of the map that was shown last; empty where none was, or it
// is nothing for the actor any more.
func (h *Handlers) backToMap(c Ctx) string {
	k, err := c.Cookie(h.cookieName(mapCookie))
	if err != nil || !h.c.Desk.MayMap(actor(c)).Allowed {
		return ""
	}
	text, err := url.QueryUnescape(k.Value)
	if err != nil {
		return ""
	}
	v, err := url.ParseQuery(text)
	if err != nil {
		return ""
	}
	f, page, err := mapFilter(v.Get)
	if err != nil {
		return ""
	}
	return views.MapURL(f, page)
}
