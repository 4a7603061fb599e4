package handlers

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"keydesk/internal/desk"
	"keydesk/internal/login"
	"keydesk/static"
	"keydesk/views"
)

// render sends a page or a part of one, compressed where the browser takes that.
// It is written out only when it is whole, so that a failing view never leaves
// half a page behind. Pages may be compressed: none holds a lasting secret beside
// what a stranger can choose; the tokens in it are fresh each time.
func (h *Handlers) render(c Ctx, status int, parts ...templ.Component) error {
	var b bytes.Buffer
	if !static.AcceptsGzip(c.Request()) {
		if err := draw(c, &b, parts); err != nil {
			return err
		}
		return c.HTMLBlob(status, b.Bytes())
	}
	w, kept := h.zippers.Get().(*gzip.Writer)
	if !kept {
		w = gzip.NewWriter(nil)
	}
	defer h.zippers.Put(w)
	w.Reset(&b)
	if err := errors.Join(draw(c, w, parts), w.Close()); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentEncoding, "gzip")
	return c.HTMLBlob(status, b.Bytes())
}

func draw(c Ctx, w io.Writer, parts []templ.Component) error {
	for _, p := range parts {
		if err := p.Render(c.Request().Context(), w); err != nil {
			return err
		}
	}
	return nil
}

// into puts a part into another place of the page than the one htmx swaps.
func into(target string, part templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return views.Partial(target, "innerHTML").Render(templ.WithChildren(ctx, part), w)
	})
}

// frame is what every page shows around its own content.
func (h *Handlers) frame(c Ctx, title, nav string) views.Frame {
	f := views.Frame{
		Title: title, Nav: nav, Demo: h.c.DemoSignIn != nil, Theme: themeOf(c), Here: c.Request().URL.RequestURI(),
		Clock: views.Clock{Now: h.c.Now(), Zone: h.c.Zone}, Links: views.Links{Ticket: h.c.Ticket, OktaAdmin: h.c.Console},
	}
	if who := actor(c); who.ID != "" {
		f.Actor = &who
		f.MayCreate = h.c.Desk.Policy().May(who, desk.CreateUsers)
		f.Map = h.backToMap(c)
		if !partial(c) {
			f.ToDecide = h.c.Desk.ToDecide(c.Request().Context(), who)
			f.ToReview = h.toReview(c)
		}
	}
	return f
}

const themeCookie = "keydesk-theme"

// cookieName is the name of a cookie, tied to this host where that takes https.
func (h *Handlers) cookieName(name string) string {
	if h.secure() {
		return "__Host-" + name
	}
	return name
}

func themeOf(c Ctx) string {
	for _, name := range []string{"__Host-" + themeCookie, themeCookie} {
		if k, err := c.Cookie(name); err == nil && (k.Value == "light" || k.Value == "dark") {
			return k.Value
		}
	}
	return ""
}

// theme keeps the operator's choice of light or dark in a cookie.
func (h *Handlers) theme(c Ctx) error {
	k := &http.Cookie{ //nolint:gosec // Secure where the console is reached by https
		Name: h.cookieName(themeCookie), Value: c.Request().PostFormValue("theme"), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: h.secure(), SameSite: http.SameSiteLaxMode}
	switch k.Value {
	case "light", "dark":
	default:
		k.Value, k.MaxAge = "", -1
	}
	c.SetCookie(k)
	back := c.Request().PostFormValue("return_to")
	if !login.LocalPath(back) {
		back = "/"
	}
	return c.Redirect(http.StatusSeeOther, back)
}

// outcomeNotice is what the operator reads after a change that Okta confirmed.
func outcomeNotice(out desk.Outcome) views.Notice {
	if !out.Until.IsZero() {
		return views.Notice{Tone: "warn", Title: "It waits for approval", Text: out.Label, Seq: out.Seq, Asked: true}
	}
	n := views.Notice{Tone: "ok", Title: out.Label, Seq: out.Seq, Once: out.Once}
	if out.But != "" {
		n.Tone, n.Text = "warn", out.But
	}
	return n
}
