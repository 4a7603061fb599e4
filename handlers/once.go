package handlers

import (
	"net/http"

	"keydesk/views"
)

// reveal shows what an act yielded, once, in the place of the button that asked.
// The handle travels in the body: nothing of it is in an address or a history.
func (h *Handlers) reveal(c Ctx) error {
	r, err := h.c.Desk.Reveal(c.Request().Context(), actor(c), c.Request().PostFormValue("handle"))
	if err != nil {
		return err
	}
	if partial(c) {
		return h.render(c, http.StatusOK, views.OnceCard(r))
	}
	return h.render(c, http.StatusOK, views.OncePage(h.frame(c, "Shown once", "users"), r))
}
